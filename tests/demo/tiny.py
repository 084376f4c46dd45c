"""A fictitious place small enough to be made for one test."""

from datetime import datetime

from homeward.demo.place import build_place
from homeward.demo.size import Size
from homeward.kernel.rules import LONDON
from homeward.teams.models import Service

TINY = Size(visits=40, people=90, days=3, history_days=20)
MORNING = datetime(2026, 11, 24, 10, 20, tzinfo=LONDON)


def build(now: datetime = MORNING, seed: int = 7, size: Size = TINY, **more) -> Service:
    return build_place(today=now.date(), now=now, seed=seed, size=size, say=lambda line: None, **more)
