"""A referral message in the words of the front door: the person, and the referral, as the rooms take them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from homeward.api.fhir.datatypes import LONDON, ContactMethod
from homeward.api.fhir.deciding import Asked
from homeward.api.fhir.describing import described, first_phone, fitted
from homeward.api.fhir.flag import WarningKind
from homeward.api.fhir.patient import ContactPerson
from homeward.api.fhir.referral_message import ReferralMessage
from homeward.api.intake.needs import need_in_words
from homeward.api.intake.notes import NotUnderstood, shortened
from homeward.people.services import NewPerson
from homeward.people.states import AlertKind, NeedKind
from homeward.referrals.services import NewReferral
from homeward.referrals.states import Source, Urgency

# Who asks, by BaRS use case (usecases-categories-bars 1.5.0).
SOURCES = {
    **dict.fromkeys(("a1t1", "a1t2", "a1t7", "a1t10"), Source.NHS_111),  # 111
    **dict.fromkeys(("a1t3", "a1t4", "a1t8", "a1t11"), Source.NHS_111),  # integrated urgent care
    **dict.fromkeys(("a1t5", "a1t6", "a1t9", "a1t12"), Source.AMBULANCE),  # 999
    **dict.fromkeys(("a2t1", "a2t2", "a2t5"), Source.NHS_111),  # 111 online
    **dict.fromkeys(("a2t3", "a2t4", "a2t6"), Source.HOSPITAL),  # streaming and redirection at the front of a hospital
    **dict.fromkeys(("a3t1", "a4t1", "a4t2", "a4t3", "a4t4", "a6t1", "a6t2", "a6t3"), Source.AMBULANCE),
    **dict.fromkeys(("a5t1", "a5t2", "a5t3", "referraltopharmacy"), Source.GP),
    "a7t1": Source.SELF,
}
FALLS_AND_COMMUNITY = {"a4t2", "a4t3"}  # 999 to falls, 999 to community services: the two-hour response
CRISIS_WITHIN = timedelta(hours=2)  # NHS England urgent community response standard
SOON_WITHIN = timedelta(days=2)
PRIORITIES = {
    "stat": Urgency.CRISIS,
    "asap": Urgency.CRISIS,
    "urgent": Urgency.TWO_DAYS,
    "routine": Urgency.ROUTINE,
}
LIVES_ALONE = {"LivesAlone", "OnePersonHouseholds"}  # household-composition-bars
NO_NEED_SENT = "The message does not say why. Read its details, or ask the sender."


def new_person(message: ReferralMessage) -> NewPerson:
    """The person of a message as a new record."""
    new = described(message.person)
    own_uprn = message.incident.uprn if message.incident and new.address and _same_place(message) else ""
    return replace(
        new,
        lives_alone=True if _lives_alone(message) else None,
        address=replace(new.address, uprn=fitted(own_uprn, 12)) if new.address else None,
        needs=tuple((NeedKind.OTHER, fitted(text, 250)) for text in _needs(message)),
    )


def new_referral(asked: Asked) -> NewReferral:
    """The referral of a message."""
    message = asked.message
    urgency, why = _urgency(message)
    contact = message.first_contact
    requester = message.requester
    organisation = requester.organisation if requester.organisation else message.envelope.sender.organisation
    place = message.incident
    home = message.person.addresses[0].words() if message.person.addresses else ""
    need, why_no_need = need_in_words(message.need)
    notes = [*asked.notes, *([why] if why else []), *_too_long(message)]
    if why_no_need:
        notes.append(NotUnderstood("", why_no_need))
    return NewReferral(
        source=SOURCES.get(message.request.use_case, Source.OTHER),
        urgency=urgency,
        need_code=need,
        need_text=message.need or NO_NEED_SENT,
        requester_name=requester.name,
        requester_role=requester.role,
        requester_organisation=organisation.name or message.sender_name,
        requester_phone=first_phone(requester.telephones) or first_phone(message.envelope.sender.telephones),
        safeguarding_text="; ".join(
            dict.fromkeys(_warned(one.title, one.text) for one in message.safeguarding_concerns)
        ),
        scene_safety=message.scene_safety,
        contact_name=_contact_name(message, contact),
        contact_phone=first_phone(contact.methods) if contact else first_phone(message.person.contact_methods),
        place_text=place.words() if place else home,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        use_case=message.request.use_case,
        sender_clock_started_at=message.clock_started_at,
        sender_due_at=message.breach_at,
        not_understood=[{"path": note.path, "text": note.text} for note in dict.fromkeys(notes)],
        details=_details(message),
    )


def sender_identifiers(message: ReferralMessage) -> list[str]:
    """What the sender may know this referral by, the surest first.

    The use case is part of it: one sender's systems for different uses have been seen to share their names.
    """
    return [f"{message.request.use_case}|{name}"[:200] for name in message.request.names]


def alerts_in(message: ReferralMessage) -> list[tuple[AlertKind, str]]:
    """The warnings that a visitor must see before they knock, apart from safeguarding."""
    kinds = {
        WarningKind.RESPECT: AlertKind.RESPECT,
        WarningKind.INFECTION_RISK: AlertKind.INFECTION,
        WarningKind.CALL_WARNING: AlertKind.RISK,
    }
    alerts = []
    for warning in message.warnings:
        if not warning.is_active:
            continue
        if warning.kind in kinds:
            alerts.append((kinds[warning.kind], _warned(warning.title, warning.text)))
        elif warning.kind is WarningKind.SCENE_SAFETY and any(coding.code == "U" for coding in warning.codes):
            alerts.append((AlertKind.RISK, warning.text))
    alerts += [(AlertKind.ALLERGY, one.text) for one in message.statements if one.kind == "Allergy"]
    return list(dict.fromkeys(alerts))


def _too_long(message: ReferralMessage) -> Iterable[NotUnderstood]:
    """What is cut where the record has less room than the message; the details keep it whole."""
    person = message.person
    for path, text, longest in (
        ("Patient.name.family", person.name.family, 120),
        ("Patient.name.given", " ".join(person.name.given), 120),
        ("Patient.telecom", first_phone(person.contact_methods), 40),
    ):
        if len(text) > longest:
            yield NotUnderstood(path, f"It is cut to {longest} characters in the record: {shortened(text)}")


def _contact_name(message: ReferralMessage, contact: ContactPerson | None) -> str:
    if contact is None or contact.is_the_person:
        return message.person.name.words()
    return f"{contact.name} ({contact.relationship})" if contact.relationship and contact.name else contact.name


def _warned(title: str, text: str) -> str:
    return f"{title}: {text}" if text and title.lower() not in text.lower() else text or title


def _same_place(message: ReferralMessage) -> bool:
    """Whether the incident is at the person's home, by postcode."""
    home, incident = message.person.addresses[0], message.incident
    return bool(incident and home.postcode) and home.postcode == incident.address.postcode


def _lives_alone(message: ReferralMessage) -> bool:
    return any(coding.code in LIVES_ALONE for one in message.statements for coding in one.codes)


def _needs(message: ReferralMessage) -> Iterable[str]:
    yield from message.person.communication_needs
    for warning in message.warnings:
        if warning.kind is WarningKind.REASONABLE_ADJUSTMENT and warning.is_active:
            yield _warned(warning.title, warning.text)


def _urgency(message: ReferralMessage) -> tuple[Urgency, NotUnderstood | None]:
    """How soon, as the sender sees it; with a note where they did not say."""
    request = message.request
    if request.use_case in FALLS_AND_COMMUNITY:
        return Urgency.CRISIS, None
    since = message.clock_started_at or request.asked_from or request.authored_at or message.sent_at
    if message.breach_at and since:
        allowed = message.breach_at - since
        if allowed <= CRISIS_WITHIN:
            return Urgency.CRISIS, None
        return (Urgency.TWO_DAYS if allowed <= SOON_WITHIN else Urgency.ROUTINE), None
    if request.priority in PRIORITIES:
        return PRIORITIES[request.priority], None
    is_emergency = SOURCES.get(request.use_case) in (Source.AMBULANCE, Source.NHS_111)
    taken = Urgency.CRISIS if is_emergency else Urgency.TWO_DAYS
    text = f"It does not say how soon; it was taken as {Urgency(taken).label.lower()}."
    return taken, NotUnderstood("ServiceRequest.occurrencePeriod", text)


def _details(message: ReferralMessage) -> list[dict]:
    """Everything else the message says, as titled texts for the referral's page."""
    lines: list[tuple[str, Iterable[str]]] = [
        (
            "Triage outcome",
            (
                f"{one.kind}: {' '.join(part for part in (one.code, one.title) if part)}"
                for one in message.triage.outcomes
            ),
        ),
        ("Triage record", message.triage.narratives),
        ("Presenting complaint", (one.words() for one in message.statements if one.is_presenting_complaint)),
        (
            "Warnings",
            (
                _warned(one.title, one.text) + ("" if one.is_active else " (no longer active)")
                for one in message.warnings
            ),
        ),
    ]
    kinds = {
        "Condition": "Conditions",
        "Observation": "Observations",
        "Procedure": "Procedures",
        "Medicine": "Medicines",
        "Allergy": "Allergies",
        "Task": "Tasks",
        "Message": "Messages from the sender",
        "Device": "Devices",
    }
    for kind, title in kinds.items():
        said = (one.words() for one in message.statements if one.kind == kind and not one.is_presenting_complaint)
        lines.append((title, said))
    lines += [(f"Form: {answers.title}", answers.lines) for answers in message.answers]
    lines += [
        ("Advice given", [message.request.advice_given]),
        ("Notes", message.request.notes),
        ("Asked for", (concept.words() for concept in (*message.request.asked_for, *message.request.reasons))),
        ("About the person", _about_the_person(message)),
        ("Contacts", (_contact_line(contact) for contact in message.person.contacts)),
        ("Places", _places(message)),
        ("Consent", (consent.words() for consent in message.consents)),
        ("Documents", (document.words() for document in message.documents)),
        ("The sender's case", _case(message)),
        ("The message", _about_the_message(message)),
    ]
    details = []
    for title, texts in lines:
        text = "\n".join(text for text in texts if text)
        if text:
            details.append({"title": title, "text": text})
    return details


def _about_the_person(message: ReferralMessage) -> Iterable[str]:
    person = message.person
    yield f"Also known as: {', '.join(name.words() for name in person.other_names)}" if person.other_names else ""
    number = person.nhs_number
    if number and not number.is_verified:
        why = (
            "passes the check, but the sender does not say it was verified"
            if number.passes_check
            else ("fails the check of an NHS number")
        )
        yield f"NHS number {number.value} is not verified: it {why}."
    for identifier in person.local_identifiers:
        yield f"Known elsewhere as {identifier.value} ({identifier.system})"
    for address in person.addresses[1:]:
        yield f"Another address ({address.use or 'use not said'}): {address.words()}"
    for method in person.contact_methods:
        yield _method_line(method)
    if person.general_practice:
        practice = person.general_practice
        named = [practice.practice, practice.ods_code, practice.practitioner, first_phone(practice.telephones)]
        yield f"General practice: {', '.join(part for part in named if part)}"
    if person.is_deceased:
        yield f"The sender says they have died{f' on {person.died_on}' if person.died_on else ''}."
    if person.languages:
        yield f"Speaks: {', '.join(person.languages)}"
    if person.needs_interpreter is not None:
        yield "Needs an interpreter" if person.needs_interpreter else "Needs no interpreter"
    for title, concept in (
        ("Ethnic category", person.ethnicity),
        ("Religion", person.religion),
        ("Marital status", person.marital_status),
    ):
        if concept:
            yield f"{title}: {concept.words()}"


def _method_line(method: ContactMethod) -> str:
    described = ", ".join(part for part in (method.use, f"rank {method.rank}" if method.rank else "") if part)
    return f"{method.kind or 'contact'}: {method.value}" + (f" ({described})" if described else "")


def _contact_line(contact: ContactPerson) -> str:
    who = contact.name or ("The person" if contact.is_the_person else "Name not sent")
    described = [contact.relationship, f"rank {contact.rank}" if contact.rank else "", contact.gender, contact.address]
    ways = "; ".join(_method_line(method) for method in contact.methods)
    return ": ".join(part for part in (", ".join(part for part in (who, *described) if part), ways) if part)


def _places(message: ReferralMessage) -> Iterable[str]:
    for place in (message.incident, *message.other_places):
        if place is None:
            continue
        title = place.kind_title or ("Incident location" if place is message.incident else "Location")
        grid = f"easting {place.easting:.0f}, northing {place.northing:.0f}" if place.easting and place.northing else ""
        parts = [place.words(), f"UPRN {place.uprn}" if place.uprn else "", grid]
        parts.append(f"accuracy {place.accuracy}" if place.accuracy else "")
        yield f"{title}: {', '.join(part for part in parts if part)}"


def _case(message: ReferralMessage) -> Iterable[str]:
    for case in (message.case, *message.other_cases):
        for identifier in case.identifiers:
            yield f"Case {identifier.value} ({identifier.system})"
        if case.journey_id:
            yield f"Journey {case.journey_id}"
        if case.contact_at:
            yield f"Call connected {case.contact_at.astimezone(LONDON):%d %B %Y %H:%M}"
        yield from case.lines


def _about_the_message(message: ReferralMessage) -> Iterable[str]:
    sender = message.envelope.sender
    named = [sender.organisation.name, sender.organisation.ods_code]
    yield f"From: {', '.join(part for part in named if part)}" if any(named) else ""
    yield f"Software: {sender.software}" if sender.software else ""
    yield f"Answers go to: {sender.endpoint}" if sender.endpoint else ""
    for method in sender.telephones:
        yield f"Sender's {_method_line(method)}"
    for destination in message.envelope.destinations:
        named = [destination.organisation.name, destination.organisation.ods_code, destination.endpoint]
        yield f"To: {', '.join(part for part in named if part)}"
    for performer in message.performers:
        named = [performer.service_name, performer.name, performer.ods_code, performer.service_id]
        yield f"Asked of: {', '.join(part for part in named if part)}"
    if message.request.use_case_title:
        yield f"Use: {message.request.use_case_title} ({message.request.use_case}), {message.request.kind}"
    if message.request.authored_at:
        yield f"Written {message.request.authored_at.astimezone(LONDON):%d %B %Y %H:%M}"
    if message.sent_at:
        yield f"Sent {message.sent_at.astimezone(LONDON):%d %B %Y %H:%M}"
    yield f"Message {message.bundle_id}" if message.bundle_id else ""
