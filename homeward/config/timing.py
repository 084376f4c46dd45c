"""What each answer cost the server, for measuring: on only where HOMEWARD_TIMING is 1."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class TimingMiddleware:
    """Says in `Server-Timing` how many CPU milliseconds the thread that answered spent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.thread_time()
        response = self.get_response(request)
        response["Server-Timing"] = f"cpu;dur={(time.thread_time() - began) * 1000:.1f}"
        return response
