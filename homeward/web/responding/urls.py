"""Addresses of the crisis board and its cases."""

from django.urls import path

from homeward.web.responding.views import board, deciding, supporting

app_name = "responding"
urlpatterns = [
    path("", board.board, name="board"),
    path("live", board.live_board, name="live_board"),
    path("<int:episode_id>", board.case, name="case"),
    path("<int:episode_id>/live", board.live_case, name="live_case"),
    path("<int:episode_id>/who", board.who, name="who"),
    path("<int:episode_id>/moves", board.moves, name="moves"),
    path("<int:episode_id>/send", board.send, name="send"),
    path("<int:episode_id>/arrived/<int:assignment_id>", board.arrived, name="arrived"),
    path("<int:episode_id>/left/<int:assignment_id>", board.left, name="left"),
    path("<int:episode_id>/way-in", board.way_in, name="way_in"),
    path("<int:episode_id>/decide", deciding.decide, name="decide"),
    path("<int:episode_id>/nobody-in-time", deciding.nobody, name="nobody"),
    path("<int:episode_id>/told/<int:telling_id>", deciding.told, name="told"),
    path("<int:episode_id>/more-help", deciding.more_help, name="more_help"),
    path("<int:episode_id>/overrun", deciding.overrun, name="overrun"),
    path("<int:episode_id>/support", supporting.support, name="support"),
]
