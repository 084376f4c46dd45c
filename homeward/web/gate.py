"""The gate in front of every page: signed in, allowed, and refused in words."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from homeward.access.rules import NotAllowedError, Permission, require
from homeward.people.selectors import NoRelationshipError, RecordRestrictedError
from homeward.web.restricted import answer_restricted

# Pages that anyone may open, signed in or not: the architecture tests know no others.
OPEN_PAGES: set[str] = set()


def page(permission: Permission, *, reads: bool = False) -> Callable:
    """Open this page only to somebody signed in with the permission.

    Somebody not signed in is sent to sign in; a live part of a page then reloads the whole page instead. What is sent
    to a page is taken for a change, which a restricted record refuses, but where it says that it only `reads`.
    """

    def wrap(view: Callable) -> Callable:
        @wraps(view)
        def gated(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if request.actor is None:
                if request.headers.get("HX-Request"):
                    return HttpResponse(status=204, headers={"HX-Refresh": "true"})
                return redirect_to_login(request.get_full_path())
            try:
                require(request.actor, permission)
                request.actor = replace(request.actor, is_changing=request.method == "POST" and not reads)
                return view(request, *args, **kwargs)
            except RecordRestrictedError as error:
                return answer_restricted(request, error, lambda: view(request, *args, **kwargs))
            except NoRelationshipError as error:
                told = {
                    "why": str(error),
                    "person_id": error.person_id,
                    "may_break_glass": request.actor.may(Permission.BREAK_GLASS),
                }
                return render(request, "errors/no_relationship.jinja", told, status=403)
            except NotAllowedError as error:
                return render(request, "errors/not_allowed.jinja", {"why": str(error)}, status=403)

        gated.permission = permission
        return gated

    return wrap


def open_page(view: Callable) -> Callable:
    """Open this page to anyone: signing in, and what says that something went wrong."""
    OPEN_PAGES.add(f"{view.__module__}.{view.__name__}")
    view.is_open = True
    return view
