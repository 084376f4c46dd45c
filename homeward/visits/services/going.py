"""Where a service goes."""

import re
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.visits.models import ServiceArea

OUTWARD_CODE = re.compile(r"^[A-Z]{1,2}[0-9][A-Z0-9]?$")


@transaction.atomic
def set_area(
    *, actor: Actor, service_id: int, radius_kilometres: int, postcode_districts: list[str], now: datetime
) -> ServiceArea:
    """Say where a service goes: so far from its bases, or, where postcode districts are given, to those alone.

    Raises: NotAllowedError; RefusedError when the distance or a district cannot be right.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    if not 1 <= radius_kilometres <= 200:
        raise RefusedError("Give the distance in whole kilometres, from 1 to 200.")
    districts = [code for district in postcode_districts if (code := district.strip().upper())]
    for district in districts:
        if not OUTWARD_CODE.match(district):
            raise RefusedError(f"“{district}” is not the first half of a postcode. Give districts such as DE1 or DE24.")
    area, _ = ServiceArea.objects.update_or_create(
        service_id=service_id,
        defaults={
            "radius_kilometres": radius_kilometres,
            "postcode_districts": sorted(set(districts)),
            "set_by": actor.name,
            "set_at": now,
        },
    )
    record(actor=actor, action="set area", subject=("service", service_id), now=now, service_id=service_id)
    return area
