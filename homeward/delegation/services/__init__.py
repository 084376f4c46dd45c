"""Writing competence, sign-offs and delegation decisions."""

from homeward.delegation.services.acting import MayNotDecideError
from homeward.delegation.services.bringing import Signing, bring_in
from homeward.delegation.services.deciding import (
    AlreadyDelegatedError,
    NewLimit,
    NotToBeDelegatedError,
    answer,
    ask_worker,
    change_instructions,
    delegate,
    end,
    remove_worker,
    review_delegation,
    suspend,
    suspend_for,
    take_up_again,
)
from homeward.delegation.services.signing import (
    NotReadyError,
    declare,
    record_practice,
    record_spot_check,
    record_test,
    sign_off,
    withdraw_evidence,
    withdraw_sign_off,
)
from homeward.delegation.services.warning import suspend_after_scores, warn_of_lapses

__all__ = [
    "AlreadyDelegatedError",
    "MayNotDecideError",
    "NewLimit",
    "NotReadyError",
    "NotToBeDelegatedError",
    "Signing",
    "answer",
    "ask_worker",
    "bring_in",
    "change_instructions",
    "declare",
    "delegate",
    "end",
    "record_practice",
    "record_spot_check",
    "record_test",
    "remove_worker",
    "review_delegation",
    "sign_off",
    "suspend",
    "suspend_after_scores",
    "suspend_for",
    "take_up_again",
    "warn_of_lapses",
    "withdraw_evidence",
    "withdraw_sign_off",
]
