"""Addresses of a worker's own rota."""

from django.urls import path

from homeward.web.roster.views import mine

app_name = "my_rota"
urlpatterns = [
    path("", mine.rota, name="rota"),
    path("leave", mine.leave, name="leave"),
    path("wish", mine.wish, name="wish"),
    path("shifts/<int:shift_id>", mine.shift, name="shift"),
    path("shifts/<int:shift_id>/offer", mine.offer, name="offer"),
    path("shifts/<int:shift_id>/swap", mine.swap, name="swap"),
    path("open/<int:open_shift_id>", mine.ask_open, name="ask_open"),
    path("requests/<int:request_id>/<str:what>", mine.answer, name="answer"),
]
