"""What a person decides before anybody goes, who is told, and the support that follows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Role
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.episodes.services import correct_episode_time
from homeward.people.models import Address
from homeward.people.services import raise_alert
from homeward.visits.models import Assignment, Telling, Visit
from homeward.visits.services import arrive
from homeward.visits.states import Decision
from tests.web.responding.conftest import at, sending


def decide(client, response, decision, **more):
    return client.post(f"{at(response)}/decide", {"decision": decision, **more}, follow=True)


class TestWhetherItIsSafe:
    def test_is_asked_before_anybody_goes(self, responder, response, workers):
        page = responder.get(at(response)).content.decode()
        assert "Not asked yet if it is safe" in page
        told = {key: value for key, value in sending(response, workers).items() if key != "scene"}
        answer = responder.post(f"{at(response)}/send", told, follow=True).content.decode()
        assert "Nobody has said whether it is safe to go in" in answer
        assert not Assignment.objects.filter(state="sent").exists()

    def test_is_said_by_the_button_that_sends_and_kept(self, responder, response, workers):
        responder.post(f"{at(response)}/send", sending(response, workers))
        assert EpisodeEvent.objects.get(kind=Decision.SCENE_SAFE).actor_name == "Ben Carter"

    def test_must_be_decided_where_it_is_not(self, responder, response, workers):
        assert "Record that it is not safe" in responder.get(at(response)).content.decode()
        decide(responder, response, Decision.SCENE_UNSAFE, words="Threats made")
        page = responder.get(at(response)).content.decode()
        assert "Go with the police" in page
        assert "Send both" not in page
        answer = decide(responder, response, Decision.GO_WITH_POLICE)
        assert answer.status_code == 422
        assert "Say who was called, and when they meet." in answer.content.decode()
        decide(responder, response, Decision.GO_WITH_POLICE, words="Log 12 at the corner")
        assert "Send both" in responder.get(at(response)).content.decode()
        assert "It is not safe to go in alone" in responder.get(f"{at(response)}/who").content.decode()

    def test_shows_on_the_board(self, responder, response):
        decide(responder, response, Decision.SCENE_UNSAFE, words="Threats made")
        assert "Not safe to go in" in responder.get("/responding/").content.decode()


class TestTwoPersonRule:
    def test_is_said_in_words_instead_of_a_button(self, responder, desk, response, ivy, now):
        raise_alert(actor=desk, person=ivy, kind="two_person", text="", now=now)
        part = responder.get(f"{at(response)}/who").content.decode()
        assert "This person is visited in twos. Send two together." in part
        assert part.count('<form method="post" action="/responding/') == part.count("Send both")


class TestOutOfArea:
    def test_is_decided_with_what_the_sender_was_told(self, responder, response, workers):
        Address.objects.update(latitude=54.9, longitude=-1.6)
        page = responder.get(at(response)).content.decode()
        assert "Outside our area" in page
        answer = decide(responder, response, Decision.AREA_ACCEPTED, words="Known to us")
        assert "Say what whoever referred the person was told." in answer.content.decode()
        answer = decide(
            responder, response, Decision.AREA_PASSED_ON, words="Northern team, 10:05", sender_told="They will call"
        )
        assert "Close the response as not needed after all" in answer.content.decode()
        refused = responder.post(f"{at(response)}/send", sending(response, workers), follow=True).content.decode()
        assert "passed to a neighbouring service" in refused


class TestNobodyInTime:
    def test_is_decided_on_a_page_of_its_own(self, responder, response):
        Visit.objects.update(
            window_closes_at=timezone.now() - timedelta(minutes=30), window_opens_at=timezone.now() - timedelta(hours=2)
        )
        who = responder.get(f"{at(response)}/who").content.decode()
        assert "Nobody can be there before the clock runs out." in who
        page = responder.get(f"{at(response)}/nobody-in-time").content.decode()
        assert "Call 999" in page
        answer = decide(responder, response, Decision.LATE_CALLED_999, words="Category 2")
        assert answer.status_code == 422
        assert "Category 2" in answer.content.decode(), "nothing typed is lost"
        decide(responder, response, Decision.LATE_CALLED_999, words="Category 2", sender_told="An ambulance comes")
        assert "Decided: <strong>Call 999</strong>" in responder.get(at(response)).content.decode()


class TestWhatItMoves:
    def test_is_shown_without_moving_anything(self, responder, response, workers):
        query = "&".join(
            [f"who={slot}:{workers[slot].pk}" for slot in (0, 1)]
            + [f"at={(timezone.now() + timedelta(minutes=20)).strftime('%Y-%m-%dT%H:%M:%S%z')}".replace("+", "%2B")]
        )
        part = responder.get(f"{at(response)}/moves?{query}", headers={"HX-Request": "true"})
        assert "would move" in part.content.decode()
        assert "<html" not in part.content.decode()
        assert "<html" in responder.get(f"{at(response)}/moves?{query}").content.decode()
        assert not Assignment.objects.filter(state="sent").exists()


class TestWhoHasBeenTold:
    def test_is_ticked_one_by_one(self, responder, response, workers):
        responder.post(f"{at(response)}/send", sending(response, workers))
        page = responder.get(at(response)).content.decode()
        assert page.count("Not told yet") == 2
        row = Telling.objects.first()
        responder.post(f"{at(response)}/told/{row.pk}")
        assert "by Ben Carter" in responder.get(at(response)).content.decode()
        again = responder.post(f"{at(response)}/told/{row.pk}", follow=True).content.decode()
        assert "has told them already" in again


class TestSupport:
    @pytest.fixture
    def seen(self, desk, sent, now):
        arrive(actor=desk, assignment=sent[0], at=now, now=now)

    def test_waits_until_the_person_is_seen(self, responder, response):
        answer = responder.get(f"{at(response)}/support", follow=True)
        assert "Support begins when somebody has seen the person" in answer.content.decode()

    def test_is_proposed_changed_and_put_into_the_plan(self, responder, response, seen):
        page = responder.get(f"{at(response)}/support").content.decode()
        assert "Crisis support" in page
        assert "Evening, 18:30 to 21:00" in page
        told = {
            "chosen": ["support_visit"], "times-support_visit": ["morning", "evening"], "days-support_visit": "3",
            "summary": "Help to get up", "agreed": "yes",
        }  # fmt: skip
        answer = responder.post(f"{at(response)}/support", told, follow=True)
        assert "The support is in the plan" in answer.content.decode()
        assert Visit.objects.filter(episode=response.episode, is_crisis=False).count() >= 4

    @pytest.mark.parametrize(
        ("told", "says"),
        [
            ({"agreed": "yes"}, "Choose at least one visit"),
            ({"chosen": ["support_visit"], "days-support_visit": "9", "agreed": "yes"}, "from 1 to 7"),
            ({"chosen": ["support_visit"], "days-support_visit": "2", "agreed": "yes"}, "at least one time of day"),
            (
                {"chosen": ["support_visit"], "times-support_visit": ["evening"], "days-support_visit": "2"},
                "Tick that the person agreed",
            ),
        ],
    )
    def test_says_what_is_missing_and_keeps_what_was_typed(self, responder, response, seen, told, says):
        answer = responder.post(f"{at(response)}/support", {**told, "summary": "Help to get up"})
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert "Help to get up" in answer.content.decode()

    def test_is_not_planned_by_whoever_writes_no_plans(self, sign_in, response, seen):
        assert sign_in(Role.FRONT_DOOR).get(f"{at(response)}/support").status_code == 403

    def test_steps_up_to_hospital(self, responder, response, seen):
        told = {"kind": "admitted_to_hospital", "note": "Pneumonia"}
        answer = responder.post(f"{at(response)}/more-help", told, follow=True).content.decode()
        assert "Close the response as admitted to hospital" in answer
        assert EpisodeEvent.objects.get(kind="admitted_to_hospital").detail == "Pneumonia"

    def test_must_say_why_it_goes_on_past_its_limit(self, responder, desk, response, seen, now):
        correct_episode_time(
            actor=desk, event=EpisodeEvent.objects.get(kind="first_face_to_face_contact"),
            happened_at=now - timedelta(hours=73), reason="Told late", now=now,
        )  # fmt: skip
        assert "Support has run past its limit" in responder.get(at(response)).content.decode()
        assert "Past its limit" in responder.get("/responding/").content.decode()
        responder.post(f"{at(response)}/overrun", {"reason": "No package until Monday"})
        page = responder.get(at(response)).content.decode()
        assert "It goes on past its limit because: No package until Monday" in page
        assert Episode.objects.get().ended_at is None
