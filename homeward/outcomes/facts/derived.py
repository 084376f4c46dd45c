"""Facts that one table does not hold: clocks as they were read, days of waiting, what an outcome counts as, scores."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from homeward.assessments.models import FilledForm
from homeward.assessments.states import FilledState
from homeward.discharge.models import ActionBlock, CriteriaAnswer, HospitalStay, NextAction
from homeward.discharge.rules.delays import MISTAKE, StayFacts, days_to_leave, is_waiting, reason_on, why_left_out
from homeward.discharge.states import DELAY_FAMILIES
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.kernel.rules import london_day
from homeward.procedures.models import Procedure
from homeward.procedures.rules import ClockState, CountsAs, TargetCounts, read_clock
from homeward.procedures.rules.clocks import UNITS
from homeward.procedures.selectors import built, published_activities
from homeward.referrals.models import ReferralEvent
from homeward.referrals.selectors import clock_events, reading_for

Keys = Collection[int] | None
COUNTED_AS = tuple(one.value for one in CountsAs)
CLOCK_COLUMNS = {
    "episode_id": "integer",
    "clock": "text",
    "kind": "text",
    "target_minutes": "integer",
    "state": "text",
    "started_at": "moment",
    "started_on": "day",
    "due_at": "moment",
    "due_on": "day",
    "stopped_at": "moment",
    "stopped_on": "day",
    "is_met": "boolean",
}
LEAVING_COLUMNS = {"stay_id": "integer", "days": "integer", "left_out": "text"}
WAITING_COLUMNS = {"stay_id": "integer", "day": "day", "reason": "text", "family": "text"}
SCORE_COLUMNS = {
    "form_id": "integer",
    "service_id": "integer",
    "person_id": "integer",
    "form_code": "text",
    "completed_at": "moment",
    "completed_on": "day",
    "follows_id": "integer",
    "corrected": "boolean",
    "score": "text",
    "total": "number",
}
AT_ONCE = 2000  # keys read together: enough to be quick, few enough for memory
A_DAY = timedelta(days=1)


def with_days(row: Sequence, moments: Sequence[int]) -> tuple:
    """A row with, after each of its moments, the day it was in London; moments without their zone, in UTC."""
    if not moments:
        return tuple(float(one) if isinstance(one, Decimal) else one for one in row)
    told: list = []
    for place, one in enumerate(row):
        if place in moments:
            told += [_utc(one), london_day(one) if one else None]
        else:
            told.append(float(one) if isinstance(one, Decimal) else one)
    return tuple(told)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def same(numbers: Collection[int]) -> Collection[int]:
    """The rows themselves."""
    return numbers


def episodes_of_events(numbers: Collection[int]) -> Collection[int]:
    """The episodes that these events are of."""
    return set(EpisodeEvent.objects.filter(pk__in=numbers).values_list("episode_id", flat=True))


def episodes_of_referrals(numbers: Collection[int]) -> Collection[int]:
    """The episodes that these referrals became."""
    return set(Episode.objects.filter(referral_id__in=numbers).values_list("pk", flat=True))


def episodes_of_referral_events(numbers: Collection[int]) -> Collection[int]:
    """The episodes that the referrals of these events became."""
    return set(
        Episode.objects.filter(referral__events__in=ReferralEvent.objects.filter(pk__in=numbers)).values_list(
            "pk", flat=True
        )
    )


def pathways(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Every published version of a pathway: its number, its code, how urgent."""
    for row in Procedure.objects.filter(kind="pathway").defer("definition").order_by("pk"):
        yield row.pk, row.code, str(built(row).urgency)


def outcomes(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Every outcome of every version of a pathway, and what it counts as."""
    for row in Procedure.objects.filter(kind="pathway").defer("definition").order_by("pk"):
        for one in built(row).outcomes:
            yield row.pk, one.code, *(kind in one.counts_as for kind in CountsAs)


def activities(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Every activity as its newest version says."""
    for one in published_activities().values():
        yield one.code, one.minutes, str(one.complexity), one.delegable is not None


def clocks(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Every clock of these episodes that has started, as its reading is now.

    Nothing here changes by time passing alone: whether a clock that runs is overdue is for the measure to say, from
    `due_at`, which one that is paused does not have.
    """
    for episodes in _episodes(keys):
        for episode in episodes:
            pathway = built(episode.pathway)
            happened = clock_events(episode.events.all())
            if episode.referral is not None:
                happened += clock_events(episode.referral.events.all())
            for clock in pathway.clocks:
                if episode.referral is None:
                    read = read_clock(clock, happened, now, in_words=False)
                else:
                    read = reading_for(clock, episode.referral, happened, now, in_words=False)
                if read.state is ClockState.NOT_STARTED:
                    continue
                is_over = read.state in (ClockState.STOPPED, ClockState.CANCELLED)
                due = None if read.paused_since and not is_over else read.due_at
                yield (
                    episode.pk,
                    clock.code,
                    str(clock.kind),
                    _minutes(clock.target),
                    str(read.state) if is_over else str(ClockState.PAUSED if read.paused_since else ClockState.RUNNING),
                    *_moment_and_day(read.started_at),
                    *_moment_and_day(due),
                    *_moment_and_day(read.stopped_at),
                    read.is_met if is_over else None,
                )


def _minutes(target) -> int | None:
    """The target in minutes; None where days of the calendar are counted, which are not all as long."""
    if target.counts is TargetCounts.CALENDAR_DAYS:
        return None
    return target.amount * UNITS[target.unit] // timedelta(minutes=1)


def _moment_and_day(moment: datetime | None) -> tuple[datetime | None, date | None]:
    return _utc(moment), london_day(moment) if moment else None


def _episodes(keys: Keys) -> Iterator[list[Episode]]:
    numbers = sorted(Episode.objects.values_list("pk", flat=True) if keys is None else keys)
    for start in range(0, len(numbers), AT_ONCE):
        yield list(
            Episode.objects.filter(pk__in=numbers[start : start + AT_ONCE])
            .select_related("pathway", "referral")
            .defer("pathway__definition")
            .prefetch_related("events", "referral__events")
        )


def leavings(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Everybody who left hospital: days since they were ready, or why they are not counted."""
    for stay, facts in _stays(keys):
        if facts.left_on is None or facts.ended_as == MISTAKE:
            continue
        why = why_left_out(facts)
        yield stay.pk, None if why else days_to_leave(facts), why


def waiting_days(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Every day that somebody who could leave was still in hospital at its end, and what they waited for.

    Up to yesterday: the end of today has not come.
    """
    yesterday = london_day(now) - A_DAY
    for stay, facts in _stays(keys):
        if facts.ended_as == MISTAKE or not any(not one.is_met for one in facts.answers):
            continue
        day = max(facts.admitted_on, min(one.day for one in facts.answers if not one.is_met))
        until = min(facts.left_on - A_DAY if facts.left_on else yesterday, yesterday)
        while day <= until:
            if is_waiting(facts, day):
                reason = reason_on(facts, day)
                yield stay.pk, day, reason, str(DELAY_FAMILIES[reason]) if reason else ""
            day += A_DAY


def _stays(keys: Keys) -> Iterator[tuple[HospitalStay, StayFacts]]:
    numbers = sorted(HospitalStay.objects.values_list("pk", flat=True) if keys is None else keys)
    for start in range(0, len(numbers), AT_ONCE):
        rows = HospitalStay.objects.filter(pk__in=numbers[start : start + AT_ONCE]).select_related("person")
        for stay in rows.prefetch_related("answers", "actions__blocks"):
            yield stay, stay.facts()


def _stays_of(model, path: str):
    def find(numbers: Collection[int]) -> Collection[int]:
        return set(model.objects.filter(pk__in=numbers).values_list(path, flat=True))

    return find


def stays_of_people(numbers: Collection[int]) -> Collection[int]:
    """The hospital stays of these people: whoever is under 16 is not counted."""
    return set(HospitalStay.objects.filter(person_id__in=numbers).values_list("pk", flat=True))


FOLLOWED_BY_STAYS = {
    "discharge_hospitalstay": same,
    "people_person": stays_of_people,
    "discharge_criteriaanswer": _stays_of(CriteriaAnswer, "stay_id"),
    "discharge_nextaction": _stays_of(NextAction, "stay_id"),
    "discharge_actionblock": _stays_of(ActionBlock, "action__stay_id"),
}


def forms_and_corrected(numbers: Collection[int]) -> Collection[int]:
    """These forms, and those that they correct: a correction changes what the corrected form counts as."""
    corrected = FilledForm.objects.filter(pk__in=numbers, corrects__isnull=False).values_list("corrects_id", flat=True)
    return {*numbers, *corrected}


def form_scores(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Every score of every complete form. Of one that was corrected, the correction counts."""
    rows = FilledForm.objects.filter(state=FilledState.COMPLETE)
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    rows = rows.select_related("form", "corrected_by").defer("form__definition", "answers", "corrected_by__answers")
    for row in rows.iterator(chunk_size=AT_ONCE):
        for score in row.scores:
            if score["total"] is not None:
                is_corrected = hasattr(row, "corrected_by") and row.corrected_by.state == FilledState.COMPLETE
                yield (
                    row.pk,
                    row.service_id,
                    row.person_id,
                    row.form.code,
                    *_moment_and_day(row.completed_at),
                    row.follows_id,
                    is_corrected,
                    score["score"],
                    float(score["total"]),
                )
