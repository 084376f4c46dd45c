"""Noting something on results, and putting it right."""

from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.models import ResultNote
from homeward.outcomes.states import NoteKind

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
