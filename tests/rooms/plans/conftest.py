"""An episode with a plan, and who writes it."""

import pytest

from homeward.access.rules import Role
from homeward.episodes.services import accept_referral


@pytest.fixture
def nurse(actor_with):
    return actor_with(Role.REGISTERED_PROFESSIONAL)


@pytest.fixture
def episode(coordinator, crisis, now):
    return accept_referral(actor=coordinator, referral=crisis, pathway_code="home-care-with-delegated-tasks", now=now)
