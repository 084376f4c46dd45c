"""The month's contacts, at home and in group clinics, what each who came did, and who they are."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from homeward.outcomes.returns.checking import Rows
from homeward.outcomes.returns.codes import Codes
from homeward.outcomes.returns.csds.groups import Group
from homeward.outcomes.returns.csds.requests import Request
from homeward.outcomes.returns.csds.tables import CONTACT, PROFESSIONAL, REQUEST, TEAM
from homeward.outcomes.returns.months import Month, day_of, time_of
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, SessionPlace, Visit
from homeward.visits.states import Attendance, VisitState

Row = dict[str, str]
# A contact that was only wanted says nothing to the data set; these became something
REPORTED = (VisitState.DONE, VisitState.MISSED, VisitState.CANCELLED)


def visits_in(
    service_id: int, month: Month, requests: dict[int, Request], left_out: Counter[str]
) -> list[tuple[Visit, int]]:
    """The month's contacts, each with the number of the referral it belongs to."""
    rows = (
        Visit.objects.filter(service_id=service_id, day__gte=month.first, day__lt=month.next, state__in=REPORTED)
        .select_related("episode")
        .prefetch_related("assignments__worker__registrations")
        .order_by("day", "pk")
    )
    roots = roots_of(requests)
    found = []
    for visit in rows:
        referral_id = roots.get(visit.episode_id)
        if visit.person_id is None:
            continue  # a session of a group clinic: each who came has a contact of their own
        if referral_id is None:
            left_out["Visits that belong to no referral that is submitted"] += 1
        else:
            found.append((visit, referral_id))
    return found


def places_in(
    groups: list[Group], requests: dict[int, Request], left_out: Counter[str]
) -> list[tuple[SessionPlace, int]]:
    """The places in these sessions, each with the number of the referral it belongs to.

    That of the home visit it replaces, or else the newest that the person has.
    """
    roots = roots_of(requests)
    newest: dict[int, int] = {}
    for number, request in sorted(requests.items(), key=lambda one: (one[1].care.referral.received_at, one[0])):
        newest[request.care.referral.person_id] = number
    found = []
    for place in (place for group in groups for place in group.places):
        replaced = sorted(one.visit.episode_id for one in place.replaced.all() if one.visit.episode_id in roots)
        referral_id = roots[replaced[0]] if replaced else newest.get(place.person_id)
        if referral_id is None:
            left_out["Places in group sessions that belong to no referral that is submitted"] += 1
        else:
            found.append((place, referral_id))
    return found


def roots_of(requests: dict[int, Request]) -> dict[int, int]:
    """The referral that each episode goes back to, those handed on from another included."""
    return {episode.pk: number for number, one in requests.items() for episode in one.care.episodes}


def first_contacts_of(requests: dict[int, Request], places: list[tuple[SessionPlace, int]], month: Month) -> set[str]:
    """The first contact that happened on each referral, whichever month it was in."""
    roots = roots_of(requests)
    done = Visit.objects.filter(state=VisitState.DONE, day__lt=month.next, episode_id__in=list(roots))
    happened = [
        (opens, f"V{visit_id}", roots[episode_id])
        for visit_id, episode_id, opens in done.values_list("pk", "episode_id", "window_opens_at")
    ]
    happened += [
        (place.session.starts_at, f"G{place.pk}", referral_id)
        for place, referral_id in places
        if place.attendance != Attendance.DID_NOT_COME
    ]
    first: dict[int, str] = {}
    for _, identifier, referral_id in sorted(happened):
        first.setdefault(referral_id, identifier)
    return set(first.values())


def contact(one: tuple[Visit, int], requests: dict[int, Request], first_contacts: set[str], codes: Codes) -> Row:
    visit, referral_id = one
    request, came = requests[referral_id], [(it.arrived_at, it.left_at) for it in _who_came(visit)]
    began = min((arrived for arrived, _ in came), default=None)
    is_done = visit.state == VisitState.DONE
    minutes = max((_minutes(arrived, left) for arrived, left in came if left), default=None)
    return {
        CONTACT: f"V{visit.pk}",
        REQUEST: request.identifier,
        TEAM: request.team,
        "CARE CONTACT DATE": day_of(began) or visit.day.isoformat(),
        "CARE CONTACT TIME": time_of(began or visit.window_opens_at),
        "ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)": codes.texts["commissioner"],
        "ADMINISTRATIVE CATEGORY CODE": "01",
        "CLINICAL CONTACT DURATION OF CARE CONTACT": "" if minutes is None else str(minutes),
        "CONSULTATION TYPE": ("01" if f"V{visit.pk}" in first_contacts else "02") if is_done else "",
        "CARE CONTACT SUBJECT": "01" if is_done else "",
        "CONSULTATION MECHANISM (COMMUNITY CARE)": "01",
        "ACTIVITY LOCATION TYPE CODE": codes.texts["location"],
        "GROUP THERAPY INDICATOR": "N",
        "ATTENDANCE STATUS": codes.code("attendance", visit.state),
        "CARE CONTACT CANCELLATION DATE": "",
    }


def activities(one: tuple[Visit, int], codes: Codes) -> Iterable[Row]:
    for assignment in _who_came(one[0]):
        minutes = _minutes(assignment.arrived_at, assignment.left_at) if assignment.left_at else None
        yield {
            "CARE ACTIVITY IDENTIFIER": f"A{assignment.pk}",
            CONTACT: f"V{one[0].pk}",
            "COMMUNITY CARE ACTIVITY TYPE": codes.texts["activity_type"],
            PROFESSIONAL: assignment.worker.local_reference,
            "CLINICAL CONTACT DURATION OF CARE ACTIVITY": "" if minutes is None else str(minutes),
        }


def contact_of_place(
    one: tuple[SessionPlace, int], requests: dict[int, Request], first_contacts: set[str], codes: Codes
) -> Row:
    place, referral_id = one
    has_come = place.attendance != Attendance.DID_NOT_COME
    return {
        CONTACT: f"G{place.pk}",
        REQUEST: requests[referral_id].identifier,
        TEAM: requests[referral_id].team,
        "CARE CONTACT DATE": place.session.day.isoformat(),
        "CARE CONTACT TIME": time_of(place.session.starts_at),
        "ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)": codes.texts["commissioner"],
        "ADMINISTRATIVE CATEGORY CODE": "01",
        # of somebody who left early nobody wrote down how long they stayed
        "CLINICAL CONTACT DURATION OF CARE CONTACT": (
            str(place.session.minutes) if place.attendance == Attendance.CAME else ""
        ),
        "CONSULTATION TYPE": ("01" if f"G{place.pk}" in first_contacts else "02") if has_come else "",
        "CARE CONTACT SUBJECT": "01" if has_come else "",
        "CONSULTATION MECHANISM (COMMUNITY CARE)": "01",
        "ACTIVITY LOCATION TYPE CODE": codes.texts["group_location"],
        "GROUP THERAPY INDICATOR": "Y",
        "ATTENDANCE STATUS": codes.code("group_attendance", place.attendance),
    }


def activities_of_place(one: tuple[SessionPlace, int], codes: Codes) -> Iterable[Row]:
    """What the nurse of the session did for somebody who came; one who did not had nothing done."""
    place = one[0]
    if place.attendance != Attendance.DID_NOT_COME:
        yield {
            "CARE ACTIVITY IDENTIFIER": f"G{place.pk}",
            CONTACT: f"G{place.pk}",
            "COMMUNITY CARE ACTIVITY TYPE": codes.texts["activity_type"],
            PROFESSIONAL: place.session.nurse.local_reference,
        }


def staff(rows: Rows, service_id: int, codes: Codes) -> Iterable[Row]:
    """CYP901: everybody whom an activity or a group session of the month names."""
    named = {row.get(PROFESSIONAL) for code in ("CYP202", "CYP301") for row in rows[code]} - {"", None}
    found = Worker.objects.filter(service_id=service_id, local_reference__in=named).prefetch_related("registrations")
    workers = {worker.local_reference: worker for worker in found}
    for reference, worker in sorted(workers.items()):
        held = sorted(
            (one for one in worker.registrations.all() if one.ended_on is None),
            key=lambda one: (one.register, one.number),
        )
        yield {
            PROFESSIONAL: reference,
            "PROFESSIONAL REGISTRATION BODY CODE": codes.code("registration_body", held[0].register) if held else "",
            "PROFESSIONAL REGISTRATION ENTRY IDENTIFIER": held[0].number if held else "",
        }


def _who_came(visit: Visit) -> list[Assignment]:
    """Those who went there, in the order of the slots. Nobody, where the visit did not happen."""
    if visit.state != VisitState.DONE:
        return []
    came = [one for one in visit.assignments.all() if one.arrived_at is not None]
    return sorted(came, key=lambda one: (one.slot, one.pk))


def _minutes(arrived: datetime, left: datetime) -> int:
    return round((left - arrived).total_seconds() / 60)
