"""Who a message describes, in the words of the record: to find them by, and as a new record."""

from collections.abc import Sequence

from homeward.api.fhir.datatypes import ContactMethod
from homeward.api.fhir.patient import Person
from homeward.people.rules import Identity
from homeward.people.services import NewAddress, NewPerson
from homeward.people.states import EthnicCategory, EthnicitySource, Gender, NeedKind

SPOKEN = {"phone", "sms", "pager", ""}
_GENDERS = set(Gender.values)
# Wales has letters of its own that mean other groups
_ETHNIC_CATEGORIES = ("/CodeSystem/UKCore-EthnicCategoryEngland", "/CodeSystem/UKCore-EthnicCategory")


def identity_in(person: Person) -> Identity:
    """Who is described, for finding them in the record. Only a verified NHS number counts as one."""
    number = person.nhs_number
    return Identity(
        given_name=" ".join(person.name.given),
        family_name=person.name.family,
        birth_date=person.birth_date,
        nhs_number=number.value if number and number.is_verified else "",
        is_nhs_number_verified=bool(number and number.is_verified),
        postcode=person.addresses[0].postcode if person.addresses else "",
        phone=first_phone(person.contact_methods),
    )


def described(person: Person) -> NewPerson:
    """Who is described, as a new record."""
    home = person.addresses[0] if person.addresses else None
    given, family = " ".join(person.name.given), person.name.family
    if not given and not family:
        given, _, family = person.name.text.rpartition(" ")
    called = [name for name in person.other_names if name.use in ("nickname", "usual")]
    return NewPerson(
        given_name=fitted(given, 120),
        family_name=fitted(family, 120),
        preferred_name=fitted(called[0].words() if called else "", 120),
        birth_date=person.birth_date,
        birth_text="" if person.birth_date else fitted(person.birth_date_text, 20),
        gender=person.gender if person.gender in _GENDERS else Gender.UNKNOWN,
        ethnic_category=_ethnic_category(person),
        ethnic_category_by=EthnicitySource.OTHER,
        nhs_number=fitted(person.nhs_number.value if person.nhs_number else "", 20),
        is_nhs_number_traced=bool(person.nhs_number and person.nhs_number.is_verified),
        phone=fitted(first_phone(person.contact_methods), 40),
        email=fitted(next((one.value for one in person.contact_methods if one.kind == "email"), ""), 200),
        language=fitted(person.preferred_language or next(iter(person.languages), ""), 60),
        needs_interpreter=bool(person.needs_interpreter),
        address=NewAddress(
            lines=fitted(
                ", ".join(dict.fromkeys(part for part in (*home.lines, home.city, home.district) if part)) or home.text,
                250,
            ),
            postcode=fitted(home.postcode, 10),
        )
        if home
        else None,
        identifiers=tuple((fitted(one.system, 200), fitted(one.value, 200)) for one in person.local_identifiers),
        contacts=tuple(
            (fitted(contact.name, 120), fitted(contact.relationship, 80), fitted(first_phone(contact.methods), 40))
            for contact in person.contacts
            if not contact.is_the_person and (contact.name or contact.methods)
        ),
        needs=tuple((NeedKind.OTHER, fitted(text, 250)) for text in person.communication_needs),
    )


def _ethnic_category(person: Person) -> str:
    """The national code that was sent; "" where none of that list was."""
    sent = (one.code for one in person.ethnicity.codings if one.system.endswith(_ETHNIC_CATEGORIES))
    return next((code for code in sent if code in EthnicCategory.values), "")


def first_phone(methods: Sequence[ContactMethod]) -> str:
    """The first of these that can be called; "" when none."""
    return next((method.value for method in methods if method.kind in SPOKEN), "")


def fitted(text: str, longest: int) -> str:
    """`text`, cut where the record has no more room."""
    return text if len(text) <= longest else text[:longest].rstrip()
