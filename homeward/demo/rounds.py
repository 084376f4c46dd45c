"""The last chasing round, answered in part, and the huddle after it."""

from datetime import datetime, timedelta

from homeward.access.rules import Actor, Role
from homeward.demo.making import Making
from homeward.discharge.models import HuddleItem, Round, RoundAsk
from homeward.discharge.rules.rounds import Timetable, rounds_between
from homeward.discharge.selectors.huddle import suited_for
from homeward.discharge.selectors.rounds import timetable_of
from homeward.discharge.services import Owner, accounts_owning
from homeward.discharge.services.huddle import agree_action, attend, end_huddle, save_note, start_huddle, turn_to
from homeward.discharge.services.rounds import answer_ask, hold_round, set_timetable, tell_results
from homeward.discharge.states import AnswerKind, HuddleItemState
from homeward.escalation.services import escalate_due
from homeward.kernel.rules import RefusedError, wall_clock
from homeward.teams.models import Account
from homeward.teams.selectors import actor_for, teams_of

# From a round to the end of the huddle after it
WHOLE_MORNING = timedelta(minutes=110)
HUDDLE_AFTER, HUDDLE_SECONDS = timedelta(minutes=65), 95
# What is answered in turn; "" is nothing. (answer, what is said, national delay reason, hours it is delayed)
ANSWERS = (
    ("on_time", "", "", 0),
    ("done", "Spoke to the ward, all there now.", "", 0),
    ("", "", "", 0),
    ("delayed", "Pharmacy is two hours behind.", "", 5),
    ("on_time", "", "", 0),
    ("", "", "", 0),
    ("blocked", "The store has none before Thursday.", "equipment", 0),
)
# What a huddle says of those it speaks of: (words, what somebody does, skills it needs, by when the next day)
SAID = (
    ("Wants to go home. Daughter can stay the first two nights.", "See the stairs and bathroom at home",
     ("occupational_therapist",), "12:00"),
    ("Medically ready. Nothing keeps him here but the bed.", "Ask Sallow House for the next free room",
     ("nurse",), "10:00"),
    ("Family worried about nights. Offer a sensor and a call on the first evening.", "", (), ""),
    ("Walks with a frame. Needs help with dressing only.", "Plan two visits a day from tomorrow",
     ("care_act_assessor", "social_worker"), "17:00"),
    ("Waiting for the capacity assessment. No change since yesterday.", "", (), ""),
)  # fmt: skip


def make_rounds(making: Making) -> int:
    """Hold the last round whose huddle is over, answer most of it, and hold that huddle; gives how many questions."""
    service_id = making.service.pk
    people = {role: _somebody(making, role) for role in (Role.CASE_MANAGER, Role.REGISTERED_PROFESSIONAL)}
    if None in people.values():
        return 0
    manager = people[Role.CASE_MANAGER]
    _set_leads(making)
    over = making.now - WHOLE_MORNING
    times = timetable_of(making.actor, service_id)
    due_at = max(rounds_between(times, over - timedelta(days=3), over), default=None)
    if due_at is None:
        return 0
    held = hold_round(actor=making.actor, service_id=service_id, now=due_at + timedelta(seconds=4))
    if held is None:
        return 0
    number = _answer(held, manager)
    tell_results(actor=making.actor, service_id=service_id, now=held.answer_by + timedelta(seconds=4))
    escalate_due(actor=making.actor, service_id=service_id, now=held.answer_by + timedelta(seconds=5))
    _huddle(making, people, due_at + HUDDLE_AFTER)
    return number


def _set_leads(making: Making) -> None:
    administrator, lead = _somebody(making, Role.ADMINISTRATOR), _somebody(making, Role.BED_LEAD)
    if administrator is None or lead is None:
        return
    leads = {team.pk: lead.account_id for team in teams_of(making.service.pk) if team.code == "house"}
    christmas = frozenset(making.today.replace(month=12, day=day) for day in (25, 26))
    set_timetable(
        actor=administrator, service_id=making.service.pk, timetable=Timetable(other_days=christmas), leads=leads,
        now=making.now - timedelta(days=30),
    )  # fmt: skip


def _answer(held: Round, manager: Actor) -> int:
    asks = list(RoundAsk.objects.filter(round=held).select_related("action__stay").order_by("pk"))
    for place, ask in enumerate(asks):
        kind, text, reason, hours = ANSWERS[place % len(ANSWERS)]
        at = held.asked_at + timedelta(minutes=3 + place % 50)
        if not kind or ask.action.made_at > at:  # a few came in after the round
            continue
        owners = accounts_owning(ask.action)
        answer_ask(
            actor=actor_for(owners[0]) if owners else manager, ask=ask, kind=AnswerKind(kind), text=text,
            until=ask.action.due_at + timedelta(hours=hours) if ask.action.due_at > at else at + timedelta(hours=hours),
            reason=reason, now=at,
        )  # fmt: skip
    return len(asks)


def _huddle(making: Making, people: dict[Role, Actor], at: datetime) -> None:
    manager, nurse = people[Role.CASE_MANAGER], people[Role.REGISTERED_PROFESSIONAL]
    try:
        huddle = start_huddle(actor=manager, service_id=making.service.pk, now=at)
    except RefusedError:  # nobody needs it
        return
    start_huddle(actor=nurse, service_id=making.service.pk, now=at + timedelta(minutes=1))
    attend(actor=manager, huddle=huddle, name="Sister Ola Penn", title="Ward 4, older people", now=at)
    items = list(HuddleItem.objects.filter(huddle=huddle).select_related("huddle", "stay__person").order_by("position"))
    for place, item in enumerate(items[:14]):
        words, text, skills, by = SAID[place % len(SAID)]
        writer = manager if place % 3 else nurse
        save_note(actor=writer, item=item, page=f"fictitious-{item.pk}", text=words, now=at + timedelta(seconds=50))
        found = suited_for(manager, item.stay, skills, at) if text else []
        if found:
            agree_action(
                actor=manager, item=item, text=text, owner=Owner("worker", found[0].candidate.worker_id),
                due_at=wall_clock(making.today + timedelta(days=1), by), now=at + timedelta(seconds=70),
            )  # fmt: skip
        at += timedelta(seconds=HUDDLE_SECONDS)
        turn_to(actor=manager, huddle=huddle, leaving=item, state=HuddleItemState.SPOKEN, now=at)
    end_huddle(actor=manager, huddle=huddle, now=at)


def _somebody(making: Making, role: Role) -> Actor | None:
    account = Account.objects.filter(services=making.service, role=role, is_active=True).order_by("pk").first()
    return actor_for(account) if account is not None else None
