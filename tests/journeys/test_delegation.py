"""From the first course to a visit that only one worker may make, and to the minute in which it is taken from her."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.looking import who_is

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

LONDON = ZoneInfo("Europe/London")
PLANNING = 90_000  # milliseconds: the planner takes its CPU seconds, however busy the machine
# A worker whom the place has half way may lack nothing but the practice with the person
NOT_READY = re.compile("Missing:|A practice with the person is needed too")
CODE, TITLE = "bowel_and_stoma_care", "Bowel and stoma care"


def unfold(page: Page, words: str, within: Locator | None = None) -> Locator:
    """Open what is folded under these words by keyboard; gives it."""
    folded = (within or page.locator("main")).locator("details", has=page.get_by_text(words, exact=True)).first
    if folded.get_attribute("open") is None:
        folded.locator("summary").first.focus()
        page.keyboard.press("Enter")
    return folded


def record(page: Page, what: str, fill) -> None:
    """Record something on the page of a competence: what is typed is a function of the folded form."""
    part = unfold(page, what)
    fill(part)
    part.get_by_role("button").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"is recorded\.$")).first).to_be_visible()


def watched(part: Locator, day: str, at: str) -> None:
    """Fill in that a practice was watched and was safe."""
    part.get_by_label("What was watched").select_option(index=1)
    part.get_by_label("Where").fill("At home")
    part.get_by_label("Day").fill(day)
    part.get_by_label("Time").fill(at)
    part.get_by_label("Safe, without help").check()


def shift_over_midday(planner: Page, name: str) -> str:
    """The first day to come on which a worker is on shift at midday, as the rota has it."""
    planner.goto("/roster/")
    planner.get_by_label("Name", exact=True).fill(name)
    # the rota of everybody has cells too: wait for hers
    with planner.expect_navigation():
        planner.keyboard.press("Enter")
    cells = planner.locator("#rota td a")
    expect(cells.first).to_be_visible()
    today = datetime.now(LONDON).date().isoformat()
    planner.wait_for_load_state()
    for cell in cells.all():
        day = cell.get_attribute("href").rsplit("/", 1)[1]
        begins = re.match(r"\d\d:\d\d", cell.inner_text())
        if day > today and begins and begins.group() < "09:00":
            return day
    raise AssertionError(f"{name} has no shift over midday in these four weeks")


class TestDelegation:
    def test_goes_from_training_to_withdrawal(self, open_browser, accessible):
        nurse, manager, planner = open_browser("nurse"), open_browser("agency"), open_browser("planner")
        carer = open_browser("carer", is_phone=True)
        name = who_is(carer)
        yesterday = (datetime.now(LONDON) - timedelta(days=1)).date().isoformat()

        # given a task in somebody's plan that no worker may do, and whose decision is due to be taken again
        nurse.goto(f"/delegation/tasks?task={CODE}")
        row = nurse.locator("table tbody tr").first
        person = row.locator("th").inner_text()
        expect(row).to_contain_text("Nobody yet")
        row.get_by_role("link").first.click()
        part = unfold(nurse, "End")
        part.get_by_label("Why").fill("Assessed again with her today")
        part.get_by_role("button", name="End it").click()
        expect(nurse.get_by_text(re.compile(r"^Ended\.")).first).to_be_visible()

        # when a worker is trained and watched, each on the record of her competence
        nurse.goto("/delegation/competences")
        nurse.get_by_role("link", name=name, exact=True).first.click()
        nurse.get_by_role("link", name=TITLE).click()
        where = nurse.url
        accessible(nurse)
        record(nurse, "A course", lambda part: (
            part.get_by_label("Course").select_option(index=1),
            part.get_by_label("Done on").fill(yesterday)))  # fmt: skip
        record(nurse, "A knowledge test", lambda part: (
            part.get_by_label("Day of the test").fill(yesterday), part.get_by_label("Score").fill("18"),
            part.get_by_label("Out of").fill("20"), part.get_by_label("Yes").check()))  # fmt: skip
        for at in ("08:15", "12:30"):
            record(nurse, "An observed practice", lambda part, at=at: watched(part, yesterday, at))
        expect(nurse.locator("#steps-title ~ p").last).to_contain_text(NOT_READY)

        # and she and her employer say that they stand by it
        carer.goto("/delegation/mine")
        card = carer.locator("article", has=carer.get_by_role("heading", name=TITLE))
        unfold(carer, "Accept or decline all of it", card)
        accessible(carer)
        card.get_by_role("button", name="I accept").click()
        manager.goto(where)
        record(manager, "A declaration", lambda part: part.get_by_label("The employer answers for it").check())

        # when the nurse delegates it for the person, to her alone
        nurse.goto(f"/delegation/tasks?task={CODE}&state=ended")
        nurse.get_by_role("link", name=TITLE).first.click()
        nurse.get_by_role("link", name="Delegated", exact=True).click()
        nurse.get_by_role("link", name=re.compile(f"^Decide ?: {TITLE}")).focus()
        nurse.keyboard.press("Enter")
        expect(nurse.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
        nurse.wait_for_load_state()
        for group in nurse.locator("form .hw-assess").all():
            group.get_by_role("radio").first.check()
        nurse.get_by_label("What to do, step by step").fill("Warm water only. Look at the skin all the way round.")
        nurse.get_by_label("What to do when something is not as it should be").fill("Phone the nurse now.")
        nurse.get_by_label(re.compile(f"^{re.escape(name)}")).check()
        accessible(nurse)
        nurse.get_by_role("button", name="Delegate", exact=True).click()
        expect(nurse.get_by_text("Delegated. The workers you chose are asked.")).to_be_visible()
        expect(nurse.get_by_text(f"{name} is not signed off for").first).to_be_visible()
        decision = nurse.url

        # and watches her once with this person, without which she cannot sign, and signs by keyboard alone
        nurse.goto(where)
        expect(nurse.locator("#steps-title ~ p").last).to_contain_text(NOT_READY)
        record(nurse, "An observed practice", lambda part: (
            watched(part, yesterday, "17:45"), part.get_by_label("With whom").select_option(label=person)))  # fmt: skip
        nurse.locator("summary", has_text="Sign off").focus()
        for key in ("Enter", "Tab", "ArrowDown"):
            nurse.keyboard.press(key)
        nurse.get_by_label("I have watched").focus()
        nurse.keyboard.press("Space")
        nurse.keyboard.press("Tab")
        nurse.keyboard.press("Enter")
        expect(nurse.get_by_text("Signed off.", exact=True)).to_be_visible()

        # then she is asked, accepts, and may
        carer.goto("/delegation/mine")
        asked = carer.locator("article", has=carer.get_by_role("heading", name=f"{TITLE}, {person}"))
        asked.get_by_role("button", name="I accept").click()
        expect(carer.get_by_text("You accepted. Thank you.")).to_be_visible()
        nurse.goto(decision)
        expect(nurse.get_by_text(f"{name} is signed off for").first).to_be_visible()

        # when a day is planned on which she is there at midday, the visit goes to her, and nobody else may
        day = shift_over_midday(planner, name)
        planner.goto(f"/today/?day={day}&view=table")
        planner.set_default_timeout(PLANNING)
        planner.get_by_role("button", name=re.compile("^Plan the day")).click()
        visit = planner.locator("#board tbody tr", has=planner.get_by_role("link", name=person)).filter(
            has_text="Stoma"
        )
        expect(visit.locator(".hw-table__who")).to_have_text(name, timeout=PLANNING)
        visit.get_by_role("link", name=person).click()
        planner.get_by_role("link", name="Send somebody else").click()
        planner.get_by_text(re.compile("^Who may not, and why")).click()
        expect(planner.get_by_text(re.compile("is not signed off for bowel and stoma care")).first).to_be_visible()

        # when the nurse withdraws the sign-off, by keyboard alone
        nurse.goto(where)
        nurse.locator("summary", has_text="Withdraw at once").focus()
        for key in ("Enter", "Tab"):
            nurse.keyboard.press(key)
        nurse.keyboard.type("The skin was not looked at twice")
        nurse.keyboard.press("Tab")
        nurse.keyboard.press("Enter")
        ended = nurse.get_by_text("The sign-off ended at once.")
        expect(ended).to_contain_text("Planned again", timeout=PLANNING)
        accessible(nurse)

        # then the visit is somebody else's in the same minute, and she is told
        planner.goto(f"/today/?day={day}&view=table")
        expect(visit).not_to_contain_text(name)
        carer.goto("/notices/")
        expect(carer.get_by_text("A sign-off of yours was withdrawn").first).to_be_visible()
