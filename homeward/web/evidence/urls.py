"""Addresses of the evidence library, under /evidence/."""

from django.urls import path

from homeward.web.evidence import views, writing

app_name = "evidence"
urlpatterns = [
    path("", views.library, name="list"),
    path("file", views.library_file, name="file"),
    path("studies/<slug:code>", views.study, name="study"),
    path("studies/<slug:code>/file", views.study_file, name="study_file"),
    path("write", writing.write, name="write"),
    path("own/<int:own_id>/change", writing.change, name="change"),
    path("own/<int:own_id>/withdraw", writing.withdraw, name="withdraw"),
]
