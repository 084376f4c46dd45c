"""Addresses of visits that could be one."""

from django.urls import path

from homeward.web.joining import views

app_name = "joining"
urlpatterns = [
    path("", views.found, name="list"),
    path("look", views.look, name="look"),
    path("<int:join_id>", views.proposal, name="proposal"),
    path("<int:join_id>/agree", views.agree, name="agree"),
    path("<int:join_id>/decline", views.decline, name="decline"),
    path("<int:join_id>/part", views.part, name="part"),
]
