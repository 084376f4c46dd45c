"""Changing a package that is under way, and stopping it for a while."""

from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.commissioning.models import FundingShare, Package, Suspension, Variation
from homeward.commissioning.services.changing import _locked, _tell, _words
from homeward.commissioning.services.packages import NewVisit, add_visits_of, check_percent, check_visits
from homeward.commissioning.states import PackageState, SuspensionReason, VariationState
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.people.selectors import person_ids_of


@transaction.atomic
def ask_variation(
    *, actor: Actor, package: Package, from_day: date, visits: tuple[NewVisit, ...], council_percent: int | None,
    reason: str, now: datetime,
) -> Variation:  # fmt: skip
    """Ask that a package under way be other visits, or paid otherwise, from a day on; somebody else approves it.

    Raises: NotAllowedError; RefusedError where it is not under way, one waits already, or it asks for what cannot be.
    """
    require(actor, Permission.ASK_PACKAGES, package.service_id)
    package = _locked(package)
    if package.state != PackageState.STARTED:
        raise RefusedError("Only a package that is under way is varied. Withdraw this one and ask again.")
    if package.variations.filter(state=VariationState.ASKED).exists():
        raise RefusedError("A change of this package waits for approval. Decide on that one first.")
    if from_day < package.started_on:
        raise RefusedError("The package had not begun on this day. Choose a later one.")
    check_visits(visits)
    if council_percent is not None:
        check_percent(council_percent)
    variation = Variation.objects.create(
        package=package, from_day=from_day, visits=[asdict(one) for one in visits], council_percent=council_percent,
        reason=_words(reason, "Say why the package should change."), asked_at=now, asked_by=actor.name,
        asked_by_account=actor.account_id,
    )  # fmt: skip
    _tell(actor, package, "variation_asked", "ask variation", now, variation.reason)
    return variation


@transaction.atomic
def decide_variation(*, actor: Actor, variation: Variation, approve: bool, text: str, now: datetime) -> Variation:
    """Approve or refuse a change of a package. Approved, it holds from its day on: what was before stays as it was.

    Raises: NotAllowedError, also to whoever asked for it; RefusedError where it was decided, or refused without words.
    """
    require(actor, Permission.COMMISSION, variation.package.service_id)
    package = _locked(variation.package)
    variation = Variation.objects.select_for_update().get(pk=variation.pk)
    if variation.state != VariationState.ASKED:
        raise RefusedError("This was decided already.")
    if actor.account_id is not None and actor.account_id == variation.asked_by_account:
        raise NotAllowedError("You asked for this change. Somebody else must approve it.")
    if approve and package.state != PackageState.STARTED:
        raise RefusedError("The package is not under way any more. Refuse the change.")
    if not approve:
        _words(text, "Say why it is refused.")
    variation.state = VariationState.APPROVED if approve else VariationState.REFUSED
    variation.decided_at, variation.decided_by, variation.decision_text = now, actor.name, text.strip()
    variation.save(update_fields=["state", "decided_at", "decided_by", "decision_text"])
    if approve:
        day_before = variation.from_day - timedelta(days=1)
        # what had not begun by then never does
        package.visits.filter(starts_on__gte=variation.from_day).delete()
        package.visits.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=variation.from_day)).update(ends_on=day_before)
        add_visits_of(package, tuple(NewVisit(**one) for one in variation.visits), variation.from_day)
        if variation.council_percent is not None:
            FundingShare.objects.update_or_create(
                package=package, starts_on=variation.from_day,
                defaults={"council_percent": variation.council_percent},
            )  # fmt: skip
    kind = "variation_approved" if approve else "variation_refused"
    _tell(actor, package, kind, "decide variation", now, text.strip())
    return variation


@transaction.atomic
def suspend_packages(
    *, actor: Actor, person: Person, from_day: date, now: datetime, reason: str = SuspensionReason.HOSPITAL
) -> int:
    """Suspend every package of a person that is under way, from a day on until they are resumed; gives how many.

    A package that is suspended already, or has not begun by then, is left as it is: calling it twice changes nothing.

    Raises: NotAllowedError; RefusedError where the reason is none.
    """
    require(actor, Permission.ASK_PACKAGES, person.service_id)
    if reason not in SuspensionReason.values:
        raise RefusedError("Choose why the package is suspended.")
    count = 0
    for package in _under_way(person):
        latest = package.suspensions.order_by("-starts_on", "-id").first()
        if latest is not None and (latest.ends_on is None or latest.ends_on >= from_day):
            continue
        begins = max(from_day, package.started_on)
        Suspension.objects.create(package=package, reason=reason, starts_on=begins, set_at=now, set_by=actor.name)
        said = f"{SuspensionReason(reason).label}, from {begins:%d/%m/%Y}"
        _tell(actor, package, "suspended", "suspend package", now, said)
        count += 1
    return count


@transaction.atomic
def resume_packages(*, actor: Actor, person: Person, first_day: date, now: datetime) -> int:
    """Resume every suspended package of a person: `first_day` is the first with care again; gives how many.

    A suspension that would have no day left is taken away; the package's history tells of it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_PACKAGES, person.service_id)
    count = 0
    for package in _under_way(person):
        for one in package.suspensions.filter(ends_on__isnull=True):
            if first_day <= one.starts_on:
                one.delete()
            else:
                one.ends_on = first_day - timedelta(days=1)
                one.resumed_at, one.resumed_by = now, actor.name
                one.save(update_fields=["ends_on", "resumed_at", "resumed_by"])
            _tell(actor, package, "resumed", "resume package", now, f"From {first_day:%d/%m/%Y}")
            count += 1
    return count


def _under_way(person: Person) -> list[Package]:
    rows = Package.objects.filter(person_id__in=person_ids_of(person), state=PackageState.STARTED)
    return list(rows.select_for_update(of=("self",)).order_by("id"))
