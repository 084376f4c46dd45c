"""My plan: what was agreed, in plain words for the person, in the format they asked for.

`present_my_plan` gives finished text; `plans/my_plan_part.jinja` prints it as a page, `plans/my_plan.typ` on paper and
`audio_text` for a screen reader or a voice. None of them reads the record, so a page for family can use them too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from homeward.people.rules import Format
from homeward.plans.rules import HEADINGS
from homeward.plans.states import AgreedHow, Doer, HowOften, WrapPart
from homeward.web.persons import short_day
from homeward.web.plans.labels import ENGLISH, LABELS, LANGUAGE_CODES
from homeward.web.plans.presenters.words import capital, time_words
from homeward.web.words import listed, skill_words, wall_words, weekday_words

# Sizes of print that a page has; one asked for in between takes the next larger
SCREEN_POINTS = (12, 14, 16, 18, 20, 22, 24, 28, 32, 36)
# Colours that a page and paper can be tinted with: those most often asked for
PAPERS = ("yellow", "blue", "green", "pink", "cream", "buff", "grey", "peach")
ICONS = {
    "matters": "heart",
    "strengths": "star",
    "support": "hands",
    "good_day": "sun",
    "needs": "hands",
    "goals": "flag",
    "person": "person",
    "family": "people",
    "staff": "worker",
    "service": "building",
    "visits": "calendar",
    "if": "alert",
    "later": "path",
    "recovery": "leaf",
    "agreed": "tick",
    "again": "clock",
}
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|;\s+|\n+")


@dataclass(frozen=True, slots=True)
class MyItem:
    """One thing: what it is called, and a line for each thing to say of it. `phone` can be called."""

    title: str
    lines: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class MyBlock:
    """One heading with what stands under it. `icon` names a picture, for those who read easy read."""

    code: str
    heading: str
    icon: str
    lines: tuple[str, ...] = ()
    items: tuple[MyItem, ...] = ()


@dataclass(frozen=True, slots=True)
class MyPlan:
    """A person's plan as they read it. `note` says what must still be done before it is given to them, "" for nothing.

    `points` is the size of print, one of SCREEN_POINTS; `paper` one of PAPERS or "".
    """

    title: str
    of: str
    name: str
    made: str
    language: str
    points: int
    paper: str
    is_easy_read: bool
    note: str
    how: tuple[str, ...]
    blocks: tuple[MyBlock, ...]
    last_line: str


def present_my_plan(
    person,
    plans: Sequence,
    *,
    how: Format,
    today: date,
    recovery: Iterable = (),
    levels: dict[int, int] | None = None,
) -> MyPlan:
    """A person's plan in the format they asked for.

    `plans` are the newest of each open episode, as `plans.selectors.plan_of` and `plans_of` give them; `recovery` what
    `recovery_of` lets the reader see; `levels` the level of each goal now, by its number.
    """
    words = LABELS.get(how.language, LABELS[ENGLISH])
    say = _easy if how.is_easy_read else _lines
    blocks: list[MyBlock] = []

    def block(code: str, lines: Iterable[str] = (), items: Iterable[MyItem] = (), heading: str = "") -> None:
        lines, items = tuple(line for line in lines if line), tuple(items)
        if lines or items:
            blocks.append(MyBlock(code, heading or words[code], ICONS[code], lines, items))

    texts = {heading.code: _joined(plan.texts.get(heading.code, "") for plan in plans) for heading in HEADINGS}
    for code in ("matters", "strengths", "good_day", "support"):
        block(code, say(texts[code]))
    block("goals", (), (_goal(goal, words, say, (levels or {}).get(goal.pk)) for plan in plans
                        for goal in _rows(plan.goals)))  # fmt: skip
    block("needs", (line for plan in plans for need in _rows(plan.needs) for line in say(need.text)))
    for doer in (Doer.PERSON, Doer.FAMILY, Doer.STAFF, Doer.SERVICE):
        block(doer.value, (), (_activity(one, say) for plan in plans for one in _rows(plan.activities)
                               if one.doer == doer))  # fmt: skip
    block("visits", (), (_visit(pattern, how) for plan in plans for pattern in _standing(plan, today)))
    block("if", (), (_if(one, words, say) for plan in plans for one in _rows(plan.contingencies)))
    block("later", (), (
        MyItem(heading.mine, tuple(say(texts[heading.code])))
        for heading in HEADINGS
        if heading.section == "advance" and texts[heading.code]
    ))  # fmt: skip
    block("recovery", (), (MyItem(WrapPart(one.part).label, tuple(say(one.text))) for one in recovery if one.text))
    block("agreed", (_agreed(plan) for plan in plans))
    block("again", (f"{short_day(plan.review_on)}." for plan in plans if plan.review_on))
    return MyPlan(
        title=words["title"],
        of=words["of"],
        name=person.label,
        made=f"{words['made']} {short_day(today)}",
        language=LANGUAGE_CODES.get(how.language, "en"),
        points=next((size for size in SCREEN_POINTS if size >= how.points), SCREEN_POINTS[-1]),
        paper=next((paper for paper in PAPERS if paper in how.paper), ""),
        is_easy_read=how.is_easy_read,
        note=_note(how),
        how=how.in_words(),
        blocks=tuple(blocks),
        last_line=words["change"],
    )


def audio_text(plan: MyPlan) -> str:
    """My plan as text that a voice reads well: one sentence a line, headings said as such, telephone digits apart."""
    lines = [f"{plan.title}.", f"{plan.of} {plan.name}.", f"{plan.made}."]
    if plan.note:
        lines.append(plan.note)
    for number, block in enumerate(plan.blocks, 1):
        lines += ["", f"Part {number} of {len(plan.blocks)}. {_stop(block.heading)}"]
        lines += [_stop(line) for line in block.lines]
        for item in block.items:
            lines.append(_stop(item.title))
            lines += [_stop(line) for line in item.lines]
            if item.phone:
                lines.append(f"The number is: {', '.join(item.phone.replace(' ', ''))}.")
    return "\n".join([*lines, "", plan.last_line, ""])


def _note(how: Format) -> str:
    if not how.needs_translation:
        return ""
    if how.language in LABELS:
        return (
            f"A translation into {how.language} is needed. Only the headings are in {how.language}, and a translator "
            "must still check them."
        )
    return f"A translation into {how.language} is needed before this is given to the person."


def _goal(goal, words: dict[str, str], say, level: int | None) -> MyItem:
    lines = list(say(goal.why))
    if goal.target_on:
        lines.append(f"{words['by']} {short_day(goal.target_on)}.")
    if goal.scale.get("0"):
        lines.append(f"{words['know']}: {_stop(goal.scale['0'])}")
    now = goal.level_at_start if level is None else level
    if now is not None and goal.scale.get(str(now)):
        lines.append(f"{words['now']}: {_stop(goal.scale[str(now)])}")
    return MyItem(_stop(capital(goal.text)), tuple(lines))


def _activity(one, say) -> MyItem:
    if one.often == HowOften.AS_NEEDED:
        when = "When it is needed"
    elif one.often == HowOften.ONCE:
        when = f"Once, on {short_day(one.starts_on)}" if one.starts_on else "Once"
    else:
        when = capital(weekday_words(one.weekdays) if one.weekdays else "every day")
    times = listed([time_words(code) for code in one.times])
    lines = [f"{when}{f', {times}' if times else ''}."]
    if one.doer == Doer.STAFF and one.skill:
        lines.append(f"By {_a(skill_words(one.skill))}." if one.workers == 1 else
                     f"By {one.workers} workers together ({skill_words(one.skill)}).")  # fmt: skip
    elif one.doer_name:
        lines.append(f"Who: {_stop(one.doer_name)}")
    lines += say(one.how)
    if one.if_not_possible:
        lines += say(f"If it cannot be done: {one.if_not_possible}")
    return MyItem(one.title, tuple(lines))


def _visit(pattern, how: Format) -> MyItem:
    skills = [skill_words(slot["skill"]) for slot in pattern.slots]
    who = _a(skills[0]) if len(skills) == 1 else f"{len(skills)} people together: {listed(skills)}"
    lines = [
        f"{capital(weekday_words(pattern.weekdays))}.",
        f"They come between {wall_words(pattern.opens_at)} and {wall_words(pattern.closes_at)}.",
        f"They stay about {pattern.minutes} minutes.",
        f"Who comes: {who}.",
    ]
    if pattern.ends_on:
        lines.append(f"Until {short_day(pattern.ends_on)}.")
    return MyItem(pattern.title, tuple(lines) if how.is_easy_read else (" ".join(lines),))


def _if(one, words: dict[str, str], say) -> MyItem:
    lines = [*say(f"{words['then']}: {one.then_text}")]
    if one.call_name or one.call_phone:
        lines.append(f"{words['call']} {' '.join(part for part in (one.call_name, one.call_phone) if part)}.")
    return MyItem(_stop(f"If {one.if_text}"), tuple(lines), one.call_phone)


def _agreed(plan) -> str:
    agreement = next(iter(plan.agreements.all()), None)
    if agreement is None:
        return f"I agreed it on {short_day(plan.agreed_on)}." if plan.agreed_on else "I have not agreed it yet."
    day = short_day(agreement.agreed_on) if agreement.agreed_on else ""
    if agreement.how == AgreedHow.PERSON:
        return f"I agreed it on {day}."
    if agreement.how == AgreedHow.NOT_AGREED:
        return "I have not agreed it."
    if agreement.how == AgreedHow.POWER:
        return f"{agreement.by_whom} agreed it for me on {day}."
    return f"{agreement.by_whom} decided on {day} that this is best for me."


def _standing(plan, today: date) -> list:
    rows = [one for one in plan.patterns.all() if one.ends_on is None or one.ends_on >= today]
    return sorted(rows, key=lambda one: (one.opens_at, one.pk))


def _rows(related) -> list:
    return sorted(related.all(), key=lambda row: row.pk)


def _joined(texts: Iterable[str]) -> str:
    """What several plans say under one heading, each thing once."""
    return "\n".join(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _easy(text: str) -> list[str]:
    """One sentence a line."""
    return [_stop(capital(part.strip())) for part in SENTENCE_END.split(text or "") if part and part.strip()]


def _stop(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?:" else f"{text}."


def _a(words: str) -> str:
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"
