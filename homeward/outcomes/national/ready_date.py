"""Discharge ready date: days from ready to gone, in bands (M16)."""

from collections.abc import Iterator

from homeward.outcomes.national.figures import Figure, Row, Unit, financial_year, places

PUBLICATION = "Discharge Ready Date"


def figures(whole: Row) -> Iterator[Figure]:
    """The seven bands of the year and, by month, who left the same day and the mean delay of those who did not."""
    year = financial_year(whole, "period")
    for place in places(whole, "icbs", "providers", "utlas"):
        total = place.part("metrics").part("drd-discharges").number_of("count")
        for row in place.rows("thresholds"):
            says = f"Left {row.text('label')} after the discharge ready date"
            yield row.figure(
                "M16", says, place, year, row.share("percent_all"), Unit.SHARE, row.number_of("count"), total
            )
        for row in place.rows("monthly"):
            month = row.month("month")
            same_day, everyone = row.number_of("same_day_count"), row.number_of("total_discharges")
            says = "Left on the discharge ready date"
            yield row.figure("M16", says, place, month, row.share("same_day_percent"), Unit.SHARE, same_day, everyone)
            mean = row.number_of("average_days_after_drd_excluding_zero")
            days, delayed = row.number_of("bed_days_after_drd"), row.number_of("delayed_count")
            yield row.figure(
                "M16", "Mean days after the ready date, of those delayed", place, month, mean, Unit.DAYS, days, delayed
            )
