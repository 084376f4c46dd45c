"""Proving the audit trail unbroken, in memory that does not grow with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count

from homeward.access.rules import Actor, Permission, require
from homeward.audit.append_only import missing_triggers
from homeward.audit.models import Event, Seal
from homeward.audit.rules import (
    COLUMNS,
    DIGEST_BYTES,
    FORM,
    GENESIS,
    content_of,
    gaps_in,
    head_of,
    is_marked_with,
    is_signed_with,
    key_id,
    next_link,
    told_by,
    unpacked_ids,
)
from homeward.kernel.rules import RefusedError

MOST_FAULTS = 20  # enough to see what was done; more would only repeat it
SEALS_AT_A_TIME = 4
# Homeward seals every few seconds while `homeward work` runs
LATE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was sealed. `event_id` is the event that is wrong, `position` its place, from 1."""

    text: str
    event_id: int | None = None
    position: int | None = None


@dataclass(slots=True)
class Verdict:
    """What was looked at, and what is wrong, the first first."""

    seals: int = 0
    events: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None
    head: str = ""
    faults: list[Fault] = field(default_factory=list)
    # What is no proof of anything but should be looked at
    notes: list[str] = field(default_factory=list)

    @property
    def is_unbroken(self) -> bool:
        return not self.faults


def verify_chain(
    actor: Actor,
    now: datetime,
    since_head: str = "",
    kept: tuple[int, str] | None = None,
    tell: Callable[[int], None] | None = None,
) -> Verdict:
    """Go through the chain and everything that waits to be sealed, and say what is wrong.

    `since_head` begins after the seal with that head, instead of at the beginning; `kept` is the number and head of a
    seal as kept outside the database; `tell` is given the number of events looked at, now and then.

    Raises: NotAllowedError unless the actor may see the audit trail; RefusedError where no seal has `since_head`.
    """
    require(actor, Permission.SEE_AUDIT)
    return _Verifying(now, kept, tell).from_(since_head)


class _Verifying:
    def __init__(self, now: datetime, kept: tuple[int, str] | None, tell: Callable[[int], None] | None) -> None:
        self.now, self.kept, self.tell = now, kept, tell
        self.keys = {key_id(key): key for key in settings.AUDIT_KEYS}
        self.verdict = Verdict()
        self.number, self.up_to, self.position = 0, 0, 1
        self.link, self.head = GENESIS, ""
        self.gaps: list = []
        # events among sealed ones that no seal named so far: late ones, which a later seal names, or put in
        self.unnamed: dict[int, tuple] = {}

    def from_(self, since_head: str) -> Verdict:
        if since_head:
            self._begin_after(since_head)
        while len(self.verdict.faults) < MOST_FAULTS:
            seals = list(Seal.objects.filter(number__gt=self.number).order_by("number")[:SEALS_AT_A_TIME])
            if not seals:
                break
            for seal in seals:
                self._seal(seal)
            if self.tell:
                self.tell(self.verdict.events)
        else:
            self.verdict.notes.append(f"Stopped after {MOST_FAULTS} faults.")
            return self.verdict
        self._ends()
        self._waiting()
        self._twice()
        if lost := missing_triggers():
            self._fault(f"The database no longer refuses changes to: {', '.join(lost)}. Run homeward migrate")
        return self.verdict

    def _begin_after(self, head: str) -> None:
        start = Seal.objects.filter(head=head).first()
        if start is None:
            raise RefusedError("No seal has this head: the chain was cut or made anew since, or the head is mistyped.")
        self.number, self.up_to, self.gaps = start.number, start.up_to_id, start.gaps
        self.link, self.head, self.position = bytes.fromhex(head), head, start.first_position + start.count
        self.verdict.head = head

    def _seal(self, seal: Seal) -> None:
        if seal.number != self.number + 1:
            missing = (
                f"{self.number + 1}" if seal.number == self.number + 2 else f"{self.number + 1} to {seal.number - 1}"
            )
            self._fault(f"Seal {missing} is missing", position=self.position)
            self.link, self.position = bytes.fromhex(seal.previous) if seal.previous else GENESIS, seal.first_position
        elif seal.previous != self.head:
            self._fault(f"Seal {seal.number} does not follow the one before it", position=self.position)
            self.link = bytes.fromhex(seal.previous) if seal.previous else GENESIS
        ids, links = unpacked_ids(bytes(seal.ids)), bytes(seal.links)
        if len(ids) != seal.count or len(links) != seal.count * DIGEST_BYTES or seal.form not in COLUMNS:
            self._fault(f"Seal {seal.number} was altered", position=seal.first_position)
            ids = []
        self._events(seal, ids, links)
        if ids and head_of(self.link, told_by(seal)) != seal.head:
            self._fault(f"Seal {seal.number} was altered", position=seal.first_position)
        elif not is_signed_with(seal.signature, seal.head, self.keys):
            self._fault(f"Seal {seal.number} was not signed with a key of this service", position=seal.first_position)
        if self.kept and self.kept[0] == seal.number and self.kept[1] != seal.head:
            self._fault(f"Seal {seal.number} is not the one whose head was kept outside the database")
        self.number, self.head, self.gaps = seal.number, seal.head, seal.gaps
        self.link = bytes.fromhex(seal.head)
        self.up_to, self.position = seal.up_to_id, seal.first_position + seal.count
        self.verdict.seals += 1
        self.verdict.events += seal.count
        self.verdict.head = seal.head

    def _events(self, seal: Seal, ids: list[int], links: bytes) -> None:
        columns = COLUMNS.get(seal.form, COLUMNS[FORM])
        rows = _rows({"pk__gt": self.up_to, "pk__lte": seal.up_to_id}, columns)
        late = [pk for pk in ids if pk <= self.up_to]
        if late:
            rows |= _rows({"pk__in": late}, columns)
        if connection.vendor == "sqlite" and not seal.is_from_before:
            self._refuse_gaps([pk for pk in ids if pk > self.up_to])
        for place, pk in enumerate(ids):
            position = seal.first_position + place
            stored = links[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]
            row = rows.pop(pk, None)
            self.unnamed.pop(pk, None)
            if row is None:
                self._fault("is missing", pk, position)
            else:
                mark, *values = row
                content = content_of(values, seal.form)
                if next_link(self.link, pk, content, mark) != stored:
                    self._fault("is not as it was sealed", pk, position)
                elif not (is_marked_with(mark, content, self.keys) or (seal.is_from_before and not mark)):
                    self._fault("was not written by this service, or was changed before it was sealed", pk, position)
            self.link = stored
        self.unnamed |= rows

    def _refuse_gaps(self, ids: list[int]) -> None:
        """SQLite numbers events without leaving any out, so a number that is missing was taken away."""
        for first, last in gaps_in(ids, self.up_to):
            which = f"Event {first} was" if first == last else f"Events {first} to {last} were"
            self._fault(f"{which} taken away before being sealed", first)

    def _ends(self) -> None:
        if self.kept and self.kept[0] > self.number:
            self._fault(
                f"The chain ends with seal {self.number}, but the head of seal {self.kept[0]} was kept outside the"
                " database: the newest events were taken away",
                position=self.position,
            )
        open_gaps = [(first, last) for first, last, *_ in self.gaps]
        for pk, (mark, *values) in sorted(self.unnamed.items()):
            if not any(first <= pk <= last for first, last in open_gaps):
                self._fault("was put in among sealed events", pk)
            else:
                self._waits(pk, mark, values)

    def _waiting(self) -> None:
        after, expected = self.up_to, self.up_to + 1
        while len(self.verdict.faults) < MOST_FAULTS:
            rows = list(
                Event.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "mark", *COLUMNS[FORM])[:5000]
            )
            if not rows:
                break
            for pk, mark, *values in rows:
                if connection.vendor == "sqlite" and pk != expected:
                    self._fault("was taken away before being sealed", expected)
                self._waits(pk, mark, values)
                expected = pk + 1
            after = rows[-1][0]
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit_event'")
                used = (cursor.fetchone() or (0,))[0]
            if used >= expected:
                self._fault("was taken away before being sealed", expected)
        since = self.verdict.waiting_since
        if since is not None and self.now - since > LATE_AFTER:
            self.verdict.notes.append("Events have waited long to be sealed. Is `homeward work` running?")

    def _waits(self, pk: int, mark: str, values: list) -> None:
        self.verdict.waiting += 1
        at = values[0]
        if self.verdict.waiting_since is None or at < self.verdict.waiting_since:
            self.verdict.waiting_since = at
        if not is_marked_with(mark, content_of(values), self.keys):
            self._fault("was not written by this service, or was changed since", pk)

    def _twice(self) -> None:
        again = Event.objects.exclude(mark="").order_by().values("mark").annotate(times=Count("pk")).filter(times__gt=1)
        for row in again[:MOST_FAULTS]:
            copy = Event.objects.filter(mark=row["mark"]).order_by("-pk").values_list("pk", flat=True)[0]
            self._fault("is a copy of another", copy)

    def _fault(self, text: str, event_id: int | None = None, position: int | None = None) -> None:
        if event_id is not None and not text.startswith("Event"):
            place = f" (number {position:,} of the chain)" if position else ""
            text = f"Event {event_id}{place} {text}"
        self.verdict.faults.append(Fault(text, event_id, position))


def _rows(wanted: dict, columns: tuple[str, ...]) -> dict[int, tuple]:
    rows = Event.objects.filter(**wanted).values_list("pk", "mark", *columns)
    return {pk: tuple(rest) for pk, *rest in rows}
