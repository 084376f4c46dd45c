"""Decisions of equipment that need no database."""

from homeward.equipment.rules.alerts import answer_minutes, is_same_call, is_silent, need_of
from homeward.equipment.rules.catalogue import LOLER, USUAL_KINDS, UsualKind
from homeward.equipment.rules.checks import check_due, failed_check
from homeward.equipment.rules.numbers import item_number, number_in, whole_pence

__all__ = [
    "LOLER",
    "USUAL_KINDS",
    "UsualKind",
    "answer_minutes",
    "check_due",
    "failed_check",
    "is_same_call",
    "is_silent",
    "item_number",
    "need_of",
    "number_in",
    "whole_pence",
]
