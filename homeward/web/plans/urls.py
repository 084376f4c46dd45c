"""Addresses of the pages of plans. None names anybody."""

from django.urls import path

from homeward.web.plans.views import drafting, my_plan, publishing, reading, recovery, reviewing

app_name = "plans"
urlpatterns = [
    path("<int:person_id>", reading.plan, name="plan"),
    path("<int:person_id>/versions/<int:plan_id>", reading.version, name="version"),
    path("<int:person_id>/compare", reading.compare_versions, name="compare"),
    path("<int:person_id>/versions/<int:plan_id>/review", reviewing.review, name="review"),
    path("<int:person_id>/versions/<int:plan_id>/agree", reviewing.agree, name="agree"),
    path("<int:person_id>/start", drafting.start, name="start"),
    path("<int:person_id>/recovery", recovery.recovery, name="recovery"),
    path("<int:person_id>/recovery/<slug:part>", recovery.part, name="recovery_part"),
    path("<int:person_id>/my-plan", my_plan.my_plan, name="my_plan"),
    path("<int:person_id>/my-plan.pdf", my_plan.my_plan_pdf, name="my_plan_pdf"),
    path("<int:person_id>/my-plan.txt", my_plan.my_plan_text, name="my_plan_text"),
    path("drafts/<int:draft_id>", drafting.draft, name="draft"),
    path("drafts/<int:draft_id>/publish", publishing.publish, name="publish"),
    path("drafts/<int:draft_id>/discard", publishing.discard, name="discard"),
    path("drafts/<int:draft_id>/pathway", drafting.pick, name="pick"),
    path("drafts/<int:draft_id>/<slug:section>", drafting.section, name="section"),
]
