"""Keeping the copy: a DuckDB file beside the database, refreshed with what changed or made again from nothing.

The file is opened by one process at a time: whoever comes second waits. It holds nothing that the record does not, so
losing it loses nothing.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow
from django.conf import settings
from django.db import connection

from homeward.kernel.rules import RefusedError, london_day
from homeward.outcomes.facts.people import deprivation_version
from homeward.outcomes.facts.tables import FACTS, Derived, Gathered, Plain
from homeward.outcomes.facts.touching import Mark, forget_old, mark_now, touched_since

WAIT = timedelta(seconds=20)  # for whoever has the file open: a refresh takes seconds
ROWS_AT_ONCE = 50_000
TYPES = {
    "integer": ("BIGINT", pyarrow.int64()),
    "text": ("VARCHAR", pyarrow.string()),
    "number": ("DOUBLE", pyarrow.float64()),
    "boolean": ("BOOLEAN", pyarrow.bool_()),
    "day": ("DATE", pyarrow.date32()),
    "moment": ("TIMESTAMP", pyarrow.timestamp("us")),
}


class CopyInUseError(RefusedError):
    """Another process has had the copy open for too long."""


class NoCopyError(RefusedError):
    """There is no copy yet."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: whether everything was copied anew, and how many rows went into each table."""

    was_rebuilt: bool
    rows: dict[str, int]


def copy_path() -> Path:
    """Where the copy is kept."""
    return settings.VAR / "facts.duckdb"


def refresh(*, now: datetime, path: Path | None = None, is_from_nothing: bool = False) -> Refreshed:
    """Bring the copy up to date with the record as it is now; made anew where there is none that could be.

    Raises: CopyInUseError.
    """
    path = path or copy_path()
    if not is_from_nothing and path.exists():
        with _opened(path, read_only=False) as copy:
            since = _mark_of(copy)
            if since is not None:
                # the mark first: what changes while this reads is after it, and is read again next time
                mark = mark_now()
                touched = touched_since(since)
                if touched is not None:
                    done = _bring_up(copy, touched, mark, now)
                    forget_old()
                    return Refreshed(False, done)
    return _rebuild(path, now)


def has_news(path: Path | None = None) -> bool:
    """Whether anything that measures need changed since the copy was made, or a day has gone by."""
    path = path or copy_path()
    if not path.exists():
        return True
    try:
        with _opened(path, read_only=True) as copy:
            since = _mark_of(copy)
    except CopyInUseError:
        return False
    return since is None or touched_since(since) != {}


@contextmanager
def opened_to_read(path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The copy, open for reading.

    Raises: NoCopyError; CopyInUseError.
    """
    path = path or copy_path()
    if not path.exists():
        raise NoCopyError("The measures' copy of the record has not been made yet. Run `homeward measures refresh`.")
    with _opened(path, read_only=True) as copy:
        yield copy


@contextmanager
def _opened(path: Path, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    until = time.monotonic() + WAIT.total_seconds()
    while True:
        try:
            copy = duckdb.connect(str(path), read_only=read_only)
            break
        except (duckdb.IOException, duckdb.ConnectionException) as error:
            if time.monotonic() > until:
                raise CopyInUseError(
                    f"{path.name} is open in another process. Try again, or delete it: it is made anew."
                ) from error
            time.sleep(0.1)
    try:
        copy.execute("SET TimeZone = 'UTC'")
        yield copy
    finally:
        copy.close()


def _rebuild(path: Path, now: datetime) -> Refreshed:
    """Everything anew, into a file beside that takes the old one's place when it is whole."""
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    try:
        with _opened(fresh, read_only=False) as copy:
            mark = mark_now()
            copy.execute("BEGIN")
            done = {}
            for fact in FACTS:
                columns = ", ".join(f"{name} {TYPES[kind][0]}" for name, kind in fact.columns.items())
                copy.execute(f"CREATE TABLE {fact.name} ({columns})")
                done[fact.name] = _gather(copy, fact) if isinstance(fact, Gathered) else _fill(copy, fact, now)
            copy.execute("CREATE TABLE kept (what VARCHAR, value VARCHAR)")
            _keep(copy, mark, now)
            copy.execute("COMMIT")
        fresh.chmod(0o600)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
        fresh.with_name(fresh.name + ".wal").unlink(missing_ok=True)
    return Refreshed(True, done)


def _bring_up(copy: duckdb.DuckDBPyConnection, touched: dict[str, set[int]], mark: Mark, now: datetime) -> dict:
    done = {}
    copy.execute("BEGIN")
    copy.execute("CREATE TEMPORARY TABLE to_gather (fact VARCHAR, number BIGINT)")
    today = london_day(now)
    kept_on = date.fromisoformat(_kept(copy).get("day", today.isoformat()))
    is_new_day = kept_on != today
    # as the copy had it: what was moved or deleted since is of the day that it was of
    as_it_was = {fact.name: _keys_of_spans(copy, fact, touched, today) for fact in FACTS}
    for fact in FACTS:
        if isinstance(fact, Gathered):
            if (count := _gather_again(copy, fact, done)) is not None:
                done[fact.name] = count
            continue
        keys = as_it_was[fact.name] | _keys_of_spans(copy, fact, touched, today)
        if is_new_day and isinstance(fact, Derived) and fact.keys_of_days:
            keys.update(fact.keys_of_days(kept_on, today - timedelta(days=1)))
        for source in fact.sources & touched.keys():
            keys.update(fact.keys_of(source, touched[source]))
        if is_new_day and isinstance(fact, Derived) and fact.grows_daily:
            # one more day has ended: for everybody who still waits, and for every bed
            done[fact.name] = _again(copy, fact, now)
        elif isinstance(fact, Derived) and fact.is_small:
            if keys:
                done[fact.name] = _again(copy, fact, now)
        elif keys:
            done[fact.name] = _some_again(copy, fact, sorted(keys), now)
    copy.execute("DROP TABLE to_gather")
    _keep(copy, mark, now)
    copy.execute("COMMIT")
    return done


def _keys_of_spans(
    copy: duckdb.DuckDBPyConnection, fact: Plain | Derived | Gathered, touched: dict[str, set[int]], today: date
) -> set[int]:
    """Whose facts are to be worked out again, where the copy's own tables say it."""
    keys: set[int] = set()
    if isinstance(fact, Derived) and fact.keys_of_span:
        for source in fact.spans.keys() & touched.keys():
            _hold(copy, touched[source])
            for span in copy.execute(fact.spans[source]).fetchall():
                keys.update(fact.keys_of_span(*span, today))
            copy.unregister("changed_numbers")
    return keys


def _hold(copy: duckdb.DuckDBPyConnection, numbers: Iterable[int]) -> None:
    copy.register("changed_numbers", pyarrow.table({"number": pyarrow.array(sorted(numbers), pyarrow.int64())}))


def _some_again(copy: duckdb.DuckDBPyConnection, fact: Plain | Derived, keys: list[int], now: datetime) -> int:
    """The rows of these keys read again, and whose facts are added up from them: as they were, and as they are."""
    key = fact.key if isinstance(fact, Derived) else "id"
    changed = f"{key} IN (SELECT number FROM changed_numbers)"  # nosec B608
    followed = [one for one in FACTS if isinstance(one, Gathered) and one.follows.get(fact.name)]
    note = [
        f"INSERT INTO to_gather SELECT '{one.name}', {one.follows[fact.name]} FROM {fact.name} WHERE {changed}"  # nosec B608
        for one in followed
    ]

    def run(*statements: str) -> None:
        _hold(copy, keys)
        for one in statements:
            copy.execute(one)
        copy.unregister("changed_numbers")

    run(*note, f"DELETE FROM {fact.name} WHERE {changed}")  # nosec B608
    count = _in_parts(copy, fact, keys, now)
    run(*note)
    return count


def _gather(copy: duckdb.DuckDBPyConnection, fact: Gathered, these: str = "TRUE") -> int:
    return copy.execute(f"INSERT INTO {fact.name} {fact.sql.format(these=these)}").fetchone()[0]  # nosec B608


def _gather_again(copy: duckdb.DuckDBPyConnection, fact: Gathered, done: dict[str, int]) -> int | None:
    """How many rows were added up again; None where nothing that they follow changed."""
    if not fact.follows.keys() & done.keys():
        return None
    if any(name in done and not column for name, column in fact.follows.items()):
        copy.execute(f"DELETE FROM {fact.name}")  # nosec B608
        return _gather(copy, fact)
    these = f"IN (SELECT number FROM to_gather WHERE fact = '{fact.name}')"  # nosec B608
    copy.execute(f"DELETE FROM {fact.name} WHERE {fact.key} {these}")  # nosec B608
    return _gather(copy, fact, f"{fact.key} {these}")


def _again(copy: duckdb.DuckDBPyConnection, fact: Plain | Derived, now: datetime) -> int:
    copy.execute(f"DELETE FROM {fact.name}")  # nosec B608
    return _fill(copy, fact, now)


def _fill(copy: duckdb.DuckDBPyConnection, fact: Plain | Derived, now: datetime) -> int:
    return _insert(copy, fact, fact.rows(None, now))


def _in_parts(copy: duckdb.DuckDBPyConnection, fact: Plain | Derived, keys: list[int], now: datetime) -> int:
    """A few keys at a time: databases take only so many values in one question."""
    parts = (keys[start : start + 5000] for start in range(0, len(keys), 5000))
    return sum(_insert(copy, fact, fact.rows(part, now)) for part in parts)


def _insert(copy: duckdb.DuckDBPyConnection, fact: Plain | Derived, rows: Iterable[tuple]) -> int:
    schema = pyarrow.schema([(name, TYPES[kind][1]) for name, kind in fact.columns.items()])
    rows, count = iter(rows), 0
    while some := list(islice(rows, ROWS_AT_ONCE)):
        arrays = [
            pyarrow.array(column, kind.type) for column, kind in zip(zip(*some, strict=True), schema, strict=True)
        ]
        copy.register("new_rows", pyarrow.Table.from_arrays(arrays, schema=schema))
        copy.execute(f"INSERT INTO {fact.name} SELECT * FROM new_rows")  # nosec B608
        copy.unregister("new_rows")
        count += len(some)
    return count


def _what_it_is_of() -> str:
    """What a copy must be of to be brought up to date: this database, these tables."""
    where = {key: str(connection.settings_dict.get(key)) for key in ("ENGINE", "NAME", "HOST", "PORT")}
    tables = {fact.name: [fact.columns, fact.sql if isinstance(fact, Gathered) else ""] for fact in FACTS}
    return hashlib.sha256(json.dumps([where, tables, deprivation_version()], sort_keys=True).encode()).hexdigest()


def _kept(copy: duckdb.DuckDBPyConnection) -> dict[str, str]:
    try:
        return dict(copy.execute("SELECT what, value FROM kept").fetchall())
    except duckdb.CatalogException:
        return {}


def _mark_of(copy: duckdb.DuckDBPyConnection) -> Mark | None:
    """How far the copy has read; None where it is of another database or of other tables than today's."""
    kept = _kept(copy)
    if kept.get("of") != _what_it_is_of():
        return None
    return Mark(int(kept["number"]), int(kept["transaction"]))


def _keep(copy: duckdb.DuckDBPyConnection, mark: Mark, now: datetime) -> None:
    kept = {
        "of": _what_it_is_of(),
        "number": mark.number,
        "transaction": mark.transaction,
        "day": london_day(now).isoformat(),
        "as_of": now.isoformat(),
    }
    copy.execute("DELETE FROM kept")
    copy.executemany("INSERT INTO kept VALUES (?, ?)", [[what, str(value)] for what, value in kept.items()])
