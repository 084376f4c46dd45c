"""The pages of beds, used without JavaScript: from asking for a bed to the call a year later."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from homeward.access.rules import Actor, Role
from homeward.beds.models import Bed, BedReferral, BedStay, FollowUp, House
from homeward.beds.selectors import phone_list
from homeward.beds.services import NewHouse, NewRoom, add_room, open_house
from homeward.kernel.rules import LONDON, london_day
from homeward.web.beds.presenters.following import present_phone_list

pytestmark = pytest.mark.django_db
YES = {"c-no_hospital": "yes", "c-not_safe_home": "yes", "c-can_gain": "yes", "c-wants_it": "yes"}
NO = {"c-home_would_do": "no", "c-hospital_care": "no", "c-long_term": "no", "c-last_weeks": "no"}


@pytest.fixture
def lead(sign_in) -> Client:
    return sign_in(Role.BED_LEAD, "Grace Hall")


@pytest.fixture
def house(service, desk, now) -> House:
    new = NewHouse("Sallow House", "14 Weaver Street", "DE1 3DA", latitude=52.92, longitude=-1.47)
    house = open_house(actor=desk, service_id=service.pk, new=new, now=now)
    add_room(actor=desk, house=house, new=NewRoom("Room 1", ("Bed 1",), is_en_suite=True), now=now)
    add_room(actor=desk, house=house, new=NewRoom("Room 2", ("Bed 2",), floor=1), now=now)
    return house


def at(moment) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M}"


class TestMenu:
    def test_stands_at_asking_afterwards_on_the_calls(self, lead, service):
        page = lead.get("/beds/phone-list").content.decode()
        assert 'href="/beds/phone-list" aria-current="page">Follow-up' in page
        assert 'aria-current="page">Beds' not in page


class TestTheWholeWay:
    def test_from_asking_for_a_bed_to_the_call_afterwards(self, lead, house, ivy, refer, now):
        refer(ivy, need_code="community_bed", urgency="two_days", source="hospital")
        assert "Asked for at the front door" in lead.get("/beds/waiting").content.decode()
        asked = {"came_from": "hospital", "shares_with": "women", "needs_ground_floor": "yes", **YES, **NO}
        assert lead.post(f"/beds/refer/{ivy.pk}", asked).status_code == 302
        row = BedReferral.objects.get(person=ivy)
        page = f"/beds/referrals/{row.pk}"
        assert "Every criterion is met" in lead.get(page).content.decode()
        lead.post(f"{page}/decide", {"decision": "accept"})
        upstairs, downstairs = Bed.objects.get(name="Bed 2"), Bed.objects.get(name="Bed 1")
        offer = {"bed": upstairs.pk, "held_until": at(now + timedelta(hours=4))}
        refused = lead.post(f"{page}/offer", offer)
        assert refused.status_code == 422
        assert "They need the ground floor" in refused.content.decode()
        lead.post(f"{page}/offer", offer | {"bed": downstairs.pk})
        assert "Held" in lead.get("/beds/").content.decode()
        lead.post(f"{page}/answer", {"answer": "accept", "answered_by": "Herself"})
        leaving = london_day(now) + timedelta(days=20)
        moved = {"moved_in_at": at(now), "leaving_on": leaving.isoformat(), "next_step": "Try the stairs"}
        assert lead.post(f"{page}/move-in", moved).status_code == 302
        stay = BedStay.objects.get(person=ivy)
        here = f"/beds/stays/{stay.pk}"
        board = lead.get("/beds/").content.decode()
        assert "Day 1 of 42" in board
        assert "Next: Try the stairs" in board
        need = {"need_kind": "care", "need_text": "Two visits", "need_owner": "Jo", "need_by": leaving.isoformat()}
        lead.post(f"{here}/need", need)
        lead.post(f"/beds/way-home/{stay.needs.get().pk}/ready")
        review = {
            "review_held_on": london_day(now).isoformat(), "review_text": "Walks to the kitchen",
            "review_leaving_on": leaving.isoformat(), "review_next_on": leaving.isoformat(),
        }  # fmt: skip
        lead.post(f"{here}/review", review)
        shown = lead.get(here).content.decode()
        assert "Walks to the kitchen" in shown
        assert stay.needs.get().done_at is not None
        gone = lead.post(f"{here}/leave", {"left_at": at(now), "support": "less"}, follow=True)
        assert "They have left, and the bed is free" in gone.content.decode()
        FollowUp.objects.filter(kind="after_91_days").update(due_on=london_day(now))
        assert "Ivy Okafor" in lead.get("/beds/phone-list").content.decode()
        call = FollowUp.objects.get(kind="after_91_days")
        lead.post(f"/beds/phone-list/{call.pk}", {"reached": "yes", "whereabouts": "own_home", "note": "Well"})
        call.refresh_from_db()
        assert call.state == "reached"
        found = phone_list(Actor.system("tests", call.after.service_id), call.after.service_id, now)
        assert [one.name for one in present_phone_list(found, now).settled] == ["Ivy Okafor"]
        hidden = replace(found, kept_back=frozenset({ivy.pk}))
        assert present_phone_list(hidden, now).settled == ()


class TestPages:
    @pytest.mark.parametrize(
        "address", ["/beds/", "/beds/waiting", "/beds/occupancy", "/beds/phone-list", "/beds/houses"]
    )
    def test_open_where_nothing_is_there_yet(self, lead, service, address):
        assert lead.get(address).status_code == 200

    def test_are_the_first_screen_of_who_runs_beds(self, lead, service):
        assert lead.get("/").url == "/beds/"

    def test_live_parts_answer_nothing_until_something_changes(self, lead, house):
        page = lead.get("/beds/")
        told = page.content.decode().split("live?seen=")[1].split('"')[0]
        assert lead.get(f"/beds/live?seen={told}").status_code == 204
        bed = Bed.objects.get(name="Bed 1")
        lead.post(f"/beds/beds/{bed.pk}/close", {"close_reason": "Leak"})
        assert "Closed: Leak" in lead.get(f"/beds/live?seen={told}").content.decode()

    def test_keep_what_was_typed_where_it_is_refused(self, lead, house, ivy):
        answer = lead.post(f"/beds/refer/{ivy.pk}", {"reason": "Fell at night", **YES})
        assert answer.status_code == 403  # nothing ties the reader to her yet

    def test_a_case_manager_looks_and_does_not_run(self, sign_in, house):
        browser = sign_in(Role.CASE_MANAGER)
        assert browser.get("/beds/").status_code == 200
        bed = Bed.objects.get(name="Bed 1")
        assert browser.post(f"/beds/beds/{bed.pk}/close", {"close_reason": "Leak"}).status_code == 403

    def test_set_up_a_house_with_rooms(self, lead, service):
        answer = lead.post("/beds/houses", {"name": "Elm House", "lines": "1 Elm Road", "postcode": "DE1 3DA"})
        room = {"name": "Room 9", "floor": "1", "beds": "Bed 1\r\nBed 2", "room_for": "women", "equipment": "hoist"}
        assert lead.post(answer.url, room).status_code == 302
        assert Bed.objects.filter(room__house__name="Elm House", equipment=["hoist"]).count() == 2

    def test_warn_before_a_bed_is_closed_under_somebody(self, lead, house, ivy, desk, cared_for, now):
        from homeward.beds.services import (
            NewBedReferral,
            accept_bed_referral,
            accept_offer,
            admit,
            offer_bed,
            refer_to_bed,
        )

        told = {"actor": desk, "now": now}
        criteria = {name[2:]: True for name in YES} | {name[2:]: False for name in NO}
        row = refer_to_bed(person=ivy, new=NewBedReferral("home", criteria, "Falls"), **told)
        bed = Bed.objects.get(name="Bed 1")
        use = offer_bed(
            referral=accept_bed_referral(referral=row, **told), bed=bed, held_until=now + timedelta(hours=1), **told
        )
        use = accept_offer(use=use, answered_by="Herself", **told)
        admit(use=use, moved_in_at=now, leaving_on=london_day(now), **told)
        warned = lead.post(f"/beds/beds/{bed.pk}/close", {"close_reason": "Leak"})
        assert warned.status_code == 422
        assert "I know, close it all the same" in warned.content.decode()
        lead.post(f"/beds/beds/{bed.pk}/close", {"close_reason": "Leak", "knows": "yes"})
        assert bed.closings.get().was_warned
