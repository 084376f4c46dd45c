"""Who may be asked, how, and when; and what of the answers may be shown. Pure: no database, no clock."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from homeward.procedures.rules import Form, Question, QuestionType

# All local decisions, kept by each service in its survey rules.
WAIT_DAYS = 2  # after the care ended, so that nobody is asked at the door
REMIND_DAYS = 7  # one reminder, and no other
OPEN_DAYS = 28
# Whoever asks by phone must be able to open the record, which somebody tied by caring can for so many days after
MOST_DAYS = 42
# Nobody is asked about one episode soon after another was asked about
REST_DAYS = 91

# Needs that a page on a phone does not meet; each is met by paper, or by being rung
NEEDS_PAPER = frozenset({"large_print", "easy_read", "coloured_paper", "braille"})
NEEDS_NO_CALL = frozenset({"bsl", "hard_of_hearing", "lip_reads", "speech", "text_relay"})
NEEDS_VOICE = frozenset({"audio", "low_vision"})
CHOSEN = (QuestionType.CHOICE, QuestionType.YES_NO)


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody can be reached, and what they need when they are."""

    phone: str = ""
    email: str = ""
    needs: frozenset[str] = frozenset()
    needs_interpreter: bool = False


def is_mobile(phone: str) -> bool:
    """Whether a number takes text messages: 07 of this country, but not 070, which are personal numbers."""
    plain = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    national = "0" + plain[3:] if plain.startswith("+44") else plain
    return len(national) == 11 and national.startswith("07") and not national.startswith(("070", "076"))


def asked_by(reach: Reach) -> str:
    """How to ask somebody: as they want to be written to, then as is least trouble for them."""
    if reach.needs & NEEDS_PAPER:
        return "paper"
    if (reach.needs_interpreter or reach.needs & NEEDS_VOICE) and reach.phone and not reach.needs & NEEDS_NO_CALL:
        return "phone"
    if "email" in reach.needs and reach.email:
        return "email"
    if is_mobile(reach.phone):
        return "sms"
    if reach.email:
        return "email"
    if reach.phone and not reach.needs & NEEDS_NO_CALL:
        return "phone"
    return "paper"


def quarter_of(day: date) -> date:
    """The first day of the quarter a day is in."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


@dataclass(frozen=True, slots=True)
class OptionCount:
    label: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What was answered to one question: how many gave each answer, of those who gave one."""

    code: str
    text: str
    answered: int
    options: tuple[OptionCount, ...]


def question_results(form: Form, answers: Iterable[Mapping[str, Any]]) -> tuple[QuestionResult, ...]:
    """How many gave each answer to each question that offers some. An answer that is no longer offered is left out."""
    rows = list(answers)
    return tuple(_result(one, rows) for one in form.questions if one.type in CHOSEN)


def _result(question: Question, rows: list[Mapping[str, Any]]) -> QuestionResult:
    offered = _offered(question)
    counted = Counter(row.get(question.code) for row in rows if row.get(question.code) in offered)
    whole = sum(counted.values())
    return QuestionResult(
        question.code,
        question.text,
        whole,
        tuple(
            OptionCount(label, counted[code], counted[code] / whole if whole else 0.0)
            for code, label in offered.items()
        ),
    )


def _offered(question: Question) -> dict[Any, str]:
    if question.type is QuestionType.YES_NO:
        return {True: "Yes", False: "No"}
    return {option.code: option.label for option in question.options}


def said_in_words(form: Form, answers: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What was written in people's own words, in the order of the words, which says nothing of who gave which."""
    asked = [one.code for one in form.questions if one.type in (QuestionType.TEXT, QuestionType.LONG_TEXT)]
    said = (str(row.get(code) or "").strip() for row in answers for code in asked)
    return tuple(sorted(words for words in said if words))


def may_keep_employer(colleagues: int, smallest: int) -> bool:
    """Whether an answer of staff may say which employer it is from: only where that many could have given it."""
    return colleagues >= smallest


def is_too_few(answered: int, smallest: int) -> bool:
    """Whether so few answered that what they said could tell who they are."""
    return answered < smallest


def open_codes(codes: Collection[str], pathway: str) -> bool:
    """Whether a rule for these pathways, or for every one where it names none, is for this one."""
    return not codes or pathway in codes
