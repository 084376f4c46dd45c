"""PyVRP's iterated local search, on instances without visits in step: it cannot tie one route to another.

Skills are routing profiles: one for each set of skills, where what its workers cannot do is out of reach.
"""

from __future__ import annotations

import time

import numpy as np
import pyvrp

from benchmarks.side_by_side.routes import Numbers, Routes
from visit_planner import Problem

OUT_OF_REACH = 10**8


def routes(problem: Problem, seconds: float, seed: int) -> Routes:
    until = time.process_time() + seconds
    numbers = Numbers(problem)
    n = len(numbers.tasks)
    model = pyvrp.Model()
    office = model.add_depot(model.add_location(0, 0))
    undone = {visit.id: visit.cost_if_undone for visit in problem.visits}
    for task in range(1, n + 1):
        model.add_client(
            model.add_location(0, 0),
            service_duration=numbers.minutes[task],
            tw_early=numbers.opens[task],
            tw_late=numbers.closes[task],
            prize=round(undone[numbers.tasks[task - 1][0]] * numbers.scale),
            required=False,
        )
    groups: dict[frozenset[str], list[int]] = {}
    for k, worker in enumerate(problem.workers):
        groups.setdefault(worker.skills, []).append(k)
    near = np.array(numbers.near, dtype=np.int64)
    matrices = []
    for skills, members in groups.items():
        model.add_vehicle_type(
            num_available=len(members), start_depot=office, end_depot=office, profile=model.add_profile()
        )
        theirs = near.copy()
        beyond = [task for task in range(1, n + 1) if numbers.skills[task] not in skills]
        theirs[beyond, :] = theirs[:, beyond] = OUT_OF_REACH
        np.fill_diagonal(theirs, 0)
        matrices.append(theirs)
    data = model.data().replace(distance_matrices=matrices, duration_matrices=matrices)
    found = pyvrp.solve(data, stop=lambda _best: time.process_time() > until, seed=seed, display=False)
    free = {kind: list(members) for kind, members in enumerate(groups.values())}
    orders = {}
    for route in found.best.routes():
        orders[free[route.vehicle_type()].pop()] = [activity.idx + 1 for activity in route if activity.is_client()]
    return numbers.routes(orders)
