"""Every page that links lead to, for each role: accessible, readable on a phone, without a fault of the browser."""

import re
from urllib.parse import urlsplit

import pytest

from tests.journeys.looking import fits

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

# Where each role begins; links are followed from there to one page of each shape.
BEGINNINGS = {
    "casemanager": ("/", "/coming-home/", "/start-of-care/", "/people/", "/episodes/", "/procedures/", "/notices/"),
    "frontdoor": ("/front-door/",),
    "planner": ("/today/", "/cover/", "/equipment/checks"),
    "lead": ("/beds/", "/beds/waiting", "/beds/phone-list", "/beds/occupancy", "/beds/houses"),
    "responder": ("/responding/",),
    "carer": ("/today/",),
    "designer": ("/procedures/",),
    "admin": ("/", "/rounds/times", "/people/seen-by"),
    "commissioner": ("/commissioning/", "/commissioning/spending/", "/results/"),
    "privacy": ("/privacy/",),
}
# They see most pages alike: a shape that axe looked at for one of them is only followed on for its links by the others.
SEE_ALIKE = ("casemanager", "frontdoor", "planner", "responder", "lead")
MOST_PAGES = 80  # of one role: enough for every shape there is, and no walk for ever
NOT_PAGES = ("/sign-out", "/static/", ".csv", ".pdf", ".txt", ".json", ".zip", "/file", "/original", "/blank", "/docs")


def shape_of(address: str) -> str:
    """An address with its numbers and codes left out: one page of each shape is enough."""
    path = urlsplit(address).path
    path = re.sub(r"/procedures/(pathways|forms|activities)/[a-z0-9-]+", r"/procedures/\1/*", path)
    path = re.sub(r"/procedures/[a-z0-9]+-[a-z0-9-]+", "/procedures/*", path)
    path = re.sub(r"/results/measures/[^/]+", "/results/measures/*", path)
    return re.sub(r"\d+", "N", path)


def links_on(page) -> list[str]:
    """Where the links of a page lead, inside the service."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
    return [one.split("#")[0] for one in found if one.startswith("/") and not any(part in one for part in NOT_PAGES)]


def kinds_on(page) -> set[str]:
    """What a page is made of: each kind of element, by its name, classes, role and what holds it."""
    return set(
        page.evaluate("""() => {
      const kind = one => `${one.tagName}.${one.className?.baseVal ?? one.className}#${one.getAttribute('role') ?? ''}`;
      return [...document.body.querySelectorAll('*')].map(one => kind(one.parentElement) + ' > ' + kind(one));
    }""")
    )


@pytest.fixture(scope="module")
def looked_at() -> dict[str, set[str]]:
    """What pages of each shape were made of that axe has looked at: the same again, for another role, is not news."""
    return {}


class TestEveryPage:
    @pytest.mark.parametrize("role", BEGINNINGS)
    def test_is_accessible_and_fits_a_phone(self, open_browser, accessible, looked_at, role):
        page = open_browser(role)
        waiting, seen, wide = list(BEGINNINGS[role]), set(), []
        if role == "casemanager":
            waiting.insert(0, somebody(page))
        while waiting and len(seen) < MOST_PAGES:
            address = waiting.pop(0)
            shape = shape_of(address)
            if shape in seen:
                continue
            seen.add(shape)
            page.set_viewport_size({"width": 1440, "height": 900})
            answer = page.goto(address)
            assert answer.status < 500, address
            if answer.status >= 400 or "text/html" not in answer.headers.get("content-type", ""):
                continue
            waiting += links_on(page)
            kinds, known = kinds_on(page), looked_at.setdefault(shape, set())
            is_known = bool(known) if role in SEE_ALIKE else kinds <= known
            if not is_known:
                known |= kinds
                accessible(page)
            page.set_viewport_size({"width": 390, "height": 844})
            if not fits(page):
                wide.append(shape)
        assert not wide, f"wider than a phone: {wide}"
        assert len(seen) >= 2


def somebody(page) -> str:
    """The record of somebody with an open episode, which has most of what a record can hold."""
    page.goto("/episodes/")
    page.locator("a[href^='/episodes/']").filter(has_text=re.compile(r"\w")).nth(3).click()
    return page.locator("main a[href^='/people/']").first.get_attribute("href")
