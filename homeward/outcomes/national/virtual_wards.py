"""Virtual wards by ICB and month: capacity, patients, occupancy. None of our measures answers to them."""

from collections.abc import Iterator
from dataclasses import replace

from homeward.outcomes.national.figures import Figure, Row, Unit, day_of, month_of

COLUMNS = (
    "date", "region_code", "icb_code", "capacity", "capacity_per_population", "population", "num_ward_patients",
    "occupancy", "suppressed",
)  # fmt: skip


def figures(rows: Iterator[Row]) -> Iterator[Figure]:
    """For every ICB and month the occupancy, with patients and capacity. Where the file says that it suppressed the
    figures they are not what was counted, and no value is given."""
    for row in rows:
        day = day_of(row, "date")
        if row.text("suppressed") not in ("True", "False"):
            raise row.wrong("suppressed", "True or False")
        is_hidden = row.text("suppressed") == "True"
        place = replace(row, holds={"code": row.text("icb_code"), "name": row.text("icb_code")})
        yield row.figure(
            "", "Virtual ward occupancy", place, month_of(day.year, day.month),
            None if is_hidden else row.number_of("occupancy"), Unit.SHARE,
            None if is_hidden else row.number_of("num_ward_patients"), row.number_of("capacity"),
        )  # fmt: skip
