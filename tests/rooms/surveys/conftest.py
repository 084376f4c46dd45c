"""Care that ended, and a service that asks about it."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.episodes.models import Episode
from homeward.people.models import Contact
from homeward.people.states import MayBeTold
from homeward.procedures.selectors import procedure
from homeward.surveys.models import Invitation
from homeward.surveys.services import ask_after_care, set_survey_rule


@pytest.fixture
def designer(somebody) -> Actor:
    return somebody(Role.SERVICE_DESIGNER, "Dee Sign")


@pytest.fixture
def itself(service) -> Actor:
    return Actor.system("Homeward, by itself", service.pk)


@pytest.fixture
def asks(service, designer, now):
    """The service asks an audience since ten days ago: `asks("person", remind_days=0)`."""

    def make(audience: str = "person", form_code: str = "survey-person", **told):
        return set_survey_rule(
            actor=designer, service_id=service.pk, audience=audience, is_on=True, form_code=form_code,
            now=now - timedelta(days=10), **told,
        )  # fmt: skip

    return make


@pytest.fixture
def ended(service, now):
    """Somebody's care that ended some days ago: `ended(ivy, days=3)`."""

    def make(person, days: int = 3, outcome: str = "independent", pathway: str = "reablement-at-home") -> Episode:
        return Episode.objects.create(
            service=service, person=person, pathway=procedure("pathway", pathway), stage="closed",
            started_at=now - timedelta(days=days + 20), ended_at=now - timedelta(days=days), outcome_code=outcome,
        )  # fmt: skip

    return make


@pytest.fixture
def carer(ivy) -> Contact:
    return Contact.objects.create(
        person=ivy, name="Rose Marsh", relationship="daughter", phone="07700 900124", is_unpaid_carer=True,
        may_be_told=MayBeTold.VISITS,
    )  # fmt: skip


@pytest.fixture
def ask(service, itself, now):
    """Asks whoever is to be asked now: `ask()`."""

    def make(at=now) -> list[Invitation]:
        return ask_after_care(
            actor=itself, service_id=service.pk, now=at, link_for="https://h.example/survey/{}".format
        )

    return make
