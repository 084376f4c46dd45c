"""Every screen, by every way of looking at it: axe, phone width, keyboard, and a second browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.looking import fits

# One served place for all of them
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

SCREENS = [
    ("planner", "/today/"),
    ("planner", "/today/?view=table"),
    ("frontdoor", "/front-door/"),
    ("frontdoor", "/front-door/new"),
    ("frontdoor", "/front-door/calls"),
    ("responder", "/responding/"),
    ("casemanager", "/people/"),
    ("designer", "/procedures/"),
    ("designer", "/procedures/integrated-crisis-response"),
]


class TestScreens:
    @pytest.mark.parametrize(("username", "path"), SCREENS)
    @pytest.mark.parametrize("is_phone", [False, True], ids=["desk", "phone"])
    def test_are_accessible_and_fit(self, open_browser, accessible, username, path, is_phone):
        page = open_browser(username, is_phone=is_phone)
        assert page.goto(path).status == 200
        page.wait_for_timeout(300)  # what scripts draw, they have drawn
        accessible(page)
        assert fits(page), page.url

    def test_sign_in_is_accessible_and_says_what_is_wrong(self, open_browser, accessible):
        page = open_browser(is_phone=True)
        page.goto("/sign-in")
        accessible(page)
        page.get_by_label("User name").fill("nobody")
        page.get_by_label("Password", exact=True).fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("Check your user name and password")
        accessible(page)

    def test_of_others_are_refused_in_words(self, open_browser, accessible):
        page = open_browser("results")
        assert page.goto("/people/").status == 403
        expect(page.get_by_role("heading", level=1)).to_contain_text("cannot open")
        accessible(page)

    def test_that_do_not_exist_say_so(self, open_browser, accessible):
        page = open_browser("planner")
        assert page.goto("/people/99999999").status == 404
        accessible(page)


class TestToday:
    def test_opens_a_visit_and_says_why(self, open_browser, accessible):
        page = open_browser("planner")
        page.goto("/today/?view=table")
        page.locator("a[href*='/today/visits/']:visible").first.click()
        # beside the day, where there is a script; somebody goes there, or the reason why nobody does is given
        expect(page.locator(".hw-going__why, .hw-visit__reason").first).to_contain_text("Why")
        accessible(page)

    def test_shows_a_worker_their_day(self, open_browser, accessible):
        page = open_browser("planner")
        page.goto("/today/?view=table")
        page.locator("a[href*='/today/workers/']:visible").first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        accessible(page)

    def test_a_second_browser_sees_a_new_plan_by_itself(self, open_browser):
        watching = open_browser("planner")
        watching.goto("/today/")
        acting = open_browser("planner")
        acting.goto("/today/")
        before = watching.locator("#today-live").get_attribute("hx-get")
        acting.set_default_timeout(90_000)  # the planner takes its CPU seconds, however busy the machine
        acting.get_by_role("button", name=re.compile("Plan the .*day again")).click()
        expect(watching.locator("#today-live")).not_to_have_attribute("hx-get", before, timeout=20_000)
