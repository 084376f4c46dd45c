"""Houses, rooms, beds, and beds that are closed."""

from django.db import models

from homeward.beds.states import RoomFor
from homeward.teams.models import Service


class House(models.Model):
    """A residential unit where people stay for a while to practise for home."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="bed_houses")
    name = models.CharField(max_length=80)
    lines = models.CharField(max_length=250)
    postcode = models.CharField(max_length=10)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    phone = models.CharField(max_length=40, blank=True)
    set_by = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "name"], name="house_name_once")]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A room of a house, with one bed or several."""

    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=40)
    floor = models.SmallIntegerField(default=0, help_text="0 is the ground floor")
    is_en_suite = models.BooleanField(default=False)
    room_for = models.CharField(max_length=8, choices=RoomFor, default=RoomFor.EITHER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["house", "name"], name="room_name_once")]


class Bed(models.Model):
    """A bed of a room. Whether it is free, held, in use or closed is derived, never stored."""

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="beds")
    name = models.CharField(max_length=40)
    # Codes of states.BedEquipment
    equipment = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "name"], name="bed_name_once")]

    def __str__(self) -> str:
        return self.name


class BedClosing(models.Model):
    """A bed that is not to be used, why, and until when. It stays closed until somebody opens it."""

    bed = models.ForeignKey(Bed, on_delete=models.PROTECT, related_name="closings")
    reason = models.CharField(max_length=250)
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=200)
    until = models.DateField(null=True, help_text="The day it is expected back; unknown where empty")
    # Whoever closed it was told that somebody was in it or held it
    was_warned = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bed"], condition=models.Q(opened_at__isnull=True), name="bed_closed_once"),
            models.CheckConstraint(
                condition=models.Q(opened_at__isnull=True) | models.Q(opened_at__gte=models.F("closed_at")),
                name="bed_opened_after_it_was_closed",
            ),
        ]
