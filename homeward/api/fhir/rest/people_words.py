"""Parts that several resources about people share."""

from homeward.access.rules import Sight
from homeward.api.fhir.rest.elements import NHS_NUMBER, UK_CORE_CODES, UK_CORE_EXTENSION, coding, reference
from homeward.people.models import Person
from homeward.people.states import NhsNumberStatus

# UK Core NHSNumberVerificationStatus, England's list
VERIFICATION = {
    NhsNumberStatus.VERIFIED: ("01", "Number present and verified"),
    NhsNumberStatus.UNVERIFIED: ("02", "Number present but not traced"),
}
# BCP 47 tags of languages as they are written in records here; any other keeps its words alone
LANGUAGES = {
    "arabic": "ar", "bengali": "bn", "british sign language": "bfi", "cantonese": "yue", "chinese": "zh",
    "english": "en", "farsi": "fa", "french": "fr", "german": "de", "gujarati": "gu", "hindi": "hi", "italian": "it",
    "kurdish": "ku", "mandarin": "cmn", "pashto": "ps", "persian": "fa", "polish": "pl", "portuguese": "pt",
    "punjabi": "pa", "romanian": "ro", "russian": "ru", "somali": "so", "spanish": "es", "tamil": "ta", "turkish": "tr",
    "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "welsh": "cy",
}  # fmt: skip


def patient(person: Person | None) -> dict | None:
    """The reference to whose resource it is."""
    return reference("Patient", person.pk) if person else None


def nhs_number(person: Person) -> dict | None:
    """The person's NHS number with how far it can be trusted, as UK Core holds it."""
    if not person.nhs_number:
        return None
    code, words = VERIFICATION.get(person.nhs_number_status, VERIFICATION[NhsNumberStatus.UNVERIFIED])
    status = coding(UK_CORE_CODES + "NHSNumberVerificationStatusEngland", code, words)
    return {
        "extension": [
            {
                "url": UK_CORE_EXTENSION + "NHSNumberVerificationStatus",
                "valueCodeableConcept": {"coding": [status]},
            }
        ],
        "system": NHS_NUMBER,
        "value": person.nhs_number,
    }


def language(words: str) -> dict:
    """A language with its tag where we know it."""
    code = LANGUAGES.get(words.strip().lower(), "")
    return {"coding": [coding("urn:ietf:bcp:47", code, words)] if code else [], "text": words}


def is_whole(sight: Sight) -> bool:
    return sight >= Sight.RECORD
