"""Bed referrals, the beds offered and used, and everything that happened."""

from django.db import models
from django.db.models import Q

from homeward.beds.models.house import Bed, House
from homeward.beds.states import (
    HELD_STATES,
    LIVE_STATES,
    OPEN_REFERRALS,
    CameFrom,
    ReferralState,
    SharesWith,
    UseState,
)
from homeward.episodes.models import Episode
from homeward.people.models import Person
from homeward.referrals.models import Referral
from homeward.teams.models import Service


class BedReferral(models.Model):
    """Somebody for whom a bed is asked: against the pathway's criteria, and what the bed must be like."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="bed_referrals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bed_referrals")
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="bed_referral")
    episode = models.OneToOneField(Episode, null=True, on_delete=models.PROTECT, related_name="bed_referral")
    state = models.CharField(max_length=10, choices=ReferralState, default=ReferralState.ASKED)
    asked_at = models.DateTimeField()
    came_from = models.CharField(max_length=10, choices=CameFrom)
    # The number of the hospital stay that asked, in the room above that keeps those
    hospital_stay_id = models.BigIntegerField(null=True)
    # {code of a criterion or exclusion of the pathway: "yes" | "no"}; what nobody answered is absent
    criteria = models.JSONField(default=dict)
    shares_with = models.CharField(max_length=6, choices=SharesWith, blank=True)
    needs_own_room = models.BooleanField(default=False)
    needs_en_suite = models.BooleanField(default=False)
    needs_ground_floor = models.BooleanField(default=False)
    # Codes of states.BedEquipment
    needs_equipment = models.JSONField(default=list)
    hopes_for = models.TextField(blank=True, help_text="What the person wants from the stay, in their words")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_reason = models.TextField(blank=True)
    # Put first by somebody, for a reason that everybody who looks at the list reads
    put_first_at = models.DateTimeField(null=True)
    put_first_by = models.CharField(max_length=200, blank=True)
    put_first_reason = models.CharField(max_length=250, blank=True)
    not_ready_since = models.DateTimeField(null=True)
    not_ready_reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=OPEN_REFERRALS), name="one_open_bed_referral_a_person"
            ),
            models.CheckConstraint(
                condition=Q(put_first_at__isnull=True) | ~Q(put_first_reason=""), name="put_first_for_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["service", "state"], name="bed_referral_state")]


class BedUse(models.Model):
    """One person with one bed. The database lets one person hold a bed and one be in it, and nobody have two."""

    bed = models.ForeignKey(Bed, on_delete=models.PROTECT, related_name="uses")
    referral = models.ForeignKey(BedReferral, on_delete=models.PROTECT, related_name="uses")
    state = models.CharField(max_length=10, choices=UseState, default=UseState.OFFERED)
    offered_at = models.DateTimeField()
    offered_by = models.CharField(max_length=200)
    held_until = models.DateTimeField(null=True)
    ready_on = models.DateField(help_text="The first day the person may move in")
    # Why the bed does not fit, in words, and why it was offered all the same
    misfits = models.JSONField(default=list)
    override_reason = models.CharField(max_length=250, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=250, blank=True)
    moved_in_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bed"], condition=Q(state=UseState.IN), name="one_person_in_a_bed"),
            models.UniqueConstraint(fields=["bed"], condition=Q(state__in=HELD_STATES), name="bed_held_for_one"),
            models.UniqueConstraint(
                fields=["referral"], condition=Q(state__in=LIVE_STATES), name="one_bed_for_a_person"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(UseState.IN, UseState.MOVED, UseState.LEFT)) | Q(moved_in_at__isnull=False),
                name="bed_use_says_when_moved_in",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(moved_in_at__isnull=True)
                | Q(ended_at__gte=models.F("moved_in_at")),
                name="bed_use_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(misfits=[]) | ~Q(override_reason=""), name="bed_that_does_not_fit_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["bed", "state"], name="bed_use_of_bed"),
            models.Index(fields=["referral", "-offered_at"], name="bed_use_of_referral"),
        ]


class BedEvent(models.Model):
    """Something that happened to a bed, a bed referral or a stay. Append-only: the history of all three."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="bed_events")
    house = models.ForeignKey(House, null=True, on_delete=models.PROTECT, related_name="events")
    bed = models.ForeignKey(Bed, null=True, on_delete=models.PROTECT, related_name="events")
    referral = models.ForeignKey(BedReferral, null=True, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["bed", "-happened_at"], name="bed_event_of_bed"),
            models.Index(fields=["referral", "-happened_at"], name="bed_event_of_referral"),
        ]
