"""What the chain of the audit trail costs: events a second by eight writers, ways of chaining, and a long proof.

    tools/bench_audit.py [--seconds 4] [--events 1000000] [--engine sqlite|postgresql]

Each writer does what a page does: begins a transaction, adds an event, holds on a little as if the page had more to do,
and commits. Ways: events without marks or chain; as Homeward does (marked, and sealed beside by another process); and
chained as they are written, behind a lock on the newest link.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
WRITERS = 8
HOLDS_SECONDS = 0.01  # the rest of a quick page
COLUMNS = ("at, actor_account_id, actor_name, actor_role, employer, action, subject_kind, subject_id, person_id,"
           " service_id, count, people, purpose, mark")  # fmt: skip


def _begin(url: str, folder: str) -> None:
    os.environ.update(DATABASE_URL=url, HOMEWARD_VAR=folder, DJANGO_SETTINGS_MODULE="homeward.config.settings_test")
    import django

    django.setup()


def _actor():
    from homeward.access.rules import Actor, Role

    return Actor("Test Person", Role.CASE_MANAGER, account_id=1, employer="Merrow Trust", service_ids=frozenset({1}))


def _write(url: str, folder: str, way: str, seconds: float, holds: float, ready, done) -> None:
    _begin(url, folder)
    from django.db import connection, transaction
    from django.utils import timezone

    from homeward.audit.rules import content_of, next_link
    from homeward.audit.services import record

    actor, count = _actor(), 0
    where = f"({COLUMNS}) VALUES (%s, 1, %s, %s, %s, %s, 'person', 7, 7, 1, 1, '[]', '', '')"
    connection.ensure_connection()
    ready.wait()
    until = time.time() + seconds
    while time.time() < until:
        now = timezone.now()
        with transaction.atomic():
            if way == "marked":
                record(actor=actor, action="open record", subject=("person", 7), person_id=7, service_id=1, now=now)
            else:
                values = [now, actor.name, str(actor.role), actor.employer, "open record"]
                with connection.cursor() as cursor:
                    if way == "locked":
                        lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
                        cursor.execute(f"SELECT head FROM bench_head WHERE id = 1{lock}")  # nosec B608
                        link = next_link(bytes.fromhex(cursor.fetchone()[0]), 7, content_of(values), "")
                        cursor.execute("UPDATE bench_head SET head = %s WHERE id = 1", [link.hex()])
                    cursor.execute(f"INSERT INTO audit_event {where}", values)
            if holds:
                time.sleep(holds)
        count += 1
    done.put(count)


def _seal(url: str, folder: str, seconds: float, ready) -> None:
    _begin(url, folder)
    from django.utils import timezone

    from homeward.access.rules import Actor
    from homeward.audit.services import seal_all

    ready.wait()
    until = time.time() + seconds
    while time.time() < until:
        seal_all(actor=Actor.system("bench"), now=timezone.now())
        time.sleep(1)


def _rate(url: str, folder: str, way: str, seconds: float, holds: float) -> float:
    done = multiprocessing.Queue()
    others = [(_seal, (url, folder, seconds))] if way == "marked" else []
    ready = multiprocessing.Barrier(WRITERS + len(others))  # all begin together, however slowly they started
    running = [
        multiprocessing.Process(target=_write, args=(url, folder, way, seconds, holds, ready, done))
        for _ in range(WRITERS)
    ]
    running += [multiprocessing.Process(target=work, args=(*told, ready)) for work, told in others]
    for one in running:
        one.start()
    total = sum(done.get() for _ in range(WRITERS))
    for one in running:
        one.join()
    return total / seconds


def _prove(url: str, folder: str, events: int) -> None:
    _begin(url, folder)
    from datetime import timedelta

    from django.conf import settings
    from django.utils import timezone

    from homeward.access.rules import Actor
    from homeward.audit.models import Event
    from homeward.audit.rules import content_of, mark_of
    from homeward.audit.selectors import events_about, search_events, verify_chain
    from homeward.audit.selectors.searching import EventSearch
    from homeward.audit.services import seal_all

    system, now = Actor.system("bench", 1), timezone.now()
    began = time.time()
    for start in range(0, events, 5000):
        rows = []
        for number in range(start, min(start + 5000, events)):
            people = list(range(number % 900, number % 900 + 40)) if number % 50 == 0 else []
            at = now - timedelta(seconds=(events - number) * 3)
            told = (at, number % 200 + 1, "Test Person", "case_manager", "Merrow Trust",
                    "see day" if people else "open record", "person", None, None if people else number % 3000, 1,
                    len(people) or 1, people, "direct_care")  # fmt: skip
            row = Event(**dict(zip(_names(), told, strict=True)))
            row.mark = mark_of(content_of(told), settings.AUDIT_KEYS[0], f"{number:016x}")
            rows.append(row)
        Event.objects.bulk_create(rows, batch_size=500)
    print(f"  {events:,} events written in {time.time() - began:.0f} s")
    began = time.time()
    sealed = seal_all(actor=system, now=now)
    print(f"  {sealed:,} sealed in {time.time() - began:.1f} s")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.time()
    verdict = verify_chain(system, now)
    seconds = time.time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    said = "unbroken" if verdict.is_unbroken else str(verdict.faults[:3])
    print(f"  {said}: {verdict.events:,} events proved in {seconds:.1f} s, memory grew by {grown:.0f} MB")
    for name, ask in (
        ("who looked at one person", lambda: events_about(system, 450, 101)),
        ("what one account did", lambda: search_events(system, EventSearch(account_id=7))),
        ("part of a name", lambda: search_events(system, EventSearch(name="nobody of this"))),
    ):
        began = time.time()
        found = ask()
        print(f"  {name}: {len(found)} found in {(time.time() - began) * 1000:.0f} ms")


def _names() -> tuple[str, ...]:
    from homeward.audit.rules import COLUMNS as NAMES

    return NAMES[1]


def _measure(engine: str, url: str, folder: str, seconds: float, events: int) -> None:
    _begin(url, folder)
    from django.core.management import call_command
    from django.db import connection, connections

    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_head (id integer PRIMARY KEY, head text)")
        cursor.execute(f"INSERT INTO bench_head VALUES (1, '{'0' * 64}')")  # nosec B608
    connections.close_all()
    if events:  # before the other ways write events without marks, which the proof would rightly find
        proof = multiprocessing.Process(target=_prove, args=(url, folder, events))
        proof.start()
        proof.join()
    print(f"{engine}, {WRITERS} writers, {seconds:.0f} s each")
    for holds in (0, HOLDS_SECONDS):
        plain = 0.0
        for way, words in (
            ("plain", "no chain"),
            ("marked", "marked, sealed beside"),
            ("locked", "chained behind a lock"),
        ):
            rate = _rate(url, folder, way, seconds, holds)
            plain = plain or rate
            print(
                f"  transactions of {holds * 1000:.0f} ms, {words}: {rate:,.0f} events a second, {rate / plain:.2f}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    options = parser.parse_args()
    multiprocessing.set_start_method("spawn")
    from postgres import server

    for engine in [options.engine] if options.engine else ["sqlite", "postgresql"]:
        with (
            tempfile.TemporaryDirectory() as folder,
            server(is_durable=True) if engine == "postgresql" else nullcontext(f"sqlite:///{folder}/a.sqlite3") as url,
        ):
            one = multiprocessing.Process(
                target=_measure, args=(engine, url, folder, options.seconds, options.events), daemon=False
            )
            one.start()
            one.join()


if __name__ == "__main__":
    main()
