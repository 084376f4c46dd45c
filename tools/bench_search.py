"""Measure finding people among very many: milliseconds of processor and of clock for each kind of thing typed.

    python tools/bench_search.py [--people 500000] [--each 20] [--postgresql]

Makes its own SQLite database of fictitious people, once, in the folder of HOMEWARD_VAR, through the same services as an
import. PostgreSQL, a server of its own that is gone afterwards, is given the same rows and indexes them anew. Exits 1
when the 95th percentile of any kind is not under its limit in processor time, PostgreSQL's own included: other work on
a machine lengthens the clock, not that.
"""

import argparse
import math
import os
import random
import sqlite3
import statistics
import sys
import time
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path

LIMIT_MILLISECONDS = 150  # p95, of 500,000 people
BATCH = 10_000
SEED = 11
# Beginnings and endings that make tens of thousands of names, spread as names are: a few very usual, most rare.
STARTS = ("Al", "Bar", "Bel", "Brad", "Car", "Chan", "Clif", "Cor", "Dal", "Den", "Dun", "El", "Fair", "Far", "Gar",
          "Gold", "Green", "Had", "Hal", "Har", "Hart", "Hay", "Hol", "Hor", "Kel", "Ken", "Kings", "Lam", "Lang",
          "Led", "Lin", "Lock", "Mac", "Mar", "Mel", "Mid", "Mor", "New", "Nor", "Oak", "Old", "Pat", "Pem", "Pres",
          "Rad", "Red", "Rich", "Rod", "Ros", "Row", "Sal", "Sand", "Shel", "Sher", "Stan", "Stock", "Sut", "Thorn",
          "Tur", "Wal", "War", "Wat", "West", "Whit", "Wil", "Win", "Wood", "Wor", "Yar", "Zel")  # fmt: skip
MIDDLES = ("", "ber", "den", "der", "e", "ing", "ers", "ley", "man", "ne", "o", "ra", "sen", "ter", "ti")
ENDS = ("bridge", "brook", "bury", "by", "combe", "croft", "dale", "field", "ford", "gate", "ham", "hurst", "land",
        "ley", "low", "man", "more", "ridge", "shaw", "smith", "son", "stead", "stone", "ton", "ville", "ward",
        "well", "wick", "wood", "worth", "ley-Smith", "e Jones")  # fmt: skip
USUAL = ("Smith", "Jones", "Williams", "Taylor", "Brown", "Davies", "Evans", "Wilson", "Thomas", "Johnson", "Patel",
         "Khan", "Singh", "Begum", "O'Neil", "McDonald", "Ali", "Hussain", "Nowak", "García", "Smyth", "Thompson",
         "Robinson", "Wright", "Hughes", "Edwards", "Walker", "White", "Green", "Hall", "Clarke", "MacKay")  # fmt: skip
GIVEN = ("Mary", "Margaret", "John", "William", "Dorothy", "Joan", "Jean", "George", "James", "Robert", "Doris",
         "Kathleen", "Betty", "Thomas", "Irene", "Joyce", "Ronald", "Arthur", "Ethel", "Edward", "Elsie", "Kenneth",
         "Florence", "Harold", "Elizabeth", "Sheila", "Frederick", "Barbara", "Audrey", "Peter", "Albert", "Jack",
         "Winifred", "Eric", "Charles", "Patricia", "Leonard", "Edith", "Stanley", "Hilda", "Marjorie", "Leslie",
         "Dennis", "Jessie", "Brian", "Edna", "Alice", "Joseph", "Ivy", "Norman", "Alan", "Gladys", "Sylvia", "Gwen",
         "Muhammad", "Fatima", "Aisha", "Zofia", "Piotr", "Anne-Marie", "Siân", "Zoë", "Gurpreet", "Priya")  # fmt: skip
AREAS = ("LE", "DE", "NG", "CV", "S", "B", "M", "L", "LS", "BS")
INWARD = "ABDEFGHJLNPQRSTUWXYZ"
COPIED = ("teams_service", "people_person", "people_address", "people_searchentry", "people_nameword")
PHONES = ("07700 900", "01632 960", "020 7946 0", "0113 496 0", "0116 496 0", "0131 496 0", "0161 496 0", "029 2018 0")


def _surnames(chance: random.Random) -> tuple[list[str], list[float]]:
    made = sorted({start + middle + end for start in STARTS for middle in MIDDLES for end in ENDS})
    chance.shuffle(made)
    names = [*USUAL, *made]
    return names, [1 / (rank + 20) for rank in range(len(names))]


def _nhs_number(counter: int) -> str | None:
    """The fictitious NHS number (999 …) of a counter; None where no check digit fits."""
    digits = f"999{counter:06}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1))) % 11
    return None if check == 10 else digits + str(check % 11)


def _people(many: int):
    from homeward.people.services import NewAddress, NewPerson

    chance = random.Random(SEED)
    names, weights = _surnames(chance)
    families = chance.choices(names, weights, k=many)
    for number, family in enumerate(families):
        given = chance.choice(GIVEN)
        born = date(1922, 1, 1) + timedelta(days=chance.randrange(75 * 365))
        area, district = chance.choice(AREAS), chance.randrange(1, 25)
        postcode = f"{area}{district} {chance.randrange(1, 10)}{chance.choice(INWARD)}{chance.choice(INWARD)}"
        yield NewPerson(
            given_name=given,
            family_name=family,
            preferred_name=chance.choice(GIVEN) if number % 12 == 0 else "",
            other_names=(f"{given} {chance.choice(names)}",) if number % 9 == 0 else (),
            birth_date=born,
            nhs_number=_nhs_number(number) or "",
            phone=f"{chance.choice(PHONES)}{chance.randrange(1000):03}",
            reference=f"B{number:07}",
            address=NewAddress(lines=f"{chance.randrange(1, 200)} Made Up Road", postcode=postcode),
        )


def _fill(many: int, now) -> int:
    """Make the service and its people unless they are there; gives the service's number."""
    from homeward.access.rules import Actor
    from homeward.people.searching.engine import engine
    from homeward.people.services import register_people
    from homeward.teams.models import Service
    from homeward.teams.services import open_service

    service = Service.objects.filter(code=f"bench-{many}").first()
    if service:
        return service.pk
    began = time.monotonic()
    desk = Actor.system("bench")
    service = open_service(actor=desk, code=f"bench-{many}", name="Bench", now=now)
    actor = Actor.system("bench", service.pk)
    batch = []
    for number, person in enumerate(_people(many), 1):
        batch.append(person)
        if len(batch) == BATCH or number == many:
            register_people(actor=actor, service_id=service.pk, people=batch, since=now.date(), now=now)
            batch = []
    engine().settle()
    print(f"{many:,} people registered and indexed in {time.monotonic() - began:.0f} s")
    return service.pk


def _copy(path: Path, many: int) -> None:
    """Give PostgreSQL the rows of the SQLite database at `path`, without the indexes that find people until the end."""
    from django.db import connection

    from homeward.people.searching import postgresql
    from homeward.people.searching.engine import engine

    began = time.monotonic()
    kept = sqlite3.connect(path)
    if not kept.execute("SELECT 1 FROM teams_service WHERE code = ?", [f"bench-{many}"]).fetchone():
        raise SystemExit("Run this without --postgresql first: it makes the people.")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX people_search_terms")
        cursor.execute("DROP INDEX people_nameword_trigrams")
        cursor.execute("SET session_replication_role = replica")  # rows were checked where they come from
        for table in COPIED:
            columns = [row[1] for row in kept.execute(f"PRAGMA table_info({table})")]  # nosec B608
            names = ", ".join(f'"{name}"' for name in columns)
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in kept.execute(f"SELECT {names} FROM {table}"):  # nosec B608
                    copy.write_row(row)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(postgresql.TERMS_INDEX)
        cursor.execute(postgresql.WORDS_INDEX)
        for table in COPIED:
            cursor.execute(f"ANALYZE {table}")
    engine().settle()
    print(f"{many:,} people copied and indexed in {time.monotonic() - began:.0f} s")


def _misspelt(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, max(2, len(word) - 1))
    kind = chance.randrange(4)
    if kind == 0:
        return word[:place] + word[place + 1 : place + 2] + word[place : place + 1] + word[place + 2 :]
    if kind == 1:
        return word[:place] + word[place + 1 :]
    if kind == 2:
        return word[:place] + chance.choice("aeirst") + word[place:]
    return word[:place] + chance.choice("aeirst") + word[place + 1 :]


def _asked(person, postcode: str, chance: random.Random) -> dict[str, str]:
    """What somebody might type to find this person, by kind."""
    given, family, born = person.given_name, person.family_name, person.birth_date
    number = person.nhs_number
    return {
        "full name": f"{given} {family}",
        "last name alone": family,
        "beginning of a last name": family[: chance.randrange(2, 5)],
        "name the other way round": f"{family} {given}",
        "initial and last name": f"{given[0]} {family}",
        "misspelt last name": _misspelt(family, chance),
        "both names misspelt": f"{_misspelt(given, chance)} {_misspelt(family, chance)}",
        "as it sounds": f"{given} {family.lower().replace('i', 'y').replace('ph', 'f').replace('c', 'k')}",
        "birth date": f"{born.day}/{born.month}/{born.year}",
        "birth date in words": f"{born.day} {born:%b} {born:%y}",
        "year of birth alone": f"{born.year}",
        "name and year": f"{family} {born.year}",
        "NHS number": f"{number[:3]} {number[3:6]} {number[6:]}" if number else "999 000 0018",
        "first digits of NHS number": number[: chance.randrange(4, 8)] or "9991",
        "last digits of NHS number": number[-4:] or "0018",
        "postcode": postcode,
        "half a postcode": postcode.split()[0],
        "phone": person.phone,
        "last digits of phone": person.phone[-5:].replace(" ", ""),
        "name, misspelt, and half a postcode": f"{given[:3]} {_misspelt(family, chance)} {postcode.split()[0]}",
        "name and a wrong birth date": f"{given} {family} {born.day % 28 + 1}/{born.month}/{born.year}",
        "nobody": "xq" + _misspelt(family, chance)[::-1],
    }


def _processor_seconds() -> float:
    """What this process, and the PostgreSQL process that serves it, have used so far."""
    from django.db import connection

    spent = time.process_time()
    if connection.vendor == "postgresql":
        process = connection.connection.info.backend_pid
        # the first number is nanoseconds on a processor
        spent += int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    return spent


def _measure(many: int, each: int) -> bool:
    from django.utils import timezone

    from homeward.access.rules import Actor, Role
    from homeward.people.models import Address, Person
    from homeward.people.selectors import search_people

    now = timezone.now()
    service_id = _fill(many, now)
    clerk = Actor(name="Bench", role=Role.FRONT_DOOR, service_ids=frozenset({service_id}))
    chance = random.Random(SEED + 1)
    first = Person.objects.filter(service_id=service_id).order_by("pk").values_list("pk", flat=True)[0]
    spent: dict[str, list[tuple[float, float]]] = {}
    found: dict[str, int] = {}
    search_people(clerk, "somebody", now)  # the first opens the connection
    for _ in range(each):
        person = Person.objects.get(pk=first + chance.randrange(many))
        postcode = Address.objects.get(person=person).postcode
        for kind, typed in _asked(person, postcode, chance).items():
            wall, cpu = time.perf_counter(), _processor_seconds()
            hits = search_people(clerk, typed, now, limit=21)
            spent.setdefault(kind, []).append(
                ((_processor_seconds() - cpu) * 1000, (time.perf_counter() - wall) * 1000)
            )
            found[kind] = found.get(kind, 0) + any(hit.person.pk == person.pk for hit in hits)
    print(f"{sum(map(len, spent.values()))} searches among {many:,} people; milliseconds, audit written")
    print(f"{'':<38}{'processor':^24}{'clock':^24}  the one meant")
    print(f"{'typed':<38}{'p50':>8}{'p95':>8}{'most':>8}{'p50':>8}{'p95':>8}{'most':>8}  among those shown")
    slow = False
    rows = [*spent.items(), ("all", [one for times in spent.values() for one in times])]
    for kind, times in rows:
        cells = []
        for place in (0, 1):
            one = sorted(time[place] for time in times)
            cells += [statistics.median(one), one[math.ceil(len(one) * 0.95) - 1], one[-1]]
        slow = slow or cells[1] >= LIMIT_MILLISECONDS
        share = f"{found[kind]}/{len(times)}" if kind in found else ""
        print(f"{kind:<38}" + "".join(f"{cell:8.1f}" for cell in cells) + f"  {share}")
    return slow


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=500_000)
    options.add_argument("--each", type=int, default=20, help="how many people to look for in every way")
    options.add_argument("--postgresql", action="store_true", help="in a PostgreSQL server of its own, then gone")
    asked = options.parse_args()
    base = Path(__file__).resolve().parent.parent
    sys.path.insert(0, str(base / "tools"))
    from postgres import server

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")
    folder = Path(os.environ.get("HOMEWARD_VAR", base / "var"))
    with server() if asked.postgresql else nullcontext(f"sqlite:///{folder / 'bench-people.sqlite3'}") as url:
        os.environ["DATABASE_URL"] = url
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        try:
            print(f"On {connection.vendor}", flush=True)
            if asked.postgresql:
                _copy(folder / "bench-people.sqlite3", asked.people)
            return 1 if _measure(asked.people, asked.each) else 0
        finally:
            connection.close()


if __name__ == "__main__":
    sys.exit(main())
