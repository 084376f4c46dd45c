"""Browsers of several roles, a person they care for, and a store of its own for the test."""

from tests.rooms.documents.conftest import folder  # noqa: F401
from tests.web.people.conftest import inside, ivy, nhs, nurse, signed_in  # noqa: F401
