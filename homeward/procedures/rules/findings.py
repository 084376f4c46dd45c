"""What the answers of a form come to under a rule, and why: proposed, for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass

from .definitions import Finding, FindingResult, Form, Ground
from .forms import Answers, ScoreReading, answer_in_words, holds, is_answered, scores


@dataclass(frozen=True, slots=True)
class FindingReading:
    """What is proposed, None until the answers suffice; the words of each ground that holds; what somebody decided.

    `differs` where they decided otherwise than is proposed.
    """

    finding: str
    title: str
    result: FindingResult | None
    reasons: tuple[str, ...]
    decided: str
    differs: bool


def findings(form: Form, answers: Answers) -> tuple[FindingReading, ...]:
    """Every finding of the form, over the questions that are shown."""
    read = {one.score: one for one in scores(form, answers)}
    return tuple(_read(form, finding, answers, read) for finding in form.findings)


def _read(form: Form, finding: Finding, answers: Answers, read: dict[str, ScoreReading]) -> FindingReading:
    decided_by = next(one for one in form.questions if one.code == finding.decided_by)
    decided = answers.get(finding.decided_by) if is_answered(answers, finding.decided_by) else None
    for result in finding.results:
        holding = [ground for ground in result.grounds if _ground_holds(form, ground, answers, read)]
        if holding and (result.is_any or len(holding) == len(result.grounds)):
            reasons = tuple(_says(form, ground, read) for ground in holding)
            differs = decided is not None and decided != result.code
            words = answer_in_words(decided_by, decided)
            return FindingReading(finding.code, finding.title, result, reasons, words, differs)
    return FindingReading(finding.code, finding.title, None, (), answer_in_words(decided_by, decided), False)


def _ground_holds(form: Form, ground: Ground, answers: Answers, read: dict[str, ScoreReading]) -> bool:
    if ground.when is not None and not holds(ground.when, form, answers):
        return False
    if ground.score is None:
        return True
    total = read[ground.score].total
    if total is None:
        return False
    return (ground.at_least is None or total >= ground.at_least) and (ground.at_most is None or total <= ground.at_most)


def _says(form: Form, ground: Ground, read: dict[str, ScoreReading]) -> str:
    """The words of a ground; of a score, with its total and the questions that made it."""
    if ground.score is None:
        return ground.says
    texts = {question.code: question.text for question in form.questions}
    reading = read[ground.score]
    parts = [texts[code] for code, points in reading.parts if points]
    which = f" ({'; '.join(parts)})" if parts else ""
    return f"{ground.says}: {reading.total} of {len(reading.parts)}{which}."
