"""What was agreed, and the visits that follow."""

import pytest

from homeward.access.rules import Role
from homeward.episodes.services import accept_referral
from homeward.kernel.rules import RefusedError
from homeward.plans.selectors import current_plans
from homeward.plans.services import NewPattern, write_plan


@pytest.fixture
def episode(coordinator, crisis, now):
    return accept_referral(actor=coordinator, referral=crisis, pathway_code="reablement-at-home", now=now)


@pytest.fixture
def nurse(actor_with):
    return actor_with(Role.REGISTERED_PROFESSIONAL)


def morning(now) -> NewPattern:
    slots = [{"skill": "reablement_worker", "minutes": 30}]
    return NewPattern("Morning", "07:30", "09:30", 30, slots, now.date())


class TestWritePlan:
    def test_keeps_goals_and_patterns(self, nurse, episode, ivy, now):
        write_plan(
            actor=nurse,
            episode=episode,
            summary="Stairs",
            goals=["Go up to bed"],
            patterns=[morning(now)],
            agreed_on=now.date(),
            now=now,
        )
        (plan,) = current_plans(nurse, ivy)
        assert [goal.text for goal in plan.goals.all()] == ["Go up to bed"]
        assert [pattern.title for pattern in plan.patterns.all()] == ["Morning"]

    def test_refuses_a_plan_neither_agreed_nor_explained(self, nurse, episode, now):
        with pytest.raises(RefusedError, match="agreed"):
            write_plan(actor=nurse, episode=episode, summary="", goals=[], patterns=[], now=now)

    def test_ends_the_visits_of_the_version_before(self, nurse, episode, ivy, now):
        first = write_plan(
            actor=nurse, episode=episode, summary="", goals=[], patterns=[morning(now)], agreed_on=now.date(), now=now
        )
        second = write_plan(
            actor=nurse, episode=episode, summary="", goals=[], patterns=[], agreed_on=now.date(), now=now
        )
        assert (second.version, first.patterns.get().ends_on) == (2, now.date())
        assert current_plans(nurse, ivy) == [second]
