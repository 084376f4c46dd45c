"""What every change of commissioning leaves behind: an audit event, word to live pages, a line of history."""

from datetime import datetime

from homeward.access.rules import Actor
from homeward.audit.services import record
from homeward.commissioning.models import Package, PackageEvent
from homeward.commissioning.states import PackageState, check_package_move
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell

TOPIC = "commissioning"
LONGEST_TEXT = 2000


def _done(actor: Actor, action: str, service_id: int, subject: tuple[str, int], now: datetime, person_id=None) -> None:
    record(actor=actor, action=action, subject=subject, now=now, service_id=service_id, person_id=person_id)
    tell(topic=TOPIC, service_id=service_id, subject=subject, now=now)


def _tell(actor: Actor, package: Package, kind: str, action: str, now: datetime, text: str = "") -> None:
    """Add to a package's history, and audit it."""
    PackageEvent.objects.create(
        package=package, kind=kind, at=now, by_name=actor.name, by_role=actor.title, employer=actor.employer, text=text
    )
    _done(actor, action, package.service_id, ("package", package.pk), now, package.person_id)


def _locked(package: Package) -> Package:
    """The package as it stands, held until the transaction ends."""
    rows = Package.objects.select_for_update(of=("self",)).select_related("person", "contract__provider__organisation")
    return rows.get(pk=package.pk)


def _move(package: Package, state: PackageState, *also: str) -> None:
    check_package_move(package.state, state)
    package.state = state
    package.save(update_fields=["state", *also])


def _words(text: str, missing: str) -> str:
    """A text that must be there.

    Raises: RefusedError.
    """
    tidy = text.strip()
    if not tidy:
        raise RefusedError(missing)
    if len(tidy) > LONGEST_TEXT:
        raise RefusedError(f"Use at most {LONGEST_TEXT} letters.")
    return tidy
