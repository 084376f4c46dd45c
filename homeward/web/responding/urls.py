"""Addresses of this screen area."""

app_name = "responding"
urlpatterns = []
