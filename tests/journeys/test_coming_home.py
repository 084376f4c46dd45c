"""From the ward to the first visit at home: what each person sees on the way."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looking import fits

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

LONDON = ZoneInfo("Europe/London")
GIVEN, FAMILY = "Olwen", "Homeward-Bound"
DAYS = ("Monday to Friday", "Weekends and bank holidays")


def today() -> datetime:
    return datetime.now(LONDON)


def unfold(page: Page, summary: str, within: str = "main"):
    """Open a part of a page that is folded; gives it."""
    part = page.locator(f"{within} details", has=page.locator("summary", has_text=summary)).first
    if part.get_attribute("open") is None:
        part.locator("summary").first.click()
    return part


def a_postcode(page: Page) -> str:
    """A postcode of the place that is on its map: that of somebody who is visited today."""
    page.goto("/today/?view=table")
    page.goto(page.locator("main a[href*='/today/visits/']").first.get_attribute("href"))
    found = re.search(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b", page.locator("main").inner_text())
    assert found, "the visit says no postcode"
    return found.group()


def admit(lead: Page, family: str, postcode: str) -> str:
    """Put somebody on the board who was admitted yesterday; gives the number of the stay, whose page is open then."""
    lead.goto("/coming-home/admit")
    lead.get_by_label("First name").fill(GIVEN)
    lead.get_by_label("Last name").fill(family)
    lead.get_by_label("Home postcode").fill(postcode)
    lead.get_by_label("Home address").fill("1 Made Up Lane")
    lead.get_by_label("Their phone number").fill("07700 900777")
    lead.get_by_label("Which day were they admitted?").fill((today() - timedelta(days=1)).date().isoformat())
    lead.get_by_label("What time?").fill("09:00")
    lead.get_by_label("Its name, if it is not in the list").fill("Made Up General")
    lead.get_by_label("Ward").fill("Ward 7")
    lead.get_by_role("button", name="Put them on the board").click()
    lead.wait_for_load_state()
    if lead.get_by_label("This is someone else: start a new record").count():
        lead.get_by_label("This is someone else: start a new record").check()
        lead.get_by_role("button", name="Put them on the board").click()
    lead.goto("/coming-home/")
    lead.get_by_role("link", name=re.compile(family)).first.click()
    return re.search(r"/coming-home/(\d+)", lead.url).group(1)


def is_ready(lead: Page) -> None:
    """Say on the page of a stay that they need not be in hospital any more."""
    part = unfold(lead, "Record the criteria to reside")
    part.get_by_label("Which do they meet?").select_option("not_met")
    part.get_by_role("button", name="Record").click()


class TestComingHome:
    def test_goes_from_admission_to_a_first_visit_on_the_first_day_with_room(self, open_browser, accessible):
        lead, planner = open_browser("casemanager"), open_browser("planner")
        postcode = a_postcode(planner)

        # given somebody was admitted yesterday
        stay = admit(lead, FAMILY, postcode)

        # when they are ready, and it is decided with them that they go home
        is_ready(lead)
        lead.goto(f"/coming-home/{stay}/decide")
        lead.get_by_label("What do they want?").fill("Home, to my cat")
        lead.get_by_label("What was offered?").first.fill("Home with help")
        lead.get_by_label("What did they answer?").first.select_option("chosen")
        lead.get_by_label("Who answered?").first.fill("Olwen")
        lead.get_by_label("No reason to doubt that they can decide").check()
        lead.get_by_role("radio", name="The person", exact=True).check()
        lead.locator("input[name=pathway][value=p0]").check()
        lead.get_by_label("Where do they go?").select_option("p0_home")
        lead.get_by_role("button", name="Decide").click()

        # then they wait for a promise, and the day with room for them is worked out, by keyboard
        lead.goto("/start-of-care/")
        accessible(lead)
        lead.get_by_role("link", name=re.compile(FAMILY)).focus()
        lead.keyboard.press("Enter")
        lead.wait_for_url(f"**/start-of-care/{stay}")
        lead.locator("#pathway").select_option("home-care-with-delegated-tasks")
        lead.get_by_role("button", name="Show its visits").click()
        lead.get_by_role("button", name="Work out when care can start").wait_for()
        for box in lead.get_by_role("checkbox").all():
            box.set_checked("Home care visit: Morning" in (box.evaluate("one => one.labels[0].innerText")))
        lead.get_by_role("button", name="Work out when care can start").focus()
        lead.keyboard.press("Enter")
        expect(lead.get_by_role("heading", name="When care can start")).to_be_visible()
        possible = lead.locator("#when section", has=lead.get_by_role("button", name=re.compile("^Promise ")))
        expect(possible).to_be_visible()
        lead.wait_for_load_state()
        *too_early, offered = lead.locator("#when section").all()
        assert all("Room for 0 of 1" in one.inner_text() for one in too_early), "a day was passed over without a reason"
        promised = offered.get_by_role("heading").inner_text()
        accessible(lead)

        # when it is promised to the ward
        possible.get_by_label("Whom on the ward you told").fill("Sister Oak")
        lead.keyboard.press("Enter")
        first = lead.get_by_role("heading", name=re.compile("^First visit "))
        expect(first).to_be_visible()
        accessible(lead)
        said = first.inner_text()
        number, month, year = re.search(r"(\d+) (\w+) (\d{4})", said).groups()
        day = datetime.strptime(f"{number} {month} {year}", "%d %B %Y").replace(tzinfo=LONDON).date()
        assert promised in said

        # then the visit is in the planner's day, the list before leaving is put to its owners, and one is done
        planner.goto(f"/today/?view=table&day={day.isoformat()}")
        expect(planner.get_by_text(FAMILY).first).to_be_visible()
        item = lead.locator("li.hw-card", has=lead.get_by_role("heading", name="Family or friends told"))
        item.get_by_label("Whose it is").fill("Her neighbour")
        item.get_by_label("State").select_option("done")
        item.get_by_role("button", name="Keep").click()
        expect(item.get_by_text("Done", exact=True).first).to_be_visible()

        # when she has left, the call is due the day after, and is logged with what was different
        lead.goto(f"/coming-home/{stay}")
        part = unfold(lead, "They have left hospital")
        part.get_by_label("How did the stay end?").select_option("left")
        part.get_by_label("Where did they go?").select_option("p0_home")
        part.get_by_label("Which day?").fill(today().date().isoformat())
        part.get_by_label("What time?").fill(today().strftime("%H:%M"))
        part.get_by_role("button", name="Record it").click()
        lead.goto("/start-of-care/")
        lead.get_by_role("link", name=re.compile(FAMILY)).click()
        lead.get_by_role("group", name="Did you reach them?").get_by_label("Yes").check()
        lead.get_by_label("What they said, or how you tried").fill("Slept in her own bed")
        lead.get_by_label("No, it was different").check()
        lead.get_by_label("If different, how, and what was done").fill("A second rail is needed. Ordered today")
        lead.get_by_role("button", name="Log the call").click()
        expect(lead.get_by_text("What was different: A second rail is needed")).to_be_visible()
        accessible(lead)

    def test_is_chased_and_spoken_of_in_the_huddle(self, open_browser, accessible):
        lead, admin = open_browser("casemanager"), open_browser("admin")
        # given somebody who is ready, and something that the case manager has to do for them
        admit(lead, "Chased-Up", "DE1 3DA")
        is_ready(lead)
        me = lead.locator(".hw-header__who").inner_text().splitlines()[0]
        part = unfold(lead, "Add something to do")
        part.get_by_label("What is to be done?").fill("Ring the warden about the stairs")
        owner = part.locator("option", has_text=me).first.get_attribute("value")
        part.get_by_label("Who does it?").select_option(owner)
        part.get_by_role("button", name="Add it").click()
        # when a round is held, it is put to them on a page that shows it by itself, found by keyboard
        lead.goto("/coming-home/")
        areas = lead.get_by_role("navigation", name="Areas of coming home")
        areas.get_by_role("link", name="Asked of me").focus()
        lead.keyboard.press("Enter")
        lead.wait_for_url("**/rounds/asked")
        admin.goto("/rounds/times")
        usual = [admin.get_by_label(words, exact=True).input_value() for words in DAYS]
        for words in DAYS:
            admin.get_by_label(words, exact=True).fill(today().strftime("%H:%M"))
        admin.get_by_role("button", name="Save").click()
        card = lead.locator("[data-ask]", has_text="Ring the warden about the stairs")
        expect(card).to_be_visible(timeout=40_000)
        for words, times in zip(DAYS, usual, strict=True):
            admin.get_by_label(words, exact=True).fill(times)
        admin.get_by_role("button", name="Save").click()
        accessible(lead)
        # then it is answered with one key, and the sheet for wards and community says so
        card.get_by_role("button", name=re.compile("On time")).focus()
        lead.keyboard.press("2")
        expect(card.locator(".hw-ask__answered")).to_contain_text("On time")
        lead.get_by_role("navigation", name="Areas of coming home").get_by_role("link", name="Chasing rounds").click()
        lead.locator("main ul.hw-also a").first.click()
        row = lead.locator(".hw-result__row", has_text="Chased-Up")
        expect(row).to_contain_text("Ring the warden about the stairs")
        accessible(lead)
        # and the huddle speaks of them: what is decided is typed, somebody suited does it, and the record keeps it
        lead.goto("/huddle/")
        lead.get_by_role("button", name=re.compile("the huddle$")).click()
        lead.locator(".hw-huddle__people").get_by_role("link", name=re.compile("Chased-Up")).click()
        lead.get_by_label("What was said and decided").fill("Home on Thursday if the rail is up")
        lead.get_by_label("What", exact=True).fill("Put up a rail")
        lead.locator("#owner-1").check()
        lead.locator("#until-1").check()
        lead.get_by_role("button", name="Agree this action").click()
        expect(lead.locator("main").get_by_text("Put up a rail").first).to_be_visible()
        accessible(lead)
        lead.get_by_role("link", name="End the huddle").click()
        accessible(lead)
        lead.get_by_role("button", name="End it and send the actions").click()
        said = lead.locator(".hw-result__row", has_text="Chased-Up")
        expect(said).to_contain_text("Home on Thursday if the rail is up")
        expect(said).to_contain_text("Put up a rail")

    def test_fits_a_phone(self, open_browser, accessible):
        lead = open_browser("casemanager", is_phone=True)
        lead.goto("/start-of-care/")
        accessible(lead)
        assert fits(lead)
