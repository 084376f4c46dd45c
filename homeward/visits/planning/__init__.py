"""The one bridge to the planner: a day of the record as a problem, a plan as assignments with their reasons.

Nothing here decides on care: it puts a proposal into force for what is free to plan, and says why. What a person
decided, and what has begun, is given to the planner as fact.

`board` reads a day as the planner sees it, `places` its travel, `words` turns the planner's sentences into a manager's,
`proposing` plans, re-plans and asks what would move, `coming` says who could be there first, `placing` what would place
a visit that nobody goes to, `free` whether there is room for visits that nobody needs yet, `moving` plans again where
somebody's visits are somewhere else now, `clinics` where a group clinic changed, `following` where somebody may no
longer do what was delegated; `delegated` says why they may not. `ahead` plans every service's coming days.
"""

import visit_planner
from homeward.visits.planning.ahead import DayAhead, plan_days_ahead, planning_engine
from homeward.visits.planning.clinics import plan_round_clinic
from homeward.visits.planning.coming import Offer, Offers, who_can_come
from homeward.visits.planning.following import FollowedDelegation, follow_delegations
from homeward.visits.planning.free import FreeAnswer, FreeDay, Wanted, what_is_free
from homeward.visits.planning.moving import MovedVisits, move_visits
from homeward.visits.planning.placing import Remedy, what_would_place
from homeward.visits.planning.proposing import (
    Displaced,
    MayNotBeSentError,
    Response,
    Shifted,
    accept_and_respond,
    give_support,
    plan_day,
    replan,
    send,
    what_it_moves,
)
from homeward.visits.planning.starting import Placed, StartDay, when_could_start

__all__ = [
    "DayAhead",
    "Displaced",
    "FollowedDelegation",
    "FreeAnswer",
    "FreeDay",
    "MayNotBeSentError",
    "MovedVisits",
    "Offer",
    "Offers",
    "Placed",
    "Remedy",
    "Response",
    "Shifted",
    "StartDay",
    "Wanted",
    "accept_and_respond",
    "follow_delegations",
    "give_support",
    "move_visits",
    "plan_day",
    "plan_days_ahead",
    "plan_round_clinic",
    "planning_engine",
    "replan",
    "send",
    "warm_up",
    "what_is_free",
    "what_it_moves",
    "what_would_place",
    "when_could_start",
    "who_can_come",
]


def warm_up() -> None:
    """Compile or load the planner's kernels, so that the first re-planning is as quick as the next."""
    visit_planner.warm_up(whole_days=True)
