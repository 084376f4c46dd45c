"""Words that pages of several areas use."""

from datetime import date

from homeward.kernel.rules import wall_clock
from homeward.procedures.selectors import skill_title
from homeward.web.templating import clock_text

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Any day without a clock change, to read a wall clock time of a plan on
SOME_DAY = date(2026, 6, 1)


def listed(words: list[str]) -> str:
    """Things in a row: a, b and c."""
    return _row(words, "and")


def either(words: list[str]) -> str:
    """Things to choose from: a, b or c."""
    return _row(words, "or")


def counted(number: float, one: str, many: str = "") -> str:
    """A number with its noun: 1 person, 3 people. `many` may be left out where it only takes an s."""
    whole = round(number)
    return f"{whole} {one if whole == 1 else many or one + 's'}"


def skill_words(code: str) -> str:
    """A skill inside a sentence: crisis responder (health)."""
    title, _, part = skill_title(code).partition(", ")
    return f"{title} ({part})".lower() if part else title.lower()


def wall_words(text: str) -> str:
    """A wall clock time of a plan, "07:30", as pages write it: 7:30am."""
    return clock_text(wall_clock(SOME_DAY, text))


def weekday_words(weekdays: str) -> str:
    """ISO weekday numbers in words: every day, Monday to Friday, Tuesday and Friday."""
    days = sorted({int(number) for number in weekdays if number in "1234567"})
    if len(days) == 7:
        return "every day"
    if not days:
        return "on no day"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEKDAYS[days[0] - 1]} to {WEEKDAYS[days[-1] - 1]}"
    return listed([WEEKDAYS[number - 1] for number in days])


def _row(words: list[str], joint: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
