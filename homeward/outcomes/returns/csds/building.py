"""The month's rows, from the record as it stood at the month's end.

What happened after the month is left out even where the record knows it by now, so that building a month again gives
the same rows unless somebody entered or corrected something about that month since.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from homeward.assessments.states import SubjectKind
from homeward.kernel.rules import LONDON
from homeward.outcomes.returns.care import postcodes_at_the_end_of
from homeward.outcomes.returns.checking import Rows
from homeward.outcomes.returns.codes import Codes
from homeward.outcomes.returns.csds.contacts import (
    activities,
    activities_of_place,
    contact,
    contact_of_place,
    first_contacts_of,
    places_in,
    staff,
    visits_in,
)
from homeward.outcomes.returns.csds.groups import groups_in, sessions
from homeward.outcomes.returns.csds.measured import readings, scores
from homeward.outcomes.returns.csds.requests import Request, requests_in
from homeward.outcomes.returns.csds.standing import accommodation, assistive_technology, care_plans
from homeward.outcomes.returns.csds.tables import PATIENT, REQUEST, TABLES, TEAM
from homeward.outcomes.returns.months import Month, day_of, time_of
from homeward.outcomes.returns.writing import Built, ethnicity_not_asked
from homeward.people.models import Person
from homeward.procedures.rules import ClockReading, ClockState
from homeward.referrals.selectors import clock_events, reading_for

Row = dict[str, str]
CODES = Path(__file__).with_name("codes.yaml")


def build_csds(service_id: int, month: Month, codes: Codes) -> Built:
    """Every row of the month for one service. Empty text stands for nothing known; NOT SET for a code not settled."""
    left_out: Counter[str] = Counter()
    requests = {one.care.referral.pk: one for one in requests_in(service_id, month, codes, left_out)}
    visits = visits_in(service_id, month, requests, left_out)
    groups = groups_in(service_id, month, left_out)
    places = places_in(groups, requests, left_out)
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
    rows["CYP003"] = list(accommodation(people, month, codes))
    rows["CYP004"], rows["CYP005"] = care_plans(
        [episode.pk for one in requests.values() for episode in one.care.episodes], month, codes
    )
    first_contacts = first_contacts_of(requests, places, month)
    for visit in visits:
        rows["CYP201"].append(contact(visit, requests, first_contacts, codes))
        rows["CYP202"].extend(activities(visit, codes))
    for place in places:
        rows["CYP201"].append(contact_of_place(place, requests, first_contacts, codes))
        rows["CYP202"].extend(activities_of_place(place, codes))
    rows["CYP202"].extend(readings([visit.pk for visit, _ in visits], month, codes, left_out))
    rows["CYP301"] = list(sessions(groups, codes))
    rows["CYP404"] = list(assistive_technology(people, month, codes, left_out))
    rows["CYP609"] = list(scores(_subjects(requests), month, codes, left_out))
    rows["CYP901"] = list(staff(rows, service_id, codes))
    return Built(
        TABLES,
        {table.code: table.whole(rows[table.code]) for table in TABLES},
        dict(sorted(left_out.items())),
        ethnicity_not_asked(people.values()),
    )


def _subjects(requests: dict[int, Request]) -> dict[tuple[str, int], str]:
    """What a form can be about, and the referral that is: the referral itself or one of its episodes."""
    found = {(SubjectKind.REFERRAL.value, number): one.identifier for number, one in requests.items()}
    for one in requests.values():
        found |= {(SubjectKind.EPISODE.value, episode.pk): one.identifier for episode in one.care.episodes}
    return found


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
            "ETHNIC CATEGORY": person.ethnic_category or codes.texts["ethnic_category_not_asked"],
            "LANGUAGE CODE (PREFERRED)": "",
            "PERSON DEATH DATE": died.isoformat() if died else "",
        }


def _referral(request: Request, codes: Codes) -> Row:
    referral = request.care.referral
    organisation = referral.organisation.ods_code if referral.organisation else ""
    return {
        REQUEST: request.identifier,
        PATIENT: referral.person.reference,
        "ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)": codes.texts["commissioner"],
        "REFERRAL REQUEST RECEIVED DATE": day_of(referral.received_at),
        "REFERRAL REQUEST RECEIVED TIME": time_of(referral.received_at),
        "SOURCE OF REFERRAL FOR COMMUNITY": codes.code("source_of_referral", referral.source),
        "ORGANISATION IDENTIFIER (REFERRING ORGANISATION)": organisation,
        "PRIORITY TYPE CODE": codes.code("priority", referral.urgency),
        "PRIMARY REASON FOR REFERRAL (COMMUNITY CARE)": codes.texts["primary_reason"],
        "SERVICE DISCHARGE DATE": day_of(request.care.closed_at),
    }


def _team_type(request: Request, codes: Codes) -> Row:
    is_turned_away = request.care.turned_away is not None
    return {
        REQUEST: request.identifier,
        TEAM: request.team,
        "SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE)": request.team_type,
        "REFERRAL CLOSURE DATE": day_of(request.care.closed_at),
        "REFERRAL REJECTION DATE": day_of(request.care.turned_away[1]) if request.care.turned_away else "",
        "REFERRAL CLOSURE REASON": codes.texts["closure_reason"] if request.care.closed_at else "",
        "REFERRAL REJECTION REASON": codes.texts["rejection_reason"] if is_turned_away else "",
    }


def _clocks(request: Request, month: Month, codes: Codes) -> Iterable[Row]:
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
                "REFERRAL TO TREATMENT PERIOD START DATE": day_of(reading.started_at),
                "REFERRAL TO TREATMENT PERIOD START TIME": time_of(reading.started_at),
                "REFERRAL TO TREATMENT PERIOD END DATE": day_of(reading.stopped_at),
                "REFERRAL TO TREATMENT PERIOD END TIME": time_of(reading.stopped_at),
                "REFERRAL TO TREATMENT PERIOD STATUS": codes.code("clock_status", _status(reading)),
            }


def _status(reading: ClockReading) -> str:
    if reading.state is ClockState.CANCELLED:
        return "cancelled"
    return "stopped" if reading.stopped_at else "running"


def _onward(request: Request, codes: Codes) -> Iterable[Row]:
    if request.care.turned_away and request.care.turned_away[0] == "referral_redirected":
        yield {
            REQUEST: request.identifier,
            "ONWARD REFERRAL DATE": day_of(request.care.turned_away[1]),
            "ONWARD REFERRAL REASON (COMMUNITY CARE)": codes.texts["onward_reason"],
            # where it went is written in words, not as an organisation's code
            "ORGANISATION IDENTIFIER (RECEIVING ORGANISATION)": "",
        }
