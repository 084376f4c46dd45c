"""Providers and contracts."""

from homeward.access.rules import Actor, Permission, require
from homeward.commissioning.models import CareContract, Provider
from homeward.commissioning.selectors.packages import NotFoundError


def providers(actor: Actor, service_id: int) -> list[Provider]:
    """The providers of a service by name, those in use first, with their contracts.

    Raises: NotAllowedError.
    """
    require(actor, Permission.COMMISSION, service_id)
    rows = Provider.objects.filter(service_id=service_id).select_related("organisation")
    return list(rows.prefetch_related("contracts__packages").order_by("-is_active", "organisation__name"))


def provider_for(actor: Actor, provider_id: int) -> Provider:
    """One provider with its contracts and their rates.

    Raises: NotAllowedError; NotFoundError.
    """
    require(actor, Permission.COMMISSION)
    rows = Provider.objects.filter(service_id__in=actor.service_ids, pk=provider_id)
    provider = rows.select_related("organisation", "service").prefetch_related("contracts__rates").first()
    if provider is None:
        raise NotFoundError("There is no such provider in your service.")
    return provider


def contracts(actor: Actor, service_id: int) -> list[CareContract]:
    """Every contract of a service, with its provider and rates.

    Raises: NotAllowedError.
    """
    require(actor, Permission.COMMISSION, service_id)
    rows = CareContract.objects.filter(provider__service_id=service_id).select_related("provider__organisation")
    return list(rows.prefetch_related("rates").order_by("provider__organisation__name", "-starts_on"))


def contract_for(actor: Actor, contract_id: int) -> CareContract:
    """One contract with its provider and rates.

    Raises: NotAllowedError; NotFoundError.
    """
    require(actor, Permission.COMMISSION)
    rows = CareContract.objects.filter(provider__service_id__in=actor.service_ids, pk=contract_id)
    rows = rows.select_related("provider__organisation", "provider__service").prefetch_related("rates")
    contract = rows.first()
    if contract is None:
        raise NotFoundError("There is no such contract in your service.")
    return contract
