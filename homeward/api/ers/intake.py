"""A payload of e-RS, from plain JSON to what the front door is asked."""

from homeward.api.ers.reading import ErsReferral, read_ers_referral, unwrapped
from homeward.api.ers.refusing import what_instead
from homeward.api.fhir.datatypes import LONDON
from homeward.api.intake.asked import Brought, Done, Intention, Refusal
from homeward.api.intake.needs import need_in_words
from homeward.api.intake.notes import NotUnderstood
from homeward.api.intake.operation_outcome import acceptance
from homeward.kernel.rules import is_valid_nhs_number, tidy_nhs_number
from homeward.people.rules import Identity
from homeward.people.services import NewAddress, NewPerson
from homeward.people.states import Gender
from homeward.referrals.services import NewReferral
from homeward.referrals.states import MessageKind, Source, Urgency

SENDER = "e-RS"  # one national service, whoever passes its payloads on
USE_CASE = "ers"
# e-RS priorities in our urgencies. It gives no times, so the sooner of those that could be meant: a local decision.
PRIORITIES = {"ROUTINE": Urgency.ROUTINE, "URGENT": Urgency.TWO_DAYS, "TWO_WEEK_WAIT": Urgency.TWO_DAYS}
CANCELLED = {"CANCELLED_REFERRAL"}
# States in which e-RS itself says that nobody is asking the service any more.
DECIDED = {
    "REJECTED": "e-RS says it was rejected",
    "RETURN_TO_REFERRER_WITH_ADVICE": "e-RS says it went back to the referrer with advice",
}
SAYS_PROFILE = "/eRS-"
ERS_SYSTEMS = ("/id/ubrn", "/ers-request-id", "/ers-service")
NO_UBRN = "The ReferralRequest has no id, which in e-RS is the UBRN. Send it as e-RS gives it."
NOBODY = (
    "The ReferralRequest does not say whom it is about. Send the NHS number in its subject, or the Patient with it."
)
NOT_A_NUMBER = (
    "The ReferralRequest names the person by a number that fails the check of an NHS number, and by nothing else. Send "
    "the Patient with it: name, birth date and address."
)


def is_ers(resource: dict) -> bool:
    """Whether a resource is one of e-RS, by its profile or its identifiers, or by those of what is in it."""
    if unwrapped(resource).get("resourceType") == "ReferralRequest":
        return True
    if any(SAYS_PROFILE in profile for one in (resource, *_inside(resource)) for profile in _profiles(one)):
        return True
    if any(str(one.get("system") or "").lower().endswith(ERS_SYSTEMS) for one in _identifiers(resource)):
        return True
    # its tasks say so in their codes alone; they are short
    return any(one.get("resourceType") == "Task" and SAYS_PROFILE in str(one)[:4000] for one in _inside(resource)[:20])


def read_ers(resource: dict, further: tuple[NotUnderstood, ...] = ()) -> Brought | Refusal:
    """What the e-RS payload in `resource` brings, or why it is refused. `further`: notes already made of its bytes."""
    request = unwrapped(resource)
    kinds = [one.get("resourceType") for one in (request, *_inside(request))]
    if kinds.count("ReferralRequest") != 1:
        return Refusal(422, "not-supported", what_instead(resource), str(resource.get("id") or ""))
    referral = read_ers_referral(resource, further)
    problem = _problem(referral)
    if problem:
        return Refusal(422, "business-rule", problem, referral.ubrn)
    return brought_by(referral)


def brought_by(referral: ErsReferral) -> Brought:
    """A ReferralRequest of e-RS in the words of the front door."""
    notes = referral.notes
    patient = referral.patient
    number = tidy_nhs_number(patient.nhs_number)
    is_valid = is_valid_nhs_number(number)
    name = patient.name

    def answer(done: Done) -> dict:
        return acceptance(f"outcome-{done.reference}", done.said, (note.path for note in notes))

    return Brought(
        kind=MessageKind.ERS,
        intention=Intention.WITHDRAW if _is_cancelled(referral) else Intention.EITHER,
        message_id=f"{referral.ubrn}/{referral.version}" if referral.version is not None else referral.ubrn,
        sender=SENDER,
        identifiers=(referral.ubrn,),
        sent_at=None,
        version=referral.version,
        identity=Identity(
            given_name=" ".join(name.given) if name else "",
            family_name=name.family if name else "",
            birth_date=patient.birth_date,
            nhs_number=number if is_valid else "",
            # e-RS takes referrals only for numbers it has traced; a number that passes its check is taken as such.
            is_nhs_number_verified=is_valid,
            postcode=patient.address.postcode if patient.address else "",
            phone=patient.phone,
        ),
        said_number=number,
        person=_new_person(referral, number) if patient.is_described else None,
        practice_code="",
        organisation_codes=(referral.organisation_code,),
        referral=_new_referral(referral),
        alerts=(),
        withdrawn_because="; ".join(part for part in (referral.state_reason, referral.comments) if part),
        notes=notes,
        answer=answer,
    )


def _profiles(resource: dict) -> list[str]:
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    return [str(one) for one in profiles] if isinstance(profiles, list) else []


def _inside(resource: dict) -> list[dict]:
    entries = resource.get("entry") if resource.get("resourceType") == "Bundle" else None
    inner = [one.get("resource") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    return [one for one in inner if isinstance(one, dict)]


def _identifiers(resource: dict) -> list[dict]:
    found = []
    for one in (resource, *_inside(resource)):
        identifiers = one.get("identifier")
        found += [each for each in identifiers if isinstance(each, dict)] if isinstance(identifiers, list) else []
    return found


def _is_cancelled(referral: ErsReferral) -> bool:
    return referral.state in CANCELLED or referral.status in ("cancelled", "entered-in-error")


def _problem(referral: ErsReferral) -> str:
    if not referral.ubrn:
        return NO_UBRN
    if _is_cancelled(referral):
        return ""
    for code in (referral.state, referral.state_reason_code):
        if code in DECIDED:
            return f"{DECIDED[code]}, so there is nothing to do. Send it again if the service is asked once more."
    if not referral.patient.nhs_number and not referral.patient.is_described:
        return NOBODY
    if not referral.patient.is_described and not is_valid_nhs_number(tidy_nhs_number(referral.patient.nhs_number)):
        return NOT_A_NUMBER
    if not (referral.specialty or referral.services or referral.reasons):
        return "The ReferralRequest says neither a service, a specialty nor a reason. Send it with what is asked for."
    return ""


def _new_person(referral: ErsReferral, number: str) -> NewPerson:
    patient = referral.patient
    name, address = patient.name, patient.address
    return NewPerson(
        given_name=" ".join(name.given)[:120] if name else "",
        family_name=name.family[:120] if name else "",
        birth_date=patient.birth_date,
        gender=patient.gender if patient.gender in Gender.values else Gender.UNKNOWN,
        nhs_number=number[:20],
        is_nhs_number_traced=is_valid_nhs_number(number),
        phone=patient.phone[:40],
        address=NewAddress(
            lines=", ".join(part for part in (*address.lines, address.city, address.district) if part)[:250],
            postcode=address.postcode[:10],
        )
        if address
        else None,
    )


def _new_referral(referral: ErsReferral) -> NewReferral:
    asked = [*referral.reasons, referral.specialty, *referral.services]
    text = "; ".join(dict.fromkeys(part for part in asked if part))
    need, why_no_need = need_in_words("; ".join(referral.reasons) or text)
    urgency = PRIORITIES.get(referral.priority)
    notes = list(referral.notes)
    if why_no_need:
        notes.append(NotUnderstood("", why_no_need))
    if urgency is None:
        label = Urgency.TWO_DAYS.label.lower()
        said = f"“{referral.priority[:40]}” is not a priority we know" if referral.priority else "It gives no priority"
        notes.append(NotUnderstood("ReferralRequest.priority", f"{said}; it was taken as {label}."))
    return NewReferral(
        # e-RS does not say what kind of service the referrer works in
        source=Source.OTHER,
        urgency=urgency or Urgency.TWO_DAYS,
        need_code=need,
        need_text=text,
        requester_organisation=referral.organisation_code,
        use_case=USE_CASE,
        sender_clock_started_at=referral.pathway_started_at or referral.authored_at,
        not_understood=[{"path": note.path, "text": note.text} for note in dict.fromkeys(notes)],
        details=_details(referral),
    )


def _details(referral: ErsReferral) -> list[dict]:
    started_at = referral.pathway_started_at
    version = f", version {referral.version}" if referral.version is not None else ""
    lines = {
        "Asked for": [referral.specialty, *referral.services, *referral.reasons],
        "How the services were found": referral.criteria,
        "State in e-RS": [
            " ".join(part for part in (_sentence(referral.state), referral.state_reason) if part),
            referral.comments,
            f"Appointment: {referral.appointment}" if referral.appointment else "",
        ],
        "Priority": [f"{_sentence(referral.priority)} in e-RS; how soon that is here is a local decision"],
        "Documents": referral.documents,
        "The message": [
            f"UBRN {referral.ubrn}{version}",
            f"Pathway began {started_at.astimezone(LONDON):%d %B %Y %H:%M}" if started_at else "",
        ],
    }
    written = ((title, "\n".join(text for text in texts if text)) for title, texts in lines.items())
    return [{"title": title, "text": text} for title, text in written if text]


def _sentence(code: str) -> str:
    return code.replace("_", " ").capitalize()
