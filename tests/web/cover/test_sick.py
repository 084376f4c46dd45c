"""A sick call at half past six: taken, covered, told."""

import re
from datetime import datetime

import pytest

from homeward.access.rules import Actor, Role
from homeward.kernel.rules import LONDON
from homeward.teams.models import Account, Worker
from homeward.visits import planning
from homeward.visits.models import Assignment, CoverDecision, CoverOption, SickCall, Telling
from tests.rooms.visits.agencies import hire, morning, on_shift, open_agencies

FIGURES_OF_NOTHING = {"lost": 4, "kept": 0, "hard_uncovered": 0, "late": 0, "worst_late": 0, "moved": 1, "travel": 0,
                      "pence": 0, "workers": 0, "employers": 0, "comes_in": 0, "hours_left": None}  # fmt: skip


@pytest.fixture
def now(monkeypatch):
    """Half past six on a Tuesday in winter, for the pages too."""
    moment = datetime(2026, 11, 24, 6, 30, tzinfo=LONDON)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    return moment


@pytest.fixture
def place(service, now):
    """Ill One of an agency has four visits; two colleagues of the council are on shift when they ring."""
    agency, council = open_agencies(service, now)
    ill = hire(agency, "Ill One", now)
    on_shift(ill, now, 7, 15)
    morning(service, now, 4)
    planning.plan_day(
        actor=Actor.system("tests", service.pk), service_id=service.pk, day=now.date(), now=now, seconds=0.2, seed=1
    )
    for name in ("Council One", "Council Two"):
        on_shift(hire(council, name, now), now, 7, 15)
    return ill


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def report(client, worker, days="1"):
    return client.post("/cover/sick/report", {"worker": worker.pk, "days": days}, follow=True)


class TestSickCall:
    def test_is_taken_covered_and_told_in_four_pages(self, sign_in, place):
        planner = sign_in(Role.ROSTER_PLANNER)
        found = planner.get("/cover/sick", {"who": "ill"})
        assert "Ill One" in text_of(found)
        assert "07:00 to 15:00" in text_of(found)

        offers = report(planner, place)
        words = text_of(offers)
        assert "Ill One is recorded as ill" in words
        assert "4 of 4 visits kept" in words
        assert words.count("Nobody yet") == 4
        call = SickCall.objects.get()
        best = call.options.get(rank=0)
        done = planner.post(f"/cover/sick/{call.pk}/accept", {"option": best.pk}, follow=True)

        assert "Done as shown" in text_of(done)
        assert "Covered" in text_of(done)
        assert not Assignment.objects.filter(worker=place).exists()
        assert CoverDecision.objects.get().decided_by == "Priya Shah"
        waits = Telling.objects.filter(told_at=None).first()
        told = planner.post(f"/cover/sick/{call.pk}/told/{waits.pk}", follow=True)
        assert "Told: Priya Shah" in text_of(told)

    def test_says_a_way_that_keeps_nothing_and_offers_no_button_for_it(self, sign_in, place):
        planner = sign_in(Role.ROSTER_PLANNER)
        report(planner, place)
        CoverOption.objects.update(figures=FIGURES_OF_NOTHING, sentence="Nobody on shift has room: 0 of 4 visits kept.")
        words = planner.get(f"/cover/sick/{SickCall.objects.get().pk}").content.decode()
        assert "Nobody on shift has room" in words
        assert 'name="option"' not in words
        assert "Nobody was found, on shift or off, who can take any of it." in words

    def test_says_when_an_offer_is_no_longer_one(self, sign_in, place):
        planner = sign_in(Role.ROSTER_PLANNER)
        report(planner, place)
        call = SickCall.objects.get()
        old = call.options.get(rank=0)
        old_made = old.made_at
        call.options.update(made_at=old_made.replace(hour=5))
        planner.post(f"/cover/sick/{call.pk}/work-out")
        answer = planner.post(f"/cover/sick/{call.pk}/accept", {"option": old.pk}, follow=True)
        assert "worked out again" in text_of(answer)
        assert not CoverDecision.objects.exists()

    def test_wants_to_know_what_is_done_about_the_rest(self, sign_in, place):
        planner = sign_in(Role.ROSTER_PLANNER)
        report(planner, place)
        call = SickCall.objects.get()
        refused = planner.post(f"/cover/sick/{call.pk}/leave", {"reason": ""})
        assert refused.status_code == 422
        assert "Say what is done about them" in text_of(refused)
        planner.post(f"/cover/sick/{call.pk}/leave", {"reason": "Families called"})
        assert CoverDecision.objects.get().sentence == "Families called"

    @pytest.mark.parametrize("days", ["0", "x", "99", "999999999999999999999"])
    def test_refuses_days_that_cannot_be(self, sign_in, place, days):
        answer = report(sign_in(Role.ROSTER_PLANNER), place, days)
        assert "There is a problem" in text_of(answer)
        assert not SickCall.objects.exists()

    def test_offers_nobody_off_to_who_may_not_change_the_roster(self, sign_in, place, now):
        hire(place.organisation, "Off Today", now)
        words = text_of(report(sign_in(Role.CRISIS_RESPONDER), place))
        assert "Spread over" in words
        assert "Off Today" not in words

    def test_is_not_for_everyone(self, sign_in, place):
        carer = sign_in(Role.FIELD_WORKER)
        assert carer.get("/cover/sick").status_code == 403
        assert report(carer, place).status_code == 403
        assert sign_in(Role.ROSTER_PLANNER).get("/cover/sick/999999").status_code == 404


class TestIll:
    def test_takes_a_worker_off_by_their_own_word(self, sign_in, place):
        carer = sign_in(Role.FIELD_WORKER, "Ill One")
        Worker.objects.filter(pk=place.pk).update(account=Account.objects.get(full_name="Ill One"))
        assert "I am ill: take me off today" in text_of(carer.get("/cover/ill"))
        answer = carer.post("/cover/ill", {"days": "1"}, follow=True)
        assert "Get well soon" in text_of(answer)
        assert "Tuesday 24 November" in text_of(answer)
        assert SickCall.objects.get().is_by_themselves
        again = carer.post("/cover/ill", {"days": "1"}, follow=True)
        assert "already" in text_of(again)

    def test_has_nothing_for_who_is_not_on_the_roster(self, sign_in, place):
        assert "not on the roster" in text_of(sign_in(Role.FIELD_WORKER).get("/cover/ill"))


class TestSickness:
    def test_counts_what_was_lost_and_covered(self, sign_in, place):
        planner = sign_in(Role.ROSTER_PLANNER)
        report(planner, place)
        call = SickCall.objects.get()
        planner.post(f"/cover/sick/{call.pk}/accept", {"option": call.options.get(rank=0).pk})
        words = text_of(planner.get("/cover/sickness"))
        assert "Larkmoor Care 1 8.0 1 of 1 0 0 1 of 1 4 of 4 2.0 2.0 2.0 0.0" in words

    @pytest.mark.parametrize("asked", ["to=0001-01-01", "from=9999-12-31", "from=0001-01-01", "to=x"])
    def test_takes_no_day_that_cannot_be(self, sign_in, place, asked):
        assert sign_in(Role.ROSTER_PLANNER).get(f"/cover/sickness?{asked}").status_code == 200

    def test_says_when_days_are_the_wrong_way_round(self, sign_in, place):
        words = text_of(sign_in(Role.ROSTER_PLANNER).get("/cover/sickness?from=2026-11-24&to=2026-11-01"))
        assert "The first day is after the last" in words
