"""The daily huddle: whom it spoke of, what was said and decided, and who was there."""

from django.db import models
from django.db.models import Q

from homeward.discharge.models.action import NextAction
from homeward.discharge.models.stay import HospitalStay
from homeward.discharge.states import HuddleItemState
from homeward.teams.models import Account, Service


class Huddle(models.Model):
    """One daily meeting of all professions. A service has at most one that has not ended."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="huddles")
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service"], condition=Q(ended_at__isnull=True), name="one_huddle_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="huddle_ended_by_somebody",
            ),
        ]


class HuddleItem(models.Model):
    """Somebody on the list of a huddle. `needs` are codes of states.HuddleNeed, the first gave the place.

    `opened_at` is set while they are the one spoken of; `seconds` are those of earlier stretches.
    """

    huddle = models.ForeignKey(Huddle, on_delete=models.PROTECT, related_name="items")
    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="huddle_items")
    position = models.PositiveIntegerField()
    needs = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=HuddleItemState, default=HuddleItemState.WAITING)
    opened_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["huddle", "stay"], name="spoken_of_once_a_huddle"),
            models.UniqueConstraint(
                fields=["huddle"], condition=Q(opened_at__isnull=False), name="one_person_at_a_time"
            ),
        ]


class HuddleNote(models.Model):
    """What one writer's page said about somebody, as it was typed. Two pages never write the same row.

    `page` is the key of the page that wrote it last; a save from another page that has not seen `revision` makes a
    row of its own. `action` and what follows it are an action still being typed.
    """

    item = models.ForeignKey(HuddleItem, on_delete=models.PROTECT, related_name="notes")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="huddle_notes")
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    page = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=0)
    text = models.TextField(blank=True)
    action = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "page"], name="one_note_a_page")]


class HuddleAction(models.Model):
    """Something somebody is to do, agreed in a huddle. It becomes a next action of the stay when it is agreed;
    its owner is told when the huddle ends."""

    item = models.ForeignKey(HuddleItem, on_delete=models.PROTECT, related_name="agreed")
    action = models.OneToOneField(NextAction, on_delete=models.PROTECT, related_name="agreed_in")
    # Who else was proposed first, and why, as it was shown
    proposed = models.CharField(max_length=300, blank=True)


class HuddleAttendance(models.Model):
    """Somebody who was there. Those without an account are known by name."""

    huddle = models.ForeignKey(Huddle, on_delete=models.PROTECT, related_name="attendance")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="huddles_attended")
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    came_at = models.DateTimeField()
    # False where they were noted by mistake
    is_there = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["huddle", "account"], condition=Q(account__isnull=False), name="attends_once"
            ),
            models.UniqueConstraint(
                fields=["huddle", "name"], condition=Q(account__isnull=True), name="attends_once_by_name"
            ),
        ]
