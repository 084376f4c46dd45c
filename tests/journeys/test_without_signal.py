"""A care worker in a house without a signal: what she is worried about is not lost, and reaches the nurse once."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

NOTICED = "Her heel is red and warm. She says it began yesterday."


def kept_on(page) -> list[str]:
    """What the device keeps of concerns."""
    return page.evaluate(
        "Object.entries(localStorage).filter(([k]) => k.startsWith('homeward-concern:')).map(e => e[1])"
    )


class TestConcernWithoutSignal:
    def test_is_kept_sent_when_there_is_a_signal_and_then_forgotten(self, open_browser, accessible):
        # given a carer at a visit, with a signal when she came
        page = open_browser("carer", is_phone=True)
        page.goto("/today/?view=table")
        page.goto(page.locator("#board th a").first.get_attribute("href"))
        raise_at = page.locator("a[href$='/raise']").first.get_attribute("href")
        page.wait_for_function(
            "navigator.serviceWorker.getRegistration('/concerns/').then((found) => Boolean(found?.active))"
        )
        # when there is none any more, the page still opens, without a name, and keeps what she writes
        page.context.set_offline(True)
        page.goto(raise_at)
        expect(page.get_by_role("heading", name="Raise a concern")).to_contain_text("No signal")
        accessible(page)
        page.get_by_label("What did you notice?").fill(NOTICED)
        page.get_by_label("Today").check()
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("status")).to_contain_text("not sent yet")
        # and she may close it and come back
        page.goto(raise_at)
        expect(page.get_by_label("What did you notice?")).to_have_value(NOTICED)
        [kept] = kept_on(page)
        assert raise_at in kept
        # then it is sent by itself when there is a signal, and the device forgets it
        page.context.set_offline(False)
        page.wait_for_url(re.compile(r"/concerns/\d+$"), timeout=40_000)
        expect(page.get_by_text(NOTICED)).to_be_visible()
        assert kept_on(page) == []
        page.goto("/concerns/")
        expect(page.get_by_text(NOTICED)).to_have_count(1)

    def test_is_removed_when_she_signs_out_and_says_so_first(self, open_browser):
        page = open_browser("carer", is_phone=True)
        page.goto("/today/?view=table")
        page.goto(page.locator("#board th a").first.get_attribute("href"))
        page.locator("a[href$='/raise']").first.click()
        page.get_by_label("What did you notice?").fill("Her")
        assert len(kept_on(page)) == 1
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(re.compile("sign-in"))
        assert "not sent yet" in asked[0]
        assert kept_on(page) == []
