"""One visit as finished text: what to know before the door, who and when, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from homeward.access.rules import Actor, Permission
from homeward.kernel.rules import age_on
from homeward.people.selectors import current_contacts, current_needs
from homeward.procedures.selectors import skill_title
from homeward.visits.states import VISIT_MOVES, AssignmentState, VisitState
from homeward.web.persons import address_words, alerts_kept_back_words
from homeward.web.templating import day_text
from homeward.web.today.presenters.day import NOT_PLANNED_YET, needs_text, side_text, window_text
from homeward.web.today.presenters.places import clock, local, told
from homeward.web.today.presenters.states import LOOKS, Look, look_of, minutes_text


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before the door: an alert, a need, a way in."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, and what became of it."""

    title: str
    note: str
    is_delegated: bool
    is_done: bool
    # The visit at which a registered professional does it instead
    elsewhere: int | None = None


@dataclass(frozen=True, slots=True)
class Going:
    """One worker in the visit: when, why them, and how it stands."""

    worker_id: int
    name: str
    about: str
    time: str
    word: str
    tag: str
    why: str
    travel: str
    decided: str
    happened: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one planning changed about this visit."""

    when: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Everything the page and the panel of a visit show."""

    id: int
    day_iso: str
    day_text: str
    title: str
    person: str
    # 0 for a session of a group clinic, whose page `session_id` is
    person_id: int
    session_id: int
    about_person: str
    is_crisis: bool
    word: str
    tag: str
    window: str
    window_note: str
    needs: str
    joint: str
    pathway: str
    address: str
    phone: str
    alerts: tuple[Notice, ...]
    alerts_kept_back: str
    needs_of_person: tuple[Notice, ...]
    access: str
    key_safe: str
    contacts: tuple[Notice, ...]
    tasks: tuple[Task, ...]
    going: tuple[Going, ...]
    missing: tuple[str, ...]
    reason: str
    changes: tuple[Change, ...]
    note: str
    at: str
    may_assign: bool
    may_replan: bool
    may_cancel: bool


@dataclass(frozen=True, slots=True)
class OfferLine:
    """Somebody, or a team, who could go, when, and what that would hold up."""

    value: str
    name: str
    about: str
    text: str
    sentence: str
    may: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptOutLine:
    """Somebody on shift with the skill who may not go, why, and what would change that."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PlaceOffers:
    """Who could take one place of a visit, or all of them together, soonest first."""

    heading: str
    now: str
    offers: tuple[OfferLine, ...]
    kept_out: tuple[KeptOutLine, ...] = ()


OVER = (VisitState.DONE, VisitState.MISSED, VisitState.CANCELLED)


def present_visit(
    visit, actor: Actor, now: datetime, alerts: Iterable = (), kept_back: int = 0, moves: Iterable = ()
) -> VisitPage:
    """A visit as `visit_for` gives it, with the person's standing alerts and (planning, move) pairs, newest first.

    `kept_back`: how many alerts more there are that the reader's role does not include.
    """
    person = visit.person
    parts = sorted(visit.assignments.all(), key=lambda part: part.slot)
    is_today = local(now).date() == visit.day
    looks = {part.slot: look_of(visit, part, now, is_today=is_today) for part in parts}
    look = _whole(visit, list(looks.values()))
    may_change = visit.state not in OVER
    is_ahead = visit.day >= local(now).date()
    missing = [
        skill_title(slot["skill"]) for number, slot in enumerate(visit.slots) if number not in looks and may_change
    ]
    known = _known(person, visit.day) if person else []
    return VisitPage(
        id=visit.pk,
        day_iso=visit.day.isoformat(),
        day_text=day_text(visit.day),
        title=visit.title,
        person=visit.whom,
        person_id=visit.person_id or 0,
        session_id=visit.session_id or 0,
        about_person=", ".join(known),
        is_crisis=visit.is_crisis,
        word=look.word,
        tag=look.tag,
        window=window_text(visit),
        window_note="It must start in this time" if visit.is_window_hard else "It should start in this time",
        needs=needs_text(visit, 0),
        joint=_joint(visit, parts),
        pathway=str(visit.episode.pathway.title) if visit.episode else "",
        address=_address(visit),
        phone=person.phone if person else "",
        alerts=tuple(Notice(alert.get_kind_display(), alert.text) for alert in alerts),
        alerts_kept_back=alerts_kept_back_words(kept_back),
        needs_of_person=_needs(person) if person else (),
        access=visit.address.access_notes if visit.address else "",
        key_safe="There is a key safe. Its code is on the person's page."
        if visit.address and visit.address.key_safe
        else "",
        contacts=tuple(
            Notice(f"{contact.name}{f' ({contact.relationship})' if contact.relationship else ''}", contact.phone)
            for contact in (current_contacts(person) if person else ())
        ),
        tasks=tuple(_task(task) for task in visit.tasks.all()),
        going=tuple(_going(part, looks[part.slot]) for part in parts),
        missing=tuple(missing),
        reason=(visit.unplanned_reason or NOT_PLANNED_YET) if visit.state == VisitState.NEEDED else "",
        changes=tuple(
            Change(
                f"{clock(local(plan.made_at).hour, local(plan.made_at).minute)}: {plan.why}",
                side_text(move.from_worker, move.from_starts_at),
                side_text(move.to_worker, move.to_starts_at),
                move.why,
            )
            for plan, move in moves
        ),
        note=visit.outcome_note,
        at="",
        may_assign=may_change and is_ahead and actor.may(Permission.PLAN_DAY) and actor.may(Permission.SEE_RESPONDING),
        may_replan=may_change and is_ahead and actor.may(Permission.PLAN_DAY),
        may_cancel=person is not None
        and VisitState.CANCELLED in VISIT_MOVES[visit.state]
        and actor.may(Permission.PLAN_DAY),
    )


def offer_value(offer) -> str:
    """What the form sends back for an offer: 0-12+1-31 is worker 12 for place 0 with worker 31 for place 1."""
    return "+".join(f"{slot}-{worker.pk}" for slot, worker in zip(offer.slots, offer.workers))


def present_offers(visit, offers) -> tuple[PlaceOffers, ...]:
    """Who could come, as `planning.who_can_come` gives it: teams first, then each place by itself."""
    holders = {part.slot: part for part in visit.assignments.all()}
    places = []
    if offers.teams:
        lines = tuple(_offer(offer) for offer in offers.teams)
        places.append(PlaceOffers(f"All {len(visit.slots)} together", "They start at the same time", lines))
    for slot, theirs in sorted(offers.for_slot.items()):
        number = f"Place {slot + 1} of {len(visit.slots)}: " if len(visit.slots) > 1 else ""
        holder = holders.get(slot)
        places.append(
            PlaceOffers(
                f"{number}{skill_title(visit.slots[slot]['skill'])}",
                f"Now: {holder.worker.label}" if holder else "Now: nobody",
                tuple(_offer(offer) for offer in theirs if holder is None or offer.workers[0].pk != holder.worker_id),
                tuple(
                    KeptOutLine(out.worker.label, f"{out.may.because} {out.may.nearest}")
                    for out in offers.kept_out.get(slot, ())
                ),
            )
        )
    return tuple(places)


def _offer(offer) -> OfferLine:
    starts = local(offer.starts_at)
    travel = " and ".join(minutes_text(minutes) for minutes in offer.travel_minutes)
    return OfferLine(
        offer_value(offer),
        " and ".join(worker.label for worker in offer.workers),
        "; ".join(
            ", ".join(word for word in (worker.job_title, str(worker.organisation)) if word) for worker in offer.workers
        ),
        f"Would start at {clock(starts.hour, starts.minute)}, {travel} travel",
        offer.sentence,
        offer.may,
    )


def _whole(visit, looks: list[Look]) -> Look:
    """The look of the visit as one: the worst of its parts."""
    if visit.state == VisitState.CANCELLED:
        return LOOKS["cancelled"]
    if visit.state == VisitState.MISSED:
        return LOOKS["missed"]
    if visit.state == VisitState.NEEDED:
        return LOOKS["part"] if looks else LOOKS["needed"]
    if visit.state == VisitState.UNDER_WAY:
        return LOOKS["under_way"]
    return next((look for look in looks if look.is_late), looks[0] if looks else LOOKS["planned"])


def _joint(visit, parts: list) -> str:
    if len(visit.slots) < 2:
        return ""
    names = " and ".join(part.worker.label for part in parts) or "nobody yet"
    return f"{len(visit.slots)} workers start together: {names}"


def _known(person, day) -> list[str]:
    """What to know first of somebody: their age, what they like to be called, whether they live alone."""
    known = [name for name in (_age(person.birth_date, day), f"Prefers {person.preferred_name}") if name]
    if not person.preferred_name or person.preferred_name == person.given_name:
        known = [_age(person.birth_date, day)] if person.birth_date else []
    return [*known, "lives alone"] if person.lives_alone else known


def _address(visit) -> str:
    if visit.session_id is not None:
        clinic = visit.session.clinic
        return ", ".join(filter(None, (clinic.place_name, clinic.lines, clinic.postcode)))
    address = visit.address
    if address is None:
        return ""
    place = address_words(address)
    if address.kind != "home" and place:
        place = f"{address.get_kind_display()}: {place}"
    return place


def _needs(person) -> tuple[Notice, ...]:
    needs = [Notice(need.get_kind_display(), need.text) for need in current_needs(person)]
    if person.needs_interpreter:
        needs.insert(0, Notice("Needs an interpreter", person.language))
    elif person.language and person.language != "English":
        needs.insert(0, Notice(f"Speaks {person.language}", ""))
    return tuple(needs)


def _task(task) -> Task:
    note = ""
    if task.done_at:
        done = local(task.done_at)
        note = f"Done at {clock(done.hour, done.minute)}{f' by {task.done_by}' if task.done_by else ''}"
    elif task.not_done_reason:
        note = f"Not done: {task.not_done_reason}"
    return Task(task.title, note, task.is_delegated, task.done_at is not None, task.handed_to_id)


def _going(part, look: Look) -> Going:
    starts, ends = local(part.starts_at), local(part.ends_at)
    happened = []
    if part.arrived_at:
        came = local(part.arrived_at)
        happened.append(f"Arrived {clock(came.hour, came.minute)}")
    if part.left_at:
        went = local(part.left_at)
        happened.append(f"left {clock(went.hour, went.minute)}")
    why = part.why
    if not why:
        why = f"{part.decided_by} decided this." if part.decided_by else "No reason was recorded with this assignment."
    return Going(
        part.worker_id,
        part.worker.label,
        ", ".join(word for word in (part.worker.job_title, str(part.worker.organisation)) if word),
        told(starts, ends),
        look.word,
        look.tag,
        why,
        f"{minutes_text(part.travel_minutes)} travel before" if round(part.travel_minutes) else "",
        f"Decided by {part.decided_by}, so planning leaves it as it is"
        if part.decided_by and part.state == AssignmentState.SENT
        else "",
        ", ".join(happened),
    )


def _age(birth_date, day) -> str:
    return f"{age_on(birth_date, day)} years old" if birth_date else ""
