"""Addresses of delegation."""

from django.urls import path

from homeward.web.delegation import deciding, passports, views, workers

app_name = "delegation"
urlpatterns = [
    path("", views.home, name="home"),
    path("tasks", views.tasks, name="tasks"),
    path("competences", views.competences, name="competences"),
    path("mine", views.mine, name="mine"),
    path("mine/<int:delegation_id>/answer", views.give_answer, name="answer"),
    path("mine/declare", views.declare_mine, name="declare_mine"),
    path("workers/<int:worker_id>", workers.worker, name="worker"),
    path("workers/<int:worker_id>/passport", passports.passport, name="passport"),
    path("workers/<int:worker_id>/passport.json", passports.passport_file, name="passport_file"),
    path("workers/<int:worker_id>/<slug:competence>", workers.competence, name="competence"),
    path("workers/<int:worker_id>/<slug:competence>/<slug:what>", workers.add, name="add"),
    path("sign-offs/<int:sign_off_id>/withdraw", workers.withdraw, name="withdraw"),
    path("spot-checks/<int:check_id>", workers.spot_check, name="spot_check"),
    path("people/<int:person_id>", deciding.of_person, name="of_person"),
    path("people/<int:person_id>/<slug:activity_code>", deciding.decide, name="decide"),
    path("decisions/<int:delegation_id>", deciding.decision, name="decision"),
    path("decisions/<int:delegation_id>/<slug:what>", deciding.change, name="change"),
]
