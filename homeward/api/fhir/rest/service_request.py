"""ServiceRequest: referrals, and what became of them."""

from django.db.models import Max, QuerySet

from homeward.access.rules import Actor
from homeward.api.fhir.rest.elements import LOCAL, UK_CORE, concept, moment, reference, said
from homeward.api.fhir.rest.kind import Kind, Source, Told, by_days
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.procedures.selectors import need_title
from homeward.referrals.models import Referral
from homeward.referrals.selectors import details_for
from homeward.referrals.states import ReferralState, Urgency
from homeward.referrals.states import Source as CameFrom

STATUS = {
    ReferralState.WAITING: "active",
    ReferralState.MORE_ASKED: "on-hold",
    ReferralState.ACCEPTED: "completed",
    ReferralState.REDIRECTED: "revoked",
    ReferralState.DECLINED: "revoked",
    ReferralState.ADVISED: "completed",
    ReferralState.WITHDRAWN: "revoked",
}
PRIORITY = {Urgency.CRISIS: "stat", Urgency.TWO_DAYS: "urgent", Urgency.ROUTINE: "routine"}


def _rows(actor: Actor) -> QuerySet:
    rows = Referral.objects.filter(service_id__in=actor.service_ids, person__isnull=False)
    return rows.select_related("organisation", "service").annotate(changed_at=Max("events__recorded_at"))


def _made(referral: Referral, told: Told) -> list[dict]:
    state = ReferralState(referral.state)
    need = [concept(LOCAL + "need", referral.need_code, need_title(referral.need_code))] if referral.need_code else []
    who = ", ".join(
        part
        for part in (referral.requester_name, referral.requester_role, referral.requester_organisation)
        if part.strip()
    )
    requester = reference("Organization", referral.organisation_id, who or str(referral.organisation))
    notes = [referral.need_text] + [
        f"{one['title']}: {one['text']}" for one in details_for(told.actor, referral) if one.get("text")
    ]
    identifiers = [{"system": LOCAL + "referral-reference", "value": referral.reference}]
    if referral.sender_identifier:
        # what the sending system calls it: `system|value` where it said both
        system, bar, value = referral.sender_identifier.rpartition("|")
        identifiers.append({"system": system if bar else "", "value": value})
    return [
        {
            "resourceType": "ServiceRequest",
            "id": str(referral.pk),
            "meta": {"lastUpdated": moment(referral.changed_at)},
            "identifier": identifiers,
            "status": STATUS[state],
            "intent": "order",
            "category": [concept(LOCAL + "referral-source", referral.source, CameFrom(referral.source).label)],
            "priority": PRIORITY[Urgency(referral.urgency)],
            "code": {"coding": [one for held in need for one in held["coding"]], "text": _words(referral)},
            "subject": patient(told.person),
            "authoredOn": moment(referral.received_at),
            "requester": requester or ({"display": who} if who else None),
            "performer": [reference("Organization", f"service-{referral.service_id}", referral.service.name)],
            "reasonCode": [said(state.label)] if state in (ReferralState.REDIRECTED, ReferralState.DECLINED) else [],
            "note": [{"text": text} for text in notes if text.strip()],
        }
    ]


def _words(referral: Referral) -> str:
    return need_title(referral.need_code) if referral.need_code else "Help at home"


KIND = Kind(
    name="ServiceRequest",
    about="Referrals, and what became of them",
    profile=UK_CORE + "ServiceRequest",
    sources=(
        Source(
            rows=_rows,
            made=_made,
            person="person_id",
            narrow={"authored": by_days("received_at__date")},
        ),
    ),
    parameters=(
        link("patient", "subject", "Patient", "whom it is about"),
        link("subject", "subject", "Patient", "whom it is about"),
        token("identifier", "identifier", "our reference, or what the sending system calls it"),
        token("status", "status", "active, on-hold, completed or revoked"),
        token("priority", "priority", "stat within 2 hours, urgent within 2 days, routine"),
        token("category", "category", "who asked"),
        token("code", "code", "the need"),
        date_of("authored", "authoredOn", "when it was received"),
        link("requester", "requester", "Organization", "the organisation that asked"),
        link("performer", "performer", "Organization", "the service"),
    ),
)
