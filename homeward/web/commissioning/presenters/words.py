"""Words that pages of commissioning share: states with their colours, money, hours, visits of the week."""

from homeward.commissioning.states import Finding, OfferState, PackageState, PlanLineState
from homeward.web.front_door.presenters.words import Tag
from homeward.web.words import counted, wall_words, weekday_words

PACKAGE_STATES = {
    PackageState.ASKED: Tag("Asked for", "blue"),
    PackageState.IN_HOUSE: Tag("Done in house", "green"),
    PackageState.OFFERED: Tag("Offered", "yellow"),
    PackageState.AGREED: Tag("Provider chosen", "aqua-green"),
    PackageState.STARTED: Tag("Under way", "green"),
    PackageState.ENDED: Tag("Ended", "grey"),
    PackageState.WITHDRAWN: Tag("No longer needed", "grey"),
}
OFFER_STATES = {
    OfferState.SENT: Tag("Waiting for an answer", "blue"),
    OfferState.ACCEPTED: Tag("Can take it", "green"),
    OfferState.DECLINED: Tag("Cannot take it", "grey"),
    OfferState.WITHDRAWN: Tag("Taken back", "grey"),
    OfferState.WON: Tag("Chosen", "aqua-green"),
    OfferState.LOST: Tag("Another was chosen", "grey"),
    "expired": Tag("No answer in time", "orange"),
}
FINDINGS = {
    Finding.MATCHED: Tag("As delivered", "green"),
    Finding.TOO_LONG: Tag("Too long", "orange"),
    Finding.TOO_SHORT: Tag("Too short", "yellow"),
    Finding.WRONG_RATE: Tag("Wrong price", "orange"),
    Finding.NOT_DELIVERED: Tag("No visit on record", "red"),
    Finding.TWICE: Tag("Twice", "red"),
    Finding.SUSPENDED: Tag("While suspended", "red"),
    Finding.OUT_OF_DATES: Tag("Outside its dates", "red"),
    Finding.UNKNOWN_PERSON: Tag("Unknown person", "red"),
}
PLAN_STATES = {
    PlanLineState.PROPOSED: Tag("Proposed", "blue"),
    PlanLineState.DECIDED: Tag("Decided", "aqua-green"),
    PlanLineState.UNDER_WAY: Tag("Under way", "yellow"),
    PlanLineState.DELIVERED: Tag("Delivered", "green"),
    PlanLineState.STOPPED: Tag("Stopped", "grey"),
}


def money(pence: int | None) -> str:
    """A sum in pounds and pence; empty for none."""
    if pence is None:
        return ""
    sign = "−" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def pounds(pence: int) -> str:
    """A sum as it stands in a field: 12.50."""
    return f"{pence // 100}.{pence % 100:02d}"


def hours(minutes: int) -> str:
    """Minutes as hours, with a quarter's exactness: 3 hours, 12.5 hours."""
    return f"{minutes / 60:,.2f}".rstrip("0").rstrip(".") + (" hour" if minutes == 60 else " hours")


def visit_words(one) -> str:
    """A visit of the week: Morning care, every day from 8am to 9am, 30 minutes, 2 workers together."""
    window = wall_words(one.opens_at)
    if one.closes_at != one.opens_at:
        window = f"from {window} to {wall_words(one.closes_at)}"
    else:
        window = f"at {window}"
    together = f", {one.workers} workers together" if one.workers > 1 else ""
    return f"{one.title}: {weekday_words(one.weekdays)} {window}, {counted(one.minutes, 'minute')}{together}"
