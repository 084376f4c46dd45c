"""What comes out: who works which shift on which day, what it breaks, what it costs, what is missing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Assigned:
    """A worker on a kind of shift that begins on a day."""

    day: int
    worker: str
    kind: str


@dataclass(frozen=True, slots=True)
class Rota:
    """Shifts of the days of a problem, those that were fixed among them, by day and worker.

    ``points``: the builder's own sum of what it costs (lower is better); ``bound``: no rota costs less, where that was
    proven; ``effort``: deterministic seconds used, about the CPU seconds of one thread.
    """

    shifts: tuple[Assigned, ...]
    points: float = 0.0
    bound: float | None = None
    effort: float = 0.0
    seed: int = 0

    @property
    def is_best(self) -> bool:
        """Whether it was proven that no rota costs less."""
        return self.bound is not None and self.bound >= self.points - 1e-6

    def to_dict(self) -> dict[str, Any]:
        return {"shifts": [asdict(one) for one in self.shifts], "points": self.points, "bound": self.bound,
                "effort": round(self.effort, 3), "seed": self.seed}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that a rota breaks: which, for whom, on which day it shows, and a sentence saying so."""

    rule: str
    worker: str
    day: int
    text: str


@dataclass(frozen=True, slots=True)
class Shortage:
    """Too few between two moments: ``below_least`` of the missing are below the least, the others below what is wanted.

    Minutes from midnight of ``day``. With ``kind``, it is that shift that lacks them.
    """

    day: int
    starts: int
    ends: int
    skill: str | None
    missing: int
    below_least: int
    kind: str | None = None

    @property
    def hours(self) -> float:
        """Worker-hours missing."""
        return self.missing * (self.ends - self.starts) / 60


@dataclass(frozen=True, slots=True)
class Score:
    """Points of a rota, part by part. ``total`` is what the builder makes small."""

    least: float
    wanted: float
    over: float
    contract: float
    wishes: float
    fairness: float
    cost: float

    @property
    def total(self) -> float:
        return self.least + self.wanted + self.over + self.contract + self.wishes + self.fairness + self.cost

    def to_dict(self) -> dict[str, float]:
        return {**asdict(self), "total": self.total}


@dataclass(frozen=True, slots=True)
class WhyShort:
    """Why a shortage is there, in a sentence, and the nearest thing that would meet it."""

    shortage: Shortage
    sentence: str
    nearest: str
