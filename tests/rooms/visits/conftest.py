"""Fixtures of the tests of visits."""

import pytest

from tests.rooms.visits.delegating import make_team


@pytest.fixture
def team(service, now):
    """A nurse and three home care workers of one employer, on shift all day near Ivy."""
    return make_team(service, now)
