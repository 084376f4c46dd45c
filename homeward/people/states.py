"""The fixed lists of this room."""

from django.db import models


class NhsNumberStatus(models.TextChoices):
    """How far an NHS number can be trusted. Only a verified one is ever used to match people."""

    VERIFIED = "verified", "Verified"
    UNVERIFIED = "unverified", "Not verified"
    NONE = "none", "Not known"


class Gender(models.TextChoices):
    """Administrative gender as FHIR and the national record hold it."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Not known"


class AlertKind(models.TextChoices):
    SAFEGUARDING = "safeguarding", "Safeguarding"
    RISK = "risk", "Risk to staff"
    TWO_PERSON = "two_person", "Visit in twos"
    ALLERGY = "allergy", "Allergy"
    INFECTION = "infection", "Infection"
    PETS = "pets", "Pets"
    RESPECT = "respect", "ReSPECT plan"
    OTHER = "other", "Alert"


class AddressKind(models.TextChoices):
    HOME = "home", "Home"
    TEMPORARY = "temporary", "Staying at"
    BED = "bed", "Step-down bed"
    INCIDENT = "incident", "Where they are now"


class NeedKind(models.TextChoices):
    """Accessible Information and communication needs."""

    LARGE_PRINT = "large_print", "Large print"
    EASY_READ = "easy_read", "Easy read"
    AUDIO = "audio", "Audio"
    BSL = "bsl", "British Sign Language"
    HEARING_AID = "hearing_aid", "Wears a hearing aid"
    HARD_OF_HEARING = "hard_of_hearing", "Hard of hearing: face them and speak clearly"
    LIP_READS = "lip_reads", "Reads lips"
    LOW_VISION = "low_vision", "Low vision: say who you are at the door"
    DEMENTIA = "dementia", "Living with dementia: one thing at a time"
    LEARNING_DISABILITY = "learning_disability", "Learning disability: allow more time"
    SPEECH = "speech", "Difficulty speaking: allow more time"
    WRITTEN = "written", "Prefers things written down"
    OTHER = "other", "Other need"


class DuplicateState(models.TextChoices):
    """What was decided about two records that may be of one person."""

    OPEN = "open", "To decide"
    UNSURE = "unsure", "Not sure yet"
    MERGED = "merged", "Same person"
    NOT_SAME = "not_same", "Not the same"
    GONE = "gone", "No longer alike"
