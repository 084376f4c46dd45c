"""The main journey: a referral comes in, is accepted as a crisis, two people go together, and it is closed."""

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.filling import answer_everything

# One served place for all of them
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

POSTCODE = "DE1 1AG"
# People unlike one another, so that none is taken for another
NEWCOMERS = itertools.cycle(
    [("Winifred", "Quillfeather", 1938), ("Ambrose", "Ottershaw", 1943), ("Zelda", "Brambleway", 1951),
     ("Horace", "Finchcote", 1929), ("Prunella", "Larkhollow", 1947)]
)  # fmt: skip


@pytest.fixture
def newcomer() -> tuple[str, str, int]:
    """Somebody the place has not met: first name, last name, year of birth."""
    return next(NEWCOMERS)


def fill_person(page: Page, given_name: str, family_name: str, year: int) -> None:
    page.get_by_label("First name").fill(given_name)
    page.get_by_label("Last name").fill(family_name)
    page.get_by_label("Day", exact=True).fill("9")
    page.get_by_label("Month", exact=True).fill("3")
    page.get_by_label("Year", exact=True).fill(str(year))


def fill_referral(page: Page, newcomer: tuple[str, str, int]) -> None:
    """Type a crisis referral for somebody new, as a coordinator does on the phone."""
    page.get_by_label("Who is asking?").select_option("gp")
    page.get_by_label("Their name", exact=True).fill("Dr Made Up")
    fill_person(page, *newcomer)
    page.get_by_label("Home postcode").fill(POSTCODE)
    page.get_by_label("Home address").fill("1 Made Up Lane")
    page.get_by_label("What help is needed?").select_option("fall")
    page.get_by_label("In the caller’s own words").fill("Fell this morning, will not manage the stairs alone")
    page.get_by_label("Within 2 hours").check()


class TestACrisis:
    def test_is_taken_accepted_sent_to_arrived_at_and_closed(self, open_browser, accessible, newcomer):
        family_name = newcomer[1]
        # given a coordinator at the front door, and a responder who watches the board in another browser
        front_door = open_browser("frontdoor")
        responder = open_browser("responder")
        responder.goto("/responding/")
        accessible(responder)
        front_door.goto("/front-door/")
        accessible(front_door)

        # when a referral is taken
        front_door.get_by_role("link", name="Take a referral").first.click()
        accessible(front_door)
        fill_referral(front_door, newcomer)
        front_door.get_by_role("button", name="Take the referral").click()

        # then it shows its clock and the pathway that fits
        expect(front_door.get_by_role("heading", level=1)).to_contain_text(family_name)
        expect(front_door.get_by_text("Two-hour response").first).to_be_visible()
        accessible(front_door)

        # when it is accepted
        for criterion in front_door.get_by_role("group", name="Tick what is so").get_by_role("checkbox").all():
            criterion.check()
        front_door.get_by_role("button", name="Accept: Integrated crisis response").click()

        # then the coordinator sees who is proposed and what moved
        expect(front_door.get_by_role("heading", level=1)).to_contain_text("What moved")
        accessible(front_door)
        # and the other browser shows it by itself within five seconds
        expect(responder.get_by_role("link", name=family_name).first).to_be_visible(timeout=5_000)

        # when the responder sends two together
        responder.get_by_role("link", name=re.compile(family_name)).first.click()
        expect(responder.get_by_role("heading", level=1)).to_contain_text(family_name)
        accessible(responder)
        # and sees what that moves before it moves
        decide_if_nobody_can_be_there(responder)
        responder.get_by_role("link", name=re.compile("^Show what this moves")).first.click()
        expect(responder.get_by_text(re.compile(r"would move")).first).to_be_visible()
        accessible(responder)
        send = responder.get_by_role("button", name=re.compile("^Send both, it is safe")).first
        expect(send).to_be_visible()
        send.click()
        expect(responder.get_by_role("heading", name="Who has been told")).to_be_visible()
        responder.get_by_role("button", name=re.compile("^I have told them")).first.click()
        expect(responder.get_by_text(re.compile("^Told at .* by ")).first).to_be_visible()

        # then both are on their way; when they arrive the clock stops and the 72 hours begin
        for left in (2, 1):
            arrived = responder.get_by_role("button", name=re.compile("^Arrived"))
            expect(arrived).to_have_count(left)
            arrived.first.click()
        expect(responder.get_by_role("button", name=re.compile("^Arrived"))).to_have_count(0)
        expect(responder.get_by_text("72 hours of support").first).to_be_visible()
        accessible(responder)

        # when they leave and it is closed
        for left in (2, 1):
            leave = responder.get_by_role("button", name=re.compile("^Left"))
            expect(leave).to_have_count(left)
            leave.first.click()
        expect(responder.get_by_role("button", name=re.compile("^Left"))).to_have_count(0)
        responder.get_by_role("button", name=re.compile("^Fill in.*Crisis first assessment")).click()
        answer_everything(responder)
        responder.get_by_role("button", name="Check your answers").click()
        responder.get_by_role("button", name="Complete the form").click()
        responder.get_by_role("button", name="Close with how it ended").click()
        responder.get_by_label("Nothing further needed").check()
        answer_everything(responder)
        accessible(responder)
        responder.get_by_role("button", name="Close it").click()
        expect(responder.get_by_text(re.compile("^Ended: Nothing further needed"))).to_be_visible()

        # then nobody waits for it any more, and the person's record tells the whole story
        responder.goto("/responding/")
        expect(responder.get_by_role("link", name=re.compile(family_name))).to_have_count(0)
        responder.goto("/people/")
        responder.get_by_role("searchbox").or_(responder.get_by_role("textbox")).first.fill(family_name)
        responder.keyboard.press("Enter")
        responder.get_by_role("link", name=re.compile(family_name)).first.click()
        for told in ("Referred", "Accepted: Integrated crisis response", "First seen face to face", "ended"):
            expect(responder.get_by_text(re.compile(told)).first).to_be_visible()
        accessible(responder)

    def test_works_without_javascript(self, open_browser, newcomer):
        family_name = newcomer[1]
        page = open_browser("frontdoor", has_javascript=False)
        page.goto("/front-door/new")
        fill_referral(page, newcomer)
        page.get_by_role("button", name="Take the referral").click()
        page.wait_for_load_state()
        for criterion in page.get_by_role("group", name="Tick what is so").get_by_role("checkbox").all():
            criterion.check()
        page.get_by_role("button", name="Accept: Integrated crisis response").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("What moved")
        page.get_by_role("link", name=re.compile("^Go to the response")).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(family_name)

    def test_can_be_taken_with_the_keyboard_alone(self, open_browser, newcomer):
        given_name, family_name, _ = newcomer
        page = open_browser()
        page.goto("/sign-in")
        tab_to(page, "id_username")
        page.keyboard.type("frontdoor")
        page.keyboard.press("Tab")
        page.keyboard.type("home-is-best-2026")
        page.keyboard.press("Enter")
        page.wait_for_url("**/front-door/")
        page.goto("/front-door/new")
        for name, typed in (
            ("source", "GP"),
            ("given_name", given_name),
            ("family_name", family_name),
            ("postcode", POSTCODE),
            ("need_code", "Fall"),
        ):
            tab_to(page, name)
            page.keyboard.type(typed)
        tab_to(page, "urgency")
        page.keyboard.press("Space")
        tab_to(page, "take")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(family_name)

    def test_says_what_is_missing_and_loses_nothing_typed(self, open_browser, accessible):
        page = open_browser("frontdoor")
        page.goto("/front-door/new")
        page.get_by_label("In the caller’s own words").fill("Will not eat")
        page.get_by_role("button", name="Take the referral").click()
        expect(page.get_by_role("alert").first).to_contain_text("There is a problem")
        expect(page.get_by_label("In the caller’s own words")).to_have_value("Will not eat")
        accessible(page)

    def test_knows_who_is_known(self, open_browser, newcomer):
        given_name, family_name, year = newcomer
        page = open_browser("frontdoor")
        page.goto("/front-door/new")
        fill_referral(page, newcomer)
        page.get_by_role("button", name="Take the referral").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(family_name)
        page.goto("/front-door/new")
        fill_person(page, given_name[:-1] + "e", family_name, year)
        expect(page.get_by_label(re.compile("Use this record: .*" + family_name))).to_be_visible()


def decide_if_nobody_can_be_there(page: Page) -> None:
    """At night a small place may have nobody in time; then somebody decides, as they would have to."""
    expect(page.get_by_role("link", name=re.compile("^Show what this moves")).first).to_be_visible()
    decide = page.get_by_role("link", name="Decide what to do", exact=True)
    page.wait_for_load_state()
    if decide.count():
        decide.first.click()
        page.get_by_label("Send whoever can come first, though late").check()
        page.get_by_label("Why, who was asked, and what they said").fill("Her daughter stays until then")
        page.get_by_label("What was whoever referred told?").fill("Somebody comes as soon as can be")
        page.get_by_role("button", name="Record the decision").click()
        expect(page.get_by_text(re.compile("^Recorded: Send whoever"))).to_be_visible()


def tab_to(page: Page, identifier: str) -> None:
    """Press Tab until the field has the focus; a person would give up after a hundred."""
    for _ in range(100):
        if page.evaluate("document.activeElement && document.activeElement.id") == identifier:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{identifier} cannot be reached with the Tab key")
