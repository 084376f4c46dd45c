"""What came after a cluster, and how much of it belongs to the cluster."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from homeward.outcomes.ascof.records import Event

CHAIN_GAP_DAYS = 3  # "Clustering of sequels", both scripts: a gap of more than 3 days breaks the chain


@dataclass(frozen=True, slots=True)
class Following:
    """found: every event from the cluster's end on, without the cluster itself. reached: those of the unbroken chain,
    before anything that supersedes the cluster. depends_on_tie: see `follow`.
    """

    found: list[Event]
    reached: list[Event]
    depends_on_tie: bool


def follow(
    history: list[Event],
    *,
    ends_on: date,
    within_days: int,
    copies: int,
    is_itself: Callable[[Event], bool],
    supersedes: Callable[[Event], bool],
) -> Following:
    """Follow a person's history from `ends_on`, the last day of a cluster.

    within_days: the first event after it may start so many days later. copies: how often the published SQL has each
    event here (it joins without removing equal rows). is_itself: an event of the cluster that must not follow itself.
    supersedes: an event that ends the search, with all that start on its day or later.

    Where events that start on one day end on different days, the SQL does not say which of them the next gap is
    measured from. We measure from the one that ends last, an open one before all; `depends_on_tie` says that another
    choice would reach other events.
    """
    after = [event for event in history if event.starts_on >= ends_on]
    first_day = min((event.starts_on for event in after), default=None)
    found = [event for event in after if not is_itself(event)]
    found.sort(key=lambda event: (event.starts_on, event.ends_on or date.max, event.line))

    def reached(days_in_order: list[Event]) -> list[Event]:
        return _reached(days_in_order, ends_on, first_day, within_days, copies, supersedes)

    longest_last = reached(found)
    shortest_last = reached(
        sorted(found, key=lambda e: (-e.starts_on.toordinal(), e.ends_on or date.max), reverse=True)
    )
    return Following(found, longest_last, len(longest_last) != len(shortest_last))


def _reached(
    found: list[Event],
    ends_on: date,
    first_day: date | None,
    within_days: int,
    copies: int,
    supersedes: Callable[[Event], bool],
) -> list[Event]:
    """The events reached in `found`, which is ordered by start. Events that start on one day stand or fall together.

    As published: "too late" is asked only of the very first day of what followed, counted before the cluster's own
    events were taken out; an open event of that day is never too late; an open event never breaks the chain.
    """
    reached: list[Event] = []
    previous_end: date | None = None
    chain_holds = True
    for starts_on, day in groupby(found, key=lambda event: event.starts_on):
        events = list(day)
        for event in events:
            for _ in range(copies):
                if previous_end is not None and (starts_on - previous_end).days > CHAIN_GAP_DAYS:
                    chain_holds = False
                previous_end = event.ends_on
        is_too_late = starts_on == first_day and (starts_on - ends_on).days > within_days
        in_chain = [
            (starts_on == first_day and event.ends_on is None) or (chain_holds and not is_too_late) for event in events
        ]
        if not all(in_chain) or any(supersedes(event) for event in events):
            break
        reached += events
    return reached
