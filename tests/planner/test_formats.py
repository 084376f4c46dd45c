"""Problem and solution files: read, written, read again; and what is said when they are wrong."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest

from visit_planner import BreakTaken, Plan, ProblemError, check, cost, solve
from visit_planner.fictitious import large_place
from visit_planner.formats import hhcrsp, known, native, uhhc
from visit_planner.formats.reading import FormatError
from visit_planner.travel import Nearby, TravelTable

BOTH = [{"service": "s1", "duration": 20}, {"service": "s2", "duration": 30}]
SMALL = {
    "patients": [
        {
            "id": "p1",
            "location": [0, 1],
            "time_window": [401.99999999999994, 500],
            "required_caregivers": BOTH[:1],
        },
        {
            "id": "p2",
            "location": [0, 2],
            "time_window": [400, 520],
            "required_caregivers": BOTH,
            "synchronization": {"type": "simultaneous"},
        },
        {
            "id": "p3",
            "location": [0, 3],
            "time_window": [400, 520],
            "required_caregivers": BOTH,
            "synchronization": {"type": "sequential", "distance": [15, 40]},
        },
    ],
    "services": [{"id": "s1"}, {"id": "s2"}],
    "caregivers": [{"id": "c1", "abilities": ["s1"]}, {"id": "c2", "abilities": ["s1", "s2"]}],
    "central_offices": [{"id": "d", "location": [0, 0]}],
    "distances": [[0, 5, 6, 7], [5, 0, 4, 5], [6, 4, 0, 3], [7, 5, 3, 0]],
}


def damaged(*path, value=None, drop=False):
    stored = copy.deepcopy(SMALL)
    row = stored
    for key in path[:-1]:
        row = row[key]
    if drop:
        del row[path[-1]]
    else:
        row[path[-1]] = value
    return stored


WRONG = [
    (damaged("patients", drop=True), "field 'patients' is missing"),
    (damaged("patients", 0, "time_window", value=[5]), r"patients\[0\].time_window: expected \[opens, closes\]"),
    (damaged("patients", 0, "time_window", value=[5, "x"]), r"time_window\[1\]: expected a number, found 'x'"),
    (damaged("patients", 0, "required_caregivers", 0, "service", value="s9"), "'s9' is not among the services"),
    (damaged("patients", 0, "required_caregivers", value=[]), "expected one or two, found 0"),
    (damaged("patients", 1, "synchronization", drop=True), r"patients\[1\]: field 'synchronization' is missing"),
    (damaged("patients", 1, "synchronization", "type", value="whenever"), "simultaneous or sequential"),
    (damaged("patients", 2, "synchronization", "distance", drop=True), "field 'distance' is missing"),
    (damaged("caregivers", 0, "abilities", value="s1"), r"caregivers\[0\].abilities: expected a list of texts"),
    (damaged("distances", 2, value=[1, 2]), r"distances\[2\]: expected 4 numbers, found 2"),
    (damaged("distances", 2, 1, value=None), r"distances\[2\]\[1\]: expected a number, found None"),
    (damaged("central_offices", value=[]), "central_offices: expected exactly one, found 0"),
]  # fmt: skip


STOP = {"patient": "p1", "service": "s1", "arrival_time": 1, "departure_time": 2}


class TestHhcrsp:
    def test_reads_windows_that_mean_whole_minutes(self):
        problem = hhcrsp.from_json(SMALL)
        assert problem.visits[0].window.opens == 402.0
        assert [visit.id for visit in problem.visits] == ["p1", "p2", "p3/1", "p3/2"]
        assert problem.gaps[0].at_most == 40

    def test_takes_the_usual_length_of_a_service_where_a_patient_gives_none(self):
        stored = damaged("patients", 0, "required_caregivers", value=[{"service": "s1"}])
        stored["services"][0]["default_duration"] = 35
        assert hhcrsp.from_json(stored).visits[0].slots[0].minutes == 35
        with pytest.raises(FormatError, match="field 'duration' is missing"):
            hhcrsp.from_json(damaged("patients", 0, "required_caregivers", value=[{"service": "s1"}]))

    def test_reads_a_solution_in_either_published_spelling(self):
        problem = hhcrsp.from_json(SMALL)
        plan = solve(problem, iterations=500)
        stored = hhcrsp.plan_to_json(problem, plan)
        renamed = json.loads(
            json.dumps(stored).replace('"patient"', '"patient_id"').replace('"service"', '"service_id"')
        )
        assert hhcrsp.plan_from_json(problem, renamed) == hhcrsp.plan_from_json(problem, stored)

    def test_writes_a_solution_that_reads_back_the_same(self):
        problem = hhcrsp.from_json(SMALL)
        plan = solve(problem, iterations=500)
        stored = hhcrsp.plan_to_json(problem, plan)
        assert {route["caregiver_id"] for route in stored["routes"]} == {"c1", "c2"}
        again = hhcrsp.plan_from_json(problem, json.loads(json.dumps(stored)))
        assert hhcrsp.plan_to_json(problem, again) == stored
        assert check(problem, again) == []

    def test_counts_by_the_published_objective(self):
        problem = hhcrsp.from_json(SMALL)
        plan = solve(problem, iterations=500)
        parts = plan.cost
        assert parts.total == pytest.approx((parts.travel + parts.lateness + parts.worst_lateness) / 3)

    @pytest.mark.parametrize(("stored", "words"), WRONG, ids=[words[:40] for _, words in WRONG])
    def test_names_the_field_that_is_wrong(self, stored, words):
        with pytest.raises(FormatError, match=words):
            hhcrsp.from_json(stored)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"caregiver_id": "c9"}, r"routes\[0\].caregiver_id: 'c9'"),
            ({"locations": [{"patient": "p9"}]}, r"routes\[0\].locations\[0\]: field 'service' is missing"),
            ({"locations": [STOP | {"patient": "p9"}]}, "'p9' is not a patient"),
            ({"locations": [STOP | {"service": "s2"}]}, "does not need 's2'"),
            ({"locations": [STOP | {"arrival_time": "x"}]}, "arrival_time: expected a number"),
            ({"locations": [STOP, STOP]}, "more than once"),
        ],
    )
    def test_names_what_is_wrong_with_a_solution(self, change, words):
        problem = hhcrsp.from_json(SMALL)
        with pytest.raises(FormatError, match=words):
            hhcrsp.plan_from_json(problem, {"routes": [{"caregiver_id": "c1", "locations": [], **change}]})


UNIFIED = {
    "metadata": {
        "time_window_met": "at_service_end",
        "origin": "generated",
        "cost_components": {"travel_time": 2, "total_tardiness": 3, "optional_patients": 100, "missed_lunch_break": 7},
    },
    "distances": [[0, 5, 6, 7], [5, 0, 4, 5], [6, 4, 0, 3], [7, 5, 3, 0]],
    "terminal_points": [{"id": "d0", "distance_matrix_index": 0}],
    "services": [{"id": "s1", "type": "t", "default_duration": 20}, {"id": "s2", "type": "u", "default_duration": 15}],
    "caregivers": [
        {
            "id": "c1",
            "abilities": ["s1"],
            "departing_point": "d0",
            "arrival_point": "d0",
            "working_shift": {"start": 0, "end": 480},
            "lunch_break": True,
        },
        {"id": "c2", "abilities": ["s1", "s2"], "departing_point": "d0", "working_shift": {"start": 60, "end": 400}},
    ],
    "patients": [
        {
            "id": "p1",
            "distance_matrix_index": 1,
            "time_windows": [{"start": 10, "end": 60}, {"start": 200, "end": 260}],
            "required_services": [{"service": "s1"}],
            "optional": True,
            "preferred_caregivers": ["c1"],
            "incompatible_caregivers": ["c2"],
        },
        {
            "id": "p2",
            "distance_matrix_index": 2,
            "time_windows": [{"start": 100, "end": 300}],
            "required_services": [{"service": "s1", "duration": 30}, {"service": "s2"}],
            "synchronization": {"type": "sequential", "distance": {"min": 15, "max": 40}},
        },
        {
            "id": "p3",
            "distance_matrix_index": 3,
            "time_windows": [{"start": 100, "end": 300}],
            "required_services": [{"service": "s1"}, {"service": "s2"}],
            "synchronization": {"type": "independent"},
            "optional": False,
        },
    ],
    "lunch_breaks": {"start": 180, "end": 360, "min_duration": 30},
}


def spoilt(*path, value=None, drop=False):
    stored = copy.deepcopy(UNIFIED)
    row = stored
    for key in path[:-1]:
        row = row[key]
    if drop:
        del row[path[-1]]
    else:
        row[path[-1]] = value
    return stored


UNREADABLE = [
    (spoilt("metadata", "cost_components", "beauty", value=1), "'beauty' is not among"),
    (spoilt("metadata", "cost_components", "tw_max_dev_in_time", value=1), "tw_max_dev_in_time: not supported"),
    (spoilt("metadata", "cost_components", "travel_time", value="SOFT"), "travel_time: expected a number"),
    (spoilt("metadata", "time_window_met", value="maybe"), "expected at_service_start or at_service_end"),
    (spoilt("patients", 0, "time_windows", value=[]), r"patients\[0\].time_windows: expected a list of at least one"),
    (spoilt("patients", 0, "time_windows", 0, value=[5]), r"time_windows\[0\]: expected a start and an end"),
    (spoilt("patients", 0, "time_windows", 0, "end", value=5), "window closes at 5"),
    (spoilt("patients", 0, "distance_matrix_index", value=4), "4 is not a row of distances"),
    (spoilt("patients", 0, "required_services", 0, "service", value="s9"), "'s9' is not among the services"),
    (spoilt("patients", 1, "synchronization", "type", value="whenever"), "simultaneous, sequential or independent"),
    (spoilt("patients", 1, "synchronization", drop=True), "field 'synchronization' is missing"),
    (spoilt("caregivers", 0, "departing_point", value="d9"), "'d9' is not among the terminal_points"),
    (spoilt("lunch_breaks", "start", drop=True), "field 'start' is missing"),
    (spoilt("distances", 2, value=[1, 2]), r"distances\[2\]: expected 4 numbers, found 2"),
]  # fmt: skip


class TestUhhc:
    def test_reads_what_the_published_validator_holds_to(self):
        problem = uhhc.from_json(UNIFIED)
        first = problem.visits[0]
        assert [visit.id for visit in problem.visits] == ["p1", "p2/1", "p2/2", "p3/1", "p3/2"]
        assert (first.window.by_end, len(first.other_windows), first.required) == (True, 1, False)
        assert problem.visits[1].required
        assert problem.bundles == (("p2/1", "p2/2"), ("p3/1", "p3/2"))
        assert [(gap.at_least, gap.at_most) for gap in problem.gaps] == [(15, 40), (-float("inf"), None)]
        assert problem.workers[0].shifts[0].rest.latest == 330
        assert problem.workers[1].shifts[0].rest is None
        # Left out, preferences must be kept: only those whom p1 prefers may come.
        assert first.slots[0].allowed == {"c1"}
        assert (problem.weights.undone, problem.weights.missed_breaks, problem.weights.waiting) == (100, 7, 0)

    def test_knows_what_must_never_happen(self):
        hard = spoilt("metadata", "cost_components", "total_tardiness", value="HARD")
        hard["metadata"]["cost_components"] |= {"total_extra_time": "HARD", "missed_lunch_break": "HARD"}
        problem = uhhc.from_json(hard)
        assert problem.never == {"lateness", "overtime"}
        assert problem.visits[0].window.hard
        assert problem.workers[0].shifts[0].overtime_at_most == 0
        assert problem.workers[0].shifts[0].rest.required

    def test_puts_windows_in_order(self):
        windows = [{"start": 200, "end": 260}, {"start": 10, "end": 60}]
        first = uhhc.from_json(spoilt("patients", 0, "time_windows", value=windows)).visits[0]
        assert [(one.opens, one.closes) for one in (first.window, *first.other_windows)] == [(10, 60), (200, 260)]

    def test_prices_what_is_soft(self):
        soft = spoilt("metadata", "cost_components", "qualification", value=50)
        soft["metadata"]["cost_components"] |= {"incompabilities": 0, "caregiver_preferences": 9}
        problem = uhhc.from_json(soft)
        assert problem.weights.unqualified == 50
        assert 0 < problem.weights.refused < 1e-3
        assert problem.weights.not_preferred == 9
        assert problem.visits[0].slots[0].allowed is None

    def test_sends_workers_of_the_bazirha_sets_out_when_the_shift_starts(self):
        assert uhhc.from_json(spoilt("metadata", "origin", value="bazirha")).workers[0].shifts[0].leaves_at_start

    def test_writes_a_solution_that_reads_back_the_same(self):
        problem = uhhc.from_json(UNIFIED)
        plan = solve(problem, iterations=1000)
        assert check(problem, plan) == []
        stored = json.loads(json.dumps(uhhc.plan_to_json(problem, plan)))
        again = uhhc.plan_from_json(problem, stored)
        assert uhhc.plan_to_json(problem, again) == {**stored, "cost_components": {}}
        assert again.breaks == plan.breaks
        assert cost(problem, again).total == pytest.approx(plan.cost.total)
        assert stored["cost_components"]["travel_time"] == plan.cost.travel

    def test_writes_the_lunch_of_a_day_without_visits(self):
        problem = uhhc.from_json(UNIFIED)
        empty = Plan((), tuple(visit.id for visit in problem.visits), breaks=(BreakTaken("c1", "day", 180, 210, 0),))
        stored = uhhc.plan_to_json(problem, empty)
        assert [route.get("locations") for route in stored["routes"]] == [
            [{"patient": "place 0", "service": "lunch_break", "arrival_time": 180, "departure_time": 210}],
            None,
        ]
        assert uhhc.plan_from_json(problem, stored) == empty

    def test_is_told_apart_from_the_older_benchmark(self):
        assert known.format_of(UNIFIED).problem is uhhc.from_json
        assert known.format_of(SMALL).problem is hhcrsp.from_json

    @pytest.mark.parametrize(("stored", "words"), UNREADABLE, ids=[words[:40] for _, words in UNREADABLE])
    def test_names_the_field_that_is_wrong(self, stored, words):
        with pytest.raises((FormatError, ProblemError), match=words):
            uhhc.from_json(stored)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"caregiver_id": "c9"}, r"routes\[0\].caregiver_id: 'c9'"),
            ({"locations": [STOP | {"service": "s9"}]}, "no patient 'p1' of the instance needs service 's9'"),
            ({"locations": [STOP, STOP]}, "more than once"),
            ({"locations": [{"patient": "p1", "service": "s1", "arrival_time": 5}]}, "'end_service_time' is missing"),
        ],
    )
    def test_names_what_is_wrong_with_a_solution(self, change, words):
        problem = uhhc.from_json(UNIFIED)
        with pytest.raises(FormatError, match=words):
            uhhc.plan_from_json(problem, {"routes": [{"caregiver_id": "c1", "locations": []} | change]})


class TestNative:
    def test_writes_a_problem_that_reads_back_the_same(self, make_team, make_random_problem):
        for problem in (make_team(visits=30, workers=9), make_random_problem(3), make_random_problem(8)):
            stored = json.loads(json.dumps(native.to_json(problem)))
            again = native.from_json(stored)
            assert (again.workers, again.visits, again.gaps) == (problem.workers, problem.visits, problem.gaps)
            assert again.weights == problem.weights
            assert all((again.travel[mode] == problem.travel[mode]).all() for mode in problem.travel)

    def test_reads_clock_times(self):
        worker = {"id": "a", "employer": "e", "skills": [], "shifts": [
            {"id": "s", "starts": "08:30", "ends": 720, "start_place": 0, "end_place": 0}]}  # fmt: skip
        problem = native.from_json({"workers": [worker], "visits": [], "travel": {"car": [[0]]}})
        assert problem.workers[0].shifts[0].starts == 510

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"colour": 1}, "field 'colour' is not known"),
            ({"window": {"opens": "25h", "closes": 9}}, r"visits\[0\].window.opens: expected minutes from midnight"),
            ({"window": {"opens": 9, "closes": 5}}, "visit 'v': window closes at 5"),
            ({"slots": [{"skill": "care"}]}, r"visits\[0\].slots\[0\]: field 'minutes' is missing"),
            ({"place": 1.5}, r"visits\[0\].place: expected a whole number"),
            ({"window": {"opens": 5, "closes": 9, "hard": "yes"}}, "hard: expected true or false"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, change, words):
        visit = {
            "id": "v", "place": 0, "slots": [{"skill": "care", "minutes": 5}],
            "window": {"opens": 5, "closes": 9}, **change,
        }  # fmt: skip
        with pytest.raises(FormatError, match=words):
            native.from_json({"workers": [], "visits": [visit], "travel": {"car": [[0]]}})

    def test_writes_a_plan_that_reads_back_the_same(self, make_team):
        plan = solve(make_team(visits=30, workers=9), iterations=100)
        assert native.plan_from_json(json.loads(json.dumps(plan.to_dict()))) == plan

    def test_writes_places_instead_of_a_table_that_read_back_the_same(self):
        problem = large_place(visits=20, workers=5)
        known = Nearby(problem.travel["car"], [0, 2], [1, 3], [7.0, -1.0])
        problem = replace(problem, travel={**problem.travel, "car": known})
        again = native.from_json(json.loads(json.dumps(native.to_json(problem))))
        assert (again.visits, again.workers) == (problem.visits, problem.workers)
        for mode, table in problem.travel.items():
            assert isinstance(again.travel[mode], TravelTable)
            assert np.array_equal(np.asarray(again.travel[mode]), np.asarray(table))

    @pytest.mark.parametrize(
        ("car", "words"),
        [
            ({"places": [[53, -1], [54]]}, r"travel.car.places\[1\]: expected 2 numbers"),
            ({"places": [[53, -1]], "speed": 30}, "field 'speed' is not known"),
            ({"places": [[53, -1]], "speed_kmh": 0}, "more than 0"),
            ({"places": [[530, -1]]}, "latitude then longitude"),
            ({"places": [[53, -1]], "known": [[0, 4, 5]]}, "outside 0 to 0"),
            ({"speed_kmh": 30}, "field 'places' is missing"),
        ],
    )
    def test_names_what_is_wrong_with_places(self, car, words):
        with pytest.raises(FormatError, match=words):
            native.from_json({"workers": [], "visits": [], "travel": {"car": car}})
