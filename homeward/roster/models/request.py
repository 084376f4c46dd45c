"""What workers ask of the rota, and the shifts nobody has yet."""

from django.db import models
from django.db.models import F, Q

from homeward.roster.models.shift import Shift
from homeward.roster.states import RequestKind, RequestState
from homeward.teams.models import Service, Worker


class OpenShift(models.Model):
    """A shift that nobody has: any worker with its skill may ask for it. Wall clock; may end on the next day."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="open_shifts")
    day = models.DateField()
    starts_at = models.CharField(max_length=5)
    ends_at = models.CharField(max_length=5)
    skill = models.SlugField(max_length=60, blank=True)
    note = models.CharField(max_length=250, blank=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    given_to = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="open_shifts_taken")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["service", "day"], name="open_shift_day")]


class RosterRequest(models.Model):
    """Something one worker asks of their rota, and what became of it.

    Leave has its days; a swap has the shift given and the one taken; an offer has the shift and, once somebody takes
    it up, who; a wish has a day and times; asking for an open shift has it.
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="roster_requests")
    kind = models.CharField(max_length=8, choices=RequestKind)
    state = models.CharField(max_length=12, choices=RequestState)
    starts_on = models.DateField()
    ends_on = models.DateField()
    starts_at = models.CharField(max_length=5, blank=True)
    ends_at = models.CharField(max_length=5, blank=True)
    shift = models.ForeignKey(Shift, null=True, on_delete=models.SET_NULL, related_name="requests")
    other_worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="requests_to_them")
    other_shift = models.ForeignKey(Shift, null=True, on_delete=models.SET_NULL, related_name="requests_for_it")
    open_shift = models.ForeignKey(OpenShift, null=True, on_delete=models.PROTECT, related_name="requests")
    # The shifts in words as they were when asked: a shift may be moved or taken out later
    about = models.CharField(max_length=250, blank=True)
    text = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, help_text="When the other worker agreed")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="roster_request_in_order"),
        ]
        indexes = [models.Index(fields=["state", "starts_on"], name="roster_request_state")]
