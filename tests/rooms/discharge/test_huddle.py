"""The huddle: its list, turning from one to the next, what several people write, and what is sent at the end."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.discharge.models import Huddle, HuddleItem, HuddleNote, NextAction
from homeward.discharge.selectors.huddle import (
    HuddleNotFoundError,
    could_attend,
    huddle_for,
    huddles_of,
    item_for,
    own_note,
    stays_to_add,
    suited_for,
)
from homeward.discharge.services import CriteriaGiven, Owner, receive_stay, record_criteria, set_expected
from homeward.discharge.services.huddle import (
    HuddleEndedError,
    add_to_huddle,
    agree_action,
    attend,
    end_huddle,
    leave_out,
    save_note,
    start_huddle,
    turn_to,
)
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.models import Notice
from homeward.people.services import NewPerson, register_person
from homeward.teams.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(case_manager, coordinator, service, stay, told, now):
    """Three in hospital who need the huddle, Ivy ready longest; and one who does not."""
    answer = {"actor": case_manager, "now": now}
    made = {"Ivy": stay}
    for name in ("Ben", "Cara", "Dan"):
        new = NewPerson(given_name=name, family_name="Example", birth_date=date(1940, 1, 1))
        person = register_person(actor=coordinator, service_id=service.pk, new=new, now=now)
        made[name] = receive_stay(person=person, given=told(), **answer).stay
    for name, days in (("Ivy", 3), ("Ben", 1)):
        ready = CriteriaGiven(day=london_day(now) - timedelta(days=days), is_met=False)
        record_criteria(stay=made[name], given=ready, **answer)
    set_expected(stay=made["Cara"], day=london_day(now), reason="Ward round", **answer)
    return made


@pytest.fixture
def huddle(three, case_manager, service, now):
    return start_huddle(actor=case_manager, service_id=service.pk, now=now)


def names(huddle) -> list[str]:
    return [item.stay.person.given_name for item in huddle.items.order_by("position")]


def item_of(huddle, name: str) -> HuddleItem:
    return huddle.items.get(stay__person__given_name=name)


def current(huddle) -> str | None:
    item = huddle.items.filter(opened_at__isnull=False).first()
    return item.stay.person.given_name if item else None


class TestStartHuddle:
    def test_lists_by_need_and_opens_the_first(self, huddle):
        assert names(huddle) == ["Ivy", "Ben", "Cara"]
        assert current(huddle) == "Ivy"
        assert item_of(huddle, "Ivy").needs == ["ready"]

    def test_joins_the_one_that_goes_on(self, huddle, therapist, service, now):
        joined = start_huddle(actor=therapist, service_id=service.pk, now=now)
        assert joined.pk == huddle.pk
        assert [one.name for one in joined.attendance.order_by("pk")] == ["Mo Casemanager", "Tess Therapist"]

    def test_refuses_where_nobody_needs_it(self, case_manager, stay, service, now):
        with pytest.raises(RefusedError, match="no huddle to hold"):
            start_huddle(actor=case_manager, service_id=service.pk, now=now)

    def test_is_for_whoever_chases(self, three, somebody, service, now):
        with pytest.raises(NotAllowedError):
            start_huddle(actor=somebody(Role.CRISIS_RESPONDER), service_id=service.pk, now=now)


class TestTurnTo:
    def test_goes_on_by_need_and_back_to_whoever_was_left_for_later(self, huddle, case_manager, now):
        seen = []
        for name, state in (("Ivy", "later"), ("Ben", "spoken"), ("Cara", "spoken"), ("Ivy", "spoken")):
            assert current(huddle) == name
            turn_to(actor=case_manager, huddle=huddle, leaving=item_of(huddle, name), state=state, now=now)
            seen.append(current(huddle))
        assert seen == ["Ben", "Cara", "Ivy", None]

    def test_two_who_press_at_once_leave_nobody_out(self, huddle, case_manager, therapist, now):
        ivy = item_of(huddle, "Ivy")
        for actor in (case_manager, therapist):
            turn_to(actor=actor, huddle=huddle, leaving=ivy, state="spoken", now=now)
        assert current(huddle) == "Ben"

    def test_counts_every_stretch_of_somebody(self, huddle, case_manager, now):
        def turn(name: str, at: int, to: str | None = None, state: str = "later") -> None:
            turn_to(
                actor=case_manager, huddle=huddle, leaving=item_of(huddle, name), state=state,
                to=item_of(huddle, to) if to else None, now=now + timedelta(seconds=at),
            )  # fmt: skip

        turn("Ivy", 100)
        turn("Ben", 130, to="Ivy")
        whole = huddle_for(case_manager, huddle.pk, now + timedelta(seconds=150))
        assert [line.seconds for line in whole.lines] == [120, 30, 0]
        assert whole.current.stay.person.given_name == "Ivy"


class TestSaveNote:
    @pytest.fixture
    def save(self, huddle, case_manager, now):
        def call(text: str, page: str = "page-a", actor=case_manager, **told) -> HuddleNote:
            return save_note(actor=actor, item=item_of(huddle, "Ivy"), page=page, text=text, now=now, **told)

        return call

    def test_keeps_what_is_typed_in_one_note(self, save):
        first = save("Stairs")
        again = save("Stairs are steep", action="Order a rail", note_id=first.pk, revision=first.revision)
        assert HuddleNote.objects.count() == 1
        assert (again.text, again.action, again.revision) == ("Stairs are steep", "Order a rail", 2)

    def test_the_same_twice_changes_nothing(self, save):
        save("Stairs")
        assert save("Stairs").revision == 1

    def test_an_answer_that_was_lost_does_no_harm(self, save):
        save("Stairs")
        # the page never heard that its first save was kept, and sends the next without its number
        assert save("Stairs are steep").text == "Stairs are steep"
        assert HuddleNote.objects.count() == 1

    def test_two_people_never_write_over_one_another(self, save, therapist, huddle, case_manager):
        mine, theirs = save("Mine"), save("Theirs", page="page-b", actor=therapist)
        save("Mine, and more", note_id=mine.pk, revision=mine.revision)
        assert set(HuddleNote.objects.values_list("by_name", "text")) == {
            ("Mo Casemanager", "Mine, and more"), ("Tess Therapist", "Theirs"),
        }  # fmt: skip
        assert own_note(therapist, item_of(huddle, "Ivy")).pk == theirs.pk

    def test_nobody_goes_on_with_somebody_elses_note(self, save, therapist):
        mine = save("Mine")
        save("Theirs", page="page-b", actor=therapist, note_id=mine.pk, revision=mine.revision)
        assert set(HuddleNote.objects.values_list("text", flat=True)) == {"Mine", "Theirs"}

    def test_two_pages_of_one_person_keep_both_texts(self, save):
        first = save("From the laptop")
        opened = {"note_id": first.pk, "revision": first.revision}
        save("From the laptop, and on", **opened)
        save("From the laptop, but the wall", page="page-b", **opened)
        assert set(HuddleNote.objects.values_list("text", flat=True)) == {
            "From the laptop, and on", "From the laptop, but the wall",
        }  # fmt: skip

    def test_a_page_opened_later_goes_on_with_the_same_note(self, save):
        first = save("Stairs")
        save("Stairs, rail", page="page-b", note_id=first.pk, revision=first.revision)
        assert HuddleNote.objects.get().text == "Stairs, rail"

    def test_nothing_typed_keeps_nothing(self, save):
        assert save("  ") is None

    def test_refuses_more_than_fits(self, save):
        with pytest.raises(RefusedError, match="at most"):
            save("x" * 9000)


class TestAgreeAction:
    def test_is_a_next_action_at_once_and_told_of_when_the_huddle_ends(self, huddle, case_manager, therapist, now):
        item = item_of(huddle, "Ivy")
        save_note(actor=case_manager, item=item, page="a", text="Stairs", action="See her home", now=now)
        agreed = agree_action(
            actor=case_manager, item=item, text="See her home", owner=Owner("account", therapist.account_id),
            due_at=now + timedelta(hours=6), proposed="Tess Therapist: on shift until 4pm.", now=now,
        )  # fmt: skip
        assert (agreed.action.stay_id, agreed.action.text) == (item.stay_id, "See her home")
        assert HuddleNote.objects.get().action == ""  # no longer being typed
        assert not Notice.objects.filter(kind="huddle").exists()

        end_huddle(actor=case_manager, huddle=huddle, now=now + timedelta(minutes=30))

        notice = Notice.objects.get(kind="huddle")
        assert (notice.account_id, notice.title) == (therapist.account_id, "1 action for you from today's huddle")

    def test_refuses_one_without_words(self, huddle, case_manager, therapist, now):
        with pytest.raises(RefusedError, match="what is to be done"):
            agree_action(
                actor=case_manager, item=item_of(huddle, "Ivy"), text=" ", due_at=now + timedelta(hours=1),
                owner=Owner("account", therapist.account_id), now=now,
            )  # fmt: skip
        assert not NextAction.objects.exists()


class TestEndHuddle:
    def test_says_who_was_spoken_of_and_who_was_not(self, huddle, case_manager, service, now):
        save_note(actor=case_manager, item=item_of(huddle, "Ivy"), page="a", text="Home tomorrow", now=now)
        end_huddle(actor=case_manager, huddle=huddle, now=now + timedelta(minutes=2))
        assert list(huddle.items.order_by("position").values_list("state", "seconds")) == [
            ("spoken", 120), ("waiting", 0), ("waiting", 0),
        ]  # fmt: skip
        (past,) = huddles_of(case_manager, service.pk)
        assert (past.spoken_of, past.agreed_count, past.ended_by) == (1, 0, "Mo Casemanager")

    def test_ends_once_and_takes_nothing_more(self, huddle, case_manager, therapist, now):
        item = item_of(huddle, "Ivy")
        end_huddle(actor=case_manager, huddle=huddle, now=now)
        for call in (
            lambda: end_huddle(actor=therapist, huddle=huddle, now=now),
            lambda: save_note(actor=therapist, item=item, page="b", text="Late", now=now),
            lambda: turn_to(actor=therapist, huddle=huddle, leaving=item, state="spoken", now=now),
        ):
            with pytest.raises(HuddleEndedError, match="Mo Casemanager has ended"):
                call()

    def test_lets_another_begin(self, huddle, case_manager, service, now):
        end_huddle(actor=case_manager, huddle=huddle, now=now)
        assert start_huddle(actor=case_manager, service_id=service.pk, now=now).pk != huddle.pk


class TestAddToHuddle:
    def test_puts_somebody_at_the_end_once(self, huddle, three, case_manager, now):
        assert [one.person.given_name for one in stays_to_add(case_manager, huddle)] == ["Dan"]
        for _ in range(2):
            add_to_huddle(actor=case_manager, huddle=huddle, stay=three["Dan"], now=now)
        assert names(huddle) == ["Ivy", "Ben", "Cara", "Dan"]


class TestAttend:
    def test_notes_accounts_and_names_and_takes_off_a_mistake(self, huddle, case_manager, therapist, now):
        told = {"actor": case_manager, "huddle": huddle, "now": now}
        tess = next(one for one in could_attend(case_manager, huddle) if one.full_name == "Tess Therapist")
        noted = attend(account=tess, **told)
        attend(name="Sister Made Up", title="Ward 7", **told)
        leave_out(attendance_id=noted.pk, **told)
        there = huddle_for(case_manager, huddle.pk, now).attendance
        assert [one.name for one in there] == ["Mo Casemanager", "Sister Made Up"]
        with pytest.raises(RefusedError):
            attend(name=" ", **told)


class TestSuitedFor:
    def test_proposes_by_skill_shift_and_place(self, stay, case_manager, workers, now):
        Worker.objects.filter(pk=workers[2].pk).update(skills=["physiotherapist"])
        found = suited_for(case_manager, stay, {"crisis_responder_health"}, now)
        assert [one.candidate.name for one in found] == ["Worker Birch", "Worker Ash"]  # Birch is nearer to Ivy's home
        assert found[0].is_nearest
        assert found[0].candidate.on_until is not None
        assert len(suited_for(case_manager, stay, (), now)) == 4


class TestItemFor:
    def test_is_of_ones_own_service(self, huddle, case_manager, now):
        with pytest.raises(HuddleNotFoundError):
            item_for(case_manager, 4711, now)
        assert Huddle.objects.count() == 1
