"""Chasing rounds in the browser: answering in a press, what an answer asks, the sheet, the times."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.discharge.models import NextAction, Round, RoundAnswer, RoundAsk, RoundTimetable, TeamLead
from homeward.discharge.services import Owner, StayGiven, add_action, receive_stay
from homeward.discharge.services.rounds import answer_ask
from homeward.kernel.rules import LONDON
from homeward.teams.models import Account, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(sign_in):
    return sign_in(Role.CASE_MANAGER, "Mo Casemanager")


@pytest.fixture
def ask(service, desk, manager, ivy, now) -> RoundAsk:
    """What a round of ten minutes ago asks the case manager about Ivy, on Ward 7."""
    given = StayGiven(
        admitted_at=now - timedelta(days=4), source="form", hospital_name="Made Up General", ward="Ward 7"
    )
    stay = receive_stay(actor=desk, person=ivy, given=given, now=now - timedelta(days=3)).stay
    owner = Owner("account", Account.objects.get(full_name="Mo Casemanager").pk)
    action = add_action(
        actor=desk, stay=stay, text="Order the frame", owner=owner, due_at=now + timedelta(hours=6),
        now=now - timedelta(hours=2),
    )  # fmt: skip
    held = Round.objects.create(
        service=service, due_at=now - timedelta(minutes=10), asked_at=now - timedelta(minutes=10),
        answer_by=now + timedelta(minutes=50),
    )  # fmt: skip
    return RoundAsk.objects.create(round=held, action=action, put_to="Mo Casemanager", is_told=True)


def text_of(answer) -> str:
    return answer.content.decode()


class TestAsked:
    def test_shows_each_question_with_its_five_answers(self, manager, ask):
        page = text_of(manager.get("/rounds/asked"))
        assert "Order the frame" in page
        assert "Ivy Okafor" in page
        assert all(f'data-key="{key}"' in page for key in "12345")

    def test_is_asked_for_again_by_itself_only_when_something_changed(self, manager, ask):
        live = text_of(manager.get("/rounds/asked")).split('hx-get="/rounds/asked/live')[1].split('"')[0]
        assert manager.get(f"/rounds/asked/live{live}").status_code == 204
        manager.post(f"/rounds/asked/{ask.pk}/on_time")
        part = text_of(manager.get(f"/rounds/asked/live{live}"))
        assert part.startswith('<div id="asked"')
        assert "You have answered (1)" in part

    @pytest.mark.parametrize("kind", ["done", "on_time"])
    def test_takes_done_and_on_time_in_one_press(self, manager, ask, kind):
        answered = manager.post(f"/rounds/asked/{ask.pk}/{kind}", follow=True)
        assert (
            "You have answered (1)" in text_of(answered) if kind == "on_time" else "Nothing waits" in text_of(answered)
        )
        assert RoundAnswer.objects.get().kind == kind

    def test_puts_the_card_with_the_answer_in_place_of_the_question(self, manager, ask):
        card = text_of(manager.post(f"/rounds/asked/{ask.pk}/on_time", headers={"HX-Request": "true"}))
        assert f'id="ask-{ask.pk}"' in card
        assert "On time" in card
        assert "<html" not in card

    def test_asks_what_an_answer_needs_and_loses_nothing_typed(self, manager, ask):
        form = text_of(manager.get(f"/rounds/asked/{ask.pk}/delayed"))
        assert "Delayed until" in form
        refused = text_of(manager.post(f"/rounds/asked/{ask.pk}/delayed", {"text": "None in stock"}))
        assert "Say until when it is delayed." in refused
        assert "None in stock" in refused
        assert not RoundAnswer.objects.exists()

    def test_takes_another_day_and_time_as_they_are_typed(self, manager, ask, now):
        day = (now.astimezone(LONDON) + timedelta(days=3)).date()
        told = {"until": "other", "until_day": day.isoformat(), "until_time": "14:30", "text": "None in stock"}
        manager.post(f"/rounds/asked/{ask.pk}/delayed", told)
        due = NextAction.objects.get().due_at.astimezone(LONDON)
        assert (due.date(), f"{due:%H:%M}") == (day, "14:30")

    @pytest.mark.parametrize("until", ["rubbish", "9999-99-99", "0001-01-01T00:00:00+23:00"])
    def test_answers_a_time_that_is_none_in_words(self, manager, ask, until):
        answer = manager.post(f"/rounds/asked/{ask.pk}/delayed", {"until": until, "text": "Late"})
        assert answer.status_code == 200
        assert not RoundAnswer.objects.exists()

    def test_takes_a_national_reason_and_whose_it_is(self, manager, ask, service):
        team = Team.objects.create(service=service, code="therapy", name="Therapy")
        manager.post(f"/rounds/asked/{ask.pk}/blocked", {"reason": "equipment"})
        assert NextAction.objects.get().blocker == "equipment"
        assert "Therapy" in text_of(manager.get(f"/rounds/asked/{ask.pk}/not_mine"))
        manager.post(f"/rounds/asked/{ask.pk}/not_mine", {"owner": f"team-{team.pk}"})
        assert NextAction.objects.get().team_id == team.pk

    def test_is_nobody_elses(self, sign_in, ask):
        carer = sign_in(Role.FIELD_WORKER, "Fay Fieldworker")
        assert "Order the frame" not in text_of(carer.get("/rounds/asked"))
        assert carer.post(f"/rounds/asked/{ask.pk}/done").status_code == 404
        assert carer.get("/rounds/").status_code == 403


class TestSheet:
    def test_shows_what_was_not_answered_and_what_changed_by_ward_and_team(self, manager, ask, desk, now):
        page = text_of(manager.get(f"/rounds/{ask.round_id}"))
        assert "Ward 7" in page
        assert "Not answered:" in page
        mo = Actor.system("Mo", ask.round.service_id)
        answer_ask(actor=mo, ask=ask, kind="done", text="It stands in the hall", now=now)
        page = text_of(manager.get(f"/rounds/{ask.round_id}?by=team"))
        assert "It stands in the hall" in page
        assert "No team yet" in page
        assert "Nothing changed" in text_of(manager.get(f"/rounds/{ask.round_id}?ward=Elsewhere"))

    def test_is_asked_for_again_only_when_something_changed(self, manager, ask):
        page = text_of(manager.get(f"/rounds/{ask.round_id}"))
        seen = page.split("seen=")[1].split('"')[0]
        assert manager.get(f"/rounds/{ask.round_id}/live?seen={seen}").status_code == 204
        manager.post(f"/rounds/asked/{ask.pk}/on_time")
        assert manager.get(f"/rounds/{ask.round_id}/live?seen={seen}").status_code == 200

    def test_is_listed_with_how_many_answered(self, manager, ask):
        assert "0 of 1 answered" in text_of(manager.get("/rounds/"))

    def test_is_none_that_does_not_exist(self, manager):
        assert manager.get("/rounds/4711").status_code == 404


class TestTimes:
    def test_are_set_with_who_leads(self, sign_in, manager, service):
        admin = sign_in(Role.ADMINISTRATOR, "Ada Admin")
        team = Team.objects.create(service=service, code="therapy", name="Therapy")
        mo = Account.objects.get(full_name="Mo Casemanager")
        told = {
            "weekday_times": "08:30 14:30", "other_day_times": "", "other_days": "2026-12-25\n2026-12-26",
            "answer_minutes": "45", f"lead-{team.pk}": str(mo.pk),
        }  # fmt: skip
        saved = text_of(admin.post("/rounds/times", told, follow=True))
        assert "Monday to Friday at 8:30am and 2:30pm." in saved
        assert RoundTimetable.objects.get().other_days == ["2026-12-25", "2026-12-26"]
        assert TeamLead.objects.get().account_id == mo.pk

    @pytest.mark.parametrize(
        ("told", "says"),
        [
            ({"weekday_times": "9 o'clock"}, "is not a time of day"),
            ({"weekday_times": ""}, "at least one time"),
            ({"other_days": "Christmas"}, "Enter each day"),
            ({"answer_minutes": "soon"}, "how many minutes"),
        ],
    )
    def test_say_what_to_put_right(self, sign_in, service, told, says):
        admin = sign_in(Role.ADMINISTRATOR, "Ada Admin")
        told = {"weekday_times": "09:00", "other_day_times": "", "other_days": "", "answer_minutes": "60"} | told
        assert says in text_of(admin.post("/rounds/times", told)).replace("&#39;", "'")
        assert not RoundTimetable.objects.exists()
