"""Reads about services, organisations, workers and accounts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from homeward.access.rules import ROLE_PERMISSIONS, SYSTEM_ROLES, Actor, NotAllowedError, Permission, Role, require
from homeward.kernel.rules import token_hash
from homeward.teams.models import Account, Organisation, Registration, Service, Team, Training, Worker


class WorkerNotFoundError(Exception):
    """There is no such worker here."""


def actor_for(account: Account) -> Actor:
    """The actor that a signed-in account is."""
    worker = Worker.objects.filter(account=account).values_list("id", flat=True).first()
    return Actor(
        name=account.full_name,
        role=Role(account.role),
        account_id=account.pk,
        employer=str(account.organisation) if account.organisation else "",
        job_title=account.job_title,
        service_ids=frozenset(account.services.values_list("id", flat=True)),
        worker_id=worker,
    )


def machine_with_token(token: str) -> Actor | None:
    """The connected system whose bearer token this is, or None."""
    if not token:
        return None
    digest = token_hash(token)
    account = Account.objects.filter(token_hash=digest, is_active=True, role__in=SYSTEM_ROLES).first()
    return actor_for(account) if account else None


def services_for(actor: Actor) -> list[Service]:
    """The services the actor belongs to, by name."""
    return list(Service.objects.filter(id__in=actor.service_ids).order_by("id"))


def service_for(actor: Actor, code: str | None = None) -> Service:
    """The service with this code, or the actor's first when no code is given.

    Raises: NotAllowedError when the actor is not part of it.
    """
    services = services_for(actor)
    for service in services:
        if code in (None, "", service.code):
            return service
    raise NotAllowedError("This belongs to a service you are not part of.")


def referring_organisations(service_id: int) -> list[Organisation]:
    """Organisations that may refer people, by name."""
    return list(Organisation.objects.filter(service_id=service_id).order_by("name"))


def teams_of(service_id: int) -> list[Team]:
    """The teams of a service, by name."""
    return list(Team.objects.filter(service_id=service_id).order_by("name"))


def workers_of(service_id: int) -> list[Worker]:
    """The active workers of every employer of a service."""
    return list(
        Worker.objects.filter(service_id=service_id, is_active=True)
        .select_related("organisation", "team")
        .order_by("id")
    )


def accounts_in(*roles: Role) -> list[Account]:
    """The active accounts with any of these roles, in every service."""
    return list(Account.objects.filter(role__in=roles, is_active=True).order_by("id"))


def accounts_that_may(permission: Permission, service_id: int) -> list[Account]:
    """The active accounts of people in a service whose role includes a permission, by name."""
    roles = [role for role, may in ROLE_PERMISSIONS.items() if permission in may and role not in SYSTEM_ROLES]
    return list(Account.objects.filter(services=service_id, role__in=roles, is_active=True).order_by("full_name"))


def account_for(account_id: int) -> Account | None:
    """The account with this number, or None."""
    return Account.objects.filter(pk=account_id).first()


def account_named(username: str) -> Account | None:
    """The account with this user name, whatever its capitals, or None."""
    return Account.objects.filter(username__iexact=username).first()


def fictitious_accounts() -> list[Account]:
    """The accounts of fictitious services, which anyone may sign in with; none where every service is real."""
    return list(
        Account.objects.filter(services__is_fictitious=True, is_active=True)
        .exclude(role__in=SYSTEM_ROLES)
        .distinct()
        .order_by("id")
    )


def fictitious_service() -> Service | None:
    """The fictitious place of this database, if it has one."""
    return Service.objects.filter(is_fictitious=True).order_by("id").first()


def services_open_to_professionals(codes: Collection[str]) -> list[Service]:
    """The services with these codes, by name; where no code is given, the fictitious ones."""
    named = Service.objects.filter(code__in=codes) if codes else Service.objects.filter(is_fictitious=True)
    return list(named.order_by("name"))


def has_services() -> bool:
    """Whether this database has any service at all."""
    return Service.objects.exists()


def all_service_ids() -> list[int]:
    """Every service of this database, for what the service does by itself."""
    return list(Service.objects.order_by("pk").values_list("pk", flat=True))


def employers_of(service_id: int) -> list[Organisation]:
    """The organisations that employ workers of a service, by name."""
    return list(Organisation.objects.filter(service_id=service_id, workers__is_active=True).distinct().order_by("name"))


def registers() -> list[tuple[str, str]]:
    """The professional registers: code and title."""
    return list(Registration.Register.choices)


def worker_for(actor: Actor, worker_id: int) -> Worker:
    """A worker of the actor's services, with employer and team.

    Raises: WorkerNotFoundError, the same whether there is none or they are of another service.
    """
    rows = Worker.objects.filter(service_id__in=actor.service_ids).select_related("organisation", "team", "account")
    worker = rows.filter(pk=worker_id).first()
    if worker is None:
        raise WorkerNotFoundError("There is no such worker in your service.")
    return worker


def registered_until(worker_ids: Collection[int]) -> dict[int, date]:
    """The last day each worker is or was in a register, of several the one that lasts longest; who never was is not
    there. An entry that was ended counts to that day: somebody struck off is not somebody without a register."""
    last: dict[int, date] = {}
    rows = Registration.objects.filter(worker_id__in=worker_ids)
    for worker, expires_on, ended_on in rows.values_list("worker_id", "expires_on", "ended_on"):
        until = expires_on if ended_on is None else min(expires_on, ended_on)
        last[worker] = max(until, last.get(worker, until))
    return last


def registrations_of(worker: Worker) -> list[Registration]:
    """A worker's entries in registers, those that stand first, then the newest look-up."""
    rows = list(worker.registrations.order_by("-checked_on", "-id"))
    return sorted(rows, key=lambda row: row.ended_on is not None)


def trainings_of(worker: Worker) -> list[Training]:
    """The courses a worker has done, newest first, also those that no longer count."""
    return list(worker.trainings.order_by("-done_on", "-id"))


@dataclass(frozen=True, slots=True)
class RunsOut:
    """Something of a worker's that runs out, or has: a registration, or training nobody has done again."""

    worker: Worker
    what: str
    on: date


def running_out(actor: Actor, service_id: int, until: date) -> list[RunsOut]:
    """The registrations and mandatory training of active workers that run out up to a day, or have; soonest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, service_id)
    found = [
        RunsOut(row.worker, f"Registration, {row.get_register_display()}", row.expires_on)
        for row in Registration.objects.filter(
            worker__service_id=service_id, worker__is_active=True, ended_on__isnull=True, expires_on__lte=until
        ).select_related("worker__organisation")
    ]
    rows = Training.objects.filter(
        worker__service_id=service_id, worker__is_active=True, is_mandatory=True, withdrawn_at__isnull=True
    )
    # done again is a newer row: the one that lasts longest counts
    newest = rows.values("worker_id", "code").annotate(until=Max("expires_on")).filter(until__lte=until)
    lasts = {(row["worker_id"], row["code"]): row["until"] for row in newest}
    titles = dict(rows.values_list("code", "title"))
    workers = Worker.objects.select_related("organisation").in_bulk({worker_id for worker_id, _ in lasts})
    found += [RunsOut(workers[worker_id], titles[code], on) for (worker_id, code), on in lasts.items()]
    return sorted(found, key=lambda one: (one.on, one.worker.label, one.what))
