"""Addresses of this screen area."""

app_name = "today"
urlpatterns = []
