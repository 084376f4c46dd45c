"""Which studies have the words somebody typed, the likeliest first: among tens of them no index is needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from homeward.evidence.rules.study import Impact, Study

WORD = re.compile(r"[a-z0-9]+(?:[.,'’][a-z0-9]+)*")
ENDINGS = re.compile(r"(?:ations?|e?ments?|ings?|ers?|ies|ed|es|ly|s|y|e)$")
SMALL_WORDS = frozenset(
    {"a", "an", "and", "at", "by", "for", "from", "in", "is", "it", "of", "on", "or", "the", "to", "with"}
)
SHORTEST_STEM = 3
SHORTEST_MISSPELT = 5
# How alike two words are that differ by one slip of the finger in six letters. Local decision.
ALIKE = 0.8
EXACT, SAME_STEM, BEGINS, MISSPELT = 8, 6, 4, 1


def search(studies: Iterable[Study], wanted: str, topics: dict[str, str]) -> list[Study]:
    """The studies that have every word wanted, the likeliest first; all of them as they come where none is wanted."""
    words = [word for word in _words(wanted) if word not in SMALL_WORDS]
    studies = list(studies)
    if not words:
        return studies
    scored = [(_score(study, words, topics), study) for study in studies]
    return [study for score, study in sorted(scored, key=lambda pair: -pair[0]) if score]


def chosen(studies: Sequence[Study], impact: str = "", topic: str = "") -> list[Study]:
    """Those with this impact and this topic, where either is asked for."""
    return [
        one for one in studies if (not impact or Impact(impact) in one.impacts) and (not topic or topic in one.topics)
    ]


def _score(study: Study, words: list[str], topics: dict[str, str]) -> int:
    texts = (*study.words, (2, " ".join(topics.get(code, "") for code in study.topics)))
    held: dict[str, int] = {}
    for weight, text in texts:
        for word in _words(text):
            held[word] = max(held.get(word, 0), weight)
    best = [max((weight * _likeness(word, other) for other, weight in held.items()), default=0) for word in words]
    return sum(best) if all(best) else 0


def _likeness(wanted: str, other: str) -> int:
    if wanted == other:
        return EXACT
    if wanted[0].isdigit() or other[0].isdigit():
        return 0
    if _stem(wanted) == _stem(other):
        return SAME_STEM
    if len(wanted) >= SHORTEST_STEM and other.startswith(wanted):
        return BEGINS
    is_long = min(len(wanted), len(other)) >= SHORTEST_MISSPELT and wanted[0] == other[0]
    return MISSPELT if is_long and SequenceMatcher(None, wanted, other).ratio() >= ALIKE else 0


def _stem(word: str) -> str:
    stem = ENDINGS.sub("", word)
    return stem if len(stem) > SHORTEST_STEM else word


def _words(text: str) -> list[str]:
    """The words of a text in small letters; 4,794 and 4794 are the same."""
    return [word.replace(",", "").replace("’", "'") for word in WORD.findall(text.lower())]
