"""Asking providers."""

from django.db import models
from django.db.models import F, Q

from homeward.commissioning.models.package import Package
from homeward.commissioning.models.provider import CareContract
from homeward.commissioning.states import OfferState


class Offer(models.Model):
    """A package offered to one provider, by a link that opens for a time. The link is not kept, only what knows it.

    `weekly_pence` is what a week of the package costs by the contract, as it was when the offer was sent.
    """

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="offers")
    contract = models.ForeignKey(CareContract, on_delete=models.PROTECT, related_name="offers")
    token_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=OfferState, default=OfferState.SENT)
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=200)
    answer_by = models.DateTimeField()
    weekly_pence = models.PositiveIntegerField()
    opened = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)
    can_start_on = models.DateField(null=True)
    answer_text = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["package"], condition=Q(state=OfferState.WON), name="one_offer_wins"),
            models.UniqueConstraint(
                fields=["package", "contract"],
                condition=Q(state__in=(OfferState.SENT, OfferState.ACCEPTED)),
                name="one_open_offer_a_contract",
            ),
            models.CheckConstraint(condition=Q(answer_by__gt=F("sent_at")), name="offer_has_time"),
            models.CheckConstraint(
                condition=~Q(state__in=(OfferState.ACCEPTED, OfferState.WON)) | Q(can_start_on__isnull=False),
                name="offer_accepted_has_a_start",
            ),
        ]
