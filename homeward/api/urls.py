"""Addresses for messages of other kinds than BaRS, under /api/."""

from django.urls import path

from homeward.api import views
from homeward.api.hospital import views as hospital
from homeward.api.telecare import device_message

app_name = "api"
urlpatterns = [
    path("itk/111", views.nhs_111_report, name="nhs_111_report"),
    path("telecare/messages", device_message, name="device_message"),
    path("referrals/messages", views.referral_message, name="referral_message"),
    path("stays/messages", hospital.stay_payload, name="stay_payload"),
    path("stays/ward-list", hospital.ward_list, name="ward_list"),
]
