"""A plan: who does what when, what was left out, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from visit_planner.practice import Attending


@dataclass(frozen=True, slots=True)
class Assignment:
    """One slot of a visit given to a worker's shift. Minutes from midnight of the planning day.

    ``travel_before``: minutes travelled from the stop before; ``waits_before``: minutes between arriving and starting.
    """

    visit: str
    slot: int
    worker: str
    shift: str
    starts: float
    ends: float
    travel_before: float
    waits_before: float


@dataclass(frozen=True, slots=True)
class BreakTaken:
    """The break of one shift: when, and at which place. Minutes from midnight of the planning day."""

    worker: str
    shift: str
    starts: float
    ends: float
    place: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a plan costs. Components are in their own unit (minutes, counts, points); ``total`` is weighted."""

    travel: float
    lateness: float
    worst_lateness: float
    undone: float
    overtime: float
    not_preferred: float
    moved: float
    moved_minutes: float
    pay: float
    total: float
    waiting: float = 0.0
    longest_wait: float = 0.0
    worst_idle: float = 0.0
    imbalance: float = 0.0
    work: float = 0.0
    missed_breaks: float = 0.0
    unqualified: float = 0.0
    refused: float = 0.0
    unpaid: float = 0.0
    new_face: float = 0.0
    extra_face: float = 0.0
    clinic: float = 0.0

    def to_dict(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Plan:
    """Assignments in order of worker and time; visits left undone; breaks; visits that are a place in a clinic.

    ``iterations``: moves tried; ``evaluations``: places that were priced for them.
    """

    assignments: tuple[Assignment, ...]
    undone: tuple[str, ...] = ()
    cost: Cost | None = None
    iterations: int = 0
    cpu_seconds: float = 0.0
    seed: int = 0
    breaks: tuple[BreakTaken, ...] = ()
    attending: tuple[Attending, ...] = ()
    evaluations: int = 0

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; ``Plan.from_dict`` reads it back unchanged."""
        return {
            "assignments": [asdict(assignment) for assignment in self.assignments],
            "undone": list(self.undone),
            "cost": None if self.cost is None else self.cost.to_dict(),
            "iterations": self.iterations,
            "cpu_seconds": self.cpu_seconds,
            "seed": self.seed,
            "breaks": [asdict(taken) for taken in self.breaks],
            "attending": [asdict(place) for place in self.attending],
            "evaluations": self.evaluations,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Plan:
        """Raises: KeyError or TypeError when ``stored`` did not come from ``to_dict``."""
        return cls(
            assignments=tuple(Assignment(**assignment) for assignment in stored["assignments"]),
            undone=tuple(stored["undone"]),
            cost=None if stored.get("cost") is None else Cost(**stored["cost"]),
            iterations=stored.get("iterations", 0),
            cpu_seconds=stored.get("cpu_seconds", 0.0),
            seed=stored.get("seed", 0),
            breaks=tuple(BreakTaken(**taken) for taken in stored.get("breaks", ())),
            attending=tuple(Attending(**place) for place in stored.get("attending", ())),
            evaluations=stored.get("evaluations", 0),
        )


@dataclass(frozen=True, slots=True)
class Move:
    """One slot that changed between two plans; None: it was, or now is, undone."""

    visit: str
    slot: int
    from_worker: str | None
    to_worker: str | None
    from_start: float | None
    to_start: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Replan:
    plan: Plan
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule the plan breaks. ``amount``: by how much, in the rule's own unit."""

    rule: str
    visit: str | None
    worker: str | None
    text: str
    amount: float
