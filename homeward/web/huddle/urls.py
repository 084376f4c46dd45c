"""Addresses of the huddle."""

from django.urls import path

from homeward.web.huddle import views

app_name = "huddle"
urlpatterns = [
    path("", views.home, name="home"),
    path("start", views.start, name="start"),
    path("<int:huddle_id>", views.huddle, name="huddle"),
    path("<int:huddle_id>/there", views.there, name="there"),
    path("<int:huddle_id>/add", views.add, name="add"),
    path("<int:huddle_id>/end", views.end, name="end"),
    path("people/<int:item_id>", views.person, name="person"),
    path("people/<int:item_id>/live", views.live_person, name="live_person"),
    path("people/<int:item_id>/suited", views.suited, name="suited"),
    path("people/<int:item_id>/turn", views.turn, name="turn"),
]
