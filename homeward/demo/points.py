"""The postcode points that homes stand on."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

POSTCODES = Path(__file__).resolve().parent / "places" / "postcodes.csv"
# What must be shown wherever these points are, from the licence that came with them.
ATTRIBUTION = (
    "Contains Ordnance Survey data © Crown copyright and database right 2014. "
    "Contains Royal Mail data © Royal Mail copyright and database right 2014. "
    "Contains National Statistics data © Crown copyright and database right 2014."
)


@dataclass(frozen=True, slots=True)
class Point:
    """A real unit postcode and the middle of it, in degrees."""

    postcode: str
    latitude: float
    longitude: float


@cache
def points() -> tuple[Point, ...]:
    """Every point of the sample, by postcode."""
    with POSTCODES.open(encoding="utf-8", newline="") as file:
        return tuple(
            Point(row["postcode"], float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(file)
        )
