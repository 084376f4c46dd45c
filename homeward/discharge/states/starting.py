"""What becomes of each thing before somebody leaves: the list, how they travel, and their medicines."""

from django.db import models


class ItemState(models.TextChoices):
    OPEN = "open", "To do"
    DONE = "done", "Done"
    NOT_NEEDED = "not_needed", "Not needed"
    LAPSED = "lapsed", "Not seen to when the stay ended"


# What somebody says of one; the rest comes with the end of the stay
ITEM_ANSWERS = (ItemState.OPEN, ItemState.DONE, ItemState.NOT_NEEDED)


class TransportState(models.TextChoices):
    TO_BOOK = "to_book", "To book"
    BOOKED = "booked", "Booked"
    COLLECTED = "collected", "Collected"
    NOT_NEEDED = "not_needed", "Not needed"


class TransportMode(models.TextChoices):
    """What somebody goes in. Local decision."""

    FAMILY = "family", "Family or friends"
    TAXI = "taxi", "Taxi"
    VOLUNTARY = "voluntary", "Voluntary driver"
    PATIENT_TRANSPORT = "patient_transport", "Patient transport"
    AMBULANCE = "ambulance", "Ambulance"


class TravelsBy(models.TextChoices):
    """How somebody is moved to and in it."""

    WALKS = "walks", "Walks, alone or with one to help"
    WHEELCHAIR = "wheelchair", "In a wheelchair"
    STRETCHER = "stretcher", "On a stretcher"


# Who books these gives no reference of a booking
WITHOUT_REFERENCE = frozenset({TransportMode.FAMILY})


class MedicinesState(models.TextChoices):
    """How far the medicines to take home are; each step comes after the one before."""

    TO_ORDER = "to_order", "To order"
    ORDERED = "ordered", "Ordered"
    READY = "ready", "Ready"
    CHECKED = "checked", "Checked"
    HANDED_OVER = "handed_over", "Handed over"
    NOT_NEEDED = "not_needed", "Not needed"
