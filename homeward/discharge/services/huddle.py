"""Holding the huddle: whom it speaks of, what each writer types, what is agreed, and what is sent at its end."""

from collections import Counter
from datetime import datetime

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.discharge.models import (
    HospitalStay,
    Huddle,
    HuddleAction,
    HuddleAttendance,
    HuddleItem,
    HuddleNote,
    NextAction,
)
from homeward.discharge.rules.huddle import list_by_need, spoken_seconds
from homeward.discharge.selectors.huddle import stay_facts
from homeward.discharge.services.acting import Owner, accounts_owning, add_action
from homeward.discharge.states import HUDDLE_ANSWERS, HuddleItemState, HuddleNeed
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.teams.models import Account

LONGEST_NOTE, LONGEST_ACTION, LONGEST_NAME = 8000, 300, 200


class HuddleEndedError(RefusedError):
    """The huddle ended meanwhile."""


@transaction.atomic
def start_huddle(*, actor: Actor, service_id: int, now: datetime) -> Huddle:
    """Start the huddle with everybody it must speak of, by need, or join the one that goes on. The actor is there.

    Raises: NotAllowedError; RefusedError where nobody needs it.
    """
    require(actor, Permission.CHASE, service_id)
    goes_on = Huddle.objects.filter(service_id=service_id, ended_at__isnull=True).first()
    if goes_on is None:
        needed = list_by_need(stay_facts(actor, service_id, now), london_day(now), now)
        if not needed:
            raise RefusedError("Nobody in hospital needs to be spoken of now: there is no huddle to hold.")
        try:
            with transaction.atomic():
                goes_on = Huddle.objects.create(service_id=service_id, started_at=now, started_by=actor.name)
                HuddleItem.objects.bulk_create(
                    HuddleItem(
                        huddle=goes_on, stay_id=one.stay_id, position=number, needs=[need.value for need in one.needs],
                        opened_at=now if number == 1 else None,
                    )
                    for number, one in enumerate(needed, 1)
                )  # fmt: skip
        except IntegrityError:  # somebody else started it at the same moment
            goes_on = Huddle.objects.get(service_id=service_id, ended_at__isnull=True)
    if actor.account_id is not None:
        _add_attendance(goes_on, actor.account_id, actor.name, actor.title, now)
    _done(actor, "start huddle", goes_on, now)
    return goes_on


@transaction.atomic
def turn_to(
    *, actor: Actor, huddle: Huddle, leaving: HuddleItem, state: str, now: datetime, to: HuddleItem | None = None
) -> HuddleItem | None:
    """Leave the person spoken of, as spoken of or to come back to, and turn to another: the next, where none is named.

    Gives who is spoken of now; None when nobody is left. Where somebody else has turned already, that stands, so that
    two who press at once do not leave anybody out.

    Raises: NotAllowedError; HuddleEndedError; RefusedError when the state makes no sense.
    """
    require(actor, Permission.CHASE, huddle.service_id)
    if state not in HUDDLE_ANSWERS:
        raise RefusedError("Say whether you have spoken of them, or come back to them.")
    huddle = _locked(huddle)
    items = list(huddle.items.order_by("position"))
    current = next((one for one in items if one.opened_at is not None), None)
    if current is not None and current.pk != leaving.pk:
        return current
    if current is not None:
        current.seconds = spoken_seconds(current.seconds, current.opened_at, now)
        current.opened_at, current.state = None, state
        current.save(update_fields=["seconds", "opened_at", "state"])
    following = next((one for one in items if to is not None and one.pk == to.pk), None) or _next(items, leaving)
    if following is not None:
        following.opened_at = now
        following.save(update_fields=["opened_at"])
    _done(actor, "turn in huddle", huddle, now)
    return following


@transaction.atomic
def save_note(
    *,
    actor: Actor,
    item: HuddleItem,
    page: str,
    text: str,
    now: datetime,
    action: str = "",
    note_id: int | None = None,
    revision: int = 0,
) -> HuddleNote | None:
    """Keep what a page says of somebody, finished or not; gives the note it is kept in, None where it says nothing.

    `page` is the key of the page; `note_id` and `revision` are the note it was opened with. A page goes on with a note
    that it wrote last itself, or that nobody has written since it was opened; else what it says is kept beside it.

    Raises: NotAllowedError; HuddleEndedError; RefusedError when it is far too long.
    """
    require(actor, Permission.CHASE, item.huddle.service_id)
    text, action = text.strip(), action.strip()
    if len(text) > LONGEST_NOTE or len(action) > LONGEST_ACTION:
        raise RefusedError(f"Write at most {LONGEST_NOTE:,} characters, and {LONGEST_ACTION} for an action.")
    if not page or len(page) > 64:
        raise RefusedError("This page is too old to be saved. Open it again.")
    huddle = _locked(item.huddle)
    mine = HuddleNote.objects.filter(item=item, account_id=actor.account_id, by_name=actor.name).order_by("pk")
    note = mine.filter(page=page).first() or mine.filter(pk=note_id, revision=revision).first()
    if note is None:
        if not text and not action:
            return None
        note = HuddleNote(
            item=item, account_id=actor.account_id, by_name=actor.name, by_role=actor.title, employer=actor.employer,
            started_at=now,
        )  # fmt: skip
    elif (note.text, note.action) == (text, action):
        return note
    note.page, note.text, note.action, note.written_at = page, text, action, now
    note.revision += 1
    note.save()
    _done(actor, "write in huddle", huddle, now, item)
    return note


@transaction.atomic
def agree_action(
    *, actor: Actor, item: HuddleItem, text: str, owner: Owner, due_at: datetime, now: datetime, proposed: str = ""
) -> HuddleAction:
    """Agree that somebody does something for a person by a time. It is a next action at once; they are told of it
    when the huddle ends. `proposed` is whom the page proposed first and why.

    Raises: NotAllowedError; HuddleEndedError; RefusedError as `add_action` does.
    """
    require(actor, Permission.CHASE, item.huddle.service_id)
    huddle = _locked(item.huddle)
    action = add_action(actor=actor, stay=item.stay, text=text, owner=owner, due_at=due_at, now=now)
    agreed = HuddleAction.objects.create(item=item, action=action, proposed=proposed[:300])
    HuddleNote.objects.filter(item=item, action=text.strip()).update(action="")
    _done(actor, "agree action in huddle", huddle, now, item)
    return agreed


@transaction.atomic
def add_to_huddle(*, actor: Actor, huddle: Huddle, stay: HospitalStay, now: datetime) -> HuddleItem:
    """Put somebody on the list whom it left out, at its end; who is on it already stays where they are.

    Raises: NotAllowedError; HuddleEndedError; RefusedError when the stay is of another service.
    """
    require(actor, Permission.CHASE, huddle.service_id)
    if stay.service_id != huddle.service_id:
        raise RefusedError("They are not in the care of this service.")
    huddle = _locked(huddle)
    items = list(huddle.items.order_by("position"))
    item, is_new = HuddleItem.objects.get_or_create(
        huddle=huddle, stay=stay,
        defaults={
            "position": items[-1].position + 1 if items else 1,
            "needs": [HuddleNeed.ADDED.value],
            "opened_at": now if all(one.opened_at is None for one in items) else None,
        },
    )  # fmt: skip
    if is_new:
        _done(actor, "add to huddle", huddle, now, item)
    return item


@transaction.atomic
def attend(
    *,
    actor: Actor,
    huddle: Huddle,
    now: datetime,
    account: Account | None = None,
    name: str = "",
    title: str = "",
) -> HuddleAttendance:
    """Note that somebody is there, by their account, or by name where they have none.

    Raises: NotAllowedError; HuddleEndedError; RefusedError without a name.
    """
    require(actor, Permission.CHASE, huddle.service_id)
    huddle = _locked(huddle)
    name = account.full_name if account is not None else name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise RefusedError("Give the name of who is there.")
    title = (account.job_title or account.role_title) if account is not None else title.strip()[:LONGEST_NAME]
    there = _add_attendance(huddle, account.pk if account is not None else None, name, title, now)
    _done(actor, "attend huddle", huddle, now)
    return there


@transaction.atomic
def leave_out(*, actor: Actor, huddle: Huddle, attendance_id: int, now: datetime) -> None:
    """Take somebody off who was noted as there and was not.

    Raises: NotAllowedError; HuddleEndedError.
    """
    require(actor, Permission.CHASE, huddle.service_id)
    huddle = _locked(huddle)
    huddle.attendance.filter(pk=attendance_id).update(is_there=False)
    _done(actor, "correct attendance of huddle", huddle, now)


@transaction.atomic
def end_huddle(*, actor: Actor, huddle: Huddle, now: datetime) -> Huddle:
    """End the huddle: everybody who has something to do from it is told, and what was said is its record.

    Raises: NotAllowedError; HuddleEndedError when somebody ended it before.
    """
    require(actor, Permission.CHASE, huddle.service_id)
    huddle = _locked(huddle)
    for item in huddle.items.filter(opened_at__isnull=False):
        item.seconds, item.opened_at = spoken_seconds(item.seconds, item.opened_at, now), None
        if item.notes.exists() or item.agreed.exists():
            item.state = HuddleItemState.SPOKEN
        item.save(update_fields=["seconds", "opened_at", "state"])
    huddle.ended_at, huddle.ended_by = now, actor.name
    huddle.save(update_fields=["ended_at", "ended_by"])
    owners: dict[int, Account] = {}
    numbers: Counter[int] = Counter()
    for action in NextAction.objects.filter(agreed_in__item__huddle=huddle).select_related("stay"):
        accounts = accounts_owning(action)
        owners |= {account.pk: account for account in accounts}
        numbers.update(account.pk for account in accounts)
    for pk, number in sorted(numbers.items()):
        notify(
            actor=actor, service_id=huddle.service_id, accounts=[owners[pk]], kind="huddle",
            title=f"{number} {'action' if number == 1 else 'actions'} for you from today's huddle",
            path="/rounds/asked", once_key=f"huddle-{huddle.pk}-actions", now=now, is_urgent=True,
        )  # fmt: skip
    _done(actor, "end huddle", huddle, now)
    return huddle


def _next(items: list[HuddleItem], leaving: HuddleItem) -> HuddleItem | None:
    """The first still to speak of after the one left, then before it; then those to come back to."""
    others = [one for one in items if one.pk != leaving.pk]
    after = sorted(others, key=lambda one: (one.position < leaving.position, one.position))
    for state in (HuddleItemState.WAITING, HuddleItemState.LATER):
        if found := next((one for one in after if one.state == state), None):
            return found
    return None


def _add_attendance(huddle: Huddle, account_id: int | None, name: str, title: str, now: datetime) -> HuddleAttendance:
    known = {"account_id": account_id} if account_id is not None else {"account_id": None, "name": name}
    there, _ = HuddleAttendance.objects.update_or_create(
        huddle=huddle,
        **known,
        defaults={"is_there": True},
        create_defaults={"name": name, "title": title[:LONGEST_NAME], "came_at": now},
    )
    return there


def _locked(huddle: Huddle) -> Huddle:
    huddle = Huddle.objects.select_for_update().get(pk=huddle.pk)
    if huddle.ended_at is not None:
        raise HuddleEndedError(f"{huddle.ended_by} has ended this huddle.")
    return huddle


def _done(actor: Actor, action: str, huddle: Huddle, now: datetime, item: HuddleItem | None = None) -> None:
    record(
        actor=actor, action=action, subject=("huddle", huddle.pk), now=now, service_id=huddle.service_id,
        person_id=item.stay.person_id if item is not None else None,
    )  # fmt: skip
    tell(topic="huddle", service_id=huddle.service_id, subject=("huddle", huddle.pk), now=now)
