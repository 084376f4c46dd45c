"""Asking after care, staff, and the one reminder."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.models import Delivery, Notice
from homeward.people.models import SharingChoice
from homeward.people.services import note_need
from homeward.surveys.models import Invitation
from homeward.surveys.selectors import SurveyEndedError, invitation_opened, survey_queue
from homeward.surveys.services import answer_by_link, ask_staff, note_said_no, remind, set_survey_rule, token_of

pytestmark = pytest.mark.django_db
GOOD = {"overall": "very_good"}


def answered(one: Invitation, now, **more):
    told = {"answers": GOOD, "may_keep": False, "smallest": 8} | more
    return answer_by_link(token=token_of(one), now=now, **told)


class TestSetSurveyRule:
    @pytest.mark.parametrize(
        ("told", "why"),
        [
            ({"form_code": "falls-assessment"}, "Choose a survey"),
            ({"audience": "cats"}, "Choose who is asked"),
            ({"wait_days": 15, "open_days": 28}, "42 days together"),
            ({"remind_days": 28}, "before the time to answer is over"),
        ],
    )
    def test_refuses_what_cannot_be(self, asks, told, why):
        with pytest.raises(RefusedError, match=why):
            asks(**{"audience": "person", **told})

    def test_is_for_those_who_may(self, service, lead_of, now):
        with pytest.raises(NotAllowedError):
            set_survey_rule(
                actor=lead_of, service_id=service.pk, audience="person", is_on=True, form_code="survey-person", now=now
            )

    def test_asks_nobody_about_care_that_ended_before_it_was_turned_on(self, asks, ended, ask, ivy):
        asks()
        ended(ivy, days=12)
        assert ask() == []


@pytest.fixture
def lead_of(somebody):
    return somebody(Role.CASE_MANAGER, "Cat Manager")


class TestAskAfterCare:
    def test_sends_a_link_that_says_nothing_of_anybody(self, asks, ended, ask, ivy):
        asks()
        ended(ivy)
        (one,) = ask()
        assert (one.asked_by, one.audience, one.form.code) == ("sms", "person", "survey-person")
        delivery = Delivery.objects.get()
        assert delivery.address == "07700 900123"
        assert token_of(one) in delivery.notice.title
        assert "Ivy" not in delivery.notice.title
        assert token_of(one) not in (one.nonce, one.token_hash)

    def test_asks_once_about_an_episode(self, asks, ended, ask, ivy, now):
        asks()
        ended(ivy)
        assert len(ask()) == 1
        assert ask(now + timedelta(days=1)) == []

    def test_waits_and_then_does_not_ask_late(self, asks, ended, ask, ivy, now):
        asks(wait_days=2)
        ended(ivy, days=1)
        assert ask() == []
        assert len(ask(now + timedelta(days=1))) == 1

    def test_asks_once_where_two_episodes_ended(self, asks, ended, ask, ivy, now):
        asks()
        ended(ivy, days=3)
        ended(ivy, days=4)
        assert len(ask()) == 1
        assert ask(now + timedelta(days=1)) == []

    @pytest.mark.parametrize("why", ["died", "restricted", "sensitive", "in_care", "objects", "other_pathway"])
    def test_leaves_out_whom_it_may_not_ask(self, asks, ended, ask, ivy, now, why):
        asks(pathways=["low-vision-clinic"] if why == "other_pathway" else [])
        ended(ivy)
        if why == "died":
            ivy.died_on = london_day(now)
        elif why == "restricted":
            ivy.restricted_since = now
        elif why == "sensitive":
            ivy.sensitivity = "staff"
        elif why == "in_care":
            episode = ended(ivy)
            episode.ended_at, episode.outcome_code = None, ""
            episode.save()
        elif why == "objects":
            SharingChoice.objects.create(
                person=ivy, kind="contact", decision="objected", decided_on=date(2026, 1, 1), recorded_at=now,
                recorded_by="Tests",
            )  # fmt: skip
        ivy.save()
        assert ask() == []

    def test_gives_easy_read_on_paper_to_whoever_needs_it(self, asks, ended, ask, ivy, itself, now):
        note_need(actor=itself, person=ivy, kind="easy_read", text="", now=now)
        asks()
        ended(ivy)
        (one,) = ask()
        assert (one.asked_by, one.form.code) == ("paper", "survey-person-easy-read")
        assert not Delivery.objects.exists()

    def test_asks_the_carer_whom_the_person_allows_to_be_told(self, asks, ended, ask, ivy, carer, now):
        asks("carer", "survey-carer")
        ended(ivy)
        (one,) = ask()
        assert (one.contact, one.asked_by, one.recipient) == (carer, "sms", "Rose Marsh")

    def test_asks_no_carer_who_may_be_told_nothing(self, asks, ended, ask, ivy, carer):
        carer.may_be_told = "nothing"
        carer.save()
        asks("carer", "survey-carer")
        ended(ivy)
        assert ask() == []


class TestRemind:
    def test_reminds_once_and_no_more(self, service, asks, ended, ask, ivy, itself, now):
        asks(remind_days=7)
        ended(ivy)
        ask()
        told = {"actor": itself, "service_id": service.pk, "link_for": "https://h.example/{}".format}
        assert [remind(now=now + timedelta(days=days), **told) for days in (6, 7, 8, 20)] == [0, 1, 0, 0]
        assert Delivery.objects.count() == 2

    def test_leaves_alone_whoever_answered_or_died(self, service, asks, ended, ask, ivy, someone, itself, now):
        asks(remind_days=7)
        ended(ivy)
        ended(someone)
        mine, theirs = ask()
        answered(mine, now)
        theirs.person.died_on = london_day(now)
        theirs.person.save()
        later = now + timedelta(days=8)
        link = "https://h.example/{}".format
        assert remind(actor=itself, service_id=service.pk, now=later, link_for=link) == 0


@pytest.fixture
def someone(service, coordinator, now):
    from homeward.people.services import NewPerson, register_person

    new = NewPerson(given_name="Al", family_name="Moss", phone="07700 900222")
    return register_person(actor=coordinator, service_id=service.pk, new=new, now=now)


class TestAskStaff:
    def test_asks_everybody_once_a_quarter_on_screen(self, service, asks, somebody, itself, now):
        for number in range(3):
            somebody(Role.FIELD_WORKER, f"Worker {number}")
        asks("staff", "survey-staff")
        people = len(ask_staff(actor=itself, service_id=service.pk, now=now))
        assert people == Notice.objects.filter(kind="survey").count() >= 3
        assert ask_staff(actor=itself, service_id=service.pk, now=now + timedelta(days=20)) == []
        assert len(ask_staff(actor=itself, service_id=service.pk, now=now + timedelta(days=60))) == people


class TestLinks:
    def test_open_until_answered_or_over(self, service, asks, ended, ask, ivy, itself, now):
        asks(open_days=28)
        ended(ivy)
        (one,) = ask()
        token = token_of(one)
        assert invitation_opened(itself, token, now) == one
        with pytest.raises(SurveyEndedError):
            invitation_opened(itself, token, now + timedelta(days=28))
        answered(one, now)
        with pytest.raises(SurveyEndedError):
            invitation_opened(itself, token, now)
        with pytest.raises(SurveyEndedError):
            answered(one, now)

    @pytest.mark.parametrize("token", ["", "x", "é" * 24, "a" * 24])
    def test_open_nothing_by_another_word(self, itself, token, now):
        with pytest.raises(SurveyEndedError):
            invitation_opened(itself, token, now)


class TestQueue:
    def test_holds_calls_until_they_are_settled(self, service, asks, ended, ask, ivy, lead_of, itself, now):
        note_need(actor=itself, person=ivy, kind="audio", text="", now=now)
        asks()
        ended(ivy)
        (one,) = ask()
        assert survey_queue(lead_of, service.pk, now).to_ring == (one,)
        note_said_no(actor=lead_of, invitation=one, note="", now=now)
        assert survey_queue(lead_of, service.pk, now).to_ring == ()
        with pytest.raises(SurveyEndedError):
            note_said_no(actor=lead_of, invitation=one, note="", now=now)

    def test_never_lets_those_who_were_sent_a_link_crowd_out_those_to_be_asked(
        self, service, asks, ended, ask, ivy, lead_of, now, monkeypatch
    ):
        monkeypatch.setattr("homeward.surveys.selectors.asking.MOST_LISTED", 1)
        asks()
        ended(ivy)
        (sent,) = ask()
        call = Invitation.objects.get(pk=sent.pk)
        call.pk, call.token_hash, call.asked_by = None, "f" * 64, "phone"
        call.episode, call.until = ended(ivy), sent.until + timedelta(days=1)
        call.save()
        found = survey_queue(lead_of, service.pk, now)
        assert (found.to_ring, found.waiting, found.sent, found.more) == ((call,), (), 1, 0)
        assert survey_queue(lead_of, service.pk, now, with_sent=True).waiting == (sent,)
