"""Care that is bought: offered, answered by a provider without an account, chosen, and its invoice reconciled."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looking import fits

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

LONDON = ZoneInfo("Europe/London")
WHY = "Starts on the day wanted"


def tomorrow() -> str:
    return (datetime.now(LONDON) + timedelta(days=1)).date().isoformat()


def answer(page: Page, words: str, **fields: str) -> None:
    """Answer an offer as a provider does; `fields` are what else is filled in."""
    page.get_by_label(words).check()
    for name, value in {"name": "Dilys Office", **fields}.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Send the answer").click()


class TestBrokerage:
    def test_goes_from_an_offer_to_a_provider_who_starts(self, open_browser, accessible):
        buyer = open_browser("commissioner")
        buyer.goto("/commissioning/")
        # given a package that was just asked for, and no room for it in house, or a reason to offer it all the same
        asked = buyer.locator("main tr", has=buyer.get_by_text("Look for room in house"))
        asked.first.get_by_role("link").first.click()
        package = urlsplit(buyer.url).path
        buyer.get_by_role("button", name="Look for room in house").click()
        expect(buyer.get_by_text("Asked by")).to_be_visible()
        accessible(buyer)
        buyer.get_by_role("link", name="Offer to providers").click()
        buyer.get_by_role("button", name="Send the offers").wait_for()
        for box in buyer.locator("input[name=contracts]").all()[:2]:
            box.check()
        if buyer.locator("[name=why_not]").count():
            buyer.locator("[name=why_not]").fill("She asked for a worker who speaks Welsh")
        buyer.get_by_role("button", name="Send the offers").click()
        expect(buyer.locator(".hw-buy__link a")).to_have_count(2)
        links = [urlsplit(one.get_attribute("href")).path for one in buyer.locator(".hw-buy__link a").all()]
        accessible(buyer)

        # when one provider declines on a phone and the other takes it at a desk: neither signs in or learns who it is
        phone = open_browser(is_phone=True, has_javascript=False)
        phone.goto(links[1])
        assert fits(phone)
        answer(phone, "No, we cannot", text="Nobody is free in the mornings")
        expect(phone.get_by_text("Dilys Office answered that you cannot take it")).to_be_visible()
        desk, small = open_browser(), open_browser(is_phone=True)
        for page in (desk, small):
            page.goto(links[0])
            accessible(page)
            assert fits(page)
        desk.get_by_role("button", name="Send the answer").click()
        expect(desk.locator(".nhsuk-error-summary")).to_be_visible()
        accessible(desk)
        answer(desk, "Yes, we can take it", can_start_on=tomorrow())
        expect(desk.get_by_text("Dilys Office answered that you can start on")).to_be_visible()
        assert desk.get_by_text("Who it is for").count() == 0
        accessible(desk)

        # then the buyer chooses, saying why, and only the chosen one sees who it is for
        buyer.goto(f"{package}/offers")
        offer = buyer.locator(".hw-buy__offer--first")
        offer.get_by_label("Why this provider").fill(WHY)
        offer.get_by_label("Why this provider").press("Enter")
        expect(buyer.get_by_text("The provider is chosen").first).to_be_visible()
        for page in (desk, small):
            page.goto(links[0])
            expect(page.get_by_role("heading", name="Who it is for")).to_be_visible()
            accessible(page)
            assert fits(page)
        phone.goto(links[1])
        assert phone.get_by_text("Who it is for").count() == 0

        # and the care starts
        buyer.goto(package)
        buyer.locator("#start-day").fill(datetime.now(LONDON).date().isoformat())
        buyer.get_by_role("button", name="Record the start").click()
        expect(buyer.get_by_role("button", name="Suspend")).to_be_visible()
        accessible(buyer)

    def test_reconciles_an_invoice_with_the_record_line_by_line(self, open_browser, accessible):
        buyer = open_browser("commissioner")
        buyer.goto("/commissioning/invoices/")
        # given a month's invoice with some mistakes, whose good lines are agreed at once
        buyer.locator("main table a").first.click()
        buyer.get_by_role("button", name=re.compile("^Agree to all")).click()
        accessible(buyer)
        lines = buyer.locator(".hw-buy__line")
        assert 0 < lines.count() < 40
        # when the provider is asked about one of the others and answers
        first = lines.first
        first.get_by_label("Why, or what you ask").fill("Who went, and when?")
        first.get_by_role("button", name="Ask the provider").click()
        buyer.get_by_label("What the provider answered").fill("Our mistake")
        buyer.get_by_role("button", name="Keep the answer").click()
        # and each is agreed as the record supports it
        buyer.wait_for_load_state()
        while lines.count():
            before = lines.count()
            lines.first.get_by_role("button", name=re.compile(r"^Agree £")).click()
            expect(lines).to_have_count(before - 1)
        # then the invoice can be closed, at what the record supports
        buyer.get_by_role("button", name="Close the invoice").click()
        expect(buyer.get_by_role("button", name="Close the invoice")).to_have_count(0)
        buyer.wait_for_load_state()
        sums = dict(
            zip(
                buyer.locator(".hw-hours__sums dt").all_inner_texts(),
                buyer.locator(".hw-hours__sums dd").all_inner_texts(),
                strict=True,
            )
        )
        assert sums["Agreed"] == sums["The record supports"] != sums["Billed"], sums
        accessible(buyer)
