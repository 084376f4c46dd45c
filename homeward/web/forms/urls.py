"""Addresses of the pages of forms. None holds a name or an answer."""

from django.urls import path

from homeward.web.forms import views

app_name = "forms"
urlpatterns = [
    path("start", views.start, name="start"),
    path("<int:form_id>", views.form, name="form"),
    path("<int:form_id>/save", views.save, name="save"),
    path("<int:form_id>/carry", views.carry, name="carry"),
    path("<int:form_id>/check", views.check, name="check"),
    path("<int:form_id>/complete", views.complete, name="complete"),
    path("<int:form_id>/correct", views.correct, name="correct"),
    path("<int:form_id>/print", views.print_filled, name="print"),
    path("blank/<slug:code>", views.print_blank, name="blank"),
]
