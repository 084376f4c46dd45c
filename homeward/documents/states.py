"""The fixed lists of this room."""

from django.db import models


class DocumentKind(models.TextChoices):
    """What a document is."""

    LETTER = "letter", "Letter"
    DISCHARGE = "discharge", "Discharge summary"
    REPORT = "report", "Report or result"
    ASSESSMENT = "assessment", "Assessment"
    CARE_PLAN = "care_plan", "Care plan"
    CONSENT = "consent", "Consent or decision"
    LEGAL = "legal", "Legal document"
    PHOTO = "photo", "Photograph"
    CHART = "chart", "Chart or record sheet"
    OTHER = "other", "Other document"


class Source(models.TextChoices):
    """How a document came to be here."""

    SCANNED = "scanned", "Scanned from paper"
    PHOTOGRAPHED = "photographed", "Photographed"
    SENT = "sent", "Sent to us as a file"
    TYPED = "typed", "Written in Homeward"
    MESSAGE = "message", "Came inside a message"
