"""Concerns: when an answer is due, who may do what with one, and the way back to whoever raised it."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.delegation.models import Concern
from homeward.delegation.rules.concerns import answer_due
from homeward.delegation.selectors.concerns import (
    ConcernNotFoundError,
    concern_for,
    concerns_to_answer,
    count_to_answer,
)
from homeward.delegation.services.concerns import (
    answer_concern,
    close_concern,
    open_again,
    raise_concern,
    see_answer,
    take_concern,
)
from homeward.delegation.states import CannotMoveError
from homeward.kernel.rules import RefusedError
from homeward.notices.models import Notice
from homeward.people.models import Person
from homeward.people.selectors import NoRelationshipError
from homeward.teams.models import Account


class TestAnswerDue:
    @pytest.mark.parametrize(
        ("urgency", "own", "minutes"),
        [
            ("now", None, 15),
            ("today", None, 240),
            ("soon", None, 2880),
            ("now", {"now": 5}, 5),
            ("soon", {"now": 5}, 2880),
        ],
    )
    def test_is_a_local_decision_by_urgency(self, now, urgency, own, minutes):
        assert answer_due(urgency, now, own) == now + timedelta(minutes=minutes)


@pytest.fixture
def worker(carer, signed_in):
    return signed_in(carer, Role.FIELD_WORKER)


@pytest.fixture
def raised(worker, carer, nurse, ivy, now):
    """Raises a concern of Mina's and puts it to the nurse: `raised("now")`."""

    def make(urgency: str = "today", key: str = "one", **more) -> Concern:
        told = {"actor": worker, "text": "Her heel is red", "noticed_at": now} | more
        duty = [Account.objects.get(pk=nurse.account_id)]
        return raise_concern(person=ivy, urgency=urgency, sent_key=key, duty=duty, raised_by=carer, now=now, **told)

    return make


class TestRaiseConcern:
    def test_tells_whoever_is_on_duty_without_a_name(self, raised, nurse):
        concern = raised("now")
        told = Notice.objects.get(account_id=nurse.account_id)
        assert (told.path, told.is_urgent) == (f"/concerns/{concern.pk}", True)
        assert "Ivy" not in told.title + told.text

    def test_is_one_however_often_it_is_sent(self, raised, ivy):
        assert raised() == raised()
        assert Concern.objects.count() == 1
        assert ivy.timeline.filter(kind="concern").count() == 1

    def test_is_two_where_two_were_written(self, raised):
        assert raised(key="one") != raised(key="two")

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"text": "  "}, "Say what you noticed"),
            ({"text": "a" * 4001}, "at most 4,000"),
            ({"urgency": "whenever"}, "how soon"),
            ({"key": ""}, "too old"),
            ({"noticed_at": None}, "in the future"),
        ],
    )
    def test_refuses_what_cannot_be(self, raised, now, wrong, says):
        if "noticed_at" in wrong:
            wrong = {"noticed_at": now + timedelta(minutes=1)}
        with pytest.raises(RefusedError, match=says):
            raised(**wrong)

    def test_keeps_what_it_says_besides_when_it_is_sent_again(self, raised, nurse, now):
        first = raised("soon")
        Notice.objects.all().delete()

        again = raised("now", text="Her heel is black")

        assert again == first and Concern.objects.count() == 1
        assert (again.text, again.urgency) == ("Her heel is red", "now")
        assert again.answer_due_at == answer_due("now", now)
        assert again.events.get(kind="more said").text == "Her heel is black"
        assert Notice.objects.filter(account_id=nurse.account_id, is_urgent=True).count() == 1

        raised("soon", text="Her heel is black")
        again.refresh_from_db()
        assert (again.urgency, again.events.filter(kind="more said").count()) == ("now", 1)

    def test_waits_again_when_more_is_said_after_the_answer(self, raised, nurse, now):
        concern = raised()
        answer_concern(actor=nurse, concern=concern, text="Raise her heel", now=now)

        assert raised(text="She has a fever").state == "open"

    def test_refuses_a_page_that_was_sent_about_somebody_else(self, raised, worker, service, now):
        concern = raised()
        other = Person.objects.create(service=service, reference="OTHER", given_name="Al", family_name="Berg")
        with pytest.raises(RefusedError, match="somebody else"):
            raise_concern(
                actor=worker, person=other, urgency="now", text="Fell", sent_key=concern.sent_key, noticed_at=now,
                duty=[], now=now,
            )  # fmt: skip


class TestAnswering:
    def test_goes_round_and_again(self, raised, nurse, worker, now):
        concern = raised()
        with pytest.raises(CannotMoveError):
            see_answer(actor=worker, concern=concern, now=now)
        answer_concern(actor=nurse, concern=concern, text="Raise her heel", now=now)
        assert Notice.objects.filter(account_id=worker.account_id, path=f"/concerns/{concern.pk}").exists()
        with pytest.raises(RefusedError, match="have not seen"):
            close_concern(actor=nurse, concern=concern, text="", now=now)
        see_answer(actor=worker, concern=concern, now=now)
        later = now + timedelta(hours=1)
        opened = open_again(actor=worker, concern=concern, text="It is worse", now=later)
        assert (opened.state, opened.answer_due_at) == ("open", later + timedelta(minutes=240))
        answer_concern(actor=nurse, concern=concern, text="I come", now=later)
        with pytest.raises(RefusedError, match="have not seen"):
            close_concern(actor=nurse, concern=concern, text="", now=later)
        assert close_concern(actor=nurse, concern=concern, text="Rang her at 5", now=later).state == "closed"
        with pytest.raises(CannotMoveError, match="closed"):
            answer_concern(actor=nurse, concern=concern, text="More", now=later)

    def test_is_seen_by_whoever_raised_it_alone(self, raised, nurse, somebody, now):
        concern = raised()
        answer_concern(actor=nurse, concern=concern, text="Raise her heel", now=now)
        for actor in (nurse, somebody(Role.FIELD_WORKER, "Else")):
            with pytest.raises(NotAllowedError):
                see_answer(actor=actor, concern=concern, text="I told her", now=now)

    def test_by_phone_whoever_wrote_it_down_says_how_the_worker_was_told(self, raised, nurse, somebody, now):
        desk = somebody(Role.CRISIS_RESPONDER, "Desk")
        concern = raised(actor=desk, came_by="phone")
        answer_concern(actor=nurse, concern=concern, text="Raise her heel", now=now)
        with pytest.raises(RefusedError, match="how and when"):
            see_answer(actor=desk, concern=concern, now=now)
        see_answer(actor=desk, concern=concern, text="Rang her at 5", now=now)

        assert concern.events.get(kind="seen").text == "Rang her at 5"

    def test_is_for_registered_professionals(self, raised, worker, now):
        for refused in (
            lambda: answer_concern(actor=worker, concern=raised(), text="x", now=now),
            lambda: take_concern(actor=worker, concern=raised(), now=now),
            lambda: concerns_to_answer(worker, raised().service_id, now),
        ):
            with pytest.raises(NotAllowedError):
                refused()

    def test_is_taken_over_by_another(self, raised, somebody, now):
        other = somebody(Role.REGISTERED_PROFESSIONAL, "Other Nurse")
        assert take_concern(actor=other, concern=raised(), now=now).put_to.full_name == "Other Nurse"


class TestConcernFor:
    def test_is_for_who_raised_it_and_who_answers(self, raised, worker, nurse, somebody, now):
        concern = raised()
        assert concern_for(worker, concern.pk, now) == concern_for(nurse, concern.pk, now) == concern
        with pytest.raises(ConcernNotFoundError):
            concern_for(somebody(Role.FIELD_WORKER, "Else"), concern.pk, now)

    def test_is_listed_by_when_an_answer_is_due(self, raised, nurse, now):
        raised("soon", "one"), raised("now", "two")
        assert [one.urgency for one in concerns_to_answer(nurse, nurse_service(nurse), now)] == ["now", "soon"]

    def test_shows_nobody_whose_record_the_reader_may_not_see(self, raised, nurse, somebody, cared_for, ivy, now):
        concern, other = raised(), somebody(Role.REGISTERED_PROFESSIONAL, "Other Nurse")

        assert concerns_to_answer(nurse, concern.service_id, now) == [concern], "it was put to her"
        assert concerns_to_answer(other, concern.service_id, now) == []
        assert count_to_answer(other, concern.service_id) == 1
        with pytest.raises(NoRelationshipError):
            concern_for(other, concern.pk, now)
        cared_for(ivy)
        assert concerns_to_answer(other, concern.service_id, now) == [concern]
        assert concern_for(other, concern.pk, now) == concern


def nurse_service(nurse) -> int:
    return next(iter(nurse.service_ids))
