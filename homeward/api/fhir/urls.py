"""Addresses of the FHIR door, under /fhir/."""

from django.urls import path

from homeward.api.fhir import views

app_name = "fhir"
urlpatterns = [
    path("$process-message", views.process_message, name="process_message"),
    path("metadata", views.metadata, name="metadata"),
]
