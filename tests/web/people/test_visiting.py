"""Who may visit, on the page of somebody's details and on the pages that change it."""

import pytest

from homeward.access.rules import Role
from homeward.plans.models import VisitingWish
from homeward.teams.models import Worker
from tests.web.people.test_person import text_of


@pytest.fixture
def manager(signed_in):
    return signed_in(Role.CASE_MANAGER)


@pytest.fixture
def ash(service, nhs):
    return Worker.objects.create(
        service=service, organisation=nhs, local_reference="W1", name="Ash Brown", skills=["home_care_worker"]
    )


class TestVisiting:
    def test_asks_for_what_is_not_noted_yet(self, manager, ivy):
        page = text_of(manager.get(f"/people/{ivy.pk}/details"))
        assert "Who may visit" in page
        assert "Ask whether they want a woman or a man" in page

    def test_notes_a_wish_and_shows_it(self, manager, ivy, ash):
        answer = manager.post(
            f"/people/{ivy.pk}/visiting/add", {"kind": "not", "worker": str(ash.pk), "text": "He was rough"}
        )
        assert answer.url == f"/people/{ivy.pk}/details#visiting"
        page = text_of(manager.get(f"/people/{ivy.pk}/details"))
        assert "Not this worker" in page
        assert "Ash Brown: He was rough" in page

    def test_says_what_is_missing(self, manager, ivy, ash):
        answer = manager.post(f"/people/{ivy.pk}/visiting/add", {"kind": "not", "worker": "", "text": ""})
        assert answer.status_code == 422
        assert "Choose which worker it is about." in text_of(answer)
        assert not VisitingWish.objects.exists()

    def test_ends_a_wish_for_a_reason(self, manager, ivy):
        manager.post(f"/people/{ivy.pk}/visiting/add", {"kind": "dog", "worker": "", "text": ""})
        wish = VisitingWish.objects.get()
        ending = f"/people/{ivy.pk}/visiting/{wish.pk}/end"
        assert manager.post(ending, {"reason": ""}).status_code == 422
        manager.post(ending, {"reason": "The dog died"})
        page = text_of(manager.get(f"/people/{ivy.pk}/details"))
        assert "The dog died" in page
        assert manager.get(ending).status_code == 404

    def test_is_shown_and_not_offered_to_who_only_sees_records(self, signed_in, ivy):
        visitor = signed_in(Role.REGISTERED_PROFESSIONAL)
        page = visitor.get(f"/people/{ivy.pk}/details").content.decode()
        assert "Who may visit" in page
        may = visitor.get(f"/people/{ivy.pk}/visiting/add").status_code == 200
        assert may == ("Note who may visit" in page)
