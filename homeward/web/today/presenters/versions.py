"""The plans of a day side by side, and what would place a visit, as finished text."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from homeward.web.templating import day_text, moment_text
from homeward.web.today.presenters.day import side_text, window_text

# What a plan comes to, in the order people ask for it: the name of the figure, its heading, its unit.
FIGURES = (
    ("planned", "Planned", ""),
    ("unplanned", "Unassigned", ""),
    ("travel_minutes", "Travel", "min"),
    ("late_minutes", "Late", "min"),
    ("overtime_minutes", "Overtime", "min"),
    ("workers", "Workers", ""),
)
# More than this of one cause is counted, not listed
CHANGES_SHOWN = 60
WHO_MUST = {
    "sign_off": "A supervising clinician decides on a sign-off.",
    "allow": "Somebody decided that they may not go there: ask why before it is lifted.",
    "overtime": "Ask them first: nobody has to stay.",
    "one_more": "Cover can find somebody to call in.",
    "window_later": "Ask the person first.",
    "window_earlier": "Ask the person first.",
}


@dataclass(frozen=True, slots=True)
class Version:
    """One planning of the day. `before`: the plan before it, for comparing; None for the first."""

    id: int
    made: str
    by: str
    why: str
    figures: tuple[str, ...]
    before: int | None
    is_in_force: bool
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """One worker's part in one visit, before and after; the reader may open it or not."""

    visit_id: int
    may_open: bool
    person: str
    title: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Cause:
    """What one planning, or several of one reason, changed."""

    heading: str
    counted: str
    changes: tuple[Changed, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of the two plans compared, and by how much it changed."""

    label: str
    before: str
    after: str
    by: str


@dataclass(frozen=True, slots=True)
class PlansPage:
    """Everything the page of a day's plans shows."""

    day_text: str
    day_iso: str
    headings: tuple[str, ...]
    versions: tuple[Version, ...]
    compared: str
    differences: tuple[Difference, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One set of changes that would place a visit."""

    heading: str
    sentence: str
    who_must: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlacePage:
    """What would place a visit."""

    visit_id: int
    person: str
    title: str
    window: str
    reason: str
    ways: tuple[Way, ...]


def present_plans(day: date, made: Sequence, first, last, changes: Iterable, openable: Collection[int]) -> PlansPage:
    """The plans of a day, newest first, and the changes between two of them as `changes_between` gives them."""
    return PlansPage(
        day_text=day_text(day),
        day_iso=day.isoformat(),
        headings=tuple(label for _, label, _ in FIGURES),
        versions=tuple(
            Version(
                id=plan.pk,
                made=moment_text(plan.made_at),
                by=plan.made_by,
                why=plan.why,
                figures=tuple(_figure(plan.figures.get(name), unit) for name, _, unit in FIGURES),
                before=made[number + 1].pk if number + 1 < len(made) else None,
                is_in_force=number == 0,
                is_first=first is not None and plan.pk == first.pk,
                is_last=last is not None and plan.pk == last.pk,
            )
            for number, plan in enumerate(made)
        ),
        compared=f"From the plan of {moment_text(first.made_at)} to that of {moment_text(last.made_at)}"
        if first and last and first.pk != last.pk
        else "",
        differences=tuple(_differences(first, last)) if first and last and first.pk != last.pk else (),
        causes=tuple(_causes(changes, openable)),
    )


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "Not known"
    return f"{value:,.0f}{f' {unit}' if unit else ''}"


def _differences(first, last) -> Iterable[Difference]:
    for name, label, unit in FIGURES:
        was, now = first.figures.get(name), last.figures.get(name)
        by = "" if was is None or now is None else _by(now - was, unit)
        yield Difference(label, _figure(was, unit), _figure(now, unit), by)


def _by(more: float, unit: str) -> str:
    if round(more) == 0:
        return "The same"
    return f"{abs(more):,.0f}{f' {unit}' if unit else ''} {'more' if more > 0 else 'fewer' if not unit else 'less'}"


def _causes(changes: Iterable, openable: Collection[int]) -> Iterable[Cause]:
    of_cause: dict[str, list] = {}
    for change in changes:
        of_cause.setdefault(change.because.why, []).append(change)
    for why, theirs in of_cause.items():
        listed = tuple(
            Changed(
                change.visit.pk,
                change.visit.pk in openable,
                change.visit.whom,
                change.visit.title,
                side_text(change.from_worker, change.from_at),
                side_text(change.to_worker, change.to_at),
                change.why,
            )
            for change in theirs[:CHANGES_SHOWN]
        )
        more = f"and {len(theirs) - CHANGES_SHOWN:,} more" if len(theirs) > CHANGES_SHOWN else ""
        yield Cause(why, _counted(theirs), listed, more)


def _counted(changes: Sequence) -> str:
    """How many of each kind: 3 to somebody else, 2 at another time."""
    newly = sum(change.from_worker is None for change in changes)
    left_out = sum(change.to_worker is None for change in changes)
    both = [change for change in changes if change.from_worker and change.to_worker]
    other = sum(change.from_worker.pk != change.to_worker.pk for change in both)
    kinds = (
        (newly, "newly given to somebody"),
        (other, "to somebody else"),
        (len(both) - other, "at another time"),
        (left_out, "with nobody now"),
    )
    return ", ".join(f"{count:,} {what}" for count, what in kinds if count)


def present_place(visit, found: Iterable) -> PlacePage:
    """What would place a visit, as `planning.what_would_place` gives it."""
    return PlacePage(
        visit_id=visit.pk,
        person=visit.whom,
        title=visit.title,
        window=window_text(visit),
        reason=visit.unplanned_reason,
        ways=tuple(
            Way(
                {0: "Nothing has to change", 1: "One change"}.get(one.changes, f"{one.changes} changes together"),
                one.sentence,
                tuple(dict.fromkeys(WHO_MUST[kind] for kind in one.kinds if kind in WHO_MUST)),
            )
            for one in found
        ),
    )
