"""Building a rota: whole where it is small; otherwise filled shift by shift, then made better part by part.

The parts are of two sorts: many quick ones, emptied and filled again (`filling.py`), then some that CP-SAT solves
(`part.py`). Both know how much work they did, not how long it took, so that one seed gives one rota on every machine.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from rota_builder.building.filling import Filling
from rota_builder.building.layout import OFF, PAST, SCALE, Layout, lay_out
from rota_builder.building.part import Cell, Part
from rota_builder.building.sharing import share
from rota_builder.problem import Problem
from rota_builder.rota import Assigned, Rota

# Cells (a worker on a day) that one model takes on; measured: above it, CP-SAT on one thread finds less in the same
# time.
CELLS_AT_ONCE = 700
# Of the effort, what goes to the first rota, filled or by one model; the rest makes it better, in parts of about so
# many cells.
SHARE_FIRST, SHARE_WHOLE = 0.4, 0.2
CELLS_OF_A_PART = 112
CELLS_TO_FILL = 160
# Shifts tried in one deterministic second; measured to take about as long as CP-SAT does for one.
TRIES_A_SECOND = 20_000
# A rota this near its bound, in points, is the best: the solver counts in whole sixtieths
PROVEN = 1e-6
LEAST_EFFORT, START_EFFORT, MOST_EFFORT = 0.05, 0.15, 2.0
# Parts in a row that changed nothing before the search looks longer at each
PATIENCE = 12


class BuildError(ValueError):
    """No rota can keep every limit; the message says what to look at."""


def build_rota(
    problem: Problem,
    *,
    effort: float,
    seed: int = 0,
    judge: Callable[[Rota], float],
    tell: Callable[[float, int], None] | None = None,
) -> Rota:
    """A rota that keeps every limit. `effort`: deterministic seconds; with one seed the same rota on every machine.

    `judge` gives the points of a rota: a model knows only those that its free cells change. `tell` is called after
    every part with the effort used and how many parts were done.

    Raises:
        BuildError: the limits of the workers contradict each other.
    """
    layout = lay_out(problem)
    board = [list(row) for row in layout.base]
    cells = [(w, d) for w, row in enumerate(layout.may) for d, kinds in enumerate(row) if kinds]
    search = _Search(layout, board, seed, effort, tell)
    bound = None
    if len(cells) <= CELLS_AT_ONCE:
        above = search.all_at_once(cells)
        bound = judge(search.rota(None)) - above
        if above > PROVEN:
            search.better(cells)
    else:
        search.first(cells)
        search.better(cells)
    rota = search.rota(bound)
    return replace(rota, points=judge(rota))


class _Search:
    def __init__(
        self,
        layout: Layout,
        board: list[list[int]],
        seed: int,
        effort: float,
        tell: Callable[[float, int], None] | None,
    ) -> None:
        self.layout, self.board, self.seed, self.effort, self.tell = layout, board, seed, effort, tell
        self.random = random.Random(seed)
        self.used, self.parts = 0.0, 0
        self._filled: Filling | None = None  # while it fills: it knows what each atom lacks

    def _solve(self, free: list[Cell], effort: float) -> tuple[bool, bool, float]:
        """Improve the free cells. Gives whether a rota was found, whether it changed, and its distance to the bound."""
        part = Part(self.layout, self.board, free)
        if not part.x:
            return True, False, 0.0
        answer, solver, is_impossible = part.solve(effort, self.seed + self.parts)
        # rounded: the last digits of a sum are not the same in every run
        self.used += max(round(solver.deterministic_time, 6), LEAST_EFFORT / 10)
        self.parts += 1
        if self.tell:
            self.tell(self.used, self.parts)
        if answer is None:
            if is_impossible:
                raise BuildError(
                    "No rota keeps every limit: look at the fewest minutes and fewest days in a row of the workers,"
                    " beside their absences and fixed shifts."
                )
            return False, False, 0.0
        changed = False
        for (w, d), kind in answer.items():
            changed |= self.board[w][d + PAST] != kind
            self.board[w][d + PAST] = kind
        return True, changed, (solver.objective_value - solver.best_objective_bound) / SCALE

    def rota(self, bound: float | None) -> Rota:
        """The board as a rota."""
        problem = self.layout.problem
        shifts = sorted(
            Assigned(d, worker.id, problem.kinds[self.board[w][d + PAST]].id)
            for w, worker in enumerate(problem.workers)
            for d in range(problem.days)
            if self.board[w][d + PAST] != OFF
        )
        return Rota(tuple(shifts), 0.0, bound, self.used, self.seed)

    def all_at_once(self, cells: list[Cell]) -> float:
        """Gives how many points above the proven bound the rota is at most."""
        found, _, above = self._solve(cells, SHARE_WHOLE * self.effort)
        if not found:
            raise BuildError("No rota was found with this effort. Give it more.")
        return above

    def first(self, cells: list[Cell]) -> None:
        """Fill it shift by shift and again in parts; where some may not work less than so much, a group at a time."""
        limits = [worker.limits for worker in self.layout.problem.workers]
        if any(one.least_minutes or one.fewest_days_in_a_row > 1 or one.fewest_days_off_in_a_row > 1 for one in limits):
            groups = list(self._groups(cells))
            for group in groups:
                self._solve(group, max(LEAST_EFFORT, SHARE_FIRST * self.effort / len(groups)))
            return
        filling = Filling(self.layout, self.board, self.seed)
        filling.fill(cells)
        self._filled = filling
        by_worker = _by_worker(cells)
        while filling.tries < SHARE_FIRST * self.effort * TRIES_A_SECOND:
            near_short = self.random.random() < 0.7
            free = (
                self._where_short(by_worker, CELLS_TO_FILL) if near_short else self._anywhere(by_worker, CELLS_TO_FILL)
            )
            filling.again(free)
            filling.tries += len(free)
            self.parts += 1
            if self.tell:
                self.tell(filling.tries / TRIES_A_SECOND, self.parts)
        self.used += filling.tries / TRIES_A_SECOND
        self._filled = None

    def _groups(self, cells: list[Cell]) -> Iterator[list[Cell]]:
        by_worker: dict[int, list[Cell]] = defaultdict(list)
        for w, d in cells:
            by_worker[w].append((w, d))
        workers = self.layout.problem.workers
        order = sorted(
            by_worker, key=lambda w: (len(workers[w].skills), sorted(workers[w].skills), workers[w].employer, w)
        )
        number = -(-len(cells) // CELLS_AT_ONCE)
        size = -(-len(order) // number)
        for first in range(0, len(order), size):
            yield list(chain.from_iterable(by_worker[w] for w in order[first : first + size]))

    def better(self, cells: list[Cell]) -> None:
        by_worker = _by_worker(cells)
        effort, idle = START_EFFORT, 0
        while self.used < self.effort:
            free = (
                self._where_short(by_worker, CELLS_OF_A_PART)
                if self.random.random() < 0.6
                else self._anywhere(by_worker, CELLS_OF_A_PART)
            )
            _, changed, _ = self._solve(free, min(effort, max(LEAST_EFFORT, self.effort - self.used)))
            idle = 0 if changed else idle + 1
            if idle >= PATIENCE:
                effort, idle = min(MOST_EFFORT, effort * 1.5), 0

    def _anywhere(self, by_worker: dict[int, list[int]], size: int) -> list[Cell]:
        """Some workers near in skills for all days, or many for some days."""
        return self._around(self.random.choice(sorted(by_worker)), None, by_worker, size)

    def _where_short(self, by_worker: dict[int, list[int]], size: int) -> list[Cell]:
        """Around a need that is not met: those who have the skill, on days near it."""
        short = self._short()
        if not short:
            return self._anywhere(by_worker, size)
        weights = [weight for weight, _, _ in short]
        _, day, skill = self.random.choices(short, weights)[0]
        able = [w for w in sorted(by_worker) if skill in self.layout.skills[w]]
        if not able:
            return self._anywhere(by_worker, size)
        return self._around(self.random.choice(able), (day, skill), by_worker, size)

    def _around(self, w: int, need: tuple[int, str] | None, by_worker: dict[int, list[int]], size: int) -> list[Cell]:
        layout, days = self.layout, self.layout.days
        near = [other for other in sorted(by_worker) if layout.skills[other] & layout.skills[w] != {""}] or sorted(
            by_worker
        )
        if need is not None:
            near = [other for other in near if need[1] in layout.skills[other]] or near
        length = self.random.choice((days, 14, 7, 4))
        middle = need[0] if need else self.random.randrange(days)
        first = min(max(0, middle - length // 2), max(0, days - length))
        span = range(first, min(days, first + length))
        self.random.shuffle(near)
        cells: list[Cell] = []
        for other in near:
            theirs = [(other, d) for d in by_worker[other] if d in span]
            if cells and len(cells) + len(theirs) > size:
                break
            cells += theirs
        return cells

    def _short(self) -> list[tuple[int, int, str]]:
        """(weight, day, skill) of every atom with something missing."""
        layout, weights = self.layout, self.layout.problem.weights
        if self._filled is not None:
            return [
                (lack, layout.atoms[a].day, self.random.choice(sorted(layout.atoms[a].needs)))
                for a, lack in enumerate(self._filled.lack)
                if lack
            ]
        here: list[dict[frozenset[str], int]] = [defaultdict(int) for _ in layout.atoms]
        for w, row in enumerate(self.board):
            for d in range(-2, layout.days):
                if (k := row[d + PAST]) != OFF:
                    for a in layout.covers.get((d, k), ()):
                        here[a][layout.group(w, a)] += 1
        short = []
        for atom, groups in zip(layout.atoms, here, strict=True):
            have: dict[str, int] = defaultdict(int)
            for (_, skill), number in share(atom.needs, groups).items():
                have[skill] += number
            for skill, (least, wanted) in atom.needs.items():
                missing, below = max(0, wanted - have[skill]), max(0, least - have[skill])
                weight = weights.wanted_hour * missing + (weights.least_hour - weights.wanted_hour) * below
                if weight:
                    short.append((weight * atom.minutes, atom.day, skill))
        return short


def _by_worker(cells: list[Cell]) -> dict[int, list[int]]:
    by_worker: dict[int, list[int]] = defaultdict(list)
    for w, d in cells:
        by_worker[w].append(d)
    return by_worker
