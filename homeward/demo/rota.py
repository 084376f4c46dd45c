"""Who works when: a rota that repeats, absences, and the shifts of a stretch of days."""

from datetime import date, timedelta

from homeward.demo.making import Making, made_up_name, made_up_phone
from homeward.demo.staff import Staff
from homeward.kernel.rules import wall_clock
from homeward.roster.models import Absence, RotaPattern, Shift
from homeward.roster.selectors import absences_on
from homeward.roster.services import add_patterns, add_shifts, cover_these_hours, put_on_call, record_absences
from homeward.roster.states import CoverKind
from homeward.teams.models import Worker

EARLY, LATE, SPLIT, OFFICE = (
    (("07:00", "14:00"),),
    (("15:30", "22:30"),),
    (("07:00", "12:30"), ("16:00", "20:00")),
    (("08:30", "16:30"),),
)
CRISIS_EARLY, CRISIS_LATE = (("07:00", "15:00"),), (("13:30", "22:00"),)
NIGHT_BEGINS, NIGHT_ENDS = "21:00", "07:30"
# Of ten agency workers on a day: most are needed when people get up.
AGENCY_PATTERN = (EARLY, SPLIT, LATE, EARLY, SPLIT, EARLY, LATE, SPLIT, EARLY, LATE)
COUNCIL_PATTERN = (EARLY, LATE, EARLY, SPLIT, LATE)
CRISIS = {"Crisis nurse", "Advanced practitioner", "Crisis therapist", "Crisis care responder"}
WEEKDAYS = {"Community nurse", "Occupational therapist", "Physiotherapist", "Therapy assistant", "Care Act assessor"}
# Somebody of each weekday profession is there at weekends too
WEEKEND_SHARE = 4
AGENCY = {"Home care worker", "Senior home care worker"}
COUNCIL_VISITING = {"Reablement worker", "Reablement supervisor"}
VISITING = CRISIS | WEEKDAYS | AGENCY | COUNCIL_VISITING
# Ten and a half hours each: a night worker works at most 48 a week on average (Working Time Regulations, regulation 6)
NIGHTS_A_WEEK = 4
NIGHT_ONE_IN = 5  # of the crisis team, those who work nights
# Nights off move round from one profession to the next, so that not all of them have the same
NIGHT_TURN = {"Advanced practitioner": 2, "Crisis therapist": 5}
# What the place says it covers, as a service would decide for itself: (kind, from, to, health, care)
COVER = (
    (CoverKind.DAY, "07:00", "14:30", 2, 2),
    (CoverKind.EVENING, "14:30", "21:30", 2, 2),
    (CoverKind.NIGHT, "21:30", "07:00", 1, 1),
    (CoverKind.ON_CALL, "17:00", "09:00", 0, 0),
)
ON_CALL = ("On-call manager", "On-call equipment store")
# Patterns began so many weeks ago or a little more
WEEKS_OF_PATTERN = 20
SICK, LEAVE, TRAINING = 0.03, 0.04, 0.01


def hours_of(worker: Worker, place_in_team: int, day: date) -> tuple[tuple[str, str], ...]:
    """The stretches of wall-clock time that somebody works on a day; none on a day off.

    Five days in seven, the days off moving round, so that every weekday has as many as any other.
    """
    turn = day.toordinal()
    works = (turn + place_in_team * 3) % 7 < 5
    if worker.job_title in CRISIS and place_in_team % NIGHT_ONE_IN == 0:
        nights = place_in_team // NIGHT_ONE_IN + NIGHT_TURN.get(worker.job_title, 0)
        tonight = (turn + nights * 3) % 7 < NIGHTS_A_WEEK
        last_night = (turn - 1 + nights * 3) % 7 < NIGHTS_A_WEEK
        return ((("00:00", NIGHT_ENDS),) if last_night else ()) + (((NIGHT_BEGINS, "24:00"),) if tonight else ())
    if worker.job_title in WEEKDAYS:
        if day.isoweekday() > 5:
            return OFFICE if place_in_team % WEEKEND_SHARE == 0 else ()
        # a day a week each for clinics, writing up and supervision
        return OFFICE if place_in_team % 5 != day.isoweekday() - 1 else ()
    if not works or worker.job_title not in VISITING:
        return ()
    # the next part of the pattern begins after days off, so that no early follows a late without eleven hours of rest
    week = (turn + place_in_team * 3) // 7
    if worker.job_title in CRISIS:
        return CRISIS_EARLY if (place_in_team + week) % 2 else CRISIS_LATE
    if worker.job_title in AGENCY:
        return AGENCY_PATTERN[(place_in_team + week) % len(AGENCY_PATTERN)]
    return COUNCIL_PATTERN[(place_in_team + week) % len(COUNCIL_PATTERN)]


def make_shifts(making: Making, staff: Staff, first: date, last: date) -> list[Shift]:
    """The shifts of every day from `first` to `last`, of everyone who makes visits."""
    shifts = []
    for worker, place in _visiting(staff):
        for ahead in range((last - first).days + 1):
            day = first + timedelta(days=ahead)
            shifts += [
                Shift(
                    worker=worker,
                    day=day,
                    starts_at=wall_clock(day, begins),
                    ends_at=wall_clock(day, ends),
                    start_latitude=worker.latitude,
                    start_longitude=worker.longitude,
                )
                for begins, ends in hours_of(worker, place, day)
            ]
    return add_shifts(actor=making.actor, service_id=making.service.pk, shifts=shifts, now=making.now)


def make_patterns(making: Making, staff: Staff) -> int:
    """The weeks that repeat of everyone who makes visits, since the year began, as their shifts follow them."""
    monday = making.today - timedelta(days=making.today.weekday())
    patterns = []
    for worker, place in _visiting(staff):
        weeks = _repeats_after(worker, place)
        # whole rounds back, so that the first week of the pattern is the first of a round
        starts_on = monday - timedelta(weeks=-(-WEEKS_OF_PATTERN // weeks) * weeks)
        shifts = [
            {"week": ahead // 7 + 1, "weekday": ahead % 7 + 1, "starts_at": begins, "ends_at": ends}
            for ahead in range(7 * weeks)
            for begins, ends in _begun_on(worker, place, starts_on + timedelta(days=ahead))
        ]
        if shifts:
            patterns.append(
                RotaPattern(
                    worker=worker, weeks=weeks, shifts=shifts, starts_on=starts_on, set_by="Roster planner",
                    set_at=wall_clock(starts_on - timedelta(days=21), "10:00"),
                )
            )  # fmt: skip
    add_patterns(actor=making.actor, service_id=making.service.pk, patterns=patterns, now=making.now)
    return len(patterns)


def _visiting(staff: Staff) -> list[tuple[Worker, int]]:
    """Everyone who makes visits, and their place among those of their profession and employer."""
    place: dict[tuple[str, int], int] = {}
    found = []
    for worker in staff.workers:
        key = (worker.job_title, worker.organisation_id)
        place[key] = place.get(key, -1) + 1
        if worker.job_title in VISITING:
            found.append((worker, place[key]))
    return found


def _works_nights(worker: Worker, place: int) -> bool:
    return worker.job_title in CRISIS and place % NIGHT_ONE_IN == 0


def _repeats_after(worker: Worker, place: int) -> int:
    """The weeks after which somebody's hours are the same again."""
    if worker.job_title in WEEKDAYS or _works_nights(worker, place):
        return 1
    if worker.job_title in CRISIS:
        return 2
    return len(AGENCY_PATTERN if worker.job_title in AGENCY else COUNCIL_PATTERN)


def _begun_on(worker: Worker, place: int, day: date) -> tuple[tuple[str, str], ...]:
    """The stretches that begin on a day: a night belongs to the evening it begins in."""
    stretches = hours_of(worker, place, day)
    if not _works_nights(worker, place):
        return stretches
    return ((NIGHT_BEGINS, NIGHT_ENDS),) if (NIGHT_BEGINS, "24:00") in stretches else ()


def make_cover(making: Making) -> None:
    """The hours that the crisis team covers, day and night."""
    for kind, starts_at, ends_at, least_health, least_care in COVER:
        cover_these_hours(
            actor=making.actor,
            service_id=making.service.pk,
            kind=kind,
            weekdays="1234567",
            starts_at=starts_at,
            ends_at=ends_at,
            least_health=least_health,
            least_care=least_care,
            now=making.now,
        )


def put_people_on_call(making: Making, first: date, last: date) -> None:
    """Somebody who answers the phone each night from `first` to `last`."""
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        for title in ON_CALL:
            luck = making.luck(f"on call {title} {day.isocalendar()[:2]}")  # one person a week
            given_name, family_name, _ = made_up_name(luck, luck.random() < 0.5, False)
            put_on_call(
                actor=making.actor,
                service_id=making.service.pk,
                title=title,
                name=f"{given_name} {family_name}",
                phone=made_up_phone(luck),
                starts_at=wall_clock(day, "17:00"),
                ends_at=wall_clock(day + timedelta(days=1), "09:00"),
                now=making.now,
            )


def make_absences(making: Making, staff: Staff, first: date, last: date) -> None:
    """Sickness, leave and training, known on the last day, that take people out of their shifts."""
    luck = making.luck(f"absences {first} {last}")
    absences = []
    stretch = (last - first).days + 1
    for worker in staff.workers:
        if worker.job_title not in VISITING:
            continue
        for kind, share, longest in (
            (Absence.Kind.SICK, SICK, 5),
            (Absence.Kind.LEAVE, LEAVE, 9),
            (Absence.Kind.TRAINING, TRAINING, 1),
        ):
            # as many spells as make the share of days, each of a length drawn up to the longest
            if luck.random() < share * stretch / ((1 + longest) / 2):
                starts_on = first + timedelta(days=luck.randrange(stretch))
                ends_on = starts_on + timedelta(days=luck.randint(1, longest) - 1)
                absences.append(Absence(worker=worker, kind=kind, starts_on=starts_on, ends_on=ends_on))
                break
    record_absences(actor=making.actor, service_id=making.service.pk, absences=absences, now=making.now)


def away_on(making: Making, day: date) -> set[int]:
    """The workers who are away on a day."""
    return {absence.worker_id for absence in absences_on(making.actor, making.service.pk, day)}
