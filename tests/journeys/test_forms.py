"""A long form filled in by keyboard, without JavaScript, by two people at once, and printed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.filling import answer_everything, words_for
from tests.journeys.looking import fits

# One served place for all of them
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
BASELINE = re.compile("Reablement baseline and goals")


def open_baseline(page: Page, place: int) -> None:
    """Open the baseline of somebody on reablement, a different one for each test, begun or not."""
    page.goto("/episodes/?pathway=reablement-at-home")
    rows = page.locator("#live-episodes .hw-row__name a")
    page.goto(rows.nth(place % rows.count()).get_attribute("href"))
    page.locator("#live-episode").get_by_role("button", name=BASELINE).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(BASELINE)


def saved(page: Page) -> None:
    expect(page.locator("#form-saved")).to_have_text(re.compile("^Saved"))


class TestAForm:
    def test_is_filled_in_with_the_keyboard_alone(self, open_browser, accessible):
        page = open_browser("nurse")
        open_baseline(page, 0)
        accessible(page)
        page.get_by_role("link", name="What reablement is").focus()
        for _ in range(300):
            page.keyboard.press("Tab")
            focused = page.locator(":focus")
            kind, name = focused.get_attribute("type"), focused.get_attribute("name")
            if kind in ("radio", "checkbox"):
                page.keyboard.press("Space")
                saved(page)
            elif kind == "submit" and name == "then":
                break
            elif focused.evaluate("one => one.matches('input, textarea')") and not focused.input_value():
                page.keyboard.type(words_for(focused) if kind != "time" else "0330a")
        saved(page)
        page.keyboard.press("Enter")
        page.wait_for_url("**/check")
        accessible(page)
        complete = page.get_by_role("button", name="Complete the form")
        expect(complete).to_be_visible()
        complete.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text(re.compile(r"complete. Everyday tasks [0-9]+: ")).first).to_be_visible()

    def test_can_be_filled_in_without_javascript(self, open_browser):
        page = open_browser("nurse", has_javascript=False)
        open_baseline(page, 1)
        goal = page.locator("#section-goal_2")
        expect(goal).to_be_hidden()
        page.locator("#q-goal_1_another").check()
        page.locator("#section-goal_1").get_by_role("button", name="Save and show the questions that follow").click()
        expect(page.locator("#section-goal_2")).to_be_visible()
        page.get_by_role("button", name="Check your answers").click()
        expect(page.get_by_role("heading", name="Before it can be completed")).to_be_visible()
        page.get_by_role("link", name="Wash").first.click()
        expect(page.locator("#field-wash")).to_contain_text("Choose an answer.")

    def test_saves_by_itself_and_shows_what_follows(self, open_browser, accessible):
        page = open_browser("nurse", is_phone=True)
        open_baseline(page, 2)
        page.locator("#q-before").fill("Walked to the shop every day")
        page.locator("#q-before").blur()
        page.locator("#q-goal_1_another").check()
        expect(page.locator("#section-goal_2")).to_be_visible()
        saved(page)
        accessible(page)
        assert fits(page)
        page.reload()
        expect(page.locator("#q-before")).to_have_value("Walked to the shop every day")
        expect(page.locator("#section-goal_2")).to_be_visible()

    def test_shows_both_answers_where_two_people_answered(self, open_browser, accessible):
        first, second = open_browser("nurse"), open_browser("responder")
        open_baseline(first, 3)
        second.goto(first.url)
        first.locator("#field-wash").get_by_label("Alone").check()
        saved(first)
        second.locator("#field-dress").get_by_label("Alone").check()
        saved(second)
        second.locator("#field-meal").get_by_label("Alone").check()
        saved(second)
        first.locator("#field-meal").get_by_label("With much help").check()
        expect(first.locator(".hw-clash")).to_contain_text("Theirs: Alone")
        accessible(first)
        first.get_by_label("Mine: With much help").check()
        expect(first.locator(".hw-clash")).to_have_count(0)
        expect(first.locator("#field-dress").get_by_label("Alone")).to_be_checked()

    def test_is_printed_filled_in_and_blank(self, open_browser, accessible):
        page = open_browser("nurse")
        open_baseline(page, 4)
        answer_everything(page)
        page.get_by_role("link", name="Print it").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(BASELINE)
        accessible(page)
        page.goto("/forms/blank/reablement-baseline-and-goals")
        expect(page.get_by_text("“Is there another goal?” is Yes").first).to_be_visible()
        accessible(page)
