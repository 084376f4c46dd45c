"""What other systems and staff may create over FHIR: an alert, an allergy, a filled form. Nothing is ever overwritten.

Each goes through the service that its page uses, and leaves an entry on the timeline, which is its Provenance.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from homeward.access.rules import Permission, Sight
from homeward.api.fhir.datatypes import read_concept
from homeward.api.fhir.node import Node
from homeward.api.fhir.rest.caller import Caller
from homeward.api.fhir.rest.flag import ALERT_KIND
from homeward.api.fhir.settling import settle
from homeward.api.intake.text import UnreadableMessageError
from homeward.assessments.services import complete_form, save_answers, start_form
from homeward.kernel.rules import LONDON, RefusedError
from homeward.people.models import Person
from homeward.people.selectors import refuse_restricted
from homeward.people.services import raise_alert
from homeward.people.states import AlertKind
from homeward.procedures.rules import Form, Question, QuestionType
from homeward.procedures.selectors import NoSuchProcedureError, built, procedure

LONGEST_TEXT = 2000
LARGEST_NUMBER = 10**15  # a float keeps every whole number up to here
NUMBER_DIGITS = 18  # of an id
# What no database keeps as text, NUL and halves of a pair of UTF-16, and what `wire` writes in its place
_NO_TEXT = re.compile("[\x00\ud800-\udfff\ufffd]")


def create(caller: Caller, kind: str, sent: dict) -> str:
    """Create a resource; gives the id of what was made, or of what was there already.

    Raises: NotAllowedError; RefusedError, and UnreadableMessageError where it is no proper text or value, with what
    to do.
    """
    _check_signs(sent)
    resource, _ = settle(sent)
    if resource["resourceType"] != kind:
        raise RefusedError(f"Send a {kind} to this address, not a “{resource['resourceType'][:40]}”.")
    if resource.get("modifierExtension"):
        raise RefusedError("It has a modifierExtension, which we do not understand. Send it without.")
    node = Node(resource, kind)
    return CREATED_BY[kind](caller, node)


def _check_signs(sent: dict) -> None:
    waiting: list[Any] = [sent]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and _NO_TEXT.search(one):
            raise UnreadableMessageError(
                "Its text holds a sign that cannot be kept: NUL (\\u0000), or half of a surrogate pair (\\ud800 to"
                " \\udfff). Take it out and send it again.",
                issue_code="value",
            )


def _person(caller: Caller, node: Node, element: str) -> Person:
    reference = node.node(element).text("reference")
    number = reference.rpartition("/")[2]
    if not reference or not number.isascii() or not number.isdigit():
        raise RefusedError(f"Say whose record it is for, as {element}.reference: Patient/12.")
    person = caller.open_person(int(number), Sight.RECORD) if len(number) <= NUMBER_DIGITS else None
    if person is None:
        raise RefusedError("There is no Patient with this id in your services.")
    refuse_restricted(caller.actor, person, caller.now)
    return person


def _flag(caller: Caller, node: Node) -> str:
    caller.check(Permission.TAKE_REFERRALS)
    person = _person(caller, node, "subject")
    if node.text("status") != "active":
        raise RefusedError("Only an active Flag can be raised. Say status: active.")
    code = read_concept(node.node("code"))
    held = [*code.codings, *(one for each in node.nodes("category") for one in read_concept(each).codings)]
    said = next((one.code for one in held if one.system == ALERT_KIND), AlertKind.OTHER)
    if said not in AlertKind.values or said == AlertKind.ALLERGY:
        kinds = ", ".join(kind for kind in AlertKind.values if kind != AlertKind.ALLERGY)
        raise RefusedError(f"The kind of alert ({ALERT_KIND}) is one of {kinds}. Send allergies as AllergyIntolerance.")
    alert = raise_alert(
        actor=caller.actor, person=person, kind=said, text=_text(code.text or code.words()), now=caller.now
    )
    return str(alert.pk)


def _allergy(caller: Caller, node: Node) -> str:
    caller.check(Permission.TAKE_REFERRALS)
    person = _person(caller, node, "patient")
    clinical = read_concept(node.node("clinicalStatus"))
    if any(coding.code not in ("active", "") for coding in clinical.codings):
        raise RefusedError("Only an active allergy can be raised. Say clinicalStatus: active.")
    words = _text(read_concept(node.node("code")).words())
    alert = raise_alert(actor=caller.actor, person=person, kind=AlertKind.ALLERGY, text=words, now=caller.now)
    return str(alert.pk)


def _text(words: str) -> str:
    words = words.strip()
    if not words:
        raise RefusedError("Say what it is, in code.text.")
    if len(words) > LONGEST_TEXT:
        raise RefusedError(f"code.text is longer than {LONGEST_TEXT} letters. Say it more shortly.")
    return words


def _filled_form(caller: Caller, node: Node) -> str:
    caller.check(Permission.WRITE_PLANS)
    person = _person(caller, node, "subject")
    status = node.text("status")
    if status not in ("in-progress", "completed"):
        raise RefusedError("A new QuestionnaireResponse is in-progress or completed.")
    address, _, version = node.text("questionnaire").partition("|")
    code = address.rpartition("/")[2]
    try:
        row = procedure("form", code)
    except NoSuchProcedureError as error:
        raise RefusedError(f"There is no form called “{code[:60]}”. GET Questionnaire lists them.") from error
    if version and version != str(row.version):
        raise RefusedError(f"Forms are begun on their newest version, {row.version}. Read it and send it again.")
    form = built(row)
    assert isinstance(form, Form)
    told = _answers(form, node)
    filled = start_form(
        actor=caller.actor,
        service_id=person.service_id,
        form_code=code,
        subject=("person", person.pk),
        person=person,
        now=caller.now,
    )
    saved = save_answers(actor=caller.actor, filled=filled, answers=told, revision=filled.revision, now=caller.now)
    if status == "completed":
        complete_form(actor=caller.actor, filled=saved.filled, now=caller.now)
    return str(filled.pk)


def _answers(form: Form, node: Node) -> dict[str, Any]:
    known = {question.code: question for question in form.questions}
    told: dict[str, Any] = {}
    waiting = list(node.nodes("item"))
    while waiting:
        item = waiting.pop()
        waiting += item.nodes("item")
        code, answers = item.text("linkId"), item.nodes("answer")
        if not answers:
            continue
        if code not in known:
            raise RefusedError(f"The form {form.code} does not ask for “{code[:60]}”. Leave it out.")
        values = [_value(known[code], answer) for answer in answers]
        if len(values) > 1 and known[code].type is not QuestionType.CHOICES:
            raise RefusedError(f"“{code}” takes one answer.")
        told[code] = values if known[code].type is QuestionType.CHOICES else values[0]
    return told


def _value(question: Question, answer: Node) -> Any:
    content = answer.content
    if "valueCoding" in content:
        return content["valueCoding"].get("code", "")
    name = next((name for name in content if name.startswith("value")), "")
    value = content.get(name)
    if name == "valueBoolean":
        return value
    if name in ("valueDecimal", "valueInteger"):
        if abs(value) > LARGEST_NUMBER:
            raise _wrong_value(question, f"a number from -{LARGEST_NUMBER} to {LARGEST_NUMBER}")
        return int(value) if value == int(value) else float(value)
    if name == "valueDateTime":
        try:
            moment = datetime.fromisoformat(str(value).replace("Z", "+00:00")).astimezone(LONDON)
        except (ValueError, OverflowError):
            raise _wrong_value(question, "a moment such as 2026-11-22T09:00:00Z") from None
        return moment.strftime("%Y-%m-%dT%H:%M")
    if name == "valueTime":
        return str(value)[:5]
    if name in ("valueString", "valueDate"):
        return str(value)
    raise RefusedError(f"The answer to “{question.code}” is of a type that no question here takes.")


def _wrong_value(question: Question, is_written: str) -> UnreadableMessageError:
    return UnreadableMessageError(f"Write the answer to “{question.code}” as {is_written}.", issue_code="value")


CREATED_BY: Mapping[str, Callable[[Caller, Node], str]] = {
    "Flag": _flag,
    "AllergyIntolerance": _allergy,
    "QuestionnaireResponse": _filled_form,
}
