"""Step two: ST-Max clusters, what followed them, and whether they count (SALT STS002a, ASCOF 2A)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from homeward.outcomes.ascof.clusters import Cluster, Span, clusters_of
from homeward.outcomes.ascof.comparing import as_compared
from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.following import Following, follow
from homeward.outcomes.ascof.history import history_of, service_id
from homeward.outcomes.ascof.lists import (
    DENOMINATOR,
    ENDED_AS_PLANNED,
    MEANINGS,
    NO_FURTHER_ACTION,
    NO_SERVICE,
    NO_SERVICE_FOUND,
    NO_SERVICES_OTHER,
    NO_SERVICES_OTHER_WITH_HYPHEN,
    NUMERATOR,
    OUTCOME_RANKS,
    SERVICE,
    SERVICE_RANKS,
    SEVERAL_NO_FURTHER_ACTION,
    ST_MAX,
    UNKNOWN_OUTCOME,
)
from homeward.outcomes.ascof.records import CareRecord, Event, Period
from homeward.outcomes.ascof.requests import Cohort, died_before, why_not_in_history

ST_MAX_GAP_DAYS = 1  # ASCOF 2A, "Incorporate islands and gaps logic"
SEQUEL_WITHIN_DAYS = 3  # ASCOF 2A, "Clustering of sequels": the first event within three days of the end

RULES = {
    1: "Nothing followed: the outcome of the ST-Max itself.",
    2: "A service followed: the one of smallest rank.",
    3: "No service followed, but an event with no further action: its outcome, or NFA- Other when there are several.",
    4: "Neither a service nor no further action followed: the outcome of the ST-Max itself.",
    5: "What followed came too late, or another ST-Max came first: the outcome of the ST-Max itself.",
}


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the national table of what followed ST-Max, which the measure counts.

    final_outcome, final_outcome_mapped: as the published SQL writes them. merged_into: the number of the row this one
    was counted with; then it counts for nothing itself. depends_on_tie: see `following.follow`. Lines are line numbers.
    """

    number: int
    council: str
    person_id: str
    cluster_starts_on: date
    cluster_ends_on: date
    outcome: str | None
    record_type: int
    final_outcome: str | None
    final_outcome_mapped: str | None
    depends_on_tie: bool
    cluster_lines: tuple[int, ...]
    follower_lines: tuple[int, ...]
    deciding_lines: tuple[int, ...]
    merged_into: int | None = None

    @property
    def in_denominator(self) -> bool:
        return self.merged_into is None and as_compared(self.final_outcome_mapped) in DENOMINATOR

    @property
    def in_numerator(self) -> bool:
        return self.merged_into is None and as_compared(self.final_outcome_mapped) in NUMERATOR

    @property
    def rule(self) -> str:
        if self.merged_into is None:
            return RULES[self.record_type]
        return f"The same person has the same outcome of record type 3 in row {self.merged_into}: counted once."


@dataclass(frozen=True, slots=True)
class StMax:
    """results: the rows, in order. fates: line to what became of it. result_numbers: line to the rows it is part of."""

    results: list[Result]
    fates: dict[int, Fate]
    result_numbers: dict[int, list[int]]


@dataclass(frozen=True, slots=True)
class _Ended:
    """A cluster that ended in the period. outcomes: those that stand, as compared to as written."""

    cluster: Cluster
    starts_on: date
    ends_on: date
    outcomes: dict[str | None, str | None]
    following: Following


def st_max_of(records: list[CareRecord], cohort: Cohort, period: Period) -> StMax:
    """Say of each ST-Max cluster of the cohort what followed. Source: "ASCOF 2A replication code.txt"."""
    history = history_of(records, period=period, why_left_out=why_not_in_history, event_ids={SERVICE: service_id})
    by_person = history.by_person()
    fates = dict(history.fates)
    clusters = clusters_of(st_max_spans(history.events, cohort, period, fates), gap_days=ST_MAX_GAP_DAYS)
    ended = [found for cluster in clusters if (found := ended_in_period(cluster, by_person, period)) is not None]
    reached = {
        (c.cluster.council, c.cluster.person, c.starts_on, c.ends_on, outcome)
        for c in ended
        if c.following.reached
        for outcome in c.outcomes
    }
    rows = [row for found in ended for row in results_of(found, reached)]
    results = numbered(rows)
    in_period = {id(found.cluster) for found in ended}
    for cluster in clusters:
        if id(cluster) not in in_period:
            for event in cluster.events:
                fates[event.line] = Fate.ST_MAX_CLUSTER_ENDED_OUTSIDE_PERIOD
    numbers = _lay_fates(history.events, ended, results, fates)
    return StMax(results, fates, numbers)


def st_max_spans(events: list[Event], cohort: Cohort, period: Period, fates: dict[int, Fate]) -> list[Span]:
    """ST-Max services that begin on a day of the cohort, of people not dead before the period; equal ones once.

    Source: "Produce ST-Max table". The death is asked only here: it does not take other events out of what follows.
    """
    spans: dict[tuple, Span] = {}
    for event in events:
        if event.event_type != SERVICE or event.service_type != ST_MAX:
            continue
        if event.council is None:
            fates[event.line] = Fate.ST_MAX_WITHOUT_COUNCIL
        elif (event.council, event.person, event.starts_on) not in cohort:
            fates[event.line] = Fate.ST_MAX_NOT_AFTER_NEW_REQUEST
        elif died_before(event.record, period):
            fates[event.line] = Fate.ST_MAX_OF_PERSON_WHO_DIED_BEFORE_PERIOD
        else:
            same = (event.council, event.person, event.starts_on, event.ends_on, event.outcome)
            span = Span(event.council, event.person, event.starts_on, event.ends_on or period.today, [])
            spans.setdefault(same, span).events.append(event)
    return list(spans.values())


def ended_in_period(cluster: Cluster, by_person: dict[tuple[str, str], list[Event]], period: Period) -> _Ended | None:
    """The cluster with its last day, outcomes that stand and what followed; None when it ended outside the period."""
    ends_on = max(span.ends_on for span in cluster.spans)
    if cluster.council is None or not period.first <= ends_on <= period.last:
        return None
    starts_on = cluster.starts_on
    last = [event for span in cluster.spans if span.ends_on == ends_on for event in span.events]
    outcomes = outcomes_that_stand(last)
    following = follow(
        by_person[cluster.council, cluster.person],
        ends_on=ends_on,
        within_days=SEQUEL_WITHIN_DAYS,
        copies=len(outcomes) ** 2,  # as published: rows of one rank are joined to one another
        is_itself=lambda event: (
            event.service_type == ST_MAX and (event.starts_on == starts_on or event.ends_on == ends_on)
        ),
        supersedes=lambda event: event.service_type == ST_MAX,
    )
    return _Ended(cluster, starts_on, ends_on, outcomes, following)


def outcomes_that_stand(last: list[Event]) -> dict[str | None, str | None]:
    """The outcomes of smallest rank among the events that end a cluster; several when they share it (unknown ones do).

    Source: "Step 1: apply event outcome hierarchy".
    """
    written = as_written(event.record.outcome for event in last)
    ranks = {outcome: OUTCOME_RANKS.get(outcome, UNKNOWN_OUTCOME) for outcome in written}
    smallest = min(ranks.values())
    return {outcome: text for outcome, text in written.items() if ranks[outcome] == smallest}


def as_written(texts: Iterable[str | None]) -> dict[str | None, str | None]:
    """Texts as compared to one spelling of each, the first in alphabetical order."""
    return {as_compared(text): text for text in sorted(texts, key=lambda text: text or "", reverse=True)}


def results_of(ended: _Ended, reached: set[tuple]) -> list[Result]:
    """The rows that a cluster makes in the national table: mostly one, none or several as published.

    reached: council, person, first day, last day and outcome of clusters of which something was reached.
    """
    rows = []
    for outcome in ended.outcomes:
        cluster = ended.cluster
        # As published: a missing outcome joins nothing, so such a cluster has no follower and also is out of reach.
        if not ended.following.found or outcome is None:
            rows.append(own_outcome(ended, outcome, record_type=1))
        same = (cluster.council, cluster.person, ended.starts_on, ended.ends_on, outcome)
        if ended.following.found and (outcome is None or same not in reached):
            rows.append(own_outcome(ended, outcome, record_type=5))
    if ended.following.reached:
        rows += service_that_followed(ended) or no_further_action(ended) or no_service_found(ended)
    return rows


def own_outcome(ended: _Ended, outcome: str | None, *, record_type: int) -> Result:
    """Record types 1 and 5: only "Service ended as planned" counts; others get a prefix and count nowhere."""
    text = ended.outcomes[outcome]
    if outcome == ENDED_AS_PLANNED:
        mapped = NO_SERVICES_OTHER
    else:
        mapped = f"No_Chronology_{MEANINGS.get(outcome, 'Unable_To_Classify')}"
    return _row(ended, record_type, None if text is None else f"No_Chronology_{text}", mapped, outcome)


def service_that_followed(ended: _Ended) -> list[Result]:
    """Record type 2: the service of smallest rank, once for each outcome that stands (as published)."""
    ranked = [(SERVICE_RANKS.get(event.service_type, NO_SERVICE), event) for event in ended.following.reached]
    smallest = min(rank for rank, _ in ranked)
    if smallest == NO_SERVICE:
        return []
    deciding = [event for rank, event in ranked if rank == smallest]
    (text,) = as_written(event.record.service_type for event in deciding).values()
    mapped = MEANINGS.get(as_compared(text))
    return [_row(ended, 2, text, mapped, outcome, deciding) for outcome in ended.outcomes]


def no_further_action(ended: _Ended) -> list[Result]:
    """Record type 3: outcomes beginning with NFA, of those the ones that end last; several events make "NFA- Other".

    As published: events count as several when type, start or end differ although the outcome is the same.
    """
    nfa = [event for event in ended.following.reached if (event.outcome or "").startswith(NO_FURTHER_ACTION)]
    if not nfa:
        return []
    latest = max(event.ends_on or date.min for event in nfa)  # an open one comes before all that ended
    deciding = [event for event in nfa if (event.ends_on or date.min) == latest]
    told_apart = {(event.event_type, event.starts_on, event.ends_on, event.outcome) for event in deciding}
    if len(told_apart) * len(ended.outcomes) > 1:
        return [_row(ended, 3, SEVERAL_NO_FURTHER_ACTION, NO_SERVICES_OTHER, next(iter(ended.outcomes)), deciding)]
    (text,) = as_written(event.record.outcome for event in deciding).values()
    return [_row(ended, 3, text, MEANINGS.get(as_compared(text)), next(iter(ended.outcomes)), deciding)]


def no_service_found(ended: _Ended) -> list[Result]:
    """Record type 4: the outcome of the ST-Max itself. As published: "Service ended as planned" gets a text with a
    hyphen that no list has, so that it counts nowhere.
    """
    rows = []
    for outcome, text in ended.outcomes.items():
        if outcome is not None and outcome.startswith(NO_FURTHER_ACTION):
            mapped = MEANINGS.get(outcome)
        elif outcome == ENDED_AS_PLANNED:
            mapped = NO_SERVICES_OTHER_WITH_HYPHEN
        else:
            mapped = NO_SERVICE_FOUND
        final = None if text is None else f"No Service Found_{text}"
        rows.append(_row(ended, 4, final, mapped, outcome))
    return rows


def _row(
    ended: _Ended,
    record_type: int,
    final_outcome: str | None,
    mapped: str | None,
    outcome: str | None,
    deciding: Iterable[Event] = (),
) -> Result:
    events = sorted(ended.cluster.events, key=lambda event: event.line)
    return Result(
        number=0,
        council=events[0].record.council or "",
        person_id=events[0].person_id,
        cluster_starts_on=ended.starts_on,
        cluster_ends_on=ended.ends_on,
        outcome=ended.outcomes[outcome],
        record_type=record_type,
        final_outcome=final_outcome,
        final_outcome_mapped=mapped,
        depends_on_tie=ended.following.depends_on_tie,
        cluster_lines=_lines(events),
        follower_lines=_lines(ended.following.found),
        deciding_lines=_lines(deciding),
    )


def _lines(events: Iterable[Event]) -> tuple[int, ...]:
    return tuple(sorted(event.line for event in events))


def numbered(rows: list[Result]) -> list[Result]:
    """Rows in order and numbered from 1; of equal rows of record type 3 of one person the first alone counts.

    As published: that table alone is made distinct, and by person and outcome, not by cluster.
    """
    rows = sorted(
        rows,
        key=lambda r: (
            as_compared(r.council),
            as_compared(r.person_id),
            r.cluster_starts_on,
            r.cluster_ends_on,
            r.record_type,
            as_compared(r.final_outcome) or "",
        ),
    )
    first_of: dict[tuple, int] = {}
    results = []
    for number, row in enumerate(rows, start=1):
        merged_into = None
        if row.record_type == 3:
            same = tuple(
                as_compared(text) for text in (row.council, row.person_id, row.final_outcome, row.final_outcome_mapped)
            )
            first = first_of.setdefault(same, number)
            merged_into = None if first == number else first
        results.append(replace(row, number=number, merged_into=merged_into))
    return results


def _lay_fates(
    events: list[Event], ended: list[_Ended], results: list[Result], fates: dict[int, Fate]
) -> dict[int, list[int]]:
    """Give each line the most telling of its fates, and the rows it had part in."""
    weight = {Fate.FOLLOWED_OUT_OF_REACH: 1, Fate.FOLLOWED: 2, Fate.DECIDED: 3, Fate.IN_ST_MAX_CLUSTER: 4}

    def lay(line: int, fate: Fate) -> None:
        if weight[fate] > weight.get(fates.get(line, Fate.NO_PART), 0):
            fates[line] = fate

    for found in ended:
        for event in found.cluster.events:
            lay(event.line, Fate.IN_ST_MAX_CLUSTER)
        for event in found.following.found:
            lay(event.line, Fate.FOLLOWED_OUT_OF_REACH)
        for event in found.following.reached:
            lay(event.line, Fate.FOLLOWED)
    numbers: dict[int, list[int]] = defaultdict(list)
    for result in results:
        for line in result.deciding_lines:
            lay(line, Fate.DECIDED)
        for line in sorted({*result.cluster_lines, *result.follower_lines}):
            numbers[line].append(result.number)
    for event in events:
        fates.setdefault(event.line, Fate.NO_PART)
    return numbers
