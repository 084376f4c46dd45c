"""What the catalogue offers, and where it is kept."""

from django.db import models
from django.db.models import Q

from homeward.equipment.states import Tracking
from homeward.teams.models import Service


class Kind(models.Model):
    """One kind of equipment as a service offers it.

    Intervals are in months, empty where none is set; `check_basis` and `service_basis` say by what rule, and are empty
    for a local decision. Minutes are of one worker at the home.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="equipment_kinds")
    code = models.SlugField(max_length=60)
    title = models.CharField(max_length=120)
    tracking = models.CharField(max_length=10, choices=Tracking, default=Tracking.SERIALISED)
    is_alerting = models.BooleanField(default=False)
    needs_approval = models.BooleanField(default=False)
    # Who fits it, how long that takes, and how many must come
    skill = models.SlugField(max_length=80, default="equipment_fitting")
    fit_minutes = models.PositiveSmallIntegerField(default=45)
    fitters = models.PositiveSmallIntegerField(default=1)
    check_months = models.PositiveSmallIntegerField(null=True)
    check_basis = models.CharField(max_length=200, blank=True)
    service_months = models.PositiveSmallIntegerField(null=True)
    service_basis = models.CharField(max_length=200, blank=True)
    review_days = models.PositiveSmallIntegerField(null=True)
    loan_days = models.PositiveSmallIntegerField(null=True)
    # For what calls for somebody: how soon an answer is wanted, and after how long without a word it counts as silent
    respond_minutes = models.PositiveSmallIntegerField(null=True)
    silent_hours = models.PositiveSmallIntegerField(null=True)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "code"], name="kind_code_once"),
            models.CheckConstraint(condition=Q(fit_minutes__gte=5, fitters__gte=1, fitters__lte=4), name="kind_fits"),
            models.CheckConstraint(condition=~Q(check_months=0) & ~Q(service_months=0), name="kind_checked_in_months"),
            models.CheckConstraint(
                condition=Q(is_alerting=False) | Q(tracking="serialised"), name="what_calls_has_a_number"
            ),
        ]
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Store(models.Model):
    """Where equipment is kept; the services it is shared with may lend from it as its own does."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="equipment_stores")
    name = models.CharField(max_length=120)
    lines = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    shared_with = models.ManyToManyField(Service, related_name="equipment_pools")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "name"], name="store_name_once")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
