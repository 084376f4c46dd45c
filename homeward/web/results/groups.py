"""One measure by group: in its own parts, and people by age, sex, ethnicity and the rest, settled months together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.outcomes.measures.computing import as_one
from homeward.outcomes.measures.definition import By, Computed, Measure, Point
from homeward.outcomes.measures.equity import NOT_RECORDED, splits_of
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.variation.small_numbers import SmallNumbers
from homeward.web.gate import page
from homeward.web.hours.tables import csv_file
from homeward.web.persons import short_day
from homeward.web.results.file import HEADS, HIDDEN, is_hidden, measure_as_file, shown_point
from homeward.web.results.presenters import NOT_GIVEN, amount_text, columns_of, interval_text, value_text
from homeward.web.results.reading import computed_for

MONTHS = 12  # together: of one month most groups are too few to say anything of
TITLES = {
    "age": "Age",
    "sex": "Sex",
    "ethnicity": "Ethnic group",
    "language": "Language",
    "locality": "Locality",
    "deprivation": "Deprivation",
}
WORDS = {
    ("employer", "nhs_trust"): "NHS trust",
    ("employer", "gp_practice"): "GP practice",
    ("source", "gp"): "GP",
    ("source", "nhs_111"): "NHS 111",
    ("sex", "female"): "Female",
    ("sex", "male"): "Male",
    ("sex", "other"): "Other",
    ("ethnicity", "white"): "White",
    ("ethnicity", "mixed"): "Mixed",
    ("ethnicity", "asian"): "Asian or Asian British",
    ("ethnicity", "black"): "Black or Black British",
    ("ethnicity", "other"): "Other ethnic groups",
    ("ethnicity", "not_stated"): "Preferred not to say",
    ("ethnicity", "not_known"): "Not known",
    ("ethnicity", NOT_RECORDED): "Not asked yet",
    ("language", "english"): "English",
    ("language", "other"): "Another language",
    ("language", "interpreter"): "Needs an interpreter",
    ("deprivation", "01"): "1, the most deprived tenth",
    ("deprivation", "10"): "10, the least deprived tenth",
}
# As the list of the record has them, not by the alphabet
IN_ORDER = {"ethnicity": [part for split, part in WORDS if split == "ethnicity"]}
# Parts that are words, and no codes
SAID_AS_THEY_ARE = frozenset({"organisation", "band", "role", "kind"})


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group, in words."""

    name: str
    numerator: str
    denominator: str
    value: str
    interval: str


@dataclass(frozen=True, slots=True)
class ByGroup:
    """The section of a measure's page; without rows until a split is chosen, or where there is nothing to show."""

    options: tuple[tuple[str, str], ...]
    chosen: str
    title: str = ""
    period: str = ""
    has_denominator: bool = False
    rows: tuple[GroupRow, ...] = ()

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The columns of its table, beside the group and the value."""
        return columns_of(self.rows, has_denominator=self.has_denominator)


def by_group(request: HttpRequest, measure: Measure) -> ByGroup | None:
    """What the page shows of the groups; None for a measure that nothing divides."""
    if not splits_of(measure):
        return None
    options = tuple((split, _title(split)) for split in splits_of(measure))
    chosen = request.GET.get("group", "")
    if chosen not in splits_of(measure):
        return ByGroup(options, "")
    points = _together(computed_for(request, [measure.key], By.MONTH, chosen)[0].points, chosen)
    rows = tuple(_row(one, measure, chosen) for one in points)
    period = f"{short_day(points[0].first)} to {short_day(points[0].last)}" if points else ""
    return ByGroup(options, chosen, _title(chosen), period, measure.out_of is not None, rows)


@page(Permission.SEE_RESULTS)
def groups_file(request: HttpRequest, key: str) -> HttpResponse:
    """The groups of a measure as a CSV for others, small numbers hidden."""
    split = request.GET.get("group", "")
    if key not in MEASURES or split not in splits_of(MEASURES[key]):
        raise Http404
    rule = SmallNumbers(below=settings.SMALLEST_NUMBER, rounded_to=settings.RESULTS_ROUNDED_TO)
    try:
        (found,) = computed_for(request, [key], By.MONTH, split, is_leaving=True)
    except RefusedError:
        return redirect("results:measure", key)  # which says why
    return csv_file(f"{key.lower()}-by-{split}", ("split", "group", *HEADS), groups_as_file(found, split, rule))


def groups_as_file(found: Computed, split: str, rule: SmallNumbers) -> Iterator[tuple[object, ...]]:
    """The lines of the file, a group a line: hidden as the months of a measure are, so that no sum gives one away."""
    points = _together(found.points, split)
    for point, line in zip(points, measure_as_file(replace(found, points=points), rule), strict=True):
        yield split, _name(split, point.split), *line


def shown_groups(found: Computed, split: str, rule: SmallNumbers) -> ByGroup:
    """The groups of a measure as they may leave the service: small numbers hidden, intervals of what is shown."""
    points = _together(found.points, split)
    rows = []
    for point, line in zip(points, measure_as_file(replace(found, points=points), rule), strict=True):
        row, hidden = _row(shown_point(point, line), found.measure, split), is_hidden(line)
        numerator, denominator = (HIDDEN if told == HIDDEN else "" for told in line[6:8])
        rows.append(
            replace(row, numerator=numerator or row.numerator, denominator=denominator or row.denominator,
                    value=HIDDEN if hidden else row.value, interval=NOT_GIVEN if hidden else row.interval)
        )  # fmt: skip
    period = f"{short_day(points[0].first)} to {short_day(points[0].last)}" if points else ""
    return ByGroup((), split, TITLES[split], period, found.measure.out_of is not None, tuple(rows))


def _together(points: Sequence[Point], split: str) -> tuple[Point, ...]:
    """The last settled months of each group as one; those whose group nobody knows last."""
    months = sorted({point.first for point in points if not point.is_provisional})[-MONTHS:]
    of_group: dict[str, list[Point]] = {}
    for point in points:
        if point.first in months:
            of_group.setdefault(point.split, []).append(point)
    order = IN_ORDER.get(split, [])

    def place(part: str) -> tuple[bool, int]:
        return part == NOT_RECORDED, order.index(part) if part in order else 0

    groups = (as_one(of_group[part]) for part in sorted(of_group, key=place))
    return tuple(one for one in groups if one.numerator or one.denominator)


def _row(point: Point, measure: Measure, split: str) -> GroupRow:
    return GroupRow(
        name=_name(split, point.split),
        numerator=amount_text(point.numerator, measure.unit),
        denominator=NOT_GIVEN if point.denominator is None else amount_text(point.denominator, None),
        value=value_text(point.value, measure.unit),
        interval=interval_text(point, measure) or NOT_GIVEN,
    )


def _title(split: str) -> str:
    """What a split is called: one of the groups of people, or one that is the measure's own."""
    return TITLES.get(split, split[0].upper() + split[1:].replace("_", " ").removesuffix(" code"))


def _name(split: str, part: str) -> str:
    if split not in TITLES and split not in SAID_AS_THEY_ARE:
        words = part.replace("_", " ").replace("-", " ")
        return WORDS.get((split, part), words[:1].upper() + words[1:] or "Not said")
    words = {"deprivation": part.lstrip("0"), "age": part.replace("-", " to ")}.get(split, part)
    return WORDS.get((split, part), words or "Not said")
