"""Addresses of this screen area."""

app_name = "people"
urlpatterns = []
