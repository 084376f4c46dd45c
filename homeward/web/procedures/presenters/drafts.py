"""A draft in words: where it stands, what is wrong with it, what it changes, and what happened to it."""

import re
from dataclasses import dataclass

from homeward.procedures.states import DraftEventKind, DraftState
from homeward.web.procedures.presenters.words import KINDS, count_words
from homeward.web.templating import moment_text

# States of a draft and the colour of the tag that says so.
STATE_COLOURS = {
    DraftState.DRAFT: "yellow",
    DraftState.SENT: "blue",
    DraftState.RETURNED: "orange",
    DraftState.PUBLISHED: "green",
    DraftState.DISCARDED: "grey",
}
# Where a fault is, by the beginning of its field, and the sheet to mend it on; what is not here is mended in the text.
SHEETS_BY_FIELD = (
    (r"entry\.exclusions", "exclusions"),
    (r"entry", "entry"),
    (r"clocks\[\d+\]\.(title|target|note)", "clocks"),
    (r"stages\[\d+\]\.(title|means|moves_to)", "stages"),
    (r"roles\[\d+\]\.(title|does)", "roles"),
    (r"visits\[\d+\]\.(title|minutes|frequency|period\.days|setting)", "visits"),
    (r"outcomes", "outcomes"),
    (r"published_figures", "figures"),
    (r"(title|summary|who_for|urgency|needs|purpose|use|plain|kind|skill|minutes|complexity|workers)\b", "about"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a draft: where, the line itself, what to do, and the sheet to do it on."""

    where: str
    line: str
    text: str
    sheet: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a draft's history."""

    what: str
    who: str
    when: str
    note: str
    is_comment: bool


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in the list."""

    id: int
    title: str
    kind: str
    state: str
    colour: str
    said: str
    why: str


@dataclass(frozen=True, slots=True)
class DraftHead:
    """Who writes a draft, from what, and where it stands."""

    id: int
    title: str
    kind: str
    kind_title: str
    code: str
    version: int
    revision: int
    state: str
    colour: str
    said: str
    why: str
    is_writable: bool
    is_sent: bool
    is_open: bool
    published: int | None


def draft_line(draft) -> DraftLine:
    """A draft in a list, with who changed it when."""
    return DraftLine(
        draft.pk,
        draft.title,
        KINDS[draft.kind][0],
        draft.get_state_display(),
        STATE_COLOURS[DraftState(draft.state)],
        f"Version {draft.version}, by {draft.author_name}, last changed {moment_text(draft.changed_at)}",
        draft.why,
    )


def draft_head(draft) -> DraftHead:
    """The head of a draft's page."""
    state = DraftState(draft.state)
    said = [f"{KINDS[draft.kind][0]}, version {draft.version}, by {draft.author_name}"]
    if draft.based_on is not None:
        same = draft.based_on.code == draft.code
        what = f"version {draft.based_on.version}" if same else f"a copy of {draft.based_on.title}"
        said.append(f"from {what}")
    if draft.approved_by_name:
        said.append(f"approved by {draft.approved_by_name}")
    return DraftHead(
        id=draft.pk,
        title=draft.title,
        kind=draft.kind,
        kind_title=KINDS[draft.kind][0].lower(),
        code=draft.code,
        version=draft.version,
        revision=draft.revision,
        state=draft.get_state_display(),
        colour=STATE_COLOURS[state],
        said=f"{', '.join(said)}. Last changed {moment_text(draft.changed_at)}.",
        why=draft.why,
        is_writable=state in (DraftState.DRAFT, DraftState.RETURNED),
        is_sent=state == DraftState.SENT,
        is_open=state not in (DraftState.PUBLISHED, DraftState.DISCARDED),
        published=draft.published.version if draft.published else None,
    )


def faults(problems: list, text: str, kind: str) -> tuple[Fault, ...]:
    """Everything wrong with a text, each with its line as it stands there."""
    lines = text.splitlines()
    own = {problem.file for problem in problems if problem.file.startswith(_folder(kind))}
    shown = []
    for problem in problems:
        is_own = problem.file in own and len(own) == 1
        if is_own:
            line = lines[problem.line - 1].strip() if 0 < problem.line <= len(lines) else ""
            where = f"Line {problem.line}{f', {problem.field}' if problem.field else ''}"
        else:
            line, where = "", f"In {problem.file.partition('/')[2].removesuffix('.yaml')}, {problem.field}"
        shown.append(Fault(where, line, problem.text, _sheet(problem.field) if is_own else ""))
    return tuple(shown)


def happened(events: list) -> tuple[Happened, ...]:
    """What happened to a draft, newest first."""
    return tuple(
        Happened(
            event.get_kind_display(),
            f"{event.actor_name}, {event.actor_role.lower()}" if event.actor_role else event.actor_name,
            moment_text(event.happened_at),
            event.note,
            event.kind == DraftEventKind.COMMENTED,
        )
        for event in reversed(events)
    )


def faults_said(number: int) -> str:
    """How many faults there are: 1 fault, 2 faults."""
    return count_words(number, "fault")


def _folder(kind: str) -> str:
    return {"pathway": "pathways/", "form": "forms/", "activity": "activities/"}[kind]


def _sheet(field: str) -> str:
    return next((sheet for pattern, sheet in SHEETS_BY_FIELD if re.match(pattern, field)), "")
