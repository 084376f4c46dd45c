"""Making a month's return, and closing it for good."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.outcomes.models import ClosedReturn
from homeward.outcomes.returns.cld.building import CODES as CLD_CODES
from homeward.outcomes.returns.cld.building import build_cld
from homeward.outcomes.returns.codes import read_codes
from homeward.outcomes.returns.csds.building import CODES as CSDS_CODES
from homeward.outcomes.returns.csds.building import build_csds
from homeward.outcomes.returns.months import Month
from homeward.outcomes.returns.sitrep.building import CODES as SITREP_CODES
from homeward.outcomes.returns.sitrep.building import build_sitrep
from homeward.outcomes.returns.writing import REPORT, Built, files_of, report_of


@dataclass(frozen=True, slots=True)
class Kind:
    """A return there is: its title, the codes that ship for it, and what builds a month of it."""

    title: str
    codes: Path
    build: Callable[..., Built]


KINDS = {
    "csds": Kind("Community Services Data Set", CSDS_CODES, build_csds),
    "cld": Kind("Adult Social Care Client Level Data", CLD_CODES, build_cld),
    "sitrep": Kind("Situation reports of discharge and of wards", SITREP_CODES, build_sitrep),
}


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
def make_return(
    *, actor: Actor, service_id: int, kind: str, month: date, now: datetime, own_codes: Path | None = None
) -> Return:
    """A return of one month (its first day): as closed, or as the record has it now. `kind` is a key of KINDS.

    That somebody took it out is audited: it names everyone who was in the service's care.

    Raises: NotAllowedError; RefusedError for a month that is not over; CodesError.
    """
    require(actor, Permission.MAKE_RETURNS, service_id)
    _refuse_unfinished(month, now)
    made = _made(service_id, kind, month, own_codes)
    record(actor=actor, action="make return", subject=("return", None), now=now, service_id=service_id)
    closed = ClosedReturn.objects.filter(service_id=service_id, kind=kind, month=month).first()
    if closed is None:
        return Return(made, _digest(made), None)
    changed = tuple(sorted(name for name in made if made[name] != closed.files.get(name) and name != REPORT))
    return Return(closed.files, closed.sha256, closed.closed_at, changed)


@transaction.atomic
def close_return(
    *, actor: Actor, service_id: int, kind: str, month: date, now: datetime, own_codes: Path | None = None
) -> Return:
    """Close a month: from now on it is given out exactly as it is now.

    Raises: NotAllowedError; RefusedError where it is closed already, is not over, or has problems; CodesError.
    """
    require(actor, Permission.MAKE_RETURNS, service_id)
    _refuse_unfinished(month, now)
    if ClosedReturn.objects.filter(service_id=service_id, kind=kind, month=month).exists():
        raise RefusedError(f"{month:%B %Y} is closed already. Make it again without closing it to have its files.")
    files = _made(service_id, kind, month, own_codes)
    problems = json.loads(files[REPORT])["problems"]
    if problems:
        raise RefusedError(
            f"{len(problems)} rows have problems. Make the return without closing it, read {REPORT}, put the record "
            "right, then close the month."
        )
    row = ClosedReturn.objects.create(
        service_id=service_id, kind=kind, month=month, closed_at=now, closed_by=actor.name, files=files,
        sha256=_digest(files),
    )  # fmt: skip
    record(actor=actor, action="close return", subject=("return", row.pk), now=now, service_id=service_id)
    return Return(row.files, row.sha256, now)


def _made(service_id: int, kind: str, month: date, own_codes: Path | None) -> dict[str, str]:
    period, made = Month(month), KINDS[kind]
    built = made.build(service_id, period, read_codes(made.codes, own_codes))
    return {**files_of(built), REPORT: report_of(made.title, built, period)}


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
