"""Addresses of the front door."""

from django.urls import path

from homeward.web.front_door.views import calls, desk, files, messages, queue, taking, triage, wallboard
from homeward.web.service_choice import choose_service

app_name = "front_door"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("live", queue.live_queue, name="live_queue"),
    path("filters", queue.keep_filter, name="keep_filter"),
    path("filters/<int:filter_id>/forget", queue.forget_filter, name="forget_filter"),
    path("service", choose_service, name="choose_service"),
    path("wall", wallboard.wall, name="wall"),
    path("wall/live", wallboard.live_wall, name="live_wall"),
    path("new", taking.new, name="new"),
    path("new/known", taking.known, name="known"),
    path("files", files.files, name="files"),
    path("files/template", files.template, name="file_template"),
    path("files/<int:message_id>", files.file, name="file"),
    path("files/<int:message_id>/rows-sent-back", files.faults, name="file_faults"),
    path("messages", messages.messages, name="messages"),
    path("messages/<int:message_id>", messages.message, name="message"),
    path("messages/<int:message_id>/original", messages.original, name="message_original"),
    path("messages/<int:message_id>/documents/<int:number>", messages.document, name="message_document"),
    path("messages/<int:message_id>/judge-again", messages.judge_again, name="judge_again"),
    path("calls", calls.calls, name="calls"),
    path("calls/about", calls.about, name="about"),
    path("calls/callers", calls.callers, name="callers"),
    path("calls/live", calls.live_calls, name="live_calls"),
    path("calls/all", calls.all_calls, name="all_calls"),
    path("calls/<int:call_id>", calls.call, name="call"),
    path("referrals/<int:referral_id>", triage.referral, name="referral"),
    path("referrals/<int:referral_id>/replies/<int:reply_id>/again", triage.send_again, name="send_again"),
    path("referrals/<int:referral_id>/live", triage.live_referral, name="live_referral"),
    path("referrals/<int:referral_id>/accept", triage.accept, name="accept"),
    path("referrals/<int:referral_id>/agree", triage.agree, name="agree"),
    path("referrals/<int:referral_id>/disagree", triage.disagree, name="disagree"),
    path("referrals/<int:referral_id>/redirect", triage.redirect_on, name="redirect"),
    path("referrals/<int:referral_id>/advise", triage.advise, name="advise"),
    path("referrals/<int:referral_id>/decline", triage.decline, name="decline"),
    path("referrals/<int:referral_id>/ask", triage.ask, name="ask"),
    path("referrals/<int:referral_id>/reopen", triage.reopen, name="reopen"),
    path("referrals/<int:referral_id>/what-moved/<int:plan_id>", triage.what_moved, name="what_moved"),
    path("referrals/<int:referral_id>/desk", desk.desk, name="desk"),
    path("referrals/<int:referral_id>/claim", desk.claim, name="claim"),
    path("referrals/<int:referral_id>/release", desk.release, name="release"),
    path("referrals/<int:referral_id>/take-over", desk.take_over, name="take_over"),
    path("referrals/<int:referral_id>/comment", desk.comment, name="comment"),
    path("referrals/<int:referral_id>/hand-over", desk.hand_over, name="hand_over"),
    path("referrals/<int:referral_id>/escalate", desk.escalate, name="escalate"),
    path("referrals/<int:referral_id>/right-time", desk.right_time, name="right_time"),
]
