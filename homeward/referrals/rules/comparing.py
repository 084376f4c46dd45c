"""Whether what came says anything new. No Django."""

from collections.abc import Mapping
from dataclasses import fields

# What our own desk settles, and what says how it reached us: no sign that the sender says something new.
NOT_COMPARED = {"received_at", "pathway_code", "not_understood", "route", "about", "follow_code_hash"}
ABOUT_THE_MESSAGE = ("The message", "The file")  # details that differ between two sendings of one referral


def says_nothing_new(held: object, new: object, longest: Mapping[str, int]) -> bool:
    """Whether a referral already says all that `new` says. `longest`: characters a text is cut to, by field."""
    for one in fields(new):  # type: ignore[arg-type]
        if one.name in NOT_COMPARED:
            continue
        before, sent = getattr(held, one.name), getattr(new, one.name)
        if one.name == "details":
            before, sent = _without_the_message(before), _without_the_message(sent)
        limit = longest.get(one.name, 0)
        if before != (sent[:limit] if limit and isinstance(sent, str) else sent):
            return False
    return True


def _without_the_message(details: list[dict]) -> list[dict]:
    return [detail for detail in details if detail["title"] not in ABOUT_THE_MESSAGE]
