"""The month's rows, from the record as it stood at the month's end.

What happened after the month is left out even where the record knows it by now, so that building a month again gives
the same rows unless somebody entered or corrected something about that month since.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from homeward.kernel.rules import LONDON, london_day
from homeward.outcomes.returns.care import Care, care_in, postcodes_at_the_end_of
from homeward.outcomes.returns.checking import Rows
from homeward.outcomes.returns.codes import Codes
from homeward.outcomes.returns.csds.tables import CONTACT, PATIENT, PROFESSIONAL, REQUEST, TABLES, TEAM
from homeward.outcomes.returns.months import Month
from homeward.outcomes.returns.writing import Built
from homeward.people.models import Person
from homeward.procedures.rules import ClockReading, ClockState
from homeward.referrals.selectors import clock_events, reading_for
from homeward.visits.models import Assignment, Visit
from homeward.visits.states import VisitState

Row = dict[str, str]
CODES = Path(__file__).with_name("codes.yaml")
# A contact that was only wanted says nothing to the data set; these became something
REPORTED = (VisitState.DONE, VisitState.MISSED, VisitState.CANCELLED)


@dataclass(frozen=True, slots=True)
class _Request:
    """A referral that is submitted, with the care it led to."""

    care: Care
    team_type: str

    @property
    def identifier(self) -> str:
        return self.care.referral.reference

    @property
    def team(self) -> str:
        last = self.care.episodes[-1] if self.care.episodes else None
        return last.team.code if last and last.team else ""


def build_csds(service_id: int, month: Month, codes: Codes) -> Built:
    """Every row of the month for one service. Empty text stands for nothing known; NOT SET for a code not settled."""
    left_out: Counter[str] = Counter()
    requests = {one.care.referral.pk: one for one in _requests(service_id, month, codes, left_out)}
    visits = _visits(service_id, month, requests, left_out)
    people = {one.care.referral.person_id: one.care.referral.person for one in requests.values()}
    rows: Rows = {table.code: [] for table in TABLES}
    rows["CYP000"] = [_header(month, codes)]
    rows["CYP001"] = list(_patients(people, month, codes))
    rows["CYP002"] = [
        {PATIENT: person.reference, "GENERAL MEDICAL PRACTICE (PATIENT REGISTRATION)": person.gp_practice.ods_code}
        for person in _in_order(people)
        if person.gp_practice and person.gp_practice.ods_code
    ]
    for request in sorted(requests.values(), key=lambda one: one.identifier):
        rows["CYP101"].append(_referral(request, codes))
        rows["CYP102"].append(_team_type(request, codes))
        rows["CYP104"].extend(_clocks(request, month, codes))
        rows["CYP105"].extend(_onward(request, codes))
    first_contacts = _first_contacts(requests, month)
    for visit in visits:
        rows["CYP201"].append(_contact(visit, requests, first_contacts, codes))
        rows["CYP202"].extend(_activities(visit, codes))
    rows["CYP901"] = list(_staff(visits, codes))
    return Built(TABLES, rows, dict(sorted(left_out.items())))


def _requests(service_id: int, month: Month, codes: Codes, left_out: Counter[str]) -> Iterable[_Request]:
    for care in care_in(service_id, month):
        team_type = codes.mappings["team_type"].get(care.pathway.code, "") if care.pathway else ""
        if care.referral.person is None:
            left_out["Referrals about staff or a service, not a person"] += 1
        elif care.pathway is None:
            left_out["Referrals without a pathway yet"] += 1
        elif not team_type:
            left_out[f"Referrals of the pathway {care.pathway.code}, no team type set"] += 1
        else:
            yield _Request(care, team_type)


def _visits(
    service_id: int, month: Month, requests: dict[int, _Request], left_out: Counter[str]
) -> list[tuple[Visit, int]]:
    """The month's contacts, each with the number of the referral it belongs to."""
    rows = (
        Visit.objects.filter(service_id=service_id, day__gte=month.first, day__lt=month.next, state__in=REPORTED)
        .select_related("episode")
        .prefetch_related("assignments__worker__registrations")
        .order_by("day", "pk")
    )
    roots = {episode.pk: number for number, one in requests.items() for episode in one.care.episodes}
    found = []
    for visit in rows:
        referral_id = roots.get(visit.episode_id)
        if visit.person_id is None:
            left_out["Visits to a group, not a person"] += 1
        elif referral_id is None:
            left_out["Visits that belong to no referral that is submitted"] += 1
        else:
            found.append((visit, referral_id))
    return found


def _first_contacts(requests: dict[int, _Request], month: Month) -> set[int]:
    """The first contact that happened on each referral, whichever month it was in."""
    first: dict[int, tuple[datetime, int]] = {}
    done = Visit.objects.filter(state=VisitState.DONE, day__lt=month.next, episode__referral_id__in=list(requests))
    for visit_id, referral_id, opens in done.values_list("pk", "episode__referral_id", "window_opens_at"):
        first[referral_id] = min(first.get(referral_id, (opens, visit_id)), (opens, visit_id))
    return {visit_id for _, visit_id in first.values()}


def _in_order(people: dict[int, Person]) -> list[Person]:
    return sorted(people.values(), key=lambda person: (person.reference, person.pk))


def _header(month: Month, codes: Codes) -> Row:
    return {
        "DATA SET VERSION NUMBER": codes.texts["version"],
        "ORGANISATION IDENTIFIER (CODE OF PROVIDER)": codes.texts["provider"],
        "ORGANISATION IDENTIFIER (CODE OF SUBMITTING ORGANISATION)": codes.texts["submitter"],
        "PRIMARY DATA COLLECTION SYSTEM IN USE": codes.texts["system"],
        "REPORTING PERIOD START DATE": month.first.isoformat(),
        "REPORTING PERIOD END DATE": month.last.isoformat(),
        # the moment the month ended, not the moment this ran: a month built again is the same to the byte
        "DATE AND TIME DATA SET CREATED": month.ends.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M:%S"),
    }


def _patients(people: dict[int, Person], month: Month, codes: Codes) -> Iterable[Row]:
    homes = postcodes_at_the_end_of(month, list(people))
    for person in _in_order(people):
        died = person.died_on if person.died_on and person.died_on < month.next else None
        yield {
            PATIENT: person.reference,
            "ORGANISATION IDENTIFIER (LOCAL PATIENT IDENTIFIER)": codes.texts["provider"],
            "NHS NUMBER": person.nhs_number,
            "NHS NUMBER STATUS INDICATOR CODE": codes.code("nhs_number_status", person.nhs_number_status),
            "PERSON BIRTH DATE": person.birth_date.isoformat() if person.birth_date else "",
            "POSTCODE OF USUAL ADDRESS": homes.get(person.pk, ""),
            "PERSON STATED GENDER CODE": codes.code("gender", person.gender),
            "LANGUAGE CODE (PREFERRED)": "",
            "PERSON DEATH DATE": died.isoformat() if died else "",
        }


def _referral(request: _Request, codes: Codes) -> Row:
    referral = request.care.referral
    organisation = referral.organisation.ods_code if referral.organisation else ""
    return {
        REQUEST: request.identifier,
        PATIENT: referral.person.reference,
        "ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)": codes.texts["commissioner"],
        "REFERRAL REQUEST RECEIVED DATE": _day(referral.received_at),
        "REFERRAL REQUEST RECEIVED TIME": _time(referral.received_at),
        "SOURCE OF REFERRAL FOR COMMUNITY": codes.code("source_of_referral", referral.source),
        "ORGANISATION IDENTIFIER (REFERRING ORGANISATION)": organisation,
        "PRIORITY TYPE CODE": codes.code("priority", referral.urgency),
        "PRIMARY REASON FOR REFERRAL (COMMUNITY CARE)": codes.texts["primary_reason"],
        "SERVICE DISCHARGE DATE": _day(request.care.closed_at),
    }


def _team_type(request: _Request, codes: Codes) -> Row:
    is_turned_away = request.care.turned_away is not None
    return {
        REQUEST: request.identifier,
        TEAM: request.team,
        "SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE)": request.team_type,
        "REFERRAL CLOSURE DATE": _day(request.care.closed_at),
        "REFERRAL REJECTION DATE": _day(request.care.turned_away[1]) if request.care.turned_away else "",
        "REFERRAL CLOSURE REASON": codes.texts["closure_reason"] if request.care.closed_at else "",
        "REFERRAL REJECTION REASON": codes.texts["rejection_reason"] if is_turned_away else "",
    }


def _clocks(request: _Request, month: Month, codes: Codes) -> Iterable[Row]:
    pathway, referral = request.care.pathway, request.care.referral
    measures = {(one["pathway"], one["clock"]): one["type"] for one in codes.lists["waiting_times"]}
    submitted = [
        (clock, measures[pathway.code, clock.code])
        for clock in pathway.clocks
        if (pathway.code, clock.code) in measures
    ]
    if not submitted:
        return
    events = clock_events(referral.events.all())
    for episode in request.care.episodes[:1]:  # what was handed on goes by its own clocks
        events += clock_events(episode.events.all())
    events = [event for event in events if event.at < month.ends]
    for clock, measure in submitted:
        reading = reading_for(clock, referral, events, month.ends, in_words=False)
        if reading.started_at is not None:
            yield {
                REQUEST: request.identifier,
                "WAITING TIME MEASUREMENT TYPE (COMMUNITY CARE)": measure,
                "REFERRAL TO TREATMENT PERIOD START DATE": _day(reading.started_at),
                "REFERRAL TO TREATMENT PERIOD START TIME": _time(reading.started_at),
                "REFERRAL TO TREATMENT PERIOD END DATE": _day(reading.stopped_at),
                "REFERRAL TO TREATMENT PERIOD END TIME": _time(reading.stopped_at),
                "REFERRAL TO TREATMENT PERIOD STATUS": codes.code("clock_status", _status(reading)),
            }


def _status(reading: ClockReading) -> str:
    if reading.state is ClockState.CANCELLED:
        return "cancelled"
    return "stopped" if reading.stopped_at else "running"


def _onward(request: _Request, codes: Codes) -> Iterable[Row]:
    if request.care.turned_away and request.care.turned_away[0] == "referral_redirected":
        yield {
            REQUEST: request.identifier,
            "ONWARD REFERRAL DATE": _day(request.care.turned_away[1]),
            "ONWARD REFERRAL REASON (COMMUNITY CARE)": codes.texts["onward_reason"],
            # where it went is written in words, not as an organisation's code
            "ORGANISATION IDENTIFIER (RECEIVING ORGANISATION)": "",
        }


def _contact(one: tuple[Visit, int], requests: dict[int, _Request], first_contacts: set[int], codes: Codes) -> Row:
    visit, referral_id = one
    request, came = requests[referral_id], [(it.arrived_at, it.left_at) for it in _who_came(visit)]
    began = min((arrived for arrived, _ in came), default=None)
    is_done = visit.state == VisitState.DONE
    minutes = max((_minutes(arrived, left) for arrived, left in came if left), default=None)
    return {
        CONTACT: f"V{visit.pk}",
        REQUEST: request.identifier,
        TEAM: request.team,
        "CARE CONTACT DATE": _day(began) or visit.day.isoformat(),
        "CARE CONTACT TIME": _time(began or visit.window_opens_at),
        "ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)": codes.texts["commissioner"],
        "ADMINISTRATIVE CATEGORY CODE": "01",
        "CLINICAL CONTACT DURATION OF CARE CONTACT": "" if minutes is None else str(minutes),
        "CONSULTATION TYPE": ("01" if visit.pk in first_contacts else "02") if is_done else "",
        "CARE CONTACT SUBJECT": "01" if is_done else "",
        "CONSULTATION MECHANISM (COMMUNITY CARE)": "01",
        "ACTIVITY LOCATION TYPE CODE": codes.texts["location"],
        "GROUP THERAPY INDICATOR": "N",
        "ATTENDANCE STATUS": codes.code("attendance", visit.state),
        "CARE CONTACT CANCELLATION DATE": "",
    }


def _activities(one: tuple[Visit, int], codes: Codes) -> Iterable[Row]:
    for assignment in _who_came(one[0]):
        minutes = _minutes(assignment.arrived_at, assignment.left_at) if assignment.left_at else None
        yield {
            "CARE ACTIVITY IDENTIFIER": f"A{assignment.pk}",
            CONTACT: f"V{one[0].pk}",
            "COMMUNITY CARE ACTIVITY TYPE": codes.texts["activity_type"],
            PROFESSIONAL: assignment.worker.local_reference,
            "CLINICAL CONTACT DURATION OF CARE ACTIVITY": "" if minutes is None else str(minutes),
        }


def _staff(visits: list[tuple[Visit, int]], codes: Codes) -> Iterable[Row]:
    workers = {it.worker.local_reference: it.worker for visit, _ in visits for it in _who_came(visit)}
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


def _day(moment: datetime | None) -> str:
    return london_day(moment).isoformat() if moment else ""


def _time(moment: datetime | None) -> str:
    return moment.astimezone(LONDON).strftime("%H:%M:%S") if moment else ""
