"""Addresses of the rota, contracts and requests."""

from django.urls import path

from homeward.web.roster.views import building, editing, month, publishing, requests, workers

app_name = "roster"
urlpatterns = [
    path("", month.month, name="month"),
    path("find", month.find, name="find"),
    path("news", month.news, name="news"),
    path("days/<str:day>", month.day, name="day"),
    path("move", editing.move, name="move"),
    path("workers/<int:worker_id>/<str:day>/add", editing.add, name="add"),
    path("workers/<int:worker_id>/<str:day>/away", editing.away, name="away"),
    path("shifts/<int:shift_id>/change", editing.change, name="change"),
    path("shifts/<int:shift_id>/remove", editing.remove, name="remove"),
    path("publish", publishing.publish, name="publish"),
    path("make", publishing.make, name="make"),
    path("build", building.build, name="build"),
    path("build/part", building.build_part, name="build_part"),
    path("build/ask", building.ask, name="ask_to_build"),
    path("build/allow", building.allow, name="allow"),
    path("build/accept", building.accept, name="accept_built"),
    path("build/discard", building.discard, name="discard_built"),
    path("requests", requests.queue, name="requests"),
    path("requests/<int:request_id>/decide", requests.decide, name="decide"),
    path("requests/open-shift", requests.open_shift, name="open_shift"),
    path("requests/open-shift/<int:open_shift_id>/close", requests.close, name="close_open_shift"),
    path("running-out", workers.running_out, name="running_out"),
    path("employers", workers.employers, name="employers"),
    path("employers/<int:organisation_id>", workers.employer, name="employer"),
    path("workers/<int:worker_id>", workers.worker, name="worker"),
    path("workers/<int:worker_id>/contract", workers.contract, name="contract"),
    path("workers/<int:worker_id>/registration", workers.registration, name="registration"),
    path("workers/<int:worker_id>/training", workers.training, name="training"),
    path("workers/<int:worker_id>/trait", workers.trait, name="trait"),
    path("workers/<int:worker_id>/pattern", workers.pattern, name="pattern"),
    # after those with a word in the place of the day
    path("workers/<int:worker_id>/<str:day>", editing.cell, name="cell"),
]
