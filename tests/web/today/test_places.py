"""Where things stand on the timeline."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from homeward.kernel.rules import LONDON
from homeward.web.today.presenters import places

CSS = Path(__file__).resolve().parents[3] / "homeward" / "web" / "static" / "homeward" / "today.css"
DAY = date(2026, 11, 24)


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=LONDON) + timedelta(days=days)


class TestStylesheet:
    def test_holds_every_class_a_page_can_write(self):
        css = CSS.read_text()
        wanted = {
            *(f"h{hour}" for hour in range(places.LAST_HOUR + 1)),
            *(f"m{minute}" for minute in range(60)),
            *(f"K{hours}" for hours in range(1, places.LAST_HOUR + 1)),
            *(f"k{minutes}" for minutes in range(60)),
            *(f"t{minutes}" for minutes in range(1, places.LONGEST_TRAVEL + 1)),
            *(f"from-{hour}" for hour in range(24)),
            *(f"span-{hours}" for hours in range(1, places.LAST_HOUR + 1)),
        }
        written = set(re.findall(r"\.([\w-]+)\{--", css))
        assert wanted <= written

    def test_asks_nothing_of_another_host(self):
        addresses = re.findall(r"url\(\s*[\"']?([^\"')]+)", CSS.read_text())
        assert addresses
        assert all(address.startswith("data:") for address in addresses)


class TestBegins:
    @pytest.mark.parametrize(
        ("moment", "css"),
        [
            (at(9, 30), "h9 m30"),
            (at(0, 0), "h0 m0"),
            (at(1, 15, days=1), "h25 m15"),
            (at(23, 0, days=-1), "h0 m0"),  # a night shift that began the day before
            (at(20, 0, days=1), "h36 m0"),
        ],
    )
    def test_is_the_hour_and_the_minute_of_the_day(self, moment, css):
        assert places.begins(DAY, moment) == css


class TestLasts:
    @pytest.mark.parametrize(("minutes", "css"), [(30, "k30"), (60, "K1 k0"), (95, "K1 k35"), (0, "k1")])
    def test_is_hours_and_minutes(self, minutes, css):
        assert places.lasts(at(9), at(9) + timedelta(minutes=minutes)) == css


class TestTravels:
    @pytest.mark.parametrize(("minutes", "css"), [(0.2, ""), (12.4, " t12"), (999, " t180")])
    def test_is_drawn_up_to_the_longest(self, minutes, css):
        assert places.travels(minutes) == css


class TestTold:
    def test_is_written_as_the_nhs_writes_times(self):
        assert places.told(at(9), at(12)) == "9am to midday"
        assert places.told(at(23, 30), at(0, days=1)) == "11:30pm to midnight"
