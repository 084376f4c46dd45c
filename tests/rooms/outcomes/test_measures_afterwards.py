"""Measures of what came afterwards, worked out by hand: (numerator, denominator, left out)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from homeward.access.rules import Actor, Role
from homeward.assessments.models import FilledForm
from homeward.beds.models import FollowUp
from homeward.beds.services import find_follow_ups, record_try
from homeward.episodes.models import Episode
from homeward.kernel.rules import london_day
from homeward.outcomes.services import record_baseline
from homeward.procedures.selectors import procedure
from homeward.roster.models import Contract
from homeward.surveys.models import Invitation, SurveyAnswer
from homeward.teams.models import Account, Worker

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def itself(service) -> Actor:
    return Actor.system("tests", service.pk)


@pytest.fixture
def reabled(service, history, now):
    """Somebody whose reablement at home ended so many days ago, and how: `reabled(370)`."""

    def make(days: int, outcome: str = "independent") -> Episode:
        return Episode.objects.create(
            service=service, person=history.person(), stage="closed",
            pathway=procedure("pathway", "reablement-at-home"), started_at=now - (days + 30) * DAY,
            ended_at=now - days * DAY, outcome_code=outcome,
        )  # fmt: skip

    return make


@pytest.fixture
def filled(service, now):
    """A complete form of an episode: `filled(episode, "wellbeing-before", -40, scale="swemwbs")`."""

    def make(episode: Episode, code: str, days: int, **answers) -> FilledForm:
        return FilledForm.objects.create(
            service=service, person=episode.person, form=procedure("form", code), subject_kind="episode",
            subject_id=episode.pk, state="complete", answers=answers, started_at=now, started_by="Tests",
            completed_at=now + days * DAY, completed_by="Tests",
        )  # fmt: skip

    return make


class TestAYearLater:
    def test_m19_asks_who_still_lives_without_paid_care(self, service, itself, reabled, measured, now):
        told = [
            ("own_home", True, None),  # independent
            ("family", True, None),  # independent
            ("own_home", False, Decimal("10.5")),
            ("extra_care", False, None),  # with care, and nobody said how much
            ("own_home", None, None),  # at home, and nobody said with what
            ("care_home", None, None),  # not independent
            ("died", None, None),  # not independent
        ]
        for _ in told:
            reabled(360)
        reabled(360, "declined_by_person")
        find_follow_ups(actor=itself, service_id=service.pk, now=now)
        calls = FollowUp.objects.filter(kind="after_12_months").order_by("pk")
        assert len(calls) == 7
        for call, (where, is_independent, hours) in zip(calls, told, strict=True):
            record_try(
                actor=itself, follow_up=call, was_reached=True, whereabouts=where, is_independent=is_independent,
                weekly_hours=hours, now=now,
            )  # fmt: skip
        unsaid = "At home, and nobody said whether with paid care"
        assert measured("M19.year") == (2, 6, {unsaid: 1})
        left_out = {"Not at home, or not reached": 2, "Nobody said how much": 2}
        assert measured("M19.hours") == (10.5, 3, left_out)


class TestCaseManagement:
    def test_m23_counts_a_person_and_month_before_and_after(self, history, filled, measured, now):
        one, other, third = (history.episode(now - 200 * DAY) for _ in range(3))
        start = {"ambulances_before": 12, "emergency_before": 6, "admissions_before": 3}
        filled(one, "emergency-use-and-plan", -100, **start)
        end = {"ambulances_after": 5, "emergency_after": 3, "admissions_after": 0}
        filled(one, "emergency-use-after", -5, full_three_months=True, **end)
        filled(other, "emergency-use-and-plan", -60, ambulances_before=6, emergency_before=0, admissions_before=1)
        half = {"full_three_months": False, "days_counted": 61}
        filled(other, "emergency-use-after", -5, ambulances_after=4, emergency_after=1, admissions_after=1, **half)
        filled(third, "emergency-use-after", -5, full_three_months=True, **end)  # nothing was counted before
        assert measured("M23.ambulances_before") == (18, 6, {})
        numerator, months, _ = measured("M23.ambulances_after")
        assert (numerator, months) == (9, pytest.approx(3 + 61 / 30.4375))
        assert measured("M23.emergency_before") == (6, 6, {})
        assert measured("M23.emergency_after") == (3 + 1, pytest.approx(3 + 61 / 30.4375), {})
        assert measured("M23.admissions_before") == (3 + 1, 6, {})
        assert measured("M23.admissions_after") == (1, pytest.approx(3 + 61 / 30.4375), {})

    def test_m23_takes_the_correction_and_not_what_it_corrects(self, history, filled, measured, now):
        one = history.episode(now - 200 * DAY)
        wrong = filled(one, "emergency-use-and-plan", -100, ambulances_before=120)
        right = filled(one, "emergency-use-and-plan", -99, ambulances_before=12)
        FilledForm.objects.filter(pk=right.pk).update(corrects=wrong)
        filled(one, "emergency-use-after", -5, full_three_months=True, ambulances_after=5)
        assert measured("M23.ambulances_before") == (12, 3, {})

    def test_m23_follows_what_is_written_at_the_start_later(self, history, filled, measured, now):
        one = history.episode(now - 200 * DAY)
        filled(one, "emergency-use-after", -5, full_three_months=True, ambulances_after=5)
        assert measured("M23.ambulances_after") == (0, 0, {})
        filled(one, "emergency-use-and-plan", -100, ambulances_before=12)
        assert measured("M23.ambulances_after") == (5, 3, {})

    def test_m23_values_what_there_was_less_of_after_a_plan(self, history, filled, measured, somebody, service, now):
        def costs(what: str, pence: int, days_ago: int) -> None:
            record_baseline(
                actor=somebody(Role.PERFORMANCE_LEAD, f"Priya {what}"), service_id=service.pk, measure_code="M23",
                of_what=what, value=Decimal(pence), first=date(2024, 4, 1), last=date(2025, 3, 31),
                since=london_day(now) - days_ago * DAY, source="Made-up costs 2024/25", now=now,
            )  # fmt: skip

        one, other, third, early = (history.episode(now - 200 * DAY) for _ in range(4))
        for episode, told in (
            (one, {"ambulances_before": 12, "emergency_before": 6, "admissions_before": 3}),
            (other, {"ambulances_before": 0, "admissions_before": 1}),
            (third, {"ambulances_before": 9}),
            (early, {"ambulances_before": 9}),
        ):
            filled(episode, "emergency-use-and-plan", -100, **told)
        end = {"ambulances_after": 5, "emergency_after": 3, "admissions_after": 1}
        filled(one, "emergency-use-after", -5, full_three_months=True, **end)
        half = {"full_three_months": False, "days_counted": 45}
        filled(other, "emergency-use-after", -5, ambulances_after=0, admissions_after=1, **half)
        filled(third, "emergency-use-after", -5, ambulances_after=0, full_three_months=False, days_counted=0)
        filled(early, "emergency-use-after", -20, ambulances_after=0, full_three_months=True)
        unpriced = "Nobody recorded what one costs"
        assert measured("M23.saved") == (0, 0, {"No days counted after the plan": 1, unpriced: 3})
        costs("ambulances", 30_000, 10)
        costs("admissions", 250_000, 10)
        # seven ambulances and two admissions fewer; one admission in 45 days would be 2.029 in three months
        longer = 3 * 30.4375 / 45
        saved, people, left_out = measured("M23.saved")
        assert saved == pytest.approx(7 * 30_000 + 2 * 250_000 + (1 - longer) * 250_000)
        # visits to an emergency department have no price; the fourth was written down before prices count
        assert (people, left_out) == (2, {"No days counted after the plan": 1, unpriced: 1})


class TestWellbeing:
    def test_m30_compares_scores_of_the_same_scale(self, history, filled, measured, now):
        for before, after in (
            ({"scale": "swemwbs", "total_swemwbs": 18}, {"scale": "swemwbs", "total_swemwbs": 24}),
            ({"scale": "swemwbs", "total_swemwbs": 20}, {"scale": "swemwbs", "total_swemwbs": 19}),
            ({"scale": "wemwbs", "total_wemwbs": 40}, {"scale": "wemwbs", "total_wemwbs": 45}),
            ({"scale": "wemwbs", "total_wemwbs": 40}, {"scale": "swemwbs", "total_swemwbs": 30}),  # two scales
            ({"scale": "other", "total_other": 3}, {"scale": "other", "total_other": 9}),
            ({"scale": "declined"}, {"scale": "declined"}),
        ):
            episode = history.episode(now - 100 * DAY)
            filled(episode, "wellbeing-before", -90, **before)
            filled(episode, "wellbeing-after", -2, **after)
        assert measured("M30.end") == (2, 3, {"A scale that we do not know": 1})
        assert measured("M30.swemwbs") == (5, 2, {})
        assert measured("M30.wemwbs") == (5, 1, {})
        assert measured("M30.end", split="scale")["swemwbs"] == (1, 2)

    def test_m30_counts_visits_of_those_who_said_both_times(self, history, filled, measured, now):
        for before, after in (
            ({"remembers": True, "emergency_visits": 4, "admissions": 1}, {"remembers": True, "emergency_visits": 1}),
            ({"remembers": True, "emergency_visits": 9}, {"remembers": False}),
            ({"remembers": True, "admissions": 3}, {"remembers": True, "admissions": 2}),
            ({"remembers": True, "admissions": 1}, {"remembers": True, "admissions": 0}),
        ):
            episode = history.episode(now - 100 * DAY)
            filled(episode, "wellbeing-before", -90, **before)
            filled(episode, "wellbeing-after", -2, **after)
        assert measured("M30.emergency_before") == (4, 6, {})
        assert measured("M30.emergency_after") == (1, 6, {})
        # the first said nothing of stays at the end; the other two did both times
        assert measured("M30.admissions_before") == (3 + 1, 12, {})
        assert measured("M30.admissions_after") == (2 + 0, 12, {})


class TestExperience:
    def given(self, service, audience: str, overall: str, number: int, month: date) -> None:
        form = procedure("form", f"survey-{audience}")
        for _ in range(number):
            SurveyAnswer.objects.create(
                service=service, audience=audience, form=form, month=month, given="screen", answers={"overall": overall}
            )

    def test_m27_gives_good_and_very_good_of_those_who_were_sure(self, service, measured):
        month = date(2026, 11, 1)
        for overall, number in (("very_good", 5), ("good", 2), ("mixed", 1), ("poor", 1), ("not_sure", 1)):
            self.given(service, "person", overall, number, month)
        self.given(service, "carer", "good", 7, month)
        self.given(service, "carer", "good", 8, date(2026, 10, 1))
        assert measured("M27") == (7, 9, {"Not sure": 1})
        assert measured("M27.carer") == (8, 8, {"Fewer than 8 answered in the month": 7})
        assert measured("M27.staff") == (0, 0, {})

    def test_m27_counts_answers_beside_those_asked_in_the_month(self, service, measured, now):
        for number in range(4):
            account = Account.objects.create(username=f"w{number}", role="field_worker")
            Invitation.objects.create(
                service=service, audience="staff", form=procedure("form", "survey-staff"), account=account,
                quarter_on=date(2026, 10, 1), asked_by="screen", asked_at=now, until=now + DAY, nonce="x",
                token_hash=str(number),
            )  # fmt: skip
        self.given(service, "staff", "good", 3, date(2026, 11, 1))
        assert measured("M27.answered") == (3, 4, {})
        assert measured("M27.answered", split="audience") == {"staff": (3, 4)}


class TestRetention:
    def test_m26_looks_a_year_after_the_first_contract(self, history, measured, now):
        day = date(2025, 6, 1)
        for contracts in (
            [(day, None)],
            [(day, day + 100 * DAY), (day + 101 * DAY, None)],  # another contract, the same employer
            [(day, day + 200 * DAY)],  # left
            [(day, date(2026, 6, 1))],  # to the very day
            [(day, date(2026, 5, 31))],  # left the day before
            [(date(2026, 3, 1), None)],  # the year is not over
        ):
            worker = history.worker()
            for begins, ends in contracts:
                Contract.objects.create(
                    worker=worker, kind="hours", weekly_minutes=2220, starts_on=begins, ends_on=ends
                )
        assert measured("M26") == (3, 5, {"The year is not over": 1})
        ((employer, numbers),) = measured("M26", split="employer").items()
        assert (employer, numbers) == ("nhs_trust", (3, 5))

    def test_m26_by_role_takes_the_job_title_of_now(self, history, measured):
        for title, ends in (("Nurse", None), ("Nurse", date(2026, 1, 1)), ("Care worker", None), ("", None)):
            worker = history.worker()
            Worker.objects.filter(pk=worker.pk).update(job_title=title)
            Contract.objects.create(
                worker=worker, kind="hours", weekly_minutes=2220, starts_on=date(2025, 6, 1), ends_on=ends
            )
        assert measured("M26", split="role") == {"": (1, 1), "Care worker": (1, 1), "Nurse": (1, 2)}
