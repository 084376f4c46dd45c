"""Making a fictitious place, living its day, and going on another day."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from homeward.access.rules import FICTITIOUS_PASSWORD, Actor
from homeward.audit.models import Event
from homeward.demo.days import attend
from homeward.demo.history import CRISIS
from homeward.demo.place import NotFictitiousError, _making, build_place, carry_on, last_day, live_the_day
from homeward.demo.size import Size
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.kernel.rules import LONDON, RefusedError
from homeward.outcomes.facts.afterwards import before_and_after
from homeward.people.models import Person, TimelineEntry
from homeward.referrals.models import Referral
from homeward.referrals.states import OPEN_STATES
from homeward.roster.models import Shift
from homeward.teams.models import Account, Service, Worker
from homeward.teams.services import open_service
from homeward.visits.models import Assignment, Visit, VisitTask
from homeward.visits.planning import accept_and_respond, plan_day
from tests.demo.tiny import MORNING, TINY, build


def told(service: Service) -> list:
    """Everything about a place that its luck decides, without the numbers of its rows."""
    people = Person.objects.filter(service=service).order_by("reference")
    referrals = Referral.objects.filter(service=service).order_by("received_at", "person__reference")
    rows = Assignment.objects.filter(visit__service=service).order_by("starts_at", "worker__local_reference", "slot")
    return [
        list(
            people.values_list(
                "reference", "given_name", "family_name", "birth_date", "nhs_number", "phone", "ethnic_category"
            )
        ),
        list(referrals.values_list("received_at", "person__reference", "need_code", "state", "source")),
        list(rows.values_list("starts_at", "worker__local_reference", "slot", "visit__title", "state")),
        list(Worker.objects.filter(service=service).order_by("local_reference").values_list("name", "skills")),
    ]


@pytest.mark.django_db
@pytest.mark.any_engine
class TestBuildPlace:
    def test_makes_the_same_place_from_the_same_seed_and_another_from_another(self):
        small = Size(visits=15, people=40, days=1, history_days=6)
        places = []
        for code, seed in (("one", 3), ("two", 3), ("three", 4)):
            places.append(told(_renamed(build(seed=seed, size=small, code=code), code)))
        assert places[0] == places[1]
        assert places[0] != places[2]

    def test_of_half_a_year_has_emergencies_counted_before_and_after_one_plan(self):
        build(size=Size(visits=15, people=60, days=1, history_days=180))
        pairs = [row for row in before_and_after(None, MORNING) if row[4] == "emergency-use-after"]
        ambulances = [(before, after) for *_, what, _, before, after, _, _ in pairs if what == "ambulances"]
        assert len(ambulances) >= 3
        assert all(after <= before for before, after in ambulances)
        assert sum(after for _, after in ambulances) < sum(before for before, _ in ambulances)
        managed = Episode.objects.filter(pathway__code="case-management")
        assert {one.stage for one in managed} == {"managing", "closed"}

    def test_refuses_a_moment_of_another_day(self):
        with pytest.raises(RefusedError, match="must be on the day"):
            build_place(today=date(2026, 11, 23), now=MORNING, seed=1, size=TINY, say=lambda line: None)

    def test_refuses_to_make_it_twice(self):
        build(size=Size(5, 20, 0, 2))
        with pytest.raises(RefusedError, match="already a service"):
            build(size=Size(5, 20, 0, 2))

    @pytest.mark.parametrize(
        "now",
        [
            datetime(2026, 11, 22, 1, 30, tzinfo=LONDON),
            datetime(2026, 11, 24, 23, 50, tzinfo=LONDON),
            datetime(2026, 10, 25, 3, 15, tzinfo=LONDON),
            datetime(2027, 3, 28, 9, 0, tzinfo=LONDON),
        ],
        ids=["at night", "just before midnight", "the night the clocks go back", "the day the clocks go forward"],
    )
    def test_can_be_made_at_any_moment(self, now):
        service = build(now, size=Size(30, 60, 2, 8))
        assert last_day(service) == now.date()
        assert Referral.objects.filter(service=service, state__in=OPEN_STATES).exists()
        assert not TimelineEntry.objects.filter(person__service=service, happened_at__gt=now).exists()


def _renamed(service: Service, prefix: str) -> Service:
    """Free the user names, so that another place can be made in the same database."""
    for account in Account.objects.filter(services=service):
        account.username = f"{prefix}-{account.username}"
        account.save(update_fields=["username"])
    return service


@pytest.mark.django_db
class TestLiveTheDay:
    def test_lets_what_was_planned_before_now_happen_and_no_more(self):
        service = build(size=Size(30, 80, 1, 6))
        actor = Actor.system("tests", service.pk)
        today = MORNING.date()
        plan_day(
            actor=actor, service_id=service.pk, day=today, now=MORNING.replace(hour=6, minute=0), seconds=0.3, seed=1
        )
        live_the_day(service=service, now=MORNING)
        rows = Assignment.objects.filter(visit__service=service, visit__day=today)
        assert rows.filter(state="left", visit__is_crisis=False).exists()
        assert not rows.filter(arrived_at__gt=MORNING).exists() and not rows.filter(left_at__gt=MORNING).exists()
        assert not rows.filter(state__in=("arrived", "left"), arrived_at=None).exists()
        done = Visit.objects.filter(service=service, day=today, state="done")
        assert done and not VisitTask.objects.filter(visit__in=done, done_at=None, visit__is_crisis=False).exists()
        waiting = rows.filter(state="proposed", starts_at__lt=MORNING - timedelta(minutes=30), visit__is_crisis=False)
        assert not waiting.exists()

    def test_a_crisis_accepted_in_a_day_that_ran_late_keeps_the_rest_of_the_plan(self):
        service = build(size=Size(120, 200, 1, 6))
        actor = Actor.system("tests", service.pk)
        today = MORNING.date()
        six = MORNING.replace(hour=6, minute=0)
        planned = plan_day(actor=actor, service_id=service.pk, day=today, now=six, seconds=0.5, seed=1)
        waiting = Referral.objects.filter(service=service, state="waiting", urgency="crisis").first()
        attend(_making(service, MORNING, 1, lambda line: None), today)
        answer = accept_and_respond(actor=actor, referral=waiting, pathway_code=CRISIS, now=MORNING)
        assert answer.plan.figures["rules_broken"] == 0
        assert answer.plan.figures["unplanned"] <= planned.figures["unplanned"] + 1
        begun = Assignment.objects.filter(visit__service=service, visit__day=today, arrived_at__isnull=False)
        assert begun.exists()
        assert not any(move.visit_id in set(begun.values_list("visit_id", flat=True)) for move in answer.moves)

    def test_a_crisis_proposal_waits_for_somebody_to_confirm_it(self):
        service = build(size=Size(30, 80, 1, 6))
        actor = Actor.system("tests", service.pk)
        referral = Referral.objects.filter(service=service, state="waiting", urgency="crisis").first()
        accept_and_respond(actor=actor, referral=referral, pathway_code=CRISIS, now=MORNING)
        live_the_day(service=service, now=MORNING + timedelta(hours=3))
        visit = Visit.objects.get(episode__referral=referral)
        assert {row.state for row in visit.assignments.all()} <= {"proposed"}

    def test_brings_new_referrals_when_none_has_time_left(self):
        service = build(size=Size(30, 80, 1, 6))
        later = MORNING + timedelta(hours=4)
        live_the_day(service=service, now=later)
        fresh = Referral.objects.filter(service=service, received_at__gt=MORNING, state__in=OPEN_STATES)
        assert fresh.exists()
        assert not fresh.filter(received_at__gt=later).exists()


@pytest.mark.django_db
class TestCarryOn:
    def test_finishes_yesterday_and_makes_today_right(self):
        service = build(size=Size(30, 80, 1, 8))
        later = MORNING + timedelta(days=3, hours=-2)
        carry_on(service=service, now=later, say=lambda line: None)
        today = later.date()
        before = Visit.objects.filter(service=service, day__lt=today)
        assert set(before.values_list("state", flat=True)) <= {"done", "missed", "cancelled"}
        for day in (today - timedelta(days=2), today - timedelta(days=1), today):
            assert Visit.objects.filter(service=service, day=day).exists()
        assert Shift.objects.filter(worker__service=service, day=today + timedelta(days=5)).exists()
        assert Referral.objects.filter(
            service=service, state__in=OPEN_STATES, received_at__gte=later - timedelta(hours=2)
        ).exists()
        assert not TimelineEntry.objects.filter(person__service=service, happened_at__gt=later).exists()
        assert not EpisodeEvent.objects.filter(episode__service=service, happened_at__gt=later).exists()
        stale = Referral.objects.filter(service=service, urgency="crisis", received_at__lt=MORNING)
        assert not stale.filter(state__in=OPEN_STATES).exists()

    def test_changes_nothing_on_a_day_that_is_already_there(self):
        service = build(size=Size(10, 40, 1, 4))
        events = Event.objects.count()
        carry_on(service=service, now=MORNING + timedelta(hours=1), say=lambda line: None)
        assert Event.objects.count() == events

    def test_refuses_a_real_service(self, system):
        real = open_service(actor=system, code="real", name="A real service", now=MORNING)
        with pytest.raises(NotFictitiousError, match="real service"):
            carry_on(service=real, now=MORNING, say=lambda line: None)
        with pytest.raises(NotFictitiousError, match="real service"):
            live_the_day(service=real, now=MORNING)


@pytest.mark.django_db
class TestDemoCommand:
    def test_says_who_to_sign_in_as(self, capsys):
        call_command("demo", seed=2, today=date(2026, 11, 24), at="10:20", visits=5, people=20, days=0, history_days=2)
        said = capsys.readouterr().out
        assert FICTITIOUS_PASSWORD in said
        assert "frontdoor" in said and "The place is made" in said

    def test_refuses_a_database_with_a_real_service(self, system):
        open_service(actor=system, code="real", name="A real service", now=MORNING)
        with pytest.raises(CommandError, match="has a real service"):
            call_command("demo", visits=5, people=20, days=0, history_days=2)
        assert not Service.objects.filter(is_fictitious=True).exists()

    def test_refuses_a_time_that_is_none(self):
        with pytest.raises(CommandError, match="HH:MM"):
            call_command("demo", at="half past ten", visits=5, people=20, days=0, history_days=2)
