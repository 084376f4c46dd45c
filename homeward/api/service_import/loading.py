"""Putting one day of a reading into the record: only what is not there yet, through the rooms' own services."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db import transaction

from homeward.access.rules import Actor
from homeward.api.service_import.faults import Fault
from homeward.api.service_import.reading import PEOPLE, SHIFTS, TRAVEL, VISITS, Reading, ReadVisit
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.people.rules import NO_ETHNICITY
from homeward.people.services import NewAddress, NewPerson, change_facts, register_people
from homeward.people.states import EthnicitySource
from homeward.roster.models import Shift
from homeward.roster.services import add_shifts
from homeward.teams.models import Organisation, Service, Worker
from homeward.teams.services import add_organisations, add_workers, open_service
from homeward.visits.models import TravelTable, Visit
from homeward.visits.services import add_visits, keep_travel_table

EMPLOYER = "Employer not given"
# The files say how many workers a visit needs and nothing of what they must be able to do.
SKILL = "home_care_worker"
TITLE = "Home care visit"
# A local choice: a visit two hours late is no longer the visit that was meant, so it is better shown as not possible.
# The planner counts 2 for each minute that each worker is late.
UNDONE_COST_PER_WORKER = 2 * 120


class LoadedDifferentlyError(RefusedError):
    """The record already holds something else under the same reference. `faults` says what and where."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("What was loaded before differs from these files.")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class LoadedDay:
    """What loading a day added; `visits_before` were there already and `visits_gone` are no longer in the files.

    `ethnic_groups`: of how many people who were there already the files say one that the record did not have.
    """

    service: Service
    is_new_service: bool
    people: int
    workers: int
    shifts: int
    visits: int
    is_travel_new: bool
    visits_before: int
    visits_gone: int
    ethnic_groups: int

    @property
    def changed_nothing(self) -> bool:
        return not (
            self.people or self.workers or self.shifts or self.visits or self.is_travel_new or self.ethnic_groups
        )


@transaction.atomic
def load_day(
    *,
    actor: Actor,
    code: str,
    name: str,
    reading: Reading,
    day: date,
    tolerance_minutes: int,
    now: datetime,
) -> LoadedDay:
    """Load one day of a reading into the service with this code, opened if there is none. Twice changes nothing.

    A visit may start `tolerance_minutes` either side of the time the file gives; starting later is late, not
    forbidden. Only faultless rows are in a reading, so whoever calls decides whether loading in part is wanted.

    Raises: NotAllowedError; RefusedError when the code belongs to a service that is not an import, or a shift
    overlaps one loaded before; LoadedDifferentlyError when rows loaded before now say something else.
    """
    service = Service.objects.filter(code=code).first()
    is_new_service = service is None
    if service is None:
        service = open_service(
            actor=actor,
            code=code,
            name=name,
            now=now,
            about=about_text(reading, tolerance_minutes),
            is_fictitious=False,
        )
    elif not TravelTable.objects.filter(service=service).exists():
        raise RefusedError(f"{service.name} ({code}) was not made by an import. Choose another code.")
    actor = Actor.system(actor.name, service.pk)
    visits = [visit for visit in reading.visits if visit.day == day]
    is_travel_new = _keep_travel(actor, service, reading, now)
    people, people_added = _people(actor, service, reading, visits, day, now)
    ethnic_groups = _ethnic_groups(actor, reading, people, now)
    workers_added, shifts_added = _shifts(actor, service, reading, day, now)
    new, before, gone = _new_visits(service, people, visits, day, timedelta(minutes=tolerance_minutes))
    if new:
        add_visits(actor=actor, service_id=service.pk, visits=new, now=now)
    return LoadedDay(
        service=service,
        is_new_service=is_new_service,
        people=people_added,
        workers=workers_added,
        shifts=shifts_added,
        visits=len(new),
        is_travel_new=is_travel_new,
        visits_before=before,
        visits_gone=gone,
        ethnic_groups=ethnic_groups,
    )


def about_text(reading: Reading, tolerance_minutes: int) -> str:
    """What every reader of an imported service must know."""
    left_out = f" {len(reading.faults)} faults in its files left some rows out." if reading.faults else ""
    return (
        "Anonymised days of a real home care service, imported from its files. They hold no names, addresses or"
        " co-ordinates, so people and workers go by reference and there is no map. Each visit has one stated time:"
        f" {tolerance_minutes} minutes either side is allowed for here. Travel is the service's own, between homes"
        f" only. Employers and skills are not given.{left_out}"
    )


def _keep_travel(actor: Actor, service: Service, reading: Reading, now: datetime) -> bool:
    keys = list(reading.travel.place_keys)
    seconds = np.ascontiguousarray(reading.travel.seconds, dtype="<i4").tobytes()
    kept = TravelTable.objects.filter(service=service).first()
    if kept is not None:
        if kept.place_keys == keys and bytes(kept.seconds) == seconds:
            return False
        lost = sorted(set(kept.place_keys) - set(keys))
        if lost:
            text = (
                f"{_some(lost)} had travel times when loaded before. Keep their rows and columns, or use another code."
            )
            raise LoadedDifferentlyError([Fault(TRAVEL, None, "", text)])
    keep_travel_table(actor=actor, service_id=service.pk, place_keys=keys, seconds=seconds, now=now)
    return True


def _some(references: list[str]) -> str:
    shown = ", ".join(references[:5])
    return shown if len(references) <= 5 else f"{shown} and {len(references) - 5} more"


def _people(
    actor: Actor, service: Service, reading: Reading, visits: list[ReadVisit], day: date, now: datetime
) -> tuple[dict[str, Person], int]:
    wanted = list(dict.fromkeys(visit.person_reference for visit in visits))
    known = _people_of(service)
    new = [reference for reference in wanted if reference not in known]
    said = {one.reference: one.ethnic_category for one in reading.people}
    if new:
        register_people(
            actor=actor,
            service_id=service.pk,
            # Even their language is not given: empty says so.
            people=[
                NewPerson(
                    reference=reference,
                    language="",
                    address=NewAddress(place_key=reference),
                    ethnic_category=said.get(reference, ""),
                    ethnic_category_by=EthnicitySource.OTHER,  # the files do not say who gave it
                )
                for reference in new
            ],
            since=min([day, *reading.days]),
            now=now,
        )
    return _people_of(service), len(new)


def _ethnic_groups(actor: Actor, reading: Reading, people: dict[str, Person], now: datetime) -> int:
    """Fill in the ethnic groups that the record does not have yet.

    Raises: LoadedDifferentlyError where it has another.
    """
    known = [(one, people[one.reference]) for one in reading.people if one.ethnic_category and one.reference in people]
    known = [(one, person) for one, person in known if one.ethnic_category != person.ethnic_category]
    faults = [
        Fault(PEOPLE, one.row, "EthnicGroup", "the record has another by now. Put this one right, or leave it empty.")
        for one, person in known
        if person.ethnic_category not in NO_ETHNICITY and one.ethnic_category not in NO_ETHNICITY
    ]
    if faults:
        raise LoadedDifferentlyError(faults)
    missing = [(one, person) for one, person in known if person.ethnic_category in NO_ETHNICITY]
    for one, person in missing:
        values = {"ethnic_category": one.ethnic_category, "ethnic_category_by": EthnicitySource.OTHER.value}
        change_facts(actor=actor, person=person, values=values, now=now)
    return len(missing)


def _people_of(service: Service) -> dict[str, Person]:
    return {one.reference: one for one in Person.objects.filter(service=service).prefetch_related("addresses")}


def _shifts(actor: Actor, service: Service, reading: Reading, day: date, now: datetime) -> tuple[int, int]:
    shifts = [shift for shift in reading.shifts if shift.day == day]
    workers = {one.local_reference: one for one in Worker.objects.filter(service=service)}
    new_workers = [
        reference for reference in dict.fromkeys(shift.worker_reference for shift in shifts) if reference not in workers
    ]
    if new_workers:
        employer = _employer(actor, service, now)
        added = add_workers(
            actor=actor,
            workers=[
                Worker(service=service, organisation=employer, local_reference=reference, skills=[SKILL])
                for reference in new_workers
            ],
            now=now,
        )
        workers.update({one.local_reference: one for one in added})
    held = {(one.worker_id, one.starts_at): one for one in Shift.objects.filter(worker__service=service, day=day)}
    faults = []
    new = []
    for shift in shifts:
        worker = workers[shift.worker_reference]
        before = held.get((worker.pk, shift.starts_at))
        if before is None:
            new.append(Shift(worker=worker, day=day, starts_at=shift.starts_at, ends_at=shift.ends_at))
        elif before.ends_at != shift.ends_at:
            text = "this shift had another end when loaded before. Put it back, or load under another code."
            faults.append(Fault(SHIFTS, shift.row, "End", text))
    if faults:
        raise LoadedDifferentlyError(faults)
    if new:
        add_shifts(actor=actor, service_id=service.pk, shifts=new, now=now)
    return len(new_workers), len(new)


def _employer(actor: Actor, service: Service, now: datetime) -> Organisation:
    employer = Organisation.objects.filter(service=service, name=EMPLOYER).first()
    if employer is not None:
        return employer
    unsaved = Organisation(service=service, kind=Organisation.Kind.OTHER, name=EMPLOYER, is_employer=True)
    return add_organisations(actor=actor, organisations=[unsaved], now=now)[0]


def _new_visits(
    service: Service, people: dict[str, Person], visits: list[ReadVisit], day: date, tolerance: timedelta
) -> tuple[list[Visit], int, int]:
    """The visits not loaded yet, how many are there already, and how many of those the files no longer hold.

    Raises: LoadedDifferentlyError.
    """
    held = {one.local_reference: one for one in Visit.objects.filter(service=service).exclude(local_reference="")}
    faults = []
    new = []
    for visit in visits:
        row = _visit(service, people[visit.person_reference], visit, tolerance)
        before = held.get(visit.reference)
        if before is None:
            new.append(row)
            continue
        column, text = _difference(before, row)
        if text:
            faults.append(Fault(VISITS, visit.row, column, f"{text} Put it back, or load under another code."))
    if faults:
        raise LoadedDifferentlyError(faults)
    of_this_day = {reference for reference, one in held.items() if one.day == day}
    return new, len(of_this_day), len(of_this_day - {visit.reference for visit in visits})


def _visit(service: Service, person: Person, visit: ReadVisit, tolerance: timedelta) -> Visit:
    # The planner and the record work in whole minutes of care; nearest, so that no hours are added or lost overall.
    minutes = max(1, round(visit.seconds / 60))
    return Visit(
        service=service,
        person=person,
        address=next(iter(person.addresses.all()), None),
        local_reference=visit.reference,
        day=visit.day,
        title=TITLE,
        window_opens_at=visit.starts_at - tolerance,
        window_closes_at=visit.starts_at + tolerance,
        is_window_hard=False,
        slots=[{"skill": SKILL, "minutes": minutes}] * visit.worker_count,
        undone_cost=UNDONE_COST_PER_WORKER * visit.worker_count,
    )


def _difference(before: Visit, now: Visit) -> tuple[str, str]:
    """Column and words for the first thing in which a visit loaded before differs; empty when it does not."""
    if before.person_id != now.person_id:
        return "UserId", "this visit was for somebody else when loaded before."
    if before.day != now.day:
        return "Date", f"this visit was on {before.day} when loaded before."
    if (before.window_opens_at, before.window_closes_at) != (now.window_opens_at, now.window_closes_at):
        if before.window_opens_at - now.window_opens_at == now.window_closes_at - before.window_closes_at:
            return "Time", "it was loaded before with another tolerance."
        return "Time", "this visit had another time when loaded before."
    if len(before.slots) != len(now.slots):
        return "CarerCount", f"this visit needed {len(before.slots)} workers when loaded before."
    if before.slots != now.slots:
        return "Duration", "this visit had another length when loaded before."
    return "", ""
