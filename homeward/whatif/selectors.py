"""What every possible sign-off would be worth in a week."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from homeward.access.rules import Actor, Permission, require
from homeward.delegation.rules import Framework
from homeward.delegation.selectors import evidence_of, published_frameworks
from homeward.kernel.rules import london_day
from homeward.procedures.selectors import library, skill_title
from homeward.roster.models import Contract
from homeward.roster.selectors import contracts_on
from homeward.roster.states import PayBasis
from homeward.teams.models import Worker
from homeward.visits.selectors.hours import employers_seen
from homeward.whatif.models import ValueLook
from homeward.whatif.planning import Coming, busy_minutes, could_take, read_coming, with_sign_off
from homeward.whatif.rules import SignOffValue, best_first, training_left

DAYS, TOP = 7, 10


@dataclass(frozen=True, slots=True)
class Worth:
    """The sign-offs worth most, best first, and what registered professionals must go for without any of them.

    Minutes are of a week. `weighed` of `possible` sign-offs were planned with; the rest could not have been better.
    """

    first_day: date
    days: int
    registered_minutes: float
    values: tuple[SignOffValue, ...]
    weighed: int
    possible: int
    cpu_seconds: float


def value_of_sign_offs(
    actor: Actor,
    service_id: int,
    now: datetime,
    *,
    days: int = DAYS,
    top: int = TOP,
    progress: Callable[[str], None] | None = None,
) -> Worth:
    """The `top` sign-offs that would free most registered time in the coming days, from planning them with each.

    A sign-off cannot free more than all it would let its worker do on the days they are on shift: they are weighed in
    that order, and those that could not be among the best are not planned with.

    Raises: NotAllowedError; ValueError unless it looks at 1 to 28 days.
    """
    require(actor, Permission.SEE_DELEGATION, service_id)
    if not 1 <= days <= 28:
        raise ValueError("Look at 1 to 28 days ahead.")
    began = time.thread_time()
    tell = progress or (lambda text: None)
    first = london_day(now) + timedelta(days=1)
    system = Actor.system("what a sign-off is worth", service_id)
    coming = read_coming(system, service_id, [first + timedelta(days=ahead) for ahead in range(days)], now)
    in_a_week = 7 / days
    tell(f"{len(coming)} days planned without")
    most = _most_it_could(coming)
    order = sorted(most, key=lambda key: (-most[key], key))
    found: list[SignOffValue] = []
    people = _People(actor, service_id, order, first)
    weighed = 0
    for key in order:
        if len(found) >= top and most[key] * in_a_week <= sorted(one.registered_minutes for one in found)[-top]:
            break
        weighed += 1
        value = _weigh(coming, *key, in_a_week, people)
        if value is not None:
            found.append(value)
        tell(f"{weighed} of {len(order)} weighed")
    return Worth(
        first_day=first,
        days=days,
        registered_minutes=sum(one.registered_minutes for one in coming) * in_a_week,
        values=tuple(best_first(found)[:top]),
        weighed=weighed,
        possible=len(order),
        cpu_seconds=time.thread_time() - began,
    )


def newest_look(actor: Actor, service_id: int) -> ValueLook | None:
    """What was found when it was last looked at; None when it never was. Holds workers, and no person.

    Each price is there for those only who may see the money of the worker's employer, as in hours and statements.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_DELEGATION, service_id)
    look = ValueLook.objects.filter(service_id=service_id).order_by("-looked_at", "-id").first()
    if look is not None:
        seen = {str(one) for one in employers_seen(actor, service_id)} if actor.may(Permission.SEE_ROSTER) else set()
        look.values = [one if one["employer"] in seen else one | {"price_pence": None} for one in look.values]
    return look


def _most_it_could(coming: list[Coming]) -> dict[tuple[int, str], float]:
    """For each (worker, competence): the registered minutes of everything it could free, were there time for all."""
    most: dict[tuple[int, str], float] = defaultdict(float)
    for one in coming:
        people = {one.delegated[key].person_id for key in one.handed_on}
        for worker, competence in {(w, c) for (w, person, _), c in one.could.items() if person in people}:
            minutes = sum(one.delegated[key].minutes for key in could_take(one, worker, competence))
            if minutes:
                most[worker, competence] += minutes
    return dict(most)


def _weigh(
    coming: list[Coming], worker: int, competence: str, in_a_week: float, people: "_People"
) -> SignOffValue | None:
    freed = travel = dead = 0.0
    visits, whom = 0, set()
    for one in coming:
        planned = with_sign_off(one, worker, competence)
        if planned is None:
            continue
        taken, plan = planned
        visits += len(taken)
        whom |= {one.delegated[key].person_id for key in taken}
        freed += sum(one.delegated[key].minutes for key in taken)
        travel += one.plan.cost.travel - plan.cost.travel
        dead += busy_minutes(plan, worker) - busy_minutes(one.plan, worker)
    if not visits:
        return None
    return people.value(
        worker, competence, people=len(whom), visits=visits * in_a_week, registered_minutes=freed * in_a_week,
        travel_minutes=travel * in_a_week, dead_minutes=dead * in_a_week,
    )  # fmt: skip


class _People:
    """Who the workers are, what they have done towards each sign-off, and what an hour of theirs costs."""

    def __init__(self, actor: Actor, service_id: int, keys: list[tuple[int, str]], day: date) -> None:
        self.day = day
        self.frameworks = published_frameworks()
        numbers, competences = {worker for worker, _ in keys}, {competence for _, competence in keys}
        rows = Worker.objects.filter(service_id=service_id).select_related("organisation")
        everybody = {row.pk: row for row in rows}
        self.workers = {pk: everybody[pk] for pk in numbers}
        self.evidence = evidence_of(actor, service_id, sorted(numbers), sorted(competences), day)
        self.contracts = contracts_on(Actor.system("what a sign-off is worth", service_id), service_id, day)
        registered = {skill.code for skill in library().skills if skill.is_registered}
        prices = [
            contract.hourly_pence
            for pk, contract in self.contracts.items()
            if contract.hourly_pence and pk in everybody and registered & set(everybody[pk].skills)
        ]
        self.registered_pence = median(prices) if prices else None

    def value(self, worker: int, competence: str, *, dead_minutes: float, **found) -> SignOffValue:
        row = self.workers[worker]
        contract = self.contracts.get(worker)
        training = self._training(worker, self.frameworks[competence])
        price = None
        if contract and contract.hourly_pence and self.registered_pence:
            pence = (
                contract.hourly_pence * training.worker_minutes + self.registered_pence * training.registered_minutes
            )
            price = round(pence / 60)
        return SignOffValue(
            worker_id=worker,
            worker=row.label,
            employer=str(row.organisation),
            competence=competence,
            title=skill_title(competence),
            # whoever is paid only while with people has no paid time to lie idle
            dead_minutes=0.0 if _is_paid_by_contact(contract) else dead_minutes,
            training=training,
            price_pence=price,
            **found,
        )

    def _training(self, worker: int, framework: Framework):
        evidence = self.evidence.get((worker, framework.competence))
        done = evidence.so_far(framework, self.day, None) if evidence else None
        courses = [code for code in framework.learning if done is None or code not in done.learning]
        missing = tuple(f"Course: {code.replace('-', ' ').replace('_', ' ')}" for code in courses)
        if framework.needs_knowledge_test and not (done and done.is_test_passed):
            missing += ("Knowledge test",)
        minutes = max(activity.minutes for activity in framework.activities)
        return training_left(framework.observed_times, done.practices if done else 0, minutes, missing)


def _is_paid_by_contact(contract: Contract | None) -> bool:
    return contract is not None and contract.pay_basis == PayBasis.CONTACT
