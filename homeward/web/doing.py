"""Doing what a button asks, and saying how it went on the page that comes next."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from homeward.kernel.rules import RefusedError


def try_to(request: HttpRequest, done: str, service: Callable[[], object]) -> bool:
    """Call the service, and tell the reader `done`, or why it was refused; gives whether it was done."""
    try:
        service()
    except RefusedError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True
