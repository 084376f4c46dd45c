"""Reading plans. Whoever reads one comes with a person that `people.selectors.person_for` opened."""

from homeward.plans.selectors.plans import (
    GoalProgress,
    PlanNotFoundError,
    current_plans,
    draft_changes,
    draft_of,
    goal_progress,
    open_drafts_of,
    patterns_going_on,
    plan_of,
    plans_of,
    powers_of,
)
from homeward.plans.selectors.recovery import RecoveryView, recovery_of
from homeward.plans.selectors.visiting import (
    WishNotFoundError,
    visiting_wish_of,
    visiting_wishes_of,
    who_may_visit,
    worker_traits,
    workers_to_name,
)

__all__ = [
    "GoalProgress",
    "PlanNotFoundError",
    "RecoveryView",
    "WishNotFoundError",
    "current_plans",
    "draft_changes",
    "draft_of",
    "goal_progress",
    "open_drafts_of",
    "patterns_going_on",
    "plan_of",
    "plans_of",
    "powers_of",
    "recovery_of",
    "visiting_wish_of",
    "visiting_wishes_of",
    "who_may_visit",
    "worker_traits",
    "workers_to_name",
]
