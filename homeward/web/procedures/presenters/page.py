"""One published version of a procedure as its page says it."""

from dataclasses import dataclass

from homeward.procedures.rules import Activity, Form, Pathway
from homeward.web.procedures.comparing import compare, in_one_sentence
from homeward.web.procedures.flow import Flow, draw
from homeward.web.procedures.presenters.form import activity_parts, form_parts
from homeward.web.procedures.presenters.parts import Part
from homeward.web.procedures.presenters.pathway import pathway_parts
from homeward.web.procedures.presenters.words import (
    ACTIVITY_KINDS,
    FORM_USES,
    KINDS,
    URGENCIES,
    count_words,
    published_words,
)
from homeward.web.templating import moment_text


@dataclass(frozen=True, slots=True)
class Around:
    """What procedures name of one another: published activities, and the titles of forms and pathways, by code."""

    activities: dict[str, Activity]
    forms: dict[str, str]
    pathways: dict[str, str]


@dataclass(frozen=True, slots=True)
class UsedIn:
    """A procedure that uses this one, and at which part of it."""

    kind: str
    code: str
    title: str
    where: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One published version: who wrote and approved it, why, and how many open episodes are on it."""

    version: int
    published: str
    why: str
    episodes: str
    is_shown: bool
    before: int | None


@dataclass(frozen=True, slots=True)
class ProcedurePage:
    """One version of a pathway, form or activity."""

    kind: str
    kind_title: str
    code: str
    title: str
    tag: str
    colour: str
    lede: str
    version: int
    version_said: str
    newest: int
    is_newest: bool
    parts: tuple[Part, ...]
    used_in: tuple[UsedIn, ...]
    versions: tuple[VersionLine, ...]
    flow: Flow | None


def parts_of(thing: Pathway | Form | Activity, around: Around) -> tuple[Part, ...]:
    """All that a procedure says, part by part."""
    if isinstance(thing, Pathway):
        return pathway_parts(thing, around.activities, around.forms, around.pathways)
    if isinstance(thing, Form):
        return form_parts(thing)
    return activity_parts(thing)


def present_page(
    row,
    thing: Pathway | Form | Activity,
    around: Around,
    versions: list,
    drafts: dict,
    used_in: tuple[UsedIn, ...],
    episodes: dict[int, int] | None,
) -> ProcedurePage:
    """A version with the others there are; `episodes` are the open ones by version, None where nobody is on it."""
    tag, colour = _tag(thing)
    newest = max(one.version for one in versions)
    return ProcedurePage(
        kind=row.kind,
        kind_title=KINDS[row.kind][0],
        code=row.code,
        title=thing.title,
        tag=tag,
        colour=colour,
        lede=_lede(thing),
        version=row.version,
        version_said=published_words(row),
        newest=newest,
        is_newest=row.version == newest,
        parts=parts_of(thing, around),
        used_in=used_in,
        versions=tuple(
            VersionLine(
                version=one.version,
                published=_published(one, drafts.get(one.version)),
                why=drafts[one.version].why if one.version in drafts else "",
                episodes=count_words(episodes.get(one.version, 0), "open episode") if episodes is not None else "",
                is_shown=one.version == row.version,
                before=next((other.version for other in versions[place + 1 :]), None),
            )
            for place, one in enumerate(versions)
        ),
        flow=draw(thing, around.forms) if isinstance(thing, Pathway) else None,
    )


def changes_said(old, new, around: Around) -> str:
    """What changed between two versions in one line, or that nothing did."""
    return in_one_sentence(compare(parts_of(old, around), parts_of(new, around))) or "It says the same."


def _tag(thing) -> tuple[str, str]:
    if isinstance(thing, Pathway):
        return URGENCIES[thing.urgency]
    if isinstance(thing, Form):
        return FORM_USES[thing.use], "aqua-green"
    return ACTIVITY_KINDS[thing.kind], "purple"


def _lede(thing) -> str:
    if isinstance(thing, Pathway):
        return thing.summary
    return thing.purpose if isinstance(thing, Form) else thing.plain


def _published(row, draft) -> str:
    if draft is None:
        return published_words(row)
    return (
        f"Version {row.version}, written by {draft.author_name}, approved by {draft.approved_by_name} on"
        f" {moment_text(row.published_at)}"
    )
