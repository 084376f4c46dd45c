"""Events near to one another become one cluster ("islands and gaps")."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from homeward.outcomes.ascof.records import Event


@dataclass(slots=True)
class Span:
    """Days from an event's start to its end (`today` when open), with the events it stands for."""

    council: str | None
    person: str
    starts_on: date
    ends_on: date
    events: list[Event]


@dataclass(slots=True)
class Cluster:
    """Spans of one person at one council. number: its place among the person's clusters there."""

    council: str | None
    person: str
    number: int
    spans: list[Span] = field(default_factory=list)

    @property
    def starts_on(self) -> date:
        return min(span.starts_on for span in self.spans)

    @property
    def events(self) -> list[Event]:
        return [event for span in self.spans for event in span.events]


def clusters_of(spans: Iterable[Span], *, gap_days: int) -> list[Cluster]:
    """Clusters of `spans`: a new one begins where the previous span ended more than `gap_days` before the next starts.

    As published: the previous span is the one before it by start then end, not the one that ended last; and the numbers
    of clusters are joined to spans by person, start and end without the council, so that equal spans of one person at
    two councils share the numbers of both. Source: "Incorporate islands and gaps logic", both scripts.
    """
    spans = list(spans)
    numbers = _cluster_numbers(spans, gap_days)
    found: dict[tuple, Cluster] = {}
    for span in spans:
        for number in sorted(numbers[span.person, span.starts_on, span.ends_on]):
            key = (span.council, span.person, number)
            found.setdefault(key, Cluster(*key)).spans.append(span)
    return sorted(found.values(), key=lambda c: (c.council or "", c.person, c.starts_on, c.number))


def _cluster_numbers(spans: list[Span], gap_days: int) -> dict[tuple, set[int]]:
    """Person, start and end of a span to the numbers of the clusters it is in. Equal spans count up together."""
    by_person: dict[tuple, list[Span]] = defaultdict(list)
    for span in spans:
        by_person[span.council, span.person].append(span)
    gap = timedelta(days=gap_days)
    numbers: dict[tuple, set[int]] = defaultdict(set)
    for (_, person), theirs in by_person.items():
        number, previous_end = 0, None
        for (starts_on, ends_on), equal in groupby(
            sorted(theirs, key=lambda span: (span.starts_on, span.ends_on)), key=lambda s: (s.starts_on, s.ends_on)
        ):
            for _ in equal:
                if previous_end is None or previous_end < starts_on - gap:
                    number += 1
                previous_end = ends_on
            numbers[person, starts_on, ends_on].add(number)
    return numbers
