"""`homeward returns sitrep --month 2026-10 --out FOLDER`: each day's position of discharge, and how full wards are."""

from homeward.outcomes.returns.commanding import ReturnCommand


class Command(ReturnCommand):
    kind = "sitrep"
