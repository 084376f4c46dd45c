"""Addresses of the FHIR door, under /fhir/."""

from django.urls import path

from homeward.api.fhir import views
from homeward.api.fhir.importing import views as records
from homeward.api.fhir.rest import views as rest

app_name = "fhir"
urlpatterns = [
    path("", records.take_record, name="take_record"),
    path("$process-message", views.process_message, name="process_message"),
    path("metadata", views.metadata, name="metadata"),
    path("Patient/<str:identifier>/$everything", rest.everything, name="everything"),
    path("<str:kind_name>/_search", rest.posted_search, name="posted_search"),
    path("<str:kind_name>/<str:identifier>", rest.one, name="one"),
    path("<str:kind_name>", rest.of_type, name="of_type"),
]
