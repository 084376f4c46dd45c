"""What is compared: public instances as they are, and what is left of them without visits in step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from visit_planner import Problem, Weights
from visit_planner.benchmarking import find_instances
from visit_planner.formats.known import read_problem

# Every solver may leave visits out at this many minutes of travel each: more than any detour.
COST_IF_UNDONE = 10_000.0
# A few of each published set, small to large.
WITH_JOINT_VISITS = (
    "InstanzCPLEX_HCSRP_10_1",
    "InstanzCPLEX_HCSRP_25_6",
    "InstanzCPLEX_HCSRP_50_4",
    "HHCRSP_75_15_21_1.6_R_C",
    "InstanzVNS_HCSRP_100_6",
    "HHCRSP_200_40_30_1.6_R_C",
    "instance_008-cesena",
    "InstanzVNS_HCSRP_300_4",
)
WITHOUT = (
    "InstanzCPLEX_HCSRP_50_4",
    "InstanzVNS_HCSRP_100_6",
    "HHCRSP_200_40_30_1.6_R_C",
    "instance_008-cesena",
    "InstanzVNS_HCSRP_300_4",
)


@dataclass(frozen=True)
class Row:
    """One line of the table. ``joint``: whether any visit is tied to another in time."""

    name: str
    problem: Problem
    joint: bool
    best_known: float | None

    @property
    def tasks(self) -> int:
        return sum(len(visit.slots) for visit in self.problem.visits)


def without_joint_visits(problem: Problem) -> Problem:
    """The visits of one worker that nothing ties to another: windows hard, and nothing counts but travel.

    This is what all of the solvers can express without loss: skills, windows, one office, free waiting.
    """
    tied = {name for gap in problem.gaps for name in (gap.first, gap.second)}
    visits = tuple(
        replace(visit, window=replace(visit.window, hard=True), cost_if_undone=COST_IF_UNDONE)
        for visit in problem.visits
        if len(visit.slots) == 1 and visit.id not in tied
    )
    weights = Weights(
        travel=1, lateness=0, worst_lateness=0, overtime=0, not_preferred=0, moved=0, moved_minutes=0, pay=0
    )
    return Problem(problem.workers, visits, problem.travel, (), weights)


def rows(folder: Path, match: str | None) -> list[Row]:
    """Every row of the comparison whose name has ``match`` in it."""
    wanted = [part for part in {*WITH_JOINT_VISITS, *WITHOUT} if match is None or match in part or part in match]
    if not wanted:
        return []
    found = {instance.path.stem: instance for instance in find_instances(folder, match=",".join(wanted))[0]}
    table = []
    for joint, names in ((True, WITH_JOINT_VISITS), (False, WITHOUT)):
        for part in names:
            for stem, instance in found.items():
                if part in wanted and stem.startswith(part) and (match is None or match in stem):
                    problem = read_problem(instance.path)[0]
                    if not joint:
                        problem = without_joint_visits(problem)
                    table.append(Row(stem, problem, joint, instance.best_known if joint else None))
    return table
