"""Unusual access and broken glass, for whoever says what they make of it."""

from datetime import timedelta

from homeward.access.rules import Actor, Permission, require
from homeward.audit.models import Event
from homeward.kernel.rules import london_moment
from homeward.people.models import BrokenGlass
from homeward.rights.models import StaffDetail, UnusualAccess, Watched
from homeward.rights.rules import OPENINGS, REFUSAL
from homeward.rights.selectors.requests import RequestNotFoundError
from homeward.rights.states import Finding
from homeward.teams.models import Account


def unusual_to_look_at(actor: Actor, limit: int = 100) -> list[UnusualAccess]:
    """Unusual access nobody has settled, the latest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    rows = UnusualAccess.objects.filter(service_id__in=actor.service_ids, finding__in=("", Finding.ASK))
    return list(rows.select_related("account", "person").order_by("-last_at")[:limit])


def judged_accesses(actor: Actor, limit: int = 100) -> list[UnusualAccess]:
    """Unusual access that was settled, the last settled first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    rows = UnusualAccess.objects.filter(
        service_id__in=actor.service_ids, finding__in=(Finding.RIGHT, Finding.NOT_RIGHT)
    )
    return list(rows.select_related("account", "person").order_by("-looked_at")[:limit])


def access_for(actor: Actor, access_id: int) -> UnusualAccess:
    """One unusual access.

    Raises: NotAllowedError; RequestNotFoundError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    rows = UnusualAccess.objects.filter(service_id__in=actor.service_ids, pk=access_id)
    access = rows.select_related("account__organisation", "person").first()
    if access is None:
        raise RequestNotFoundError("There is no such access in your service.")
    return access


def events_behind(actor: Actor, access: UnusualAccess, limit: int = 100) -> list[Event]:
    """What the reader opened that day: of the one person, or of everybody, newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_AUDIT, access.service_id)
    start = london_moment(access.day, 0)
    events = Event.objects.filter(
        actor_account_id=access.account_id, at__gte=start, at__lt=start + timedelta(days=1, hours=1),
        action__in=OPENINGS | {REFUSAL},
    )  # fmt: skip
    if access.person_id:
        events = events.filter(person_id=access.person_id)
    return list(events.order_by("-at", "-pk")[:limit])


def broken_glass_to_judge(actor: Actor, limit: int = 100) -> list[BrokenGlass]:
    """Every breaking of the glass, those nobody judged first, then the newest.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    rows = BrokenGlass.objects.filter(person__service_id__in=actor.service_ids).select_related("person")
    waiting = list(rows.filter(finding__in=("", Finding.ASK)).order_by("-at")[:limit])
    settled = list(rows.filter(finding__in=(Finding.RIGHT, Finding.NOT_RIGHT)).order_by("-at")[: limit - len(waiting)])
    return [*waiting, *settled]


def broken_glass_for(actor: Actor, broken_id: int) -> BrokenGlass:
    """One breaking of the glass.

    Raises: NotAllowedError; RequestNotFoundError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    rows = BrokenGlass.objects.filter(person__service_id__in=actor.service_ids, pk=broken_id)
    broken = rows.select_related("person").first()
    if broken is None:
        raise RequestNotFoundError("There is no such breaking of the glass in your service.")
    return broken


def staff_details(actor: Actor) -> list[tuple[Account, StaffDetail | None]]:
    """Everybody with an account in the actor's services, by name, and what is kept of them for finding odd readings.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    accounts = Account.objects.filter(services__in=actor.service_ids, is_active=True).exclude(token_hash__gt="")  # nosec B106
    accounts = accounts.select_related("staff_detail__person").distinct().order_by("full_name")
    return [(account, getattr(account, "staff_detail", None)) for account in accounts]


def watched_until(actor: Actor) -> Watched | None:
    """How far unusual access was looked for, and when.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    return Watched.objects.filter(pk=1).first()
