"""Step one: requests of new clients, and on which days they led to ST-Max (SALT STS001)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from homeward.outcomes.ascof.clusters import Cluster, Span, clusters_of
from homeward.outcomes.ascof.comparing import as_compared
from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.following import follow
from homeward.outcomes.ascof.history import age_on, history_of, request_id, service_id
from homeward.outcomes.ascof.lists import (
    EVENT_TYPES,
    LONG_TERM_SUPPORT,
    OUTCOME_RANKS,
    REQUEST,
    SERVICE,
    SERVICE_RANKS,
    SERVICE_USER,
    ST_MAX,
    UNKNOWN_OUTCOME,
)
from homeward.outcomes.ascof.records import CareRecord, Event, Period

REQUEST_GAP_DAYS = 4  # STS001, "Incorporate islands and gaps logic": long weekends
SEQUEL_WITHIN_DAYS = 28  # STS001, "Clustering of sequels": the first event within four weeks of the request

# Council, person and first day of ST-Max that a new client's request led to.
Cohort = frozenset[tuple[str, str, date]]


@dataclass(frozen=True, slots=True)
class Requests:
    """cohort: see `Cohort`. fates: line to what the requests made of it; lines without one played no part."""

    cohort: Cohort
    fates: dict[int, Fate]


def requests_of(records: list[CareRecord], period: Period) -> Requests:
    """Find which ST-Max followed a new client's request. Source: "STS001 replication code.txt"."""
    history = history_of(
        records,
        period=period,
        why_left_out=why_not_among_requests,
        event_ids={REQUEST: request_id, SERVICE: service_id},
    )
    by_person = history.by_person()
    fates = dict(history.fates)
    cohort: set[tuple[str, str, date]] = set()
    for cluster in request_clusters(history.events, period):
        theirs = by_person.get((cluster.council, cluster.person), []) if cluster.council is not None else []
        fate, st_max_days, had = outcome_of_requests(cluster, theirs, period)
        for event in cluster.events:
            if fates.get(event.line) is not Fate.REQUEST_LED_TO_ST_MAX:
                fates[event.line] = fate
        for event in had:
            fates.setdefault(event.line, Fate.LONG_TERM_SUPPORT_AT_REQUEST)
        if cluster.council is not None:
            cohort |= {(cluster.council, cluster.person, day) for day in st_max_days}
    return Requests(frozenset(cohort), fates)


def why_not_among_requests(record: CareRecord, period: Period) -> Fate | None:
    """Source: STS001, "Filter data appropriately": also the age and the death, which step two does not ask here."""
    why = why_not_in_history(record, period)
    if why:
        return why
    if record.birth_month is None or record.birth_year is None:
        return Fate.NO_BIRTH_MONTH_OR_YEAR
    return Fate.DIED_BEFORE_PERIOD if died_before(record, period) else None


def why_not_in_history(record: CareRecord, period: Period) -> Fate | None:
    """Why a record is in nobody's history, in either step; None when it is."""
    if as_compared(record.client_type) != SERVICE_USER:
        return Fate.NOT_A_SERVICE_USER
    if as_compared(record.event_type) not in EVENT_TYPES:
        return Fate.EVENT_TYPE_NOT_COUNTED
    if record.starts_on is None:
        return Fate.NO_START_DATE
    return Fate.STARTS_AFTER_PERIOD if record.starts_on > period.last else None


def died_before(record: CareRecord, period: Period) -> bool:
    """Whether the record says that the person died before the first day of the period. No date of death is no."""
    return record.died_on is not None and record.died_on < period.first


def request_clusters(events: list[Event], period: Period) -> list[Cluster]:
    """Requests at most 4 days apart are one. An open request ends today."""
    spans = [
        Span(event.council, event.person, event.starts_on, event.ends_on or period.today, [event])
        for event in events
        if event.event_type == REQUEST
    ]
    return clusters_of(spans, gap_days=REQUEST_GAP_DAYS)


def outcome_of_requests(cluster: Cluster, history: list[Event], period: Period) -> tuple[Fate, set[date], list[Event]]:
    """What became of a cluster of requests, the first days of ST-Max it led to, and the long-term support for
    which it was not counted as a new client's.
    """
    ended = [span for span in cluster.spans if period.first <= span.ends_on <= period.last]
    if not ended:
        return Fate.REQUEST_ENDED_OUTSIDE_PERIOD, set(), []
    ends_on = max(span.ends_on for span in ended)
    variants = {_variant(event, period) for span in ended if span.ends_on == ends_on for event in span.events}
    had = long_term_support_on(cluster.starts_on, history)
    if had:
        # As published: a request without route or outcome joins nothing, and so cannot be taken out either.
        variants = {variant for variant in variants if variant.route is None or variant.outcome is None}
        if not variants:
            return Fate.REQUEST_OF_PERSON_IN_LONG_TERM_SUPPORT, set(), had
    copies = rows_that_stand(variants)
    if not copies or cluster.council is None:
        return Fate.REQUEST_WITHOUT_ROUTE, set(), []
    starts_on = cluster.starts_on
    following = follow(
        history,
        ends_on=ends_on,
        within_days=SEQUEL_WITHIN_DAYS,
        copies=copies,
        is_itself=lambda event: (
            event.event_type == REQUEST and (event.starts_on == starts_on or event.ends_on == ends_on)
        ),
        supersedes=lambda event: event.event_type == REQUEST,
    )
    st_max_days = {event.starts_on for event in following.reached if event.service_type == ST_MAX}
    if st_max_days:
        fate = Fate.REQUEST_LED_TO_ST_MAX  # it ranks before every other service
    elif any(event.service_type in SERVICE_RANKS for event in following.reached):
        fate = Fate.REQUEST_LED_TO_ANOTHER_SERVICE
    elif following.reached:
        fate = Fate.REQUEST_LED_TO_NO_SERVICE
    elif following.found:
        fate = Fate.REQUEST_FOLLOWED_OUT_OF_REACH
    else:
        fate = Fate.REQUEST_NOTHING_FOLLOWED
    return fate, st_max_days, []


@dataclass(frozen=True, slots=True)
class _Variant:
    """What tells two requests of a cluster apart that end on its last day."""

    age: int
    route: str | None
    outcome: str | None


def _variant(event: Event, period: Period) -> _Variant:
    return _Variant(age_on(event.record, period.last), as_compared(event.record.route), event.outcome)


def long_term_support_on(day: date, history: list[Event]) -> list[Event]:
    """Long-term support that ran on `day`, from its first to its last day or open. As published: by service type alone,
    whatever the event type. Source: STS001, "Filtering for new clients".
    """
    return [
        event
        for event in history
        if event.service_type in LONG_TERM_SUPPORT
        and event.starts_on <= day
        and (event.ends_on is None or day <= event.ends_on)
    ]


def rows_that_stand(variants: set[_Variant]) -> int:
    """How many rows the SQL has for a cluster of requests once the outcome of smallest rank stands; 0 when it is lost.

    As published: rows of that rank are joined to one another by route, so that a missing route loses them and several
    of one route multiply. Source: STS001, part 1.
    """
    ranks: dict[int, Counter] = defaultdict(Counter)
    for variant in variants:
        ranks[OUTCOME_RANKS.get(variant.outcome, UNKNOWN_OUTCOME)][variant.route] += 1
    of_smallest = ranks[min(ranks)]
    return sum(count * count for route, count in of_smallest.items() if route is not None)
