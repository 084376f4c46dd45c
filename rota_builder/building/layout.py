"""A problem laid out for the builder: who may work what when, which needs each shift helps with, who is fixed where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rota_builder.problem import DAY, Problem, contract_target

# The builder reckons in sixtieths of a point, so that a minute of anything is a whole number.
SCALE = 60
# Days before the rota that still matter: the longest run of days anybody may work, and the rest of the week begun.
PAST = 14
OFF = -1


@dataclass(frozen=True, slots=True)
class Atom:
    """Minutes of a day in which neither what is needed nor which shifts cover it change. `needs`: {skill: (least,
    wanted)}.
    """

    day: int
    minutes: int
    needs: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Layout:
    """A problem by position: worker w, day d, kind k.

    `may[w][d]`: the kinds that may be given. `base[w][d + PAST]`: the fixed kind, or OFF. `covers[(d, k)]`: the atoms
    that somebody on kind k of day d is there for. `apart[w]`: {(kind, kind later, days between)} that may not both be
    worked.
    """

    problem: Problem
    may: list[list[tuple[int, ...]]]
    base: list[list[int]]
    atoms: list[Atom]
    covers: dict[tuple[int, int], list[int]]
    skills: list[frozenset[str]]
    apart: list[frozenset[tuple[int, int, int]]]
    minutes: list[int]
    is_night: list[bool]
    target: list[int | None]
    kind_needs: dict[tuple[int, int], list[tuple[int, int, int, int]]]
    wishes: dict[int, list[tuple[int, int | None, bool, int]]]

    def group(self, w: int, a: int) -> frozenset[str]:
        """Which of an atom's needs a worker could meet: those alike in it are one group."""
        return _group(self.skills[w], tuple(self.atoms[a].needs))

    @property
    def days(self) -> int:
        return self.problem.days


@lru_cache(maxsize=4096)
def _group(skills: frozenset[str], needs: tuple[str, ...]) -> frozenset[str]:
    return skills.intersection(needs)


def lay_out(problem: Problem) -> Layout:
    position = {kind.id: k for k, kind in enumerate(problem.kinds)}
    where = {worker.id: w for w, worker in enumerate(problem.workers)}
    base = [[OFF] * (PAST + problem.days) for _ in problem.workers]
    for one in problem.fixed:
        if -PAST <= one.day < problem.days:
            base[where[one.worker]][one.day + PAST] = position[one.kind]
    away = {(where[one.worker], one.day) for one in problem.absences}
    counted = defaultdict(set)
    for absence in problem.absences:
        if absence.counts and 0 <= absence.day < problem.days:
            counted[absence.worker].add(absence.day)
    may = [
        [
            () if (w, day) in away or base[w][day + PAST] != OFF else kinds
            for day in range(problem.days)
        ]
        for w, worker in enumerate(problem.workers)
        for kinds in [_kinds_of(problem, w)]
    ]  # fmt: skip
    atoms, covers = _atoms(problem)
    kind_needs: dict[tuple[int, int], list[tuple[int, int, int, int]]] = defaultdict(list)
    for demand in problem.demands:
        if demand.kind is not None:
            price = problem.weights.least_hour if demand.cost_least is None else demand.cost_least
            row = (demand.least, demand.wanted, price, demand.cost_over or 0)
            kind_needs[demand.day, position[demand.kind]].append(row)
    wishes: dict[int, list[tuple[int, int | None, bool, int]]] = defaultdict(list)
    for wish in problem.wishes:
        if 0 <= wish.day < problem.days:
            kind = None if wish.kind is None else position[wish.kind]
            price = problem.weights.wish * wish.weight * SCALE
            wishes[where[wish.worker]].append((wish.day, kind, wish.is_wanted, price))
    return Layout(
        problem=problem,
        may=may,
        base=base,
        atoms=atoms,
        covers=covers,
        skills=[worker.skills | {""} for worker in problem.workers],
        apart=[_apart(problem, worker.limits.least_rest, worker.limits.least_day_off) for worker in problem.workers],
        minutes=[kind.minutes for kind in problem.kinds],
        is_night=[kind.is_night for kind in problem.kinds],
        target=[contract_target(problem, worker, len(counted[worker.id])) for worker in problem.workers],
        kind_needs=dict(kind_needs),
        wishes=dict(wishes),
    )


def _kinds_of(problem: Problem, w: int) -> tuple[int, ...]:
    worker = problem.workers[w]
    longest = worker.limits.longest_shift
    return tuple(
        k
        for k, kind in enumerate(problem.kinds)
        if kind.is_open
        and (worker.kinds is None or kind.id in worker.kinds)
        and (longest is None or kind.minutes <= longest)
    )


@lru_cache(maxsize=64)
def _apart(problem: Problem, least_rest: int | None, least_day_off: int | None) -> frozenset[tuple[int, int, int]]:
    # nobody whose next shift but one begins so soon could work between the two, so a day off is all there can be
    rest = {1: least_rest or 0, 2: max(least_rest or 0, least_day_off or 0)}
    return frozenset(
        (k, later, gap)
        for gap in (1, 2)
        for k, kind in enumerate(problem.kinds)
        for later, after in enumerate(problem.kinds)
        if (gap == 1 and after.id in kind.not_before) or gap * DAY + after.starts - kind.ends < rest[gap]
    )


def _atoms(problem: Problem) -> tuple[list[Atom], dict[tuple[int, int], list[int]]]:
    """Cut each day where a need or a shift begins or ends; parts that are alike in both are one atom."""
    needs: dict[int, list[tuple[int, int, str, int, int]]] = defaultdict(list)
    for demand in problem.demands:
        if demand.kind is None and demand.wanted:
            row = (demand.starts, demand.ends, demand.skill or "", demand.least, demand.wanted)
            for over in range(3):  # a need that runs into the next day is cut there
                if demand.starts < (over + 1) * DAY and demand.ends > over * DAY:
                    needs[demand.day + over].append((row[0] - over * DAY, row[1] - over * DAY, *row[2:]))
    stretches = [
        (starts - over * DAY, ends - over * DAY, over, k)
        for k, kind in enumerate(problem.kinds)
        for starts, ends in kind.stretches
        for over in range(3)
        if starts < (over + 1) * DAY and ends > over * DAY
    ]
    atoms: list[Atom] = []
    covers: dict[tuple[int, int], list[int]] = defaultdict(list)
    for day in sorted(needs):
        rows = needs[day]
        spans = [*((starts, ends) for starts, ends, *_ in rows), *((starts, ends) for starts, ends, *_ in stretches)]
        edges = {0, DAY} | {edge for span in spans for edge in span if 0 < edge < DAY}
        alike: dict[tuple, int] = {}
        for begins, until in pairwise(sorted(edges)):
            wanted: dict[str, tuple[int, int]] = {}
            for starts, ends, skill, least, most in rows:
                if starts <= begins and ends >= until:
                    had = wanted.get(skill, (0, 0))
                    wanted[skill] = (had[0] + least, had[1] + most)
            if not wanted:
                continue
            here = frozenset(
                (day - over, k) for starts, ends, over, k in stretches if starts <= begins and ends >= until
            )
            key = (tuple(sorted(wanted.items())), here)
            if key in alike:
                old = atoms[alike[key]]
                atoms[alike[key]] = Atom(day, old.minutes + until - begins, old.needs)
                continue
            alike[key] = len(atoms)
            for cell in here:
                covers[cell].append(len(atoms))
            atoms.append(Atom(day, until - begins, wanted))
    return atoms, dict(covers)
