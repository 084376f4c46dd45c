"""What the law says of somebody, what they chose about sharing, and what they want everyone to know."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import AboutMe, Contact, LegalStatus, Person, SharingChoice
from homeward.people.rules import ABOUT_ME, day_fault
from homeward.people.selectors.opening import person_ids_of
from homeward.people.services.remembering import (
    ChangedMeanwhileError,
    _check,
    _done,
    _held,
    _may_change,
    _remember,
)
from homeward.people.services.timeline import add_to_timeline
from homeward.people.states import LegalKind, SharingDecision, SharingKind

LONGEST_ANSWER = 4000
LONGEST_TEXT = 4000


@transaction.atomic
def note_legal_status(
    *,
    actor: Actor,
    person: Person,
    kind: LegalKind | str,
    now: datetime,
    holder: Contact | None = None,
    holder_name: str = "",
    reference: str = "",
    held_where: str = "",
    summary: str = "",
    was_seen: bool = False,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> LegalStatus:
    """Record a power, an order or a statement that staff must follow, who holds it and where the paper is kept.

    The paper stays where it is: `held_where` says where to read it, `was_seen` whether one of the team has.

    Raises: NotAllowedError; RefusedError when it is of no known kind, nobody could find the paper or its holder, or its
    days cannot be right.
    """
    held = _may_change(actor, person)
    if kind not in LegalKind.values:
        raise RefusedError("Choose from the list what it is.")
    if holder is not None and holder.person_id != held.pk:
        raise RefusedError("Choose one of this person's contacts.")
    if holder is None and not holder_name.strip() and not held_where.strip():
        raise RefusedError("Say who holds it, or where the paper is kept.")
    for name, day in (("It starts", starts_on), ("It ends", ends_on)):
        if day and (fault := day_fault(day)):
            raise RefusedError(f"{name}: {fault[0].lower()}{fault[1:]}")
    if starts_on and ends_on and ends_on < starts_on:
        raise RefusedError("The last day is before the first. Check the days.")
    status = LegalStatus(
        person=held,
        kind=kind,
        holder=holder,
        holder_name=holder_name.strip(),
        reference=reference.strip(),
        held_where=held_where.strip(),
        summary=summary.strip(),
        was_seen=was_seen,
        starts_on=starts_on,
        ends_on=ends_on,
        noted_at=now,
        noted_by=actor.name,
    )
    _check(status, ["holder_name", "reference", "held_where", "summary"])
    status.save()
    title = LegalKind(kind).label
    _say(actor, held, "legal", f"Recorded: {title}", _legal_words(status), ("legal status", status.pk), now)
    _remember(actor, held, "legal", status.pk, "recorded", "", f"{title}. {_legal_words(status)}", "", now)
    _done(actor, held, "note legal status", ("legal status", status.pk), now)
    return status


@transaction.atomic
def end_legal_status(
    *, actor: Actor, status: LegalStatus, reason: str, now: datetime, last_day: date | None = None
) -> LegalStatus:
    """Say that a power, an order or a statement no longer holds, and why. It stays on record as one that did.

    Raises: NotAllowedError; RefusedError without a reason, or when it was ended before.
    """
    held = _may_change(actor, status.person)
    status = _held(status)
    reason = reason.strip()
    today = london_day(now)
    last_day = last_day or date.fromordinal(today.toordinal() - 1)
    if not reason:
        raise RefusedError("Say why it no longer holds.")
    if status.ended_by:
        raise RefusedError("This was ended before. Open the record again and look.")
    if last_day > today:
        raise RefusedError("The last day is in the future. Check it.")
    status.ends_on = max(last_day, status.starts_on) if status.starts_on else last_day
    status.ended_by, status.ended_reason = actor.name, reason
    _check(status, ["ended_reason"])
    status.save(update_fields=["ends_on", "ended_by", "ended_reason"])
    title = LegalKind(status.kind).label
    _say(actor, held, "legal", f"No longer holds: {title}", reason, ("legal status", status.pk), now)
    _remember(actor, held, "legal", status.pk, "ended", f"{title}. {_legal_words(status)}", "", reason, now)
    _done(actor, held, "end legal status", ("legal status", status.pk), now)
    return status


@transaction.atomic
def record_sharing_choice(
    *,
    actor: Actor,
    person: Person,
    kind: SharingKind | str,
    decision: SharingDecision | str,
    decided_on: date,
    now: datetime,
    contact: Contact | None = None,
    with_whom: str = "",
    text: str = "",
    decided_by: str = "",
    ends_on: date | None = None,
) -> SharingChoice:
    """Record what somebody agreed or objected to about sharing. The newest choice about a thing stands; none is edited.

    `decided_by` is who decided where the person could not (best interests), and is then needed.

    Raises: NotAllowedError; RefusedError when something is missing or the day cannot be right.
    """
    held = _may_change(actor, person)
    if kind not in SharingKind.values or decision not in SharingDecision.values:
        raise RefusedError("Choose from the list what it is about and what they decided.")
    if contact is not None and contact.person_id != held.pk:
        raise RefusedError("Choose one of this person's contacts.")
    with_whom, text, decided_by = with_whom.strip(), text.strip(), decided_by.strip()
    if kind in (SharingKind.FAMILY, SharingKind.ORGANISATION, SharingKind.PROGRAMME) and not (contact or with_whom):
        raise RefusedError("Say with whom.")
    if decision == SharingDecision.COULD_NOT_SAY and not decided_by:
        raise RefusedError("Say who decided in their best interests.")
    if fault := day_fault(decided_on, london_day(now)):
        raise RefusedError(f"They decided: {fault[0].lower()}{fault[1:]}")
    if ends_on is not None and ends_on < decided_on:
        raise RefusedError("It ends before it was decided. Check the days.")
    choice = SharingChoice(
        person=held,
        kind=kind,
        contact=contact,
        with_whom=with_whom,
        decision=decision,
        text=text[:LONGEST_TEXT],
        decided_on=decided_on,
        decided_by=decided_by,
        recorded_at=now,
        recorded_by=actor.name,
        ends_on=ends_on,
    )
    _check(choice, ["with_whom", "decided_by"])
    choice.save()
    title = f"{SharingKind(kind).label}: {SharingDecision(decision).label.lower()}"
    whom = contact.name if contact else with_whom
    _say(
        actor, held, "consent", title[:200], ". ".join(p for p in (whom, text) if p), ("sharing choice", choice.pk), now
    )
    _done(actor, held, "record sharing choice", ("sharing choice", choice.pk), now)
    return choice


@transaction.atomic
def write_about_me(
    *,
    actor: Actor,
    person: Person,
    answers: Mapping[str, str],
    now: datetime,
    said_by: str = "",
    based_on: int | None = None,
) -> AboutMe:
    """Write what somebody wants everyone to know of them, under the headings of `rules.ABOUT_ME`: a new version.

    `said_by` is who told it where not the person. `based_on` is the version its writer began from: when another was
    written since, nothing is written over. What matters most to them is kept on the record itself too.

    Raises: NotAllowedError; ChangedMeanwhileError; RefusedError when nothing is said, or too much under one heading.
    """
    held = _may_change(actor, person)
    known = {heading.code: heading for heading in ABOUT_ME}
    if not set(answers) <= set(known):
        raise RefusedError("Write under the headings of About Me.")
    told = {code: text.strip() for code, text in answers.items() if text.strip()}
    for code, text in told.items():
        if len(text) > LONGEST_ANSWER:
            raise RefusedError(f"Use {LONGEST_ANSWER:,} characters or fewer under “{known[code].title}”.")
    versions = AboutMe.objects.filter(person_id__in=person_ids_of(held))
    newest = versions.order_by("-written_at", "-id").first()
    version = newest.version if newest else 0
    if based_on is not None and based_on != version and newest is not None:
        raise ChangedMeanwhileError(
            f"{newest.written_by} wrote version {version} while you had this page open. Look at it, and save again if"
            " yours is right."
        )
    if not told and newest is None:
        raise RefusedError("Write something under at least one heading.")
    if newest is not None and newest.answers == told and newest.said_by == said_by.strip():
        return newest
    about = AboutMe(
        person=held,
        # over every record merged into this one: none of their versions has this number
        version=max(versions.values_list("version", flat=True), default=0) + 1,
        answers=told,
        said_by=said_by.strip(),
        written_at=now,
        written_by=actor.name,
        written_role=actor.title,
        employer=actor.employer,
    )
    _check(about, ["said_by"])
    about.save()
    if "matters" in told and held.what_matters != told["matters"]:
        _remember(actor, held, "person", held.pk, "what_matters", held.what_matters, told["matters"], "", now)
        held.what_matters = told["matters"]
        held.save(update_fields=["what_matters"])
    _say(actor, held, "about_me", f"About Me, version {about.version}", "", ("about me", about.pk), now)
    _done(actor, held, "write about me", ("about me", about.pk), now)
    return about


def _say(
    actor: Actor, person: Person, kind: str, title: str, text: str, subject: tuple[str, int], now: datetime
) -> None:
    add_to_timeline(
        actor=actor, person=person, kind=kind, title=title, text=text, happened_at=now, now=now, subject=subject
    )


def _legal_words(status: LegalStatus) -> str:
    holder = status.holder.name if status.holder else status.holder_name
    kept = f"Kept at: {status.held_where}" if status.held_where else ""
    return ". ".join(part for part in (holder, kept) if part)
