"""Places from before this room: what they did by skills alone goes on, is marked, and ends unless somebody looks."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from homeward.delegation.models import Delegation, SignOff
from homeward.delegation.selectors import why_may
from homeward.kernel.rules import london_day
from homeward.plans.models import CarePlan, VisitPattern

carry_over = import_module("homeward.delegation.migrations.0002_carry_over_competences").carry_over


@pytest.fixture
def plan_with(ivy, cared_for, now):
    """A plan of Ivy's with a visit by a care worker that has these tasks: `plan_with("insulin_administration")`."""

    def make(*codes: str, skill: str = "home_care_worker"):
        plan = CarePlan.objects.create(
            person=ivy, episode=cared_for(ivy).episodes.get(), written_at=now, written_by="Tests"
        )
        VisitPattern.objects.create(
            plan=plan, title="Morning", opens_at="07:00", closes_at="09:00", minutes=30, starts_on=london_day(now),
            slots=[{"skill": skill, "competences": [], "minutes": 30}],
            tasks=[{"code": code, "title": code} for code in codes],
        )  # fmt: skip
        return plan

    return make


class TestCarryOver:
    def test_lets_those_go_on_who_could_before_and_says_so(self, ivy, hire, nurse, plan_with):
        trained = hire("Mina Cole", "home_care_worker", "insulin", "medication_support")
        other = hire("Ben Ash", "home_care_worker")
        plan_with("insulin_administration", "medication_support", "personal_care")

        carry_over(apps, None)

        today = timezone.localdate()
        for code in ("insulin_administration", "medication_support"):
            assert why_may(nurse, trained.pk, ivy.pk, code, today).may
            assert not why_may(nurse, trained.pk, ivy.pk, code, today + timedelta(weeks=14)).may
            assert not why_may(nurse, other.pk, ivy.pk, code, today).may
        assert all(row.carried_over and row.signed_by is None for row in SignOff.objects.all())
        assert set(Delegation.objects.values_list("activity_code", flat=True)) == {
            "insulin_administration",
            "medication_support",
        }

    def test_delegates_nothing_that_a_nurse_comes_for(self, hire, plan_with):
        hire("Mina Cole", "home_care_worker", "insulin")
        plan_with("insulin_administration", skill="nurse")

        carry_over(apps, None)

        assert not Delegation.objects.exists()
        assert not SignOff.objects.exists()

    def test_leaves_a_place_alone_that_keeps_sign_offs(self, carer, hire, signed, plan_with):
        hire("Ben Ash", "home_care_worker", "insulin")
        signed(carer, "eye_drops")
        plan_with("insulin_administration")

        carry_over(apps, None)

        assert SignOff.objects.count() == 1
        assert not Delegation.objects.exists()
