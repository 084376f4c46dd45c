"""Somebody who may change records, and somebody who may not."""

import pytest

from homeward.access.rules import Actor, Role


@pytest.fixture
def manager(actor_with) -> Actor:
    return actor_with(Role.CASE_MANAGER, employer="Derwent Council", job_title="Social worker")


@pytest.fixture
def carer(actor_with) -> Actor:
    return actor_with(Role.FIELD_WORKER)
