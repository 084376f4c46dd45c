"""Something is asked for, brought and fitted; then it calls, is answered, and becomes a crisis referral."""

import json
import re
import subprocess
import sys
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import BASE

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


@pytest.fixture
def device_calls(address, environment):
    """A monitoring centre, connected by the same command as a real one: `device_calls("J-1", "fall")`."""
    connect = [sys.executable, str(BASE / "manage.py"), "connect", "journey-centre", "--title", "Journey Lifeline"]
    made = subprocess.run(connect, cwd=BASE, env=environment, capture_output=True, text=True, check=True)
    token = made.stdout.strip().splitlines()[-1]

    def call(identifier: str, kind: str) -> dict:
        body = json.dumps({"id": f"{identifier}-1", "device": identifier, "kind": kind, "text": "Heavy fall"})
        request = urllib.request.Request(
            f"{address}/api/telecare/messages", body.encode(), {"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    return call


class TestAnAlarm:
    def test_is_asked_for_brought_fitted_and_answered_when_it_calls(self, open_browser, accessible, device_calls):
        # given somebody on a pathway, whom a case manager knows
        manager, store = open_browser("casemanager"), open_browser("planner")
        manager.goto("/episodes/")
        manager.locator("a[href^='/episodes/']").filter(has_text=re.compile(r"\w")).nth(5).click()
        person = manager.locator("main a[href^='/people/']").first.get_attribute("href").split("/")[2]

        # when she asks for an alarm
        manager.goto(f"/equipment/people/{person}")
        accessible(manager)
        manager.get_by_role("button", name="Ask for equipment").click()
        manager.get_by_label("What is needed").select_option("pendant")
        manager.get_by_label("What it is for").fill("Falls; lives alone")
        accessible(manager)
        manager.get_by_role("button", name="Ask for it").click()
        expect(manager.get_by_text("To fill from stock")).to_be_visible()
        asked = manager.url.split("/", 3)[3]

        # then the store sees it, reserves one, and makes a visit
        store.goto("/equipment/")
        accessible(store)
        store.goto(f"/{asked}")
        store.get_by_label("From stock").select_option(index=1)
        store.get_by_role("button", name="Reserve it").click()
        store.get_by_role("button", name="Make the visit").click()
        expect(store.get_by_text("A visit is made")).to_be_visible()
        accessible(store)

        # when it is fitted and tested
        store.get_by_role("button", name="Record that it was handed over").click()
        store.get_by_label("What you showed them").fill("Press, and wait for a voice")
        store.get_by_label("Whom you showed it to").fill("The person and a neighbour")
        store.get_by_label("Its number at the monitoring centre").fill("JOURNEY-1")
        store.get_by_label("How you tested it, and who answered").fill("Pressed, the centre answered")
        accessible(store)
        store.get_by_role("button", name="Handed over").click()
        expect(store.get_by_role("heading", name="What they have")).to_be_visible()

        # and it calls
        responder = open_browser("responder")
        responder.goto("/equipment/alerts")
        accessible(responder)
        assert device_calls("JOURNEY-1", "fall")["outcome"] == "opened"
        assert device_calls("JOURNEY-1", "fall")["outcome"] == "repeated"

        # then the board shows it by itself, and a responder answers it
        line = responder.get_by_role("listitem").filter(has_text="Heavy fall")
        expect(line).to_be_visible(timeout=5_000)
        line.get_by_role("button", name="I answer").click()
        expect(responder.get_by_role("heading", level=1)).to_contain_text("Fall")
        accessible(responder)

        # when it becomes a crisis referral
        responder.get_by_text("Make it a crisis referral").click()
        responder.get_by_label("What you know, beside that").fill("On the floor, cannot get up")
        responder.get_by_role("button", name="Make the referral").click()

        # then nothing was typed again
        expect(responder.get_by_text("Fall from their alarm to wear. Heavy fall On the floor").first).to_be_visible()
