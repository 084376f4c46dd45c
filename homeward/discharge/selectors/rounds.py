"""Reads of chasing rounds: their times, what is asked of whom, and what came of each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record_reads
from homeward.discharge.models import (
    HospitalStay,
    NextAction,
    Round,
    RoundAnswer,
    RoundAsk,
    RoundTimetable,
    StayEvent,
    TeamLead,
)
from homeward.discharge.rules.rounds import Timetable
from homeward.discharge.states import ActionState, AnswerKind, StayEventKind
from homeward.people.selectors import sights
from homeward.teams.models import Account

# Without a round before it, a result tells of the day before. Local decision.
FIRST_LOOKS_BACK = timedelta(days=1)


class RoundNotFoundError(Exception):
    """There is no such round, or nothing such was asked, in the actor's services."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a round asked. `is_named` is whether the reader may see of whom; `answer` is the newest, if any."""

    ask: RoundAsk
    action: NextAction
    stay: HospitalStay
    answer: RoundAnswer | None
    is_named: bool
    is_mine: bool

    @property
    def is_silent(self) -> bool:
        """Whether nobody has said how it stands: at most that it is somebody else's."""
        return self.answer is None or self.answer.kind == AnswerKind.NOT_MINE


@dataclass(frozen=True, slots=True)
class AskedOfMe:
    """What the newest round asks of somebody, what they answered, what it asks of those who do not sign in, where they
    chase for them, and what else is theirs to do."""

    round: Round | None
    waiting: tuple[Asked, ...]
    answered: tuple[Asked, ...]
    to_ring: tuple[Asked, ...]
    also_mine: tuple[NextAction, ...]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """What a round's result says of one stay. `is_kept`: the reader may not see the record, only who and where."""

    stay: HospitalStay
    is_kept: bool
    is_now_ready: bool
    is_left: bool
    events: tuple[StayEvent, ...]
    unanswered: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class RoundSheet:
    """The result of a round: what changed from `since` to `until`, by stay."""

    round: Round
    since: datetime
    until: datetime
    is_over: bool
    asked: int
    answered: int
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """How many questions of one round have no answer though the time is over, of those whom one lead answers for."""

    round: Round
    lead: Account | None
    count: int


def timetable_of(actor: Actor, service_id: int) -> Timetable:
    """When a service has rounds: its own times, or the defaults.

    Raises: NotAllowedError.
    """
    able = (Permission.RUN_SCHEDULE, Permission.SEE_NOTICES)
    require(actor, next(filter(actor.may, able), Permission.SEE_NOTICES), service_id)
    row = RoundTimetable.objects.filter(service_id=service_id).first()
    if row is None:
        return Timetable()
    return Timetable(
        tuple(row.weekday_times),
        tuple(row.other_day_times),
        frozenset(date.fromisoformat(text) for text in row.other_days),
        row.answer_minutes,
    )


def leads_of(actor: Actor, service_id: int) -> dict[int, Account]:
    """Who hears of each team's silence, by team.

    Raises: NotAllowedError.
    """
    able = (Permission.RUN_SCHEDULE, Permission.SET_ESCALATION, Permission.SEE_STAYS)
    require(actor, next(filter(actor.may, able), Permission.SEE_STAYS), service_id)
    rows = TeamLead.objects.filter(service_id=service_id, account__is_active=True).select_related("account")
    return {row.team_id: row.account for row in rows}


def asked_of_me(actor: Actor, service_id: int, now: datetime) -> AskedOfMe:
    """What the newest round puts to the actor, and besides, for whoever chases, to those who do not sign in.

    Whoever was given an action is shown whose it is as far as they may see the person at all.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_NOTICES, service_id)
    newest = Round.objects.filter(service_id=service_id).order_by("-due_at").first()
    chases = actor.may(Permission.CHASE)
    asked: list[Asked] = []
    if newest is not None:
        rows = _asks(newest.asks.filter(action__state=ActionState.OPEN, action__stay__left_at__isnull=True))
        mine = set(_mine(actor).values_list("pk", flat=True))
        asked = _shown(actor, [row for row in rows if row.action_id in mine or (chases and not row.is_told)], now, mine)
    also = (
        _mine(actor)
        .filter(stay__service_id=service_id, stay__left_at__isnull=True, state=ActionState.OPEN)
        .exclude(pk__in=[one.action.pk for one in asked])
        .select_related("stay__person", "stay__hospital")
        .order_by("due_at", "pk")
    )
    found = AskedOfMe(
        newest,
        tuple(one for one in asked if one.is_mine and not _has_said(one, actor)),
        tuple(one for one in asked if one.is_mine and _has_said(one, actor)),
        tuple(one for one in asked if not one.is_mine and one.is_silent),
        tuple(also),
    )
    _audit(actor, service_id, [*(one.stay for one in asked), *(action.stay for action in found.also_mine)], now)
    return found


def ask_for(actor: Actor, ask_id: int, now: datetime) -> Asked:
    """One question of a round, for whoever it was put to or chases.

    Raises: NotAllowedError; RoundNotFoundError.
    """
    require(actor, Permission.SEE_NOTICES)
    row = _asks(RoundAsk.objects.filter(pk=ask_id, round__service_id__in=actor.service_ids)).first()
    mine = set(_mine(actor).filter(asks=ask_id).values_list("pk", flat=True))
    if row is None or not (mine or actor.may(Permission.CHASE)):
        raise RoundNotFoundError("Nothing such was asked of you.")
    _audit(actor, row.round.service_id, [row.action.stay], now)
    return _shown(actor, [row], now, mine)[0]


def rounds_of(actor: Actor, service_id: int, limit: int = 20) -> list[Round]:
    """The rounds of a service, newest first, each with how many questions it put and how many were answered.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    rows = Round.objects.filter(service_id=service_id).annotate(
        asked_count=Count("asks", distinct=True),
        answered_count=Count("asks", filter=Q(asks__answers__isnull=False), distinct=True),
    )
    return list(rows.order_by("-due_at")[:limit])


def sheet_of(actor: Actor, round_id: int, now: datetime) -> RoundSheet:
    """The result of one round, read from the record: so far, while its owners still have time to answer.

    Raises: NotAllowedError; RoundNotFoundError.
    """
    require(actor, Permission.SEE_STAYS)
    held = Round.objects.filter(pk=round_id, service_id__in=actor.service_ids).select_related("service").first()
    if held is None:
        raise RoundNotFoundError("There is no such round in your service.")
    before = Round.objects.filter(service_id=held.service_id, due_at__lt=held.due_at).order_by("-due_at").first()
    until = min(now, held.answer_by)
    # a round held while the one before is still being answered tells at least of what happened since it was held
    since = min(before.answer_by, held.due_at) if before is not None else held.due_at - FIRST_LOOKS_BACK
    events: dict[int, list[StayEvent]] = {}
    happened = StayEvent.objects.filter(
        stay__service_id=held.service_id, recorded_at__gt=since, recorded_at__lte=until
    ).select_related("action")
    for event in happened.order_by("recorded_at", "pk"):
        events.setdefault(event.stay_id, []).append(event)
    asks = list(_asks(held.asks.all()))
    asked = _shown(actor, asks, until)
    silent: dict[int, list[Asked]] = {}
    for one in asked:
        if one.is_silent and (one.action.closed_at is None or one.action.closed_at > until):
            silent.setdefault(one.stay.pk, []).append(one)
    rows = HospitalStay.objects.filter(pk__in={*events, *silent}).select_related("person", "team", "hospital")
    stays = list(rows.order_by("ward", "bed", "pk"))
    seen = sights(actor, [stay.person for stay in stays], now)
    kept = {stay.pk for stay in stays if seen[stay.person_id] < Sight.VISIT}
    lines = tuple(
        SheetLine(
            stay,
            stay.pk in kept,
            any(event.kind == StayEventKind.READY and event.after for event in events.get(stay.pk, ()))
            and stay.ready_on is not None
            and stay.left_at is None,
            stay.left_at is not None and stay.left_at <= until,
            () if stay.pk in kept else tuple(events.get(stay.pk, ())),
            () if stay.pk in kept else tuple(silent.get(stay.pk, ())),
        )
        for stay in stays
    )
    _audit(actor, held.service_id, [line.stay for line in lines], now)
    return RoundSheet(
        held, since, until, now >= held.answer_by, len(asked), sum(not one.is_silent for one in asked), lines
    )


def unanswered_to_watch(actor: Actor, service_id: int, now: datetime) -> list[Unanswered]:
    """Questions of the newest round that nobody has answered though their time is over, by who leads whom they were
    put to; no lead, where the team has none or whoever was asked leads it. Names nobody.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    newest = Round.objects.filter(service_id=service_id).order_by("-due_at").first()
    if newest is None or newest.answer_by > now:
        return []
    leads = leads_of(actor, service_id)
    rows = newest.asks.silent().select_related("action__worker", "action__account__worker")
    counts: dict[int | None, int] = {}
    by_id = {lead.pk: lead for lead in leads.values()}
    for row in rows:
        worker = row.action.worker or getattr(row.action.account, "worker", None)
        team_id = row.action.team_id or (worker.team_id if worker is not None else None)
        owner_id = row.action.account_id or (worker.account_id if worker is not None else None)
        lead = leads.get(team_id)
        key = lead.pk if lead is not None and lead.pk != owner_id else None
        counts[key] = counts.get(key, 0) + 1
    in_order = sorted(counts.items(), key=lambda one: one[0] or 0)
    return [Unanswered(newest, by_id.get(key), number) for key, number in in_order]


def _asks(rows: QuerySet[RoundAsk]) -> QuerySet[RoundAsk]:
    return rows.select_related(
        "round__service", "action__stay__person", "action__stay__team", "action__stay__hospital",
        "action__worker__organisation", "action__account", "action__team", "action__organisation",
    ).prefetch_related(Prefetch("answers", RoundAnswer.objects.order_by("at", "pk"))).order_by(
        "action__due_at", "pk"
    )  # fmt: skip


def _mine(actor: Actor) -> QuerySet[NextAction]:
    """The actions that are put to the actor: theirs, their team's, or their organisation's."""
    account = Account.objects.filter(pk=actor.account_id).select_related("worker").first()
    if account is None:
        return NextAction.objects.none()
    mine = Q(account=account)
    if (worker := getattr(account, "worker", None)) is not None:
        mine |= Q(worker=worker)
        if worker.team_id is not None:
            mine |= Q(team=worker.team_id)
    if account.organisation_id is not None:
        mine |= Q(organisation=account.organisation_id)
    return NextAction.objects.filter(mine)


def _shown(actor: Actor, rows: Collection[RoundAsk], until: datetime, mine: Collection[int] = ()) -> list[Asked]:
    people = {row.action.stay.person_id: row.action.stay.person for row in rows}
    seen = sights(actor, list(people.values()), until) if actor.may(Permission.SEE_PEOPLE) else {}
    return [
        Asked(
            row,
            row.action,
            row.action.stay,
            next((one for one in reversed(row.answers.all()) if one.at <= until), None),
            seen.get(row.action.stay.person_id, Sight.NOTHING) >= Sight.CARD,
            row.action_id in mine,
        )
        for row in rows
    ]


def _has_said(one: Asked, actor: Actor) -> bool:
    """Whether the actor need not answer: somebody said how it stands, or they said themselves that it is not theirs."""
    return not one.is_silent or (one.answer is not None and one.answer.by_account_id == actor.account_id)


def _audit(actor: Actor, service_id: int, stays: Iterable[HospitalStay], now: datetime) -> None:
    record_reads(
        actor=actor, action="see round", subject_kind="stay", person_ids=[stay.person_id for stay in stays], now=now,
        service_id=service_id,
    )  # fmt: skip
