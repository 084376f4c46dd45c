"""Whom care is bought from, on what terms, and at what price."""

from django.db import models
from django.db.models import F, Q

from homeward.commissioning.rules.prices import Price, Terms
from homeward.commissioning.states import ProviderKind, RateTime, RateUnit, ServiceKind
from homeward.teams.models import Organisation, Service


class Provider(models.Model):
    """An organisation that care is bought from.

    `quality` is the service's own score from its monitoring, 0 to 100 and None where there is none: how it is made is
    a local decision, said in `quality_source`.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="providers")
    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="provider")
    kind = models.CharField(max_length=12, choices=ProviderKind)
    # Where offers and queries go
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    quality = models.PositiveSmallIntegerField(null=True)
    quality_source = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quality__isnull=True) | Q(quality__lte=100), name="provider_quality_100")
        ]

    def __str__(self) -> str:
        return str(self.organisation)


class CareContract(models.Model):
    """What a provider and the commissioners agreed, between two days. Money is in pence, because pence never round.

    `areas` are outward codes, such as ["DE1"], everywhere where there is none; `kinds` are ServiceKind codes.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="contracts")
    reference = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    kinds = models.JSONField(default=list)
    areas = models.JSONField(default=list)
    weekly_minutes = models.PositiveIntegerField(null=True, help_text="What the provider says it can deliver a week")
    # Wall clock, between which the night rate holds. A local decision of each contract
    night_from = models.CharField(max_length=5, default="22:00")
    night_until = models.CharField(max_length=5, default="07:00")
    # How far an invoiced start, or length, may be from the visit's own. A local decision of each contract
    start_tolerance_minutes = models.PositiveSmallIntegerField(default=30)
    length_tolerance_minutes = models.PositiveSmallIntegerField(default=5)
    mileage_pence = models.PositiveIntegerField(default=0, help_text="For each mile; 0: no mileage is paid")
    most_miles = models.PositiveSmallIntegerField(default=0, help_text="Miles a visit that are paid at most")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="care_contract_reference_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="care_contract_in_order"
            ),
        ]

    def terms(self) -> Terms:
        """What of it matters for money."""
        return Terms(
            prices=tuple(
                Price(one.kind, one.time, one.unit, one.up_to_minutes, one.pence, one.starts_on)
                for one in self.rates.all()
            ),
            night_from=self.night_from,
            night_until=self.night_until,
            start_tolerance=self.start_tolerance_minutes,
            length_tolerance=self.length_tolerance_minutes,
            mileage_pence=self.mileage_pence,
            most_miles=self.most_miles,
        )


class Rate(models.Model):
    """What a contract charges for one kind of care at one time, by the hour or by the visit.

    By the visit, `up_to_minutes` is the longest visit that this price is for; by the hour it is 0. A new price is a new
    row from a day, and the newest that has begun holds.
    """

    contract = models.ForeignKey(CareContract, on_delete=models.PROTECT, related_name="rates")
    kind = models.CharField(max_length=12, choices=ServiceKind)
    time = models.CharField(max_length=8, choices=RateTime)
    unit = models.CharField(max_length=6, choices=RateUnit)
    up_to_minutes = models.PositiveSmallIntegerField(default=0)
    pence = models.PositiveIntegerField()
    starts_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit=RateUnit.HOUR, up_to_minutes=0) | Q(unit=RateUnit.VISIT, up_to_minutes__gt=0),
                name="rate_of_a_visit_has_a_length",
            ),
            models.UniqueConstraint(
                fields=["contract", "kind", "time", "unit", "up_to_minutes", "starts_on"],
                name="rate_once",
            ),
        ]
