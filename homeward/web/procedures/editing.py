"""Changing a draft without its text: each part of a procedure as a sheet of fields, filled from it and put back.

A sheet is some fields of the procedure itself (`head`), or a list of things with fields each, or both. What a sheet has
no field for stays as it was.
"""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeward.kernel.rules import whole_number
from homeward.procedures.rules import (
    ActivityKind,
    Complexity,
    CountsAs,
    FormUse,
    Library,
    Per,
    QuestionType,
    TargetCounts,
    TargetUnit,
    Urgency,
    code_from,
)
from homeward.web.procedures.presenters.words import (
    ACTIVITY_KINDS,
    COMPLEXITIES,
    COUNTS_AS,
    FORM_USES,
    QUESTION_TYPES,
    SETTINGS,
    URGENCIES,
)

Options = tuple[tuple[str, str], ...]
Typed = dict[str, str | list[str]]
Path = tuple[str | int, ...]

WITH_OPTIONS = {QuestionType.CHOICE.value, QuestionType.CHOICES.value}
UNITS = {TargetUnit.MINUTES: "minutes", TargetUnit.HOURS: "hours", TargetUnit.DAYS: "days", TargetUnit.WEEKS: "weeks"}
COUNTS = {TargetCounts.ELAPSED: "From that very moment", TargetCounts.CALENDAR_DAYS: "To the end of the day"}
PERS = {Per.ONCE: "in all", Per.DAY: "a day", Per.WEEK: "a week", Per.MONTH: "a month"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a sheet. `name` is its key, dotted where it is inside another.

    `look`: line, text, lines (one a line), number, decimal, choice, choices or tick. `usually` is what the procedure
    means where it says nothing.
    """

    name: str
    label: str
    look: str = "line"
    hint: str = ""
    options: Options = ()
    must: bool = True
    usually: Any = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A part of a procedure to change: where its fields are, and what may be done with its list."""

    id: str
    title: str
    intro: str = ""
    head_at: Path = ()
    head: tuple[Field, ...] = ()
    list_at: Path | None = None
    fields: tuple[Field, ...] = ()
    thing: str = ""
    may_add: bool = False
    may_remove: bool = False
    titled_by: str = "title"


@dataclass(slots=True)
class Row:
    """One thing of a sheet's list, as typed. `was` is its place in the list it was filled from, None where new."""

    was: int | None
    typed: Typed
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.was is None


@dataclass(slots=True)
class Filled:
    """A sheet with what is in it, and what is wrong with that."""

    sheet: Sheet
    head: Typed
    rows: list[Row]
    head_errors: dict[str, str] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        """Whether anything typed cannot be kept."""
        return bool(self.head_errors) or any(row.errors for row in self.rows)


def sheets(kind: str, content: Mapping[str, Any], library: Library) -> tuple[Sheet, ...]:
    """Every sheet of a procedure, in the order of its page. `content` fits the schema of its kind."""
    if kind == "pathway":
        return _pathway_sheets(content, library)
    return _form_sheets(content) if kind == "form" else _activity_sheets(library)


def filled_from(sheet: Sheet, content: Mapping[str, Any]) -> Filled:
    """A sheet filled with what a procedure says."""
    head = {one.name: _shown(_at(content, sheet.head_at), one) for one in sheet.head}
    rows = []
    if sheet.list_at is not None:
        rows = [
            Row(place, {one.name: _shown(item, one) for one in sheet.fields})
            for place, item in enumerate(_at(content, sheet.list_at) or [])
        ]
    return Filled(sheet, head, rows)


def filled_from_post(sheet: Sheet, post: Any, places: int) -> Filled:
    """A sheet filled with what was typed. `places` is how long the list it was filled from is."""
    head = {one.name: _typed(post, f"head-{one.name}", one) for one in sheet.head}
    rows = []
    for number in post.getlist("row"):
        if whole_number(number) is None:
            continue
        was = whole_number(post.get(f"{number}-was", ""))
        if was is not None and was >= places:
            continue
        rows.append(Row(was, {one.name: _typed(post, f"{number}-{one.name}", one) for one in sheet.fields}))
    return Filled(sheet, head, rows)


def rearranged(filled: Filled, doing: str) -> Filled:
    """A sheet after one of its buttons: `add`, `up-2`, `down-0` or `remove-1`. Nothing typed changes."""
    verb, _, number = doing.partition("-")
    place = whole_number(number)
    rows = list(filled.rows)
    if verb == "add" and filled.sheet.may_add:
        rows.append(Row(None, {one.name: [] if one.look == "choices" else "" for one in filled.sheet.fields}))
        for one in filled.sheet.fields:
            if one.look == "tick" and one.usually:
                rows[-1].typed[one.name] = "yes"
    elif place is not None and place < len(rows):
        if verb == "remove" and (filled.sheet.may_remove or rows[place].is_new):
            del rows[place]
        elif verb == "up" and place > 0:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
        elif verb == "down" and place + 1 < len(rows):
            rows[place + 1], rows[place] = rows[place], rows[place + 1]
    return Filled(filled.sheet, filled.head, rows)


def check(filled: Filled) -> None:
    """Say beside each field what is wrong with what was typed in it."""
    for one in filled.sheet.head:
        if said := _complaint(one, filled.head[one.name]):
            filled.head_errors[one.name] = said
    for row in filled.rows:
        for one in filled.sheet.fields:
            if said := _complaint(one, row.typed[one.name]):
                row.errors[one.name] = said


def put_back(
    filled: Filled, filled_content: Mapping[str, Any], where: Sheet, content: Mapping[str, Any]
) -> dict[str, Any]:
    """A procedure with a sheet put back into it, the sheet's list in place of what `content` has there.

    `filled_content` is what the sheet was filled from: what it has no field for comes from there. `where` is the same
    sheet of `content`. A field that was not changed is left as it stands.
    """
    sheet = filled.sheet
    changed = copy.deepcopy(dict(content))
    head, head_before = _at(changed, where.head_at), _at(filled_content, sheet.head_at)
    for one in sheet.head:
        _put_changed(head, one, filled.head[one.name], head_before)
    if sheet.list_at is not None and where.list_at is not None:
        before = _at(filled_content, sheet.list_at) or []
        items = [copy.deepcopy(before[row.was]) if row.was is not None else {} for row in filled.rows]
        taken = {item["code"] for item in items if "code" in item} | _codes_elsewhere(sheet, filled_content)
        for row, item in zip(filled.rows, items, strict=True):
            if row.is_new and sheet.titled_by:
                code = code_from(str(row.typed[sheet.titled_by]), "_", frozenset(taken)) or f"new_{len(taken)}"
                item["code"] = code
                taken.add(code)
            for one in sheet.fields:
                _put_changed(item, one, row.typed[one.name], None if row.is_new else before[row.was])
        holder, key = _at(changed, where.list_at[:-1]), where.list_at[-1]
        if items or key in holder:
            holder[key] = items
    return changed


def is_same_part(sheet: Sheet, one: Mapping[str, Any], other_sheet: Sheet, other: Mapping[str, Any]) -> bool:
    """Whether two texts of a procedure say the same in the part a sheet changes."""
    return _part(sheet, one) == _part(other_sheet, other)


def _part(sheet: Sheet, content: Mapping[str, Any]) -> tuple:
    head = _at(content, sheet.head_at)
    shown = tuple((one.name, repr(_shown(head, one))) for one in sheet.head)
    return shown, repr(_at(content, sheet.list_at)) if sheet.list_at is not None else ""


def _at(content: Any, path: Path) -> Any:
    for key in path:
        content = content.get(key) if isinstance(content, Mapping) else content[key]
    return content


def _codes_elsewhere(sheet: Sheet, content: Mapping[str, Any]) -> set[str]:
    """Codes that a new thing may not have though its own list does not: each of a form's questions has its own."""
    if sheet.thing == "question":
        return {one["code"] for section in content["sections"] for one in section["questions"]}
    if sheet.thing in ("criterion", "exclusion"):
        return {one["code"] for name in ("criteria", "exclusions") for one in content["entry"][name]}
    return set()


def _value(item: Any, name: str) -> Any:
    for key in name.split("."):
        item = item.get(key) if isinstance(item, Mapping) else None
    return item


def _shown(item: Any, one: Field) -> str | list[str]:
    value = _value(item, one.name)
    if value is None:
        value = one.usually
    if one.look == "choices":
        return list(value or [])
    if one.look == "lines":
        return "\n".join(value or [])
    if one.look == "tick":
        return "yes" if value else ""
    return "" if value is None else str(value)


def _typed(post: Any, name: str, one: Field) -> str | list[str]:
    if one.look == "choices":
        known = {value for value, _ in one.options}
        return [value for value in post.getlist(name) if value in known]
    text = post.get(name, "").replace("\0", "").replace("\r\n", "\n")
    return text.strip() if one.look != "lines" else text


def _complaint(one: Field, typed: str | list[str]) -> str:
    name = f"{one.label[:1].lower()}{one.label[1:]}"
    if one.look in ("choice", "choices"):
        if one.must and not typed:
            return f"Choose: {name}"
        if one.look == "choice" and typed and typed not in {value for value, _ in one.options}:
            return f"Choose from the list: {name}"
        return ""
    if one.must and one.look != "tick" and not str(typed).strip():
        return f"Enter: {name}"
    if one.look == "number" and typed and whole_number(str(typed)) is None:
        return "Enter a whole number, such as 30"
    if one.look == "decimal" and typed and not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", str(typed)):
        return "Enter a number, such as 4794 or 84.5"
    return ""


def _put_changed(item: dict[str, Any], one: Field, typed: str | list[str], before: Any) -> None:
    shown = _shown(before, one) if before is not None else None
    if shown is None or typed != (shown if one.look in ("choices", "lines") else str(shown).strip()):
        _put(item, one, typed)


def _put(item: dict[str, Any], one: Field, typed: str | list[str]) -> None:
    value = _meant(one, typed)
    *outer, key = one.name.split(".")
    for name in outer:
        item = item.setdefault(name, {})
    if value is None or (value == one.usually and one.usually is not None and key not in item):
        item.pop(key, None)
    else:
        item[key] = value


def _meant(one: Field, typed: str | list[str]) -> Any:
    if one.look == "choices":
        return list(typed) or None
    text = str(typed)
    if one.look == "tick":
        is_ticked = text == "yes"
        return None if is_ticked == bool(one.usually) else is_ticked
    if one.look == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    if not text:
        return None
    if one.look == "number":
        return int(text)
    if one.look == "decimal":
        return float(text) if "." in text else int(text)
    if one.look == "line":
        return " ".join(text.split())
    return text


def _of(words: Mapping[Any, Any], said: Callable[[Any], str] = str) -> Options:
    return tuple((code.value, said(words[code])) for code in words)


def _pathway_sheets(content: Mapping[str, Any], library: Library) -> tuple[Sheet, ...]:
    needs = tuple((need.code, need.title) for need in library.needs)
    others = tuple((one.code, one.title) for one in library.pathways if one.code != content["code"])
    stages = tuple((stage["code"], stage["title"]) for stage in content["stages"])
    sources = tuple((source.code, f"{source.publisher}: {source.title}") for source in library.sources)
    measures = tuple((code, code) for code in content["measures"])
    urgencies = tuple((urgency.value, URGENCIES[urgency][0]) for urgency in Urgency)
    return (
        Sheet(
            "about", "Name and who it is for",
            head=(
                Field("title", "Name"),
                Field("summary", "In short", "text", "One or two sentences, for the list"),
                Field("who_for", "Who it is for", "text"),
                Field("urgency", "How soon someone must be seen", "choice", options=urgencies),
                Field("needs", "Needs it answers", "choices", options=needs),
            ),
        ),
        Sheet(
            "entry", "How one gets in", "Shown as a checklist when somebody decides on a referral.",
            head_at=("entry",),
            head=(
                Field("minimum_age", "Youngest age", "number", "Leave empty where there is none", must=False),
                Field("second_person_agrees", "A second person must agree", "tick", usually=False),
            ),
            list_at=("entry", "criteria"),
            fields=(
                Field("text", "What must be so"),
                Field("hint", "Hint", must=False),
                Field("required", "Required: where it is not so, a reason must be given", "tick", usually=True),
            ),
            thing="criterion", may_add=True, may_remove=True, titled_by="text",
        ),
        Sheet(
            "exclusions", "Who it is not for", list_at=("entry", "exclusions"),
            fields=(Field("text", "What speaks against it"), Field("instead", "What to do instead")),
            thing="exclusion", may_add=True, may_remove=True, titled_by="text",
        ),
        Sheet(
            "clocks", "Clocks", "What starts and stops a clock is changed in the whole text.", list_at=("clocks",),
            fields=(
                Field("title", "Name"),
                Field("target.amount", "How long", "number"),
                Field("target.unit", "Unit", "choice", options=_of(UNITS)),
                Field(
                    "target.counts", "Counted", "choice", "Minutes and hours are always counted from that very moment",
                    _of(COUNTS), must=False, usually=TargetCounts.ELAPSED.value,
                ),
                Field("note", "Note", "text", must=False),
            ),
            thing="clock",
        ),
        Sheet(
            "stages", "Stages", "Stages are added, and given forms, in the whole text.", list_at=("stages",),
            fields=(
                Field("title", "Name"),
                Field("means", "What it means", "text"),
                Field("moves_to", "Goes on to", "choices", "None where it is the last", stages, must=False),
            ),
            thing="stage",
        ),
        Sheet(
            "roles", "Who does what", list_at=("roles",),
            fields=(Field("title", "Role"), Field("does", "What they do", "text")), thing="role",
        ),
        Sheet(
            "visits", "Visits", "Who goes and what is done is changed in the whole text.", list_at=("visits",),
            fields=(
                Field("title", "Name"),
                Field("minutes", "Minutes", "number"),
                Field("frequency.times", "How many times", "number"),
                Field(
                    "frequency.per", "Per", "choice", options=tuple((per.value, words) for per, words in PERS.items())
                ),
                Field("period.days", "For how many days", "number", "Leave empty where there is no end", must=False),
                Field("setting", "Where", "choice", options=_of(SETTINGS, lambda said: said.capitalize())),
                Field("may_be_missed", "May be left out on a hard day", "tick", usually=False),
            ),
            thing="visit", may_remove=True,
        ),
        Sheet(
            "outcomes", "How it ends", list_at=("outcomes",),
            fields=(
                Field("title", "Outcome"),
                Field("means", "What it means", "text"),
                Field("counts_as", "Counts as", "choices", options=_counts_as()),
                Field("hands_over_to", "Hands over to", "choice", "", others, must=False),
            ),
            thing="outcome", may_add=True, may_remove=True,
        ),
        Sheet(
            "figures", "Published figures", "What others published, each with its place, period and source.",
            list_at=("published_figures",),
            fields=(
                Field("measure", "Measure", "choice", options=measures),
                Field("says", "What it says"),
                Field("value", "Figure", "decimal", must=False),
                Field("unit", "Unit", must=False),
                Field("place", "Place"),
                Field("period", "Period"),
                Field("source", "Source", "choice", options=sources),
            ),
            thing="figure", may_add=True, may_remove=True, titled_by="",
        ),
    )  # fmt: skip


def _counts_as() -> Options:
    return tuple((each.value, COUNTS_AS[each].capitalize()) for each in CountsAs)


def _form_sheets(content: Mapping[str, Any]) -> tuple[Sheet, ...]:
    types = tuple((each.value, QUESTION_TYPES[each].capitalize()) for each in QuestionType)
    made = [
        Sheet(
            "about", "Name and what it is for",
            head=(
                Field("title", "Name"),
                Field("purpose", "What it is for", "text"),
                Field("use", "When it is used", "choice", options=tuple((e.value, FORM_USES[e]) for e in FormUse)),
            ),
        )
    ]  # fmt: skip
    for number, section in enumerate(content["sections"]):
        made.append(
            Sheet(
                f"section-{section['code']}", f"Section: {section['title']}",
                "Scores, units and when a question shows are changed in the whole text.",
                head_at=("sections", number),
                head=(Field("title", "Name of the section"), Field("intro", "Introduction", "text", must=False)),
                list_at=("sections", number, "questions"),
                fields=(
                    Field("text", "Question"),
                    Field("hint", "Hint", must=False),
                    Field("type", "Answered by", "choice", options=types),
                    Field("required", "Needed to close the form", "tick", usually=False),
                ),
                thing="question", may_add=True, may_remove=True, titled_by="text",
            )
        )  # fmt: skip
        made += [
            Sheet(
                f"options-{question['code']}", f"Answers to: {question['text']}",
                list_at=("sections", number, "questions", place, "options"),
                fields=(
                    Field("label", "Answer"),
                    Field("hint", "Hint", must=False),
                    Field("points", "Points", "number", "Only where a score adds it", must=False),
                ),
                thing="answer", may_add=True, may_remove=True, titled_by="label",
            )
            for place, question in enumerate(section["questions"])
            if question["type"] in WITH_OPTIONS
        ]  # fmt: skip
    return tuple(made)


def _activity_sheets(library: Library) -> tuple[Sheet, ...]:
    skills = tuple((skill.code, skill.title) for skill in library.skills)
    return (
        Sheet(
            "about", "What it is", "To whom it may be delegated is changed in the whole text.",
            head=(
                Field("title", "Name"),
                Field("plain", "What is done", "text", "One or two plain sentences"),
                Field("kind", "Kind", "choice", options=tuple((e.value, ACTIVITY_KINDS[e]) for e in ActivityKind)),
                Field("skill", "Who may do it without delegation", "choice", options=skills),
                Field("minutes", "Usual length in minutes", "number"),
                Field("complexity", "Complexity", "choice",
                      options=tuple((each.value, COMPLEXITIES[each]) for each in Complexity)),
                Field("workers", "Workers it takes", "number", must=False, usually=1),
                Field("in_place", "In place first", "lines", "One a line", must=False),
                Field("records", "What is recorded", "lines", "One a line", must=False),
            ),
        ),
    )  # fmt: skip
