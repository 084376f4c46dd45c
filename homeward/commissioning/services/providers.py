"""Providers, what was agreed with them, and their prices."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, Permission, require
from homeward.commissioning.models import CareContract, Provider, Rate
from homeward.commissioning.services.changing import _done
from homeward.commissioning.services.packages import CLOCK
from homeward.commissioning.states import ProviderKind, RateTime, RateUnit, ServiceKind
from homeward.kernel.rules import RefusedError
from homeward.teams.models import Organisation, Service

OUTWARD_LONGEST = 4


@dataclass(frozen=True, slots=True)
class NewProvider:
    """An organisation that care is bought from; one with this name is taken, or else added."""

    name: str
    kind: str
    email: str = ""
    phone: str = ""
    quality: int | None = None
    quality_source: str = ""


@dataclass(frozen=True, slots=True)
class NewContract:
    """What a provider and the commissioners agreed. `areas` are outward codes; `weekly_minutes` what it can deliver."""

    reference: str
    starts_on: date
    kinds: tuple[str, ...]
    ends_on: date | None = None
    areas: tuple[str, ...] = ()
    weekly_minutes: int | None = None
    night_from: str = "22:00"
    night_until: str = "07:00"
    start_tolerance_minutes: int = 30
    length_tolerance_minutes: int = 5
    mileage_pence: int = 0
    most_miles: int = 0


@dataclass(frozen=True, slots=True)
class NewRate:
    """A price: by the hour, or for a visit of up to so many minutes."""

    kind: str
    time: str
    unit: str
    pence: int
    starts_on: date
    up_to_minutes: int = 0


@transaction.atomic
def add_provider(*, actor: Actor, service_id: int, new: NewProvider, now: datetime) -> Provider:
    """Add an organisation that care is bought from.

    Raises: NotAllowedError; RefusedError where it is one already, or what is told cannot be.
    """
    require(actor, Permission.COMMISSION, service_id)
    name = " ".join(new.name.split())
    if not name or len(name) > 160:
        raise RefusedError("Enter the provider’s name.")
    Service.objects.select_for_update(no_key=True).get(pk=service_id)
    organisation = Organisation.objects.filter(service_id=service_id, name__iexact=name).first()
    if organisation is None:
        kind = Organisation.Kind.HOME_CARE_AGENCY if new.kind == ProviderKind.PRIVATE else Organisation.Kind.OTHER
        organisation = Organisation.objects.create(service_id=service_id, kind=kind, name=name)
    if Provider.objects.filter(organisation=organisation).exists():
        raise RefusedError(f"{organisation} is a provider already.")
    provider = Provider(service_id=service_id, organisation=organisation)
    return _put(actor, provider, new, "add provider", now)


@transaction.atomic
def change_provider(*, actor: Actor, provider: Provider, new: NewProvider, is_active: bool, now: datetime) -> Provider:
    """Change where a provider is reached, its quality score, or whether it is used; its name stays.

    Raises: NotAllowedError; RefusedError where what is told cannot be.
    """
    require(actor, Permission.COMMISSION, provider.service_id)
    provider.is_active = is_active
    return _put(actor, provider, new, "change provider", now)


@transaction.atomic
def add_contract(*, actor: Actor, provider: Provider, new: NewContract, now: datetime) -> CareContract:
    """Add what was agreed with a provider; its prices are added after.

    Raises: NotAllowedError; RefusedError where the reference is taken, or what is told cannot be.
    """
    require(actor, Permission.COMMISSION, provider.service_id)
    if not new.reference.strip() or len(new.reference) > 40:
        raise RefusedError("Enter the contract’s reference.")
    if not new.kinds or not set(new.kinds) <= set(ServiceKind.values):
        raise RefusedError("Choose which kinds of care it is for.")
    if new.ends_on is not None and new.ends_on < new.starts_on:
        raise RefusedError("The contract ends before it starts. Check the days.")
    if not (CLOCK.match(new.night_from) and CLOCK.match(new.night_until)):
        raise RefusedError("Enter when night begins and ends, like 22:00.")
    areas = sorted({area.strip().upper() for area in new.areas if area.strip()})
    if any(len(area) > OUTWARD_LONGEST or not area.isalnum() for area in areas):
        raise RefusedError("Areas are the first part of postcodes, like DE1.")
    if CareContract.objects.filter(provider=provider, reference=new.reference.strip()).exists():
        raise RefusedError("This provider has a contract with this reference already.")
    contract = CareContract.objects.create(
        provider=provider, reference=new.reference.strip(), starts_on=new.starts_on, ends_on=new.ends_on,
        kinds=sorted(new.kinds), areas=areas, weekly_minutes=new.weekly_minutes, night_from=new.night_from,
        night_until=new.night_until, start_tolerance_minutes=new.start_tolerance_minutes,
        length_tolerance_minutes=new.length_tolerance_minutes, mileage_pence=new.mileage_pence,
        most_miles=new.most_miles,
    )  # fmt: skip
    _done(actor, "add contract", provider.service_id, ("care contract", contract.pk), now)
    return contract


@transaction.atomic
def end_contract(*, actor: Actor, contract: CareContract, last_day: date, now: datetime) -> CareContract:
    """Say which day is a contract's last; packages under way go on until somebody ends them.

    Raises: NotAllowedError; RefusedError where it is before its start.
    """
    require(actor, Permission.COMMISSION, contract.provider.service_id)
    if last_day < contract.starts_on:
        raise RefusedError("The contract ends before it starts. Check the day.")
    contract.ends_on = last_day
    contract.save(update_fields=["ends_on"])
    _done(actor, "end contract", contract.provider.service_id, ("care contract", contract.pk), now)
    return contract


@transaction.atomic
def add_rate(*, actor: Actor, contract: CareContract, new: NewRate, now: datetime) -> Rate:
    """Add a price from a day on. A price is never edited: the newest that has begun holds.

    Raises: NotAllowedError; RefusedError where there is one for the same from the same day, or it cannot be.
    """
    require(actor, Permission.COMMISSION, contract.provider.service_id)
    if new.kind not in contract.kinds:
        raise RefusedError("The contract is not for this kind of care.")
    if new.time not in RateTime.values or new.unit not in RateUnit.values:
        raise RefusedError("Choose when the price holds and what it is for.")
    if new.pence <= 0:
        raise RefusedError("Enter a price above nothing.")
    if (new.unit == RateUnit.VISIT) != (0 < new.up_to_minutes <= 24 * 60):
        raise RefusedError("A price for a visit says up to how many minutes; a price for an hour does not.")
    try:
        with transaction.atomic():
            rate = Rate.objects.create(
                contract=contract, kind=new.kind, time=new.time, unit=new.unit, up_to_minutes=new.up_to_minutes,
                pence=new.pence, starts_on=new.starts_on,
            )  # fmt: skip
    except IntegrityError as error:
        raise RefusedError("There is a price for this from this day already.") from error
    _done(actor, "add rate", contract.provider.service_id, ("care contract", contract.pk), now)
    return rate


def _put(actor: Actor, provider: Provider, new: NewProvider, action: str, now: datetime) -> Provider:
    if new.kind not in ProviderKind.values:
        raise RefusedError("Choose what kind of provider it is.")
    if new.quality is not None and not 0 <= new.quality <= 100:
        raise RefusedError("Enter a quality score from 0 to 100.")
    if new.quality is not None and not new.quality_source.strip():
        raise RefusedError("Say where the quality score comes from.")
    if new.email:
        try:
            validate_email(new.email)
        except ValidationError as error:
            raise RefusedError("Enter an email address, like office@example.org.") from error
    provider.kind, provider.email, provider.phone = new.kind, new.email, new.phone.strip()[:40]
    provider.quality, provider.quality_source = new.quality, new.quality_source.strip()[:200]
    provider.save()
    _done(actor, action, provider.service_id, ("provider", provider.pk), now)
    return provider
