"""A draft to fill in, part by part."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeward.plans.rules import (
    LEVEL_WORDS,
    LEVELS,
    SECTIONS,
    FieldSpec,
    Problem,
    SectionSpec,
    is_blank,
    items_of,
    name_of,
    spec_of,
)
from homeward.plans.states import CareOutcome, Doer, HowOften, TimeOfDay
from homeward.web.forms.presenters.filling import ClashBox
from homeward.web.plans.presenters.words import skill_groups
from homeward.web.words import WEEKDAYS, wall_words, weekday_words

FULL, HALF, THIRD = "full", "half", "third"
# How much of the width of a thing of a list a field takes
WIDTHS = {
    "target_on": HALF, "start": HALF, "doer_name": HALF, "skill": HALF, "minutes": THIRD, "workers": THIRD,
    "opens_at": THIRD, "closes_at": THIRD, "with_skill": HALF, "gap_minutes": THIRD, "starts_on": HALF,
    "ends_on": HALF, "call_name": HALF, "call_phone": HALF, "outcome": HALF, "often": THIRD,
}  # fmt: skip
# Fields of a thing that stand behind "More", for they are seldom needed
MORE = {
    "activities": ("how", "starts_on", "ends_on", "is_delegated", "equipment", "if_not_possible"),
    "visits": ("is_hard", "with_skill", "gap_minutes", "starts_on", "ends_on"),
    "goals": (),
}


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class DraftField:
    """One field on a page. `control`: input, textarea, select, radios, checkboxes, flag, number, day, clock, hidden."""

    code: str
    label: str
    hint: str
    control: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    text: str
    is_on: bool
    problem: str
    width: str


@dataclass(frozen=True, slots=True)
class DraftItem:
    """One goal, activity, visit or other thing of a list."""

    key: str
    title: str
    said: str
    is_open: bool
    fields: tuple[DraftField, ...]
    more: tuple[DraftField, ...]


@dataclass(frozen=True, slots=True)
class SectionLink:
    code: str
    title: str
    state: str
    is_done: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class SectionPage:
    """One part of a draft. `shown` and `revision` are what `forms/state.jinja` keeps for the page."""

    draft_id: int
    person_id: int
    code: str
    title: str
    intro: str
    one: str
    add: str
    is_list: bool
    fields: tuple[DraftField, ...]
    items: tuple[DraftItem, ...]
    links: tuple[SectionLink, ...]
    next: str
    revision: int
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Visits that the pathway proposes, and what is done at them: (value to send, words, whether it is there)."""

    title: str
    when: str
    activities: tuple[tuple[str, str, bool], ...]


def choices_for(draft, pathway) -> dict[str, tuple[tuple[str, tuple[tuple[str, str], ...]], ...]]:
    """Every list that fields of a draft choose from, by the name their field gives it: groups of (code, words)."""
    activities = tuple(
        (item.key, item.text("title") or f"Activity {item.key[1:]}")
        for item in items_of(draft.fields, "activities")
        if (item.text("doer") or "staff") == "staff"
    )

    def plain(pairs: Iterable[tuple[str, str]]):
        return (("", tuple(pairs)),)

    return {
        "outcomes": plain(CareOutcome.choices),
        "levels": plain((str(level), f"{level:+d} {LEVEL_WORDS[level]}".replace("+0", "0")) for level in LEVELS),
        "doers": plain(Doer.choices),
        "skills": skill_groups(pathway),
        "often": plain(HowOften.choices),
        "weekdays": plain((str(number), day[:3]) for number, day in enumerate(WEEKDAYS, 1)),
        "times": plain(TimeOfDay.choices),
        "workers": plain((("1", "One"), ("2", "Two together"))),
        "activities": plain(activities),
    }


def present_section(
    draft, section: SectionSpec, pathway, problems: Iterable[Problem] = (), opened: str = ""
) -> SectionPage:
    """A part of a draft to fill in; `opened` is the key of the thing that is shown open."""
    choices = choices_for(draft, pathway)
    wrong = {one.field: one.text for one in problems if one.field}
    codes = [one.code for one in SECTIONS]
    place = codes.index(section.code)
    items: tuple[DraftItem, ...] = ()
    fields: tuple[DraftField, ...] = ()
    if section.is_list:
        of_list = items_of(draft.fields, section.code)
        items = tuple(
            _item(section, item, choices, wrong, number, is_open=len(of_list) <= 2 or item.key == opened)
            for number, item in enumerate(of_list, 1)
        )
    else:
        fields = tuple(
            _field(spec, name_of(section.code, spec.code), draft.fields, choices, wrong) for spec in section.fields
        )
    return SectionPage(
        draft_id=draft.pk,
        person_id=draft.person_id,
        code=section.code,
        title=section.title,
        intro=section.intro,
        one=section.one,
        add=_add_words(section.one, is_first=not items),
        is_list=section.is_list,
        fields=fields,
        items=items,
        links=section_links(draft, section.code),
        next=codes[place + 1] if place + 1 < len(codes) else "",
        revision=draft.revision,
        shown=("all",),
    )


def section_links(draft, here: str = "") -> tuple[SectionLink, ...]:
    """Every part of a draft, and what is in it so far."""
    links = []
    for section in SECTIONS:
        if section.is_list:
            number = sum(not is_blank(item, section.code) for item in items_of(draft.fields, section.code))
            state = str(number) if number else "None yet"
        else:
            number = sum(bool(draft.fields.get(name_of(section.code, spec.code))) for spec in section.fields)
            state = f"{number} of {len(section.fields)}" if number else "Nothing yet"
        links.append(SectionLink(section.code, section.title, state, bool(number), section.code == here))
    return tuple(links)


def field_named(draft, pathway, name: str) -> DraftField | None:
    """One field of a draft as it is now; None for one that is not drawn."""
    spec = spec_of(name)
    if spec is None or spec.kind == "hidden" or spec.code == "gone":
        return None
    return _field(spec, name, draft.fields, choices_for(draft, pathway), {})


def clash_boxes(draft, pathway, clashes) -> tuple[ClashBox, ...]:
    """The choices between two texts that a save brought up."""
    boxes = []
    for clash in clashes:
        spec = spec_of(clash.field)
        mine, theirs = (said(draft, pathway, clash.field, value) for value in (clash.told, clash.standing))
        boxes.append(ClashBox(clash.field, spec.label or "This", mine, theirs, clash.by, _kept(clash.told)))
    return tuple(boxes)


def said(draft, pathway, name: str, value: Any) -> str:
    """What a value of a field says, in words."""
    spec = spec_of(name)
    if value in (None, "", [], False):
        return "Taken out" if spec.code != "gone" else "Kept"
    words = {code: label for _, group in choices_for(draft, pathway).get(spec.choices, ()) for code, label in group}
    if isinstance(value, list):
        return ", ".join(words.get(code, code) for code in value)
    if value is True:
        return "Yes"
    return words.get(value, str(value))


def present_suggestions(draft, pathway, known: Mapping[str, Any]) -> tuple[Suggestion, ...]:
    """What the pathway proposes to do, visit by visit; `known` are the published activities by code."""
    there = {item.text("code") for item in items_of(draft.fields, "activities")}
    found = []
    for template in pathway.visits:
        activities = tuple(
            (f"{template.code}:{code}", f"{known[code].title}, {known[code].minutes} minutes", code in there)
            for code in template.activities
            if code in known
        )
        if template.staff and activities:
            often = template.frequency
            times = {"once": "Once", "day": f"{often.times} a day", "week": f"{often.times} a week",
                     "month": f"{often.times} a month"}[often.per]  # fmt: skip
            found.append(Suggestion(template.title, times, activities))
    return tuple(found)


def _item(
    section: SectionSpec,
    item,
    choices: Mapping,
    wrong: Mapping[str, str],
    number: int,
    *,
    is_open: bool,
) -> DraftItem:
    values = {name_of(section.code, code, item.key): value for code, value in item.says.items()}
    fields = {
        spec.code: _field(spec, name_of(section.code, spec.code, item.key), values, choices, wrong)
        for spec in section.fields
    }
    behind = MORE.get(section.code, ())
    title = item.text(section.fields[0].code) or f"New {section.one}"
    return DraftItem(
        key=item.key,
        title=title if len(title) <= 90 else f"{title[:88]}…",
        said=_said(section.code, item, choices),
        is_open=is_open or any(field.problem for field in fields.values()) or not item.text(section.fields[0].code),
        fields=tuple(field for code, field in fields.items() if code not in behind),
        more=tuple(field for code, field in fields.items() if code in behind),
    )


def _said(section: str, item, choices: Mapping) -> str:
    """What a thing of a list is, in the line that stands when it is closed."""
    if section == "activities":
        words = {code: label for _, group in choices["skills"] for code, label in group}
        who = words.get(item.text("skill")) or dict(Doer.choices).get(item.text("doer") or "staff", "?")
        often = weekday_words("".join(item.codes("weekdays"))) if item.text("often") == "days" else (
            dict(HowOften.choices).get(item.text("often") or "daily", "?").lower()
        )  # fmt: skip
        return f"{who}, {often}"
    if section == "visits":
        days = weekday_words("".join(item.codes("weekdays")))
        opens, closes = item.text("opens_at"), item.text("closes_at")
        try:
            times = f", {wall_words(opens)} to {wall_words(closes)}" if opens and closes else ""
        except ValueError:  # not a time yet
            times = ""
        return f"{days}{times}, {item.text('minutes') or '?'} minutes"
    return ""


def _field(
    spec: FieldSpec, name: str, values: Mapping[str, Any], choices: Mapping, wrong: Mapping[str, str]
) -> DraftField:
    value = values.get(name)
    chosen = set(value) if isinstance(value, list) else {str(value)} if value not in (None, "") else set()
    groups = tuple(
        (title, tuple(Option(code, label, code in chosen) for code, label in group))
        for title, group in choices.get(spec.choices, ())
    )
    many = sum(len(group) for _, group in groups)
    control = {
        "text": "input", "area": "textarea", "choices": "checkboxes",
        "choice": "select" if many > 4 or spec.code == "often" else "radios",
    }.get(spec.kind, spec.kind)  # fmt: skip
    return DraftField(
        code=name,
        label=spec.label,
        hint=spec.hint,
        control=control,
        groups=groups,
        text="" if isinstance(value, (list, bool)) or value is None else str(value),
        is_on=value is True,
        problem=wrong.get(name, ""),
        width=WIDTHS.get(spec.code, FULL),
    )


def _add_words(one: str, *, is_first: bool) -> str:
    article = "an" if one[:1] in "aeiou" else "a"
    return f"Add {article} {one}" if is_first else f"Add another {one}"


def _kept(value: Any) -> str:
    return json.dumps(value)
