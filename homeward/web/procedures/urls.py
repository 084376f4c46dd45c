"""Addresses of this screen area."""

app_name = "procedures"
urlpatterns = []
