"""Addresses of equipment."""

from django.urls import path

from homeward.web.equipment.views import alerts, checks, lending, recalls, store

app_name = "equipment"
urlpatterns = [
    path("", store.store, name="store"),
    path("catalogue", store.catalogue, name="catalogue"),
    path("catalogue/begin", store.begin, name="begin"),
    path("catalogue/new", store.new_kind, name="new_kind"),
    path("kinds/<int:kind_id>", store.kind, name="kind"),
    path("kinds/<int:kind_id>/change", store.change_kind, name="change_kind"),
    path("kinds/<int:kind_id>/receive", store.receive, name="receive"),
    path("kinds/<int:kind_id>/recall", recalls.start, name="start_recall"),
    path("shelves/<int:shelf_id>/count", store.count, name="count"),
    path("stores", store.stores, name="stores"),
    path("stores/<int:store_id>/share", store.share, name="share"),
    path("labels", store.labels, name="labels"),
    path("checks", checks.checks, name="checks"),
    path("checks/do", checks.act, name="checks_act"),
    path("scan", store.scan, name="scan"),
    path("items/<int:item_id>", store.item, name="item"),
    path("items/<int:item_id>/<slug:act>", store.item_act, name="item_act"),
    path("recalls/<int:recall_id>", recalls.recall, name="recall"),
    path("recalls/<int:recall_id>/<slug:act>", recalls.act, name="recall_act"),
    path("what-it-changed", store.benefit, name="benefit"),
    path("people/<int:person_id>", lending.of_person, name="of_person"),
    path("people/<int:person_id>/ask", lending.ask, name="ask"),
    path("requests/<int:asked_id>", lending.asked, name="request"),
    path("requests/<int:asked_id>/hand-over", lending.handing_over, name="hand_over"),
    path("requests/<int:asked_id>/<slug:act>", lending.request_act, name="request_act"),
    path("loans/<int:loan_id>", lending.loan, name="loan"),
    path("loans/<int:loan_id>/<slug:act>", lending.loan_act, name="loan_act"),
    path("alerts", alerts.board, name="alerts"),
    path("alerts/live", alerts.live_board, name="live_alerts"),
    path("alerts/<int:device_alert_id>", alerts.alert, name="alert"),
    path("alerts/<int:device_alert_id>/live", alerts.live_alert, name="live_alert"),
    path("alerts/<int:device_alert_id>/<slug:act>", alerts.act, name="alert_act"),
    path("messages/<int:message_id>", alerts.settle, name="settle"),
]
