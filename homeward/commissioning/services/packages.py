"""Asking for a package, doing it in house, starting and ending it."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.commissioning.models import CapacityAnswer, FundingShare, Offer, Package, PackageVisit
from homeward.commissioning.services.changing import _locked, _move, _tell, _words
from homeward.commissioning.states import EndReason, OfferState, PackageState, ServiceKind
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError, london_day, tidy_name
from homeward.people.models import Person
from homeward.people.selectors import current_addresses
from homeward.people.services import add_to_timeline
from homeward.visits.planning import FreeAnswer

CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
FURTHEST_START = timedelta(days=366)
LONGEST_VISIT = 24 * 60
MOST_WORKERS = 4
DIGITS_OF_A_NUMBER = 8  # a longer run of digits is a phone or NHS number


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A visit a package asks for on days of the week: `weekdays` are ISO numbers, "135"; times wall clock, "08:00"."""

    title: str
    weekdays: str
    opens_at: str
    closes_at: str
    minutes: int
    workers: int = 1
    skill: str = "home_care_worker"
    pattern_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewPackage:
    """Care that is asked for. `needs_text` goes to providers and names nobody; what the council does not pay, the NHS
    does."""

    kind: str
    starts_on: date
    visits: tuple[NewVisit, ...]
    needs_text: str
    council_percent: int
    needed_by: datetime | None = None


@transaction.atomic
def ask_package(*, actor: Actor, person: Person, new: NewPackage, now: datetime) -> Package:
    """Ask for a package of care for a person on a pathway of the service.

    Raises: NotAllowedError; RefusedError where it names the person, asks for nothing, or cannot be.
    """
    require(actor, Permission.ASK_PACKAGES, person.service_id)
    if new.kind not in ServiceKind.values:
        raise RefusedError("Choose the kind of care.")
    today = london_day(now)
    if not today <= new.starts_on <= today + FURTHEST_START:
        raise RefusedError("Choose a start from today on, and within a year.")
    if new.needed_by is not None and new.needed_by <= now:
        raise RefusedError("The time an answer is needed by is over. Choose a later one.")
    check_percent(new.council_percent)
    check_visits(new.visits)
    needs = _words(new.needs_text, "Write what a provider must know.")
    _refuse_names(needs, person)
    episode = Episode.objects.filter(person=person, ended_at__isnull=True).order_by("-started_at").first()
    if episode is None:
        raise RefusedError("This person is on no pathway now. Refer them first.")
    address = next(iter(current_addresses(person, today)), None)
    package = Package.objects.create(
        service_id=person.service_id, person=person, episode=episode, kind=new.kind, asked_at=now,
        reference=f"PK{secrets.token_hex(4).upper()}",
        asked_by=actor.name, asked_by_account=actor.account_id, starts_on=new.starts_on, needed_by=new.needed_by,
        area=address.postcode.split(" ")[0] if address else "", needs_text=needs,
    )  # fmt: skip
    add_visits_of(package, new.visits, None)
    FundingShare.objects.create(
        package=package, starts_on=min(today, new.starts_on), council_percent=new.council_percent
    )
    _tell(actor, package, "asked", "ask package", now)
    _on_timeline(actor, package, "Care asked for", now)
    return package


@transaction.atomic
def keep_capacity_answer(*, actor: Actor, package: Package, answer: FreeAnswer, now: datetime) -> CapacityAnswer:
    """Keep what the plan of the day said when it was asked for room in house (`selectors.ask_capacity`).

    Raises: NotAllowedError; RefusedError where nothing is to be decided any more.
    """
    require(actor, Permission.COMMISSION, package.service_id)
    package = _locked(package)
    if package.state not in (PackageState.ASKED, PackageState.OFFERED):
        raise RefusedError("Who does this is decided already.")
    kept = CapacityAnswer.objects.create(
        package=package, asked_at=now, asked_by=actor.name, is_possible=answer.is_possible, wanted=answer.wanted,
        placed=answer.placed, reason=_reason(answer),
        days=[
            {"day": day.day.isoformat(), "wanted": day.wanted, "placed": day.placed, "why": day.why}
            for day in answer.days
        ],
    )  # fmt: skip
    _tell(actor, package, "capacity", "ask in-house capacity", now, kept.reason)
    return kept


@transaction.atomic
def do_in_house(*, actor: Actor, package: Package, reason: str, now: datetime) -> Package:
    """Decide that the team does a package itself; open offers are taken back.

    Raises: NotAllowedError; PackageCannotMoveError; RefusedError before the plan of the day was asked, or without a
    reason where it had no room.
    """
    require(actor, Permission.COMMISSION, package.service_id)
    package = _locked(package)
    newest = package.capacity_answers.order_by("-id").first()
    if newest is None:
        raise RefusedError("Ask first whether there is room in house.")
    if not newest.is_possible:
        _words(reason, "The plan of the day had no room for all of it. Say why it is done in house all the same.")
    _move(package, PackageState.IN_HOUSE)
    _take_back_offers(actor, package, "Done in house", now)
    _tell(actor, package, "in_house", "do package in house", now, reason.strip())
    return package


@transaction.atomic
def start_package(*, actor: Actor, package: Package, day: date, now: datetime) -> Package:
    """Say on which day the chosen provider began.

    Raises: NotAllowedError; PackageCannotMoveError; RefusedError where the day is still to come, or
    before it was asked.
    """
    require(actor, Permission.COMMISSION, package.service_id)
    package = _locked(package)
    if day > london_day(now):
        raise RefusedError("This day is still to come. Record the start once care has begun.")
    if day < london_day(package.asked_at):
        raise RefusedError("This is before the package was asked for. Check the day.")
    package.started_on = day
    _move(package, PackageState.STARTED, "started_on")
    _tell(actor, package, "started", "start package", now, f"From {day:%d/%m/%Y}")
    _on_timeline(actor, package, f"Care by {package.contract.provider} began", now)
    return package


@transaction.atomic
def end_package(*, actor: Actor, package: Package, last_day: date, reason: str, text: str, now: datetime) -> Package:
    """End a package; `last_day` may be ahead or behind, and nothing is paid after it.

    Raises: NotAllowedError; PackageCannotMoveError; RefusedError where the day is before its start, or
    there is no reason.
    """
    require(actor, Permission.ASK_PACKAGES, package.service_id)
    package = _locked(package)
    if reason not in EndReason.values:
        raise RefusedError("Choose why it ends.")
    if package.started_on and last_day < package.started_on:
        raise RefusedError("The last day is before the package began. Check it.")
    package.ended_on, package.end_reason = last_day, reason
    _move(package, PackageState.ENDED, "ended_on", "end_reason")
    said = f"{EndReason(reason).label}. Last day {last_day:%d/%m/%Y}. {text.strip()}".strip()
    _tell(actor, package, "ended", "end package", now, said)
    _on_timeline(actor, package, "Bought care ended", now)
    return package


@transaction.atomic
def withdraw_package(*, actor: Actor, package: Package, reason: str, now: datetime) -> Package:
    """Take back a package that nobody has started; open offers are taken back too.

    Raises: NotAllowedError; PackageCannotMoveError; RefusedError without a reason.
    """
    require(actor, Permission.ASK_PACKAGES, package.service_id)
    package = _locked(package)
    said = _words(reason, "Say why it is no longer needed.")
    _move(package, PackageState.WITHDRAWN)
    _take_back_offers(actor, package, "No longer needed", now)
    _tell(actor, package, "withdrawn", "withdraw package", now, said)
    return package


def check_percent(percent: int) -> None:
    """Stop a share that is none.

    Raises: RefusedError.
    """
    if not 0 <= percent <= 100:
        raise RefusedError("Enter the council’s share from 0 to 100.")


def check_visits(visits: tuple[NewVisit, ...]) -> None:
    """Stop visits that ask for nothing, or for what no day has.

    Raises: RefusedError.
    """
    if not visits:
        raise RefusedError("Say at least one visit that is needed.")
    for one in visits:
        if not one.title.strip():
            raise RefusedError("Say what each visit is for.")
        if not one.weekdays or not set(one.weekdays) <= set("1234567"):
            raise RefusedError(f"Choose the days of “{one.title}”.")
        if not (CLOCK.match(one.opens_at) and CLOCK.match(one.closes_at)) or one.closes_at < one.opens_at:
            raise RefusedError(f"Check the times of “{one.title}”: it must open before it closes.")
        if not 0 < one.minutes <= LONGEST_VISIT or not 0 < one.workers <= MOST_WORKERS:
            raise RefusedError(f"Check the minutes and workers of “{one.title}”.")


def add_visits_of(package: Package, visits: tuple[NewVisit, ...], starts_on: date | None) -> None:
    """Add visits to a package from a day on; from its start where there is none. Whoever calls it is a service."""
    PackageVisit.objects.bulk_create(
        PackageVisit(
            package=package, pattern_id=one.pattern_id, title=one.title.strip()[:120],
            weekdays="".join(sorted(set(one.weekdays))), opens_at=one.opens_at, closes_at=one.closes_at,
            minutes=one.minutes, workers=one.workers, skill=one.skill, starts_on=starts_on,
        )
        for one in visits
    )  # fmt: skip


def _refuse_names(text: str, person: Person) -> None:
    """What goes to every provider asked must not say who it is about: identity only after one is chosen."""
    words = set(tidy_name(text).split())
    names = {name for name in tidy_name(f"{person.given_name} {person.family_name}").split() if len(name) > 1}
    if names & words:
        raise RefusedError("Leave out the person’s name: providers learn who it is once one is chosen.")
    if re.search(rf"\d{{{DIGITS_OF_A_NUMBER},}}", re.sub(r"[\s-]", "", text)):
        raise RefusedError("Leave out phone and NHS numbers: providers learn who it is once one is chosen.")


def _reason(answer: FreeAnswer) -> str:
    if not answer.is_known:
        return "Nobody of the team is on the rota on these days yet, so there is nothing to look at."
    if answer.is_possible:
        return f"There is room for all {answer.wanted} visits of the days that have a rota."
    why = next((day.why for day in answer.days if day.why and day.placed < day.wanted), "")
    return f"There is room for {answer.placed} of {answer.wanted} visits of the days that have a rota. {why}".strip()


def _take_back_offers(actor: Actor, package: Package, why: str, now: datetime) -> None:
    still_open = (OfferState.SENT, OfferState.ACCEPTED, OfferState.WON)
    count = Offer.objects.filter(package=package, state__in=still_open).update(
        state=OfferState.WITHDRAWN, decided_at=now, decided_by=actor.name, decision_reason=why
    )
    if count:
        record(
            actor=actor, action="withdraw offers", subject=("package", package.pk), now=now, count=count,
            service_id=package.service_id, person_id=package.person_id,
        )  # fmt: skip


def _on_timeline(actor: Actor, package: Package, title: str, now: datetime) -> None:
    add_to_timeline(
        actor=actor, person=package.person, kind="package", title=title[:200], happened_at=now, now=now,
        text=f"{package.get_kind_display()}, {package.reference}", subject=("package", package.pk),
    )  # fmt: skip
