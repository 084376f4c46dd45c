"""Acute discharge situation report: who could leave hospital and has not, why, and where people went (M15, M18)."""

from collections.abc import Iterator

from homeward.outcomes.national.figures import Figure, Row, Unit, financial_year, month_of, places

PUBLICATION = "Acute Discharge Situation Report"
# Destinations and reasons changed on 27 May 2024: the file has them from June 2024 on
SINCE_THE_CHANGE = "June 2024 to March 2025"
CHANGED = (month_of(2024, 6)[0], month_of(2025, 3)[1])


def figures(whole: Row) -> Iterator[Figure]:
    """Daily means of the year and of each month, mean patients by reason for delay, and shares by pathway."""
    year = financial_year(whole, "period")
    for place in places(whole, "icbs", "providers"):
        daily = place.part("daily")
        for column, says in (
            ("nctr_average", "Patients who no longer meet the criteria to reside"),
            ("remaining_average", "Patients remaining who no longer meet the criteria to reside"),
            ("discharged_average", "Patients discharged"),
        ):
            yield daily.figure("M15", says, place, year, daily.number_of(column), Unit.A_DAY)
            for row in place.rows("monthly"):
                yield row.figure("M15", says, place, row.month("month"), row.number_of(column), Unit.A_DAY)
        yield from _reasons(place)
        yield from _pathways(place)


def _reasons(place: Row) -> Iterator[Figure]:
    reasons = _since_the_change(place.part("post_change_delay_reasons"))
    for row in reasons.rows("details"):
        mean = row.number_of("mean_published_monthly_average")
        yield row.figure("M15", f"Remaining a day, {row.text('reason')}", place, CHANGED, mean, Unit.A_DAY)


def _pathways(place: Row) -> Iterator[Figure]:
    totals = _since_the_change(place.part("post_change_destinations")).part("pathway_totals")
    counts = {number: totals.number_of(f"pathway_{number}") for number in range(4)}
    everyone = None if None in counts.values() else sum(count or 0 for count in counts.values())
    for number, count in counts.items():
        share = count / everyone if everyone and count is not None else None
        yield totals.figure("M18", f"Left by pathway {number}", place, CHANGED, share, Unit.SHARE, count, everyone)


def _since_the_change(row: Row) -> Row:
    if row.text("period") != SINCE_THE_CHANGE:
        raise row.wrong("period", SINCE_THE_CHANGE)
    return row
