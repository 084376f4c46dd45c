"""The targets that measures are held to, each with who set it. A measure that is not here has none that is known."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """What a measure should come to, in its own unit, who says so and since when."""

    value: float
    says: str
    source: str


TARGETS: dict[str, Target] = {
    "M03": Target(0.70, "at least 70% within 2 hours", "NHS England, 2-hour urgent community response standard"),
}
