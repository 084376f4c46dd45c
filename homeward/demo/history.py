"""A year at the front door: calls, referrals, what was decided, the episodes that followed and how they ended."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import cycle

from homeward.demo.care import crisis_support, home_care, reablement, stoma_care
from homeward.demo.ledger import Ledger, plan_of
from homeward.demo.making import Making, made_up_name, made_up_phone, weighted
from homeward.demo.people import Resident
from homeward.demo.roundsheet import Rounds
from homeward.demo.size import CALLS_A_DAY, CRISES_A_DAY
from homeward.demo.staff import Staff
from homeward.demo.words import (
    CALL_REASONS,
    CRISES,
    CRISIS_NOTES,
    CRISIS_WEIGHTS,
    DECLINED,
    HOME_CARE,
    REABLEMENT,
    REABLEMENT_WHAT,
    REDIRECTED,
    ROLES,
)
from homeward.episodes.models import Episode
from homeward.kernel.rules import LONDON, london_day, london_moment, minutes_into, wall_clock
from homeward.people.models import Alert
from homeward.people.states import Sensitivity
from homeward.procedures.models import Procedure
from homeward.procedures.rules import Pathway
from homeward.procedures.selectors import built, library, need_title, procedure
from homeward.referrals.models import Call, Referral
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, Visit, VisitTask
from homeward.visits.rules import UNDONE_COST_CRISIS

CRISIS, REABLING, CARE = "integrated-crisis-response", "reablement-at-home", "home-care-with-delegated-tasks"
# Calls by hour of day, for a front door that is open all day and night: few at night, most from nine to six.
BY_HOUR = (1, 1, 1, 1, 1, 2, 3, 5, 9, 13, 14, 14, 12, 11, 11, 11, 10, 9, 8, 7, 5, 4, 3, 2)
CRISIS_SOURCES = {
    "gp": 30, "ambulance": 22, "nhs_111": 9, "hospital": 12, "community": 9, "care_home": 7, "family": 6,
    "social_care": 5,
}  # fmt: skip
SLOWER_SOURCES = {"hospital": 55, "gp": 15, "community": 12, "social_care": 10, "family": 8}
DECIDED = {"accepted": 88, "redirected": 6, "declined": 4, "withdrawn": 2}
# Minutes from the referral to somebody at the door: 84.5 in 100 within two hours, as England in 2024-25.
MEDIAN_MINUTES_TO_DOOR, SPREAD_TO_DOOR = 78.0, 0.42
SEEN_BY_TWO = 0.40  # Leicester ICRS
# 75 in 100 need nothing further (Leicester ICRS); the rest as it comes.
CRISIS_ENDS = {
    "nothing_further": 75, "to_reablement": 6, "admitted": 5.5, "usual_support": 4, "to_other_community": 4,
    "to_home_care": 2.5, "to_community_bed": 1.5, "declined_by_person": 1, "died": 0.5,
}  # fmt: skip
# 70 in 100 live independently at the end (Leeds); the rest as it comes.
REABLEMENT_ENDS = {
    "independent": 70, "less_support": 8, "to_home_care": 11, "same_support": 4, "admitted": 3, "to_care_home": 2,
    "declined_by_person": 1.5, "died": 0.5,
}  # fmt: skip
CARE_ENDS = {
    "to_care_home": 30, "died": 22, "no_longer_needed": 18, "less_support": 10, "admitted": 12, "other_provider": 6,
    "moved_away": 2,
}  # fmt: skip
REABLEMENT_STARTS_A_DAY, CARE_STARTS_A_DAY = 3.0, 0.6
# What a full place has under way at once: 1,200 visits a day come of these.
PEOPLE_IN_HOME_CARE, PEOPLE_IN_REABLEMENT = 350, 82
REABLEMENT_DAYS = (12, 42)
# The plans of care that ended so long before the days of visits begin are kept, as a forecast of demand asks for them
REMEMBERED = timedelta(weeks=6)
# Who, in order of referral, needs from today what no home care worker is signed off for yet
NEW_NEEDS = (7, 120)
# Who of those in home care, in order of referral, has a dressing on set days: leg clubs need somebody to ask
DRESSINGS = slice(2, 12, 3)
RESPONSE_MINUTES = 60
NEVER = datetime(9999, 1, 1, tzinfo=LONDON)
LONGEST_STAY = timedelta(minutes=80)
LONGEST_LOOK = timedelta(minutes=60)  # past the first moment, for somebody free
SUPPORT_LIMIT = timedelta(hours=72)
LEAST_BEFORE_NOW = timedelta(hours=4, minutes=30)  # the last hours are told by `right_now`
# Minutes since each referral now waiting for a decision was received: two are early, one has passed its two hours.
WAITING_CRISES = (6, 19, 41, 73, 99, 134)
# Crises answered just now: received so many minutes ago; at the door so many minutes from now; by two
UNDER_WAY = ((104, -22, True), (71, -9, False), (64, 14, True), (88, 9, False))
WAITING_OTHERS = ((REABLING, 5), (REABLING, 22), (CARE, 27))  # hours
# What else waits, for services of every kind: (need, urgency, hours, what the sender says)
WAITING_FOR_MORE_SERVICES = (
    ("end_of_life_at_home", "two_days", 3, "Wants to be at home for what time there is. Husband needs showing how."),
    ("community_bed", "two_days", 7, "Not safe alone at night since the fall. A short stay and practice would do it."),
    ("leaving_hospital", "two_days", 9, "Ready on Thursday. Two services to arrange and nobody at home in the day."),
    ("dementia_at_home", "two_days", 16, "Up at night, wife has had three hours of sleep. Never hit anybody."),
    ("home_from_hospital", "two_days", 28, "Came home on Friday, managing the stairs on her bottom."),
    ("technology_at_home", "routine", 20, "Leaves the gas on. Would wear a pendant."),
    ("low_vision", "routine", 26, "Cannot read letters or the cooker since the spring. Wants to go on cooking."),
    ("staying_well", "routine", 31, "Low since his wife died, used to bowl. Asks who else is about."),
    ("peer_support", "routine", 44, "Would like to talk to somebody who has been through it."),
    ("frequent_emergencies", "routine", 49, "Eleven ambulance calls since August. Nobody has the whole picture."),
    ("growing_need_in_extra_care", "routine", 52, "Needs two to help her up now. Staff ask for a nurse to look."),
    ("leg_care", "routine", 70, "Ulcer nearly healed. Hosiery twice a day, cannot manage it herself."),
)


@dataclass
class Stock:
    """What a history draws on: people, the workers who sign, published pathways."""

    making: Making
    staff: Staff
    residents: list[Resident]
    # the days that have shifts: who was there, and what they had to do
    rounds: dict[date, Rounds] = field(default_factory=dict)
    rows: dict[str, Procedure] = field(default_factory=dict)
    pathways: dict[str, Pathway] = field(default_factory=dict)

    # when the newest crisis of each person ends: nobody is in two at once
    busy_until: dict[int, datetime] = field(default_factory=dict)
    # who has reablement or home care now
    in_care: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for code in (CRISIS, REABLING, CARE):
            self.rows[code] = procedure("pathway", code)
            self.pathways[code] = built(self.rows[code])
        # people for the front door as it is now, whom the history leaves alone
        self.kept_back = self.residents[-max(1, min(24, len(self.residents) // 4)) :]
        self.coordinators = self.staff.doing("Front door coordinator")
        self.health = self.staff.doing("Crisis nurse", "Advanced practitioner", "Crisis therapist")
        self.care = self.staff.doing("Crisis care responder")
        self.therapists = self.staff.doing("Occupational therapist")
        self.nurses = self.staff.doing("Community nurse")
        self.titles = {activity.code: activity.title for activity in library().activities}


def moments_of(luck: random.Random, day: date, mean: float) -> list[datetime]:
    """About `mean` moments of a day, in order, as calls come."""
    spread = mean**0.5 / 2
    number = max(0, round(luck.gauss(mean, spread)))
    found = []
    for _ in range(number):
        hour = luck.choices(range(24), BY_HOUR)[0]
        found.append(wall_clock(day, f"{hour:02d}:{luck.randrange(60):02d}"))
    return sorted(found)


def new_referral(
    stock: Stock, luck: random.Random, who: Resident, need: str, text: str, urgency: str, at: datetime, sources: dict
) -> Referral:
    """A referral as it reaches the front door."""
    source = weighted(luck, sources)
    given, family, _ = made_up_name(luck, luck.random() < 0.6, is_older=False)
    person = who.person
    organisation = None
    if source == "gp":
        organisation = person.gp_practice
    elif source in ("hospital", "ambulance"):
        organisation = stock.staff.kind(source)[0]
    return Referral(
        service=stock.making.service,
        person=person,
        received_at=at,
        source=source,
        requester_name=f"{given} {family}" if source != "self" else person.label,
        requester_role=luck.choice(ROLES[source]),
        requester_organisation=organisation.name if organisation else "",
        requester_phone=made_up_phone(luck),
        organisation=organisation,
        urgency=urgency,
        need_code=need,
        need_text=text,
    )


def receive(
    ledger: Ledger, stock: Stock, luck: random.Random, referral: Referral, by: Worker, is_by_phone: bool
) -> None:
    """Take a referral in: its event, its entry, the alert it brings, and the call where there was one."""
    ledger.referrals.append(referral)
    ledger.happened_to_referral(
        referral, "referral_received", referral.received_at, by, f"Referred: {need_title(referral.need_code)}",
        referral.need_text,
    )  # fmt: skip
    if is_by_phone:
        ledger.calls.append(
            Call(
                service=referral.service,
                received_at=referral.received_at,
                taken_by=by.name,
                source=referral.source,
                caller_name=referral.requester_name,
                caller_phone=referral.requester_phone,
                caller_organisation=referral.requester_organisation,
                person=referral.person,
                reason=referral.need_text,
                outcome="referral",
                referral=referral,
            )
        )


def accept(ledger: Ledger, stock: Stock, referral: Referral, code: str, at: datetime, by: Worker) -> Episode:
    """Accept a referral onto a pathway and start its episode."""
    pathway = stock.pathways[code]
    referral.state, referral.pathway_code = "accepted", code
    ledger.happened_to_referral(referral, "referral_accepted", at, by, f"Accepted: {pathway.title}")
    episode = Episode(
        service=referral.service,
        person=referral.person,
        referral=referral,
        pathway=stock.rows[code],
        stage=pathway.first_stage.code,
        started_at=at,
    )
    ledger.episodes.append(episode)
    ledger.happened_in(episode, "episode_started", at, by, detail=pathway.title)
    return episode


def move(ledger: Ledger, episode: Episode, stage: str, at: datetime, by: Worker) -> None:
    """Move an episode to its next stage."""
    episode.stage = stage
    ledger.happened_in(episode, "stage_changed", at, by, detail=stage)


def end(ledger: Ledger, stock: Stock, episode: Episode, outcome: str, at: datetime, by: Worker, note: str = "") -> None:
    """End an episode with an outcome of its pathway."""
    pathway = stock.pathways[episode.pathway.code]
    chosen = pathway.outcome(outcome)
    if outcome == "admitted":
        ledger.happened_in(episode, "admitted_to_hospital", at, by)
    elif outcome == "died":
        ledger.happened_in(episode, "person_died", at, by)
        ledger.deaths.append((episode.person, london_day(at)))
        stock.busy_until[episode.person.pk] = NEVER
    else:
        ledger.happened_in(episode, "support_ended", at, by)
    episode.ended_at, episode.outcome_code, episode.outcome_note, episode.stage = at, outcome, note, "closed"
    ledger.happened_in(
        episode, "episode_closed", at, by, f"{pathway.title} ended: {chosen.title}", detail=chosen.title, text=note
    )


def decided_otherwise(
    ledger: Ledger, luck: random.Random, referral: Referral, decision: str, at: datetime, by: Worker
) -> None:
    """Redirect, decline or take out a referral, with the reason."""
    if decision == "redirected":
        to, why = luck.choice(REDIRECTED)
        title = f"Redirected to {to}"
    elif decision == "declined":
        title, why = "Declined", luck.choice(DECLINED)
    else:
        title, why = "Referral withdrawn by the sender", "The crew is taking the person to hospital."
    referral.state = decision
    kind = "referral_cancelled" if decision == "withdrawn" else f"referral_{decision}"
    ledger.happened_to_referral(referral, kind, at, by, title, why)


def response_visit(
    stock: Stock, episode: Episode, who: Resident, is_joint: bool, opens: datetime, closes: datetime, state: str
) -> tuple[Visit, list[VisitTask]]:
    """The first visit of a crisis, as `visits.services.need_response` makes it, for two workers or for one."""
    template = next(visit for visit in stock.pathways[CRISIS].visits if visit.due_with_clock)
    staff = template.staff if is_joint else template.staff[:1]
    visit = Visit(
        service=stock.making.service,
        person=episode.person,
        episode=episode,
        address=who.address,
        day=london_day(opens),
        title=template.title,
        window_opens_at=opens,
        window_closes_at=max(closes, opens),
        slots=[
            {"skill": slot.skill, "competences": list(slot.competences), "minutes": template.minutes} for slot in staff
        ],
        undone_cost=UNDONE_COST_CRISIS,
        is_crisis=True,
        state=state,
    )
    return visit, [VisitTask(visit=visit, activity_code=code, title=stock.titles[code]) for code in template.activities]


def crisis(ledger: Ledger, stock: Stock, luck: random.Random, who: Resident, at: datetime) -> Episode | None:
    """One crisis referral and all that came of it by now; gives its episode when it was accepted."""
    now = stock.making.now
    need = weighted(luck, CRISIS_WEIGHTS)
    referral = new_referral(stock, luck, who, need, luck.choice(CRISES[need]), "crisis", at, CRISIS_SOURCES)
    by = luck.choice(stock.coordinators)
    receive(ledger, stock, luck, referral, by, luck.random() < 0.62)
    decision = weighted(luck, DECIDED)
    decided = at + timedelta(minutes=round(luck.triangular(3, 30, 9)))
    door = at + timedelta(minutes=round(MEDIAN_MINUTES_TO_DOOR * luck.lognormvariate(0, SPREAD_TO_DOOR)))
    # nobody of whom this tells is still waiting: whoever came last has left by now
    door = min(max(door, decided + timedelta(minutes=12)), now - LONGEST_LOOK - LONGEST_STAY)
    coming = who_came(stock, luck, who, door, is_joint=luck.random() < SEEN_BY_TWO)
    if coming is None or decision != "accepted":
        decision = "redirected" if decision == "accepted" else decision
        decided_otherwise(ledger, luck, referral, decision, decided, by)
        return None
    door, team = coming
    episode = accept(ledger, stock, referral, CRISIS, decided, by)
    move(ledger, episode, "responding", decided, by)
    first_contact(ledger, stock, luck, episode, who, at, door, team)
    outcome = weighted(luck, CRISIS_ENDS)
    if outcome == "died" and who.person.pk in stock.in_care:
        outcome = "usual_support"  # their care goes on today
    hours = luck.triangular(1.5, 71, 18) if luck.random() < 0.97 else luck.uniform(72.5, 88)
    if outcome in ("declined_by_person", "admitted"):
        hours = luck.uniform(1.5, 12)
    ended = door + timedelta(minutes=round(60 * hours))
    if london_day(door) >= stock.making.today - timedelta(days=stock.making.size.days + 3):
        support_for(ledger, stock, luck, episode, door, ended)
    stock.busy_until[who.person.pk] = ended
    if ended <= now:
        end(ledger, stock, episode, outcome, ended, luck.choice(team), luck.choice(CRISIS_NOTES))
    return episode


def who_came(
    stock: Stock,
    luck: random.Random,
    who: Resident,
    door: datetime,
    *,
    is_joint: bool,
    latest: timedelta = LONGEST_LOOK,
) -> tuple[datetime, tuple[Worker, ...]] | None:
    """Who was at the door and when: somebody on shift and free where the shifts of that day are known.

    None when nobody could come by `latest` after that.
    """
    day = london_day(door)
    rounds = stock.rounds.get(day)
    if rounds is None:
        health, care = luck.choice(stock.health), luck.choice(stock.care)
        return door, (health, care) if is_joint else (health,)
    both: list[tuple[str, ...]] = [("crisis_responder_health",), ("crisis_responder_care",)]
    place = (who.address.latitude, who.address.longitude)
    at = minutes_into(day, door)
    for slots in ([both] if is_joint else []) + [both[:1]]:
        found = rounds.fill(slots, at, at, RESPONSE_MINUTES, place, set(), latest=latest.seconds / 60)
        if found is not None:
            return london_moment(day, math.ceil(found[0])), tuple(row.worker for row in found[1])
    return None


def first_contact(
    ledger: Ledger,
    stock: Stock,
    luck: random.Random,
    episode: Episode,
    who: Resident,
    received: datetime,
    door: datetime,
    team: tuple[Worker, ...],
    *,
    has_left: bool = True,
) -> Visit:
    """The first visit of a crisis: who came and when; once they have left, what they did and the next stage."""
    visit, tasks = response_visit(
        stock, episode, who, len(team) > 1, episode.started_at, received + timedelta(hours=2),
        "done" if has_left else "under_way",
    )  # fmt: skip
    left = door + timedelta(minutes=luck.randint(45, LONGEST_STAY.seconds // 60))
    for slot, worker in enumerate(team):
        ledger.assignments.append(
            Assignment(
                visit=visit,
                slot=slot,
                worker=worker,
                starts_at=door,
                ends_at=door + timedelta(minutes=60),
                travel_minutes=float(luck.randint(5, 16)),
                why="First able to be there.",
                state="left" if has_left else "arrived",
                decided_by=luck.choice(stock.coordinators).name,
                arrived_at=door,
                left_at=left if has_left else None,
            )
        )
    ledger.visits.append(visit)
    if visit.day in stock.rounds:
        # older visits keep who came and when; what each did is told for the days that have shifts
        for task in tasks:
            if has_left:
                task.done_at, task.done_by = left, team[0].name
        ledger.tasks += tasks
    who_came = " and ".join(worker.name for worker in team)
    ledger.happened_in(
        episode, "first_face_to_face_contact", door, team[0], "First seen face to face", detail=f"By {who_came}"
    )
    if has_left:
        visit.outcome_note = luck.choice(CRISIS_NOTES)
        ledger.happened_in(episode, "assessment_completed", left, team[0])
        move(ledger, episode, "supporting", left, team[0])
        ledger.note(
            episode.person, "visit", f"{who_came} left: {visit.title}", left, team[0], visit.outcome_note, visit
        )
        for other in team[1:]:
            ledger.note(episode.person, "visit", "Home made safe", left, other, luck.choice(CRISIS_NOTES), visit)
    return visit


def other_calls(ledger: Ledger, stock: Stock, luck: random.Random, day: date) -> None:
    """Calls that became no referral: advice, a call back, another service."""
    for at in moments_of(luck, day, stock.making.size.share * (CALLS_A_DAY - CRISES_A_DAY * 0.62)):
        if at >= stock.making.now:
            continue
        reason, advice = luck.choice(CALL_REASONS)
        source = weighted(luck, CRISIS_SOURCES)
        given, family, _ = made_up_name(luck, luck.random() < 0.6, is_older=False)
        outcome = weighted(luck, {"advice": 70, "call_back": 15, "passed_on": 15})
        by = luck.choice(stock.coordinators)
        who = luck.choice(stock.residents).person if luck.random() < 0.5 else None
        call = Call(
            service=stock.making.service,
            received_at=at,
            taken_by=by.name,
            source=source,
            caller_name=f"{given} {family}",
            caller_phone=made_up_phone(luck),
            person=who,
            reason=reason,
            outcome=outcome,
            advice=advice if outcome == "advice" else "",
        )
        ledger.calls.append(call)
        if who:
            said = {"advice": "advice given", "call_back": "call back promised"}.get(
                outcome, "passed to another service"
            )
            ledger.note(who, "call", f"Call: {said}", at, by, advice if outcome == "advice" else reason, call)


def slower(
    ledger: Ledger, stock: Stock, luck: random.Random, who: Resident, code: str, at: datetime
) -> tuple[Episode, datetime | None]:
    """A referral for reablement or home care, accepted, with its support begun in most cases; and when it began."""
    needs = REABLEMENT if code == REABLING else HOME_CARE
    need = luck.choice(list(needs))
    text = needs[need].format(what=luck.choice(REABLEMENT_WHAT))
    urgency = "two_days" if code == REABLING else "routine"
    referral = new_referral(stock, luck, who, need, text, urgency, at, SLOWER_SOURCES)
    by = luck.choice(stock.coordinators)
    receive(ledger, stock, luck, referral, by, luck.random() < 0.4)
    if code == REABLING and referral.source == "hospital":
        ledger.happened_to_referral(referral, "referred_from_hospital_bed", at, by)
    accepted = at + timedelta(minutes=luck.randint(20, 400))
    episode = accept(ledger, stock, referral, code, accepted, by)
    lead = luck.choice(stock.therapists if code == REABLING else stock.nurses)
    first = "starting" if code == REABLING else "agreeing"
    move(ledger, episode, first, accepted, by)
    late = luck.random() < 0.1
    began_on = london_day(accepted) + timedelta(days=luck.choice((3, 4)) if late else luck.choice((1, 1, 2)))
    began = wall_clock(began_on, f"{luck.randint(9, 15):02d}:{luck.choice(('00', '15', '30'))}")
    if began > stock.making.now:
        return episode, None
    ledger.happened_in(
        episode, "first_face_to_face_contact", began, lead, "First seen face to face", detail=f"By {lead.name}"
    )
    written_at = began + timedelta(minutes=70)
    ledger.happened_in(
        episode, "support_started", began, lead, "Support started", detail="First visit, with the plan agreed at home"
    )
    if written_at <= stock.making.now:
        ledger.happened_in(episode, "plan_agreed", written_at, lead)
        move(ledger, episode, "reabling" if code == REABLING else "receiving_care", written_at, lead)
    return episode, began


def reviews(
    ledger: Ledger, luck: random.Random, episode: Episode, began: datetime, until: datetime, by: Worker
) -> None:
    """The reviews that a pathway's clocks ask for, most of them in time."""
    after = 14 if episode.pathway.code == REABLING else 42
    at = began + timedelta(days=luck.randint(after - 5, after + 3))
    if at < until:
        ledger.happened_in(
            episode, "review_held", at, by, "Review held", detail="Looked at progress together and changed the visits"
        )


def year(ledger: Ledger, stock: Stock) -> None:
    """Everything from the first day of history to now, less the last few hours."""
    making = stock.making
    luck = making.luck("history")
    first = making.today - timedelta(days=making.size.history_days)
    caring = iter(stock.residents)
    under_way = list(running(stock, luck, caring))
    stock.in_care = {who.person.pk for who, _, _ in under_way}
    others = list(caring)[: -len(stock.kept_back)] or stock.residents
    for ahead in range(making.size.history_days + 1):
        day = first + timedelta(days=ahead)
        crises_of(ledger, stock, luck, day, others)
        if day < making.today - timedelta(days=50):
            for code, rate in ((REABLING, REABLEMENT_STARTS_A_DAY), (CARE, CARE_STARTS_A_DAY)):
                for at in moments_of(luck, day, rate * making.size.share):
                    who = luck.choice(others)
                    if stock.busy_until.get(who.person.pk, at) <= at:
                        ended_support(ledger, stock, luck, who, code, at)
    in_order = sorted(under_way, key=lambda one: one[2])
    dressed = {who.person.pk for who, _, _ in [one for one in in_order if one[1] == CARE][DRESSINGS]}
    for place, (who, code, at) in enumerate(in_order):
        needs = "dressing" if who.person.pk in dressed else ""
        begin_support(ledger, stock, luck, who, code, at, has_new_need=place in NEW_NEEDS, needs=needs)


def crises_of(ledger: Ledger, stock: Stock, luck: random.Random, day: date, others: list[Resident]) -> None:
    """The calls and crises of one day, as far as they are over."""
    making = stock.making
    other_calls(ledger, stock, luck, day)
    # people who come back do so more often than others
    often = others[: max(1, len(others) // 6)]
    for at in moments_of(luck, day, CRISES_A_DAY * making.size.share):
        if at >= making.now - LEAST_BEFORE_NOW:
            continue
        for _ in range(10):
            drawn = luck.random()
            who = luck.choice(often if drawn < 0.25 else others if drawn < 0.88 else stock.residents)
            if stock.busy_until.get(who.person.pk, at) <= at and who not in stock.kept_back:
                crisis(ledger, stock, luck, who, at)
                break


def begin_support(
    ledger: Ledger,
    stock: Stock,
    luck: random.Random,
    who: Resident,
    code: str,
    at: datetime,
    *,
    has_new_need: bool = False,
    needs: str = "",
) -> None:
    """Reablement or home care that goes on, with its plan and its reviews."""
    episode, began = slower(ledger, stock, luck, who, code, at)
    if began is not None:
        lead = luck.choice(stock.therapists if code == REABLING else stock.nurses)
        reviews(ledger, luck, episode, began, stock.making.now, lead)
    plan_for(ledger, stock, luck, episode, began, has_new_need=has_new_need, needs=needs)


def running(stock: Stock, luck: random.Random, caring: Iterator[Resident]) -> Iterator[tuple[Resident, str, datetime]]:
    """Who has reablement or home care now, and when each was referred."""
    making = stock.making
    longest = making.size.history_days - 1
    for code, number in ((CARE, PEOPLE_IN_HOME_CARE), (REABLING, PEOPLE_IN_REABLEMENT)):
        for _, who in zip(range(making.size.scaled(number)), caring):
            if code == CARE:
                back = min(longest, 1 + int(luck.expovariate(1 / 150)))
            else:
                back = min(longest, luck.randint(1, REABLEMENT_DAYS[1] - 3))
            day = making.today - timedelta(days=back)
            yield who, code, wall_clock(day, f"{luck.randint(8, 17):02d}:{luck.randrange(60):02d}")


def ended_support(ledger: Ledger, stock: Stock, luck: random.Random, who: Resident, code: str, at: datetime) -> None:
    """Reablement or home care that has ended."""
    episode, began = slower(ledger, stock, luck, who, code, at)
    lead = luck.choice(stock.therapists if code == REABLING else stock.nurses)
    if began is None:
        return
    length = luck.randint(*REABLEMENT_DAYS) if code == REABLING else luck.randint(20, 200)
    ended = began + timedelta(days=length, hours=luck.randint(-3, 5))
    if ended > stock.making.now - timedelta(days=1):
        ended = max(began + timedelta(days=1), stock.making.now - timedelta(days=luck.randint(2, 30)))
    reviews(ledger, luck, episode, began, ended, lead)
    end(ledger, stock, episode, weighted(luck, REABLEMENT_ENDS if code == REABLING else CARE_ENDS), ended, lead)
    if london_day(ended) >= stock.making.today - timedelta(days=stock.making.size.days) - REMEMBERED:
        own = stock.making.luck(f"plan that ended {len(ledger.episodes)} {at}")
        plan_for(ledger, stock, own, episode, began, ended=ended)


def plan_for(
    ledger: Ledger,
    stock: Stock,
    luck: random.Random,
    episode: Episode,
    began: datetime | None,
    *,
    has_new_need: bool = False,
    needs: str = "",
    ended: datetime | None = None,
) -> None:
    """The plan of an episode of reablement or home care, open or ended since, with the visits it needs."""
    making = stock.making
    code = episode.pathway.code
    lead = luck.choice(stock.therapists if code == REABLING else stock.nurses)
    starts_on = london_day(began) if began else making.today
    make = reablement if code == REABLING else partial(home_care, needs=needs)
    package = make(luck, stock.titles, starts_on, london_day(ended or making.now), is_new=began is None)
    if has_new_need and code == CARE and began:
        package.patterns.append(stoma_care(stock.titles, making.today))
    at = min(making.now, began + timedelta(minutes=70)) if began else episode.started_at + timedelta(minutes=10)
    at = min(at, making.now)
    plan = plan_of(episode, lead, at, package.summary, starts_on + timedelta(days=14 if code == REABLING else 42))
    ledger.plans.append((plan, package.goals, package.patterns))
    ledger.note(episode.person, "plan", "Plan written, version 1", at, lead, package.summary, plan)
    if package.is_delegated and began:
        agreed = began + timedelta(days=luck.randint(1, 4))
        if agreed < (ended or making.now):
            ledger.happened_in(
                episode, "delegation_agreed", agreed, lead, "Health tasks delegated", detail=package.delegated_text
            )


def support_for(
    ledger: Ledger, stock: Stock, luck: random.Random, episode: Episode, seen: datetime, until: datetime
) -> None:
    """The plan of a crisis after its first visit: who looks in until it ends."""
    package = crisis_support(luck, stock.titles, london_day(seen), london_day(min(until, seen + SUPPORT_LIMIT)))
    by = luck.choice(stock.health)
    written_at = min(seen + timedelta(minutes=50), stock.making.now)
    plan = plan_of(episode, by, written_at, package.summary, None)
    ledger.plans.append((plan, package.goals, package.patterns))
    ledger.note(episode.person, "plan", "Plan written, version 1", written_at, by, package.summary, plan)


def right_now(ledger: Ledger, stock: Stock, luck: random.Random) -> None:
    """The last few hours: referrals waiting for a decision, people on their way, people just arrived."""
    # round again where there are fewer people than things to tell
    who = cycle(stock.kept_back)
    is_large = stock.making.size.share > 0.2
    crises_waiting(ledger, stock, luck, who, WAITING_CRISES if is_large else WAITING_CRISES[1::2])
    for code, hours in WAITING_OTHERS:
        needs_of = REABLEMENT if code == REABLING else HOME_CARE
        need = luck.choice(list(needs_of))
        text = needs_of[need].format(what=luck.choice(REABLEMENT_WHAT))
        at = stock.making.now - timedelta(hours=hours, minutes=luck.randrange(50))
        urgency = "two_days" if code == REABLING else "routine"
        referral = new_referral(stock, luck, next(who), need, text, urgency, at, SLOWER_SOURCES)
        receive(ledger, stock, luck, referral, luck.choice(stock.coordinators), luck.random() < 0.5)
    for need, urgency, hours, text in WAITING_FOR_MORE_SERVICES if is_large else WAITING_FOR_MORE_SERVICES[::3]:
        at = stock.making.now - timedelta(hours=hours, minutes=luck.randrange(50))
        referral = new_referral(stock, luck, next(who), need, text, urgency, at, SLOWER_SOURCES)
        receive(ledger, stock, luck, referral, luck.choice(stock.coordinators), luck.random() < 0.5)
    for minutes, door, is_joint in UNDER_WAY if is_large else UNDER_WAY[:1]:
        responding(ledger, stock, luck, next(who), minutes, door, is_joint)


def crises_waiting(
    ledger: Ledger, stock: Stock, luck: random.Random, who: Iterator[Resident], minutes_ago: tuple[int, ...]
) -> None:
    """Crisis referrals that nobody has decided yet, received so many minutes ago."""
    needs = list(CRISES)
    for place, (minutes, person) in enumerate(zip(minutes_ago, who)):
        need = needs[place % len(needs)]
        at = stock.making.now - timedelta(minutes=minutes)
        referral = new_referral(stock, luck, person, need, luck.choice(CRISES[need]), "crisis", at, CRISIS_SOURCES)
        if place == 1:
            referral.safeguarding_text = "Bruise on the arm that nobody could explain. Caller worries about a visitor."
            ledger.alerts.append(
                Alert(
                    person=person.person,
                    kind="safeguarding",
                    text=referral.safeguarding_text,
                    sensitivity=Sensitivity.SAFEGUARDING,
                    starts_on=london_day(at),
                    raised_by=stock.coordinators[0].name,
                )
            )
        if place == 2:
            referral.promised_text = "Somebody will be with you before the two hours are up."
        receive(ledger, stock, luck, referral, luck.choice(stock.coordinators), True)


def responding(
    ledger: Ledger, stock: Stock, luck: random.Random, who: Resident, minutes: int, door: int, is_joint: bool
) -> None:
    """A crisis received `minutes` ago whose worker or two are there, or will be, `door` minutes after now."""
    now = stock.making.now
    at = now - timedelta(minutes=minutes)
    latest = timedelta(minutes=max(-door, 15) - 1)
    coming = who_came(stock, luck, who, now + timedelta(minutes=door), is_joint=is_joint, latest=latest)
    need = weighted(luck, CRISIS_WEIGHTS)
    referral = new_referral(stock, luck, who, need, luck.choice(CRISES[need]), "crisis", at, CRISIS_SOURCES)
    by = luck.choice(stock.coordinators)
    receive(ledger, stock, luck, referral, by, True)
    if coming is None:
        return  # nobody is free at this hour: it waits at the front door
    decided = at + timedelta(minutes=luck.randint(4, 9))
    episode = accept(ledger, stock, referral, CRISIS, decided, by)
    move(ledger, episode, "responding", decided, by)
    starts_at, team = coming
    if starts_at <= now:
        first_contact(ledger, stock, luck, episode, who, at, starts_at, team, has_left=False)
        return
    visit, tasks = response_visit(stock, episode, who, len(team) > 1, decided, at + timedelta(hours=2), "planned")
    ledger.visits.append(visit)
    ledger.tasks += tasks
    for slot, worker in enumerate(team):
        ledger.assignments.append(
            Assignment(
                visit=visit,
                slot=slot,
                worker=worker,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=RESPONSE_MINUTES),
                travel_minutes=float(luck.randint(6, 14)),
                why="First able to be there.",
                state="sent",
                decided_by=by.name,
            )
        )
        ledger.note(episode.person, "visit", f"{worker.name} sent: {visit.title}", decided, by, "", visit)
