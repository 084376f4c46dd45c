"""Answers to BaRS requests after the first: care has begun, it is finished, or nobody can go.

A reply echoes the request it answers (its ServiceRequest, Encounter and Patient as the sender wrote them) and adds an
Encounter of our own whose status says how it stands: in-progress, finished or cancelled (STANDARDS A3).
"""

import base64
import json
import logging
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import httpx
from django.conf import settings

from homeward.access.rules import Actor
from homeward.api.fhir.process_message_response import ENCOUNTER_CLASS, EVENTS, REASONS, REFERENCE_SYSTEM
from homeward.api.fhir.wire import JSON, read_message
from homeward.episodes.selectors import episode_causes
from homeward.referrals.models import Reply
from homeward.referrals.rules.replying import REASON_TITLES, unable_reason
from homeward.referrals.selectors import ReplyCause, has_reply_before, message_to_answer, referral_causes
from homeward.referrals.services import queue_reply, settle_reply, take_replies
from homeward.referrals.services.replies import reply_id

logger = logging.getLogger("homeward.replies")
TIMEOUT_SECONDS = 20
DEFINITION = "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-response"
STATUS = {"interim": "in-progress", "full": "finished", "unable": "cancelled"}
# A refusal is an interim response too: it tells the sender, before any breach, to make other plans.
DEFINED_AS = {"interim": "interim", "full": "full", "unable": "interim"}
ECHOED = ("ServiceRequest", "Encounter", "Patient", "RelatedPerson")


def make_replies(actor: Actor, service_id: int, now: datetime) -> int:
    """Queue every answer that a sending system is owed and has not got; gives how many.

    What is owed is found in the record itself, so a stop between an event and its answer loses nothing.

    Raises: NotAllowedError.
    """
    made = 0
    for cause in [*referral_causes(actor, service_id), *episode_causes(actor, service_id)]:
        if not cause.kind:
            continue
        asked = read_message(bytes(message_to_answer(actor, cause.referral).content)).resource
        bundle = reply_bundle(cause, asked, is_first=not has_reply_before(actor, cause.referral))
        reply = queue_reply(
            actor=actor,
            referral=cause.referral,
            kind=cause.kind,
            caused_by=cause.caused_by,
            send_to=_header(asked).get("source", {}).get("endpoint", ""),
            media_type=JSON,
            content=json.dumps(bundle, default=str).encode(),
            now=now,
        )
        made += reply is not None
    return made


def send_replies(actor: Actor, now: datetime) -> int:
    """Send every reply that is due to the BaRS endpoint of the settings; gives how many were taken.

    Without an endpoint they wait in the queue, where the referral's page shows them.

    Raises: NotAllowedError.
    """
    if not settings.HOMEWARD_BARS:
        return 0
    sent = 0
    for reply in take_replies(actor=actor, now=now):
        code, said = _post(reply)
        settled = settle_reply(actor=actor, reply=reply, answer_code=code, answer_text=said, now=now)
        sent += settled.sent_at == now
    return sent


def reply_bundle(cause: ReplyCause, asked: dict, *, is_first: bool) -> dict:
    """The message that answers `asked`, a BaRS request as plain FHIR JSON."""
    referral = cause.referral
    message_id = str(reply_id(referral, cause.caused_by))

    def address(part: str) -> str:
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{message_id}/{part}')}"

    header = _header(asked)
    echoed = [entry for entry in asked.get("entry", []) if entry.get("resource", {}).get("resourceType") in ECHOED]
    patient = next(
        (e["fullUrl"] for e in echoed if e["resource"]["resourceType"] == "Patient" and "fullUrl" in e), None
    )
    person = {"reference": patient} if patient else {"display": "As in the request"}
    moment = cause.happened_at.astimezone(UTC).isoformat(timespec="seconds")
    encounter = {
        "resourceType": "Encounter",
        "id": address("encounter").removeprefix("urn:uuid:"),
        "identifier": [{"system": REFERENCE_SYSTEM, "value": referral.reference}],
        "status": STATUS[cause.kind],
        "class": ENCOUNTER_CLASS,
        "subject": person,
        "period": {"start": moment} | ({"end": moment} if cause.kind != "interim" else {}),
        "reasonCode": [_reason(cause)],
    }
    entries = [{"fullUrl": address("encounter"), "resource": encounter}]
    if cause.kind == "full":
        summary = " ".join(filter(None, [cause.outcome_title, cause.said])) or "Finished"
        plan = {
            "resourceType": "CarePlan",
            "id": address("plan").removeprefix("urn:uuid:"),
            "status": "completed",
            "intent": "plan",
            "subject": person,
            "encounter": {"reference": address("encounter")},
            "activity": [{"outcomeCodeableConcept": [{"text": summary}]}],
        }
        entries.append({"fullUrl": address("plan"), "resource": plan})
    receiver = next((d.get("endpoint", "") for d in header.get("destination", [])), "") or "urn:homeward:front-door"
    ours = {
        "resourceType": "MessageHeader",
        "id": address("header").removeprefix("urn:uuid:"),
        "eventCoding": {"system": EVENTS, "code": "servicerequest-response"},
        "destination": [{"endpoint": header.get("source", {}).get("endpoint") or "urn:homeward:sender"}],
        "sender": {"reference": address("organisation")},
        "source": {"name": "Homeward", "software": "Homeward", "endpoint": receiver},
        "reason": {"coding": [{"system": REASONS, "code": "new" if is_first else "update"}]},
        "response": {"identifier": asked.get("id") or header.get("id") or referral.reference, "code": "ok"},
        "focus": [{"reference": address("encounter")}],
        "definition": f"{DEFINITION}-{_category(echoed)}-{DEFINED_AS[cause.kind]}",
    }
    organisation = {
        "resourceType": "Organization",
        "id": address("organisation").removeprefix("urn:uuid:"),
        "name": referral.service.name,
    }
    return {
        "resourceType": "Bundle",
        "id": message_id,
        "meta": {"profile": ["https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"]},
        "type": "message",
        "timestamp": moment,
        "entry": [
            {"fullUrl": address("header"), "resource": ours},
            *echoed,
            *entries,
            {"fullUrl": address("organisation"), "resource": organisation},
        ],
    }


def target_identifier(endpoint: str) -> str:
    """The NHSD-Target-Identifier header that leads to an endpoint written `system|value`."""
    system, _, value = endpoint.partition("|")
    content = {"system": system, "value": value} if value else {"system": "urn:ietf:rfc:3986", "value": system}
    return base64.b64encode(json.dumps(content).encode()).decode()


def _header(message: dict) -> dict:
    resources = (entry.get("resource", {}) for entry in message.get("entry", []))
    return next((one for one in resources if one.get("resourceType") == "MessageHeader"), {})


def _category(echoed: list[dict]) -> str:
    """Which kind of request it was, in the name of the message definition: validation or referral."""
    request = next((e["resource"] for e in echoed if e["resource"]["resourceType"] == "ServiceRequest"), {})
    codes = [coding.get("code") for one in request.get("category", []) for coding in one.get("coding", [])]
    return "validation" if "validation" in codes else "referral"


def _reason(cause: ReplyCause) -> dict:
    if cause.kind == "unable":
        code = unable_reason(cause.outcome_code)
        coding = {"system": "https://fhir.nhs.uk/CodeSystem/rejected-reasons-bars", "code": code}
        return {"coding": [coding | {"display": REASON_TITLES[code]}]} | ({"text": cause.said} if cause.said else {})
    coding = {"system": "https://fhir.nhs.uk/CodeSystem/message-reason-encounter", "code": "validation-triage-outcome"}
    return {"coding": [coding]}


def _post(reply: Reply) -> tuple[int | None, str]:
    """What the other side answered: its code and the start of its words, or None and why nobody answered."""
    headers = {
        "Content-Type": reply.media_type,
        "NHSD-Target-Identifier": target_identifier(reply.send_to),
        "X-Request-ID": str(reply.message_id),
        "X-Correlation-ID": str(reply.message_id),
    }
    if settings.HOMEWARD_BARS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.HOMEWARD_BARS_TOKEN}"
    try:
        answer = httpx.post(
            settings.HOMEWARD_BARS.rstrip("/") + "/$process-message",
            content=bytes(reply.content),
            headers=headers,
            timeout=TIMEOUT_SECONDS,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return None, f"Nobody answered ({type(error).__name__})."
    # an answer may repeat what we sent, and so somebody's name: only its code and the kind of resource are kept
    return answer.status_code, _answer_words(answer)


def _answer_words(answer: httpx.Response) -> str:
    try:
        content = answer.json()
    except ValueError:
        return ""
    issues = content.get("issue", []) if isinstance(content, dict) else []
    codes = [str(issue.get("code", "")) for issue in issues if isinstance(issue, dict)]
    return f"The other system said: {', '.join(filter(None, codes))}"[:200] if any(codes) else ""
