"""A professional outside refers somebody and follows it, in a real browser and by keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from homeward.web.front_door.forms.professional import LEAST_TIME
from tests.journeys.looking import fits

# One served place for all of them
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

TOLD = {
    "Name of your organisation": "Friar Gate Surgery",
    "Your name": "Dr Outside",
    "Your role": "GP",
    "Phone number we can call you back on": "07700 900777",
    "Last name": "Quill",
    "Home address": "1 Made Up Lane",
    "What happened, and what help is needed?": "Fell this morning, cannot manage the stairs",
}


def _fill(page: Page) -> None:
    page.get_by_label("Where do you work?").select_option("gp")
    for label, words in TOLD.items():
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_label("Within 2 hours").check()
    page.get_by_label("They know about this referral and agree").check()
    # nobody fills it in faster than this, and what does is asked to send it again
    page.wait_for_timeout(LEAST_TIME.total_seconds() * 1000)


class TestReferAndFollow:
    @pytest.mark.parametrize("is_phone", [False, True], ids=["desk", "phone"])
    def test_by_keyboard_and_are_asked_and_answer(self, open_browser, accessible, is_phone):
        # given a professional who has no account
        page = open_browser(is_phone=is_phone)
        page.goto("/refer")
        accessible(page)
        assert fits(page)
        page.get_by_role("button", name="Send the referral").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Enter your name")
        accessible(page)
        # when they send it
        first_name = "Xanthe" if is_phone else "Zenobia"
        page.get_by_label("First name", exact=True).fill(first_name)
        _fill(page)
        page.get_by_role("button", name="Send the referral").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Referral received")
        accessible(page)
        assert fits(page)
        expect(page.locator("main")).not_to_contain_text("Quill")
        page.wait_for_load_state()
        reference, code = page.locator(".hw-codes dd").all_inner_texts()
        # and the front door asks for more
        desk = open_browser("frontdoor")
        desk.goto("/front-door/")
        desk.get_by_role("link", name=f"{first_name} Quill").first.click()
        expect(desk.get_by_text("Nobody checked who sent it")).to_be_visible()
        opened = desk.url
        desk.locator("#ask summary").click()
        desk.locator("#ask textarea").fill("Does she live alone?")
        desk.get_by_role("button", name="Ask for more").click()
        # then they see the question, and answer it
        page.goto("/refer/follow")
        accessible(page)
        page.get_by_label("Reference").fill(reference)
        page.get_by_label("Code").fill(code.lower())
        page.get_by_label("Code").press("Enter")
        expect(page.get_by_text("Does she live alone?")).to_be_visible()
        expect(page.locator("main")).not_to_contain_text("Quill")
        accessible(page)
        assert fits(page)
        page.get_by_label("Your answer").fill("She lives alone")
        page.get_by_role("button", name="Send the answer").press("Enter")
        expect(page.get_by_text("The front door sees what you wrote now")).to_be_visible()
        desk.goto(opened)
        expect(desk.get_by_text("She lives alone").first).to_be_visible()

    def test_without_javascript(self, open_browser):
        page = open_browser(has_javascript=False)
        page.goto("/refer")
        _fill(page)
        page.get_by_role("button", name="Send the referral").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Referral received")
        page.wait_for_load_state()
        reference, code = page.locator(".hw-codes dd").all_inner_texts()
        page.goto("/refer/follow")
        page.get_by_label("Reference").fill(reference)
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Show what became of it").click()
        expect(page.get_by_role("heading", level=2)).to_have_text(re.compile("Received|Being looked at"))
