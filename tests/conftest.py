"""What every test may use."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from homeward.access.rules import Actor, Role
from homeward.kernel.rules import LONDON

# A busy machine is slow, not wrong: times are measured in `make bench`
settings.register_profile("homeward", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("homeward")

pytest_plugins = ["tests.serving"]
SHARED = Path(__file__).resolve().parents[1].parent / "shared"


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in winter."""
    return datetime(2026, 11, 24, 9, 0, tzinfo=LONDON)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public inputs beside the project; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"the public inputs are not beside the project ({SHARED.name}/ is absent)")
    return SHARED


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A database with the procedures published once: doing so in every test takes longer than most of them."""
    from homeward.procedures.services import publish_library

    with django_db_blocker.unblock():
        publish_library(actor=Actor.system("tests"), now=datetime(2026, 11, 1, 9, 0, tzinfo=LONDON))


@pytest.fixture
def system(db) -> Actor:
    """The service acting by itself, in no service yet."""
    return Actor.system("tests")


@pytest.fixture
def service(db, system, now):
    """A service with its procedures published (again only after a test that emptied the database)."""
    from homeward.procedures.models import Procedure
    from homeward.procedures.services import publish_library
    from homeward.teams.services import open_service

    if not Procedure.objects.exists():
        publish_library(actor=system, now=now)
    return open_service(actor=system, code="derwent", name="Derwent Community First", now=now)


@pytest.fixture
def somebody(service, now):
    """Makes an actor with an account of their own: `somebody(Role.FRONT_DOOR, "Priya Shah")`."""
    from homeward.teams.selectors import actor_for
    from homeward.teams.services import open_account

    def make(role: Role, name: str = "Test Person") -> Actor:
        account = open_account(
            actor=Actor.system("tests", service.pk), username=f"{role}-{name}".replace(" ", "-").lower(),
            password="a long made up phrase", full_name=name, role=role, services=[service], now=now,
        )  # fmt: skip
        return actor_for(account)

    return make


@pytest.fixture
def actor_with(service):
    """Makes an actor with a role in the service: `actor_with(Role.FRONT_DOOR)`."""

    def make(role: Role, **more) -> Actor:
        return Actor(name="Test Person", role=role, account_id=1, service_ids=frozenset({service.pk}), **more)

    return make


@pytest.fixture
def cared_for(db):
    """Puts a person on a pathway, so that their team may see their record: `cared_for(ivy)` gives the person again."""
    from homeward.episodes.models import Episode
    from homeward.procedures.selectors import built, procedure

    def make(person, pathway_code: str = "home-care-with-delegated-tasks"):
        row = procedure("pathway", pathway_code)
        Episode.objects.create(
            service_id=person.service_id,
            person=person,
            pathway=row,
            stage=built(row).stages[1].code,
            started_at=datetime(2026, 11, 1, 9, 0, tzinfo=LONDON),
        )
        return person

    return make
