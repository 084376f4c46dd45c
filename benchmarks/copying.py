"""How long a full copy of a record into the tables of facts takes, table by table.

    python benchmarks/copying.py [--rows 1000000] [--seed 1]

A fictitious place of the usual size, with a fortnight of visits and a year of referrals; its visits, who went, their
tasks and the shifts are then repeated a fortnight earlier, and again, until the copy has as many rows. The database is
SQLite in a folder of its own. Prints rows and CPU seconds of each table, the record's reading included, and the most
memory that copying added.
"""

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from copy import copy
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")
FORTNIGHT = timedelta(days=14)


def made_in(folder: str, rows: int, seed: int) -> None:
    """The database and the place in it, with enough fortnights for so many rows in a copy."""
    import django

    django.setup()
    from django.core.management import call_command

    from homeward.demo.place import build_place
    from homeward.demo.size import Size

    now = moment()
    call_command("migrate", verbosity=0)
    build_place(today=now.date(), now=now, seed=seed, size=Size(), say=lambda line: None)
    repeat(rows - copied_in(folder)["rows"])


def repeat(missing: int) -> None:
    """What was done in the last fortnight, each time a fortnight earlier, until a copy has about so many rows more."""
    from homeward.roster.models import Shift
    from homeward.visits.models import Assignment, Visit, VisitTask

    today = moment().date()
    of_days = (today - FORTNIGHT, today - timedelta(days=1))
    rows = {
        Visit: list(Visit.objects.filter(day__range=of_days)),
        Shift: list(Shift.objects.filter(day__range=of_days)),
        Assignment: list(Assignment.objects.filter(visit__day__range=of_days)),
        VisitTask: list(VisitTask.objects.filter(visit__day__range=of_days)),
    }
    numbers = {model: {row.pk for row in found} for model, found in rows.items()}
    first_new = {model: 1 + model._base_manager.order_by("pk").last().pk for model in rows}
    # each visit that happened makes a meeting besides, each shift a paid day
    of_a_fortnight = sum(map(len, rows.values())) + len(rows[Visit]) + len(rows[Shift])
    for turn in range(1, 2 + missing // of_a_fortnight):
        for model, found in rows.items():
            added = []
            for row in found:
                one = copy(row)
                one.pk += turn * first_new[model]
                for field in model._meta.concrete_fields:
                    value = getattr(one, field.attname)
                    if value is not None and field.get_internal_type() in ("DateField", "DateTimeField"):
                        setattr(one, field.attname, value - turn * FORTNIGHT)
                    elif value is not None and field.related_model in rows:
                        of = field.related_model
                        setattr(one, field.attname, value + turn * first_new[of] if value in numbers[of] else None)
                added.append(one)
            model._base_manager.bulk_create(added, batch_size=2000)


def copied_in(folder: str) -> dict:
    """Every table of a copy made anew: how many rows, and CPU seconds; and what the copy came to."""
    import django

    django.setup()
    from homeward.outcomes.facts.copying import TYPES, _fill, _gather, _opened
    from homeward.outcomes.facts.tables import FACTS, Gathered

    path, told, before = Path(folder) / "facts.duckdb", {}, memory()
    path.unlink(missing_ok=True)
    with _opened(path, read_only=False) as kept:
        kept.execute("BEGIN")
        for fact in FACTS:
            columns = ", ".join(f"{name} {TYPES[kind][0]}" for name, kind in fact.columns.items())
            kept.execute(f"CREATE TABLE {fact.name} ({columns})")
            began, most = time.process_time(), memory()
            rows = _gather(kept, fact) if isinstance(fact, Gathered) else _fill(kept, fact, moment())
            spent = round(time.process_time() - began, 2)
            told[fact.name] = {"rows": rows, "cpu_seconds": spent, "more_megabytes": round(memory() - most)}
        kept.execute("COMMIT")
    return {
        "rows": sum(one["rows"] for one in told.values()),
        "cpu_seconds": round(sum(one["cpu_seconds"] for one in told.values()), 1),
        "megabytes": round(path.stat().st_size / 1e6),
        "memory_megabytes": round(memory() - before),
        "tables": dict(sorted(told.items(), key=lambda one: -one[1]["cpu_seconds"])),
    }


def memory() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def moment() -> datetime:
    """When the copy is made."""
    from homeward.kernel.rules import LONDON

    return datetime(2026, 11, 24, 7, 0, tzinfo=LONDON)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HOMEWARD_VAR": folder, "DATABASE_URL": f"sqlite:///{folder}/place.sqlite3"}
        with get_context("spawn").Pool(1, maxtasksperchild=1) as own:  # each step is a process of its own
            own.apply(made_in, (folder, told.rows, told.seed))
            copied = own.apply(copied_in, (folder,))
    copied["tables"] = {name: one for name, one in copied["tables"].items() if one["cpu_seconds"] >= 0.1}
    print(json.dumps({"seed": told.seed, "python": platform.python_version()} | copied, indent=1))


if __name__ == "__main__":
    main()
