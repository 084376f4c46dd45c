"""Judging a rota by the problem alone: what it breaks, what is missing, what it costs.

Shares no code with the builder. One function a rule; each takes a worker's shifts and returns the faults it finds. What
fixed shifts break between themselves is not the rota's fault: `check` leaves it out, `given_faults` lists it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rota_builder.problem import Demand, Problem, ShiftKind, Worker, contract_target
from rota_builder.rota import Assigned, Fault, Rota, Score, Shortage

MINUTES = 1440


@dataclass(frozen=True)
class Case:
    """A problem, indexed for the rules."""

    problem: Problem
    workers: Mapping[str, Worker]
    kinds: Mapping[str, ShiftKind]
    absent: Mapping[tuple[str, int], str]
    fixed: Mapping[str, Mapping[int, str]]


def case_of(problem: Problem) -> Case:
    fixed: dict[str, dict[int, str]] = defaultdict(dict)
    for one in problem.fixed:
        fixed[one.worker][one.day] = one.kind
    return Case(
        problem,
        {worker.id: worker for worker in problem.workers},
        {kind.id: kind for kind in problem.kinds},
        {(one.worker, one.day): one.why for one in problem.absences},
        dict(fixed),
    )


def check(problem: Problem, rota: Rota) -> list[Fault]:
    """Every rule the rota breaks beyond what the fixed shifts break by themselves; empty when it can be worked."""
    given = {(fault.rule, fault.worker, fault.day) for fault in given_faults(problem)}
    case = case_of(problem)
    faults = list(unknown_names(case, rota)) + list(one_shift_a_day(case, rota))
    for worker_id, theirs in _by_worker(case, rota.shifts).items():
        faults += faults_of(case, case.workers[worker_id], theirs)
    return [fault for fault in faults if (fault.rule, fault.worker, fault.day) not in given]


def given_faults(problem: Problem) -> list[Fault]:
    """What the fixed shifts break between themselves."""
    case = case_of(problem)
    return [
        fault
        for worker_id, theirs in case.fixed.items()
        for fault in faults_of(case, case.workers[worker_id], theirs)
        if fault.rule not in ("least_minutes", "fewest_days_in_a_row", "fewest_days_off_in_a_row")
    ]


def faults_of(case: Case, worker: Worker, theirs: Mapping[int, str]) -> list[Fault]:
    """Every rule that one worker's shifts break: ``theirs`` is {day: kind id}, with what came before the rota."""
    return [fault for rule in RULES for fault in rule(case, worker, theirs)]


def _by_worker(case: Case, shifts: Iterable[Assigned]) -> dict[str, dict[int, str]]:
    theirs: dict[str, dict[int, str]] = {
        worker_id: {day: kind for day, kind in case.fixed.get(worker_id, {}).items() if day < 0}
        for worker_id in case.workers
    }
    for one in shifts:
        if one.worker in theirs and one.kind in case.kinds:
            theirs[one.worker][one.day] = one.kind
    return theirs


def _runs(days: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and last day of each unbroken run."""
    order = sorted(days)
    first = None
    for position, day in enumerate(order):
        first = day if first is None else first
        if position + 1 == len(order) or order[position + 1] != day + 1:
            yield first, day
            first = None


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g} hours"


# Rules ----------------------------------------------------------------------------------------------------------------


def unknown_names(case: Case, rota: Rota) -> Iterator[Fault]:
    for one in rota.shifts:
        if one.worker not in case.workers:
            yield Fault("unknown_names", one.worker, one.day, f"there is no worker {one.worker}")
        elif one.kind not in case.kinds:
            yield Fault("unknown_names", one.worker, one.day, f"there is no shift kind {one.kind}")
        elif not 0 <= one.day < case.problem.days:
            yield Fault("unknown_names", one.worker, one.day, f"day {one.day} is not in this rota")


def one_shift_a_day(case: Case, rota: Rota) -> Iterator[Fault]:
    for (worker, day), times in Counter((one.worker, one.day) for one in rota.shifts).items():
        if times > 1:
            yield Fault("one_shift_a_day", worker, day, f"{worker} has {times} shifts on one day")


def fixed_kept(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    for day, kind in case.fixed.get(worker.id, {}).items():
        if theirs.get(day) != kind:
            yield Fault("fixed_kept", worker.id, day, f"{worker.id} was to work {kind}")


def kinds_allowed(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    for day, kind in theirs.items():
        if case.fixed.get(worker.id, {}).get(day) == kind:
            continue
        if not case.kinds[kind].is_open or (worker.kinds is not None and kind not in worker.kinds):
            yield Fault("kinds_allowed", worker.id, day, f"{worker.id} does not work {kind}")


def absences_kept(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    for day in theirs:
        if (worker.id, day) in case.absent:
            yield Fault("absences_kept", worker.id, day, f"{worker.id} is away: {case.absent[worker.id, day]}")


def longest_shift(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    most = worker.limits.longest_shift
    if most is None:
        return
    for day, kind in theirs.items():
        if case.kinds[kind].minutes > most:
            yield Fault("longest_shift", worker.id, day, f"{_hours(case.kinds[kind].minutes)}, at most {_hours(most)}")


def least_rest(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    least = worker.limits.least_rest
    if least is None:
        return
    for before, after in pairwise(sorted(theirs)):
        rest = (after - before) * MINUTES + case.kinds[theirs[after]].starts - case.kinds[theirs[before]].ends
        if rest < least:
            yield Fault("least_rest", worker.id, after, f"{_hours(rest)} of rest, at least {_hours(least)}")


def least_day_off(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    least = worker.limits.least_day_off
    if least is None:
        return
    for before, after in pairwise(sorted(theirs)):
        rest = (after - before) * MINUTES + case.kinds[theirs[after]].starts - case.kinds[theirs[before]].ends
        if after - before == 2 and rest < least:
            text = f"{_hours(rest)} of rest over a day off, at least {_hours(least)}"
            yield Fault("least_day_off", worker.id, after, text)


def succession(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    for day, kind in theirs.items():
        if theirs.get(day + 1) in case.kinds[kind].not_before:
            yield Fault("succession", worker.id, day + 1, f"{theirs[day + 1]} may not follow {kind}")


def most_days_in_a_row(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    most = worker.limits.most_days_in_a_row
    if most is None:
        return
    for first, last in _runs(theirs):
        if last - first + 1 > most:
            yield Fault(
                "most_days_in_a_row", worker.id, first + most, f"{last - first + 1} days in a row, at most {most}"
            )


def most_nights_in_a_row(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    most = worker.limits.most_nights_in_a_row
    if most is None:
        return
    nights = [day for day, kind in theirs.items() if case.kinds[kind].is_night]
    for first, last in _runs(nights):
        if last - first + 1 > most:
            text = f"{last - first + 1} nights in a row, at most {most}"
            yield Fault("most_nights_in_a_row", worker.id, first + most, text)


def most_days_in_two_weeks(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    most = worker.limits.most_days_in_two_weeks
    if most is None:
        return
    for last in sorted(theirs):
        days = sum(1 for day in theirs if last - 13 <= day <= last)
        if days > most:
            yield Fault("most_days_in_two_weeks", worker.id, last, f"{days} days of fourteen, at most {most}")


def most_weekly_minutes(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    most = worker.limits.most_weekly_minutes
    if most is None:
        return
    weeks: Counter[int] = Counter()
    for day, kind in theirs.items():
        weeks[case.problem.week_of(day)] += case.kinds[kind].minutes
    for week, minutes in weeks.items():
        if minutes > most:
            monday = week * 7 - case.problem.first_day.weekday()
            text = f"{_hours(minutes)} in a week, at most {_hours(most)}"
            yield Fault("most_weekly_minutes", worker.id, monday, text)


def most_weekends(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    most = worker.limits.most_weekends
    weekends = {case.problem.week_of(day) for day in theirs if day >= 0 and case.problem.is_weekend(day)}
    if most is not None and len(weekends) > most:
        yield Fault("most_weekends", worker.id, 0, f"{len(weekends)} weekends, at most {most}")


def most_minutes(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    most, worked = worker.limits.most_minutes, _minutes(case, theirs)
    if most is not None and worked > most:
        yield Fault("most_minutes", worker.id, 0, f"{_hours(worked)} altogether, at most {_hours(most)}")


def least_minutes(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    least, worked = worker.limits.least_minutes, _minutes(case, theirs)
    if least is not None and worked < least:
        yield Fault("least_minutes", worker.id, 0, f"{_hours(worked)} altogether, at least {_hours(least)}")


def most_of_kind(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    worked = Counter(kind for day, kind in theirs.items() if day >= 0)
    for kind, most in worker.limits.most_of_kind:
        if worked[kind] > most:
            yield Fault("most_of_kind", worker.id, 0, f"{worked[kind]} times {kind}, at most {most}")


def fewest_days_in_a_row(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    fewest, last_day = worker.limits.fewest_days_in_a_row, case.problem.days - 1
    for first, last in _runs(day for day in theirs if day >= 0):
        if last - first + 1 < fewest and first > 0 and last < last_day:
            text = f"{last - first + 1} days in a row, at least {fewest}"
            yield Fault("fewest_days_in_a_row", worker.id, first, text)


def fewest_days_off_in_a_row(case: Case, worker: Worker, theirs: Mapping[int, str]) -> Iterator[Fault]:
    fewest, last_day = worker.limits.fewest_days_off_in_a_row, case.problem.days - 1
    for first, last in _runs(day for day in range(case.problem.days) if day not in theirs):
        if last - first + 1 < fewest and first > 0 and last < last_day:
            text = f"{last - first + 1} days off in a row, at least {fewest}"
            yield Fault("fewest_days_off_in_a_row", worker.id, first, text)


RULES = (
    fixed_kept,
    kinds_allowed,
    absences_kept,
    longest_shift,
    least_rest,
    least_day_off,
    succession,
    most_days_in_a_row,
    most_nights_in_a_row,
    most_days_in_two_weeks,
    most_weekly_minutes,
    most_weekends,
    most_minutes,
    least_minutes,
    most_of_kind,
    fewest_days_in_a_row,
    fewest_days_off_in_a_row,
)


def _minutes(case: Case, theirs: Mapping[int, str]) -> int:
    return sum(case.kinds[kind].minutes for day, kind in theirs.items() if day >= 0)


# What is missing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Moment:
    """A stretch of time in which neither the needs nor who is there change. Minutes from the rota's first midnight."""

    starts: int
    ends: int
    needs: tuple[Demand, ...]
    here: tuple[frozenset[str], ...]


def shortages(problem: Problem, rota: Rota) -> list[Shortage]:
    """Every need that is not met, joined over time where alike, by day and time.

    Somebody counts for one need at a moment; who counts for which is chosen so that what is missed costs least.
    """
    found: list[Shortage] = []
    for demand in _by_kind(problem):
        missing = demand.wanted - _on_kind(rota, demand)
        if missing > 0:
            below = max(0, demand.least - _on_kind(rota, demand))
            found.append(Shortage(demand.day, demand.starts, demand.ends, demand.skill, missing, below, demand.kind))
    open_ones: dict[str, Shortage] = {}
    for moment in _moments(problem, rota):
        unmet = _unmet(problem, moment)
        for skill, (missing, below) in sorted(unmet.items()):
            day = moment.starts // MINUTES
            starts, ends = moment.starts - day * MINUTES, moment.ends - day * MINUTES
            before = open_ones.get(skill)
            meets = before and before.day * MINUTES + before.ends == moment.starts and before.ends < MINUTES
            if before and meets and (before.missing, before.below_least) == (missing, below):
                open_ones[skill] = Shortage(
                    before.day, before.starts, before.ends + ends - starts, before.skill, missing, below
                )
                found[found.index(before)] = open_ones[skill]
            else:
                open_ones[skill] = Shortage(day, starts, ends, skill or None, missing, below)
                found.append(open_ones[skill])
    return sorted(found, key=lambda one: (one.day, one.starts, one.skill or "", one.kind or ""))


def _by_kind(problem: Problem) -> list[Demand]:
    return [demand for demand in problem.demands if demand.kind is not None]


def _on_kind(rota: Rota, demand: Demand) -> int:
    return sum(1 for one in rota.shifts if one.day == demand.day and one.kind == demand.kind)


def _moments(problem: Problem, rota: Rota) -> Iterator[_Moment]:
    case = case_of(problem)
    needs = [
        (demand.day * MINUTES + demand.starts, demand.day * MINUTES + demand.ends, demand)
        for demand in problem.demands
        if demand.kind is None and demand.wanted
    ]
    before = [Assigned(one.day, one.worker, one.kind) for one in problem.fixed if one.day == -1]
    there = [
        (one.day * MINUTES + starts, one.day * MINUTES + ends, case.workers[one.worker].skills)
        for one in (*before, *rota.shifts)
        for starts, ends in case.kinds[one.kind].stretches
    ]
    last = max((ends for _, ends, _ in needs), default=0)
    by_day_needs, by_day_there = _by_day(needs), _by_day(there)
    for day in range(last // MINUTES + 1):
        day_needs, day_there = by_day_needs.get(day, []), by_day_there.get(day, [])
        edges = {day * MINUTES, (day + 1) * MINUTES}
        edges |= {edge for row in (*day_needs, *day_there) for edge in row[:2] if day <= edge / MINUTES <= day + 1}
        for begins, until in pairwise(sorted(edges)):
            now = tuple(row[2] for row in day_needs if row[0] <= begins and row[1] >= until)
            if now:
                here = tuple(row[2] for row in day_there if row[0] <= begins and row[1] >= until)
                yield _Moment(begins, until, now, here)


def _by_day(rows: Sequence[tuple]) -> dict[int, list[tuple]]:
    days: dict[int, list[tuple]] = defaultdict(list)
    for row in rows:
        for day in range(row[0] // MINUTES, (row[1] - 1) // MINUTES + 1):
            days[day].append(row)
    return days


def _unmet(problem: Problem, moment: _Moment) -> dict[str, tuple[int, int]]:
    """{skill: (missing, of those below the least)}: needs are given workers dearest first, moving others where that
    helps.

    Which needs can be met together is a matroid, so taking the dearest first and never giving one up costs least.
    """
    wanted: list[tuple[float, str, bool]] = []
    for demand in moment.needs:
        skill = demand.skill or ""
        wanted += [(-problem.weights.least_hour, skill, True)] * demand.least
        wanted += [(-problem.weights.wanted_hour, skill, False)] * (demand.wanted - demand.least)
    wanted.sort()
    by_skill: dict[str, list[int]] = {
        skill: [i for i, skills in enumerate(moment.here) if not skill or skill in skills] for _, skill, _ in wanted
    }
    serves: dict[int, int] = {}

    def place(need: int, tried: set[int]) -> bool:
        for worker in by_skill[wanted[need][1]]:
            if worker in tried:
                continue
            tried.add(worker)
            if worker not in serves or place(serves[worker], tried):
                serves[worker] = need
                return True
        return False

    unmet: dict[str, tuple[int, int]] = {}
    for need, (_, skill, is_least) in enumerate(wanted):
        if not place(need, set()):
            missing, below = unmet.get(skill, (0, 0))
            unmet[skill] = (missing + 1, below + is_least)
    return unmet


# What it costs --------------------------------------------------------------------------------------------------------


def score(problem: Problem, rota: Rota) -> Score:
    """Points of a rota, part by part, from the problem alone."""
    case, weights = case_of(problem), problem.weights
    theirs = _by_worker(case, rota.shifts)
    least = wanted = over = contract = wishes = fairness = pence = 0.0
    for demand in _by_kind(problem):
        on = _on_kind(rota, demand)
        price = weights.least_hour if demand.cost_least is None else demand.cost_least
        least += price * max(0, demand.least - on)
        wanted += weights.wanted_hour * max(0, demand.wanted - max(on, demand.least))
        over += (demand.cost_over or 0) * max(0, on - demand.wanted)
    for moment in _moments(problem, rota):
        hours = (moment.ends - moment.starts) / 60
        for missing, below in _unmet(problem, moment).values():
            least += weights.least_hour * below * hours
            wanted += weights.wanted_hour * (missing - below) * hours
    away = Counter(one.worker for one in problem.absences if one.counts and 0 <= one.day < problem.days)
    for worker in problem.workers:
        worked = _minutes(case, theirs[worker.id])
        target = contract_target(problem, worker, away[worker.id])
        if target is None:
            pence += worked / 60 * worker.hourly_pence
        else:
            contract += weights.under_contract_hour * max(0, target - worked) / 60
            contract += weights.over_contract_hour * max(0, worked - target) / 60
            pence += max(0, worked - target) / 60 * worker.hourly_pence * (100 + worker.overtime_percent) / 100
        days = [day for day in theirs[worker.id] if day >= 0]
        weekends = len({problem.week_of(day) for day in days if problem.is_weekend(day)})
        nights = sum(1 for day in days if case.kinds[theirs[worker.id][day]].is_night)
        fairness += weights.weekend * weekends * (weekends - 1) / 2 + weights.night * nights * (nights - 1) / 2
    for wish in problem.wishes:
        kind = theirs[wish.worker].get(wish.day)
        has_it = kind is not None if wish.kind is None else kind == wish.kind
        wishes += weights.wish * wish.weight * (has_it != wish.is_wanted)
    return Score(least, wanted, over, contract, wishes, fairness, weights.pound * pence / 100)
