"""From a definition to SQL: once for each version of the definitions, kept in a file for the processes after this one.

Making SQL of all measures takes a second and a half of CPU, reading it a few milliseconds.
"""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import ibis
from django.conf import settings
from ibis.expr import types as ir

from homeward.outcomes.facts import reading
from homeward.outcomes.facts.reading import Facts, open_to_asking
from homeward.outcomes.facts.tables import FACTS
from homeward.outcomes.measures.audiences import audiences
from homeward.outcomes.measures.definition import By, Measure
from homeward.outcomes.measures.equity import part_of
from homeward.outcomes.measures.library import MEASURES

TABLES = Facts({fact.name: fact.columns for fact in FACTS})
# By what each is of: what was read from the file or made by this process, and what of it is not in the file yet
_KNOWN: dict[str, str] = {}
_NEW: dict[str, str] = {}
_READ: set[Path] = set()


def sums_sql(measure: Measure, split: str, dialect: str, *, is_daily: bool, by_whom: bool = False) -> str:
    """What adds up to the points of a measure, by day or month and part, and how many cases each exclusion left out.

    The last column is what the measure takes `together`, where it does; `by_whom`, whose the cases are, where they are
    somebody's.
    """
    apart = (measure.whose if by_whom else "") or measure.together
    words = (measure.key, split, dialect, "daily" if is_daily else "monthly", apart)
    return _once(measure, words, lambda: _sums(measure, split, is_daily, apart))


def cases_sql(measure: Measure, split: str, dialect: str) -> str:
    """The cases of a measure, newest first."""
    return _once(measure, (measure.key, split, dialect, "cases"), lambda: _cases(measure, split))


def warm_up() -> None:
    """Have the SQL of every measure as a whole at hand, so that the first page of results is as quick as the next."""
    for measure in MEASURES.values():
        sums_sql(measure, "", "duckdb", is_daily=False)
    for key in {key for one in audiences() if one.by == By.DAY for key in one.measures}:
        sums_sql(MEASURES[key], "", "duckdb", is_daily=True)
    keep_new()


def keep_new() -> None:
    """Keep what was made into SQL since, for the processes after this one."""
    new = dict(_NEW)
    if not new:
        return
    path = _path()
    fresh = path.with_suffix(f".{os.getpid()}.new")
    kept = {**_kept(path), **new}
    with suppress(OSError):  # a folder that cannot be written costs the next process the time alone
        fresh.write_text(json.dumps({"of": _what_it_is_of(), "sql": kept}))
        fresh.chmod(0o600)
        fresh.replace(path)
    for name in new:
        _NEW.pop(name, None)


def _path() -> Path:
    return settings.VAR / "measures-sql.json"


def _once(measure: Measure, words: tuple[str, ...], make: Callable[[], ir.Table]) -> str:
    dialect = words[2]
    if MEASURES.get(measure.key) is not measure:
        return _made(make(), dialect)
    name = " ".join(words)
    path = _path()
    if name not in _KNOWN and path not in _READ:
        _READ.add(path)
        _KNOWN.update(_kept(path))
    if name not in _KNOWN:
        _KNOWN[name] = _NEW[name] = _made(make(), dialect)
    return _KNOWN[name]


def _made(expression: ir.Table, dialect: str) -> str:
    return open_to_asking(str(ibis.to_sql(expression, dialect=dialect, pretty=False)))


def _kept(path: Path) -> dict[str, str]:
    """What is in the file, where it is of these very definitions."""
    try:
        kept = json.loads(path.read_text())
        return kept["sql"] if kept["of"] == _what_it_is_of() else {}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


@cache
def _what_it_is_of() -> str:
    """Changes with every definition, with what it is written in, and with the facts it reads."""
    sources = sorted([*Path(__file__).parent.glob("*.py"), Path(reading.__file__)])
    of = hashlib.sha256(repr((ibis.__version__, TABLES.columns)).encode())
    for source in sources:
        of.update(source.read_bytes())
    return of.hexdigest()


def _judged(measure: Measure, split: str) -> ir.Table:
    """The cases asked for: what each adds, its part of the split, and the place of what leaves it out, else null."""
    cases = part_of(measure.cases(TABLES), TABLES, split)
    cases = cases.filter(
        cases.service_id == TABLES.asked("service_id"),
        cases.day >= TABLES.asked("first_day"),
        cases.day <= TABLES.asked("last_day"),
    )
    why: ir.Value = ibis.null("int64")
    for place, one in reversed(list(enumerate(measure.exclusions))):
        why = ibis.ifelse(one.left_out(cases).fill_null(False), ibis.literal(place, "int64"), why)
    return cases.mutate(
        why=why,
        top=_number(measure.counts(cases)),
        bottom=_number(measure.out_of(cases)) if measure.out_of else ibis.null("float64"),
    )


def _number(value: ir.Value) -> ir.NumericValue:
    """What a case adds: 1 for what is true, 0 for what is not, or not known."""
    if value.type().is_boolean():
        return ibis.ifelse(value.fill_null(False), 1, 0).cast("float64")
    return value.cast("float64").fill_null(0.0)


def _sums(measure: Measure, split: str, is_daily: bool, apart: str) -> ir.Table:
    cases = _judged(measure, split)
    cases = cases.mutate(start=cases.day.truncate("D" if is_daily else "M"))
    by = ["start", "part", "why"]
    if apart:
        cases, by = cases.mutate(apart=cases[apart]), [*by, "apart"]
    sums = cases.group_by(by).aggregate(cases=cases.count(), top=cases.top.sum(), bottom=cases.bottom.sum())
    return sums.relocate("apart", after="bottom") if apart else sums


def _cases(measure: Measure, split: str) -> ir.Table:
    cases = _judged(measure, split)
    rows = cases.filter(cases.why.isnull()).select("record_id", "person_id", "day", "top", "bottom", "part")
    return rows.order_by([ibis.desc("day"), ibis.desc("record_id")])
