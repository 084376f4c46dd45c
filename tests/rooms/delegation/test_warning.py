"""What the service does by itself: warn before something ends, and stop it when somebody became unwell."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.assessments.models import ScoreOwed
from homeward.assessments.services import start_form
from homeward.delegation.selectors import delegations_in, lapsing_sign_offs, waiting
from homeward.delegation.services import suspend, suspend_after_scores, take_up_again, warn_of_lapses
from homeward.delegation.states import DelegationState
from homeward.kernel.rules import london_day
from homeward.notices.models import Notice
from homeward.people.models import Person

INSULIN = "insulin_administration"


@pytest.fixture
def schedule(service):
    return Actor.system("Homeward", service.pk)


class TestWarnOfLapses:
    def test_tells_at_eight_four_and_one_weeks_and_each_once(self, schedule, service, carer, signed, signed_in, now):
        signed_in(carer, Role.FIELD_WORKER)
        signed(carer, "eye_drops", ends_on=london_day(now) + timedelta(days=60))
        told = {}

        for days in (0, 3, 4, 20, 32, 33, 50, 53, 59, 61):
            at = now + timedelta(days=days)
            told[days] = warn_of_lapses(actor=schedule, service_id=service.pk, now=at)
            assert warn_of_lapses(actor=schedule, service_id=service.pk, now=at) == 0

        assert {days for days, count in told.items() if count} == {4, 32, 53}
        assert all("Mina" not in one.title for one in Notice.objects.all())

    def test_tells_who_delegated_that_a_review_is_near(self, schedule, service, ivy, delegated, nurse, now):
        delegated(ivy, INSULIN, review_on=london_day(now) + timedelta(days=6))

        warn_of_lapses(actor=schedule, service_id=service.pk, now=now)

        notice = Notice.objects.get(account_id=nurse.account_id)
        assert notice.title == "A delegation must be reviewed within 1 week"

    def test_says_nothing_of_what_was_signed_again(self, nurse, service, carer, signed, now):
        signed(carer, "eye_drops", ends_on=london_day(now) + timedelta(days=5))
        signed(carer, "eye_drops", ends_on=london_day(now) + timedelta(days=300))

        assert lapsing_sign_offs(nurse, service.pk, london_day(now)) == []


class TestSuspendAfterScores:
    @pytest.fixture
    def unwell(self, ivy, coordinator, service, now):
        """A NEWS2 score of Ivy's that somebody must be told of."""
        filled = start_form(
            actor=coordinator, form_code="news2", subject=("person", ivy.pk), person=ivy, service_id=service.pk,
            now=now,
        )  # fmt: skip
        return ScoreOwed.objects.create(
            service=service, person=ivy, filled_form=filled, score="news2", band="urgent", title="NEWS2",
            because="7 or more", owed_since=now + timedelta(hours=1), owed_by=now + timedelta(hours=2),
        )  # fmt: skip

    def test_stops_what_was_decided_before(self, schedule, service, ivy, delegated, unwell, now):
        row = delegated(ivy, INSULIN)

        stopped = suspend_after_scores(actor=schedule, service_id=service.pk, now=now + timedelta(hours=1, minutes=1))

        row.refresh_from_db()
        assert [one.pk for one in stopped] == [row.pk]
        assert row.state == DelegationState.SUSPENDED
        assert row.suspended_reason.startswith("NEWS2")

    def test_leaves_what_somebody_took_up_again_since(self, schedule, service, ivy, delegated, unwell, nurse, now):
        row = delegated(ivy, INSULIN)
        later = now + timedelta(hours=1, minutes=1)
        suspend_after_scores(actor=schedule, service_id=service.pk, now=later)
        take_up_again(
            actor=nurse, delegation=row, what_was_found="Well again.", now=later,
            review_on=london_day(now) + timedelta(days=30),
        )  # fmt: skip

        assert suspend_after_scores(actor=schedule, service_id=service.pk, now=later + timedelta(minutes=1)) == []

    def test_stops_what_was_decided_for_a_record_that_was_merged(self, schedule, service, ivy, delegated, unwell, now):
        old = Person.objects.create(service=service, reference="OLD", given_name="Ivie", family_name="Okafor")
        row = delegated(old, "eye_drops")
        Person.objects.filter(pk=old.pk).update(merged_into=ivy)

        stopped = suspend_after_scores(actor=schedule, service_id=service.pk, now=now + timedelta(hours=2))

        assert stopped == [row]


class TestWaiting:
    def test_finds_who_only_waits_for_a_signature(self, nurse, service, carer, watched, now):
        from homeward.teams.models import Training

        watched(carer, "eye_drops", 2)
        before = waiting(nurse, service.pk, now).ready
        Training.objects.create(
            worker=carer, code="eye_drops", title="Eye drops", competence="eye_drops", done_on=london_day(now),
            recorded_at=now, recorded_by="Tests",
        )  # fmt: skip

        assert before == ()
        assert [(one.worker, one.competence) for one in waiting(nurse, service.pk, now).ready] == [(carer, "eye_drops")]

    def test_shows_nobody_whose_record_the_reader_may_not_see(
        self, nurse, somebody, service, ivy, cared_for, delegated, now
    ):
        row = delegated(ivy, "eye_drops")
        suspend(actor=nurse, delegation=row, why="Fell", now=now)
        assert (waiting(nurse, service.pk, now).suspended, delegations_in(nurse, service.pk, now)) == ((), [])

        cared_for(ivy)
        Person.objects.filter(pk=ivy.pk).update(sensitivity="safeguarding")
        planner = somebody(Role.ROSTER_PLANNER, "Plan")
        assert waiting(nurse, service.pk, now).suspended == (row,)
        assert delegations_in(nurse, service.pk, now) == [row]
        assert (waiting(planner, service.pk, now).suspended, delegations_in(planner, service.pk, now)) == ((), [])
