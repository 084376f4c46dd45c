"""The finished words of a person's assessments: what waits, what is there, what is due, and numbers over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse

from homeward.assessments.selectors import Kept, PersonAssessments
from homeward.kernel.rules import london_day
from homeward.procedures.rules import RecordGroup, findings
from homeward.procedures.selectors import built
from homeward.web.clocks import left_words, time_words
from homeward.web.forms.presenters.filling import said_by, said_of
from homeward.web.persons import short_day
from homeward.web.templating import clock_text

GROUPS = {
    RecordGroup.LAW: "Rights and the law",
    RecordGroup.DAILY_LIFE: "Daily life and coming home",
    RecordGroup.HEALTH: "Health",
    RecordGroup.HOME: "Home",
    RecordGroup.CARER: "Carers",
    RecordGroup.WELLBEING: "Wellbeing",
}
FROM_PATHWAYS = "From pathways"
# A review is shown as coming up this long before it is due
COMING_UP = timedelta(days=30)
# The drawing of a number over time, in its own units
WIDTH, HEIGHT, EDGE = 320, 110, 14


@dataclass(frozen=True, slots=True)
class For:
    """What new forms are filled in for: the record or an episode."""

    kind: str
    id: int
    title: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A score that somebody must be told of."""

    id: int
    form_id: int
    says: str
    when: str
    by: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class ToldLine:
    """Who was told of a score and what they said."""

    says: str
    told: str
    said: str
    by: str


@dataclass(frozen=True, slots=True)
class WaitsLine:
    """Something that waits to be done: a draft, a review, an answer after arrival."""

    title: str
    state: str
    colour: str
    text: str
    address: str
    form: str
    button: str


@dataclass(frozen=True, slots=True)
class PastLine:
    address: str
    title: str
    said: str
    mark: str


@dataclass(frozen=True, slots=True)
class FormLine:
    """One form of a person: the newest, with what was before."""

    form: str
    title: str
    purpose: str
    address: str
    said: str
    numbers: str
    review: str
    is_review_late: bool
    draft_address: str
    may_start: bool
    past: tuple[PastLine, ...]


@dataclass(frozen=True, slots=True)
class FormGroup:
    code: str
    title: str
    done: tuple[FormLine, ...]
    not_done: tuple[FormLine, ...]


@dataclass(frozen=True, slots=True)
class SeriesRow:
    day: str
    total: str
    band: str
    address: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    total: str


@dataclass(frozen=True, slots=True)
class Series:
    """One score over time: rows newest first, and the line drawn of it, oldest left."""

    code: str
    title: str
    rows: tuple[SeriesRow, ...]
    points: str
    dots: tuple[Dot, ...]
    says: str
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A person's assessments, for `forms/of_person.jinja`."""

    owed: tuple[OwedLine, ...]
    waits: tuple[WaitsLine, ...]
    groups: tuple[FormGroup, ...]
    series: tuple[Series, ...]
    kept_back: str
    kind: str
    subject: int
    subjects: tuple[For, ...]


def present_assessments(
    told: PersonAssessments, subjects: Sequence[For], now: datetime, *, may_start: bool
) -> RecordPage:
    """A person's assessments in words. `subjects` are what a new form can be for; one of them is chosen."""
    today = london_day(now)
    offered = {form.code for form in told.offered}
    waits = tuple(line for kept in told.by_form for line in _waits(kept, today, may_start=may_start))
    waiting = {line.form for line in waits}
    lines: dict[str, list[FormLine]] = {}
    for kept in told.by_form:
        group = GROUPS[kept.form.in_record] if kept.form.in_record else FROM_PATHWAYS
        lines.setdefault(group, []).append(_form_line(kept, today, may_start=may_start and kept.form.code in offered))
    codes = {title: code.value for code, title in GROUPS.items()} | {FROM_PATHWAYS: "pathways"}
    chosen = next(one for one in subjects if one.is_chosen)
    return RecordPage(
        owed=owed_lines(told.owed, now),
        waits=waits,
        groups=tuple(
            FormGroup(
                codes[title],
                title,
                tuple(one for one in lines[title] if one.address or one.draft_address),
                tuple(
                    one for one in lines[title] if not (one.address or one.draft_address) and one.form not in waiting
                ),
            )
            for title in codes
            if title in lines
        ),
        series=_series(told),
        kept_back=_kept_back(told.kept_back),
        kind=chosen.kind,
        subject=chosen.id,
        subjects=tuple(subjects),
    )


def owed_lines(owed: Sequence, now: datetime) -> tuple[OwedLine, ...]:
    """Scores that somebody must be told of, in words."""
    return tuple(
        OwedLine(
            one.pk,
            one.filled_form_id,
            one.because,
            f"Found {time_words(one.owed_since, now)}",
            f"Tell somebody by {time_words(one.owed_by, now)}: {left_words(one.owed_by - now)}",
            one.owed_by < now,
        )
        for one in owed
    )


def told_lines(pairs: Sequence) -> tuple[ToldLine, ...]:
    """Who was told of the scores of a form, in words. `pairs` are (score owed, who was told or None)."""
    return tuple(
        ToldLine(
            owed.because,
            f"{told.told_name}, {told.told_role}, was told at {clock_text(told.told_at)} on"
            f" {short_day(london_day(told.told_at))}",
            told.said,
            f"Written by {said_by(told.actor_name, told.actor_role, told.employer, told.recorded_at)}",
        )
        for owed, told in pairs
        if told is not None
    )


def _form_line(kept: Kept, today: date, *, may_start: bool) -> FormLine:
    newest = kept.complete[0] if kept.complete else None
    draft = kept.drafts[0] if kept.drafts else None
    shown = {newest.pk} if newest else set()
    return FormLine(
        form=kept.form.code,
        title=kept.form.title,
        purpose=kept.form.purpose,
        address=reverse("forms:form", args=[newest.pk]) if newest else "",
        said=said_by(newest.completed_by, newest.completed_role, newest.completed_employer, newest.completed_at)
        if newest
        else "",
        numbers=_numbers(newest) if newest else "",
        review=f"Look again by {short_day(kept.review_on)}" if kept.review_on else "",
        is_review_late=kept.review_on is not None and kept.review_on < today,
        draft_address=reverse("forms:form", args=[draft.pk]) if draft else "",
        may_start=may_start,
        past=tuple(_past(one) for one in kept.everything if one.pk not in shown and one.is_complete),
    )


def _numbers(filled) -> str:
    """What a complete form came to: what was decided of each finding, and the scores that stand for something alone."""
    form = built(filled.form)
    decided = [f"{one.title}: {one.decided.lower()}." for one in findings(form, filled.answers) if one.decided]
    counted = {ground.score for finding in form.findings for result in finding.results for ground in result.grounds}
    told = [one["because"] for one in filled.scores if one["total"] is not None and one["score"] not in counted]
    return " ".join([*decided, *told])


def _past(filled) -> PastLine:
    newer = getattr(filled, "corrected_by", None)
    mark = "Put right since" if newer is not None and newer.is_complete else ""
    return PastLine(
        reverse("forms:form", args=[filled.pk]), short_day(london_day(filled.completed_at)), said_of(filled), mark
    )


def _waits(kept: Kept, today: date, *, may_start: bool) -> list[WaitsLine]:
    lines = []
    for draft in kept.drafts:
        said = f"Begun by {said_by(draft.started_by, '', draft.started_employer, draft.started_at)}"
        address = reverse("forms:form", args=[draft.pk])
        lines.append(WaitsLine(kept.form.title, "Begun", "blue", said, address, "", "Go on"))
    if kept.drafts:
        return lines
    begin = kept.form.code if may_start else ""
    if kept.review_on is not None and kept.review_on - today <= COMING_UP:
        is_late = kept.review_on < today
        state, colour = ("Overdue", "red") if is_late else ("Coming up", "yellow")
        text = f"To be looked at again {'since' if is_late else 'by'} {short_day(kept.review_on)}"
        lines.append(WaitsLine(kept.form.title, state, colour, text, "", begin, "Begin"))
    if kept.to_follow is not None:
        first = kept.to_follow
        text = f"After: {first.form.title.lower()} of {short_day(london_day(first.completed_at))}"
        lines.append(WaitsLine(kept.form.title, "To follow", "yellow", text, "", begin, "Fill in"))
    return lines


def _kept_back(number: int) -> str:
    if not number:
        return ""
    which = "1 form is" if number == 1 else f"{number} forms are"
    return f"{which} kept from your role because of what {'it is' if number == 1 else 'they are'} about."


def _series(told: PersonAssessments) -> tuple[Series, ...]:
    """Every score that was counted more than once, with the same score of several forms in one line."""
    found: dict[str, list[tuple]] = {}
    titles, bands = {}, {}
    for kept in told.by_form:
        for score in kept.form.scores:
            bands[score.code] = {band.code: band.title for band in score.bands}
        for filled in kept.complete:
            for one in filled.scores:
                if one["total"] is not None:
                    titles[one["score"]] = one["title"]
                    found.setdefault(one["score"], []).append((filled.completed_at, one, filled.pk))
    return tuple(
        _one_series(code, titles[code], sorted(rows, key=lambda row: row[0]), bands.get(code, {}))
        for code, rows in found.items()
        if len(rows) > 1
    )


def _one_series(code: str, title: str, rows: list[tuple], bands: dict[str, str]) -> Series:
    totals = [one["total"] for _, one, _ in rows]
    low, high = min(0, *totals), max(1, *totals)
    days = [(at - rows[0][0]) / timedelta(days=1) for at, _, _ in rows]
    span = max(days[-1], 0.001)
    dots = tuple(
        Dot(
            round(EDGE + (WIDTH - 2 * EDGE) * day / span, 1),
            round(HEIGHT - EDGE - (HEIGHT - 2.5 * EDGE) * (total - low) / (high - low), 1),
            str(total),
        )
        for day, total in zip(days, totals, strict=True)
    )
    said = ", then ".join(
        f"{total} on {short_day(london_day(at))}" for total, (at, _, _) in zip(totals, rows, strict=True)
    )
    return Series(
        code=code,
        title=title,
        rows=tuple(
            SeriesRow(
                short_day(london_day(at)), str(one["total"]), bands.get(one["band"] or "", ""),
                reverse("forms:form", args=[number]),
            )
            for at, one, number in reversed(rows)
        ),
        points=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        dots=dots,
        says=f"{title}: {said}",
    )  # fmt: skip
