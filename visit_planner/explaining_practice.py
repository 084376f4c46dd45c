"""The practice terms in words: why this worker may come and is known, why nobody may, and who goes to the clinic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from visit_planner.checking import clock
from visit_planner.practice import Faces, has_level, has_level_during, may_come, starts_in_company, why_not_come
from visit_planner.problem import Problem, Visit, Worker

Reason = tuple[str, str, str]  # code, sentence, the nearest thing that would help
Called = Callable[[str], str]


def suits(faces_of: Mapping[str | None, Faces], visit: Visit, worker: Worker) -> str:
    """What makes somebody right for a person: known to them, asked for; each part begins with a comma."""
    faces = faces_of.get(visit.person)
    text = ""
    if worker.id in visit.preferred or (faces is not None and worker.id in faces.known):
        text = ", is a familiar face"
    elif faces is not None and faces.known:
        text = ", is new to them"
    elif visit.preferred:
        text = ", is not one of those they know or asked for"
    whys = dict.fromkeys(one.why for one in visit.only_these if worker.id in one.workers)
    return text + "".join(f", may come as {why}" for why in whys)


def never_in_company(problem: Problem, visit: Visit) -> Reason | None:
    """Where a risk leaves no time at which the visit could be done by those it is planned for."""
    if visit.not_alone is None:
        return None
    earliest, latest = starts_in_company(visit, visit.window.opens)
    shifts = (shift for worker in problem.workers for shift in worker.shifts)
    over = max((shift.ends + shift.overtime_at_most for shift in shifts), default=visit.window.closes)
    if max(earliest, visit.window.opens) <= min(latest, visit.window.closes if visit.window.hard else over):
        return None
    limits = (("after", visit.not_alone.since), ("before", visit.not_alone.until))
    # a limit far beyond the day is as good as none, and says nothing
    when = "".join(f" {word} {clock(at)}" for word, at in limits if at is not None and 0 <= at <= over)
    return (
        "nobody_may_be_alone",
        f"Nobody may be alone there{when}, because {visit.not_alone.why}; it is planned for {_people(visit)}.",
        "A second worker for the whole visit would make it possible, or another time.",
    )


def _people(visit: Visit) -> str:
    return "one" if len(visit.slots) == 1 else f"{len(visit.slots)}, and one would stay on alone"


def nobody_of_level(visit: Visit, number: int, signed: Sequence[Worker], called: Called) -> Reason | None:
    """Where those signed off have not the level a slot needs, or no longer, or not yet."""
    slot = visit.slots[number]
    skill = called(slot.skill)
    of_level = [worker for worker in signed if has_level(worker, slot)]
    if not of_level:
        return (
            "nobody_of_level",
            f"Nobody on shift has {skill} at level {slot.level}.",
            f"{called(signed[0].id)} has it at a lower level; raising it would make it possible.",
        )
    opens, done = visit.window.opens, visit.window.closes + slot.minutes
    if not any(has_level_during(worker, slot, opens, done) for worker in of_level):
        return (
            "skill_out_of_date",
            f"Nobody on shift still holds {skill} for all of {clock(opens)} to {clock(done)}.",
            f"Renewing it for one of them, such as {called(of_level[0].id)}, would make it possible.",
        )
    return None


def nobody_may_come(visit: Visit, signed: Sequence[Worker], called: Called) -> Reason | None:
    """Where what the person asked for, or what is known of the home, keeps everybody able away: in those words."""
    if any(may_come(worker, visit) for worker in signed):
        return None
    whys = dict.fromkeys(why_not_come(worker.id, visit) for worker in signed)
    said = "; ".join(why for why in whys if why is not None)
    return (
        "nobody_may_come",
        f"None of those who could do it ({len(signed)}) may come, because {said}.",
        f"One more worker who may come would make it possible, or lifting it for {called(signed[0].id)}.",
    )


def at_the_clinic(problem: Problem, visit: Visit, clinic_id: str, taken: int, called: Called) -> str:
    """Why a visit is a place in a clinic."""
    clinic = next(one for one in problem.clinics if one.id == clinic_id)
    return (
        f"{called(visit.id)} is a place in {called(clinic.id)}, as agreed: it costs {clinic.cost:.0f}, less than a "
        f"visit at home would; {taken} of {clinic.places} places are taken."
    )
