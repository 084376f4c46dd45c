"""Addresses of the procedures."""

from django.urls import path

from homeward.web.procedures import views

app_name = "procedures"
urlpatterns = [
    path("", views.list_pathways, name="list"),
    path("<slug:code>", views.pathway, name="pathway"),
    path("<slug:code>/<int:version>", views.version, name="version"),
]
