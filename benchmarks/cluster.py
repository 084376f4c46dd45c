"""Plans 150 fictitious localities for 7 days on a cluster of 1, 2 and 4 nodes, and shows how time falls with nodes.

    python benchmarks/cluster.py --localities 150 --days 7 --nodes 1,2,4

The scheduler and its nodes are processes on this machine, so more nodes than cores cannot help: then the run shows
what the cluster itself costs. Every run makes the same plans, which is checked.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

from visit_planner.cluster import PLAN_SUFFIX, Effort, plan_files
from visit_planner.engines import Dask, Engine, InProcess
from visit_planner.fictitious import large_place
from visit_planner.formats import native
from visit_planner.formats.reading import load
from visit_planner.plan import Plan

FIRST_DAY = 23  # of November 2026


def write_localities(folder: Path, localities: int, days: int, visits: int) -> None:
    for place in range(localities):
        for day in range(days):
            path = folder / f"place-{place:03}" / f"2026-11-{FIRST_DAY + day}.json"
            path.parent.mkdir(exist_ok=True)
            # places differ in size, as real ones do
            count = visits * (50 + place % 101) // 100
            problem = large_place(visits=count, workers=max(3, count // 5), seed=place * 100 + day)
            native.write_problem(problem, path)


def measure(source: Path, engine: Engine, effort: Effort) -> tuple[float, float, int, int, str]:
    """Elapsed and CPU seconds, visits left out, faults, and a digest of every assignment of every plan."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        results = plan_files(source, Path(folder), engine, effort, lambda _: None)
        elapsed = time.monotonic() - began
        plans = [Plan.from_dict(load(path)) for path in sorted(Path(folder).rglob(f"*{PLAN_SUFFIX}"))]
    digest = hashlib.sha256(repr([plan.assignments for plan in plans]).encode()).hexdigest()
    undone, faults = sum(one.undone for one in results), sum(one.faults for one in results)
    return elapsed, sum(plan.cpu_seconds for plan in plans), undone, faults, digest[:12]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--localities", type=int, default=150)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--visits", type=int, default=30, help="visits a day in a locality of middling size (30)")
    parser.add_argument("--iterations", type=int, default=20000, help="moves for each locality and day (20000)")
    parser.add_argument("--nodes", default="1,2,4", help="numbers of nodes to try; 0: in this process")
    options = parser.parse_args()
    from distributed import LocalCluster

    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).resolve().parent.parent), *sys.path])
    effort = Effort(iterations=options.iterations, seed=1)
    digests = set()
    print(f"{options.localities} localities x {options.days} days, {options.iterations} moves each")
    print("| nodes | elapsed seconds | CPU seconds of search | left out | faults | plans |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        write_localities(source, options.localities, options.days, options.visits)
        for nodes in map(int, options.nodes.split(",")):
            if nodes == 0:
                measured = measure(source, InProcess(), effort)
            else:
                with (
                    LocalCluster(
                        n_workers=nodes, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
                    ) as cluster,
                    Dask(cluster.scheduler_address) as engine,
                ):
                    # kernels load once in every node: not part of what grows
                    engine._client.run(_load_kernels)
                    measured = measure(source, engine, effort)
            elapsed, cpu, undone, faults, digest = measured
            digests.add(digest)
            print(f"| {nodes or 'none'} | {elapsed:.1f} | {cpu:.1f} | {undone} | {faults} | {digest} |", flush=True)
    print("The plans are the same every time." if len(digests) == 1 else "THE PLANS DIFFER.")
    return 0 if len(digests) == 1 else 1


def _load_kernels() -> None:
    from visit_planner import warm_up

    warm_up()


if __name__ == "__main__":
    sys.exit(main())
