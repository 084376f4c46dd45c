"""Reads of the huddle: whom it must speak of, what was said and agreed, and who is best suited to do something."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record, record_reads
from homeward.discharge.models import (
    HospitalStay,
    Huddle,
    HuddleAction,
    HuddleAttendance,
    HuddleItem,
    HuddleNote,
    NextAction,
    Round,
)
from homeward.discharge.rules.huddle import Candidate, StayFacts, Suited, best_suited, spoken_seconds
from homeward.discharge.states import TO_SPEAK_OF, ActionState, HuddleItemState
from homeward.episodes.models import Episode
from homeward.kernel.rules import kilometres_between, london_day, wall_clock
from homeward.people.selectors import current_addresses, sights
from homeward.roster.models import Shift
from homeward.teams.models import Account, Worker
from homeward.visits.models import Assignment
from homeward.visits.states import AssignmentState

# Whoever came in this many days knows the person: the same as for planning visits (visits.planning.board)
KNOWS_AFTER_DAYS = 14


class HuddleNotFoundError(Exception):
    """There is no such huddle, or nobody such on its list, in the actor's services."""


@dataclass(frozen=True, slots=True)
class HuddleLine:
    """Somebody on the list, and how long they were spoken of so far.

    `is_kept`: their record is not the reader's to see, so nothing that was said of them is shown.
    """

    item: HuddleItem
    seconds: int
    is_current: bool
    is_kept: bool


@dataclass(frozen=True, slots=True)
class HuddleWhole:
    """A huddle with everybody on its list in order, all that was written, agreed, and who was there."""

    huddle: Huddle
    lines: tuple[HuddleLine, ...]
    attendance: tuple[HuddleAttendance, ...]

    @property
    def current(self) -> HuddleItem | None:
        """Who is spoken of now."""
        return next((line.item for line in self.lines if line.is_current), None)

    @property
    def left(self) -> int:
        """How many are still to be spoken of, now or later."""
        return sum(line.item.state in TO_SPEAK_OF for line in self.lines)


def stay_facts(actor: Actor, service_id: int, now: datetime) -> list[StayFacts]:
    """What decides of each person in hospital whether a huddle must speak of them. Names nobody.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    stays = HospitalStay.objects.filter(service_id=service_id, left_at__isnull=True).annotate(
        held_up=Count("actions", filter=Q(actions__state=ActionState.OPEN) & ~Q(actions__blocker=""), distinct=True)
    )
    newest = Round.objects.filter(service_id=service_id, asked_at__lte=now).order_by("-due_at").first()
    silent: dict[int, int] = {}
    if newest is not None:
        rows = newest.asks.silent().order_by()
        silent = dict(rows.values_list("action__stay_id").annotate(Count("pk")))
    known = set(
        Episode.objects.filter(service_id=service_id, ended_at__isnull=True, person__stays__in=stays)
        .order_by()
        .values_list("person_id", flat=True)
    )
    return [
        StayFacts(
            stay.pk,
            stay.admitted_at,
            wall_clock(stay.ready_on, "00:00") if stay.ready_on is not None else None,
            stay.expected_on,
            stay.held_up > 0,
            stay.person_id in known,
            silent.get(stay.pk, 0),
        )
        for stay in stays
    ]


def running_huddle(actor: Actor, service_id: int) -> Huddle | None:
    """The huddle that goes on, if one does.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    return Huddle.objects.filter(service_id=service_id, ended_at__isnull=True).first()


def huddles_of(actor: Actor, service_id: int, limit: int = 20) -> list[Huddle]:
    """The huddles that have ended, newest first, each with how many it spoke of and agreed.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    rows = Huddle.objects.filter(service_id=service_id, ended_at__isnull=False).annotate(
        spoken_of=Count("items", filter=Q(items__state=HuddleItemState.SPOKEN), distinct=True),
        agreed_count=Count("items__agreed", distinct=True),
    )
    return list(rows.order_by("-started_at")[:limit])


def huddle_for(actor: Actor, huddle_id: int, now: datetime) -> HuddleWhole:
    """One huddle with its list; the reading is audited.

    Raises: NotAllowedError; HuddleNotFoundError.
    """
    require(actor, Permission.SEE_STAYS)
    huddle = Huddle.objects.filter(pk=huddle_id, service_id__in=actor.service_ids).select_related("service").first()
    if huddle is None:
        raise HuddleNotFoundError("There is no such huddle in your service.")
    items = list(_items(huddle.items.all()).order_by("position"))
    record_reads(
        actor=actor, action="see huddle", subject_kind="huddle", now=now, service_id=huddle.service_id,
        person_ids=[item.stay.person_id for item in items],
    )  # fmt: skip
    seen = sights(actor, [item.stay.person for item in items], now)
    lines = tuple(
        HuddleLine(
            item,
            spoken_seconds(item.seconds, item.opened_at, now),
            item.opened_at is not None,
            seen[item.stay.person_id] < Sight.VISIT,
        )
        for item in items
    )
    there = huddle.attendance.filter(is_there=True).order_by("came_at", "pk")
    return HuddleWhole(huddle, lines, tuple(there))


def item_for(actor: Actor, item_id: int, now: datetime) -> HuddleItem:
    """Somebody on the list of a huddle, with what was written and agreed; the reading is audited.

    Raises: NotAllowedError; HuddleNotFoundError.
    """
    require(actor, Permission.SEE_STAYS)
    item = _items(HuddleItem.objects.filter(huddle__service_id__in=actor.service_ids, pk=item_id)).first()
    if item is None:
        raise HuddleNotFoundError("There is nobody such on the list of a huddle of your service.")
    record(
        actor=actor, action="see huddle", subject=("huddle", item.huddle_id), now=now,
        person_id=item.stay.person_id, service_id=item.huddle.service_id,
    )  # fmt: skip
    return item


def own_note(actor: Actor, item: HuddleItem) -> HuddleNote | None:
    """What the actor wrote last about somebody; `item` comes from `item_for`, which audited the reading.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, item.huddle.service_id)
    mine = item.notes.filter(account_id=actor.account_id, by_name=actor.name)
    return mine.order_by("written_at", "pk").last()


def could_attend(actor: Actor, huddle: Huddle) -> list[Account]:
    """Who could be noted as there: everybody who sees stays in this service and is not noted yet.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, huddle.service_id)
    there = huddle.attendance.filter(is_there=True, account__isnull=False).values("account_id")
    accounts = Account.objects.filter(services=huddle.service_id, is_active=True)
    rows = accounts.filter(token_hash="").exclude(pk__in=there)  # nosec B106: people, not systems
    return list(rows.order_by("full_name"))


def stays_to_add(actor: Actor, huddle: Huddle) -> list[HospitalStay]:
    """People in hospital who are not on the list of a huddle, by ward and bed.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, huddle.service_id)
    rows = HospitalStay.objects.filter(service_id=huddle.service_id, left_at__isnull=True)
    return list(rows.exclude(huddle_items__huddle=huddle).select_related("person").order_by("ward", "bed", "pk"))


def suited_for(actor: Actor, stay: HospitalStay, skills: Collection[str], now: datetime) -> list[Suited]:
    """Who could do something for somebody that needs one of these skills, the best suited first (rules.huddle).

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    workers = [
        worker
        for worker in Worker.objects.filter(service_id=stay.service_id, is_active=True)
        if not skills or set(worker.skills) & set(skills)
    ]
    ids = [worker.pk for worker in workers]
    shifts = Shift.objects.filter(worker_id__in=ids, starts_at__lte=now, ends_at__gt=now)
    until = dict(shifts.values_list("worker_id", "ends_at"))
    open_actions = dict(
        NextAction.objects.filter(worker_id__in=ids, state=ActionState.OPEN, stay__left_at__isnull=True)
        .order_by()
        .values_list("worker_id")
        .annotate(Count("pk"))
    )
    came = Assignment.objects.filter(
        worker_id__in=ids, visit__person_id=stay.person_id, state=AssignmentState.LEFT,
        left_at__gte=now - timedelta(days=KNOWS_AFTER_DAYS),
    )  # fmt: skip
    knows = set(came.values_list("worker_id", flat=True))
    home = next((one for one in current_addresses(stay.person, london_day(now)) if one.latitude is not None), None)
    return best_suited(
        [
            Candidate(
                worker.pk,
                worker.label,
                worker.job_title,
                frozenset(worker.skills),
                until.get(worker.pk),
                open_actions.get(worker.pk, 0),
                kilometres_between((home.latitude, home.longitude), (worker.latitude, worker.longitude))
                if home is not None and worker.latitude is not None
                else None,
                worker.pk in knows,
            )
            for worker in workers
        ],
        skills,
    )


def _items(rows: QuerySet[HuddleItem]) -> QuerySet[HuddleItem]:
    agreed = HuddleAction.objects.select_related(
        "action__worker__organisation", "action__account", "action__team", "action__organisation"
    )
    return rows.select_related("huddle__service", "stay__person", "stay__hospital", "stay__team").prefetch_related(
        Prefetch("notes", HuddleNote.objects.order_by("started_at", "pk")),
        Prefetch("agreed", agreed.order_by("pk")),
    )
