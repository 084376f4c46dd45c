"""rota-builder: build and check rotas.

    python -m rota_builder build FILE --effort 20 --seed 1 --out ROTA
    python -m rota_builder check FILE ROTA

FILE is a public nurse rostering instance (SECTION_HORIZON ...) or the package's own problem file
(docs/guides/rota-builder.md).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rota_builder import BuildError, Problem, ProblemError, Rota, build, check, explain, score
from rota_builder.formats import benchmark, native
from rota_builder.formats.errors import FormatError

FOUND_FAULTS = 1
WRONG_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 done, 1 the rota has faults, 2 wrong input."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (FormatError, ProblemError, BuildError) as wrong:
        print(f"rota-builder: {wrong}", file=sys.stderr)
        return WRONG_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rota_builder", description="Builds rotas and checks them.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    building = commands.add_parser("build", help="build a rota for a problem file")
    building.add_argument("file", type=Path, help="problem file: own JSON, or a public instance")
    building.add_argument("--effort", type=_above_zero, default=20.0, help="deterministic seconds to search (20)")
    building.add_argument("--seed", type=int, default=0, help="another seed, another rota (0)")
    building.add_argument("--out", type=Path, help="where to write the rota")
    building.add_argument("--explain", action="store_true", help="say why, for everything that is missing")
    building.set_defaults(run=_build)
    checking = commands.add_parser("check", help="check a rota against its problem")
    checking.add_argument("file", type=Path, help="problem file: own JSON, or a public instance")
    checking.add_argument("rota", type=Path, help="rota file to check")
    checking.set_defaults(run=_check)
    return parser


def _above_zero(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be above 0")
    return value


def _read(path: Path) -> Problem:
    try:
        begins = path.read_text(encoding="utf-8", errors="replace")
    except OSError as problem:
        raise FormatError(f"{path}: cannot be read ({problem.strerror})") from problem
    if benchmark.looks_like(begins):
        return benchmark.from_text(begins, str(path))
    return native.from_json(native.load(path), str(path))


def _build(options: argparse.Namespace) -> int:
    problem = _read(options.file)
    if options.out is not None and not options.out.parent.is_dir():
        raise FormatError(f"--out {options.out}: there is no folder {options.out.parent}")
    rota = build(problem, effort=options.effort, seed=options.seed)
    if options.out is not None:
        native.write_rota(rota, options.out)
    print(f"shifts {len(rota.shifts)}  effort {rota.effort:.2f}  seed {rota.seed}")
    if rota.is_best:
        print("no rota costs less")
    elif rota.bound is not None:
        print(f"no rota costs less than {rota.bound:.2f}")
    if options.explain:
        for why in explain(problem, rota):
            print(f"{why.sentence} {why.nearest}")
    return _print_judgement(problem, rota)


def _check(options: argparse.Namespace) -> int:
    problem = _read(options.file)
    return _print_judgement(problem, native.rota_from_json(native.load(options.rota), str(options.rota)))


def _print_judgement(problem: Problem, rota: Rota) -> int:
    faults = check(problem, rota)
    for fault in faults:
        print(f"FAULT {fault.rule}: {fault.worker} on {problem.date_of(fault.day)}: {fault.text}")
    if any(fault.rule == "unknown_names" for fault in faults):
        return FOUND_FAULTS
    points = score(problem, rota)
    print(f"points {points.total:.2f}")
    print("  ".join(f"{name} {value:.2f}" for name, value in points.to_dict().items() if name != "total"))
    if faults:
        return FOUND_FAULTS
    print("no faults")
    return 0
