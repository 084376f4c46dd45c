"""How it was, as people, carers and staff of the fictitious place said. Not all of them answer."""

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from homeward.access.rules import Actor, Role
from homeward.demo.history import CARE, REABLING
from homeward.demo.making import Making, weighted
from homeward.kernel.rules import months_later, wall_clock
from homeward.notices.services import settle_delivery, take_deliveries
from homeward.procedures.selectors import built
from homeward.surveys.models import Invitation
from homeward.surveys.rules import quarter_of
from homeward.surveys.services import (
    answer_by_link,
    answer_for,
    ask_after_care,
    ask_staff,
    note_printed,
    note_said_no,
    note_survey_not_reached,
    set_survey_rule,
    token_of,
)
from homeward.surveys.states import BY_LINK, AskedBy, Audience
from homeward.teams.models import Account
from homeward.teams.selectors import actor_for

LINK = "https://merrowdale.example/survey/{}"
MONTHS = 4
SMALL = 0.25  # of a place that is smaller everybody whose care ended is asked, or there would be nothing to show
ASKED_ON = 12  # the day of each month on which care that ended lately is asked about
FORMS = {Audience.PERSON: "survey-person", Audience.CARER: "survey-carer", Audience.STAFF: "survey-staff"}
# How many in a hundred of those asked answer, by how they are asked
ANSWERED = {AskedBy.SMS: 42, AskedBy.EMAIL: 45, AskedBy.PHONE: 70, AskedBy.PAPER: 48, AskedBy.SCREEN: 80}
SAID_NO = 5
AGREED_TO_BE_KEPT = 20
GOOD = {"very_good": 46, "good": 34, "mixed": 11, "poor": 5, "very_poor": 2, "not_sure": 2}
TIRED = {"very_good": 24, "good": 36, "mixed": 24, "poor": 10, "very_poor": 3, "not_sure": 3}
OFTEN = {"always": 52, "mostly": 33, "seldom": 11, "never": 4}
# What else is answered, by question; {True: 80, False: 20} is yes of 100
SAID: dict[Audience, dict[str, dict[Any, float]]] = {
    Audience.PERSON: {
        "overall": GOOD, "told_once": {"never": 58, "sometimes": 31, "often": 11}, "listened": OFTEN,
        "knew_whom": {True: 78, False: 22}, "managing": {"better": 57, "same": 33, "worse": 10},
    },
    Audience.CARER: {
        "overall": TIRED, "asked_about_me": {True: 55, False: 45}, "included": OFTEN,
        "knew_whom": {True: 70, False: 30}, "can_go_on": {"can": 45, "with_help": 43, "cannot": 12},
    },
    Audience.STAFF: {
        "overall": {"very_good": 30, "good": 42, "mixed": 18, "poor": 8, "not_sure": 2},
        "knows_may": {"always": 48, "mostly": 42, "seldom": 10},
        "knows_whom": {"always": 55, "mostly": 37, "seldom": 8},
        "enough_time": {"always": 18, "mostly": 52, "seldom": 30},
        "one_team": {"always": 35, "mostly": 48, "seldom": 17},
        "stays": {"wants": 66, "unsure": 24, "leaves": 10},
    },
}  # fmt: skip
WORDS = {
    Audience.PERSON: (
        "They came when they said. Keep that.", "I can do my own stairs again.", "Ring before you come, please.",
        "Four different people in a week was a lot.", "The exercises sheet was too small to read.",
        "Nobody rushed me.", "I would have liked another week.", "They taught me, they did not do it for me.",
    ),
    Audience.CARER: (
        "I slept, for the first time in weeks.", "Tell me when the times change.",
        "Nobody asked how I was until the end.",
        "One number to phone made all the difference.", "More notice before it ended.",
    ),
    Audience.STAFF: (
        "The huddle at the start of the day works.", "Travel between visits is too tight in the evening.",
        "Being signed off for dressings was worth it.", "Two systems for leave is one too many.",
    ),
}  # fmt: skip


def make_surveys(making: Making) -> int:
    """Ask once a month about care that ended lately, and staff once a quarter; gives how many were asked."""
    designer = Account.objects.filter(services=making.service, role=Role.SERVICE_DESIGNER).order_by("pk").first()
    coordinator = Account.objects.filter(services=making.service, role=Role.FRONT_DOOR).order_by("pk").first()
    if designer is None or coordinator is None:
        return 0
    luck, asker, rings = making.luck("surveys"), actor_for(designer), actor_for(coordinator)
    days = _days(making.today)
    after = (REABLING, CARE) if making.size.share > SMALL else ()
    for audience, form in FORMS.items():
        set_survey_rule(
            actor=asker, service_id=making.service.pk, audience=audience, is_on=True, form_code=form,
            pathways=after if audience != Audience.STAFF else (), now=_noon(days[0] - timedelta(days=30)),
        )  # fmt: skip
    asked, quarters = 0, set()
    for day in days:
        at = _noon(day)
        told = {"actor": making.actor, "service_id": making.service.pk, "now": at}
        found = ask_after_care(link_for=LINK.format, **told)
        if quarter_of(day) not in quarters:
            quarters.add(quarter_of(day))
            found += ask_staff(**told)
        for delivery in take_deliveries(actor=making.actor, now=at, limit=len(found)):
            settle_delivery(actor=making.actor, delivery=delivery, now=at)
        for invitation in found:
            if (heard := at + timedelta(days=luck.randint(1, 20))) < making.now:
                _hear(luck, invitation, rings, heard)
        asked += len(found)
    return asked


def _days(today: date) -> list[date]:
    """The days on which somebody is asked, oldest first; the newest so lately that some can still answer."""
    months = [months_later(today.replace(day=ASKED_ON), -ago) for ago in range(MONTHS, 0, -1)]
    return [*months, today - timedelta(days=3)]


def _noon(day: date) -> datetime:
    return wall_clock(day, "12:00")


def _hear(luck: random.Random, one: Invitation, rings: Actor, at: datetime) -> None:
    """What came of one invitation, if anything."""
    audience = Audience(one.audience)
    answers = _answers(luck, audience, one)
    if one.asked_by == AskedBy.PAPER:
        note_printed(actor=rings, invitation=one, now=one.asked_at)
    if luck.uniform(0, 100) < ANSWERED[AskedBy(one.asked_by)]:
        may_keep = luck.uniform(0, 100) < AGREED_TO_BE_KEPT
        if one.asked_by in (*BY_LINK, AskedBy.SCREEN):
            answer_by_link(
                token=token_of(one), answers=answers, may_keep=may_keep, smallest=settings.SMALLEST_NUMBER, now=at
            )
        else:
            answer_for(actor=rings, invitation=one, given=one.asked_by, answers=answers, may_keep=may_keep, now=at)
    elif one.asked_by == AskedBy.PHONE:
        if luck.uniform(0, 100) < SAID_NO:
            note_said_no(actor=rings, invitation=one, note="", now=at)
        else:
            note_survey_not_reached(actor=rings, invitation=one, note="No answer, left no message.", now=at)


def _answers(luck: random.Random, audience: Audience, one: Invitation) -> Mapping[str, Any]:
    """What somebody answers to the questions of their form: the easy read one asks fewer."""
    asked = {question.code: {option.code for option in question.options} for question in built(one.form).questions}
    told: dict[str, Any] = {}
    for code, weights in SAID[audience].items():
        if code in asked and (code == "overall" or luck.random() < 0.9):
            offered = {key: many for key, many in weights.items() if not asked[code] or key in asked[code]}
            told[code] = weighted(luck, offered)
    if "better" in asked and luck.random() < 0.3:
        told["better"] = luck.choice(WORDS[audience])
    return told
