"""Whom a huddle speaks of and in which order, and who is best suited to do something."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.discharge.states.rounds import HuddleNeed

# Somebody admitted since this long before a huddle is new to it: a day and a night, and the round between.
# Local decision.
NEW_WITHIN = timedelta(hours=26)
# How long one person takes and how long the whole may take before the page says so. Local decisions.
PERSON_MINUTES, HUDDLE_MINUTES = 3, 45
# The reasons in the order they are spoken of: whoever lies ready longest loses most by every day (NHS England counts
# bed days after the discharge-ready date), then what only this meeting can unblock, then today's departures.
ORDER = tuple(need for need in HuddleNeed if need is not HuddleNeed.ADDED)


# Which professional can most often move on what is held up for each national delay reason. A local decision, and only
# where a proposal begins: whoever holds the huddle chooses another skill, or somebody else.
_THERAPY = ("occupational_therapist", "physiotherapist")
_SOCIAL = ("social_worker", "care_act_assessor")
PROFESSIONS = ("nurse", "occupational_therapist", "physiotherapist", "social_worker", "care_act_assessor")
SKILLS_FOR_REASON: Mapping[str, tuple[str, ...]] = {
    "medical_review": ("advanced_clinical_practitioner", "nurse"),
    "therapy_review": _THERAPY,
    "destination": ("occupational_therapist",),
    "safeguarding": ("social_worker",),
    "capacity": ("social_worker",),
    "family_concerns": ("social_worker", "nurse"),
    "needs_and_pathway": (*_SOCIAL, "nurse"),
    "hub_referrals": _SOCIAL,
    "funding": _SOCIAL,
    "care_home_arranging": _SOCIAL,
    "reablement_arranging": _THERAPY,
    "home_care_arranging": _SOCIAL,
    "home_health_arranging": ("nurse",),
    "end_of_life_arranging": ("nurse",),
    "self_funded": _SOCIAL,
    "choice": _SOCIAL,
    "homeless_housing": ("social_worker",),
    "no_recourse": ("social_worker",),
    "provider_action": _SOCIAL,
    "care_home_none": _SOCIAL,
    "reablement_none": _THERAPY,
    "home_care_none": _SOCIAL,
    "home_health_none": ("nurse",),
    "end_of_life_none": ("nurse",),
    "equipment": ("occupational_therapist",),
    "adaptations": ("occupational_therapist",),
    "restart": _SOCIAL,
    "housing_none": ("social_worker",),
}


@dataclass(frozen=True, slots=True)
class StayFacts:
    """What decides whether a huddle must speak of somebody."""

    stay_id: int
    admitted_at: datetime
    ready_at: datetime | None
    expected_on: date | None
    is_blocked: bool
    is_known: bool
    unanswered: int


@dataclass(frozen=True, slots=True)
class Needed:
    """Somebody on the list, and every reason why, the first of them the one that gave the place."""

    stay_id: int
    needs: tuple[HuddleNeed, ...]


def needs_of(facts: StayFacts, today: date, now: datetime) -> tuple[HuddleNeed, ...]:
    """Why a huddle must speak of somebody, in the order of reasons; nothing where it need not."""
    holds: Mapping[HuddleNeed, bool] = {
        HuddleNeed.READY: facts.ready_at is not None and facts.ready_at <= now,
        HuddleNeed.BLOCKED: facts.is_blocked,
        HuddleNeed.EXPECTED: facts.expected_on is not None and facts.expected_on <= today,
        HuddleNeed.NEW: facts.is_known and now - facts.admitted_at <= NEW_WITHIN,
        HuddleNeed.UNANSWERED: facts.unanswered > 0,
    }
    return tuple(need for need in ORDER if holds[need])


def list_by_need(stays: Iterable[StayFacts], today: date, now: datetime) -> list[Needed]:
    """Whom the huddle speaks of, each once: by their first reason, and within it longest ready, then longest in."""
    found = [(facts, needs_of(facts, today, now)) for facts in stays]

    def place(one: tuple[StayFacts, tuple[HuddleNeed, ...]]) -> tuple:
        facts, needs = one
        return (ORDER.index(needs[0]), facts.ready_at or facts.admitted_at, facts.admitted_at, facts.stay_id)

    return [Needed(facts.stay_id, needs) for facts, needs in sorted((one for one in found if one[1]), key=place)]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be asked to do something for a person."""

    worker_id: int
    name: str
    job_title: str
    skills: frozenset[str]
    on_until: datetime | None
    open_actions: int
    kilometres: float | None
    has_visited: bool


@dataclass(frozen=True, slots=True)
class Suited:
    """A candidate with the place they have among all who could, and what gave it."""

    candidate: Candidate
    has_fewest: bool
    is_nearest: bool
    of: int


def best_suited(candidates: Collection[Candidate], skills: Collection[str]) -> list[Suited]:
    """Who could do what needs one of these skills (any, where none is named), the best suited first.

    On shift before off it, then who knows the person, then who has the fewest open actions, then who is nearest to
    the person's home. A person chooses; the order only proposes.
    """
    able = [one for one in candidates if not skills or one.skills & frozenset(skills)]
    fewest = min((one.open_actions for one in able), default=0)
    nearest = min((one.kilometres for one in able if one.kilometres is not None), default=None)

    def place(one: Candidate) -> tuple:
        far = one.kilometres if one.kilometres is not None else float("inf")
        return (one.on_until is None, not one.has_visited, one.open_actions, far, one.name)

    return [
        Suited(one, one.open_actions == fewest, nearest is not None and one.kilometres == nearest, len(able))
        for one in sorted(able, key=place)
    ]


def spoken_seconds(before: int, opened_at: datetime | None, now: datetime) -> int:
    """How long a huddle has spoken of one person, counting a stretch that still runs."""
    return before + (max(0, round((now - opened_at).total_seconds())) if opened_at is not None else 0)
