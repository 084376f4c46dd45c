"""A pack of results: what may leave the service, as a page and as a PDF."""

import pytest
from django.urls import reverse

from homeward.access.rules import Actor, Role
from homeward.outcomes.measures.definition import Unit
from homeward.outcomes.variation.small_numbers import SmallNumbers
from homeward.teams.models import Account
from homeward.teams.services import join_service, open_service
from homeward.web.results.pack import present_shown
from tests.web.results.test_presenters import of


class TestShown:
    def test_has_no_small_number_and_nothing_made_of_one(self):
        shown = present_shown(of(Unit.SHARE, [(40, 80), (3, 80), (41, 82), (38, 77)]), SmallNumbers(8, 5))
        row = next(row for row in shown.rows if row.period == "February 2025")
        assert (row.value, row.numerator, row.interval) == ("*", "*", "–")
        assert not [mark for mark in shown.charts[0].marks if mark.says.startswith("Feb")]
        numbers = {text for row in shown.rows for text in (row.numerator, row.denominator)}
        assert numbers <= {"*", "40", "80", "75"}
        assert shown.excluded == ()


class TestPack:
    @pytest.mark.parametrize("code", ["team", "service", "board", "commissioner"])
    def test_of_every_audience_is_a_page_and_a_pdf(self, sign_in, copied, code):
        lead = sign_in(Role.PERFORMANCE_LEAD)
        page = lead.get(reverse("results:pack", args=[code])).content.decode()
        assert "Numbers from 1 to 7 are hidden and shown as *" in page
        assert "Up-Person" not in page
        answer = lead.get(reverse("results:pack_pdf", args=[code]))
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")

    def test_is_not_there_for_nobody_and_says_where_nothing_was_copied(self, sign_in, settings, tmp_path):
        settings.VAR = tmp_path
        lead = sign_in(Role.PERFORMANCE_LEAD)
        assert lead.get(reverse("results:pack", args=["nobody"])).status_code == 404
        assert "nhsuk-inset-text" in lead.get(reverse("results:pack_pdf", args=["board"])).content.decode()


class TestSentToMe:
    HERE, SENT = (reverse(f"results:{name}", args=["board"]) for name in ("pack", "pack_sent"))

    @pytest.fixture
    def lead(self, sign_in, settings, tmp_path):
        settings.VAR = tmp_path
        return sign_in(Role.PERFORMANCE_LEAD)

    def test_is_asked_for_changed_and_stopped_on_the_pack(self, lead):
        page = lead.get(self.HERE).content.decode()
        assert "Send me this pack" in page
        assert reverse("notices:reach") in page
        page = lead.post(self.SENT, {"act": "send", "how_often": "quarterly"}, follow=True).content.decode()
        assert "You are sent a link to this pack: every quarter." in page
        assert '<option value="quarterly" selected>' in page
        page = lead.post(self.SENT, {"act": "stop"}, follow=True).content.decode()
        assert "You are sent this pack no more" in page
        assert "Send me this pack" in page

    def test_is_refused_where_it_is_not_said_how_often_and_not_there_for_nobody(self, lead):
        assert "Choose how often." in lead.post(self.SENT, {"act": "send"}, follow=True).content.decode()
        assert lead.post(reverse("results:pack_sent", args=["nobody"]), {"how_often": "weekly"}).status_code == 404
        assert lead.get(self.SENT).status_code == 405

    def test_is_not_for_whoever_may_not_see_results(self, sign_in):
        assert sign_in(Role.ADMINISTRATOR).post(self.SENT, {"how_often": "weekly"}).status_code == 403

    def test_opens_the_pack_of_the_service_that_the_link_names(self, lead, desk, now):
        other = open_service(actor=desk, code="other", name="A Place Elsewhere", now=now)
        assert lead.get(f"{self.HERE}?service=other").status_code == 403
        join_service(actor=Actor.system("t", other.pk), account=Account.objects.get(role="performance_lead"),
                     service=other, now=now)  # fmt: skip
        for code, name in (("other", "A Place Elsewhere"), ("derwent", "Derwent Community First")):
            assert f": {name}</h1>" in lead.get(f"{self.HERE}?service={code}").content.decode()
