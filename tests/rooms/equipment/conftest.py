"""A store with two owners, and what is in it, made by the services."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.equipment.models import Kind
from homeward.equipment.services import (
    NewAsk,
    NewDevice,
    NewStock,
    add_usual_kinds,
    ask_for_equipment,
    hand_over,
    open_store,
    receive_stock,
    reserve,
)
from homeward.kernel.rules import london_day
from homeward.teams.models import Organisation


@pytest.fixture
def keeper(somebody) -> Actor:
    """Who runs the store."""
    return somebody(Role.ROSTER_PLANNER, "Kit Keeper")


@pytest.fixture
def manager(somebody) -> Actor:
    return somebody(Role.CASE_MANAGER, "Cas Manager")


@pytest.fixture
def responder(somebody) -> Actor:
    return somebody(Role.CRISIS_RESPONDER, "Rae Sponder")


@pytest.fixture
def centre(service) -> Actor:
    """A monitoring centre's system."""
    return Actor(name="Lifeline centre", role=Role.MACHINE, account_id=None, service_ids=frozenset({service.pk}))


@pytest.fixture
def owners(service) -> tuple[Organisation, Organisation]:
    return tuple(
        Organisation.objects.create(service=service, kind=kind, name=name)
        for kind, name in (("council", "Stock Council"), ("nhs_trust", "Stock Trust"))
    )


@pytest.fixture
def store(keeper, service, now):
    add_usual_kinds(actor=keeper, service_id=service.pk, now=now)
    return open_store(actor=keeper, service_id=service.pk, name="Foundry Lane", now=now)


@pytest.fixture
def stock(keeper, store, owners, now):
    """Takes so many of a kind into stock: `stock("commode", 2)`."""

    def receive(code: str, quantity: int = 1, at=store, **more):
        kind = Kind.objects.get(service=at.service, code=code)
        more = {"owner": owners[0], **more}
        return receive_stock(actor=keeper, new=NewStock(kind=kind, store=at, quantity=quantity, **more), now=now)

    return receive


@pytest.fixture
def asked(manager, ivy, store, now):
    """Asks for something for Ivy: `asked("commode")`."""

    def ask(code: str, days: int = 2, **more):
        by = london_day(now) + timedelta(days)
        new = NewAsk(kind_code=code, why="Cannot reach the toilet at night", needed_by=by, **more)
        return ask_for_equipment(actor=manager, person=ivy, new=new, now=now)

    return ask


@pytest.fixture
def lent(keeper, stock, asked, now):
    """Lends Ivy one new thing: `lent("pendant", identifier="C-1")`."""

    def lend(code: str, identifier: str = "", **more):
        [item] = stock(code, **more)
        request = reserve(actor=keeper, request=asked(code), item=item, now=now)
        device = NewDevice(identifier, "Lifeline", "07700 900400", "Hall", "Pressed, the centre answered") if (
            identifier
        ) else None  # fmt: skip
        told = {"shown": "How to use it", "shown_to": "Ivy and her daughter", "device": device}
        return hand_over(actor=keeper, request=request, now=now, **told)

    return lend
