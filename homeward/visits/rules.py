"""Pure decisions about visits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from homeward.kernel.rules import kilometres_between, london_day, tidy_postcode, wall_clock
from homeward.procedures.rules import Pathway, VisitTemplate

# What the planner may pay, in minutes of travel, rather than leave a visit out. A local decision: anyone whose crisis
# or medicines are at stake outweighs every saving; ordinary visits outweigh any detour.
UNDONE_COST = 2_000
UNDONE_COST_FIXED_TIME = 4_000
UNDONE_COST_CRISIS = 20_000
FIRST_VISIT_FROM = "referral_accepted"
# A first visit is wanted after one part of two of the days it has. A local decision
FIRST_VISIT_PART = 2
FRIDAY = 5


@dataclass(frozen=True, slots=True)
class Needed:
    """A visit that a pattern needs on a day."""

    opens_at: datetime
    closes_at: datetime
    undone_cost: int


def needed_on(
    day: date,
    *,
    weekdays: str,
    starts_on: date,
    ends_on: date | None,
    opens_at: str,
    closes_at: str,
    is_window_hard: bool,
) -> Needed | None:
    """The visit a pattern needs on `day`, or None. Times are wall clock, so 08:00 stays 08:00 across clock changes."""
    if str(day.isoweekday()) not in weekdays or day < starts_on or (ends_on is not None and day > ends_on):
        return None
    cost = UNDONE_COST_FIXED_TIME if is_window_hard else UNDONE_COST
    return Needed(wall_clock(day, opens_at), wall_clock(day, closes_at), cost)


def first_visit(pathway: Pathway) -> VisitTemplate | None:
    """The visit that a pathway begins with once somebody is accepted, if it begins with one."""
    return next((visit for visit in pathway.visits if visit.period.from_event == FIRST_VISIT_FROM), None)


def first_visit_day(due_at: datetime | None, within_days: int | None, now: datetime) -> date:
    """The day on which a first visit that is no crisis is wanted: half way to the day it is due.

    It is due with its clock, `due_at`, and `within_days` of now, whichever is sooner; tomorrow where nobody says. The
    other half of the time is left for another try. The day is Monday to Friday where there is one in time, tomorrow at
    the soonest, and today only where it is due today or was due before.
    """
    today = london_day(now)
    ends = [] if due_at is None else [(london_day(due_at) - today).days]
    ends += [] if within_days is None else [within_days]
    left = min(ends, default=1)
    if left < 1:
        return today
    first = max(1, left // FIRST_VISIT_PART)
    days = [today + timedelta(days=ahead) for ahead in range(first, left + 1)]
    return next((day for day in days if day.isoweekday() <= FRIDAY), days[0])


def state_from(assignments: Sequence[tuple[str, str]], slot_count: int, before: str) -> str:
    """The state of a visit given its assignments' (state, decided_by) and its state before.

    Begun when the first arrives; done when everyone who came has left; planned when every slot is filled.
    """
    if before in ("cancelled", "missed", "done"):
        return before
    states = [state for state, _ in assignments]
    if states and all(state == "left" for state in states) and len(states) >= slot_count:
        return "done"
    if any(state in ("arrived", "left") for state in states):
        return "under_way"
    return "planned" if len(states) >= slot_count else "needed"


def told_after(told: datetime, earlier: datetime) -> datetime:
    """A time as somebody told it, set beside what came before it.

    People tell whole minutes: 09:07 said of something that followed 09:07 and 25 seconds is not before it, but then.
    """
    return earlier if earlier.replace(second=0, microsecond=0) <= told < earlier else told


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
