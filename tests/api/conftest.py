"""A fictitious referral message, and ways to change it."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from homeward.api.fhir.wire import read_message

MESSAGES = Path(__file__).parent / "messages"


@pytest.fixture(scope="session")
def xml_message() -> bytes:
    """999 asks for a two-hour community response; fictitious."""
    return (MESSAGES / "999-to-community.xml").read_bytes()


@pytest.fixture
def message(xml_message) -> dict:
    """The same message as plain FHIR JSON, for a test to change."""
    return read_message(xml_message).resource


@pytest.fixture(scope="session")
def part():
    """Finds a resource of a message by its type: `part(message, "Patient")`."""

    def find(message: dict, resource_type: str, place: int = 0) -> dict:
        found = [entry["resource"] for entry in message["entry"]]
        return [resource for resource in found if resource["resourceType"] == resource_type][place]

    return find


@pytest.fixture(scope="session")
def sent():
    """A message as the bytes that go over the wire."""

    def plain(value: object) -> float | str:
        return float(value) if isinstance(value, Decimal) else str(value)

    def write(message: dict) -> bytes:
        return json.dumps(message, default=plain).encode()

    return write
