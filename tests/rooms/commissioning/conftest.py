"""Providers with contracts, somebody who needs care, and what was delivered."""

from datetime import date, datetime, timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.commissioning.models import CareContract, Package, Provider
from homeward.commissioning.services import (
    NewContract,
    NewPackage,
    NewProvider,
    NewRate,
    NewVisit,
    add_contract,
    add_provider,
    add_rate,
    answer_offer,
    ask_package,
    choose_offer,
    keep_capacity_answer,
    send_offers,
    start_package,
)
from homeward.kernel.rules import wall_clock
from homeward.teams.models import Organisation, Worker
from homeward.visits.models import Assignment, Visit
from homeward.visits.planning import FreeAnswer, FreeDay

MORNING = NewVisit("Morning care", "1234567", "08:00", "09:00", 30)
EVENING = NewVisit("Evening care", "1234567", "18:00", "19:00", 45)


@pytest.fixture
def commissioner(somebody) -> Actor:
    return somebody(Role.COMMISSIONER, "Una Marsh")


@pytest.fixture
def case_manager(somebody) -> Actor:
    return somebody(Role.CASE_MANAGER, "Joan Holt")


@pytest.fixture
def contract(commissioner, service, now):
    """Makes a provider with a contract at 20.40 an hour: `contract("Larkmoor", quality=80)`."""

    def make(name: str = "Larkmoor", pence: int = 2040, quality: int | None = None, **more) -> CareContract:
        new = NewProvider(name, "private", "office@example.org", quality=quality, quality_source="Monitoring visit")
        provider = Provider.objects.filter(organisation__name=name).first() or add_provider(
            actor=commissioner, service_id=service.pk, new=new, now=now
        )
        told = {"reference": f"C-{name}", "starts_on": date(2026, 1, 1), "kinds": ("home_care",)} | more
        made = add_contract(actor=commissioner, provider=provider, new=NewContract(**told), now=now)
        price = NewRate("home_care", "day", "hour", pence, date(2026, 1, 1))
        add_rate(actor=commissioner, contract=made, new=price, now=now)
        return made

    return make


@pytest.fixture
def asked(case_manager, ivy, cared_for, now):
    """Asks for a package for Ivy: `asked(visits=(MORNING,))`."""

    def make(person=None, **more) -> Package:
        person = person or ivy
        if not person.episodes.exists():
            cared_for(person)
        told = {
            "kind": "home_care", "starts_on": now.date(), "visits": (MORNING, EVENING), "council_percent": 60,
            "needs_text": "Help to wash and dress. Walks with a frame.",
        } | more  # fmt: skip
        return ask_package(actor=case_manager, person=person, new=NewPackage(**told), now=now)

    return make


@pytest.fixture
def no_room(commissioner, now):
    """Keeps the answer that there is no room in house."""

    def keep(package: Package, placed: int = 0):
        answer = FreeAnswer((FreeDay(now.date(), 2, placed, "Everybody is with somebody else then."),))
        return keep_capacity_answer(actor=commissioner, package=package, answer=answer, now=now)

    return keep


@pytest.fixture
def started(commissioner, asked, no_room, contract, now):
    """A package that a provider is delivering: `started()`."""

    def make(terms: CareContract | None = None, begins: datetime | None = None, person=None, **more) -> Package:
        terms = terms or contract()
        package = asked(person, **more)
        no_room(package)
        offer, token = send_offers(
            actor=commissioner, package=package, contracts=[terms], answer_by=now + timedelta(hours=4),
            why_not_in_house="", now=now,
        )[0]  # fmt: skip
        answer_offer(token=token, can_take=True, name="Bo Lark", can_start_on=now.date(), text="", now=now)
        offer.refresh_from_db()
        choose_offer(actor=commissioner, offer=offer, reason="The only one", now=now)
        package = start_package(actor=commissioner, package=package, day=now.date(), now=now)
        if begins is not None:  # as if it had begun before
            Package.objects.filter(pk=package.pk).update(started_on=begins)
            package.refresh_from_db()
        return package

    return make


@pytest.fixture
def worker_of(service):
    """A worker of a contract's provider."""

    def make(terms: CareContract, name: str = "Fern") -> Worker:
        organisation = Organisation.objects.get(pk=terms.provider.organisation_id)
        return Worker.objects.create(
            service=service, organisation=organisation, local_reference=f"{name}-{terms.pk}", name=name,
            skills=["home_care_worker"],
        )  # fmt: skip

    return make


@pytest.fixture
def visited(service):
    """Somebody was visited: `visited(person, day, "08:05", 30, fern)`, by several workers at once where several are."""

    def make(person, day: date, at: str, minutes: int, *workers: Worker) -> Visit:
        starts = wall_clock(day, at)
        visit = Visit.objects.create(
            service=service, person=person, day=day, title="Care", window_opens_at=starts, window_closes_at=starts,
            slots=[{"skill": "home_care_worker", "minutes": minutes}] * len(workers), state="done",
        )  # fmt: skip
        ends = starts + timedelta(minutes=minutes)
        for slot, worker in enumerate(workers):
            Assignment.objects.create(
                visit=visit, slot=slot, worker=worker, starts_at=starts, ends_at=ends, arrived_at=starts, left_at=ends,
                state="left",
            )  # fmt: skip
        return visit

    return make
