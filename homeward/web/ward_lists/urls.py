"""Addresses of ward lists, under /coming-home/ward-lists/."""

from django.urls import path

from homeward.web.ward_lists import views

app_name = "ward_lists"
urlpatterns = [
    path("", views.lists, name="lists"),
    path("files/template", views.template, name="template"),
    path("<int:ward_list_id>", views.ward_list, name="list"),
    path("<int:ward_list_id>/take-in", views.take_in, name="take_in"),
    path("<int:ward_list_id>/set-aside", views.set_aside, name="set_aside"),
    path("<int:ward_list_id>/file", views.sent_back, name="sent_back"),
    path("questions/<int:question_id>/still-there", views.still_there, name="still_there"),
]
