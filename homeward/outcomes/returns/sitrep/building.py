"""A month's situation reports, day by day, from the record: numbers of people, which name nobody."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db.models import Q

from homeward.beds.models import Bed, BedClosing, BedStay, BedUse
from homeward.discharge.models import HospitalStay
from homeward.discharge.rules.delays import (
    LEFT,
    MISTAKE,
    StayFacts,
    is_ready,
    is_waiting,
    long_stays,
    position_on,
    reason_on,
)
from homeward.discharge.states.delays import DELAY_FAMILIES, DelayReason
from homeward.discharge.states.pathways import DESTINATION_PATHWAY
from homeward.episodes.models import Episode
from homeward.kernel.rules import london_day
from homeward.outcomes.returns.codes import Codes, CodesError
from homeward.outcomes.returns.months import Month
from homeward.outcomes.returns.sitrep.tables import (
    DAILY,
    DISCHARGED,
    LONG,
    REASONS,
    TABLES,
    WARDS,
)
from homeward.outcomes.returns.tables import Table
from homeward.outcomes.returns.writing import Built

CODES = Path(__file__).with_name("codes.yaml")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOT_NAMED, NO_REASON = "Hospital not recorded", "No reason recorded"
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Use:
    """Somebody in a bed or on a ward at home: from this day; not yet, or no longer, at the end of `left_on`."""

    ward: str
    from_day: date
    left_on: date | None


def build_sitrep(service_id: int, month: Month, codes: Codes) -> Built:
    """Every day of the month by hospital, and by house and ward at home.

    Raises: CodesError for a weekday, a number of places or a pathway that is none.
    """
    days = [month.first + timedelta(days=place) for place in range((month.next - month.first).days)]
    stays = _stays_in(service_id, month)
    mistakes = sum(one.ended_as == MISTAKE for theirs in stays.values() for one in theirs)
    snapshot = _weekday(codes.texts["weekly_snapshot"])
    rows: dict[str, list[Row]] = {
        DAILY.code: [_daily(day, name, theirs) for day in days for name, theirs in stays.items()],
        REASONS.code: [row for day in days for name, theirs in stays.items() for row in _reasons(day, name, theirs)],
        LONG.code: [
            _long(day, name, theirs) for day in days if day.weekday() == snapshot for name, theirs in stays.items()
        ],
        WARDS.code: [*_houses(service_id, days), *_wards(service_id, days, month, codes)],
    }
    for code in rows:
        rows[code].sort(key=lambda row: tuple(row.values())[:2])
    return Built(TABLES, rows, {"Stays recorded by mistake": mistakes} if mistakes else {})


def _stays_in(service_id: int, month: Month) -> dict[str, list[StayFacts]]:
    """Stays that lasted into the month, by hospital: its ODS code, or its name where it has none."""
    rows = (
        HospitalStay.objects.filter(
            Q(left_at__isnull=True) | Q(left_at__gte=month.begins), service_id=service_id, admitted_at__lt=month.ends
        )
        .select_related("person", "hospital")
        .prefetch_related("answers", "actions__blocks")
    )
    stays: dict[str, list[StayFacts]] = defaultdict(list)
    for stay in rows:
        known = stay.hospital.ods_code or stay.hospital.name if stay.hospital else stay.hospital_name
        stays[known or NOT_NAMED].append(stay.facts())
    return dict(sorted(stays.items()))


def _daily(day: date, hospital: str, stays: list[StayFacts]) -> Row:
    position = position_on(stays, day)
    went = Counter(
        str(DESTINATION_PATHWAY.get(stay.destination, ""))
        for stay in stays
        if stay.left_on == day and stay.ended_as == LEFT and is_ready(stay, day)
    )
    return _row(
        DAILY, day.isoformat(), hospital, position.no_longer_meeting, position.discharged,
        *(went[pathway] for pathway in DISCHARGED), went[""], position.remaining,
    )  # fmt: skip


def _reasons(day: date, hospital: str, stays: list[StayFacts]) -> Iterator[Row]:
    waiting = (stay for stay in stays if stay.ended_as != MISTAKE and is_waiting(stay, day))
    for reason, people in sorted(Counter(reason_on(stay, day) for stay in waiting).items()):
        family = str(DELAY_FAMILIES[reason].label) if reason else ""
        said = str(DelayReason(reason).label) if reason else NO_REASON
        yield _row(REASONS, day.isoformat(), hospital, family, said, people)


def _long(day: date, hospital: str, stays: list[StayFacts]) -> Row:
    found = list(long_stays(stays, day).values())
    return _row(LONG, day.isoformat(), hospital, *(one.people for one in found), *(one.days for one in found))


def _houses(service_id: int, days: list[date]) -> Iterator[Row]:
    beds = Counter(Bed.objects.filter(room__house__service_id=service_id).values_list("room__house__name", flat=True))
    closed: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
    for one in BedClosing.objects.filter(bed__room__house__service_id=service_id).select_related("bed__room__house"):
        closed[one.bed.room.house.name].append((london_day(one.closed_at), _day(one.opened_at)))
    house_of = dict(
        BedUse.objects.filter(bed__room__house__service_id=service_id, moved_in_at__isnull=False).values_list(
            "referral_id", "bed__room__house__name"
        )
    )
    uses = [
        _Use(house_of[stay.referral_id], london_day(stay.moved_in_at), _day(stay.left_at))
        for stay in BedStay.objects.filter(service_id=service_id)
        if stay.referral_id in house_of
    ]
    for house, total in sorted(beds.items()):
        for day in days:
            shut = sum(first <= day and (last is None or day < last) for first, last in closed[house])
            yield _ward(day, house, total - shut, [use for use in uses if use.ward == house])


def _wards(service_id: int, days: list[date], month: Month, codes: Codes) -> Iterator[Row]:
    for ward in codes.lists["wards"]:
        if not {"pathway", "name", "places"} <= ward.keys() or not ward["places"].isdigit():
            raise CodesError("Each of wards needs pathway, name and places, a whole number in quotation marks.")
        episodes = Episode.objects.filter(service_id=service_id, pathway__code=ward["pathway"]).filter(
            Q(ended_at__isnull=True) | Q(ended_at__gte=month.begins), started_at__lt=month.ends
        )
        uses = [_Use(ward["name"], london_day(one.started_at), _day(one.ended_at)) for one in episodes]
        for day in days:
            yield _ward(day, ward["name"], int(ward["places"]), uses)


def _ward(day: date, name: str, capacity: int, uses: list[_Use]) -> Row:
    """How many are there at the end of a day, of so many places; who came and left that day is counted too."""
    patients = sum(use.from_day <= day and (use.left_on is None or use.left_on > day) for use in uses)
    share = f"{patients / capacity:.3f}" if capacity else ""
    admitted, left = sum(use.from_day == day for use in uses), sum(use.left_on == day for use in uses)
    return _row(WARDS, day.isoformat(), name, capacity, patients, share, admitted, left)


def _row(table: Table, *cells: object) -> Row:
    return {column.name: str(cell) for column, cell in zip(table.columns, cells, strict=True)}


def _weekday(name: str) -> int:
    if name not in WEEKDAYS:
        raise CodesError(f"weekly_snapshot must be a day of the week such as Sunday, not {name}.")
    return WEEKDAYS.index(name)


def _day(at: datetime | None) -> date | None:
    return london_day(at) if at else None
