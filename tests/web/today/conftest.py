"""A small day that reads like a planner's: two employers, a joint visit, a crisis, one that is late, one nobody has."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from homeward.access.rules import FICTITIOUS_PASSWORD, Actor, Role
from homeward.kernel.rules import london_day
from homeward.people.services import NewAddress, NewPerson, raise_alert, register_people
from homeward.roster.models import Shift
from homeward.roster.services import add_shifts
from homeward.teams.models import Organisation, Worker
from homeward.teams.services import add_organisations, add_workers, open_account
from homeward.visits.models import Assignment, Visit, VisitTask
from homeward.visits.services import add_visits

NOBODY_FREE = "Nobody with the skill is free then. If Ann Lee stayed 20 minutes longer it would fit."
WHY_ANN = "Ann Lee is 7 minutes away and came to Mary Hart last week."


@dataclass
class SmallDay:
    """What the tests of Today look at. The pages read the real clock, so the day is today and times hang on now."""

    service: object
    system: Actor
    day: object
    now: object
    ann: Worker
    bob: Worker
    joint: Visit
    late: Visit
    unassigned: Visit
    crisis: Visit


@pytest.fixture
def small_day(service, system):
    now = timezone.now()
    day = london_day(now)
    here = Actor.system("tests", service.pk)
    council, trust = add_organisations(
        actor=here,
        now=now,
        organisations=[
            Organisation(service=service, kind="council", name="Derwent City Council", is_employer=True),
            Organisation(service=service, kind="nhs_trust", name="Derwent NHS Trust", is_employer=True),
        ],
    )
    ann, bob = add_workers(
        actor=here,
        now=now,
        workers=[
            Worker(
                service=service, organisation=council, local_reference="1", name="Ann Lee",
                job_title="Reablement assistant", skills=["home_care_worker"],
            ),
            Worker(
                service=service, organisation=trust, local_reference="2", name="Bob Reid",
                job_title="Community nurse", skills=["registered_nurse", "home_care_worker"],
            ),
        ],
    )  # fmt: skip
    places = [(52.92, -1.47), (52.93, -1.48), (52.94, -1.49), (52.95, -1.50)]
    people = register_people(
        actor=here,
        service_id=service.pk,
        since=day - timedelta(days=30),
        now=now,
        people=[
            NewPerson(
                given_name=given, family_name="Hart", reference=given,
                address=NewAddress(
                    lines="1 Made Up Street", latitude=place[0], longitude=place[1], access_notes="Use the side door"
                ),
                needs=(("hearing_aid", "left ear"),),
            )
            for given, place in zip(("Mary", "Noor", "Olive", "Peter"), places)
        ],
    )  # fmt: skip
    raise_alert(actor=here, person=people[0], kind="allergy", text="Penicillin", now=now)
    # starts of visits stand around now, and inside the day whatever the hour the tests run
    soon = now + timedelta(minutes=1)
    shifts = [
        Shift(
            worker=worker, day=day, starts_at=now - timedelta(hours=4), ends_at=now + timedelta(hours=4),
            start_latitude=52.9, start_longitude=-1.4,
        )
        for worker in (ann, bob)
    ]  # fmt: skip
    add_shifts(actor=here, service_id=service.pk, shifts=shifts, now=now)

    def visit(person, title, opens, skill="home_care_worker", slots=1, **more):
        return Visit(
            service=service, person=person, address=person.addresses.first(), day=day, title=title,
            window_opens_at=opens, window_closes_at=opens + timedelta(minutes=30),
            slots=[{"skill": skill, "minutes": 30}] * slots, **more,
        )  # fmt: skip

    joint = visit(people[0], "Morning care", soon, slots=2, state="planned")
    late = visit(people[1], "Insulin", now - timedelta(hours=2), skill="registered_nurse", state="planned")
    unassigned = visit(people[2], "Lunch", soon, state="needed", unplanned_reason=NOBODY_FREE)
    crisis = visit(people[3], "Crisis first visit", soon, state="under_way", is_crisis=True)

    def going(of, slot, worker, starts, **more):
        return Assignment(
            visit=of, slot=slot, worker=worker, shift=shifts[worker is bob], starts_at=starts,
            ends_at=starts + timedelta(minutes=30), travel_minutes=7, **more,
        )  # fmt: skip

    add_visits(
        actor=here,
        service_id=service.pk,
        now=now,
        visits=[joint, late, unassigned, crisis],
        assignments=[
            going(joint, 0, ann, soon, why=WHY_ANN),
            going(joint, 1, bob, soon, why="Two are needed."),
            going(late, 0, bob, now - timedelta(minutes=40)),
            going(crisis, 0, ann, now - timedelta(minutes=5), state="arrived", arrived_at=now - timedelta(minutes=5)),
        ],
        tasks=[
            VisitTask(visit=joint, title="Help to wash"),
            VisitTask(visit=joint, title="Eye drops", is_delegated=True),
        ],
    )
    return SmallDay(service, here, day, now, ann, bob, joint, late, unassigned, crisis)


@pytest.fixture
def sign_in(small_day):
    """Signs somebody in with a role: `sign_in(Role.ROSTER_PLANNER)` gives their browser, without JavaScript."""

    def make(role: Role = Role.ROSTER_PLANNER) -> Client:
        account = open_account(
            actor=Actor.system("tests"),
            username=f"sam-{role}",
            password=FICTITIOUS_PASSWORD,
            full_name="Sam Planner",
            role=role,
            services=[small_day.service],
            now=small_day.now,
        )
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make
