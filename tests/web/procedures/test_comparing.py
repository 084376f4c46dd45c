"""Two versions side by side."""

import pytest

from homeward.web.procedures.comparing import compare, in_one_sentence, text_changes
from homeward.web.procedures.presenters.parts import Item, Part


def part(*items: Item, id: str = "clocks", note: str = "") -> tuple[Part, ...]:
    return (Part(id, "Clocks", items, note=note),)


ONE, TWO, THREE = Item("a", "First"), Item("b", "Second"), Item("c", "Third")


def kinds(old: tuple[Part, ...], new: tuple[Part, ...]) -> list[tuple[str, str]]:
    return [(item.kind, item.title) for change in compare(old, new) for item in change.items]


class TestCompare:
    def test_says_nothing_where_nothing_differs(self):
        assert compare(part(ONE, TWO), part(ONE, TWO)) == ()

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ((ONE,), (ONE, TWO), [("added", "Second")]),
            ((ONE, TWO), (TWO,), [("removed", "First")]),
            ((ONE, TWO), (ONE, Item("b", "Second", "more")), [("changed", "Second")]),
            ((ONE, TWO, THREE), (TWO, THREE, ONE), [("moved", "First")]),
            ((ONE,), (), [("removed", "First")]),
        ],
    )
    def test_tells_what_was_added_removed_changed_or_moved(self, old, new, expected):
        assert kinds(part(*old), part(*new)) == expected

    def test_tells_of_a_whole_part_that_came_or_went(self):
        assert kinds((), part(ONE)) == [("added", "First")]
        assert kinds(part(ONE), ()) == [("removed", "First")]

    def test_sees_a_changed_note_of_a_part(self):
        assert kinds(part(ONE, note="Source: A."), part(ONE, note="Source: B.")) == [("changed", "Source: B.")]

    def test_marks_the_words_that_differ(self):
        old = part(Item("a", "Response", "2 hours. Someone must have come by then."))
        new = part(Item("a", "Response", "3 hours. Someone must have come by then."))
        ((change,),) = (one.items for one in compare(old, new))
        assert [run.text for run in change.old[1] if run.mark == "gone"] == ["2"]
        assert [run.text for run in change.new[1] if run.mark == "new"] == ["3"]
        assert "".join(run.text for run in change.new[1]) == "3 hours. Someone must have come by then."

    def test_marks_the_whole_line_where_the_words_have_little_in_common(self):
        old = part(Item("a", "Response", "Somebody phones the person"))
        new = part(Item("a", "Response", "Two workers go at once"))
        ((change,),) = (one.items for one in compare(old, new))
        assert [run.mark for run in change.new[1]] == ["new"]

    def test_counts_in_a_sentence(self):
        changes = compare(part(ONE, TWO), part(Item("a", "First", "now"), THREE))
        assert in_one_sentence(changes) == "Clocks: 1 added, 1 removed and 1 changed."


class TestTextChanges:
    def test_shows_the_lines_that_differ_with_those_around(self):
        lines = text_changes("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nD\ne\nf\n")
        assert [(run.mark, run.text) for line in lines for run in line] == [
            ("same", "…"), ("same", "b"), ("same", "c"), ("gone", "d"), ("new", "D"), ("same", "e"), ("same", "f"),
        ]  # fmt: skip

    def test_shows_nothing_where_they_are_the_same(self):
        assert text_changes("a\n", "a\n") == ()
