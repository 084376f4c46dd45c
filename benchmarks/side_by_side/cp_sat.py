"""CP-SAT: a circuit through the office for every worker, a start for every visit. Where it fits: small instances."""

from __future__ import annotations

import threading
import time

from ortools.sat.python import cp_model

from benchmarks.side_by_side.routes import Numbers, Routes, routes_of
from visit_planner import Plan, Problem, solve

# Arcs grow with the square of the tasks: beyond, it does not leave the plan it is given.
MOST_TASKS = 110
# Its strategies complement each other: at equal CPU time eight together came out a third below one.
WORKERS = 8


def routes(problem: Problem, seconds: float, seed: int) -> Routes:
    until = time.process_time() + seconds
    numbers = Numbers(problem)
    weights = problem.weights
    greedy = solve(problem, iterations=0)
    assert greedy.cost is not None
    if weights.lateness and not greedy.undone:
        # Somebody's lateness counts in the sum and as the largest: more than this costs more than the greedy plan.
        most_late = greedy.cost.total / (weights.lateness + weights.worst_lateness)
        numbers.horizon = max(numbers.closes) + numbers.units(most_late) + 1
        latest = {
            task: numbers.closes[task] + numbers.units(most_late) + 1 for task in range(1, len(numbers.tasks) + 1)
        }
    else:
        latest = {task: numbers.closes[task] for task in range(1, len(numbers.tasks) + 1)}
    tasks = range(1, len(numbers.tasks) + 1)
    model = cp_model.CpModel()
    able = {task: set(numbers.able(task)) for task in tasks}
    by = {(task, k): model.new_bool_var("") for task in tasks for k in able[task]}
    left_out = {task: model.new_bool_var("") for task in tasks if numbers.hard[task]}
    starts = _starts(model, numbers, latest)
    for task in tasks:
        here = [by[task, k] for k in able[task]] + ([left_out[task]] if task in left_out else [])
        model.add_exactly_one(here)
    steps: dict[tuple[int, int, int], cp_model.IntVar] = {}
    for k in range(len(problem.workers)):
        mine = [task for task in tasks if k in able[task]]
        unused = model.new_bool_var("")
        arcs = [(0, 0, unused)]
        for task in mine:
            arcs.append((task, task, by[task, k].negated()))
            model.add_implication(by[task, k], unused.negated())
        for a in [0, *mine]:
            for b in [0, *mine]:
                if a != b and (not a or not b or _may_follow(numbers, latest, a, b)):
                    step = steps[k, a, b] = model.new_bool_var("")
                    arcs.append((a, b, step))
                    if a and b:
                        way = numbers.minutes[a] + numbers.near[a][b]
                        model.add(starts[b] >= starts[a] + way).only_enforce_if(step)
        model.add_circuit(arcs)
    _keep_in_step(model, numbers, starts, by, able)
    cost = [round(3 * weights.travel) * numbers.near[a][b] * step for (_, a, b), step in steps.items()]
    if weights.lateness:
        late = {task: model.new_int_var(0, max(0, latest[task] - numbers.closes[task]), "") for task in tasks}
        worst = model.new_int_var(0, numbers.horizon, "")
        for task in tasks:
            model.add(late[task] >= starts[task] - numbers.closes[task])
            model.add(worst >= late[task])
        cost += [round(3 * weights.lateness) * one for one in late.values()]
        cost.append(round(3 * weights.worst_lateness) * worst)
    undone = {visit.id: visit.cost_if_undone for visit in problem.visits}
    cost += [
        round(3 * weights.undone * undone[numbers.tasks[task - 1][0]]) * numbers.scale * gone
        for task, gone in left_out.items()
    ]
    model.minimize(sum(cost))
    _hint(model, numbers, greedy, problem, steps, by, starts)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = seed
    done = threading.Event()
    # Its own limit is of wall clock: another thread watches the CPU time.
    watching = threading.Thread(target=_stop_at, args=(solver, until, done), daemon=True)
    watching.start()
    status = solver.solve(model)
    done.set()
    watching.join()
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {}
    orders: dict[int, list[int]] = {}
    for k in range(len(problem.workers)):
        follows = {a: b for (x, a, b), step in steps.items() if x == k and solver.boolean_value(step)}
        at = follows.get(0, 0)
        while at:
            orders.setdefault(k, []).append(at)
            at = follows[at]
    return numbers.routes(orders)


def _starts(model: cp_model.CpModel, numbers: Numbers, latest: dict[int, int]) -> dict[int, cp_model.IntVar]:
    """A start for every task; those of one team are one variable."""
    starts = {}
    team_of = {task: team[0] for team in numbers.teams() for task in team}
    for task in range(1, len(numbers.tasks) + 1):
        leader = team_of.get(task, task)
        if leader not in starts:
            earliest = max(numbers.opens[task], numbers.near[0][task])
            starts[leader] = model.new_int_var(earliest, max(earliest, latest[task]), "")
        starts[task] = starts[leader]
    return starts


def _may_follow(numbers: Numbers, latest: dict[int, int], a: int, b: int) -> bool:
    if numbers.tasks[a - 1][0] == numbers.tasks[b - 1][0]:
        return False
    return max(numbers.opens[a], numbers.near[0][a]) + numbers.minutes[a] + numbers.near[a][b] <= latest[b]


def _keep_in_step(
    model: cp_model.CpModel,
    numbers: Numbers,
    starts: dict[int, cp_model.IntVar],
    by: dict[tuple[int, int], cp_model.IntVar],
    able: dict[int, set[int]],
) -> None:
    apart = [(team[0], other) for team in numbers.teams() for other in team[1:]]
    for a, b, least, most, different in numbers.gaps():
        model.add(starts[b] >= starts[a] + least)
        if most is not None:
            model.add(starts[b] <= starts[a] + most)
        if different:
            apart.append((a, b))
    for a, b in apart:
        for k in able[a] & able[b]:
            model.add_at_most_one(by[a, k], by[b, k])


def _hint(
    model: cp_model.CpModel,
    numbers: Numbers,
    plan: Plan,
    problem: Problem,
    steps: dict[tuple[int, int, int], cp_model.IntVar],
    by: dict[tuple[int, int], cp_model.IntVar],
    starts: dict[int, cp_model.IntVar],
) -> None:
    """A plan to start from."""
    follows, chosen = set(), set()
    for k, order in numbers.orders(routes_of(plan)).items():
        follows |= {(k, a, b) for a, b in zip([0, *order], [*order, 0])}
        chosen |= {(task, k) for task in order}
    for arc, step in steps.items():
        model.add_hint(step, arc in follows)
    for key, choice in by.items():
        model.add_hint(choice, key in chosen)
    given = {numbers.number[stop.visit, stop.slot]: numbers.units(stop.starts) for stop in plan.assignments}
    hinted = set()
    for task, start in starts.items():
        if task in given and start.index not in hinted:
            hinted.add(start.index)
            model.add_hint(start, given[task])


def _stop_at(solver: cp_model.CpSolver, until: float, done: threading.Event) -> None:
    while not done.wait(0.02):
        if time.process_time() > until:
            solver.stop_search()
