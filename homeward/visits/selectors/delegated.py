"""What of a day's visits is delegated: what each place asks, who may take it, and why others may not."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from homeward.access.rules import Actor, Permission, require
from homeward.delegation.rules import Because, May
from homeward.delegation.selectors import competences_on, is_kept, who_may, why_each
from homeward.procedures.rules.definitions import Activity
from homeward.procedures.selectors import library, published_activities, skill_title
from homeward.teams.models import Worker
from homeward.visits.models import Visit, VisitTask
from homeward.visits.rules import Asked, asked_of_slots

# From what is soonest put right to what never is: which of many reasons somebody is told first
NEAREST_FIRST = (
    Because.WORKER_HAS_NOT_ACCEPTED,
    Because.EMPLOYER_DOES_NOT_ANSWER,
    Because.REVIEW_PAST,
    Because.SUSPENDED,
    Because.NOT_IN_FORCE,
    Because.NOBODY_DELEGATED,
    Because.SIGN_OFF_ENDED,
    Because.SIGN_OFF_WITHDRAWN,
    Because.REGISTRATION_LAPSED,
    Because.SIGNED_OFF_FOR_OTHERS,
    Because.NOT_SIGNED_OFF,
    Because.WORKER_DECLINED,
    Because.NOT_ASKED_ANY_MORE,
    Because.NOT_THIS_KIND_OF_WORKER,
    Because.NEVER_DELEGATED,
)


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A worker who has the skill for a place and may not take it: the task, why not, and what would change that."""

    worker: Worker
    activity: str
    may: May


class Places:
    """What the places of some visits of one day ask, and who may take them. Empty where no delegation is kept.

    With `as_before`, what was handed on to a registered professional is read as if it had not been.
    """

    def __init__(
        self, actor: Actor, service_id: int, day: date, visits: Collection[Visit], *, as_before: bool = False
    ) -> None:
        self.day, self.service_id, self._actor = day, service_id, actor
        self.activities: dict[str, Activity] = {}
        self.asked: dict[int, tuple[Asked, ...]] = {}
        self._visits = {visit.pk: visit for visit in visits}
        self._as_before = as_before
        self._may: dict[tuple[int, str], frozenset[int]] = {}
        self._competent: dict[str, frozenset[int]] = {}
        if visits and is_kept(service_id):
            self._read()

    def _read(self) -> None:
        self.activities = published_activities()
        tasks: dict[int, list[tuple[str, bool]]] = defaultdict(list)
        handed: dict[int, list[str]] = defaultdict(list)
        rows = VisitTask.objects.filter(visit_id__in=self._visits).order_by("id")
        for visit_id, code, is_delegated, elsewhere in rows.values_list(
            "visit_id", "activity_code", "is_delegated", "handed_to_id"
        ):
            if elsewhere and not self._as_before:
                handed[visit_id].append(code)
            else:
                tasks[visit_id].append((code, is_delegated))
        for pk, visit in self._visits.items():
            slots = visit.slots_before if self._as_before and visit.slots_before is not None else visit.slots
            asked = asked_of_slots(slots, tasks[pk], self.activities, _skills_held, handed[pk])
            if any(asked):
                self.asked[pk] = asked
        pairs = {
            (self._visits[pk].person_id, code)
            for pk, theirs in self.asked.items()
            for asked in theirs
            for code in asked.activities
        }
        if pairs:
            self._may = who_may(self._actor, self.service_id, self.day, pairs)
        if any(asked.competences for theirs in self.asked.values() for asked in theirs):
            holders: dict[str, set[int]] = defaultdict(set)
            for worker, codes in competences_on(self._actor, self.service_id, self.day).items():
                for code in codes:
                    holders[code].add(worker)
            self._competent = {code: frozenset(theirs) for code, theirs in holders.items()}

    def who(self, visit_id: int, slot: int, there: Collection[int] = ()) -> frozenset[int] | None:
        """Who may take a place, or None where anybody with its skill may; `there` go to its other places already.

        One of a joint visit is enough for each task.
        """
        asked = self.asked.get(visit_id)
        if asked is None or not asked[slot]:
            return None
        person = self._visits[visit_id].person_id
        sets = [self._may.get((person, code), frozenset()) for code in asked[slot].activities]
        sets = [may for may in sets if may.isdisjoint(there)]
        sets += [self._competent.get(competence, frozenset()) for competence in asked[slot].competences]
        return frozenset.intersection(*sets) if sets else None

    def why_not(
        self, visit_id: int, slot: int, workers: Iterable[Worker], there: Collection[int] = ()
    ) -> list[KeptOut]:
        """Of these workers, those who may not take a place, with the reason; the nearest to may first."""
        may = self.who(visit_id, slot, there)
        out = [worker for worker in workers if may is not None and worker.pk not in may]
        if not out:
            return []
        person = self._visits[visit_id].person_id
        asked = self.asked[visit_id][slot]
        pairs = [(person, code) for code in asked.activities]
        said = why_each(self._actor, self.service_id, [one.pk for one in out], pairs, self.day) if pairs else {}
        found = []
        for worker in out:
            told = [(code, said.get((worker.pk, person, code))) for code in asked.activities]
            no = next(
                ((self.activities[code].title, one) for code, one in told if one is not None and not one.may), None
            )
            lacks = next((code for code in asked.competences if worker.pk not in self._competent.get(code, ())), None)
            if no is None and lacks is not None:
                no = (skill_title(lacks), _not_signed_off(worker, lacks))
            if no is not None:
                found.append(KeptOut(worker, *no))
        return sorted(found, key=lambda one: (_nearness(one.may.why), one.worker.label))

    def why(self, visit_id: int, worker_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
        """For each worker who may do something delegated at a visit: the sentences saying why they may."""
        asked = self.asked.get(visit_id, ())
        person = self._visits[visit_id].person_id
        codes = {code for one in asked for code in one.activities}
        if not codes or not worker_ids:
            return {}
        said = why_each(self._actor, self.service_id, worker_ids, [(person, code) for code in codes], self.day)
        told: dict[int, list[str]] = defaultdict(list)
        for (worker, _, _), one in sorted(said.items()):
            if one.may:
                told[worker].append(one.because)
        return {worker: tuple(dict.fromkeys(lines)) for worker, lines in told.items()}


def places_of(actor: Actor, service_id: int, day: date, visits: Collection[Visit]) -> Places:
    """What the places of some visits ask of whoever takes them on a day. Whoever shows the visits audits it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY if actor.may(Permission.PLAN_DAY) else Permission.SEE_TODAY, service_id)
    return Places(actor, service_id, day, visits)


def _nearness(why: Because) -> int:
    return NEAREST_FIRST.index(why) if why in NEAREST_FIRST else len(NEAREST_FIRST)


def _not_signed_off(worker: Worker, competence: str) -> May:
    title = skill_title(competence).lower()
    return May(
        False,
        Because.NOT_SIGNED_OFF,
        f"{worker.label} is not signed off for {title}.",
        f"Start or finish {worker.label}'s sign-off for {title}.",
    )


@lru_cache(maxsize=256)
def _skills_held(skill: str) -> frozenset[str]:
    return library().worker_skills([skill])
