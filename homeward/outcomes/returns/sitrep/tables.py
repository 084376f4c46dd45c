"""The tables of the situation reports. Names and file codes are ours: the portals' own layouts were not found.

What is counted follows the acute discharge situation report (docs/rules/delays.md) and the published columns of virtual
wards: capacity, patients, occupancy.
"""

from homeward.discharge.rules.delays import LONG_STAYS
from homeward.discharge.states.pathways import HomePathway
from homeward.outcomes.returns.tables import Column, Kind, Table

DAY, HOSPITAL = "DATE", "HOSPITAL"
DISCHARGED = {pathway.value: f"DISCHARGED {pathway.label.upper()}" for pathway in HomePathway}
NOT_SAID = "DISCHARGED PATHWAY NOT SAID"


def _number(name: str) -> Column:
    return Column(name, Kind.NUMBER, is_required=True)


_OF_A_DAY = (Column(DAY, Kind.DAY, is_required=True), Column(HOSPITAL, is_required=True))
DAILY = Table(
    "SIT001",
    "Discharge",
    (
        *_OF_A_DAY,
        _number("NO LONGER MEETING CRITERIA"),
        _number("DISCHARGED"),
        *(_number(name) for name in (*DISCHARGED.values(), NOT_SAID)),
        _number("REMAINING"),
    ),
    key=(DAY, HOSPITAL),
)
REASONS = Table(
    "SIT002",
    "DelayReasons",
    (*_OF_A_DAY, Column("FAMILY"), Column("REASON", is_required=True), _number("REMAINING")),
    key=(DAY, HOSPITAL, "REASON"),
)
LONG = Table(
    "SIT003",
    "LongStays",
    (
        *_OF_A_DAY,
        *(_number(f"{days} DAYS OR MORE") for days in LONG_STAYS),
        *(_number(f"DAYS SINCE READY {days} DAYS OR MORE") for days in LONG_STAYS),
    ),
    key=(DAY, HOSPITAL),
)
WARDS = Table(
    "SIT004",
    "Wards",
    (
        Column(DAY, Kind.DAY, is_required=True),
        Column("WARD", is_required=True),
        _number("CAPACITY"),
        _number("PATIENTS"),
        Column("OCCUPANCY"),
        _number("ADMITTED"),
        _number("LEFT"),
    ),
    key=(DAY, "WARD"),
)
TABLES = (DAILY, REASONS, LONG, WARDS)
