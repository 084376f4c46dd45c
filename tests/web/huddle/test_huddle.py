"""The huddle in the browser: held by two at once, saved as it is typed, ended, and read afterwards."""

from datetime import timedelta

import pytest

from homeward.access.rules import Role
from homeward.discharge.models import Huddle, HuddleItem, HuddleNote, NextAction
from homeward.discharge.services import CriteriaGiven, StayGiven, receive_stay, record_criteria
from homeward.kernel.rules import london_day
from homeward.notices.models import Notice
from homeward.people.services import NewPerson, register_person
from homeward.teams.models import Account, Worker

pytestmark = pytest.mark.django_db
LIVE = {"HX-Request": "true"}


@pytest.fixture
def manager(sign_in):
    return sign_in(Role.CASE_MANAGER, "Mo Casemanager")


@pytest.fixture
def nurse(sign_in):
    return sign_in(Role.REGISTERED_PROFESSIONAL, "Nurse Ash")


@pytest.fixture
def in_hospital(service, desk, ivy, now):
    """Ivy and Ben, both ready to leave, Ivy longer."""
    ben = register_person(
        actor=desk, service_id=service.pk, new=NewPerson(given_name="Ben", family_name="Ash"), now=now
    )
    for person, days in ((ivy, 3), (ben, 1)):
        given = StayGiven(admitted_at=now - timedelta(days=6), source="form", hospital_name="Made Up General")
        stay = receive_stay(actor=desk, person=person, given=given, now=now - timedelta(days=5)).stay
        ready = CriteriaGiven(day=london_day(now) - timedelta(days=days), is_met=False)
        record_criteria(actor=desk, stay=stay, given=ready, now=now - timedelta(hours=1))


@pytest.fixture
def huddle(in_hospital, manager) -> Huddle:
    manager.post("/huddle/start")
    return Huddle.objects.get()


def item_of(name: str) -> HuddleItem:
    return HuddleItem.objects.get(stay__person__given_name=name)


def text_of(answer) -> str:
    return answer.content.decode()


def fields_of(page: str) -> dict[str, str]:
    """What the page sends besides what is typed."""
    names = ("page", "note", "revision")
    return {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in names}


class TestHolding:
    def test_starts_with_whoever_needs_it_most(self, huddle, manager):
        page = text_of(manager.get(f"/huddle/{huddle.pk}", follow=True))
        assert "Ivy Okafor" in page
        assert "1 of 2, 2 left. Ready to leave." in page

    def test_saves_as_it_is_typed_and_goes_on_from_there(self, huddle, manager):
        address = f"/huddle/people/{item_of('Ivy').pk}"
        hidden = fields_of(text_of(manager.get(address)))
        saved = text_of(manager.post(address, hidden | {"text": "Stairs"}, headers=LIVE))
        assert "Saved at" in saved
        manager.post(address, hidden | {"text": "Stairs are steep"}, headers=LIVE)
        assert HuddleNote.objects.get().text == "Stairs are steep"
        assert "Stairs are steep</textarea>" in text_of(manager.get(address))

    def test_two_people_see_and_never_lose_one_anothers_words(self, huddle, manager, nurse):
        address = f"/huddle/people/{item_of('Ivy').pk}"
        nurse.post("/huddle/start")
        mine, theirs = (fields_of(text_of(client.get(address))) for client in (manager, nurse))
        manager.post(address, mine | {"text": "Daughter can stay"}, headers=LIVE)
        nurse.post(address, theirs | {"text": "Wound is clean"}, headers=LIVE)
        live = text_of(nurse.get(f"{address}/live"))
        assert "Daughter can stay" in live
        assert "Wound is clean" not in live  # it stands in their own form
        assert HuddleNote.objects.count() == 2

    def test_goes_on_without_javascript_and_tells_the_other(self, huddle, manager, nurse):
        ivy, ben = item_of("Ivy"), item_of("Ben")
        hidden = fields_of(text_of(manager.get(f"/huddle/people/{ivy.pk}")))
        gone = manager.post(f"/huddle/people/{ivy.pk}", hidden | {"text": "Home today", "then": "spoken"})
        assert gone["Location"] == f"/huddle/people/{ben.pk}"
        assert HuddleNote.objects.get().text == "Home today"
        live = text_of(nurse.get(f"/huddle/people/{ivy.pk}/live"))
        assert "The meeting is with" in live
        assert "Ben Ash" in live

    def test_agrees_an_action_with_somebody_proposed(self, huddle, manager, workers):
        Worker.objects.filter(name="Ash Vale").update(skills=["nurse"], job_title="Community nurse")
        address = f"/huddle/people/{item_of('Ivy').pk}"
        page = text_of(manager.get(address))
        assert "Ash Vale, Community nurse" in page
        assert "no open actions" in page
        assert "Cedar Holt" not in page.split('id="other"')[0]
        worker = Worker.objects.get(name="Ash Vale")
        until = page.split('name="until" value="')[1].split('"')[0]
        told = {"text": "", "action": "See her home", "owner": f"worker-{worker.pk}", "until": until, "then": "agree"}
        # what saves itself names the button pressed last, and agrees nothing
        assert "Saved at" in text_of(manager.post(address, fields_of(page) | told, headers=LIVE))
        assert not NextAction.objects.exists()
        manager.post(address, fields_of(page) | told)
        assert NextAction.objects.get().worker_id == worker.pk

    def test_says_what_an_action_needs_and_keeps_what_was_typed(self, huddle, manager):
        address = f"/huddle/people/{item_of('Ivy').pk}"
        hidden = fields_of(text_of(manager.get(address)))
        told = {"text": "Stairs", "action": "See her home", "then": "agree", "until": "other"}
        page = text_of(manager.post(address, hidden | told))
        assert "Choose who does it" in page
        assert "Say by when" in page
        assert "Stairs</textarea>" in page
        assert HuddleNote.objects.get().action == "See her home"
        assert not NextAction.objects.exists()

    def test_proposes_for_another_skill(self, huddle, manager, workers):
        Worker.objects.filter(name="Cedar Holt").update(skills=["physiotherapist"])
        part = text_of(manager.get(f"/huddle/people/{item_of('Ivy').pk}/suited?skill=physiotherapist"))
        assert "Cedar Holt" in part
        assert "Ash Vale" not in part

    def test_notes_who_is_there(self, huddle, manager, nurse):
        ash = Account.objects.get(full_name="Nurse Ash")
        manager.post(f"/huddle/{huddle.pk}/there", {"account": str(ash.pk)})
        manager.post(f"/huddle/{huddle.pk}/there", {"name": "Sister Made Up", "title": "Ward 7"})
        assert list(huddle.attendance.order_by("pk").values_list("name", flat=True)) == [
            "Mo Casemanager", "Nurse Ash", "Sister Made Up",
        ]  # fmt: skip


class TestEnding:
    def test_shows_what_is_left_sends_the_actions_and_keeps_the_record(self, huddle, manager, nurse):
        address = f"/huddle/people/{item_of('Ivy').pk}"
        ash = Account.objects.get(full_name="Nurse Ash")
        page = text_of(manager.get(address))
        until = page.split('name="until" value="')[1].split('"')[0]
        told = {"text": "Wound care", "action": "Teach the dressing", "other": f"account-{ash.pk}", "until": until}
        manager.post(address, fields_of(page) | told | {"then": "agree"})
        before = text_of(manager.get(f"/huddle/{huddle.pk}/end"))
        assert "Ben Ash" in before
        manager.post(f"/huddle/{huddle.pk}/end")
        assert Notice.objects.get(kind="huddle").account_id == ash.pk
        record = text_of(nurse.get(f"/huddle/{huddle.pk}"))
        assert all(words in record for words in ("Wound care", "Teach the dressing", "Nurse Ash", "Not spoken of"))

    def test_is_told_to_who_still_types_and_their_words_are_shown_to_them(self, huddle, manager, nurse):
        address = f"/huddle/people/{item_of('Ivy').pk}"
        hidden = fields_of(text_of(nurse.get(address)))
        manager.post(f"/huddle/{huddle.pk}/end")
        assert "has ended" in text_of(nurse.post(address, hidden | {"text": "Late words"}, headers=LIVE))
        plain = text_of(nurse.post(address, hidden | {"text": "Late words", "then": "spoken"}, follow=True))
        assert "Late words" in plain

    def test_is_not_for_who_does_not_chase(self, huddle, sign_in):
        responder = sign_in(Role.CRISIS_RESPONDER, "Rae Responder")
        assert "The meeting" not in text_of(responder.get(f"/huddle/{huddle.pk}"))
        assert responder.post("/huddle/start").status_code == 403
        assert responder.post(f"/huddle/{huddle.pk}/end").status_code == 403
