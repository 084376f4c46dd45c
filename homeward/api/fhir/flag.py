"""Flag: safeguarding, scene safety, and everything else a visitor must know before they knock."""

from dataclasses import dataclass
from enum import StrEnum

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import Coding, read_concept, read_concepts, read_time_span
from homeward.api.fhir.node import Node

CATEGORIES = "flag-categories-bars"
NO_SAFEGUARDING_CONCERN = "861931000000100"  # SNOMED CT: no safeguarding issues identified
SCENE_SAFETY = {"S": "The scene is safe", "U": "The scene is unsafe", "UNK": "Scene safety is not known"}


class WarningKind(StrEnum):
    """Flag categories of BaRS (flag-categories-bars); anything else is OTHER and keeps its own title."""

    SAFEGUARDING = "SG"
    SCENE_SAFETY = "SS"
    REJECTED_SERVICES = "RS"
    REASONABLE_ADJUSTMENT = "RA"
    INFECTION_RISK = "IR"
    REPEAT_CALLER = "RC"
    RESPECT = "RT"
    AGENCY_CONTACTED = "AC"
    ADDITIONAL_INFORMATION = "API"
    CALL_WARNING = "CW"
    OTHER = ""


@dataclass(frozen=True)
class Warning_:
    """A warning the sender passes on. `is_active`: false when the sender marked it inactive or entered in error."""

    kind: WarningKind
    title: str
    text: str
    codes: tuple[Coding, ...]
    is_active: bool
    is_about_a_place: bool

    @property
    def is_safeguarding_concern(self) -> bool:
        """Whether it raises a concern, and not only says that none was found. A code we do not know is a concern."""
        found_none = bool(self.codes) and all(coding.code == NO_SAFEGUARDING_CONCERN for coding in self.codes)
        return self.kind is WarningKind.SAFEGUARDING and self.is_active and not found_none


def read_warning(bundle: MessageBundle, flag: Node) -> Warning_:
    categories = read_concepts(flag, "category")
    codings = [coding for category in categories for coding in category.codings]
    kind = next(
        (WarningKind(coding.code.upper()) for coding in codings if coding.code.upper() in set(WarningKind)),
        WarningKind.OTHER,
    )
    if kind is WarningKind.OTHER:
        flag.note("category", "It is not one of the BaRS flag categories; it is shown under its own title.")
    code = read_concept(flag.node("code"))
    subject = bundle.follow(flag.node("subject"), flag)
    text = code.words()
    if kind is WarningKind.SCENE_SAFETY:
        said = [SCENE_SAFETY[coding.code] for coding in code.codings if coding.code in SCENE_SAFETY]
        text = ", ".join(dict.fromkeys([*said, code.text] if code.text else said)) or text
    flag.node("encounter").pass_over("reference", "display", "type")
    flag.node("author").pass_over("reference", "display", "type")
    span = read_time_span(flag.node("period"))
    if span.ends_at and text:
        text = f"{text} (until {span.ends_at:%d %B %Y})"
    return Warning_(
        kind=kind,
        title=next((category.words() for category in categories if category.words()), "Warning"),
        text=text,
        codes=code.codings,
        is_active=flag.text("status") in ("active", ""),
        is_about_a_place=bundle.resource_type(subject) == "Location",
    )
