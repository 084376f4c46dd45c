"""The fixed lists of this room."""

from django.db import models


class RightKind(models.TextChoices):
    """What somebody may ask about their own record (UK GDPR)."""

    ACCESS = "access", "A copy of everything (access, article 15)"
    RECTIFICATION = "rectification", "Put something right (rectification, article 16)"
    ERASURE = "erasure", "Take something away (erasure, article 17)"
    RESTRICTION = "restriction", "Keep it but stop using it (restriction, article 18)"
    OBJECTION = "objection", "Stop using it for a purpose (objection, article 21)"


class RequestState(models.TextChoices):
    OPEN = "open", "To answer"
    ANSWERED = "answered", "Answered"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class UnusualKind(models.TextChoices):
    """Why a reading of a record is worth a look."""

    OWN_RECORD = "own_record", "Own record"
    OWN_NAME = "own_name", "Own name"
    FAMILY_NAME = "family_name", "Same family name"
    COLLEAGUE = "colleague", "Colleague"
    NEIGHBOUR = "neighbour", "Neighbour"
    MANY = "many", "Many in a short time"
    NO_TIE = "no_tie", "Nothing ties them"
    OFF_SHIFT = "off_shift", "Off shift"
    AFTER_DEATH = "after_death", "After death"


class Finding(models.TextChoices):
    """What the privacy officer made of a reading."""

    RIGHT = "right", "It was right"
    NOT_RIGHT = "not_right", "It was not right"
    ASK = "ask", "Ask them"


class AppraisalDecision(models.TextChoices):
    KEEP = "keep", "Keep longer"
    TRANSFER = "transfer", "Transfer to an archive"
    DESTROY = "destroy", "Destroy"


class AppraisalState(models.TextChoices):
    DECIDED = "decided", "Decided"
    PROPOSED = "proposed", "Waits for a second person"
    NOT_AGREED = "not_agreed", "Not agreed"
