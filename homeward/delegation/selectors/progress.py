"""How far workers are with what a sign-off rests on."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Max, Q

from homeward.access.rules import Actor, Permission, require
from homeward.delegation.models import Declaration, KnowledgeTest, ObservedPractice, SignOff
from homeward.delegation.rules import Framework, SoFar, frameworks
from homeward.delegation.selectors.standing import EMPLOYER_SAYS, WORKER_SAYS
from homeward.delegation.states import PracticeResult
from homeward.kernel.rules import london_day, months_later, wall_clock
from homeward.procedures.selectors import published_activities
from homeward.teams.models import Training


@dataclass
class Evidence:
    """What is on record of one worker and one competence: everything that was not withdrawn, newest first."""

    trainings: list[Training] = field(default_factory=list)
    tests: list[KnowledgeTest] = field(default_factory=list)
    practices: list[ObservedPractice] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)
    sign_offs: list[SignOff] = field(default_factory=list)

    def counting(self, framework: Framework, day: date) -> "Evidence":
        """What of it counts towards a sign-off on a day: courses not expired, tests and practices not too old, and of
        practices only those observed since it was last stopped.
        """
        oldest = months_later(day, -framework.review_months)
        stopped = self.stopped_at()
        worker_says = [one for one in self.declarations if one.kind in WORKER_SAYS][:1]
        employer_says = [one for one in self.declarations if one.kind in EMPLOYER_SAYS][:1]
        return Evidence(
            trainings=[one for one in self.trainings if one.expires_on is None or one.expires_on >= day],
            tests=[one for one in self.tests if one.is_passed and one.taken_on >= oldest],
            practices=[
                one
                for one in self.practices
                if one.result == PracticeResult.MET
                and london_day(one.observed_at) >= oldest
                and (stopped is None or one.observed_at > stopped)
            ],
            declarations=worker_says + employer_says,
            sign_offs=self.sign_offs,
        )

    def stopped_at(self) -> datetime | None:
        """When they were last found not yet safe, or a sign-off was withdrawn, for whomever; None where never."""
        moments = [one.withdrawn_at for one in self.sign_offs]
        moments += [one.not_yet_at for one in self.sign_offs]
        moments += [one.observed_at for one in self.practices if one.result == PracticeResult.NOT_YET]
        return max((at for at in moments if at is not None), default=None)

    def so_far(self, framework: Framework, day: date, person_id: int | None) -> SoFar:
        """How far it is on a day towards a sign-off, for one person or, with None, for everyone."""
        own = self.counting(framework, day)
        accepts = next((WORKER_SAYS[one.kind] for one in own.declarations if one.kind in WORKER_SAYS), None)
        answers = next((EMPLOYER_SAYS[one.kind] for one in own.declarations if one.kind in EMPLOYER_SAYS), None)
        return SoFar(
            learning=frozenset(one.code for one in own.trainings),
            is_test_passed=bool(own.tests),
            practices=len(own.practices),
            with_person=sum(person_id is not None and one.person_id == person_id for one in own.practices),
            worker_accepts=accepts,
            employer_answers=answers,
            was_stopped=self.stopped_at() is not None,
        )


def published_frameworks() -> dict[str, Framework]:
    """What each competence asks for by the procedures in force, by code. Holds nothing personal."""
    return frameworks(published_activities().values())


def evidence_of(
    actor: Actor, service_id: int, worker_ids: Collection[int], competences: Collection[str], day: date
) -> dict[tuple[int, str], Evidence]:
    """What is on record of these workers and competences, by (worker, competence); five queries for any number.

    Whoever may not see everybody's is given only their own. What lies further back than five years is left out.

    Raises: NotAllowedError.
    """
    if actor.may(Permission.SEE_DELEGATION):
        require(actor, Permission.SEE_DELEGATION, service_id)
    else:
        require(actor, Permission.SEE_TODAY, service_id)
        worker_ids = [pk for pk in worker_ids if pk == actor.worker_id]
    own = {"worker_id__in": list(worker_ids), "competence__in": list(competences)}
    since = day - timedelta(days=5 * 366)
    found: dict[tuple[int, str], Evidence] = {}

    def of(row) -> Evidence:
        return found.setdefault((row.worker_id, row.competence), Evidence())

    standing = {"withdrawn_at__isnull": True, "worker__service_id": service_id}
    for row in Training.objects.filter(**own, **standing, done_on__gte=since).order_by("-done_on", "-pk"):
        of(row).trainings.append(row)
    for row in KnowledgeTest.objects.filter(**own, **standing, taken_on__gte=since).order_by("-taken_on", "-pk"):
        of(row).tests.append(row)
    practices = ObservedPractice.objects.filter(**own, **standing, observed_at__gte=wall_clock(since, "00:00"))
    for row in practices.select_related("assessor", "person").order_by("-observed_at", "-pk"):
        of(row).practices.append(row)
    declared = Declaration.objects.filter(**own, worker__service_id=service_id)
    for row in declared.select_related("organisation").order_by("-pk"):
        of(row).declarations.append(row)
    not_yet = Max("spot_checks__done_at", filter=Q(spot_checks__result=PracticeResult.NOT_YET))
    signed = SignOff.objects.filter(**own, worker__service_id=service_id).annotate(not_yet_at=not_yet)
    for row in signed.select_related("signed_by__organisation", "person").order_by("-signed_at", "-pk"):
        of(row).sign_offs.append(row)
    return found
