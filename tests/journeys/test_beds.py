"""From hospital into a bed, and out again: asked for, offered, in it, reviewed, left, rung. In a browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from homeward.kernel.rules import london_day

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
CAN = ("no_hospital", "not_safe_home", "can_gain", "wants_it")
NOT = ("home_would_do", "hospital_care", "long_term", "last_weeks")


def tick(page: Page, field: str, value: str) -> None:
    """Choose an answer by the keyboard."""
    page.locator(f"input[name='{field}'][value='{value}']").focus()
    page.keyboard.press("Space")


def decided_on_a_bed(page: Page) -> str:
    """Open the stay of somebody who goes to a bed by a decision, and has none asked for; gives its address."""
    page.goto("/coming-home/?show=missing&pathway=p2")
    row = page.locator("tr.hw-stay", has_text="No bed asked for").first
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Bed", exact=True)).to_be_visible()
    return page.url


class TestBeds:
    def test_from_asking_for_a_bed_to_the_phone_list(self, open_browser, accessible):
        page = open_browser("lead")
        # given the board is the first screen of who runs the house
        expect(page.get_by_role("heading", name="Beds", exact=True)).to_be_visible()
        accessible(page)
        hospital = decided_on_a_bed(page)
        # when a bed is asked for from their stay in hospital, with every criterion met
        page.get_by_role("link", name="Ask for a bed", exact=True).click()
        expect(page.locator("input[name='came_from'][value='hospital']")).to_be_checked()
        page.get_by_label("Why do they need a bed").fill("Fell twice at night, and nobody is there then")
        for code in CAN:
            tick(page, f"c-{code}", "yes")
        for code in NOT:
            tick(page, f"c-{code}", "no")
        page.get_by_label("With whom would they share").select_option("women")
        accessible(page)
        page.get_by_role("button", name="Ask for a bed").click()
        expect(page.get_by_text("Every criterion is met.")).to_be_visible()
        tick(page, "decision", "accept")
        page.get_by_role("button", name="Decide").click()
        referral = page.url
        # then they wait, and the list says why they are where they are
        page.get_by_role("link", name="Waiting list").click()
        expect(page.locator(".hw-wait", has_text="Two days end").first).to_be_visible()
        accessible(page)
        # and a free bed is offered, accepted, and moved into
        page.goto(referral)
        page.locator("form details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        page.locator(".hw-bed-choice", has_text="Free now").first.locator("input").check()
        if page.get_by_label("Why offer it all the same").count():
            page.get_by_label("Why offer it all the same").fill("The only bed that is free tonight")
        page.get_by_role("button", name="Offer it").click()
        expect(page.get_by_text("Nobody else can be offered this bed")).to_be_visible()
        tick(page, "answer", "accept")
        page.get_by_label("Who answered").fill("The person")
        page.get_by_role("button", name="Keep the answer").click()
        page.get_by_label("Next step towards home").fill("Try the stairs with the therapist")
        page.get_by_role("button", name="They are in the bed").click()
        expect(page.get_by_text("Day 1 of 42")).to_be_visible()
        stay = page.url
        accessible(page)
        # then the stay in hospital says so, and ends
        page.goto(hospital)
        expect(page.get_by_role("link", name="See to the bed")).to_be_visible()
        expect(page.locator("main").get_by_text("In the bed", exact=True)).to_be_visible()
        accessible(page)
        page.locator("summary", has_text="They have left hospital").click()
        page.get_by_label("How did the stay end?").select_option("left")
        page.get_by_label("Where did they go?").select_option("p2_bed")
        page.get_by_role("button", name="Record it").click()
        page.goto(stay)
        # and the way home is looked at
        page.locator("summary", has_text="Write down a review").click()
        page.get_by_label("What you found together").fill("Walks to the kitchen with a frame")
        page.get_by_role("button", name="Keep the review").click()
        expect(page.get_by_text("Walks to the kitchen with a frame").first).to_be_visible()
        # then they leave with less support, the bed is free, and they are to be rung
        tick(page, "support", "less")
        page.get_by_role("button", name="They have left").click()
        expect(page.get_by_text("They have left, and the bed is free.")).to_be_visible()
        rung = page.get_by_role("region", name="Rung afterwards")
        in_91_days = london_day(timezone.now()) + timedelta(days=91)
        expect(rung).to_contain_text(f"{in_91_days.day} {in_91_days:%B %Y}")
        page.goto("/beds/phone-list")
        expect(page.get_by_role("heading", name="Calls to make")).to_be_visible()
        accessible(page)
        page.goto(hospital)
        expect(page.locator("main").get_by_text("Out of the bed again", exact=True)).to_be_visible()
