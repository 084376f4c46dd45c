"""Addresses of the pages about a person. What is looked for never stands in one: it comes in a form."""

from django.urls import path
from django.views.generic import RedirectView

from homeward.web.people import choices, circle, details, facts, glass, homes, linking, safety, timeline, views

app_name = "people"
urlpatterns = [
    path("", views.search, name="search"),
    path("seen-by", RedirectView.as_view(pattern_name="privacy:find_seen_by")),
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
    path("<int:person_id>/seen-by", RedirectView.as_view(pattern_name="privacy:seen_by")),
    path("<int:person_id>/details", details.details, name="details"),
    path("<int:person_id>/changed", details.changed, name="changed"),
    path("<int:person_id>/details/<slug:part>", facts.change_part, name="change_part"),
    path("<int:person_id>/nhs-number", facts.change_number, name="change_number"),
    path("<int:person_id>/numbers/add", facts.add_number, name="add_number"),
    path("<int:person_id>/numbers/<int:identifier_id>/end", facts.end_number, name="end_number"),
    path("<int:person_id>/move", homes.move, name="move"),
    path("<int:person_id>/stay", homes.stay, name="stay"),
    path("<int:person_id>/addresses/<int:address_id>", homes.change_home, name="change_home"),
    path("<int:person_id>/addresses/<int:address_id>/end", homes.come_home, name="come_home"),
    path("<int:person_id>/addresses/<int:address_id>/key-safe", homes.new_code, name="new_code"),
    path("<int:person_id>/contacts/add", circle.add, name="add_contact"),
    path("<int:person_id>/contacts/order", circle.order, name="order_contacts"),
    path("<int:person_id>/contacts/<int:contact_id>", circle.change, name="change_contact"),
    path("<int:person_id>/contacts/<int:contact_id>/end", circle.end, name="end_contact"),
    path("<int:person_id>/alerts/add", safety.add_alert, name="add_alert"),
    path("<int:person_id>/alerts/<int:alert_id>/end", safety.finish_alert, name="finish_alert"),
    path("<int:person_id>/needs/add", safety.add_need, name="add_need"),
    path("<int:person_id>/needs/<int:need_id>/end", safety.finish_need, name="finish_need"),
    path("<int:person_id>/legal/add", choices.add_legal, name="add_legal"),
    path("<int:person_id>/legal/<int:status_id>/end", choices.end_legal, name="end_legal"),
    path("<int:person_id>/sharing/add", choices.add_choice, name="add_choice"),
    path("<int:person_id>/about-me", choices.about_me, name="about_me"),
    path("<int:person_id>/about-me/write", choices.write_about, name="write_about"),
]
