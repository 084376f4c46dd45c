"""Measures as JSON and as text."""

from homeward.outcomes.measures.definition import Computed, Measure, Point, Published, Unit
from homeward.outcomes.measures.equity import splits_of

UNIT_WORDS = {Unit.COUNT: "", Unit.RATE: "", Unit.DAYS: " days", Unit.HOURS: " hours", Unit.MINUTES: " minutes"}


def as_json(one: Computed) -> dict:
    """A computed measure with its definition, ready for JSON."""
    return {
        **definition_as_json(one.measure),
        "service": one.service_code,
        "by": str(one.by),
        "points": [_point(point) for point in one.points],
        "left_out": one.excluded,
    }


def definition_as_json(measure: Measure) -> dict:
    """What a measure means, ready for JSON."""
    return {
        "key": measure.key,
        "code": measure.code,
        "title": measure.title,
        "definition": measure.definition,
        "numerator": measure.numerator,
        "denominator": measure.denominator,
        "exclusions": [each.why for each in measure.exclusions],
        "unit": str(measure.unit),
        "better": measure.better,
        "reads": list(measure.reads),
        "splits": list(splits_of(measure)),
        "version": measure.version,
        "local_decisions": list(measure.local_decisions),
        "published": [_published(each) for each in measure.published],
    }


def _published(one: Published) -> dict:
    return {
        "says": one.says,
        "value": one.value,
        "unit": one.unit,
        "place": one.place,
        "period": one.period,
        "source": one.source,
    }


def _point(point: Point) -> dict:
    told = {
        "from": point.first.isoformat(),
        "to": point.last.isoformat(),
        "numerator": point.numerator,
        "denominator": point.denominator,
        "value": point.value,
        "is_provisional": point.is_provisional,
    }
    return {"split": point.split, **told} if point.split else told


def as_text(one: Computed) -> str:
    """A computed measure in a few lines."""
    lines = [f"{one.measure.key} {one.measure.title} ({one.service_code})", f"  {one.measure.definition}"]
    for point in one.points:
        part = f"{point.split}  " if point.split else ""
        mark = "  provisional" if point.is_provisional else ""
        lines.append(f"  {point.first:%d %b %Y} to {point.last:%d %b %Y}  {part}{value_text(one.measure, point)}{mark}")
    lines += [f"  Left out: {count} ({why})" for why, count in one.excluded.items() if count]
    for figure in one.measure.published:
        value = "" if figure.value is None else f": {_value(one.measure.unit, figure.value, figure.unit)}"
        lines.append(f"  Published: {figure.says}{value} ({figure.place}, {figure.period}; {figure.source})")
    return "\n".join(lines)


def value_text(measure: Measure, point: Point) -> str:
    """A value with what it was worked out from."""
    if point.value is None:
        return "none to count"
    value = _value(measure.unit, point.value)
    if point.denominator is None:
        return value
    return f"{value} ({point.numerator:g} of {point.denominator:g})"


def _value(unit: Unit, value: float, other_unit: str = "") -> str:
    if other_unit:
        return f"{value:,.10g} {other_unit}"
    if unit is Unit.SHARE:
        return f"{value:.1%}"
    if unit is Unit.PENCE:
        return f"£{value / 100:,.2f}"
    return f"{value:,.1f}".removesuffix(".0") + UNIT_WORDS[unit]
