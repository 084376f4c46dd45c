"""What is said of a stay each day: criteria to reside, and when the person is expected to leave."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor
from homeward.discharge.models import CriteriaAnswer, HospitalStay
from homeward.discharge.rules.ready import DayAnswer, ready_on
from homeward.discharge.services.changing import _happened, _locked_open, _may_chase
from homeward.discharge.states import Criterion, StayEventKind
from homeward.kernel.rules import RefusedError, london_day


@dataclass(frozen=True, slots=True)
class CriteriaGiven:
    """Whether the criteria to reside were met on a day; `criterion` is the code of which, "12" where nobody said."""

    day: date
    is_met: bool
    criterion: str = ""


@transaction.atomic
def record_criteria(*, actor: Actor, stay: HospitalStay, given: CriteriaGiven, now: datetime) -> HospitalStay:
    """Record whether somebody meets the criteria to reside on a day; since when they are ready follows from all days.

    A later answer about the same day stands in place of the earlier one; both are kept. The same answer again changes
    nothing.

    Raises: NotAllowedError; RefusedError when the stay has ended, the day is not one of it, or no criterion is named.
    """
    _may_chase(actor, stay.service_id)
    stay = _locked_open(stay)
    _add_answers(actor, stay, (given,), now)
    return stay


@transaction.atomic
def set_expected(*, actor: Actor, stay: HospitalStay, day: date, reason: str, now: datetime) -> HospitalStay:
    """Set the day somebody is expected to leave; every earlier one is kept. A change needs a reason.

    Raises: NotAllowedError; RefusedError when the stay has ended, the day is past, or a change has no reason.
    """
    _may_chase(actor, stay.service_id)
    stay = _locked_open(stay)
    if day < london_day(now):
        raise RefusedError("The expected day is past. Give today or a day to come.")
    if stay.expected_on is not None and stay.expected_on != day and not reason.strip():
        raise RefusedError("Say why the expected day changes.")
    _expect(actor, stay, day, reason.strip(), now)
    return stay


def _expect(actor: Actor, stay: HospitalStay, day: date, reason: str, now: datetime) -> bool:
    if stay.expected_on == day:
        return False
    before, stay.expected_on = stay.expected_on, day
    stay.save(update_fields=["expected_on"])
    _happened(actor, stay, StayEventKind.EXPECTED, now, field="expected_on", before=before, after=day, text=reason)
    return True


def _add_answers(actor: Actor, stay: HospitalStay, given: tuple[CriteriaGiven, ...], now: datetime) -> bool:
    """Keep the answers that say something new, and set since when the person is ready. Whether any did."""
    first, today = london_day(stay.admitted_at), london_day(now)
    standing = {answer.day: answer for answer in stay.answers.order_by("id")}
    is_changed = False
    for one in given:
        if not first <= one.day <= today:
            raise RefusedError("The day is before they were admitted, or still to come. Check the day.")
        if one.is_met and one.criterion not in Criterion.values:
            raise RefusedError("Choose which of the criteria to reside they meet.")
        criterion = one.criterion if one.is_met else ""
        kept = standing.get(one.day)
        if kept is not None and (kept.is_met, kept.criterion) == (one.is_met, criterion):
            continue
        standing[one.day] = CriteriaAnswer.objects.create(
            stay=stay,
            day=one.day,
            is_met=one.is_met,
            criterion=criterion,
            recorded_at=now,
            by_name=actor.name,
            by_role=actor.title,
            employer=actor.employer,
        )
        is_changed = True
        _happened(
            actor,
            stay,
            StayEventKind.CRITERIA,
            now,
            field=one.day.isoformat(),
            before="" if kept is None else _met(kept.is_met, kept.criterion),
            after=_met(one.is_met, criterion),
        )
    if is_changed:
        _derive(actor, stay, list(standing.values()), now)
    return is_changed


def _derive(actor: Actor, stay: HospitalStay, standing: list[CriteriaAnswer], now: datetime) -> None:
    newest = max(standing, key=lambda answer: answer.day)
    ready = ready_on(DayAnswer(answer.day, answer.is_met) for answer in standing)
    before = stay.ready_on
    stay.is_criteria_met, stay.criteria_on, stay.ready_on = newest.is_met, newest.day, ready
    stay.save(update_fields=["is_criteria_met", "criteria_on", "ready_on"])
    if ready != before:
        _happened(actor, stay, StayEventKind.READY, now, field="ready_on", before=before, after=ready)


def _met(is_met: bool, criterion: str) -> str:
    return criterion if is_met else "not met"
