"""Addresses of surveys."""

from django.urls import path

from homeward.web.surveys import asking, results, ruling

app_name = "surveys"
urlpatterns = [
    path("", asking.queue, name="queue"),
    path("mine", asking.mine, name="mine"),
    path("results", results.results, name="results"),
    path("rules", ruling.rules, name="rules"),
    path("rules/<slug:audience>", ruling.rule, name="rule"),
    path("<int:invitation_id>", asking.ask, name="ask"),
    path("<int:invitation_id>/not-reached", asking.not_reached, name="not_reached"),
    path("<int:invitation_id>/said-no", asking.said_no, name="said_no"),
    path("<int:invitation_id>/paper", asking.paper, name="paper"),
    path("<int:invitation_id>/printed", asking.printed, name="printed"),
]
