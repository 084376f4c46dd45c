"""One stay in words."""

from dataclasses import dataclass
from datetime import datetime

from homeward.beds.selectors import StayPage
from homeward.beds.states import FollowUpState, Support
from homeward.kernel.rules import london_day
from homeward.web.beds.presenters.board import leaves_words, stay_tags
from homeward.web.beds.presenters.words import (
    FOLLOW_UP,
    Happened,
    bed_words,
    day_short,
    present_event,
)
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.templating import moment_text

# Goal attainment levels as the plan's own review asks them
LEVELS = {
    "-2": "Much less than hoped",
    "-1": "Less than hoped",
    "0": "As hoped",
    "1": "More than hoped",
    "2": "Much more than hoped",
}


@dataclass(frozen=True, slots=True)
class GoalWords:
    id: int
    text: str
    level: str


@dataclass(frozen=True, slots=True)
class ReviewWords:
    when: str
    text: str
    holds_up: str
    leaving: str
    who: str


@dataclass(frozen=True, slots=True)
class NeedWords:
    id: int
    title: str
    text: str
    who: str
    tag: Tag
    is_done: bool


@dataclass(frozen=True, slots=True)
class StayWords:
    """The page of one stay."""

    id: int
    person_id: int
    referral_id: int
    episode_id: int
    plan_id: int
    where: str
    bed_id: int
    moved_in: str
    day: str
    percent: int
    limit: str
    leaves: str
    tags: tuple[Tag, ...]
    next_step: str
    review_due: str
    review_booked: str
    is_over: bool
    needs_reason: bool
    left: str
    support: Tag | None
    left_note: str
    in_hospital: str
    goals: tuple[GoalWords, ...]
    levels: tuple[tuple[str, str], ...]
    reviews: tuple[ReviewWords, ...]
    needs: tuple[NeedWords, ...]
    overruns: tuple[str, ...]
    follow_ups: tuple[tuple[int, str, Tag, str], ...]
    beds: tuple[tuple[str, str], ...]
    events: tuple[Happened, ...]


def present_stay(page: StayPage, now: datetime) -> StayWords:
    """One stay: where it stands, what must be ready, what was found, what happened."""
    stay, line, today = page.stay, page.line, london_day(now)
    is_over = stay.left_at is not None
    return StayWords(
        id=stay.pk,
        person_id=stay.person_id,
        referral_id=stay.referral_id,
        episode_id=stay.referral.episode_id or 0,
        plan_id=page.plan.pk if page.plan else 0,
        where=f"{page.bed.bed.room.house.name}, {bed_words(page.bed.bed)}",
        bed_id=page.bed.bed_id,
        moved_in=moment_text(stay.moved_in_at),
        day=f"Day {line.day} of {line.most}",
        percent=min(100, round(100 * line.day / line.most)),
        limit=short_day(line.limit_on),
        leaves=f"Left {moment_text(stay.left_at)}" if stay.left_at else leaves_words(line, now),
        tags=() if is_over else stay_tags(line, now),
        next_step=f"{stay.next_step}{f': {stay.next_step_by}' if stay.next_step_by else ''}",
        review_due=day_short(line.review_on),
        review_booked=day_short(page.review_visit.visit.day) if page.review_visit else "",
        is_over=is_over,
        needs_reason=not is_over and line.limit_on <= max(today, stay.leaving_on),
        left=moment_text(stay.left_at) if stay.left_at else "",
        support=Tag(Support(stay.support).label, "grey") if stay.support else None,
        left_note=stay.left_note,
        in_hospital=moment_text(stay.in_hospital_since) if stay.in_hospital_since else "",
        goals=tuple(
            GoalWords(
                one.goal.pk, one.goal.text,
                _level(one.newest),
            )
            for one in page.goals
        ),
        levels=tuple(LEVELS.items()),
        reviews=tuple(
            ReviewWords(
                short_day(one.held_on), one.text, one.holds_up, f"To leave on {short_day(one.leaving_on)}",
                ", ".join(filter(None, (one.by_name, one.by_role))),
            )
            for one in page.reviews
        ),
        needs=tuple(_need(one, today) for one in page.needs),
        overruns=tuple(
            _in_a_row(f"{one.get_reason_display()}, until {short_day(one.until)}", one.text, one.by_name)
            for one in page.overruns
        ),
        follow_ups=tuple(
            (one.pk, f"After {one.get_kind_display().lower()}", FOLLOW_UP[FollowUpState(one.state)],
             one.get_whereabouts_display() or f"due {short_day(one.due_on)}")
            for one in page.follow_ups
        ),
        beds=tuple(
            (str(one.bed.pk), _in_a_row(bed_words(one.bed), " ".join(why))) for one, why in page.beds_to_move_to
        ),
        events=tuple(present_event(one) for one in page.events),
    )  # fmt: skip


def _in_a_row(*parts: str) -> str:
    return ". ".join(filter(None, parts))


def _level(review) -> str:
    return f"{LEVELS[str(review.level)]} on {short_day(review.reviewed_on)}" if review else "Not looked at yet"


def _need(need, today) -> NeedWords:
    if need.done_at is not None:
        tag = Tag("Ready", "green")
    elif need.by_day < today:
        tag = Tag("Overdue", "red")
    else:
        tag = Tag(f"By {day_short(need.by_day)}", "blue")
    return NeedWords(need.pk, need.get_kind_display(), need.text, need.owner, tag, need.done_at is not None)
