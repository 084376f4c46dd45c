"""What may leave the service: numbers of people too small to show are hidden, so that no sum gives them away."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class SmallNumbers:
    """Numbers of people from 1 to below `below` are hidden, all others rounded to the nearest `rounded_to` (1: not).

    NHS Digital's disclosure control of hospital episode statistics, since 2018: 1 to 7 hidden, all else rounded to 5.
    """

    below: int = 8
    rounded_to: int = 5

    def is_small(self, number: int) -> bool:
        """Whether a number of people is too small to show. None at all tells of nobody."""
        return 0 < number < self.below

    def shown(self, number: int) -> int:
        """A number as it may leave the service; halves go up."""
        return (2 * number + self.rounded_to) // (2 * self.rounded_to) * self.rounded_to


Cell = Hashable
Lines = Sequence[tuple[Cell, tuple[Cell, ...]]]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a number of a table counts: so many cases, and whose they are where they are somebody's."""

    cases: int
    people: frozenset[Hashable] | None = None

    @property
    def tells_of(self) -> int:
        """How many people it can be of: each case is of one, and several may be of the same."""
        return self.cases if self.people is None else min(self.cases, len(self.people))

    def __add__(self, other: "Counted") -> "Counted":
        """Both taken together."""
        people = None if self.people is None or other.people is None else self.people | other.people
        return Counted(self.cases + other.cases, people)


Cells = Mapping[Cell, Counted]
NOTHING = Counted(0, frozenset())


def hidden_cells(cells: Cells, sums: Iterable[tuple[Cell, Iterable[Cell]]], rule: SmallNumbers) -> set[Cell]:
    """The cells of a table that must not be shown.

    `sums` says which cells add up to which: (total, parts). Hidden are those that tell of few people and as few others
    as keep them from being worked out: in no sum is a hidden number alone, the hidden parts of a total that is shown
    are together not of few, and none of few follows from several sums taken together. 0 tells of nobody and is always
    shown.
    """
    lines = [(total, tuple(parts)) for total, parts in sums]
    hidden = {cell for cell, number in cells.items() if rule.is_small(number.tells_of)}
    while more := _one_more(cells, lines, hidden, rule):
        hidden.update(more)
    return hidden


def _one_more(cells: Cells, lines: Lines, hidden: set[Cell], rule: SmallNumbers) -> list[Cell]:
    for total, parts in lines:
        gone = [cell for cell in (total, *parts) if cell in hidden]
        together = sum((cells[cell] for cell in parts if cell in hidden), NOTHING)
        if len(gone) == 1 or (gone and total not in hidden and rule.is_small(together.tells_of)):
            more = _smallest(cells, parts, hidden) or _smallest(cells, [total], hidden)
            if more:
                return more
    for cell in sorted(_worked_out(lines, hidden), key=repr):
        if rule.is_small(cells[cell].tells_of):
            beside = [other for total, parts in lines if cell in (total, *parts) for other in (total, *parts)]
            if more := _smallest(cells, beside, hidden) or _smallest(cells, cells, hidden):
                return more
    return []


def _smallest(cells: Cells, among: Iterable[Cell], hidden: set[Cell]) -> list[Cell]:
    left = [cell for cell in among if cells[cell].tells_of and cell not in hidden]
    return sorted(left, key=lambda cell: (cells[cell].tells_of, cells[cell].cases, repr(cell)))[:1]


def _worked_out(lines: Lines, hidden: set[Cell]) -> set[Cell]:
    """The hidden cells that follow from what is shown: those the sums leave no freedom."""
    order = sorted(hidden, key=repr)
    place = {cell: number for number, cell in enumerate(order)}
    rows = []
    for total, parts in lines:
        row = np.zeros(len(order))
        for cell, sign in ((total, -1.0), *((part, 1.0) for part in parts)):
            if cell in hidden:
                row[place[cell]] += sign
        if row.any():
            rows.append(row)
    if not rows:
        return set()
    matrix = np.array(rows)
    _, sizes, directions = np.linalg.svd(matrix)
    free = directions[int((sizes > 1e-9).sum()) :]  # what may vary without any sum telling
    return {cell for cell, number in place.items() if not np.any(np.abs(free[:, number]) > 1e-9)}
