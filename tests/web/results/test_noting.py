"""Notes on a measure, recorded changes, and before and after with a control."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Actor, Role
from homeward.audit.models import Event
from homeward.outcomes.measures.definition import By, Unit
from homeward.outcomes.models import ResultNote
from homeward.outcomes.services import correct_note
from homeward.teams.models import Account
from homeward.teams.services import join_service, open_service
from homeward.web.results.noting import first_whole
from homeward.web.results.presenters import present_measure
from tests.web.results.test_presenters import of

HERE, NOTE, CHANGE = (reverse(f"results:{name}", args=["M01"]) for name in ("measure", "note", "change"))


@pytest.fixture
def lead(sign_in, copied) -> Client:
    return sign_in(Role.PERFORMANCE_LEAD)


@pytest.fixture
def last_week(now) -> str:
    return (timezone.localdate(now) - timedelta(days=7)).isoformat()


class TestNotes:
    def test_stand_on_the_chart_in_the_table_and_below(self, lead, last_week):
        answer = lead.post(NOTE, {"text": " Flu  week", "first": last_week, "last": last_week, "which": "this"})
        assert answer.url == f"{HERE}?by=month"
        page = lead.get(HERE).content.decode()
        assert page.count("hw-control__flag") >= 3  # on both charts and in the key
        assert "Note 1: Flu week" in page
        assert "Priya Shah" in page
        assert Event.objects.get(action="note on results").subject_id == ResultNote.objects.get().pk

    def test_on_every_measure_are_on_others_too(self, lead, last_week):
        lead.post(NOTE, {"text": "Flu week", "first": last_week, "which": "every"})
        lead.post(NOTE, {"text": "Phones were down", "first": last_week, "which": "this"})
        other = lead.get(reverse("results:measure", args=["M02"])).content.decode()
        assert "Flu week" in other
        assert "Phones were down" not in other

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            ({"text": " "}, "Write what it is"),
            ({"text": "x" * 301}, "Use 300 characters or fewer"),
            ({"first": ""}, "Enter the day"),
            ({"first": "2999-01-01", "last": ""}, "Choose a day that has come"),
            ({"last": "2020-01-01"}, "not before the first"),
        ],
    )
    def test_are_refused_with_what_was_typed_kept(self, lead, last_week, wrong, why):
        told = {"text": "Flu week", "first": last_week, "last": last_week, "which": "this"} | wrong
        answer = lead.post(NOTE, told)
        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert not ResultNote.objects.exists()

    def test_are_corrected_by_another_that_keeps_what_was_said(self, lead, last_week):
        lead.post(NOTE, {"text": "Flew week", "first": last_week, "which": "this"})
        note = ResultNote.objects.get()
        address = reverse("results:correct", args=["M01", note.pk])
        assert "Write what it should say instead" in lead.post(address, {"text": "Flew week"}).content.decode()
        lead.post(address, {"text": "Flu week"})
        page = lead.get(HERE).content.decode()
        assert "Corrected, it said: Flew week" in page
        assert "Somebody corrected this since" in lead.post(address, {"text": "Snow"}).content.decode()
        lead.post(reverse("results:correct", args=["M01", note.corrected_by.pk]), {"act": "take-back"})
        assert "Flu week" not in lead.get(HERE).content.decode()
        assert ResultNote.objects.count() == 3

    def test_of_another_service_or_measure_are_not_there(self, lead, desk, last_week, now):
        lead.post(NOTE, {"text": "Flu week", "first": last_week, "which": "this"})
        mine = ResultNote.objects.get()
        assert lead.get(reverse("results:correct", args=["M02", mine.pk])).status_code == 404
        other = open_service(actor=desk, code="other", name="Other", now=now)
        theirs = ResultNote.objects.create(
            service=other, kind="note", first=now.date(), last=now.date(), text="Theirs", written_at=now, written_by="A"
        )
        assert lead.get(reverse("results:correct", args=["M01", theirs.pk])).status_code == 404
        assert correct_note(actor=Actor.system("t", other.pk), note=theirs, text="Ours", now=now).text == "Ours"


class TestChanges:
    def test_are_chosen_by_name_for_before_and_after(self, lead, now):
        day = timezone.localdate(now) - timedelta(days=200)
        answer = lead.post(CHANGE, {"text": "Second night team began", "first": day.isoformat(), "which": "this"})
        since = first_whole(By.MONTH, day)
        assert answer.url == f"{HERE}?by=month&since={since}"
        page = lead.get(answer.url).content.decode()
        assert f'<option value="{since}" selected>Second night team began' in page
        assert "Step at the change" in page

    @pytest.mark.parametrize(
        ("by", "day", "since"),
        [
            (By.MONTH, date(2026, 10, 1), date(2026, 10, 1)),
            (By.MONTH, date(2026, 12, 31), date(2027, 1, 1)),
            (By.QUARTER, date(2026, 5, 1), date(2026, 7, 1)),
            (By.QUARTER, date(2026, 4, 1), date(2026, 4, 1)),
            (By.DAY, date(2028, 2, 29), date(2028, 2, 29)),
            (By.QUARTER, date(2028, 2, 29), date(2028, 4, 1)),
        ],
    )
    def test_count_from_the_first_whole_period(self, by, day, since):
        assert first_whole(by, day) == since


class TestControl:
    def test_takes_out_what_befell_both(self):
        # both rise by 20 points at the change; only then does this one rise by 10 more
        control = of(Unit.SHARE, [*[(50, 100), (51, 100)] * 6, *[(70, 100), (71, 100)] * 6], key="M18")
        found = of(Unit.SHARE, [*[(50, 100), (52, 100)] * 6, *[(80, 100), (82, 100)] * 6])
        alone = present_measure(found, date(2026, 1, 1)).change
        shown = present_measure(found, date(2026, 1, 1), control=control, control_says="Home first")
        step = next(row for row in alone.rows if row.says == "Step at the change")
        beyond = next(row for row in shown.change.rows if row.says == "Step at the change, beyond the control")
        assert 29 < float(step.value.strip("+ points")) < 32
        assert 9 < float(beyond.value.strip("+ points")) < 11
        assert "the control (Home first)" in shown.change.method
        assert any("must not have had the change" in one for one in shown.change.limits)
        assert shown.besides == (("control", "Home first"),)
        assert [kind for kind, *_ in shown.charts[0].besides] == ["control"]

    def test_is_another_service_of_the_reader_or_a_measure_in_the_same_unit(self, lead, desk, now):
        page = lead.get(HERE).content.decode()
        assert 'value="derwent:M02"' in page
        assert 'value="derwent:M03"' not in page  # a share
        other = open_service(actor=desk, code="other", name="Other Place", now=now)
        assert 'value="other:M01"' not in page
        join_service(actor=Actor.system("t", other.pk), account=Account.objects.get(role="performance_lead"),
                     service=other, now=now)  # fmt: skip
        page = lead.get(HERE).content.decode()
        assert '<option value="other:M01">Other Place</option>' in page
        months = [part.split('"')[0] for part in page.split('<option value="20')[1:]]
        told = lead.get(HERE, {"since": f"20{months[6]}", "control": "derwent:M02"}).content.decode()
        assert "beyond the control" in told
        alone = lead.get(HERE, {"since": f"20{months[6]}", "control": "nobody:M02"}).content.decode()
        assert "beyond the control" not in alone
