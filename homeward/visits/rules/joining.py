"""Which standing visits of one person could be one: for the same thing, or one after the other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

# Local decisions, all four: how far apart in the day two visits may be to be looked at as one, how long one may be,
# and below how much a week it is not worth asking the person.
NEAR_MINUTES_SAME_PURPOSE = 60
NEAR_MINUTES = 30
LONGEST_MINUTES = 90
LEAST_SAVED_A_WEEK = 10.0


class JoinKind(StrEnum):
    SAME_PURPOSE = "same_purpose"
    ONE_AFTER_THE_OTHER = "one_after_the_other"


@dataclass(frozen=True, slots=True)
class RoutineTask:
    """Something done at a standing visit. `code` is an activity of the procedures, or empty."""

    code: str
    title: str
    minutes: int
    is_delegated: bool = False

    @property
    def key(self) -> str:
        return self.code or self.title.casefold()


@dataclass(frozen=True, slots=True)
class Routine:
    """A standing visit. Times are minutes of the wall clock's day between which it may start.

    `skills` has one for each worker who comes; `travel_minutes` is what one journey to it took lately, None where
    nobody knows. `is_spaced` where it keeps its distance from another of the same day, as medicines do.
    """

    pattern_id: int
    episode_id: int
    title: str
    opens: int
    closes: int
    is_window_hard: bool
    minutes: int
    skills: tuple[str, ...]
    tasks: tuple[RoutineTask, ...]
    weekdays: frozenset[str]
    employer: str = ""
    travel_minutes: float | None = None
    is_spaced: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """Two standing visits as one: what it would be, what it saves and why it was found.

    `shared_minutes` are of tasks that both do, counted once; `travel_minutes` is the journey that falls away, 0 where
    nobody knows it. `skill` is who would come, `delegated` what they would do by delegation.
    """

    kept: Routine
    joined: Routine
    kind: JoinKind
    weekdays: frozenset[str]
    opens: int
    closes: int
    is_window_hard: bool
    minutes: int
    skill: str
    delegated: frozenset[str]
    tasks: tuple[RoutineTask, ...]
    shared_minutes: int
    travel_minutes: float
    reasons: tuple[str, ...]

    @property
    def saved_a_week(self) -> float:
        """Minutes that workers would have for something else, each week."""
        return len(self.weekdays) * (self.kept.minutes + self.joined.minutes - self.minutes + self.travel_minutes)


# (skill, task codes) -> the codes that somebody of that skill does by delegation, or None where nobody may do them all
WhoCan = Callable[[str, frozenset[str]], frozenset[str] | None]


def joinable(routines: Sequence[Routine], who_can: WhoCan) -> tuple[Joined, ...]:
    """The standing visits of one person that could be one, best first; no visit is in two of them."""
    found = [joined for one, other in combinations(routines, 2) if (joined := join(one, other, who_can))]
    found.sort(key=lambda one: (-one.saved_a_week, one.kept.pattern_id, one.joined.pattern_id))
    chosen: list[Joined] = []
    taken: set[int] = set()
    for one in found:
        pair = {one.kept.pattern_id, one.joined.pattern_id}
        if not pair & taken:
            chosen.append(one)
            taken |= pair
    return tuple(chosen)


def join(one: Routine, other: Routine, who_can: WhoCan) -> Joined | None:
    """Two standing visits as one, or None where they should stay two."""
    weekdays = one.weekdays & other.weekdays
    if not weekdays or _are_apart_on_purpose(one, other) or _is_of_several_professions((one, other)):
        return None
    shared = {task.key for task in one.tasks} & {task.key for task in other.tasks}
    if shared and one.episode_id == other.episode_id:
        return None  # whoever wrote the plan wanted it twice a day
    window = _window(one, other, NEAR_MINUTES_SAME_PURPOSE if shared else NEAR_MINUTES)
    if window is None:
        return None
    tasks = (*one.tasks, *(task for task in other.tasks if task.key not in shared))
    skill, delegated = _who_comes(one, other, frozenset(task.code for task in tasks if task.code), who_can)
    if skill is None:
        return None
    kept, joined = sorted((one, other), key=lambda each: (each.skills[0] != skill, -each.minutes, each.pattern_id))
    shared_minutes = _shared_minutes(one, other, shared)
    minutes = max(one.minutes + other.minutes - shared_minutes, one.minutes, other.minutes)
    if minutes > LONGEST_MINUTES:
        return None
    found = Joined(
        kept=kept,
        joined=joined,
        kind=JoinKind.SAME_PURPOSE if shared else JoinKind.ONE_AFTER_THE_OTHER,
        weekdays=weekdays,
        opens=window[0],
        closes=window[1],
        is_window_hard=one.is_window_hard or other.is_window_hard,
        minutes=minutes,
        skill=skill,
        delegated=delegated,
        tasks=tasks,
        shared_minutes=shared_minutes,
        travel_minutes=joined.travel_minutes or 0.0,
        reasons=_reasons(kept, joined, tasks, shared, window),
    )
    return found if found.saved_a_week >= LEAST_SAVED_A_WEEK else None


def _are_apart_on_purpose(one: Routine, other: Routine) -> bool:
    """Visits of one plan that are spaced out, as for medicines, were agreed to be two."""
    return one.episode_id == other.episode_id and (one.is_spaced or other.is_spaced)


def _is_of_several_professions(routines: Iterable[Routine]) -> bool:
    """A visit of two different professions is joint for a reason."""
    return any(len(set(routine.skills)) != 1 for routine in routines)


def _window(one: Routine, other: Routine, near: int) -> tuple[int, int] | None:
    """When one visit could start instead of two: where both windows agree, or between two that nearly do."""
    opens, closes = max(one.opens, other.opens), min(one.closes, other.closes)
    if opens <= closes:
        return opens, closes
    if opens - closes > near or one.is_window_hard or other.is_window_hard:
        return None
    return closes, opens


def _who_comes(
    one: Routine, other: Routine, codes: frozenset[str], who_can: WhoCan
) -> tuple[str | None, frozenset[str]]:
    """Who could do everything: of the two who come now, whoever does less of it in their own right.

    A nurse may do what a care worker does; that is no reason to send one.
    """
    able = []
    for skill in dict.fromkeys((one.skills[0], other.skills[0])):
        delegated = who_can(skill, codes)
        if delegated is not None:
            able.append((skill, delegated))
    if not able:
        return None, frozenset()
    return max(able, key=lambda told: len(told[1]))


def _shared_minutes(one: Routine, other: Routine, shared: set[str]) -> int:
    """The minutes of tasks that both do, as the procedures count them, but never more than the shorter visit."""
    minutes = sum(task.minutes for task in one.tasks if task.key in shared)
    return min(minutes, one.minutes, other.minutes)


def _reasons(
    kept: Routine, joined: Routine, tasks: Sequence[RoutineTask], shared: set[str], window: tuple[int, int]
) -> tuple[str, ...]:
    both = [task.title for task in tasks if task.key in shared]
    reasons = [f"Both visits are for: {', '.join(both).lower()}."] if both else []
    if kept.employer and joined.employer and kept.employer != joined.employer:
        reasons.append(f"{kept.employer} and {joined.employer} each send somebody.")
    minutes = window[1] - window[0]
    if max(kept.opens, joined.opens) <= min(kept.closes, joined.closes):
        reasons.append(f"The times at which they may start overlap by {minutes} minutes.")
    else:
        reasons.append(f"The times at which they may start are {minutes} minutes apart.")
    return tuple(reasons)


def clock(minutes: int) -> str:
    """Minutes of the day as the wall clock shows them, HH:MM."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def minutes_of(text: str) -> int:
    """HH:MM as minutes of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
