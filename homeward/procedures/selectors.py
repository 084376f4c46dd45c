"""Reading procedures. They hold nothing personal, so they need no actor."""

from dataclasses import dataclass, field
from functools import lru_cache

from homeward.procedures.models import OfferedVersion, Procedure, ProcedureDraft, ProcedureDraftEvent
from homeward.procedures.rules import (
    Activity,
    Form,
    Library,
    Pathway,
    Problem,
    activity_from,
    check_draft,
    form_from,
    pathway_from,
    read_library,
)
from homeward.procedures.states import OPEN_STATES, DraftState


class NoSuchProcedureError(LookupError):
    """No procedure with this code has been published."""


class NoSuchDraftError(LookupError):
    """No draft has this number."""


@dataclass(frozen=True, slots=True)
class _Version:
    """A published version, known by what it says: the same words are the same definition under any key."""

    kind: str
    content_hash: str
    pk: int = field(compare=False)


@lru_cache(maxsize=1024)
def _built(version: _Version):
    return defined_by(version.kind, Procedure.objects.get(pk=version.pk).definition)


def defined_by(kind: str, definition: dict) -> Pathway | Form | Activity:
    """What a definition of a kind says, as its dataclass: of a draft, say.

    Raises: procedures.rules.DefinitionError.
    """
    return {"pathway": pathway_from, "form": form_from, "activity": activity_from}[kind](definition)


def built(procedure: Procedure) -> Pathway | Form | Activity:
    """What a published row defines, as its dataclass. A version never changes, so it is built once a process."""
    return _built(_Version(procedure.kind, procedure.content_hash, procedure.pk))


def procedure(kind: str, code: str, version: int | None = None) -> Procedure:
    """A published version: the newest, unless one is named.

    Raises: NoSuchProcedureError.
    """
    rows = Procedure.objects.filter(kind=kind, code=code).defer("definition")
    row = (rows.filter(version=version) if version else rows.order_by("-version")).first()
    if row is None:
        raise NoSuchProcedureError(f"No {kind} with the code {code} is published. Run `homeward procedures publish`.")
    return row


def pathway(code: str, version: int | None = None) -> Pathway:
    """A published pathway, the newest unless a version is named.

    Raises: NoSuchProcedureError.
    """
    return built(procedure("pathway", code, version))


def versions_of(kind: str, code: str) -> list[Procedure]:
    """Every published version of a procedure, newest first, without their definitions."""
    return list(Procedure.objects.filter(kind=kind, code=code).defer("definition").order_by("-version"))


def newest_procedures(kind: str) -> list[Procedure]:
    """The newest published version of every procedure of a kind, by title."""
    # what a row defines is read once a process (`built`), so the rows come without it
    rows = Procedure.objects.filter(kind=kind).defer("definition").order_by("code", "version")
    newest = {row.code: row for row in rows}
    return sorted(newest.values(), key=lambda row: row.title)


def form(code: str, version: int | None = None) -> Form:
    """A published form, the newest unless a version is named.

    Raises: NoSuchProcedureError.
    """
    return built(procedure("form", code, version))


def newest_pathways() -> list[Pathway]:
    """The newest version of every published pathway, by title."""
    return [built(row) for row in newest_procedures("pathway")]


def published_activities() -> dict[str, Activity]:
    """The newest version of every published activity, by code."""
    return {row.code: built(row) for row in newest_procedures("activity")}


@lru_cache(maxsize=1)
def library() -> Library:
    """The words that pathways share and that ship with the service: skills, needs, events, sources."""
    return read_library()


def source_title(code: str) -> str:
    """A source by its title; its code, tidied, where a place named one of its own."""
    return next((one.title for one in library().sources if one.code == code), code.replace("-", " "))


def skill_title(code: str) -> str:
    """A skill in words; the code itself, tidied, where the vocabulary does not have it."""
    for skill in library().skills:
        if skill.code == code:
            return skill.title
    return code.replace("_", " ")


def need_title(code: str) -> str:
    """A need in words; the code itself, tidied, where the vocabulary does not have it."""
    for need in library().needs:
        if need.code == code:
            return need.title
    return code.replace("_", " ")


def published_library() -> Library:
    """The newest version of everything published, with the words that ship: what a draft must fit in with."""
    words = library()
    return Library(
        pathways=tuple(built(row) for row in newest_procedures("pathway")),
        forms=tuple(built(row) for row in newest_procedures("form")),
        activities=tuple(built(row) for row in newest_procedures("activity")),
        skills=words.skills,
        needs=words.needs,
        events=words.events,
        sources=words.sources,
    )


def drafts(*states: DraftState) -> list[ProcedureDraft]:
    """The drafts in any of these states, the one changed last first, without their text."""
    rows = ProcedureDraft.objects.filter(state__in=states).defer("source_text", "definition")
    return list(rows.select_related("based_on").defer("based_on__definition").order_by("-changed_at", "-id"))


def draft_for(draft_id: int) -> ProcedureDraft:
    """A draft by its number.

    Raises: NoSuchDraftError.
    """
    draft = ProcedureDraft.objects.select_related("based_on", "published").filter(pk=draft_id).first()
    if draft is None:
        raise NoSuchDraftError(f"There is no draft with the number {draft_id}.")
    return draft


def open_draft_of(kind: str, code: str) -> ProcedureDraft | None:
    """The draft of a procedure that is being written or waits for approval; there is never more than one."""
    return ProcedureDraft.objects.filter(kind=kind, code=code, state__in=OPEN_STATES).first()


def draft_problems(draft: ProcedureDraft) -> list[Problem]:
    """Everything wrong with a draft beside all that is published now; it can be sent when there is nothing."""
    return draft_text_check(draft, draft.source_text)[1]


def draft_text_check(draft: ProcedureDraft, text: str) -> tuple[dict | None, list[Problem]]:
    """What a draft would say with another text, and everything wrong with that, before it is saved.

    The content is None where the text cannot be read or has a field of the wrong shape.
    """
    return check_draft(draft.kind, draft.code, draft.version, text, published_library())


def draft_events(draft: ProcedureDraft) -> list[ProcedureDraftEvent]:
    """What happened to a draft, oldest first, without the texts."""
    return list(draft.events.defer("source_text").order_by("id"))


def draft_text_at(draft: ProcedureDraft, revision: int) -> str | None:
    """The text of a draft as it was at a revision; None when it never had that revision."""
    texts = draft.events.filter(revision=revision).exclude(source_text="").order_by("id")
    return texts.values_list("source_text", flat=True).first()


def drafts_published(kind: str, code: str) -> dict[int, ProcedureDraft]:
    """The drafts that became versions of a procedure, by version: who wrote each, who approved it, and why."""
    rows = ProcedureDraft.objects.filter(kind=kind, code=code, state=DraftState.PUBLISHED)
    return {row.version: row for row in rows.defer("source_text", "definition")}


def offered_versions() -> list[OfferedVersion]:
    """What ships with Homeward and is held back because this place follows its own, newest first of each."""
    newest = {(row.kind, row.code): row for row in OfferedVersion.objects.order_by("version", "id")}
    return sorted(newest.values(), key=lambda row: (row.kind, row.title))


def offered_version(kind: str, code: str) -> OfferedVersion | None:
    """The newest shipped version of a procedure that is held back here, or None."""
    return OfferedVersion.objects.filter(kind=kind, code=code).order_by("-version", "-id").first()


def writers_of(draft: ProcedureDraft) -> set[int]:
    """The accounts of everyone who wrote in a draft, and so cannot approve it."""
    wrote = draft.events.exclude(source_text="").values_list("actor_account_id", flat=True)
    return {account for account in (*wrote, draft.author_account_id) if account is not None}
