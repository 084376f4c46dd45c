"""visit-planner: solve and check problem files, and measure the planner on a folder of them.

    visit-planner solve FILE --seconds 60 --seed 1 --out SOLUTION
    visit-planner check FILE SOLUTION
    visit-planner week FILE --seconds 60 --out PLAN
    visit-planner bench FOLDER --seconds 60 --seeds 1,2,3 --json
    visit-planner days FOLDER --out PLANS --processes 2
    visit-planner days FOLDER --out PLANS --engine dask --scheduler tcp://HOST:8786

FILE is a public instance or the planner's own problem file (docs/guides/planner.md); for a week, a week file
(docs/guides/planner-terms.md).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from visit_planner import Cost, Plan, Problem, ProblemError, benchmarking, check, cluster, cost, explain, solve, warm_up
from visit_planner.benchmarking import Effort, Run
from visit_planner.engines import EngineError, engine_named
from visit_planner.formats import reading, weekly
from visit_planner.formats.known import read_problem
from visit_planner.formats.reading import FormatError
from visit_planner.search import is_compiled
from visit_planner.weeks import check_week, explain_week, plan_week, week_problem

Value = TypeVar("Value")

FOUND_FAULTS = 1
WRONG_INPUT = 2
ENGINE_LOST = 3
COMPILING = "Compiling the search (once on this machine, up to a minute) ..."


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 done, 1 the checked plan has faults, 2 wrong input, 3 the engine was lost."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (FormatError, ProblemError) as wrong:
        print(f"visit-planner: {wrong}", file=sys.stderr)
        return WRONG_INPUT
    except EngineError as lost:
        print(f"visit-planner: {lost}", file=sys.stderr)
        return ENGINE_LOST


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="visit-planner", description="Plans home visits and checks plans.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    solving = commands.add_parser("solve", help="make a plan for a problem file")
    solving.add_argument("file", type=Path, help="HHCRSP instance or own problem file (JSON)")
    solving.add_argument("--seconds", type=_at_least_zero, default=10.0, help="CPU seconds to search (10)")
    solving.add_argument("--seed", type=int, default=0, help="another seed, another plan (0)")
    solving.add_argument("--iterations", type=int, help="moves to try instead of seconds: repeatable anywhere")
    solving.add_argument("--processes", type=_at_least_one, default=1, help="cores to use on a large problem (1)")
    solving.add_argument("--out", type=Path, help="where to write the solution")
    solving.add_argument("--explain", action="store_true", help="say why, for every visit left out")
    solving.set_defaults(run=_solve)
    checking = commands.add_parser("check", help="check a solution against its problem")
    checking.add_argument("file", type=Path, help="HHCRSP instance or own problem file (JSON)")
    checking.add_argument("solution", type=Path, help="solution file to check")
    checking.set_defaults(run=_check)
    _add_week(commands.add_parser("week", help="choose the days of a week's patterns and plan all of them"))
    _add_bench(commands.add_parser("bench", help="plan every instance of a folder and compare with the best known"))
    _add_days(commands.add_parser("days", help="plan every problem file of a folder: many localities and days"))
    return parser


def _add_week(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="week file (JSON): workers, patterns, travel")
    parser.add_argument("--seconds", type=_at_least_zero, default=60.0, help="CPU seconds for the whole week (60)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another plan (0)")
    parser.add_argument("--iterations", type=int, help="moves to try instead of seconds: repeatable anywhere")
    parser.add_argument("--out", type=Path, help="where to write the plan")
    parser.add_argument("--check", type=Path, help="a plan of this week to check, instead of making one")
    parser.add_argument("--explain", action="store_true", help="say why these days, whom people see, and why not")
    parser.set_defaults(run=_week)


def _add_days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="folder of problem files, or a file that lists them, one a line")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for the plans; what it has is not planned again"
    )
    parser.add_argument("--seconds", type=_at_least_zero, default=10.0, help="CPU seconds for each (10)")
    parser.add_argument("--iterations", type=int, help="moves to try instead of seconds: repeatable anywhere")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other plans (0)")
    parser.add_argument(
        "--engine", choices=("processes", "dask"), default="processes", help="where to plan (processes)"
    )
    parser.add_argument("--processes", type=_at_least_one, default=1, help="processes on this machine (1)")
    parser.add_argument("--scheduler", help="with --engine dask: address of the scheduler, tcp://HOST:PORT")
    parser.set_defaults(run=_days)


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="instances, in folders or not; best_known.csv there or above")
    parser.add_argument(
        "--seconds", type=_several(_at_least_zero), default=[60.0], help="CPU seconds a run, or several: 5,60 (60)"
    )
    parser.add_argument("--seeds", type=_several(int), default=[1], help="comma separated: 1,2,3 (1)")
    parser.add_argument("--iterations", type=int, help="moves to try instead of seconds: repeatable anywhere")
    parser.add_argument("--processes", type=_at_least_one, default=1, help="runs at the same time, a core each (1)")
    parser.add_argument("--only", help="sets to plan: names of folders, comma separated")
    parser.add_argument("--match", help="parts of file names, comma separated")
    parser.add_argument("--smallest", type=int, default=0, help="leave out instances with fewer patients")
    parser.add_argument("--largest", type=int, help="leave out instances with more patients")
    parser.add_argument("--json", action="store_true", help="print JSON: settings, runs, instances, means")
    parser.add_argument("--out", type=Path, help="where to write the table, in Markdown, as the runs are done")
    parser.set_defaults(run=_bench)


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _several(one: Callable[[str], Value]) -> Callable[[str], list[Value]]:
    def read(text: str) -> list[Value]:
        return [one(part) for part in text.split(",")]

    return read


def _at_least_zero(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError("must be at least 0")
    return value


def _days(options: argparse.Namespace) -> int:
    if options.engine == "dask" and not options.scheduler:
        raise FormatError("--engine dask needs --scheduler tcp://HOST:PORT, where the cluster's scheduler listens")
    if not is_compiled():
        print(COMPILING, file=sys.stderr, flush=True)
    warm_up()

    def tell(one: cluster.Planned) -> None:
        what = "kept" if one.kept else f"planned after {one.seconds:.1f} s"
        print(
            f"{one.name}: {what}, {one.visits} visits, {one.undone} left out, cost {one.cost:.1f}, {one.faults} faults",
            flush=True,
        )

    effort = cluster.Effort(options.seconds, options.iterations, options.seed)
    with engine_named(options.engine, processes=options.processes, scheduler=options.scheduler) as engine:
        results = cluster.plan_files(options.source, options.out, engine, effort, tell)
    kept = sum(one.kept for one in results)
    print(f"{len(results) - kept} planned, {kept} kept, {sum(one.undone for one in results)} visits left out")
    return FOUND_FAULTS if any(one.faults for one in results) else 0


def _solve(options: argparse.Namespace) -> int:
    problem, its_format = read_problem(options.file)
    _check_folder(options.out)
    if not is_compiled(problem):
        print(COMPILING, file=sys.stderr, flush=True)
    warm_up()
    plan = solve(
        problem,
        seconds=options.seconds,
        seed=options.seed,
        iterations=options.iterations,
        processes=options.processes,
    )
    if options.out is not None:
        its_format.write_plan(problem, plan, options.out)
    assert plan.cost is not None
    _print_cost(plan.cost, plan)
    print(f"moves {plan.iterations}  cpu_seconds {plan.cpu_seconds:.1f}  seed {plan.seed}")
    if options.explain:
        for why in explain(problem, plan).undone.values():
            print(f"{why.visit}: {why.sentence} {why.nearest}")
    return _print_faults(problem, plan)


def _week(options: argparse.Namespace) -> int:
    week = weekly.read_week(options.file)
    if options.check is not None:
        plan = weekly.plan_from_json(reading.load(options.check), str(options.check))
    else:
        _check_folder(options.out)
        if not is_compiled():
            print(COMPILING, file=sys.stderr, flush=True)
        warm_up()
        plan = plan_week(week, seconds=options.seconds, seed=options.seed, iterations=options.iterations)
        if options.out is not None:
            weekly.write_plan(plan, options.out)
    visits = week_problem(week, plan.chosen).visits
    print(f"{len(visits)} visits on {week.days} days, {len(plan.plan.undone)} left out; cost {plan.total:.4f}")
    print(f"moves {plan.plan.iterations}  cpu_seconds {plan.plan.cpu_seconds:.1f}  seed {plan.plan.seed}")
    if options.explain:
        said = explain_week(week, plan)
        for name, sentence in [*said.patterns.items(), *said.people.items()]:
            print(f"{name}: {sentence}")
        for why in (why for day in said.days for why in day.undone.values()):
            print(f"{why.visit}: {why.sentence} {why.nearest}")
    faults = check_week(week, plan)
    for fault in faults:
        print(f"FAULT {fault.rule}: {fault.text}")
    if not faults:
        print("no faults")
    return FOUND_FAULTS if faults else 0


def _check(options: argparse.Namespace) -> int:
    problem, its_format = read_problem(options.file)
    plan = its_format.plan(problem, reading.load(options.solution), str(options.solution))
    _print_cost(cost(problem, plan), plan)
    return _print_faults(problem, plan, undone_is_fault=its_format.undone_is_fault)


def _bench(options: argparse.Namespace) -> int:
    _check_folder(options.out)
    instances, strange = benchmarking.find_instances(
        options.folder, only=options.only, match=options.match, smallest=options.smallest, largest=options.largest
    )
    for path in strange:
        print(f"{path}: left out, it is no problem file", file=sys.stderr)
    if not is_compiled():
        print(COMPILING, file=sys.stderr, flush=True)
    by_moves = options.iterations is not None
    efforts = [Effort(None, options.iterations)] if by_moves else [Effort(seconds) for seconds in options.seconds]
    settings = {
        "folder": str(options.folder),
        "seconds": None if by_moves else options.seconds,
        "iterations": options.iterations,
        "seeds": options.seeds,
        "processes": options.processes,
        **benchmarking.circumstances(),
    }
    done: list[Run] = []

    def kept(runs: Iterable[Run]) -> Iterator[Run]:
        for run in runs:
            done.append(run)
            if options.out is not None:
                options.out.write_text(benchmarking.table(done, settings), encoding="utf-8")
            yield run

    runs = kept(benchmarking.measure_all(instances, efforts, options.seeds, options.processes))
    if options.json:
        benchmarking.write_json(runs, settings, lambda line: print(line, flush=True))
    else:
        for run in runs:
            print(benchmarking.text_of(run), flush=True)
        print("\n" + benchmarking.means_table(done))
    return FOUND_FAULTS if any(run.faults for run in done) else 0


def _check_folder(out: Path | None) -> None:
    if out is not None and not out.parent.is_dir():
        raise FormatError(f"--out {out}: there is no folder {out.parent}")


def _print_cost(components: Cost, plan: Plan) -> None:
    print(f"cost {components.total:.4f}")
    print("  ".join(f"{name} {value:.3f}" for name, value in components.to_dict().items() if name != "total"))
    print(f"visits left out {len(plan.undone)}")


def _print_faults(problem: Problem, plan: Plan, undone_is_fault: bool = False) -> int:
    faults = check(problem, plan)
    for fault in faults:
        print(f"FAULT {fault.rule}: {fault.text}")
    if undone_is_fault:
        for name in plan.undone:
            print(f"FAULT every_service_done: {name} is missing from the solution")
    if faults or (undone_is_fault and plan.undone):
        return FOUND_FAULTS
    print("no faults")
    return 0
