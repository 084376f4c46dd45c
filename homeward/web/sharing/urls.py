"""Addresses of what the person shares: one for staff, and one that whoever has a link opens."""

from django.urls import path

from homeward.web.sharing import opening, views

app_name = "sharing"
urlpatterns = [
    path("people/<int:person_id>/share", views.links, name="links"),
    path("people/<int:person_id>/share/new", views.new, name="new"),
    path("people/<int:person_id>/share/<int:link_id>/take-back", views.take_back, name="take_back"),
    path("shared/<str:token>", opening.shared, name="shared"),
    path("shared/<str:token>/code", opening.code, name="code"),
]
