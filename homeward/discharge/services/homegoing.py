"""How somebody gets home, and the medicines they take with them."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.discharge.models import HomeMedicines, HospitalStay, Transport
from homeward.discharge.rules.homegoing import medicines_faults, transport_faults
from homeward.discharge.services.changing import _happened, _locked_open
from homeward.discharge.states import (
    WITHOUT_REFERENCE,
    MedicinesState,
    StayEventKind,
    TransportMode,
    TransportState,
    TravelsBy,
)
from homeward.kernel.rules import LONDON, RefusedError


@dataclass(frozen=True, slots=True)
class TransportGiven:
    """How somebody travels, as it is told; codes are those of states."""

    state: str
    owner: str
    mode: str = ""
    travels_by: str = ""
    is_two_person: bool = False
    collect_at: datetime | None = None
    provider: str = ""
    reference: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class MedicinesGiven:
    """How far the medicines to take home are, as it is told; `state` is a code of MedicinesState."""

    state: str
    owner: str
    ready_at: datetime | None = None
    checked_by: str = ""
    handed_to: str = ""
    changes_told_to: str = ""
    note: str = ""


class NotArrangedError(RefusedError):
    """Something is missing. `faults` says what, by the field it is asked in."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


@transaction.atomic
def arrange_transport(*, actor: Actor, stay: HospitalStay, given: TransportGiven, now: datetime) -> Transport:
    """Say how somebody travels when they leave, whose it is, and how far it is.

    Raises: NotAllowedError; NotArrangedError; RefusedError when they have left.
    """
    require(actor, Permission.CHASE, stay.service_id)
    stay = _locked_open(stay)
    _in_list("state", given.state, TransportState.values)
    _in_list("mode", given.mode, ["", *TransportMode.values])
    _in_list("travels_by", given.travels_by, ["", *TravelsBy.values])
    faults = transport_faults(
        given.state, given.mode, given.travels_by, has_time=given.collect_at is not None,
        reference=given.reference.strip(), note=given.note.strip(), free=WITHOUT_REFERENCE,
    )  # fmt: skip
    row = _kept(actor, Transport, stay, given, faults, now)
    at = f", {_moment(row.collect_at)}" if row.collect_at and given.state == TransportState.BOOKED else ""
    words = f"Transport: {row.get_state_display().lower()}"
    detail = ", ".join(filter(None, (row.get_mode_display(), row.reference, row.note)))
    _happened(actor, stay, StayEventKind.READIED, now, field="transport", after=f"{words}{at}", text=detail)
    return row


@transaction.atomic
def arrange_medicines(*, actor: Actor, stay: HospitalStay, given: MedicinesGiven, now: datetime) -> HomeMedicines:
    """Say how far the medicines to take home are, and whose they are to see to.

    Raises: NotAllowedError; NotArrangedError; RefusedError when they have left.
    """
    require(actor, Permission.CHASE, stay.service_id)
    stay = _locked_open(stay)
    _in_list("state", given.state, MedicinesState.values)
    faults = medicines_faults(
        given.state, has_time=given.ready_at is not None, checked_by=given.checked_by.strip(),
        handed_to=given.handed_to.strip(), changes_told_to=given.changes_told_to.strip(), note=given.note.strip(),
    )  # fmt: skip
    row = _kept(actor, HomeMedicines, stay, given, faults, now)
    words = f"Medicines to take home: {row.get_state_display().lower()}"
    said = (
        f"Checked by {row.checked_by}" if row.checked_by else "", f"Given to {row.handed_to}" if row.handed_to else "",
        f"Changes explained to {row.changes_told_to}" if row.changes_told_to else "", row.note,
    )  # fmt: skip
    _happened(
        actor, stay, StayEventKind.READIED, now, field="medicines", after=words, text=". ".join(filter(None, said))
    )
    return row


def _in_list(name: str, value: str, allowed: list[str]) -> None:
    if value not in allowed:
        raise NotArrangedError({name: "Choose one."})


def _kept(actor: Actor, model: type, stay: HospitalStay, given, faults: dict[str, str], now: datetime):
    if not given.owner.strip():
        faults = {"owner": "Say whose it is.", **faults}
    if faults:
        raise NotArrangedError(faults)
    told = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(given).items()}
    row, _ = model.objects.update_or_create(stay=stay, defaults={**told, "changed_at": now, "changed_by": actor.name})
    return row


def _moment(moment: datetime) -> str:
    at = moment.astimezone(LONDON)
    return f"{at:%A} {at.day} {at:%B}, {at:%H:%M}"
