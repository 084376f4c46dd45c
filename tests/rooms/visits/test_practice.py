"""Practice that could be observed: of people whose visits the reader may see, and how many more there are."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.delegation.models import ObservedPractice
from homeward.people.services import NewPerson, register_person
from homeward.visits.models import Visit, VisitTask
from homeward.visits.selectors.practice import practice_opportunities
from tests.rooms.visits.clinic_words import add_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def learning(team, service, system, now):
    """Bel is learning eye drops; Al, whom this service cares for, has them this morning."""
    nurse, bel = team[:2]
    ObservedPractice.objects.create(
        worker=bel, competence="eye_drops", activity_code="eye_drops", setting="At home", assessor=nurse,
        observed_at=now - timedelta(days=2), result="met", recorded_at=now, recorded_by="Nurse Ash",
    )  # fmt: skip
    al = add_person(service, system, "Al", now)
    visit = Visit.objects.create(
        service=service, person=al, day=now.date(), title="Eye drops", window_opens_at=now + timedelta(hours=1),
        window_closes_at=now + timedelta(hours=2), slots=[{"skill": "home_care_worker", "minutes": 15}],
    )  # fmt: skip
    VisitTask.objects.create(visit=visit, activity_code="eye_drops", title="Give eye drops", is_delegated=True)
    return al


class TestPracticeOpportunities:
    def test_names_those_whose_visits_the_reader_may_see(self, learning, service, actor_with, now):
        found = practice_opportunities(actor_with(Role.REGISTERED_PROFESSIONAL), service.pk, now)
        assert ([one.person.pk for one in found.rows], found.kept_back) == ([learning.pk], 0)

    def test_counts_the_others_without_a_name(self, learning, service, actor_with, now):
        new = NewPerson(given_name="Bo", family_name="Made-Up")
        bo = register_person(actor=Actor.system("tests", service.pk), service_id=service.pk, new=new, now=now)
        Visit.objects.filter(title="Eye drops").update(person=bo)
        found = practice_opportunities(actor_with(Role.REGISTERED_PROFESSIONAL), service.pk, now)
        assert (found.rows, found.kept_back) == ((), 1)
