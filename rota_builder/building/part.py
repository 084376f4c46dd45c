"""One part of a rota as a CP-SAT model: some cells (a worker on a day) are free, all others stay as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ortools.sat.python import cp_model

from rota_builder.building.layout import OFF, PAST, SCALE, Layout
from rota_builder.building.sharing import share

Cell = tuple[int, int]


class Part:
    """The model of the free cells of a board. `board[w][d + PAST]` is the kind worked, or OFF.

    Every helper variable is given the value it has now, so that the search starts from the rota as it is and can only
    make it better.
    """

    def __init__(self, layout: Layout, board: list[list[int]], free: Iterable[Cell]) -> None:
        self.layout, self.board = layout, board
        self.free = {cell for cell in free if layout.may[cell[0]][cell[1]]}
        self.model = cp_model.CpModel()
        self.x: dict[tuple[int, int, int], cp_model.IntVar] = {}
        self.by_cell: dict[Cell, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        self.costs: list = []
        self.constant = 0
        for w, d in sorted(self.free):
            for k in layout.may[w][d]:
                if not self._clashes(w, d, k):
                    var = self.model.new_bool_var("")
                    self.x[w, d, k] = var
                    self.by_cell[w, d].append((k, var))
                    self.model.add_hint(var, board[w][d + PAST] == k)
        for w in sorted({w for w, _ in self.free}):
            self._limits(w)
            self._contract(w)
            self._fairness(w)
            self._wishes(w)
        self._needs()
        self._needs_on_kinds()
        self.model.minimize(sum(self.costs) + self.constant)

    # Reading the board ------------------------------------------------------------------------------------------------

    def _kept(self, w: int, d: int) -> int:
        """The kind worked in a cell that is not free, or OFF."""
        return OFF if (w, d) in self.free else self.board[w][d + PAST]

    def _clashes(self, w: int, d: int, k: int) -> bool:
        apart = self.layout.apart[w]
        for gap in (1, 2):
            if d - gap >= -PAST and (before := self._kept(w, d - gap)) != OFF and (before, k, gap) in apart:
                return True
            if d + gap < self.layout.days and (after := self._kept(w, d + gap)) != OFF and (k, after, gap) in apart:
                return True
        return False

    def _works(self, w: int, d: int) -> tuple[int, list]:
        """Whether a worker works on a day: a number where it is settled, and variables where it is not."""
        if (w, d) in self.free:
            return 0, [var for _, var in self.by_cell[w, d]]
        return int(self.board[w][d + PAST] != OFF), []

    def _counter(self, least: int, most: int, now: int) -> cp_model.IntVar:
        var = self.model.new_int_var(least, most, "")
        self.model.add_hint(var, now)
        return var

    # What may not be broken -------------------------------------------------------------------------------------------

    def _limits(self, w: int) -> None:
        layout, limits = self.layout, self.layout.problem.workers[w].limits
        mine = [(d, k, var) for d in range(layout.days) for k, var in self.by_cell.get((w, d), ())]
        for d in range(layout.days):
            if len(self.by_cell.get((w, d), ())) > 1:
                self.model.add_at_most_one(var for _, var in self.by_cell[w, d])
        for d, k, var in mine:
            for gap in (1, 2):
                later = self.by_cell.get((w, d + gap), ())
                clash = [other for after, other in later if (k, after, gap) in layout.apart[w]]
                if clash:
                    self.model.add_at_most_one([var, *clash])
        if limits.most_days_in_a_row is not None:
            self._in_a_row(w, limits.most_days_in_a_row, [True] * len(layout.minutes))
        if limits.most_nights_in_a_row is not None:
            self._in_a_row(w, limits.most_nights_in_a_row, layout.is_night)
        if limits.most_days_in_two_weeks is not None:
            self._window(w, limits.most_days_in_two_weeks, 14, [True] * len(layout.minutes))
        if limits.most_weekly_minutes is not None:
            self._weekly(w, limits.most_weekly_minutes)
        kept = sum(layout.minutes[k] for d in range(layout.days) if (k := self._kept(w, d)) != OFF)
        minutes = sum(layout.minutes[k] * var for _, k, var in mine)
        if limits.most_minutes is not None and mine:
            self.model.add(minutes <= max(0, limits.most_minutes - kept))
        if limits.least_minutes is not None and mine:
            self.model.add(minutes >= limits.least_minutes - kept)
        position = {kind.id: k for k, kind in enumerate(layout.problem.kinds)}
        for kind, most in limits.most_of_kind:
            k = position[kind]
            worked = sum(self._kept(w, d) == k for d in range(layout.days))
            self.model.add(sum(var for _, other, var in mine if other == k) <= max(0, most - worked))
        self._fewest(w, limits.fewest_days_in_a_row, is_work=True)
        self._fewest(w, limits.fewest_days_off_in_a_row, is_work=False)

    def _in_a_row(self, w: int, most: int, counts: list[bool]) -> None:
        self._window(w, most, most + 1, counts)

    def _window(self, w: int, most: int, length: int, counts: list[bool]) -> None:
        """In every `length` days in a row at most so many are worked. What is fixed counts, and stays."""
        span = range(1 - min(length, PAST), self.layout.days)
        kept = {d: int((k := self._kept(w, d)) != OFF and counts[k]) for d in span}
        open_ = {d: [var for k, var in self.by_cell.get((w, d), ()) if counts[k]] for d in span}
        for first in range(span.start, self.layout.days - length + 1):
            window = range(first, first + length)
            settled, days_open = sum(kept[d] for d in window), sum(bool(open_[d]) for d in window)
            if days_open and settled + days_open > most:
                self.model.add(sum(var for d in window for var in open_[d]) <= max(0, most - settled))

    def _weekly(self, w: int, most: int) -> None:
        layout, problem = self.layout, self.layout.problem
        kept: dict[int, int] = defaultdict(int)
        open_: dict[int, list] = defaultdict(list)
        for d in range(-PAST, layout.days):
            week = problem.week_of(d)
            if (k := self._kept(w, d)) != OFF:
                kept[week] += layout.minutes[k]
            open_[week] += [layout.minutes[k] * var for k, var in self.by_cell.get((w, d), ())]
        for week, terms in open_.items():
            if terms:
                self.model.add(sum(terms) <= max(0, most - kept[week]))

    def _fewest(self, w: int, fewest: int, is_work: bool) -> None:
        """No shorter run of days worked (or off) between two others. Runs at the edges of the rota may go on beyond."""
        days = self.layout.days
        for length in range(1, fewest):
            for first in range(1, days - length):
                edges = [self._works(w, d) for d in (first - 1, first + length)]
                inner = [self._works(w, d) for d in range(first, first + length)]
                if not any(terms for _, terms in (*edges, *inner)):
                    continue
                outside = sum(n for n, _ in edges) + sum(var for _, terms in edges for var in terms)
                inside = sum(n for n, _ in inner) + sum(var for _, terms in inner for var in terms)
                if is_work:
                    self.model.add(inside - outside <= length - 1)
                else:
                    self.model.add(outside - inside <= 1)

    # What is better ---------------------------------------------------------------------------------------------------

    def _minutes_now(self, w: int) -> int:
        return sum(self.layout.minutes[k] for k in self.board[w][PAST:] if k != OFF)

    def _contract(self, w: int) -> None:
        layout, worker = self.layout, self.layout.problem.workers[w]
        weights = layout.problem.weights
        mine = [(k, var) for d in range(layout.days) for k, var in self.by_cell.get((w, d), ())]
        target = layout.target[w]
        if target is None:
            rate = weights.pound * worker.hourly_pence
            self.costs += [round(rate * layout.minutes[k] / 100) * var for k, var in mine if rate]
            return
        kept = sum(layout.minutes[k] for d in range(layout.days) if (k := self._kept(w, d)) != OFF)
        minutes = kept + sum(layout.minutes[k] * var for k, var in mine)
        most = kept + layout.days * max(layout.minutes, default=0)
        now = self._minutes_now(w)
        under = self._counter(0, target, max(0, target - now))
        over = self._counter(0, max(0, most - target), max(0, now - target))
        self.model.add(under - over == target - minutes)
        extra = round(weights.pound * worker.hourly_pence * (100 + worker.overtime_percent) / 10_000)
        self.costs += [weights.under_contract_hour * under, (weights.over_contract_hour + extra) * over]

    def _fairness(self, w: int) -> None:
        layout, problem = self.layout, self.layout.problem
        weekends: dict[int, list[int]] = defaultdict(list)
        for d in range(layout.days):
            if problem.is_weekend(d):
                weekends[problem.week_of(d)].append(d)
        settled, open_ = 0, []
        for days in weekends.values():
            terms = [var for d in days for var in self._works(w, d)[1]]
            if any(self._works(w, d)[0] for d in days):
                settled += 1
            elif terms:
                worked = self.model.new_bool_var("")
                self.model.add_hint(worked, any(self.board[w][d + PAST] != OFF for d in days))
                for var in terms:
                    self.model.add_implication(var, worked)
                open_.append((worked, any(self.board[w][d + PAST] != OFF for d in days)))
        most = problem.workers[w].limits.most_weekends
        if most is not None and open_:
            self.model.add(sum(var for var, _ in open_) <= max(0, most - settled))
        if problem.weights.weekend:
            self._shared_out([var for var, _ in open_], settled, sum(now for _, now in open_), problem.weights.weekend)
        nights = [var for d in range(layout.days) for k, var in self.by_cell.get((w, d), ()) if layout.is_night[k]]
        kept = sum(layout.is_night[k] for d in range(layout.days) if (k := self._kept(w, d)) != OFF)
        now = sum(layout.is_night[k] for d, k in enumerate(self.board[w][PAST:]) if k != OFF and (w, d) in self.free)
        if problem.weights.night:
            self._shared_out(nights, kept, now, problem.weights.night)

    def _shared_out(self, terms: list, settled: int, now: int, weight: int) -> None:
        """Costs n (n - 1) / 2 times the weight: it is cheaper for two to have two each than for one to have three."""
        if not terms or settled + len(terms) < 2:
            return
        most, worked = settled + len(terms), settled + now
        price = self._counter(0, most * (most - 1) // 2, worked * (worked - 1) // 2)
        for slope in range(max(1, settled), most):
            self.model.add(price >= slope * (settled + sum(terms)) - slope * (slope + 1) // 2)
        if settled > 1:
            self.model.add(price >= settled * (settled - 1) // 2)
        self.costs.append(weight * SCALE * price)

    def _wishes(self, w: int) -> None:
        for d, kind, is_wanted, price in self.layout.wishes.get(w, ()):
            terms = [var for k, var in self.by_cell.get((w, d), ()) if kind is None or k == kind]
            if terms and price:
                self.costs += [(-price if is_wanted else price) * var for var in terms]
                self.constant += price if is_wanted else 0

    def _needs(self) -> None:
        """What is missing by the clock, of every atom that a free cell could help with."""
        layout = self.layout
        open_: dict[int, dict[frozenset[str], list]] = defaultdict(lambda: defaultdict(list))
        for (w, d, k), var in self.x.items():
            for a in layout.covers.get((d, k), ()):
                group = layout.group(w, a)
                if group:
                    open_[a][group].append((var, self.board[w][d + PAST] == k))
        settled: dict[int, dict[frozenset[str], int]] = {a: defaultdict(int) for a in open_}
        for w, row in enumerate(self.board):
            for d in range(-2, layout.days):
                if (k := row[d + PAST]) != OFF and (w, d) not in self.free:
                    for a in layout.covers.get((d, k), ()):
                        if a in settled and (group := layout.group(w, a)):
                            settled[a][group] += 1
        for a, groups in open_.items():
            self._atom(a, groups, settled[a])

    def _atom(self, a: int, groups: dict[frozenset[str], list], settled: dict[frozenset[str], int]) -> None:
        atom, weights = self.layout.atoms[a], self.layout.problem.weights
        everybody = set(groups) | {group for group, number in settled.items() if number}
        touched = {skill for group in groups for skill in group}
        while True:  # needs are linked where somebody could meet either
            more = touched | {skill for group in everybody if group & touched for skill in group}
            if more == touched:
                break
            touched = more
        everybody = {group for group in everybody if group & touched}
        now = {g: settled.get(g, 0) + sum(is_on for _, is_on in groups.get(g, ())) for g in everybody}
        needs = {skill: atom.needs[skill] for skill in sorted(touched)}
        given = share(needs, now)
        met: dict[str, list] = defaultdict(list)
        for group in sorted(everybody, key=sorted):
            here = settled.get(group, 0) + sum(var for var, _ in groups.get(group, ()))
            if len(group) == 1:
                met[next(iter(group))].append(here)
                continue
            most = settled.get(group, 0) + len(groups.get(group, ()))
            shares = {
                skill: self._counter(0, min(most, needs[skill][1]), given.get((group, skill), 0))
                for skill in sorted(group)
            }
            self.model.add(sum(shares.values()) <= here)
            for skill, part in shares.items():
                met[skill].append(part)
        for skill, (least, wanted) in needs.items():
            have = sum(number for (_, other), number in given.items() if other == skill)
            total = sum(met[skill])
            missing = self._counter(0, wanted, max(0, wanted - have))
            self.model.add(missing >= wanted - total)
            self.costs.append(weights.wanted_hour * atom.minutes * missing)
            if least and weights.least_hour > weights.wanted_hour:
                below = self._counter(0, least, max(0, least - have))
                self.model.add(below >= least - total)
                self.costs.append((weights.least_hour - weights.wanted_hour) * atom.minutes * below)

    def _needs_on_kinds(self) -> None:
        layout, weights = self.layout, self.layout.problem.weights
        open_: dict[tuple[int, int], list] = defaultdict(list)
        for (w, d, k), var in self.x.items():
            if (d, k) in layout.kind_needs:
                open_[d, k].append((var, self.board[w][d + PAST] == k))
        for (d, k), terms in open_.items():
            settled = sum(row[d + PAST] == k for w, row in enumerate(self.board) if (w, d) not in self.free)
            total, now = settled + sum(var for var, _ in terms), settled + sum(is_on for _, is_on in terms)
            for least, wanted, price, price_over in layout.kind_needs[d, k]:
                for needed, cost in ((wanted, weights.wanted_hour), (least, price - weights.wanted_hour)):
                    if needed and cost:
                        missing = self._counter(0, needed, max(0, needed - now))
                        self.model.add(missing >= needed - total)
                        self.costs.append(cost * SCALE * missing)
                if price_over:
                    over = self._counter(0, len(terms) + settled, max(0, now - wanted))
                    self.model.add(over >= total - wanted)
                    self.costs.append(price_over * SCALE * over)

    # Solving ----------------------------------------------------------------------------------------------------------

    def solve(self, effort: float, seed: int) -> tuple[dict[Cell, int] | None, cp_model.CpSolver, bool]:
        """The kind of every free cell, or None where none was found in `effort` deterministic seconds; and whether
        none can be.
        """
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.max_deterministic_time = effort
        solver.parameters.linearization_level = 2  # the bound of the public instances is three times as good with it
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, solver, status == cp_model.INFEASIBLE
        answer = dict.fromkeys(self.free, OFF)
        for (w, d, k), var in self.x.items():
            if solver.boolean_value(var):
                answer[w, d] = k
        return answer, solver, False
