"""What each place of a visit asks of whoever takes it, where something done at it was delegated."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from homeward.procedures.rules.definitions import Activity


@dataclass(frozen=True, slots=True)
class Asked:
    """What whoever takes a place must be allowed to do, and competences that no activity of the visit stands for."""

    activities: tuple[str, ...] = ()
    competences: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.activities or self.competences)


def asked_of_slots(
    slots: Sequence[Mapping],
    tasks: Iterable[tuple[str, bool]],
    activities: Mapping[str, Activity],
    held: Callable[[str], Collection[str]],
    handed: Iterable[str] = (),
) -> tuple[Asked, ...]:
    """What each of a visit's slots asks, in their order.

    `tasks` are (activity code, whether it is delegated); `held` gives all the skills that a slot's skill implies;
    `handed` are activities that somebody else does at another visit, so that nobody need be able to here. One worker
    of a joint visit is enough for a task: the one whose place names its competence, else the one whose profession it
    is, else the one to whom it may be delegated, else the first.
    """
    named = [tuple(slot.get("competences") or ()) for slot in slots]
    everything = {code for theirs in named for code in theirs}
    by_slot: list[list[str]] = [[] for _ in slots]
    covered = {_competence(activities.get(code)) for code in handed}
    for code, is_delegated in tasks:
        activity = activities.get(code)
        if activity is None:
            continue
        competence = _competence(activity)
        if not is_delegated and competence not in everything:
            continue
        covered.add(competence)
        by_slot[_place_for(activity, slots, named, held)].append(code)
    return tuple(
        Asked(tuple(dict.fromkeys(codes)), tuple(code for code in theirs if code not in covered))
        for codes, theirs in zip(by_slot, named)
    )


def _competence(activity: Activity | None) -> str | None:
    return activity.delegable.competence if activity is not None and activity.delegable is not None else None


def _place_for(
    activity: Activity,
    slots: Sequence[Mapping],
    named: Sequence[tuple[str, ...]],
    held: Callable[[str], Collection[str]],
) -> int:
    competence = _competence(activity)
    able = activity.delegable.to if activity.delegable is not None else ()
    skills = [set(held(slot["skill"])) for slot in slots]
    tests = (
        lambda number: competence is not None and competence in named[number],
        lambda number: activity.skill in skills[number],
        lambda number: not skills[number].isdisjoint(able),
    )
    for test in tests:
        for number in range(len(slots)):
            if test(number):
                return number
    return 0
