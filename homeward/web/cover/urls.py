"""Addresses of cover and handover."""

from django.urls import path

from homeward.web.cover import views

app_name = "cover"
urlpatterns = [
    path("", views.week, name="week"),
    path("hours", views.add_hours, name="add_hours"),
    path("hours/<int:hours_id>/remove", views.remove_hours, name="remove_hours"),
    path("on-call", views.add_on_call, name="add_on_call"),
    path("on-call/<int:row_id>/remove", views.remove_on_call, name="remove_on_call"),
    path("area", views.area, name="area"),
    path("handover", views.handover, name="handover"),
    path("handover/<int:sheet_id>", views.sheet, name="sheet"),
    path("handover/<int:sheet_id>/note", views.note, name="note"),
    path("handover/<int:sheet_id>/take-over", views.takes_over, name="take_over"),
]
