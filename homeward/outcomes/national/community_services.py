"""Community Services Data Set, one month: referrals and contacts, of people of all ages (M01)."""

from collections.abc import Iterator

from homeward.outcomes.national.figures import MONTHS, Figure, Row, Unit, month_of, places

PUBLICATION = "Community Services Statistics"
COUNTS = ("referrals", "people-referred", "care-contacts", "people-contacted", "care-activities")


def figures(whole: Row) -> Iterator[Figure]:
    """Each count of the month, of England, every ICB and every provider."""
    words = whole.text("period").split()
    if len(words) != 2 or words[0][:3] not in MONTHS or not words[1].isdigit():
        raise whole.wrong("period", "a month such as March 2025")
    month = month_of(int(words[1]), MONTHS.index(words[0][:3]) + 1)
    for place in places(whole, "icbs", "providers"):
        metrics = place.part("metrics")
        for column in COUNTS:
            row = metrics.part(f"csds-{column}")
            count = row.number_of("count")
            yield row.figure(
                "M01" if column == "referrals" else "", row.text("label"), place, month, count, Unit.COUNT, count
            )
