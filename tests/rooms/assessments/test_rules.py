"""Which answers stand, and which forms are still needed."""

import pytest

from homeward.assessments.rules import carried, merge, needed_to_close, needed_to_leave, same
from homeward.procedures.selectors import library

CRISIS = library().pathway("integrated-crisis-response")
REABLEMENT = library().pathway("reablement-at-home")


class TestMerge:
    # told, shown, standing: what is changed, what clashes
    CASES = [
        ({"a": 1}, {}, {}, {"a": 1}, {}),
        ({"a": 1}, {"a": 1}, {"a": 2}, {}, {}),  # left as it was shown: the newer answer stands
        ({"a": 3}, {"a": 1}, {"a": 1}, {"a": 3}, {}),
        ({"a": 3}, {"a": 1}, {"a": 2}, {}, {"a": 3}),  # both changed it
        ({"a": 2}, {"a": 1}, {"a": 2}, {}, {}),  # both said the same
        ({"a": None}, {"a": 1}, {"a": 1}, {"a": None}, {}),  # taken away
        ({"a": ""}, {}, {}, {}, {}),  # never answered
        ({"a": 1, "b": 2}, {}, {"b": 3}, {"a": 1}, {"b": 2}),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, {"a": ["z"]}, {}, {}),
    ]  # fmt: skip

    @pytest.mark.parametrize(("told", "shown", "standing", "changed", "clashing"), CASES)
    def test_takes_what_one_person_changed(self, told, shown, standing, changed, clashing):
        merged = merge(told, shown, standing)
        assert (merged.changed, merged.clashing) == (changed, clashing)

    @pytest.mark.parametrize(("one", "other"), [(None, ""), ([], None), (" ", None), (["a", "b"], ["b", "a"]), (1, 1)])
    def test_knows_what_says_the_same(self, one, other):
        assert same(one, other)

    @pytest.mark.parametrize(("one", "other"), [(True, 1), (False, None), (0, None), ("1", 1)])
    def test_knows_what_differs(self, one, other):
        assert not same(one, other)


class TestNeeded:
    def test_asks_for_the_forms_of_the_stage_that_is_left(self):
        assert needed_to_leave(REABLEMENT, "starting", ()) == ("reablement-baseline-and-goals",)
        assert needed_to_leave(REABLEMENT, "starting", {"reablement-baseline-and-goals"}) == ()
        assert needed_to_leave(REABLEMENT, "reabling", ()) == ()

    @pytest.mark.parametrize(
        ("been_at", "outcome", "asked"),
        [
            ({"responding"}, "nothing_further", ("crisis-outcome",)),
            ({"responding"}, "not_needed", ()),
            ({"responding", "supporting"}, "nothing_further", ("crisis-first-assessment", "crisis-outcome")),
            ({"responding", "supporting"}, "admitted", ("crisis-first-assessment", "crisis-outcome")),
            ({"responding", "supporting"}, "declined_by_person", ("crisis-outcome",)),
            ({"responding"}, "not_reached", ("crisis-outcome",)),
        ],
    )
    def test_asks_for_the_forms_that_fit_how_it_ended(self, been_at, outcome, asked):
        assert needed_to_close(CRISIS, been_at, (), outcome) == asked


class TestCarried:
    def test_takes_answers_to_the_same_question_only(self):
        form = library().form("reablement-baseline-and-goals")
        earlier = {"wash": "alone", "dress": "no-such-option", "goal_1_today": 4, "unknown": "x", "before": " "}
        assert carried(form, earlier, form) == {"wash": "alone", "goal_1_today": 4}
