"""A house with a few beds, its manager, and people who wait for one."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.beds.models import Bed, BedReferral, BedStay, House
from homeward.beds.services import (
    NewBedReferral,
    NewHouse,
    NewRoom,
    accept_bed_referral,
    accept_offer,
    add_room,
    admit,
    offer_bed,
    open_house,
    refer_to_bed,
)
from homeward.kernel.rules import london_day
from homeward.people.models import Person
from homeward.people.services import NewAddress, NewPerson, register_person

# Every criterion of the pathway is met and no exclusion holds
MET = {
    "no_hospital": True, "not_safe_home": True, "can_gain": True, "wants_it": True, "has_way_home": True,
    "home_would_do": False, "hospital_care": False, "long_term": False, "last_weeks": False,
}  # fmt: skip


@pytest.fixture
def lead(somebody) -> Actor:
    return somebody(Role.BED_LEAD, "Grace Hall")


@pytest.fixture
def house(service, lead, now) -> House:
    """Two single rooms downstairs, one en-suite, and a room of two upstairs."""
    new = NewHouse(
        name="Sallow House", lines="14 Weaver Street", postcode="DE1 3DA", latitude=52.92, longitude=-1.47,
        phone="07700 900111",
    )  # fmt: skip
    house = open_house(actor=lead, service_id=service.pk, new=new, now=now)
    for room in (
        NewRoom(name="Room 1", beds=("Bed 1",), is_en_suite=True, equipment=("profiling", "hoist")),
        NewRoom(name="Room 2", beds=("Bed 2",)),
        NewRoom(name="Room 3", beds=("Bed 3", "Bed 4"), floor=1),
    ):
        add_room(actor=lead, house=house, new=room, now=now)
    return house


@pytest.fixture
def bed(house):
    """A bed by its name: `bed("Bed 3")`."""
    return lambda name="Bed 1": Bed.objects.select_related("room__house").get(room__house=house, name=name)


@pytest.fixture
def someone(service, coordinator, now):
    """Registers somebody: `someone("Al", gender="male")`."""

    def make(given_name: str = "Al", gender: str = "female") -> Person:
        new = NewPerson(
            given_name=given_name, family_name="Moss", gender=gender, birth_date=date(1940, 5, 1),
            phone="07700 900222", address=NewAddress(lines="3 Made Up Lane", postcode="DE1 3DA"),
        )  # fmt: skip
        return register_person(actor=coordinator, service_id=service.pk, new=new, now=now)

    return make


@pytest.fixture
def asked(lead, someone, now):
    """Asks for a bed for somebody: `asked(person, needs_en_suite=True)`."""

    def make(person: Person | None = None, at=now, **told) -> BedReferral:
        told = {"came_from": "hospital", "criteria": MET, "reason": "Not safe alone at night yet"} | told
        return refer_to_bed(actor=lead, person=person or someone(), new=NewBedReferral(**told), now=at)

    return make


@pytest.fixture
def waiting(lead, asked, now):
    """Somebody accepted, who waits for a bed."""

    def make(person: Person | None = None, at=now, **told) -> BedReferral:
        return accept_bed_referral(actor=lead, referral=asked(person, at, **told), now=at)

    return make


@pytest.fixture
def offered(lead, waiting, bed, now):
    """Somebody offered a bed: `offered("Bed 1")`."""

    def make(name: str = "Bed 1", at=now, referral: BedReferral | None = None):
        return offer_bed(
            actor=lead, referral=referral or waiting(at=at), bed=bed(name), held_until=at + timedelta(hours=4), now=at
        )

    return make


@pytest.fixture
def staying(lead, offered, now):
    """Somebody in a bed since so many days: `staying("Bed 1", days=10)`."""

    def make(name: str = "Bed 1", days: int = 0, referral: BedReferral | None = None, leaving_in: int = 28) -> BedStay:
        at = now - timedelta(days=days)
        use = accept_offer(actor=lead, use=offered(name, at, referral), answered_by="Herself", now=at)
        leaving_on = london_day(at) + timedelta(days=leaving_in)
        return admit(actor=lead, use=use, moved_in_at=at, leaving_on=leaving_on, now=at, next_step="See the stairs")

    return make
