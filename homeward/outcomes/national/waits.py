"""Waiting lists of community health services at the end of a month. None of our measures answers to them yet."""

from collections.abc import Iterator

from homeward.outcomes.national.figures import MONTHS, Figure, Row, Unit, month_of, places

PUBLICATION = "Community Health Services Waiting Times"


def figures(whole: Row) -> Iterator[Figure]:
    """The list and its shares by length of wait, of England, ICBs and providers; England's list by month."""
    words = whole.text("snapshot").split()
    if len(words) != 2 or words[0][:3] not in MONTHS or not words[1].isdigit():
        raise whole.wrong("snapshot", "a month such as March 2025")
    _, last = month_of(int(words[1]), MONTHS.index(words[0][:3]) + 1)
    for place in places(whole, "icbs", "providers"):
        metrics = place.part("metrics")
        waiting = metrics.part("community-waiting-list")
        total = waiting.number_of("count")
        yield waiting.figure("", "People waiting", place, (last, last), total, Unit.COUNT, total)
        for column in ("community-under-18", "community-18-52", "community-over-52"):
            row = metrics.part(column)
            yield row.figure(
                "", row.text("label"), place, (last, last), row.share("percent"), Unit.SHARE,
                row.number_of("count"), row.number_of("denominator"),
            )  # fmt: skip
    england = whole.part("england")
    for column, says in (("total", "People waiting"), ("adult", "Adults waiting"), ("cyp", "Children waiting")):
        for row in whole.part("national_trend").rows(column):
            _, end = row.month("month")
            count = row.number_of("value")
            yield row.figure("", says, england, (end, end), count, Unit.COUNT, count)
