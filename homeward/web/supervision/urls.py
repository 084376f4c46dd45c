"""Addresses of supervision."""

from django.urls import path

from homeward.web.supervision import views

app_name = "supervision"
urlpatterns = [
    path("", views.supervision, name="home"),
    path("practice", views.practice, name="practice"),
    path("visits/<int:visit_id>", views.visit, name="visit"),
    path("visits/<int:visit_id>/tasks/<int:task_id>/check", views.check, name="check"),
]
