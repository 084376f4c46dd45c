"""Which answers stand when two people answer at once, and which forms a pathway still needs."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeward.procedures.rules import Form, FormNeeded, Pathway, StageKind, is_answered


@dataclass(frozen=True, slots=True)
class Merged:
    """What a save changes: the answers to put in force, and those that somebody else changed meanwhile."""

    changed: dict[str, Any]
    clashing: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FormAsked:
    """A form that a stage of a pathway asks for."""

    form: str
    needed: FormNeeded
    stage: str
    stage_title: str
    not_after: tuple[str, ...]


def merge(told: Mapping[str, Any], shown: Mapping[str, Any], standing: Mapping[str, Any]) -> Merged:
    """Which of the answers `told` to put in place of those `standing`, where the page had `shown` those it began with.

    An answer the teller left as it was shown changes nothing. One that they changed is taken, unless somebody else
    changed it too, to something else: that is clashing.
    """
    changed, clashing = {}, {}
    for code, answer in told.items():
        if same(answer, shown.get(code)) or same(answer, standing.get(code)):
            continue
        if same(standing.get(code), shown.get(code)):
            changed[code] = answer
        else:
            clashing[code] = answer
    return Merged(changed, clashing)


def same(one: Any, other: Any) -> bool:
    """Whether two answers say the same; none at all, empty text and an empty list do."""
    one, other = (answer if is_answered({"": answer}, "") else None for answer in (one, other))
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    return one == other


def forms_asked(pathway: Pathway) -> tuple[FormAsked, ...]:
    """Every form of a pathway, in the order of its stages."""
    return tuple(
        FormAsked(asked.form, asked.needed, stage.code, stage.title, asked.not_after)
        for stage in pathway.stages
        for asked in stage.forms
    )


def needed_to_leave(pathway: Pathway, stage: str, complete: Collection[str]) -> tuple[str, ...]:
    """The codes of the forms that must be complete before an episode leaves a stage, and are not.

    Raises: UnknownCodeError when the pathway has no such stage.
    """
    return tuple(
        asked.form
        for asked in pathway.stage(stage).forms
        if asked.needed is FormNeeded.TO_LEAVE_STAGE and asked.form not in complete
    )


def needed_to_close(
    pathway: Pathway, been_at: Iterable[str], complete: Collection[str], outcome: str = ""
) -> tuple[str, ...]:
    """The codes of the forms that must be complete before an episode ends (with `outcome`, if known), and are not.

    Those count of the stages it has `been_at` and of the last: nobody assesses a person whom nobody came to.
    """
    stages = {*been_at, *(stage.code for stage in pathway.stages if stage.kind is StageKind.LAST)}
    missing = [
        asked.form
        for asked in forms_asked(pathway)
        if asked.stage in stages
        and asked.needed is FormNeeded.TO_CLOSE
        and asked.form not in complete
        and outcome not in asked.not_after
    ]
    return tuple(dict.fromkeys(missing))


def carried(form: Form, earlier: Mapping[str, Any], earlier_form: Form) -> dict[str, Any]:
    """The answers of an earlier form that this one asks for in the same way: same code, same kind, same options.

    Another form must also ask it in the same words. What is judged or measured anew each time is never carried.
    """
    if form.is_fresh or earlier_form.is_fresh:
        return {}
    before = {question.code: question for question in earlier_form.questions}
    found = {}
    for question in form.questions:
        other = before.get(question.code)
        if other is None or question.is_fresh or other.type is not question.type or other.unit != question.unit:
            continue
        if form.code != earlier_form.code and other.text != question.text:
            continue
        answer = earlier.get(question.code)
        codes = {option.code for option in question.options}
        picked = answer if isinstance(answer, list) else [answer]
        if is_answered(earlier, question.code) and (not codes or all(code in codes for code in picked)):
            found[question.code] = answer
    return found
