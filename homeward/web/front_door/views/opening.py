"""What every page of one referral begins with: opening it, and saying why something was refused."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from homeward.kernel.rules import RefusedError
from homeward.referrals.selectors import ReferralNotFoundError, referral_for
from homeward.referrals.states import ReferralAlreadyDecidedError


def opened(request: HttpRequest, referral_id: int):
    """The referral, with the opening audited.

    Raises: Http404.
    """
    try:
        return referral_for(request.actor, referral_id, timezone.now())
    except ReferralNotFoundError as error:
        raise Http404 from error


def refused(request: HttpRequest, referral_id: int, error: RefusedError) -> HttpResponse:
    """Say why not; where somebody else decided first, the page that follows shows who."""
    told = str(error)
    if isinstance(error, ReferralAlreadyDecidedError):
        told = f"Nothing was changed. {told}"
    messages.error(request, told)
    return redirect("front_door:referral", referral_id)
