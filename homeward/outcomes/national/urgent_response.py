"""2-hour urgent community response, by month: M03, and the referrals and contacts it goes with."""

from collections.abc import Iterator

from homeward.outcomes.national.figures import Figure, Row, Unit, places

PUBLICATION = "Two-hour Urgent Community Response Performance Metrics"


def figures(whole: Row) -> Iterator[Figure]:
    """Every month's share within 2 hours, referrals and contacts, of England, every ICB and every provider.

    The share has no numbers beside it: the publication counts it by another date than the referrals.
    """
    for place in places(whole, "icbs", "providers"):
        months = place.part("months")
        for row in months.rows("performance"):
            says = "Two-hour referrals that met the standard in the month"
            yield row.figure("M03", says, place, row.month("month"), row.share("value"), Unit.SHARE)
        for column, says in (
            ("referrals", "Two-hour referrals received"),
            ("contacts", "Contacts of two-hour referrals"),
        ):
            for row in months.rows(column):
                count = row.number_of("value")
                yield row.figure("M01", says, place, row.month("month"), count, Unit.COUNT, count)
