"""Addresses of chasing rounds."""

from django.urls import path

from homeward.web.rounds import views

app_name = "rounds"
urlpatterns = [
    path("", views.rounds, name="list"),
    path("asked", views.asked, name="asked"),
    path("asked/live", views.live_asked, name="live_asked"),
    path("asked/<int:ask_id>", views.ask, name="ask"),
    path("asked/<int:ask_id>/<slug:kind>", views.answer, name="answer"),
    path("times", views.times, name="times"),
    path("<int:round_id>", views.sheet, name="sheet"),
    path("<int:round_id>/live", views.live_sheet, name="live_sheet"),
]
