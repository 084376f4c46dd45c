"""Addresses of the start of care at home."""

from django.urls import path

from homeward.web.start_of_care import views

app_name = "start_of_care"
urlpatterns = [
    path("", views.starts, name="list"),
    path("<int:stay_id>", views.stay, name="stay"),
    path("<int:stay_id>/promise", views.promise, name="promise"),
    path("<int:stay_id>/take-back", views.take_back, name="take_back"),
    path("<int:stay_id>/items/<int:item_id>", views.item, name="item"),
    path("<int:stay_id>/equipment", views.ask, name="ask"),
    path("<int:stay_id>/call", views.call, name="call"),
]
