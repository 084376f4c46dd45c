"""A copy full of made-up facts, in which every measure finds something to count: for engines to agree on."""

import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product
from math import isclose

import duckdb

from homeward.kernel.rules import london_day
from homeward.outcomes.facts.copying import TYPES, _gather, _insert
from homeward.outcomes.facts.people import ETHNICITIES
from homeward.outcomes.facts.reading import Asked, Engine
from homeward.outcomes.facts.tables import FACTS, Derived, Gathered, Plain
from homeward.outcomes.measures.compiling import sums_sql
from homeward.outcomes.measures.computing import compute
from homeward.outcomes.measures.definition import Measure, Point
from homeward.outcomes.measures.equity import splits_of
from homeward.outcomes.measures.library import MEASURES

ROWS = 600
NUMBERS = 120  # what is named by number is one of so many, so that rows meet
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ASKED = Asked(1, date(2026, 2, 15), date(2026, 11, 24), NOW)
FIRST = datetime(2025, 10, 1, tzinfo=UTC)
DAY = 24 * 60
PATHWAYS = 12
# Where there is one row of each: the number of the row itself
OWN_NUMBER = {
    "id", "worker_day", "form_id", "answer_id", "person_id of people", "loan_id of lendings", "stay_id of leavings",
}  # fmt: skip
NUMBERS_OF = {
    "organisation_id": (1, 5), "owner_id": (1, 5), "pathway_id": (1, PATHWAYS), "worker_id": (1, 40),
    "birth_year": (1925, 2012), "birth_month": (1, 12), "days": (0, 25),
}  # fmt: skip
CODES = {
    "code of pathways": "pathway_code", "urgency of pathways": "urgency", "code of activities": "activity_code",
}  # fmt: skip
OFTEN_EMPTY = {"left_out", "corrects_id", "session_id", "withdrawn_at", "ended_at", "ended_on", "ends_on"}
# What no definition compares with a word of its own
WORDS = {
    "sex": ("female", "male", "other"),
    "ethnicity": tuple(sorted(set(ETHNICITIES.values()))),
    "language": ("english", "other", "interpreter"),
    "locality": ("DE1", "DE21"),
    "deprivation": ("01", "02", "10"),
    "pathway_code": ("reablement-at-home", "dementia-crisis", "rapid-response"),
    "of_what": ("reablement-at-home", "dementia-crisis", "rapid-response", "ambulances", "admissions"),
    "outcome_code": ("settled", "more"),
    "destination": ("", "p0-home", "p1-home", "p2-bed", "p3-home"),
    "pathway": ("p0", "p1", "p2", "p3"),
    "score": ("wellbeing_warwick_edinburgh", "wellbeing_short_warwick_edinburgh", "another"),
    "carried_over": ("", "", "another word"),
    "competence": ("", "stoma", "insulin"),
    "urgency": ("crisis", "routine"),
    "kind of clocks": ("response", "limit", "another word"),
    "state of clocks": ("running", "stopped", "stopped", "cancelled"),
    "outcome_code of episodes": ("settled", "settled", "more", "another word"),
    "activity_code": ("wound_care", "blood_glucose_check", "washing"),
}


def made_up_copy(seed: int) -> duckdb.DuckDBPyConnection:
    """A copy in memory, of the words that the definitions of the measures look for. The same seed makes the same."""
    copy = duckdb.connect()
    copy.execute("SET TimeZone = 'UTC'")
    for fact in FACTS:
        columns = ", ".join(f"{name} {TYPES[kind][0]}" for name, kind in fact.columns.items())
        copy.execute(f"CREATE TABLE {fact.name} ({columns})")
        if isinstance(fact, Gathered):
            _gather(copy, fact)
        else:
            _insert(copy, fact, _rows(fact, random.Random(f"{seed} {fact.name}")))
    return copy


def what_differs(one: Engine, other: Engine, asked_of: list[tuple[Measure, str]]) -> tuple[list[str], set[str]]:
    """The measures and splits of which two engines give other numbers; and the measures that counted anything."""
    different, counted = [], set()
    for engine in (one, other):
        engine.ask(ASKED)
    for measure, split in asked_of:
        points, left_out = compute(one, measure, ASKED, split=split, by_whom=True)
        others, left_out_there = compute(other, measure, ASKED, split=split, by_whom=True)
        alike = len(points) == len(others) and all(map(_are_alike, points, others))
        if left_out != left_out_there or not alike:
            different.append(f"{measure.key} {split}")
        if any(point.numerator for point in points):
            counted.add(measure.key)
    return different, counted


def whole_and_in_turn() -> list[tuple[Measure, str]]:
    """Every measure as a whole and in one of its splits: of alike measures the first in one, the second in another."""
    asked_of = []
    for place, measure in enumerate(MEASURES.values()):
        splits = splits_of(measure)
        asked_of += [(measure, ""), *([(measure, splits[place % len(splits)])] if splits else [])]
    return asked_of


def in_every_split() -> list[tuple[Measure, str]]:
    """Every measure as a whole and in each of its splits."""
    return [(measure, split) for measure in MEASURES.values() for split in ("", *splits_of(measure))]


def _are_alike(one: Point, other: Point) -> bool:
    """Whether two points say the same of the same people, to nine figures: engines add in orders of their own."""
    if (one.first, one.last, one.split, one.added and one.added.keys()) != (
        other.first, other.last, other.split, other.added and other.added.keys()
    ):  # fmt: skip
        return False
    both = zip(_numbers(one), _numbers(other), strict=True)
    return all(mine == theirs or (None not in (mine, theirs) and isclose(mine, theirs)) for mine, theirs in both)


def _numbers(point: Point) -> list[float | None]:
    lower, upper = (point.interval.lower, point.interval.upper) if point.interval else (None, None)
    return [point.numerator, point.denominator, point.value, lower, upper]


@cache
def _words() -> dict[str, Sequence[str]]:
    """The words that definitions compare each column with."""
    found: dict[str, set[str]] = {}
    for measure in MEASURES.values():
        sql = sums_sql(measure, "", "duckdb", is_daily=False)
        for column, word in re.findall(r'"(\w+)" (?:=|<>) \'([^\']*)\'', sql):
            found.setdefault(column, set()).add(word)
        for column, words in re.findall(r'"(\w+)" IN \(([^()]*)\)', sql):
            found.setdefault(column, set()).update(re.findall(r"'([^']*)'", words))
    return {column: sorted(words | {"another word"}) for column, words in found.items()} | WORDS


def _rows(fact: Plain | Derived, luck: random.Random) -> Iterator[tuple]:
    if fact.name == "outcomes":  # one of each pathway and code
        each = product(range(1, PATHWAYS + 1), WORDS["outcome_code"])
        flags = len(fact.columns) - 2
        yield from ((*one, *(luck.random() < 0.4 for _ in range(flags))) for one in each)
        return
    few = {"people": NUMBERS, "pathways": PATHWAYS, "activities": len(WORDS["activity_code"])}
    for number in range(1, few.get(fact.name, ROWS) + 1):
        yield _row(fact, number, luck)


def _row(fact: Plain | Derived, number: int, luck: random.Random) -> tuple:
    row, began = [], FIRST + timedelta(minutes=luck.randrange(420 * DAY))
    for name, kind in fact.columns.items():
        known = luck.random() < (0.4 if name in OFTEN_EMPTY else 0.93)
        if kind == "moment":
            at = began + timedelta(minutes=luck.choice((30, 60, 119, 120, 121, 5 * 60, DAY, 8 * DAY, 100 * DAY)))
            row.append(at.replace(tzinfo=None) if known else None)
        elif kind == "day" and f"{name.removesuffix('_on')}_at" in fact.columns:
            row.append(None if row[-1] is None else london_day(at))
        elif name in OWN_NUMBER or f"{name} of {fact.name}" in OWN_NUMBER:
            row.append(number)
        elif f"{name} of {fact.name}" in CODES:
            codes = WORDS[CODES[f"{name} of {fact.name}"]]
            row.append(codes[number % len(codes)])
        elif name == "service_id":
            row.append(1 if luck.random() < 0.95 else 2)
        elif not known:
            row.append(None)
        elif kind == "day":
            at = began + timedelta(days=luck.choice((0, 1, 3, 30, 200)))
            row.append(at.date().replace(day=1) if name == "month" else london_day(at))
        elif kind == "boolean":
            row.append(luck.random() < (0.2 if name in ("is_taken_back", "corrected") else 0.6))
        elif kind == "number":
            row.append(luck.randrange(400) / 4)  # adds up to the same in any order
        elif kind == "text":
            row.append(luck.choice(_words_of(fact.name, name)))
        elif name == "target_minutes":
            row.append(luck.choice((120, 4320)))
        else:
            row.append(luck.randint(*NUMBERS_OF.get(name, (1, NUMBERS))))
    return tuple(row)


def _words_of(table: str, column: str) -> Sequence[str]:
    known = _words()
    return known.get(f"{column} of {table}") or known.get(column) or ("another word", "yet another")
