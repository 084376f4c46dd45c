"""A person on record, and browsers signed in as different roles."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from homeward.access.rules import Actor, Role
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.teams.models import Account, Organisation


@pytest.fixture
def nhs(service) -> Organisation:
    return Organisation.objects.create(service=service, kind="nhs_trust", name="Derwent NHS Trust", is_employer=True)


@pytest.fixture
def signed_in(service, nhs):
    """Makes a browser signed in with a role: `signed_in(Role.FRONT_DOOR)`."""

    def make(role: Role) -> Client:
        account = Account.objects.create(
            username=f"some-{role}", full_name=f"Sam {role}", role=role, organisation=nhs, job_title="Nurse"
        )
        account.services.set([service])
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def nurse(signed_in) -> Client:
    return signed_in(Role.REGISTERED_PROFESSIONAL)


@pytest.fixture
def inside(service) -> Actor:
    """The service acting by itself, inside the service."""
    return Actor.system("tests", service.pk)


@pytest.fixture
def ivy(service, inside, cared_for):
    """Ivy Marsh, on a pathway, with a verified NHS number, an address with a key safe and a need."""
    person = register_person(
        actor=inside,
        service_id=service.pk,
        new=NewPerson(
            given_name="Ivy",
            family_name="Marsh",
            preferred_name="Bunty",
            birth_date=datetime(1940, 2, 29, tzinfo=UTC).date(),
            nhs_number="9990000018",
            phone="07700 900123",
            what_matters="Getting back to the allotment",
            address=NewAddress(
                lines="1 High Street, Derby", postcode="DE1 1AA", key_safe="4711", access_notes="Use the side door"
            ),
            contacts=(("Rose Marsh", "daughter", "07700 900124"),),
            needs=(("large_print", ""), ("other", "Sit on her left")),
        ),
        now=datetime(2026, 11, 1, 9, tzinfo=UTC),
    )
    return cared_for(person)
