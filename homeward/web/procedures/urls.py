"""Addresses of the procedures."""

from django.urls import path

from homeward.web.procedures.views import drafting, moving, reading

app_name = "procedures"
urlpatterns = [
    path("", reading.list_procedures, name="list"),
    path("drafts/", drafting.list_drafts, name="drafts"),
    path("drafts/start", drafting.start, name="start"),
    path("drafts/<int:draft_id>", drafting.draft, name="draft"),
    path("drafts/<int:draft_id>/text", drafting.text, name="draft_text"),
    path("drafts/<int:draft_id>/parts/<slug:sheet_id>", drafting.sheet, name="sheet"),
    path("drafts/<int:draft_id>/send", drafting.send, name="send"),
    path("drafts/<int:draft_id>/take-back", drafting.take_back, name="take_back"),
    path("drafts/<int:draft_id>/renumber", drafting.renumber, name="renumber"),
    path("drafts/<int:draft_id>/comment", drafting.comment, name="comment"),
    path("drafts/<int:draft_id>/return", drafting.give_back, name="return"),
    path("drafts/<int:draft_id>/publish", drafting.publish, name="publish"),
    path("drafts/<int:draft_id>/discard", drafting.discard, name="discard"),
    path("older/<slug:code>", moving.older, name="older"),
    path("older/<slug:code>/move", moving.move, name="move"),
    path("compare/<slug:kind>/<slug:code>", reading.compare_versions, name="compare"),
    path("offered/<slug:kind>/<slug:code>", reading.compare_offered, name="offered"),
    path("forms/<slug:code>", reading.form, name="form"),
    path("forms/<slug:code>/<int:version>", reading.form, name="form_version"),
    path("activities/<slug:code>", reading.activity, name="activity"),
    path("activities/<slug:code>/<int:version>", reading.activity, name="activity_version"),
    path("<slug:code>", reading.pathway, name="pathway"),
    path("<slug:code>/<int:version>", reading.pathway, name="pathway_version"),
]
