"""Doing what a button asks, and saying how it went on the page that comes next."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from homeward.kernel.rules import RefusedError


def try_to(request: HttpRequest, done: str, service: Callable[[], object]) -> None:
    """Call the service, and tell the reader `done`, or why it was refused."""
    try:
        service()
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
