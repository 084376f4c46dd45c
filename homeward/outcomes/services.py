"""Noting something on results, putting it right, and sending packs of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day, london_moment, months_later
from homeward.notices.services import notify
from homeward.outcomes.measures.against_before import ONE_OF
from homeward.outcomes.measures.audiences import audiences
from homeward.outcomes.measures.computing import SETTLES_AFTER
from homeward.outcomes.measures.definition import Unit
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.models import Baseline, NationalFigure, PackSubscription, ResultNote, SentPack
from homeward.outcomes.national.figures import Figure
from homeward.outcomes.states import HowOften, NoteKind
from homeward.procedures.selectors import newest_pathways
from homeward.teams.models import Service
from homeward.teams.selectors import accounts_that_may

SENT_AT = 7 * 60  # minutes into the day: there when work begins
SHORTEST_YEAR = 364  # days between the first and the last day of a year
LONGEST = 300  # a sentence or two: it is read beside a point of a chart


@transaction.atomic
def note_result(
    *,
    actor: Actor,
    service_id: int,
    kind: NoteKind,
    measure_key: str,
    first: date,
    last: date,
    text: str,
    now: datetime,
) -> ResultNote:
    """Note something on the days from `first` to `last` of a measure, or of every one where the key is empty.

    Raises: NotAllowedError; RefusedError where it says nothing, is too long, names no measure there is, or a change is
    to come.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    if measure_key and measure_key not in MEASURES:
        raise RefusedError("Choose a measure that there is.")
    if first > london_day(now):
        raise RefusedError("Choose a day that has come.")
    row = ResultNote.objects.create(
        service_id=service_id, kind=kind, measure_key=measure_key, first=first,
        last=first if kind == NoteKind.CHANGE else last, text=_tidy(text), written_at=now, written_by=actor.name,
    )  # fmt: skip
    record(actor=actor, action=f"{kind} on results", subject=("result_note", row.pk), now=now, service_id=service_id)
    return row


@transaction.atomic
def correct_note(
    *, actor: Actor, note: ResultNote, text: str, now: datetime, is_taken_back: bool = False
) -> ResultNote:
    """Put other words in the place of a note, or take it back; what it said first stays in the record.

    Raises: NotAllowedError; RefusedError where it says nothing new, or somebody corrected it before.
    """
    require(actor, Permission.SEE_RESULTS, note.service_id)
    # the row itself is locked: two who correct it at once come one after the other
    note = ResultNote.objects.select_for_update().get(pk=note.pk)
    if ResultNote.objects.filter(corrects=note).exists():
        raise RefusedError("Somebody corrected this since. Look at what it says now.")
    words = note.text if is_taken_back else _tidy(text)
    if note.is_taken_back or (not is_taken_back and words == note.text):
        raise RefusedError("Write what it should say instead.")
    row = ResultNote.objects.create(
        service_id=note.service_id, kind=note.kind, measure_key=note.measure_key, first=note.first, last=note.last,
        text=words, corrects=note, is_taken_back=is_taken_back, written_at=now, written_by=actor.name,
    )  # fmt: skip
    record(
        actor=actor, action="correct note on results", subject=("result_note", row.pk), now=now,
        service_id=note.service_id,
    )  # fmt: skip
    return row


def _tidy(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise RefusedError("Write what it is.")
    if len(words) > LONGEST:
        raise RefusedError(f"Use {LONGEST} characters or fewer.")
    return words


def _care() -> dict[str, str]:
    return {one.code: one.title for one in newest_pathways()}


@dataclass(frozen=True, slots=True)
class BaselineOf:
    """What a recorded number of a measure can be of, as code and title; in which unit; and the most it can be: what is
    more is a slip of the keyboard."""

    unit: Unit
    most: Decimal
    of_what: Callable[[], dict[str, str]]
    is_of_years: bool = False


BASELINES = {
    "M23": BaselineOf(Unit.PENCE, Decimal(100_000_000), lambda: ONE_OF),
    "M24": BaselineOf(Unit.PENCE, Decimal(100_000_000_000), _care, is_of_years=True),
    "M25": BaselineOf(Unit.MINUTES, Decimal(24 * 60), _care),
}


@transaction.atomic
def record_baseline(
    *,
    actor: Actor,
    service_id: int,
    measure_code: str,
    of_what: str,
    value: Decimal,
    first: date,
    last: date,
    since: date,
    source: str,
    now: datetime,
) -> Baseline:
    """Record a number that a measure needs from outside, in its unit (pence, minutes), and from which source.

    It takes the place of what was recorded of the same before, which stays in the record.

    Raises: NotAllowedError; RefusedError where something of it cannot be.
    """
    _require_baselines(actor, service_id)
    if measure_code not in BASELINES:
        raise RefusedError("Choose a measure that has a baseline.")
    wanted = BASELINES[measure_code]
    if of_what not in wanted.of_what():
        raise RefusedError("Choose what it is of.")
    if not 0 < value <= wanted.most:
        raise RefusedError("Enter a number above 0 that can be.")
    if last < first or since <= last or since > london_day(now):
        raise RefusedError("The change must come after the days the number is of, and have come already.")
    if wanted.is_of_years and (last - first).days < SHORTEST_YEAR:
        raise RefusedError("Give a whole year, or several: spending has seasons.")
    # the service is locked: of two recorded at once, one takes the place of the other
    Service.objects.select_for_update().get(pk=service_id)
    row = Baseline.objects.create(
        service_id=service_id, measure_key=measure_code, of_what=of_what, value=value, unit=wanted.unit.value,
        first=first, last=last, since=since, source=_tidy(source), recorded_at=now, recorded_by=actor.name,
        corrects=Baseline.objects.filter(
            service_id=service_id, measure_key=measure_code, of_what=of_what, corrected_by__isnull=True
        ).first(),
    )  # fmt: skip
    record(actor=actor, action="record baseline", subject=("baseline", row.pk), now=now, service_id=service_id)
    return row


@transaction.atomic
def take_back_baseline(*, actor: Actor, baseline: Baseline, now: datetime) -> Baseline:
    """Take a baseline back; what it said stays in the record, and nothing is measured against it any more.

    Raises: NotAllowedError; RefusedError where somebody corrected it or took it back before.
    """
    _require_baselines(actor, baseline.service_id)
    Service.objects.select_for_update().get(pk=baseline.service_id)
    if baseline.is_taken_back or Baseline.objects.filter(corrects=baseline).exists():
        raise RefusedError("Somebody changed this since. Look at what stands now.")
    row = Baseline.objects.create(
        service_id=baseline.service_id, measure_key=baseline.measure_key, of_what=baseline.of_what,
        value=baseline.value, unit=baseline.unit, first=baseline.first, last=baseline.last, since=baseline.since,
        source=baseline.source, corrects=baseline, is_taken_back=True, recorded_at=now, recorded_by=actor.name,
    )  # fmt: skip
    record(
        actor=actor, action="take back baseline", subject=("baseline", row.pk), now=now,
        service_id=baseline.service_id,
    )  # fmt: skip
    return row


def _require_baselines(actor: Actor, service_id: int) -> None:
    """Who writes down what came of a change says how it was before; results show it."""
    require(actor, Permission.SEE_RESULTS, service_id)
    require(actor, Permission.WRITE_EVIDENCE, service_id)


@transaction.atomic
def subscribe(*, actor: Actor, service_id: int, audience: str, how_often: str, now: datetime) -> PackSubscription:
    """Send the actor the pack of an audience from now on, in place of how often they were sent it before.

    Raises: NotAllowedError; RefusedError where there is no such audience, or it is not said how often.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    if actor.account_id is None:
        raise RefusedError("Only somebody with an account can be sent a pack.")
    if audience not in {one.code for one in audiences()}:
        raise RefusedError("Choose a pack that there is.")
    if how_often not in HowOften.values:
        raise RefusedError("Choose how often.")
    # the service is locked: two forms sent at once come one after the other
    Service.objects.select_for_update().get(pk=service_id)
    open_ones = PackSubscription.objects.filter(
        service_id=service_id, account_id=actor.account_id, audience=audience, ended_at__isnull=True
    )
    if same := open_ones.filter(how_often=how_often).first():
        return same
    open_ones.update(ended_at=now)
    row = PackSubscription.objects.create(
        service_id=service_id, account_id=actor.account_id, audience=audience, how_often=how_often, set_at=now,
        set_by=actor.name,
    )  # fmt: skip
    record(
        actor=actor, action="subscribe to pack", subject=("pack_subscription", row.pk), now=now, service_id=service_id
    )
    return row


@transaction.atomic
def unsubscribe(*, actor: Actor, service_id: int, audience: str, now: datetime) -> int:
    """Send the actor this pack no more; gives how many subscriptions that ended: none where there was none.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    rows = PackSubscription.objects.select_for_update().filter(
        service_id=service_id, account_id=actor.account_id, audience=audience, ended_at__isnull=True
    )
    ended = list(rows)
    for row in ended:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        record(
            actor=actor, action="end pack subscription", subject=("pack_subscription", row.pk), now=now,
            service_id=service_id,
        )  # fmt: skip
    return len(ended)


def newest_due(how_often: str, now: datetime) -> tuple[date, datetime]:
    """The first day of the newest period in which a pack was due, and the moment it was due.

    A week's is due as the next begins; a month's and a quarter's once the one before it has settled.
    """
    today = london_day(now)
    begins = today - timedelta(days=today.weekday()) if how_often == HowOften.WEEKLY else today.replace(day=1)
    if how_often == HowOften.QUARTERLY:
        begins = months_later(begins, -((begins.month - 1) % 3))
    due = _due(how_often, begins)
    if due <= now:
        return begins, due
    months = {HowOften.MONTHLY: 1, HowOften.QUARTERLY: 3}.get(HowOften(how_often), 0)
    before = months_later(begins, -months) if months else begins - timedelta(days=7)
    return before, _due(how_often, before)


def _due(how_often: str, begins: date) -> datetime:
    wait = timedelta(0) if how_often == HowOften.WEEKLY else SETTLES_AFTER - timedelta(days=1)
    return london_moment(begins + wait, SENT_AT)


@transaction.atomic
def send_packs(*, actor: Actor, service_id: int, now: datetime) -> list[SentPack]:
    """Tell whoever is due a pack where it is; after a stop the newest alone, and each once.

    Who may no longer see results is sent none.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    rows = PackSubscription.objects.filter(service_id=service_id, ended_at__isnull=True)
    waiting = []
    for row in rows.order_by("pk"):
        period, due = newest_due(row.how_often, now)
        if due > row.set_at:
            waiting.append((row, period))
    if not waiting:
        return []
    told = set(
        SentPack.objects.filter(subscription__in=[row for row, _ in waiting]).values_list("subscription_id", "period")
    )
    waiting = [(row, period) for row, period in waiting if (row.pk, period) not in told]
    if not waiting:
        return []
    may = {account.pk for account in accounts_that_may(Permission.SEE_RESULTS, service_id)}
    periods = {row.pk: period for row, period in waiting if row.account_id in may}
    # locked: whoever stops it while it is sent comes before or after, and another worker finds it sent
    locked = rows.filter(pk__in=periods).select_for_update(of=("self",)).select_related("service", "account")
    sent = [one for row in locked.order_by("pk") if (one := _send_pack(actor, row, periods[row.pk], now))]
    if sent:
        record(
            actor=actor, action="send packs", subject=("sent_pack", sent[0].pk), now=now, service_id=service_id,
            count=len(sent),
        )  # fmt: skip
    return sent


def _send_pack(actor: Actor, row: PackSubscription, period: date, now: datetime) -> SentPack | None:
    one = next((one for one in audiences() if one.code == row.audience), None)
    if one is None:
        return None
    sent, is_new = SentPack.objects.get_or_create(subscription=row, period=period, defaults={"sent_at": now})
    if not is_new:
        return None
    notify(
        actor=actor, service_id=row.service_id, accounts=[row.account], kind="results-pack",
        title=f"Results to read: {one.title}, {row.service.name}",
        text="Small numbers are hidden in it. Sign in to read it, print it or stop it.",
        path=f"/results/for/{one.code}/pack?service={row.service.code}",
        once_key=f"results-pack-{row.pk}-{period.isoformat()}", now=now, is_by_email=True,
    )  # fmt: skip
    return sent


@transaction.atomic
def keep_figures(*, actor: Actor, file: str, figures: Iterable[Figure], now: datetime) -> int:
    """Keep what a national file says of our measures, in place of what this file said before; gives how many figures.

    What was not published, and what answers to no measure of ours, is not kept.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE)
    NationalFigure.objects.filter(file=file).delete()
    rows = [
        NationalFigure(
            measure_key=one.measure, says=one.says[:300], place_code=one.place_code, place=one.place, first=one.first,
            last=one.last, numerator=one.numerator, denominator=one.denominator, value=one.value, unit=one.unit.value,
            file=file, sheet=one.sheet, kept_at=now,
        )
        for one in figures
        if one.measure and one.value is not None
    ]  # fmt: skip
    NationalFigure.objects.bulk_create(rows, batch_size=500)
    record(actor=actor, action="keep national figures", subject=("national_file", None), now=now, count=len(rows))
    return len(rows)
