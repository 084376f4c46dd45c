"""Addresses of the privacy pages. A person's name or reference never stands in one."""

from django.urls import path

from homeward.web.privacy.views import events, requests, retention, watching

app_name = "privacy"
urlpatterns = [
    path("", watching.home, name="home"),
    path("unusual/<int:access_id>", watching.access, name="access"),
    path("broken-glass/<int:broken_id>", watching.glass, name="glass"),
    path("settled", watching.settled, name="settled"),
    path("staff", watching.staff, name="staff"),
    path("staff/<int:account_id>", watching.staff_member, name="staff_member"),
    path("events", events.search, name="events"),
    path("seen-by", events.find_seen_by, name="find_seen_by"),
    path("people/<int:person_id>/seen-by", events.seen_by, name="seen_by"),
    path("people/<int:person_id>/seen-by/letter", events.letter, name="letter"),
    path("requests", requests.register, name="requests"),
    path("requests/new", requests.new, name="new_request"),
    path("requests/<int:request_id>", requests.one, name="request"),
    path("requests/<int:request_id>/extend", requests.extend, name="extend_request"),
    path("requests/<int:request_id>/review", requests.review, name="review"),
    path("requests/<int:request_id>/export", requests.export, name="export"),
    path("people/<int:person_id>/restrict", requests.restrict, name="restrict"),
    path("retention", retention.due, name="retention"),
    path("retention/<int:person_id>", retention.appraise_record, name="appraise"),
    path("appraisals/<int:appraisal_id>", retention.second_person, name="appraisal"),
]
