"""The month's rows, from the record as it stood at the month's end.

What happened after the month is left out even where the record knows it by now, so that building a month again gives
the same rows unless somebody entered or corrected something about that month since.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from homeward.episodes.models import Episode
from homeward.kernel.rules import LONDON, london_day, london_moment, months_later
from homeward.outcomes.returns.csds.settings import CsdsSettings
from homeward.outcomes.returns.csds.tables import CONTACT, PATIENT, PROFESSIONAL, REQUEST, TABLES, TEAM
from homeward.people.models import Address, Person
from homeward.procedures.rules import ClockReading, ClockState, Pathway
from homeward.procedures.selectors import built, newest_pathways
from homeward.referrals.models import Referral
from homeward.referrals.selectors import clock_events, reading_for
from homeward.referrals.states import DECISION_EVENTS
from homeward.visits.models import Assignment, Visit
from homeward.visits.states import VisitState

Row = dict[str, str]
Rows = dict[str, list[Row]]
TURNED_AWAY = ("referral_declined", "referral_redirected", "advice_given", "referral_cancelled")
# A contact that was only wanted says nothing to the data set; these became something
REPORTED = (VisitState.DONE, VisitState.MISSED, VisitState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in England: its first day, and the moments it begins and the next one begins."""

    first: date

    @property
    def last(self) -> date:
        return date.fromordinal(self.next.toordinal() - 1)

    @property
    def next(self) -> date:
        return months_later(self.first, 1)

    @property
    def begins(self) -> datetime:
        return london_moment(self.first, 0)

    @property
    def ends(self) -> datetime:
        return london_moment(self.next, 0)


@dataclass(frozen=True, slots=True)
class Built:
    """The rows of every table, and how many of the record's things were left out, by why."""

    rows: Rows
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Request:
    """A referral and the care it led to, as they stood at the month's end."""

    referral: Referral
    identifier: str
    pathway: Pathway | None
    team_type: str
    team: str
    turned_away: tuple[str, datetime] | None
    closed_at: datetime | None


def build_rows(service_id: int, month: Month, settings: CsdsSettings) -> Built:
    """Every row of the month for one service. Empty text stands for nothing known; NOT SET for a code not settled."""
    left_out: Counter[str] = Counter()
    requests = {}
    for request in _requests(service_id, month, settings, left_out):
        requests[request.referral.pk] = request
    visits = _visits(service_id, month, requests, left_out)
    people = {request.referral.person_id: request.referral.person for request in requests.values()}
    rows: Rows = {table.code: [] for table in TABLES}
    rows["CYP000"] = [_header(month, settings)]
    rows["CYP001"] = list(_patients(people, month, settings))
    rows["CYP002"] = [
        {PATIENT: person.reference, "GENERAL MEDICAL PRACTICE (PATIENT REGISTRATION)": person.gp_practice.ods_code}
        for person in _in_order(people)
        if person.gp_practice and person.gp_practice.ods_code
    ]
    for request in sorted(requests.values(), key=lambda one: one.identifier):
        rows["CYP101"].append(_referral(request, settings))
        rows["CYP102"].append(_team_type(request, settings))
        rows["CYP104"].extend(_clocks(request, month, settings))
        rows["CYP105"].extend(_onward(request, settings))
    first_contacts = _first_contacts(requests, month)
    for visit in visits:
        rows["CYP201"].append(_contact(visit, requests, first_contacts, settings))
        rows["CYP202"].extend(_activities(visit, settings))
    rows["CYP901"] = list(_staff(visits, settings))
    return Built(rows, dict(sorted(left_out.items())))


def _requests(service_id: int, month: Month, settings: CsdsSettings, left_out: Counter[str]) -> Iterable[_Request]:
    rows = (
        Referral.objects.filter(service_id=service_id, received_at__lt=month.ends)
        .select_related("person__gp_practice", "organisation")
        .prefetch_related("events")
        .order_by("received_at", "pk")
    )
    newest = {pathway.code: pathway for pathway in newest_pathways()}
    chains = _chains(service_id, month)
    for referral in rows:
        turned_away, chain = _turned_away(referral, month), chains.get(referral.pk, [])
        closed_at = _closed_at(chain, month)
        ended_at = turned_away[1] if turned_away else closed_at
        if ended_at is not None and ended_at < month.begins:
            continue
        if referral.person is None:
            left_out["Referrals about staff or a service, not a person"] += 1
            continue
        pathway = built(chain[0].pathway) if chain else newest.get(referral.pathway_code)
        team_type = settings.mappings["team_type"].get(pathway.code, "") if pathway else ""
        if not team_type:
            why = "without a pathway yet" if pathway is None else f"of the pathway {pathway.code}, no team type set"
            left_out[f"Referrals {why}"] += 1
            continue
        team = chain[-1].team.code if chain and chain[-1].team else ""
        yield _Request(referral, referral.reference, pathway, team_type, team, turned_away, closed_at)


def _chains(service_id: int, month: Month) -> dict[int, list[Episode]]:
    """The episodes each referral led to, those handed on from another included, oldest first."""
    episodes = (
        Episode.objects.filter(service_id=service_id, started_at__lt=month.ends)
        .select_related("pathway", "team")
        .order_by("started_at", "pk")
    )
    root: dict[int, int] = {}
    chains: dict[int, list[Episode]] = defaultdict(list)
    for episode in episodes:
        referral_id = episode.referral_id or root.get(episode.follows_id)
        if referral_id is not None:
            root[episode.pk] = referral_id
            chains[referral_id].append(episode)
    return chains


def _turned_away(referral: Referral, month: Month) -> tuple[str, datetime] | None:
    """The decision that ended a referral without care by the month's end, where it stands."""
    events = [event for event in clock_events(referral.events.all()) if event.at < month.ends]
    decided = [one for one in events if one.kind in DECISION_EVENTS or one.kind == "referral_reopened"]
    last = max(decided, key=lambda one: one.at, default=None)
    return (last.kind, last.at) if last and last.kind in TURNED_AWAY else None


def _closed_at(chain: list[Episode], month: Month) -> datetime | None:
    """When the last of its episodes ended, where all had by the month's end."""
    ends = [episode.ended_at for episode in chain]
    if not ends or any(end is None or end >= month.ends for end in ends):
        return None
    return max(ends)


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
    roots = {episode.pk: referral_id for referral_id, chain in _chains(service_id, month).items() for episode in chain}
    found = []
    for visit in rows:
        referral_id = roots.get(visit.episode_id)
        if visit.person_id is None:
            left_out["Visits to a group, not a person"] += 1
        elif referral_id is None:
            left_out["Visits that belong to no referral"] += 1
        elif referral_id not in requests:
            left_out["Visits of referrals that are not submitted"] += 1
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


def _header(month: Month, settings: CsdsSettings) -> Row:
    return {
        "DATA SET VERSION NUMBER": settings.texts["version"],
        "ORGANISATION IDENTIFIER (CODE OF PROVIDER)": settings.texts["provider"],
        "ORGANISATION IDENTIFIER (CODE OF SUBMITTING ORGANISATION)": settings.texts["submitter"],
        "PRIMARY DATA COLLECTION SYSTEM IN USE": settings.texts["system"],
        "REPORTING PERIOD START DATE": month.first.isoformat(),
        "REPORTING PERIOD END DATE": month.last.isoformat(),
        # the moment the month ended, not the moment this ran: a month built again is the same to the byte
        "DATE AND TIME DATA SET CREATED": month.ends.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M:%S"),
    }


def _patients(people: dict[int, Person], month: Month, settings: CsdsSettings) -> Iterable[Row]:
    homes: dict[int, str] = {}
    lived = Address.objects.filter(person_id__in=list(people), starts_on__lt=month.next).order_by("starts_on", "pk")
    for address in lived:
        if address.ends_on is None or address.ends_on >= month.last:
            homes[address.person_id] = address.postcode
    for person in _in_order(people):
        died = person.died_on if person.died_on and person.died_on < month.next else None
        yield {
            PATIENT: person.reference,
            "ORGANISATION IDENTIFIER (LOCAL PATIENT IDENTIFIER)": settings.texts["provider"],
            "NHS NUMBER": person.nhs_number,
            "NHS NUMBER STATUS INDICATOR CODE": settings.code("nhs_number_status", person.nhs_number_status),
            "PERSON BIRTH DATE": person.birth_date.isoformat() if person.birth_date else "",
            "POSTCODE OF USUAL ADDRESS": homes.get(person.pk, ""),
            "PERSON STATED GENDER CODE": settings.code("gender", person.gender),
            "LANGUAGE CODE (PREFERRED)": "",
            "PERSON DEATH DATE": died.isoformat() if died else "",
        }


def _referral(request: _Request, settings: CsdsSettings) -> Row:
    referral = request.referral
    organisation = referral.organisation.ods_code if referral.organisation else ""
    return {
        REQUEST: request.identifier,
        PATIENT: referral.person.reference,
        "ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)": settings.texts["commissioner"],
        "REFERRAL REQUEST RECEIVED DATE": _day(referral.received_at),
        "REFERRAL REQUEST RECEIVED TIME": _time(referral.received_at),
        "SOURCE OF REFERRAL FOR COMMUNITY": settings.code("source_of_referral", referral.source),
        "ORGANISATION IDENTIFIER (REFERRING ORGANISATION)": organisation,
        "PRIORITY TYPE CODE": settings.code("priority", referral.urgency),
        "PRIMARY REASON FOR REFERRAL (COMMUNITY CARE)": settings.texts["primary_reason"],
        "SERVICE DISCHARGE DATE": _day(request.closed_at),
    }


def _team_type(request: _Request, settings: CsdsSettings) -> Row:
    is_turned_away = request.turned_away is not None
    return {
        REQUEST: request.identifier,
        TEAM: request.team,
        "SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE)": request.team_type,
        "REFERRAL CLOSURE DATE": _day(request.closed_at),
        "REFERRAL REJECTION DATE": _day(request.turned_away[1]) if request.turned_away else "",
        "REFERRAL CLOSURE REASON": settings.texts["closure_reason"] if request.closed_at else "",
        "REFERRAL REJECTION REASON": settings.texts["rejection_reason"] if is_turned_away else "",
    }


def _clocks(request: _Request, month: Month, settings: CsdsSettings) -> Iterable[Row]:
    pathway, referral = request.pathway, request.referral
    submitted = [
        (clock, settings.waiting_times[pathway.code, clock.code])
        for clock in pathway.clocks
        if (pathway.code, clock.code) in settings.waiting_times
    ]
    if not submitted:
        return
    episode = getattr(referral, "episode", None)
    events = clock_events(referral.events.all()) + (clock_events(episode.events.all()) if episode else [])
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
                "REFERRAL TO TREATMENT PERIOD STATUS": settings.code("clock_status", _status(reading)),
            }


def _status(reading: ClockReading) -> str:
    if reading.state is ClockState.CANCELLED:
        return "cancelled"
    return "stopped" if reading.stopped_at else "running"


def _onward(request: _Request, settings: CsdsSettings) -> Iterable[Row]:
    if request.turned_away and request.turned_away[0] == "referral_redirected":
        yield {
            REQUEST: request.identifier,
            "ONWARD REFERRAL DATE": _day(request.turned_away[1]),
            "ONWARD REFERRAL REASON (COMMUNITY CARE)": settings.texts["onward_reason"],
            # where it went is written in words, not as an organisation's code
            "ORGANISATION IDENTIFIER (RECEIVING ORGANISATION)": "",
        }


def _contact(
    one: tuple[Visit, int], requests: dict[int, _Request], first_contacts: set[int], settings: CsdsSettings
) -> Row:
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
        "ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)": settings.texts["commissioner"],
        "ADMINISTRATIVE CATEGORY CODE": "01",
        "CLINICAL CONTACT DURATION OF CARE CONTACT": "" if minutes is None else str(minutes),
        "CONSULTATION TYPE": ("01" if visit.pk in first_contacts else "02") if is_done else "",
        "CARE CONTACT SUBJECT": "01" if is_done else "",
        "CONSULTATION MECHANISM (COMMUNITY CARE)": "01",
        "ACTIVITY LOCATION TYPE CODE": settings.texts["location"],
        "GROUP THERAPY INDICATOR": "N",
        "ATTENDANCE STATUS": settings.code("attendance", visit.state),
        "CARE CONTACT CANCELLATION DATE": "",
    }


def _activities(one: tuple[Visit, int], settings: CsdsSettings) -> Iterable[Row]:
    for assignment in _who_came(one[0]):
        minutes = _minutes(assignment.arrived_at, assignment.left_at) if assignment.left_at else None
        yield {
            "CARE ACTIVITY IDENTIFIER": f"A{assignment.pk}",
            CONTACT: f"V{one[0].pk}",
            "COMMUNITY CARE ACTIVITY TYPE": settings.texts["activity_type"],
            PROFESSIONAL: assignment.worker.local_reference,
            "CLINICAL CONTACT DURATION OF CARE ACTIVITY": "" if minutes is None else str(minutes),
        }


def _staff(visits: list[tuple[Visit, int]], settings: CsdsSettings) -> Iterable[Row]:
    workers = {it.worker.local_reference: it.worker for visit, _ in visits for it in _who_came(visit)}
    for reference, worker in sorted(workers.items()):
        held = sorted(
            (one for one in worker.registrations.all() if one.ended_on is None),
            key=lambda one: (one.register, one.number),
        )
        yield {
            PROFESSIONAL: reference,
            "PROFESSIONAL REGISTRATION BODY CODE": settings.code("registration_body", held[0].register) if held else "",
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
