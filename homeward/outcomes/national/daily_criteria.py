"""Patients who do not meet the criteria to reside, by trust and day, with the beds they are of (M15)."""

from collections.abc import Iterator
from dataclasses import replace

from homeward.outcomes.national.figures import Figure, Row, Unit, day_of

COLUMNS = (
    "nhs_trust22_name", "nhs_trust22_code", "date", "do_not_meet_criteria_to_reside", "available_beds",
    "perc_not_meet_criteria", "mean_perc_not_meet_criteria", "moving_average",
)  # fmt: skip


def figures(rows: Iterator[Row]) -> Iterator[Figure]:
    """For every trust and day the share of its beds with somebody who could leave."""
    for row in rows:
        share = row.number_of("perc_not_meet_criteria")
        if share is not None and share < 0:
            raise row.wrong("perc_not_meet_criteria", "a share from 0 on")
        day = day_of(row, "date")
        place = replace(row, holds={"code": row.text("nhs_trust22_code"), "name": row.text("nhs_trust22_name")})
        yield row.figure(
            "M15", "Beds with a patient who does not meet the criteria to reside", place, (day, day), share, Unit.SHARE,
            row.number_of("do_not_meet_criteria_to_reside"), row.number_of("available_beds"),
        )  # fmt: skip
