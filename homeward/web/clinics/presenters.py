"""The finished words of group clinics."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.kernel.rules import LONDON, london_day
from homeward.procedures.selectors import published_activities, skill_title
from homeward.visits.selectors.clinics import (
    Candidate,
    ClinicFigures,
    ClinicLine,
    HomeVisit,
    Missed,
    SessionLine,
    SessionPage,
)
from homeward.visits.states import Attendance, BookingState, MissedStep, SessionState, Transport, VisitState
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import address_words, age_words, short_day
from homeward.web.templating import clock_text, day_text
from homeward.web.words import WEEKDAYS, counted, listed, skill_words, wall_words, weekday_words

ATTENDANCE = {
    Attendance.CAME: Tag("Came", "green"),
    Attendance.LEFT_EARLY: Tag("Left early", "yellow"),
    Attendance.DID_NOT_COME: Tag("Did not come", "red"),
}
TRANSPORT = {
    Transport.OWN: "Makes their own way",
    Transport.FAMILY: "Gets a lift from family or friends",
    Transport.ARRANGE: "Needs transport",
}


def rhythm(clinic) -> str:
    """When a clinic is: Tuesdays at 10:30am for 2 hours, every other week."""
    every = "every other week" if clinic.every_weeks == 2 else "every week"
    return f"{WEEKDAYS[clinic.weekday - 1]}s at {wall_words(clinic.opens_at)} for {length(clinic.minutes)}, {every}"


def goes_there(booking) -> str:
    """Where somebody goes, in one line for their record: Goes to Leg club on Tuesdays."""
    clinic = booking.clinic
    every = "every other " if clinic.every_weeks == 2 else ""
    day = WEEKDAYS[clinic.weekday - 1]
    ends = f", until {short_day(booking.ends_on)}" if booking.ends_on else ""
    return f"Goes to {clinic.name} on {every}{day}{'' if every else 's'} at {wall_words(clinic.opens_at)}{ends}"


@dataclass(frozen=True, slots=True)
class Goes:
    """Where somebody goes, on their record and plan: when next, and which home visits that replaces."""

    booking_id: int
    text: str
    next: str
    next_id: int
    instead: str


def present_goes(bookings: Iterable, places: Iterable) -> tuple[Goes, ...]:
    """The clinics somebody goes to, with their next place in each, as `clinics_of_person` and `places_of_person` give
    them."""
    coming = {}
    for place in places:
        coming.setdefault(place.booking_id, place)
    return tuple(
        Goes(
            booking.pk,
            goes_there(booking),
            f"Next on {_when(coming[booking.pk].session)}" if booking.pk in coming else "",
            coming[booking.pk].session_id if booking.pk in coming else 0,
            f"In those weeks it replaces home visits on {weekday_words(booking.weekdays)} that it does all of."
            if booking.weekdays
            else "It replaces no home visit.",
        )
        for booking in bookings
    )


def length(minutes: int) -> str:
    """Minutes as people say them: 2 hours, 90 minutes."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} {'hour' if hours == 1 else 'hours'}" if hours and not rest else f"{minutes} minutes"


def kept_back_words(number: int) -> str:
    """How many are not shown; empty for none."""
    if not number:
        return ""
    return f"{counted(number, 'more person is', 'more people are')} not shown: your role does not include their record."


@dataclass(frozen=True, slots=True)
class ClinicCard:
    """A clinic in the list and at the top of its page."""

    id: int
    name: str
    when: str
    where: str
    nurse: str
    others: str
    does: str
    places: str
    transport: str
    next: str
    next_id: int
    closed: str


def present_clinic(clinic, line: ClinicLine | None = None) -> ClinicCard:
    """A clinic, with its next session where the list gives one."""
    coming = line.next_session if line else None
    known = published_activities()
    return ClinicCard(
        id=clinic.pk,
        name=clinic.name,
        when=rhythm(clinic),
        where=", ".join(filter(None, (clinic.place_name, clinic.lines, clinic.postcode))),
        nurse=clinic.nurse.label,
        others=_others(clinic.helpers),
        does=listed([known[code].title if code in known else code for code in clinic.activities]),
        places=counted(clinic.places, "place", "places"),
        transport="Offered" if clinic.is_transport_offered else "Not offered",
        next=f"{_when(coming)}: {line.taken} of {coming.places} places taken" if coming else "",
        next_id=coming.pk if coming else 0,
        closed=f"Closes after {short_day(clinic.ends_on)}. {clinic.ended_reason}" if clinic.ends_on else "",
    )


def _others(helpers: list[dict]) -> str:
    if not helpers:
        return "Nobody else"
    words = [
        skill_title(one["skill"])
        + (
            f", signed off for {listed([skill_words(code) for code in one['competences']])}"
            if one["competences"]
            else ""
        )
        for one in helpers
    ]
    return listed([f"{words.count(word)} × {word.lower()}" for word in dict.fromkeys(words)])


def _when(session) -> str:
    return f"{day_text(session.day)} at {clock_text(session.starts_at)}"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session in the table of a clinic."""

    id: int
    when: str
    note: str
    state: Tag
    taken: str
    who: str
    transport: str


def present_session_row(line: SessionLine, now: datetime) -> SessionRow:
    """One session: when, how full, who works there."""
    session = line.session
    has_begun = session.starts_at <= now
    to_arrange = 0 if has_begun else line.to_arrange
    planned = {row.slot: row.worker.label for row in line.visit.assignments.all()}
    names = [planned.get(0) or f"{session.nurse.label} ({'was never planned' if has_begun else 'not planned yet'})"]
    names += [planned[slot] for slot in sorted(planned) if slot]
    return SessionRow(
        id=session.pk,
        when=_when(session),
        note=_note(session),
        state=session_tag(session, line.visit, now),
        taken="" if session.state == SessionState.CANCELLED else _taken(line, now),
        who=listed(names),
        transport=counted(to_arrange, "transport to arrange", "transports to arrange") if to_arrange else "",
    )


def _taken(line: SessionLine, now: datetime) -> str:
    """How full a session is; once it has begun, how many came, as far as that is written down."""
    if line.session.starts_at > now:
        return f"{line.taken} of {line.session.places}"
    if not line.taken:
        return "Nobody was booked"
    missing = line.taken - line.written
    if not missing:
        return f"{line.came} came of {line.taken}"
    said = f"{line.came} came" if line.written else f"{line.taken} booked"
    return f"{said}, {missing} to write down"


def is_over(session, now: datetime) -> bool:
    """Whether the time of a session has passed."""
    return session.starts_at + timedelta(minutes=session.minutes) <= now


def session_tag(session, visit, now: datetime) -> Tag:
    """Where a session stands."""
    if session.state == SessionState.CANCELLED:
        return Tag("Cancelled", "grey")
    if visit.state == VisitState.DONE:
        return Tag("Done", "green")
    if is_over(session, now):
        return Tag("Over", "grey")
    if session.starts_at <= now:
        return Tag("Begun", "blue")
    return Tag("Planned", "green") if visit.state == VisitState.PLANNED else Tag("Staff not planned yet", "yellow")


def _note(session) -> str:
    if session.state == SessionState.CANCELLED:
        return session.cancelled_reason
    if session.moved_from:
        was = f"{day_text(london_day(session.moved_from))} at {clock_text(session.moved_from)}"
        return f"Moved from {was}: {session.moved_reason}"
    return ""


@dataclass(frozen=True, slots=True)
class Attender:
    """One person's place in a session."""

    place_id: int
    person_id: int
    booking_id: int
    name: str
    about: str
    phone: str
    alerts: tuple[str, ...]
    transport: str
    transport_value: str
    transport_note: str
    attendance: Tag | None
    attendance_value: str
    attendance_note: str
    written: str
    home_visit: str
    home_visit_id: int
    replaces: str


@dataclass(frozen=True, slots=True)
class SessionWords:
    """The page of one session."""

    id: int
    clinic_id: int
    visit_id: int
    name: str
    when: str
    day_iso: str
    opens_at: str
    ends: str
    where: str
    note: str
    state: Tag
    is_cancelled: bool
    has_begun: bool
    nurse: str
    nurse_id: int
    staff: tuple[tuple[str, str], ...]
    missing: str
    places: str
    offers_transport: bool
    people: tuple[Attender, ...]
    gave_up: tuple[tuple[str, str], ...]
    kept_back: str


def present_session(page: SessionPage, alerts: Mapping[int, list], now: datetime) -> SessionWords:
    """One session as `session_for` gives it, with the standing alerts of those shown."""
    session, clinic = page.session, page.session.clinic
    rows = page.held.rows
    total = len(rows) + page.held.kept_back
    held = {row.slot for row in page.assignments}
    missing = [skill_title(slot["skill"]) for number, slot in enumerate(page.visit.slots) if number not in held]
    card = present_clinic(clinic)
    return SessionWords(
        id=session.pk,
        clinic_id=clinic.pk,
        visit_id=page.visit.pk,
        name=clinic.name,
        when=_when(session),
        day_iso=session.day.isoformat(),
        opens_at=_wall(session.starts_at),
        ends=length(session.minutes),
        where=card.where,
        note=_note(session),
        state=session_tag(session, page.visit, now),
        is_cancelled=session.state == SessionState.CANCELLED,
        has_begun=session.starts_at <= now,
        nurse=session.nurse.label,
        nurse_id=session.nurse_id,
        staff=_nurse_to_plan(session, held)
        + tuple(
            (row.worker.label, f"{skill_title(page.visit.slots[row.slot]['skill'])}, {row.worker.organisation}")
            for row in page.assignments
        ),
        missing=(page.visit.unplanned_reason or f"Not planned yet: {listed(missing)}.") if missing else "",
        places=f"{total} of {session.places} places taken",
        offers_transport=clinic.is_transport_offered,
        people=tuple(_attender(place, alerts.get(place.person_id, []), session.day) for place in rows),
        gave_up=tuple((place.person.label, place.released_reason) for place in page.released),
        kept_back=kept_back_words(page.held.kept_back),
    )


def _nurse_to_plan(session, held: set[int]) -> tuple[tuple[str, str], ...]:
    """The nurse of a session, while the day’s plan does not have them there."""
    return () if 0 in held else ((session.nurse.label, f"{skill_title(session.clinic.nurse_skill)}, not planned yet"),)


def _wall(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%H:%M}"


def _attender(place, alerts: Iterable, day: date) -> Attender:
    person = place.person
    links = [link for link in place.replaced.all() if link.ended_at is None]
    written = f"Written down by {place.attendance_by}" if place.attendance_by else ""
    return Attender(
        place_id=place.pk,
        person_id=person.pk,
        booking_id=place.booking_id,
        name=person.label,
        about=age_words(person, day),
        phone=person.phone,
        alerts=tuple(f"{one.get_kind_display()}: {one.text}" if one.text else one.get_kind_display() for one in alerts),
        transport=transport_words(place),
        transport_value=place.transport,
        transport_note=place.transport_note,
        attendance=ATTENDANCE[Attendance(place.attendance)] if place.attendance else None,
        attendance_value=place.attendance,
        attendance_note=place.attendance_note,
        written=written,
        home_visit=_home_visit(place),
        home_visit_id=place.home_visit_id or 0,
        replaces=counted(len(links), "home visit", "home visits") + " of this week replaced" if links else "",
    )


def transport_words(place) -> str:
    """How somebody comes, and whether it is arranged."""
    words = TRANSPORT[Transport(place.transport)]
    if place.transport != Transport.ARRANGE:
        return words
    return (
        f"{words}: arranged by {place.transport_arranged_by}" if place.transport_arranged_at else f"{words}: to arrange"
    )


def _home_visit(place) -> str:
    if place.attendance != Attendance.DID_NOT_COME:
        return ""
    if place.missed_step:
        return f"{place.get_missed_step_display()}, {place.missed_by} decided"
    if place.home_visit is None:
        return "Their plan asks for no visit like it. Decide whether somebody goes to see them."
    states = {VisitState.NEEDED: "waits to be planned", VisitState.CANCELLED: "was cancelled"}
    word = states.get(place.home_visit.state, place.home_visit.get_state_display().lower())
    return f"Home visit on {day_text(place.home_visit.day)}: {word}"


@dataclass(frozen=True, slots=True)
class BookingLine:
    """Somebody who goes to a clinic, or would rather not."""

    id: int
    person_id: int
    name: str
    text: str
    is_in_force: bool


def present_booking(booking) -> BookingLine:
    """One booking in a line."""
    declined = booking.state == BookingState.DECLINED
    until = f" until {short_day(booking.ends_on)}" if booking.ends_on else ""
    text = (
        f"Would rather be visited at home. Asked by {booking.asked_by} on {short_day(booking.asked_on)}."
        if declined
        else f"From {short_day(booking.starts_on)}{until}. {TRANSPORT[Transport(booking.transport)]}."
    )
    return BookingLine(booking.pk, booking.person_id, booking.person.label, text, booking.state == BookingState.AGREED)


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """Somebody who could be asked."""

    person_id: int
    name: str
    visits: tuple[str, ...]
    why: str


def present_candidate(one: Candidate, clinic) -> CandidateLine:
    """Somebody who could be asked, with the home visits a session would replace."""
    day = WEEKDAYS[clinic.weekday - 1]
    on_day = f" One of them is on a {day}, the day of the clinic." if one.on_its_day else ""
    return CandidateLine(
        one.person.pk,
        one.person.label,
        tuple(home_visit_words(visit) for visit in one.visits),
        f"{one.minutes_a_week} minutes at home a week.{on_day}",
    )


def home_visit_words(visit: HomeVisit) -> str:
    """A home visit beside a clinic: what falls away, or why it stays."""
    days = weekday_words(visit.weekdays)
    text = f"{visit.title}, {days}, {visit.minutes} minutes"
    return (
        text
        if visit.is_replaced
        else f"{text}. It stays: it also does {listed([one.lower() for one in visit.besides])}"
    )


@dataclass(frozen=True, slots=True)
class TransportLine:
    """Somebody who needs transport."""

    place_id: int
    session_id: int
    name: str
    when: str
    from_where: str
    to_where: str
    phone: str
    note: str
    is_arranged: bool
    done: str
    # Sessions after this one for which they need it too
    later: str


def present_transport(place, rows) -> TransportLine:
    """Somebody who needs transport: when, from where to where, and how often after that."""
    later = sum(
        one.booking_id == place.booking_id and one.transport_arranged_at is None
        and one.session.starts_at > place.session.starts_at
        for one in rows
    )  # fmt: skip
    home = next(iter(sorted(place.person.addresses.all(), key=lambda one: one.starts_on, reverse=True)), None)
    session = place.session
    return TransportLine(
        place.pk, session.pk, place.person.label, _when(session),
        address_words(home) if home else "No address is known",
        present_clinic(session.clinic).where, place.person.phone, place.transport_note,
        place.transport_arranged_at is not None,
        f"Arranged by {place.transport_arranged_by}" if place.transport_arranged_at else "",
        str(later) if later else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MissedLine:
    """Somebody who did not come, what is proposed, and what may be decided: (value, words, hint) each."""

    place_id: int
    session_id: int
    person_id: int
    name: str
    phone: str
    when: str
    note: str
    home_visit: str
    visit_id: int
    choices: tuple[tuple[str, str, str], ...]


def present_missed(missed: Missed, *, may_end: bool) -> MissedLine:
    """Somebody who did not come and for whom nothing is decided; `may_end` whether the reader may end a booking."""
    place = missed.place
    choices = []
    if missed.next_session:
        made = place.home_visit is not None and place.home_visit.pattern_id is None
        stays = "The visit made for them is cancelled." if made else "What their plan asks for at home stays."
        hint = f"On {_when(missed.next_session)}. {stays}"
        choices.append((MissedStep.NEXT_SESSION.value, MissedStep.NEXT_SESSION.label, hint))
    if place.home_visit is not None and place.home_visit.state != VisitState.CANCELLED:
        choices.append((MissedStep.HOME_VISIT.value, MissedStep.HOME_VISIT.label, _home_visit(place)))
    if may_end:
        hint = "Their booking ends, and their home visits come back."
        choices.append((MissedStep.NOT_WANTED.value, MissedStep.NOT_WANTED.label, hint))
    return MissedLine(
        place.pk, place.session_id, place.person_id, place.person.label, place.person.phone,
        f"{place.session.clinic.name}, {_when(place.session)}", place.attendance_note, _home_visit(place),
        place.home_visit_id or 0, tuple(choices),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeenTo:
    """What was decided for somebody who did not come, and by whom."""

    session_id: int
    name: str
    when: str
    text: str


def present_seen_to(place) -> SeenTo:
    """What was decided for somebody who did not come."""
    decided = f"{place.get_missed_step_display()}. {place.missed_by}, {short_day(london_day(place.missed_at))}"
    when = f"{place.session.clinic.name}, {_when(place.session)}"
    return SeenTo(place.session_id, place.person.label, when, f"{decided}: {place.missed_said}")


def present_figures(figures: ClinicFigures) -> tuple[tuple[str, str], ...]:
    """What the sessions of some weeks came to, as (what, number); nothing before it is written down who came."""
    if not figures.came and not figures.did_not_come:
        return ()
    return (
        ("Sessions", str(figures.sessions)),
        ("Places taken", f"{figures.held} of {figures.places}"),
        ("Came", str(figures.came)),
        ("Did not come", str(figures.did_not_come)),
        ("Home visits replaced", str(figures.home_visits)),
        ("Hours those would have taken", f"{figures.saved.home_minutes / 60:.1f}"),
        ("Hours of staff at sessions", f"{figures.saved.session_minutes / 60:.1f}"),
        ("Hours saved", f"{figures.saved.minutes / 60:.1f}"),
    )
