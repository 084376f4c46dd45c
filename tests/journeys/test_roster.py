"""A shift put on another day of the roster, by drag and by keyboard."""

import re
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from homeward.kernel.rules import LONDON

# One served place for all of them
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

ONE_SHIFT = re.compile(r"^\d\d:\d\d\s+\d\d:\d\d$")


def weeks_ahead(page: Page) -> None:
    """Four weeks whose days are all to come: drafts, which nobody is told of."""
    today = datetime.now(LONDON).date()
    page.goto(f"/roster/?from={today + timedelta(days=14 - today.weekday())}")


def shift_and_day_off(page: Page) -> tuple[str, str]:
    """A day with one shift of somebody, and a day off of theirs after it, by their addresses."""
    page.wait_for_load_state()
    for row in page.locator("#rota tbody tr").all():
        days = [(one.get_attribute("href"), one.inner_text()) for one in row.locator("td > a").all()[:6]]
        for (before, works), (after, is_off) in pairwise(days):
            if ONE_SHIFT.match(works) and is_off == "–":
                return before, after
    raise AssertionError("nobody has a shift before a day off")


def cell(page: Page, address: str):
    return page.locator(f"#rota a[href='{address}']")


class TestMoveAShift:
    def test_by_drag(self, open_browser):
        page = open_browser("planner")
        weeks_ahead(page)
        shift, off = shift_and_day_off(page)
        times = cell(page, shift).inner_text()
        with page.expect_navigation():
            cell(page, shift).drag_to(cell(page, off))
        expect(page.get_by_role("status").filter(has_text="Moved")).to_be_visible()
        weeks_ahead(page)
        assert cell(page, off).inner_text() == times
        assert cell(page, shift).inner_text() == "–"

    def test_by_keyboard(self, open_browser):
        page = open_browser("planner")
        weeks_ahead(page)
        shift, off = shift_and_day_off(page)
        times = cell(page, shift).inner_text()
        cell(page, shift).focus()
        page.keyboard.press("Space")
        expect(page.locator("#rota-told")).to_contain_text("Picked up")
        page.keyboard.press("ArrowRight")
        with page.expect_navigation():
            page.keyboard.press("Space")
        expect(page.get_by_role("status").filter(has_text="Moved")).to_be_visible()
        weeks_ahead(page)
        assert cell(page, off).inner_text() == times
        assert cell(page, shift).inner_text() == "–"
