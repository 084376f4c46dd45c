"""Whom a worker can visit, on the worker's page of the roster."""

import pytest

from homeward.access.rules import Role
from homeward.plans.models import WorkerTrait


@pytest.fixture
def planner(sign_in):
    return sign_in(Role.ROSTER_PLANNER, "Tessa Grange")


class TestTraits:
    def test_notes_what_matters_and_says_when_it_no_longer_does(self, planner, workers):
        address = f"/roster/workers/{workers[0].pk}"
        assert "Nothing is noted." in planner.get(address).content.decode()
        told = {"trait": "language", "language": "Punjabi"}
        assert planner.post(f"{address}/trait", told).status_code == 302
        assert "Speaks Punjabi" in planner.get(address).content.decode()
        planner.post(f"{address}/trait", {"end": WorkerTrait.objects.get().pk})
        assert "Nothing is noted." in planner.get(address).content.decode()

    def test_says_what_is_missing(self, planner, workers):
        answer = planner.post(f"/roster/workers/{workers[0].pk}/trait", {"trait": "language", "language": ""})
        assert answer.status_code == 422
        assert "Say which language." in answer.content.decode()

    def test_is_not_shown_to_who_does_not_manage_the_roster(self, sign_in, workers):
        lead = sign_in(Role.PERFORMANCE_LEAD, "Lead One")
        page = lead.get(f"/roster/workers/{workers[0].pk}")
        assert page.status_code == 403 or "Whom they can visit" not in page.content.decode()
