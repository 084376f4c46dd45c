"""visit-planner: solve and check problem files.

    visit-planner solve FILE --seconds 60 --seed 1 --out SOLUTION
    visit-planner check FILE SOLUTION

FILE is a public HHCRSP instance or the planner's own problem file (docs/guides/planner.md).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from visit_planner import Cost, Plan, Problem, ProblemError, check, cost, explain, solve, warm_up
from visit_planner.formats import reading
from visit_planner.formats.known import read_problem
from visit_planner.formats.reading import FormatError
from visit_planner.search import is_compiled

FOUND_FAULTS = 1
WRONG_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 done, 1 the checked plan has faults, 2 wrong input."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (FormatError, ProblemError) as wrong:
        print(f"visit-planner: {wrong}", file=sys.stderr)
        return WRONG_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="visit-planner", description="Plans home visits and checks plans.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    solving = commands.add_parser("solve", help="make a plan for a problem file")
    solving.add_argument("file", type=Path, help="HHCRSP instance or own problem file (JSON)")
    solving.add_argument("--seconds", type=_at_least_zero, default=10.0, help="CPU seconds to search (10)")
    solving.add_argument("--seed", type=int, default=0, help="another seed, another plan (0)")
    solving.add_argument("--iterations", type=int, help="moves to try instead of seconds: repeatable anywhere")
    solving.add_argument("--out", type=Path, help="where to write the solution")
    solving.add_argument("--explain", action="store_true", help="say why, for every visit left out")
    solving.set_defaults(run=_solve)
    checking = commands.add_parser("check", help="check a solution against its problem")
    checking.add_argument("file", type=Path, help="HHCRSP instance or own problem file (JSON)")
    checking.add_argument("solution", type=Path, help="solution file to check")
    checking.set_defaults(run=_check)
    return parser


def _at_least_zero(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError("must be at least 0")
    return value


def _solve(options: argparse.Namespace) -> int:
    problem, its_format = read_problem(options.file)
    if options.out is not None and not options.out.parent.is_dir():
        raise FormatError(f"--out {options.out}: there is no folder {options.out.parent}")
    if not is_compiled():
        print("Compiling the search (once on this machine, up to a minute) ...", file=sys.stderr, flush=True)
    warm_up()
    plan = solve(problem, seconds=options.seconds, seed=options.seed, iterations=options.iterations)
    if options.out is not None:
        its_format.write_plan(problem, plan, options.out)
    assert plan.cost is not None
    _print_cost(plan.cost, plan)
    print(f"moves {plan.iterations}  cpu_seconds {plan.cpu_seconds:.1f}  seed {plan.seed}")
    if options.explain:
        for why in explain(problem, plan).undone.values():
            print(f"{why.visit}: {why.sentence} {why.nearest}")
    return _print_faults(problem, plan)


def _check(options: argparse.Namespace) -> int:
    problem, its_format = read_problem(options.file)
    plan = its_format.plan(problem, reading.load(options.solution), str(options.solution))
    _print_cost(cost(problem, plan), plan)
    return _print_faults(problem, plan, undone_is_fault=its_format.undone_is_fault)


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
