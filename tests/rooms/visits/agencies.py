"""Two employers of home care workers, their contracts and shifts, and a morning of visits to plan."""

from datetime import datetime, timedelta

from homeward.access.rules import Actor
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.roster.models import Contract, Shift
from homeward.roster.services import add_shifts
from homeward.roster.states import ContractKind, PayBasis
from homeward.teams.models import Organisation, Worker
from homeward.teams.services import add_organisations, add_workers
from homeward.visits.models import Visit
from homeward.visits.services import add_visits

POINT = (52.92, -1.47)


def open_agencies(service, now: datetime) -> tuple[Organisation, Organisation]:
    """An agency and a council that employ home care workers."""
    return tuple(
        add_organisations(
            actor=Actor.system("tests", service.pk),
            now=now,
            organisations=[
                Organisation(service=service, kind="home_care_agency", name="Larkmoor Care", is_employer=True),
                Organisation(service=service, kind="council", name="Merrow Council", is_employer=True),
            ],
        )
    )


def hire(
    employer: Organisation, name: str, now: datetime, *, kind=ContractKind.HOURS, basis=PayBasis.SHIFT,
    weekly_minutes: int | None = 35 * 60, hourly_pence: int = 2000, skills=("home_care_worker",), north: float = 0.0,
) -> Worker:  # fmt: skip
    """A worker of an employer with a contract, living so many degrees north of the middle."""
    worker = Worker(
        service=employer.service, organisation=employer, local_reference=name.replace(" ", ""), name=name,
        skills=list(skills), latitude=POINT[0] + north, longitude=POINT[1],
    )  # fmt: skip
    add_workers(actor=Actor.system("tests", employer.service_id), workers=[worker], now=now)
    Contract.objects.create(
        worker=worker, kind=kind, pay_basis=basis, weekly_minutes=weekly_minutes, hourly_pence=hourly_pence,
        starts_on=now.date() - timedelta(days=100),
    )  # fmt: skip
    return worker


def on_shift(worker: Worker, now: datetime, begins: int, ends: int, days: int = 0) -> Shift:
    """A shift of whole hours of the clock, today or some days from it."""
    midnight = now.replace(hour=0, minute=0) + timedelta(days=days)
    [shift] = add_shifts(
        actor=Actor.system("tests", worker.service_id),
        service_id=worker.service_id,
        now=now,
        shifts=[
            Shift(
                worker=worker, day=midnight.date(), starts_at=midnight + timedelta(hours=begins),
                ends_at=midnight + timedelta(hours=ends), start_latitude=worker.latitude,
                start_longitude=worker.longitude,
            )
        ],
    )  # fmt: skip
    return shift


def morning(service, now: datetime, number: int, *, minutes: int = 30, is_hard: bool = False) -> list[Visit]:
    """Visits of so many people near by, one each, half an hour apart from 09:30, each with a window of an hour."""
    actor = Actor.system("tests", service.pk)
    visits = []
    for one in range(number):
        person = register_person(
            actor=actor, service_id=service.pk, now=now,
            new=NewPerson(
                given_name="Person", family_name=f"Number {one}",
                address=NewAddress(
                    lines=f"{one} Made Up Road", postcode="DE1 3DA", latitude=POINT[0] + one / 500, longitude=POINT[1]
                ),
            ),
        )  # fmt: skip
        opens = now.replace(hour=9, minute=30) + timedelta(minutes=30 * one)
        visits.append(
            Visit(
                service=service, person=person, address=person.addresses.first(), day=now.date(), title="Morning care",
                window_opens_at=opens, window_closes_at=opens + timedelta(hours=1), is_window_hard=is_hard,
                slots=[{"skill": "home_care_worker", "minutes": minutes}],
            )
        )  # fmt: skip
    add_visits(actor=actor, service_id=service.pk, visits=visits, now=now)
    return visits
