"""Addresses of Today."""

from django.urls import path

from homeward.web.today import recording, versions, views

app_name = "today"
urlpatterns = [
    path("", views.day, name="day"),
    path("live", views.live_day, name="live"),
    path("find", views.find, name="find"),
    path("plan", views.plan_again, name="plan"),
    path("plans", versions.plans, name="plans"),
    path("visits/<int:visit_id>", views.visit, name="visit"),
    path("visits/<int:visit_id>/who", views.who_else, name="who"),
    path("visits/<int:visit_id>/place", versions.place, name="place"),
    path("visits/<int:visit_id>/assign", views.assign, name="assign"),
    path("visits/<int:visit_id>/replan", views.replan, name="replan"),
    path("visits/<int:visit_id>/cancel", views.cancel, name="cancel"),
    path("visits/<int:visit_id>/tasks", recording.tasks, name="tasks"),
    path("workers/<int:worker_id>", views.worker, name="worker"),
]
