"""People booked into a group clinic as they agreed: booked, declined, ended; home visits give way, and come back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, day_words, london_day
from homeward.kernel.services import tell
from homeward.people.models import Person
from homeward.people.services import add_to_timeline
from homeward.plans.states import AgreedHow
from homeward.visits.models import Clinic, ClinicBooking, ClinicSession, ReplacedVisit, SessionPlace, Visit
from homeward.visits.rules.clinics import free_number, week_of
from homeward.visits.selectors.joining import joins_on
from homeward.visits.services.changing import _done
from homeward.visits.services.giving_way import TO_COME, _give_way
from homeward.visits.services.needing import _write_visits, visit_of_pattern
from homeward.visits.states import BOOKING_MOVES, BookingState, SessionState, Transport


class ClinicFullError(RefusedError):
    """A session has no place left."""


@dataclass(frozen=True, slots=True)
class NewBooking:
    """What somebody agreed to: from when, until when, which home visits fall away, how they come, and how they agreed.

    `weekdays` are ISO weekday numbers of the home visits that a session replaces in its week.
    """

    starts_on: date
    asked_by: str
    asked_on: date
    said: str
    weekdays: str = "1234567"
    ends_on: date | None = None
    agreed_how: AgreedHow = AgreedHow.PERSON
    agreed_by: str = ""
    transport: Transport = Transport.OWN
    transport_note: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking, the places it gave, and the home visits that gave way to them."""

    booking: ClinicBooking
    places: tuple[SessionPlace, ...]
    gave_way: tuple[Visit, ...]


@transaction.atomic
def book(*, actor: Actor, clinic: Clinic, person: Person, new: NewBooking, now: datetime) -> Booked:
    """Book somebody into every session of a clinic from one day on, as they agreed. In the week of each, the home
    visits on the agreed days that the clinic does all of are cancelled, and come back when the booking ends.

    Raises: NotAllowedError; ClinicFullError, naming the session that is full; RefusedError without a recorded
    agreement, for days that are over, or when they are booked already.
    """
    require(actor, Permission.WRITE_PLANS, clinic.service_id)
    # one booking of a clinic at a time: two must not both take its last place
    clinic = Clinic.objects.select_for_update().get(pk=clinic.pk)
    today = london_day(now)
    _check_person(clinic, person)
    _check_asked(new.asked_by, new.asked_on, new.said, today)
    if new.agreed_how not in (AgreedHow.PERSON, AgreedHow.POWER, AgreedHow.BEST_INTERESTS):
        raise RefusedError("Nobody is booked who has not agreed. Record that they declined instead.")
    if new.agreed_how != AgreedHow.PERSON and not new.agreed_by.strip():
        raise RefusedError("Say who agreed for the person.")
    if new.starts_on < today:
        raise RefusedError("The first day is over. Choose today or a later day.")
    if new.ends_on is not None and new.ends_on < new.starts_on:
        raise RefusedError("The last day is before the first. Check both.")
    if clinic.ends_on is not None and clinic.ends_on < new.starts_on:
        raise RefusedError("The clinic is closed by then.")
    if not set(new.weekdays) <= set("1234567"):
        raise RefusedError("Choose the days of the home visits from the list.")
    if new.transport == Transport.ARRANGE and not clinic.is_transport_offered:
        raise RefusedError("This clinic offers no transport. Choose another way to come.")
    if clinic.bookings.filter(person=person, state=BookingState.AGREED).exists():
        raise RefusedError("They are booked already. End that booking first.")
    sessions = list(
        clinic.sessions.select_for_update(of=("self",))
        .filter(state=SessionState.SET, starts_at__gt=now, day__gte=new.starts_on)
        .filter(day__lte=new.ends_on or date.max)
        .order_by("day")
    )
    if not sessions:
        raise RefusedError("No session is dated in these days. Choose a first day in the coming weeks.")
    _refuse_overfull(clinic, new)
    booking = ClinicBooking.objects.create(
        clinic=clinic, person=person, state=BookingState.AGREED, starts_on=new.starts_on, ends_on=new.ends_on,
        weekdays="".join(sorted(set(new.weekdays))), transport=new.transport,
        transport_note=new.transport_note.strip()[:250], agreed_how=new.agreed_how,
        agreed_by=new.agreed_by.strip()[:200], recorded_by=actor.name, recorded_at=now,
        **_asked(new.asked_by, new.asked_on, new.said),
    )  # fmt: skip
    places = []
    for session in sessions:
        place = _give_place(session, booking)
        if place is None:
            raise ClinicFullError(
                f"All {session.places} places on {day_words(session.day)} are taken. Choose a later first day, or"
                " another clinic."
            )
        places.append(place)
    gave_way = _free_of(actor, places, now)
    ends = f" until {day_words(new.ends_on)}" if new.ends_on else ""
    _told(
        actor,
        booking,
        f"Goes to {clinic.name} from {day_words(sessions[0].day)}{ends}",
        new.said,
        "book into clinic",
        now,
    )
    return Booked(booking, tuple(places), tuple(gave_way))


@transaction.atomic
def decline(
    *, actor: Actor, clinic: Clinic, person: Person, asked_by: str, asked_on: date, said: str, now: datetime
) -> ClinicBooking:
    """Record that somebody was asked and would rather be visited at home; they are then not suggested again. Where
    they go there now, end their booking instead.

    Raises: NotAllowedError; RefusedError without who asked, when and what they said, or when they are booked.
    """
    require(actor, Permission.WRITE_PLANS, clinic.service_id)
    _check_person(clinic, person)
    _check_asked(asked_by, asked_on, said, london_day(now))
    if clinic.bookings.filter(person=person, state=BookingState.AGREED).exists():
        raise RefusedError("They are booked. End the booking, and their home visits come back.")
    booking = ClinicBooking.objects.create(
        clinic=clinic, person=person, state=BookingState.DECLINED, agreed_how=AgreedHow.NOT_AGREED,
        recorded_by=actor.name, recorded_at=now, **_asked(asked_by, asked_on, said),
    )  # fmt: skip
    _told(actor, booking, f"Would rather be visited at home than go to {clinic.name}", said, "decline clinic", now)
    return booking


@transaction.atomic
def end_booking(*, actor: Actor, booking: ClinicBooking, last_day: date, reason: str, now: datetime) -> list[Visit]:
    """End a booking after a day, saying why; the home visits of later sessions come back. Gives those visits.

    Raises: NotAllowedError; RefusedError without a reason, for a day that is over, or when it has ended.
    """
    require(actor, Permission.WRITE_PLANS, booking.clinic.service_id)
    booking = _locked(booking)
    if BookingState.ENDED not in BOOKING_MOVES[booking.state]:
        raise RefusedError("This booking is not in force.")
    if not reason.strip():
        raise RefusedError("Say why they no longer go.")
    if last_day < london_day(now):
        raise RefusedError("This day is over. Choose today or a later day.")
    back = _end(actor, booking, last_day, reason.strip(), now)
    _told_ended(actor, booking, now)
    return back


@transaction.atomic
def release_place(*, actor: Actor, place: SessionPlace, reason: str, now: datetime) -> list[Visit]:
    """Give up somebody's place in one session, saying why; the home visits of its week come back. Gives those visits.

    Raises: NotAllowedError; RefusedError without a reason, when the session has begun, or when it was given up.
    """
    require(actor, Permission.WRITE_PLANS, place.session.clinic.service_id)
    place = _locked_place(place)
    if not reason.strip():
        raise RefusedError("Say why they do not come this time.")
    if place.session.starts_at <= now:
        raise RefusedError("The session has begun. Write down instead whether they came.")
    _release(place, reason.strip(), now)
    back = _bring_back(actor, [place], now)
    _told_place(actor, place, f"Does not come to {place.session.clinic.name}", reason, "release place", now)
    return back


@transaction.atomic
def take_place(*, actor: Actor, booking: ClinicBooking, session: ClinicSession, now: datetime) -> Booked:
    """Give somebody who is booked their place in a session back, after they gave it up.

    Raises: NotAllowedError; ClinicFullError; RefusedError when the session or the booking is over, or they hold one.
    """
    require(actor, Permission.WRITE_PLANS, booking.clinic.service_id)
    booking = _locked(booking)
    session = ClinicSession.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=session.pk)
    if session.clinic_id != booking.clinic_id or booking.state != BookingState.AGREED:
        raise RefusedError("This booking is not in force.")
    if session.state != SessionState.SET or session.starts_at <= now:
        raise RefusedError("The session is cancelled or has begun.")
    if any(place.person_id == booking.person_id for place in _held_of(session)):
        raise RefusedError("They hold a place already.")
    place = _give_place(session, booking)
    if place is None:
        raise ClinicFullError(f"All {session.places} places are taken by now.")
    gave_way = _free_of(actor, [place], now)
    _told_place(actor, place, f"Comes to {session.clinic.name} after all", "", "take place", now)
    return Booked(booking, (place,), tuple(gave_way))


def _check_person(clinic: Clinic, person: Person) -> None:
    if person.service_id != clinic.service_id or person.merged_into_id is not None:
        raise RefusedError("This record is not in use in the clinic's service. Open the one it is kept as.")
    if person.died_on is not None:
        raise RefusedError("This person has died.")


def _check_asked(asked_by: str, asked_on: date, said: str, today: date) -> None:
    if not asked_by.strip():
        raise RefusedError("Say who asked them.")
    if not said.strip():
        raise RefusedError("Say what they said when they were asked.")
    if asked_on > today:
        raise RefusedError("They were asked on a day that has not come yet. Check the date.")


def _asked(asked_by: str, asked_on: date, said: str) -> dict[str, object]:
    return {"asked_by": asked_by.strip()[:200], "asked_on": asked_on, "said": said.strip()}


def _refuse_overfull(clinic: Clinic, new: NewBooking) -> None:
    """Refuse a standing booking that sessions not dated yet could not keep. Raises: ClinicFullError."""
    horizon = clinic.sessions.filter(state=SessionState.SET).aggregate(last=Max("day"))["last"] or new.starts_on
    if new.ends_on is not None and new.ends_on <= horizon:
        return
    standing = clinic.bookings.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=horizon), state=BookingState.AGREED)
    if standing.count() >= clinic.places:
        raise ClinicFullError(
            f"All {clinic.places} places are taken from {day_words(horizon)} on. Give that as the last day, or end"
            " another booking first."
        )


def _locked(booking: ClinicBooking) -> ClinicBooking:
    Clinic.objects.select_for_update().get(pk=booking.clinic_id)
    return ClinicBooking.objects.select_for_update(of=("self",)).select_related("clinic", "person").get(pk=booking.pk)


def _locked_place(place: SessionPlace) -> SessionPlace:
    """Raises: RefusedError when the place was given up."""
    rows = SessionPlace.objects.select_for_update(of=("self",))
    place = rows.select_related("session__clinic", "person", "booking__clinic").get(pk=place.pk)
    if place.released_at is not None:
        raise RefusedError("They gave up this place.")
    return place


def _held_of(session: ClinicSession) -> Sequence[SessionPlace]:
    """The places of a session that are held, by number."""
    return list(
        session.taken.filter(released_at__isnull=True)
        .select_related("booking", "person", "session__clinic")
        .order_by("number")
    )


def _give_place(session: ClinicSession, booking: ClinicBooking) -> SessionPlace | None:
    """A place of a session for somebody booked; None when all are taken."""
    number = free_number(set(_held_of_numbers(session)), session.places)
    if number is None:
        return None
    return SessionPlace.objects.create(
        booking=booking, session=session, person_id=booking.person_id, number=number, of_places=session.places,
        transport=booking.transport, transport_note=booking.transport_note,
    )  # fmt: skip


def _held_of_numbers(session: ClinicSession) -> Iterable[int]:
    return session.taken.filter(released_at__isnull=True).values_list("number", flat=True)


def _release(place: SessionPlace, reason: str, now: datetime) -> None:
    place.released_at, place.released_reason = now, reason[:250]
    place.save(update_fields=["released_at", "released_reason"])


def _free_of(actor: Actor, places: Iterable[SessionPlace], now: datetime) -> list[Visit]:
    """Have the home visits, made already, of the weeks of some places give way; gives them."""
    wanted = Q(pk__in=[])
    for place in places:
        first, last = week_of(place.session.day)
        wanted |= Q(person_id=place.person_id, day__gte=first, day__lte=last)
    return _give_way(actor, Visit.objects.filter(wanted, pattern__isnull=False, state__in=TO_COME), now)


def _bring_back(actor: Actor, places: Iterable[SessionPlace], now: datetime) -> list[Visit]:
    """Make the home visits that some places replaced again, as their plans ask for them now; gives those still to come.

    The visit that fell away stays as it was recorded, and gives its place to the new one.
    """
    links = (
        ReplacedVisit.objects.select_for_update(of=("self",))
        .filter(place__in=[place.pk for place in places], ended_at__isnull=True, visit__window_closes_at__gt=now)
        .select_related("visit__pattern__plan__person", "visit__pattern__plan__episode")
        .order_by("visit__day", "visit_id")
    )
    made: dict[date, list[Visit]] = defaultdict(list)
    for link in links:
        link.ended_at = now
        link.save(update_fields=["ended_at"])
        old = link.visit
        pattern = old.pattern
        if pattern is None or pattern.plan.episode.ended_at or pattern.plan.person.died_on:
            continue
        fresh = visit_of_pattern(pattern, old.service_id, old.day)
        if fresh is None or fresh.window_closes_at <= now:
            continue
        if pattern.pk in {join.joined_id for join in joins_on(old.service_id, old.day).values()}:
            continue  # done with another visit of the same day, as the person agreed
        Visit.objects.filter(pk=old.pk).update(pattern=None)
        if not Visit.objects.filter(pattern=pattern, day=old.day).exists():
            made[old.day].append(fresh)
    for day, visits in made.items():
        _write_visits(visits, joins_on(visits[0].service_id, day))
        for visit in visits:
            _done(actor, "need visit", visit, now)
    back = [visit for visits in made.values() for visit in visits]
    gone = {visit.pk for visit in _give_way(actor, back, now)}  # to another session of the same week
    return [visit for visit in back if visit.pk not in gone]


def _end(actor: Actor, booking: ClinicBooking, last_day: date, reason: str, now: datetime) -> list[Visit]:
    booking.state, booking.ended_reason, booking.ended_by, booking.ended_at = (
        BookingState.ENDED, reason[:250], actor.name, now,
    )  # fmt: skip
    booking.ends_on = max(last_day, booking.starts_on)
    booking.save(update_fields=["state", "ended_reason", "ended_by", "ended_at", "ends_on"])
    places = list(
        booking.places.select_for_update(of=("self",))
        .filter(released_at__isnull=True, session__day__gt=last_day, session__starts_at__gt=now)
        .select_related("session__clinic", "booking")
    )
    for place in places:
        _release(place, reason, now)
    return _bring_back(actor, places, now)


def _told_ended(actor: Actor, booking: ClinicBooking, now: datetime) -> None:
    title = f"No longer goes to {booking.clinic.name} after {day_words(booking.ends_on)}"
    _told(actor, booking, title, booking.ended_reason, "end booking", now)


def _tell_booked(actor: Actor, places: Iterable[SessionPlace], title: str, text: str, now: datetime) -> None:
    for place in places:
        add_to_timeline(
            actor=actor, person=place.person, kind="visit", happened_at=now, now=now, title=title[:200], text=text,
            subject=("clinic session", place.session_id),
        )  # fmt: skip


def _told(actor: Actor, booking: ClinicBooking, title: str, text: str, action: str, now: datetime) -> None:
    add_to_timeline(
        actor=actor, person=booking.person, kind="plan", happened_at=now, now=now, title=title[:200], text=text,
        subject=("clinic booking", booking.pk),
    )  # fmt: skip
    service_id = booking.clinic.service_id
    record(
        actor=actor, action=action, subject=("clinic booking", booking.pk), person_id=booking.person_id, now=now,
        service_id=service_id,
    )  # fmt: skip
    tell(topic="clinics", service_id=service_id, subject=("clinic", booking.clinic_id), now=now)


def _told_place(actor: Actor, place: SessionPlace, title: str, text: str, action: str, now: datetime) -> None:
    session = place.session
    service_id = session.clinic.service_id
    add_to_timeline(
        actor=actor, person=place.person, kind="visit", happened_at=now, now=now, text=text,
        title=f"{title}, {day_words(session.day)}"[:200], subject=("clinic session", session.pk),
    )  # fmt: skip
    record(
        actor=actor, action=action, subject=("session place", place.pk), person_id=place.person_id, now=now,
        service_id=service_id,
    )  # fmt: skip
    tell(topic="clinics", service_id=service_id, subject=("clinic session", session.pk), now=now)
