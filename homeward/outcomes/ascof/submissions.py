"""Which submission of a council counts, for measures that take one whole instead of the newest of each event."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time

from homeward.outcomes.ascof.comparing import as_compared
from homeward.outcomes.ascof.records import CareRecord, Period


def in_last_submission(records: Iterable[CareRecord], period: Period) -> list[CareRecord]:
    """The records of each council's last submission that covers the period and came after it, in time.

    A submission is what has one ImportDate; what it covers is the earliest and latest day its records report. As
    published, it is found by council name and code and then taken by the name alone; a file without names goes by code.

    Source: "Create table returning latest submission within the period of interest", ASCOF 2E and 3D.
    """
    records = list(records)
    is_named = any(record.council_name for record in records)
    covered: dict[tuple[str, str | None, datetime], list[tuple[date | None, date | None]]] = defaultdict(list)
    for record in records:
        name = _name(record, is_named)
        if name is not None and record.imported_at is not None:
            days = (record.reported_from, record.reported_to)
            covered[name, as_compared(record.council), record.imported_at].append(days)
    after, last_day = datetime.combine(period.last, time.min), period.submitted_by.date()
    newest: dict[tuple[str, str | None], datetime] = {}
    for (name, council, imported_at), reported in covered.items():
        begins = min((first for first, _ in reported if first), default=None)
        ends = max((last for _, last in reported if last), default=None)
        covers = begins is not None and ends is not None and begins <= period.first and ends >= period.last
        if covers and imported_at > after and imported_at.date() <= last_day:
            newest[name, council] = max(imported_at, newest.get((name, council), imported_at))
    counted = {(name, imported_at) for (name, _), imported_at in newest.items()}
    return [record for record in records if (_name(record, is_named), record.imported_at) in counted]


def _name(record: CareRecord, is_named: bool) -> str | None:
    return as_compared(record.council_name if is_named else record.council)
