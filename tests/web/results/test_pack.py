"""A pack of results: what may leave the service, as a page and as a PDF."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from homeward.access.rules import Actor, Role
from homeward.kernel.rules import months_later
from homeward.outcomes.measures.definition import Unit
from homeward.outcomes.models import ResultNote
from homeward.outcomes.national.figures import Figure
from homeward.outcomes.national.figures import Unit as NationalUnit
from homeward.outcomes.services import keep_figures
from homeward.outcomes.variation.small_numbers import SmallNumbers
from homeward.teams.models import Account
from homeward.teams.services import join_service, open_service
from homeward.web.results.groups import shown_groups
from homeward.web.results.national import NationalSeries
from homeward.web.results.pack import Part, _key, present_shown
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


class TestShownGroups:
    def test_hide_a_small_group_and_another_that_would_give_it_away(self):
        found = of(Unit.SHARE, [(40, 80)])
        (point,) = found.points
        parts = (("female", 30, 60), ("male", 3, 12), ("other", 30, 70))
        points = tuple(
            replace(point, numerator=top, denominator=under, value=top / under, split=name)
            for name, top, under in parts
        )
        shown = shown_groups(replace(found, points=points), "sex", SmallNumbers(8, 5))
        assert [row.name for row in shown.rows] == ["Female", "Male", "Other"]
        male = shown.rows[1]
        assert (male.numerator, male.value, male.interval) == ("*", "*", "–")
        assert [row.numerator for row in shown.rows].count("*") == 2
        assert "3" not in {text for row in shown.rows for text in (row.numerator, row.denominator)}


class TestKey:
    def test_names_every_mark_line_and_flag_that_is_drawn_and_nothing_else(self):
        found = of(Unit.SHARE, [(9, 10), (8, 10), (7, 10), (9, 10)], provisional=1)
        note = ResultNote(first=found.points[0].first, last=found.points[0].last, text="Flu", measure_key="M03",
                          written_by="T", written_at=datetime(2025, 6, 1, tzinfo=UTC))  # fmt: skip
        series = NationalSeries("x", "England: seen", (), "made-up.json", {one.first: 0.8 for one in found.points})
        drawn = _key([Part(present_shown(found, SmallNumbers(1, 1), (note,), series), 1, "")])
        assert [kind for _, kind, _ in drawn] == [
            "chance",
            "provisional",
            "mean",
            "limit",
            "target",
            "national",
            "flag",
        ]
        assert _key([Part(present_shown(of(Unit.COUNT, [], key="M01"), SmallNumbers(8, 5)), 1, "")]) == []


class TestPack:
    @pytest.mark.parametrize("code", ["team", "service", "board", "commissioner"])
    def test_of_every_audience_is_a_page_and_a_pdf(self, sign_in, copied, code):
        lead = sign_in(Role.PERFORMANCE_LEAD)
        page = lead.get(reverse("results:pack", args=[code])).content.decode()
        assert "Numbers from 1 to 7, and those of fewer than 8 people, are hidden and shown as *" in page
        assert "Up-Person" not in page
        answer = lead.get(reverse("results:pack_pdf", args=[code]))
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")

    def test_has_the_groups_and_the_national_figures_that_were_asked_for(self, sign_in, copied, now):
        month = (now.date().replace(day=1) - timedelta(days=200)).replace(day=1)
        figures = [
            Figure(
                measure="M03", says="Seen within 2 hours", place_code="", place="England", first=first,
                last=months_later(first, 1) - timedelta(days=1), numerator=None, denominator=None, value=0.845,
                unit=NationalUnit.SHARE, file="made-up.json", sheet="",
            )
            for first in (month, months_later(month, 1))
        ]  # fmt: skip
        keep_figures(actor=Actor.system("tests"), file="made-up.json", figures=figures, now=now)
        lead = sign_in(Role.PERFORMANCE_LEAD)
        here, paper = (reverse(f"results:{name}", args=["service"]) for name in ("pack", "pack_pdf"))
        alone = lead.get(here).content.decode()
        assert "Published: England" not in alone
        asked = {"group": "sex", "national": "1"}
        page = lead.get(here, asked).content.decode()
        assert "Published: England: seen within 2 hours" in page
        assert f"{paper}?group=sex&amp;national=1" in page
        assert '<option value="sex" selected>' in page
        assert lead.get(paper, asked).content.startswith(b"%PDF")
        assert lead.get(here, {"group": "shoe size"}).status_code == 200

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

    @pytest.mark.parametrize(
        ("code", "how_often"),
        [("team", "weekly"), ("service", "monthly"), ("board", "quarterly"), ("commissioner", "monthly")],
    )
    def test_is_offered_as_often_as_its_numbers_are_made(self, lead, code, how_often):
        page = lead.get(reverse("results:pack", args=[code])).content.decode()
        assert f'<option value="{how_often}" selected>' in page

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
