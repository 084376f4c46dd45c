"""A person at a glance: who they are, what to beware of, who comes next and why, and what was agreed with them."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import ROLE_SIGHT, Actor, Permission, Relationship, Sight
from homeward.kernel.rules import london_day
from homeward.people.rules import Format
from homeward.people.selectors import SharingChoices, current_addresses, current_contacts, current_needs
from homeward.people.services import CHANGES_RECORDS
from homeward.people.states import AddressKind, LegalKind, MayBeTold, NeedKind, SharingDecision, SharingKind
from homeward.procedures.rules import UnknownCodeError
from homeward.visits.states import VisitState
from homeward.web.clinics.presenters import Goes, present_goes
from homeward.web.clocks import ClockFace, clock_face
from homeward.web.people.presenters.about_me import Told, told_in
from homeward.web.people.presenters.banner import Banner, present_banner
from homeward.web.people.presenters.details import DECISIONS, contact_tags, legal_more
from homeward.web.people.presenters.words import near_day
from homeward.web.persons import address_words, alerts_kept_back_words, short_day
from homeward.web.templating import clock_text, moment_text
from homeward.web.words import listed, skill_words, wall_words, weekday_words

VISITS_SHOWN = 3
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
class Line:
    """A name and what stands beside it; `phone` makes it one that can be called."""

    title: str
    text: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody to call: who they are to the person, what they may be told, and tags (words, colour)."""

    name: str
    relationship: str
    phone: str
    may_be_told: str
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is, and how to get in."""

    id: int
    title: str
    where: str
    notes: tuple[str, ...]
    has_key_safe: bool


@dataclass(frozen=True, slots=True)
class Tagged:
    """A line with a tag and more in small print."""

    title: str
    text: str
    tag: str
    colour: str
    more: tuple[str, ...] = ()


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
    """Everything the page of a person says, but for their timeline. `is_whole` where the reader sees all of it."""

    id: int
    reference: str
    banner: Banner
    is_whole: bool
    kept_back: str
    may_break_glass: bool
    may_change: bool
    alerts_kept_back: str
    speaking: tuple[Line, ...]
    needs_interpreter: str
    letters: tuple[str, ...]
    what_matters: str
    about: tuple[Told, ...]
    visits_title: str
    visits: tuple[VisitCard, ...]
    plans: tuple[PlanCard, ...]
    clinics: tuple[Goes, ...]
    open_episodes: tuple[EpisodeCard, ...]
    past_episodes: tuple[EpisodeCard, ...]
    callers: tuple[Caller, ...]
    legal: tuple[Tagged, ...]
    sharing: tuple[Tagged, ...]
    places: tuple[Place, ...]
    may_see_key_safe: bool
    details: tuple[Line, ...]
    made_at: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the page is made from, as far as the reader's sight reaches.

    `coming` are visits from today on, `been` the newest before, newest first.
    """

    alerts: list
    alerts_kept_back: int
    coming: list
    been: list
    about: list
    plans: list
    episodes: list
    legal: list
    sharing: SharingChoices
    format: Format
    clinics: list
    sessions: list


# What somebody who sees only what a visit needs is told of the rest
KEPT_BACK = (
    "You see what a visit needs. Kept back: the timeline, assessments, plans, documents, legal status and details."
)


@dataclass(frozen=True, slots=True)
class Card:
    """Enough of a record to know whether it is the one meant."""

    banner: Banner
    said: str
    may_break_glass: bool


def present_card(actor: Actor, person, open_episodes: int, now: datetime) -> Card:
    """What a reader whom nothing ties to a person sees of them."""
    said = "They are not on a pathway of this service now."
    if open_episodes:
        said = f"They are on {open_episodes} {'pathway' if open_episodes == 1 else 'pathways'} of this service now."
    return Card(present_banner(actor, person, [], now), said, _may_break_glass(actor, person))


def present_record(actor: Actor, person, known: Known, now: datetime) -> Record:
    """A person's record at `now`, as far as `person.sight` lets its reader see."""
    today = london_day(now)
    addresses = current_addresses(person, today)
    going_on = [visit for visit in known.coming if visit.state not in (VisitState.DONE, VisitState.MISSED)]
    shown = going_on[:VISITS_SHOWN] or known.been
    cards = tuple(_episode(one, now) for one in known.episodes)
    is_whole = person.sight >= Sight.RECORD
    return Record(
        id=person.pk,
        reference=person.reference,
        banner=present_banner(actor, person, known.alerts, now),
        is_whole=is_whole,
        kept_back="" if is_whole else KEPT_BACK,
        may_break_glass=_may_break_glass(actor, person),
        may_change=is_whole and actor.may(CHANGES_RECORDS),
        alerts_kept_back=alerts_kept_back_words(known.alerts_kept_back),
        speaking=_speaking(person),
        needs_interpreter=f"{person.language or 'Language not known'} interpreter" if person.needs_interpreter else "",
        letters=known.format.in_words(),
        what_matters=person.what_matters,
        about=tuple(told for told in told_in(known.about[0]) if told.code != "matters") if known.about else (),
        visits_title="Next visits" if going_on or not known.been else "Last visits",
        visits=tuple(_visit(visit, today) for visit in shown),
        plans=tuple(_plan(plan, today) for plan in known.plans),
        clinics=present_goes(known.clinics, known.sessions),
        open_episodes=tuple(card for card in cards if card.is_open),
        past_episodes=tuple(card for card in cards if not card.is_open),
        callers=tuple(_caller(contact) for contact in current_contacts(person)),
        legal=tuple(_legal(status) for status in known.legal),
        sharing=tuple(_choice(choice) for choice in known.sharing.standing),
        places=tuple(_place(one) for one in addresses if one.access_notes or one.property_notes or one.key_safe),
        may_see_key_safe=actor.may(Permission.SEE_KEY_SAFES),
        details=_details(person) if is_whole else (),
        made_at=clock_text(now),
    )


def _may_break_glass(actor: Actor, person) -> bool:
    further = ROLE_SIGHT[actor.role][Relationship.BROKEN_GLASS]
    return actor.may(Permission.BREAK_GLASS) and further > person.sight


def _speaking(person) -> tuple[Line, ...]:
    """Needs whose list has words for them say those; the person's own words follow."""
    return tuple(
        Line("" if need.kind == NeedKind.OTHER and need.text else NeedKind(need.kind).label, need.text)
        for need in current_needs(person)
    )


def _caller(contact) -> Caller:
    return Caller(
        name=contact.name,
        relationship=contact.relationship,
        phone=contact.phone,
        may_be_told=MayBeTold(contact.may_be_told).label.lower(),
        tags=contact_tags(contact),
    )


def _place(address) -> Place:
    title = AddressKind(address.kind).label
    notes = tuple(text for text in (address.access_notes, address.property_notes) if text)
    return Place(address.pk, title, address_words(address), notes, bool(address.key_safe))


def _legal(status) -> Tagged:
    holder = status.holder.name if status.holder else status.holder_name
    words, colour = ("", "") if status.was_seen else ("Paper not seen yet", "yellow")
    return Tagged(LegalKind(status.kind).label, holder, words, colour, legal_more(status)[:1])


def _choice(choice) -> Tagged:
    whom = choice.contact.name if choice.contact else choice.with_whom
    decision = SharingDecision(choice.decision)
    return Tagged(SharingKind(choice.kind).label, whom, decision.label, DECISIONS[decision])


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
