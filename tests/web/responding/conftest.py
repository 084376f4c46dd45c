"""An accepted crisis on the board, and a responder in front of it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from homeward.access.rules import Role
from homeward.episodes.models import Episode
from homeward.episodes.services import accept_referral
from homeward.visits.models import Assignment, Visit
from homeward.visits.services import assign_worker, need_response


@pytest.fixture
def responder(sign_in) -> Client:
    return sign_in(Role.CRISIS_RESPONDER, "Ben Carter")


@dataclass
class Responding:
    episode: Episode
    visit: Visit


@pytest.fixture
def response(desk, ivy, refer, workers, now) -> Responding:
    """An accepted crisis and the two that the planner proposed for it, due in nine minutes."""
    referral = refer(ivy, minutes_ago=30, need_text="Fell this morning", promised_text="Someone by 3pm")
    episode = accept_referral(actor=desk, referral=referral, pathway_code="integrated-crisis-response", now=now)
    visit = need_response(actor=desk, episode=episode, now=now)
    start = now + timedelta(minutes=9)
    for slot, worker in enumerate(workers):
        Assignment.objects.create(
            visit=visit, slot=slot, worker=worker, starts_at=start, ends_at=start + timedelta(hours=1), travel_minutes=5
        )
    return Responding(episode, visit)


@pytest.fixture
def sent(desk, response, workers, now) -> list[Assignment]:
    return [
        assign_worker(
            actor=desk, visit=response.visit, slot=slot, worker=worker, starts_at=now + timedelta(minutes=9), now=now
        )
        for slot, worker in enumerate(workers)
    ]


def at(response) -> str:
    return f"/responding/{response.episode.pk}"


def sending(response, workers, slots=(0, 1)) -> dict:
    return {
        "who": [f"{slot}:{workers[slot].pk}" for slot in slots],
        "at": (timezone.now() + timedelta(minutes=12)).isoformat(),
        "scene": "safe",
    }
