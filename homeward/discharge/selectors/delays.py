"""What a period cost in days of waiting, and where people went: numbers only, of nobody in particular."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.discharge.models import HospitalStay
from homeward.discharge.rules.delays import (
    DailyPosition,
    LeavingDelays,
    LongStays,
    StayFacts,
    Waiting,
    destinations_of,
    leaving_delays,
    long_stays,
    position_on,
    waiting_by_reason,
)
from homeward.kernel.rules import london_day, wall_clock


@dataclass(frozen=True, slots=True)
class Delays:
    """A period, both days counted, as its stays tell it. `last` is not after the day it was asked on.

    `waiting`: by code of the reason, "" where nobody has said; `destinations`: by code, "" where not said;
    `long`: at the end of the last day, by the least days in hospital.
    """

    first: date
    last: date
    positions: tuple[DailyPosition, ...]
    leaving: LeavingDelays
    waiting: dict[str, Waiting]
    destinations: dict[str, int]
    long: dict[int, LongStays]


def delays_in(actor: Actor, service_id: int, first: date, last: date, now: datetime) -> Delays:
    """The delays of a period. Of a period that is not over, as far as it has come: today is as it stands now.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    last = max(first, min(last, london_day(now)))
    facts = _facts_of(service_id, first, last)
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    return Delays(
        first=first,
        last=last,
        positions=tuple(position_on(facts, day) for day in days),
        leaving=leaving_delays(facts, first, last),
        waiting=waiting_by_reason(facts, first, last),
        destinations=destinations_of(facts, first, last),
        long=long_stays(facts, last),
    )


def _facts_of(service_id: int, first: date, last: date) -> list[StayFacts]:
    """What is counted of every stay that was open on a day of the period."""
    rows = HospitalStay.objects.filter(
        Q(left_at__isnull=True) | Q(left_at__gte=wall_clock(first, "00:00")),
        service_id=service_id,
        admitted_at__lt=wall_clock(last + timedelta(days=1), "00:00"),
    )
    return [stay.facts() for stay in rows.select_related("person").prefetch_related("answers", "actions__blocks")]
