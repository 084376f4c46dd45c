"""Addresses of the delays of a week, under /coming-home/delays/."""

from django.urls import path

from homeward.web.delays import views

app_name = "delays"
urlpatterns = [
    path("", views.week, name="week"),
    path("file", views.week_file, name="file"),
]
