"""Addresses of results, under /results/."""

from django.urls import path

from homeward.web.results import audiences, baselines, cases, groups, noting, pack, views

app_name = "results"
urlpatterns = [
    path("", audiences.home, name="home"),
    path("for/<slug:code>", audiences.audience, name="audience"),
    path("for/<slug:code>/pack", pack.pack, name="pack"),
    path("for/<slug:code>/pack.pdf", pack.pack_pdf, name="pack_pdf"),
    path("for/<slug:code>/sent", pack.send, name="pack_sent"),
    path("all", views.overview, name="overview"),
    path("measures/<str:key>", views.measure, name="measure"),
    path("measures/<str:key>/file", views.measure_file, name="file"),
    path("measures/<str:key>/groups", groups.groups_file, name="groups_file"),
    path("measures/<str:key>/cases", cases.cases, name="cases"),
    path("measures/<str:key>/baseline", baselines.record, name="baseline"),
    path("measures/<str:key>/note", noting.note, name="note"),
    path("measures/<str:key>/changed", noting.change, name="change"),
    path("measures/<str:key>/notes/<int:note_id>", noting.correct, name="correct"),
]
