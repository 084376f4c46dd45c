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


class EthnicCategory(models.TextChoices):
    """What somebody says their ethnic group is, by the national codes (2001 census, UKCore-EthnicCategoryEngland).

    An empty text where nobody has asked yet. The last two are answers: they would not say, and it could not be learnt.
    """

    WHITE_BRITISH = "A", "White: British"
    WHITE_IRISH = "B", "White: Irish"
    WHITE_OTHER = "C", "White: any other White background"
    MIXED_CARIBBEAN = "D", "Mixed: White and Black Caribbean"
    MIXED_AFRICAN = "E", "Mixed: White and Black African"
    MIXED_ASIAN = "F", "Mixed: White and Asian"
    MIXED_OTHER = "G", "Mixed: any other mixed background"
    INDIAN = "H", "Asian or Asian British: Indian"
    PAKISTANI = "J", "Asian or Asian British: Pakistani"
    BANGLADESHI = "K", "Asian or Asian British: Bangladeshi"
    ASIAN_OTHER = "L", "Asian or Asian British: any other Asian background"
    CARIBBEAN = "M", "Black or Black British: Caribbean"
    AFRICAN = "N", "Black or Black British: African"
    BLACK_OTHER = "P", "Black or Black British: any other Black background"
    CHINESE = "R", "Other ethnic groups: Chinese"
    OTHER = "S", "Other ethnic groups: any other ethnic group"
    NOT_STATED = "Z", "Prefer not to say"
    NOT_KNOWN = "99", "Not known"


class EthnicitySource(models.TextChoices):
    """Who gave somebody's ethnic group."""

    SELF = "self", "The person said so themselves"
    OTHER = "other", "Somebody else: family, staff or another record"


class AlertKind(models.TextChoices):
    SAFEGUARDING = "safeguarding", "Safeguarding"
    RISK = "risk", "Risk to staff"
    TWO_PERSON = "two_person", "Visit in twos"
    ALLERGY = "allergy", "Allergy"
    INFECTION = "infection", "Infection"
    PETS = "pets", "Pets"
    RESPECT = "respect", "ReSPECT plan"
    OXYGEN = "oxygen", "Oxygen in the home"
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
    EMAIL = "email", "Written to by email"
    TEXT_MESSAGE = "text_message", "Written to by text message"
    BRAILLE = "braille", "Braille"
    COLOURED_PAPER = "coloured_paper", "Print on coloured paper"
    TEXT_RELAY = "text_relay", "Uses Relay UK"
    ADVOCATE = "advocate", "Has an advocate"
    LONGER_VISIT = "longer_visit", "Needs more time"
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


class Sensitivity(models.TextChoices):
    """Why something is kept from most of those who may see the record. Who still sees it: access.rules."""

    SAFEGUARDING = "safeguarding", "Safeguarding"
    SEXUAL_HEALTH = "sexual_health", "Sexual health"
    STAFF = "staff", "Somebody who works here"
    ADOPTION = "adoption", "Adoption or change of identity"


class MayBeTold(models.TextChoices):
    """What the person allows a contact to be told."""

    NOT_ASKED = "not_asked", "Not asked yet"
    NOTHING = "nothing", "Nothing"
    VISITS = "visits", "When visits are"
    EVERYTHING = "everything", "Everything about care"


class LegalKind(models.TextChoices):
    """A power, an order or a statement that staff must follow (Mental Capacity Act 2005)."""

    LPA_HEALTH = "lpa_health", "Lasting power of attorney: health and welfare"
    LPA_MONEY = "lpa_money", "Lasting power of attorney: property and money"
    DEPUTY_WELFARE = "deputy_welfare", "Court deputy: personal welfare"
    DEPUTY_MONEY = "deputy_money", "Court deputy: property and money"
    DOLS = "dols", "Deprivation of liberty safeguards"
    COURT_ORDER = "court_order", "Order of the Court of Protection"
    ADVANCE_DECISION = "advance_decision", "Advance decision to refuse treatment"
    ADVANCE_STATEMENT = "advance_statement", "Advance statement of wishes"
    RESPECT = "respect", "ReSPECT form"
    APPOINTEE = "appointee", "Appointee for benefits"
    GUARDIAN = "guardian", "Guardian (Mental Health Act)"
    IMCA = "imca", "Independent mental capacity advocate"


class SharingKind(models.TextChoices):
    """What somebody can agree or object to."""

    CARE_TEAM = "care_team", "Sharing inside the team that cares for them"
    GP = "gp", "Sharing with the GP"
    FAMILY = "family", "Sharing with family or a friend"
    ORGANISATION = "organisation", "Sharing with another organisation"
    PROGRAMME = "programme", "Being in a study or programme"
    PLANNING = "planning", "Use for research and planning"
    CONTACT = "contact", "Being contacted about other services"


class SharingDecision(models.TextChoices):
    AGREED = "agreed", "Agreed"
    OBJECTED = "objected", "Objected"
    WITHDREW = "withdrew", "Withdrew what they had agreed"
    COULD_NOT_SAY = "could_not_say", "Could not say: decided in best interests"


class NoteKind(models.TextChoices):
    """What somebody writes on a timeline by hand."""

    NOTE = "note", "Note"
    OBSERVATION = "observation", "Seen or measured"
    CALL = "call", "Call"
    FAMILY = "family", "Talk with family or carer"
    LETTER = "letter", "Letter or message"
    DECISION = "decision", "Decision"
    CONCERN = "concern", "Concern"


class PrintPurpose(models.TextChoices):
    """What somebody's timeline is printed for."""

    REVIEW = "review", "A review or meeting about their care"
    HANDOVER = "handover", "Handing over to another service"
    SAFEGUARDING = "safeguarding", "A safeguarding enquiry"
    PERSON = "person", "The person asked for it"
    COMPLAINT = "complaint", "A complaint or a claim"
    COURT = "court", "A court or a coroner"
    INSPECTION = "inspection", "An inspection or an audit of care"


class DetailPart(models.TextChoices):
    """What a detail of another record is about."""

    NHS_NUMBER = "nhs_number", "NHS number"
    NAME = "name", "Name"
    BIRTH = "birth", "Date of birth"
    GENDER = "gender", "Gender"
    DIED = "died", "Died"
    HOME = "home", "Home"
    PHONE = "phone", "Phone number"
    EMAIL = "email", "Email address"
    LANGUAGE = "language", "Language"
    INTERPRETER = "interpreter", "Needs an interpreter"
    GP_PRACTICE = "gp_practice", "GP practice"
    CONTACT = "contact", "Contact not on record here"
    NEED = "need", "Communication need"


class DetailDecision(models.TextChoices):
    """What somebody decided about a detail of another record."""

    TAKEN = "taken", "Taken over"
    KEPT = "kept", "Kept what was here"
