"""Addresses of coming home."""

from django.urls import path

from homeward.web.coming_home.views import admitting, board, deciding, homegoing, stay, wallboard

app_name = "coming_home"
urlpatterns = [
    path("", board.board, name="board"),
    path("live", board.live_board, name="live_board"),
    path("wall", wallboard.wall, name="wall"),
    path("wall/live", wallboard.live_wall, name="live_wall"),
    path("admit", admitting.admit, name="admit"),
    path("admit/known", admitting.known, name="known"),
    path("<int:stay_id>", stay.stay, name="stay"),
    path("<int:stay_id>/decide", deciding.decide, name="decide"),
    path("<int:stay_id>/decisions/<int:decision_id>/<slug:act>", deciding.act, name="decision_act"),
    path("<int:stay_id>/transport", homegoing.transport, name="transport"),
    path("<int:stay_id>/medicines", homegoing.medicines, name="medicines"),
    path("<int:stay_id>/paper", homegoing.paper, name="paper"),
    path("<int:stay_id>/actions/<int:action_id>", stay.action, name="action"),
    path("<int:stay_id>/actions/<int:action_id>/<slug:act>", stay.act, name="action_act"),
    path("<int:stay_id>/<slug:act>", stay.act, name="act"),
]
