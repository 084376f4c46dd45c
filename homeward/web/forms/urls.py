"""Addresses of the pages of forms. None holds a name or an answer."""

from django.urls import path

from homeward.web.forms import record, views

app_name = "forms"
urlpatterns = [
    path("start", views.start, name="start"),
    path("person/<int:person_id>", record.of_person, name="of_person"),
    path("scores/<int:owed_id>/tell", record.tell, name="tell"),
    path("choices", record.choices, name="choices"),
    path("<int:form_id>", views.form, name="form"),
    path("<int:form_id>/save", views.save, name="save"),
    path("<int:form_id>/carry", views.carry, name="carry"),
    path("<int:form_id>/confirm", views.confirm, name="confirm"),
    path("<int:form_id>/check", views.check, name="check"),
    path("<int:form_id>/complete", views.complete, name="complete"),
    path("<int:form_id>/correct", views.correct, name="correct"),
    path("<int:form_id>/print", views.print_filled, name="print"),
    path("blank/<slug:code>", views.print_blank, name="blank"),
]
