"""The desk of the front door: claiming, handing over, two people agreeing, filters, columns and the wallboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looking import fits

# One served place for all of them
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def card(page: Page, text: str = "Claim and triage"):
    return page.locator("[data-card]", has_text=text).first


class TestTheDesk:
    def test_claim_hand_over_comment_escalate(self, open_browser, accessible):
        # given a coordinator at the queue
        page = open_browser("frontdoor")
        page.goto("/front-door/?view=list")
        accessible(page)
        name = card(page).locator(".hw-q__name").inner_text()

        # when they claim the first that nobody has
        card(page).get_by_role("button", name="Claim and triage").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        expect(page.get_by_text("You have this referral")).to_be_visible()
        accessible(page)

        # then comment on it, escalate it, and hand it over, from its card in the queue
        page.goto("/front-door/?held=me")
        mine = page.locator("[data-card]", has=page.get_by_role("link", name=name, exact=True)).first
        mine.get_by_role("link", name=re.compile("Comment, hand over")).click()
        mine.get_by_label("Comment", exact=True).fill("Rang her sister, who has the key")
        accessible(page)
        mine.get_by_role("button", name="Add comment").click()
        expect(mine).to_contain_text("Rang her sister, who has the key")
        mine.get_by_role("link", name=re.compile("Comment, hand over")).click()
        mine.get_by_label("Why must a senior look at this?").fill("She has not been seen since Friday")
        mine.get_by_role("button", name="Escalate").click()
        expect(mine).to_contain_text("She has not been seen since Friday")
        mine.get_by_role("link", name=re.compile("Comment, hand over")).click()
        colleague = mine.get_by_label("Hand over to").locator("option", has_text="crisis responder").first
        mine.get_by_label("Hand over to").select_option(colleague.get_attribute("value"))
        mine.get_by_label("What they must know").fill("Her sister opens the door at four")
        mine.get_by_role("button", name="Hand over").click()
        expect(page.get_by_text("is handed over")).to_be_visible()

        # and the colleague has it, with what was said
        colleague_page = open_browser("responder")
        colleague_page.goto("/front-door/?held=me")
        colleague_page.get_by_role("link", name=name, exact=True).first.click()
        expect(colleague_page.get_by_text("You have this referral")).to_be_visible()
        expect(colleague_page.get_by_text("Rang her sister, who has the key").first).to_be_visible()
        expect(colleague_page.get_by_text("Her sister opens the door at four").first).to_be_visible()

    def test_by_keyboard_alone(self, open_browser):
        page = open_browser("frontdoor")
        page.goto("/front-door/?view=list")
        names = page.locator(".hw-q__name")
        names.first.focus()
        page.keyboard.press("j")
        expect(names.nth(1)).to_be_focused()
        page.keyboard.press("m")
        expect(page.locator("textarea:focus")).to_be_visible()
        page.keyboard.type("Written without a mouse, j and k and all")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Comment added to")).to_be_visible()
        expect(page.get_by_text("Written without a mouse, j and k and all").first).to_be_visible()
        free = card(page)
        free.locator(".hw-q__name").focus()
        page.keyboard.press("c")
        expect(page.get_by_text("You have this referral")).to_be_visible()

    def test_without_javascript(self, open_browser):
        page = open_browser("frontdoor", has_javascript=False)
        page.goto("/front-door/?view=list")
        card(page).get_by_role("button", name="Claim and triage").click()
        expect(page.get_by_text("You have this referral")).to_be_visible()
        page.get_by_text("Choose another of").click()
        page.get_by_role("link", name=re.compile("^Case management")).first.click()
        expect(page.get_by_role("button", name=re.compile("^Accept: Case management"))).to_be_visible()
        page.goto("/front-door/")
        page.get_by_role("link", name=re.compile("Comment, hand over")).first.click()
        page.get_by_label("Comment", exact=True).fill("No scripts here")
        page.get_by_role("button", name="Add comment").click()
        expect(page.get_by_text("Comment added to")).to_be_visible()


class TestTwoPeople:
    def test_agree_in_two_browsers(self, open_browser, accessible):
        # given what one person proposed
        first = open_browser("casemanager")
        first.goto("/front-door/?view=columns")
        accessible(first)
        column = first.locator(
            "section", has=first.get_by_role("heading", name=re.compile("A second person is needed"))
        )
        title = column.locator(".hw-q__name").first.inner_text()
        column.locator(".hw-q__name").first.click()
        address = first.url

        # then the proposer is told that it cannot be them, and a second sees a large button
        proposer, second = open_browser("responder"), open_browser("frontdoor")
        proposer.goto(address)
        expect(proposer.get_by_text("A second person must agree before it starts.")).to_be_visible()
        expect(proposer.get_by_role("button", name="Agree and start")).to_have_count(0)
        accessible(proposer)
        second.goto(address)
        accessible(second)
        second.get_by_role("button", name="Agree and start").click()
        expect(second.get_by_text(f"{title} accepted")).to_be_visible()
        accessible(second)
        # and the proposer's page says so by itself
        expect(proposer.get_by_text("would not count")).to_be_visible(timeout=8_000)


class TestLookingAtTheQueue:
    def test_advice_only_ends_a_referral(self, open_browser):
        page = open_browser("frontdoor")
        page.goto("/front-door/?urgency=routine")
        name = page.locator(".hw-q__name").first.inner_text()
        page.locator(".hw-q__name").first.click()
        page.get_by_text("Advice is all that is needed").click()
        page.get_by_label("What did you advise, and whom?").fill("Told them about the lunch club on Mondays")
        page.get_by_role("button", name="End with advice").click()
        expect(page.get_by_role("region", name="Decided lately").get_by_text(name)).to_be_visible()

    def test_filters_are_saved_and_open_by_themselves(self, open_browser, accessible):
        page = open_browser("planner")
        page.goto("/front-door/?view=columns&urgency=two_days")
        page.get_by_label("Save this view as").fill("Two days")
        page.get_by_label("Open with it").check()
        accessible(page)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("link", name=re.compile("^Two days"))).to_be_visible()
        again = open_browser("planner")
        again.goto("/front-door/")
        expect(again.get_by_role("link", name=re.compile("^Two days"))).to_have_attribute("aria-current", "true")
        expect(again.get_by_role("heading", name=re.compile("^Being triaged"))).to_be_visible()

    def test_finds_a_name_as_it_is_typed(self, open_browser):
        page = open_browser("frontdoor")
        page.goto("/front-door/?view=list")
        name = page.locator(".hw-q__name").nth(2).inner_text()
        page.get_by_role("searchbox", name="Find in the queue").fill(name)
        expect(page.get_by_role("link", name=name, exact=True).first).to_be_visible()
        expect(page.locator("[data-card]:visible")).not_to_have_count(page.locator("[data-card]").count())
        assert name not in page.url

    def test_finds_a_pathway_among_them_all(self, open_browser):
        page = open_browser("frontdoor")
        page.goto("/front-door/?urgency=two_days")
        page.locator(".hw-q__name").first.click()
        page.get_by_text("Choose another of").click()
        page.get_by_label("Find a pathway").fill("low vision")
        expect(page.locator("#pathway-list li:visible")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=re.compile("^Accept: Low vision"))).to_be_visible()


class TestWallboard:
    @pytest.mark.parametrize("is_phone", [False, True], ids=["desk", "phone"])
    @pytest.mark.parametrize("path", ["/front-door/wall", "/front-door/wall?show=responding"])
    def test_is_accessible_and_fits(self, open_browser, accessible, path, is_phone):
        page = open_browser("frontdoor", is_phone=is_phone)
        page.goto(path)
        accessible(page)
        assert fits(page)

    def test_shows_what_is_new_by_itself(self, open_browser):
        wall, desk = open_browser("frontdoor"), open_browser("frontdoor")
        wall.goto("/front-door/wall")
        escalated = wall.locator(".counts li", has_text="escalated").locator("b")
        before = int(escalated.inner_text())
        desk.goto("/front-door/?view=list")
        free = desk.locator("[data-card]:not(:has(.hw-q__escalated))").first
        free.get_by_role("link", name=re.compile("Comment, hand over")).click()
        free.get_by_label("Why must a senior look at this?").fill("Nobody answers")
        free.get_by_role("button", name="Escalate").click()
        expect(escalated).to_have_text(str(before + 1), timeout=8_000)


class TestScreensOfTheDesk:
    @pytest.mark.parametrize("is_phone", [False, True], ids=["desk", "phone"])
    @pytest.mark.parametrize("path", ["/front-door/?view=list", "/front-door/?view=columns&urgency=two_days"])
    def test_are_accessible_and_fit(self, open_browser, accessible, path, is_phone):
        page = open_browser("casemanager", is_phone=is_phone)
        page.goto(path)
        accessible(page)
        page.locator("[data-desk]").first.click()
        expect(page.get_by_role("button", name="Add comment")).to_be_visible()
        accessible(page)
        assert fits(page)
        page.locator(".hw-q__name").first.click()
        page.get_by_text(re.compile("Choose another of")).first.click()
        accessible(page)
        assert fits(page)
