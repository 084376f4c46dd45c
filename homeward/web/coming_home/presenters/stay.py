"""The page of a stay: what is next, the way home, what the community knows, and all that happened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from homeward.access.rules import Actor, Permission
from homeward.discharge.rules.ready import ReadyPeriod
from homeward.discharge.selectors import Community, StayRecord, medicines_of, not_arranged_for, transport_of
from homeward.discharge.states import (
    ChoiceAnswer,
    Criterion,
    DecisionState,
    DelayReason,
    EndedAs,
    HomePathway,
    StayEventKind,
)
from homeward.kernel.rules import london_day, spaced_nhs_number
from homeward.web.clocks import left_words, time_words
from homeward.web.coming_home.presenters.homegoing import Arranged, medicines_words, transport_words
from homeward.web.coming_home.presenters.words import (
    EquipmentLine,
    bed_says,
    bed_tag,
    days_words,
    delay_words,
    destination_words,
    equipment_line,
    near_day,
    pathway_words,
)
from homeward.web.persons import age_words, short_day
from homeward.web.templating import day_text, moment_text
from homeward.web.words import counted, wall_words, weekday_words

FIELDS = {
    "ward": "Ward",
    "bed": "Bed",
    "consultant": "Consultant",
    "hospital": "Hospital",
    "hospital_name": "Hospital",
    "team": "Team",
    "reason": "Why admitted",
    "likely_pathway": "Pathway thought likely",
    "text": "What",
    "owner": "Who",
    "due_at": "Due",
}
DECISION_COLOURS = {DecisionState.PROPOSED: "yellow", DecisionState.MADE: "green", DecisionState.SET_ASIDE: "grey"}

ANSWER_COLOURS = {ChoiceAnswer.CHOSEN: "green", ChoiceAnswer.REFUSED: "grey", ChoiceAnswer.WAITING: "yellow"}


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One thing to do, or done. `due` is a moment for the page to count down to, or empty."""

    id: int
    text: str
    owner: str
    due: str
    due_words: str
    left: str
    is_late: bool
    blocker: str
    blocker_says: str
    blocked_since: str
    earlier_blocks: tuple[str, ...]
    made: str
    closed: str
    closed_note: str
    state: str
    is_dropped: bool


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One choice that was offered: by whom, from when and at what cost to the person, and the answer."""

    what: str
    more: str
    answer: str
    colour: str
    said: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision on the way home, in words."""

    id: int
    pathway: str
    destination: str
    state: str
    colour: str
    is_proposed: bool
    is_made: bool
    why_not_home: str
    not_home_text: str
    person_said: str
    choices_offered: str
    choices: tuple[ChoiceLine, ...]
    unanswered: tuple[tuple[str, str, str], ...]
    capacity: str
    decided_by: str
    forms: tuple[tuple[str, str], ...]
    starts: str
    proposed: str
    confirmed: str
    set_aside: str
    may_confirm: bool
    may_set_aside: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened."""

    what: str
    text: str
    by: str
    when: str


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document that is asked for; `url` is where it is filled in or kept."""

    title: str
    is_there: bool
    url: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the community knew before they came in; each a line of text."""

    is_known: bool
    pathways: tuple[str, ...]
    plans: tuple[tuple[str, str], ...]
    usual: str
    visits: tuple[str, ...]
    call: tuple[tuple[str, str], ...]
    staff: tuple[str, ...]
    alerts: tuple[tuple[str, str], ...]
    paused: str
    may_pause: bool


@dataclass(frozen=True, slots=True)
class StayPage:
    """One stay as its page prints it, and what its reader can do."""

    id: int
    name: str
    who: str
    nhs_number: str
    person_url: str
    where: str
    consultant: str
    reason: str
    admitted: str
    days_in: str
    ready: str
    ready_colour: str
    ready_since: str
    earlier_periods: tuple[str, ...]
    criteria_today: str
    expected: str
    is_expected_past: bool
    team: str
    likely: str
    is_open: bool
    ended: str
    actions: tuple[ActionLine, ...]
    closed_actions: tuple[ActionLine, ...]
    decision: DecisionLine | None
    proposal: DecisionLine | None
    earlier_decisions: tuple[DecisionLine, ...]
    bed: Arranged | None
    bed_url: str
    transport: Arranged
    medicines: Arranged
    not_arranged: str
    documents: tuple[DocumentLine, ...]
    equipment: tuple[EquipmentLine, ...]
    ask_equipment_url: str
    known: Known
    events: tuple[Happened, ...]
    may_chase: bool
    may_decide: bool


def present_stay(record: StayRecord, community: Community, actor: Actor, now: datetime) -> StayPage:
    """A stay with everything about it."""
    stay, person, today = record.stay, record.person, london_day(now)
    until = london_day(stay.left_at) if stay.left_at else today
    decisions = [_decision(one, actor, stay.is_open, now) for one in record.decisions]
    where = ", ".join(filter(None, (stay.ward, f"bed {stay.bed}" if stay.bed else "", stay.hospital_label)))
    ready, colour = _ready(stay)
    return StayPage(
        id=stay.pk,
        name=person.label,
        who=age_words(person, today),
        nhs_number=spaced_nhs_number(person.nhs_number) if person.nhs_number else "",
        person_url=reverse("people:person", args=[person.pk]),
        where=where,
        consultant=stay.consultant,
        reason=stay.reason,
        admitted=moment_text(stay.admitted_at),
        days_in=days_words((until - london_day(stay.admitted_at)).days),
        ready=ready,
        ready_colour=colour,
        ready_since=_since(stay.ready_on, until) if stay.ready_on else "",
        earlier_periods=tuple(_period(one) for one in record.periods if one.met_again is not None),
        criteria_today=_criteria_today(record, today),
        expected=day_text(stay.expected_on) if stay.expected_on else "",
        is_expected_past=stay.is_open and stay.expected_on is not None and stay.expected_on < today,
        team=stay.team.name if stay.team else "",
        likely=pathway_words(stay.likely_pathway) if stay.likely_pathway and not stay.pathway else "",
        is_open=stay.is_open,
        ended=_ended(stay),
        actions=tuple(_action(one, now) for one in record.open_actions),
        closed_actions=tuple(_action(one, now) for one in reversed(record.closed_actions)),
        decision=next((one for one in decisions if one.is_made), None),
        proposal=next((one for one in decisions if one.is_proposed), None),
        earlier_decisions=tuple(one for one in reversed(decisions) if not (one.is_made or one.is_proposed)),
        bed=_bed(record, now),
        bed_url=_bed_url(record, actor),
        transport=transport_words(transport_of(actor, stay), stay),
        medicines=medicines_words(medicines_of(actor, stay), stay),
        not_arranged=", ".join(not_arranged_for(actor, stay, now)),
        documents=document_lines(record),
        equipment=tuple(map(equipment_line, record.equipment)),
        ask_equipment_url=reverse("equipment:ask", args=[person.pk])
        if stay.is_open and actor.may(Permission.ASK_EQUIPMENT)
        else "",
        known=_known(community, actor, now),
        events=tuple(happened(one) for one in reversed(record.events)),
        may_chase=actor.may(Permission.CHASE),
        may_decide=actor.may(Permission.DECIDE_PATHWAY),
    )


def _ready(stay) -> tuple[str, str]:
    if not stay.is_open:
        return EndedAs(stay.ended_as).label, "grey"
    if stay.is_criteria_met is None:
        return "Criteria to reside not recorded", "yellow"
    return ("Still needs hospital", "blue") if stay.is_criteria_met else ("Ready to leave", "red")


def _bed(record: StayRecord, now: datetime) -> Arranged | None:
    """How far a bed is, where one was asked for or is decided on."""
    if record.bed is None and record.stay.pathway != HomePathway.P2:
        return None
    return Arranged(bed_tag(record.bed), "", bed_says(record.bed, now), "")


def _bed_url(record: StayRecord, actor: Actor) -> str:
    """Where the bed is asked for, or seen to."""
    if record.bed is None or record.bed.is_over:
        may = record.stay.is_open and actor.may(Permission.TAKE_REFERRALS)
        return f"{reverse('beds:refer', args=[record.person.pk])}?stay={record.stay.pk}" if may else ""
    if not actor.may(Permission.SEE_BEDS):
        return ""
    if record.bed.stay_id is not None:
        return reverse("beds:stay", args=[record.bed.stay_id])
    return reverse("beds:referral", args=[record.bed.referral_id])


def _since(day: date, until: date) -> str:
    days = (until - day).days
    return f"since {short_day(day)}" + (f", {days_words(days)}" if days else "")


def _period(period: ReadyPeriod) -> str:
    return f"{short_day(period.first)}, until they met the criteria again on {short_day(period.met_again)}"


def _criteria_today(record: StayRecord, today: date) -> str:
    mine = [one for one in record.answers if one.day == today]
    if not mine:
        return ""
    newest = mine[-1]
    said = Criterion(newest.criterion).label if newest.is_met else "Meets none of them"
    return f"{said}, said {newest.by_name}"


def _ended(stay) -> str:
    if stay.is_open:
        return ""
    said = f"{EndedAs(stay.ended_as).label} on {moment_text(stay.left_at)}"
    return ". ".join(filter(None, (said, destination_words(stay.destination), stay.ended_note)))


def _action(action, now: datetime) -> ActionLine:
    is_open = action.closed_at is None
    blocks = list(action.blocks.all())
    standing = next((one for one in blocks if one.ended_at is None), None)
    return ActionLine(
        id=action.pk,
        text=action.text,
        owner=action.owner_label,
        due=action.due_at.isoformat() if is_open else "",
        due_words=time_words(action.due_at, now),
        left=left_words(action.due_at - now) if is_open else "",
        is_late=is_open and action.due_at < now,
        blocker=delay_words(action.blocker),
        blocker_says=DelayReason(action.blocker).label if action.blocker else "",
        blocked_since=moment_text(standing.started_at) if standing else "",
        earlier_blocks=tuple(
            f"{delay_words(one.reason)}, {moment_text(one.started_at)} to {moment_text(one.ended_at)}"
            for one in blocks
            if one.ended_at is not None
        ),
        made=f"{action.made_by}, {moment_text(action.made_at)}",
        closed="" if is_open else f"{action.closed_by}, {moment_text(action.closed_at)}",
        closed_note=action.closed_note,
        state=action.get_state_display(),
        is_dropped=action.state == "dropped",
    )


def _decision(one, actor: Actor, is_open: bool, now: datetime) -> DecisionLine:
    may = is_open and actor.may(Permission.DECIDE_PATHWAY)
    is_proposed = one.state == DecisionState.PROPOSED
    named = (
        ("Trusted assessment", one.trusted_assessment_id),
        ("Capacity assessment", one.capacity_assessment_id),
        ("Best-interests decision", one.best_interests_id),
    )
    return DecisionLine(
        id=one.pk,
        pathway=pathway_words(one.pathway),
        destination=one.get_destination_display(),
        state=one.get_state_display() if is_open or not is_proposed else "Not agreed when the stay ended",
        colour=DECISION_COLOURS[one.state] if is_open or not is_proposed else "grey",
        is_proposed=is_proposed,
        is_made=one.state == DecisionState.MADE,
        why_not_home=one.get_why_not_home_display() if one.why_not_home else "",
        not_home_text=one.not_home_text,
        person_said=one.person_said,
        choices_offered=one.choices_offered,
        choices=choice_lines(one, is_open=is_open),
        unanswered=tuple(
            (str(choice.pk), choice.what, "")
            for choice in one.choices.all()
            if choice.answer == ChoiceAnswer.WAITING and may and one.state != DecisionState.SET_ASIDE
        ),
        capacity=one.get_capacity_display(),
        decided_by=one.get_decided_by_display() + (f": {one.decided_by_name}" if one.decided_by_name else ""),
        forms=tuple((title, reverse("forms:form", args=[number])) for title, number in named if number),
        starts=near_day(one.care_starts_on, now) if one.care_starts_on else "",
        proposed=f"{one.proposed_by_name}, {moment_text(one.proposed_at)}",
        confirmed=f"{one.confirmed_by_name}, {moment_text(one.made_at)}" if one.confirmed_by_name else "",
        set_aside=f"{one.set_aside_by}, {moment_text(one.set_aside_at)}: {one.set_aside_reason}"
        if one.set_aside_at
        else "",
        may_confirm=may and is_proposed and one.proposed_by_id != actor.account_id,
        may_set_aside=may and one.state != DecisionState.SET_ASIDE,
    )


def choice_lines(decision, *, is_open: bool) -> tuple[ChoiceLine, ...]:
    """The choices that were offered before a decision, and what was answered to each; `is_open` while the stay goes on
    and an answer may still come."""
    return tuple(
        ChoiceLine(
            what=one.what,
            more=". ".join(
                filter(
                    None,
                    (
                        one.provider,
                        f"Could start {short_day(one.starts_on)}" if one.starts_on else "",
                        f"They would pay: {one.cost}" if one.cost else "",
                    ),
                )
            ),
            answer="Not answered" if one.answer == ChoiceAnswer.WAITING and not is_open else one.get_answer_display(),
            colour=ANSWER_COLOURS[one.answer],
            said=_answer_words(one),
        )
        for one in decision.choices.all()
    )


def _answer_words(one) -> str:
    said = ": ".join(filter(None, (one.answered_by, one.reason)))
    later = f"On {short_day(one.answered_on)}, recorded by {one.recorded_by}" if one.answered_on else ""
    return ". ".join(filter(None, (said, later)))


def document_lines(record: StayRecord) -> tuple[DocumentLine, ...]:
    """The documents a stay asks for, and where each is filled in or kept."""
    return tuple(
        DocumentLine(
            one.title,
            one.is_there,
            reverse("forms:of_person" if one.is_form else "documents:list", args=[record.person.pk]),
        )
        for one in record.documents
    )


def _known(community: Community, actor: Actor, now: datetime) -> Known:
    usual = ""
    if community.usual is not None:
        hours = community.usual.minutes / 60
        usual = f"{counted(community.usual.visits, 'visit')} a week, about {counted(hours, 'hour')}"
    visits = [
        f"{one.title}, {weekday_words(one.weekdays)} from {wall_words(one.opens_at)}, {one.minutes} minutes"
        for one in community.patterns
    ]
    staff = {
        row.worker.label: f"{row.worker.label}, {row.worker.job_title or row.worker.organisation}"
        for visit in community.last_visits
        for row in visit.assignments.all()
        if row.worker is not None
    }
    return Known(
        is_known=community.is_known,
        pathways=tuple(
            f"{one.pathway.title}" + (f", {one.episode.team.name}" if one.episode.team else "")
            for one in community.episodes
        ),
        plans=tuple(
            (
                f"{plan.episode.pathway.title}, version {plan.version}",
                reverse("plans:version", args=[plan.person_id, plan.pk]),
            )
            for plan in community.plans
        )
        if actor.may(Permission.SEE_EPISODES)
        else (),
        usual=usual,
        visits=tuple(visits),
        call=tuple(
            (f"{one.name}{f', {one.relationship}' if one.relationship else ''}", one.phone)
            for one in community.contacts[:3]
        ),
        staff=tuple(staff.values())[:4],
        alerts=tuple((one.get_kind_display(), one.text) for one in community.alerts),
        paused=f"Paused since {moment_text(community.pause.starts_at)} by {community.pause.set_by}"
        if community.pause
        else "",
        may_pause=actor.may(Permission.WRITE_PLANS) and actor.may(Permission.CHASE),
    )


def happened(event) -> Happened:
    """What happened to a stay, by whom and when."""
    what, detail = SAID[event.kind](event) if event.kind in SAID else (event.get_kind_display(), event.after)
    more = "" if event.kind == StayEventKind.ADDED else event.text
    return Happened(
        what=what,
        text=". ".join(filter(None, (detail, more))),
        by=", ".join(filter(None, (event.by_name, event.by_role))),
        when=moment_text(event.happened_at),
    )


def _about(event) -> str:
    return event.action.text if event.action is not None else ""


def _field(event) -> str:
    return f"{FIELDS.get(event.field, event.field)} changed"


def _changed(event) -> tuple[str, str]:
    values = (event.before, event.after)
    if event.field == "likely_pathway":
        values = tuple(_pathway(one) for one in values)
    return _field(event), _from_to(*values)


def _action_changed(event) -> tuple[str, str]:
    values = (event.before, event.after)
    if event.field == "due_at":
        values = tuple(moment_text(datetime.fromisoformat(one)) for one in values)
    return f"{_field(event)}: {_about(event)}", _from_to(*values)


def _from_to(before: str, after: str) -> str:
    return f"{before} to {after}" if before else after


def _day(text: str) -> str:
    return short_day(date.fromisoformat(text)) if text else ""


def _criteria(text: str) -> str:
    return Criterion(text).label if text in Criterion.values else "Meets none of them"


def _pathway(code: str) -> str:
    return pathway_words(code) if code in HomePathway.values else code


# What each kind of event is called, and what is said of it
SAID: dict[str, Callable[..., tuple[str, str]]] = {
    StayEventKind.ADMITTED: lambda event: ("Admitted", event.after),
    StayEventKind.CHANGED: _changed,
    StayEventKind.EXPECTED: lambda event: ("Expected day", _from_to(_day(event.before), _day(event.after))),
    StayEventKind.CRITERIA: lambda event: (f"Criteria to reside, {_day(event.field)}", _criteria(event.after)),
    StayEventKind.READY: lambda event: ("Ready since", _day(event.after)) if event.after else ("No longer ready", ""),
    StayEventKind.ADDED: lambda event: ("To do", f"{event.text}. For {event.after}"),
    StayEventKind.ACTION_CHANGED: _action_changed,
    StayEventKind.BLOCKED: lambda event: (f"Held up: {_about(event)}", event.after),
    StayEventKind.UNBLOCKED: lambda event: (f"No longer held up: {_about(event)}", event.before),
    StayEventKind.DONE: lambda event: ("Done", _about(event)),
    StayEventKind.DROPPED: lambda event: ("No longer needed", _about(event)),
    StayEventKind.REOPENED: lambda event: ("Opened again", _about(event)),
    StayEventKind.ANSWERED: lambda event: (f"Asked in a round: {_about(event)}", event.after),
    StayEventKind.PROPOSED: lambda event: ("Proposed", _pathway(event.after)),
    StayEventKind.DECIDED: lambda event: ("Decided", _pathway(event.after)),
    StayEventKind.SET_ASIDE: lambda event: ("Set aside", _pathway(event.before)),
    StayEventKind.CHOICE: lambda event: ("Answered to what was offered", event.after),
    StayEventKind.SETTLED: lambda event: ("Left over when the stay ended", ""),
    StayEventKind.LEFT: lambda event: (EndedAs(event.after).label, ""),
    StayEventKind.GOES_ON: lambda event: ("The stay goes on", ""),
}
