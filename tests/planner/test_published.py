"""What the checker says of a benchmark solution is what the benchmark's own definition (published.py) says."""

import copy
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planner import published
from visit_planner import check, cost, solve
from visit_planner.formats import hhcrsp
from visit_planner.formats.reading import FormatError

SEEDS = st.integers(0, 2**31)


def random_instance(seed):
    """A benchmark instance of a few patients, every service of which somebody can do, in step where need be."""
    random = np.random.default_rng(seed)
    patients, caregivers = int(random.integers(2, 9)), int(random.integers(2, 5))
    services = [f"s{k}" for k in range(int(random.integers(2, 5)))]
    points = random.uniform(0, 60, (patients + 1, 2))
    distances = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1)).round(3)
    if random.random() < 0.3:
        distances = random.integers(1, 60, distances.shape).astype(float)
        np.fill_diagonal(distances, 0)
    # Two who can do everything, so that any two services can be in step.
    abilities = [list(services), list(services)]
    abilities += [[s for s in services if random.random() < 0.6] or services[:1] for _ in range(caregivers - 2)]
    rows = []
    for k in range(patients):
        opens = int(random.integers(0, 200))
        both = random.random() < 0.45
        chosen = random.choice(services, 2 if both else 1, replace=False)
        row = {
            "id": f"p{k}",
            "time_window": [opens, opens + int(random.integers(10, 120))],
            "required_caregivers": [{"service": str(s), "duration": int(random.integers(5, 30))} for s in chosen],
        }
        if both and random.random() < 0.5:
            row["synchronization"] = {"type": "simultaneous"}
        elif both:
            least = int(random.integers(0, 40))
            row["synchronization"] = {"type": "sequential", "distance": [least, least + int(random.integers(0, 30))]}
        rows.append(row)
    return {
        "patients": rows,
        "services": [{"id": s} for s in services],
        "caregivers": [{"id": f"c{k}", "abilities": a} for k, a in enumerate(abilities)],
        "central_offices": [{"id": "d"}],
        "distances": distances.tolist(),
    }


def solution_of(instance, seed, iterations=300):
    problem = hhcrsp.from_json(instance)
    return hhcrsp.plan_to_json(problem, solve(problem, iterations=iterations, seed=seed))


def ours(instance, solution):
    """What our checker finds, and the cost."""
    problem = hhcrsp.from_json(instance)
    try:
        plan = hhcrsp.plan_from_json(problem, solution)
    except FormatError:
        return {"cannot be read"}, None
    return {fault.rule for fault in check(problem, plan)} | set(plan.undone), cost(problem, plan).total


class Changed:
    """A solution to be changed in one place drawn at random; ``None`` where there is no such place."""

    def __init__(self, instance, solution, seed):
        self.instance = instance
        self.solution = copy.deepcopy(solution)
        self.random = np.random.default_rng(seed)
        self.patients = {patient["id"]: patient for patient in instance["patients"]}
        self.routes = [route for route in self.solution["routes"] if route["locations"]]

    def stop(self, condition=lambda route, k: True):
        places = [(route, k) for route in self.routes for k in range(len(route["locations"])) if condition(route, k)]
        if not places:
            return None
        route, k = places[int(self.random.integers(len(places)))]
        return route, k, route["locations"][k]

    def kind(self, route, k):
        return self.patients[route["locations"][k]["patient"]].get("synchronization", {}).get("type")

    def way(self, route, k):
        """Travel to stop k from the one before, or from the office."""
        row = {name: number for number, name in enumerate(self.patients, start=1)}
        before = row[route["locations"][k - 1]["patient"]] if k else 0
        return self.instance["distances"][before][row[route["locations"][k]["patient"]]]

    def shift(self, stop, minutes):
        stop["arrival_time"] += minutes
        stop["departure_time"] += minutes


def leaves_a_service_out(case):
    route, k, _ = case.stop()
    del route["locations"][k]
    return "each service once"


def does_a_service_twice(case):
    route, _, stop = case.stop()
    others = [other for other in case.solution["routes"] if other is not route]
    others[0]["locations"].append(dict(stop))
    return "each service once"


def invents_a_service(case):
    case.stop()[2]["service"] = "s9"
    return "only what is needed"


def invents_a_patient(case):
    case.stop()[2]["patient"] = "p99"
    return "only what is needed"


def starts_before_the_window(case):
    _, _, stop = case.stop()
    case.shift(stop, case.patients[stop["patient"]]["time_window"][0] - 1 - stop["arrival_time"])
    return "not before the window"


def stays_shorter(case):
    case.stop()[2]["departure_time"] -= 2
    return "service takes its time"


def stays_longer(case):
    case.stop()[2]["departure_time"] += 2
    return "service takes its time"


def sends_the_unqualified(case):
    able = {caregiver["id"]: caregiver["abilities"] for caregiver in case.instance["caregivers"]}
    found = case.stop(lambda route, k: any(route["locations"][k]["service"] not in has for has in able.values()))
    if found is None:
        return None
    route, k, stop = found
    other = next(r for r in case.solution["routes"] if stop["service"] not in able[r["caregiver_id"]])
    other["locations"].append(route["locations"].pop(k))
    return "qualified"


def sets_out_before_time_began(case):
    found = case.stop(
        lambda route, k: (
            k == 0 and case.way(route, k) > case.patients[route["locations"][0]["patient"]]["time_window"][0]
        )
    )
    if found is None:
        return None
    route, k, stop = found
    case.shift(stop, case.way(route, k) - 0.01 - stop["arrival_time"])
    return "travel takes its time"


def flies(case):
    def later_than_its_window(route, k):
        stops = route["locations"]
        return k > 0 and stops[k - 1]["departure_time"] > case.patients[stops[k]["patient"]]["time_window"][0]

    found = case.stop(later_than_its_window)
    if found is None:
        return None
    route, k, stop = found
    case.shift(stop, route["locations"][k - 1]["departure_time"] + case.way(route, k) - 0.01 - stop["arrival_time"])
    return "travel takes its time"


def starts_a_joint_visit_apart(case):
    found = case.stop(lambda route, k: case.kind(route, k) == "simultaneous")
    if found is None:
        return None
    case.shift(found[2], 0.01)
    return "in step"


def moves_one_of_two_out_of_step(case):
    found = case.stop(lambda route, k: case.kind(route, k) == "sequential")
    if found is None:
        return None
    _, _, stop = found
    least, most = case.patients[stop["patient"]]["synchronization"]["distance"]
    case.shift(stop, most - least + 0.01 if case.random.random() < 0.5 else -(most - least) - 0.01)
    return "in step"


def sends_one_for_two(case):
    found = case.stop(lambda route, k: case.kind(route, k) is not None)
    if found is None:
        return None
    route, k, stop = found
    other = next(
        r for r in case.routes if r is not route and any(s["patient"] == stop["patient"] for s in r["locations"])
    )
    other["locations"].append(route["locations"].pop(k))
    return "two caregivers"


CHANGES = [
    leaves_a_service_out, does_a_service_twice, invents_a_service, invents_a_patient, starts_before_the_window,
    stays_shorter, stays_longer, sends_the_unqualified, sets_out_before_time_began, flies, starts_a_joint_visit_apart,
    moves_one_of_two_out_of_step, sends_one_for_two,
]  # fmt: skip


class TestAgreement:
    @settings(max_examples=60, deadline=None)
    @given(seed=SEEDS)
    def test_plans_of_random_instances_are_valid_and_cost_the_same_by_both(self, seed):
        instance = random_instance(seed)
        solution = solution_of(instance, seed)
        faults, total = ours(instance, solution)
        assert published.rejects(instance, solution) == faults == set()
        assert total == pytest.approx(published.objective(instance, solution), abs=1e-6)

    @settings(max_examples=60, deadline=None)
    @given(seed=SEEDS)
    def test_no_change_that_breaks_a_rule_passes_either(self, seed):
        instance = random_instance(seed)
        solution = solution_of(instance, seed)
        for change in CHANGES:
            case = Changed(instance, solution, seed)
            rule = change(case)
            if rule is not None:
                assert rule in published.rejects(instance, case.solution), change.__name__
                assert ours(instance, case.solution)[0], change.__name__

    @pytest.mark.parametrize("change", CHANGES, ids=[change.__name__ for change in CHANGES])
    def test_every_kind_of_change_is_met(self, change):
        met = 0
        for seed in range(12):
            instance = random_instance(seed)
            met += change(Changed(instance, solution_of(instance, seed), seed)) is not None
        assert met > 0

    @settings(max_examples=60, deadline=None)
    @given(seed=SEEDS, minutes=st.floats(-30, 30))
    def test_both_say_the_same_of_a_solution_disturbed_anyhow(self, seed, minutes):
        """A stop moved in time, onto another route, or two routes exchanged: sometimes valid still, sometimes not."""
        instance = random_instance(seed)
        case = Changed(instance, solution_of(instance, seed), seed)
        route, k, stop = case.stop()
        what = case.random.integers(3)
        if what == 0:
            case.shift(stop, minutes)
        elif what == 1:
            other = case.solution["routes"][int(case.random.integers(len(case.solution["routes"])))]
            other["locations"].append(route["locations"].pop(k))
        else:
            first, second = case.solution["routes"][:2]
            first["locations"], second["locations"] = second["locations"], first["locations"]
        faults, total = ours(instance, case.solution)
        assert bool(published.rejects(instance, case.solution)) == bool(faults)
        if not faults:
            assert total == pytest.approx(published.objective(instance, case.solution), abs=1e-6)

    @pytest.mark.parametrize(
        "name",
        [
            "mankowska/InstanzCPLEX_HCSRP_25_6.json",
            "kummer/HHCRSP_50_10_26_1.2_R_C.json",
            "italian/instance_010-milan-r15-p76-s2-sim17.7-seq13.7.json",
        ],
    )
    def test_on_public_instances(self, instances, name):
        instance = json.loads((instances / name).read_text())
        solution = solution_of(instance, seed=1, iterations=2000)
        faults, total = ours(instance, solution)
        assert published.rejects(instance, solution) == faults == set()
        assert total == pytest.approx(published.objective(instance, solution), abs=1e-6)
        for change in CHANGES:
            case = Changed(instance, solution, 1)
            if change(case) is not None:
                assert published.rejects(instance, case.solution), change.__name__
                assert ours(instance, case.solution)[0], change.__name__
