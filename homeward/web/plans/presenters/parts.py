"""A plan as parts of items, to be compared with another version as procedures are."""

from homeward.plans.rules import HEADINGS, LEVEL_WORDS, LEVELS, Content
from homeward.plans.states import CareOutcome, Doer
from homeward.web.persons import short_day
from homeward.web.plans.presenters.words import capital, doer_words, pattern_words, when_words
from homeward.web.procedures.presenters.parts import Item, Part


def plan_parts(summary: str, content: Content, patterns: list) -> tuple[Part, ...]:
    """Everything a version of a plan says. Patterns need the fields of `VisitPattern`."""
    texts = [Item("summary", "In short", summary)] if summary else []
    later = []
    for heading in HEADINGS:
        if text := content.texts.get(heading.code):
            (texts if heading.section == "me" else later).append(
                Item(heading.code, heading.title, lines=tuple(line for line in text.splitlines() if line.strip()))
            )
    parts = [
        Part("me", "What matters, and strengths", tuple(texts)),
        Part("needs", "Needs", tuple(_need(need) for need in content.needs)),
        Part("goals", "Goals", tuple(_goal(goal) for goal in content.goals)),
        Part("activities", "What is done, and by whom", tuple(_activity(one) for one in content.activities)),
        Part("visits", "Visits", _visits(patterns)),
        Part("contingency", "What to do if", tuple(_contingency(one) for one in content.contingencies)),
        Part("advance", "Wishes for later", tuple(later)),
    ]
    return tuple(part for part in parts if part.items)


def _need(need) -> Item:
    return Item(need.key or need.text, need.text, tag=CareOutcome(need.outcome).label if need.outcome else "")


def _goal(goal) -> Item:
    lines = [f"{level:+d} {LEVEL_WORDS[level]}: {goal.scale[str(level)]}".replace("+0", "0") for level in
             reversed(LEVELS) if str(level) in goal.scale]  # fmt: skip
    if goal.target_on:
        lines.append(f"By {short_day(goal.target_on)}")
    if goal.level_at_start is not None:
        lines.append(f"At the start: {goal.level_at_start:+d}".replace("+0", "0"))
    return Item(goal.key or goal.text, goal.text, goal.why, lines=tuple(lines))


def _activity(one) -> Item:
    lines = [capital(f"{when_words(one)}{f', {one.minutes} minutes' if one.minutes else ''}, by {doer_words(one)}.")]
    lines += [one.how] if one.how else []
    lines += ["A health task given to the worker by a registered professional."] if one.is_delegated else []
    lines += [f"Equipment: {one.equipment}"] if one.equipment else []
    lines += [f"If it cannot be done: {one.if_not_possible}"] if one.if_not_possible else []
    if one.starts_on or one.ends_on:
        words = [f"From {short_day(one.starts_on)}" if one.starts_on else ""]
        words.append(f"until {short_day(one.ends_on)}" if one.ends_on else "")
        lines.append(capital(" ".join(word for word in words if word)))
    return Item(one.key or one.title, one.title, tag="" if one.doer == Doer.STAFF else Doer(one.doer).label,
                lines=tuple(lines))  # fmt: skip


def _visits(patterns: list) -> tuple[Item, ...]:
    """Visits have no key of their own: one is known by its name, and the second of a name by its number."""
    items, seen = [], {}
    for pattern in sorted(patterns, key=lambda one: (one.opens_at, one.title)):
        seen[pattern.title] = seen.get(pattern.title, 0) + 1
        done = "; ".join(task["title"] for task in pattern.tasks)
        items.append(
            Item(f"{pattern.title} {seen[pattern.title]}", pattern.title, capital(pattern_words(pattern)),
                 lines=(done,) if done else ())
        )  # fmt: skip
    return tuple(items)


def _contingency(one) -> Item:
    call = " on ".join(part for part in (one.call_name, one.call_phone) if part)
    return Item(one.key or one.if_text, f"If {one.if_text}", one.then_text, lines=(f"Call {call}",) if call else ())
