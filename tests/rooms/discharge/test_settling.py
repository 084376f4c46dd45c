"""What the end of a stay does to what was still to do for it: nothing stands open for somebody who has gone."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from homeward.access.rules import Actor, Role
from homeward.discharge.models import HuddleItem, LeavingItem, NextAction, RoundAsk
from homeward.discharge.rules.deciding import Choice
from homeward.discharge.selectors import open_actions, starts_of, stay_record
from homeward.discharge.services import (
    Leaving,
    NewStart,
    Owner,
    WayHome,
    add_action,
    decide_pathway,
    end_stay,
    promise_start,
    receive_stay,
    resume_stay,
)
from homeward.discharge.services.huddle import start_huddle
from homeward.discharge.services.rounds import hold_round
from homeward.episodes.models import Episode
from homeward.kernel.rules import london_day, wall_clock
from homeward.people.models import Person
from homeward.visits.models import Visit
from homeward.visits.services import NewSupport

HOME = {"destination": "p1_reablement"}
ENDS = [
    ("died", {"ended_as": "died"}, "The stay ended: died in hospital"),
    ("moved", {"ended_as": "moved"}, "The stay ended: moved to another hospital"),
    ("cancelled", {"ended_as": "mistake", "note": "Another Ivy"}, "The stay ended: recorded by mistake"),
    ("care home", {"destination": "p3_care_home", "note": "Her family did"}, "The stay ended: left hospital"),
    ("home", HOME, "The stay ended: left hospital"),
]


@pytest.fixture
def begun(stay, assess, case_manager, service, now):
    """Ivy goes home tomorrow: the list before leaving, her first visit promised, and one action asked in a round."""
    assess("trusted-assessment", capacity_doubted=False, help_needed=["washing"])
    given = WayHome(
        pathway="p1", destination="p1_reablement", person_said="Home", capacity="not_doubted", decided_by="person",
        choices=(Choice("Home", answer="chosen", answered_by="Ivy"),),
    )  # fmt: skip
    decide_pathway(actor=case_manager, stay=stay, given=given, now=now)
    tomorrow = london_day(now) + timedelta(days=1)
    new = NewStart(
        "reablement-at-home", (NewSupport("reablement_visit", ("morning",), 7),), wall_clock(tomorrow, "07:30"),
        "There is room.", "Sister Oak",
    )  # fmt: skip
    promise_start(actor=case_manager, stay=stay, new=new, now=now)
    owner = Owner("account", case_manager.account_id)
    due = now + timedelta(hours=2)
    add_action(
        actor=case_manager, stay=stay, text="Ring the ward", owner=owner, due_at=due, blocker="transport", now=now
    )
    hold_round(actor=Actor.system("tests", service.pk), service_id=service.pk, now=wall_clock(london_day(now), "09:00"))
    start_huddle(actor=case_manager, service_id=service.pk, now=now)
    HuddleItem.objects.update(opened_at=None)
    stay.refresh_from_db()
    return stay


@pytest.mark.parametrize(("how", "ending", "why"), ENDS, ids=[how for how, _, _ in ENDS])
def test_nothing_stands_open_for_a_stay_that_ended(how, ending, why, begun, case_manager, service, now):
    assert RoundAsk.objects.silent().count() == 1
    end_stay(actor=case_manager, stay=begun, leaving=Leaving(now, **ending), now=now)

    action = NextAction.objects.get()
    assert (action.state, action.closed_note, action.blocker, action.closed_by) == (
        "lapsed", why, "", case_manager.name,
    )  # fmt: skip
    assert set(LeavingItem.objects.values_list("state", "seen_to_by")) == {("lapsed", case_manager.name)}
    assert HuddleItem.objects.get().state == "gone"
    assert not RoundAsk.objects.silent()
    assert not open_actions(case_manager, service.pk)
    starts = starts_of(case_manager, service.pk, now)
    assert not (starts.to_promise or starts.promised)
    event = begun.events.get(kind="settled")
    assert "Ring the ward" in event.text
    assert int(event.after) == 1 + LeavingItem.objects.count()
    promise = begun.promises.get()
    if how == "home":
        assert promise.taken_back_at is None
        assert Visit.objects.filter(state="needed").exists()
    else:
        assert promise.taken_back_reason == why
        assert not Visit.objects.exclude(state="cancelled")


def test_a_message_from_the_hospital_settles_as_a_person_does(begun, actor_with, told, now):
    machine = actor_with(Role.MACHINE)
    told = told(admitted_at=begun.admitted_at, leaving=Leaving(now, "died"), sender="PAS")
    receive_stay(actor=machine, person=begun.person, given=told, now=now)
    assert NextAction.objects.get().state == "lapsed"
    assert not Visit.objects.exclude(state="cancelled")


def test_a_stay_that_goes_on_after_all_has_it_to_do_again(begun, case_manager, now):
    seen_to = LeavingItem.objects.order_by("pk").first()
    LeavingItem.objects.filter(pk=seen_to.pk).update(state="done", seen_to_by="Mo", seen_to_at=now)
    end_stay(actor=case_manager, stay=begun, leaving=Leaving(now, **HOME), now=now)
    stay = resume_stay(actor=case_manager, stay=begun, reason="Came back from the lift", now=now)

    record = stay_record(case_manager, stay, now)
    assert [(one.text, one.closed_note) for one in record.open_actions] == [("Ring the ward", "")]
    assert LeavingItem.objects.exclude(pk=seen_to.pk).values_list("state", flat=True).distinct().get() == "open"
    assert LeavingItem.objects.get(pk=seen_to.pk).state == "done"
    assert HuddleItem.objects.get().state == "waiting"
    assert stay.promises.filter(taken_back_at=None).exists()


def test_a_death_in_hospital_is_on_the_record_and_taken_back_where_it_was_a_mistake(begun, case_manager, now):
    end_stay(actor=case_manager, stay=begun, leaving=Leaving(now, "died"), now=now)
    person, episode = Person.objects.get(pk=begun.person_id), Episode.objects.get(person_id=begun.person_id)
    assert person.died_on == london_day(now)
    assert "person_died" in episode.events.values_list("kind", flat=True)

    resume_stay(actor=case_manager, stay=begun, reason="The message was about somebody else", now=now)
    person.refresh_from_db()
    assert person.died_on is None


def test_a_known_day_of_death_stands(begun, case_manager, now):
    day_before = london_day(now) - timedelta(days=1)
    Person.objects.filter(pk=begun.person_id).update(died_on=day_before)
    begun.refresh_from_db()
    end_stay(actor=case_manager, stay=begun, leaving=Leaving(now, "died"), now=now)
    assert Person.objects.get(pk=begun.person_id).died_on == day_before


def test_stays_that_ended_before_are_settled_by_the_migration(begun, case_manager, now):
    end_stay(actor=case_manager, stay=begun, leaving=Leaving(now, **HOME), now=now)
    NextAction.objects.update(state="open", closed_at=None, closed_by="", closed_note="")
    LeavingItem.objects.update(state="open", seen_to_by="", seen_to_at=None)

    import_module("homeward.discharge.migrations.0009_settle_stays_that_ended").settle(apps, None)

    action = NextAction.objects.get()
    assert (action.state, action.closed_at, action.closed_note) == ("lapsed", now, "The stay had ended")
    assert set(LeavingItem.objects.values_list("state", "seen_to_at")) == {("lapsed", now)}
