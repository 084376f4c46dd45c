"""Plan, goal, need, activity, visit pattern, contingency, agreement, review, draft, recovery plan, who may visit."""

from homeward.plans.models.draft import DraftChange, PlanDraft
from homeward.plans.models.plan import (
    CarePlan,
    Contingency,
    Goal,
    GoalReview,
    Need,
    PlanAgreement,
    PlannedActivity,
    PlanReview,
    VisitPattern,
)
from homeward.plans.models.recovery import RecoveryPart, RecoverySharing
from homeward.plans.models.visiting import VisitingWish, WorkerTrait

__all__ = [
    "CarePlan",
    "Contingency",
    "DraftChange",
    "Goal",
    "GoalReview",
    "Need",
    "PlanAgreement",
    "PlanDraft",
    "PlanReview",
    "PlannedActivity",
    "RecoveryPart",
    "RecoverySharing",
    "VisitPattern",
    "VisitingWish",
    "WorkerTrait",
]
