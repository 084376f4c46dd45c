"""Publishing procedures, and drafting the next version of one until somebody else approves it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.procedures.models import OfferedVersion, Procedure, ProcedureDraft, ProcedureDraftEvent
from homeward.procedures.rules import (
    LONGEST_TEXT,
    SHIPPED_LIBRARY,
    Library,
    UnwritableTextError,
    activity_from,
    as_text,
    check_draft,
    code_from,
    definition_of,
    fingerprint_of,
    form_from,
    pathway_from,
    read_library,
    with_version,
)
from homeward.procedures.selectors import built, published_library, writers_of
from homeward.procedures.selectors import library as shipped_library
from homeward.procedures.states import (
    OPEN_STATES,
    WRITABLE_STATES,
    DraftEventKind,
    DraftMovedOnError,
    DraftState,
    Origin,
    check_move,
)

LONGEST_TITLE = 160  # as the table has it; a longer one is shown in full from the definition


class PublishedVersionChangedError(RefusedError):
    """A version that was published before now says something else."""


class DraftChangedError(RefusedError):
    """Somebody else changed the draft since it was opened."""


class DraftHasFaultsError(RefusedError):
    """The draft does not fit together, or not with what is published; its page lists every fault."""


class OwnDraftError(NotAllowedError):
    """Whoever wrote in a draft cannot be the one who approves it."""


# The library last told in rows, and its rows: what ships does not change while a process runs.
_TOLD: list[tuple[Library, tuple[dict, ...]]] = []


def _shipped_rows() -> tuple[dict, ...]:
    """What ships, ready to publish."""
    library = shipped_library()
    if not _TOLD or _TOLD[0][0] is not library:
        _TOLD[:] = [(library, tuple(_rows_of(library)))]
    return _TOLD[0][1]


def _rows_of(library: Library) -> Iterator[dict]:
    for kind, things in (
        (Procedure.Kind.PATHWAY, library.pathways),
        (Procedure.Kind.FORM, library.forms),
        (Procedure.Kind.ACTIVITY, library.activities),
    ):
        for thing in things:
            definition = definition_of(thing)
            yield {
                "kind": kind,
                "code": thing.code,
                "version": thing.version,
                "title": thing.title[:LONGEST_TITLE],
                "definition": definition,
                "content_hash": fingerprint_of(definition),
            }


@transaction.atomic
def publish_library(*, actor: Actor, now: datetime, path: Path = SHIPPED_LIBRARY) -> list[Procedure]:
    """Publish every version in a library that is not published yet; gives those that are new.

    What ships with Homeward never takes the place of what this place wrote: where a procedure has a version of its own
    here, a shipped one that differs is kept as an `OfferedVersion`, to be read beside it and drafted from.

    Raises: NotAllowedError; procedures.rules.LibraryError when the library has faults;
    PublishedVersionChangedError when a published version was edited: give the change a new version number.
    """
    require(actor, Permission.PUBLISH_PROCEDURES)
    is_shipped = path == SHIPPED_LIBRARY
    library = shipped_library() if is_shipped else read_library(path)
    published = {
        (row.kind, row.code, row.version): row
        for row in Procedure.objects.only("kind", "code", "version", "content_hash", "origin")
    }
    own = {(kind, code) for (kind, code, _), row in published.items() if row.origin == Origin.LOCAL}
    offers = set(OfferedVersion.objects.values_list("kind", "code", "content_hash"))
    new, offered = [], []
    for said in _shipped_rows() if is_shipped else _rows_of(library):
        kind, code, version = said["kind"], said["code"], said["version"]
        before = published.get((kind, code, version))
        if before is not None and before.content_hash == said["content_hash"]:
            continue
        if is_shipped and (kind, code) in own and (before is None or before.origin == Origin.LOCAL):
            if (kind, code, said["content_hash"]) not in offers:
                offered.append(OfferedVersion(**said, offered_at=now))
            continue
        if before is not None:
            raise PublishedVersionChangedError(
                f"Version {version} of {kind} {code} was published before and now says something else."
                f" Give the change version {version + 1}."
            )
        origin = Origin.SHIPPED if is_shipped else Origin.LOCAL
        new.append(Procedure(**said, origin=origin, published_at=now, published_by=actor.name))
    Procedure.objects.bulk_create(new)
    OfferedVersion.objects.bulk_create(offered)
    if new or offered:
        record(
            actor=actor,
            action="publish procedures",
            subject=("procedure", None),
            now=now,
            count=len(new) + len(offered),
        )
    return new


@transaction.atomic
def start_draft(
    *, actor: Actor, based_on: Procedure, now: datetime, new_title: str = "", why: str = ""
) -> ProcedureDraft:
    """Begin the next version of a procedure; or, with a `new_title`, a procedure of its own from a copy of this one.

    Raises: NotAllowedError; RefusedError when it is being drafted already, or the new title is one there is.
    """
    require(actor, Permission.DRAFT_PROCEDURES)
    definition = definition_of(built(based_on))
    if new_title.strip():
        title = new_title.strip()
        code = code_from(title, joint="_" if based_on.kind == Procedure.Kind.ACTIVITY else "-")
        if not code:
            raise RefusedError("The new name needs at least one letter. Give it another.")
        if Procedure.objects.filter(kind=based_on.kind, code=code).exists():
            raise RefusedError(f"There is a {based_on.kind} called {code} already. Give the new one another name.")
        definition |= {"code": code, "title": title, "version": 1}
        based_on_row, version = based_on, 1
    else:
        code = based_on.code
        newest = _newest(based_on.kind, code)
        version = newest.version + 1
        based_on_row = newest
        definition = definition_of(built(newest)) | {"version": version}
    return _start(actor, based_on.kind, code, version, definition, based_on_row, now, why)


@transaction.atomic
def draft_from_offered(*, actor: Actor, offered: OfferedVersion, now: datetime, why: str = "") -> ProcedureDraft:
    """Begin the next version of a procedure with the words of a version that ships and is held back here.

    Raises: NotAllowedError; RefusedError when it is being drafted already.
    """
    require(actor, Permission.DRAFT_PROCEDURES)
    newest = _newest(offered.kind, offered.code)
    version = newest.version + 1
    definition = {**offered.definition, "version": version}
    return _start(actor, offered.kind, offered.code, version, definition, newest, now, why)


@transaction.atomic
def save_draft(
    *, actor: Actor, draft: ProcedureDraft, revision: int, text: str, now: datetime, note: str = ""
) -> ProcedureDraft:
    """Keep a draft's text exactly as typed, faults and all. `revision` is the one the writer had before them.

    Raises: NotAllowedError; DraftChangedError when somebody else saved since; DraftMovedOnError when it is not being
    written any more; RefusedError when the text is too long.
    """
    require(actor, Permission.DRAFT_PROCEDURES)
    draft = _locked(draft)
    _check_revision(draft, revision)
    if draft.state not in WRITABLE_STATES:
        raise DraftMovedOnError(
            f"This draft is now: {DraftState(draft.state).label.lower()}. Take it back before changing it."
            if draft.state == DraftState.SENT
            else f"This draft is now: {DraftState(draft.state).label.lower()}. Start a new draft instead."
        )
    text = text.replace("\r\n", "\n")
    if "\0" in text:
        raise RefusedError("The text holds a null character, which cannot be kept. Take it out.")
    if len(text) > LONGEST_TEXT:
        raise RefusedError(f"The text has {len(text):,} characters. Use {LONGEST_TEXT:,} or fewer.")
    if text == draft.source_text:
        return draft
    return _write(actor, draft, text, now, note)


@transaction.atomic
def renumber_draft(*, actor: Actor, draft: ProcedureDraft, revision: int, now: datetime) -> ProcedureDraft:
    """Number a draft on from the newest published version, where one was published while it was being written.

    Raises: NotAllowedError; DraftChangedError; DraftMovedOnError; RefusedError when there is nothing to do.
    """
    require(actor, Permission.DRAFT_PROCEDURES)
    draft = _locked(draft)
    _check_revision(draft, revision)
    if draft.state not in WRITABLE_STATES:
        raise DraftMovedOnError("Only a draft that is being written can be numbered on. Take it back first.")
    newest = _newest(draft.kind, draft.code)
    if newest.version < draft.version:
        raise RefusedError(f"The draft is already of the next version, {draft.version}.")
    draft.version = newest.version + 1
    draft.based_on = newest
    try:
        text = with_version(draft.source_text, draft.version)
    except UnwritableTextError as error:
        raise RefusedError(str(error)) from error
    return _write(actor, draft, text, now, f"Numbered on from version {newest.version}.")


@transaction.atomic
def send_draft(*, actor: Actor, draft: ProcedureDraft, revision: int, why: str, now: datetime) -> ProcedureDraft:
    """Ask a second person to approve a draft, saying why it is changed.

    Raises: NotAllowedError; DraftChangedError; DraftMovedOnError; DraftHasFaultsError; RefusedError when no reason is
    given, nothing was changed, or a newer version was published meanwhile.
    """
    require(actor, Permission.DRAFT_PROCEDURES)
    draft = _locked(draft)
    _check_revision(draft, revision)
    check_move(draft.state, DraftState.SENT)
    if not why.strip():
        raise RefusedError("Say why it is changed. Whoever approves it reads that first.")
    definition = _checked(draft)
    based_on = draft.based_on
    if based_on is not None and based_on.code == draft.code:
        before = definition_of(built(based_on)) | {"version": draft.version}
        if fingerprint_of(before) == fingerprint_of(definition):
            raise RefusedError(f"Nothing has been changed since version {based_on.version}. Change something first.")
    draft.state = DraftState.SENT
    draft.why = why.strip()
    draft.changed_at = now
    draft.save(update_fields=["state", "why", "changed_at"])
    return _done(actor, draft, DraftEventKind.SENT, now, draft.why)


@transaction.atomic
def take_back_draft(*, actor: Actor, draft: ProcedureDraft, now: datetime) -> ProcedureDraft:
    """Take a draft back from waiting for approval, to change it.

    Raises: NotAllowedError; DraftMovedOnError.
    """
    require(actor, Permission.DRAFT_PROCEDURES)
    draft = _move(_locked(draft), DraftState.DRAFT, now)
    return _done(actor, draft, DraftEventKind.TAKEN_BACK, now)


@transaction.atomic
def return_draft(*, actor: Actor, draft: ProcedureDraft, reason: str, now: datetime) -> ProcedureDraft:
    """Give a draft that waits for approval back to whoever wrote it, saying what must change.

    Raises: NotAllowedError; DraftMovedOnError; RefusedError when no reason is given.
    """
    require(actor, Permission.APPROVE_PROCEDURES)
    if not reason.strip():
        raise RefusedError("Say what must change before you would approve it.")
    draft = _move(_locked(draft), DraftState.RETURNED, now)
    return _done(actor, draft, DraftEventKind.RETURNED, now, reason.strip())


@transaction.atomic
def publish_draft(*, actor: Actor, draft: ProcedureDraft, revision: int, now: datetime, note: str = "") -> Procedure:
    """Approve a draft that somebody else wrote, and publish it as the version followed from now on.

    Raises: NotAllowedError; OwnDraftError when the actor wrote in it; DraftChangedError when it is not the text they
    read; DraftMovedOnError; DraftHasFaultsError; RefusedError when a newer version was published meanwhile.
    """
    require(actor, Permission.APPROVE_PROCEDURES)
    draft = _locked(draft)
    _check_revision(draft, revision)
    check_move(draft.state, DraftState.PUBLISHED)
    if actor.account_id is None:
        raise OwnDraftError("A draft is approved by a person with an account. Sign in and approve it there.")
    if actor.account_id in writers_of(draft):
        raise OwnDraftError("You wrote in this draft, so somebody else must approve it. It stays here until they do.")
    definition = _checked(draft)
    published = Procedure.objects.create(
        kind=draft.kind,
        code=draft.code,
        version=draft.version,
        title=definition["title"][:LONGEST_TITLE],
        definition=definition,
        content_hash=fingerprint_of(definition),
        origin=Origin.LOCAL,
        published_at=now,
        published_by=actor.name,
    )
    draft.state = DraftState.PUBLISHED
    draft.changed_at = now
    draft.published = published
    draft.approved_by_account_id = actor.account_id
    draft.approved_by_name = actor.name
    draft.save()
    _done(actor, draft, DraftEventKind.PUBLISHED, now, note.strip())
    return published


@transaction.atomic
def discard_draft(*, actor: Actor, draft: ProcedureDraft, reason: str, now: datetime) -> ProcedureDraft:
    """Stop writing a draft. Its text and what happened to it are kept, and can still be read.

    Raises: NotAllowedError; DraftMovedOnError; RefusedError when no reason is given.
    """
    require(actor, Permission.DRAFT_PROCEDURES)
    if not reason.strip():
        raise RefusedError("Say why it is discarded. Others may have been waiting for it.")
    draft = _move(_locked(draft), DraftState.DISCARDED, now)
    return _done(actor, draft, DraftEventKind.DISCARDED, now, reason.strip())


@transaction.atomic
def comment_on_draft(*, actor: Actor, draft: ProcedureDraft, text: str, now: datetime) -> ProcedureDraft:
    """Say something about a draft to those who write and approve it.

    Raises: NotAllowedError; DraftMovedOnError when it is published or discarded; RefusedError when nothing is said.
    """
    if not actor.may(Permission.APPROVE_PROCEDURES):
        require(actor, Permission.DRAFT_PROCEDURES)
    draft = _locked(draft)
    if draft.state not in OPEN_STATES:
        raise DraftMovedOnError(f"This draft is now: {DraftState(draft.state).label.lower()}. Nobody waits for it.")
    if not text.strip():
        raise RefusedError("Write your comment first.")
    return _done(actor, draft, DraftEventKind.COMMENTED, now, text.strip())


def _newest(kind: str, code: str) -> Procedure:
    row = Procedure.objects.filter(kind=kind, code=code).order_by("-version").first()
    if row is None:
        raise RefusedError(f"No {kind} called {code} is published.")
    return row


def _start(
    actor: Actor, kind: str, code: str, version: int, definition: dict, based_on: Procedure, now: datetime, why: str
) -> ProcedureDraft:
    before = ProcedureDraft.objects.filter(kind=kind, code=code, state__in=OPEN_STATES).first()
    if before is not None:
        raise RefusedError(f"{before.author_name} started a draft of this before. Open theirs and write in it.")
    draft = ProcedureDraft(
        kind=kind,
        code=code,
        version=version,
        title=definition["title"][:LONGEST_TITLE],
        based_on=based_on,
        source_text=as_text(kind, definition),
        definition=definition,
        why=why.strip(),
        author_account_id=actor.account_id,
        author_name=actor.name,
        started_at=now,
        changed_at=now,
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:
        raise RefusedError("Somebody started a draft of this just now. Open theirs and write in it.") from error
    return _done(actor, draft, DraftEventKind.STARTED, now, text=draft.source_text)


def _locked(draft: ProcedureDraft) -> ProcedureDraft:
    return ProcedureDraft.objects.select_for_update().get(pk=draft.pk)


def _check_revision(draft: ProcedureDraft, revision: int) -> None:
    if draft.revision != revision:
        last = draft.events.exclude(source_text="").order_by("-id").first()
        who = last.actor_name if last else "Somebody"
        raise DraftChangedError(f"{who} changed this draft since you opened it. Look at what they wrote first.")


def _checked(draft: ProcedureDraft) -> dict:
    newest = Procedure.objects.filter(kind=draft.kind, code=draft.code).order_by("-version").first()
    if newest is not None and newest.version >= draft.version:
        raise RefusedError(
            f"Version {newest.version} was published while this draft was written. Compare the two, bring in what is"
            " missing, and number the draft on."
        )
    content, problems = check_draft(draft.kind, draft.code, draft.version, draft.source_text, published_library())
    if problems or content is None:
        count = "1 fault" if len(problems) == 1 else f"{len(problems)} faults"
        raise DraftHasFaultsError(f"The draft has {count}. Mend them first: {problems[0]}")
    # through the dataclass, so that what says the same has the same fingerprint, however it was written
    return _normal(draft.kind, content)


def _normal(kind: str, content: dict) -> dict:
    build = {"pathway": pathway_from, "form": form_from, "activity": activity_from}[kind]
    return definition_of(build(content))


def _write(actor: Actor, draft: ProcedureDraft, text: str, now: datetime, note: str) -> ProcedureDraft:
    content, _ = check_draft(draft.kind, draft.code, draft.version, text, published_library())
    draft.source_text = text
    draft.definition = content
    draft.title = content["title"][:LONGEST_TITLE] if content else draft.title
    draft.revision += 1
    draft.state = DraftState.DRAFT
    draft.changed_at = now
    draft.save()
    return _done(actor, draft, DraftEventKind.SAVED, now, note.strip(), text)


def _move(draft: ProcedureDraft, state: DraftState, now: datetime) -> ProcedureDraft:
    check_move(draft.state, state)
    draft.state = state
    draft.changed_at = now
    draft.save(update_fields=["state", "changed_at"])
    return draft


def _done(
    actor: Actor, draft: ProcedureDraft, kind: DraftEventKind, now: datetime, note: str = "", text: str = ""
) -> ProcedureDraft:
    ProcedureDraftEvent.objects.create(
        draft=draft,
        kind=kind,
        happened_at=now,
        revision=draft.revision,
        actor_account_id=actor.account_id,
        actor_name=actor.name,
        actor_role=actor.title,
        note=note,
        source_text=text,
    )
    record(actor=actor, action=f"draft {kind.value.replace('_', ' ')}", subject=("procedure draft", draft.pk), now=now)
    return draft
