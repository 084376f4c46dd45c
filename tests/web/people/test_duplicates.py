"""Two records of one person: the list, the decision, and undoing it."""

import html
import re
from datetime import date

import pytest

from homeward.access.rules import Role
from homeward.people.linking.pairs import Evidence, Pair
from homeward.people.linking.services import note_duplicates
from homeward.people.models import Person, PersonMerge, PossibleDuplicate
from homeward.people.services import NewAddress, NewPerson, register_person


def text_of(response) -> str:
    """A page's text as one line, without markup."""
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.fixture
def manager(signed_in):
    return signed_in(Role.CASE_MANAGER)


@pytest.fixture
def ivie(service, inside, now):
    new = NewPerson(
        given_name="Ivie", family_name="Marsh", birth_date=date(1940, 2, 28), email="ivie@example.org",
        address=NewAddress(lines="9 Canal Street", postcode="DE1 4XX"),
    )  # fmt: skip
    return register_person(actor=inside, service_id=service.pk, new=new, now=now)


@pytest.fixture
def pair(service, inside, ivy, ivie, now) -> PossibleDuplicate:
    evidence = (Evidence("name", "nearly the same name", 8.0), Evidence("postcode", "different postcode", -2.1))
    pairs = [Pair(ivy.pk, ivie.pk, 0.93, evidence)]
    note_duplicates(actor=inside, service_id=service.pk, pairs=pairs, now=now)
    return PossibleDuplicate.objects.get()


class TestDuplicates:
    def test_lists_the_pairs_with_the_reasons(self, manager, pair):
        page = text_of(manager.get("/people/duplicates"))
        assert "1 pair to decide" in page
        assert "Ivy Marsh and Ivie Marsh" in page
        assert "93% likely" in page
        assert "Nearly the same name" in page

    def test_is_led_to_from_the_search(self, manager, pair):
        assert "Possible duplicates (1)" in text_of(manager.get("/people/"))

    def test_says_so_when_there_is_nothing_to_decide(self, manager, ivy):
        assert "Nothing to decide" in text_of(manager.get("/people/duplicates"))

    def test_is_closed_to_those_who_may_not_merge(self, nurse, pair):
        assert nurse.get("/people/duplicates").status_code == 403
        assert nurse.get(f"/people/duplicates/{pair.pk}").status_code == 403
        assert "Possible duplicates" not in text_of(nurse.get("/people/"))


class TestCompare:
    def test_shows_both_with_what_speaks_for_and_against(self, manager, pair):
        page = text_of(manager.get(f"/people/duplicates/{pair.pk}"))
        assert "Speaks strongly for Nearly the same name" in page
        assert "Speaks against Different postcode" in page
        assert "9 Canal Street, DE1 4XX" in page

    def test_merges_with_the_values_chosen(self, manager, pair, ivy, ivie):
        answer = manager.post(
            f"/people/duplicates/{pair.pk}",
            {"decision": "merged", "keep": ivy.pk, "value_email": ivie.pk, "value_name": ivy.pk, "reason": "She said"},
            follow=True,
        )
        assert answer.redirect_chain == [(f"/people/{ivy.pk}", 302)]
        assert "merged into this one" in text_of(answer)
        kept = Person.objects.get(pk=ivy.pk)
        assert (kept.email, kept.given_name) == ("ivie@example.org", "Ivy")

    def test_asks_how_somebody_knows_before_it_merges(self, manager, pair, ivy):
        answer = manager.post(f"/people/duplicates/{pair.pk}", {"decision": "merged", "keep": ivy.pk, "reason": " "})
        assert answer.status_code == 422
        assert "Say how you know" in text_of(answer)
        assert not PersonMerge.objects.exists()

    def test_asks_for_a_decision(self, manager, pair):
        answer = manager.post(f"/people/duplicates/{pair.pk}", {"reason": "Twins live here"})
        assert answer.status_code == 422
        assert "Twins live here" in answer.content.decode()

    def test_lists_no_more_what_is_not_the_same(self, manager, pair):
        manager.post(f"/people/duplicates/{pair.pk}", {"decision": "not_same", "reason": "Twins"})
        assert "Nothing to decide" in text_of(manager.get("/people/duplicates"))
        assert "Not the same" in text_of(manager.get(f"/people/duplicates/{pair.pk}"))

    def test_says_when_somebody_merged_them_meanwhile(self, manager, pair, ivy):
        sent = {"decision": "merged", "keep": ivy.pk, "reason": "She said"}
        manager.post(f"/people/duplicates/{pair.pk}", sent)
        answer = manager.post(f"/people/duplicates/{pair.pk}", sent)
        assert answer.status_code == 422
        assert "a moment ago" in text_of(answer)

    def test_knows_no_pair_that_is_not_there(self, manager, db):
        assert manager.get("/people/duplicates/999").status_code == 404


class TestMergedRecord:
    @pytest.fixture
    def merge(self, manager, pair, ivy) -> PersonMerge:
        sent = {"decision": "merged", "keep": ivy.pk, "reason": "She said"}
        manager.post(f"/people/duplicates/{pair.pk}", sent)
        return PersonMerge.objects.get()

    def test_opens_as_the_kept_one_and_says_so(self, manager, merge, ivy, ivie):
        answer = manager.get(f"/people/{ivie.pk}", follow=True)
        assert answer.redirect_chain == [(f"/people/{ivy.pk}", 302)]
        assert f"Record {ivie.reference} was merged into this one" in text_of(answer)
        assert f"Record {ivie.reference} was merged" not in text_of(manager.get(f"/people/{ivy.pk}"))

    def test_is_found_as_the_kept_one(self, manager, merge):
        page = text_of(manager.post("/people/", {"sought": "ivie"}, follow=True))
        assert "1 person found" in page
        assert "Another name Ivie Marsh" in page

    def test_comes_back_when_the_merge_is_undone(self, manager, merge, ivy, ivie, cared_for):
        assert "Undo this merge" in text_of(manager.get(f"/people/{ivy.pk}"))
        answer = manager.post(f"/people/merges/{merge.pk}/undo", {"reason": "They are sisters"}, follow=True)
        assert "two records again" in text_of(answer)
        assert manager.get(f"/people/{cared_for(ivie).pk}").status_code == 200

    def test_asks_why_before_it_is_undone(self, manager, merge):
        answer = manager.post(f"/people/merges/{merge.pk}/undo", {"reason": ""})
        assert answer.status_code == 422
        assert "not the same person" in text_of(answer)

    def test_is_undone_only_by_those_who_may_merge(self, nurse, merge, ivy):
        assert "Undo this merge" not in text_of(nurse.get(f"/people/{ivy.pk}"))
        assert nurse.post(f"/people/merges/{merge.pk}/undo", {"reason": "x"}).status_code == 403
