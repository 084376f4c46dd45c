"""Signing in and out."""

from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from homeward.access.rules import FICTITIOUS_PASSWORD, Permission, Role
from homeward.teams.selectors import fictitious_accounts
from homeward.web.gate import open_page

FIRST_SCREENS = {
    Role.FRONT_DOOR: "front_door:queue",
    Role.CRISIS_RESPONDER: "responding:board",
    Role.BED_LEAD: "beds:board",
    Role.COMMISSIONER: "commissioning:list",
    Role.PERFORMANCE_LEAD: "results:home",
}
# In the order somebody would want to land on them
SCREENS = (
    (Permission.SEE_TODAY, "today:day"),
    (Permission.SEE_FRONT_DOOR, "front_door:queue"),
    (Permission.SEE_PEOPLE, "people:search"),
    (Permission.SEE_PROCEDURES, "procedures:list"),
)


class _SignIn(auth_views.LoginView):
    template_name = "signing_in/sign_in.jinja"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "people": fictitious_accounts(), "password": FICTITIOUS_PASSWORD}


@open_page
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a user name and password."""
    return _SignIn.as_view()(request)


@open_page
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; a link that is only followed (GET) changes nothing."""
    if request.method != "POST":
        return redirect("home")
    return auth_views.LogoutView.as_view()(request)


@open_page
def home(request: HttpRequest) -> HttpResponse:
    """The first screen of whoever is signed in."""
    if request.actor is None:
        return redirect("sign_in")
    first = FIRST_SCREENS.get(request.actor.role)
    name = first or next((name for permission, name in SCREENS if request.actor.may(permission)), None)
    if name is None:
        return render(request, "errors/not_allowed.jinja", {"why": "Your role has no pages yet."}, status=403)
    return redirect(reverse(name))


def name_tried(request: HttpRequest, credentials: dict | None = None) -> str:
    """The user name that wrong passwords are counted under: capitals make no other account, so no other count."""
    return ((credentials or request.POST).get("username") or "").lower()


def locked_out(request: HttpRequest, credentials, *args, **kwargs) -> HttpResponse:
    """Too many wrong passwords: say so, and when to try again."""
    return render(request, "signing_in/locked_out.jinja", status=429)
