"""The start of care at home: worked out on the days as they stand, promised, seen to, and called about after."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.discharge.models import LeavingItem, StartPromise
from homeward.discharge.rules.deciding import Choice
from homeward.discharge.rules.starting import leaving_list, suggested_visits
from homeward.discharge.selectors import (
    ChosenVisits,
    equipment_to_ask,
    home_pathways,
    start_record,
    starts_of,
    when_care_could_start,
)
from homeward.discharge.services import (
    Leaving,
    NewStart,
    WayHome,
    ask_for_proposed,
    decide_pathway,
    end_stay,
    promise_start,
    record_welcome_call,
    see_to_item,
    take_back_start,
)
from homeward.discharge.states import ItemState
from homeward.equipment.models import Kind
from homeward.equipment.rules.catalogue import USUAL_KINDS
from homeward.equipment.services import add_usual_kinds
from homeward.kernel.rules import RefusedError, london_day, wall_clock
from homeward.notices.models import Notice
from homeward.procedures.rules import equipment_proposed
from homeward.procedures.selectors import built, library, procedure
from homeward.roster.models import Shift
from homeward.teams.models import Organisation, Worker
from homeward.visits.models import Visit
from homeward.visits.planning import plan_day
from homeward.visits.services import NewSupport

REABLEMENT = "reablement-at-home"
MORNING = ChosenVisits(REABLEMENT, frozenset({("reablement_visit", "morning")}))


@pytest.fixture
def tomorrow(now):
    return london_day(now) + timedelta(days=1)


@pytest.fixture
def on_shift(service):
    """Somebody on shift on a day: `on_shift("Ada Able", day, "07:00", "15:00")`."""
    team = Organisation.objects.create(service=service, kind="council", name="Merrow Council", is_employer=True)

    def put(name: str, day, begins: str, ends: str, skill: str = "reablement_worker") -> Worker:
        worker, _ = Worker.objects.get_or_create(
            service=service, organisation=team, local_reference=name, name=name, skills=[skill], latitude=52.92,
            longitude=-1.47,
        )  # fmt: skip
        Shift.objects.create(
            worker=worker, day=day, starts_at=wall_clock(day, begins), ends_at=wall_clock(day, ends),
            start_latitude=52.92, start_longitude=-1.47,
        )  # fmt: skip
        return worker

    return put


@pytest.fixture
def goes_home(stay, assess, case_manager, now):
    """It is decided that Ivy goes home with reablement."""
    assess("trusted-assessment", capacity_doubted=False, help_needed=["washing"])
    given = WayHome(
        pathway="p1", destination="p1_reablement", person_said="Home",
        choices=(Choice("Home", answer="chosen", answered_by="Ivy"),),
        capacity="not_doubted", decided_by="person",
    )  # fmt: skip
    decide_pathway(actor=case_manager, stay=stay, given=given, now=now)
    stay.refresh_from_db()
    return stay


@pytest.fixture
def promise(goes_home, case_manager, tomorrow, now):
    """Promises Ivy's first visit for tomorrow morning; otherwise where a test says so."""

    def make(actor=case_manager, **more):
        new = {
            "pathway_code": REABLEMENT, "chosen": (NewSupport("reablement_visit", ("morning",), 7),),
            "first_visit_at": wall_clock(tomorrow, "07:30"), "grounds": "There is room.", "told_whom": "Sister Oak",
        }  # fmt: skip
        return promise_start(actor=actor, stay=goes_home, new=NewStart(**(new | more)), now=now)

    return make


@pytest.fixture
def came_home(promise, goes_home, case_manager, now):
    promise()
    leaving = Leaving(left_at=now - timedelta(hours=1), destination="p1_reablement")
    return end_stay(actor=case_manager, stay=goes_home, leaving=leaving, now=now)


class TestSuggestedVisits:
    """Which of a pathway's visits an assessment asks for."""

    @pytest.mark.parametrize(
        ("answers", "times"),
        [
            (None, {"morning", "midday", "evening"}),
            ({"help_needed": ["washing"]}, {"morning"}),
            ({"help_needed": ["dressing"]}, {"morning", "evening"}),
            ({"help_needed": ["washing", "eating"]}, {"morning", "midday", "evening"}),
            ({"help_needed": ["none"]}, set()),
        ],
    )
    def test_are_at_the_times_at_which_help_is_needed(self, db, answers, times):
        found = suggested_visits(built(procedure("pathway", REABLEMENT)).visits, answers)
        assert {time for _, time in found.visits} == times

    def test_are_by_two_where_moving_takes_two(self, db):
        templates = built(procedure("pathway", REABLEMENT)).visits
        assert suggested_visits(templates, {"two_workers": True}).is_for_two
        assert not suggested_visits(templates, {"two_workers": False}).is_for_two


class TestWhenCareCouldStart:
    def test_is_the_first_day_on_which_every_visit_has_room(self, goes_home, case_manager, on_shift, tomorrow, now):
        ada = on_shift("Ada Able", tomorrow, "07:00", "15:00")
        today, then = when_care_could_start(case_manager, goes_home, MORNING, now, london_day(now))
        assert (today.is_possible, today.why) == (False, "Nobody is on the rota that day yet.")
        assert then.is_possible
        assert (then.day, then.placed[0].workers) == (tomorrow, (ada,))
        assert wall_clock(tomorrow, "07:00") <= then.placed[0].starts_at <= wall_clock(tomorrow, "10:00")

    def test_says_why_not_and_what_would_bring_it_forward(self, goes_home, case_manager, on_shift, tomorrow, now):
        on_shift("Late Starter", tomorrow, "10:20", "15:00")
        answer = next(
            one for one in when_care_could_start(case_manager, goes_home, MORNING, now, tomorrow) if one.day == tomorrow
        )
        assert not answer.is_possible
        assert answer.why
        assert any("Late Starter" in one.sentence for one in answer.remedies)

    def test_takes_nobody_elses_time(self, goes_home, case_manager, on_shift, tomorrow, service, now, somebody):
        on_shift("Ada Able", tomorrow, "07:00", "11:00")
        other = Visit.objects.create(
            service=service, person=goes_home.person, address=goes_home.person.addresses.first(), day=tomorrow,
            title="Somebody else's", window_opens_at=wall_clock(tomorrow, "07:15"),
            window_closes_at=wall_clock(tomorrow, "07:15"), is_window_hard=True,
            slots=[{"skill": "reablement_worker", "competences": [], "minutes": 180}],
        )  # fmt: skip
        planner = somebody(Role.ROSTER_PLANNER, "Day Planner")
        plan_day(actor=planner, service_id=service.pk, day=tomorrow, now=now, why="Test", seconds=0.2, seed=1)
        answer = when_care_could_start(case_manager, goes_home, MORNING, now, tomorrow, days=1)[0]
        assert not answer.is_possible
        assert other.assignments.exists()


class TestPromiseStart:
    def test_makes_the_visits_in_the_plan_of_a_pathway_begun_for_it(self, promise, goes_home, tomorrow):
        done = promise()
        assert (done.promise.promised_by_name, done.promise.told_whom) == ("Mo Casemanager", "Sister Oak")
        assert done.promise.episode.pathway.code == REABLEMENT
        days = [visit.day for visit in Visit.objects.filter(person=goes_home.person).order_by("day")]
        assert days == [tomorrow + timedelta(days=ahead) for ahead in range(7)]

    def test_sends_two_where_two_are_asked_for(self, promise):
        done = promise(chosen=(NewSupport("reablement_visit", ("morning",), 7, is_for_two=True),))
        assert {len(visit.slots) for visit in done.visits} == {2}

    def test_begins_the_list_of_what_is_seen_to_before_leaving(self, promise, goes_home):
        promise()
        assert LeavingItem.objects.filter(stay=goes_home, state="open").count() == len(leaving_list())

    def test_is_made_once(self, promise):
        promise()
        with pytest.raises(RefusedError, match="promised already"):
            promise()

    @pytest.mark.parametrize(("name", "value", "words"), [
        ("told_whom", " ", "whom on the ward"),
        ("chosen", (), "at least one visit"),
    ])  # fmt: skip
    def test_refuses_what_is_missing(self, promise, name, value, words):
        with pytest.raises(RefusedError, match=words):
            promise(**{name: value})

    def test_refuses_a_time_that_is_over(self, promise, now):
        with pytest.raises(RefusedError, match="in the past"):
            promise(first_visit_at=now - timedelta(minutes=1))

    def test_refuses_before_it_is_decided_that_they_go_home(self, stay, case_manager, tomorrow):
        new = NewStart(REABLEMENT, (NewSupport("reablement_visit", ("morning",), 7),), wall_clock(tomorrow, "08:00"),
                       "Room", "Sister Oak")  # fmt: skip
        with pytest.raises(RefusedError, match="Decide first that they go home"):
            promise_start(actor=case_manager, stay=stay, new=new, now=stay.told_at)

    def test_is_not_for_whoever_only_plans_the_day(self, promise, somebody):
        with pytest.raises(NotAllowedError):
            promise(actor=somebody(Role.ROSTER_PLANNER, "Day Planner"))

    def test_taken_back_cancels_its_visits_and_lets_another_be_made(self, promise, case_manager, now):
        done = promise()
        with pytest.raises(RefusedError, match="Say why"):
            take_back_start(actor=case_manager, promise=done.promise, reason=" ", now=now)
        gone = take_back_start(actor=case_manager, promise=done.promise, reason="A fever", now=now)
        assert len(gone) == len(done.visits)
        assert not Visit.objects.exclude(state="cancelled").exists()
        assert promise().promise.pk != done.promise.pk
        assert StartPromise.objects.filter(taken_back_at__isnull=True).count() == 1


class TestSeeToItem:
    def test_keeps_whose_it_is_and_who_saw_to_it(self, promise, goes_home, case_manager, now):
        promise()
        item = goes_home.leaving_items.get(code="family")
        see_to_item(actor=case_manager, item=item, state=ItemState.DONE, owner="Ward", detail="Her son, 10:30", now=now)
        item.refresh_from_db()
        assert (item.owner, item.detail, item.seen_to_by) == ("Ward", "Her son, 10:30", "Mo Casemanager")

    def test_asks_why_something_is_not_needed_and_whose_it_is(self, promise, goes_home, case_manager, now):
        promise()
        item = goes_home.leaving_items.get(code="letter")
        told = {"actor": case_manager, "item": item, "now": now}
        with pytest.raises(RefusedError, match="not needed"):
            see_to_item(state=ItemState.NOT_NEEDED, owner="Ward", detail="", **told)
        with pytest.raises(RefusedError, match="whose it is"):
            see_to_item(state=ItemState.DONE, owner=" ", detail="", **told)


class TestWelcomeCall:
    def log(self, actor, stay, now, **more):
        told = {"is_reached": True, "said": "Glad to be home", "is_as_assessed": True, "difference": ""} | more
        return record_welcome_call(actor=actor, stay=stay, now=now, **told)

    def test_is_due_the_day_after_until_they_are_reached(self, came_home, case_manager, service, tomorrow, now):
        assert start_record(case_manager, came_home, now).call_due_on == tomorrow
        self.log(case_manager, came_home, now, is_reached=False, is_as_assessed=None, said="Rang twice")
        assert [line.stay.pk for line in starts_of(case_manager, service.pk, now).to_call] == [came_home.pk]
        self.log(case_manager, came_home, now)
        assert starts_of(case_manager, service.pk, now).to_call == ()

    def test_tells_whoever_assessed_what_was_different(self, came_home, therapist, case_manager, now):
        self.log(therapist, came_home, now, is_as_assessed=False, difference="Cannot manage the stairs")
        assert Notice.objects.get(kind="stay", account_id=case_manager.account_id, path__contains="start-of-care")

    @pytest.mark.parametrize(("more", "words"), [
        ({"said": ""}, "what they said"),
        ({"is_as_assessed": None}, "whether it was as assessed"),
        ({"is_as_assessed": False}, "what was different"),
    ])  # fmt: skip
    def test_refuses_what_is_missing(self, came_home, case_manager, now, more, words):
        with pytest.raises(RefusedError, match=words):
            self.log(case_manager, came_home, now, **more)

    def test_waits_until_they_have_left(self, goes_home, case_manager, now):
        with pytest.raises(RefusedError, match="not left hospital"):
            self.log(case_manager, goes_home, now)


class TestStartsOf:
    def test_goes_from_to_promise_to_promised(self, goes_home, promise, case_manager, service, now):
        before = starts_of(case_manager, service.pk, now)
        promise()
        after = starts_of(case_manager, service.pk, now)
        assert [line.stay.pk for line in before.to_promise] == [goes_home.pk]
        assert [(line.stay.pk, line.to_do) for line in after.promised] == [(goes_home.pk, len(leaving_list()))]


class TestHomePathways:
    def test_bring_visits_at_home_every_day(self, case_manager, service):
        _, visits = home_pathways(case_manager, service.pk)[REABLEMENT]
        assert [one.code for one in visits] == ["reablement_visit"]


class TestEquipmentProposed:
    """Which equipment the trusted assessment asks for, and asking for it."""

    @pytest.fixture
    def catalogue(self, service, somebody, now):
        add_usual_kinds(actor=somebody(Role.ROSTER_PLANNER), service_id=service.pk, now=now)

    def proposed(self, actor, stay, now) -> dict[str, tuple]:
        record = start_record(actor, stay, now)
        return {one.kind.code: (one.says, one.request_id, one.is_there) for one in equipment_to_ask(actor, record)}

    def test_names_only_questions_and_kinds_that_there_are(self):
        form = library().form("trusted-assessment")

        assert {one.kind for one in form.equipment} <= {one.code for one in USUAL_KINDS}

    @pytest.mark.parametrize(
        ("answers", "kinds"),
        [
            ({"help_needed": ["none"]}, set()),
            ({"help_needed": ["toilet"]}, {"commode", "raised_toilet_seat"}),
            ({"help_needed": ["moving"], "two_workers": False}, {"walking_frame"}),
            ({"help_needed": ["moving"], "two_workers": True}, {"hoist", "sling", "profiling_bed"}),
            ({"help_needed": ["medicines"], "two_workers": True}, {"medicine_dispenser"}),
            ({"pathway": "p1"}, {"key_safe"}),
        ],
    )
    def test_follows_the_answers_that_are_shown(self, answers, kinds):
        assert {one.kind for one in equipment_proposed(library().form("trusted-assessment"), answers)} == kinds

    def test_is_only_of_what_the_service_offers(self, goes_home, case_manager, catalogue, now):
        Kind.objects.filter(code="perching_stool").update(is_offered=False)

        assert "perching_stool" not in self.proposed(case_manager, goes_home, now)

    def test_is_asked_for_once_for_its_reason_before_they_leave(self, goes_home, case_manager, catalogue, now):
        assert self.proposed(case_manager, goes_home, now)["perching_stool"] == ("Washing takes help", None, False)

        asked = ask_for_proposed(actor=case_manager, stay=goes_home, kind_code="perching_stool", now=now)

        assert (asked.why, asked.is_before_home) == ("Washing takes help (trusted assessment)", True)
        assert asked.form_id == start_record(case_manager, goes_home, now).assessment.pk
        assert self.proposed(case_manager, goes_home, now)["perching_stool"][1] == asked.pk
        with pytest.raises(RefusedError, match="already"):
            ask_for_proposed(actor=case_manager, stay=goes_home, kind_code="perching_stool", now=now)

    def test_refuses_what_the_assessment_does_not_ask_for(self, goes_home, case_manager, catalogue, now):
        with pytest.raises(RefusedError, match="does not ask"):
            ask_for_proposed(actor=case_manager, stay=goes_home, kind_code="hoist", now=now)
