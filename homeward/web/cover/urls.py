"""Addresses of cover and handover."""

from django.urls import path

from homeward.web.cover import sick, views

app_name = "cover"
urlpatterns = [
    path("", views.week, name="week"),
    path("hours", views.add_hours, name="add_hours"),
    path("hours/<int:hours_id>/remove", views.remove_hours, name="remove_hours"),
    path("on-call", views.add_on_call, name="add_on_call"),
    path("on-call/<int:row_id>/remove", views.remove_on_call, name="remove_on_call"),
    path("area", views.area, name="area"),
    path("sick", sick.sick, name="sick"),
    path("sick/report", sick.report, name="report_sick"),
    path("sick/<int:call_id>", sick.sick_day, name="sick_day"),
    path("sick/<int:call_id>/work-out", sick.work_out, name="work_out"),
    path("sick/<int:call_id>/accept", sick.accept, name="accept_cover"),
    path("sick/<int:call_id>/leave", sick.leave, name="leave_uncovered"),
    path("sick/<int:call_id>/told/<int:telling_id>", sick.told, name="told_of_cover"),
    path("sickness", sick.sickness, name="sickness"),
    path("ill", sick.ill, name="ill"),
    path("handover", views.handover, name="handover"),
    path("handover/<int:sheet_id>", views.sheet, name="sheet"),
    path("handover/<int:sheet_id>/note", views.note, name="note"),
    path("handover/<int:sheet_id>/take-over", views.takes_over, name="take_over"),
]
