"""People, referrals and workers for the rooms' tests, made by the services."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from homeward.access.rules import Actor, Role
from homeward.assessments.services import complete_form, save_answers, start_form
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.procedures.selectors import built
from homeward.referrals.services import NewReferral, receive_referral
from homeward.referrals.states import Source, Urgency
from homeward.roster.models import Shift
from homeward.roster.services import add_shifts
from homeward.teams.models import Organisation, Worker
from homeward.teams.services import add_organisations, add_workers
from tests.answering import complete_answers

# How long the first holds on while the second goes ahead, if nothing makes it wait; too short only makes a test easier
HOLDS_SECONDS = 1
# Around a made-up base; a degree of latitude is about 111 kilometres.
BASE = (52.92, -1.47)


@pytest.fixture
def coordinator(actor_with) -> Actor:
    return actor_with(Role.FRONT_DOOR)


@pytest.fixture
def planner(actor_with) -> Actor:
    return actor_with(Role.ROSTER_PLANNER)


@pytest.fixture
def ivy(service, coordinator, now):
    """Ivy Okafor, at home on a point of the map."""
    new = NewPerson(
        given_name="Ivy",
        family_name="Okafor",
        birth_date=date(1941, 3, 9),
        nhs_number="999 000 0018",
        phone="07700 900123",
        address=NewAddress(
            lines="1 Made Up Lane", postcode="DE1 3DA", latitude=52.925, longitude=-1.48, key_safe="1234"
        ),
    )
    return register_person(actor=coordinator, service_id=service.pk, new=new, now=now)


@pytest.fixture
def crisis(coordinator, ivy, now):
    """A crisis referral for Ivy, received ten minutes ago."""
    new = NewReferral(
        source=Source.GP,
        urgency=Urgency.CRISIS,
        need_code="fall",
        need_text="Fell this morning, cannot get up the stairs",
        received_at=now - timedelta(minutes=10),
        requester_name="Dr Made Up",
    )
    return receive_referral(actor=coordinator, person=ivy, new=new, now=now)


@pytest.fixture
def fill(service, coordinator, now):
    """Fills in a form and completes it: `fill("crisis-outcome", ("episode", 7), person=ivy)`."""

    def complete(form_code: str, subject: tuple[str, int], actor: Actor = coordinator, **more):
        told = {"actor": actor, "now": now}
        filled = start_form(service_id=service.pk, form_code=form_code, subject=subject, **more, **told)
        answers = complete_answers(built(filled.form))
        saved = save_answers(filled=filled, answers=answers, revision=filled.revision, **told)
        return complete_form(filled=saved.filled, **told)

    return complete


@pytest.fixture
def workers(service, now):
    """Four responders of two employers, two of each skill, on shift all day near the base."""
    system = Actor.system("tests", service.pk)
    trust, council = add_organisations(
        actor=system,
        now=now,
        organisations=[
            Organisation(service=service, kind="nhs_trust", name="Merrow Trust", is_employer=True),
            Organisation(service=service, kind="council", name="Merrow Council", is_employer=True),
        ],
    )
    rows = [
        Worker(
            service=service,
            organisation=trust if skill.endswith("health") else council,
            local_reference=f"W{number}",
            name=f"Worker {name}",
            skills=[skill],
            latitude=BASE[0] + number / 200,
            longitude=BASE[1],
        )
        for number, (name, skill) in enumerate(
            [
                ("Ash", "crisis_responder_health"),
                ("Birch", "crisis_responder_health"),
                ("Cedar", "crisis_responder_care"),
                ("Damson", "crisis_responder_care"),
            ]
        )
    ]
    add_workers(actor=system, workers=rows, now=now)
    day = now.date()
    midnight = now.replace(hour=0, minute=0)
    shifts = [
        Shift(
            worker=worker,
            day=day,
            starts_at=midnight + timedelta(hours=7),
            ends_at=midnight + timedelta(hours=21),
            start_latitude=worker.latitude,
            start_longitude=worker.longitude,
        )
        for worker in rows
    ]
    add_shifts(actor=system, service_id=service.pk, shifts=shifts, now=now)
    return rows


@pytest.fixture
def at_once():
    """Calls two services on two connections, for tests on PostgreSQL that keep their transactions."""

    def call(first, second) -> list:
        """What two services give, or raise, when the second is called before what the first did is there to be seen."""
        first_has_done, second_has_done = Event(), Event()

        def lead():
            try:
                with transaction.atomic():
                    answer = first()
                    first_has_done.set()
                    second_has_done.wait(HOLDS_SECONDS)
                return answer
            finally:
                first_has_done.set()
                connection.close()

        def follow():
            first_has_done.wait(20)
            try:
                return second()
            except Exception as error:
                return error
            finally:
                second_has_done.set()
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            return [one.result() for one in (pool.submit(lead), pool.submit(follow))]

    return call
