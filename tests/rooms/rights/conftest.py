"""A privacy officer, and readings of records already sealed."""

import pytest

from homeward.access.rules import Actor, Role
from homeward.audit.services import record, seal_all


@pytest.fixture
def officer(somebody) -> Actor:
    return somebody(Role.PRIVACY_OFFICER, "Grace Officer")


@pytest.fixture
def second(somebody) -> Actor:
    return somebody(Role.PRIVACY_OFFICER, "Second Officer")


@pytest.fixture
def opened(service, system, now):
    """Says that somebody opened a record: `opened(reader, ivy.pk, at=...)`."""

    def add(reader: Actor, person_id: int, at=None, action: str = "open record") -> None:
        record(
            actor=reader, action=action, subject=("person", person_id), person_id=person_id, now=at or now,
            service_id=service.pk,
        )  # fmt: skip
        seal_all(actor=system, now=now)

    return add
