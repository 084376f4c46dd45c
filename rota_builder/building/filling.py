"""Filling a rota shift by shift, the most worth having first; then emptying some of it and filling it again.

Fast and short-sighted: what it makes is where the search with CP-SAT starts. What a shift is worth is reckoned for each
atom by `_lack`, which shares workers of several skills out as they come; the exact sharing is the model's (`part.py`).
"""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from collections.abc import Iterable

from rota_builder.building.layout import OFF, PAST, SCALE, Layout

Cell = tuple[int, int]
# Of the shifts that could be placed next, how many are passed over, so that filling again gives something else
PASSED_OVER = 0.08
# Ways of staffing an atom whose cost is remembered
MOST_KNOWN = 300_000


class Filling:
    """A board, and what it lacks, kept up to date with every shift placed or taken off. Points in sixtieths."""

    def __init__(self, layout: Layout, board: list[list[int]], seed: int) -> None:
        self.layout, self.board = layout, board
        self.random = random.Random(seed)
        self.tries = 0
        problem = layout.problem
        self.weights = problem.weights
        self.week = [problem.week_of(d) for d in range(-PAST, layout.days)]
        self.weekend = [problem.is_weekend(d) for d in range(layout.days)]
        self.here: list[dict[frozenset[str], int]] = [defaultdict(int) for _ in layout.atoms]
        alike: dict[tuple, int] = {}
        self.needs_of = [alike.setdefault(tuple(atom.needs.items()), len(alike)) for atom in layout.atoms]
        self.known: dict[tuple, int] = {}
        self.lack = [self._lack(a) for a in range(len(layout.atoms))]
        self.on_kind: dict[tuple[int, int], int] = defaultdict(int)
        workers = range(len(problem.workers))
        self.days_mask, self.night_mask = [0 for _ in workers], [0 for _ in workers]
        self.minutes, self.nights = [0 for _ in workers], [0 for _ in workers]
        self.weekly: list[dict[int, int]] = [defaultdict(int) for _ in workers]
        self.weekends: list[dict[int, int]] = [defaultdict(int) for _ in workers]
        self.of_kind: list[dict[int, int]] = [defaultdict(int) for _ in workers]
        position = {kind.id: k for k, kind in enumerate(problem.kinds)}
        self.most_of = [{position[kind]: most for kind, most in one.limits.most_of_kind} for one in problem.workers]
        self.wishes = [self._wishes(w) for w in workers]
        for w in workers:
            for d in range(-PAST, layout.days):
                if (k := board[w][d + PAST]) != OFF:
                    self._mark(w, d, k, 1)

    def _wishes(self, w: int) -> dict[Cell, int]:
        worth: dict[Cell, int] = defaultdict(int)
        for d, kind, is_wanted, price in self.layout.wishes.get(w, ()):
            for k in range(len(self.layout.minutes)) if kind is None else (kind,):
                worth[d, k] += price if is_wanted else -price
        return worth

    # Placing and taking off -------------------------------------------------------------------------------------------

    def place(self, w: int, d: int, k: int) -> None:
        self.board[w][d + PAST] = k
        self._mark(w, d, k, 1)

    def take_off(self, w: int, d: int) -> None:
        k = self.board[w][d + PAST]
        self.board[w][d + PAST] = OFF
        self._mark(w, d, k, -1)

    def _mark(self, w: int, d: int, k: int, sign: int) -> None:
        layout, bit = self.layout, 1 << (d + PAST)
        self.days_mask[w] ^= bit
        if layout.is_night[k]:
            self.night_mask[w] ^= bit
        self.weekly[w][self.week[d + PAST]] += sign * layout.minutes[k]
        for a in layout.covers.get((d, k), ()):
            group = layout.group(w, a)
            if group:
                self.here[a][group] += sign
                self.lack[a] = self._lack(a)
        if d < 0:
            return
        self.minutes[w] += sign * layout.minutes[k]
        self.nights[w] += sign * layout.is_night[k]
        self.of_kind[w][k] += sign
        self.on_kind[d, k] += sign
        if self.weekend[d]:
            self.weekends[w][self.week[d + PAST]] += sign

    def _lack(self, a: int, also: frozenset[str] | None = None) -> int:
        """What it costs that some are missing in an atom; with somebody of a group more, where one is given."""
        here = self.here[a]
        key = (self.needs_of[a], also, tuple(here.items()))
        points = self.known.get(key)
        if points is None:
            if len(self.known) > MOST_KNOWN:
                self.known.clear()
            points = self.known[key] = self._points_lacking(a, also)
        return points * self.layout.atoms[a].minutes

    def _points_lacking(self, a: int, also: frozenset[str] | None) -> int:
        atom, here = self.layout.atoms[a], self.here[a]
        have = dict.fromkeys(atom.needs, 0)
        several: list[tuple[frozenset[str], int]] = []
        for group, number in here.items():
            number += group == also
            if number and len(group) == 1:
                have[next(iter(group))] += number
            elif number:
                several.append((group, number))
        if also is not None and also not in here:
            if len(also) == 1:
                have[next(iter(also))] += 1
            else:
                several.append((also, 1))
        if several:
            several.sort(key=lambda pair: (len(pair[0]), sorted(pair[0])))
            for group, number in several:
                skills = sorted(group)
                for _ in range(number):
                    best = max(skills, key=lambda skill: self._worth(atom.needs[skill], have[skill]))
                    have[best] += 1
        points = 0
        for skill, (least, wanted) in atom.needs.items():
            had = have[skill]
            if had < wanted:
                points += (wanted - had) * self.weights.wanted_hour
                if had < least:
                    points += (least - had) * (self.weights.least_hour - self.weights.wanted_hour)
        return points

    def _worth(self, need: tuple[int, int], had: int) -> tuple[int, int]:
        return (2 if had < need[0] else 1 if had < need[1] else 0, need[1] - had)

    # What a shift is worth --------------------------------------------------------------------------------------------

    def gain(self, w: int, d: int, k: int) -> float:
        """What the rota gets better by, in sixtieths of a point, if the shift is placed."""
        layout, worker, weights = self.layout, self.layout.problem.workers[w], self.weights
        self.tries += 1
        points = float(self.wishes[w].get((d, k), 0))
        for a in layout.covers.get((d, k), ()):
            group = layout.group(w, a)
            if group and self.lack[a]:
                points += self.lack[a] - self._lack(a, group)
        for least, wanted, price, price_over in layout.kind_needs.get((d, k), ()):
            on = self.on_kind[d, k]
            points += SCALE * (price if on < least else weights.wanted_hour if on < wanted else -price_over)
        minutes, target = layout.minutes[k], layout.target[w]
        if target is None:
            points -= weights.pound * worker.hourly_pence * minutes / 100
        else:
            below = min(minutes, max(0, target - self.minutes[w]))
            points += weights.under_contract_hour * below
            rate = weights.pound * worker.hourly_pence * (100 + worker.overtime_percent) / 10_000
            points -= (weights.over_contract_hour + rate) * (minutes - below)
        if layout.is_night[k]:
            points -= weights.night * SCALE * self.nights[w]
        if self.weekend[d] and not self.weekends[w][self.week[d + PAST]]:
            points -= weights.weekend * SCALE * sum(1 for number in self.weekends[w].values() if number)
        return points

    def is_possible(self, w: int, d: int, k: int) -> bool:
        """Whether a worker's limits let them work a kind on a day on which they are off."""
        layout, limits, row = self.layout, self.layout.problem.workers[w].limits, self.board[w]
        if row[d + PAST] != OFF:
            return False
        apart = layout.apart[w]
        for gap in (1, 2):
            if (before := row[d + PAST - gap]) != OFF and (before, k, gap) in apart:
                return False
            if d + gap < layout.days and (after := row[d + PAST + gap]) != OFF and (k, after, gap) in apart:
                return False
        if _longer(self.days_mask[w], d + PAST, limits.most_days_in_a_row):
            return False
        if layout.is_night[k] and _longer(self.night_mask[w], d + PAST, limits.most_nights_in_a_row):
            return False
        if limits.most_days_in_two_weeks is not None:
            mask = self.days_mask[w] | 1 << (d + PAST)
            last = min(d + PAST, PAST + layout.days - 14)
            if any((mask >> i & 0x3FFF).bit_count() > limits.most_days_in_two_weeks for i in range(d + 1, last + 1)):
                return False
        minutes, week = layout.minutes[k], self.week[d + PAST]
        if limits.most_weekly_minutes is not None and self.weekly[w][week] + minutes > limits.most_weekly_minutes:
            return False
        if limits.most_minutes is not None and self.minutes[w] + minutes > limits.most_minutes:
            return False
        if k in self.most_of[w] and self.of_kind[w][k] >= self.most_of[w][k]:
            return False
        if limits.most_weekends is not None and self.weekend[d] and not self.weekends[w][week]:
            return sum(1 for number in self.weekends[w].values() if number) < limits.most_weekends
        return True

    # Filling ----------------------------------------------------------------------------------------------------------

    def fill(self, cells: Iterable[Cell], pass_over: float = 0.0) -> float:
        """Place what is worth having in empty cells, the best first. Gives what it gained."""
        queue = [
            (-gain, w, d, k)
            for w, d in cells
            for k in self.layout.may[w][d]
            if self.is_possible(w, d, k) and (gain := self.gain(w, d, k)) > 0
        ]
        heapq.heapify(queue)
        gained = 0.0
        while queue:
            _, w, d, k = heapq.heappop(queue)
            if not self.is_possible(w, d, k) or (pass_over and self.random.random() < pass_over):
                continue
            gain = self.gain(w, d, k)
            if gain <= 0:
                continue
            if queue and gain < -queue[0][0]:
                heapq.heappush(queue, (-gain, w, d, k))
                continue
            self.place(w, d, k)
            gained += gain
        return gained

    def again(self, cells: Iterable[Cell]) -> bool:
        """Empty some cells and fill them once more; put back what was there where that was better. Says if it
        changed.
        """
        layout = self.layout
        were = [(w, d, k) for w, d in cells if layout.may[w][d] and (k := self.board[w][d + PAST]) != OFF]
        lost = 0.0
        for w, d, _ in were:
            k = self.board[w][d + PAST]
            self.take_off(w, d)
            lost += self.gain(w, d, k)
        free = [(w, d) for w, d in cells if layout.may[w][d]]
        gained = self.fill(free, PASSED_OVER)
        if gained >= lost - 1e-6:
            return gained > lost + 1e-6
        for w, d in free:
            if self.board[w][d + PAST] != OFF:
                self.take_off(w, d)
        for w, d, k in were:
            self.place(w, d, k)
        return False


def _longer(mask: int, bit: int, most: int | None) -> bool:
    """Whether setting a bit makes a longer run of ones than the most."""
    if most is None:
        return False
    run = 1
    at = bit - 1
    while at >= 0 and mask >> at & 1:
        run, at = run + 1, at - 1
    at = bit + 1
    while mask >> at & 1:
        run, at = run + 1, at + 1
    return run > most
