"""What was typed, read: names, birth dates, numbers, postcodes and references, in any order. Pure Python."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from homeward.people.searching.terms import (
    BIRTH_DATE,
    BIRTH_MONTH,
    BIRTH_YEAR,
    LONGEST_WORD,
    NHS,
    NHS_BACKWARDS,
    PARTICLES,
    PHONE,
    PHONE_BACKWARDS,
    POSTCODE,
    REFERENCE,
    digits_only,
    fold,
    squeezed,
)

FEWEST_TYPED = 2
FEWEST_DIGITS = 3
FEWEST_LAST_DIGITS = 4
# More than anybody types of one person; the rest of a pasted page is not looked for.
MOST_PARTS = 8
OLDEST = 120  # years
NHS_DIGITS = 10
TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "sir", "dame", "lady", "lord", "rev"])
MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_BEFORE, _BETWEEN, _AFTER = r"(?<!\d)(?<!\d )", r"\s?[-/. ]\s?", r"(?!\s*\d)"
_YEAR = r"(?P<y>\d{4}|\d{2})"
DATES = (
    ("ymd", re.compile(rf"(?<![\d/.-])(?P<y>\d{{4}})[-/. ](?P<m>\d{{1,2}})[-/. ](?P<d>\d{{1,2}}){_AFTER}")),
    ("dmy", re.compile(rf"{_BEFORE}(?P<d>\d{{1,2}}){_BETWEEN}(?P<m>\d{{1,2}}){_BETWEEN}{_YEAR}{_AFTER}")),
    ("my", re.compile(r"(?<![\d/.-])(?P<m>\d{1,2})[-/](?P<y>\d{4})(?!\d)")),
    ("dmy", re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[-/. ]*(?P<m>{_MONTH})[-/., ]*{_YEAR}(?!\d)")),
    ("my", re.compile(rf"\b(?P<m>{_MONTH})[-/., ]*(?P<y>\d{{4}})(?!\d)")),
)
IN_NUMBERS = DATES[:3]
# Months that people are called: "may 1931" may be somebody called May.
ALSO_NAMES = re.compile(r"\b(april|may|june|august|jan|jun|mar)\b")
OUTWARD = re.compile(r"[a-z]{1,2}\d[a-z\d]?")
POSTCODE_BEGUN = re.compile(r"[a-z]{1,2}\d[a-z\d]?(\d[a-z]{0,2})?")
INWARD_BEGUN = re.compile(r"\d[a-z]{0,2}")


@dataclass(frozen=True, slots=True)
class Way:
    """One way a part may be meant: a term, or what terms begin with."""

    term: str
    is_beginning: bool = False


# What is wanted of somebody: any way of a part will do, and all parts must be there.
Wanted = Sequence[Sequence[Way]]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing typed and the ways it may be meant. `word` is the name it may be, `day` the whole date it is."""

    ways: tuple[Way, ...] = ()
    word: str = ""
    day: date | None = None


Reading = tuple[Part, ...]


def readings_of(typed: str, today: date) -> list[Reading]:
    """The ways to read what was typed, the plainest first; none when there is too little to look for."""
    text = fold(typed.replace("\0", " "))[:200]
    if len(re.sub(r"[\W_]+", "", text)) < FEWEST_TYPED:
        return []
    readings = _read(text, today, DATES)
    if ALSO_NAMES.search(text):
        readings += _read(text, today, IN_NUMBERS)
    whole = squeezed(typed)
    if any(character.isdigit() for character in whole) and len(whole) <= LONGEST_WORD:
        readings.append((Part((Way(REFERENCE + whole),)),))
    return [reading for reading in dict.fromkeys(readings) if reading]


def is_too_little(typed: str) -> bool:
    """Whether what was typed is too short to look for."""
    return len(re.sub(r"[\W_]+", "", fold(typed))) < FEWEST_TYPED


def _read(text: str, today: date, dates) -> list[Reading]:
    parts, rest = _dates(text, today, dates)
    words: list[str] = []
    for chunk in _chunks(rest):
        if chunk.isdigit():
            parts.append(_number(chunk, today))
        elif chunk.isalpha():
            words.append(chunk)
        else:
            parts.append(_mixed(chunk))
    parts = [part for part in parts if part.ways]
    untitled = [word for word in words if word not in TITLES]
    words = untitled if untitled or parts else words
    readings = [_reading(words, parts)]
    for place, (first, second) in enumerate(pairwise(words)):
        if first in PARTICLES:
            readings.append(_reading([*words[:place], first + second, *words[place + 2 :]], parts))
    return readings


def _reading(words: list[str], parts: list[Part]) -> Reading:
    named = [Part(word=word[:LONGEST_WORD]) for word in words]
    if not parts and all(len(part.word) < FEWEST_TYPED for part in named):
        return ()
    return tuple([*named, *parts][:MOST_PARTS])


def _dates(text: str, today: date, dates) -> tuple[list[Part], str]:
    parts: list[Part] = []
    for kind, pattern in dates:
        found = pattern.search(text)
        if not found:
            continue
        month = MONTHS.get(found["m"]) or (int(found["m"]) if found["m"].isdigit() else 0)
        years = _years(found["y"], today)
        if kind == "my":
            ways = [Way(f"{BIRTH_MONTH}{year}{month:02}") for year in years if 1 <= month <= 12]
            day = None
        else:
            days = [day for year in years if (day := _day(year, month, int(found["d"])))]
            ways = [Way(f"{BIRTH_DATE}{day:%Y%m%d}") for day in days]
            day = days[0] if days else None
        if ways:
            parts.append(Part(tuple(ways), day=day))
            text = f"{text[: found.start()]} {text[found.end() :]}"
    return parts, text


def _chunks(text: str) -> list[str]:
    """The words and numbers left, with a number typed in groups, or a postcode in its halves, as one."""
    pieces = [piece for piece in re.split(r"[\W_]+", text) if piece]
    chunks: list[str] = []
    for piece in pieces:
        before = chunks[-1] if chunks else ""
        # a year stands by itself, unless it is the last four of an NHS number in groups
        stands_alone = re.fullmatch(r"(19|20)\d\d", piece) and len(before) != NHS_DIGITS - 4
        numbers_run_on = piece.isdigit() and before.isdigit() and not stands_alone
        if numbers_run_on or (OUTWARD.fullmatch(before) and INWARD_BEGUN.fullmatch(piece)):
            chunks[-1] = before + piece
        else:
            chunks.append(piece)
    return chunks


def _number(digits: str, today: date) -> Part:
    digits = digits_only(digits)[:LONGEST_WORD]
    ways: list[Way] = []
    day = None
    if len(digits) == 4 and today.year - OLDEST <= int(digits) <= today.year:
        ways.append(Way(BIRTH_YEAR + digits))
    elif len(digits) == 2:
        ways += [Way(f"{BIRTH_YEAR}{year}") for year in _years(digits, today)]
    elif len(digits) in (6, 8):
        days = [one for year in _years(digits[4:], today) if (one := _day(year, int(digits[2:4]), int(digits[:2])))]
        if len(digits) == 8 and (backwards := _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))):
            days.append(backwards)
        ways += [Way(f"{BIRTH_DATE}{one:%Y%m%d}") for one in days]
        day = days[0] if days else None
    if len(digits) >= FEWEST_DIGITS:
        whole = len(digits) >= NHS_DIGITS
        ways += [Way(NHS + digits, not whole), Way(PHONE + digits, True)]
        if len(digits) >= FEWEST_LAST_DIGITS and not whole:
            ways += [Way(NHS_BACKWARDS + digits[::-1], True), Way(PHONE_BACKWARDS + digits[::-1], True)]
    if ways:
        ways.append(Way(REFERENCE + digits))
    return Part(tuple(ways), day=day)


def _mixed(chunk: str) -> Part:
    chunk = chunk[:LONGEST_WORD]
    ways = [Way(REFERENCE + chunk, len(chunk) > FEWEST_DIGITS)]
    if POSTCODE_BEGUN.fullmatch(chunk):
        ways.append(Way(POSTCODE + chunk, True))
    return Part(tuple(ways))


def _years(text: str, today: date) -> list[int]:
    if len(text) == 4:
        return [int(text)]
    years = [century + int(text) for century in (1900, 2000)]
    return [year for year in years if today.year - OLDEST <= year <= today.year]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
