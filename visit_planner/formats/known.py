"""Every file format the planner reads, told apart by what is in the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from visit_planner.formats import hhcrsp, native, reading, uhhc
from visit_planner.formats.reading import FormatError
from visit_planner.plan import Plan
from visit_planner.problem import Problem


@dataclass(frozen=True)
class Format:
    """One way of writing problems and plans down.

    ``undone_is_fault``: whether a plan that leaves a visit out answers such a problem.
    """

    name: str
    looks_like: Callable[[dict[str, Any]], bool]
    problem: Callable[[dict[str, Any], str], Problem]
    plan: Callable[[Problem, dict[str, Any], str], Plan]
    write_plan: Callable[[Problem, Plan, Path], None]
    undone_is_fault: bool


# The first that recognises a file reads it: the narrower before the wider.
FORMATS: tuple[Format, ...] = (
    Format(
        "a UHHC instance (patients, caregivers, cost components)",
        uhhc.looks_like,
        uhhc.from_json,
        uhhc.plan_from_json,
        uhhc.write_plan,
        undone_is_fault=False,
    ),
    Format(
        "an HHCRSP instance (patients, caregivers)",
        hhcrsp.looks_like,
        hhcrsp.from_json,
        hhcrsp.plan_from_json,
        hhcrsp.write_plan,
        undone_is_fault=True,
    ),
    Format(
        "a planner problem (visits, workers)",
        native.looks_like,
        native.from_json,
        lambda _problem, stored, where: native.plan_from_json(stored, where),
        lambda _problem, plan, path: native.write_plan(plan, path),
        undone_is_fault=False,
    ),
)


def format_of(stored: dict[str, Any]) -> Format | None:
    """The format a file's content is in; None when it is no problem that the planner knows."""
    return next((known for known in FORMATS if known.looks_like(stored)), None)


def read_problem(path: Path) -> tuple[Problem, Format]:
    """A problem in any known format, and which.

    Raises:
        FormatError: the file is not a problem, or a field of it is wrong; the message names it.
    """
    stored = reading.load(path)
    found = format_of(stored)
    if found is None:
        raise FormatError(f"{path}: neither {' nor '.join(known.name for known in FORMATS)}")
    return found.problem(stored, str(path)), found
