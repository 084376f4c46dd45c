"""The procedures as people read them."""

import html
import re

import pytest
from django.test import Client

from homeward.access.rules import Role
from homeward.procedures.models import Procedure
from homeward.procedures.rules import fingerprint_of
from homeward.procedures.selectors import newest_pathways, procedure
from homeward.teams.models import Account
from homeward.web.procedures.presenters.words import URGENCIES, target_words


@pytest.fixture
def reader(service) -> Client:
    account = Account.objects.create(username="reader", full_name="Rae Reader", role=Role.PERFORMANCE_LEAD)
    account.services.set([service])
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response) -> str:
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


class TestList:
    def test_has_every_pathway_most_urgent_first(self, reader):
        page = text_of(reader.get("/procedures/"))
        titles = [pathway.title for pathway in newest_pathways()]
        assert all(title in page for title in titles)
        first = {urgency: page.index(f" {words} ") for urgency, (words, _) in URGENCIES.items() if f" {words} " in page}
        assert list(first) == sorted(first, key=first.get)
        assert "Two-hour response: 2 hours" in page

    def test_says_so_when_none_is_published(self, reader):
        Procedure.objects.all().delete()
        assert "None has been published yet" in text_of(reader.get("/procedures/"))

    def test_is_closed_to_those_not_signed_in(self, client, db):
        assert client.get("/procedures/").headers["Location"].startswith("/sign-in")


class TestPathway:
    def test_says_in_words_what_the_definition_says(self, reader):
        page = text_of(reader.get("/procedures/integrated-crisis-response"))
        for said in (
            "The person is at home, or where they usually live",
            "Call 999.",
            "Starts when: referral received or referral reopened.",
            "2 hours. Someone must have come by then.",
            "Nothing pauses it.",
            "Warns at 50%, 75%, 90% and 100% of the time.",
            "2 workers together: crisis responder (health) and crisis responder (care).",
            "60 minutes at home, once",
            "At least 3 hours apart.",
            "Counts as: hospital avoided and no further support",
            "Hands over to: Reablement at home",
            "4,794 referrals",
            "Leicester, April 2015 to February 2016",
            "Version 2, published",
        ):
            assert said in page, said

    def test_says_what_may_be_delegated_to_whom_and_by_whom(self, reader):
        page = text_of(reader.get("/procedures/home-care-with-delegated-tasks"))
        assert "To a home care worker" in page
        assert "Delegated by: nurse, for one named person at a time." in page
        assert "never outside it" in page

    @pytest.mark.parametrize("code", ["integrated-crisis-response", "reablement-at-home"])
    def test_shows_every_part_of_every_pathway(self, reader, code):
        page = text_of(reader.get(f"/procedures/{code}"))
        pathway = next(one for one in newest_pathways() if one.code == code)
        for thing in (*pathway.stages, *pathway.clocks, *pathway.visits, *pathway.outcomes, *pathway.roles):
            assert thing.title in page
        for figure in pathway.published_figures:
            assert figure.place in page
            assert figure.period in page

    def test_keeps_older_versions_readable(self, reader):
        old = procedure("pathway", "reablement-at-home")
        definition = {**old.definition, "version": old.version + 1, "summary": "Said anew"}
        Procedure.objects.create(
            kind="pathway", code=old.code, version=old.version + 1, title=old.title, definition=definition,
            content_hash=fingerprint_of(definition), published_at=old.published_at, published_by="Des Designer",
        )  # fmt: skip
        assert "Said anew" in text_of(reader.get("/procedures/reablement-at-home"))
        page = text_of(reader.get(f"/procedures/reablement-at-home/{old.version}"))
        assert "This is an older version." in page
        assert "Said anew" not in page

    @pytest.mark.parametrize("address", ["no-such-pathway", "integrated-crisis-response/99"])
    def test_finds_no_page_for_what_was_never_published(self, reader, address):
        assert reader.get(f"/procedures/{address}").status_code == 404


class TestTargetWords:
    def test_counts_one_as_one(self):
        from homeward.procedures.rules import Target, TargetUnit

        assert target_words(Target(1, TargetUnit.DAYS)) == "1 day"
        assert target_words(Target(72, TargetUnit.HOURS)) == "72 hours"
