"""Writes about services, organisations, workers and accounts."""

import hashlib
import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from homeward.access.rules import SYSTEM_ROLES, Actor, Permission, Role, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.teams.models import Account, Organisation, Service, Team, Worker


@transaction.atomic
def open_service(
    *,
    actor: Actor,
    code: str,
    name: str,
    now: datetime,
    about: str = "",
    is_fictitious: bool = False,
    map_attribution: str = "",
) -> Service:
    """Start a service that people, workers and visits can belong to.

    Raises: NotAllowedError; RefusedError when the code is taken.
    """
    require(actor, Permission.IMPORT_SERVICE)
    if Service.objects.filter(code=code).exists():
        raise RefusedError(f"There is already a service with the code {code}. Choose another.")
    service = Service.objects.create(
        code=code, name=name, about=about, is_fictitious=is_fictitious, map_attribution=map_attribution
    )
    record(actor=actor, action="open service", subject=("service", service.pk), now=now, service_id=service.pk)
    return service


@transaction.atomic
def add_organisations(*, actor: Actor, organisations: list[Organisation], now: datetime) -> list[Organisation]:
    """Add organisations (unsaved rows of one service) in bulk.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE)
    Organisation.objects.bulk_create(organisations)
    record(
        actor=actor,
        action="add organisations",
        subject=("organisation", None),
        now=now,
        count=len(organisations),
        service_id=organisations[0].service_id if organisations else None,
    )
    return organisations


@transaction.atomic
def add_teams(*, actor: Actor, teams: list[Team], now: datetime) -> list[Team]:
    """Add teams (unsaved rows) in bulk.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE)
    Team.objects.bulk_create(teams)
    record(
        actor=actor,
        action="add teams",
        subject=("team", None),
        now=now,
        count=len(teams),
        service_id=teams[0].service_id if teams else None,
    )
    return teams


@transaction.atomic
def add_workers(*, actor: Actor, workers: list[Worker], now: datetime) -> list[Worker]:
    """Add workers (unsaved rows) of any employer in bulk.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE)
    Worker.objects.bulk_create(workers, batch_size=500)
    record(
        actor=actor,
        action="add workers",
        subject=("worker", None),
        now=now,
        count=len(workers),
        service_id=workers[0].service_id if workers else None,
    )
    return workers


@transaction.atomic
def open_account(
    *,
    actor: Actor,
    username: str,
    password: str,
    full_name: str,
    role: Role,
    services: list[Service],
    now: datetime,
    organisation: Organisation | None = None,
    job_title: str = "",
    worker: Worker | None = None,
) -> Account:
    """Give somebody an account with a local password.

    Raises: NotAllowedError; RefusedError when the name is taken or the password is too weak.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    if Account.objects.filter(username__iexact=username).exists():
        raise RefusedError(f"The user name {username} is taken. Choose another.")
    account = Account(username=username, full_name=full_name, role=role, organisation=organisation, job_title=job_title)
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error
    account.set_password(password)
    account.save()
    account.services.set(services)
    if worker:
        worker.account = account
        worker.save(update_fields=["account"])
    record(actor=actor, action="open account", subject=("account", account.pk), now=now)
    return account


@transaction.atomic
def open_fictitious_accounts(
    *,
    actor: Actor,
    service: Service,
    accounts: list[Account],
    workers: dict[str, Worker],
    password: str,
    now: datetime,
) -> list[Account]:
    """Give everyone of a fictitious service an account (unsaved rows) with one password, worked out once.

    `workers` are those on the roster among them, by user name.

    Raises: NotAllowedError; RefusedError when the service is a real one, a name is taken or the password too weak.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    if not service.is_fictitious:
        raise RefusedError("Only a fictitious service may give everyone one password. Open each account by itself.")
    for account in accounts:
        if Account.objects.filter(username__iexact=account.username).exists():
            raise RefusedError(f"The user name {account.username} is taken. Choose another.")
    try:
        validate_password(password)
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error
    hashed = make_password(password)
    for account in accounts:
        account.password = hashed
        account.save()
        account.services.set([service])
        worker = workers.get(account.username)
        if worker:
            worker.account = account
            worker.save(update_fields=["account"])
    record(
        actor=actor,
        action="open accounts",
        subject=("account", None),
        now=now,
        service_id=service.pk,
        count=len(accounts),
    )
    return accounts


@transaction.atomic
def join_service(*, actor: Actor, account: Account, service: Service, now: datetime) -> None:
    """Let an account see a further service.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    account.services.add(service)
    record(actor=actor, action="join service", subject=("account", account.pk), now=now, service_id=service.pk)


@transaction.atomic
def connect_machine(
    *, actor: Actor, username: str, full_name: str, services: list[Service], now: datetime, reads_for: str = ""
) -> str:
    """Let another system send messages; gives the bearer token, shown once and kept only as a digest.

    With `reads_for`, the purpose in words, it may also read over FHIR: people whose care these services give or are
    asked for, and nothing sensitive. Calling it again for the same name replaces the token and the purpose.

    Raises: NotAllowedError; RefusedError when the name belongs to a person.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    token = secrets.token_urlsafe(32)
    account = Account.objects.filter(username__iexact=username).first() or Account(username=username, role=Role.MACHINE)
    if account.role not in SYSTEM_ROLES:
        raise RefusedError(f"The user name {username} belongs to a person. Choose another.")
    account.role = Role.READING_SYSTEM if reads_for else Role.MACHINE
    account.job_title = reads_for[:120]  # what it does here: audit and timeline show it as they show a job
    account.full_name = full_name
    account.token_hash = hashlib.sha256(token.encode()).hexdigest()
    account.set_unusable_password()
    account.save()
    account.services.set(services)
    record(actor=actor, action="connect machine", subject=("account", account.pk), now=now)
    return token
