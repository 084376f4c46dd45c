"""Addresses of the pages."""

from django.urls import include, path

from homeward.web.commissioning.views import offering
from homeward.web.delegation import passports
from homeward.web.front_door.views import professional
from homeward.web.signing_in import views as signing_in
from homeward.web.surveys import answering

urlpatterns = [
    path("", signing_in.home, name="home"),
    path("sign-in", signing_in.sign_in, name="sign_in"),
    path("sign-out", signing_in.sign_out, name="sign_out"),
    path("refer", professional.refer, name="refer"),
    path("refer/follow", professional.follow, name="follow"),
    path("today/", include("homeward.web.today.urls")),
    path("front-door/", include("homeward.web.front_door.urls")),
    path("coming-home/", include("homeward.web.coming_home.urls")),
    path("responding/", include("homeward.web.responding.urls")),
    path("concerns/", include("homeward.web.concerns.urls")),
    path("supervision/", include("homeward.web.supervision.urls")),
    path("cover/", include("homeward.web.cover.urls")),
    path("delegation/", include("homeward.web.delegation.urls")),
    path("verify/<str:code>", passports.check, name="verify"),
    path("roster/", include("homeward.web.roster.urls")),
    path("my-rota/", include("homeward.web.roster.my_urls")),
    path("hours/", include("homeward.web.hours.urls")),
    path("", include("homeward.web.sharing.urls")),
    path("people/", include("homeward.web.people.urls")),
    path("people/<int:person_id>/documents/", include("homeward.web.documents.urls")),
    path("plans/", include("homeward.web.plans.urls")),
    path("privacy/", include("homeward.web.privacy.urls")),
    path("notices/", include("homeward.web.notices.urls")),
    path("rounds/", include("homeward.web.rounds.urls")),
    path("huddle/", include("homeward.web.huddle.urls")),
    path("worth/", include("homeward.web.worth.urls")),
    path("beds/", include("homeward.web.beds.urls")),
    path("clinics/", include("homeward.web.clinics.urls")),
    path("equipment/", include("homeward.web.equipment.urls")),
    path("start-of-care/", include("homeward.web.start_of_care.urls")),
    path("coming-home/ward-lists/", include("homeward.web.ward_lists.urls")),
    path("coming-home/delays/", include("homeward.web.delays.urls")),
    path("commissioning/", include("homeward.web.commissioning.urls")),
    path("results/", include("homeward.web.results.urls")),
    path("evidence/", include("homeward.web.evidence.urls")),
    path("offers/<str:token>", offering.portal, name="offer"),
    path("survey/<str:token>", answering.answer, name="survey"),
    path("surveys/", include("homeward.web.surveys.urls")),
    path("joining/", include("homeward.web.joining.urls")),
    path("episodes/", include("homeward.web.episodes.urls")),
    path("forms/", include("homeward.web.forms.urls")),
    path("procedures/", include("homeward.web.procedures.urls")),
]
