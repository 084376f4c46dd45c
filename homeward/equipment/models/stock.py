"""What there is: items, shelves of counted things, each movement, checks and recalls."""

from django.db import models
from django.db.models import F, Q

from homeward.equipment.models.catalogue import Kind, Store
from homeward.equipment.states import CheckSort, ItemState, MovementKind
from homeward.teams.models import Organisation, Service


class Item(models.Model):
    """One thing with a number of its own, as its label shows it.

    `owner` bought it and takes it back in the end; `payer` pays for lending it out, the owner where empty. Costs are in
    pence.
    """

    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="items")
    number = models.CharField(max_length=20, unique=True)
    serial = models.CharField(max_length=60, blank=True)
    batch = models.CharField(max_length=60, blank=True)
    maker = models.CharField(max_length=120, blank=True)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="equipment_owned")
    payer = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="equipment_paid")
    cost_pence = models.PositiveIntegerField(null=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="items")
    state = models.CharField(max_length=12, choices=ItemState, default=ItemState.IN_STORE)
    # Since when it is where it is, so that what lies idle is seen
    since = models.DateTimeField()
    check_due_on = models.DateField(null=True)
    service_due_on = models.DateField(null=True)
    # What is wrong with it, while it must not be used
    fault = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "serial"], condition=~Q(serial=""), name="serial_once_a_kind"),
        ]
        indexes = [
            models.Index(fields=["kind", "state"], name="item_state"),
            models.Index(fields=["kind", "batch"], name="item_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.kind.title} {self.number}"


class Shelf(models.Model):
    """How many of a counted kind one owner has in one store: in all, and of those promised to somebody."""

    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="shelves")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="shelves")
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="equipment_shelves")
    quantity = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "store", "owner"], name="shelf_once"),
            # Counts are never negative, and nothing is promised twice: the database refuses it, whoever asks
            models.CheckConstraint(
                condition=Q(quantity__gte=0, reserved__gte=0, reserved__lte=F("quantity")), name="shelf_never_negative"
            ),
        ]

    @property
    def free(self) -> int:
        """How many may still be promised."""
        return self.quantity - self.reserved


class Movement(models.Model):
    """One change of stock. Append-only: a mistake is put right by another row.

    `quantity` is what it adds to what the store holds, negative for what leaves it; 0 where only its state changed.
    """

    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="movements")
    shelf = models.ForeignKey(Shelf, null=True, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=MovementKind)
    quantity = models.IntegerField()
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="movements")
    loan_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=250, blank=True)
    # What it was worth, where it left stock for good
    value_pence = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False, shelf__isnull=True) | Q(item__isnull=True, shelf__isnull=False),
                name="movement_of_an_item_or_a_shelf",
            ),
        ]
        indexes = [models.Index(fields=["item", "-at"], name="movement_of_item")]


class Check(models.Model):
    """One safety check or service of an item: what was found, and when the next is due."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="checks")
    sort = models.CharField(max_length=8, choices=CheckSort)
    done_on = models.DateField()
    is_passed = models.BooleanField()
    note = models.CharField(max_length=250, blank=True)
    next_due_on = models.DateField(null=True)
    # Who looked at it, where that is somebody else than whoever wrote it down
    done_by = models.CharField(max_length=120, blank=True)
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()


class CheckBooking(models.Model):
    """A check of an item in a store, booked for a day with whoever does it, until it is recorded or falls away.

    `ended_why` says what became of it; `check_found` is the check, where there was one.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="check_bookings")
    sort = models.CharField(max_length=8, choices=CheckSort)
    day = models.DateField()
    who = models.CharField(max_length=120)
    booked_by = models.CharField(max_length=200)
    booked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_why = models.CharField(max_length=250, blank=True)
    check_found = models.OneToOneField(Check, null=True, on_delete=models.PROTECT, related_name="booking")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "sort"], condition=Q(ended_at__isnull=True), name="check_booked_once"
            ),
            models.CheckConstraint(condition=~Q(who=""), name="check_booked_with_somebody"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(ended_why="") & ~Q(ended_by=""),
                name="check_booking_ends_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["ended_at", "day"], name="check_booking_day")]


class Recall(models.Model):
    """A kind, or one batch of it, that must not be used any more, and what to do with it."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="equipment_recalls")
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="recalls")
    batch = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=250)
    what_to_do = models.TextField()
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "batch"], condition=Q(ended_at__isnull=True), name="recalled_once_at_a_time"
            ),
        ]
