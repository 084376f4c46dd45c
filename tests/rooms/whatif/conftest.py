"""The people and marks of delegation, for weighing what one more sign-off would do."""

from tests.rooms.delegation.conftest import (  # noqa: F401
    all_well,
    delegated,
    employers,
    hire,
    nurse,
    nurse_worker,
    registered,
    says,
    signed,
    signed_in,
    watched,
)
