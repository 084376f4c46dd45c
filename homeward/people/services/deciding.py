"""Details that another record says: proposed by an import, and taken over or not by a person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from homeward.access.rules import Actor
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import DetailToDecide, Person
from homeward.people.services.circle import add_contact
from homeward.people.services.home import move_home
from homeward.people.services.identity import change_facts, change_nhs_number
from homeward.people.services.registering import NewAddress
from homeward.people.services.remembering import LONGEST_REASON, _done, _held, _may_change, _remember
from homeward.people.services.safety import note_need
from homeward.people.states import DetailDecision, DetailPart, NeedKind
from homeward.teams.models import Organisation

LONGEST_SAID = 500  # as a detail keeps what either record says


@dataclass(frozen=True, slots=True)
class SaidElsewhere:
    """One detail that another record says: in words, here and there, and what taking it would set (may be nothing)."""

    part: DetailPart
    here: str
    there: str
    value: Mapping[str, Any]


@transaction.atomic
def propose_details(
    *, actor: Actor, person: Person, said: list[SaidElsewhere], said_by: str, message_id: int | None, now: datetime
) -> int:
    """Keep what another record says for somebody to decide on; gives how many are new.

    What waits already, or was decided before, is not asked again.

    Raises: NotAllowedError.
    """
    held = _may_change(actor, person)
    known = set(held.details_to_decide.values_list("part", "there"))
    told = {(one.part, one.there[:LONGEST_SAID]): one for one in said}
    new = [one for key, one in told.items() if key not in known]
    DetailToDecide.objects.bulk_create(
        DetailToDecide(
            person=held,
            part=one.part,
            here=one.here[:LONGEST_SAID],
            there=one.there[:LONGEST_SAID],
            value=dict(one.value),
            said_by=said_by[:120],
            message_id=message_id,
            said_at=now,
        )
        for one in new
    )
    if new:
        _done(actor, held, "propose details", ("detail", None), now)
    return len(new)


@transaction.atomic
def decide_detail(
    *, actor: Actor, detail: DetailToDecide, decision: DetailDecision | str, now: datetime, reason: str = ""
) -> DetailToDecide:
    """Take what another record says over into this one, or keep what is here. The history says who, and from where.

    Raises: NotAllowedError; RefusedError when it was decided meanwhile, cannot be taken over as it is, or the record
    cannot hold it; with what to do.
    """
    held = _may_change(actor, detail.person)
    detail = _held(detail)
    reason = reason.strip()
    if decision not in DetailDecision.values:
        raise RefusedError("Choose: take theirs, or keep what is here.")
    if detail.decision:
        raise RefusedError(f"{detail.decided_by} decided this meanwhile.")
    if len(reason) > LONGEST_REASON:
        raise RefusedError(f"Say why in {LONGEST_REASON} characters or fewer.")
    why = f"From the record of {detail.said_by}. {reason}".strip()[:LONGEST_REASON]
    if decision == DetailDecision.TAKEN:
        if not detail.value:
            raise RefusedError(
                "This cannot be taken over by itself. Change the record by hand, then keep what is here."
            )
        TAKEN_BY[detail.part](actor, held, detail.value, why, now)
    else:
        _remember(actor, held, "detail", detail.pk, detail.part, detail.there, detail.here, f"Not taken. {why}", now)
    detail.decision, detail.reason, detail.decided_at = decision, reason, now
    detail.decided_by, detail.decided_role = actor.name, actor.title
    detail.save(update_fields=["decision", "reason", "decided_at", "decided_by", "decided_role"])
    _done(actor, held, "decide detail", ("detail", detail.pk), now)
    return detail


Value = Mapping[str, Any]


def _facts(actor: Actor, person: Person, value: Value, why: str, now: datetime) -> None:
    values = dict(value)
    if "birth_date" in values:
        values["birth_date"] = date.fromisoformat(values["birth_date"])
    change_facts(actor=actor, person=person, values=values, reason=why, now=now)


def _number(actor: Actor, person: Person, value: Value, why: str, now: datetime) -> None:
    change_nhs_number(
        actor=actor, person=person, number=value["number"], is_verified=value["is_verified"], how=why, now=now
    )


def _home(actor: Actor, person: Person, value: Value, why: str, now: datetime) -> None:
    new = NewAddress(lines=value["lines"], postcode=value["postcode"])
    move_home(actor=actor, person=person, new=new, from_day=london_day(now), reason=why, now=now)


def _practice(actor: Actor, person: Person, value: Value, why: str, now: datetime) -> None:
    code = value["ods_code"]
    practices = Organisation.objects.filter(service_id=person.service_id, kind=Organisation.Kind.GP_PRACTICE)
    practice = practices.filter(ods_code__iexact=code).first()
    if practice is None:
        raise RefusedError(f"The GP practice {code} is not on the list of this service. An administrator adds it.")
    change_facts(actor=actor, person=person, values={"gp_practice": practice}, reason=why, now=now)


def _contact(actor: Actor, person: Person, value: Value, why: str, now: datetime) -> None:
    add_contact(actor=actor, person=person, values=value, now=now)


def _need(actor: Actor, person: Person, value: Value, why: str, now: datetime) -> None:
    note_need(actor=actor, person=person, kind=NeedKind.OTHER, text=value["text"], now=now)


TAKEN_BY: Mapping[str, Callable[[Actor, Person, Value, str, datetime], None]] = {
    DetailPart.NHS_NUMBER: _number,
    DetailPart.NAME: _facts,
    DetailPart.BIRTH: _facts,
    DetailPart.GENDER: _facts,
    DetailPart.PHONE: _facts,
    DetailPart.EMAIL: _facts,
    DetailPart.LANGUAGE: _facts,
    DetailPart.INTERPRETER: _facts,
    DetailPart.HOME: _home,
    DetailPart.GP_PRACTICE: _practice,
    DetailPart.CONTACT: _contact,
    DetailPart.NEED: _need,
}
