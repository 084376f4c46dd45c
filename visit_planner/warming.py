"""The smallest problem that makes every kernel compile."""

import numpy as np

from visit_planner.problem import Gap, Problem, Shift, Slot, Visit, Window, Worker


def smallest_problem() -> Problem:
    travel = {"car": np.array([[0.0, 5.0, 9.0], [5.0, 0.0, 6.0], [9.0, 6.0, 0.0]])}
    workers = tuple(Worker(f"w{k}", "team", frozenset({"care"}), (Shift("day", 480, 960, 0, 0),)) for k in range(3))
    visits = (
        Visit("joint", 1, (Slot("care", 20), Slot("care", 20)), Window(500, 560)),
        Visit("morning", 2, (Slot("care", 15),), Window(500, 600)),
        Visit("noon", 2, (Slot("care", 15),), Window(600, 800)),
    )
    return Problem(workers, visits, travel, (Gap("morning", "noon", 60),))
