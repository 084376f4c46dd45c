"""VROOM's local search, on instances without visits in step: it cannot tie one route to another.

It ends by itself, mostly long before the others' time is up; it is given its deepest exploration.
"""

from __future__ import annotations

import numpy as np
import vroom

from benchmarks.side_by_side.routes import Numbers, Routes
from visit_planner import Problem

DEEPEST = 5


def routes(problem: Problem, seconds: float, seed: int) -> Routes:
    # It counts in whole seconds of 32 bits and prices them itself: thousandths of a minute fit.
    numbers = Numbers(problem)
    given = vroom.Input()
    given.set_durations_matrix(profile="car", matrix_input=np.array(numbers.near, dtype=np.uint32))
    skill = {name: k for k, name in enumerate(sorted({s for s in numbers.skills if s is not None}))}
    for k, worker in enumerate(problem.workers):
        given.add_vehicle(vroom.Vehicle(k, start=0, end=0, skills={skill[s] for s in worker.skills if s in skill}))
    for task in range(1, len(numbers.tasks) + 1):
        given.add_job(
            vroom.Job(
                task,
                location=task,
                default_service=numbers.minutes[task],
                skills={skill[numbers.skills[task]]},
                time_windows=[(numbers.opens[task], numbers.closes[task])],
            )
        )
    # No limit: its own is of wall clock, which on a busy machine would end it before its time.
    found = given.solve(exploration_level=DEEPEST, nb_threads=1)
    orders: dict[int, list[int]] = {}
    steps = found.routes
    for vehicle, kind, task in zip(steps["vehicle_id"], steps["type"], steps["id"]):
        if kind == "job":
            orders.setdefault(int(vehicle), []).append(int(task))
    return numbers.routes(orders)
