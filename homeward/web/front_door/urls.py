"""Addresses of the front door."""

from django.urls import path

from homeward.web.front_door.views import calls, queue, taking, triage

app_name = "front_door"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("live", queue.live_queue, name="live_queue"),
    path("new", taking.new, name="new"),
    path("new/known", taking.known, name="known"),
    path("calls", calls.calls, name="calls"),
    path("calls/about", calls.about, name="about"),
    path("referrals/<int:referral_id>", triage.referral, name="referral"),
    path("referrals/<int:referral_id>/live", triage.live_referral, name="live_referral"),
    path("referrals/<int:referral_id>/accept", triage.accept, name="accept"),
    path("referrals/<int:referral_id>/redirect", triage.redirect_on, name="redirect"),
    path("referrals/<int:referral_id>/decline", triage.decline, name="decline"),
    path("referrals/<int:referral_id>/ask", triage.ask, name="ask"),
    path("referrals/<int:referral_id>/what-moved/<int:plan_id>", triage.what_moved, name="what_moved"),
]
