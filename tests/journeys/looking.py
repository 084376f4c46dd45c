"""Looking at a page as a person does: whether it fits the screen, and who is signed in."""

from playwright.sync_api import Page


def fits(page: Page) -> bool:
    """Whether nothing of the page, once it is there, runs over the side of the window."""
    # A click is over before the page it opens has anything to measure
    page.wait_for_load_state()
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def who_is(page: Page) -> str:
    """The name of who is signed in, as the top of the page says it."""
    return page.locator(".hw-header__who").evaluate("one => one.firstChild.textContent.trim()")
