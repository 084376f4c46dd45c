"""CarePlan: what the sender's triage came to, and when the clock started."""

import re
from dataclasses import dataclass
from datetime import datetime

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import Coding, read_concept, read_concepts, read_time_span
from homeward.api.fhir.node import Node
from homeward.api.fhir.service_request import read_annotations

# What each code system of a triage outcome is called on the referral; the ends of their addresses, as the published
# messages and the guide write them (both pathways-sd-codes and pathways-sd-code occur).
OUTCOME_SYSTEMS = {
    "pathways-sg-code": "Symptom group",
    "pathways-sd-code": "Symptom discriminator",
    "pathways-dx-code": "Disposition",
    "pathways-pathway-code": "Pathway",
    "pathways-arp-code": "Ambulance priority",
    "arp-priority-code": "Ambulance priority",
    "ampds-dispatch-code": "Dispatch code",
    "ampds-code": "Dispatch code",
    "sg-code": "Symptom group",
    "sd-code": "Symptom discriminator",
    "dx-code": "Disposition",
}
# A break only where no word goes on: "yes/no" and "C:\\notes" are words.
_WRITTEN_BREAK = re.compile(r"(?:/n|(?:\\r)?\\n)+(?=[\s\d\W]|[A-Z]|$)")


@dataclass(frozen=True)
class TriageOutcome:
    """One coded result of the sender's triage: `Disposition`, `Dx0122`, `Emergency Ambulance Response`."""

    kind: str
    code: str
    title: str


@dataclass(frozen=True)
class TriagePlan:
    """What the sender's triage came to.

    `clock_started_at`: the sender's clock start (T5), which BaRS puts in CarePlan.period.start; None when not sent.
    `narratives`: the triage record in the sender's words, one text a part.
    """

    clock_started_at: datetime | None
    outcomes: tuple[TriageOutcome, ...]
    narratives: tuple[str, ...]


def read_triage(bundle: MessageBundle, plans: tuple[Node, ...]) -> TriagePlan:
    started, outcomes, narratives = [], [], []
    for plan in plans:
        span = read_time_span(plan.node("period"))
        if span.starts_at:
            started.append(span.starts_at)
        for activity in plan.nodes("activity"):
            for concept in read_concepts(activity, "outcomeCodeableConcept"):
                outcomes += [_outcome(coding) for coding in concept.codings]
                if concept.text and not concept.codings:
                    narratives.append(tidy_narrative(concept.text))
            detail = activity.node("detail")
            described = [read_concept(detail.node("code")).words(), detail.text("description")]
            narratives += [part for part in described if part]
            narratives += [text for text in (progress.text("text") for progress in activity.nodes("progress")) if text]
            activity.pass_over("reference", "outcomeReference")
            activity.node("reference").pass_over("reference", "display", "type")
            for reference in activity.nodes("outcomeReference"):
                reference.pass_over("reference", "display", "type")
        narratives += [text for text in (plan.text("title"), plan.text("description")) if text]
        narratives += read_annotations(plan)
        for name in ("subject", "encounter", "author"):
            plan.node(name).pass_over("reference", "display", "type")
        for name in ("addresses", "supportingInfo", "contributor"):
            for reference in plan.nodes(name):
                reference.pass_over("reference", "display", "type")
        plan.pass_over("status", "intent")
    return TriagePlan(
        clock_started_at=min(started) if started else None,
        outcomes=tuple(dict.fromkeys(outcomes)),
        narratives=tuple(dict.fromkeys(narratives)),
    )


def _outcome(coding: Coding) -> TriageOutcome:
    ending = coding.system.rstrip("/").rsplit("/", 1)[-1].lower().removesuffix("s")
    return TriageOutcome(OUTCOME_SYSTEMS.get(ending, "Outcome"), coding.code, coding.display)


def tidy_narrative(text: str) -> str:
    """A sender's narrative with its line breaks, which many write as the two characters `/n` or `\\n`."""
    lines = [" ".join(line.split()) for line in _WRITTEN_BREAK.sub("\n", text).splitlines()]
    return "\n".join(line for line in lines if line)
