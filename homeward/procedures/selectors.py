"""Reading procedures. They hold nothing personal, so they need no actor."""

from functools import lru_cache

from homeward.procedures.models import Procedure
from homeward.procedures.rules import (
    Activity,
    Form,
    Library,
    Pathway,
    activity_from,
    form_from,
    pathway_from,
    read_library,
)


class NoSuchProcedureError(LookupError):
    """No procedure with this code has been published."""


@lru_cache(maxsize=512)
def _built(kind: str, content_hash: str, pk: int):
    definition = Procedure.objects.get(pk=pk).definition
    return {"pathway": pathway_from, "form": form_from, "activity": activity_from}[kind](definition)


def built(procedure: Procedure) -> Pathway | Form | Activity:
    """What a published row defines, as its dataclass. A version never changes, so it is built once a process."""
    return _built(procedure.kind, procedure.content_hash, procedure.pk)


def procedure(kind: str, code: str, version: int | None = None) -> Procedure:
    """A published version: the newest, unless one is named.

    Raises: NoSuchProcedureError.
    """
    rows = Procedure.objects.filter(kind=kind, code=code)
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
    newest = {row.code: row for row in Procedure.objects.filter(kind=kind).order_by("code", "version")}
    return sorted(newest.values(), key=lambda row: row.title)


def form(code: str, version: int | None = None) -> Form:
    """A published form, the newest unless a version is named.

    Raises: NoSuchProcedureError.
    """
    return built(procedure("form", code, version))


def newest_pathways() -> list[Pathway]:
    """The newest version of every published pathway, by title."""
    newest: dict[str, Procedure] = {}
    for row in Procedure.objects.filter(kind="pathway").order_by("code", "version"):
        newest[row.code] = row
    return sorted((built(row) for row in newest.values()), key=lambda one: one.title)


def published_activities() -> dict[str, Activity]:
    """The newest version of every published activity, by code."""
    return {row.code: built(row) for row in newest_procedures("activity")}


@lru_cache(maxsize=1)
def library() -> Library:
    """The words that pathways share and that ship with the service: skills, needs, events, sources."""
    return read_library()


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
