"""Addresses of beds."""

from django.urls import path

from homeward.web.beds import board, following, houses, occupancy, referring, staying

app_name = "beds"
urlpatterns = [
    path("", board.board, name="board"),
    path("live", board.live_board, name="live_board"),
    path("waiting", board.waiting, name="waiting"),
    path("waiting/live", board.live_waiting, name="live_waiting"),
    path("occupancy", occupancy.occupancy_page, name="occupancy"),
    path("phone-list", following.phone_list_page, name="phone_list"),
    path("phone-list/<int:follow_up_id>", following.follow_up, name="follow_up"),
    path("phone-list/<int:follow_up_id>/give-up", following.give_up, name="give_up"),
    path("refer/<int:person_id>", referring.refer, name="refer"),
    path("referrals/<int:bed_referral_id>", referring.referral, name="referral"),
    path("referrals/<int:bed_referral_id>/needs", referring.needs, name="needs"),
    path("referrals/<int:bed_referral_id>/decide", referring.decide, name="decide"),
    path("referrals/<int:bed_referral_id>/not-needed", referring.not_needed, name="not_needed"),
    path("referrals/<int:bed_referral_id>/first", referring.first, name="first"),
    path("referrals/<int:bed_referral_id>/ready", referring.ready, name="ready"),
    path("referrals/<int:bed_referral_id>/offer", referring.offer, name="offer"),
    path("referrals/<int:bed_referral_id>/answer", referring.answer, name="answer"),
    path("referrals/<int:bed_referral_id>/move-in", referring.move_in, name="move_in"),
    path("stays/<int:bed_stay_id>", staying.stay, name="stay"),
    path("stays/<int:bed_stay_id>/plan", staying.plan, name="plan"),
    path("stays/<int:bed_stay_id>/need", staying.need, name="need"),
    path("stays/<int:bed_stay_id>/review", staying.review, name="review"),
    path("stays/<int:bed_stay_id>/overrun", staying.overrun, name="overrun"),
    path("stays/<int:bed_stay_id>/move", staying.move, name="move"),
    path("stays/<int:bed_stay_id>/hospital", staying.hospital, name="hospital"),
    path("stays/<int:bed_stay_id>/leave", staying.leave, name="leave"),
    path("way-home/<int:way_home_id>/ready", staying.need_ready, name="need_ready"),
    path("houses", houses.houses, name="houses"),
    path("houses/<int:house_id>", houses.house, name="house"),
    path("beds/<int:bed_id>", houses.bed, name="bed"),
    path("beds/<int:bed_id>/equipment", houses.equipment, name="equipment"),
    path("beds/<int:bed_id>/close", houses.close, name="close"),
    path("beds/<int:bed_id>/open", houses.open_again, name="open"),
]
