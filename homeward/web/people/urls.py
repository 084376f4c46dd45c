"""Addresses of the pages about a person. What is looked for never stands in one: it comes in a form."""

from django.urls import path

from homeward.web.people import glass, linking, timeline, views

app_name = "people"
urlpatterns = [
    path("", views.search, name="search"),
    path("seen-by", views.find_seen_by, name="find_seen_by"),
    path("duplicates", linking.duplicates, name="duplicates"),
    path("duplicates/<int:duplicate_id>", linking.compare, name="compare"),
    path("merges/<int:merge_id>/undo", linking.undo_merge, name="undo_merge"),
    path("<int:person_id>", views.person, name="person"),
    path("<int:person_id>/timeline", timeline.timeline, name="timeline"),
    path("<int:person_id>/timeline/print", timeline.print_timeline, name="print_timeline"),
    path("<int:person_id>/narrow", timeline.narrow, name="narrow"),
    path("<int:person_id>/add-note", timeline.add_note, name="add_note"),
    path("<int:person_id>/entries/<int:entry_id>/correct", timeline.correct, name="correct"),
    path("<int:person_id>/break-glass", glass.break_the_glass, name="break_glass"),
    path("<int:person_id>/key-safe", views.key_safe, name="key_safe"),
    path("<int:person_id>/seen-by", views.seen_by, name="seen_by"),
]
