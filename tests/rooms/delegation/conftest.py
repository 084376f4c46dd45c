"""A nurse who may sign off, care workers of two employers, and the marks of being signed off."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.delegation.models import Declaration, ObservedPractice, SignOff
from homeward.delegation.rules import questions_for
from homeward.delegation.services import delegate
from homeward.delegation.states import DeclarationKind
from homeward.kernel.rules import london_day
from homeward.procedures.selectors import published_activities
from homeward.teams.models import Organisation, Registration, Worker
from homeward.teams.services import add_organisations, add_workers


@pytest.fixture
def employers(service, now):
    """A trust and an agency."""
    return add_organisations(
        actor=Actor.system("tests", service.pk),
        now=now,
        organisations=[
            Organisation(service=service, kind="nhs_trust", name="Merrow Trust", is_employer=True),
            Organisation(service=service, kind="home_care_agency", name="Larkmoor Care", is_employer=True),
        ],
    )


@pytest.fixture
def hire(service, employers, now):
    """Puts somebody on the roster: `hire("Ada Brook", "nurse")`; of the trust where the skill is a registered one."""

    def make(name: str, *skills: str) -> Worker:
        is_care = not {"nurse", "physiotherapist"} & set(skills)
        worker = Worker(
            service=service,
            organisation=employers[is_care],
            local_reference=f"W{Worker.objects.count()}",
            name=name,
            skills=list(skills),
        )
        add_workers(actor=Actor.system("tests", service.pk), workers=[worker], now=now)
        return worker

    return make


@pytest.fixture
def registered(now):
    """Puts a worker in a register to a day, a year from now unless said: `registered(worker)`."""

    def make(worker: Worker, until: date | None = None) -> Worker:
        Registration.objects.create(
            worker=worker,
            register="nmc",
            number=f"99A{worker.pk:04d}E",
            expires_on=until or london_day(now) + timedelta(days=365),
            checked_on=london_day(now),
            checked_by="Tests",
        )
        return worker

    return make


@pytest.fixture
def signed_in(somebody):
    """Gives a worker an account and makes the actor they are: `signed_in(worker, Role.FIELD_WORKER)`."""
    from homeward.teams.models import Account
    from homeward.teams.selectors import actor_for

    def make(worker: Worker, role: Role) -> Actor:
        actor = somebody(role, worker.name)
        account = Account.objects.get(pk=actor.account_id)
        account.organisation = worker.organisation
        account.save(update_fields=["organisation"])
        worker.account = account
        worker.save(update_fields=["account"])
        return actor_for(account)

    return make


@pytest.fixture
def nurse_worker(hire, registered):
    return registered(hire("Ada Brook", "nurse"))


@pytest.fixture
def nurse(nurse_worker, signed_in) -> Actor:
    """A community nurse who may sign off and delegate."""
    return signed_in(nurse_worker, Role.REGISTERED_PROFESSIONAL)


@pytest.fixture
def carer(hire) -> Worker:
    return hire("Mina Cole", "home_care_worker")


@pytest.fixture
def says(now):
    """Declares for a worker and their employer: `says(worker, "insulin")`; `says(worker, "insulin", False, True)`."""

    def make(worker: Worker, competence: str, accepts: bool = True, answers: bool = True) -> None:
        kinds = (
            DeclarationKind.WORKER_ACCEPTS if accepts else DeclarationKind.WORKER_DECLINES,
            DeclarationKind.EMPLOYER_ANSWERS if answers else DeclarationKind.EMPLOYER_DECLINES,
        )
        for kind in kinds:
            Declaration.objects.create(
                worker=worker,
                organisation=worker.organisation,
                competence=competence,
                kind=kind,
                at=now,
                by_name="Tests",
            )

    return make


@pytest.fixture
def signed(now, says, nurse_worker):
    """Signs a worker off, declarations included, without going the whole way: `signed(worker, "insulin", ivy)`."""

    def make(worker: Worker, competence: str, person=None, ends_on: date | None = None, **more) -> SignOff:
        says(worker, competence)
        return SignOff.objects.create(
            worker=worker,
            competence=competence,
            person=person,
            signed_by=nurse_worker,
            signed_at=now - timedelta(days=30),
            ends_on=ends_on or london_day(now) + timedelta(days=300),
            passport_code=f"code-{SignOff.objects.count()}",
            **more,
        )

    return make


@pytest.fixture
def watched(now, nurse_worker):
    """Records practices that were watched and done well: `watched(worker, "insulin", 3, ivy)`."""

    def make(worker: Worker, competence: str, times: int, person=None) -> list[ObservedPractice]:
        activity = next(
            one.code
            for one in published_activities().values()
            if one.delegable and one.delegable.competence == competence
        )
        return [
            ObservedPractice.objects.create(
                worker=worker,
                competence=competence,
                activity_code=activity,
                person=person,
                setting="at home",
                assessor=nurse_worker,
                observed_at=now - timedelta(days=10 - number),
                result="met",
                recorded_at=now,
                recorded_by="Tests",
            )
            for number in range(times)
        ]

    return make


@pytest.fixture
def all_well():
    """Answers that let an activity be delegated: `all_well("insulin_administration")`."""

    def answers(activity_code: str) -> dict:
        activity = published_activities()[activity_code]
        return {
            question.code: {"answer": "person" if question.code == "consent" else "yes", "text": ""}
            for question in questions_for(activity)
        }

    return answers


@pytest.fixture
def delegated(nurse, now, all_well):
    """Delegates an activity of a person to workers: `delegated(ivy, "insulin_administration", carer)`."""

    def make(person, activity_code: str, *workers: Worker, **more):
        return delegate(
            actor=nurse,
            person=person,
            activity_code=activity_code,
            assessed=all_well(activity_code),
            instructions="Wash your hands. Do it as we practised.",
            if_out_of_range="Phone the nurse on 07700 900111.",
            review_on=more.pop("review_on", london_day(now) + timedelta(days=180)),
            workers=workers,
            now=now,
            **more,
        )

    return make
