"""Fixed lists of surveys, and what may follow what."""

from django.db import models


class Audience(models.TextChoices):
    """Who is asked."""

    PERSON = "person", "The person"
    CARER = "carer", "Their unpaid carer"
    STAFF = "staff", "Staff"


class AskedBy(models.TextChoices):
    """How somebody is asked."""

    SMS = "sms", "Text message"
    EMAIL = "email", "Email"
    PHONE = "phone", "By phone"
    PAPER = "paper", "On paper"
    SCREEN = "screen", "On their own screen"


class StepKind(models.TextChoices):
    SENT = "sent", "Sent"
    PRINTED = "printed", "Printed"
    REMINDED = "reminded", "Reminded"
    NOT_REACHED = "not_reached", "Rung, and not reached"
    SAID_NO = "said_no", "Did not want to answer"
    ANSWERED = "answered", "Answered"


# After one of these nobody is asked again
LAST_STEPS = (StepKind.SAID_NO, StepKind.ANSWERED)
BY_LINK = (AskedBy.SMS, AskedBy.EMAIL)
