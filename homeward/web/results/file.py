"""A measure by month as a CSV that may leave the service: small numbers hidden, so that no sum gives them away."""

from collections.abc import Iterator
from dataclasses import replace

from homeward.outcomes.measures.definition import Computed, Point, Unit
from homeward.outcomes.variation.small_numbers import Cell, SmallNumbers, hidden_cells

HEADS = (
    "measure",
    "title",
    "version",
    "service",
    "from",
    "to",
    "numerator",
    "denominator",
    "value",
    "unit",
    "provisional",
)
HIDDEN = "*"  # as NHS Digital writes what it hides


def measure_as_file(found: Computed, rule: SmallNumbers) -> Iterator[tuple[object, ...]]:
    """The lines of the file, a month a line. A hidden number is *; a value is made of the numbers as they are shown."""
    cells, sums = _table(found)
    hidden = hidden_cells(cells, sums, rule)
    measure = found.measure
    for point in found.points:
        numerator, denominator = (_shown(point, part, found, cells, hidden, rule) for part in ("n", "d"))
        if point.denominator is None:
            value: object = numerator
        elif HIDDEN in (numerator, denominator):
            value = HIDDEN
        else:
            value = round(float(str(numerator)) / float(str(denominator)), 4) if denominator else ""
        yield (
            measure.key, measure.title, measure.version, found.service_code, point.first.isoformat(),
            point.last.isoformat(), numerator, denominator, value, measure.unit.value,
            "yes" if point.is_provisional else "no",
        )  # fmt: skip


def _table(found: Computed) -> tuple[dict[Cell, int], list[tuple[Cell, list[Cell]]]]:
    """Its numbers of people or cases, and how they add up: month by month, and over the months to their total.

    Of a share the rest counts too. Of days, minutes and money only the cases they are of do.
    """
    cells: dict[Cell, int] = {}
    sums: list[tuple[Cell, list[Cell]]] = []
    for point in found.points:
        if point.denominator is not None:
            cells[_of(point), "d"] = round(point.denominator)
        if found.measure.unit is Unit.SHARE and point.denominator is not None:
            cells[_of(point), "n"] = round(point.numerator)
            cells[_of(point), "rest"] = round(point.denominator - point.numerator)
            sums.append(((_of(point), "d"), [(_of(point), "n"), (_of(point), "rest")]))
        elif found.measure.unit is Unit.COUNT:
            cells[_of(point), "n"] = round(point.numerator)
    for part in ("n", "d"):
        parts: list[Cell] = [(_of(point), part) for point in found.points if (_of(point), part) in cells]
        if parts:
            cells["all", part] = sum(cells[cell] for cell in parts)
            sums.append((("all", part), parts))
    return cells, sums


def _of(point: Point) -> tuple[object, str]:
    """What a number is of: its period, and its part where the measure is split."""
    return point.first, point.split


def _shown(
    point: Point, part: str, found: Computed, cells: dict[Cell, int], hidden: set[Cell], rule: SmallNumbers
) -> object:
    cell = (_of(point), part)
    if part == "d" and point.denominator is None:
        return ""
    if cell in hidden:
        return HIDDEN
    if cell in cells:
        return rule.shown(cells[cell])
    # days, minutes or money: they tell as much as the number of cases that they are of
    return HIDDEN if (_of(point), "d") in hidden else round(point.numerator, 2)


def shown_point(point: Point, line: tuple[object, ...]) -> Point:
    """A point made of nothing but what its line of the file shows."""
    numerator, denominator = line[6:8]

    def number(told: object) -> float:
        return 0.0 if told in (HIDDEN, "") else float(str(told))

    bottom = None if point.denominator is None else number(denominator)
    top = number(numerator)
    made = top if bottom is None else top / bottom if bottom else None
    return replace(point, numerator=top, denominator=bottom, value=None if is_hidden(line) else made)


def is_hidden(line: tuple[object, ...]) -> bool:
    """Whether anything of a line of the file is hidden."""
    return HIDDEN in line[6:9]
