"""A coordinator's calls in a real browser: by keyboard alone, without JavaScript, on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looking import fits

# One served place for all of them
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

# What the page itself says of a usual call, beside the words that are typed.
USUAL_KEYS = 9


class Hands:
    """Two hands on a keyboard: presses keys, counts them, and types words."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def write(self, words: str) -> None:
        self.page.keyboard.type(words)


class TestCallsByKeyboard:
    def test_log_a_usual_call_in_few_keys_and_start_the_next(self, open_browser, accessible):
        page = open_browser("frontdoor")
        page.goto("/front-door/calls")
        # given a caller who is remembered, from a call before
        first = Hands(page)
        first.press("1")
        expect(page.locator("#caller_name")).to_be_focused()
        first.write("Dr Keyboard")
        first.press("Tab")
        first.write("Friar Gate Surgery")
        first.press("Tab")
        first.write("07700 900321")
        page.locator("#outcome").focus()
        first.press("1")
        expect(page.locator("#advice")).to_be_focused()
        first.write("Ring the pharmacy")
        first.press("Control+Enter")
        expect(page.locator(".hw-logged")).to_contain_text("Dr Keyboard")
        # when they call again about somebody on record
        expect(page.locator("#source")).to_be_focused()
        hands = Hands(page)
        hands.press("1")
        hands.write("keyb")
        expect(page.get_by_role("group", name="Callers remembered")).to_be_visible()
        hands.press("ArrowDown", "Enter")
        expect(page.locator("#caller_phone")).to_have_value("07700 900321")
        expect(page.locator("#about")).to_be_focused()
        hands.write("ma")
        expect(page.locator("#about-people input").first).to_be_visible()
        hands.press("ArrowDown", "Enter")
        expect(page.locator("#need_code")).to_be_focused()
        hands.press("Tab")
        hands.write("Dizzy after new tablets")
        hands.press("Tab", "1")
        expect(page.locator("#advice")).to_be_focused()
        hands.write("See the GP today")
        accessible(page)
        hands.press("Control+Enter")
        # then it is logged with the seconds it took, and the next can begin
        expect(page.locator(".hw-logged")).to_contain_text(re.compile(r"Logged\. \d+ s\. Dr Keyboard"))
        expect(page.locator("#source")).to_be_focused()
        assert hands.pressed == USUAL_KEYS
        expect(page.locator(".hw-call__keys summary")).to_contain_text(f"takes {USUAL_KEYS} beside")

    def test_promise_a_call_back_and_keep_it(self, open_browser, accessible):
        page = open_browser("frontdoor")
        page.goto("/front-door/calls")
        hands = Hands(page)
        hands.press("8")
        hands.write("Ann Promised")
        hands.press("Tab", "Tab")
        hands.write("07700 900654")
        page.locator("#outcome").focus()
        hands.press("2")
        hands.press("1")
        hands.press("Enter")
        owed = page.locator(".hw-owed", has_text="Ann Promised")
        expect(owed).to_contain_text(re.compile(r"1[45]m left"))
        expect(owed.get_by_role("link", name="07700 900654")).to_have_attribute("href", "tel:07700900654")
        owed.get_by_role("link", name="Record the call").press("Enter")
        accessible(page)
        page.get_by_label("Yes", exact=True).press("Space")
        page.get_by_label("What you agreed, or why not").fill("Will call if it happens again")
        page.get_by_role("button", name="Save").press("Enter")
        expect(page.get_by_text("Called back.")).to_be_visible()
        page.goto("/front-door/calls")
        expect(page.locator(".hw-owed", has_text="Ann Promised")).to_have_count(0)

    def test_become_a_referral_without_typing_anything_twice(self, open_browser, accessible):
        page = open_browser("frontdoor")
        page.goto("/front-door/calls")
        hands = Hands(page)
        hands.press("1")
        hands.write("Dr Onward")
        page.locator("#about").focus()
        hands.write("Mrs Zelda Quillfeather")
        page.locator("#need_code").select_option("fall")
        page.locator("#reason").focus()
        hands.write("Fell twice today")
        hands.press("Tab", "4")
        expect(page.get_by_role("button", name="Log it and take the referral")).to_be_focused()
        hands.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Take a referral")
        for field, value in (("given_name", "Zelda"), ("family_name", "Quillfeather"), ("requester_name", "Dr Onward"),
                             ("source", "gp"), ("need_code", "fall"), ("need_text", "Fell twice today")):  # fmt: skip
            expect(page.locator(f"#{field}")).to_have_value(value)
        accessible(page)
        page.get_by_label("Within 2 hours").press("Space")
        page.get_by_role("button", name="Take the referral").press("Enter")
        expect(page.get_by_text("taken for Zelda Quillfeather")).to_be_visible()
        page.goto("/front-door/calls/all")
        expect(page.locator("li", has_text="Dr Onward")).to_contain_text("Referral taken")
        accessible(page)


class TestCallsWithoutJavaScript:
    @pytest.mark.parametrize("is_phone", [False, True], ids=["desk", "phone"])
    def test_are_logged_about_somebody_looked_for(self, open_browser, is_phone):
        page = open_browser("frontdoor", has_javascript=False, is_phone=is_phone)
        page.goto("/front-door/calls")
        page.get_by_label("GP or practice team").check()
        page.get_by_label("Their name").fill("Dr Plain")
        page.get_by_label("About whom?").fill("ma")
        page.get_by_role("button", name="Look for them").click()
        page.locator("#about-people input").first.check()
        page.get_by_label("Advice given").check()
        page.get_by_label("Advice you gave").fill("Ring the pharmacy")
        page.get_by_role("button", name="Log the call").click()
        expect(page.locator(".hw-logged")).to_contain_text("Logged. Dr Plain about")


class TestCallPages:
    @pytest.mark.parametrize("path", ["/front-door/calls", "/front-door/calls/all", "/front-door/new"])
    def test_fit_a_phone(self, open_browser, accessible, path):
        page = open_browser("frontdoor", is_phone=True)
        page.goto(path)
        accessible(page)
        assert fits(page)


class TestTaking:
    def test_says_who_is_known_before_the_rest_is_filled_without_javascript(self, open_browser):
        page = open_browser("frontdoor", has_javascript=False)
        page.goto("/front-door/new")
        page.get_by_label("Last name").fill("Nobodyatall")
        page.get_by_label("Last name").press("Enter")
        expect(page.get_by_text("Nobody on record is like this")).to_be_visible()
        expect(page.get_by_label("Last name")).to_have_value("Nobodyatall")

    def test_about_staff_asks_for_no_person(self, open_browser, accessible):
        page = open_browser("frontdoor")
        page.goto("/front-door/new")
        page.get_by_label("Staff or a service").press("Space")
        expect(page.get_by_label("First name")).to_be_hidden()
        page.get_by_label("Which staff or service?").fill("Night staff of Elm House")
        accessible(page)
