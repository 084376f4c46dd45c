"""Offering a package to providers, their answers, and the choice."""

import secrets
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.commissioning.models import CareContract, Offer, Package
from homeward.commissioning.rules.offers import EXPIRED, standing
from homeward.commissioning.services.changing import _locked, _move, _tell, _words
from homeward.commissioning.states import OfferState, PackageState
from homeward.kernel.rules import LONDON, RefusedError, london_day, token_hash
from homeward.notices.services import send_text

SALT = "homeward.commissioning.offer"
TOKEN_BYTES = 18
# How long a chosen provider's link still opens, and says who it is for: to begin, and no longer. Local decision
OPENS_AFTER_CHOICE = timedelta(days=14)
LONGEST_NAME = 120
LONGEST_LINE = 160  # of an email's one line


class OfferEndedError(RefusedError):
    """The link opens nothing: it expired, was taken back, or never was. Which of these is not said."""


@transaction.atomic
def send_offers(
    *, actor: Actor, package: Package, contracts: Collection[CareContract], answer_by: datetime, why_not_in_house: str,
    now: datetime, link_for: Callable[[str], str] | None = None,
) -> list[tuple[Offer, str]]:  # fmt: skip
    """Offer a package under these contracts, to be answered by a time; gives each offer and its link's token.

    A token is kept nowhere: hand it over now. Where the provider has an email and `link_for` makes an address of a
    token, it is sent there too.

    Raises: NotAllowedError; PackageCannotMoveError; RefusedError before the plan of the day was asked, without a reason
    where there is room in house, or where a contract does not suit.
    """
    require(actor, Permission.COMMISSION, package.service_id)
    package = _locked(package)
    if not contracts:
        raise RefusedError("Choose at least one provider.")
    if answer_by <= now:
        raise RefusedError("The time to answer by is over. Choose a later one.")
    newest = package.capacity_answers.order_by("-id").first()
    if newest is None:
        raise RefusedError("Ask first whether there is room in house.")
    if newest.is_possible:
        _words(why_not_in_house, "There is room in house. Say why it is offered to providers all the same.")
    sent = []
    for contract in contracts:
        if contract.provider.service_id != package.service_id:
            raise RefusedError("This contract is of another service.")
        if Offer.objects.filter(
            package=package, contract=contract, state__in=(OfferState.SENT, OfferState.ACCEPTED), answer_by__gt=now
        ).exists():
            raise RefusedError(f"{contract.provider} has an open offer of this package already.")
        if why_not := package.why_not_by(contract):
            raise RefusedError(f"{contract.provider} cannot be asked: {why_not}.")
        _close_expired(package, contract, now)
        token = Signer(salt=SALT, sep="~").sign(secrets.token_urlsafe(TOKEN_BYTES))
        offer = Offer.objects.create(
            package=package, contract=contract, token_hash=token_hash(token), sent_at=now, sent_by=actor.name,
            answer_by=answer_by, weekly_pence=package.weekly_pence(contract),
        )  # fmt: skip
        sent.append((offer, token))
        if contract.provider.email and link_for is not None:
            line = f"Care is offered in {package.area}, answer by {answer_by.astimezone(LONDON):%d/%m %H:%M}: "
            if len(line + link_for(token)) <= LONGEST_LINE:
                send_text(
                    actor=actor, service_id=package.service_id, channel="email", address=contract.provider.email,
                    kind="offer of care", title=line + link_for(token), once_key=f"offer {offer.pk}", now=now,
                )  # fmt: skip
    if package.state == PackageState.ASKED:
        _move(package, PackageState.OFFERED)
    names = ", ".join(str(contract.provider) for contract in contracts)
    why = f" Not in house: {why_not_in_house.strip()}" if why_not_in_house.strip() else ""
    _tell(actor, package, "offered", "send offers", now, f"To {names}.{why}")
    return sent


@transaction.atomic
def withdraw_offer(*, actor: Actor, offer: Offer, reason: str, now: datetime) -> Offer:
    """Take back an offer that nobody was chosen from; its link opens nothing any more.

    Raises: NotAllowedError; RefusedError where it is over, or without a reason.
    """
    require(actor, Permission.COMMISSION, offer.package.service_id)
    package = _locked(offer.package)
    offer = (
        Offer.objects.select_for_update(of=("self",))
        .select_related("contract__provider__organisation")
        .get(pk=offer.pk)
    )
    if offer.state not in (OfferState.SENT, OfferState.ACCEPTED):
        raise RefusedError("This offer is over already.")
    said = _words(reason, "Say why the offer is taken back.")
    _decide(actor, offer, OfferState.WITHDRAWN, said, now)
    _tell(actor, package, "offer_withdrawn", "withdraw offer", now, f"{offer.contract.provider}. {said}")
    return offer


@transaction.atomic
def open_offer(*, token: str, now: datetime) -> Offer:
    """The offer that a link opens, counted and audited as opened by whoever has the link.

    Only one that was chosen may be shown with who it is for.

    Raises: OfferEndedError.
    """
    offer = _by_token(token)
    if standing(offer.state, offer.answer_by, now) in (EXPIRED, OfferState.WITHDRAWN, OfferState.LOST):
        raise OfferEndedError("This link has ended.")
    if offer.state == OfferState.WON and offer.decided_at + OPENS_AFTER_CHOICE < now:
        raise OfferEndedError("This link has ended.")
    Offer.objects.filter(pk=offer.pk).update(opened=offer.opened + 1)
    is_named = offer.state == OfferState.WON
    said = "Opened, with who it is for" if is_named else "Opened"
    _tell(_provider_of(offer), offer.package, "offer_opened", "open offer link", now, said)
    return offer


@transaction.atomic
def answer_offer(
    *, token: str, can_take: bool, name: str, can_start_on: date | None, text: str, now: datetime
) -> Offer:
    """Answer an offer by its link: take it from a day on, or not. An answer may be changed until somebody decides.

    Raises: OfferEndedError; RefusedError without a name, a reason for no, or a day to start that can be.
    """
    offer = _by_token(token)
    package = _locked(offer.package)
    offer = (
        Offer.objects.select_for_update(of=("self",))
        .select_related("contract__provider__organisation")
        .get(pk=offer.pk)
    )
    if offer.answer_by <= now or offer.state not in (OfferState.SENT, OfferState.ACCEPTED, OfferState.DECLINED):
        raise OfferEndedError("This offer has ended. Call the team if you can still help.")
    who = " ".join(name.split())
    if not who or len(who) > LONGEST_NAME:
        raise RefusedError("Enter your name.")
    if can_take:
        if can_start_on is None or can_start_on < london_day(now):
            raise RefusedError("Enter the first day on which you can start.")
        if (can_start_on - london_day(now)).days > 366:
            raise RefusedError("Enter a day within a year.")
        offer.state, offer.can_start_on = OfferState.ACCEPTED, can_start_on
    else:
        _words(text, "Say why you cannot take it: it helps us ask for what can be done.")
        offer.state, offer.can_start_on = OfferState.DECLINED, None
    offer.answered_at, offer.answered_by, offer.answer_text = now, who, text.strip()[:2000]
    offer.save(update_fields=["state", "can_start_on", "answered_at", "answered_by", "answer_text"])
    kind = "offer_accepted" if can_take else "offer_declined"
    _tell(_provider_of(offer), package, kind, "answer offer", now, f"{offer.contract.provider}: {who}")
    return offer


@transaction.atomic
def choose_offer(*, actor: Actor, offer: Offer, reason: str, now: datetime) -> Offer:
    """Choose the provider of a package among those who can take it; the other offers are over. Only one can be chosen.

    Raises: NotAllowedError; PackageCannotMoveError, also when somebody else chose meanwhile; RefusedError where they
    did not say they can take it, or without a reason.
    """
    require(actor, Permission.COMMISSION, offer.package.service_id)
    package = _locked(offer.package)
    offer = (
        Offer.objects.select_for_update(of=("self",))
        .select_related("contract__provider__organisation")
        .get(pk=offer.pk)
    )
    said = _words(reason, "Say why this provider is chosen.")
    if offer.state != OfferState.ACCEPTED:
        raise RefusedError("This provider has not said that they can take it.")
    package.contract = offer.contract
    _move(package, PackageState.AGREED, "contract")
    _decide(actor, offer, OfferState.WON, said, now)
    others = Offer.objects.filter(package=package, state__in=(OfferState.SENT, OfferState.ACCEPTED))
    others.update(
        state=OfferState.LOST, decided_at=now, decided_by=actor.name, decision_reason="Another provider was chosen"
    )
    _tell(actor, package, "chosen", "choose offer", now, f"{offer.contract.provider}. {said}")
    return offer


@transaction.atomic
def let_provider_go(*, actor: Actor, package: Package, reason: str, now: datetime) -> Package:
    """Undo the choice of a provider who could not begin after all; the package is asked for again.

    Raises: NotAllowedError; PackageCannotMoveError; RefusedError without a reason.
    """
    require(actor, Permission.COMMISSION, package.service_id)
    package = _locked(package)
    said = _words(reason, "Say why this provider does not begin.")
    provider = package.contract.provider if package.contract else ""
    package.contract = None
    _move(package, PackageState.ASKED, "contract")
    for offer in Offer.objects.select_for_update().filter(package=package, state=OfferState.WON):
        _decide(actor, offer, OfferState.WITHDRAWN, said, now)
    _tell(actor, package, "let_go", "let provider go", now, f"{provider}. {said}")
    return package


def _by_token(token: str) -> Offer:
    try:
        Signer(salt=SALT, sep="~").unsign(token)
    except BadSignature as error:
        raise OfferEndedError("This link has ended.") from error
    rows = Offer.objects.select_related("package__person", "package__service", "contract__provider__organisation")
    offer = rows.filter(token_hash=token_hash(token)).first()
    if offer is None:
        raise OfferEndedError("This link has ended.")
    return offer


def _close_expired(package: Package, contract: CareContract, now: datetime) -> None:
    """An offer whose time went by makes room for the next to the same provider."""
    gone = Offer.objects.filter(
        package=package, contract=contract, state__in=(OfferState.SENT, OfferState.ACCEPTED), answer_by__lte=now
    )
    gone.update(
        state=OfferState.WITHDRAWN, decided_at=now, decided_by="Homeward",
        decision_reason="Its time went by, and it was offered again",
    )  # fmt: skip


def _provider_of(offer: Offer) -> Actor:
    """Whoever has the link, as history and the audit trail name them."""
    return Actor.system(f"Offer link of {offer.contract.provider}", offer.package.service_id)


def _decide(actor: Actor, offer: Offer, state: OfferState, reason: str, now: datetime) -> None:
    offer.state, offer.decided_at, offer.decided_by, offer.decision_reason = state, now, actor.name, reason
    offer.save(update_fields=["state", "decided_at", "decided_by", "decision_reason"])
