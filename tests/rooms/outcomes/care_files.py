"""Client Level Data made up for tests: stories as councils record them, and nasty ones."""

import csv
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.rooms.outcomes.judge import COLUMNS

OUTCOMES = (
    "Progress to Reablement/ST-Max",
    "Progress to Assessment",
    "Admitted to hospital",
    "Progress to End of Life Care",
    "Service ended as planned",
    "Service ended as planned",
    "Provision of service",
    "NFA - Deceased",
    "NFA - Moved to another LA",
    "NFA - 100% NHS funded care",
    "NFA - 100% NHS-funded care",
    "NFA - Information & Advice / Signposting only",
    "NFA - Self-funded client (Inc. 12wk disregard)",
    "NFA - Support declined",
    "NFA - Support ended: Other reason",
    "NFA - Support ended – other reason",
    "NFA - No services offered: Other reason",
    "NFA- Other",
    "NFA - Other",
    "Something a council made up",
)
SERVICES = (
    "Short Term Support: ST-Max",
    "Short Term Support: ST-Max",
    "Long Term Support: Nursing Care",
    "Long Term Support: Residential Care",
    "Long Term Support: Community",
    "Long Term Support: Prison",
    "Short Term Support: Ongoing Low Level",
    "Short Term Support: Other Short Term",
    "Carer Support: Direct to Carer",
)
ROUTES = ("Discharge from Hospital", "Community / other", "Self-Funder with Depleted Funds")
GAPS = (0, 0, 0, 1, 1, 2, 3, 4, 5, 9, 28, 29)
FIRST, LAST, SUBMITTED_BY, TODAY = "2023-04-01", "2023-12-31", "2024-02-01", "2024-06-01"


def person(name: str, *, council: str = "E10000001") -> dict:
    """The cells that are about a person and not about an event."""
    return {
        "LA_CODE": council,
        "Der_NHS_Number_Traced_Pseudo": f"n-{name}",
        "Der_LA_Person_Unique_Identifier_Pseudo": f"c-{name}",
        "Client_Type": "Service User",
        "Der_Birth_Month": 5,
        "Der_Birth_Year": 1940,
        "ImportDate": "2024-01-20",
    }


def event(who: dict, kind: str, starts_on: str, ends_on: str | None, outcome: str | None = None, **cells) -> dict:
    """One line: an event of somebody."""
    return {
        **who,
        "Event_Type": kind,
        "Event_Start_Date": starts_on,
        "Event_End_Date": ends_on,
        "Event_Outcome": outcome,
        **({"Request_Route_of_Access": ROUTES[0]} if kind == "Request" else {}),
        **cells,
    }


def numbered(lines: list[dict]) -> list[dict]:
    """Lines with a record id each, where they have none."""
    return [{"Der_Unique_Record_ID": f"r{number}", **cells} for number, cells in enumerate(lines)]


def realistic_file(seed: int, people: int = 300) -> list[dict]:
    """Requests, some of which lead to reablement, with what followed; two submissions of the same events."""
    random = Random(seed)
    lines = []
    for number in range(people):
        who = person(f"{seed}-{number}", council=random.choice(("E10000001", "E10000002")))
        if random.random() < 0.1:
            who["Der_NHS_Number_Traced_Pseudo"] = None
        day = date(2023, 2, 1) + timedelta(random.randrange(280))
        lines.append(event(who, "Request", *_days(day, random.randrange(6)), random.choice(OUTCOMES)))
        day += timedelta(random.randrange(10))
        weeks = random.choice((1, 3, 6, 6))
        if random.random() < 0.7:
            end = None if random.random() < 0.1 else weeks * 7
            reablement = _days(day, end)
            lines.append(
                event(who, "Service", *reablement, random.choice(OUTCOMES), Service_Type="Short Term Support: ST-Max")
            )
            lines.append({**lines[-1], "ImportDate": "2023-10-20", "Event_End_Date": None, "Event_Outcome": None})
            day += timedelta(weeks * 7 + random.choice(GAPS[:9]))
        if random.random() < 0.5:
            lines.append(event(who, "Assessment", *_days(day, 2), random.choice(OUTCOMES)))
        if random.random() < 0.5:
            lines.append(event(who, "Service", *_days(day, None), None, Service_Type=random.choice(SERVICES)))
    random.shuffle(lines)
    return numbered(lines)


def nasty_file(seed: int, groups: int = 300) -> list[dict]:
    """Everything at once: ties, blanks, case, versions, overlaps, deaths, one NHS number with two councils or ids."""
    random = Random(seed)
    lines: list[dict] = []
    for group in range(groups):
        lines += _nasty_group(random, f"{seed}-{group}")
    lines = numbered(lines)
    for cells in lines:
        if random.random() < 0.005:
            cells["Der_Unique_Record_ID"] = random.choice((None, cells["Der_Unique_Record_ID"].upper() + " "))
    return lines


def _nasty_group(random: Random, name: str) -> list[dict]:
    day = date(2023, 3, 1) + timedelta(random.randrange(200))
    whos = [person(name)]
    if random.random() < 0.3:  # the same NHS number at another council
        whos.append({**whos[0], "LA_CODE": "E10000002", "Der_LA_Person_Unique_Identifier_Pseudo": f"d-{name}"})
    if random.random() < 0.2:  # without NHS number: known by the same id, or by another
        other = random.choice((f"c-{name}", f"x-{name}"))
        whos.append({**whos[0], "Der_NHS_Number_Traced_Pseudo": None, "Der_LA_Person_Unique_Identifier_Pseudo": other})
    lines: list[dict] = []
    kinds = ["Request", "Service", *random.choices(("Request", "Service", "Service", "Assessment", "Review"), k=5)]
    for place, kind in enumerate(kinds[: random.randint(2, 7)]):
        length = random.choice((0, 0, 1, 2, 5, 20, None))
        cells = event(random.choice(whos), kind, *_days(day, length), random.choice(OUTCOMES))
        if kind == "Service" or random.random() < 0.03:
            cells["Service_Type"] = SERVICES[0] if place == 1 else random.choice(SERVICES)
            cells["Delivery_Mechanism"] = random.choice((None, "Direct Payment"))
        if kind == "Request":
            cells["Request_Route_of_Access"] = random.choice(ROUTES[:2])
        lines.append(cells)
        if random.random() < 0.3:
            lines += _variants(random, cells)
        if random.random() < 0.75:
            day += timedelta((length or 0) + random.choice(GAPS))
    return [_spoilt(random, cells) for cells in lines]


def _variants(random: Random, cells: dict) -> list[dict]:
    """Other lines about much the same event: at another council, another version, another outcome, the same again."""
    return random.choices(
        (
            {**cells},
            {**cells, "LA_CODE": "E10000002"},
            {**cells, "ImportDate": random.choice(("2023-11-01", "2024-01-20", "2024-02-01", "2024-02-02", None))},
            {**cells, "Event_Outcome": random.choice(OUTCOMES)},
            {**cells, "Event_End_Date": None, "ImportDate": "2023-11-01"},
            {**cells, "Service_Component": "Reablement", "Event_Outcome": random.choice(OUTCOMES)},
            {**cells, "Request_Route_of_Access": ROUTES[1], "Event_Outcome": random.choice(OUTCOMES)},
            {**cells, "Event_Type": "Review"},
            {**cells, "Der_Birth_Year": 1941},
        ),
        k=random.randint(1, 2),
    )


def _spoilt(random: Random, cells: dict) -> dict:
    cells = dict(cells)
    chance = random.random()
    if chance < 0.02:
        cells["Event_Outcome"] = None
    elif chance < 0.03:
        cells["Request_Route_of_Access"] = None
    elif chance < 0.035:
        cells["LA_CODE"] = None
    elif chance < 0.045:
        cells["Der_Birth_Month"] = None
    elif chance < 0.06:
        cells["Date_of_Death"] = random.choice(("2023-03-01", "2023-04-01", "2023-09-01"))
    elif chance < 0.065:
        cells["Client_Type"] = "Carer"
    elif chance < 0.07:
        cells["Event_End_Date"] = cells["Event_Start_Date"][:5] + "01-01"  # before it starts
    elif chance < 0.075:
        cells["Event_Start_Date"] = None
    elif chance < 0.2:
        heading = random.choice(
            ("Event_Outcome", "Service_Type", "Event_Type", "Der_NHS_Number_Traced_Pseudo", "LA_CODE")
        )
        text = cells.get(heading)
        cells[heading] = text and random.choice((text.upper(), text.lower(), text + "  "))
    return cells


def _days(day: date, length: int | None) -> tuple[str, str | None]:
    return day.isoformat(), None if length is None else (day + timedelta(length)).isoformat()


def write(path: Path, lines: list[dict]) -> Path:
    """The lines as a CSV file as NHS England heads its columns."""
    with path.open("w", newline="", encoding="utf-8") as file:
        others = [name for name in dict.fromkeys(name for line in lines for name in line) if name not in COLUMNS]
        writer = csv.DictWriter(file, [*COLUMNS, *others], restval="")
        writer.writeheader()
        writer.writerows(lines)
    return path
