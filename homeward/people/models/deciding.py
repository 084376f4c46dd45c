"""What another system's record says of somebody that ours does not, for a person to decide on."""

from django.db import models
from django.db.models import Q

from homeward.people.models.person import Person
from homeward.people.states import DetailDecision, DetailPart


class DetailToDecide(models.Model):
    """One detail of another record. Nothing here was changed because of it; `value` is what taking it would set."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="details_to_decide")
    part = models.CharField(max_length=16, choices=DetailPart)
    here = models.CharField(max_length=500, blank=True, help_text="What stood here when it came")
    there = models.CharField(max_length=500)
    # Empty where it cannot be taken over as it is: somebody changes the record by hand, or does not
    value = models.JSONField(default=dict)
    said_by = models.CharField(max_length=120, help_text="The system or person that handed the record in")
    message_id = models.BigIntegerField(null=True, help_text="The kept message it came in")
    said_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=DetailDecision, blank=True, default="")
    reason = models.CharField(max_length=250, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_role = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True) | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="detail_decided_has_a_time",
            )
        ]
