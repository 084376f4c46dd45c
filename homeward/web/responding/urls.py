"""Addresses of the crisis board and its cases."""

from django.urls import path

from homeward.web.responding import views

app_name = "responding"
urlpatterns = [
    path("", views.board, name="board"),
    path("live", views.live_board, name="live_board"),
    path("<int:episode_id>", views.case, name="case"),
    path("<int:episode_id>/live", views.live_case, name="live_case"),
    path("<int:episode_id>/who", views.who, name="who"),
    path("<int:episode_id>/send", views.send, name="send"),
    path("<int:episode_id>/arrived/<int:assignment_id>", views.arrived, name="arrived"),
    path("<int:episode_id>/left/<int:assignment_id>", views.left, name="left"),
    path("<int:episode_id>/way-in", views.way_in, name="way_in"),
    path("<int:episode_id>/close", views.close, name="close"),
]
