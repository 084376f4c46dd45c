"""Sallow House: 20 beds, the stays of the last months, who is in a bed now, who waits, and whom to ring."""

import math
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from homeward.beds.models import Bed, BedReferral
from homeward.beds.services import (
    NewBedReferral,
    NewHouse,
    NewRoom,
    PastStay,
    accept_bed_referral,
    accept_offer,
    add_past_stays,
    add_room,
    add_way_home_need,
    admit,
    close_bed,
    note_readiness,
    offer_bed,
    open_house,
    put_first,
    refer_to_bed,
    review_stay,
)
from homeward.beds.services.referring import NEED, PATHWAY
from homeward.beds.states import OUTCOMES, RoomFor, Support
from homeward.demo.ledger import plan_of
from homeward.demo.making import Making, made_up_phone, signed, somewhere, weighted
from homeward.demo.staff import Staff
from homeward.demo.words import GOALS, TOWN
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.episodes.services import add_episodes
from homeward.kernel.rules import wall_clock
from homeward.people.models import Person
from homeward.plans.services import Content, NewGoal, write_plans
from homeward.procedures.selectors import procedure
from homeward.referrals.models import Referral, ReferralEvent
from homeward.referrals.services import add_referrals
from homeward.referrals.states import OPEN_STATES, ReferralState

HOUSE = "Sallow House"
# (name, floor, beds, en-suite, who for, what every bed has)
ROOMS = (
    *((f"Room {number}", 0, 1, number <= 4, RoomFor.EITHER, ("profiling",)) for number in range(1, 6)),
    ("Room 6", 0, 1, True, RoomFor.EITHER, ("profiling", "hoist", "wet_room")),
    ("Room 7", 0, 2, False, RoomFor.WOMEN, ("profiling",)),
    *((f"Room {number}", 1, 1, number % 2 == 0, RoomFor.EITHER, ()) for number in range(8, 14)),
    ("Room 14", 1, 2, False, RoomFor.MEN, ()),
    ("Room 15", 1, 2, False, RoomFor.EITHER, ("low",)),
    ("Room 16", 1, 2, True, RoomFor.EITHER, ("profiling", "pressure_mattress")),
)
DAYS_BACK, MOST_STAYS = 270, 150
MEAN_DAYS, SPREAD = 31.0, 0.55  # about the mean of community beds in England on 4 March 2026
SHORTEST, LONGEST = 3, 60
DAYS_BETWEEN_BEDS, DAYS_BETWEEN_STAYS = (1, 4), 14
# Made up: Perth House's own shares are not published
LEAVES_WITH = {
    Support.NONE: 38, Support.LESS: 16, Support.SAME: 18, Support.MORE: 14, Support.CARE_HOME: 8, Support.HOSPITAL: 6,
}  # fmt: skip
OUTCOME_OF = OUTCOMES | {
    Support.NONE: "independent", Support.LESS: "less_support", Support.SAME: "same_support",
    Support.MORE: "to_home_care",
}  # fmt: skip
FROM = {"hospital": 75, "home": 22, "other": 3}
LATER = {"own_home": 78, "family": 4, "extra_care": 3, "care_home": 7, "hospital": 3, "": 5}
MET = {
    "no_hospital": True, "not_safe_home": True, "can_gain": True, "wants_it": True, "has_way_home": True,
    "home_would_do": False, "hospital_care": False, "long_term": False, "last_weeks": False,
}  # fmt: skip
WHY = (
    "Ready to leave the ward, cannot manage the stairs or the night alone yet.",
    "Fell twice at night. Wants to practise before being alone again.",
    "Hip mended, walking with a frame, house has no downstairs toilet.",
    "Lost strength after three weeks in bed. Was doing everything before.",
)
HOPES = ("Back to my own kitchen.", "To get up the stairs.", "To be home for the birthday.", "My cat is waiting.")
STEPS = (
    ("Try the stairs with the therapist", "Therapist"), ("Home visit with her daughter", "Social worker"),
    ("Make breakfast alone three days running", "Reablement worker"), ("Key safe to be fitted", "Housing team"),
)  # fmt: skip
NEEDS = (
    ("equipment", "Raised toilet seat and rail", "Occupational therapist"),
    ("care", "Two visits a day", "Social worker"),
    ("cleaning", "Heating on and fridge cleared", "Family"),
    ("home_change", "Second stair rail", "Handyperson service"),
)  # fmt: skip
LEAVE_FOR_OTHERS = 6  # people without care now who stay so, for the front door to hear of


@dataclass
class _House:
    """What making the house draws on."""

    making: Making
    staff: Staff
    luck: random.Random
    women: list[Person]
    men: list[Person]
    referrals: list[Referral] = field(default_factory=list)
    referral_events: list[ReferralEvent] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    events: list[EpisodeEvent] = field(default_factory=list)
    past: list[PastStay] = field(default_factory=list)
    # when somebody's last stay ended
    ended: dict[int, date] = field(default_factory=dict)


def make_beds(making: Making, staff: Staff) -> int:
    """Make the house, its past stays and everybody who is in a bed or waits for one now; gives how many are in one."""
    luck = making.luck("beds")
    free = _free_people(making)
    luck.shuffle(free)
    free = free[LEAVE_FOR_OTHERS:]
    made = _House(
        making,
        staff,
        luck,
        [one for one in free if one.gender == "female"],
        [one for one in free if one.gender == "male"],
    )
    beds = _open_house(made)
    everybody = (list(made.women), list(made.men))
    now_in = _draw_past(made, beds, *everybody)
    _write_past(made)
    inside = _fill(made, now_in)
    _waiting(made)
    return inside


def _free_people(making: Making) -> list[Person]:
    """People with nothing open, whom a stay in a bed does not take out of other care."""
    busy = Episode.objects.filter(service=making.service, ended_at=None).values("person_id")
    asked = Referral.objects.filter(service=making.service, state__in=OPEN_STATES, person__isnull=False)
    rows = Person.objects.filter(service=making.service, died_on=None, merged_into=None, sensitivity="")
    rows = rows.filter(restricted_since=None, addresses__kind="home").exclude(addresses__kind__in=("bed", "temporary"))
    return list(rows.exclude(pk__in=busy).exclude(pk__in=asked.values("person_id")).order_by("pk").distinct())


def _open_house(made: _House) -> list[Bed]:
    making, point = made.making, somewhere(made.luck)
    began = wall_clock(making.today - timedelta(days=DAYS_BACK + 30), "09:00")
    new = NewHouse(
        name=HOUSE, lines=f"40 Weaver Street, {TOWN}", postcode=point.postcode, latitude=point.latitude,
        longitude=point.longitude, phone=made_up_phone(made.luck),
    )  # fmt: skip
    house = open_house(actor=making.actor, service_id=making.service.pk, new=new, now=began)
    number = 1
    for name, floor, beds, is_en_suite, room_for, equipment in ROOMS:
        names = tuple(f"Bed {number + place}" for place in range(beds))
        number += beds
        room = NewRoom(name, names, floor, is_en_suite, room_for, equipment)
        add_room(actor=making.actor, house=house, new=room, now=began)
    return list(Bed.objects.filter(room__house=house).select_related("room__house").order_by("pk"))


def _draw_past(made: _House, beds: list[Bed], women: list[Person], men: list[Person]) -> list[tuple[Bed, int]]:
    """Draw each bed's stays up to now; gives the beds somebody is in now, with for how many days.

    The last four are left empty: two free, one closed, one offered.
    """
    today, luck, now_in = made.making.today, made.luck, []
    for place, bed in enumerate(beds):
        pool = men if bed.room.room_for == RoomFor.MEN else women if bed.room.room_for == RoomFor.WOMEN else women + men
        day = today - timedelta(days=DAYS_BACK - luck.randint(0, 20))
        while True:
            stays = min(LONGEST, max(SHORTEST, round(luck.lognormvariate(math.log(MEAN_DAYS) - SPREAD**2 / 2, SPREAD))))
            left = day + timedelta(days=stays)
            if left >= today:
                if place % 5 != 4 and (today - day).days <= 44:
                    now_in.append((bed, max(0, (today - day).days)))
                break
            who = _somebody(made, pool, day)
            if who is not None and len(made.past) < MOST_STAYS:
                _past_stay(made, who, bed, day, left)
            day = left + timedelta(days=luck.randint(*DAYS_BETWEEN_BEDS))
    return now_in


def _somebody(made: _House, pool: list[Person], day: date) -> Person | None:
    for _ in range(12):
        if not pool:
            return None
        who = made.luck.choice(pool)
        if who.pk not in made.ended or made.ended[who.pk] + timedelta(days=DAYS_BETWEEN_STAYS) <= day:
            return who
    return None


def _past_stay(made: _House, who: Person, bed: Bed, day: date, left_on: date) -> None:
    making, luck = made.making, made.luck
    made.ended[who.pk] = left_on
    moved_in = wall_clock(day, f"{luck.randint(11, 17):02d}:00")
    asked = moved_in - timedelta(hours=luck.choice((6, 20, 26, 30, 44, 70)))
    accepted = asked + timedelta(hours=2)
    left = wall_clock(left_on, f"{luck.randint(10, 14):02d}:30")
    came_from, support = weighted(luck, FROM), weighted(luck, LEAVES_WITH)
    by = luck.choice(made.staff.doing("Reablement house nurse") or made.staff.workers)
    referral = Referral(
        service=making.service, person=who, received_at=asked, state=ReferralState.ACCEPTED, pathway_code=PATHWAY,
        source="hospital" if came_from == "hospital" else "community", urgency="two_days", need_code=NEED,
        need_text=luck.choice(WHY), requester_phone=made_up_phone(luck),
    )  # fmt: skip
    made.referrals.append(referral)
    for kind, at in (("referral_received", asked), ("referral_accepted", accepted)):
        made.referral_events.append(
            ReferralEvent(referral=referral, kind=kind, happened_at=at, recorded_at=at, **signed(by))
        )
    episode = Episode(
        service=making.service, person=who, referral=referral, pathway=procedure("pathway", PATHWAY), stage="closed",
        started_at=accepted, ended_at=left, outcome_code=OUTCOME_OF[support],
    )  # fmt: skip
    made.episodes.append(episode)
    for kind, at in (
        ("episode_started", accepted), ("moved_into_bed", moved_in), ("left_bed", left), ("episode_closed", left),
    ):  # fmt: skip
        made.events.append(EpisodeEvent(episode=episode, kind=kind, happened_at=at, recorded_at=at, **signed(by)))
    found = tuple(weighted(luck, LATER) for _ in range(2)) if luck.random() < 0.85 else ()
    made.past.append(PastStay(episode, bed, came_from, moved_in, left, support, found))


def _write_past(made: _House) -> None:
    who = {"actor": made.making.actor, "service_id": made.making.service.pk, "now": made.making.now}
    add_referrals(referrals=made.referrals, events=made.referral_events, calls=[], **who)
    add_episodes(episodes=made.episodes, events=made.events, **who)
    add_past_stays(stays=made.past, **who)


def _asked(made: _House, who: Person, at: datetime, **needs) -> BedReferral:
    new = NewBedReferral(
        came_from=weighted(made.luck, FROM), criteria=MET, reason=made.luck.choice(WHY),
        hopes_for=made.luck.choice(HOPES), requester_name="Ward 5", requester_phone=made_up_phone(made.luck), **needs,
    )  # fmt: skip
    return refer_to_bed(actor=made.making.actor, person=who, new=new, now=at)


def _taken(made: _House, room_for: str) -> Person | None:
    """Somebody who has no stay yet, for a room; None where nobody is left. Rooms for either hold women."""
    pool = made.men if room_for == RoomFor.MEN else made.women
    return pool.pop() if len(pool) > 1 else None


def _fill(made: _House, now_in: list[tuple[Bed, int]]) -> int:
    """Put somebody in each of these beds, as many as there are people; gives how many."""
    making, luck, actor, inside, plans = made.making, made.luck, made.making.actor, 0, []
    by = luck.choice(made.staff.doing("Reablement house nurse") or made.staff.workers)
    enough = (len(made.women) + len(made.men)) // 2 + 1
    for bed, days in now_in[:enough]:
        who = _taken(made, bed.room.room_for)
        if who is None:
            continue
        moved_in = wall_clock(making.today - timedelta(days=days), "13:00") if days else making.now
        asked = moved_in - timedelta(hours=luck.choice((8, 24, 30)))
        told = {"actor": actor, "now": moved_in}
        referral = accept_bed_referral(actor=actor, referral=_asked(made, who, asked), now=asked + timedelta(hours=1))
        use = offer_bed(referral=referral, bed=bed, held_until=moved_in + timedelta(hours=6), **told)
        use = accept_offer(use=use, answered_by=who.label, **told)
        day = moved_in.date()
        step, owner = luck.choice(STEPS)
        leaving_on = max(making.today, day + timedelta(days=luck.randint(24, 42)))
        leaving_on = min(leaving_on, day + timedelta(days=42))
        stay = admit(use=use, moved_in_at=moved_in, leaving_on=leaving_on, next_step=f"{step} ({owner})", **told)
        inside += 1
        weeks = days // 7 if luck.random() < 0.8 else max(0, days // 7 - 1)
        if weeks and days <= 42:
            held = day + timedelta(days=weeks * 7)
            at = wall_clock(held, "11:00")
            if at <= making.now:
                review_stay(
                    actor=actor, stay=stay, held_on=held, text="Managing more each day; the stairs are what is left.",
                    leaving_on=max(held, stay.leaving_on), next_on=held + timedelta(days=7), now=at,
                )  # fmt: skip
        if days <= 42:
            kind, text, owner = luck.choice(NEEDS)
            add_way_home_need(
                actor=actor, stay=stay, kind=kind, text=text, owner=owner, now=making.now,
                by_day=making.today + timedelta(days=luck.randint(0, 6)),
            )  # fmt: skip
        plan = plan_of(referral.episode, by, moved_in, "Practise for home", None)
        goals = tuple(NewGoal(text, key=f"g{place}") for place, text in enumerate(luck.sample(GOALS, 2), 1))
        plans.append((plan, Content(goals=goals), []))
    write_plans(actor=actor, service_id=making.service.pk, plans=plans, now=making.now)
    return inside


def _waiting(made: _House) -> None:
    """One bed offered, one closed, and people who wait: one put first, one who cannot move yet; one to decide on."""
    making, actor, now = made.making, made.making.actor, made.making.now
    free = [
        bed
        for bed in Bed.objects.filter(room__house__service=making.service).select_related("room__house").order_by("pk")
        if not bed.uses.filter(state="in").exists()
        and bed.room.room_for == RoomFor.EITHER
        and bed.room.beds.count() == 1
    ]
    if len(free) > 1:
        until = making.today + timedelta(days=4)
        close_bed(actor=actor, bed=free.pop(), reason="Call bell is being mended", until=until, now=now)
    wants = (
        {}, {"needs_en_suite": True, "needs_ground_floor": True}, {"needs_own_room": True},
        {"needs_equipment": ("hoist",)}, {"needs_ground_floor": True},
    )  # fmt: skip
    for place, needs in enumerate(wants):
        who = _taken(made, RoomFor.MEN if place % 2 else RoomFor.WOMEN)
        if who is None:
            continue
        asked = now - timedelta(hours=(50, 31, 20, 9, 3)[place])
        referral = _asked(made, who, asked, **needs)
        if place == 4:
            continue  # to decide on
        referral = accept_bed_referral(actor=actor, referral=referral, now=asked + timedelta(hours=1))
        if place == 0 and free:
            offer_bed(
                actor=actor, referral=referral, bed=free[0], held_until=now + timedelta(hours=6), now=now,
                override_reason="The only single room free today",
            )  # fmt: skip
        elif place == 2:
            put_first(
                actor=actor,
                referral=referral,
                reason="Sleeps in a chair, and whoever cares for them goes into hospital tomorrow",
                now=now,
            )
        elif place == 3:
            note_readiness(actor=actor, referral=referral, is_ready=False, reason="Has a temperature today", now=now)
