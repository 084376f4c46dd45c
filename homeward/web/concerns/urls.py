"""Addresses of concerns."""

from django.urls import path

from homeward.web.concerns import views

app_name = "concerns"
urlpatterns = [
    path("", views.concerns, name="list"),
    path("keeper.js", views.keeper, name="keeper"),
    path("without-signal", views.without_signal, name="without_signal"),
    path("live", views.live_concerns, name="live"),
    path("visits/<int:visit_id>/raise", views.raise_at_visit, name="raise_at_visit"),
    path("people/<int:person_id>/raise", views.raise_about, name="raise_about"),
    path("<int:concern_id>", views.concern, name="concern"),
    path("<int:concern_id>/<slug:act>", views.act, name="act"),
]
