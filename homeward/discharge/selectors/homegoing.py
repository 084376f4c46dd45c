"""How people get home and with which medicines, and what of it is missing."""

from datetime import datetime

from homeward.access.rules import Actor, Permission, require
from homeward.discharge.models import HomeMedicines, HospitalStay, Transport
from homeward.discharge.rules.homegoing import not_arranged
from homeward.kernel.rules import london_day


def transport_of(actor: Actor, stay: HospitalStay) -> Transport | None:
    """How somebody travels; None where nothing is recorded. `stay` comes from a selector that audited it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    return getattr(stay, "transport", None)


def medicines_of(actor: Actor, stay: HospitalStay) -> HomeMedicines | None:
    """How far the medicines to take home are; None where nothing is recorded. `stay` as for `transport_of`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    return getattr(stay, "home_medicines", None)


def not_arranged_for(actor: Actor, stay: HospitalStay, now: datetime) -> tuple[str, ...]:
    """What of transport and medicines is missing for somebody in hospital. Where there are many stays, read
    `transport` and `home_medicines` with them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    transport, medicines = transport_of(actor, stay), medicines_of(actor, stay)
    if not stay.is_open:
        return ()
    return not_arranged(
        expected_on=stay.expected_on, is_ready=stay.ready_on is not None,
        transport=transport.state if transport else "", collect_at=transport.collect_at if transport else None,
        medicines=medicines.state if medicines else "", medicines_ready_at=medicines.ready_at if medicines else None,
        now=now, today=london_day(now),
    )  # fmt: skip
