"""Care that somebody needs, by the week, and what became of it."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from homeward.commissioning.models.budget import PoolLine
from homeward.commissioning.models.provider import CareContract
from homeward.commissioning.rules.prices import NoPriceError, WeeklyVisit, cost_of_days, week_from
from homeward.commissioning.states import EndReason, PackageState, ServiceKind, SuspensionReason, VariationState
from homeward.episodes.models import Episode
from homeward.people.models import Person
from homeward.plans.models import VisitPattern
from homeward.teams.models import Service


class Package(models.Model):
    """Care needed by one person. Nothing of who they are goes to a provider before one is chosen."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="packages")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="packages")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="packages")
    reference = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=ServiceKind)
    state = models.CharField(max_length=10, choices=PackageState, default=PackageState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    asked_by_account = models.BigIntegerField(null=True)
    # Wanted from; `started_on` is when it began
    starts_on = models.DateField()
    needed_by = models.DateTimeField(null=True)
    area = models.CharField(max_length=8, blank=True, help_text="Outward code of where the person lives")
    needs_text = models.TextField(help_text="What a provider must know to answer. Names nobody")
    contract = models.ForeignKey(CareContract, null=True, on_delete=models.PROTECT, related_name="packages")
    pool_line = models.ForeignKey(PoolLine, null=True, on_delete=models.PROTECT, related_name="packages")
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True, help_text="The last day")
    end_reason = models.CharField(max_length=12, choices=EndReason, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(started_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="package_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "state"], name="package_state"),
            models.Index(fields=["person"], name="package_person"),
        ]

    def weekly(self) -> list[WeeklyVisit]:
        """The visits it asks for, and between which days."""
        return [
            WeeklyVisit(one.weekdays, one.opens_at, one.minutes, one.workers, one.starts_on, one.ends_on)
            for one in self.visits.all()
        ]

    def why_not_by(self, contract: CareContract) -> str:
        """Why it cannot be bought under a contract; empty where it can."""
        provider = contract.provider
        if not provider.is_active:
            return "not used any more"
        if self.kind not in contract.kinds:
            return f"does not offer {self.get_kind_display().lower()}"
        if contract.areas and self.area not in contract.areas:
            return f"does not go to {self.area or 'this area'}"
        if contract.starts_on > self.starts_on or (contract.ends_on is not None and contract.ends_on < self.starts_on):
            return "its contract does not run on the day wanted"
        try:
            self.weekly_pence(contract)
        except NoPriceError:
            return "its contract has no price for visits of this length"
        return ""

    def weekly_pence(self, contract: CareContract, day: date | None = None) -> int:
        """What a whole week of it costs under a contract, the first from its start or from a day.

        Raises: NoPriceError.
        """
        week = week_from(max(self.starts_on, day) if day else self.starts_on)
        return sum(cost_of_days(contract.terms(), self.kind, self.weekly(), week).values())


class PackageVisit(models.Model):
    """A visit that a package asks for on days of the week. A variation ends it and adds others; none is edited."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="visits")
    pattern = models.ForeignKey(VisitPattern, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=120)
    weekdays = models.CharField(max_length=7, help_text="ISO weekday numbers")
    opens_at = models.CharField(max_length=5, help_text="Wall clock, HH:MM")
    closes_at = models.CharField(max_length=5)
    minutes = models.PositiveSmallIntegerField()
    workers = models.PositiveSmallIntegerField(default=1)
    skill = models.CharField(max_length=60)
    starts_on = models.DateField(null=True, help_text="None: from the package's start")
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(minutes__gt=0, workers__gt=0), name="package_visit_has_time")]


class FundingShare(models.Model):
    """What share of a package the council pays from a day on; the NHS pays the rest. The newest begun holds."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="shares")
    starts_on = models.DateField()
    council_percent = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["package", "starts_on"], name="funding_share_once_a_day"),
            models.CheckConstraint(condition=Q(council_percent__lte=100), name="funding_share_percent"),
        ]


class PackageEvent(models.Model):
    """Something that happened to a package. Rows are added, never changed."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)


class CapacityAnswer(models.Model):
    """What the plan of the day said when it was asked whether a package can be done in house. Kept as it was said.

    `days`: [{"day": "2026-11-30", "wanted": 2, "placed": 1, "why": "..."}, ...].
    """

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="capacity_answers")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    is_possible = models.BooleanField()
    wanted = models.PositiveSmallIntegerField()
    placed = models.PositiveSmallIntegerField()
    days = models.JSONField(default=list)
    reason = models.TextField()


class Variation(models.Model):
    """A change of a package from a day on, asked for by one and approved by another.

    `visits` are dicts as `services.packages.NewVisit` has them, all that the package asks for from then on.
    """

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="variations")
    from_day = models.DateField()
    visits = models.JSONField(default=list)
    council_percent = models.PositiveSmallIntegerField(null=True)
    reason = models.TextField()
    state = models.CharField(max_length=10, choices=VariationState, default=VariationState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    asked_by_account = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decision_text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["package"], condition=Q(state=VariationState.ASKED), name="one_variation_waits"
            )
        ]


class Suspension(models.Model):
    """Days on which nothing of a package is delivered or paid; open while nobody knows its last day."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="suspensions")
    reason = models.CharField(max_length=10, choices=SuspensionReason)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, help_text="The last day without care")
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=200)
    resumed_at = models.DateTimeField(null=True)
    resumed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="suspension_in_order"
            ),
            models.UniqueConstraint(fields=["package"], condition=Q(ends_on__isnull=True), name="one_open_suspension"),
        ]
