"""Addresses of notices."""

from django.urls import path

from homeward.web.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="list"),
    path("count", views.count, name="count"),
    path("seen", views.seen, name="seen"),
    path("<int:notice_id>/open", views.open_notice, name="open"),
    path("settings", views.reach, name="reach"),
    path("who-is-told", views.who_is_told, name="who_is_told"),
]
