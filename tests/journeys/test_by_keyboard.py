"""The record, a plan, an assessment, the way home and the privacy officer's pages, worked by keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_coming_home import a_postcode

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


def fold(page: Page, act: str) -> None:
    """Open the folded part of a stay's page that holds the form of something to do."""
    reach(page, f"details:has(form[action$='/{act}']) > summary")
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

    def test_who_may_visit_is_noted_and_ended(self, manager, accessible):
        page, number = manager
        page.goto(f"/people/{number}/details")
        follow(page, "a[href$='/visiting/add']")
        accessible(page)
        reach(page, "select[name=kind]")
        page.keyboard.type("A woman only")
        follow(page, "main button[type=submit]")
        expect(page.locator("#visiting")).to_contain_text("A woman only")
        wishes = page.locator("#visiting a[href$='/end']")
        page.wait_for_load_state()
        held = wishes.count()
        follow(page, "#visiting a[href$='/end']")
        accessible(page)
        reach(page, "main textarea, main input[type=text]")
        page.keyboard.type("She no longer minds")
        follow(page, "main button[type=submit]")
        expect(wishes).to_have_count(held - 1)

    def test_leave_is_asked_for_and_withdrawn(self, open_browser, accessible):
        page = open_browser("nurse")
        page.goto("/my-rota/")
        reach(page, "main summary")
        page.keyboard.press("Enter")
        for name in ("starts_on", "ends_on"):
            reach(page, f"input[name={name}]")
            page.keyboard.type("04042027")  # whether the browser asks for the day or the month first
        follow(page, "details[open] button[type=submit]")
        asked = page.locator("main li", has_text="Sunday 4 April")
        expect(asked).to_contain_text("Waits for a decision")
        accessible(page)
        follow(page, "form[action$='/withdraw'] button")
        expect(asked).not_to_contain_text("Waits for a decision")

    def test_somebody_is_booked_into_a_clinic_and_the_booking_ended(self, open_browser, accessible):
        page = open_browser("casemanager")
        page.goto("/clinics/")
        follow(page, "main a[href='/clinics/1']")
        follow(page, "a[href$='/candidates']")
        name = page.locator(".hw-clinics h2 a").first.inner_text()
        follow(page, ".hw-clinics h2 a")
        accessible(page)
        reach(page, "input[name=how]")
        page.keyboard.press("Space")
        reach(page, "textarea[name=said]")
        page.keyboard.type("She would like the company")
        reach(page, "input[name=transport]")
        page.keyboard.press("Space")
        follow(page, "main form button[type=submit]")
        expect(page.locator("main")).to_contain_text(name)
        accessible(page)
        page.goto("/clinics/1")
        page.locator("main a[href^='/clinics/bookings/']").filter(has_text=name).focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        accessible(page)
        reach(page, "textarea[name=reason]")
        page.keyboard.type("She moves to her sister in the spring")
        follow(page, "main button[type=submit]")
        page.goto("/clinics/1/candidates")
        expect(page.locator("main")).to_contain_text(name)

    def test_somebody_comes_home_with_a_first_visit(self, open_browser, accessible):
        postcode = a_postcode(open_browser("planner"))
        page = open_browser("casemanager")
        # given somebody was admitted
        page.goto("/coming-home/admit")
        typed = {
            "given_name": "Keyes", "family_name": "Boarding", "postcode": postcode, "address_lines": "2 Made Up Lane",
            "phone": "07700 900778", "hospital_name": "Made Up General", "ward": "Ward 8",
        }  # fmt: skip
        for name, words in typed.items():
            reach(page, f"input[name={name}]")
            page.keyboard.type(words)
        follow(page, "main form > button[type=submit]")
        page.goto("/coming-home/")
        stay = page.locator("main a[href^='/coming-home/']", has_text="Boarding").first.get_attribute("href")
        follow(page, f"main a[href='{stay}']")
        # when they are ready, and something is to be done for them
        fold(page, "criteria")
        reach(page, "form[action$='/criteria'] select")
        page.keyboard.type("Meets none")
        follow(page, "form[action$='/criteria'] button")
        expect(page.locator("main")).to_contain_text("Ready to leave")
        reach(page, "#add input[name=text]")
        page.keyboard.type("Ring her sister")
        reach(page, "#add select[name=owner]")
        page.keyboard.press("ArrowDown")
        follow(page, "#add button[type=submit]")
        expect(page.locator("#actions-title + ol")).to_contain_text("Ring her sister")
        # and it is decided with them that they go home, one answer still to come
        follow(page, "main a[href$='/decide']")
        said = {"person_said": "Home", "choice_1_what": "Home", "choice_1_answered_by": "Keyes"}
        for name in ("person_said", "choice_1_what", "choice_1_answer", "choice_1_answered_by"):
            reach(page, f"[name={name}]")
            page.keyboard.type(said.get(name, "Chosen"))
        reach(page, "details:has([name=choice_2_what]) > summary")
        page.keyboard.press("Enter")
        reach(page, "[name=choice_2_what]")
        page.keyboard.type("Her sister’s")
        reach(page, "[name=choice_2_answer]")
        page.keyboard.type("No answer")
        for name in ("capacity", "decided_by", "pathway"):
            reach(page, f"input[name={name}]")
            page.keyboard.press("Space")
        reach(page, "select[name=destination]")
        page.keyboard.press("ArrowDown")
        assert page.locator("select[name=destination]").input_value() == "p0_home"
        follow(page, "main form button[type=submit]")
        # then the answer is recorded when it comes
        fold(page, "answer")
        reach(page, "form[action$='/answer'] input[name=answer]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        for name, words in (("answered_by", "Keyes"), ("reason", "The stairs there")):
            reach(page, f"form[action$='/answer'] input[name={name}]")
            page.keyboard.type(words)
        follow(page, "form[action$='/answer'] button")
        expect(page.locator("main")).to_contain_text("Keyes: The stairs there")
        accessible(page)
        # and the first visit is worked out and promised to the ward
        follow(page, "main a[href^='/start-of-care/']")
        reach(page, "#pathway")
        page.keyboard.type("Home care with")
        follow(page, "form:has(#pathway) button")
        for box in page.locator("input[name=visit]").all():
            if box.is_checked() != ("Home care visit: Morning" in box.evaluate("one => one.labels[0].innerText")):
                reach(page, f"#{box.get_attribute('id')}")
                page.keyboard.press("Space")
        follow(page, "button[name=work]")
        reach(page, "input[name=told_whom]")
        page.keyboard.type("Sister Oak")
        follow(page, "form:has(input[name=told_whom]) button")
        expect(page.get_by_role("heading", name=re.compile("^First visit "))).to_be_visible()
        # and when they have left, nothing is left to do in hospital
        page.goto(stay)
        fold(page, "leave")
        reach(page, "form[action$='/leave'] select[name=destination]")
        page.keyboard.press("ArrowDown")
        follow(page, "form[action$='/leave'] button")
        page.goto(stay)
        expect(page.locator("main")).to_contain_text("Nothing is left to do")
        accessible(page)

    def test_checks_of_a_store_are_booked_and_recorded(self, open_browser, accessible):
        page = open_browser("planner")
        page.goto("/equipment/checks")
        accessible(page)
        reach(page, "input[name=check]")
        page.keyboard.press("Space")
        reach(page, "#book-day")
        page.keyboard.type("12122026")
        reach(page, "#book-who")
        page.keyboard.type("Lift Engineers")
        follow(page, "#do-book button")
        expect(page.locator("main")).to_contain_text("12 December 2026, Lift Engineers")
        reach(page, "input[name=check]")
        page.keyboard.press("Space")
        reach(page, "#record-note")
        page.keyboard.type("Oiled")
        follow(page, "#do-record button")
        expect(page.locator("body")).to_contain_text("1 check recorded")
        accessible(page)
