"""Ways of telling somebody."""

from django.db import models


class Channel(models.TextChoices):
    """Beside the screen, where every notice is shown."""

    EMAIL = "email", "Email"
    SMS = "sms", "Text message"
    WEBHOOK = "webhook", "Another system"


class DeliveryState(models.TextChoices):
    QUEUED = "queued", "Waiting to be sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent"
