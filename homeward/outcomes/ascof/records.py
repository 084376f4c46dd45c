"""One record of a file, one event of a person, and the period a measure is for."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.outcomes.ascof.comparing import as_compared


@dataclass(frozen=True, slots=True)
class CareRecord:
    """A line of a Client Level Data file. None is a blank cell (NULL)."""

    line: int
    council: str | None
    nhs_number: str | None
    council_person: str | None
    record_id: str | None
    client_type: str | None
    event_type: str | None
    starts_on: date | None
    ends_on: date | None
    outcome: str | None
    route: str | None
    service_type: str | None
    service_component: str | None
    delivery_mechanism: str | None
    died_on: date | None
    birth_month: int | None
    birth_year: int | None
    imported_at: datetime | None
    # read for the measures that need them only
    council_name: str | None = None
    reported_from: date | None = None
    reported_to: date | None = None
    gender: str | None = None
    accommodation: str | None = None
    other_cells: tuple[str | None, ...] = ()

    def is_same_as(self) -> tuple:
        """What two records share when every cell of theirs is equal (SQL's UNION keeps one of them)."""
        values = (getattr(self, name) for name in self.__slots__ if name not in ("line", "other_cells"))
        return tuple(as_compared(value) if isinstance(value, str) else value for value in (*values, *self.other_cells))


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """A record with the person it belongs to; texts as compared, the record as given."""

    record: CareRecord
    person_id: str
    council: str | None
    person: str
    event_type: str | None
    service_type: str | None
    outcome: str | None
    starts_on: date
    ends_on: date | None

    @classmethod
    def of(cls, record: CareRecord, person_id: str) -> "Event":
        assert record.starts_on is not None
        return cls(
            record,
            person_id,
            as_compared(record.council),
            as_compared(person_id),
            as_compared(record.event_type),
            as_compared(record.service_type),
            as_compared(record.outcome),
            record.starts_on,
            record.ends_on,
        )

    @property
    def line(self) -> int:
        return self.record.line


@dataclass(frozen=True, slots=True)
class Period:
    """What a measure is for.

    first, last: days, both counted. submitted_by: submissions after this moment do not count. today: where an open
    event is taken to end.
    """

    first: date
    last: date
    submitted_by: datetime
    today: date
