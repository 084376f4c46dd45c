"""The crisis board, from accepted to closed, in a browser without JavaScript."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.delegation.models import Delegation
from homeward.episodes.models import Episode
from homeward.people.models import Address
from homeward.people.services import raise_alert
from homeward.referrals.services import NewReferral, update_referral
from homeward.visits.models import Assignment, Visit
from homeward.visits.services import arrive
from tests.web.responding.conftest import at, sending


class TestBoard:
    def test_sends_somebody_not_signed_in_to_sign_in(self, client, service):
        assert client.get("/responding/").headers["Location"] == "/sign-in?next=/responding/"

    @pytest.mark.parametrize("role", [Role.FIELD_WORKER, Role.PERFORMANCE_LEAD, Role.CASE_MANAGER])
    def test_refuses_who_may_not_see_it(self, sign_in, role):
        assert sign_in(role).get("/responding/").status_code == 403

    def test_shows_each_clock_person_place_and_who_is_proposed(self, responder, response):
        page = responder.get("/responding/").content.decode()
        for shown in (
            "Ivy Okafor",
            "1 Made Up Lane, DE1 3DA",
            "Fell this morning",
            "Ash Vale",
            "Cedar Holt",
            "Send both",
        ):
            assert shown in page
        assert "1h 29m left" in page or "1h 30m left" in page

    def test_shows_alerts(self, responder, desk, response, ivy, now):
        raise_alert(actor=desk, person=ivy, kind="two_person", text="Son can be aggressive", now=now)
        assert "Visit in twos" in responder.get("/responding/").content.decode()

    def test_says_that_there_is_a_concern_to_who_may_not_read_it(self, responder, sign_in, desk, response, now):
        update_referral(
            actor=desk,
            referral=response.episode.referral,
            new=NewReferral(source="gp", urgency="crisis", need_code="fall", safeguarding_text="Bruises"),
            now=now,
        )
        planner = sign_in(Role.ROSTER_PLANNER)
        for address in ("/responding/", at(response)):
            assert "Bruises" in responder.get(address).content.decode()
            page = planner.get(address).content.decode()
            assert "There is a concern you may not read. Ask the case manager." in page
            assert "Bruises" not in page

    def test_starts_the_72_hours_when_the_first_arrives(self, responder, desk, sent, now):
        arrive(actor=desk, assignment=sent[0], at=now, now=now)
        page = responder.get("/responding/").content.decode()
        assert "72 hours of support" in page
        assert "2d 23h left" in page
        assert "in time" in page.split("Seen, up to 72")[1]

    def test_warns_when_nobody_gets_there_in_time(self, responder, response):
        assert "Nobody who is sent or proposed gets there" not in responder.get("/responding/").content.decode()
        late = timezone.now() + timedelta(hours=2)
        Assignment.objects.update(starts_at=late, ends_at=late)
        assert "Nobody who is sent or proposed gets there" in responder.get("/responding/").content.decode()

    def test_leaves_out_what_is_closed(self, responder, response):
        responder.post(f"{at(response)}/close", {"outcome": "not_needed"})
        assert "Ivy Okafor" not in responder.get("/responding/").content.decode().split("Seen, up to 72")[1]

    def test_records_who_looked(self, responder, response, ivy):
        responder.get("/responding/")
        seen = Event.objects.filter(action="see on board", actor_name="Ben Carter").latest("id")
        assert seen.people == [ivy.pk]


class TestLiveBoard:
    def test_is_empty_until_something_changes(self, responder, desk, sent, now):
        page = responder.get("/responding/").content.decode()
        live = f"/responding/live?seen={page.split('/responding/live?seen=')[1].split(chr(34))[0]}"
        assert responder.get(live).status_code == 204
        arrive(actor=desk, assignment=sent[0], at=now, now=now)
        answer = responder.get(live)
        assert "With the person" in answer.content.decode()
        assert "<html" not in answer.content.decode()


class TestSend:
    def test_sends_two_together(self, responder, response, workers):
        answer = responder.post(f"{at(response)}/send", sending(response, workers), follow=True)
        assert "Ash Vale and Cedar Holt sent to Ivy Okafor" in answer.content.decode()
        rows = Assignment.objects.filter(visit=response.visit)
        assert {(row.state, row.decided_by) for row in rows} == {("sent", "Ben Carter")}
        assert len({row.starts_at for row in rows}) == 1

    def test_sends_one_and_says_who_is_missing(self, responder, response, workers):
        responder.post(f"{at(response)}/send", sending(response, workers, slots=(0,)))
        assert "1 of 2 sent" in responder.get("/responding/").content.decode()

    def test_never_promises_a_time_that_has_passed(self, responder, response, workers):
        told = sending(response, workers) | {"at": (timezone.now() - timedelta(hours=1)).isoformat()}
        responder.post(f"{at(response)}/send", told)
        assert all(row.starts_at > timezone.now() - timedelta(minutes=1) for row in Assignment.objects.all())

    @pytest.mark.parametrize(
        "told",
        [
            {},
            {"who": ["x"]},
            {"who": ["0:999999"], "at": "2026-11-24T10:00:00+00:00"},
            {"who": ["0:1"], "at": "soon"},
            {"who": ["0:²"], "at": "2026-11-24T10:00:00+00:00"},
        ],
    )
    def test_changes_nothing_when_it_makes_no_sense(self, responder, response, told):
        answer = responder.post(f"{at(response)}/send", told, follow=True)
        assert "There is a problem" in answer.content.decode()
        assert not Assignment.objects.filter(state="sent").exists()

    def test_says_why_somebody_cannot_go(self, responder, response, workers):
        told = {"who": [f"0:{workers[1].pk}"], "at": timezone.now().isoformat(), "scene": "safe"}
        answer = responder.post(f"{at(response)}/send", told, follow=True)
        assert "has not the skill this needs" in answer.content.decode()

    def test_goes_back_to_the_board_when_sent_from_there(self, responder, response, workers):
        answer = responder.post(f"{at(response)}/send", sending(response, workers) | {"from": "board"})
        assert answer.headers["Location"] == "/responding/"

    def test_refuses_who_may_not_respond(self, sign_in, response, workers):
        worker = sign_in(Role.FIELD_WORKER)
        assert worker.post(f"{at(response)}/send", sending(response, workers)).status_code == 403

    def test_may_not_be_sent_from_another_site(self, responder, response, workers):
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = responder.cookies
        assert strict.post(f"{at(response)}/send", sending(response, workers)).status_code == 403
        assert strict.get(at(response)).content.decode().count("csrfmiddlewaretoken") >= 3


class TestWhoCanBeThereFirst:
    def test_offers_pairs_and_singles_with_times(self, responder, response):
        page = responder.get(f"{at(response)}/who").content.decode()
        assert "Two together" in page
        assert "Send both" in page
        assert page.count("minutes away") >= 3

    def test_says_who_may_not_do_what_is_delegated_and_why(self, responder, response, workers, ivy, now):
        visit = response.visit
        visit.tasks.create(activity_code="medication_support", title="Medicines", is_delegated=True)
        Delegation.objects.create(
            service=ivy.service, person=ivy, activity_code="medication_support", state="active", made_at=now,
            delegated_by=workers[0], instructions="One pack.", if_out_of_range="Phone.", review_on=now.date(),
        )  # fmt: skip
        page = responder.get(f"{at(response)}/who").content.decode()
        assert "Who may not, and why (1)" in page
        assert "Cedar Holt is not signed off for medicines." in page

    def test_comes_as_a_part_to_a_page_that_asks(self, responder, response):
        part = responder.get(f"{at(response)}/who", headers={"HX-Request": "true"}).content.decode()
        assert "Two together" in part
        assert "<html" not in part

    def test_says_what_is_missing_where_there_is_no_place(self, responder, response):
        Address.objects.update(latitude=None, longitude=None)
        assert "no place on the map" in responder.get(f"{at(response)}/who").content.decode()


class TestArrivedAndLeft:
    def test_stops_the_two_hour_clock(self, responder, response, sent):
        answer = responder.post(f"{at(response)}/arrived/{sent[0].pk}", {"at": ""}, follow=True)
        page = answer.content.decode()
        assert "Ash Vale is with Ivy Okafor" in page
        assert "first face to face contact" in page
        assert Episode.objects.get().events.filter(kind="first_face_to_face_contact").exists()

    def test_refuses_a_time_to_come(self, responder, response, sent):
        later = timezone.localtime() + timedelta(minutes=2)
        answer = responder.post(f"{at(response)}/arrived/{sent[0].pk}", {"at": f"{later:%H:%M}"}, follow=True)
        assert "The time is in the future. Check it." in answer.content.decode()
        assert Assignment.objects.get(pk=sent[0].pk).state == "sent"

    def test_refuses_what_is_no_time(self, responder, response, sent):
        answer = responder.post(f"{at(response)}/arrived/{sent[0].pk}", {"at": "soon"}, follow=True)
        assert "Enter a time, like 14:05." in answer.content.decode()

    def test_says_so_when_pressed_twice(self, responder, response, sent):
        for _ in range(2):
            answer = responder.post(f"{at(response)}/arrived/{sent[0].pk}", {}, follow=True)
        assert "already recorded as arrived" in answer.content.decode()

    def test_says_so_when_somebody_else_goes_now(self, responder, response, sent):
        answer = responder.post(f"{at(response)}/arrived/999999", {}, follow=True)
        assert "Somebody else goes now" in answer.content.decode()

    def test_ends_the_visit_when_both_have_left(self, responder, response, sent):
        for row in sent:
            responder.post(f"{at(response)}/arrived/{row.pk}", {})
            responder.post(f"{at(response)}/left/{row.pk}", {"note": "Made safe"})
        assert Visit.objects.get().state == "done"


class TestCasePage:
    def test_is_not_there_for_another_service(self, responder):
        assert responder.get("/responding/999999").status_code == 404

    def test_shows_what_was_asked_and_promised(self, responder, response):
        page = responder.get(at(response)).content.decode()
        for shown in ("Dr Made Up", "Someone by 3pm", "999 000 0018", "Referral accepted"):
            assert shown in page

    @pytest.mark.parametrize("deed", ["send", "way-in", "arrived/1", "left/1"])
    def test_changes_nothing_by_a_link_that_is_followed(self, responder, response, deed):
        assert responder.get(f"{at(response)}/{deed}").status_code == 302
        assert Episode.objects.get().ended_at is None


class TestWayIn:
    def test_shows_the_key_safe_and_records_it(self, responder, response):
        Address.objects.update(key_safe="4321")
        assert "4321" not in responder.get(at(response)).content.decode()
        assert "4321" in responder.post(f"{at(response)}/way-in").content.decode()
        assert Event.objects.filter(action="see key safe", actor_name="Ben Carter").exists()

    def test_refuses_who_may_not_see_it(self, sign_in, response):
        assert sign_in(Role.FRONT_DOOR).post(f"{at(response)}/way-in").status_code == 403
