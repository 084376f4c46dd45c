"""A person at a glance: who they are, what to beware of, who comes next and why, and what was agreed with them."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import Actor, Permission
from homeward.kernel.rules import london_day
from homeward.people.selectors import current_addresses
from homeward.people.states import AddressKind, AlertKind, NeedKind
from homeward.procedures.rules import UnknownCodeError
from homeward.visits.states import VisitState
from homeward.web.clocks import ClockFace, clock_face
from homeward.web.people.presenters.words import near_day
from homeward.web.persons import NHS_NUMBER, address_words, born_words, nhs_number_words, short_day
from homeward.web.templating import clock_text, moment_text
from homeward.web.words import listed, skill_words, wall_words, weekday_words

VISITS_SHOWN = 3
# How loudly each kind of alert is told: stop, beware, know.
ALERT_TONES = {
    AlertKind.SAFEGUARDING: "stop",
    AlertKind.RISK: "stop",
    AlertKind.TWO_PERSON: "stop",
    AlertKind.ALLERGY: "beware",
    AlertKind.INFECTION: "beware",
    AlertKind.RESPECT: "beware",
    AlertKind.PETS: "know",
    AlertKind.OTHER: "know",
}
LOUDEST_FIRST = ("stop", "beware", "know")
# A visit's state in words, and the colour of its tag.
VISIT_STATES = {
    VisitState.NEEDED: ("Not planned", "red"),
    VisitState.PLANNED: ("Planned", "blue"),
    VisitState.UNDER_WAY: ("Under way", "purple"),
    VisitState.DONE: ("Done", "green"),
    VisitState.MISSED: ("Missed", "red"),
    VisitState.CANCELLED: ("Cancelled", "grey"),
}


@dataclass(frozen=True, slots=True)
class AlertLine:
    """Something to know before knocking."""

    tone: str
    title: str
    text: str
    since: str


@dataclass(frozen=True, slots=True)
class Line:
    """A name and what stands beside it; `phone` makes it one that can be called."""

    title: str
    text: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """Who this is."""

    name: str
    known_as: str
    died: str
    born: str
    age: str
    nhs_number: str
    nhs_words: str
    nhs_colour: str
    nhs_advice: str
    addresses: tuple[Line, ...]
    phone: str


@dataclass(frozen=True, slots=True)
class VisitWorker:
    """Who comes, and why them."""

    name: str
    job: str
    why: str


@dataclass(frozen=True, slots=True)
class VisitCard:
    """A visit to this person: when, who and why."""

    id: int
    title: str
    day: str
    when: str
    asked: str
    state: str
    colour: str
    workers: tuple[VisitWorker, ...]
    together: str
    tasks: tuple[str, ...]
    why_not: str


@dataclass(frozen=True, slots=True)
class PlanCard:
    """What was agreed with the person."""

    title: str
    written: str
    summary: str
    agreed: str
    review: str
    is_review_late: bool
    goals: tuple[str, ...]
    visits: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class EpisodeCard:
    """Time on a pathway, with its clocks while it lasts."""

    id: int
    title: str
    pathway_code: str
    version: int
    said: str
    outcome: str
    is_open: bool
    clocks: tuple[ClockFace, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the page of a person says, but for their timeline."""

    id: int
    reference: str
    banner: Banner
    alerts: tuple[AlertLine, ...]
    speaking: tuple[Line, ...]
    needs_interpreter: str
    what_matters: str
    visits_title: str
    visits: tuple[VisitCard, ...]
    plans: tuple[PlanCard, ...]
    open_episodes: tuple[EpisodeCard, ...]
    past_episodes: tuple[EpisodeCard, ...]
    contacts: tuple[Line, ...]
    getting_in: tuple[str, ...]
    has_key_safe: bool
    may_see_key_safe: bool
    details: tuple[Line, ...]
    made_at: str


def present_record(
    person,
    *,
    actor: Actor,
    alerts: list,
    coming: list,
    been: list,
    plans: list,
    episodes: list,
    now: datetime,
) -> Record:
    """A person's record at `now`. `coming` are visits from today on, `been` the newest before, newest first."""
    today = london_day(now)
    addresses = current_addresses(person, today)
    going_on = [visit for visit in coming if visit.state not in (VisitState.DONE, VisitState.MISSED)]
    shown = going_on[:VISITS_SHOWN] or been
    cards = tuple(_episode(one, now) for one in episodes)
    return Record(
        id=person.pk,
        reference=person.reference,
        banner=_banner(person, addresses, today),
        alerts=_alerts(alerts),
        speaking=_speaking(person),
        needs_interpreter=f"{person.language or 'Language not known'} interpreter" if person.needs_interpreter else "",
        what_matters=person.what_matters,
        visits_title="Next visits" if going_on or not been else "Last visits",
        visits=tuple(_visit(visit, today) for visit in shown),
        plans=tuple(_plan(plan, today) for plan in plans),
        open_episodes=tuple(card for card in cards if card.is_open),
        past_episodes=tuple(card for card in cards if not card.is_open),
        contacts=_contacts(person),
        getting_in=tuple(one.access_notes for one in addresses if one.access_notes),
        has_key_safe=any(one.key_safe for one in addresses),
        may_see_key_safe=actor.may(Permission.SEE_KEY_SAFES),
        details=_details(person),
        made_at=clock_text(now),
    )


def _banner(person, addresses: list, today: date) -> Banner:
    born, age = born_words(person, today)
    words, colour, advice = NHS_NUMBER[person.nhs_number_status]
    known_as = person.preferred_name
    return Banner(
        name=person.label,
        known_as=known_as if known_as and known_as != person.given_name else "",
        died=f"Died on {short_day(person.died_on)}" if person.died_on else "",
        born=born,
        age=age,
        nhs_number=nhs_number_words(person),
        nhs_words=words,
        nhs_colour=colour,
        nhs_advice=advice,
        addresses=tuple(
            Line(AddressKind(one.kind).label, address_words(one)) for one in addresses if one.lines or one.postcode
        ),
        phone=person.phone,
    )


def _alerts(alerts: list) -> tuple[AlertLine, ...]:
    lines = [
        AlertLine(
            ALERT_TONES[alert.kind], AlertKind(alert.kind).label, alert.text, f"Since {short_day(alert.starts_on)}"
        )
        for alert in alerts
    ]
    return tuple(sorted(lines, key=lambda line: LOUDEST_FIRST.index(line.tone)))


def _speaking(person) -> tuple[Line, ...]:
    """Needs whose list has words for them say those; the person's own words follow."""
    return tuple(
        Line("" if need.kind == NeedKind.OTHER and need.text else NeedKind(need.kind).label, need.text)
        for need in person.communication_needs.all()
    )


def _visit(visit, today: date) -> VisitCard:
    going = sorted(visit.assignments.all(), key=lambda one: one.slot)
    words, colour = VISIT_STATES[visit.state]
    minutes = max(slot["minutes"] for slot in visit.slots)
    asked = f"between {clock_text(visit.window_opens_at)} and {clock_text(visit.window_closes_at)}"
    if visit.window_opens_at == visit.window_closes_at:
        asked = f"at {clock_text(visit.window_opens_at)}"
    when = ""
    if going:
        when = f"{clock_text(going[0].starts_at)}, {minutes} minutes"
    return VisitCard(
        id=visit.pk,
        title=visit.title,
        day=near_day(visit.day, today),
        when=when or f"Wanted {asked}",
        asked=f"Asked for {asked}" if going else f"{minutes} minutes",
        state=words,
        colour=colour,
        workers=tuple(
            VisitWorker(
                one.worker.label,
                ", ".join(part for part in (one.worker.job_title, str(one.worker.organisation)) if part),
                one.why,
            )
            for one in going
        ),
        together=f"{len(visit.slots)} workers together" if len(visit.slots) > 1 else "",
        tasks=tuple(task.title for task in visit.tasks.all()),
        why_not=visit.unplanned_reason,
    )


def _plan(plan, today: date) -> PlanCard:
    is_late = plan.review_on is not None and plan.review_on < today
    review = ""
    if plan.review_on:
        review = f"{'Was to be looked at again' if is_late else 'To be looked at again'} on {short_day(plan.review_on)}"
    agreed = f"Agreed with the person on {short_day(plan.agreed_on)}" if plan.agreed_on else ""
    return PlanCard(
        title=plan.episode.pathway.title,
        written=f"Version {plan.version}, written {moment_text(plan.written_at)} by {plan.written_by}",
        summary=plan.summary,
        agreed=agreed or f"Not agreed with the person: {plan.not_agreed_reason}",
        review=review,
        is_review_late=is_late,
        goals=tuple(goal.text for goal in plan.goals.all()),
        visits=tuple(
            _pattern(pattern)
            for pattern in sorted(plan.patterns.all(), key=lambda one: one.opens_at)
            if pattern.ends_on is None or pattern.ends_on >= today
        ),
    )


def _pattern(pattern) -> Line:
    who = listed([skill_words(slot["skill"]) for slot in pattern.slots])
    together = ", together" if len(pattern.slots) > 1 else ""
    times = f"{weekday_words(pattern.weekdays)} {wall_words(pattern.opens_at)} to {wall_words(pattern.closes_at)}"
    until = f", until {short_day(pattern.ends_on)}" if pattern.ends_on else ""
    tasks = "; ".join(task["title"] for task in pattern.tasks)
    said = f"{times[0].upper()}{times[1:]}, {pattern.minutes} minutes, {who}{together}{until}."
    return Line(pattern.title, f"{said} {tasks}".strip())


def _episode(running, now: datetime) -> EpisodeCard:
    episode, pathway = running.episode, running.pathway
    kinds = {clock.code: clock.kind for clock in pathway.clocks}
    is_open = episode.ended_at is None
    try:
        stage = pathway.stage(episode.stage).title
        outcome = pathway.outcome(episode.outcome_code).title if episode.outcome_code else ""
    except UnknownCodeError:
        stage, outcome = episode.stage, episode.outcome_code
    if is_open:
        said = f"{stage}, since {short_day(london_day(episode.started_at))}"
    else:
        said = f"{short_day(london_day(episode.started_at))} to {short_day(london_day(episode.ended_at))}"
    note = f". {episode.outcome_note}" if outcome and episode.outcome_note else ""
    return EpisodeCard(
        id=episode.pk,
        title=pathway.title,
        pathway_code=pathway.code,
        version=pathway.version,
        said=said,
        outcome=f"{outcome}{note}",
        is_open=is_open,
        clocks=tuple(
            clock_face(reading, kinds[reading.clock], now)
            for reading in running.clocks
            if reading.started_at is not None and (is_open or reading.is_breached)
        ),
    )


def _contacts(person) -> tuple[Line, ...]:
    lines = []
    for contact in sorted(person.contacts.all(), key=lambda one: (one.rank, one.pk)):
        what = [contact.relationship] if contact.relationship else []
        if contact.is_unpaid_carer:
            what.append("unpaid carer")
        lines.append(Line(contact.name, listed(what), contact.phone))
    return tuple(lines)


def _details(person) -> tuple[Line, ...]:
    language = person.language or "Not known"
    alone = {True: "Yes", False: "No", None: "Not known"}[person.lives_alone]
    lines = [
        Line("Reference", person.reference),
        *([Line("Also known by", ", ".join(person.other_names.split("\n")))] if person.other_names else []),
        Line("GP practice", person.gp_practice.name if person.gp_practice else "Not known"),
        Line("Gender", person.get_gender_display()),
        Line("Language", f"{language}, interpreter needed" if person.needs_interpreter else language),
        Line("Lives alone", alone),
    ]
    if person.email:
        lines.append(Line("Email", person.email))
    if others := ", ".join(identifier.value for identifier in person.identifiers.all()):
        lines.append(Line("Known elsewhere as", others))
    return tuple(lines)
