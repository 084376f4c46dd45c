"""Making a month's return, and closing it for good."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.outcomes.models import ClosedReturn
from homeward.outcomes.returns.csds.building import Month, build_rows
from homeward.outcomes.returns.csds.settings import read_settings
from homeward.outcomes.returns.csds.writing import REPORT, files_of, report_of

CSDS = "csds"


@dataclass(frozen=True, slots=True)
class Return:
    """A month's files by name, the report among them. `closed_at` is None while the month may still change.

    changed_since: names of files that would be different were they made today, for a closed month.
    """

    files: dict[str, str]
    sha256: str
    closed_at: datetime | None
    changed_since: tuple[str, ...] = ()

    @property
    def report(self) -> dict:
        """The report as it stands in its file."""
        return json.loads(self.files[REPORT])


@transaction.atomic
def make_csds(
    *, actor: Actor, service_id: int, month: date, now: datetime, settings_file: Path | None = None
) -> Return:
    """The Community Services Data Set of one month (its first day): as closed, or as the record has it now.

    That somebody took it out is audited: it names everyone who was in the service's care.

    Raises: NotAllowedError; RefusedError for a month that is not over; SettingsError.
    """
    require(actor, Permission.MAKE_RETURNS, service_id)
    _refuse_unfinished(month, now)
    made = _made(service_id, month, settings_file)
    record(actor=actor, action="make return", subject=("return", None), now=now, service_id=service_id)
    closed = ClosedReturn.objects.filter(service_id=service_id, kind=CSDS, month=month).first()
    if closed is None:
        return Return(made, _digest(made), None)
    changed = tuple(sorted(name for name in made if made[name] != closed.files.get(name) and name != REPORT))
    return Return(closed.files, closed.sha256, closed.closed_at, changed)


@transaction.atomic
def close_csds(
    *, actor: Actor, service_id: int, month: date, now: datetime, settings_file: Path | None = None
) -> Return:
    """Close a month: from now on it is given out exactly as it is now.

    Raises: NotAllowedError; RefusedError where it is closed already, is not over, or has problems; SettingsError.
    """
    require(actor, Permission.MAKE_RETURNS, service_id)
    _refuse_unfinished(month, now)
    if ClosedReturn.objects.filter(service_id=service_id, kind=CSDS, month=month).exists():
        raise RefusedError(f"{month:%B %Y} is closed already. Make it again without closing it to have its files.")
    files = _made(service_id, month, settings_file)
    problems = json.loads(files[REPORT])["problems"]
    if problems:
        raise RefusedError(
            f"{len(problems)} rows have problems. Make the return without closing it, read {REPORT}, put the record "
            "right, then close the month."
        )
    row = ClosedReturn.objects.create(
        service_id=service_id, kind=CSDS, month=month, closed_at=now, closed_by=actor.name, files=files,
        sha256=_digest(files),
    )  # fmt: skip
    record(actor=actor, action="close return", subject=("return", row.pk), now=now, service_id=service_id)
    return Return(row.files, row.sha256, now)


def _made(service_id: int, month: date, settings_file: Path | None) -> dict[str, str]:
    period = Month(month)
    built = build_rows(service_id, period, read_settings(settings_file))
    return {**files_of(built), REPORT: report_of(built, period)}


def _refuse_unfinished(month: date, now: datetime) -> None:
    if month.day != 1:
        raise RefusedError("A return is of a whole month: name it as 2026-10.")
    if Month(month).next > london_day(now):
        raise RefusedError(f"{month:%B %Y} is not over. A return is made from the first day of the month after.")


def _digest(files: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()
