"""Writes at the front door, by subject. Every change of a referral adds an event, from which clocks are computed."""

from .calls import link_call, log_call, try_call_back
from .deciding import (
    ask_for_more,
    decline_referral,
    give_advice,
    mark_accepted,
    propose_acceptance,
    redirect_referral,
    reopen_referral,
    withdraw_proposal,
    withdraw_referral,
)
from .desk import (
    CORRECTABLE_KINDS,
    ReferralHeldError,
    claim_referral,
    comment_on_referral,
    correct_referral_time,
    escalate_referral,
    hand_over_referral,
    release_referral,
)
from .files import FileTaken, receive_file
from .filters import delete_filter, save_filter
from .messages import judge_message, keep_message, replay_message
from .professional import (
    SentIn,
    TooManyUsesError,
    add_as_professional,
    count_form_use,
    refer_as_professional,
)
from .receiving import (
    CLOCKS_MAY_DIFFER,
    NewReferral,
    add_referrals,
    receive_referral,
    take_referral,
    update_referral,
)
from .replies import queue_reply, replay_reply, settle_reply, take_replies

__all__ = [
    "CLOCKS_MAY_DIFFER",
    "CORRECTABLE_KINDS",
    "FileTaken",
    "NewReferral",
    "ReferralHeldError",
    "SentIn",
    "TooManyUsesError",
    "add_as_professional",
    "add_referrals",
    "ask_for_more",
    "claim_referral",
    "comment_on_referral",
    "correct_referral_time",
    "count_form_use",
    "decline_referral",
    "delete_filter",
    "escalate_referral",
    "give_advice",
    "hand_over_referral",
    "judge_message",
    "keep_message",
    "link_call",
    "log_call",
    "mark_accepted",
    "propose_acceptance",
    "queue_reply",
    "receive_file",
    "receive_referral",
    "redirect_referral",
    "refer_as_professional",
    "release_referral",
    "reopen_referral",
    "replay_message",
    "replay_reply",
    "save_filter",
    "settle_reply",
    "take_referral",
    "take_replies",
    "try_call_back",
    "update_referral",
    "withdraw_proposal",
    "withdraw_referral",
]
