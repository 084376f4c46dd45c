"""Checks and reviews that book themselves: a visit before each is due, and word to the store of what is due there."""

from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.equipment.models import EquipmentVisit, Item, Loan
from homeward.equipment.rules import check_due
from homeward.equipment.services.asking import plan_loan_visit
from homeward.equipment.services.changing import _locked_loan, _tell_those_who
from homeward.equipment.states import ItemState, VisitPurpose
from homeward.kernel.rules import london_day, wall_clock, weekday_from
from homeward.visits.models import Visit, VisitPause
from homeward.visits.services.needing import OFFICE_HOURS
from homeward.visits.states import VisitState

# A visit is booked so long before the check is due, for a day so long before it, and at most so many for a day, so
# that whoever checks keeps up when a whole store was brought in at once. Local decisions.
BOOKED_AHEAD = timedelta(days=14)
TO_SPARE = timedelta(days=3)
MOST_A_DAY = 20
TO_COME = (VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY)
KEPT = (ItemState.IN_STORE, ItemState.RESERVED, ItemState.TO_CLEAN)


@transaction.atomic
def book_due_checks(*, actor: Actor, service_id: int, now: datetime) -> list[Visit]:
    """Book a visit for each check or service that is soon due of what somebody has, and tell the store once a week how
    many are due of what it keeps; gives the visits booked.

    A duty of `homeward work`. For one due day one visit is booked, whatever became of it: what was called off and is
    still due stands in the store's day. Only what was taken out because the person was away is booked again.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    today = london_day(now)
    soon = Q(item__check_due_on__lte=today + BOOKED_AHEAD) | Q(item__service_due_on__lte=today + BOOKED_AHEAD)
    loans = (
        Loan.objects.filter(soon, service_id=service_id, ended_at__isnull=True, person__died_on__isnull=True)
        .exclude(person__in=VisitPause.objects.filter(first_day=None).values("person"))
        .select_related("item")
        .prefetch_related("visits__visit")
    )
    waiting = sorted((check_due(loan.item), loan.pk) for loan in loans if not _is_booked(loan, VisitPurpose.CHECK))
    _tell_store(actor, service_id, today, now)
    return _book_all(actor, service_id, waiting, VisitPurpose.CHECK, today, now)


@transaction.atomic
def book_due_reviews(*, actor: Actor, service_id: int, now: datetime) -> list[Visit]:
    """Book a visit for each look at whether something still helps that is soon due; gives the visits booked.

    A duty of `homeward work`, booked as checks are (`book_due_checks`): once for a due day, so many a day.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    today = london_day(now)
    loans = (
        Loan.objects.filter(
            review_due_on__lte=today + BOOKED_AHEAD, service_id=service_id, ended_at__isnull=True,
            collect_asked_at__isnull=True, person__died_on__isnull=True,
        )
        .exclude(person__in=VisitPause.objects.filter(first_day=None).values("person"))
        .select_related("item")
        .prefetch_related("visits__visit")
    )  # fmt: skip
    waiting = sorted((loan.review_due_on, loan.pk) for loan in loans if not _is_booked(loan, VisitPurpose.REVIEW))
    return _book_all(actor, service_id, waiting, VisitPurpose.REVIEW, today, now)


def _book_all(
    actor: Actor, service_id: int, waiting: list[tuple[date, int]], purpose: VisitPurpose, today: date, now: datetime
) -> list[Visit]:
    if not waiting:
        return []
    rows = EquipmentVisit.objects.filter(
        purpose=purpose, visit__service_id=service_id, visit__state__in=TO_COME, visit__day__gt=today
    )
    on_day = Counter(rows.values_list("visit__day", flat=True))
    booked = []
    for due, loan_id in waiting:
        day = weekday_from(max(due - TO_SPARE, today + timedelta(days=1)))
        while on_day[day] >= MOST_A_DAY:
            day = weekday_from(day + timedelta(days=1))
        visit = _book(actor, loan_id, day, purpose, now)
        if visit is not None:
            on_day[day] += 1
            booked.append(visit)
    return booked


def _due_on(loan: Loan, purpose: VisitPurpose) -> date | None:
    return loan.review_due_on if purpose == VisitPurpose.REVIEW else check_due(loan.item)


def _book(actor: Actor, loan_id: int, day: date, purpose: VisitPurpose, now: datetime) -> Visit | None:
    loan = _locked_loan(Loan(pk=loan_id))  # two at once: the second waits here, and finds the first's
    if loan.ended_at is not None or _is_booked(loan, purpose):
        return None
    opens_at, closes_at = (wall_clock(day, text) for text in OFFICE_HOURS)
    return plan_loan_visit(
        actor=actor, loan=loan, purpose=purpose, opens_at=opens_at, closes_at=closes_at,
        due_on=_due_on(loan, purpose), now=now,
    )  # fmt: skip


def _is_booked(loan: Loan, purpose: VisitPurpose) -> bool:
    """Whether somebody comes for this already, or came or was to come for this due day."""
    rows = [one for one in loan.visits.all() if one.purpose == purpose]
    if any(one.visit.state in TO_COME for one in rows):
        return True
    mine = [one.visit_id for one in rows if one.due_on == _due_on(loan, purpose)]
    return bool(mine) and len(mine) > VisitPause.visits.through.objects.filter(visit_id__in=mine).count()


def _tell_store(actor: Actor, service_id: int, today: date, now: datetime) -> None:
    last = today + BOOKED_AHEAD
    due = Item.objects.filter(
        Q(check_due_on__lte=last) | Q(service_due_on__lte=last), store__service_id=service_id, state__in=KEPT
    ).count()
    if due:
        monday = today - timedelta(days=today.weekday())
        title = f"Checks of what is in the store, due in {BOOKED_AHEAD.days} days: {due}"
        key = f"equipment-checks-{service_id}-{monday}"
        _tell_those_who(actor, Permission.MANAGE_EQUIPMENT, service_id, title, "/equipment/checks", key, now)
