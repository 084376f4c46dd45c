"""Addresses of group clinics."""

from django.urls import path

from homeward.web.clinics import booking, missing, running, views

app_name = "clinics"
urlpatterns = [
    path("", views.clinics, name="list"),
    path("new", running.new, name="new"),
    path("missed", missing.missed, name="missed"),
    path("transport", views.transport, name="transport"),
    path("<int:clinic_id>", views.clinic, name="clinic"),
    path("<int:clinic_id>/change", running.change, name="change"),
    path("<int:clinic_id>/close", running.close, name="close"),
    path("<int:clinic_id>/candidates", booking.candidates, name="candidates"),
    path("<int:clinic_id>/book/<int:person_id>", booking.ask, name="book"),
    path("<int:clinic_id>/decline/<int:person_id>", booking.decline, name="decline"),
    path("bookings/<int:booking_id>", booking.booked, name="booking"),
    path("bookings/<int:booking_id>/end", booking.end, name="end"),
    path("sessions/<int:session_id>", views.session, name="session"),
    path("sessions/<int:session_id>/move", running.move, name="move"),
    path("sessions/<int:session_id>/cancel", running.cancel, name="cancel"),
    path("sessions/<int:session_id>/nurse", running.nurse, name="nurse"),
    path("places/<int:place_id>/coming", views.coming, name="coming"),
    path("places/<int:place_id>/transport", views.place_transport, name="place_transport"),
    path("places/<int:place_id>/arranged", views.arranged, name="arranged"),
    path("places/<int:place_id>/see-to", missing.see_to, name="see_to"),
    path("places/<int:place_id>/release", booking.release, name="release"),
]
