"""Consent: what the person agreed to, as the sender recorded it."""

from dataclasses import dataclass

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import read_concept, read_concepts
from homeward.api.fhir.node import Node


@dataclass(frozen=True)
class ConsentGiven:
    """`category`: Direct Care, …; `rule`: IMPLIED, OPTIN, …; `given_on`: the day as sent."""

    status: str
    category: str
    rule: str
    given_on: str

    def words(self) -> str:
        said = ", ".join(part for part in (self.category, self.rule.lower(), self.status) if part)
        return f"{said} ({self.given_on})" if self.given_on else said


def read_consent(bundle: MessageBundle, consent: Node) -> ConsentGiven:
    consent.node("patient").pass_over("reference", "display", "type")
    read_concept(consent.node("scope"))
    return ConsentGiven(
        status=consent.text("status"),
        category=", ".join(category.words() for category in read_concepts(consent, "category")),
        rule=read_concept(consent.node("policyRule")).words(),
        given_on=consent.text("dateTime"),
    )
