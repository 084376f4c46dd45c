"""Who somebody is: what they are called, born, numbered and reached by."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor
from homeward.kernel.rules import RefusedError, is_valid_nhs_number, london_day, tidy_name, tidy_nhs_number
from homeward.people.models import Identifier, Person
from homeward.people.rules import NO_ETHNICITY, ethnicity_source
from homeward.people.services.remembering import _change, _done, _held, _may_change, _remember
from homeward.people.states import NhsNumberStatus
from homeward.teams.models import Organisation, Service

# What `change_facts` may set.
FACTS = (
    "title", "given_name", "family_name", "preferred_name", "other_names", "pronouns", "birth_date", "birth_text",
    "gender", "phone", "phone_notes", "email", "language", "needs_interpreter", "reads_in", "gp_practice",
    "lives_alone", "what_matters", "ethnic_category", "ethnic_category_by",
)  # fmt: skip
OLDEST_YEARS = 125  # nobody has lived longer than 122 years


class NumberTakenError(RefusedError):
    """Another record of the service has this NHS number, verified: `person_id` is whose, perhaps the same person."""

    def __init__(self, reference: str, person_id: int) -> None:
        super().__init__(
            f"Record {reference} already has this NHS number, verified. Compare the two records: they may be of one"
            " person."
        )
        self.person_id = person_id


class EthnicitySourceError(RefusedError):
    """An ethnic group was given, but not who said so; `field` is where the page asks it."""

    field = "ethnic_category_by"


@transaction.atomic
def change_facts(
    *,
    actor: Actor,
    person: Person,
    values: Mapping[str, object],
    now: datetime,
    reason: str = "",
    seen: int | None = None,
) -> Person:
    """Change what is known of somebody: any of FACTS. What was said before stays in the history.

    Somebody called otherwise from now on is still found by the name they had. `seen` is the newest change the reader
    knew of (`selectors.newest_change`): what another changed since is not written over.

    Raises: NotAllowedError; ChangedMeanwhileError; RefusedError when a value cannot be right.
    """
    if not set(values) <= set(FACTS):
        raise RefusedError("Some of these facts are changed elsewhere.")
    held = _may_change(actor, person)
    values = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    if "ethnic_category" in values or "ethnic_category_by" in values:
        category = str(values.get("ethnic_category", held.ethnic_category))
        said_by = str(values.get("ethnic_category_by", held.ethnic_category_by))
        values["ethnic_category_by"] = ethnicity_source(category, said_by)
    _check_facts(held, values, london_day(now))
    was = held.label if held.name_key else ""
    changed = _change(
        actor=actor, person=held, part="person", row=held, values=values, now=now, reason=reason, seen=seen
    )
    if {"given_name", "family_name"} & set(changed):
        held.name_key = tidy_name(f"{held.given_name} {held.family_name}")
        others = [name for name in held.other_names.split("\n") if name and name != held.label]
        if was and was not in others:
            others.append(was)
        held.other_names = "\n".join(others)
        held.save(update_fields=["name_key", "other_names"])
    if changed:
        _done(actor, held, "change person", ("person", held.pk), now)
    return held


def _check_facts(person: Person, values: Mapping[str, object], today: date) -> None:
    given = values.get("given_name", person.given_name)
    family = values.get("family_name", person.family_name)
    if values.get("ethnic_category", "") not in NO_ETHNICITY and not values["ethnic_category_by"]:
        raise EthnicitySourceError("Say who gave the ethnic group: the person, or somebody else.")
    if not (given or family) and (person.given_name or person.family_name):
        raise RefusedError("Give a first or a last name.")
    birth = values.get("birth_date")
    if isinstance(birth, date):
        if birth > today:
            raise RefusedError("The date of birth is in the future. Check it.")
        if birth.year < today.year - OLDEST_YEARS:
            raise RefusedError("The date of birth is too long ago. Check the year.")
        if person.died_on and birth > person.died_on:
            raise RefusedError("The date of birth is after they died. Check it.")
    email = values.get("email")
    if email and (str(email).count("@") != 1 or " " in str(email) or str(email).startswith("@")):
        raise RefusedError("The email address is not complete. Check it.")
    practice = values.get("gp_practice")
    if practice is not None and (
        not isinstance(practice, Organisation)
        or practice.service_id != person.service_id
        or practice.kind != Organisation.Kind.GP_PRACTICE
    ):
        raise RefusedError("Choose a GP practice from the list.")


@transaction.atomic
def change_nhs_number(
    *,
    actor: Actor,
    person: Person,
    number: str,
    is_verified: bool,
    how: str,
    now: datetime,
    seen: int | None = None,
) -> Person:
    """Set somebody's NHS number, and whether it can be trusted to match people; "" where it is not known after all.

    `how` says how it was verified (traced on the Personal Demographics Service, read from a letter of the NHS with
    the person), or why it is changed. Only a verified number is ever used to match.

    Raises: NotAllowedError; ChangedMeanwhileError; NumberTakenError when another record has it, verified; RefusedError
    when the check digit disagrees, or `how` is missing where one is verified or a verified one is changed.
    """
    held = _may_change(actor, person)
    digits = tidy_nhs_number(number)
    if digits and not is_valid_nhs_number(digits):
        raise RefusedError("This is not an NHS number: it has 10 digits, and the last checks the others. Check it.")
    if not digits and is_verified:
        raise RefusedError("There is no number to verify. Enter it, or say that it is not verified.")
    status = NhsNumberStatus.NONE
    if digits:
        status = NhsNumberStatus.VERIFIED if is_verified else NhsNumberStatus.UNVERIFIED
    was_verified = held.nhs_number_status == NhsNumberStatus.VERIFIED
    is_new = (digits, status) != (held.nhs_number, held.nhs_number_status)
    if is_new and not how.strip():
        if status == NhsNumberStatus.VERIFIED:
            raise RefusedError("Say how the number was verified.")
        if was_verified:
            raise RefusedError("A verified number is being changed. Say why.")
    if status == NhsNumberStatus.VERIFIED:
        _refuse_a_number_of_another(held, digits)
    changed = _change(
        actor=actor,
        person=held,
        part="person",
        row=held,
        values={"nhs_number": digits, "nhs_number_status": status},
        now=now,
        reason=how,
        seen=seen,
    )
    if changed:
        action = "verify NHS number" if status == NhsNumberStatus.VERIFIED else "change NHS number"
        _done(actor, held, action, ("person", held.pk), now)
    return held


def _refuse_a_number_of_another(person: Person, digits: str) -> None:
    # two who give one number to two records at once do so in turn, so that the second is told
    Service.objects.select_for_update(no_key=True).get(pk=person.service_id)
    others = Person.objects.filter(
        service_id=person.service_id, nhs_number=digits, nhs_number_status=NhsNumberStatus.VERIFIED
    )
    other = others.exclude(pk=person.pk).first()
    if other is not None:
        raise NumberTakenError(other.reference, other.pk)


@transaction.atomic
def add_identifier(
    *, actor: Actor, person: Person, system: str, value: str, now: datetime, reason: str = ""
) -> Identifier:
    """Record what another organisation's system calls this person; told again, it is left as it is.

    Raises: NotAllowedError; RefusedError when either is missing or too long, or it is on another record here.
    """
    held = _may_change(actor, person)
    system, value = system.strip(), value.strip()
    if not system or not value:
        raise RefusedError("Give the number and whose it is.")
    if len(system) > 200 or len(value) > 200:
        raise RefusedError("Use 200 characters or fewer for the number and for whose it is.")
    standing = held.identifiers.filter(system=system, value=value).first()
    if standing:
        return standing
    taken = Identifier.objects.filter(
        system=system, value=value, person__service_id=held.service_id, person__merged_into__isnull=True
    ).select_related("person")
    if other := taken.first():
        raise RefusedError(f"Record {other.person.reference} has this number of {system}. Check whose it is.")
    identifier = held.identifiers.create(system=system, value=value)
    _remember(actor, held, "identifier", identifier.pk, system[:40], "", value, reason, now)
    _done(actor, held, "add identifier", ("identifier", identifier.pk), now)
    return identifier


@transaction.atomic
def end_identifier(*, actor: Actor, identifier: Identifier, reason: str, now: datetime) -> None:
    """Take off a number of another organisation that is not, or no longer, this person's. The history keeps it.

    Raises: NotAllowedError; RefusedError without a reason.
    """
    held = _may_change(actor, identifier.person)
    if not reason.strip():
        raise RefusedError("Say why the number is taken off.")
    identifier = _held(identifier)
    number = identifier.pk
    _remember(actor, held, "identifier", number, identifier.system[:40], identifier.value, "", reason, now)
    identifier.delete()
    _done(actor, held, "end identifier", ("identifier", number), now)
