"""The fictitious place: nothing real in it, nothing impossible in it, the same every time."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from homeward.access.rules import FICTITIOUS_PASSWORD, Actor
from homeward.audit.models import Event
from homeward.demo.days import attend
from homeward.demo.history import CRISIS
from homeward.demo.place import NotFictitiousError, _making, build_place, carry_on, last_day, live_the_day
from homeward.demo.points import points
from homeward.demo.size import Size
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.kernel.rules import LONDON, RefusedError, is_postcode, is_valid_nhs_number, london_day
from homeward.notices.models import Delivery
from homeward.people.models import Address, Contact, Person, TimelineEntry
from homeward.plans.models import CarePlan
from homeward.procedures.selectors import library
from homeward.referrals.models import Call, Referral, ReferralEvent
from homeward.referrals.selectors import queue_for
from homeward.referrals.states import OPEN_STATES
from homeward.roster.models import Absence, Shift
from homeward.surveys.models import Invitation, InvitationStep, SurveyAnswer
from homeward.teams.models import Account, Organisation, Service, Worker
from homeward.teams.services import open_service
from homeward.visits.models import Assignment, Visit, VisitTask
from homeward.visits.planning import accept_and_respond, plan_day
from homeward.visits.services import make_visits

TINY = Size(visits=40, people=90, days=3, history_days=20)
MORNING = datetime(2026, 11, 24, 10, 20, tzinfo=LONDON)
FICTION = re.compile(r"^07700 900\d{3}$")  # Ofcom's range for drama


def build(now: datetime = MORNING, seed: int = 7, size: Size = TINY, **more) -> Service:
    return build_place(today=now.date(), now=now, seed=seed, size=size, say=lambda line: None, **more)


@pytest.fixture(scope="module")
def place(django_db_setup, django_db_blocker):
    """One tiny place for the tests that only look; what it wrote is taken back after the last of them."""
    from django.db import transaction

    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            yield build()
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)


@pytest.fixture
def looking(place, django_db_blocker):
    with django_db_blocker.unblock():
        yield place


class TestNothingIsReal:
    def test_the_service_says_that_it_is_made_up(self, looking):
        assert looking.is_fictitious
        assert "fictitious" in looking.about and "made up" in looking.about
        assert "Ordnance Survey" in looking.map_attribution and "Royal Mail" in looking.map_attribution

    def test_every_nhs_number_is_one_that_nobody_is_given(self, looking):
        numbers = list(Person.objects.filter(service=looking).values_list("nhs_number", flat=True))
        assert len(numbers) == TINY.people == len(set(numbers))
        assert all(number.startswith("999") and is_valid_nhs_number(number) for number in numbers)

    def test_every_telephone_number_is_kept_for_fiction(self, looking):
        numbers = [
            *Person.objects.filter(service=looking).values_list("phone", flat=True),
            *Contact.objects.filter(person__service=looking).values_list("phone", flat=True),
            *Referral.objects.filter(service=looking).values_list("requester_phone", flat=True),
            *Call.objects.filter(service=looking).values_list("caller_phone", flat=True),
        ]
        assert len(numbers) > TINY.people
        assert [number for number in numbers if not FICTION.match(number)] == []

    def test_homes_stand_on_the_postcode_points(self, looking):
        known = {(point.postcode, point.latitude, point.longitude) for point in points()}
        homes = set(Address.objects.filter(person__service=looking).values_list("postcode", "latitude", "longitude"))
        assert homes <= known

    def test_no_organisation_has_a_national_code(self, looking):
        assert not Organisation.objects.filter(service=looking).exclude(ods_code="").exists()


class TestPoints:
    def test_are_real_postcodes_inside_england(self):
        assert len(points()) == 1500
        assert all(is_postcode(point.postcode) for point in points())
        assert all(49.9 < point.latitude < 55.9 and -5.8 < point.longitude < 1.8 for point in points())


class TestNothingIsImpossible:
    def test_nothing_has_happened_in_the_future(self, looking):
        late = {
            "referrals": Referral.objects.filter(service=looking, received_at__gt=MORNING),
            "referral events": ReferralEvent.objects.filter(referral__service=looking, happened_at__gt=MORNING),
            "calls": Call.objects.filter(service=looking, received_at__gt=MORNING),
            "episodes": Episode.objects.filter(service=looking, started_at__gt=MORNING),
            "endings": Episode.objects.filter(service=looking, ended_at__gt=MORNING),
            "episode events": EpisodeEvent.objects.filter(episode__service=looking, happened_at__gt=MORNING),
            "timeline": TimelineEntry.objects.filter(person__service=looking, happened_at__gt=MORNING),
            "plans": CarePlan.objects.filter(person__service=looking, written_at__gt=MORNING),
            "arrivals": Assignment.objects.filter(visit__service=looking, arrived_at__gt=MORNING),
            "leavings": Assignment.objects.filter(visit__service=looking, left_at__gt=MORNING),
            "tasks": VisitTask.objects.filter(visit__service=looking, done_at__gt=MORNING),
        }
        assert {what: rows.count() for what, rows in late.items() if rows.exists()} == {}

    def test_workers_had_the_skills_that_their_visits_asked_for(self, looking):
        shared = library()
        known = {skill.code for skill in shared.skills}
        wrong = []
        for row in Assignment.objects.filter(visit__service=looking).select_related("visit", "worker"):
            if row.visit.day < london_day(MORNING) - timedelta(days=TINY.days):
                continue
            slot = row.visit.slots[row.slot]
            held = shared.skills_held(code for code in row.worker.skills if code in known)
            if not {slot["skill"], *slot["competences"]} <= held:
                wrong.append((row.worker.name, slot))
        assert wrong == []

    def test_workers_were_on_shift_and_in_one_place_at_a_time(self, looking):
        first = london_day(MORNING) - timedelta(days=TINY.days)
        shifts: dict = {}
        for shift in Shift.objects.filter(worker__service=looking):
            shifts.setdefault((shift.worker_id, shift.day), []).append((shift.starts_at, shift.ends_at))
        away = {
            (absence.worker_id, absence.starts_on + timedelta(days=ahead))
            for absence in Absence.objects.filter(worker__service=looking)
            for ahead in range((absence.ends_on - absence.starts_on).days + 1)
        }
        by_worker: dict = {}
        off_shift = []
        for row in Assignment.objects.filter(visit__service=looking, visit__day__gte=first).select_related("visit"):
            key = (row.worker_id, row.visit.day)
            by_worker.setdefault(key, []).append((row.starts_at, row.ends_at))
            inside = any(begins <= row.starts_at <= ends for begins, ends in shifts.get(key, []))
            if not inside or key in away:
                off_shift.append(key)
        twice = [
            key
            for key, stretches in by_worker.items()
            for (_, ends), (begins, _) in zip(sorted(stretches), sorted(stretches)[1:])
            if begins < ends
        ]
        assert by_worker
        assert off_shift == []
        assert twice == []

    def test_everybody_in_a_joint_visit_is_somebody_else_and_starts_together(self, looking):
        joint = [
            visit
            for visit in Visit.objects.filter(service=looking).prefetch_related("assignments")
            if len(visit.slots) > 1 and visit.assignments.count() > 1
        ]
        assert joint
        for visit in joint:
            rows = list(visit.assignments.all())
            assert len({row.worker_id for row in rows}) == len(rows)
            assert len({row.starts_at for row in rows}) == 1

    def test_a_past_visit_was_done_by_everyone_it_needed_or_was_missed(self, looking):
        for visit in Visit.objects.filter(service=looking, day__lt=london_day(MORNING)).prefetch_related("assignments"):
            if visit.state == "done":
                assert len(visit.assignments.all()) == len(visit.slots)
            else:
                assert visit.state == "missed" and visit.outcome_note

    def test_ended_episodes_end_as_their_pathway_allows(self, looking):
        ended = Episode.objects.filter(service=looking, ended_at__isnull=False)
        assert ended
        for episode in ended.select_related("pathway"):
            outcomes = {outcome["code"] for outcome in episode.pathway.definition["outcomes"]}
            assert episode.outcome_code in outcomes
            assert episode.stage == "closed"

    def test_nothing_happens_to_somebody_who_has_died(self, looking):
        for person in Person.objects.filter(service=looking, died_on__isnull=False):
            assert not person.referrals.filter(received_at__date__gt=person.died_on).exists()
            assert not person.visits.filter(day__gt=person.died_on).exists()


class TestTheDay:
    def test_making_the_visits_again_makes_none(self, looking):
        actor = Actor.system("tests", looking.pk)
        assert Visit.objects.filter(service=looking, day=MORNING.date()).count() > TINY.visits / 2
        assert make_visits(actor=actor, service_id=looking.pk, day=MORNING.date(), now=MORNING) == 0

    def test_referrals_wait_at_different_points_of_their_clocks(self, looking):
        queue = queue_for(Actor.system("tests", looking.pk), looking.pk, MORNING)
        waits = {round((MORNING - one.referral.received_at).total_seconds() / 60) for one in queue}
        assert len(waits) >= 4
        assert all(one.clock and one.clock.due_at for one in queue if one.referral.urgency == "crisis")

    def test_every_employer_has_written_on_the_timeline(self, looking):
        employers = set(
            Organisation.objects.filter(service=looking, is_employer=True).values_list("short_name", flat=True)
        )
        wrote = set(TimelineEntry.objects.filter(person__service=looking).values_list("employer", flat=True))
        assert len(employers) == 4
        assert employers <= wrote

    def test_health_tasks_are_delegated_to_home_care_workers(self, looking):
        assert VisitTask.objects.filter(visit__service=looking, is_delegated=True).exists()

    def test_accounts_open_with_the_password_and_belong_to_their_workers(self, looking):
        carer = Account.objects.get(username="carer")
        assert carer.check_password(FICTITIOUS_PASSWORD)
        assert Worker.objects.get(account=carer).name == carer.full_name
        assert Account.objects.filter(services=looking).count() == 13

    def test_what_was_written_is_in_the_audit(self, looking):
        actions = set(Event.objects.filter(service_id=looking.pk).values_list("action", flat=True))
        assert {
            "open service",
            "register people",
            "add referrals",
            "add episodes",
            "write plans",
            "add visits",
            "add shifts",
            "make visits",
            "open accounts",
        } <= actions


def told(service: Service) -> list:
    """Everything about a place that its luck decides, without the numbers of its rows."""
    people = Person.objects.filter(service=service).order_by("reference")
    referrals = Referral.objects.filter(service=service).order_by("received_at", "person__reference")
    rows = Assignment.objects.filter(visit__service=service).order_by("starts_at", "worker__local_reference", "slot")
    return [
        list(people.values_list("reference", "given_name", "family_name", "birth_date", "nhs_number", "phone")),
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


class TestHowItWas:
    def test_was_asked_of_people_and_staff_and_not_all_answered(self, looking):
        asked = Invitation.objects.filter(service=looking)
        assert {one.audience for one in asked} >= {"person", "staff"}
        answers = SurveyAnswer.objects.filter(service=looking)
        assert 0 < answers.count() < asked.count()
        assert all(one.answers["overall"] for one in answers)
        # nothing was answered before it was asked, or after now
        for step in InvitationStep.objects.filter(invitation__service=looking).select_related("invitation"):
            assert london_day(step.invitation.asked_at) <= step.day <= MORNING.date()

    def test_left_no_text_message_to_be_sent(self, looking):
        waiting = Delivery.objects.filter(notice__service=looking, notice__kind="survey", state="queued")
        assert not waiting.filter(channel="sms").exists()
