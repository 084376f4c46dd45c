"""Live pages: a page asks every few seconds whether anything it shows has changed, and swaps in its new part if so.

A page that is up to date costs one small query and an empty answer. Without JavaScript nothing asks, and the page says
when it was made.
"""

from django.http import HttpRequest, HttpResponse

from homeward.kernel.rules import whole_number
from homeward.kernel.selectors import latest_change


def seen(topics: tuple[str, ...]) -> int:
    """The number of the newest change a page made now takes in; put it in the page's next question."""
    return latest_change(topics)


def unchanged(request: HttpRequest, topics: tuple[str, ...]) -> HttpResponse | None:
    """An empty answer when nothing under `topics` is newer than the page that asks (`?seen=`), else None."""
    told = whole_number(request.GET.get("seen", ""))
    if told is not None and told >= latest_change(topics):
        return HttpResponse(status=204)
    return None
