"""Who may visit: what somebody asked for or must be kept from, what lives there, and what matters of a worker."""

from django.db import models
from django.db.models import Q

from homeward.people.models import Person
from homeward.plans.states import TraitKind, WishKind
from homeward.teams.models import Worker


class VisitingWish(models.Model):
    """Whom somebody wants at their door, or must not have there, or an animal a visitor meets. Ended, never deleted.

    `worker` where it is about one; `text` is the language, or why they do not want this worker.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="visiting_wishes")
    kind = models.CharField(max_length=12, choices=WishKind)
    worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="visiting_wishes")
    text = models.CharField(max_length=120, blank=True)
    noted_on = models.DateField()
    noted_by = models.CharField(max_length=200)
    ended_on = models.DateField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=WishKind.about_a_worker(), worker__isnull=False)
                | (~Q(kind__in=WishKind.about_a_worker()) & Q(worker__isnull=True)),
                name="visiting_wish_names_a_worker",
            )
        ]
        indexes = [models.Index(fields=["person"], condition=Q(ended_on__isnull=True), name="visiting_wish_standing")]


class WorkerTrait(models.Model):
    """What matters of a worker where people may ask for it, or cannot be met by it. `text` is the language."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="visiting_traits")
    kind = models.CharField(max_length=12, choices=TraitKind)
    text = models.CharField(max_length=120, blank=True)
    noted_on = models.DateField()
    noted_by = models.CharField(max_length=200)
    ended_on = models.DateField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["worker"], condition=Q(ended_on__isnull=True), name="worker_trait_standing")]
