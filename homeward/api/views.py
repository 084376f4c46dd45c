"""The doors for messages of other kinds than BaRS."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from homeward.api.door import take_in
from homeward.api.kinds import read_111, read_any


@csrf_exempt
@never_cache
def nhs_111_report(request: HttpRequest) -> HttpResponse:
    """Take in one NHS 111 report: an ITK CDA document, or the message the national adaptor makes of it."""
    return take_in(request, read_111)


@csrf_exempt
@never_cache
def referral_message(request: HttpRequest) -> HttpResponse:
    """Take in one message of any kind; its content says which."""
    return take_in(request, read_any)
