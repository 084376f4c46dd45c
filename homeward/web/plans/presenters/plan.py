"""A plan to read: what matters first, then goals, what is done, and what to do if."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.kernel.rules import london_day
from homeward.people.states import LegalKind
from homeward.plans.rules import HEADINGS, LEVEL_WORDS, LEVELS
from homeward.plans.states import AgreedHow, CareOutcome, Doer
from homeward.web.persons import short_day
from homeward.web.plans.presenters.words import capital, doer_words, pattern_words, when_words
from homeward.web.templating import moment_text

# A level of a goal inside a sentence
NOW_WORDS = {
    -2: "much less than hoped",
    -1: "less than hoped",
    0: "as hoped",
    1: "more than hoped",
    2: "much more than hoped",
}


@dataclass(frozen=True, slots=True)
class TextCard:
    code: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One step of a goal's scale, and whether the person was there at the start and is there now."""

    number: str
    words: str
    text: str
    is_start: bool
    is_now: bool


@dataclass(frozen=True, slots=True)
class GoalCard:
    id: int
    text: str
    why: str
    by: str
    is_late: bool
    levels: tuple[LevelLine, ...]
    now: str
    reviews: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActivityLine:
    title: str
    when: str
    how: str
    tags: tuple[str, ...]
    more: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ActivityGroup:
    title: str
    activities: tuple[ActivityLine, ...]


@dataclass(frozen=True, slots=True)
class Contingent:
    if_text: str
    then_text: str
    call_name: str
    call_phone: str


@dataclass(frozen=True, slots=True)
class ReviewLine:
    when: str
    by: str
    text: str
    what_changes: str
    who_was_there: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    id: int
    words: str
    written: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    """One version of a plan in finished words."""

    id: int
    episode_id: int
    title: str
    version: str
    written: str
    is_newest: bool
    is_open: bool
    agreed: str
    agreed_text: str
    is_agreed: bool
    review: str
    is_review_late: bool
    summary: str
    matters: tuple[TextCard, ...]
    needs: tuple[tuple[str, str], ...]
    goals: tuple[GoalCard, ...]
    groups: tuple[ActivityGroup, ...]
    visits: tuple[tuple[str, str, str], ...]
    contingencies: tuple[Contingent, ...]
    wishes: tuple[TextCard, ...]
    reviews: tuple[ReviewLine, ...]
    versions: tuple[VersionLine, ...]


@dataclass(frozen=True, slots=True)
class PowerLine:
    """Something the law says of the person, and where the paper is."""

    title: str
    text: str
    where: str


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """An open episode that has no plan yet."""

    id: int
    title: str


def present_plan(plan, progress: dict, versions: list, now: datetime) -> PlanView:
    """One version of a plan; `progress` by goal key (plans.selectors.goal_progress), `versions` of its episode."""
    today = london_day(now)
    newest = max(versions, key=lambda one: one.version)
    is_newest = plan.pk == newest.pk
    agreement = next(iter(plan.agreements.all()), None)
    agreed, agreed_text, is_agreed = _agreed(plan, agreement)
    is_late = is_newest and plan.review_on is not None and plan.review_on < today
    texts = [TextCard(one.code, one.title, plan.texts[one.code]) for one in HEADINGS if plan.texts.get(one.code)]
    sections = {one.code: one.section for one in HEADINGS}
    return PlanView(
        id=plan.pk,
        episode_id=plan.episode_id,
        title=plan.episode.pathway.title,
        version=f"Version {plan.version}",
        written=f"written {moment_text(plan.written_at)} by {plan.written_by}"
        + (f", {plan.written_role}" if plan.written_role else "")
        + (f", {plan.employer}" if plan.employer else ""),
        is_newest=is_newest,
        is_open=plan.episode.ended_at is None,
        agreed=agreed,
        agreed_text=agreed_text,
        is_agreed=is_agreed,
        review=_review_words(plan, is_late=is_late),
        is_review_late=is_late,
        summary=plan.summary,
        matters=tuple(card for card in texts if sections[card.code] == "me"),
        needs=tuple(
            (need.text, CareOutcome(need.outcome).label if need.outcome else "") for need in _rows(plan.needs)
        ),
        goals=tuple(_goal(goal, progress.get(goal.key), today) for goal in _rows(plan.goals)),
        groups=_groups(plan),
        visits=tuple(
            (one.title, capital(pattern_words(one)), "; ".join(task["title"] for task in one.tasks))
            for one in sorted(plan.patterns.all(), key=lambda one: (one.opens_at, one.pk))
            if not is_newest or one.ends_on is None or one.ends_on >= today
        ),
        contingencies=tuple(
            Contingent(one.if_text, one.then_text, one.call_name, one.call_phone) for one in _rows(plan.contingencies)
        ),
        wishes=tuple(card for card in texts if sections[card.code] == "advance"),
        reviews=tuple(
            ReviewLine(
                short_day(one.reviewed_on), ", ".join(part for part in (one.by_name, one.by_role) if part), one.text,
                one.what_changes, one.who_was_there,
            )
            for one in sorted(plan.reviews.all(), key=lambda one: one.pk, reverse=True)
        ),
        versions=tuple(
            VersionLine(one.pk, f"Version {one.version}", f"{moment_text(one.written_at)}, {one.written_by}",
                        one.pk == plan.pk)
            for one in sorted(versions, key=lambda one: one.version, reverse=True)
        ),
    )  # fmt: skip


def present_powers(powers: list) -> tuple[PowerLine, ...]:
    """What the law says of the person: pointers, never the papers."""
    lines = []
    for one in powers:
        text = ", ".join(part for part in (one.holder_name, one.summary) if part)
        seen = "seen by us" if one.was_seen else "not seen by us yet"
        where = f"{one.held_where} ({seen})" if one.held_where else f"Nobody has said where it is kept ({seen})"
        lines.append(PowerLine(LegalKind(one.kind).label, text, where))
    return tuple(lines)


def _agreed(plan, agreement) -> tuple[str, str, bool]:
    if agreement is None:
        if plan.agreed_on:
            return f"Agreed with the person on {short_day(plan.agreed_on)}", "", True
        return "Not agreed with the person", plan.not_agreed_reason, False
    if agreement.how == AgreedHow.NOT_AGREED:
        return "Not agreed with the person", agreement.text, False
    day = short_day(agreement.agreed_on)
    if agreement.how == AgreedHow.PERSON:
        return f"Agreed by the person on {day}", agreement.text, True
    if agreement.how == AgreedHow.POWER:
        power = LegalKind(agreement.power.kind).label.lower()
        return f"Agreed for the person by {agreement.by_whom} on {day}, with {power}", agreement.text, True
    return f"Decided in the person’s best interests by {agreement.by_whom} on {day}", agreement.text, True


def _review_words(plan, *, is_late: bool) -> str:
    if plan.review_on is None:
        return "No day set to look at it again"
    return f"{'Was to be looked at again' if is_late else 'To be looked at again'} on {short_day(plan.review_on)}"


def _goal(goal, progress, today: date) -> GoalCard:
    reviews = progress.reviews if progress else ()
    level = reviews[-1].level if reviews else goal.level_at_start
    return GoalCard(
        id=goal.pk,
        text=goal.text,
        why=goal.why,
        by=f"By {short_day(goal.target_on)}" if goal.target_on else "",
        is_late=bool(goal.target_on and goal.target_on < today and (level is None or level < 0)),
        levels=tuple(
            LevelLine(
                _signed(one), LEVEL_WORDS[one], goal.scale[str(one)], goal.level_at_start == one,
                bool(reviews) and level == one,
            )
            for one in reversed(LEVELS)
            if goal.scale.get(str(one))
        ),
        now="" if level is None else f"{_signed(level)}, {NOW_WORDS[level]}",
        reviews=tuple(
            f"{short_day(one.reviewed_on)}: {_signed(one.level)}"
            + (f". {one.text}" if one.text else "")
            + f" ({one.by_name})"
            for one in reversed(reviews)
        ),
    )  # fmt: skip


def _groups(plan) -> tuple[ActivityGroup, ...]:
    groups = []
    for doer in (Doer.PERSON, Doer.FAMILY, Doer.STAFF, Doer.SERVICE):
        lines = tuple(_activity(one) for one in _rows(plan.activities) if one.doer == doer)
        if lines:
            groups.append(ActivityGroup(Doer(doer).label, lines))
    return tuple(groups)


def _activity(one) -> ActivityLine:
    minutes = f", {one.minutes} minutes" if one.minutes else ""
    who = "" if one.doer == Doer.PERSON else f", {doer_words(one)}"
    more = [
        ("Equipment", one.equipment),
        ("If it cannot be done", one.if_not_possible),
        ("Until", short_day(one.ends_on) if one.ends_on else ""),
    ]
    return ActivityLine(
        one.title,
        capital(f"{when_words(one)}{minutes}{who}"),
        one.how,
        ("Delegated health task",) if one.is_delegated else (),
        tuple(pair for pair in more if pair[1]),
    )


def _rows(related) -> list:
    return sorted(related.all(), key=lambda row: row.pk)


def _signed(level: int) -> str:
    return "0" if level == 0 else f"{level:+d}".replace("-", "−")
