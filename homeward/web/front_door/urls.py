"""Addresses of this screen area."""

app_name = "front_door"
urlpatterns = []
