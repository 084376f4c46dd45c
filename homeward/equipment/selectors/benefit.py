"""What equipment changed, from its reviews (M22), and what came of alerts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from homeward.access.rules import Actor, Permission, require
from homeward.equipment.models import BenefitReview, DeviceAlert
from homeward.equipment.states import AlertState, Helps


@dataclass(frozen=True, slots=True)
class BenefitFigures:
    """The newest review of each loan reviewed in a time. Shares are of those that say so or not, None where nobody
    does; pence are a week of one person."""

    reviewed: int
    helps: int
    said_of_care_home: int
    care_homes_avoided: int
    said_of_admission: int
    admissions_avoided: int
    with_hours: int
    care_reduced: int
    hours_saved: Decimal
    with_money: int
    pence_saved: int

    @property
    def pence_a_person(self) -> int | None:
        """What a week of one person saves, of those for whom it was worked out."""
        return self.pence_saved // self.with_money if self.with_money else None


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """Alerts closed in a time: how many in time, and what came of them."""

    closed: int
    in_time: int
    outcomes: dict[str, int]


def benefit_figures(actor: Actor, service_id: int, first: date, last: date) -> BenefitFigures:
    """What reviews between two days found, the newest of each loan; counts only, nobody is named.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EQUIPMENT, service_id)
    newest: dict[int, BenefitReview] = {}
    rows = BenefitReview.objects.filter(loan__service_id=service_id, reviewed_on__gte=first, reviewed_on__lte=last)
    for row in rows.order_by("reviewed_on", "pk"):
        newest[row.loan_id] = row
    found = list(newest.values())
    hours = [one for one in found if one.care_hours_before is not None and one.care_hours_now is not None]
    money = [one for one in found if one.saved_pence_a_week is not None]
    return BenefitFigures(
        reviewed=len(found),
        helps=sum(one.helps in (Helps.HELPS, Helps.PARTLY) for one in found),
        said_of_care_home=sum(one.is_care_home_avoided is not None for one in found),
        care_homes_avoided=sum(one.is_care_home_avoided is True for one in found),
        said_of_admission=sum(one.is_admission_avoided is not None for one in found),
        admissions_avoided=sum(one.is_admission_avoided is True for one in found),
        with_hours=len(hours),
        care_reduced=sum(one.care_hours_now < one.care_hours_before for one in hours),
        hours_saved=sum((one.care_hours_before - one.care_hours_now for one in hours), Decimal(0)),
        with_money=len(money),
        pence_saved=sum(one.saved_pence_a_week for one in money),
    )


def answer_figures(actor: Actor, service_id: int, first: date, last: date) -> AnswerFigures:
    """How alerts received between two days and closed were answered; counts only, nobody is named.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EQUIPMENT, service_id)
    rows = DeviceAlert.objects.filter(
        service_id=service_id, state=AlertState.CLOSED, received_at__date__gte=first, received_at__date__lte=last
    )
    outcomes: dict[str, int] = {}
    in_time = 0
    for outcome, answered_at, due_at in rows.values_list("outcome", "answered_at", "answer_due_at"):
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        in_time += answered_at <= due_at
    return AnswerFigures(sum(outcomes.values()), in_time, outcomes)
