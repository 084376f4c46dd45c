"""Small numbers do not leave the service, not even as a difference: judged by trying every table that fits."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.outcomes.variation.small_numbers import Counted, SmallNumbers, hidden_cells

FIVE = SmallNumbers(below=5, rounded_to=1)


def hide(cells, sums):
    """What is hidden of numbers each of whose cases is of another person."""
    return hidden_cells({cell: Counted(number) for cell, number in cells.items()}, sums, FIVE)


def hidden_months(*months):
    """Which months are hidden, and whether their total is: of each its cases and whose they are."""
    cells = {place: Counted(cases, frozenset(people)) for place, (cases, people) in enumerate(months)}
    total = Counted(sum(cases for cases, _ in months), frozenset().union(*(people for _, people in months)))
    return hidden_cells({**cells, "all": total}, [("all", list(cells))], FIVE)


def row(*numbers):
    cells = {f"part {place}": number for place, number in enumerate(numbers)}
    return {**cells, "all": sum(numbers)}, [("all", list(cells))]


class TestHiddenCells:
    def test_hides_small_numbers_and_shows_nobody(self):
        cells, sums = row(0, 3, 4, 20)
        assert hide(cells, sums) == {"part 1", "part 2"}

    def test_hides_a_second_where_one_follows_from_the_total(self):
        cells, sums = row(3, 12, 20)
        assert hide(cells, sums) == {"part 0", "part 1"}

    def test_hides_a_third_where_two_together_are_small(self):
        cells, sums = row(1, 2, 12, 20)
        assert hide(cells, sums) == {"part 0", "part 1", "part 2"}

    def test_hides_the_total_where_no_part_is_left(self):
        cells, sums = row(3, 0)
        assert hide(cells, sums) == {"part 0", "all"}

    def test_hides_the_total_of_a_small_number_and_nobody_in_a_table(self):
        cells, sums = two_ways([[0, 0, 0], [0, 1, 5]])
        assert hide(cells, sums) == {(1, 1), (1, 2), ("all", 1), ("all", 2)}

    def test_hides_nothing_where_nothing_is_small(self):
        cells, sums = row(5, 12, 0)
        assert hide(cells, sums) == set()

    def test_hides_a_small_rest_as_a_number_of_its_own(self):
        # 98 of 100: two were not reached
        cells = {"met": 98, "missed": 2, "all": 100}
        assert hide(cells, [("all", ["met", "missed"])]) == {"met", "missed"}

    def test_hides_many_cases_of_few_people_and_what_gives_them_away(self):
        assert hidden_months((100, "abc"), (40, "efghi"), (20, "jklmnop")) == {0, 1}

    def test_hides_every_month_and_the_total_of_one_person(self):
        assert hidden_months(*[(30, "a")] * 12) == {*range(12), "all"}

    def test_hides_a_third_where_two_are_of_the_same_few(self):
        # 200 cases are the difference between the total and the third month, all of them of four people
        assert hidden_months((100, "abc"), (100, "abd"), (30, "efghi")) == {0, 1, 2}

    def test_counts_no_more_people_than_there_are_cases(self):
        assert Counted(3, frozenset("abcdefg")).tells_of == 3

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=2))
    def test_no_small_number_of_a_table_with_totals_can_be_worked_out(self, table):
        cells, sums = two_ways(table)
        hidden = hide(cells, sums)
        for cell, number in cells.items():
            assert cell in hidden or not FIVE.is_small(number)
        possible = fitting(cells, sums, hidden)
        for cell in hidden:
            if FIVE.is_small(cells[cell]):
                assert len({one[cell] for one in possible}) > 1, (table, cell, hidden)


class TestShown:
    @pytest.mark.parametrize(("number", "shown"), [(0, 0), (8, 10), (12, 10), (13, 15), (7, 5), (100, 100)])
    def test_rounds_to_five(self, number, shown):
        assert SmallNumbers().shown(number) == shown

    def test_leaves_a_number_alone_where_it_is_not_asked_to_round(self):
        assert FIVE.shown(13) == 13


def two_ways(table):
    cells, sums = {}, []
    for y, line in enumerate(table):
        for x, number in enumerate(line):
            cells[y, x] = number
        cells[y, "all"] = sum(line)
        sums.append(((y, "all"), [(y, x) for x in range(len(line))]))
    for x in [*range(len(table[0])), "all"]:
        cells["all", x] = sum(cells[y, x] for y in range(len(table)))
        sums.append((("all", x), [(y, x) for y in range(len(table))]))
    return cells, sums


def fitting(cells, sums, hidden):
    """Some ways in which whole numbers fit what is shown: the truth, and the truth with one or two units moved round.

    A reader who cannot tell these apart does not know a cell that differs between them.
    """
    found = [dict(cells)]
    inner = sorted((cell for cell in hidden if "all" not in cell), key=repr)
    for change in product((-1, 0, 1), repeat=len(inner)) if len(inner) <= 9 else ():
        other = dict(cells)
        for cell, step in zip(inner, change):
            other[cell] += step
        for total, parts in sums:  # rows first, then columns and the corner: each total after its parts
            other[total] = sum(other[part] for part in parts)
        if (
            all(other[cell] == number for cell, number in cells.items() if cell not in hidden)
            and min(other.values()) >= 0
        ):
            found.append(other)
    return found
