"""A procedure is changed: drafted by one person with the keyboard, approved by another, published and compared."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looking import fits

# One served place for all of them
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

WIDTHS = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})


def check_both_widths(page: Page, accessible) -> None:
    """axe finds nothing and nothing runs over the side, at a desk and on a phone."""
    for size in WIDTHS:
        page.set_viewport_size(size)
        accessible(page)
        assert fits(page), page.url
    page.set_viewport_size(WIDTHS[0])


def tab_to(page: Page, identifier: str) -> None:
    """Press Tab until the field has the focus."""
    for _ in range(150):
        if page.evaluate("document.activeElement && document.activeElement.id") == identifier:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{identifier} cannot be reached with the Tab key")


def tab_to_button(page: Page, name: str) -> None:
    """Press Tab until a button or link with this text has the focus."""
    for _ in range(150):
        text = page.evaluate("document.activeElement && document.activeElement.textContent.trim()")
        if text and text.startswith(name):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{name} cannot be reached with the Tab key")


class TestAProcedure:
    def test_is_drafted_by_one_approved_by_another_published_and_compared(self, open_browser, accessible):
        # given a team lead who reads a pathway
        lead = open_browser("casemanager")
        lead.goto("/procedures/low-vision-clinic")
        check_both_widths(lead, accessible)

        # when they draft the next version with the keyboard alone
        tab_to_button(lead, "Draft version")
        lead.keyboard.press("Enter")
        expect(lead.get_by_role("heading", level=1)).to_contain_text("Draft: Low vision clinic")
        check_both_widths(lead, accessible)
        tab_to_button(lead, "Name and who it is for")
        lead.keyboard.press("Enter")
        expect(lead.get_by_role("heading", level=1)).to_contain_text("Name and who it is for")
        check_both_widths(lead, accessible)
        tab_to(lead, "head-summary")
        lead.keyboard.press("Control+A")
        lead.keyboard.type("Seen once, by everyone who can help.")
        tab_to_button(lead, "Save changes")
        lead.keyboard.press("Enter")
        expect(lead.get_by_text("Saved: Name and who it is for.")).to_be_visible()
        expect(lead.locator("ins", has_text="Seen once, by everyone who can help.")).to_be_visible()

        # and add a criterion, move it up, and keep it
        lead.get_by_role("link", name="How one gets in").first.click()
        expect(lead.get_by_role("heading", level=1)).to_contain_text("How one gets in")
        lead.wait_for_load_state()
        before = lead.locator(".hw-sheet__row").count()
        tab_to_button(lead, "Add a criterion")
        lead.keyboard.press("Enter")
        expect(lead.locator(f"[id='{before}-text']")).to_be_focused()
        lead.keyboard.type("They want to come")
        tab_to_button(lead, "Move up")
        lead.keyboard.press("Enter")
        expect(lead.locator(f"[id='{before - 1}-text']")).to_have_value("They want to come")
        check_both_widths(lead, accessible)
        lead.get_by_role("button", name="Save changes").first.click()
        expect(lead.get_by_text("Saved: How one gets in.")).to_be_visible()

        # and send it
        tab_to(lead, "why")
        lead.keyboard.type("People asked for one appointment")
        tab_to_button(lead, "Send for approval")
        lead.keyboard.press("Enter")
        expect(lead.get_by_text("Sent. Somebody else can now approve it.")).to_be_visible()
        address = lead.url

        # then somebody else reads what changes, and approves it
        designer = open_browser("designer")
        designer.goto("/procedures/")
        expect(designer.get_by_text("waiting for approval")).to_be_visible()
        designer.goto(address)
        expect(designer.get_by_text("People asked for one appointment").first).to_be_visible()
        check_both_widths(designer, accessible)
        tab_to_button(designer, "Approve and publish version")
        designer.keyboard.press("Enter")
        expect(designer.get_by_text("Approved and published.", exact=False).first).to_be_visible()

        # and everyone reads the new version, and what changed
        lead.goto("/procedures/low-vision-clinic")
        expect(lead.get_by_text("Seen once, by everyone who can help.").first).to_be_visible()
        lead.get_by_role("link", name=re.compile("^What changed since version")).first.click()
        expect(lead.locator("ins", has_text="They want to come").first).to_be_visible()
        check_both_widths(lead, accessible)

    def test_says_where_its_text_is_wrong_and_keeps_it(self, open_browser, accessible):
        page = open_browser("nurse")
        page.goto("/procedures/forms/crisis-outcome")
        page.get_by_role("button", name=re.compile("^Draft version")).click()
        page.get_by_role("link", name="The whole text").click()
        text = page.get_by_label("Text")
        text.fill(text.input_value().replace("type: yes_no", "type: perhaps", 1))
        page.get_by_role("button", name="Save and check").click()
        expect(page.get_by_text("'perhaps' is not one of the choices", exact=False).first).to_be_visible()
        expect(page.get_by_label("Text")).to_have_value(re.compile("type: perhaps"))
        check_both_widths(page, accessible)

    def test_is_drawn_without_one_text_over_another(self, open_browser):
        page = open_browser("designer", is_phone=True)
        for code in ("reablement-at-home", "end-of-life-at-home", "integrated-crisis-response"):
            page.goto(f"/procedures/{code}")
            over = page.evaluate(
                """() => {
                  const boxes = [...document.querySelectorAll('.hw-flow text')].map(e => e.getBoundingClientRect());
                  const frames = [...document.querySelectorAll('.hw-flow__box > rect')]
                    .map(e => e.getBoundingClientRect());
                  const outside = boxes.filter(b => !frames.some(f => b.left >= f.left && b.right <= f.right
                    && b.top >= f.top - 1 && b.bottom <= f.bottom + 1)).length;
                  let crossed = 0;
                  boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
                    if (a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom) crossed++;
                  }));
                  return [boxes.length, outside, crossed];
                }"""
            )
            assert over[0] > 8
            assert over[1:] == [0, 0], code
