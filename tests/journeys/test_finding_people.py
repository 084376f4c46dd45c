"""Finding a person as somebody types, by keyboard alone; two records merged, and taken apart again."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.looking import fits

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

BASE = Path(__file__).resolve().parents[2]
SECOND_RECORD = """
from django.utils import timezone
from homeward.access.rules import Actor
from homeward.people.models import Person
from homeward.people.services import NewAddress, NewPerson, register_person
one = Person.objects.exclude(birth_date=None).exclude(given_name="").order_by("pk").first()
home = one.addresses.first()
new = NewPerson(given_name=one.given_name, family_name=one.family_name + "e", birth_date=one.birth_date,
                phone=one.phone, email="second@example.org",
                address=NewAddress(lines=home.lines, postcode=home.postcode))
actor = Actor.system("journeys", one.service_id)
register_person(actor=actor, service_id=one.service_id, new=new, now=timezone.now())
"""


@pytest.fixture(scope="module")
def second_records(address, tmp_path_factory) -> None:
    """A second record of somebody in the place that is served, found by the same command as a service runs."""
    var = next(tmp_path_factory.getbasetemp().glob("served*"))
    environment = {**os.environ, "HOMEWARD_VAR": str(var), "DATABASE_URL": f"sqlite:///{var / 'journeys.sqlite3'}"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    for command in (["shell", "-c", SECOND_RECORD], ["people_duplicates", "--likelihood", "0.99"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=BASE, env=environment, check=True)


def _first_person(page) -> str:
    """Somebody who is there, by the last name on the first record that a usual letter finds."""
    for letters in ("an", "ha", "br", "ma", "wi", "co"):
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_label("Name, birth date, NHS number").fill(letters)
        expect(page.locator(".htmx-request")).to_have_count(0)
        names = page.locator("#found .hw-found__name")
        if names.count():
            return names.first.inner_text()
    raise AssertionError("nobody was found by any usual beginning of a name")


class TestFindingAPerson:
    def test_lists_people_while_somebody_types_and_opens_one_by_keyboard(self, open_browser, accessible):
        page = open_browser("frontdoor")
        page.goto("/people/")
        name = _first_person(page)
        page.goto("/people/")
        page.locator("h1").click()

        page.keyboard.press("/")
        page.keyboard.press("Delete")
        page.keyboard.type(name.lower())
        page.get_by_role("link", name=name).first.wait_for()
        accessible(page)
        assert page.url.endswith("/people/")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

        page.wait_for_url(re.compile(r"/people/\d+$"))
        assert name in page.locator("h1").inner_text()

    def test_finds_without_javascript(self, open_browser):
        with_script = open_browser("frontdoor")
        with_script.goto("/people/")
        name = _first_person(with_script)
        page = open_browser("frontdoor", has_javascript=False)
        page.goto("/people/")
        page.get_by_label("Name, birth date, NHS number").fill(name)
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_role("link", name=name).first).to_be_visible()
        assert page.url.endswith("/people/")


class TestTwoRecordsOfOnePerson:
    def test_are_merged_by_a_decision_and_taken_apart_again(self, open_browser, accessible, second_records):
        page = open_browser("frontdoor")
        page.goto("/people/")
        page.get_by_role("link", name="Possible duplicates").click()
        accessible(page)

        page.locator(".hw-pair a").first.click()
        accessible(page)
        page.locator("#decision-merged").check()
        page.get_by_role("button", name="Save the decision").click()
        expect(page.get_by_role("link", name="Say how you know that they are the same person")).to_be_visible()
        accessible(page)
        page.get_by_label("How do you know?").fill("She confirmed both addresses on the phone")
        page.get_by_role("button", name="Save the decision").click()

        page.wait_for_url(re.compile(r"/people/\d+$"))
        assert "is merged into this one" in page.locator("main").inner_text()
        accessible(page)
        page.get_by_role("link", name="Undo this merge").click()
        accessible(page)
        page.get_by_label("How do you know that they are not the same person?").fill("They are sisters")
        page.get_by_role("button", name="Make them two records again").click()

        page.wait_for_url(re.compile(r"/people/\d+$"))
        assert "two records again" in page.locator("main").inner_text()
        page.goto("/people/duplicates")
        assert page.locator(".hw-pair").count() == 1

    def test_fit_a_phone(self, open_browser, accessible, second_records):
        page = open_browser("frontdoor", is_phone=True)
        page.goto("/people/duplicates")
        assert fits(page)
        page.locator(".hw-pair a").first.click()
        assert fits(page)
        accessible(page)
