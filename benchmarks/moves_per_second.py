"""How fast moves are evaluated: prices a second of the planner's kernels, and of the same loop in C.

    python benchmarks/moves_per_second.py ../shared/benchmarks/hhcrsp --match VNS_HCSRP_300_4 --seconds 3

A move evaluation is the price of one task at one place of one route: travel, lateness of the visit and of the next
one, the largest lateness, preferences, hours. Every tenth visit of a plan is taken out and priced after every task of
every route it may be on, by the kernel the search uses (compiled by Numba) and by the same loop in C (``benchmarks/c``,
``cc -O3 -march=native``), on the same arrays. Both must find the same prices. The C part is left out where there is no
compiler. What a whole search evaluates a second, with all it does beside, is measured by solving.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from visit_planner import check, solve
from visit_planner.benchmarking import circumstances, find_instances
from visit_planner.formats.known import read_problem
from visit_planner.search import records
from visit_planner.search.board import Board
from visit_planner.search.kernels import compiled, floor_of, least_price
from visit_planner.search.laying import set_up

HERE = Path(__file__).resolve().parent
OPTIMISED = ("-O3", "-march=native", "-shared", "-fPIC")
# Prices of the two may differ by how they round sums.
SAME = 1e-6


@compiled
def price_everywhere(T, V, R, W, G, D, F, S, OPTIONS, FIRST_OPTION, LEFT, times, LEAST):
    """The loop of benchmarks/c/pricing.c."""
    priced = 0
    for _ in range(times):
        for k in range(len(LEFT)):
            t = LEFT[k]
            floor = floor_of(V, G, T[t].visit)
            best = np.inf
            for option in range(FIRST_OPTION[t], FIRST_OPTION[t + 1]):
                a = S[0].tasks + OPTIONS[option]
                end = a + S[0].routes
                while a != end:
                    price = least_price(T, V, R, W, D, F, S, t, a, floor)
                    best = min(best, price)
                    priced += 1
                    a = T[a].nxt
            LEAST[k] += best
    return priced


def board_to_price(path: Path) -> tuple[Board, np.ndarray]:
    """A planned instance with every tenth visit taken out, and the tasks of those."""
    problem = read_problem(path)[0]
    plan = solve(problem, iterations=20_000, seed=1)
    assert check(problem, plan) == []
    out = {visit.id for visit in problem.visits[::10]}
    kept = tuple(stop for stop in plan.assignments if stop.visit not in out)
    board = set_up(problem, start=type(plan)(kept, tuple(out)))
    left = [t for t in range(len(board.slots)) if board.T[t]["route"] < 0]
    return board, np.array(left, dtype=np.int64)


def rate(loop: Callable[[int], int], seconds: float) -> float:
    """Prices a second of CPU time: the best of several stretches, which others on the machine disturb least."""
    loop(1)
    times, best = 1, 0.0
    until = time.process_time() + seconds
    while time.process_time() < until:
        began = time.process_time()
        priced = loop(times)
        spent = time.process_time() - began
        if spent < seconds / 20:
            times *= 2
        else:
            best = max(best, priced / spent)
    return best


def in_numba(board: Board, left: np.ndarray, least: np.ndarray) -> Callable[[int], int]:
    return lambda times: price_everywhere(
        board.T, board.V, board.R, board.W, board.G, board.D, board.F, board.S, board.OPTIONS, board.FIRST_OPTION,
        left, times, least,
    )  # fmt: skip


class Pointers(ctypes.Structure):
    """``struct board`` of benchmarks/c/pricing.c."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("T", "V", "R", "W", "G", "D", "F", "S", "options", "first")] + [
        ("places", ctypes.c_int64),
        ("routes", ctypes.c_int64),
    ]


def in_c(board: Board, left: np.ndarray, least: np.ndarray, library: Path) -> Callable[[int], int]:
    arrays = (
        board.T, board.V, board.R, board.W, board.G, board.D, board.F, board.S, board.OPTIONS, board.FIRST_OPTION,
    )  # fmt: skip
    assert all(array.flags.c_contiguous for array in arrays)
    pointers = Pointers(*(array.ctypes.data for array in arrays), board.D.shape[1], board.F.shape[1])
    loop = ctypes.CDLL(str(library)).price_everywhere
    loop.restype = ctypes.c_int64
    loop.argtypes = [
        ctypes.POINTER(Pointers), ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p,
    ]  # fmt: skip
    return lambda times: loop(ctypes.byref(pointers), left.ctypes.data, len(left), times, least.ctypes.data)


def compile_c(folder: Path) -> Path | None:
    """The loop in C as a library; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    layouts = {
        "task": records.TASK, "visit": records.VISIT, "route": records.ROUTE, "worker": records.WORKER,
        "gap": records.GAP, "state": records.STATE,
    }  # fmt: skip
    (folder / "records.h").write_text("\n".join(_struct(name, layout) for name, layout in layouts.items()) + "\n")
    library = folder / "pricing.so"
    subprocess.run(
        [compiler, *OPTIMISED, f"-I{folder}", str(HERE / "c" / "pricing.c"), "-o", str(library), "-lm"], check=True
    )
    return library


def _struct(name: str, layout: np.dtype) -> str:
    kinds = {"f8": "double", "i8": "int64_t", "u8": "uint64_t"}
    assert layout.fields is not None
    names = layout.names or ()
    # Eight bytes each and no padding: what C makes of the same fields in the same order.
    assert all(layout.fields[field][1] == 8 * k for k, field in enumerate(names)), f"{name}: not all of eight bytes"
    fields = " ".join(f"{kinds[layout.fields[field][0].str[1:]]} {field};" for field in names)
    return f"typedef struct {{ {fields} }} {name}_t;"


def measure(path: Path, seconds: float, library: Path | None) -> dict[str, object]:
    board, left = board_to_price(path)
    ours, theirs = np.zeros(len(left)), np.zeros(len(left))
    numba_loop = in_numba(board, left, ours)
    priced = numba_loop(1)
    found: dict[str, object] = {"instance": path.stem, "tasks_priced": len(left), "places": priced}
    if library is not None:
        c_loop = in_c(board, left, theirs, library)
        assert c_loop(1) == priced
        if not np.allclose(ours, theirs, atol=SAME, rtol=0):
            raise SystemExit(f"{path.stem}: the loop in C finds other prices: benchmarks/c/pricing.c is out of step")
    found["numba_prices_per_second"] = round(rate(numba_loop, seconds))
    if library is not None:
        found["c_prices_per_second"] = round(rate(c_loop, seconds))
        found["c_to_numba"] = round(found["c_prices_per_second"] / found["numba_prices_per_second"], 3)  # type: ignore[operator]
    plan = solve(read_problem(path)[0], seconds=seconds, seed=1)
    evaluations = getattr(plan, "evaluations", None)
    found["moves_proposed_per_second"] = round(plan.iterations / plan.cpu_seconds)
    found["search_evaluations_per_second"] = None if evaluations is None else round(evaluations / plan.cpu_seconds)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="public instances")
    parser.add_argument("--match", default="VNS_HCSRP_300_4", help="parts of instance names, comma separated")
    parser.add_argument("--seconds", type=float, default=3.0, help="CPU seconds for each loop")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = compile_c(Path(folder))
        if library is None:
            print("There is no C compiler here: only the planner's own loop is measured.", file=sys.stderr)
        results = [
            measure(instance.path, options.seconds, library)
            for instance in find_instances(options.folder, match=options.match)[0]
        ]
    print(json.dumps({"settings": circumstances(), "results": results}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
