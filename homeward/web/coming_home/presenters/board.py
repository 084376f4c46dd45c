"""The board: a row a person, with what is next, whose it is, and what holds it up."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from homeward.discharge.selectors import Board, StayLine
from homeward.discharge.states import DELAY_FAMILIES, DELAY_SHORT, DelayFamily, HomePathway
from homeward.discharge.states.ward_lists import QuestionKind
from homeward.kernel.rules import london_day
from homeward.web.clocks import time_words
from homeward.web.coming_home.forms import Wanted
from homeward.web.coming_home.presenters.words import (
    LONG_READY_DAYS,
    bed_tag,
    days_words,
    missing_words,
    near_day,
    pathway_words,
)
from homeward.web.persons import age_words
from homeward.web.templating import clock_text
from homeward.web.words import counted

ASK_THE_WARD = {
    QuestionKind.GONE: "Ask the ward: gone home?",
    QuestionKind.BACK: "Ask the ward: still there?",
    QuestionKind.WHEN: "Ask the ward: left when?",
}
NO_WARD, NO_PATHWAY, NO_TEAM = "Ward not known", "Pathway not thought of yet", "No team yet"


@dataclass(frozen=True, slots=True)
class Row:
    """One person in hospital. `tone` says how it stands: late, soon, calm or kept."""

    id: int
    url: str
    name: str
    who: str
    ward: str
    bed: str
    consultant: str
    pathway: str
    pathway_says: str
    is_decided: bool
    days_in: str
    days_ready: str
    ready_says: str
    is_long_ready: bool
    expected: str
    is_expected_past: bool
    action: str
    owner: str
    due: str
    is_due_late: bool
    more_actions: str
    blocker: str
    family: str
    missing: tuple[str, ...]
    known: str
    is_second_needed: bool
    bed_way: str
    ask_the_ward: str
    is_kept: bool
    tone: str


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that belong together."""

    code: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """A number at the top, and what to show to see those it counts."""

    number: int
    words: str
    query: str
    is_on: bool
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """What each filter can be set to: (value, words), those that occur now."""

    hospitals: tuple[tuple[str, str], ...]
    wards: tuple[tuple[str, str], ...]
    pathways: tuple[tuple[str, str], ...]
    teams: tuple[tuple[str, str], ...]
    families: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Everybody in hospital, or those a filter keeps."""

    parts: tuple[Part, ...]
    questions: str
    counts: tuple[Count, ...]
    choices: Choices
    total: int
    shown: int
    made: str


def present_board(board: Board, wanted: Wanted, now: datetime, questions: Sequence = ()) -> BoardPage:
    """The board as its page prints it; counts are of everybody, whomever a filter leaves out.

    `questions` are those that lists and messages left open, for the ward to answer.
    """
    asked = {one.stay_id: ASK_THE_WARD[one.kind] for one in questions}
    return BoardPage(
        parts=_parts(board, wanted, asked, now),
        questions=f"{counted(len(questions), 'question')} for the ward" if questions else "",
        counts=_counts(board, wanted),
        choices=_choices(board),
        total=len(board.everything),
        shown=len(board.lines),
        made=clock_text(now),
    )


def ready_bands(line: StayLine) -> tuple[int, str]:
    """How a board is parted when nothing else is asked: longest ready first, as (order, title)."""
    if line.days_ready is None:
        return (3, "Still needs hospital") if line.stay.is_criteria_met else (2, "Criteria to reside not recorded yet")
    if line.days_ready >= LONG_READY_DAYS:
        return 0, f"Ready for {LONG_READY_DAYS} days or more"
    return 1, "Ready to leave"


GROUPS: dict[str, Callable[[StayLine], tuple]] = {
    "ready": ready_bands,
    "ward": lambda line: (0, line.stay.ward or NO_WARD),
    "pathway": lambda line: (
        line.stay.likely_or_decided or "p9",
        pathway_words(line.stay.likely_or_decided) if line.stay.likely_or_decided else NO_PATHWAY,
    ),
    "team": lambda line: (line.stay.team is None, line.stay.team.name if line.stay.team else NO_TEAM),
}


def _parts(board: Board, wanted: Wanted, asked: Mapping[int, str], now: datetime) -> tuple[Part, ...]:
    groups: dict[tuple, list[Row]] = {}
    for line in board.lines:
        groups.setdefault(GROUPS[wanted.by](line), []).append(_row(line, asked, now))
    return tuple(
        Part(str(number), key[1], tuple(rows)) for number, (key, rows) in enumerate(sorted(groups.items()), start=1)
    )


def _row(line: StayLine, asked: Mapping[int, str], now: datetime) -> Row:
    stay, action = line.stay, line.next_action
    pathway = stay.likely_or_decided
    is_past = stay.expected_on is not None and stay.expected_on < london_day(now)
    is_late = action is not None and action.due_at < now
    return Row(
        id=stay.pk,
        url=reverse("coming_home:stay", args=[stay.pk]),
        name=stay.person.label,
        who="" if line.is_kept else age_words(stay.person, london_day(now)),
        ward=stay.ward or NO_WARD,
        bed=f"Bed {stay.bed}" if stay.bed else "",
        consultant=stay.consultant,
        pathway=f"P{pathway[1]}" if pathway else "",
        pathway_says=pathway_words(pathway) if pathway else NO_PATHWAY,
        is_decided=bool(stay.pathway),
        days_in=days_words(line.days_in),
        days_ready="" if line.days_ready is None else days_words(line.days_ready),
        ready_says="Needs hospital" if stay.is_criteria_met else "Not recorded",
        is_long_ready=line.days_ready is not None and line.days_ready >= LONG_READY_DAYS,
        expected=near_day(stay.expected_on, now) if stay.expected_on else "",
        is_expected_past=is_past,
        action=action.text if action else "",
        owner=action.owner_label if action else "",
        due=time_words(action.due_at, now) if action else "",
        is_due_late=is_late,
        more_actions=f"and {line.actions - 1} more" if line.actions > 1 else "",
        blocker=DELAY_SHORT[line.block.reason] if line.block else "",
        family=DELAY_FAMILIES[line.block.reason].label if line.block else "",
        missing=(*line.missing, *line.arranging, *map(missing_words, line.equipment)),
        known=_known(line),
        is_second_needed=line.is_second_needed,
        bed_way=_bed_way(line),
        ask_the_ward=asked.get(stay.pk, ""),
        is_kept=line.is_kept,
        tone="kept" if line.is_kept else "late" if line.is_late else "soon" if line.days_ready is not None else "calm",
    )


def _bed_way(line: StayLine) -> str:
    if line.is_kept or (line.bed is None and not line.is_bed_missing):
        return ""
    return bed_tag(line.bed).words


def _known(line: StayLine) -> str:
    if not line.is_known:
        return ""
    if line.usual is None:
        return "Known to the community"
    return f"Known: usually {counted(line.usual.visits, 'visit')} a week"


def _counts(board: Board, wanted: Wanted) -> tuple[Count, ...]:
    lines = board.everything
    told = (
        ("ready", "ready to leave", sum(one.days_ready is not None for one in lines), False),
        ("late", "late", sum(one.is_late for one in lines), True),
        ("blocked", "held up", sum(one.block is not None for one in lines), False),
        ("second", "wait for a second person", sum(one.is_second_needed for one in lines), False),
        ("missing", "with something missing", sum(one.is_something_missing for one in lines), False),
        ("known", "known to the community", sum(one.is_known for one in lines), False),
    )
    return tuple(
        Count(number, words, wanted.query(show="" if wanted.show == code else code), wanted.show == code, is_bad)
        for code, words, number, is_bad in told
    )


def _choices(board: Board) -> Choices:
    stays = [line.stay for line in board.everything]
    hospitals = {str(one.hospital_id or one.hospital_name): one.hospital_label for one in stays}
    wards = Counter(one.ward for one in stays if one.ward)
    pathways = {one.likely_or_decided or "none" for one in stays}
    teams = {str(one.team_id): one.team.name for one in stays if one.team}
    families = {DELAY_FAMILIES[one.block.reason] for one in board.everything if one.block}
    return Choices(
        hospitals=tuple(sorted(hospitals.items(), key=lambda one: one[1])) if len(hospitals) > 1 else (),
        wards=tuple((ward, f"{ward} ({number})") for ward, number in sorted(wards.items())),
        pathways=(
            *((one.value, pathway_words(one.value)) for one in HomePathway if one.value in pathways),
            *([("none", NO_PATHWAY)] if "none" in pathways else ()),
        ),
        teams=(*sorted(teams.items(), key=lambda one: one[1]), ("none", NO_TEAM)),
        families=tuple((one.value, one.label) for one in DelayFamily if one in families),
    )
