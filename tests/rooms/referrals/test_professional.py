"""What professionals outside send in, add, and follow."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.people.services import NewPerson
from homeward.referrals.models import FormUse, Referral
from homeward.referrals.rules import MOST_USES_AN_HOUR, code_hash, follow_code, is_code, visitor_key
from homeward.referrals.selectors import referral_followed
from homeward.referrals.services import (
    NewReferral,
    TooManyUsesError,
    add_as_professional,
    ask_for_more,
    count_form_use,
    decline_referral,
    refer_as_professional,
)
from homeward.referrals.states import ReferralAlreadyDecidedError, ReferralState, Route

CODE = follow_code("a secret", "form-1")
IVY = NewPerson(given_name="Ivy", family_name="Okafor", birth_date=date(1941, 3, 9), nhs_number="9990000018")


@pytest.fixture
def form(service) -> Actor:
    return Actor(name="Professionals' form", role=Role.MACHINE, service_ids=frozenset({service.pk}))


@pytest.fixture
def send(form, service, now):
    """Sends the form in: `send(new_person=..., form_number="form-1")`."""

    def make(new_person: NewPerson = IVY, form_number: str = "form-1", **told):
        told = {"source": "gp", "urgency": "crisis", "need_text": "Fell", "follow_code_hash": code_hash(CODE)} | told
        return refer_as_professional(
            actor=form, service_id=service.pk, form_number=form_number, new=NewReferral(**told),
            new_person=new_person, now=now,
        )  # fmt: skip

    return make


class TestReferAsProfessional:
    def test_joins_the_queue_as_sent_by_the_form(self, send, now):
        referral = send().referral
        assert (referral.route, referral.state, referral.received_at) == (Route.PROFESSIONAL, "waiting", now)
        assert "Nobody checked who sent it" in referral.details[0]["text"]
        assert referral.events.get().kind == "referral_received"

    def test_sent_twice_is_one(self, send):
        first, second = send(), send()
        assert (first.is_repeat, second.is_repeat) == (False, True)
        assert Referral.objects.get().need_text == "Fell"

    def test_with_other_words_is_another_referral_and_none_is_lost(self, send):
        send()
        send(NewPerson(given_name="Ruth", family_name="Vane"), need_text="Wandered off at night")
        assert set(Referral.objects.values_list("need_text", flat=True)) == {"Fell", "Wandered off at night"}

    def test_takes_somebody_on_record_only_where_everything_agrees(self, send, ivy):
        assert send().referral.person == ivy
        assert Person.objects.count() == 1

    @pytest.mark.parametrize(
        "changed",
        [{"birth_date": date(1950, 1, 1)}, {"given_name": "Ruth", "family_name": "Vane"}, {"nhs_number": ""},
         {"birth_date": None}],
    )  # fmt: skip
    def test_starts_a_new_record_where_anything_differs(self, send, ivy, changed):
        told = {"given_name": "Ivy", "family_name": "Okafor", "birth_date": date(1941, 3, 9),
                "nhs_number": "9990000018"} | changed  # fmt: skip
        referral = send(NewPerson(**told)).referral
        assert referral.person != ivy
        says_whose = any(ivy.reference in line["text"] for line in referral.details)
        assert says_whose == ("nhs_number" not in changed)

    def test_never_takes_a_number_from_outside_as_checked(self, send):
        assert send().referral.person.nhs_number_status == "unverified"

    def test_raises_a_safeguarding_alert_at_once(self, send):
        assert send(safeguarding_text="Bruises").referral.person.alerts.get().kind == "safeguarding"

    def test_refuses_who_is_not_the_form(self, actor_with, service, now):
        with pytest.raises(NotAllowedError):
            refer_as_professional(
                actor=actor_with(Role.FIELD_WORKER), service_id=service.pk, form_number="1",
                new=NewReferral(source="gp", urgency="crisis", need_text="Fell"), new_person=IVY, now=now,
            )  # fmt: skip


class TestReferralFollowed:
    def test_needs_the_reference_and_the_code(self, form, send, now):
        referral = send().referral
        assert referral_followed(form, referral.reference.lower(), CODE.lower().replace("-", " "), now) == referral
        assert referral_followed(form, referral.reference, "AAAAA-AAAAA", now) is None
        assert referral_followed(form, "R999999", CODE, now) is None

    def test_follows_none_that_came_another_way(self, form, crisis, now):
        assert referral_followed(form, crisis.reference, "", now) is None

    def test_follows_none_of_another_service(self, send, now):
        referral = send().referral
        elsewhere = Actor(name="Professionals' form", role=Role.MACHINE, service_ids=frozenset({0}))
        assert referral_followed(elsewhere, referral.reference, CODE, now) is None


class TestAddAsProfessional:
    def test_answers_what_was_asked_and_keeps_what_was_sent_first(self, form, coordinator, send, now):
        referral = send().referral
        ask_for_more(actor=coordinator, referral=referral, question="Does she live alone?", now=now)
        later = now + timedelta(minutes=10)
        answered = add_as_professional(actor=form, referral=referral, text="She lives alone", now=later)
        assert (answered.state, answered.need_text) == (ReferralState.WAITING, "Fell")
        assert answered.details[-1] == {"title": "Answer from the sender, 24 November 2026, 09:10",
                                        "text": "She lives alone"}  # fmt: skip
        assert [event.kind for event in answered.events.order_by("pk")][-2:] == [
            "more_information_received", "referral_updated",
        ]  # fmt: skip

    def test_adds_to_one_that_waits(self, form, send, now):
        added = add_as_professional(actor=form, referral=send().referral, text="Her key is with the neighbour", now=now)
        assert added.events.latest("pk").reason == "Her key is with the neighbour"

    def test_adds_nothing_to_one_turned_away(self, form, coordinator, send, now):
        referral = send().referral
        decline_referral(actor=coordinator, referral=referral, reason="Out of area", now=now)
        with pytest.raises(ReferralAlreadyDecidedError):
            add_as_professional(actor=form, referral=referral, text="Please look again", now=now)

    def test_wants_something_written(self, form, send, now):
        with pytest.raises(RefusedError, match="Write what"):
            add_as_professional(actor=form, referral=send().referral, text="  ", now=now)


class TestCountFormUse:
    def test_stops_who_uses_it_more_often_than_people_do(self, form, now):
        visitor = visitor_key("a secret", "192.0.2.1", now.date())
        for _ in range(MOST_USES_AN_HOUR):
            count_form_use(actor=form, form="refer", visitor=visitor, now=now)
        with pytest.raises(TooManyUsesError):
            count_form_use(actor=form, form="refer", visitor=visitor, now=now)
        assert FormUse.objects.get().uses == MOST_USES_AN_HOUR
        other = visitor_key("a secret", "192.0.2.2", now.date())
        assert count_form_use(actor=form, form="refer", visitor=other, now=now) == 1
        assert count_form_use(actor=form, form="refer", visitor=visitor, now=now + timedelta(hours=1)) == 1

    def test_keeps_no_address_and_forgets_after_two_days(self, form, now):
        visitor = visitor_key("a secret", "192.0.2.1", now.date())
        assert "192" not in visitor
        assert visitor != visitor_key("a secret", "192.0.2.1", now.date() + timedelta(days=1))
        count_form_use(actor=form, form="refer", visitor=visitor, now=now)
        count_form_use(actor=form, form="refer", visitor=visitor, now=now + timedelta(days=3))
        assert FormUse.objects.count() == 1


class TestFollowCode:
    def test_is_the_same_for_the_same_form_and_another_for_others(self):
        assert follow_code("a secret", "form-1") == CODE != follow_code("a secret", "form-2")
        assert follow_code("another", "form-1") != CODE

    def test_is_known_again_however_it_is_typed(self):
        assert is_code(CODE.lower().replace("-", " "), code_hash(CODE))
        assert not is_code("", "") and not is_code(CODE, "")
