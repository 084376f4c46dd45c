"""`homeward returns csds --month 2026-10 --out FOLDER`: the Community Services Data Set of a month."""

from homeward.outcomes.returns.commanding import ReturnCommand


class Command(ReturnCommand):
    kind = "csds"
