"""A worker as an employer sees them: contract, limits, registrations, training, pattern; and what runs out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from homeward.roster.rules import DAILY_REST, LONGEST_SHIFT, WEEKLY_AVERAGE, Limits, minutes_a_week, pattern_from
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.roster.presenters.cell import limit_words
from homeward.web.roster.presenters.words import hours
from homeward.web.words import listed, skill_words

# When something is said to run out: the issue's own steps, in weeks
WARNED_WEEKS = (1, 4, 8)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def runs_out_tag(on: date | None, today: date) -> Tag | None:
    """How soon something runs out; None where it is longer than eight weeks, or never."""
    if on is None:
        return None
    if on < today:
        return Tag("Ran out", "red")
    days = (on - today).days
    for weeks, colour in zip(WARNED_WEEKS, ("red", "orange", "yellow"), strict=True):
        if days <= weeks * 7:
            return Tag(f"Runs out within {weeks} week{'s' if weeks > 1 else ''}", colour)
    return None


def day_short(day: date | None) -> str:
    """23 November 2026."""
    return f"{day.day} {day:%B %Y}" if day else ""


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A contract in words."""

    kind: str
    days: str
    hours: str
    money: str
    also: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A registration or a course."""

    id: int
    title: str
    about: str
    until: str
    tag: Tag | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class PatternLine:
    """A pattern in words: a row for each week, a text for each day."""

    days: str
    hours: str
    weeks: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class WorkerPage:
    """Everything about a worker's standing."""

    id: int
    name: str
    about: str
    skills: str
    travel: str
    contracts: tuple[ContractLine, ...]
    limits: tuple[str, ...]
    registrations: tuple[Held, ...]
    trainings: tuple[Held, ...]
    patterns: tuple[PatternLine, ...]
    week: str


def worker_page(
    worker,
    contracts,
    limits: Limits | None,
    registrations,
    trainings,
    patterns,
    today: date,
    *,
    shows_money: bool = False,
) -> WorkerPage:
    """Everything about a worker's standing; what they cost only where the reader may see it."""
    about = [worker.job_title, str(worker.organisation), str(worker.team or ""), worker.local_reference]
    return WorkerPage(
        id=worker.pk,
        name=worker.label,
        about=", ".join(part for part in about if part),
        skills=listed([skill_words(code) for code in worker.skills]) or "none on record",
        travel=worker.travel_mode,
        contracts=tuple(_contract(one, today, shows_money) for one in contracts),
        limits=limit_words(limits) if limits else (),
        registrations=tuple(
            Held(
                one.pk,
                f"{one.get_register_display()}, {one.number}",
                f"Looked up {day_short(one.checked_on)} by {one.checked_by}"
                + (f". {one.restrictions}" if one.restrictions else ""),
                f"until {day_short(one.expires_on)}",
                None if one.ended_on else runs_out_tag(one.expires_on, today),
                one.ended_on is not None,
            )
            for one in registrations
        ),
        trainings=tuple(
            Held(
                one.pk,
                one.title,
                f"Done {day_short(one.done_on)}{f', {one.provider}' if one.provider else ''}"
                + (f". Learning for {skill_words(one.competence)}" if one.competence else "")
                + (f". Does not count: {one.withdrawn_reason}" if one.withdrawn_at else ""),
                f"until {day_short(one.expires_on)}" if one.expires_on else "does not run out",
                None if one.withdrawn_at else runs_out_tag(one.expires_on, today),
                one.withdrawn_at is not None,
            )
            for one in trainings
        ),
        patterns=tuple(_pattern(one) for one in patterns),
        week=reverse("roster:cell", args=[worker.pk, today.isoformat()]),
    )


def _contract(one, today: date, shows_money: bool) -> ContractLine:
    money = f"£{one.hourly_pence / 100:.2f} an hour" if one.hourly_pence else "no cost recorded"
    also = [
        f"overtime {one.overtime_percent} % more" if one.overtime_percent else "",
        "" if one.works_nights else "no nights",
        "agreed in writing to more than 48 hours a week" if one.has_opted_out else "",
        f"goes to {listed(list(one.areas))}" if one.areas else "",
    ]
    return ContractLine(
        kind=f"{one.get_kind_display()}, paid {one.get_pay_basis_display().lower()}",
        days=f"from {day_short(one.starts_on)}" + (f" to {day_short(one.ends_on)}" if one.ends_on else ""),
        hours=f"{hours(one.weekly_minutes)} hours a week" if one.weekly_minutes else "no hours promised",
        money=money if shows_money else "",
        also="; ".join(part for part in also if part),
        is_now=one.starts_on <= today and (one.ends_on is None or one.ends_on >= today),
    )


def _pattern(one) -> PatternLine:
    shifts = pattern_from(one.weeks, one.shifts)
    cells: dict[tuple[int, int], list[str]] = {}
    for shift in shifts:
        cells.setdefault((shift.week, shift.weekday), []).append(f"{shift.starts_at}-{shift.ends_at}")
    return PatternLine(
        days=f"from {day_short(one.starts_on)}" + (f" to {day_short(one.ends_on)}" if one.ends_on else ""),
        hours=f"{hours(minutes_a_week(shifts, one.weeks))} hours a week",
        weeks=tuple(
            tuple(" and ".join(cells.get((week, weekday), ["off"])) for weekday in range(1, 8))
            for week in range(1, one.weeks + 1)
        ),
    )


@dataclass(frozen=True, slots=True)
class RunsOutLine:
    """Something that runs out, and whose it is."""

    url: str
    name: str
    employer: str
    what: str
    on: str
    tag: Tag


def runs_out_lines(found, today: date) -> tuple[RunsOutLine, ...]:
    """What runs out, the soonest first."""
    return tuple(
        RunsOutLine(
            reverse("roster:worker", args=[worker.pk]), worker.label, str(worker.organisation), what, day_short(on),
            runs_out_tag(on, today) or Tag("Later", "grey"),
        )
        for worker, what, on in sorted(found, key=lambda one: (one[2], one[0].label, one[1]))
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmployerLine:
    """What an employer allows, in words."""

    url: str
    name: str
    rules: tuple[str, ...]
    set_by: str


def employer_lines(organisations, rules) -> tuple[EmployerLine, ...]:
    """What each employer allows."""
    return tuple(
        EmployerLine(
            reverse("roster:employer", args=[one.pk]),
            one.name,
            _rules(rules.get(one.pk)),
            f"Set by {rules[one.pk].set_by}, {day_short(rules[one.pk].set_at.date())}" if one.pk in rules else "",
        )
        for one in organisations
    )


def _rules(rules) -> tuple[str, ...]:
    if rules is None:
        return ("As the Working Time Regulations 1998 say",)
    said = [
        (rules.longest_shift_minutes, LONGEST_SHIFT, "Longest shift {} hours"),
        (rules.least_rest_minutes, DAILY_REST, "At least {} hours of rest between days"),
        (rules.most_weekly_minutes, WEEKLY_AVERAGE, "At most {} hours in a week"),
    ]
    words = [
        text.format(hours(own)) if own is not None else f"{text.format(hours(law))} (law)" for own, law, text in said
    ]
    for own, what in ((rules.most_days_in_a_row, "days"), (rules.most_nights_in_a_row, "nights")):
        words.append(f"At most {own} {what} in a row" if own else f"No limit of {what} in a row")
    if rules.agreement:
        words.append(f"Under {rules.agreement}")
    return tuple(words)


def rules_typed(rules) -> dict[str, str]:
    """What the form of an employer's rules starts with."""
    if rules is None:
        return {}

    def in_hours(minutes: int | None) -> str:
        return hours(minutes) if minutes is not None else ""

    return {
        "longest_shift": in_hours(rules.longest_shift_minutes),
        "least_rest": in_hours(rules.least_rest_minutes),
        "days_in_a_row": str(rules.most_days_in_a_row or ""),
        "nights_in_a_row": str(rules.most_nights_in_a_row or ""),
        "weekly_hours": in_hours(rules.most_weekly_minutes),
        "agreement": rules.agreement,
    }


@dataclass(frozen=True, slots=True)
class TraitLine:
    """What matters of a worker where people may ask for it."""

    id: int
    words: str
    since: str


def trait_lines(traits: Iterable) -> tuple[TraitLine, ...]:
    """The traits that stand, in words."""
    return tuple(
        TraitLine(
            one.pk,
            f"{one.get_kind_display()} {one.text}".strip(),
            f"Noted {short_day(one.noted_on)} by {one.noted_by}",
        )
        for one in traits
    )
