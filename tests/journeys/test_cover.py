"""Every hour covered, and what one shift knows handed to the next."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.looking import fits

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

# Hardly anybody of forty is there, however many a night happens to have
FORTY_SHORT = re.compile(r"\b(3\d|40) health short")
# What the service does by itself, it does every few seconds.
SECONDS_TO_WAIT = 60


class TestCover:
    def test_shows_the_week_with_its_gaps_and_takes_new_hours_by_keyboard(self, open_browser, accessible):
        # given a roster planner
        planner = open_browser("planner")
        planner.goto("/cover/")
        accessible(planner)
        expect(planner.get_by_role("rowheader", name=re.compile("^Night"))).to_have_count(1)

        # when they add hours that nobody can cover, by keyboard
        opens = planner.locator("summary", has_text="Add hours")
        opens.focus()
        planner.keyboard.press("Enter")
        planner.get_by_label("Kind").select_option("night")
        planner.get_by_label("From", exact=True).last.fill("22:00")
        planner.get_by_label("To", exact=True).last.fill("06:00")
        planner.get_by_label("Health responders, at least").fill("40")
        planner.get_by_label("Health responders, at least").press("Enter")

        # then each night says in words who is missing
        expect(planner.get_by_text("These hours are to be covered")).to_be_visible()
        expect(planner.get_by_text(FORTY_SHORT).first).to_be_visible()
        accessible(planner)
        planner.get_by_role("button", name="Remove Night, 22:00 to 06:00").click()
        expect(planner.get_by_text(FORTY_SHORT)).to_have_count(0)

    def test_fits_a_phone(self, open_browser, accessible):
        page = open_browser("responder", is_phone=True)
        for address in ("/cover/", "/cover/handover"):
            page.goto(address)
            accessible(page)
            assert fits(page)


class TestHandover:
    def test_is_there_when_the_shift_changes_and_is_taken_over(self, open_browser, accessible):
        # given a service at work, which makes the sheet of the newest change of shift by itself
        responder = open_browser("responder")
        sheets = responder.get_by_role("main").get_by_role("list").get_by_role("link")
        for _ in range(SECONDS_TO_WAIT):
            responder.goto("/cover/handover")
            if sheets.count():
                break
            responder.wait_for_timeout(1_000)

        # when the next shift opens it, adds to it and takes over
        accessible(responder)
        sheets.first.click()
        expect(responder.get_by_role("heading", name=re.compile("^People in a crisis"))).to_be_visible()
        accessible(responder)
        responder.get_by_label("Add a note").fill("The lift at Made Up Court is out")
        responder.get_by_role("button", name="Add the note").click()
        expect(responder.get_by_text("The lift at Made Up Court is out")).to_be_visible()
        responder.get_by_role("button", name="I have read it and take over").click()

        # then it says who has taken over
        expect(responder.get_by_text(re.compile("Read and taken over by"))).to_be_visible()
        accessible(responder)
