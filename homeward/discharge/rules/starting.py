"""Which visits at home an assessment asks for, and when the call after leaving is due. Pure Python."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import yaml

# At which times of day help is asked for: codes of the times of a pathway's visits. A local decision.
TIMES_FOR_NEED: dict[str, frozenset[str]] = {
    "washing": frozenset({"morning"}),
    "dressing": frozenset({"morning", "evening", "bedtime"}),
    "eating": frozenset({"morning", "midday", "evening", "teatime"}),
    "toilet": frozenset({"morning", "midday", "evening", "teatime", "bedtime"}),
    "moving": frozenset({"morning", "midday", "evening", "teatime", "bedtime"}),
    "medicines": frozenset({"morning", "evening", "bedtime"}),
    "night": frozenset({"evening", "bedtime"}),
}
LIST = Path(__file__).resolve().parent.parent / "library" / "leaving.yaml"
# What of that list the equipment is that they cannot leave without
EQUIPMENT_ITEM = "equipment"
# The call after leaving hospital is due the day after: a local decision
CALL_AFTER = timedelta(days=1)


class _Time(Protocol):
    @property
    def code(self) -> str: ...


class _Template(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def staff(self) -> tuple: ...
    @property
    def times_of_day(self) -> tuple: ...


@dataclass(frozen=True, slots=True)
class Suggested:
    """The visits an assessment asks for, of those a pathway offers: (visit, time of day) codes, and whether for two."""

    visits: frozenset[tuple[str, str]]
    is_for_two: bool


def suggested_visits(templates: Iterable[_Template], answers: Mapping[str, object] | None) -> Suggested:
    """The visits of a pathway that a trusted assessment asks for, for somebody to look over.

    The pathway's everyday visit, the first that has several times of day, at the times at which help is needed; at
    each of them where the assessment says nothing. By two workers where moving takes two.
    """
    answers = answers or {}
    everyday = next((one for one in templates if len(one.times_of_day) > 1 and len(one.staff) == 1), None)
    is_for_two = answers.get("two_workers") is True
    if everyday is None:
        return Suggested(frozenset(), is_for_two)
    needs = answers.get("help_needed")
    offered = [time.code for time in everyday.times_of_day]
    if isinstance(needs, Collection) and not isinstance(needs, str) and set(needs) - {"none"}:
        wanted = frozenset().union(*(TIMES_FOR_NEED.get(str(need), frozenset()) for need in needs))
        offered = [code for code in offered if code in wanted]
    elif needs is not None:
        offered = []  # assessed, and none of it takes help
    return Suggested(frozenset((everyday.code, code) for code in offered), is_for_two)


@lru_cache(maxsize=1)
def leaving_list() -> tuple[dict[str, str], ...]:
    """What is looked at before somebody leaves: code, title, asks and owner of each."""
    return tuple(yaml.safe_load(LIST.read_text(encoding="utf-8"))["items"])


def call_due_on(left_on: date) -> date:
    """The day on which somebody who came home is called."""
    return left_on + CALL_AFTER
