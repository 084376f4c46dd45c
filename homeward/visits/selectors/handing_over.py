"""Handover sheets."""

from datetime import datetime

from django.db.models import Prefetch

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.visits.models import (
    HandoverNote,
    HandoverSheet,
)


class HandoverSheetNotFoundError(Exception):
    """There is no such handover sheet in the actor's services."""


def handover_sheets(actor: Actor, service_id: int, limit: int = 30) -> list[HandoverSheet]:
    """The handover sheets of a service, newest change of shift first, without opening them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    return list(HandoverSheet.objects.filter(service_id=service_id).defer("parts").order_by("-changes_at")[:limit])


def handover_sheet(actor: Actor, sheet_id: int, now: datetime) -> HandoverSheet:
    """One handover sheet with its notes; everyone on it is audited.

    Raises: NotAllowedError; HandoverSheetNotFoundError.
    """
    require(actor, Permission.SEE_RESPONDING)
    sheet = (
        HandoverSheet.objects.filter(service_id__in=actor.service_ids, pk=sheet_id)
        .select_related("service")
        .prefetch_related(Prefetch("notes", HandoverNote.objects.order_by("written_at", "id")))
        .first()
    )
    if sheet is None:
        raise HandoverSheetNotFoundError("There is no such handover sheet in your service.")
    people = {line["person_id"] for part in sheet.parts for line in part["lines"] if line.get("person_id")}
    record_reads(
        actor=actor,
        action="open handover sheet",
        subject_kind="sheet",
        now=now,
        service_id=sheet.service_id,
        person_ids=sorted(people),
    )
    return sheet
