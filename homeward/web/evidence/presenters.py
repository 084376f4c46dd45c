"""Studies as pages and paper print them."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeward.evidence.rules.study import IMPACT_TITLES, NOT_STATED, Finding, Impact, Study, where_and_when
from homeward.evidence.selectors import Ours, OwnStudy
from homeward.outcomes.measures.definition import By, Measure, Point, Unit
from homeward.outcomes.measures.library import MEASURES
from homeward.procedures.selectors import library
from homeward.web.results.presenters import amount_text, period_text, value_text
from homeward.web.templating import moment_text
from homeward.web.words import counted, listed

FINDINGS_SHOWN = 2
WORDS_ONLY = "In words only"
NOT_SETTLED = "No settled month has a case of it yet. A month settles a fortnight after it ends."


@dataclass(frozen=True, slots=True)
class Card:
    """A study in the list. `numbers` are the first that it reports."""

    code: str
    title: str
    where: str
    says: str
    impacts: tuple[str, ...]
    numbers: tuple[str, ...]
    more: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to keep to in the list, and how many studies there are of it."""

    code: str
    title: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What we have for a finding: each value with what it is of and when; or `why` there is none."""

    key: str
    title: str
    values: tuple[tuple[str, str], ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding: the published number with its place and period; ours apart from it."""

    says: str
    number: str
    where: str
    beside: tuple[Beside, ...]


@dataclass(frozen=True, slots=True)
class StudyPage:
    """One study, ready to print. `became`: code and title of pathways."""

    code: str
    title: str
    facts: tuple[tuple[str, str], ...]
    impacts: tuple[tuple[str, str], ...]
    topics: tuple[tuple[str, str], ...]
    rows: tuple[FindingRow, ...]
    lessons: tuple[str, ...]
    became: tuple[tuple[str, str], ...]
    source: str
    version: str


def present_card(study: Study) -> Card:
    """A study as the list shows it."""
    # numbers before what is only in words
    said = sorted(study.numbers, key=lambda one: one.value is None)
    left = len(said) - FINDINGS_SHOWN
    return Card(
        code=study.code,
        title=study.title,
        where=_where(study.organisation, study.place),
        says=study.did,
        impacts=tuple(IMPACT_TITLES[one] for one in study.impacts),
        numbers=tuple(f"{one.says}: {one.number}" if one.number else one.says for one in said[:FINDINGS_SHOWN]),
        more=counted(left, "more finding") if left > 0 else "",
        is_own=not study.source,
    )


def present_choices(studies: list[Study], topics: dict[str, str], impact: str, topic: str) -> dict[str, list[Choice]]:
    """What to keep to: the impacts and the topics, each with its count, as the other is chosen."""
    of_topic = [one for one in studies if _of(one, topic=topic)]
    of_impact = [one for one in studies if _of(one, impact=impact)]
    return {
        "impacts": [
            Choice(one.value, title, sum(one in each.impacts for each in of_topic), one == impact)
            for one, title in IMPACT_TITLES.items()
        ],
        "topics": [
            Choice(code, title, sum(code in each.topics for each in of_impact), code == topic)
            for code, title in sorted(topics.items(), key=lambda pair: pair[1])
        ],
    }


def present_study(study: Study, topics: dict[str, str], ours: Mapping[str, tuple[Ours, ...]] | str) -> StudyPage:
    """One study; `ours` by what its findings name, or why they cannot be shown."""
    pathways = {one.code: one.title for one in library().pathways}
    return StudyPage(
        code=study.code,
        title=study.title,
        facts=(
            ("Organisation", study.organisation),
            ("Place", study.place),
            ("Period", study.period),
            ("Who it was for", study.who_for),
            ("What they did", study.did),
            ("What changed for staff", study.workforce),
        ),
        impacts=tuple((one.value, IMPACT_TITLES[one]) for one in study.impacts),
        topics=tuple((code, topics.get(code, code)) for code in study.topics),
        rows=tuple(_row(one, ours) for one in study.numbers),
        lessons=study.lessons,
        became=tuple((code, pathways.get(code, code)) for code in study.pathways),
        source=_source(study),
        version=f"Version {study.version}",
    )


def own_words(own: OwnStudy) -> str:
    """Who wrote the version that is shown, and when."""
    return f"Written by {own.written_by}, {moment_text(own.written_at)}"


def chosen_words(impact: str, topic: str, wanted: str, topics: dict[str, str]) -> str:
    """What a list was kept to: impact, topic and words; "" for all of it."""
    said = [IMPACT_TITLES[Impact(impact)]] if impact else []
    said += [topics[topic]] if topic else []
    said += [f"“{wanted}”"] if wanted else []
    return listed(said)


def _of(study: Study, impact: str = "", topic: str = "") -> bool:
    return (not impact or impact in study.impacts) and (not topic or topic in study.topics)


def _where(organisation: str, place: str) -> str:
    return organisation if place == NOT_STATED or place in organisation else f"{organisation}, {place}"


def _source(study: Study) -> str:
    if not study.source:
        return ""
    source = next(one for one in library().sources if one.code == study.source)
    number = f", study {study.study}" if study.study else ""
    return f"{source.title}{number}. {source.publisher}"


def _row(one: Finding, ours: Mapping[str, tuple[Ours, ...]] | str) -> FindingRow:
    return FindingRow(
        says=one.says,
        number=one.number or WORDS_ONLY,
        where=where_and_when(one.place, one.period),
        beside=_beside(one.measure, ours) if one.measure else (),
    )


def _beside(wanted: str, ours: Mapping[str, tuple[Ours, ...]] | str) -> tuple[Beside, ...]:
    named = [one for one in MEASURES.values() if wanted in (one.key, one.code)]
    if wanted in MEASURES:
        named = [MEASURES[wanted]]
    if not named:
        return (Beside(wanted, "", (), "Nothing in the record answers to it."),)
    if isinstance(ours, str):
        return tuple(Beside(one.key, one.title, (), ours) for one in named)
    return tuple(_of_measure(one) for one in ours.get(wanted, ()))


def _of_measure(one: Ours) -> Beside:
    if one.month is None:
        return Beside(
            one.measure.key,
            one.measure.title,
            (),
            "No settled month has a case of it yet. A month settles a fortnight after it ends.",
        )
    points = [one.month] if one.year is None else [one.year, one.month]
    return Beside(one.measure.key, one.measure.title, tuple(_value(point, one.measure) for point in points))


def _value(point: Point, measure: Measure) -> tuple[str, str]:
    period = period_text(point, By.ALL if (point.last - point.first).days > 31 else By.MONTH)
    if point.value is None:
        return "None", f"no cases, {period}"
    value = value_text(point.value, measure.unit)
    if point.denominator is None:
        return value, period
    joint = "of" if measure.unit is Unit.SHARE else "over"
    return (
        value,
        f"{amount_text(point.numerator, measure.unit)} {joint} {amount_text(point.denominator, None)}, {period}",
    )
