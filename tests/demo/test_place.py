"""The fictitious place: nothing real in it, nothing impossible in it, the same every time."""

import re
from collections import Counter
from datetime import timedelta

import pytest

from homeward.access.rules import FICTITIOUS_PASSWORD, Actor
from homeward.assessments.models import FilledForm
from homeward.assessments.states import FilledState
from homeward.audit.models import Event
from homeward.demo.points import points
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.kernel.rules import is_postcode, is_valid_nhs_number, london_day
from homeward.notices.models import Delivery
from homeward.outcomes.facts.afterwards import before_and_after
from homeward.outcomes.selectors import baselines_of
from homeward.people.models import Address, Contact, Person, TimelineEntry
from homeward.plans.models import CarePlan
from homeward.procedures.selectors import library
from homeward.referrals.models import Call, Referral, ReferralEvent
from homeward.referrals.selectors import queue_for
from homeward.roster.models import Absence, Shift
from homeward.surveys.models import Invitation, InvitationStep, SurveyAnswer
from homeward.teams.models import Account, Organisation, Worker
from homeward.visits.models import Assignment, Visit, VisitTask
from homeward.visits.services import make_visits
from homeward.visits.states import BookingState
from tests.demo.tiny import MORNING, TINY, build

FICTION = re.compile(r"^07700 900\d{3}$")  # Ofcom's range for drama


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
def looking(place, db):
    return place


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

    def test_most_gave_an_ethnic_group_and_who_gave_it_is_known(self, looking):
        rows = Counter(Person.objects.values_list("ethnic_category", "ethnic_category_by"))
        given = {one: count for one, count in rows.items() if one[0] not in ("", "99", "Z")}
        assert sum(given.values()) > sum(rows.values()) / 2
        assert len({category for category, _ in given}) > 3
        assert {by for _, by in given} == {"self", "other"}
        assert {by for category, by in rows if category in ("", "99")} == {""}

    def test_some_were_not_asked_their_ethnic_group_and_some_would_not_say(self, looking):
        rows = Counter(Person.objects.values_list("ethnic_category", "ethnic_category_by"))
        assert rows["", ""] > 0 < rows["Z", "self"]
        assert ("Z", "other") not in rows

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

    def test_wellbeing_was_asked_at_the_start_and_at_the_end_of_plans(self, looking):
        pairs = [row for row in before_and_after(None, MORNING) if row[4] == "wellbeing-after"]
        scores = [(before, after) for *_, what, _, before, after, _, _ in pairs if what == "wellbeing"]
        assert {what for *_, what, _, _, _, _, _ in pairs} == {"wellbeing", "emergency", "admissions"}
        assert len(scores) >= 8
        assert 0 < sum(after > before for before, after in scores) < len(scores)

    def test_people_often_in_emergency_care_have_one_plan(self, looking):
        managed = Episode.objects.filter(service=looking, pathway__code="case-management")
        assert {one.stage for one in managed} == {"managing"}
        forms = FilledForm.objects.filter(form__code="emergency-use-and-plan", state=FilledState.COMPLETE)
        assert sorted(form.subject_id for form in forms) == sorted(one.pk for one in managed)
        assert all(one.events.filter(kind="first_face_to_face_contact").exists() for one in managed)

    def test_what_changed_can_be_compared_with_how_it_was(self, looking):
        actor = Actor.system("tests", looking.pk)
        for code in ("M24", "M25"):
            (before,) = baselines_of(actor, looking.pk, code)
            assert "made up" in before.baseline.source
            assert before.has_since

    def test_every_employer_has_written_on_the_timeline(self, looking):
        employers = set(
            Organisation.objects.filter(service=looking, is_employer=True).values_list("short_name", flat=True)
        )
        wrote = set(TimelineEntry.objects.filter(person__service=looking).values_list("employer", flat=True))
        assert len(employers) == 4
        assert employers <= wrote

    def test_health_tasks_are_delegated_to_home_care_workers(self, looking):
        assert VisitTask.objects.filter(visit__service=looking, is_delegated=True).exists()

    def test_somebody_goes_to_a_leg_club_and_somebody_is_left_to_ask(self, looking):
        going = Person.objects.filter(clinic_bookings__state=BookingState.AGREED)
        dressed = Person.objects.filter(plans__patterns__title="Dressing", plans__episode__ended_at=None)
        assert going.exists()
        assert dressed.exclude(clinic_bookings__isnull=False).exists()

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
