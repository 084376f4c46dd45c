"""Group clinics of the month: each session, and each person who was to come as a contact of their own."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from homeward.outcomes.returns.codes import Codes
from homeward.outcomes.returns.csds.tables import PROFESSIONAL, SESSION
from homeward.outcomes.returns.months import Month
from homeward.visits.models import ClinicSession, SessionPlace
from homeward.visits.states import Attendance, SessionState

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """A session that was held, and the places in it of which somebody wrote down whether they came."""

    session: ClinicSession
    places: tuple[SessionPlace, ...]

    @property
    def came(self) -> int:
        return sum(place.attendance != Attendance.DID_NOT_COME for place in self.places)


def groups_in(service_id: int, month: Month, left_out: Counter[str]) -> list[Group]:
    """The month's sessions, by day. One about which nothing was written down is left out, and counted."""
    sessions = (
        ClinicSession.objects.filter(clinic__service_id=service_id, day__gte=month.first, day__lt=month.next)
        .exclude(state=SessionState.CANCELLED)
        .select_related("nurse")
        .prefetch_related("nurse__registrations", "taken__person", "taken__replaced__visit__episode")
        .order_by("day", "pk")
    )
    found = []
    for session in sessions:
        places = tuple(
            place
            for place in sorted(session.taken.all(), key=lambda one: (one.number, one.pk))
            if place.attendance and place.released_at is None
        )
        if places:
            found.append(Group(session, places))
        else:
            left_out["Group sessions of which nobody wrote down who came"] += 1
    return found


def sessions(groups: list[Group], codes: Codes) -> Iterable[Row]:
    """CYP301, a row for each session that somebody came to."""
    for group in groups:
        if group.came:
            yield {
                SESSION: f"S{group.session.pk}",
                "GROUP SESSION DATE": group.session.day.isoformat(),
                "ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)": codes.texts["commissioner"],
                "CLINICAL CONTACT DURATION OF GROUP SESSION": str(group.session.minutes),
                "GROUP SESSION TYPE (COMMUNITY CARE)": codes.texts["group_session_type"],
                "NUMBER OF GROUP SESSION PARTICIPANTS": str(group.came),
                "ACTIVITY LOCATION TYPE CODE": codes.texts["group_location"],
                PROFESSIONAL: group.session.nurse.local_reference,
            }
