"""The huddle as finished text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.discharge.rules.huddle import (
    HUDDLE_MINUTES,
    PERSON_MINUTES,
    PROFESSIONS,
    SKILLS_FOR_REASON,
    Suited,
)
from homeward.discharge.selectors import Community, StayRecord
from homeward.discharge.selectors.huddle import HuddleLine, HuddleWhole
from homeward.discharge.states import DELAY_SHORT, HuddleItemState, HuddleNeed
from homeward.kernel.rules import LONDON, london_day
from homeward.people.states import AlertKind
from homeward.procedures.selectors import skill_title
from homeward.web.clocks import ago_words, time_words
from homeward.web.coming_home.presenters.words import missing_words
from homeward.web.persons import age_words, nhs_number_words
from homeward.web.rounds.presenters import where_words
from homeward.web.templating import clock_text, day_text
from homeward.web.words import counted, either, listed, skill_words

STATES = {
    HuddleItemState.WAITING: ("", ""),
    HuddleItemState.LATER: ("Later", "yellow"),
    HuddleItemState.SPOKEN: ("Done", "green"),
    HuddleItemState.GONE: ("Stay ended", "grey"),
}
# Who is proposed: the professions of an integrated team that a huddle hands things to. "" is anybody.
SKILLS = (
    "nurse",
    "advanced_clinical_practitioner",
    "occupational_therapist",
    "physiotherapist",
    "therapy_assistant",
    "social_worker",
    "care_act_assessor",
    "front_door_coordinator",
)
PROPOSED = 3


@dataclass(frozen=True, slots=True)
class ListLine:
    """Somebody on the list of a huddle."""

    item_id: int
    who: str
    where: str
    why: str
    state: str
    state_colour: str
    is_current: bool
    is_shown: bool
    minutes: str


@dataclass(frozen=True, slots=True)
class Written:
    """What one writer wrote about somebody."""

    by: str
    text: str
    action: str
    when: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """An action agreed, and who does it by when."""

    text: str
    owner: str
    due: str
    state: str


@dataclass(frozen=True, slots=True)
class ToDo:
    """An open action of a stay, as the meeting sees it."""

    text: str
    owner: str
    due: str
    is_late: bool
    held_up: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of somebody, for one screen."""

    lines: tuple[tuple[str, str], ...]
    alerts: tuple[str, ...]
    to_do: tuple[ToDo, ...]
    missing: tuple[str, ...]
    usual: tuple[str, ...]
    call: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody who could do it, and why they are proposed, in a sentence."""

    value: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person of a huddle: the list, the times, who else, and what was written and agreed."""

    huddle_id: int
    item_id: int
    stay_id: int
    who: str
    why: str
    where: str
    number: int
    of: int
    left: int
    is_current: bool
    current_id: int | None
    current_who: str
    ended_by: str
    seconds: int
    spent: str
    limit: int
    all_seconds: int
    all_spent: str
    all_limit: int
    lines: tuple[ListLine, ...]
    notes: tuple[Written, ...]
    agreed: tuple[Agreed, ...]
    there: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class RecordRow:
    """What the record of a huddle says of one person."""

    stay_id: int
    who: str
    where: str
    why: str
    minutes: str
    notes: tuple[Written, ...]
    agreed: tuple[Agreed, ...]
    is_kept: bool


@dataclass(frozen=True, slots=True)
class RecordPage:
    """The written record of a huddle."""

    id: int
    title: str
    held: str
    there: tuple[str, ...]
    spoken: tuple[RecordRow, ...]
    not_spoken: tuple[RecordRow, ...]
    unfinished: tuple[tuple[str, str, str], ...]
    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PastLine:
    """One huddle that has ended."""

    id: int
    title: str
    said: str


def person_page(whole: HuddleWhole, item, own, now: datetime) -> PersonPage:
    """One person of a huddle, for one of those who hold it; `own` is their own note, which stands in their form."""
    huddle = whole.huddle
    until = huddle.ended_at or now
    here = next(line for line in whole.lines if line.item.pk == item.pk)
    seconds = here.seconds
    whole_seconds = round((until - huddle.started_at).total_seconds())
    current = whole.current
    return PersonPage(
        huddle_id=huddle.pk,
        item_id=item.pk,
        stay_id=item.stay_id,
        who=item.stay.person.label,
        why=why_words(item.needs),
        where=where_words(item.stay),
        number=next(number for number, line in enumerate(whole.lines, 1) if line.item.pk == item.pk),
        of=len(whole.lines),
        left=whole.left,
        is_current=current is not None and current.pk == item.pk,
        current_id=current.pk if current is not None else None,
        current_who=current.stay.person.label if current is not None else "",
        ended_by=huddle.ended_by,
        seconds=seconds,
        spent=spent_words(seconds),
        limit=PERSON_MINUTES * 60,
        all_seconds=whole_seconds,
        all_spent=spent_words(whole_seconds),
        all_limit=HUDDLE_MINUTES * 60,
        lines=tuple(
            ListLine(
                line.item.pk,
                line.item.stay.person.label,
                line.item.stay.ward or line.item.stay.hospital_label,
                need_label(line.item.needs[0]) if line.item.needs else "",
                *STATES[HuddleItemState(line.item.state)],
                line.is_current,
                line.item.pk == item.pk,
                spent_words(line.seconds) if line.seconds else "",
            )
            for line in whole.lines
        ),
        notes=()
        if here.is_kept
        else tuple(written(note, now) for note in item.notes.all() if own is None or note.pk != own.pk),
        agreed=() if here.is_kept else tuple(agreed(one, now) for one in item.agreed.all()),
        there=tuple((one.pk, ", ".join(filter(None, (one.name, one.title)))) for one in whole.attendance),
    )


def written(note, now: datetime) -> Written:
    """What one writer wrote."""
    return Written(
        ", ".join(part for part in (note.by_name, note.by_role) if part), note.text, note.action,
        clock_text(note.written_at),
    )  # fmt: skip


def agreed(one, now: datetime) -> Agreed:
    """An action agreed."""
    action = one.action
    return Agreed(action.text, action.owner_label, time_words(action.due_at, now), action.get_state_display())


def need_label(code: str) -> str:
    """A reason to be on the list, in words."""
    return HuddleNeed(code).label


def why_words(needs: Sequence[str]) -> str:
    """Why somebody is on the list, in a sentence."""
    words = [need_label(code) for code in needs]
    return f"{listed([words[0], *(word[0].lower() + word[1:] for word in words[1:])])}." if words else ""


def spent_words(seconds: int) -> str:
    """A length of time as a timer shows it: 2:05, 1:02:05. huddle.js counts on in the same words."""
    hours, rest = divmod(seconds, 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{last:02d}" if hours else f"{minutes}:{last:02d}"


def facts_of(record: StayRecord, known: Community, way_home: str, now: datetime) -> Facts:
    """What is known of somebody in hospital, for one screen. `way_home` is what was decided or is thought likely."""
    stay, person, today = record.stay, record.person, london_day(now)
    days_in = (today - london_day(stay.admitted_at)).days
    ready = ""
    if stay.ready_on is not None:
        days = (today - stay.ready_on).days
        ready = f"since {stay.ready_on.day} {stay.ready_on:%B}, {counted(days, 'day')}"
    expected = ""
    if stay.expected_on is not None:
        expected = f"{day_text(stay.expected_on)}{', past' if stay.expected_on < today else ''}"
    lines = (
        ("Person", ", ".join(filter(None, (age_words(person, today), nhs_number_words(person))))),
        ("In hospital", f"{counted(days_in, 'day')}, {stay.reason}" if stay.reason else counted(days_in, "day")),
        ("Consultant", stay.consultant),
        ("Ready to leave", ready or "not yet"),
        ("Expected to leave", expected),
        ("Way home", way_home),
        ("Team", str(stay.team or "")),
    )
    usual = []
    if known.usual is not None:
        hours = known.usual.minutes / 60
        usual.append(f"Usual care: {counted(known.usual.visits, 'visit')} a week, {hours:.1f} hours")
    usual += [f"{one.pathway.title} since {one.episode.started_at.astimezone(LONDON):%-d %B}" for one in known.episodes]
    return Facts(
        lines=tuple((label, words) for label, words in lines if words),
        alerts=tuple(f"{AlertKind(one.kind).label}{f': {one.text}' if one.text else ''}" for one in known.alerts),
        to_do=tuple(
            ToDo(
                one.text, one.owner_label, time_words(one.due_at, now), one.due_at < now,
                DELAY_SHORT.get(one.blocker, ""),
            )
            for one in record.open_actions
        ),
        missing=(
            *(one.title for one in record.documents if not one.is_there),
            *map(missing_words, record.equipment),
        ),
        usual=tuple(usual) or ("Nobody in the community looks after them yet.",),
        call=tuple(
            (", ".join(filter(None, (one.name, one.relationship))), one.phone) for one in known.contacts if one.phone
        )[:2],
    )  # fmt: skip


def skills_proposed(record: StayRecord | None, chosen: str) -> tuple[str, ...]:
    """Which skills a proposal looks for: those chosen, else what moves on what holds the stay up; () is anybody."""
    if chosen == "any":
        return ()
    if chosen in SKILLS:
        return (chosen,)
    blockers = [one.blocker for one in record.open_actions if one.blocker] if record is not None else []
    return next((SKILLS_FOR_REASON[code] for code in blockers if code in SKILLS_FOR_REASON), PROFESSIONS)


def skill_choices(skills: Sequence[str]) -> tuple[tuple[str, str, bool], ...]:
    """The skills to choose from: code, title, whether it is the one looked for."""
    return (
        ("any", "Anybody", not skills),
        *((code, skill_title(code), code in skills) for code in SKILLS),
    )


def looks_for(skills: Sequence[str]) -> str:
    """Whom a proposal looks for, in words."""
    return either([skill_words(code) for code in skills]) or "anybody"


def proposals(found: Sequence[Suited], now: datetime) -> tuple[Proposal, ...]:
    """The best suited, each with the reason in a sentence."""
    return tuple(proposal(one, now) for one in found[:PROPOSED])


def proposal(one: Suited, now: datetime) -> Proposal:
    """Somebody who could do it, and why."""
    who, actions = one.candidate, one.candidate.open_actions
    load = counted(actions, "open action") if actions else "no open actions"
    if actions and one.has_fewest and one.of > 1:
        load += f" (the fewest of {one.of})"
    far = ""
    if who.kilometres is not None:
        far = f"{who.kilometres:.0f} km" if who.kilometres >= 1 else "less than 1 km"
        far += " from their home (the nearest)" if one.is_nearest and one.of > 1 else " from their home"
    said = [
        f"on shift until {clock_text(who.on_until)}" if who.on_until is not None else "not on shift now",
        "has visited them in the last fortnight" if who.has_visited else "",
        load,
        far,
    ]
    words = ", ".join(part for part in said if part)
    return Proposal(
        f"worker-{who.worker_id}",
        ", ".join(part for part in (who.name, who.job_title) if part),
        f"{words[0].upper()}{words[1:]}.",
    )


def record_page(whole: HuddleWhole, now: datetime) -> RecordPage:
    """The written record of a huddle, or what it is so far."""
    huddle = whole.huddle
    rows = [(line, _record_row(line, now)) for line in whole.lines]
    spoken = [row for line, row in rows if line.item.state == HuddleItemState.SPOKEN or row.notes or row.agreed]
    began = f"Started at {clock_text(huddle.started_at)} by {huddle.started_by}"
    ended = f"ended at {clock_text(huddle.ended_at)} by {huddle.ended_by}" if huddle.ended_at else "still going on"
    minutes = round(((huddle.ended_at or now) - huddle.started_at).total_seconds() / 60)
    return RecordPage(
        id=huddle.pk,
        title=f"Huddle, {day_text(huddle.started_at)}",
        held=f"{began}, {ended}.",
        there=tuple(", ".join(filter(None, (one.name, one.title))) for one in whole.attendance),
        spoken=tuple(spoken),
        not_spoken=tuple(row for _, row in rows if row not in spoken),
        unfinished=tuple((row.who, note.action, note.by) for row in spoken for note in row.notes if note.action),
        figures=(
            (str(len(spoken)), "spoken of"),
            (str(len(rows) - len(spoken)), "not spoken of"),
            (str(sum(len(row.agreed) for row in spoken)), "actions agreed"),
            (str(minutes), "minutes"),
            (str(len(whole.attendance)), "there"),
        ),
    )


def _record_row(line: HuddleLine, now: datetime) -> RecordRow:
    item, seconds = line.item, line.seconds
    notes = [] if line.is_kept else [note for note in item.notes.all() if note.text or note.action]
    return RecordRow(
        stay_id=item.stay_id,
        who=item.stay.person.label,
        where=where_words(item.stay),
        why=why_words(item.needs),
        minutes=spent_words(seconds) if seconds else "",
        notes=tuple(written(note, now) for note in notes),
        agreed=() if line.is_kept else tuple(agreed(one, now) for one in item.agreed.all()),
        is_kept=line.is_kept,
    )


def past_lines(huddles: Sequence) -> list[PastLine]:
    """The huddles that have ended, newest first."""
    return [
        PastLine(
            one.pk,
            f"{day_text(one.started_at)}, {clock_text(one.started_at)}",
            f"{counted(one.spoken_of, 'person', 'people')} spoken of, {counted(one.agreed_count, 'action')} agreed",
        )
        for one in huddles
    ]


def started_words(huddle, now: datetime) -> str:
    """When a huddle that goes on was started, and by whom."""
    return f"Started {ago_words(huddle.started_at, now)} by {huddle.started_by}."
