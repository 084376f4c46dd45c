"""Judging a week by itself: on which days patterns fall, and everything a plan of days can break, over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

from visit_planner.checking import check
from visit_planner.plan import Fault
from visit_planner.problem import ProblemError
from visit_planner.weeks.week import SOONER_DAYS, Week, WeekPlan, week_problem


def days_as_asked(week: Week, plan: WeekPlan) -> Iterator[Fault]:
    """A pattern that is due falls on as many days as it should, each one it may fall on; others on none."""
    for name in set(plan.chosen) - {pattern.id for pattern in week.patterns}:
        yield Fault("days_as_asked", name, None, f"The plan names pattern {name}, which is not in the week", 1.0)
    for pattern in week.patterns:
        days = plan.chosen.get(pattern.id, ())
        is_due = (
            pattern.every_weeks == 1
            or pattern.last_done is None
            or pattern.last_done + 7 * pattern.every_weeks < week.days
        )
        wanted = pattern.times if is_due else 0
        if len(set(days)) != wanted or len(days) != wanted:
            text = f"Pattern {pattern.id} falls on {len(set(days))} days of this week instead of {wanted}"
            yield Fault("days_as_asked", pattern.id, None, text, abs(len(set(days)) - wanted) or 1.0)
        allowed = range(week.days) if pattern.days is None else pattern.days
        for day in days:
            if day not in allowed:
                text = f"Pattern {pattern.id} falls on day {day}, on which it may not"
                yield Fault("days_as_asked", pattern.id, None, text, 1.0)


def days_kept_apart(week: Week, plan: WeekPlan) -> Iterator[Fault]:
    for pattern in week.patterns:
        days = sorted(plan.chosen.get(pattern.id, ()))
        for before, after in pairwise(days):
            if after - before < pattern.days_apart:
                text = f"Pattern {pattern.id} falls on days {before} and {after}, too near each other"
                yield Fault("days_kept_apart", pattern.id, None, text, pattern.days_apart - (after - before))


def not_too_soon_again(week: Week, plan: WeekPlan) -> Iterator[Fault]:
    """After the day it was last done, in the week before or earlier, a pattern waits as long as it should.

    Where none of the days it may fall on is late enough, none is held against it.
    """
    for pattern in week.patterns:
        days = plan.chosen.get(pattern.id, ())
        if pattern.last_done is None or not days:
            continue
        wait = 7 * pattern.every_weeks - SOONER_DAYS if pattern.every_weeks > 1 else pattern.days_apart
        short = pattern.last_done + wait - min(days)
        allowed = sorted(range(week.days) if pattern.days is None else pattern.days)
        late_enough = [day for day in allowed if day >= pattern.last_done + wait]
        possible = any(
            all(after - before >= pattern.days_apart for before, after in pairwise(some))
            for some in combinations(late_enough, pattern.times)
        )
        if short > 0 and possible:
            text = f"Pattern {pattern.id} falls on day {min(days)}, {short} days too soon after it was last done"
            yield Fault("not_too_soon_again", pattern.id, None, text, short)


WEEK_RULES: tuple[Callable[[Week, WeekPlan], Iterator[Fault]], ...] = (
    days_as_asked,
    days_kept_apart,
    not_too_soon_again,
)


def check_week(week: Week, plan: WeekPlan) -> list[Fault]:
    """Everything a plan of a week breaks: its own rules, and all rules of ``check`` over all days at once."""
    faults = [fault for rule in WEEK_RULES for fault in rule(week, plan)]
    known = {pattern.id for pattern in week.patterns}
    try:
        problem = week_problem(week, {name: tuple(sorted(set(d))) for name, d in plan.chosen.items() if name in known})
    except ProblemError as wrong:
        return [*faults, Fault("days_as_asked", None, None, f"The days chosen make no week: {wrong}", 1.0)]
    return faults + check(problem, plan.plan)
