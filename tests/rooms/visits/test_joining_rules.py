"""Which two standing visits of one person could be one, and which should stay two."""

from dataclasses import replace

import pytest

from homeward.visits.rules import JoinKind, Routine, RoutineTask, joinable

WASH = RoutineTask("personal_care", "Personal care", 20)
PRACTICE = RoutineTask("reablement_practice", "Practice", 30)
MEALS = RoutineTask("meals_and_drinks", "Meals and drinks", 15)
DRESSING = RoutineTask("simple_dressing", "Change a simple dressing", 20)
EVERY_DAY = frozenset("1234567")
CARE = Routine(
    pattern_id=1, episode_id=10, title="Morning care", opens=420, closes=600, is_window_hard=False, minutes=30,
    skills=("home_care_worker",), tasks=(WASH, MEALS), weekdays=EVERY_DAY, employer="Larkmoor", travel_minutes=6.0,
)  # fmt: skip
OTHER = Routine(
    pattern_id=2, episode_id=20, title="Morning practice", opens=450, closes=570, is_window_hard=False, minutes=40,
    skills=("reablement_worker",), tasks=(PRACTICE, WASH), weekdays=EVERY_DAY, employer="Council", travel_minutes=8.0,
)  # fmt: skip
NURSE = replace(OTHER, title="Dressing", skills=("nurse",), tasks=(DRESSING,), minutes=25)

OWN = {
    "home_care_worker": {"personal_care", "meals_and_drinks"},
    "reablement_worker": {"personal_care", "meals_and_drinks", "reablement_practice"},
    "nurse": {"simple_dressing", "personal_care", "meals_and_drinks"},
}


def who_can(skill, codes):
    """Care workers do dressings by delegation; nobody but reablement does practice."""
    delegated = codes - OWN[skill]
    return None if delegated - {"simple_dressing"} else frozenset(delegated)


def found(*routines):
    return joinable(routines, who_can)


class TestJoinable:
    def test_finds_the_same_care_by_two_teams_and_counts_what_both_do_once(self):
        (one,) = found(CARE, OTHER)
        assert (one.kind, one.skill, one.minutes) == (JoinKind.SAME_PURPOSE, "reablement_worker", 50)
        assert (one.opens, one.closes) == (450, 570)
        assert (one.kept.title, one.joined.title) == ("Morning practice", "Morning care")
        assert one.saved_a_week == 7 * (20 + 6)
        assert [task.code for task in one.tasks] == ["personal_care", "meals_and_drinks", "reablement_practice"]
        assert one.reasons == (
            "Both visits are for: personal care.",
            "Council and Larkmoor each send somebody.",
            "The times at which they may start overlap by 120 minutes.",
        )

    def test_has_the_care_worker_do_a_nurses_dressing_where_it_may_be_delegated(self):
        (one,) = found(CARE, NURSE)
        assert (one.kind, one.skill, one.delegated) == (
            JoinKind.ONE_AFTER_THE_OTHER, "home_care_worker", frozenset({"simple_dressing"}),
        )  # fmt: skip
        assert one.kept.title == "Morning care"
        assert one.minutes == 55

    @pytest.mark.parametrize(
        ("why", "one", "other"),
        [
            ("days differ", replace(CARE, weekdays=frozenset("135")), replace(OTHER, weekdays=frozenset("24"))),
            ("their windows are hours apart", CARE, replace(OTHER, opens=720, closes=840)),
            ("one plan spaces them out, as for medicines", CARE, replace(OTHER, episode_id=10, is_spaced=True)),
            ("one plan asks for the same twice a day", CARE, replace(OTHER, episode_id=10)),
            ("two professions come together for a reason", CARE, replace(OTHER, skills=("nurse", "home_care_worker"))),
            ("nobody may do all of it", CARE, replace(NURSE, skills=("nurse",), tasks=(PRACTICE,))),
            ("it would be too long for one visit", replace(CARE, minutes=60), replace(OTHER, minutes=60)),
            ("a time that is fixed cannot move", replace(CARE, closes=440, is_window_hard=True), OTHER),
            ("it would save next to nothing", replace(CARE, weekdays=frozenset("1"), travel_minutes=None),
             replace(NURSE, weekdays=frozenset("1"), travel_minutes=4.0)),
        ],
    )  # fmt: skip
    def test_leaves_two_visits_two_where(self, why, one, other):
        assert not found(one, other), why

    @pytest.mark.parametrize(("apart", "is_same_purpose", "is_found"), [
        (30, False, True), (31, False, False), (60, True, True), (61, True, False),
    ])  # fmt: skip
    def test_looks_a_little_beyond_the_windows(self, apart, is_same_purpose, is_found):
        later = replace(OTHER if is_same_purpose else NURSE, opens=CARE.closes + apart, closes=CARE.closes + apart + 60)
        assert bool(found(CARE, later)) == is_found
        if is_found:
            assert (found(CARE, later)[0].opens, found(CARE, later)[0].closes) == (CARE.closes, later.opens)

    def test_puts_no_visit_into_two_of_them_and_takes_what_saves_most(self):
        third = replace(NURSE, pattern_id=3, episode_id=30, travel_minutes=2.0)
        (one,) = found(CARE, OTHER, third)
        assert {one.kept.pattern_id, one.joined.pattern_id} == {1, 2}

    def test_sends_two_workers_where_two_came(self):
        (one,) = found(replace(CARE, skills=("home_care_worker",) * 2, minutes=45), replace(OTHER, minutes=30))
        assert len(one.kept.skills) == 1 and len(one.joined.skills) == 2
