"""An NHS 111 report in the words of the front door: the person, and the referral, as the rooms take them."""

import re
from collections.abc import Iterable, Mapping

from homeward.api.intake.needs import need_in_words
from homeward.api.intake.notes import NotUnderstood
from homeward.api.nhs111.report import CallReport, Party, Place, Section, Telephone
from homeward.api.nhs111.urgency import HowSoon, how_soon
from homeward.kernel.rules import LONDON
from homeward.people.rules import Identity
from homeward.people.services import NewAddress, NewPerson
from homeward.people.states import Gender
from homeward.referrals.services import NewReferral
from homeward.referrals.states import Source

USE_CASE = "nhs111"
NO_NEED_SENT = "The report does not say why. Read its details, or ask the sender."
# Titles of the section that says why somebody called, as the published documents have them.
WHY_TITLES = ("patient's reported condition", "primary reason for call", "presenting complaint", "reported condition")
DISPOSITION_TITLES = ("pathways disposition", "disposition", "disposition details")
SAFEGUARDING = re.compile(
    r"safeguard|child protection|vulnerable (adult|child)|domestic (abuse|violence)|self-?neglect", re.IGNORECASE
)
_CONCERN = r"(safeguard|child protection|vulnerable|domestic|neglect)"
_NONE_FOUND = re.compile(
    rf"\b(no|not|nil|none|without|denied|denies)\b[^.\n]{{0,60}}{_CONCERN}|"
    rf"{_CONCERN}[^.\n]{{0,60}}\b(not (described|identified|raised)|none|nil|no)\b",
    re.IGNORECASE,
)
LIVES_ELSEWHERE = ("PHYS", "TMP", "HV")
A_COPY = "Sent to us as a copy, for information: NHS 111 asked another service to act. See who it was sent to."


def urgency_of(report: CallReport, local: Mapping[str, str] | None = None) -> HowSoon:
    """How soon the report asks for, from its disposition and the section about it."""
    further = " ".join(one.text for one in report.sections if one.title.lower() in DISPOSITION_TITLES)
    return how_soon(report.disposition_code, report.disposition, further, local)


def identity_in(report: CallReport) -> Identity:
    """Who the report is about, for finding them in the record. Only a verified NHS number counts as one."""
    subject = report.subject
    is_verified = bool(subject.nhs_number and subject.nhs_number.is_verified)
    home = _home(report)
    return Identity(
        given_name=subject.given_name,
        family_name=subject.family_name,
        birth_date=subject.birth_date,
        nhs_number=subject.nhs_number.value if subject.nhs_number and is_verified else "",
        is_nhs_number_verified=is_verified,
        postcode=home.postcode if home else "",
        phone=_first_phone(subject.telephones),
    )


def new_person(report: CallReport) -> NewPerson:
    """The person of a report as a new record."""
    subject = report.subject
    home = _home(report)
    return NewPerson(
        given_name=_fit(subject.given_name, 120),
        family_name=_fit(subject.family_name, 120),
        birth_date=subject.birth_date,
        birth_text=_fit(subject.birth_text, 20),
        gender=subject.gender if subject.gender in Gender.values else Gender.UNKNOWN,
        nhs_number=_fit(subject.nhs_number.value if subject.nhs_number else "", 20),
        is_nhs_number_traced=bool(subject.nhs_number and subject.nhs_number.is_verified),
        phone=_fit(_first_phone(subject.telephones), 40),
        email=_fit(next((one.value for one in subject.telephones if one.kind == "email"), ""), 200),
        language=_fit(subject.language, 60) or "English",
        address=NewAddress(
            lines=_fit(", ".join(home.lines), 250),
            postcode=_fit(home.postcode, 10),
            access_notes=_fit(home.directions, 250),
        )
        if home
        else None,
        identifiers=tuple((_fit(system, 200), _fit(value, 200)) for system, value in subject.local_identifiers),
        contacts=tuple(
            (_fit(one.name, 120), _fit(one.role, 80), _fit(_first_phone(one.telephones), 40))
            for one in report.callers
            if not one.is_the_person and (one.name or one.telephones)
        ),
    )


def new_referral(report: CallReport, local: Mapping[str, str] | None = None) -> NewReferral:
    """The referral of a report. `local`: urgency by DX code, where a place has decided it."""
    soon = urgency_of(report, local)
    caller = next(iter(report.callers), None)
    starts_at = report.started_at or report.ended_at or report.written_at
    why = _why(report)
    place = _where(report)
    notes = list(report.notes)
    need, why_no_need = need_in_words(why)
    if why_no_need:
        notes.append(NotUnderstood("", why_no_need))
    if not soon.is_said:
        notes.append(NotUnderstood("encompassingEncounter.dischargeDispositionCode", soon.why))
    return NewReferral(
        source=Source.NHS_111,
        urgency=soon.urgency,
        need_code=need,
        need_text=why or report.disposition or NO_NEED_SENT,
        requester_name=report.author.name,
        requester_role=report.author.role,
        requester_organisation=report.author.organisation or _kept_by(report),
        requester_phone=_first_phone(report.author.telephones) or _call_back(report),
        safeguarding_text=safeguarding_in(report),
        contact_name=_caller_name(report, caller),
        contact_phone=(_first_phone(caller.telephones) if caller else "") or _first_phone(report.subject.telephones),
        place_text=_fit(place.words(), 250) if place else "",
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        use_case=USE_CASE,
        sender_clock_started_at=starts_at,
        sender_due_at=starts_at + soon.within if starts_at and soon.within else None,
        not_understood=[{"path": note.path, "text": note.text} for note in dict.fromkeys(notes)],
        details=_details(report, soon),
    )


def safeguarding_in(report: CallReport) -> str:
    """What the report says of safeguarding; "" when it says nothing, or that nothing was found."""
    said = [report.disposition] if SAFEGUARDING.search(report.disposition) else []
    for section in report.sections:
        if SAFEGUARDING.search(section.title) and not _NONE_FOUND.search(section.text):
            said.append(section.text)
            continue
        said += [
            line for line in section.text.split("\n") if SAFEGUARDING.search(line) and not _NONE_FOUND.search(line)
        ]
    said += [one for one in report.findings if SAFEGUARDING.search(one) and not _NONE_FOUND.search(one)]
    return "; ".join(dict.fromkeys(said))


def _fit(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest].rstrip()


def _first_phone(telephones: Iterable[Telephone]) -> str:
    return next((one.value for one in telephones if one.kind == "phone"), "")


def _home(report: CallReport) -> Place | None:
    places = report.subject.places
    return next((one for one in places if one.use not in LIVES_ELSEWHERE), places[0] if places else None)


def _where(report: CallReport) -> Place | None:
    """Where the person is: the scene, else where they are visiting, else home."""
    elsewhere = [one for one in report.subject.places if one.use in LIVES_ELSEWHERE]
    return report.scene or next(iter(elsewhere), None) or _home(report)


def _why(report: CallReport) -> str:
    for title in WHY_TITLES:
        said = [one.text for one in report.sections if one.title.lower() == title]
        if said:
            return "; ".join(line for text in said for line in text.split("\n"))
    return ""


def _kept_by(report: CallReport) -> str:
    return next((one.organisation for one in report.parties if one.part == "Kept by"), "")


def _call_back(report: CallReport) -> str:
    return next((_first_phone(one.telephones) for one in report.parties if one.part == "Call back"), "")


def _caller_name(report: CallReport, caller: Party | None) -> str:
    if caller is None or caller.is_the_person or not (caller.name or caller.telephones):
        return " ".join(part for part in (report.subject.given_name, report.subject.family_name) if part)
    return f"{caller.name} ({caller.role})" if caller.name and caller.role else caller.name or caller.role


def _details(report: CallReport, soon: HowSoon) -> list[dict]:
    """Everything else the report says, as titled texts for the referral's page."""
    subject = report.subject
    disposition = " ".join(part for part in (report.disposition_code, report.disposition) if part)
    repeat = [f"NHS 111 sent {len(report.earlier)} earlier calls with this one."] if report.earlier else []
    number = subject.nhs_number
    lines: list[tuple[str, Iterable[str]]] = [
        ("Sent as a copy", [A_COPY] if report.is_copy else []),
        ("Triage outcome", [disposition, soon.why]),
        ("Repeat caller", [*repeat, *report.earlier]),
        ("Coded findings", report.findings),
        *_titled(report.sections),
        (
            "Way in and scene",
            [
                f"{one.words()}. {one.directions}".strip(". ")
                for one in dict.fromkeys([*([report.scene] if report.scene else []), *subject.places])
                if one.directions or one is report.scene
            ],
        ),
        (
            "About the person",
            [
                f"Also known as: {', '.join(subject.other_names)}" if subject.other_names else "",
                _number_line(report) if number and not number.is_verified else "",
                *(f"Known elsewhere as {value} ({system})" for system, value in subject.local_identifiers),
                *(f"Another address ({one.use}): {one.words()}" for one in subject.places if one is not _home(report)),
                *(f"{one.kind}: {one.value}" + (f" ({one.use})" if one.use else "") for one in subject.telephones),
                f"General practice: {subject.practice.words()}" if subject.practice else "",
            ],
        ),
        ("Contacts", [_caller_line(one) for one in report.callers]),
        ("Consent", [report.consent]),
        ("Others named", [f"{one.part}: {one.words()}" for one in report.parties]),
        ("Documents", [f"{one.title} ({one.media_type}, {one.size} bytes)" for one in report.attachments]),
        ("The sender's case", [f"Case {number}" for number in report.case_numbers]),
        ("The message", _about_the_message(report)),
    ]
    details = []
    for title, texts in lines:
        text = "\n".join(text for text in texts if text)
        if text:
            details.append({"title": title, "text": text})
    return details


def _titled(sections: Iterable[Section]) -> list[tuple[str, list[str]]]:
    return [(section.title, [section.text]) for section in sections]


def _number_line(report: CallReport) -> str:
    number = report.subject.nhs_number
    if number is None:
        return ""
    why = "the sender did not send it as verified" if number.passes_check else "it fails the check of an NHS number"
    return f"NHS number {number.value} is not verified: {why}."


def _caller_line(caller: Party) -> str:
    where = f", {caller.place.words()}" if caller.place else ""
    return f"{'The person themselves: ' if caller.is_the_person else ''}{caller.words()}{where}"


def _about_the_message(report: CallReport) -> list[str]:
    def moment(title: str, value) -> str:
        return f"{title} {value.astimezone(LONDON):%d %B %Y %H:%M}" if value else ""

    version = f"version {report.version}" if report.version is not None else ""
    return [
        ", ".join(part for part in (report.title, version) if part),
        f"From: {report.author.words()}" if report.author.words() else "",
        moment("Call began", report.started_at),
        moment("Call ended", report.ended_at),
        moment("Written", report.written_at),
        f"Addressed to: {', '.join(report.addressed_to)}" if report.addressed_to else "",
        f"Report {report.set_id or report.document_id}" if report.set_id or report.document_id else "",
    ]
