"""Community bed audit: beds on one day, what for, and the mean stay (M13)."""

from collections.abc import Iterator
from datetime import date

from homeward.outcomes.national.figures import MONTHS, Figure, Row, Unit, places

PUBLICATION = "Community Bed Audit"


def figures(whole: Row) -> Iterator[Figure]:
    """Beds, shares by purpose, and mean stays in days by purpose, of England and every ICB, on the day of the audit."""
    day = _day(whole)
    for place in places(whole, "icbs"):
        metrics = place.part("metrics")
        beds = metrics.part("community-bed-capacity")
        total = beds.number_of("count")
        yield beds.figure("M13", "Community beds", place, day, total, Unit.COUNT, total)
        for column in ("community-bed-rehab", "community-bed-step-up", "community-bed-assessment"):
            row = metrics.part(column)
            yield row.figure(
                "M13", row.text("label"), place, day, row.share("percent"), Unit.SHARE,
                row.number_of("count"), row.number_of("denominator"),
            )  # fmt: skip
        stays = place.part("average_length_of_stay")
        for purpose in stays.holds:
            says = "Mean stay" if purpose == "overall" else f"Mean stay, {purpose.replace('_', ' ')}"
            yield stays.figure("M13", says, place, day, stays.number_of(purpose), Unit.DAYS)


def _day(whole: Row) -> tuple[date, date]:
    words = whole.text("snapshot").split()
    if len(words) != 3 or not (words[0].isdigit() and words[1][:3] in MONTHS and words[2].isdigit()):
        raise whole.wrong("snapshot", "a day such as 4 March 2026")
    day = date(int(words[2]), MONTHS.index(words[1][:3]) + 1, int(words[0]))
    return day, day
