"""Why a pattern falls on its days, whom a person sees in the week, and why a visit of a day is as it is, or is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from visit_planner.explaining import Explanations, explain
from visit_planner.plan import Plan
from visit_planner.weeks.choosing import filled
from visit_planner.weeks.planning import day_problem_of
from visit_planner.weeks.week import Pattern, Week, WeekPlan, choices, faces_seen, is_due, week_problem

NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class WeekExplanations:
    """patterns: why these days. people: whom each sees. days: the reasons of each day's visits."""

    patterns: dict[str, str]
    people: dict[str, str]
    days: tuple[Explanations, ...]


def explain_week(week: Week, plan: WeekPlan, *, names: Mapping[str, str] | None = None) -> WeekExplanations:
    """A sentence for every pattern and every person, and for every visit of every day, from the plan as it stands.

    ``names``: what to call workers, visits, patterns and skills, by id. Day 0 is called Monday.
    """
    called = dict(names or {})
    room = filled(week, plan.chosen)
    patterns = {}
    for pattern in week.patterns:
        days = plan.chosen.get(pattern.id, ())
        if not is_due(week, pattern):
            since = -(pattern.last_done or 0)
            patterns[pattern.id] = (
                f"Not this week: it was done {since} days before it began, and is due every "
                f"{pattern.every_weeks} weeks."
            )
            continue
        why = _why_days(pattern, choices(week, pattern))
        others = [other for other in choices(week, pattern) if other != days]
        before = room.fullness(pattern, days)
        room.add(pattern, days, -1)
        beside = ""
        if others:
            other = min(others, key=lambda some: room.price(pattern, some))
            room.add(pattern, other, 1)
            after = room.fullness(pattern, other)
            room.add(pattern, other, -1)
            beside = (
                f" Its fullest hours are {before:.0%} taken; on {_listed(other)}, the next best, they would be "
                f"{after:.0%}."
            )
        room.add(pattern, days, 1)
        patterns[pattern.id] = f"{_listed(days)}{why}.{beside}"
    problem = week_problem(week, plan.chosen)
    limits = {faces.person: faces.at_most for faces in week.faces}
    people = {}
    for person, workers in sorted(faces_seen(problem, plan.plan).items()):
        seen = ", ".join(f"{called.get(name, name)} ({times})" for name, times in workers.most_common())
        limit = limits.get(person)
        people[person] = f"Sees {seen}" + (f"; at most {limit} different people a week." if limit else ".")
    days_explained = []
    for day in range(week.days):
        today = day_problem_of(week, plan, day)
        ids = {visit.id for visit in today.visits}
        part = Plan(
            tuple(stop for stop in plan.plan.assignments if stop.visit in ids),
            tuple(name for name in plan.plan.undone if name in ids),
        )
        days_explained.append(explain(today, part, names=called))
    return WeekExplanations(patterns, people, tuple(days_explained))


def _why_days(pattern: Pattern, open_to: list[tuple[int, ...]]) -> str:
    if len(open_to) == 1:
        return ", the only days it may fall on"
    if pattern.days_apart > 1:
        return f", as its days must be {pattern.days_apart} apart"
    return ""


def _listed(days: tuple[int, ...]) -> str:
    names = [NAMES[day] if day < 7 else f"day {day}" for day in sorted(days)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
