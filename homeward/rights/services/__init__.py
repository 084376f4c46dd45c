"""Writes about requests, unusual access, restriction and appraisals."""

from homeward.rights.services.appraising import agree_destruction, appraise, refuse_destruction
from homeward.rights.services.requests import (
    NewRequest,
    answer_request,
    extend_request,
    keep_review,
    take_request,
)
from homeward.rights.services.restricting import lift_restriction, restrict_person
from homeward.rights.services.watching import describe_staff, find_unusual, judge_access, judge_glass

__all__ = [
    "NewRequest",
    "agree_destruction",
    "answer_request",
    "appraise",
    "describe_staff",
    "extend_request",
    "find_unusual",
    "judge_access",
    "judge_glass",
    "keep_review",
    "lift_restriction",
    "refuse_destruction",
    "restrict_person",
    "take_request",
]
