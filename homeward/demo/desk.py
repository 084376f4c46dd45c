"""The front door's desk as it is now: who has what, what was said, what waits for a second person, who is rung back."""

from datetime import datetime, timedelta

from homeward.access.rules import Actor
from homeward.demo.making import Making
from homeward.procedures.rules import Urgency
from homeward.procedures.selectors import pathway
from homeward.referrals.models import Referral
from homeward.referrals.selectors import QueuedReferral, queue_for
from homeward.referrals.services import (
    NewReferral,
    ask_for_more,
    claim_referral,
    comment_on_referral,
    escalate_referral,
    log_call,
    propose_acceptance,
    receive_referral,
)
from homeward.referrals.states import CallOutcome, ReferralState, Source
from homeward.referrals.states import Urgency as Asked
from homeward.teams.selectors import account_named, actor_for

TRIAGE = ("frontdoor", "casemanager", "responder")
COMMENTS = (
    "Rang the daughter. She is with her until six.",
    "No answer on the landline. Tried the mobile, left word.",
    "Ward says the letter will be ready by two.",
    "Known to the district nurses. Asked them when they come next.",
)
QUESTIONS = ("Is anyone with them tonight?", "Which tablets did the hospital change?")
ESCALATED = "Second call in an hour and the family is worried. Somebody senior should ring them."
TOGETHER = "integrated-commissioning"
# Calls back owed: (who, minutes since they called, minutes until it was promised for)
CALL_BACKS = (("Her daughter", 70, 60), ("The practice nurse", 20, 45), ("A neighbour", 35, 90))
PHONE = "07700 900{:03d}"


def at_the_desk(making: Making) -> None:
    """Let the coordinators work on what waits: some of it claimed, asked about, escalated or proposed."""
    people = [actor_for(account) for name in TRIAGE if (account := account_named(name)) is not None]
    if not people:
        return
    fresh = [one for one in queue_for(making.actor, making.service.pk, making.now) if not _was_worked_on(one)]
    for place, one in enumerate(fresh):
        _work_on(making, one, place, people[place % len(people)])
    _propose(making, people[-1])
    for number, (who, ago, until) in enumerate(CALL_BACKS):
        at = making.now - timedelta(minutes=ago)
        log_call(
            actor=people[0],
            service_id=making.service.pk,
            source=Source.COMMUNITY if "nurse" in who else Source.FAMILY,
            outcome=CallOutcome.CALL_BACK,
            caller_name=who,
            caller_phone=PHONE.format(120 + number),
            reason="Wants to know who is coming, and when.",
            call_back_by=at + timedelta(minutes=until),
            now=at,
        )


def _was_worked_on(one: QueuedReferral) -> bool:
    return any(event.kind not in ("referral_received", "referred_from_hospital_bed") for event in one.events)


def _work_on(making: Making, one: QueuedReferral, place: int, who: Actor) -> None:
    referral, received = one.referral, one.referral.received_at

    def ago(minutes: int) -> datetime:
        return max(received + timedelta(minutes=1), making.now - timedelta(minutes=minutes))

    if place % 3 == 1:
        claim_referral(actor=who, referral=referral, now=ago(12))
    if place % 4 in (1, 2):
        comment_on_referral(actor=who, referral=referral, text=COMMENTS[place % len(COMMENTS)], now=ago(8))
    if place % 9 == 4:
        escalate_referral(actor=who, referral=referral, reason=ESCALATED, now=ago(5))
    if place % 7 == 5 and one.suggested is not None and one.suggested.urgency is not Urgency.CRISIS:
        ask_for_more(actor=who, referral=referral, question=QUESTIONS[place % len(QUESTIONS)], now=ago(4))


def _propose(making: Making, who: Actor) -> None:
    """A referral about no person, which two people must agree to; one at a time."""
    waiting = Referral.objects.filter(
        service=making.service, proposed_pathway_code=TOGETHER, state=ReferralState.WAITING
    )
    if waiting.exists():
        return
    referral = receive_referral(
        actor=who,
        person=None,
        service_id=making.service.pk,
        new=NewReferral(
            source=Source.SOCIAL_CARE,
            urgency=Asked.ROUTINE,
            need_code="joint_commissioning",
            need_text="Two budgets pay for night visits to the same people. Could they be bought as one?",
            about="Night visits, council and trust",
            requester_name="Robin Ferris",
            requester_role="Commissioning manager",
            requester_phone=PHONE.format(140),
            received_at=making.now - timedelta(hours=30),
        ),
        now=making.now - timedelta(hours=30),
    )
    propose_acceptance(
        actor=who,
        referral=referral,
        pathway_code=TOGETHER,
        pathway_title=pathway(TOGETHER).title,
        now=making.now - timedelta(minutes=25),
        reason="All the entry criteria are met. The council has looked at it too.",
    )
