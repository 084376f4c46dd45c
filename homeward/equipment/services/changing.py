"""What every change leaves behind: a movement where stock changed, an audit event, word to live pages, the timeline."""

from datetime import datetime

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.audit.services import record
from homeward.equipment.models import EquipmentRequest, Item, Loan, Movement, Shelf, Store
from homeward.equipment.states import MovementKind
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.people.models import Person
from homeward.people.services import add_to_timeline
from homeward.teams.models import Organisation
from homeward.teams.selectors import accounts_that_may

TOPIC = "equipment"


def _move(
    actor: Actor,
    kind: MovementKind,
    quantity: int,
    now: datetime,
    *,
    item: Item | None = None,
    shelf: Shelf | None = None,
    reason: str = "",
    loan: Loan | None = None,
    value_pence: int | None = None,
) -> Movement:
    """Add the row that says how stock changed; the one place where stock changes."""
    of = item or shelf
    movement = Movement.objects.create(
        item=item, shelf=shelf, kind=kind, quantity=quantity, store=of.store, loan_id=loan.pk if loan else None,
        reason=reason.strip()[:250], value_pence=value_pence, at=now, by_name=actor.name, employer=actor.employer,
    )  # fmt: skip
    _done(actor, f"equipment {kind.value.replace('_', ' ')}", (of._meta.model_name, of.pk), of.store.service_id, now)
    return movement


def _done(
    actor: Actor, action: str, subject: tuple[str, int], service_id: int, now: datetime, person_id: int | None = None
) -> None:
    record(actor=actor, action=action, subject=subject, person_id=person_id, now=now, service_id=service_id)
    tell(topic=TOPIC, service_id=service_id, subject=subject, now=now)


def _on_timeline(
    actor: Actor, person: Person, title: str, now: datetime, subject: tuple[str, int], text: str = ""
) -> None:
    add_to_timeline(
        actor=actor, person=person, kind="equipment", happened_at=now, now=now, title=title[:200], text=text,
        subject=subject,
    )  # fmt: skip


def _tell_those_who(
    actor: Actor, permission: Permission, service_id: int, title: str, path: str, key: str, now: datetime, urgent=False
) -> None:
    notify(
        actor=actor, service_id=service_id, accounts=accounts_that_may(permission, service_id), kind="equipment",
        title=title, path=path, once_key=key, now=now, is_urgent=urgent,
    )  # fmt: skip


def _require_store(actor: Actor, store: Store) -> None:
    """Raises: NotAllowedError unless the actor runs the store, or one of their services shares it."""
    require(actor, Permission.MANAGE_EQUIPMENT)
    if not is_shared(actor, store):
        raise NotAllowedError("This belongs to a service you are not part of.")


def is_shared(actor: Actor, store: Store) -> bool:
    """Whether a store is of, or shared with, one of the actor's services."""
    return store.service_id in actor.service_ids or store.shared_with.filter(pk__in=actor.service_ids).exists()


def _owner_of(organisation: Organisation, service_id: int) -> Organisation:
    if organisation.service_id != service_id:
        raise RefusedError("This organisation is not known to the service that runs the store. Add it there first.")
    return organisation


def _locked_item(item: Item) -> Item:
    return Item.objects.select_for_update(of=("self",)).select_related("kind", "store", "owner").get(pk=item.pk)


def _locked_shelf(shelf: Shelf) -> Shelf:
    return Shelf.objects.select_for_update(of=("self",)).select_related("kind", "store", "owner").get(pk=shelf.pk)


def _locked_request(request: EquipmentRequest) -> EquipmentRequest:
    rows = EquipmentRequest.objects.select_for_update(of=("self",)).select_related(
        "person", "kind", "item__store", "shelf__store", "episode"
    )
    return rows.get(pk=request.pk)


def _locked_loan(loan: Loan) -> Loan:
    rows = Loan.objects.select_for_update(of=("self",)).select_related(
        "person", "kind", "item__store", "shelf__store", "request__episode"
    )
    return rows.get(pk=loan.pk)
