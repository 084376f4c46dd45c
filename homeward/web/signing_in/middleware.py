"""Who is signed in, as the actor that services and selectors take."""

from homeward.teams.selectors import actor_for


class ActorMiddleware:
    """Gives each request `actor`: whoever is signed in, or None."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        request.actor = actor_for(request.user) if request.user.is_authenticated else None
        response = self.get_response(request)
        if request.actor is not None:
            # pages hold records: no shared computer or proxy may keep one
            response.headers.setdefault("Cache-Control", "no-store")
        return response
