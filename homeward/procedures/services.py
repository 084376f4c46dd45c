"""Publishing procedures."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.procedures.models import Procedure
from homeward.procedures.rules import SHIPPED_LIBRARY, definition_of, fingerprint_of, read_library
from homeward.procedures.selectors import library as shipped_library


class PublishedVersionChangedError(RefusedError):
    """A version that was published before now says something else."""


@transaction.atomic
def publish_library(*, actor: Actor, now: datetime, path: Path = SHIPPED_LIBRARY) -> list[Procedure]:
    """Publish every version in a library that is not published yet; gives those that are new.

    Raises: NotAllowedError; procedures.rules.LibraryError when the library has faults;
    PublishedVersionChangedError when a published version was edited: give the change a new version number.
    """
    require(actor, Permission.PUBLISH_PROCEDURES)
    library = shipped_library() if path == SHIPPED_LIBRARY else read_library(path)
    published = {
        (row.kind, row.code, row.version): row.content_hash
        for row in Procedure.objects.only("kind", "code", "version", "content_hash")
    }
    new = []
    for kind, things in (
        (Procedure.Kind.PATHWAY, library.pathways),
        (Procedure.Kind.FORM, library.forms),
        (Procedure.Kind.ACTIVITY, library.activities),
    ):
        for thing in things:
            definition = definition_of(thing)
            content_hash = fingerprint_of(definition)
            before = published.get((kind, thing.code, thing.version))
            if before is None:
                new.append(
                    Procedure(
                        kind=kind,
                        code=thing.code,
                        version=thing.version,
                        title=thing.title,
                        definition=definition,
                        content_hash=content_hash,
                        published_at=now,
                        published_by=actor.name,
                    )
                )
            elif before != content_hash:
                raise PublishedVersionChangedError(
                    f"Version {thing.version} of {kind} {thing.code} was published before and now says something else."
                    f" Give the change version {thing.version + 1}."
                )
    Procedure.objects.bulk_create(new)
    if new:
        record(actor=actor, action="publish procedures", subject=("procedure", None), now=now, count=len(new))
    return new
