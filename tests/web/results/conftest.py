"""A history that measures can be made of."""

from datetime import timedelta

import pytest

from homeward.outcomes.facts.copying import refresh
from homeward.people.services import NewPerson, register_person
from homeward.referrals.models import Referral
from homeward.referrals.services import NewReferral, receive_referral

MONTH = timedelta(days=30)
PEOPLE = 15


@pytest.fixture
def copied(settings, tmp_path, service, desk, now):
    """Referrals over fourteen months, 10 and 12 by turns, each of a month of somebody else, copied for the measures."""
    settings.VAR = tmp_path
    people = [
        register_person(actor=desk, service_id=service.pk, new=NewPerson("Made", "Up-Person"), now=now)
        for _ in range(PEOPLE)
    ]
    new = NewReferral(source="gp", urgency="routine", need_text="Weak since a fall")
    one = receive_referral(actor=desk, person=people[0], new=new, now=now)
    many = [now - MONTH * back for back in range(14) for _ in range(10 + 2 * (back % 2))]
    Referral.objects.bulk_create(
        Referral(
            service_id=service.pk, person=people[number % PEOPLE], source=one.source, urgency=one.urgency,
            need_text=one.need_text, state=one.state, received_at=received_at, reference=f"MADE-{number}",
        )
        for number, received_at in enumerate(many)
    )  # fmt: skip
    refresh(now=now)
