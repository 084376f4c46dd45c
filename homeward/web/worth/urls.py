"""Addresses of what sign-offs would be worth."""

from django.urls import path

from homeward.web.worth import views

app_name = "worth"
urlpatterns = [path("", views.training_plan, name="training_plan")]
