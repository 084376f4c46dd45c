"""Fixed lists of the roster."""

from django.db import models


class CoverKind(models.TextChoices):
    DAY = "day", "Day"
    EVENING = "evening", "Evening"
    NIGHT = "night", "Night"
    ON_CALL = "on_call", "On call"


class ContractKind(models.TextChoices):
    HOURS = "hours", "Contracted hours"
    ZERO_HOURS = "zero_hours", "Zero hours"
    BANK = "bank", "Bank"
    AGENCY = "agency", "Agency"


class PayBasis(models.TextChoices):
    """What is paid for: the whole shift, or only the time with people and between them."""

    SHIFT = "shift", "By the shift"
    CONTACT = "contact", "By time with people, and travel between"
    SALARY = "salary", "Salary"
