"""Everything held about one person, complete by construction.

Every table with a path of foreign keys to Person is found by walking the models, so that a new table is exported from
the day it exists. What has no such path, or is left out, is named below with the reason; a test walks all models and
fails on one that is neither.
"""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, reduce
from operator import or_
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import FileField, ForeignKey, Model, Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.selectors import events_about
from homeward.audit.services import record
from homeward.audit.states import Purpose
from homeward.documents.models import DocumentVersion
from homeward.documents.storage import read
from homeward.people.models import Contact, Person
from homeward.people.selectors import PersonNotFoundError, person_ids_of
from homeward.rights.rules import names_in

MOST_EVENTS = 100_000  # of the audit trail in one export

# Tables that hold something that came from somebody's record, or could, and are not exported: each with the reason.
LEFT_OUT = {
    "people.SearchEntry": "An index made from the record, for finding people; it says nothing more.",
    "people.PossibleDuplicate": "Says how like another person's record this one is: as much about them.",
    "rights.StaffDetail": "Kept of members of staff, to notice readings of records near to them.",
    "rights.UnusualAccess": "About a member of staff whose reading is looked into; what came of it is told in words.",
    "outcomes.ClosedReturn": "A national return of a month, made from entries that are exported for each person.",
    "kernel.Change": "Says that a page has to refresh; numbers only, none of them a person's.",
    "escalation.Escalation": "Says that staff were told a clock ran; the referral or episode it is about is exported.",
    "commissioning.Provider": "An organisation that care is bought from.",
    "commissioning.CareContract": "What a provider and the commissioners agreed.",
    "commissioning.Rate": "What a provider charges.",
    "commissioning.Invoice": "A provider's file about many people; each line about this person is exported.",
    "commissioning.Pool": "A budget of the council and the NHS.",
    "commissioning.PoolLine": "A part of a budget, of nobody in particular.",
    "commissioning.PoolEntry": "Money spent from a budget, of nobody in particular.",
    "commissioning.ClosedMonth": "A month in which no invoice is taken any more.",
    "commissioning.JointPlan": "What council and NHS commission together.",
    "commissioning.PlanLine": "What council and NHS commission together.",
    "commissioning.PlanDecision": "What council and NHS commission together.",
    "discharge.RoundTimetable": "When a service asks about what is open, and whom it tells; names nobody cared for.",
    "visits.HandoverSheet": "One sheet about many people, made from entries that are exported for each.",
    "visits.HandoverNote": "Belongs to a sheet about many people; what concerns one person is on their timeline.",
    "visits.DayPlan": "Counts of a day's visits; names nobody.",
    "visits.TravelTable": "Journey times between places.",
    "visits.ServiceArea": "Which postcodes a service covers.",
    "equipment.Kind": "What a service lends, and how often it is checked.",
    "equipment.Store": "Where equipment is kept.",
    "visits.Clinic": "Where and when a group clinic is, and what is done there; who is booked is exported with each.",
    "beds.Bed": "A bed and what it has; who was in it is exported with each person's uses of beds.",
    "visits.CoverOption": "Ways a day of many people's visits could be planned; what was decided is in the visits.",
    "visits.StatementSheet": "Times and pay of a worker's shifts and visits, by number; names nobody cared for.",
    "whatif.ValueLook": "What sign-offs of workers would be worth; names nobody cared for.",
    "roster.Contract": "What a worker and their employer agreed.",
    "roster.RotaPattern": "Weeks of a worker's shifts that repeat.",
    "roster.RotaProposal": "A rota of workers that was proposed.",
    "roster.DemandForecast": "How many workers will be asked for by hour and skill; numbers only.",
    "evidence.LocalStudyVersion": "What a service tried and what came of it; the form says to name nobody.",
    "outcomes.ResultNote": "What staff wrote about a number of many people, or when something changed.",
    "outcomes.PackSubscription": "Which member of staff is sent results, which name nobody.",
    "outcomes.SentPack": "When results, which name nobody, were sent to a member of staff.",
    "outcomes.NationalFigure": "A figure that somebody published, of many people.",
    "procedures.Procedure": "The service's own procedures.",
    "procedures.OfferedVersion": "The service's own procedures.",
    "procedures.ProcedureDraft": "The service's own procedures.",
    "procedures.ProcedureDraftEvent": "The service's own procedures.",
    "referrals.SavedFilter": "How a member of staff likes to sort a list.",
    "surveys.SurveyRule": "Whom a service asks how it was.",
    "teams.Worker": "The service's own staff.",
    "audit.Seal": "Hashes that prove the audit trail unbroken.",
}
# Exported, though no foreign key leads to the person.
BY_HAND = {"audit.Event": "Who saw or changed the record"}

# Tables whose every row is, or may be, about somebody else as well: looked at before anything is released.
ABOUT_OTHERS = {
    "people.Contact": "Is about somebody in the person's life",
    "people.LegalStatus": "May name who holds a power",
    "referrals.Call": "May say who rang",
    "referrals.KeptMessage": "Is a message as another organisation sent it",
    "documents.Document": "Is a document, which may name anybody",
    "people.BrokenGlass": "Names a member of staff and their reason",
}
# Columns that say who said something in confidence, where they say anything
ABOUT_OTHERS_WHERE = {
    "referrals.Referral": ("contact_name", "safeguarding_text"),
    "people.TimelineEntry": ("sensitivity",),
    "people.Alert": ("sensitivity",),
    "people.CommunicationNeed": ("sensitivity",),
}
SECRET_COLUMNS = {"token_hash": "kept: a link in another form", "code_hash": "kept: a code in another form",  # nosec B105
                  "key_safe": "kept: a code that opens a home", "follow_code_hash": "kept: a code in another form",
                  "mark": "kept: a check of the audit trail"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KindOfRow:
    """All rows of one table about the person. `rows` are {column: plain value}, each with its "id".

    `words` says, by column, what a value that is a code of a list stands for.
    """

    label: str
    title: str
    rows: tuple[dict, ...]
    words: dict[str, dict[object, str]]
    left_out: int = 0

    @property
    def code(self) -> str:
        """The name of its file: people-contact."""
        return self.label.replace(".", "-").lower()


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A document or message in its own form."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Export:
    """Everything held about one person."""

    person: Person
    made_at: datetime
    kinds: tuple[KindOfRow, ...]
    files: tuple[ExportFile, ...]
    not_exported: dict[str, str]


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """Something in a record that is about somebody else too. `key` is its table and number, "people.Contact:7"."""

    key: str
    title: str
    reason: str
    text: str


def person_for_rights(actor: Actor, person_id: int) -> Person:
    """Whom a right is about; a record merged into another gives that one.

    Raises: NotAllowedError; PersonNotFoundError, the same whether the person does not exist or is of another service.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    mine = Person.objects.filter(service_id__in=actor.service_ids).select_related("service")
    person = mine.filter(pk=person_id).first()
    while person is not None and person.merged_into_id is not None:
        person = mine.filter(pk=person.merged_into_id).first()
    if person is None:
        raise PersonNotFoundError("There is no such person in your service.")
    return person


def everything_about(
    actor: Actor, person: Person, now: datetime, purpose: str = Purpose.DATA_RIGHTS, left_out: Collection[str] = ()
) -> Export:
    """Everything held about a person, of all records merged into theirs; audited as an export.

    `left_out` are keys of items that stay out: the export says how many of each kind, never what.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS, person.service_id)
    numbers = person_ids_of(person)
    kinds, files = [], []
    for model, paths in tables().items():
        found = [(f"{model._meta.label}:{row.pk}", row) for row in _rows(model, paths, numbers)]
        kept = [row for key, row in found if not {key, *_belongs_to(row)} & set(left_out)]
        told = tuple(_plain(row) for row in kept)
        kinds.append(KindOfRow(model._meta.label, _title(model), told, _words(model), len(found) - len(kept)))
        files += [one for row in kept for one in _files(row)]
    kinds.append(_events(actor, person, numbers))
    record(
        actor=actor, action="export record", subject=("person", person.pk), now=now, person_id=person.pk,
        service_id=person.service_id, count=sum(len(kind.rows) for kind in kinds), purpose=purpose,
    )  # fmt: skip
    held = tuple(kind for kind in kinds if kind.rows or kind.left_out)
    return Export(person, now, held, tuple(files), LEFT_OUT)


def items_to_review(actor: Actor, person: Person, now: datetime) -> list[ReviewItem]:
    """What in a record is about other people too, to be looked at before release; audited.

    Rows that always are, and any that names one of the person's contacts.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS, person.service_id)
    numbers = person_ids_of(person)
    names = {one for one in Contact.objects.filter(person_id__in=numbers).values_list("name", flat=True) if one}
    items = []
    for model, paths in tables().items():
        label = model._meta.label
        for row in _rows(model, paths, numbers):
            plain = _plain(row)
            reason = ABOUT_OTHERS.get(label, "")
            if not reason and any(plain.get(column) for column in ABOUT_OTHERS_WHERE.get(label, ())):
                reason = "Is marked sensitive, or says who told us something"
            if not reason and label != "people.Person":
                texts = " ".join(str(value) for value in plain.values() if isinstance(value, str | list | dict))
                if named := names_in(texts, names):
                    reason = f"Names {', '.join(sorted(named))}"
            if reason:
                items.append(ReviewItem(f"{label}:{row.pk}", _title(model), reason, _said(plain)))
    record(
        actor=actor, action="review for release", subject=("person", person.pk), now=now, person_id=person.pk,
        service_id=person.service_id, count=max(1, len(items)), purpose=Purpose.DATA_RIGHTS,
    )  # fmt: skip
    return items


@cache
def tables() -> dict[type[Model], tuple[str, ...]]:
    """Every exported table, and by which foreign keys its rows lead to a person."""
    found: dict[type[Model], tuple[str, ...]] = {Person: ("pk",)}
    models = [one for one in apps.get_models() if one.__module__.startswith("homeward.") and one is not Person]
    for model in sorted(models, key=lambda one: one._meta.label):
        if model._meta.label not in LEFT_OUT and (paths := paths_to_person(model)):
            found[model] = paths
    return found


def paths_to_person(model: type[Model]) -> tuple[str, ...]:
    """By which foreign keys a table leads to a person, the shortest; none where it does not."""
    ways = [((), model)]
    seen = {model}
    while ways:
        here = [
            (*way, field.name)
            for way, at in ways
            for field in at._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.related_model is Person
        ]
        if here:
            return tuple("__".join(way) for way in here)
        further = []
        for way, at in ways:
            for field in at._meta.concrete_fields:
                if isinstance(field, ForeignKey) and field.related_model not in seen:
                    seen.add(field.related_model)
                    further.append(((*way, field.name), field.related_model))
        ways = further
    return ()


def _rows(model: type[Model], paths: tuple[str, ...], numbers: list[int]) -> list[Model]:
    about = reduce(or_, (Q(**{f"{path}__in": numbers}) for path in paths))
    return list(model.objects.filter(about).order_by("pk").distinct())


def _plain(row: Model) -> dict:
    told: dict = {"id": row.pk}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.name in SECRET_COLUMNS:
            told[field.name] = SECRET_COLUMNS[field.name] if value else ""
        elif not field.primary_key or isinstance(field, ForeignKey):
            told[field.attname] = _value(value)
    return told


def _words(model: type[Model]) -> dict[str, dict[object, str]]:
    return {one.attname: dict(one.flatchoices) for one in model._meta.concrete_fields if one.choices}


def _value(value):
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return str(value)


def _belongs_to(row: Model) -> list[str]:
    """The rows that this one is part of: what is left out takes its parts with it, such as a document its versions."""
    return [
        f"{field.related_model._meta.label}:{getattr(row, field.attname)}"
        for field in row._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is not Person
    ]


def _files(row: Model) -> list[ExportFile]:
    """The documents that a row keeps: of any column that is a file, and those in the store of documents."""
    files = []
    if isinstance(row, DocumentVersion):
        ending = row.media_type.rsplit("/", 1)[-1].split("+")[0].split(";")[0].replace("plain", "txt")
        name = f"document-{row.document_id}-version-{row.number}.{ending}"
        files.append(ExportFile(name, read(row.stored_as, row.sha256)))
    for field in row._meta.concrete_fields:
        kept = getattr(row, field.attname) if isinstance(field, FileField) else None
        if kept:
            with kept.open("rb") as content:
                name = kept.name.rsplit("/", 1)[-1]
                files.append(ExportFile(f"{row._meta.label.replace('.', '-').lower()}-{row.pk}-{name}", content.read()))
    return files


def _events(actor: Actor, person: Person, numbers: list[int]) -> KindOfRow:
    events = events_about(actor, person.pk, limit=MOST_EVENTS, others=numbers)
    rows = tuple(
        {
            "id": event.pk,
            "at": event.at.isoformat(),
            "who": event.actor_name if settings.NAMES_STAFF_TO_PEOPLE else "",
            "role": event.actor_role,
            "employer": event.employer,
            "action": event.action,
            "purpose": event.purpose,
            "in_a_list_of": event.count if event.people else None,
        }
        for event in events
    )
    return KindOfRow("audit.Event", BY_HAND["audit.Event"], rows, {})


def _title(model: type[Model]) -> str:
    return str(model._meta.verbose_name_plural).capitalize()


def _said(plain: dict) -> str:
    """The words of a row, for somebody to judge by; bytes and numbers say nothing to them."""
    words = [
        f"{name.replace('_', ' ')}: {value}"
        for name, value in plain.items()
        if value not in ("", None, [], {}, False) and name not in ("id", "content") and not name.endswith("_id")
    ]
    return "; ".join(words)[:600]
