"""The record, a plan, an assessment and the privacy officer's pages, worked by keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

MOST_TABS = 250  # from the top of a page to anything on it
IS_FOCUSED = "(wanted) => document.activeElement !== null && document.activeElement.matches(wanted)"


def reach(page: Page, wanted: str) -> None:
    """Press Tab until what is wanted, as CSS, has the focus, and see that its focus shows."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(IS_FOCUSED, wanted):
            assert page.evaluate("document.activeElement.checkVisibility()"), wanted
            return
    pytest.fail(f"nobody reaches {wanted} with the keyboard on {page.url}")


def follow(page: Page, wanted: str) -> None:
    """Reach a link or a button and press Enter."""
    reach(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.fixture
def manager(open_browser) -> tuple[Page, str]:
    """A case manager's browser, and the number of somebody on a pathway."""
    page = open_browser("casemanager")
    page.goto("/episodes/")
    page.locator("a[href^='/episodes/']").filter(has_text=re.compile(r"\w")).nth(3).click()
    number = page.locator("main a[href^='/people/']").first.get_attribute("href").strip("/").split("/")[1]
    return page, number


class TestByKeyboard:
    def test_details_are_changed(self, manager, accessible):
        page, number = manager
        page.goto(f"/people/{number}/details")
        follow(page, "a[href$='/details/names']")
        accessible(page)
        reach(page, "input[name=pronouns]")
        page.keyboard.press("Control+A")
        page.keyboard.type("they/them")
        follow(page, "main button[type=submit]")
        expect(page.locator("main")).to_contain_text("they/them")
        accessible(page)

    def test_a_plan_is_drafted(self, manager, accessible):
        page, number = manager
        page.goto(f"/plans/{number}")
        follow(page, "form[action$='/start'] button, main a[href^='/plans/drafts/']")
        accessible(page)
        follow(page, ".hw-sections a")
        accessible(page)
        reach(page, "#the-form textarea")
        page.keyboard.type("Walks to the shop again. ")
        page.keyboard.press("Tab")
        expect(page.locator("#form-saved")).to_have_text(re.compile("^Saved"))
        page.reload()
        expect(page.locator("main textarea").filter(has_text="Walks to the shop again.").first).to_be_visible()

    def test_an_assessment_is_begun_and_checked(self, manager, accessible):
        page, number = manager
        page.goto(f"/forms/person/{number}")
        follow(page, "form[action='/forms/start'] button")
        accessible(page)
        reach(page, "#the-form input[type=radio], #the-form input[type=checkbox]")
        page.keyboard.press("Space")
        expect(page.locator("#form-saved")).to_have_text(re.compile("^Saved"))
        follow(page, "#the-form button[value=check]")
        accessible(page)

    def test_a_record_is_restricted_and_the_restriction_lifted(self, manager, open_browser, accessible):
        _, number = manager
        page = open_browser("privacy")
        page.goto(f"/privacy/people/{number}/seen-by")
        accessible(page)
        follow(page, "a[href$='/restrict']")
        for reason, said in (("She says the address is wrong", "is restricted"), ("Put right, she was told", "may be")):
            accessible(page)
            reach(page, "main textarea, main input[name=reason]")
            page.keyboard.type(reason)
            follow(page, "main button[type=submit]")
            expect(page.locator("main, [role=alert], [role=status]").first).to_be_visible()
            expect(page.locator("body")).to_contain_text(said)
