"""The smallest problem that makes every kernel compile."""

import numpy as np

from visit_planner.problem import Gap, Problem, Shift, Slot, Visit, Window, Worker


def smallest_problem() -> Problem:
    travel = {"car": np.array([[0.0, 5.0, 9.0], [5.0, 0.0, 6.0], [9.0, 6.0, 0.0]])}
    workers = tuple(
        Worker(f"w{k}", "team", frozenset({"care"}), (Shift("day", 480, 960, 0, 0),)) for k in range(3)
    )
    visits = (
        Visit("joint", 1, (Slot("care", 20), Slot("care", 20)), Window(500, 560)),
        Visit("morning", 2, (Slot("care", 15),), Window(500, 600)),
        Visit("noon", 2, (Slot("care", 15),), Window(600, 800)),
    )
    return Problem(workers, visits, travel, (Gap("morning", "noon", 60),))


def is_compiled() -> bool:
    """Whether an earlier run on this machine left compiled kernels behind (a guess good enough for a message)."""
    from visit_planner.search import annealing

    return bool(_files(annealing.anneal.stats.cache_path))


def _files(folder: str) -> list[str]:
    from pathlib import Path

    return [path.name for path in Path(folder).glob("annealing.anneal-*.nbc")] if Path(folder).is_dir() else []
