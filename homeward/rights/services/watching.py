"""Finding readings of records that are worth a look, and keeping what somebody made of them."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, Role, require
from homeward.audit.selectors import people_opened_by_hour, sealed_after
from homeward.audit.services import record
from homeward.audit.states import Purpose
from homeward.kernel.rules import LONDON, RefusedError, is_postcode, london_day, london_moment, tidy_postcode
from homeward.people.models import BrokenGlass, Person
from homeward.people.selectors import current_addresses
from homeward.people.states import Sensitivity
from homeward.rights.models import StaffDetail, UnusualAccess, Watched
from homeward.rights.rules import (
    MANY_AT_LEAST,
    OPENINGS,
    REFUSAL,
    REFUSALS_A_DAY,
    USUAL_DAYS,
    Opened,
    Reader,
    is_many,
    name_key,
    odd_about,
    off_shift,
)
from homeward.rights.states import Finding, UnusualKind
from homeward.roster.models import Shift
from homeward.teams.models import Account

SEALS_A_LOOK = 5
MOST_PEERS = 20  # others in the role whose usual hours are compared


@transaction.atomic
def find_unusual(*, actor: Actor, now: datetime) -> int:
    """Go through the events sealed since the last look, and keep what is odd; gives how many events were gone through.

    Each event is gone through once, however many do this at once. What is found of one reader, kind, person and day is
    one row, which counts up.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE)
    watched, _ = Watched.objects.select_for_update().get_or_create(pk=1)
    sealed = sealed_after(actor, watched.seal_number, SEALS_A_LOOK)
    if not sealed:
        return 0
    looked = [one.event for one in sealed if one.event.actor_account_id and one.event.service_id]
    events = [one for one in looked if one.action in OPENINGS or one.action == REFUSAL]
    found = _Looking(actor, events).odd() if events else {}
    for (kind, account_id, person_id, day), (service_id, first_at, last_at, times, reason) in found.items():
        row, is_new = UnusualAccess.objects.select_for_update().get_or_create(
            kind=kind, account_id=account_id, person_id=person_id, day=day,
            defaults={"service_id": service_id, "first_at": first_at, "last_at": last_at, "times": times,
                      "reason": reason},
        )  # fmt: skip
        if not is_new:
            # how often it happened adds up over the day; of many records in an hour, the fullest hour stands
            row.times = max(row.times, times) if kind == UnusualKind.MANY else row.times + times
            row.first_at, row.last_at = min(row.first_at, first_at), max(row.last_at, last_at)
            row.reason = reason
            row.save(update_fields=["times", "first_at", "last_at", "reason"])
    watched.seal_number, watched.at = sealed[-1].seal_number, now
    watched.save()
    if found:
        record(
            actor=actor, action="find unusual access", subject=("unusual_access", None), now=now, count=len(found),
            purpose=Purpose.AUDIT,
        )  # fmt: skip
    return len(sealed)


class _Looking:
    """One look at a run of events, with what is known of their readers and of whom they were about."""

    def __init__(self, actor: Actor, events: list) -> None:
        self.actor = actor
        accounts = Account.objects.select_related("worker", "staff_detail").in_bulk(
            {event.actor_account_id for event in events}
        )
        # an account that is gone, or another system, is nobody who could be asked
        self.events = [e for e in events if e.actor_account_id in accounts]
        self.accounts = accounts
        people = Person.objects.filter(pk__in={event.person_id for event in self.events if event.person_id})
        self.people = {one.pk: one for one in people.prefetch_related("addresses")}
        self.staff_names = {name_key(name) for name in Account.objects.filter(is_active=True).exclude(
            role=Role.MACHINE).values_list("full_name", flat=True)}  # fmt: skip
        self.shifts = self._shifts()
        self.found: dict[tuple, list] = {}

    def odd(self) -> dict[tuple, list]:
        """What is odd: {(kind, account, person or None, day): [service, first, last, times, reason]}."""
        hours: dict[tuple[int, date, int], object] = {}
        for event in self.events:
            account, day = self.accounts[event.actor_account_id], london_day(event.at)
            person = self.people.get(event.person_id)
            if event.action == REFUSAL:
                self._add(UnusualKind.NO_TIE, event, event.person_id, day, "Nothing on record ties them to the person")
                continue
            hours[account.pk, day, event.at.astimezone(LONDON).hour] = event
            if person is None:
                continue
            for kind, reason in odd_about(self._reader(account), _opened(person, day), self.staff_names, day):
                self._add(kind, event, person.pk, day, reason)
            if off_shift(event.at, self.shifts.get(account.pk, [])):
                self._add(UnusualKind.OFF_SHIFT, event, person.pk, day, "More than an hour outside any of their shifts")
        for (account_id, day, hour), event in hours.items():
            self._many(account_id, day, hour, event)
        self._refusals()
        return self.found

    def _add(self, kind: str, event, person_id: int | None, day: date, reason: str, times: int = 1) -> None:
        key = (str(kind), event.actor_account_id, person_id, day)
        if key in self.found:
            one = self.found[key]
            one[1], one[2], one[3] = min(one[1], event.at), max(one[2], event.at), one[3] + times
        else:
            self.found[key] = [event.service_id, event.at, event.at, times, reason]

    def _refusals(self) -> None:
        """One refusal is somebody finding out that they may not; several in a day are worth a look."""
        refused: dict[tuple[int, date], list] = defaultdict(list)
        for key in [key for key in self.found if key[0] == UnusualKind.NO_TIE]:
            refused[key[1], key[3]].append((key, self.found.pop(key)))
        for (account_id, day), rows in refused.items():
            start = london_moment(day, 0)
            others = people_opened_by_hour(
                self.actor, [account_id], frozenset({REFUSAL}), start, start + timedelta(days=1)
            )[account_id]
            total = sum(others.values())
            if total >= REFUSALS_A_DAY:
                first = min(row[1] for _, row in rows)
                last = max(row[2] for _, row in rows)
                reason = f"Refused {total} records in one day that nothing ties them to"
                self.found[str(UnusualKind.NO_TIE), account_id, None, day] = [
                    rows[0][1][0], first, last, sum(row[3] for _, row in rows), reason
                ]  # fmt: skip

    def _many(self, account_id: int, day: date, hour: int, event) -> None:
        start = london_moment(day, 0)
        opened = people_opened_by_hour(
            self.actor, [account_id], OPENINGS, event.at.replace(minute=0, second=0, microsecond=0),
            event.at.replace(minute=59, second=59, microsecond=999999),
        )[account_id].get((day, hour), 0)  # fmt: skip
        if opened < MANY_AT_LEAST:
            return
        role = self.accounts[account_id].role
        peers = list(
            Account.objects.filter(role=role, is_active=True, services=event.service_id)
            .exclude(pk=account_id).order_by("pk").values_list("pk", flat=True)[:MOST_PEERS]
        )  # fmt: skip
        before = people_opened_by_hour(
            self.actor, [account_id, *peers], OPENINGS, start - timedelta(days=USUAL_DAYS), start
        )
        busiest = {pk: _busiest_by_day(by_hour) for pk, by_hour in before.items()}
        reason = is_many(opened, busiest.pop(account_id), busiest.values())
        if reason:
            self.found[str(UnusualKind.MANY), account_id, None, day] = [
                event.service_id, event.at, event.at, opened, reason
            ]  # fmt: skip

    def _reader(self, account: Account) -> Reader:
        detail = getattr(account, "staff_detail", None)
        return Reader(
            account.pk, account.full_name, detail.postcode if detail else "", detail.person_id if detail else None
        )

    def _shifts(self) -> dict[int, list[tuple[datetime, datetime]]]:
        """The shifts of each reader around the days in question; none for those who have no place on the roster."""
        by_worker = {
            account.worker.pk: account.pk for account in self.accounts.values() if getattr(account, "worker", None)
        }
        if not by_worker or not self.events:
            return {}
        first, last = min(event.at for event in self.events), max(event.at for event in self.events)
        shifts: dict[int, list] = defaultdict(list)
        rows = Shift.objects.filter(
            worker__in=by_worker, starts_at__lte=last + timedelta(days=7), ends_at__gte=first - timedelta(days=7)
        )
        for worker_id, starts_at, ends_at in rows.values_list("worker_id", "starts_at", "ends_at"):
            shifts[by_worker[worker_id]].append((starts_at, ends_at))
        return shifts


def _opened(person: Person, day: date) -> Opened:
    address = next(iter(current_addresses(person, day)), None)
    return Opened(
        person.pk, person.given_name, person.family_name, address.postcode if address else "",
        person.sensitivity == Sensitivity.STAFF, person.died_on,
    )  # fmt: skip


def _busiest_by_day(by_hour: dict[tuple[date, int], int]) -> list[int]:
    days: dict[date, int] = {}
    for (day, _), count in by_hour.items():
        days[day] = max(days.get(day, 0), count)
    return list(days.values())


@transaction.atomic
def judge_access(*, actor: Actor, access: UnusualAccess, finding: str, note: str, now: datetime) -> UnusualAccess:
    """Keep what somebody made of an unusual access. It may be judged again: "ask" is followed by an answer.

    Raises: NotAllowedError; RefusedError when there is no such finding, or no words where it was not right.
    """
    require(actor, Permission.ANSWER_RIGHTS, access.service_id)
    access = UnusualAccess.objects.select_for_update().get(pk=access.pk)
    _judge(actor, access, finding, note, now)
    record(
        actor=actor, action="judge unusual access", subject=("unusual_access", access.pk), now=now,
        person_id=access.person_id, service_id=access.service_id, purpose=Purpose.AUDIT,
    )  # fmt: skip
    return access


@transaction.atomic
def judge_glass(*, actor: Actor, broken: BrokenGlass, finding: str, note: str, now: datetime) -> BrokenGlass:
    """Keep whether it was right to break the glass.

    Raises: NotAllowedError; RefusedError when there is no such finding, or no words where it was not right.
    """
    require(actor, Permission.ANSWER_RIGHTS, broken.person.service_id)
    broken = BrokenGlass.objects.select_for_update(of=("self",)).select_related("person").get(pk=broken.pk)
    _judge(actor, broken, finding, note, now)
    record(
        actor=actor, action="judge broken glass", subject=("broken_glass", broken.pk), now=now,
        person_id=broken.person_id, service_id=broken.person.service_id, purpose=Purpose.AUDIT,
    )  # fmt: skip
    return broken


def _judge(actor: Actor, row, finding: str, note: str, now: datetime) -> None:
    if finding not in Finding.values:
        raise RefusedError("Say whether it was right, was not right, or has to be asked.")
    if finding != Finding.RIGHT and not note.strip():
        raise RefusedError("Say what was not right, or what you will ask.")
    if row.looked_at and row.finding_note:
        note = f"{row.finding_note}\n{note.strip()}"
    row.finding, row.finding_note, row.looked_at, row.looked_by = finding, note.strip(), now, actor.name
    row.save(update_fields=["finding", "finding_note", "looked_at", "looked_by"])


@transaction.atomic
def describe_staff(
    *, actor: Actor, account: Account, postcode: str, person_id: int | None, now: datetime
) -> StaffDetail:
    """Keep the postcode of somebody who works here, and which record is theirs, to notice readings near to them.

    Raises: NotAllowedError; RefusedError when the postcode is none.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    if postcode.strip() and not is_postcode(postcode):
        raise RefusedError("Enter a full postcode, such as DE1 3DA, or leave it empty.")
    detail, _ = StaffDetail.objects.update_or_create(
        account=account, defaults={"postcode": tidy_postcode(postcode), "person_id": person_id}
    )
    record(actor=actor, action="describe staff", subject=("account", account.pk), now=now, purpose=Purpose.AUDIT)
    return detail
