"""`homeward returns cld --month 2026-10 --out FOLDER`: the Adult Social Care Client Level Data of a month."""

from homeward.outcomes.returns.commanding import ReturnCommand


class Command(ReturnCommand):
    kind = "cld"
