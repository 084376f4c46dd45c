"""The whole set of procedures, grouped so that thirty pathways and a hundred activities stay readable."""

from collections.abc import Iterable
from dataclasses import dataclass

from homeward.kernel.rules import tidy_name
from homeward.procedures.rules import Activity, ActivityKind, Form, FormUse, Pathway, Subject
from homeward.web.procedures.presenters.page import UsedIn
from homeward.web.procedures.presenters.words import (
    ACTIVITY_KINDS,
    FORM_USES,
    KINDS,
    URGENCIES,
    count_words,
    length_words,
)
from homeward.web.words import listed, skill_words

# Pathways that not a person but somebody, or something, around them goes through stand by themselves.
SUBJECT_GROUPS = {Subject.CARER: "For carers", Subject.STAFF: "For staff", Subject.SERVICE: "For the service itself"}
FEW = 3  # of what uses something, before they are counted instead


@dataclass(frozen=True, slots=True)
class Line:
    """One procedure in the list."""

    kind: str
    code: str
    title: str
    text: str
    tag: str
    colour: str
    facts: tuple[str, ...]
    version: str
    draft: str


@dataclass(frozen=True, slots=True)
class Group:
    """Procedures of one sort."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list shows: one kind in groups, or all that was searched for."""

    groups: tuple[Group, ...]
    counts: dict[str, int]
    found: str


def present_list(
    kind: str, rows: dict[str, list[tuple]], usage: dict[tuple[str, str], list[UsedIn]], drafts: Iterable, wanted: str
) -> Listing:
    """The newest version of every procedure of a kind, or of every kind where something is `wanted`.

    `rows` are (row, what it defines) by kind; `usage` what uses each; `drafts` those open.
    """
    drafted = {(draft.kind, draft.code): f"Draft by {draft.author_name}" for draft in drafts}
    counts = {each: len(held) for each, held in rows.items()}
    if not wanted:
        return Listing(_groups(kind, rows[kind], usage, drafted), counts, "")
    words = tidy_name(wanted).split()
    groups = []
    number = 0
    for each in KINDS:
        lines = tuple(_line(row, thing, usage, drafted) for row, thing in rows[each] if _has(words, thing))
        number += len(lines)
        if lines:
            groups.append(Group(KINDS[each][1], lines))
    return Listing(tuple(groups), counts, f"{count_words(number, 'procedure')} with “{wanted}”")


def usage_of(pathways: Iterable[Pathway]) -> dict[tuple[str, str], list[UsedIn]]:
    """What uses each form, activity and pathway, by kind and code."""
    usage: dict[tuple[str, str], list[UsedIn]] = {}

    def add(kind: str, code: str | None, pathway: Pathway, where: str) -> None:
        if code:
            held = usage.setdefault((kind, code), [])
            one = UsedIn("pathway", pathway.code, pathway.title, where)
            if one not in held:
                held.append(one)

    for pathway in pathways:
        for stage in pathway.stages:
            for form in stage.forms:
                add("form", form.form, pathway, f"at {stage.title.lower()}")
        for document in pathway.documents:
            add("form", document.form, pathway, document.title.lower())
        for course in pathway.courses:
            add("form", course.before_form, pathway, f"before {course.title.lower()}")
            add("form", course.after_form, pathway, f"after {course.title.lower()}")
        for visit in pathway.visits:
            for code in visit.activities:
                add("activity", code, pathway, f"at the visit: {visit.title.lower()}")
        for delegated in pathway.delegated:
            add("activity", delegated.activity, pathway, "may be delegated")
        for outcome in pathway.outcomes:
            add("pathway", outcome.hands_over_to, pathway, f"hands over: {outcome.title.lower()}")
    return usage


def _groups(kind: str, rows: list[tuple], usage, drafted) -> tuple[Group, ...]:
    if kind == "pathway":
        titles = [*(words for words, _ in URGENCIES.values()), *SUBJECT_GROUPS.values()]
    elif kind == "form":
        titles = [FORM_USES[use] for use in FormUse]
    else:
        titles = [ACTIVITY_KINDS[each] for each in ActivityKind]
    groups: dict[str, list[Line]] = {title: [] for title in titles}
    for row, thing in rows:
        groups[_group(thing)].append(_line(row, thing, usage, drafted))
    return tuple(Group(title, tuple(lines)) for title, lines in groups.items() if lines)


def _group(thing: Pathway | Form | Activity) -> str:
    if isinstance(thing, Pathway):
        return SUBJECT_GROUPS.get(thing.subject) or URGENCIES[thing.urgency][0]
    return FORM_USES[thing.use] if isinstance(thing, Form) else ACTIVITY_KINDS[thing.kind]


def _line(row, thing: Pathway | Form | Activity, usage, drafted) -> Line:
    if isinstance(thing, Pathway):
        text, (tag, colour) = thing.summary, URGENCIES[thing.urgency]
        facts = tuple(f"{clock.title}: {length_words(clock.target)}" for clock in thing.clocks)
    elif isinstance(thing, Form):
        text, tag, colour = thing.purpose, "", ""
        facts = (count_words(len(thing.questions), "question"), _used(usage.get((row.kind, row.code), [])))
    else:
        text, tag, colour = thing.plain, "", ""
        done_by = f"{count_words(thing.minutes, 'minute')}, {skill_words(thing.skill)}"
        delegable = "may be delegated" if thing.delegable else ""
        facts = (f"{done_by}{f', {delegable}' if delegable else ''}", _used(usage.get((row.kind, row.code), [])))
    return Line(
        row.kind, row.code, thing.title, text, tag, colour, facts, f"Version {row.version}",
        drafted.get((row.kind, row.code), ""),
    )  # fmt: skip


def _used(uses: list[UsedIn]) -> str:
    titles = sorted({one.title for one in uses})
    if not titles:
        return "Not used by a pathway"
    return f"Used in {listed(titles)}" if len(titles) <= FEW else f"Used in {len(titles)} pathways"


def _has(words: list[str], thing: Pathway | Form | Activity) -> bool:
    said = [thing.title, thing.code.replace("-", " ").replace("_", " ")]
    if isinstance(thing, Pathway):
        said += [thing.summary, thing.who_for]
    elif isinstance(thing, Form):
        said += [thing.purpose, *(question.text for question in thing.questions)]
    else:
        said.append(thing.plain)
    text = tidy_name(" ".join(said))
    return all(word in text for word in words)
