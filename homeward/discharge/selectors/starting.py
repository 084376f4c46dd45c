"""The start of care at home: what a stay needs for it, what was promised, and whom to call after they left."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.assessments.models import FilledForm
from homeward.audit.services import record_reads
from homeward.discharge.models import (
    HospitalStay,
    LeavingItem,
    PathwayDecision,
    StartPromise,
    WelcomeCall,
)
from homeward.discharge.rules.documents import TRUSTED_ASSESSMENT
from homeward.discharge.rules.starting import call_due_on
from homeward.discharge.selectors.homegoing import not_arranged_for
from homeward.discharge.selectors.stays import TIED_FOR, missing_for
from homeward.discharge.states import AT_HOME, DESTINATION_PATHWAY, DecisionState, EndedAs, ItemState
from homeward.equipment.models import Kind
from homeward.equipment.selectors import Missing, kinds_of, loans_of_person, missing_before_home, requests_of_person
from homeward.equipment.states import OPEN_REQUESTS
from homeward.kernel.rules import london_day, wall_clock
from homeward.people.selectors import current_addresses, person_ids_of, sights
from homeward.procedures.rules import Setting, VisitTemplate, equipment_proposed
from homeward.procedures.rules.definitions import Per
from homeward.procedures.selectors import built, newest_pathways
from homeward.visits.planning import StartDay, Wanted, when_could_start
from homeward.visits.services.needing import OFFICE_HOURS

# For how many days it is worked out whether care could start. Local decision
DAYS_LOOKED_AHEAD = 7


@dataclass(frozen=True, slots=True)
class ChosenVisits:
    """Visits at home that somebody chose of a pathway: (visit, time of day) codes, by two workers if `is_for_two`."""

    pathway_code: str
    visits: frozenset[tuple[str, str]]
    is_for_two: bool = False


@dataclass(frozen=True, slots=True)
class EquipmentToAsk:
    """A kind of the catalogue that the trusted assessment asks for, and why. `request_id` is where it is asked for
    already; `is_there` where they have one from us."""

    kind: Kind
    says: str
    request_id: int | None
    is_there: bool


class StartNotFoundError(LookupError):
    """There is no such promise or thing to see to about this stay."""


@dataclass(frozen=True, slots=True)
class StartRecord:
    """What the start of care of one stay rests on: the decision in force, the newest complete trusted assessment, what
    was promised (the one in force last), what is to be seen to, the equipment they cannot leave without and have not
    got yet, and the calls after."""

    stay: HospitalStay
    decision: PathwayDecision | None
    assessment: FilledForm | None
    promises: tuple[StartPromise, ...]
    items: tuple[LeavingItem, ...]
    calls: tuple[WelcomeCall, ...]
    equipment: tuple[Missing, ...]

    @property
    def promise(self) -> StartPromise | None:
        """The promise in force."""
        return next((one for one in self.promises if one.taken_back_at is None), None)

    @property
    def call_due_on(self) -> date | None:
        """The day on which to call, for who came home and was not reached yet."""
        return _call_due(self.stay) if not any(one.is_reached for one in self.calls) else None


@dataclass(frozen=True, slots=True)
class StartLine:
    """A stay in the list of starts: what is promised, how much is still to be seen to, what equipment they cannot leave
    without and have not got yet, and when to call."""

    stay: HospitalStay
    promise: StartPromise | None
    to_do: int
    equipment: tuple[Missing, ...]
    call_due_on: date | None


@dataclass(frozen=True, slots=True)
class Starts:
    """Stays whose way is home: those to promise, those promised, those to call after; and how many are kept back."""

    to_promise: tuple[StartLine, ...]
    promised: tuple[StartLine, ...]
    to_call: tuple[StartLine, ...]
    kept_back: int


def home_pathways(actor: Actor, service_id: int) -> dict[str, tuple[str, tuple[VisitTemplate, ...]]]:
    """By code, the title of each published pathway that brings visits at home every day, and those visits. What comes
    less often is planned with the person once they are at home.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    found = {}
    for pathway in newest_pathways():
        visits = tuple(
            one
            for one in pathway.visits
            if one.is_starting_point and one.staff and one.setting is Setting.HOME and one.frequency.per is Per.DAY
        )
        if visits:
            found[pathway.code] = (pathway.title, visits)
    return found


def when_care_could_start(
    actor: Actor, stay: HospitalStay, chosen: ChosenVisits, now: datetime, first: date, days: int = DAYS_LOOKED_AHEAD
) -> tuple[StartDay, ...]:
    """On which of so many days from the `first` on every visit chosen has room, why not before, and what would bring
    it forward. `stay` comes from `stay_for`, which checked and audited the opening. Changes nothing.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    _, templates = home_pathways(actor, stay.service_id).get(chosen.pathway_code, ("", ()))
    wanted = [
        Wanted(day, opens_at, closes_at, slots, template.title)
        for day in (first + timedelta(days=ahead) for ahead in range(days))
        for template in templates
        for code, opens_at, closes_at in _times(template)
        if (template.code, code) in chosen.visits and wall_clock(day, closes_at) > now
        for slots in [_slots(template, is_for_two=chosen.is_for_two)]
    ]
    address = next(iter(current_addresses(stay.person, first)), None)
    return when_could_start(actor, stay.service_id, stay.person, address, wanted, now)


def _times(template: VisitTemplate) -> list[tuple[str, str, str]]:
    times = [(time.code, time.starts_from, time.starts_by) for time in template.times_of_day]
    return times or [("", *OFFICE_HOURS)]


def _slots(template: VisitTemplate, *, is_for_two: bool) -> tuple[dict, ...]:
    slots = tuple(
        {"skill": slot.skill, "competences": list(slot.competences), "minutes": template.minutes}
        for slot in template.staff
    )
    return slots * 2 if is_for_two and len(slots) == 1 else slots


def start_record(actor: Actor, stay: HospitalStay, now: datetime) -> StartRecord:
    """What the start of care of a stay rests on. `stay` comes from `stay_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    decision = stay.decisions.filter(state=DecisionState.MADE).first()
    assessments = FilledForm.objects.filter(
        person_id__in=person_ids_of(stay.person), form__code=TRUSTED_ASSESSMENT, completed_at__gte=stay.admitted_at,
    ).exclude(corrected_by__completed_at__isnull=False)  # fmt: skip
    return StartRecord(
        stay=stay,
        decision=decision,
        assessment=assessments.select_related("form").order_by("-completed_at").first(),
        promises=tuple(stay.promises.select_related("episode__pathway").order_by("promised_at", "id")),
        items=tuple(stay.leaving_items.order_by("id")),
        calls=tuple(stay.welcome_calls.order_by("called_at", "id")),
        equipment=missing_for(actor, stay, now),
    )


def equipment_to_ask(actor: Actor, record: StartRecord) -> tuple[EquipmentToAsk, ...]:
    """What the trusted assessment asks for of what the service offers; nothing once they have left, or for who does not
    see equipment. `record` is of a stay that `stay_for` checked and audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, record.stay.service_id)
    if record.assessment is None or not record.stay.is_open or not actor.may(Permission.SEE_EQUIPMENT):
        return ()
    offered = {one.code: one for one in kinds_of(actor, record.stay.service_id)}
    person = record.stay.person
    asked = {one.kind_id: one.pk for one in requests_of_person(actor, person) if one.state in OPEN_REQUESTS}
    there = {one.kind.pk for one in loans_of_person(actor, person) if one.ended_at is None}
    return tuple(
        EquipmentToAsk(offered[one.kind], one.says, asked.get(offered[one.kind].pk), offered[one.kind].pk in there)
        for one in equipment_proposed(built(record.assessment.form), record.assessment.answers)
        if one.kind in offered
    )


def item_of(actor: Actor, stay: HospitalStay, item_id: int) -> LeavingItem:
    """One thing to see to before somebody leaves. `stay` comes from `stay_for`, which audited the opening.

    Raises: NotAllowedError; StartNotFoundError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    item = stay.leaving_items.filter(pk=item_id).first()
    if item is None:
        raise StartNotFoundError("There is no such thing on the list.")
    item.stay = stay
    return item


def starts_of(actor: Actor, service_id: int, now: datetime) -> Starts:
    """Everybody whose decided way is home, in hospital or lately home and to be called, the longest ready first. Of
    people whose visits the actor may see; audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    waiting = Q(left_at__isnull=True, pathway__in=AT_HOME)
    lately_home = Q(ended_as=EndedAs.LEFT, left_at__gte=now - TIED_FOR)
    promises = Prefetch("promises", StartPromise.objects.filter(taken_back_at__isnull=True), to_attr="in_force")
    stays = list(
        HospitalStay.objects.filter(waiting | lately_home, service_id=service_id)
        .select_related("person", "hospital", "transport", "home_medicines")
        .prefetch_related(promises, "leaving_items", "welcome_calls")
        .order_by("ready_on", "admitted_at", "pk")
    )
    seen = sights(actor, [stay.person for stay in stays], now)
    shown = [stay for stay in stays if seen[stay.person_id] >= Sight.VISIT]
    record_reads(
        actor=actor, action="list starts of care", subject_kind="stay", now=now, service_id=service_id,
        person_ids=[stay.person_id for stay in shown],
    )  # fmt: skip
    missing = missing_before_home(actor, [stay.person_id for stay in shown if stay.is_open], now)
    parts: dict[str, list[StartLine]] = {"promise": [], "promised": [], "call": []}
    for stay in shown:
        line = _line(stay, tuple(missing.get(stay.person_id, ())), not_arranged_for(actor, stay, now))
        if stay.is_open:
            parts["promised" if line.promise else "promise"].append(line)
        elif line.call_due_on is not None:
            parts["call"].append(line)
    parts["promised"].sort(key=lambda line: line.promise.first_visit_at)
    parts["call"].sort(key=lambda line: line.call_due_on)
    return Starts(tuple(parts["promise"]), tuple(parts["promised"]), tuple(parts["call"]), len(stays) - len(shown))


def _line(stay: HospitalStay, equipment: tuple[Missing, ...], arranging: tuple[str, ...]) -> StartLine:
    states = Counter(item.state for item in stay.leaving_items.all())
    is_reached = any(call.is_reached for call in stay.welcome_calls.all())
    promise = next(iter(stay.in_force), None)
    to_do = states[ItemState.OPEN] + len(arranging)
    return StartLine(stay, promise, to_do, equipment, None if is_reached else _call_due(stay))


def _call_due(stay: HospitalStay) -> date | None:
    """The day on which to call who left for home."""
    if stay.ended_as != EndedAs.LEFT or stay.left_at is None:
        return None
    if stay.destination and DESTINATION_PATHWAY[stay.destination] not in AT_HOME:
        return None
    return call_due_on(london_day(stay.left_at))
