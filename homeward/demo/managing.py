"""People who were often in emergency care: one plan for each, and emergencies counted before and after."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from homeward.access.rules import Actor, Role
from homeward.demo.assessments import fill
from homeward.demo.history import CRISIS
from homeward.demo.making import Making, acting, made_up_phone
from homeward.demo.staff import Staff
from homeward.episodes.models import Episode
from homeward.episodes.services import accept_referral, close_episode, move_stage, record_event
from homeward.kernel.rules import wall_clock
from homeward.people.models import Person
from homeward.referrals.services import NewReferral, receive_referral
from homeward.referrals.states import Source, Urgency
from homeward.teams.models import Worker

MANAGED = "case-management"
PEOPLE_MANAGED = 48  # in a full place in a year, about one a week
LAST_BEGUN = 12  # days ago
COUNTED_OVER = timedelta(days=91)  # before and after, as the pathway asks
NEEDS = (
    "Nine ambulances since the spring, most at night. Nobody has the whole picture.",
    "Goes to A&E whenever the pain comes back, and is sent home again.",
    "Falls, cannot get up, and rings 999 because there is nobody else.",
    "Breathless and frightened at night. Four stays in hospital this year.",
)
BEHIND = (
    ("long_term_illness", "anxiety"),
    ("pain", "no_other_help"),
    ("falls", "loneliness"),
    ("long_term_illness", "no_other_help"),
)
WORDS = {
    "in_own_words": "It comes on after supper. I sit and listen to it, then I ring.",
    "works": "Somebody on the phone who knows me.",
    "early_signs": "Up and down all evening. First the inhaler, then the number on the plan.",
    "phone_first": "The case manager by day, the crisis line at night",
    "when_999": "Chest pain, or when I cannot finish a sentence.",
    "changes": "A call each evening for a month. The GP looks at the tablets on Thursday.",
    "shared_with": ["person", "gp", "ambulance", "night_team"],
    "agreed_by": "person",
}
GOES_ON = {
    "full_three_months": True,
    "what_made_the_difference": "One number to ring, and the same voice at the other end.",
    "plan_stays": True,
    "plan_holder": "The GP practice",
    "told": ["person", "gp", "ambulance"],
}
NO_BETTER = {"what_made_the_difference": "None yet: the pain is no better and the nights are as long."}


def make_case_management(making: Making, staff: Staff) -> int:
    """Plans of people who were often in a crisis, by the services that everybody uses; gives how many people."""
    if making.size.history_days <= LAST_BEGUN:
        return 0
    managers = staff.doing("Social worker", "Community nurse", "Nurse") or staff.workers
    often = Count("episodes", filter=Q(episodes__pathway__code=CRISIS))
    people = Person.objects.filter(service=making.service, died_on=None).annotate(often=often).filter(often__gt=0)
    number = making.size.scaled(PEOPLE_MANAGED, 8)
    begun = _begun(making, number)
    found = list(people.order_by("-often", "pk")[:number])
    for place, (person, at) in enumerate(zip(found, begun)):
        _manage(making, managers[place % len(managers)], person, place, at)
    return len(found)


def _begun(making: Making, number: int) -> Iterator[datetime]:
    """When each is referred: one after the other, as far back as the days of history reach."""
    last = making.size.history_days - 1
    step = max(1, (last - LAST_BEGUN) // number)
    for place in range(number):
        ago = min(last, LAST_BEGUN + (number - 1 - place) * step)
        yield wall_clock(making.today - timedelta(days=ago), "10:20")


def _manage(making: Making, worker: Worker, person: Person, place: int, at: datetime) -> None:
    luck = making.luck(f"case management {place}")
    actor = acting(making, worker, Role.CASE_MANAGER)
    need = place % len(NEEDS)
    new = NewReferral(
        source=Source.GP, urgency=Urgency.ROUTINE, need_code="frequent_emergencies", need_text=NEEDS[need],
        requester_name="Dr Made Up", requester_role="GP", requester_phone=made_up_phone(luck), received_at=at,
    )  # fmt: skip
    referral = receive_referral(actor=making.actor, person=person, new=new, now=at)
    accepted = at + timedelta(hours=3)
    episode = accept_referral(actor=making.actor, referral=referral, pathway_code=MANAGED, now=accepted)
    met = at + timedelta(days=4)
    _happened(actor, episode, "first_face_to_face_contact", met)
    before = {"ambulances": luck.randint(3, 9), "emergency": luck.randint(2, 6), "admissions": luck.randint(0, 3)}
    _count(making, actor, episode, "emergency-use-and-plan", "before", before, met + timedelta(hours=2), {
        **WORDS, "causes": list(BEHIND[need]), "counted_from": (met - COUNTED_OVER).date().isoformat(),
    })  # fmt: skip
    agreed = met + timedelta(hours=3)
    _happened(actor, episode, "plan_agreed", agreed)
    move_stage(actor=actor, episode=episode, stage="managing", now=agreed)
    if (ended := met + COUNTED_OVER) > making.now:
        return
    move_stage(actor=actor, episode=episode, stage="reviewing", now=ended)
    is_better = luck.random() < 0.8
    after = {what: round(count * luck.uniform(0.2, 0.7)) if is_better else count for what, count in before.items()}
    goes_on = GOES_ON if is_better else GOES_ON | NO_BETTER
    _count(making, actor, episode, "emergency-use-after", "after", after, ended + timedelta(hours=1), goes_on)
    _happened(actor, episode, "review_held", ended + timedelta(hours=2))
    outcome = luck.choice(("fewer_emergencies", "settled_other_plan")) if is_better else "no_change"
    close_episode(actor=actor, episode=episode, outcome_code=outcome, now=ended + timedelta(hours=2))


def _happened(actor: Actor, episode: Episode, kind: str, at: datetime) -> None:
    record_event(actor=actor, episode=episode, kind=kind, happened_at=at, now=at)


def _count(
    making: Making, actor: Actor, episode: Episode, form: str, when: str, counts: dict[str, int], at: datetime,
    answers: dict[str, Any],
) -> None:  # fmt: skip
    counted = {f"{what}_{when}": number for what, number in counts.items()}
    nights = {f"nights_{when}": counts["admissions"] * 3} if counts["admissions"] else {}
    fill(actor, making, episode.person, form, {**counted, **nights, **answers}, at, ("episode", episode.pk))
