"""Why something is missing, in a sentence, and the nearest thing that would meet it.

Everybody with the skill is tried on every shift that would help: what the checker then says is why they cannot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rota_builder.checking import Case, case_of, faults_of, shortages
from rota_builder.problem import DAY, Problem, ShiftKind, Worker
from rota_builder.rota import Rota, Shortage, WhyShort

# What each rule that stands in the way is called, for one and for several.
WAYS = {
    "absences_kept": ("is on leave or away", "are on leave or away"),
    "works": ("is at work then", "are at work then"),
    "works_day": ("works other hours that day", "work other hours that day"),
    "longest_shift": ("may not work so long a shift", "may not work so long a shift"),
    "least_rest": ("would have too little rest", "would have too little rest"),
    "least_day_off": ("would have too short a day off", "would have too short a day off"),
    "succession": ("would have too little rest", "would have too little rest"),
    "most_days_in_a_row": ("would work too many days in a row", "would work too many days in a row"),
    "most_nights_in_a_row": ("would work too many nights in a row", "would work too many nights in a row"),
    "most_days_in_two_weeks": (
        "would have too few days off in the fortnight",
        "would have too few days off in the fortnight",
    ),
    "most_weekly_minutes": ("has reached the hours of the week", "have reached the hours of the week"),
    "most_weekends": ("has worked their weekends", "have worked their weekends"),
    "most_minutes": ("has reached the hours of the rota", "have reached the hours of the rota"),
    "most_of_kind": ("has had the most of such shifts", "have had the most of such shifts"),
    "fewest_days_in_a_row": ("works more days in a row than this one", "work more days in a row than this one"),
    "fewest_days_off_in_a_row": ("needs their days off together", "need their days off together"),
    "kinds_allowed": ("does not work such hours", "do not work such hours"),
    "free": ("could, beyond what they are promised", "could, beyond what they are promised"),
}
# The nearest thing is sought in this order: what asks least of somebody first.
NEARNESS = (
    "free", "most_weekends", "most_of_kind", "fewest_days_in_a_row", "fewest_days_off_in_a_row", "works_day",
    "most_minutes", "most_days_in_a_row", "most_nights_in_a_row", "most_weekly_minutes", "kinds_allowed",
)  # fmt: skip
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps one worker from a shift: the rule that matters most, and the checker's words for it."""

    worker: str
    kind: str | None
    rule: str
    text: str
    others: int


def explain(
    problem: Problem,
    rota: Rota,
    *,
    skill_names: Mapping[str, str] | None = None,
    day_name: Callable[[int], str] | None = None,
    most: int | None = None,
) -> list[WhyShort]:
    """Why each shortage is there, the worst first; at most `most` of them.

    `skill_names` says skills in words; `day_name` says a day of the rota, as "Sunday 6 December".
    """
    case = case_of(problem)
    board = _board(case, rota)
    found = sorted(shortages(problem, rota), key=lambda one: (-one.below_least, -one.hours, one.day, one.starts))
    tried: dict[tuple[str, int, str], Obstacle] = {}
    say = _Saying(case, skill_names or {}, day_name or _day_name(problem))
    return [_why(case, board, shortage, tried, say) for shortage in found[:most]]


def _day_name(problem: Problem) -> Callable[[int], str]:
    def name(day: int) -> str:
        date = problem.date_of(day)
        return f"{date:%A} {date.day} {date:%B}"

    return name


def _board(case: Case, rota: Rota) -> dict[str, dict[int, str]]:
    board: dict[str, dict[int, str]] = {
        worker: {day: kind for day, kind in case.fixed.get(worker, {}).items() if day < 0} for worker in case.workers
    }
    for one in rota.shifts:
        board[one.worker][one.day] = one.kind
    return board


def _helps(kind: ShiftKind, day: int, shortage: Shortage) -> bool:
    """Whether a shift of `kind` on `day` is there for some of what is missing."""
    if shortage.kind is not None:
        return kind.id == shortage.kind and day == shortage.day
    shift = (day - shortage.day) * DAY
    return any(starts + shift < shortage.ends and ends + shift > shortage.starts for starts, ends in kind.stretches)


def _why(
    case: Case,
    board: dict[str, dict[int, str]],
    shortage: Shortage,
    tried: dict[tuple[str, int, str], Obstacle],
    say: _Saying,
) -> WhyShort:
    able = [one for one in case.workers.values() if shortage.skill is None or shortage.skill in one.skills]
    found = [_obstacle(case, worker, board[worker.id], shortage, tried) for worker in able]
    there = [one for one in found if one.rule == "works"]
    others = [one for one in found if one.rule != "works"]
    return WhyShort(shortage, say.sentence(shortage, len(able), len(there), others), say.nearest(shortage, others))


def _obstacle(
    case: Case,
    worker: Worker,
    theirs: dict[int, str],
    shortage: Shortage,
    tried: dict[tuple[str, int, str], Obstacle],
) -> Obstacle:
    """What keeps a worker from it: the least of what stands in the way, over every shift that would help."""
    for day, kind in theirs.items():
        if abs(day - shortage.day) <= 2 and _helps(case.kinds[kind], day, shortage):
            return Obstacle(worker.id, kind, "works", "", 0)
    if (worker.id, shortage.day) in case.absent:
        return Obstacle(worker.id, None, "absences_kept", case.absent[worker.id, shortage.day], 0)
    best: Obstacle | None = None
    for other in case.kinds.values():
        for day in (shortage.day, shortage.day - 1):
            if not other.is_open or not 0 <= day < case.problem.days or not _helps(other, day, shortage):
                continue
            if worker.kinds is not None and other.id not in worker.kinds:
                here = Obstacle(worker.id, other.id, "kinds_allowed", "", 0)
            else:
                here = tried.get((worker.id, day, other.id)) or _try(case, worker, theirs, day, other)
                tried[worker.id, day, other.id] = here
            if best is None or _far(here) < _far(best):
                best = here
    return best or Obstacle(worker.id, None, "kinds_allowed", "", 0)


def _try(case: Case, worker: Worker, theirs: dict[int, str], day: int, kind: ShiftKind) -> Obstacle:
    if (worker.id, day) in case.absent:
        return Obstacle(worker.id, kind.id, "absences_kept", case.absent[worker.id, day], 0)
    if day in theirs:
        return Obstacle(worker.id, kind.id, "works_day", "", 0)
    before = {(fault.rule, fault.day) for fault in faults_of(case, worker, theirs)}
    after = faults_of(case, worker, {**theirs, day: kind.id})
    new = [fault for fault in after if (fault.rule, fault.day) not in before]
    if not new:
        return Obstacle(worker.id, kind.id, "free", "", 0)
    first = max(new, key=lambda fault: _rank(fault.rule))
    return Obstacle(worker.id, kind.id, first.rule, first.text, len({fault.rule for fault in new}) - 1)


def _rank(rule: str) -> int:
    return NEARNESS.index(rule) if rule in NEARNESS else len(NEARNESS)


def _far(one: Obstacle) -> tuple[int, int]:
    return one.others, _rank(one.rule)


class _Saying:
    """The words, in the names that the caller gives."""

    def __init__(self, case: Case, skill_names: Mapping[str, str], day_name: Callable[[int], str]) -> None:
        self.case, self.skill_names, self.day_name = case, skill_names, day_name

    def sentence(self, shortage: Shortage, able: int, there: int, others: list[Obstacle]) -> str:
        when = f"on {self.day_name(shortage.day)}{self._hours(shortage)}"
        skill = f" with {self._skill(shortage.skill)}" if shortage.skill else ""
        if not able:
            many = shortage.missing
            return f"Nobody{skill} is in the team, and {_number(many)} {_are(many)} missing {when}."
        one_more = "another" if shortage.missing == 1 else f"{_number(shortage.missing)} more"
        head = f"Nobody{skill} is free {when}" if not there else f"{one_more.capitalize()}{skill} cannot be had {when}"
        parts = [f"{_number(there)} {WAYS['works'][there > 1]}"] if there else []
        for rule, many in Counter(_same_words(one.rule) for one in others).most_common():
            parts.append(f"{_number(many)} {WAYS[rule][many > 1]}")
        return f"{head}: {', '.join(parts)}."

    def nearest(self, shortage: Shortage, others: list[Obstacle]) -> str:
        reachable = [one for one in others if one.rule in NEARNESS]
        if not reachable:
            skill = self._skill(shortage.skill) if shortage.skill else "anybody"
            return f"Nearest: somebody from outside the team with {skill}." if shortage.skill else (
                "Nearest: somebody from outside the team."
            )  # fmt: skip
        best = min(reachable, key=lambda one: (*_far(one), self._price(one.worker), one.worker))
        worker = self.case.workers[best.worker]
        name = worker.name or worker.id
        kind = self.case.kinds[best.kind] if best.kind else None
        shift = f" on {kind.name or kind.id}" if kind else ""
        if best.rule == "free":
            pence = worker.hourly_pence * (kind.minutes if kind else 0) / 60
            cost = f", for £{pence / 100:,.0f}" if pence else ""
            beyond = " beyond contract" if worker.contract_minutes is not None else ""
            return f"Nearest: {name}{shift}{beyond}{cost}."
        if best.rule == "works_day":
            return (
                f"Nearest: {name}, if their shift that day moves to {kind.name or kind.id if kind else 'these hours'}."
            )
        if best.rule == "kinds_allowed":
            return f"Nearest: {name}, if they agree to work{shift or ' these hours'}."
        return f"Nearest: {name}{shift}, if {best.text} is agreed."

    def _price(self, worker: str) -> int:
        return self.case.workers[worker].hourly_pence

    def _skill(self, skill: str) -> str:
        return self.skill_names.get(skill, skill.replace("_", " "))

    def _hours(self, shortage: Shortage) -> str:
        if shortage.kind is not None:
            kind = self.case.kinds[shortage.kind]
            return f" for {kind.name or kind.id}"
        return f", {_clock(shortage.starts)} to {_clock(shortage.ends)}"


def _same_words(rule: str) -> str:
    return "least_rest" if rule == "succession" else rule if rule in WAYS else "kinds_allowed"


def _clock(minutes: int) -> str:
    return "24:00" if minutes == DAY else f"{minutes % DAY // 60:02d}:{minutes % 60:02d}"


def _number(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
