"""Packages: what waits for whom, one as a whole, and what there is room for in house."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record_reads
from homeward.commissioning.models import CareContract, Offer, Package, Provider, Variation
from homeward.commissioning.rules.offers import EXPIRED, Bid, Ranked, rank, standing
from homeward.commissioning.rules.prices import NoPriceError, cost_of_days, minutes_of_days
from homeward.commissioning.services.packages import NewVisit
from homeward.commissioning.states import (
    PACKAGE_IS_OVER,
    OfferState,
    PackageState,
    ProviderKind,
    VariationState,
)
from homeward.kernel.rules import days_from, london_day, wall_clock
from homeward.people.models import Person
from homeward.people.selectors import current_addresses, person_for, person_ids_of, sights
from homeward.plans.models import VisitPattern
from homeward.visits.models import Assignment
from homeward.visits.planning import FreeAnswer, Wanted, what_is_free
from homeward.visits.rules.hours import minutes_between
from homeward.visits.states import AssignmentState

# How many days of the plan are looked at: one whole week from the start. Local decision.
LOOKED_AT_DAYS = 7
SHOWN_WEEKS = 8
LATELY_ENDED = timedelta(days=28)


class NotFoundError(Exception):
    """There is no such thing in the actor's services."""


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A package on the work list: how its offers stand, and when the next of them runs out."""

    package: Package
    waiting: int
    accepted: int
    expired: int
    answer_by: datetime | None
    variation_waits: bool
    is_suspended: bool
    in_house: bool | None


@dataclass(frozen=True, slots=True)
class WorkList:
    """The packages of a service that are not over, and how many are kept back from the reader."""

    lines: tuple[WorkLine, ...]
    kept_back: int


@dataclass(frozen=True, slots=True)
class PackageHours:
    """A week of a package: minutes planned and delivered, and what was planned to cost, in pence (None: no price)."""

    monday: date
    planned_minutes: int
    delivered_minutes: int
    planned_pence: int | None


@dataclass(frozen=True, slots=True)
class PackageView:
    """A package as a whole. `weekly_pence` is what a week costs under its contract; None without one or a price."""

    package: Package
    offers: tuple[Offer, ...]
    hours: tuple[PackageHours, ...]
    weekly_minutes: int
    weekly_pence: int | None
    council_percent: int


@dataclass(frozen=True, slots=True)
class OfferChoice:
    """A contract beside a package: why it cannot be asked, or what it would cost a week; its offer; its rank."""

    contract: CareContract
    why_not: str
    weekly_pence: int | None
    free_minutes: int | None
    offer: Offer | None
    standing: str
    ranked: Ranked | None


def work_list(actor: Actor, service_id: int, now: datetime) -> WorkList:
    """The packages that are not over, and those that lately ended, of people the actor may see; reading is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.COMMISSION, service_id)
    lately = london_day(now) - LATELY_ENDED
    rows = Package.objects.filter(service_id=service_id).exclude(state=PackageState.WITHDRAWN)
    rows = list(
        rows.exclude(state=PackageState.ENDED, ended_on__lt=lately)
        .select_related("person", "contract__provider__organisation")
        .prefetch_related("offers", "visits", "suspensions", "variations", "capacity_answers")
        .order_by("starts_on", "id")
    )
    seen = sights(actor, list({row.person_id: row.person for row in rows}.values()), now)
    shown = [row for row in rows if seen[row.person_id] >= Sight.VISIT]
    record_reads(
        actor=actor, action="read packages", subject_kind="package", now=now, service_id=service_id,
        person_ids={row.person_id for row in shown},
    )  # fmt: skip
    return WorkList(tuple(_line(row, now) for row in shown), len(rows) - len(shown))


def _line(package: Package, now: datetime) -> WorkLine:
    stand = [(standing(one.state, one.answer_by, now), one.answer_by) for one in package.offers.all()]
    waiting = [by for state, by in stand if state == OfferState.SENT]
    answers = sorted(package.capacity_answers.all(), key=lambda one: one.pk)
    today = london_day(now)
    return WorkLine(
        package=package,
        waiting=len(waiting),
        accepted=sum(state == OfferState.ACCEPTED for state, _ in stand),
        expired=sum(state == EXPIRED for state, _ in stand),
        answer_by=min(waiting, default=None),
        variation_waits=any(one.state == VariationState.ASKED for one in package.variations.all()),
        is_suspended=any(
            one.starts_on <= today and (one.ends_on is None or one.ends_on >= today)
            for one in package.suspensions.all()
        ),
        in_house=answers[-1].is_possible if answers else None,
    )


def packages_of(actor: Actor, person: Person) -> list[Package]:
    """The packages of a person, the newest first. `person` comes from `person_for`, which audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_PACKAGES, person.service_id)
    rows = Package.objects.filter(person_id__in=person_ids_of(person))
    return list(rows.select_related("contract__provider__organisation").prefetch_related("visits").order_by("-id"))


def package_for(actor: Actor, package_id: int, now: datetime) -> PackageView:
    """One package as a whole; the opening of the person's record is checked and audited.

    Raises: NotAllowedError; NoRelationshipError; NotFoundError.
    """
    require(actor, Permission.ASK_PACKAGES)
    package = (
        Package.objects.filter(service_id__in=actor.service_ids, pk=package_id)
        .select_related("person", "service", "contract__provider__organisation", "pool_line__pool")
        .prefetch_related("visits", "suspensions", "variations", "capacity_answers", "events", "shares")
        .first()
    )
    if package is None:
        raise NotFoundError("There is no such package in your service.")
    person_for(actor, package.person_id, now, Sight.VISIT)
    offers = package.offers.select_related("contract__provider__organisation").order_by("-id")
    return PackageView(
        package=package,
        offers=tuple(offers) if actor.may(Permission.COMMISSION) else (),
        hours=_hours(package, london_day(now)),
        weekly_minutes=minutes_of_days(package.weekly(), _week_of(package, now)),
        weekly_pence=_weekly_pence(package, now),
        council_percent=share_on(package, max(london_day(now), package.starts_on)),
    )


def share_on(package: Package, day: date) -> int:
    """The council's share of a package on a day, in per cent."""
    shares = sorted(package.shares.all(), key=lambda one: one.starts_on)
    holding = [one for one in shares if one.starts_on <= day] or shares[:1]
    return holding[-1].council_percent if holding else 100


def suspended_days(package: Package, first: date, last: date) -> set[date]:
    """The days between two on which a package was suspended."""
    return {
        day
        for one in package.suspensions.all()
        for day in days_from(max(first, one.starts_on), last if one.ends_on is None else min(one.ends_on, last))
    }


def _week_of(package: Package, now: datetime) -> list[date]:
    begins = max(package.starts_on, london_day(now)) if package.state not in PACKAGE_IS_OVER else package.starts_on
    monday = begins + timedelta(days=-begins.weekday() % 7)
    return days_from(monday, monday + timedelta(days=6))


def _weekly_pence(package: Package, now: datetime) -> int | None:
    if package.contract is None:
        return None
    try:
        return sum(
            cost_of_days(package.contract.terms(), package.kind, package.weekly(), _week_of(package, now)).values()
        )
    except NoPriceError:
        return None


def _hours(package: Package, today: date) -> tuple[PackageHours, ...]:
    """Planned against delivered, by week, the newest first."""
    if package.started_on is None or package.contract is None:
        return ()
    last = min(today, package.ended_on or today)
    first = max(package.started_on, last - timedelta(days=last.weekday(), weeks=SHOWN_WEEKS - 1))
    delivered = delivered_minutes(package, first, last)
    without = suspended_days(package, first, last)
    weeks = []
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        days = days_from(max(monday, first), min(monday + timedelta(days=6), last))
        try:
            pence = sum(cost_of_days(package.contract.terms(), package.kind, package.weekly(), days, without).values())
        except NoPriceError:
            pence = None
        weeks.append(
            PackageHours(
                monday, minutes_of_days(package.weekly(), days, without), sum(delivered.get(day, 0) for day in days),
                pence,
            )
        )  # fmt: skip
        monday += timedelta(days=7)
    return tuple(reversed(weeks))


def delivered_minutes(package: Package, first: date, last: date) -> dict[date, int]:
    """Minutes that the provider's workers were with the person on each day, each worker's counted."""
    rows = Assignment.objects.filter(
        visit__person_id=package.person_id, visit__day__gte=first, visit__day__lte=last, state=AssignmentState.LEFT,
        worker__organisation_id=package.contract.provider.organisation_id,
    )  # fmt: skip
    found: dict[date, int] = {}
    for day, starts, ends, arrived, left in rows.values_list(
        "visit__day", "starts_at", "ends_at", "arrived_at", "left_at"
    ):
        found[day] = found.get(day, 0) + minutes_between(arrived or starts, left or ends)
    return found


def visits_from_plan(actor: Actor, person: Person, today: date) -> tuple[NewVisit, ...]:
    """The visits that a person's newest plans ask for, to ask a package with. `person` comes from `person_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_PACKAGES, person.service_id)
    rows = VisitPattern.objects.filter(plan__person=person, plan__episode__ended_at__isnull=True)
    rows = rows.exclude(ends_on__lt=today).order_by("opens_at", "id")
    return tuple(
        NewVisit(
            title=one.title, weekdays=one.weekdays, opens_at=one.opens_at, closes_at=one.closes_at,
            minutes=max(slot["minutes"] for slot in one.slots), workers=len(one.slots), skill=one.slots[0]["skill"],
            pattern_id=one.pk,
        )
        for one in rows
        if one.slots
    )  # fmt: skip


def ask_capacity(actor: Actor, package: Package, now: datetime) -> FreeAnswer:
    """Whether the team itself has room for a package's first week, by the plan of each day as it stands.

    `services.keep_capacity_answer` keeps the answer. Takes a few seconds of search.

    Raises: NotAllowedError.
    """
    require(actor, Permission.COMMISSION, package.service_id)
    begins = max(package.starts_on, london_day(now))
    wanted = [
        Wanted(
            day, one.opens_at, one.closes_at,
            ({"skill": one.skill, "minutes": one.minutes, "competences": []},) * one.workers, one.title,
            one.pattern_id,
        )
        for day in days_from(begins, begins + timedelta(days=LOOKED_AT_DAYS - 1))
        for one in package.visits.all()
        if str(day.isoweekday()) in one.weekdays
        and (one.ends_on is None or one.ends_on >= day)
        and wall_clock(day, one.closes_at) > now
    ]  # fmt: skip
    bought = Provider.objects.filter(service_id=package.service_id).exclude(kind=ProviderKind.IN_HOUSE)
    address = next(iter(current_addresses(package.person, begins)), None)
    return what_is_free(
        actor, package.service_id, package.person, address, wanted, now,
        not_of=set(bought.values_list("organisation_id", flat=True)),
    )  # fmt: skip


def offer_choices(actor: Actor, package: Package, now: datetime) -> list[OfferChoice]:
    """Every contract beside a package: those that said yes ranked first, then those that may be asked, then the rest.

    Raises: NotAllowedError.
    """
    require(actor, Permission.COMMISSION, package.service_id)
    rows = CareContract.objects.filter(provider__service_id=package.service_id)
    rows = rows.exclude(provider__kind=ProviderKind.IN_HOUSE).select_related("provider__organisation")
    contracts = list(rows.prefetch_related("rates").order_by("provider__organisation__name", "id"))
    offers: dict[int, Offer] = {}
    for offer in package.offers.select_related("contract__provider__organisation").order_by("id"):
        offers[offer.contract_id] = offer
    ranked = {
        one.key: one
        for one in rank(
            [
                Bid(offer.pk, offer.weekly_pence, offer.contract.provider.quality, offer.can_start_on)
                for offer in offers.values()
                if offer.state in (OfferState.ACCEPTED, OfferState.WON)
            ],
            package.starts_on,
        )
    }
    used = _used_minutes(contracts, london_day(now))
    choices = []
    for contract in contracts:
        offer = offers.get(contract.pk)
        why_not = package.why_not_by(contract)
        choices.append(
            OfferChoice(
                contract=contract,
                why_not=why_not,
                weekly_pence=None if why_not else package.weekly_pence(contract),
                free_minutes=None
                if contract.weekly_minutes is None
                else contract.weekly_minutes - used.get(contract.pk, 0),
                offer=offer,
                standing=standing(offer.state, offer.answer_by, now) if offer else "",
                ranked=ranked.get(offer.pk) if offer else None,
            )
        )
    order = {OfferState.WON: 0, OfferState.ACCEPTED: 1, OfferState.SENT: 2}
    return sorted(
        choices,
        key=lambda one: (
            order.get(one.standing, 3), one.ranked.place if one.ranked else 0, bool(one.why_not),
            one.weekly_pence or 0,
        ),
    )  # fmt: skip


def _used_minutes(contracts: Sequence[CareContract], today: date) -> dict[int, int]:
    """Minutes a week of each contract that packages under way, or agreed, take."""
    rows = Package.objects.filter(contract__in=contracts, state__in=(PackageState.AGREED, PackageState.STARTED))
    monday = today - timedelta(days=today.weekday())
    used: dict[int, int] = {}
    for package in rows.prefetch_related("visits"):
        week = days_from(max(monday, package.starts_on), max(monday, package.starts_on) + timedelta(days=6))
        used[package.contract_id] = used.get(package.contract_id, 0) + minutes_of_days(package.weekly(), week)
    return used


def offer_for(actor: Actor, offer_id: int) -> Offer:
    """One offer with its package and provider.

    Raises: NotAllowedError; NotFoundError.
    """
    require(actor, Permission.COMMISSION)
    rows = Offer.objects.filter(package__service_id__in=actor.service_ids, pk=offer_id)
    offer = rows.select_related("package__person", "contract__provider__organisation").first()
    if offer is None:
        raise NotFoundError("There is no such offer in your service.")
    return offer


def variation_for(actor: Actor, variation_id: int) -> Variation:
    """One change of a package, with it.

    Raises: NotAllowedError; NotFoundError.
    """
    require(actor, Permission.COMMISSION)
    rows = Variation.objects.filter(package__service_id__in=actor.service_ids, pk=variation_id)
    variation = rows.select_related("package__person").first()
    if variation is None:
        raise NotFoundError("There is no such change in your service.")
    return variation


def packages_between(
    actor: Actor, service_id: int, first: date, last: date, states: Collection[str] = (), **more
) -> list[Package]:
    """The packages that ran, or will run, on any day between two, with what their cost is made of.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_SPENDING, service_id)
    rows = Package.objects.filter(service_id=service_id, contract__isnull=False, **more)
    rows = rows.filter(state__in=states or (PackageState.AGREED, PackageState.STARTED, PackageState.ENDED))
    rows = rows.exclude(ended_on__lt=first).exclude(started_on__gt=last)
    return list(
        rows.select_related("contract__provider").prefetch_related("visits", "suspensions", "shares", "contract__rates")
    )
