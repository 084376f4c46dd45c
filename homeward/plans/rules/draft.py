"""A plan while it is written: every field has a name of its own, so that several people write without harm.

A field is named `section-code` (me-matters) or, in a list, `list-key-code` (goals-g2-text). Its value is plain JSON:
text, a list of codes, or true. What is typed is kept as it was typed; `problems` says what is wrong with it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from homeward.kernel.rules import whole_number
from homeward.plans.rules.document import (
    HEADINGS,
    LEVEL_WORDS,
    LEVELS,
    Content,
    NewActivity,
    NewContingency,
    NewGoal,
    NewNeed,
    NewPattern,
)

LONGEST_TEXT = 20_000  # characters of one field: about six pages
GONE = "gone"
CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
WEEKDAYS = "1234567"
# The lists that are the same everywhere, by the name their fields give them
FIXED_CHOICES = {
    "weekdays": tuple(WEEKDAYS),
    "workers": tuple("123456789"),
    "levels": tuple(str(level) for level in LEVELS),
}
MOST_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field to fill in. `kind`: text, area, choice, choices, number, day, clock, flag or hidden.

    `choices` names the list to choose from; what it holds is known to whoever draws the page.
    """

    code: str
    label: str
    kind: str = "text"
    hint: str = ""
    choices: str = ""
    most: int = LONGEST_TEXT
    default: Any = None


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A part of the plan that is written on a page of its own: texts, or a list of things of one kind.

    `letter` begins the keys of a list; `one` is what one thing of it is called.
    """

    code: str
    title: str
    intro: str
    fields: tuple[FieldSpec, ...]
    letter: str = ""
    one: str = ""

    @property
    def is_list(self) -> bool:
        return bool(self.letter)


def _heading_fields(section: str) -> tuple[FieldSpec, ...]:
    return tuple(FieldSpec(one.code, one.title, "area", one.asks) for one in HEADINGS if one.section == section)


SECTIONS = (
    SectionSpec(
        "me", "What matters, and strengths", "First what the person cares about and can do. Write as they say it.",
        (*_heading_fields("me"), FieldSpec("summary", "The plan in one or two sentences", "area",
                                           "What everyone should know who reads nothing else.")),
    ),
    SectionSpec(
        "needs", "Needs", "What is hard for them without help.",
        (FieldSpec("text", "What they need help with", "area"),
         FieldSpec("outcome", "Care Act outcome", "choice", "Where it helps to say.", "outcomes")),
        "n", "need",
    ),
    SectionSpec(
        "goals", "Goals", "What the person chose, in their words. The five levels say how anybody will know.",
        (
            FieldSpec("text", "Their goal", "text", "I want to …", most=250),
            FieldSpec("why", "Why it matters to them", "area"),
            *(FieldSpec(f"level_{'m' if level < 0 else 'p'}{abs(level)}",
                        f"{level:+d} {LEVEL_WORDS[level]}" if level else f"0 {LEVEL_WORDS[level]}", "text", most=250)
              for level in reversed(LEVELS)),
            FieldSpec("start", "Where they were at the start", "choice", "", "levels"),
            FieldSpec("target_on", "By when", "day"),
        ),
        "g", "goal",
    ),
    SectionSpec(
        "activities", "What is done, and by whom",
        "By the person, by family, by us and by others. Visits are made from what our team does.",
        (
            FieldSpec("title", "What is done", "text", most=160),
            FieldSpec("doer", "Who does it", "choice", "", "doers", default="staff"),
            FieldSpec("skill", "Which of our team", "choice", "If our team does it.", "skills"),
            FieldSpec("doer_name", "Who exactly", "text", "If family or another service does it.", most=160),
            FieldSpec("how", "How they want it done", "area"),
            FieldSpec("often", "How often", "choice", "", "often", default="daily"),
            FieldSpec("weekdays", "On which days", "choices", "If on set days.", "weekdays"),
            FieldSpec("times", "When in the day", "choices", "", "times"),
            FieldSpec("minutes", "How many minutes", "number"),
            FieldSpec("workers", "How many workers", "choice", "", "workers", default="1"),
            FieldSpec("starts_on", "From", "day", "Leave empty for when the plan starts."),
            FieldSpec("ends_on", "Until", "day", "Leave empty where it goes on."),
            FieldSpec("is_delegated", "A health task given to a worker by a registered professional", "flag"),
            FieldSpec("equipment", "Equipment", "text"),
            FieldSpec("if_not_possible", "What to do if it cannot be done", "area"),
            FieldSpec("code", "", "hidden"),
            FieldSpec("template", "", "hidden"),
        ),
        "a", "activity",
    ),
    SectionSpec(
        "visits", "Visits", "The visits our team makes, from what it does. Change what does not fit the person.",
        (
            FieldSpec("title", "Visit", "text", most=120),
            FieldSpec("activities", "What is done", "choices", "", "activities"),
            FieldSpec("weekdays", "Days", "choices", "", "weekdays"),
            FieldSpec("opens_at", "Starts from", "clock"),
            FieldSpec("closes_at", "Starts by", "clock"),
            FieldSpec("is_hard", "Never outside these times", "flag"),
            FieldSpec("minutes", "Minutes", "number"),
            FieldSpec("skill", "Who comes", "choice", "", "skills"),
            FieldSpec("workers", "How many of them", "choice", "", "workers", default="1"),
            FieldSpec("with_skill", "Together with", "choice", "Where somebody else must be there too.", "skills"),
            FieldSpec("gap_minutes", "Minutes after the visit before", "number", "From start to start, 0 for any."),
            FieldSpec("starts_on", "From", "day", "Leave empty for when the plan starts."),
            FieldSpec("ends_on", "Until", "day", "Leave empty where it goes on."),
        ),
        "v", "visit",
    ),
    SectionSpec(
        "contingency", "What to do if", "What may go wrong, and what everybody does then.",
        (
            FieldSpec("if_text", "If", "area"),
            FieldSpec("then_text", "Then", "area"),
            FieldSpec("call_name", "Call", "text", most=160),
            FieldSpec("call_phone", "On", "text", most=40),
        ),
        "c", "thing that may happen",
    ),
    SectionSpec(
        "advance", "Wishes for later", "An advance care plan: only what the person wishes to say.",
        _heading_fields("advance"),
    ),
)  # fmt: skip
SECTIONS_BY_CODE = {section.code: section for section in SECTIONS}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a list, by its key, with what its fields say."""

    key: str
    says: dict[str, Any]

    def text(self, code: str) -> str:
        """The text of a field, empty where nothing was written."""
        return str(self.says.get(code) or "").strip()

    def codes(self, code: str) -> tuple[str, ...]:
        """The codes chosen in a field."""
        chosen = self.says.get(code)
        return tuple(str(one) for one in chosen) if isinstance(chosen, (list, tuple)) else ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right. One that is not `is_blocking` is only worth knowing before the plan is published."""

    section: str
    field: str
    text: str
    is_blocking: bool = True


def name_of(section: str, code: str, key: str = "") -> str:
    """The name of a field."""
    return "-".join(part for part in (section, key, code) if part)


def spec_of(name: str) -> FieldSpec | None:
    """What a field is; None where a plan has no such field."""
    parts = name.split("-")
    section = SECTIONS_BY_CODE.get(parts[0])
    if section is None or len(parts) != (3 if section.is_list else 2):
        return None
    if section.is_list and not re.fullmatch(rf"{section.letter}\d{{1,6}}", parts[1]):
        return None
    if section.is_list and parts[-1] == GONE:
        return FieldSpec(GONE, "Taken out", "flag")
    return next((spec for spec in section.fields if spec.code == parts[-1]), None)


def fits(spec: FieldSpec, value: Any) -> bool:
    """Whether a value is of the sort that a field holds, right or not; none at all always is."""
    if value is None:
        return True
    if spec.kind == "flag":
        return isinstance(value, bool)
    texts = value if spec.kind == "choices" else [value]
    return isinstance(texts, list) and all(isinstance(text, str) and _is_text(text) for text in texts)


def items_of(fields: Mapping[str, Any], section: str) -> tuple[Item, ...]:
    """The things of a list in the order they were added, without those taken out."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in fields.items():
        parts = name.split("-")
        if parts[0] == section and len(parts) == 3:
            found.setdefault(parts[1], {})[parts[2]] = value
    in_order = sorted(found, key=lambda key: int(key[1:]))
    return tuple(Item(key, found[key]) for key in in_order if not found[key].get(GONE))


def next_key(fields: Mapping[str, Any], section: str) -> str:
    """A key that no thing of the list ever had."""
    letter = SECTIONS_BY_CODE[section].letter
    numbers = [int(name.split("-")[1][1:]) for name in fields if name.startswith(f"{section}-{letter}")]
    return f"{letter}{max(numbers, default=0) + 1}"


def with_defaults(section: str, key: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The fields of a new thing of a list: `values` by code, and what is usual where they say nothing."""
    told = dict(values or {})
    return {
        name_of(section, spec.code, key): told.get(spec.code, spec.default)
        for spec in SECTIONS_BY_CODE[section].fields
        if told.get(spec.code, spec.default) is not None or spec is SECTIONS_BY_CODE[section].fields[0]
    }


def is_blank(item: Item, section: str) -> bool:
    """Whether nobody has written anything in a thing of a list: what is usual does not count."""
    return all(
        not item.says.get(spec.code) or item.says.get(spec.code) == spec.default
        for spec in SECTIONS_BY_CODE[section].fields
    )


def fields_from(summary: str, content: Content, patterns: Iterable[Any]) -> dict[str, Any]:
    """A plan as the fields of a draft. Tasks of a visit that no activity stands for become activities."""
    fields: dict[str, Any] = {"me-summary": summary} if summary else {}
    for heading in HEADINGS:
        if text := content.texts.get(heading.code):
            fields[name_of(heading.section, heading.code)] = text

    def add(section: str, key: str, says: Mapping[str, Any]) -> str:
        letter = SECTIONS_BY_CODE[section].letter
        key = key if re.fullmatch(rf"{letter}\d+", key) else next_key(fields, section)
        fields.update(with_defaults(section, key, {code: value for code, value in says.items() if value}))
        return key

    for need in content.needs:
        add("needs", need.key, {"text": need.text, "outcome": need.outcome})
    for goal in content.goals:
        levels = {_level_code(int(level)): text for level, text in goal.scale.items()}
        start = "" if goal.level_at_start is None else str(goal.level_at_start)
        add("goals", goal.key, {"text": goal.text, "why": goal.why, "start": start, "target_on": _iso(goal.target_on),
                                **levels})  # fmt: skip
    by_code: dict[str, str] = {}
    for activity in content.activities:
        key = add("activities", activity.key, _activity_says(activity))
        if activity.activity_code and activity.doer == "staff":
            by_code.setdefault(activity.activity_code, key)
    for contingency in content.contingencies:
        add("contingency", contingency.key, {code: getattr(contingency, code) for code in
                                             ("if_text", "then_text", "call_name", "call_phone")})  # fmt: skip
    for pattern in patterns:
        keys = []
        for task in pattern.tasks:
            if task["code"] not in by_code:
                by_code[task["code"]] = add("activities", "", {
                    "title": task["title"], "code": task["code"], "skill": pattern.slots[0]["skill"],
                    "is_delegated": bool(task.get("is_delegated")), "workers": str(min(len(pattern.slots), 2)),
                    "often": "daily" if pattern.weekdays == WEEKDAYS else "days",
                    "weekdays": [] if pattern.weekdays == WEEKDAYS else list(pattern.weekdays),
                })  # fmt: skip
            keys.append(by_code[task["code"]])
        add("visits", "", _visit_says(pattern, keys))
    return fields


def content_of(fields: Mapping[str, Any]) -> tuple[str, Content]:
    """The summary and content that the fields of a draft say; things with nothing written are left out.

    Call it on fields without blocking problems: what cannot be read is left out.
    """
    texts = {}
    for heading in HEADINGS:
        if text := str(fields.get(name_of(heading.section, heading.code)) or "").strip():
            texts[heading.code] = text
    return str(fields.get("me-summary") or "").strip(), Content(
        texts=texts,
        needs=tuple(
            NewNeed(item.text("text"), item.text("outcome"), item.key) for item in _written(fields, "needs")
        ),
        goals=tuple(
            NewGoal(
                item.text("text"), item.text("why"), _scale(item), _level(item.text("start")),
                _day(item.text("target_on")), item.key,
            )
            for item in _written(fields, "goals")
        ),
        activities=tuple(_activity(item) for item in _written(fields, "activities")),
        contingencies=tuple(
            NewContingency(
                item.text("if_text"), item.text("then_text"), item.text("call_name"), item.text("call_phone"), item.key
            )
            for item in _written(fields, "contingency")
        ),
    )  # fmt: skip


def patterns_of(
    fields: Mapping[str, Any], starts_on: date, competences: Mapping[str, tuple[str, ...]]
) -> list[NewPattern]:
    """The visits that the fields of a draft say, none before `starts_on`; one that would be over by then is left out.

    `competences` are what a worker must be signed off for, by key of an activity.
    """
    activities = {item.key: item for item in items_of(fields, "activities")}
    patterns = []
    for item in _written(fields, "visits"):
        first = max(_day(item.text("starts_on")) or starts_on, starts_on)
        last = _day(item.text("ends_on"))
        if last is not None and last < first:
            continue
        done = [activities[key] for key in item.codes("activities") if key in activities]
        minutes = int(item.text("minutes"))
        needed = sorted({one for act in done for one in competences.get(act.key, ())})
        slots = [{"skill": item.text("skill"), "competences": needed, "minutes": minutes}]
        slots *= whole_number(item.text("workers")) or 1
        if item.text("with_skill"):
            slots = [*slots, {"skill": item.text("with_skill"), "competences": [], "minutes": minutes}]
        patterns.append(
            NewPattern(
                title=item.text("title"),
                opens_at=item.text("opens_at"),
                closes_at=item.text("closes_at"),
                minutes=minutes,
                slots=slots,
                starts_on=first,
                ends_on=last,
                tasks=[
                    {"code": one.text("code"), "title": one.text("title"),
                     "is_delegated": bool(one.says.get("is_delegated"))}
                    for one in done
                ],
                is_window_hard=bool(item.says.get("is_hard")),
                weekdays="".join(sorted(item.codes("weekdays"))),
                gap_minutes=int(item.text("gap_minutes") or 0),
            )
        )  # fmt: skip
    return patterns


def problems(fields: Mapping[str, Any], choices: Mapping[str, Iterable[str]]) -> tuple[Problem, ...]:
    """Everything to put right before a draft is published, in the order of its sections.

    `choices` are the codes of each list that these rules do not know themselves: skills, outcomes, doers, often, times.
    """
    found: list[Problem] = []
    fixed: dict[str, set[str]] = {name: set(codes) for name, codes in {**FIXED_CHOICES, **choices}.items()}
    activities = {item.key: item for item in _written(fields, "activities")}
    fixed["activities"] = set(activities)
    for section in SECTIONS:
        if not section.is_list:
            found += [
                Problem(section.code, name_of(section.code, spec.code), f"{spec.label}: too long")
                for spec in section.fields
                if len(str(fields.get(name_of(section.code, spec.code)) or "")) > spec.most
            ]
            continue
        for item in _written(fields, section.code):
            found += _item_problems(section, item, fixed)
    in_visits = {key for item in _written(fields, "visits") for key in item.codes("activities")}
    for key, item in activities.items():
        if (item.text("doer") or "staff") == "staff" and item.text("often") != "as_needed" and key not in in_visits:
            found.append(
                Problem(
                    "visits", "", f"“{item.text('title')}” is done by our team and is in no visit", is_blocking=False
                )
            )
    return tuple(found)


def _item_problems(section: SectionSpec, item: Item, choices: Mapping[str, set[str]]) -> list[Problem]:
    found = []

    def wrong(code: str, text: str) -> None:
        found.append(Problem(section.code, name_of(section.code, code, item.key), text))

    for spec in section.fields:
        text = item.text(spec.code)
        if not text:
            continue
        if spec.kind in ("text", "area") and len(text) > spec.most:
            wrong(spec.code, f"{spec.label}: use at most {spec.most} characters")
        elif spec.kind == "day" and _day(text) is None:
            wrong(spec.code, f"{spec.label}: enter a real day")
        elif spec.kind == "clock" and not CLOCK.fullmatch(text):
            wrong(spec.code, f"{spec.label}: enter a time, such as 08:30")
        elif spec.kind == "number" and _minutes(text) is None:
            wrong(spec.code, f"{spec.label}: enter minutes, at most {MOST_MINUTES}")
        elif _is_off_the_list(spec, item, choices):
            wrong(spec.code, f"{spec.label}: choose from the list")
    first = section.fields[0]
    if not item.text(first.code):
        wrong(first.code, f"Say what this {section.one} is, or take it out")
    starts, ends = _day(item.text("starts_on")), _day(item.text("ends_on"))
    if starts and ends and ends < starts:
        wrong("ends_on", "Until: this is before it starts")
    if section.code == "goals":
        described = _scale(item)
        if described and len(described) < len(LEVELS):
            missing = next(level for level in LEVELS if str(level) not in described)
            wrong(_level_code(missing), "Describe all five levels, or none")
    if section.code == "contingency" and not item.text("then_text"):
        wrong("then_text", "Say what is done then")
    if section.code == "activities" and item.text("often") == "days" and not item.codes("weekdays"):
        wrong("weekdays", "Choose the days")
    if section.code == "activities" and item.text("often") == "once" and not item.text("starts_on"):
        wrong("starts_on", "Say on which day")
    if section.code == "visits":
        for code, text in (("skill", "Choose who comes"), ("opens_at", "Say from when it may start"),
                           ("closes_at", "Say by when it should start")):  # fmt: skip
            if not item.text(code):
                wrong(code, text)
        if (whole_number(item.text("minutes")) or 0) < 5:
            wrong("minutes", "Say how many minutes it takes, 5 or more")
        if not item.codes("weekdays"):
            wrong("weekdays", "Choose the days")
        if not item.codes("activities") or not set(item.codes("activities")) <= choices["activities"]:
            wrong("activities", "Choose what is done at this visit")
        if item.text("opens_at") and item.text("closes_at") and item.text("closes_at") < item.text("opens_at"):
            wrong("closes_at", "Starts by: this is before it may start")
    return found


def _written(fields: Mapping[str, Any], section: str) -> tuple[Item, ...]:
    return tuple(item for item in items_of(fields, section) if not is_blank(item, section))


def _is_off_the_list(spec: FieldSpec, item: Item, choices: Mapping[str, set[str]]) -> bool:
    # a visit says itself what is wrong with its activities
    if spec.choices not in choices or spec.choices == "activities":
        return False
    if spec.kind == "choice":
        return item.text(spec.code) not in choices[spec.choices]
    chosen = item.says[spec.code]
    return not isinstance(chosen, (list, tuple)) or not set(item.codes(spec.code)) <= choices[spec.choices]


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a character
        return False
    return "\0" not in text


def _level_code(level: int) -> str:
    return f"level_{'m' if level < 0 else 'p'}{abs(level)}"


def _scale(item: Item) -> dict[str, str]:
    said = {str(level): item.text(_level_code(level)) for level in LEVELS}
    return {level: text for level, text in said.items() if text}


def _level(text: str) -> int | None:
    return int(text) if text in {str(level) for level in LEVELS} else None


def _minutes(text: str) -> int | None:
    number = whole_number(text)
    return number if number is not None and number <= MOST_MINUTES else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _activity(item: Item) -> NewActivity:
    doer = item.text("doer") or "staff"
    return NewActivity(
        title=item.text("title"),
        activity_code=item.text("code"),
        how=item.text("how"),
        doer=doer,
        skill=item.text("skill") if doer == "staff" else "",
        doer_name=item.text("doer_name"),
        often=item.text("often") or "daily",
        weekdays="".join(sorted(item.codes("weekdays"))) if item.text("often") == "days" else "",
        times=item.codes("times"),
        minutes=_minutes(item.text("minutes")),
        workers=whole_number(item.text("workers")) or 1,
        starts_on=_day(item.text("starts_on")),
        ends_on=_day(item.text("ends_on")),
        is_delegated=bool(item.says.get("is_delegated")),
        equipment=item.text("equipment"),
        if_not_possible=item.text("if_not_possible"),
        key=item.key,
    )


def _activity_says(activity: NewActivity) -> dict[str, Any]:
    return {
        "title": activity.title, "code": activity.activity_code, "how": activity.how, "doer": activity.doer,
        "skill": activity.skill, "doer_name": activity.doer_name, "often": activity.often,
        "weekdays": list(activity.weekdays), "times": list(activity.times), "minutes": str(activity.minutes or ""),
        "workers": str(activity.workers), "starts_on": _iso(activity.starts_on), "ends_on": _iso(activity.ends_on),
        "is_delegated": activity.is_delegated, "equipment": activity.equipment,
        "if_not_possible": activity.if_not_possible,
    }  # fmt: skip


def _visit_says(pattern: Any, activities: list[str]) -> dict[str, Any]:
    first, *others = [slot["skill"] for slot in pattern.slots]
    return {
        "title": pattern.title, "activities": activities, "weekdays": list(pattern.weekdays),
        "opens_at": pattern.opens_at, "closes_at": pattern.closes_at, "is_hard": pattern.is_window_hard,
        "minutes": str(pattern.minutes), "skill": first, "workers": str(1 + others.count(first)),
        "with_skill": next((skill for skill in others if skill != first), ""),
        "gap_minutes": str(pattern.gap_minutes or ""), "starts_on": _iso(pattern.starts_on),
        "ends_on": _iso(pattern.ends_on),
    }  # fmt: skip


def without_past_starts(fields: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Fields of a draft in which visits that have long begun no longer say when."""
    kept = dict(fields)
    for item in items_of(fields, "visits"):
        starts = _day(item.text("starts_on"))
        if starts is not None and starts <= today:
            kept[name_of("visits", "starts_on", item.key)] = ""
    return kept
