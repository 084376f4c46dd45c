"""A worker rings in ill at half past six: covered across employers in under ten actions, by keyboard alone."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looking import fits, who_is

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

MOST_ACTIONS = 9
TAB_AT_MOST = 40


class Keyboard:
    """A keyboard that counts: an action is an Enter, or a field typed into; moving there is counted beside."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions, self.moves = page, 0, 0

    def types(self, text: str) -> None:
        """Type into the field that has the focus."""
        self.page.keyboard.type(text)
        self.actions += 1

    def enter(self) -> None:
        """Press Enter on what has the focus, and wait for the page it leads to."""
        self.actions += 1
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def moves_to(self, name: str) -> None:
        """Press Tab until what is called so has the focus."""
        for _ in range(TAB_AT_MOST):
            focused = self.page.evaluate("document.activeElement.innerText.trim()")
            if focused.startswith(name):
                return
            self.page.keyboard.press("Tab")
            self.moves += 1
        raise AssertionError(f"Tab does not reach {name!r}")


def minute_of(text: str) -> int:
    """The minute of the day of a time as pages write it, 7:35pm; before all where it is none."""
    if text.startswith("midday"):
        return 12 * 60
    found = re.match(r"(\d{1,2})(?::(\d\d))?(am|pm)", text)
    if found is None:
        return -1
    return (int(found[1]) % 12 + 12 * (found[3] == "pm")) * 60 + int(found[2] or 0)


def busiest(page: Page, besides: set[str]) -> str:
    """The name of who has most visits still to come today, as the table of the day tells it, `besides` left out."""
    page.goto("/today/?view=table")
    # far enough ahead that no visit begins while the call is taken; late in the evening nothing may be
    now = datetime.now(ZoneInfo("Europe/London"))
    soon = now + timedelta(minutes=30)
    earliest = soon.hour * 60 + soon.minute if soon.date() == now.date() else 24 * 60
    told = page.eval_on_selector_all(
        "#board tbody tr",
        """rows => rows.map(row => [
            row.querySelector('.hw-table__time')?.innerText.trim() || '',
            [...row.querySelectorAll('.hw-table__who')].map(one => one.innerText.trim()),
            row.querySelector('.nhsuk-tag')?.innerText.trim() || ''])""",
    )
    ahead: dict[str, int] = {}
    for at, names, _state in told:
        if minute_of(at) > earliest:
            for name in set(names) - besides:
                ahead[name] = ahead.get(name, 0) + 1
    if not ahead:
        pytest.skip("nobody of the fictitious place has a visit left today, so nobody's would be lost")
    return max(sorted(ahead), key=lambda name: ahead[name])


class TestSickCall:
    def test_is_covered_in_under_ten_actions_by_keyboard_alone(self, open_browser, accessible):
        # given a planner at the desk, and a worker with visits ahead who rings
        planner = open_browser("planner")
        # and not one of those as whom other journeys sign in
        signs_in = {who_is(open_browser(account)) for account in ("carer", "nurse", "responder")}
        name = busiest(planner, signs_in)
        planner.goto("/today/")
        keyboard = Keyboard(planner)

        # when the planner takes the call: cover, somebody is ill, who it is
        keyboard.moves_to("Cover")
        keyboard.enter()
        keyboard.moves_to("Skip to main content")
        planner.keyboard.press("Enter")
        keyboard.actions += 1
        keyboard.moves_to("Somebody is ill")
        keyboard.enter()
        accessible(planner)
        keyboard.types(name)
        keyboard.enter()
        expect(planner.get_by_role("button", name=re.compile(f"^Ill from today.*{re.escape(name)}"))).to_be_focused()
        keyboard.enter()

        # then one page says what is lost and how it is best covered, and one more key accepts it
        expect(planner.get_by_role("heading", name=re.compile(f"^{re.escape(name)} is ill"))).to_be_visible()
        accessible(planner)
        expect(planner.get_by_text("Nobody yet").first).to_be_visible()
        best = planner.get_by_role("article").first
        said = best.locator(".hw-sick__sentence").inner_text()
        if said.startswith("Nobody on shift has room: 0 of"):
            pytest.skip("in the evening of a small place nobody has room, the page says so, and proposes nothing")
        assert re.search(r"[1-9]\d* of \d+ visits? kept", said), said
        expect(best.get_by_role("button")).to_be_focused()
        keyboard.enter()
        expect(planner.get_by_role("heading", name="Decided")).to_be_visible()
        expect(planner.get_by_role("heading", name=re.compile("to tell$|^Everyone is told$"))).to_be_visible()
        accessible(planner)
        assert keyboard.actions <= MOST_ACTIONS, f"{keyboard.actions} actions, {keyboard.moves} Tabs"

        # and it is counted
        planner.goto("/cover/sickness")
        accessible(planner)
        expect(planner.get_by_role("rowheader", name="Everyone")).to_be_visible()

    def test_fits_a_phone_and_is_said_by_workers_themselves(self, open_browser, accessible):
        carer = open_browser("carer", is_phone=True)
        carer.goto("/cover/ill")
        accessible(carer)
        expect(carer.get_by_role("heading", name="I am ill today")).to_be_visible()
        planner = open_browser("planner", is_phone=True)
        for address in ("/cover/sick", "/cover/sickness", "/hours/", "/hours/statements"):
            planner.goto(address)
            accessible(planner)
            assert fits(planner), address


class TestStatements:
    def test_are_drawn_up_asked_about_and_taken_away(self, open_browser, accessible):
        planner = open_browser("planner")
        planner.goto("/hours/")
        accessible(planner)
        planner.get_by_role("link", name="Statements").click()
        planner.get_by_role("button", name=re.compile("^Draw up the statement of")).first.click()
        expect(planner.get_by_text("is drawn up from the record")).to_be_visible()
        accessible(planner)
        planner.get_by_role("table").get_by_role("link").first.click()
        accessible(planner)
        planner.get_by_label("What you ask").fill("Was this shift worked?")
        planner.get_by_role("button", name="Ask", exact=True).click()
        expect(planner.get_by_text("Was this shift worked?")).to_be_visible()
        with planner.expect_download() as taken:
            planner.get_by_role("link", name="Take away (CSV)").click()
        assert taken.value.suggested_filename.endswith(".csv")
        planner.get_by_role("link", name="Print").click()
        accessible(planner)
