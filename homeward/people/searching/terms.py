"""What a record can be found by: names folded, numbers from either end, dates and postcodes. Pure Python."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

import jellyfish

# The letter in front of a term: what kind of thing it is. Numbers are kept backwards too, to find by the last digits.
WORD, INITIAL, NHS, NHS_BACKWARDS, PHONE, PHONE_BACKWARDS = "w", "i", "n", "v", "t", "u"
BIRTH_DATE, BIRTH_MONTH, BIRTH_YEAR, POSTCODE, REFERENCE = "b", "m", "y", "p", "f"
# Letters that no accent makes: what people type for them on an English keyboard.
PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
APOSTROPHES = re.compile(r"['’‘ʼ`´]")
# Parts of a family name that are as often written joined to the next as apart from it.
PARTICLES = frozenset(
    ("o", "mc", "mac", "fitz", "de", "di", "da", "do", "du", "la", "le", "el", "al", "van", "von", "der", "den", "ter",
     "st", "saint", "ap", "bin", "ibn", "abu", "abd", "ben")
)  # fmt: skip
LONGEST_WORD = 40
SHORTEST_AFTER_APOSTROPHE = 3


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a record, and any record merged into it, holds that it can be found by."""

    names: tuple[str, ...] = ()
    birth_dates: tuple[date, ...] = ()
    birth_texts: tuple[str, ...] = ()
    nhs_numbers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Text as it is compared: lower case, without accents or apostrophes. Other marks stay."""
    apart = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text))
    plain = "".join(character for character in apart if not unicodedata.combining(character))
    return plain.casefold().translate(PLAIN_LETTERS)


def squeezed(text: str) -> str:
    """A postcode or reference as it is compared: letters and digits only."""
    return re.sub(r"[\W_]+", "", fold(text))[:LONGEST_WORD]


def digits_only(text: str) -> str:
    """A number as it is compared: digits, with the country code of the United Kingdom folded to a leading 0."""
    digits = re.sub(r"[^0-9]", "", text)
    if digits.startswith("0044"):
        digits = digits[2:]
    return "0" + digits[2:] if digits.startswith("44") and len(digits) > 10 else digits


@lru_cache(maxsize=8192)
def name_words(name: str) -> tuple[str, ...]:
    """Every word a name can be found by, the first as written: O’Neil gives oneil and neil, Mc Kay gives mckay too."""
    found: list[str] = []
    for piece in name.split():
        words = [word for word in re.split(r"[\W\d_]+", fold(piece)) if word]
        found += words
        if len(words) > 1:
            found.append("".join(words))
        after = re.split(r"[\W\d_]+", fold(APOSTROPHES.sub(" ", piece)))[-1]
        if APOSTROPHES.search(piece) and len(after) >= SHORTEST_AFTER_APOSTROPHE:
            found.append(after)
    plain = [word for word in re.split(r"[\W\d_]+", fold(name)) if word]
    found += [a + b for a, b in pairwise(plain) if a in PARTICLES]
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in found))


@lru_cache(maxsize=8192)
def sound_of(word: str) -> str:
    """How a folded word sounds, the same for Smith and Smyth, McDonald and MacDonald; empty if unknown."""
    return jellyfish.metaphone(word)[:LONGEST_WORD] if word.isascii() and len(word) > 1 else ""


def date_terms(day: date) -> list[str]:
    """A day of birth as it is found: whole, by month and by year."""
    return [f"{BIRTH_DATE}{day:%Y%m%d}", f"{BIRTH_MONTH}{day:%Y%m}", f"{BIRTH_YEAR}{day:%Y}"]


def terms_of(recorded: Recorded) -> list[str]:
    """Every term a record can be found by, each once."""
    words = [word for name in recorded.names for word in name_words(name)]
    # an initial by itself, as it would be slow to find all words that begin with one letter
    terms = [WORD + word for word in words] + [INITIAL + word[0] for word in words]
    for day in recorded.birth_dates:
        terms += date_terms(day)
    for text in recorded.birth_texts:
        digits = digits_only(text)
        if len(digits) in (4, 6):
            terms += [BIRTH_YEAR + digits[:4], *([BIRTH_MONTH + digits] if len(digits) == 6 else [])]
    terms += _both_ways(recorded.nhs_numbers, NHS, NHS_BACKWARDS)
    terms += _both_ways(recorded.phones, PHONE, PHONE_BACKWARDS)
    terms += [POSTCODE + squeezed(postcode) for postcode in recorded.postcodes if squeezed(postcode)]
    terms += [REFERENCE + squeezed(reference) for reference in recorded.references if squeezed(reference)]
    return list(dict.fromkeys(terms))


def _both_ways(numbers: Iterable[str], kind: str, backwards: str) -> list[str]:
    tidy = [digits_only(number)[:LONGEST_WORD] for number in numbers]
    return [term for digits in tidy if digits for term in (kind + digits, backwards + digits[::-1])]
