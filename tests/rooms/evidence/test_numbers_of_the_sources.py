"""Every number that the source documents say of a study is in its findings, and its impacts are those they list."""

import re
from collections import defaultdict

import pytest

from homeward.evidence.rules.study import Impact, Study
from homeward.evidence.selectors import published
from homeward.outcomes.measures.definition import Unit
from homeward.outcomes.measures.library import MEASURES
from homeward.procedures.selectors import library

COLLECTION = "002_37f6614ff6e50c22.txt"
WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "twenty": 20, "hundred": 100, "zero": 0, "twice": 2, "once": 1, "whole year": 1,
}  # fmt: skip
NUMBER = re.compile(rf"(?<![A-Za-z\d])\d[\d,]*(?:\.\d+)?(?:/\d\d)?|\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
# Numbers that are no findings: file, number, what stands around it, and why
NO_FINDINGS = {
    ("004_1612defdc5e94e3c.txt", "11", "11th October 2016"): "the day the page was written",
    ("004_1612defdc5e94e3c.txt", "20160913", "web-web"): "the name of a picture",
    ("004_1612defdc5e94e3c.txt", "103632", "web-web"): "the name of a picture",
    ("004_1612defdc5e94e3c.txt", "0116", "please contact"): "a phone number",
    ("004_1612defdc5e94e3c.txt", "295", "please contact"): "a phone number",
    ("004_1612defdc5e94e3c.txt", "4159", "0116 295"): "a phone number",
    ("001_f332f0b8622cf8d1.txt", "19", "last updated on"): "the day the page was changed",
    ("001_f332f0b8622cf8d1.txt", "2017", "last updated on"): "the day the page was changed",
    ("001_f332f0b8622cf8d1.txt", "2015/16", "we allocated more"): "an advertisement for another page",
    ("001_f332f0b8622cf8d1.txt", "1", "we allocated more"): "an advertisement for another page",
    ("003_81155bbddcbd871b.txt", "26", "Page last updated"): "the day the page was changed",
    (COLLECTION, "two", "access them in two ways"): "how the collection is arranged",
    (COLLECTION, "four", "four key impacts"): "how the collection is arranged",
}


def numbers_in(text: str) -> list[tuple[str, str]]:
    """Every number with what stands around it, words of numbers too."""
    return [
        (found[0].rstrip(","), text[max(0, found.start() - 60) : found.end() + 60]) for found in NUMBER.finditer(text)
    ]


def texts_by_study(shared) -> dict[tuple[str, int | None], str]:
    """What the documents say of each study: (file, its number in the file) and the text; (file, 0) is of none."""
    texts: dict[tuple[str, int | None], str] = defaultdict(str)
    for path in sorted((shared / "sources").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        if path.name != COLLECTION:
            texts[path.name, None] = text
            continue
        number, is_index = 0, False
        for line in text.splitlines():
            is_index = (is_index or line.strip() == "Index") and not line.startswith("Skills for care and Skills for")
            entry = re.match(r"- (?:(\d+)\. )?(?=[A-Z'])(?=.*\()", line) if is_index else None
            if entry:
                # one entry is printed without its number
                number = int(entry[1]) if entry[1] else number + 1
                texts[COLLECTION, number] += line[entry.end() :] + "\n"
            elif is_index and number:
                texts[COLLECTION, number] += line + "\n"
            elif named := re.search(r"[–— ]*study (\d+)\.?\s*$", line):
                texts[COLLECTION, int(named[1])] += line[: named.start()] + "\n"
            elif not line.startswith("See case studies:"):
                texts[COLLECTION, 0] += line + "\n"
    return texts


def said_by(study: Study) -> set[float]:
    """Every number of a study's findings, and of the places and periods they are of."""
    said = {float(one) for finding in study.numbers for one in (finding.value, finding.to) if one is not None}
    around = [study.period, study.organisation, study.place]
    around += [f"{finding.place} {finding.period}" for finding in study.numbers]
    for number, _ in numbers_in(" ".join(around)):
        said |= {value_of(part) for part in [number, *number.split("/")]}
    return said


def value_of(number: str) -> float:
    return float(WORDS[number.lower()] if number.lower() in WORDS else number.partition("/")[0].replace(",", ""))


class TestNumbersOfTheSources:
    def test_finds_all_studies_in_the_documents(self, shared):
        told = {key for key in texts_by_study(shared) if key[1] != 0}

        assert told == {(one.file, one.study) for one in published().studies}
        assert [one.study for one in published().studies if one.study] == list(range(1, 26))
        assert len(told) == 29

    def test_reads_numbers_and_words_of_numbers(self):
        assert [one for one, _ in numbers_in("40%, (1,940) in 2015/16 by two, £139.21 at Care2Care")] == [
            "40", "1,940", "2015/16", "two", "139.21"
        ]  # fmt: skip

    def test_carries_every_number(self, shared):
        missing, used, seen = [], set(), 0
        by_place = {(one.file, one.study): said_by(one) for one in published().studies}
        for (file, study), text in texts_by_study(shared).items():
            for number, around in numbers_in(text):
                why = [key for key in NO_FINDINGS if key[:2] == (file, number) and key[2] in around]
                used.update(why)
                seen += not why
                if not why and value_of(number) not in by_place.get((file, study), set()):
                    missing.append((file, study, number, around))

        assert missing == []
        assert used == set(NO_FINDINGS), "an exception that excuses nothing"
        assert seen > 60

    def test_has_the_impacts_that_the_document_lists(self, shared):
        listed = [
            {int(number) for number in re.findall(r"(\d+) ?\(", line)}
            for line in (shared / "sources" / COLLECTION).read_text(encoding="utf-8").splitlines()
            if line.startswith("See case studies:")
        ]

        assert listed == [
            {one.study for one in published().studies if one.study and impact in one.impacts} for impact in Impact
        ]

    def test_copies_no_sentence(self, shared):
        theirs = " ".join(path.read_text(encoding="utf-8") for path in (shared / "sources").glob("*.txt"))
        theirs = " ".join(re.findall(r"[a-z0-9]+", theirs.lower()))
        copied = []
        for one in published().studies:
            for text in (one.did, one.workforce, one.who_for, *one.lessons, *(each.says for each in one.numbers)):
                words = re.findall(r"[a-z0-9]+", text.lower())
                runs = (" ".join(words[start : start + 8]) for start in range(max(1, len(words) - 7)))
                copied += [(one.code, run) for run in runs if len(run.split()) == 8 and run in theirs]

        assert copied == []


class TestFiguresOfMeasures:
    OURS = frozenset(one.source for one in published().studies)
    FACTORS = {Unit.SHARE: 100, Unit.PENCE: 0.01}

    @pytest.mark.parametrize(
        ("key", "figure"),
        [(key, one) for key, measure in MEASURES.items() for one in measure.published if one.value is not None],
        ids=lambda one: one if isinstance(one, str) else one.says,
    )
    def test_are_the_same_in_the_studies(self, key, figure):
        if figure.source not in self.OURS:
            pytest.skip("a national figure, of no study")
        factor = 1 if figure.unit else self.FACTORS.get(MEASURES[key].unit, 1)
        told = [
            (round(float(one.value), 4), one.measure, one.place)
            for study in published().studies
            if study.source == figure.source
            for one in study.numbers
            if one.value is not None
        ]

        assert (round(figure.value * factor, 4), key, figure.place) in told


class TestPathways:
    @pytest.mark.parametrize("pathway", library().pathways, ids=lambda one: one.code)
    def test_modelled_on_a_study_are_what_it_became(self, pathway):
        studies = [
            one for one in published().studies
            if (one.source, one.study) == (pathway.model.source, pathway.model.study)
        ]  # fmt: skip

        assert [pathway.code in one.pathways for one in studies] == [True]

    @pytest.mark.parametrize(
        ("pathway", "figure"),
        [
            pytest.param(pathway, one, id=f"{pathway.code}: {one.says}")
            for pathway in library().pathways
            for one in pathway.published_figures
            if one.value is not None and one.source in {study.source for study in published().studies}
        ],
    )
    def test_say_the_same_figures(self, pathway, figure):
        told = [
            (float(number), finding.measure.partition(".")[0])
            for study in published().studies
            if study.source == figure.source
            for finding in study.numbers
            for number in (finding.value, finding.to)
            if number is not None
        ]

        assert any(number == float(figure.value) and measure in ("", figure.measure) for number, measure in told)
