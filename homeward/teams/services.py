"""Writes about services, organisations, workers and accounts."""

import re
import secrets
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from homeward.access.rules import SYSTEM_ROLES, Actor, Permission, Role, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, token_hash
from homeward.kernel.services import tell
from homeward.teams.models import Account, Organisation, Registration, Service, Team, Training, Worker

# Letters and numbers as registers print them; their own forms differ and change, so no tighter pattern
REGISTER_NUMBER = re.compile(r"^[A-Z0-9]{4,20}$")


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
    account.token_hash = token_hash(token)
    account.set_unusable_password()
    account.save()
    account.services.set(services)
    record(actor=actor, action="connect machine", subject=("account", account.pk), now=now)
    return token


@transaction.atomic
def record_registration(
    *,
    actor: Actor,
    worker: Worker,
    register: str,
    number: str,
    expires_on: date,
    checked_on: date,
    now: datetime,
    restrictions: str = "",
) -> Registration:
    """Record a worker's entry in a professional register as somebody looked it up there.

    An older look-up of the same register ends and stays on record.

    Raises: NotAllowedError; RefusedError when the register, the number or a day cannot be right.
    """
    require(actor, Permission.MANAGE_ROSTER, worker.service_id)
    if register not in Registration.Register.values:
        raise RefusedError("Choose the register.")
    number = "".join(number.split()).upper()
    if not REGISTER_NUMBER.match(number):
        raise RefusedError("Enter the number as the register shows it, in letters and numbers only.")
    if checked_on > now.date():
        raise RefusedError("The register cannot have been checked in the future. Change the day it was checked.")
    if expires_on < checked_on:
        raise RefusedError("The entry had run out when it was checked. Check the register again, or change the days.")
    Registration.objects.filter(worker=worker, register=register, ended_on__isnull=True).update(ended_on=checked_on)
    row = Registration.objects.create(
        worker=worker,
        register=register,
        number=number,
        expires_on=expires_on,
        restrictions=restrictions.strip(),
        checked_on=checked_on,
        checked_by=actor.name,
    )
    _standing_changed(actor, "record registration", ("registration", row.pk), worker, now)
    return row


@transaction.atomic
def record_training(
    *,
    actor: Actor,
    worker: Worker,
    code: str,
    title: str,
    done_on: date,
    now: datetime,
    expires_on: date | None = None,
    competence: str = "",
    is_mandatory: bool = False,
    provider: str = "",
) -> Training:
    """Record a course that a worker has done. `competence` is a skill code where it is the learning for one.

    Raises: NotAllowedError; RefusedError when something is missing or a day cannot be right.
    """
    # whoever signs competences off also sees the learning done
    require(
        actor, Permission.DELEGATE if actor.may(Permission.DELEGATE) else Permission.MANAGE_ROSTER, worker.service_id
    )
    if not code.strip() or not title.strip():
        raise RefusedError("Say which course it was.")
    if done_on > now.date():
        raise RefusedError("The course cannot have been done in the future. Change the day it was done.")
    if expires_on and expires_on < done_on:
        raise RefusedError("It runs out before it was done. Change one of the days.")
    row = Training.objects.create(
        worker=worker,
        code=code.strip(),
        title=title.strip(),
        competence=competence,
        is_mandatory=is_mandatory,
        provider=provider.strip(),
        done_on=done_on,
        expires_on=expires_on,
        recorded_at=now,
        recorded_by=actor.name,
    )
    _standing_changed(actor, "record training", ("training", row.pk), worker, now)
    return row


@transaction.atomic
def withdraw_training(*, actor: Actor, training: Training, reason: str, now: datetime) -> Training:
    """Say that a recorded course no longer counts, and why; the row stays.

    Raises: NotAllowedError; RefusedError without a reason, or when it was withdrawn before.
    """
    service_id = training.worker.service_id
    require(actor, Permission.DELEGATE if actor.may(Permission.DELEGATE) else Permission.MANAGE_ROSTER, service_id)
    if not reason.strip():
        raise RefusedError("Say why it no longer counts.")
    training = Training.objects.select_for_update().select_related("worker").get(pk=training.pk)
    if training.withdrawn_at:
        raise RefusedError("It was withdrawn before.")
    training.withdrawn_at, training.withdrawn_reason = now, reason.strip()[:250]
    training.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    _standing_changed(actor, "withdraw training", ("training", training.pk), training.worker, now)
    return training


@transaction.atomic
def add_registrations(
    *, actor: Actor, service_id: int, registrations: list[Registration], now: datetime
) -> list[Registration]:
    """Add registrations (unsaved rows) in bulk.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    Registration.objects.bulk_create(registrations, batch_size=500)
    record(
        actor=actor,
        action="add registrations",
        subject=("registration", None),
        now=now,
        service_id=service_id,
        count=len(registrations),
    )
    return registrations


@transaction.atomic
def add_trainings(*, actor: Actor, service_id: int, trainings: list[Training], now: datetime) -> list[Training]:
    """Add courses done (unsaved rows) in bulk.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    Training.objects.bulk_create(trainings, batch_size=1000)
    record(
        actor=actor,
        action="add trainings",
        subject=("training", None),
        now=now,
        service_id=service_id,
        count=len(trainings),
    )
    return trainings


def _standing_changed(actor: Actor, action: str, subject: tuple[str, int], worker: Worker, now: datetime) -> None:
    record(actor=actor, action=action, subject=subject, now=now, service_id=worker.service_id)
    # who may do what hangs on it: pages of delegations and the rota look again
    tell(topic="delegation", service_id=worker.service_id, subject=("worker", worker.pk), now=now)
