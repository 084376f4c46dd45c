"""Chasing rounds as finished text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from homeward.discharge.rules.rounds import Timetable, next_round
from homeward.discharge.selectors.rounds import Asked, AskedOfMe, RoundSheet, SheetLine
from homeward.discharge.states import (
    DELAY_SHORT,
    AnswerKind,
    OwnerKind,
)
from homeward.kernel.rules import LONDON
from homeward.web.clocks import left_words, time_words
from homeward.web.coming_home.presenters.stay import happened
from homeward.web.persons import short_day
from homeward.web.templating import clock_text, day_text
from homeward.web.words import counted, listed, wall_words

# Every answer, once: (words of the button, its key, colour of the tag once given, whether more is asked)
ANSWERS: Mapping[AnswerKind, tuple[str, str, str, bool]] = {
    AnswerKind.DONE: ("Done", "1", "green", False),
    AnswerKind.ON_TIME: ("On time", "2", "blue", False),
    AnswerKind.DELAYED: ("Delayed", "3", "orange", True),
    AnswerKind.NOT_MINE: ("Not mine", "4", "grey", True),
    AnswerKind.BLOCKED: ("Held up", "5", "red", True),
}
OWNER_GROUPS = {
    OwnerKind.WORKER: "On the roster",
    OwnerKind.ACCOUNT: "Others who sign in",
    OwnerKind.TEAM: "Teams",
    OwnerKind.ORGANISATION: "Organisations",
}
NO_WARD = "No ward known"


@dataclass(frozen=True, slots=True)
class Question:
    """One question, with the buttons that answer it: (code, words, key, whether more is asked)."""

    ask_id: int
    stay_id: int
    who: str
    where: str
    text: str
    owner: str
    due: str
    due_at: str
    left: str
    tone: str
    blocker: str
    buttons: tuple[tuple[str, str, str, bool], ...]
    answer: str
    answer_colour: str
    answered: str
    may_open: bool


@dataclass(frozen=True, slots=True)
class OwnAction:
    """Something else that is the reader's to do."""

    stay_id: int
    who: str
    text: str
    due: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class AskedPage:
    """What is asked of the reader."""

    title: str
    when: str
    answer_by: str
    left: str
    due_at: str
    is_over: bool
    waiting: tuple[Question, ...]
    answered: tuple[Question, ...]
    to_ring: tuple[Question, ...]
    also: tuple[OwnAction, ...]
    next: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """What a round's result says of one person."""

    stay_id: int
    who: str
    reference: str
    bed: str
    team: str
    now: str
    now_colour: str
    is_kept: bool
    changes: tuple[tuple[str, str], ...]
    unanswered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """The people of one ward, or of one team."""

    title: str
    rows: tuple[SheetRow, ...]
    counts: str


@dataclass(frozen=True, slots=True)
class SheetPage:
    """The result of a round, with what it can be narrowed to."""

    id: int
    title: str
    made: str
    is_over: bool
    answer_by: str
    due_at: str
    left: str
    figures: tuple[tuple[str, str], ...]
    groups: tuple[SheetGroup, ...]
    by: str
    wards: tuple[tuple[str, str, bool], ...]
    teams: tuple[tuple[str, str, bool], ...]
    query: str


def asked_page(asked: AskedOfMe, timetable: Timetable, now: datetime) -> AskedPage:
    """What is asked of somebody."""
    held = asked.round
    following = next_round(timetable, now)
    return AskedPage(
        title=round_title(held) if held is not None else "",
        when=day_text(held.due_at) if held is not None else "",
        answer_by=clock_text(held.answer_by) if held is not None else "",
        left=left_words(held.answer_by - now) if held is not None else "",
        due_at=held.answer_by.isoformat() if held is not None else "",
        is_over=held is not None and held.answer_by <= now,
        waiting=tuple(question(one, now) for one in asked.waiting),
        answered=tuple(question(one, now) for one in asked.answered),
        to_ring=tuple(question(one, now) for one in asked.to_ring),
        also=tuple(
            OwnAction(
                action.stay_id, action.stay.person.label, action.text, time_words(action.due_at, now),
                action.due_at < now,
            )
            for action in asked.also_mine
        ),
        next=f"The next round is at {time_words(following, now)}." if following is not None else "",
    )  # fmt: skip


def question(asked: Asked, now: datetime) -> Question:
    """One question and what was answered."""
    action, answer = asked.action, asked.answer
    left = action.due_at - now
    return Question(
        ask_id=asked.ask.pk,
        stay_id=asked.stay.pk,
        who=asked.stay.person.label if asked.is_named else asked.stay.person.reference,
        where=where_words(asked.stay),
        text=action.text,
        owner=action.owner_label,
        due=time_words(action.due_at, now),
        due_at=action.due_at.isoformat(),
        left=left_words(left),
        tone="late" if left.total_seconds() < 0 else "calm",
        blocker=DELAY_SHORT.get(action.blocker, ""),
        buttons=tuple((kind.value, words, key, more) for kind, (words, key, _, more) in ANSWERS.items()),
        answer=ANSWERS[AnswerKind(answer.kind)][0] if answer is not None else "",
        answer_colour=ANSWERS[AnswerKind(answer.kind)][2] if answer is not None else "",
        answered=answer_words(answer, now) if answer is not None else "",
        may_open=asked.is_named,
    )


def answer_words(answer, now: datetime) -> str:
    """What somebody answered besides its kind, who and when."""
    said = {
        AnswerKind.DELAYED: f"until {time_words(answer.delayed_until, now)}" if answer.delayed_until else "",
        AnswerKind.BLOCKED: DELAY_SHORT.get(answer.reason, ""),
    }.get(AnswerKind(answer.kind), "")
    words = ": ".join(part for part in (said, answer.text) if part)
    return f"{words.rstrip('.') + '. ' if words else ''}{answer.by_name}, {time_words(answer.at, now)}"


def where_words(stay) -> str:
    """Where in hospital somebody is, in a line."""
    parts = (stay.hospital_label, stay.ward, f"bed {stay.bed}" if stay.bed else "")
    return ", ".join(part for part in parts if part)


def round_title(held) -> str:
    """What people call a round: the 9am round."""
    return f"{clock_text(held.due_at)} round"


def owner_groups(owners: Mapping[str, Sequence[tuple[int, str]]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Whom an action can be given to, by kind."""
    return [
        (OWNER_GROUPS[OwnerKind(kind)], [(f"{kind}-{number}", words) for number, words in rows])
        for kind, rows in owners.items()
        if rows
    ]


def sheet_page(sheet: RoundSheet, wanted: Mapping[str, str], now: datetime) -> SheetPage:
    """The result of a round for a ward or a team, or all; by ward, or by team."""
    by = "team" if wanted.get("by") == "team" else "ward"
    ward, team = wanted.get("ward", ""), wanted.get("team", "")
    kept = [
        line for line in sheet.lines if ward in ("", _ward(line)) and team in ("", _team(line))
    ]  # fmt: skip
    silent = sum(len(line.unanswered) for line in kept)
    groups: dict[str, list[SheetLine]] = {}
    for line in kept:
        groups.setdefault(_ward(line) if by == "ward" else _team(line), []).append(line)
    query = urlencode({name: text for name, text in (("by", by), ("ward", ward), ("team", team)) if text})
    return SheetPage(
        id=sheet.round.pk,
        title=f"{round_title(sheet.round)}, {day_text(sheet.round.due_at)}",
        made=f"What changed from {time_words(sheet.since, now)} to {time_words(sheet.until, now)}.",
        is_over=sheet.is_over,
        answer_by=clock_text(sheet.round.answer_by),
        due_at=sheet.round.answer_by.isoformat(),
        left=left_words(sheet.round.answer_by - now),
        figures=(
            (str(sheet.asked), "asked"),
            (str(sheet.answered), "answered"),
            (str(silent), "not answered" if not (ward or team) else "not answered here"),
            (str(sum(line.is_now_ready for line in kept)), "now ready to leave"),
            (str(sum(line.is_left for line in kept)), "left hospital"),
        ),
        groups=tuple(_group(title, lines, now) for title, lines in sorted(groups.items())),
        by=by,
        wards=_choices(map(_ward, sheet.lines), ward),
        teams=_choices(map(_team, sheet.lines), team),
        query=query,
    )


def _group(title: str, lines: Sequence[SheetLine], now: datetime) -> SheetGroup:
    rows = tuple(_row(line, now) for line in lines)
    said = [
        counted(number, one, many)
        for number, one, many in (
            (sum(line.is_now_ready for line in lines), "person now ready", "people now ready"),
            (sum(len(line.unanswered) for line in lines), "question not answered", "questions not answered"),
        )
        if number
    ]
    return SheetGroup(title, rows, listed(said))


def _row(line: SheetLine, now: datetime) -> SheetRow:
    stay = line.stay
    words, colour = "", ""
    if line.is_left:
        words, colour = "Left hospital", "grey"
    elif line.is_now_ready:
        words, colour = "Now ready", "green"
    elif stay.ready_on is not None:
        words, colour = f"Ready since {stay.ready_on.day} {stay.ready_on:%B}", "blue"
    return SheetRow(
        stay_id=stay.pk,
        who=stay.person.label,
        reference=stay.person.reference,
        bed=f"Bed {stay.bed}" if stay.bed else "",
        team=str(stay.team or ""),
        now=words,
        now_colour=colour,
        is_kept=line.is_kept,
        changes=tuple(_change(event, now) for event in line.events),
        unanswered=tuple(
            f"{one.action.text}: {one.ask.put_to}" + (", does not sign in: ring them" if not one.ask.is_told else "")
            for one in line.unanswered
        ),
    )


def _ward(line: SheetLine) -> str:
    return ", ".join(part for part in (line.stay.ward, line.stay.hospital_label) if part) or NO_WARD


def _team(line: SheetLine) -> str:
    return str(line.stay.team) if line.stay.team is not None else "No team yet"


def _choices(names: Iterable[str], chosen: str) -> tuple[tuple[str, str, bool], ...]:
    return tuple((name, name, name == chosen) for name in sorted(set(names)))


def _change(event, now: datetime) -> tuple[str, str]:
    """What changed, and who changed it when."""
    said = happened(event)
    words = ": ".join(part for part in (said.what, said.text) if part).rstrip(".")
    return f"{words}.", f"{said.by}, {time_words(event.recorded_at, now)}"


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in the list."""

    id: int
    title: str
    day: str
    answers: str
    is_over: bool


def round_lines(rounds: Sequence, now: datetime) -> list[RoundLine]:
    """The rounds that were held, newest first."""
    return [
        RoundLine(
            held.pk,
            round_title(held),
            day_text(held.due_at),
            f"{held.answered_count} of {held.asked_count} answered",
            held.answer_by <= now,
        )
        for held in rounds
    ]


def times_words(timetable: Timetable, now: datetime) -> tuple[str, ...]:
    """When rounds are, in sentences."""
    weekdays = listed([wall_words(text) for text in sorted(timetable.weekday_times)])
    others = listed([wall_words(text) for text in sorted(timetable.other_day_times)])
    following = next_round(timetable, now)
    days = [day for day in sorted(timetable.other_days) if day >= now.astimezone(LONDON).date()]
    return tuple(
        text
        for text in (
            f"Monday to Friday at {weekdays}.",
            f"Weekends and bank holidays at {others}." if others else "None at weekends and on bank holidays.",
            f"Bank holidays set: {listed([short_day(day) for day in days])}." if days else "No bank holidays are set.",
            f"Owners have {timetable.answer_minutes} minutes to answer before their lead is told.",
            f"The next is at {time_words(following, now)}." if following is not None else "",
        )
        if text
    )
