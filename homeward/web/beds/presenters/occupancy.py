"""How full the beds are and will be: words, a chart and its table."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.beds.rules.forecast import FEWEST_STAYS, SHARE_IN_RANGE
from homeward.beds.selectors import Occupancy
from homeward.beds.states import CameFrom, FollowUpKind, Support
from homeward.web.beds.presenters.words import day_short
from homeward.web.words import counted

# The chart, in its own units: a place for each day, top is all beds
LEFT, RIGHT, TOP, BOTTOM = 44, 880, 14, 250
WIDTH, HEIGHT = 900, 290
SUPPRESSED = "–"


@dataclass(frozen=True, slots=True)
class Chart:
    """An SVG chart. `ticks` are (y, words); `days` (x, words); the rest are paths. `text` says it in words."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    past: str
    middle: str
    range: str
    beds: str
    now_x: float
    ticks: tuple[tuple[float, str], ...]
    days: tuple[tuple[float, str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class OccupancyWords:
    """The page of occupancy. `rows` are (day, range, most likely, planned, open beds, waiting)."""

    now: tuple[tuple[str, str], ...]
    chart: Chart | None
    rows: tuple[tuple[str, str, str, str, str, str], ...]
    past_rows: tuple[tuple[str, str], ...]
    in_short: tuple[str, ...]
    checked: tuple[str, ...]
    method: tuple[str, ...]
    too_few: str
    figures: tuple[tuple[str, str], ...]
    left_with: tuple[tuple[str, int, int], ...]
    started: tuple[tuple[str, str], ...]
    at_home: tuple[tuple[str, str], ...]


def present_occupancy(found: Occupancy, now: datetime) -> OccupancyWords:
    """Beds now, the forecast, and the figures of the last year."""
    counts = found.counts
    at = {14: "In 14 days", 28: "In 28 days"}
    in_short = tuple(
        f"{words}, on {day_short(one.day)}: between {one.low} and {one.high} of {one.open_beds} open beds in use,"
        f" most likely {one.middle}. If everybody leaves as planned and nobody comes: {one.planned}."
        for number, words in at.items()
        if len(found.days) >= number
        for one in (found.days[number - 1],)
    )
    return OccupancyWords(
        now=(
            ("beds in use", f"{counts.in_use} of {counts.total}"),
            ("free", str(counts.free)),
            ("held", str(counts.held)),
            ("closed", str(counts.closed)),
            ("people waiting", str(counts.waiting)),
        ),
        chart=_chart(found) if found.days else None,
        rows=tuple(
            (day_short(one.day), f"{one.low} to {one.high}", str(one.middle), str(one.planned), str(one.open_beds),
             str(one.waiting))
            for one in found.days
        ),
        past_rows=tuple((day_short(day), str(number)) for day, number in found.past),
        in_short=in_short,
        checked=tuple(
            f"{one.days_ahead} days ahead: in {one.inside} of {one.forecasts} forecasts made again as they would have"
            f" been, what then happened was in the range."
            for one in found.checked
        ),
        method=_method(found),
        too_few="" if found.days else _too_few(found),
        figures=(
            ("stays over in the last year", str(sum(number for _, number in found.left_with))),
            ("nights, mean", f"{found.mean_nights:.1f}" if found.mean_nights is not None else SUPPRESSED),
            ("nights, median", f"{found.median_nights:.0f}" if found.median_nights is not None else SUPPRESSED),
        ),
        left_with=_shares(found.left_with),
        started=tuple(
            (f"From {CameFrom(one.came_from).label.lower()}", _share(one.within, one.accepted, "began within 2 days"))
            for one in found.started
        ),
        at_home=tuple(
            (f"After {FollowUpKind(kind).label}", f"{_share(home, asked, 'at home')}"
             f"{f'. {unreached} could not be reached, and count as not at home' if unreached else ''}")
            for kind, asked, home, unreached in found.at_home
        ),
    )  # fmt: skip


def _method(found: Occupancy) -> tuple[str, ...]:
    percent = round(100 * SHARE_IN_RANGE)
    return (
        f"How long somebody stays is judged by {counted(found.stays_known, 'stay')} of the last year that are over and"
        " those going on: somebody who has been here for 20 nights, by those that lasted at least 20 nights.",
        f"How many come is judged by the {counted(found.accepted_lately, 'person', 'people')} accepted in the last 8"
        " weeks, and by who waits now.",
        f"400 possible futures are drawn from that. In {percent} of 100 of them the number is in the range. The fewer"
        " stays we know of, the wider the range.",
        "It does not look at days of the week, at planned days to leave, or at which bed fits whom.",
    )


def _too_few(found: Occupancy) -> str:
    over = counted(found.stays_known, "stay is", "stays are")
    return f"{over} over so far. A forecast needs at least {FEWEST_STAYS} to say anything honest."


def _share(number: int, of: int, words: str) -> str:
    return f"{number} of {of} {words} ({round(100 * number / of)}%)" if of else "Nobody yet"


def _shares(left_with) -> tuple[tuple[str, int, int], ...]:
    total = sum(number for _, number in left_with)
    return tuple(
        (Support(code).label, number, round(100 * number / total) if total else 0) for code, number in left_with
    )


def _chart(found: Occupancy) -> Chart:
    top = max([found.counts.total, *(one.high for one in found.days), *(number for _, number in found.past), 1])
    days: list[date] = [day for day, _ in found.past] + [one.day for one in found.days]
    step = (RIGHT - LEFT) / (len(days) - 1)

    def x(place: int) -> float:
        return round(LEFT + place * step, 1)

    def y(number: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * number / top, 1)

    def line(points: list[tuple[float, float]]) -> str:
        return "M" + " L".join(f"{a},{b}" for a, b in points)

    before = len(found.past)
    now = (x(before - 1), y(found.past[-1][1]))
    ahead = list(enumerate(found.days, before))
    lows = [now, *((x(place), y(one.low)) for place, one in ahead)]
    highs = [now, *((x(place), y(one.high)) for place, one in ahead)]
    last = found.days[-1]
    return Chart(
        width=WIDTH, height=HEIGHT, left=LEFT, right=RIGHT, bottom=BOTTOM,
        past=line([(x(place), y(number)) for place, (_, number) in enumerate(found.past)]),
        middle=line([now, *((x(place), y(one.middle)) for place, one in ahead)]),
        range=f"{line(lows)} {line(highs[::-1]).replace('M', 'L', 1)} Z",
        beds=line([(x(place), y(one.open_beds)) for place, one in ahead]),
        now_x=now[0],
        ticks=tuple((y(number), str(number)) for number in range(0, top + 1, max(1, -(-top // 5)))),
        days=tuple((x(place), day_short(day)) for place, day in enumerate(days) if (place - before + 1) % 14 == 0),
        text=f"Beds in use over the last four weeks, {found.past[-1][1]} today, and a range for the next four, which"
        f" ends between {last.low} and {last.high}. The table below has every day.",
    )  # fmt: skip
