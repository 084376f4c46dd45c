"""Watching the clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from homeward.access.rules import SYSTEM_ROLES, Actor, Permission, Role, require
from homeward.assessments.selectors import scores_owed
from homeward.audit.services import record
from homeward.delegation.selectors.concerns import concerns_to_watch
from homeward.discharge.selectors.rounds import unanswered_to_watch
from homeward.episodes.selectors import clocks_of_open_episodes
from homeward.equipment.selectors import alerts_to_watch
from homeward.escalation.models import Escalation, WhoIsTold
from homeward.escalation.rules import (
    CALL_BACK_PERCENTS,
    TOLD_OF_CONCERNS,
    TOLD_OF_DEVICE_ALERTS,
    TOLD_OF_SCORES,
    TOLD_OF_SILENCE,
    URGENT_FROM_PERCENT,
    new_fractions,
    roles_told,
    used_percent,
)
from homeward.escalation.selectors import who_is_told
from homeward.escalation.states import SubjectKind
from homeward.kernel.rules import LONDON, RefusedError
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.procedures.rules import ClockKind, ClockState, Urgency
from homeward.referrals.selectors import call_backs_to_watch, clocks_of_open_referrals
from homeward.roster.selectors import accounts_on_duty
from homeward.teams.models import Account

RUNNING = (ClockState.RUNNING, ClockState.BREACHED)


@dataclass(frozen=True, slots=True)
class _Watched:
    """One clock, what of it is used, and where to look."""

    kind: SubjectKind
    subject_id: int
    clock: str
    run: int
    reached: tuple[int, ...]
    says: str
    path: str
    held_by: Account | None = None
    # Who is told of this sort of clock, where the service's own table is not for it
    table: Mapping[int, tuple[Role, ...]] | None = None


@transaction.atomic
def escalate_due(*, actor: Actor, service_id: int, now: datetime) -> list[Escalation]:
    """Tell whoever must be told that a clock has used up a fraction its pathway names; gives what is new.

    Reads every clock that runs: referrals waiting, open episodes, calls back owed, concerns without an answer, chasing
    rounds. Each fraction is found once however often this runs; after a stop, only the latest reached is told.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    sorts = (_referrals, _episodes, _calls, _concerns, _rounds, _device_alerts)
    watched = [one for sort in sorts for one in sort(actor, service_id, now)]
    known: dict[tuple, list[int]] = {}
    rows = Escalation.objects.filter(service_id=service_id, subject_id__in={one.subject_id for one in watched})
    for row in rows.values_list("subject_kind", "subject_id", "clock", "run", "percent"):
        known.setdefault(row[:4], []).append(row[4])
    table = who_is_told(actor, service_id)
    found = []
    for one in watched:
        key = (one.kind.value, one.subject_id, one.clock, one.run)
        new, told = new_fractions(one.reached, known.get(key, ()))
        for percent in new:
            row = Escalation(
                service_id=service_id, subject_kind=one.kind, subject_id=one.subject_id, clock=one.clock, run=one.run,
                percent=percent, found_at=now,
            )  # fmt: skip
            if percent == told:
                row.told_at = now
                row.told_count = _tell(actor, service_id, one, percent, table, now)
            found.append(row)
    if found:
        Escalation.objects.bulk_create(found, ignore_conflicts=True)
        record(
            actor=actor, action="escalate", subject=("service", service_id), now=now, service_id=service_id,
            count=len(found),
        )  # fmt: skip
        tell(topic="referrals", service_id=service_id, subject=("escalation", None), now=now)
    return found


@transaction.atomic
def tell_of_scores_owed(*, actor: Actor, service_id: int, now: datetime) -> int:
    """Tell whoever is on duty that a score waits for somebody to be told of it, and again when its time has run out.

    Gives how many notices went out. Each is told once however often this runs; it names nobody and gives no number.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    owed = scores_owed(actor, service_id)
    if not owed:
        return 0
    accounts = accounts_on_duty(actor, service_id, TOLD_OF_SCORES, now)
    made = 0
    for one in owed:
        which = "late" if now >= one.owed_by else "owed"
        says = {"late": "nobody was told in time", "owed": "somebody must be told"}[which]
        made += len(
            notify(
                actor=actor, service_id=service_id, accounts=accounts, kind="score",
                title=f"{one.title}: {says}", path=f"/forms/{one.filled_form_id}", once_key=f"score-{one.pk}-{which}",
                now=now, is_urgent=True,
            )
        )  # fmt: skip
    if made:
        record(
            actor=actor, action="tell of scores owed", subject=("service", service_id), now=now, service_id=service_id,
            count=made,
        )  # fmt: skip
    return made


@transaction.atomic
def set_who_is_told(*, actor: Actor, service_id: int, table: Mapping[int, list[str]], now: datetime) -> None:
    """Set which roles are told at which fraction, replacing the table of the service; an empty one restores defaults.

    Raises: NotAllowedError; RefusedError when a fraction or a role makes no sense, or nobody hears of a breach.
    """
    require(actor, Permission.SET_ESCALATION, service_id)
    people = {role.value for role in Role if role not in SYSTEM_ROLES}
    if any(not 1 <= percent <= 300 for percent in table) or any(set(roles) - people for roles in table.values()):
        raise RefusedError("Give percentages of the time from 1 to 300, and roles of this service.")
    if table and not any(roles for percent, roles in table.items() if percent <= 100):
        raise RefusedError("Somebody must be told by the time a clock has run out.")
    WhoIsTold.objects.filter(service_id=service_id).delete()
    WhoIsTold.objects.bulk_create(
        WhoIsTold(service_id=service_id, percent=percent, role=role)
        for percent, roles in table.items()
        for role in sorted(set(roles))
    )
    record(actor=actor, action="set who is told", subject=("service", service_id), now=now, service_id=service_id)


def _referrals(actor: Actor, service_id: int, now: datetime) -> list[_Watched]:
    return [
        _Watched(
            SubjectKind.REFERRAL, one.referral.pk, one.clock.clock, one.clock.run, one.clock.escalations,
            f"{one.referral.reference}: {one.clock.title.lower()}", f"/front-door/referrals/{one.referral.pk}",
            one.referral.held_by,
        )
        for one in clocks_of_open_referrals(actor, service_id, now)
        if one.clock is not None and one.clock.state in RUNNING
    ]  # fmt: skip


def _episodes(actor: Actor, service_id: int, now: datetime) -> list[_Watched]:
    watched = []
    for one in clocks_of_open_episodes(actor, service_id, now):
        episode = one.episode
        area = "responding" if one.pathway.urgency is Urgency.CRISIS else "episodes"
        for reading in one.clocks:
            if reading.state not in RUNNING:
                continue
            # a response clock goes on from the referral into its episode: what was told before is not told again
            goes_on = episode.referral_id and one.pathway.clock(reading.clock).kind is ClockKind.RESPONSE
            watched.append(
                _Watched(
                    SubjectKind.REFERRAL if goes_on else SubjectKind.EPISODE,
                    episode.referral_id if goes_on else episode.pk,
                    reading.clock,
                    reading.run,
                    reading.escalations,
                    f"{one.pathway.title}: {reading.title.lower()}",
                    f"/{area}/{episode.pk}",
                )
            )
    return watched


def _calls(actor: Actor, service_id: int, now: datetime) -> list[_Watched]:
    watched = []
    for call in call_backs_to_watch(actor, service_id):
        used = used_percent(call.received_at, call.call_back_by, now)
        reached = tuple(percent for percent in CALL_BACK_PERCENTS if percent <= used)
        path = "/front-door/calls"
        watched.append(_Watched(SubjectKind.CALL, call.pk, "call_back", 1, reached, "A promised call back", path))
    return watched


def _concerns(actor: Actor, service_id: int, now: datetime) -> list[_Watched]:
    watched = []
    for concern in concerns_to_watch(actor, service_id):
        used = used_percent(concern.raised_at, concern.answer_due_at, now)
        reached = tuple(percent for percent in TOLD_OF_CONCERNS if percent <= used)
        watched.append(
            _Watched(
                SubjectKind.CONCERN,
                concern.pk,
                "concern_answer",
                int(concern.answer_due_at.timestamp()) // 60,  # opened again, it runs anew
                reached,
                "The answer to a care worker's concern",
                f"/concerns/{concern.pk}",
                concern.put_to,
                TOLD_OF_CONCERNS,
            )
        )
    return watched


def _rounds(actor: Actor, service_id: int, now: datetime) -> list[_Watched]:
    watched = []
    for one in unanswered_to_watch(actor, service_id, now):
        questions = f"{one.count} question{'' if one.count == 1 else 's'}"
        lead = one.lead
        watched.append(
            _Watched(
                SubjectKind.ROUND,
                one.round.pk,
                f"answers_led_by_{lead.pk if lead is not None else 'nobody'}",
                1,
                (100,),
                f"The time to answer {questions} of the {one.round.due_at.astimezone(LONDON):%H:%M} round",
                f"/rounds/{one.round.pk}",
                lead,
                TOLD_OF_SILENCE if lead is None else {100: ()},
            )
        )
    return watched


def _device_alerts(actor: Actor, service_id: int, now: datetime) -> list[_Watched]:
    watched = []
    for alert in alerts_to_watch(actor, service_id):
        used = used_percent(alert.received_at, alert.answer_due_at, now)
        reached = tuple(percent for percent in TOLD_OF_DEVICE_ALERTS if percent <= used)
        path = f"/equipment/alerts/{alert.pk}"
        says = "The answer to a device alert"
        watched.append(
            _Watched(
                SubjectKind.DEVICE, alert.pk, "device_answer", 1, reached, says, path, alert.taken_by,
                TOLD_OF_DEVICE_ALERTS,
            )
        )  # fmt: skip
    return watched


def _tell(actor: Actor, service_id: int, one: _Watched, percent: int, table: Mapping, now: datetime) -> int:
    accounts = accounts_on_duty(actor, service_id, roles_told(one.table or table, percent), now)
    if one.held_by is not None:
        accounts = [one.held_by, *accounts]
    title = f"{one.says} has run out" if percent >= 100 else f"{one.says}: {percent}% of the time is used"
    return len(
        notify(
            actor=actor, service_id=service_id, accounts=accounts, kind="escalation", title=title, path=one.path,
            once_key=f"{one.kind.value}-{one.subject_id}-{one.clock}-{one.run}-{percent}", now=now,
            is_urgent=percent >= URGENT_FROM_PERCENT,
        )
    )  # fmt: skip
