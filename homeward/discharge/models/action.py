"""What is to be done next for a stay, by whom and when, and what holds it up."""

from django.db import models
from django.db.models import Q

from homeward.discharge.models.stay import HospitalStay
from homeward.discharge.states import ActionState, DelayReason, OwnerKind
from homeward.teams.models import Account, Organisation, Team, Worker

_OWNERS = ("worker", "account", "team", "organisation")


def _one_owner() -> Q:
    """Exactly one of the four owners."""
    either = Q()
    for name in _OWNERS:
        either |= Q(**{f"{one}__isnull": one != name for one in _OWNERS})
    return either


class NextAction(models.Model):
    """One thing to be done so that somebody can leave, with exactly one owner and a time.

    `blocker` is the national delay reason that holds it up now, "" for none; its blocks say since when.
    """

    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="actions")
    text = models.CharField(max_length=250)
    worker = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="stay_actions")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="stay_actions")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="stay_actions")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="stay_actions")
    due_at = models.DateTimeField()
    blocker = models.CharField(max_length=32, choices=DelayReason, blank=True)
    state = models.CharField(max_length=8, choices=ActionState, default=ActionState.OPEN)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    closed_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_one_owner(), name="action_one_owner"),
            models.CheckConstraint(condition=~Q(text=""), name="action_says_something"),
            models.CheckConstraint(
                condition=Q(state=ActionState.OPEN, closed_at__isnull=True)
                | (~Q(state=ActionState.OPEN) & Q(closed_at__isnull=False, blocker="")),
                name="action_closed_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["stay", "state", "due_at"], name="action_due")]

    @property
    def owner(self) -> Worker | Account | Team | Organisation:
        """Whose it is."""
        return self.worker or self.account or self.team or self.organisation

    @property
    def owner_kind(self) -> str:
        """What sort of owner: a code of `OwnerKind`."""
        return next(kind for kind in OwnerKind.values if getattr(self, f"{kind}_id") is not None)

    @property
    def owner_label(self) -> str:
        """The owner as people call them."""
        return str(self.owner)


class ActionBlock(models.Model):
    """One time that a national delay reason held an action up; `ended_at` is None while it does."""

    action = models.ForeignKey(NextAction, on_delete=models.PROTECT, related_name="blocks")
    reason = models.CharField(max_length=32, choices=DelayReason)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["action"], condition=Q(ended_at__isnull=True), name="action_one_block_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")), name="block_in_order"
            ),
        ]
