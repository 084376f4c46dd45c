"""How long a dashboard of measures takes on a columnar copy of made-up facts.

    python benchmarks/measures.py [--events 1000000] [--seed 1]

The facts are synthetic rows in the shape of the copy, of three years in no order of time; the measures are those of the
service, unchanged, over thirteen months. Prints CPU seconds of the process, all threads, for making the copy, and for
the first dashboard of a process and the ones after it: of one that turns the expressions into SQL (`sql_made`), and of
the next, that finds it kept (`sql_kept`); and the memory that asking added.
"""

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")

DASHBOARD = ("M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08", "M08.minutes", "M11.in_time", "M14.bought", "M29")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
# Rows of each table for every hundred events
SHARES = {"visits": 22, "assignments": 33, "tasks": 30, "referrals": 5, "episodes": 4, "clocks": 4, "calls": 1}
MADE = {
    "visits": "SELECT i AS id, 1 AS service_id, i % {people} AS person_id, NULL AS session_id, i % {episodes} AS"
    " episode_id, {day} AS day, i % 50 = 0 AS is_crisis, 'done' AS state",
    "assignments": "SELECT i AS id, i % {visits} AS visit_id, i // {visits} AS slot,"
    " (i + i // {visits}) % 400 AS worker_id,"
    " {at} AS starts_at, {day} AS starts_on, {at} + INTERVAL 30 MINUTE AS ends_at, {day} AS ends_on,"
    " 7.5 AS travel_minutes, 'left' AS state, {at} AS arrived_at, {day} AS arrived_on,"
    " {at} + INTERVAL 28 MINUTE AS left_at, {day} AS left_on",
    "tasks": "SELECT i AS id, i % {visits} AS visit_id, 'task' || i % 40 AS activity_code, i % 3 = 0 AS is_delegated,"
    " {at} AS done_at, {day} AS done_on",
    "referrals": "SELECT i AS id, 1 AS service_id, i % {people} AS person_id, 'accepted' AS state, {at} AS received_at,"
    " {day} AS received_on, ['gp', 'hospital', 'family'][1 + i % 3] AS source, 'staff' AS route,"
    " ['crisis', 'two_days', 'routine'][1 + i % 3] AS urgency, 'fall' AS need_code, '' AS pathway_code",
    "episodes": "SELECT i AS id, 1 AS service_id, i % {people} AS person_id, i AS referral_id, i % 5 AS pathway_id,"
    " NULL AS follows_id, {at} AS started_at, {day} AS started_on, {at} + INTERVAL 3 DAY AS ended_at,"
    " {day} + 3 AS ended_on, ['settled', 'more'][1 + i % 2] AS outcome_code",
    "clocks": "SELECT i AS episode_id, 'response' AS clock, ['response', 'limit'][1 + i % 2] AS kind,"
    " [120, 4320][1 + i % 2] AS target_minutes, 'stopped' AS state, {at} AS started_at, {day} AS started_on,"
    " {at} AS due_at, {day} AS due_on, {at} AS stopped_at, {day} AS stopped_on, i % 6 > 0 AS is_met",
    "calls": "SELECT i AS id, 1 AS service_id, i % {people} AS person_id, {at} AS received_at, {day} AS received_on,"
    " ['gp', 'family'][1 + i % 2] AS source, 'crisis' AS urgency, 'advice' AS outcome, NULL AS referral_id",
}
SMALL = {
    "concerns": "SELECT i AS id, 1 AS service_id, i AS person_id, 'today' AS urgency, {at} AS raised_at, {day} AS"
    " raised_on, {at} + INTERVAL 4 HOUR AS answer_due_at, {day} AS answer_due_on, {at} + i % 8 * INTERVAL 1 HOUR AS"
    " answered_at, {day} AS answered_on, 'closed' AS state FROM range(5000) made(i)",
    "workers": "SELECT i AS id, 1 AS service_id, i % 4 AS organisation_id, 'Nurse' AS job_title, true AS is_active"
    " FROM range(400) made(i)",
    "providers": "SELECT i AS id, 1 AS service_id, i AS organisation_id, 'private' AS kind FROM range(2) made(i)",
    "pathways": "SELECT i AS id, 'p' || i AS code, CASE WHEN i < 3 THEN 'crisis' ELSE 'routine' END AS urgency"
    " FROM range(5) made(i)",
    "activities": "SELECT 'task' || i AS code, 10 AS minutes, 'low' AS complexity, i % 2 = 0 AS is_delegable"
    " FROM range(40) made(i)",
}


def make(copy, events: int, seed: int) -> int:
    """Fill the tables of a copy over three years; gives how many rows. The same seed makes the same rows."""
    from homeward.outcomes.facts.copying import TYPES
    from homeward.outcomes.facts.tables import FACTS, Gathered

    sizes = {name: events * share // 100 for name, share in SHARES.items()}
    words = {
        **sizes,
        "people": max(1, events // 500),
        "at": f"(TIMESTAMP '2023-12-01 08:00:00' + (hash(i + {seed}) % 1550000) * INTERVAL 1 MINUTE)",
        "day": f"(DATE '2023-12-01' + CAST(hash(i + {seed}) % 1076 AS INTEGER))",
    }
    made = 0
    for fact in FACTS:
        columns = ", ".join(f"{name} {TYPES[kind][0]}" for name, kind in fact.columns.items())
        copy.execute(f"CREATE TABLE {fact.name} ({columns})")
        if fact.name in sizes:
            rows = MADE[fact.name].format(**words) + f" FROM range({sizes[fact.name]}) made(i)"
        elif fact.name in SMALL:
            rows = SMALL[fact.name].format(**words)
        elif isinstance(fact, Gathered):
            copy.execute(f"INSERT INTO {fact.name} {fact.sql.format(these='TRUE')}")
            continue
        else:
            continue
        copy.execute(f"INSERT INTO {fact.name} BY NAME {rows}")
        made += copy.execute(f"SELECT count(*) FROM {fact.name}").fetchone()[0]
    from homeward.procedures.rules import CountsAs

    flags = ", ".join(f"{one.value in ('avoided_hospital', 'no_further_support')} AS {one.value}" for one in CountsAs)
    copy.execute(
        f"INSERT INTO outcomes BY NAME SELECT i AS pathway_id, 'settled' AS code, {flags} FROM range(5) made(i)"
    )
    return made


def made_in(folder: str, events: int, seed: int) -> dict:
    """Make a copy in a folder; gives what it is and what making it cost."""
    import django

    django.setup()
    import duckdb

    path = Path(folder) / "facts.duckdb"
    began = time.process_time()
    with duckdb.connect(str(path)) as copy:
        count = make(copy, events, seed)
    spent = round(time.process_time() - began, 2)
    return {"events": count, "made_cpu_seconds": spent, "megabytes": round(path.stat().st_size / 1e6)}


def asked_of(folder: str) -> dict:
    """The dashboard four times over, as a process asks that has just begun."""
    import django

    django.setup()
    import duckdb

    from homeward.outcomes.facts.reading import Asked, embedded
    from homeward.outcomes.measures.compiling import keep_new
    from homeward.outcomes.measures.computing import compute
    from homeward.outcomes.measures.library import MEASURES

    asked = Asked(1, date(2025, 11, 1), date(2026, 11, 24), NOW)
    before = memory()
    with duckdb.connect(str(Path(folder) / "facts.duckdb"), read_only=True) as copy:
        engine = embedded(copy)
        engine.ask(asked)
        seconds = []
        for _ in range(4):
            began = time.process_time()
            numbers = {key: compute(engine, MEASURES[key], asked)[0][-1].value for key in DASHBOARD}
            seconds.append(round(time.process_time() - began, 2))
    keep_new()
    return {
        "first_cpu_seconds": seconds[0],
        "after_cpu_seconds": seconds[1:],
        "memory_megabytes": round(memory() - before),
        "newest_values": numbers,
    }


def memory() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    result = {"seed": told.seed, "python": platform.python_version(), "cpus": len(os.sched_getaffinity(0))}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOMEWARD_VAR"] = folder
        own = get_context("spawn").Pool(1, maxtasksperchild=1)  # each step is a process of its own
        with own:
            result |= own.apply(made_in, (folder, told.events, told.seed)) | {"measures": len(DASHBOARD)}
            result["sql_made"] = own.apply(asked_of, (folder,))
            numbers = result["sql_made"].pop("newest_values")
            result["sql_kept"] = own.apply(asked_of, (folder,))
            assert result["sql_kept"].pop("newest_values") == numbers
    print(json.dumps({**result, "newest_values": numbers}, indent=1))


if __name__ == "__main__":
    main()
