"""Addresses of hours and statements."""

from django.urls import path

from homeward.web.hours import statements, views

app_name = "hours"
urlpatterns = [
    path("", views.hours, name="hours"),
    path("file", views.hours_file, name="file"),
    path("statements", statements.month, name="statements"),
    path("statements/draw-up", statements.draw_up, name="draw_up"),
    path("statements/<int:statement_id>", statements.statement, name="statement"),
    path("statements/<int:statement_id>/workers/<int:worker_id>", statements.sheet, name="sheet"),
    path("statements/<int:statement_id>/file", statements.file, name="statement_file"),
    path("statements/<int:statement_id>/paper", statements.paper, name="statement_paper"),
    path("statements/<int:statement_id>/query", statements.query, name="query"),
    path("statements/<int:statement_id>/queries/<int:query_id>/answer", statements.answer, name="answer"),
    path("statements/<int:statement_id>/agree", statements.agree, name="agree"),
]
