"""Whether somebody may be sent: the scene, who goes together, the area and the clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from homeward.kernel.rules import kilometres_between, tidy_postcode


class Scene(StrEnum):
    """Whether it is safe to go in, as far as anybody has said."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    UNKNOWN = "unknown"


# What a referral says of the scene when it says nothing a visitor must fear (the BaRS scene safety flag in words)
SAID_SAFE = "the scene is safe"
SAID_NOTHING = ("", "scene safety is not known", "no", "none", "nothing", "unknown", "not known")
# How far from its bases a service goes that has set nothing else: a local decision, to be set by each service
AREA_RADIUS_KM = 25
# A person is told when their visit moves by this much or more: a local decision
PERSON_TOLD_FROM = timedelta(minutes=15)


def scene_of(said: str, decisions: Iterable[str]) -> Scene:
    """Whether the scene is safe, from what the referral said and what was decided since, oldest first."""
    last = ""
    for kind in decisions:
        if kind.startswith("scene_"):
            last = kind
    if last:
        return Scene.SAFE if last == "scene_confirmed_safe" else Scene.UNSAFE
    words = said.strip().casefold().rstrip(".")
    if words in SAID_NOTHING:
        return Scene.UNKNOWN
    return Scene.SAFE if words == SAID_SAFE else Scene.UNSAFE


def scene_decision(decisions: Iterable[str]) -> str:
    """The last decision on going to an unsafe scene, or "" where none has been taken since it was said to be unsafe."""
    last = [kind for kind in decisions if kind.startswith("scene_")][-1:]
    return last[0] if last and last[0].startswith("scene_unsafe_") else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What must be settled before anybody is sent: the scene, the two-person rule, the area, and what was decided."""

    scene: Scene
    scene_decision: str
    is_for_two: bool
    is_out_of_area: bool
    area_decision: str
    late_decision: str


def why_not_send(standing: Standing, together: int, *, is_late: bool = False) -> str:
    """Why so many may not be sent, with what to do; "" when they may.

    `together` counts those sent before; `is_late` is whether they would come after a clock that still runs.
    """
    if standing.area_decision == "out_of_area_passed_on":
        return "This was passed to a neighbouring service. Decide again on the area if we are to go after all."
    if standing.is_out_of_area and not standing.area_decision:
        return "This address is outside our area. Decide first: go anyway, or pass it to the neighbouring service."
    if standing.scene is Scene.UNKNOWN:
        return "Nobody has said whether it is safe to go in. Ask, and record the answer, before anybody goes."
    if standing.scene is Scene.UNSAFE:
        if standing.scene_decision == "scene_unsafe_do_not_go":
            return "It was decided that nobody goes, because it is not safe. Decide again when that has changed."
        if not standing.scene_decision:
            return (
                "It is not safe to go in. Decide first: go with the police, with the ambulance service, or not at all."
            )
        if together < 2:
            return "It is not safe to go in alone. Send two together."
    if standing.is_for_two and together < 2:
        return "This person is visited in twos. Send two together."
    if is_late and not standing.late_decision:
        return "They would come after the clock has run out. Decide first what to do about it."
    return ""


def is_too_late(*, is_crisis: bool, closes_at: datetime, starts_at: datetime, now: datetime) -> bool:
    """Whether a crisis would be reached after its clock has run out, while that can still be put right.

    Once it has run out, whoever can come soonest should, without being asked why.
    """
    return is_crisis and now <= closes_at < starts_at


def is_outside(
    point: tuple[float, float] | None,
    postcode: str,
    *,
    bases: Sequence[tuple[float, float]],
    radius_km: float,
    districts: Sequence[str],
) -> bool:
    """Whether a place is outside a service's area. `point` is (latitude, longitude).

    Postcode districts decide where they are given and the postcode is known; otherwise the distance from the nearest
    base. What cannot be told is not called outside.
    """
    if districts and postcode:
        return tidy_postcode(postcode).split(" ")[0] not in districts
    if point is None or not bases:
        return False
    return min(kilometres_between(point, base) for base in bases) > radius_km
