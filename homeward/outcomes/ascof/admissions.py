"""ASCOF 2B and 2C: adults whose long-term support needs were met by admission to residential or nursing care."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.outcomes.ascof.comparing import as_compared, run_together
from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.history import age_on, give_person_ids
from homeward.outcomes.ascof.lists import CARE_HOMES, SERVICE, SERVICE_USER
from homeward.outcomes.ascof.records import CareRecord, Period

ADULT, OLDER = 18, 65
PER_PEOPLE = 100_000  # ASCOF 2B, 2C: outcome


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody admitted in the period. age: on the snapshot day. lines: of the stays it was told by."""

    council: str | None
    person_id: str
    age: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Admissions:
    """admissions: in order of council and person. fates: line to what became of it, of every record."""

    admissions: list[Admission]
    fates: dict[int, Fate]

    def aged(self, measure: str) -> list[Admission]:
        """Those that `measure` counts: 2B from 18 to 64 years, 2C from 65."""
        return [
            found
            for found in self.admissions
            if (found.age >= OLDER if measure == "2C" else ADULT <= found.age < OLDER)
        ]


@dataclass(frozen=True, slots=True)
class Rate:
    """Admissions among so many people; None where their number is not known."""

    admitted: int
    population: int | None

    @property
    def per_100000(self) -> float | None:
        return self.admitted / self.population * PER_PEOPLE if self.population else None


def rates_of(
    admissions: list[Admission], councils: Iterable[str], populations: dict[str, int]
) -> tuple[dict[str, Rate], Rate]:
    """Rates by council in order of code, and of all councils together (without a rate unless each has a population)."""
    named = {as_compared(code): code for code in sorted(councils, reverse=True)}
    people = {as_compared(code): number for code, number in populations.items()}
    rates = {
        code: Rate(sum(as_compared(found.council) == key for found in admissions), people.get(key))
        for key, code in sorted(named.items(), key=lambda item: item[1])
    }
    known = [rate.population for rate in rates.values() if rate.population is not None]
    return rates, Rate(len(admissions), sum(known) if known and len(known) == len(rates) else None)


@dataclass(frozen=True, slots=True)
class _Stay:
    """A record of long-term care in a home, with its person. stay_id: what versions of it share."""

    record: CareRecord
    person_id: str
    person: str
    stay_id: str

    def lasts_on(self, day: date) -> bool:
        return self.record.ends_on is None or self.record.ends_on >= day


def admissions_of(records: Iterable[CareRecord], period: Period) -> Admissions:
    """Admissions in `period` of people still there on the snapshot day, the day after it.

    As published, the person's id is known from the records of care homes alone, a previous admission counts whatever
    the council, and somebody with two birth months on record is two. Source: "ASCOF 2B2C replication code.txt".
    """
    snapshot = period.last + timedelta(days=1)
    fates: dict[int, Fate] = {}
    in_scope = []
    for record in sorted(records, key=lambda record: record.line):
        why = why_no_stay(record)
        if why:
            fates[record.line] = why
        else:
            in_scope.append(record)
    stays = [
        _Stay(record, person_id, as_compared(person_id), stay_id(record, person_id))
        for record, person_id in give_person_ids(in_scope, fates)
    ]
    closed = closed_stays(stays, snapshot, period.submitted_by)
    there = [stay for stay in stays if stay.lasts_on(snapshot) and stay.stay_id not in closed]
    there_lines = {stay.record.line for stay in there}
    fates |= {stay.record.line: Fate.STAY_ENDED_IN_PERIOD for stay in stays if stay.record.line not in there_lines}
    earlier = {stay.person for stay in there if stay.record.starts_on and stay.record.starts_on < period.first}
    found: dict[tuple, list[_Stay]] = {}
    for stay in there:
        starts_on = stay.record.starts_on
        if starts_on is None:
            fate = Fate.NO_START_DATE
        elif starts_on >= snapshot:
            fate = Fate.STARTS_AFTER_PERIOD
        elif starts_on < period.first:
            fate = Fate.STAY_BEGAN_EARLIER
        elif stay.person in earlier:
            fate = Fate.STAY_OF_PERSON_ADMITTED_EARLIER
        else:
            age = age_on(stay.record, snapshot)
            found.setdefault((as_compared(stay.record.council), stay.person, age), []).append(stay)
            fate = fate_at_age(age)
        fates[stay.record.line] = fate
    return Admissions(
        [
            Admission(same[0].record.council, same[0].person_id, age, tuple(stay.record.line for stay in same))
            for (_, _, age), same in sorted(found.items(), key=lambda item: (item[0][0] or "", *item[0][1:]))
        ],
        fates,
    )


def why_no_stay(record: CareRecord) -> Fate | None:
    """Why a record is no stay in a care home; None when it is one. No date is asked here."""
    if as_compared(record.client_type) != SERVICE_USER:
        return Fate.NOT_A_SERVICE_USER
    if as_compared(record.event_type) != SERVICE or as_compared(record.service_type) not in CARE_HOMES:
        return Fate.NOT_RESIDENTIAL_OR_NURSING_CARE
    return Fate.NO_BIRTH_MONTH_OR_YEAR if record.birth_month is None or record.birth_year is None else None


def stay_id(record: CareRecord, person_id: str) -> str:
    """What versions of a stay share: the order of parts differs from 2A's. Source: "Create Event_ID"."""
    return as_compared(
        run_together(
            record.council,
            person_id,
            record.starts_on,
            record.client_type,
            record.service_type,
            record.service_component,
            record.delivery_mechanism,
        )
    )


def closed_stays(stays: list[_Stay], snapshot: date, submitted_by: datetime) -> set[str]:
    """Stays that the latest submission before `submitted_by` says ended before the snapshot day, and does not also say
    go on. As published: a record submitted later still counts as a stay. Source: "Updated records".
    """
    latest: dict[str, datetime] = {}
    for stay in stays:
        imported_at = stay.record.imported_at
        if imported_at is not None and imported_at < submitted_by:
            latest[stay.stay_id] = max(imported_at, latest.get(stay.stay_id, imported_at))
    newest = [stay for stay in stays if stay.record.imported_at and latest.get(stay.stay_id) == stay.record.imported_at]
    return {stay.stay_id for stay in newest if not stay.lasts_on(snapshot)} - {
        stay.stay_id for stay in newest if stay.lasts_on(snapshot)
    }


def fate_at_age(age: int) -> Fate:
    if age < ADULT:
        return Fate.ADMITTED_UNDER_18
    return Fate.ADMITTED_18_TO_64 if age < OLDER else Fate.ADMITTED_65_AND_OVER
