"""What the catalogue offers, and the stores."""

import re
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.equipment.models import Item, Kind, Shelf, Store
from homeward.equipment.rules import USUAL_KINDS
from homeward.equipment.services.changing import _done
from homeward.equipment.states import Tracking
from homeward.kernel.rules import RefusedError, is_postcode, tidy_postcode
from homeward.procedures.selectors import library
from homeward.teams.models import Service

LONGEST_MINUTES, MOST_MONTHS, MOST_FITTERS, MOST_DAYS = 8 * 60, 120, 4, 3650


@dataclass(frozen=True, slots=True)
class NewKind:
    """A kind as somebody sets it; intervals are None where none is set, and a basis is "" for a local decision."""

    code: str
    title: str
    tracking: str = Tracking.SERIALISED
    is_alerting: bool = False
    needs_approval: bool = False
    skill: str = "equipment_fitting"
    fit_minutes: int = 45
    fitters: int = 1
    check_months: int | None = None
    check_basis: str = ""
    service_months: int | None = None
    service_basis: str = ""
    review_days: int | None = None
    loan_days: int | None = None
    respond_minutes: int | None = None
    silent_hours: int | None = None
    is_offered: bool = True


@transaction.atomic
def add_usual_kinds(*, actor: Actor, service_id: int, now: datetime) -> int:
    """Begin a catalogue with the kinds most services lend; those it has already are left as they are. Gives how many.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, service_id)
    have = set(Kind.objects.filter(service_id=service_id).values_list("code", flat=True))
    new = [one for one in USUAL_KINDS if one.code not in have]
    names = {field.name for field in fields(NewKind)}
    for one in new:
        told = {name: getattr(one, name) for name in one.__slots__ if name in names}
        tracking = Tracking.COUNTED if one.is_counted else Tracking.SERIALISED
        kind = Kind.objects.create(service_id=service_id, tracking=tracking, **told)
        _done(actor, "add kind of equipment", ("kind", kind.pk), service_id, now)
    return len(new)


@transaction.atomic
def set_kind(*, actor: Actor, service_id: int, new: NewKind, now: datetime, kind: Kind | None = None) -> Kind:
    """Add a kind to the catalogue, or change one. What is lent already keeps the days it was lent with.

    Raises: NotAllowedError; RefusedError when something is missing, cannot be, or another kind has its code.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, service_id)
    if kind is not None and kind.service_id != service_id:
        raise RefusedError("This kind is of another service.")
    _check_kind(new)
    others = Kind.objects.filter(service_id=service_id, code=new.code).exclude(pk=kind.pk if kind else None)
    if others.exists():
        raise RefusedError("Another kind has this code. Choose one that tells them apart.")
    if (
        kind is not None
        and new.tracking != kind.tracking
        and (Item.objects.filter(kind=kind).exists() or Shelf.objects.filter(kind=kind).exists())
    ):
        raise RefusedError("There is stock of this kind. Add another kind beside it to count it in another way.")
    row = kind or Kind(service_id=service_id)
    for field in fields(NewKind):
        setattr(row, field.name, getattr(new, field.name))
    row.save()
    _done(actor, "set kind of equipment", ("kind", row.pk), service_id, now)
    return row


def _check_kind(new: NewKind) -> None:
    if not new.title.strip() or not new.code.strip():
        raise RefusedError("Give the kind a name and a code.")
    if not re.fullmatch(r"[a-z0-9_-]{1,60}", new.code):
        raise RefusedError("Give a code of at most 60 small letters, digits, - and _.")
    if len(new.title) > 120 or max(len(new.check_basis), len(new.service_basis)) > 200:
        raise RefusedError("Give a name of at most 120 characters, and name a rule in at most 200.")
    if any(number is not None and not 1 <= number <= MOST_DAYS for number in (new.review_days, new.loan_days)):
        raise RefusedError("Give the days to a review, or of a loan, as 1 to 3,650, or leave it empty.")
    if new.silent_hours is not None and not 1 <= new.silent_hours <= MOST_DAYS:
        raise RefusedError("Give the hours until it counts as silent as 1 to 3,650, or leave it empty.")
    if new.tracking not in Tracking.values:
        raise RefusedError("Say whether each has its own number, or they are only counted.")
    if new.is_alerting and new.tracking != Tracking.SERIALISED:
        raise RefusedError("What calls for somebody must have its own number, so that we know who calls.")
    if new.skill not in {skill.code for skill in library().skills}:
        raise RefusedError("Choose from the list who fits it.")
    if not 5 <= new.fit_minutes <= LONGEST_MINUTES or not 1 <= new.fitters <= MOST_FITTERS:
        raise RefusedError("A visit takes 5 minutes to 8 hours, and 1 to 4 workers.")
    for months in (new.check_months, new.service_months):
        if months is not None and not 1 <= months <= MOST_MONTHS:
            raise RefusedError("Give the months between checks, 1 to 120, or leave it empty for none.")
    if new.respond_minutes is not None and (not new.is_alerting or not 1 <= new.respond_minutes <= 1440):
        raise RefusedError("Only what calls for somebody has a time to answer in: 1 to 1,440 minutes.")


@transaction.atomic
def open_store(
    *,
    actor: Actor,
    service_id: int,
    name: str,
    now: datetime,
    lines: str = "",
    postcode: str = "",
    shared_with: Collection[Service] = (),
) -> Store:
    """Open a place where equipment is kept. The services it is shared with may lend from it too.

    Raises: NotAllowedError; RefusedError without a name, with one another store has, or with a postcode that is none.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, service_id)
    if not name.strip():
        raise RefusedError("Give the store a name.")
    if postcode.strip() and not is_postcode(postcode):
        raise RefusedError("Enter a full postcode, like DE1 3DA.")
    if Store.objects.filter(service_id=service_id, name__iexact=name.strip()).exists():
        raise RefusedError("Another store has this name. Give it one that tells them apart.")
    store = Store.objects.create(
        service_id=service_id, name=name.strip()[:120], lines=lines.strip()[:200], postcode=tidy_postcode(postcode)
    )
    store.shared_with.set([one for one in shared_with if one.pk != service_id])
    _done(actor, "open equipment store", ("store", store.pk), service_id, now)
    return store


@transaction.atomic
def share_store(*, actor: Actor, store: Store, services: Collection[Service], now: datetime) -> Store:
    """Say which other services may lend from a store: these, and no others. What they have lent stays lent.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, store.service_id)
    store.shared_with.set([one for one in services if one.pk != store.service_id])
    _done(actor, "share equipment store", ("store", store.pk), store.service_id, now)
    return store
