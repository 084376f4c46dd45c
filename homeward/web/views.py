"""What a page says when it cannot be shown. Nothing personal, and nothing of the request, is ever repeated."""

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)


def not_found(request: HttpRequest, exception=None) -> HttpResponse:
    """There is no such page, or none that this reader may know of."""
    return render(request, "errors/not_found.jinja", status=404)


def not_allowed(request: HttpRequest, exception=None) -> HttpResponse:
    """The reader's role does not include this page."""
    return render(request, "errors/not_allowed.jinja", status=403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came from somewhere else, or from a page older than the sign-in."""
    return render(request, "errors/form_expired.jinja", status=403)


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    """The request made no sense."""
    return render(request, "errors/went_wrong.jinja", status=400)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """A fault of ours. The log says where and of what kind, never with what: that may be somebody's record."""
    route = request.resolver_match.route if request.resolver_match else "an address that is not ours"
    kind = sys.exc_info()[0]
    logger.error("%s failed: %s", route, kind.__name__ if kind else "unknown")
    return render(request, "errors/went_wrong.jinja", status=500)
