"""Addresses of episodes."""

from django.urls import path

from homeward.web.episodes import views

app_name = "episodes"
urlpatterns = [
    path("", views.episodes, name="list"),
    path("live", views.live_episodes, name="live_list"),
    path("<int:episode_id>", views.episode, name="episode"),
    path("<int:episode_id>/live", views.live_episode, name="live_episode"),
    path("<int:episode_id>/move", views.move, name="move"),
    path("<int:episode_id>/record", views.record, name="record"),
    path("<int:episode_id>/comment", views.comment, name="comment"),
    path("<int:episode_id>/right-time/<int:event_id>", views.right_time, name="right_time"),
    path("<int:episode_id>/begin-closing", views.begin_closing, name="begin_closing"),
    path("<int:episode_id>/close", views.close, name="close"),
    path("<int:episode_id>/hand-on", views.hand_on_to, name="hand_on"),
]
