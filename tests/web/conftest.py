"""A front door with somebody at the desk, made by the services."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from homeward.access.rules import Actor, Role
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.referrals.services import NewReferral, receive_referral
from homeward.roster.models import Shift
from homeward.roster.services import add_shifts
from homeward.teams.models import Organisation, Worker
from homeward.teams.services import add_organisations, add_workers, open_account

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def now():
    """Pages read the clock themselves, so what they show is made at the same time."""
    return timezone.now()


@pytest.fixture
def desk(service) -> Actor:
    return Actor.system("tests", service.pk)


@pytest.fixture
def sign_in(service, desk, now):
    """A browser without JavaScript signed in with a role: `sign_in(Role.FRONT_DOOR)`."""

    def make(role: Role, name: str = "Priya Shah") -> Client:
        account = open_account(
            actor=desk, username=f"{role}-{name}".replace(" ", "-").lower(), password="a long made up phrase",
            full_name=name, role=role, services=[service], now=now,
        )  # fmt: skip
        client = Client()
        client.force_login(account, backend=BACKEND)
        return client

    return make


@pytest.fixture
def coordinator(sign_in) -> Client:
    return sign_in(Role.FRONT_DOOR)


@pytest.fixture
def ivy(service, desk, now):
    new = NewPerson(
        given_name="Ivy",
        family_name="Okafor",
        birth_date=date(1941, 3, 9),
        nhs_number="999 000 0018",
        phone="07700 900123",
        address=NewAddress(lines="1 Made Up Lane", postcode="DE1 3DA", latitude=52.925, longitude=-1.48),
    )
    return register_person(actor=desk, service_id=service.pk, new=new, now=now)


@pytest.fixture
def refer(desk, now):
    """Makes a referral: `refer(ivy, minutes_ago=30, urgency="crisis")`."""

    def make(person, minutes_ago: int = 10, **told):
        told = {"source": "gp", "urgency": "crisis", "need_code": "fall", "requester_name": "Dr Made Up"} | told
        new = NewReferral(received_at=now - timedelta(minutes=minutes_ago), **told)
        return receive_referral(actor=desk, person=person, new=new, now=now)

    return make


@pytest.fixture
def workers(service, desk, now):
    """Two responders of two employers on shift now, one of each skill."""
    trust, council = add_organisations(
        actor=desk,
        now=now,
        organisations=[
            Organisation(service=service, kind="nhs_trust", name="Merrow Trust", is_employer=True),
            Organisation(service=service, kind="council", name="Merrow Council", is_employer=True),
        ],
    )
    rows = [
        Worker(
            service=service, organisation=employer, local_reference=name, name=name, skills=[skill],
            latitude=52.92, longitude=-1.47,
        )
        for name, employer, skill in (
            ("Ash Vale", trust, "crisis_responder_health"), ("Cedar Holt", council, "crisis_responder_care")
        )
    ]  # fmt: skip
    add_workers(actor=desk, workers=rows, now=now)
    day = timezone.localtime(now).date()
    shifts = [
        Shift(
            worker=worker, day=day, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=8),
            start_latitude=52.92, start_longitude=-1.47,
        )
        for worker in rows
    ]  # fmt: skip
    add_shifts(actor=desk, service_id=service.pk, shifts=shifts, now=now)
    return rows
