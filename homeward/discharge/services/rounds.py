"""Holding chasing rounds: putting each open action to whoever it is with, taking answers, telling the result."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, Role, require
from homeward.audit.services import record
from homeward.discharge.models import (
    HospitalStay,
    NextAction,
    Round,
    RoundAnswer,
    RoundAsk,
    RoundTimetable,
    TeamLead,
)
from homeward.discharge.rules.rounds import Timetable, fault_of_answer, fault_of_timetable, round_due
from homeward.discharge.selectors.rounds import timetable_of
from homeward.discharge.services.acting import Owner, accounts_owning, change_action, finish_action, set_blocker
from homeward.discharge.services.changing import _happened
from homeward.discharge.states import ActionState, AnswerKind, StayEventKind
from homeward.kernel.rules import LONDON, RefusedError
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.roster.selectors import accounts_on_duty
from homeward.teams.models import Account, Team
from homeward.teams.selectors import accounts_that_may

# Whoever rings those who do not sign in, and hears of what nobody answered where a team has no lead: those on duty.
# Local decision.
CHASES = (Role.CASE_MANAGER,)
LONGEST_TEXT = 500
NOT_THEIRS = "Not theirs"


@transaction.atomic
def hold_round(*, actor: Actor, service_id: int, now: datetime) -> Round | None:
    """Hold the round that is due, once, however often and by however many this is called; None where none is due.

    Every open action of everybody in hospital is put to whoever it is with: they find it on screen, and hear by one
    notice how many there are. A service with nobody in hospital has no rounds.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    if not HospitalStay.objects.filter(service_id=service_id, left_at__isnull=True).exists():
        return None
    newest = Round.objects.filter(service_id=service_id).order_by("-due_at").first()
    timetable = timetable_of(actor, service_id)
    due_at = round_due(timetable, newest.due_at if newest is not None else None, now)
    if due_at is None:
        return None
    answer_by = now + timedelta(minutes=timetable.answer_minutes)
    # two at once: the second waits here, and finds the first's
    held, is_new = Round.objects.get_or_create(
        service_id=service_id, due_at=due_at, defaults={"asked_at": now, "answer_by": answer_by}
    )
    if not is_new:
        return None
    actions = NextAction.objects.filter(
        stay__service_id=service_id, stay__left_at__isnull=True, state=ActionState.OPEN
    ).select_related("stay", "worker", "account", "team", "organisation")
    owners = {action: accounts_owning(action) for action in actions}
    RoundAsk.objects.bulk_create(
        RoundAsk(round=held, action=action, put_to=action.owner_label, is_told=bool(accounts))
        for action, accounts in owners.items()
    )
    _tell_owners(actor, held, owners.values(), now)
    record(
        actor=actor, action="hold round", subject=("round", held.pk), now=now, service_id=service_id, count=len(owners)
    )
    tell(topic="rounds", service_id=service_id, subject=("round", held.pk), now=now)
    return held


@transaction.atomic
def tell_results(*, actor: Actor, service_id: int, now: datetime) -> int:
    """Tell wards and community of each round whose time to answer is over that its result is there; gives how many.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    over = Round.objects.select_for_update().filter(service_id=service_id, told_at__isnull=True, answer_by__lte=now)
    told = 0
    for held in over.order_by("due_at"):
        held.told_at = now
        held.save(update_fields=["told_at"])
        waiting = held.asks.silent().count()
        notify(
            actor=actor, service_id=service_id, accounts=accounts_that_may(Permission.SEE_STAYS, service_id),
            kind="round", title=f"The result of the {_time(held)} round is there, with {waiting} not answered",
            path=f"/rounds/{held.pk}", once_key=f"round-{held.pk}-result", now=now,
        )  # fmt: skip
        record(actor=actor, action="tell result of round", subject=("round", held.pk), now=now, service_id=service_id)
        told += 1
    if told:
        tell(topic="rounds", service_id=service_id, subject=("round", None), now=now)
    return told


@transaction.atomic
def answer_ask(
    *,
    actor: Actor,
    ask: RoundAsk,
    kind: str,
    now: datetime,
    text: str = "",
    until: datetime | None = None,
    reason: str = "",
    put_to: Owner | None = None,
) -> RoundAnswer:
    """Answer what a round asked: the action is changed so, and its history says who said what.

    Whoever has the action answers, or somebody who chases for them. `until` is for delayed, `reason` a national delay
    reason for blocked, `put_to` whose it is instead. Answered again, the newer answer counts and the older stays.

    Raises: NotAllowedError; RefusedError when it is not whole, or the action is closed.
    """
    rows = RoundAsk.objects.select_for_update(of=("self",)).select_related("round", "action__stay")
    ask = rows.get(pk=ask.pk)
    action, service_id = ask.action, ask.round.service_id
    is_theirs = actor.account_id in {account.pk for account in accounts_owning(action)}
    require(actor, Permission.SEE_NOTICES if is_theirs else Permission.CHASE, service_id)
    if kind not in AnswerKind.values:
        raise RefusedError("Choose an answer.")
    text = text.strip()[:LONGEST_TEXT]
    if fault := fault_of_answer(kind, text=text, until=until, reason=reason, put_to=put_to is not None, now=now):
        raise RefusedError(fault)
    if action.state != ActionState.OPEN:
        raise RefusedError(f"{action.closed_by} has closed this action already. There is nothing left to answer.")
    answer = RoundAnswer.objects.create(
        ask=ask, kind=kind, text=text, delayed_until=until if kind == AnswerKind.DELAYED else None,
        reason=reason if kind == AnswerKind.BLOCKED else "", at=now, by_account_id=actor.account_id,
        by_name=actor.name, by_role=actor.title, employer=actor.employer,
    )  # fmt: skip
    _carry_out(actor, ask, answer, put_to, now)
    record(
        actor=actor, action=f"answer round {kind}", subject=("round", ask.round_id), now=now, service_id=service_id,
        person_id=action.stay.person_id,
    )  # fmt: skip
    tell(topic="rounds", service_id=service_id, subject=("ask", ask.pk), now=now)
    return answer


@transaction.atomic
def set_timetable(
    *, actor: Actor, service_id: int, timetable: Timetable, leads: Mapping[int, int | None], now: datetime
) -> RoundTimetable:
    """Set when a service has rounds, how long owners have, and who hears of each team's silence: account by team.

    Raises: NotAllowedError; RefusedError when a time makes no sense, or a lead or a team is not of this service.
    """
    require(actor, Permission.SET_ESCALATION, service_id)
    if fault := fault_of_timetable(timetable):
        raise RefusedError(fault)
    teams = set(Team.objects.filter(service_id=service_id, pk__in=leads).values_list("pk", flat=True))
    wanted = {lead for lead in leads.values() if lead is not None}
    known = set(Account.objects.filter(services=service_id, is_active=True, pk__in=wanted).values_list("pk", flat=True))
    if teams != set(leads) or known != wanted:
        raise RefusedError("Choose teams and leads of this service.")
    kept, _ = RoundTimetable.objects.update_or_create(
        service_id=service_id,
        defaults={
            "weekday_times": sorted(timetable.weekday_times),
            "other_day_times": sorted(timetable.other_day_times),
            "other_days": [day.isoformat() for day in sorted(timetable.other_days)],
            "answer_minutes": timetable.answer_minutes,
        },
    )
    TeamLead.objects.filter(team_id__in=teams).delete()
    TeamLead.objects.bulk_create(
        TeamLead(service_id=service_id, team_id=team, account_id=lead)
        for team, lead in leads.items()
        if lead is not None
    )
    record(actor=actor, action="set rounds", subject=("service", service_id), now=now, service_id=service_id)
    return kept


def _tell_owners(actor: Actor, held: Round, asked: Iterable[list[Account]], now: datetime) -> None:
    """One notice each: how many questions, and where. Of those who do not sign in, whoever chases on duty is told."""
    accounts: dict[int, Account] = {}
    numbers: Counter[int | None] = Counter()
    for owners in asked:
        accounts |= {account.pk: account for account in owners}
        numbers.update([account.pk for account in owners] or [None])
    for account_id, number in sorted(numbers.items(), key=lambda one: one[0] or 0):
        questions = f"{number} question{'' if number == 1 else 's'}"
        if account_id is not None:
            told, title = [accounts[account_id]], f"{_time(held)} round: {questions} for you"
        else:
            told = accounts_on_duty(actor, held.service_id, CHASES, now)
            title = f"{_time(held)} round: {questions} for people who do not sign in. Ring them"
        notify(
            actor=actor, service_id=held.service_id, accounts=told, kind="round", title=title, path="/rounds/asked",
            once_key=f"round-{held.pk}-{'ring' if account_id is None else 'asked'}", now=now,
            is_urgent=account_id is not None,
        )  # fmt: skip


def _carry_out(actor: Actor, ask: RoundAsk, answer: RoundAnswer, put_to: Owner | None, now: datetime) -> None:
    """Change the action as its answer says, so that its history says who said it."""
    action = ask.action
    if answer.kind == AnswerKind.DONE:
        finish_action(actor=actor, action=action, note=answer.text, now=now)
    elif answer.kind == AnswerKind.DELAYED:
        change_action(actor=actor, action=action, due_at=answer.delayed_until, reason=answer.text, now=now)
    elif answer.kind == AnswerKind.BLOCKED:
        set_blocker(actor=actor, action=action, blocker=answer.reason, text=answer.text, now=now)
    elif answer.kind == AnswerKind.NOT_MINE and put_to is not None:
        change_action(actor=actor, action=action, owner=put_to, reason=answer.text or NOT_THEIRS, now=now)
    else:
        said = AnswerKind(answer.kind).label
        _happened(actor, action.stay, StayEventKind.ANSWERED, now, after=said, text=answer.text, action=action)
        if answer.kind == AnswerKind.NOT_MINE:
            notify(
                actor=actor, service_id=ask.round.service_id,
                accounts=accounts_that_may(Permission.CHASE, ask.round.service_id), kind="round",
                title="Somebody was asked for an action that is not theirs. Say whose it is",
                path=f"/coming-home/{action.stay_id}#action-{action.pk}", once_key=f"round-answer-{answer.pk}", now=now,
            )  # fmt: skip


def _time(held: Round) -> str:
    return f"{held.due_at.astimezone(LONDON):%H:%M}"
