"""A nurse, home care workers, and insulin delegated for somebody: made for the tests of delegated tasks."""

from datetime import timedelta

from homeward.delegation.models import Declaration, Delegation, DelegationWorker, SignOff
from homeward.roster.models import Shift
from homeward.teams.models import Organisation, Worker
from homeward.visits import planning
from homeward.visits.models import Visit, VisitTask

SECONDS = 0.2
INSULIN = "insulin_administration"


def make_team(service, now):
    """A nurse and three home care workers of one employer, on shift all day near Ivy."""
    trust = Organisation.objects.create(service=service, kind="nhs_trust", name="Merrow Trust", is_employer=True)
    midnight = now.replace(hour=0, minute=0)
    people = []
    for number, (name, skill) in enumerate(
        [("Nurse Ash", "nurse"), ("Bel Birch", "home_care_worker"), ("Cy Cedar", "home_care_worker"),
         ("Di Damson", "home_care_worker")]
    ):  # fmt: skip
        worker = Worker.objects.create(
            service=service, organisation=trust, local_reference=f"D{number}", name=name, skills=[skill],
            latitude=52.92 + number / 500, longitude=-1.47,
        )  # fmt: skip
        Shift.objects.create(
            worker=worker, day=now.date(), starts_at=midnight + timedelta(hours=7),
            ends_at=midnight + timedelta(hours=21), start_latitude=worker.latitude, start_longitude=worker.longitude,
        )  # fmt: skip
        people.append(worker)
    return people


def sign_off(worker, person, now, competences=("insulin",), by=None, *, agreed=True):
    """A worker signed off by name for competences, with their own and their employer's word."""
    for code in competences:
        SignOff.objects.create(
            worker=worker, competence=code, person=person, signed_by=by, carried_over="" if by else "the old book",
            signed_at=now - timedelta(days=30), passport_code=f"{worker.pk}-{code}-{person.pk}",
        )  # fmt: skip
        for kind in ("worker_accepts", "employer_answers") if agreed else ():
            Declaration.objects.create(
                worker=worker, organisation=worker.organisation, competence=code, kind=kind,
                at=now - timedelta(days=30), by_name="Somebody",
            )  # fmt: skip


def delegate(person, nurse, workers, now, code=INSULIN, **more):
    """What the nurse delegated for a person, and that these workers accepted it."""
    row = Delegation.objects.create(
        service_id=person.service_id, person=person, activity_code=code, state="active", delegated_by=nurse,
        starts_on=now.date() - timedelta(days=10), made_at=now - timedelta(days=10), **more,
    )  # fmt: skip
    for worker in workers:
        DelegationWorker.objects.create(delegation=row, worker=worker, answer="accepted", asked_at=now, answered_at=now)
    return row


def visit_for_insulin(person, now, slots=None, tasks=((INSULIN, True), ("personal_care", False)), hour=10, **more):
    """A visit with a delegated task and one of the worker's own."""
    visit = Visit.objects.create(
        service_id=person.service_id, person=person, address=person.addresses.first(), day=now.date(),
        title="Insulin and tea", window_opens_at=now.replace(hour=hour), window_closes_at=now.replace(hour=hour + 2),
        slots=slots or [{"skill": "home_care_worker", "competences": ["insulin"], "minutes": 30}], **more,
    )  # fmt: skip
    for code, is_delegated in tasks:
        VisitTask.objects.create(
            visit=visit, activity_code=code, title=code.replace("_", " ").capitalize(), is_delegated=is_delegated
        )
    return visit


def plan(service, planner, now):
    return planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=now, seconds=SECONDS, seed=1)
