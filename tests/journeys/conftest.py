"""A small fictitious place served for real, and Debian's Chromium to walk through it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from homeward.access.rules import FICTITIOUS_PASSWORD

BASE = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Without these, the browser looks for hosts of its maker at every start.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--disable-quic"]  # fmt: skip
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Seconds to wait for the place to be made: minutes where the planner is compiled first and the machine is shared.
PATIENCE = 1200
# What a browser reports that is no fault of a page; somebody who types on ends what was asked for the letters before
EXPECTED = re.compile("status of 4|ERR_INTERNET_DISCONNECTED|htmx:sendAbort|htmx:afterRequest")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def environment(tmp_path_factory) -> dict[str, str]:
    """What the served place, and commands beside it, run with."""
    var = tmp_path_factory.mktemp("served")
    environment = {**os.environ, "HOMEWARD_VAR": str(var), "DATABASE_URL": f"sqlite:///{var / 'journeys.sqlite3'}"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return environment


@pytest.fixture(scope="session")
def address(environment) -> str:
    """Where a small fictitious place is served, by the same command as `make run`."""
    var = Path(environment["HOMEWARD_VAR"])
    port = _free_port()
    with (var / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, str(BASE / "manage.py"), "run", "--port", str(port),
             "--visits", "80", "--people", "300", "--days", "2", "--history-days", "10"],
            cwd=BASE, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    where = f"http://127.0.0.1:{port}"
    try:
        given_up_at = time.monotonic() + PATIENCE
        while True:
            if server.poll() is not None or time.monotonic() > given_up_at:
                pytest.fail(f"the service did not start:\n{(var / 'log').read_text()[-3000:]}")
            try:
                urllib.request.urlopen(f"{where}/sign-in", timeout=2)
                break
            except OSError:
                time.sleep(0.5)
        yield where
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def browser():
    """Chromium, for the journeys of one file.

    Its loop of events runs in this thread as long as it is open, and Django then lets nobody near a database: tests of
    other files that come after in the same process need it closed.
    """
    if CHROMIUM is None:
        pytest.fail("Chromium is missing. Install it, on Debian with: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(browser, address):
    """Opens a browser of its own: `open_browser("planner")` signs in; `is_phone`, `has_javascript` as they say."""
    contexts = []

    def open_one(username: str = "", *, is_phone: bool = False, has_javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=address, viewport=PHONE if is_phone else DESK, java_script_enabled=has_javascript,
            locale="en-GB", timezone_id="Europe/London",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on(
            "console",
            # a refusal (status 4xx) is a page like any other, and a journey that takes the signal away knows it
            lambda said: said.type == "error" and not EXPECTED.search(said.text) and page.faults.append(said.text),
        )
        if username:
            page.goto("/sign-in")
            page.get_by_label("User name").fill(username)
            page.get_by_label("Password", exact=True).fill(FICTITIOUS_PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield open_one
    faults = [fault for context in contexts for page in context.pages for fault in getattr(page, "faults", [])]
    for context in contexts:
        context.close()
    assert not faults, "the browser reported faults"


@pytest.fixture
def accessible():
    """Checks a page with axe and says what it finds."""

    def check(page: Page) -> None:
        page.wait_for_load_state()
        found = Axe().run(page, options=WCAG)
        assert found.violations_count == 0, found.generate_report()
        assert not list(_unseen(found.response)), "words in the colour of what is behind them"

    return check


def _unseen(response: dict) -> Iterator[str]:
    """What axe leaves to people to judge: words as light as their ground, which it takes to be hidden on purpose."""
    for rule in response["incomplete"]:
        for node in rule["nodes"]:
            looked_at = [check["data"] for check in node["any"] if isinstance(check.get("data"), dict)]
            if any(data.get("messageKey") == "equalRatio" for data in looked_at):
                yield node["html"]
