"""Make the fictitious place, carry it on to another day, and let today pass up to now."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from homeward.access.rules import FICTITIOUS_PASSWORD, Actor
from homeward.demo.asking import make_requests
from homeward.demo.assessments import make_assessments
from homeward.demo.baselines import make_baselines
from homeward.demo.beds import make_beds
from homeward.demo.clinics import make_clinics
from homeward.demo.commissioning import make_commissioning
from homeward.demo.concerns import make_concerns
from homeward.demo.contracts import DRAFTED_DAYS, draft_rota, make_contracts
from homeward.demo.days import attend, past_visits, rounds_of
from homeward.demo.desk import at_the_desk
from homeward.demo.equipment import make_equipment, settle_old_calls
from homeward.demo.history import (
    CARE,
    CARE_ENDS,
    CRISIS,
    CRISIS_ENDS,
    PEOPLE_IN_HOME_CARE,
    PEOPLE_IN_REABLEMENT,
    REABLEMENT_ENDS,
    REABLING,
    WAITING_CRISES,
    Stock,
    begin_support,
    crises_of,
    crises_waiting,
    right_now,
    year,
)
from homeward.demo.hours import make_sick_calls
from homeward.demo.joining import make_two_teams
from homeward.demo.ledger import Ledger
from homeward.demo.making import Making, weighted
from homeward.demo.managing import make_case_management
from homeward.demo.papers import make_papers
from homeward.demo.people import Resident, make_people
from homeward.demo.points import ATTRIBUTION
from homeward.demo.rota import away_on, make_absences, make_cover, make_patterns, make_shifts, put_people_on_call
from homeward.demo.rounds import make_rounds
from homeward.demo.signing import make_signing
from homeward.demo.size import SHIFTS_AHEAD_DAYS, VISITS_A_DAY, Size
from homeward.demo.staff import Staff, make_staff, open_accounts
from homeward.demo.stays import make_stays
from homeward.demo.studies import make_studies
from homeward.demo.surveys import make_surveys
from homeward.episodes.models import Episode
from homeward.episodes.services import close_episodes
from homeward.kernel.rules import RefusedError, days_from, london_day, wall_clock
from homeward.people.models import Address, Person
from homeward.procedures.services import publish_library
from homeward.referrals.models import Referral
from homeward.referrals.services import withdraw_referral
from homeward.referrals.states import OPEN_STATES, Urgency
from homeward.roster.models import OnCall, Shift
from homeward.roster.services import publish_rota
from homeward.teams.models import Organisation, Service, Worker
from homeward.teams.services import open_service
from homeward.visits.models import Assignment, Visit
from homeward.visits.planning import accept_and_respond
from homeward.visits.services import date_sessions, find_joinable, forecast_demand, make_visits, record_missed
from homeward.visits.states import AssignmentState, VisitState

CODE, NAME = "merrowdale", "Merrowdale Community First"
ABOUT = (
    "Everyone here is made up: NHS numbers begin 999, which nobody is given, and phone numbers are kept for fiction."
    " Merrowdale is a fictitious place for trying Homeward. Its workers, organisations, streets and house numbers are"
    " made up too; only the postcodes and where they are on the map are real. Never put anything real in it: everyone"
    f" can sign in, with the password {FICTITIOUS_PASSWORD}."
)
SYSTEM = "Fictitious place"
LONGEST_GAP_DAYS = 28  # a place left alone for longer goes on from four weeks ago
STALE_CRISIS = timedelta(hours=6)
NOBODY_CAME = "Not done, and the day is over. Rang the person, who was safe."


class NotFictitiousError(RefusedError):
    """The service is a real one."""


def build_place(
    *, today: date, now: datetime, seed: int, size: Size, say: Callable[[str], None], code: str = CODE
) -> Service:
    """Make the whole place as it stands at `now`, ready for today to be planned.

    The same seed, day, moment and size make the same place. `say` is given a line of progress at each step.

    Raises: RefusedError when `now` is not on `today`, or the place is there already.
    """
    if london_day(now) != today:
        raise RefusedError("The moment must be on the day. Give a time of that day.")
    with _everything_kept():
        return _build(today, now, seed, size, say, code)


@contextmanager
def _everything_kept() -> Iterator[None]:
    """Leave unused memory alone meanwhile: looking through so many rows again and again doubles the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _build(today: date, now: datetime, seed: int, size: Size, say: Callable[[str], None], code: str) -> Service:
    founder = Actor.system(SYSTEM)
    publish_library(actor=founder, now=now)
    service = open_service(
        actor=founder, code=code, name=NAME, now=now, about=ABOUT, is_fictitious=True, map_attribution=ATTRIBUTION
    )
    making = Making(service, Actor.system(SYSTEM, service.pk), today, now, seed, size, say)
    making.tell("Procedures published, service opened")
    staff = make_staff(making)
    first = today - timedelta(days=size.days)
    shifts = make_shifts(making, staff, first, today + timedelta(days=SHIFTS_AHEAD_DAYS))
    make_absences(making, staff, first, today)
    make_cover(making)
    put_people_on_call(making, today - timedelta(days=1), today + timedelta(days=SHIFTS_AHEAD_DAYS))
    away = {day: away_on(making, day) for day in days_from(first, today)}
    make_contracts(making, staff)
    _draft_ahead(making, staff)
    repeating = make_patterns(making, staff)
    making.tell(f"{repeating} rota patterns that repeat")
    making.tell(f"{len(staff.workers)} staff of {len(staff.organisations)} organisations, {len(shifts)} shifts")
    residents = make_people(making, staff)
    making.tell(f"{len(residents)} people on record")
    rounds = rounds_of(making, [shift for shift in shifts if shift.day <= today], away)
    stock = Stock(making, staff, residents, rounds)
    ledger = Ledger(making)
    year(ledger, stock)
    right_now(ledger, stock, making.luck("right now"))
    counted = f"{len(ledger.referrals)} referrals, {len(ledger.calls)} calls, {len(ledger.episodes)} episodes"
    making.tell(f"{size.history_days} days of history told: {counted}")
    ledger.write()
    making.tell(f"History written; {make_two_teams(making, staff)} people whom two teams visit in the morning")
    done = past_visits(making, rounds, first, today - timedelta(days=1)) if size.days else 0
    ill = make_sick_calls(making, first, today - timedelta(days=1)) if size.days else 0
    making.tell(f"{done} visits of the last {size.days} days, and {ill} shifts lost to sickness")
    making.tell(f"{make_assessments(making, staff)} assessments")
    making.tell(f"{make_case_management(making, staff)} people who were often in emergency care, a plan for each")
    making.tell(f"{make_papers(making, staff)} documents, and ten years of one person's timeline")
    signed, delegated = make_signing(making, staff)
    making.tell(f"{signed} sign-offs, {delegated} delegations")
    making.tell(f"{make_beds(making, staff)} people in a bed of the reablement house")
    made = make_visits(actor=making.actor, service_id=service.pk, day=today, now=now)
    making.tell(f"{make_clinics(making)} people go to a leg club")
    making.tell(f"{make_commissioning(making)} packages of bought care")
    on_shift = {shift.worker_id for shift in shifts if shift.day == today} - away[today]
    find_joinable(actor=making.actor, service_id=service.pk, now=now)
    open_accounts(making, staff, on_shift)
    making.tell(f"{make_concerns(making)} concerns of care workers")
    making.tell(f"{make_requests(making, staff)} requests of workers for their rota")
    making.tell(f"{make_equipment(making)} things lent from the equipment store")
    making.tell(f"{make_studies(making)} studies of its own")
    making.tell(f"{make_baselines(making)} numbers from before the teams were merged")
    making.tell(f"{make_surveys(making)} people, carers and staff asked how it was")
    at_the_desk(making)
    making.tell(f"{make_stays(making, staff)} people in hospital")
    making.tell(f"{make_rounds(making)} questions of the last chasing round")
    forecast_demand(actor=making.actor, service_id=service.pk, now=now)
    making.tell(f"{made} visits needed today. The place is made")
    return service


def carry_on(*, service: Service, now: datetime, say: Callable[[str], None], seed: int = 1) -> None:
    """Make a place that was built on an earlier day right for the day of `now`.

    Days since are filled as days that passed: visits done, calls and crises come and gone, reablement ended after its
    weeks, crises nobody decided withdrawn. Then there are shifts for the days ahead, today's visits, and referrals
    waiting at the front door. What anybody entered stays.

    Raises: NotFictitiousError.
    """
    today = london_day(now)
    making = _making(service, now, seed, say)
    staff = _staff(service)
    last = last_day(service) or today - timedelta(days=1)
    if last >= today:
        return
    begin = max(last + timedelta(days=1), today - timedelta(days=LONGEST_GAP_DAYS))
    _finish(making, last)
    making.tell(f"{last} finished")
    _roster_ahead(making, staff, begin, today)
    days = days_from(begin, today)
    away = {day: away_on(making, day) for day in days}
    shifts = Shift.objects.filter(worker__service=service, day__gte=begin, day__lte=today)
    rounds = rounds_of(making, shifts.select_related("worker__organisation").order_by("worker_id", "starts_at"), away)
    _end_what_is_over(making)
    _withdraw_stale_crises(making)
    settle_old_calls(making)
    stock = Stock(making, staff, _residents(service), rounds)
    luck = making.luck(f"carry on {today}")
    in_care = set(Episode.objects.filter(service=service, ended_at=None).values_list("person_id", flat=True))
    free = [who for who in stock.residents if who.person.pk not in in_care]
    stock.residents = free
    waiting = set(Referral.objects.filter(service=service, state__in=OPEN_STATES).values_list("person_id", flat=True))
    luck.shuffle(free)
    stock.kept_back = [who for who in free if who.person.pk not in waiting][: len(stock.kept_back)]
    others = [who for who in free if who not in stock.kept_back] or free
    ledger = Ledger(making)
    for day in days:
        crises_of(ledger, stock, luck, day, others)
    _replace_who_left(making, ledger, stock, luck, others, begin)
    right_now(ledger, stock, luck)
    ledger.write()
    at_the_desk(making)
    making.tell("Referrals since, and the front door as it is now")
    if begin < today:
        done = past_visits(making, rounds, begin, today - timedelta(days=1))
        making.tell(f"{done} visits of the days between")
        _miss_sessions(making, today)
    make_signing(making, staff)
    date_sessions(actor=making.actor, service_id=service.pk, now=now)
    made = make_visits(actor=making.actor, service_id=service.pk, day=today, now=now)
    forecast_demand(actor=making.actor, service_id=service.pk, now=now)
    making.tell(f"{made} visits needed today")


def live_the_day(*, service: Service, now: datetime, seed: int = 1) -> None:
    """Let today's plan pass up to now: visits planned before now were arrived at and left, mostly on time.

    Where no crisis waits to be assigned, the next one in the queue is accepted, so that the board shows one; where no
    referral waits with time left on its clock, new ones come in. Only a fictitious place lives by itself.

    Raises: NotFictitiousError.
    """
    making = _making(service, now, seed, lambda text: None)
    attend(making, london_day(now))
    recent = now - timedelta(hours=2)
    waiting = Referral.objects.filter(
        service=service, state__in=OPEN_STATES, urgency=Urgency.CRISIS, received_at__gte=recent
    ).order_by("received_at")
    if not waiting.exists():
        stock = Stock(making, _staff(service), _residents(service))
        busy = set(Episode.objects.filter(service=service, ended_at=None).values_list("person_id", flat=True))
        luck = making.luck(f"front door {now}")
        free = [who for who in stock.residents if who.person.pk not in busy]
        ledger = Ledger(making)
        how_many = making.size.scaled(len(WAITING_CRISES) - 1, 1)
        crises_waiting(
            ledger, stock, luck, iter(luck.sample(free, min(len(free), how_many))), WAITING_CRISES[:how_many]
        )
        ledger.write()
    unassigned = (
        Visit.objects.filter(
            service=service, is_crisis=True, episode__ended_at=None, state__in=(VisitState.NEEDED, VisitState.PLANNED)
        )
        .exclude(assignments__state__in=(AssignmentState.SENT, AssignmentState.ARRIVED, AssignmentState.LEFT))
        .exists()
    )
    # not the newest, which a reader will want to triage, nor the oldest, which is about to pass its two hours
    candidates = list(waiting.all())
    if not unassigned and len(candidates) > 2:
        accept_and_respond(actor=making.actor, referral=candidates[len(candidates) // 2], pathway_code=CRISIS, now=now)


def last_day(service: Service) -> date | None:
    """The last day that a place has visits on, sessions of clinics dated ahead apart; None when it has none."""
    return Visit.objects.filter(service=service, session=None).order_by("-day").values_list("day", flat=True).first()


def _making(service: Service, now: datetime, seed: int, say: Callable[[str], None]) -> Making:
    """What is needed to go on with a place that is there, as large as it is.

    Raises: NotFictitiousError.
    """
    if not service.is_fictitious:
        raise NotFictitiousError(f"{service.name} is a real service. Only a fictitious place lives by itself.")
    day = last_day(service)
    visits = Visit.objects.filter(service=service, day=day).count() if day else VISITS_A_DAY
    people = Person.objects.filter(service=service).count()
    size = Size(visits=max(1, visits), people=max(1, people))
    return Making(service, Actor.system(SYSTEM, service.pk), london_day(now), now, seed, size, say)


def _staff(service: Service) -> Staff:
    workers = Worker.objects.filter(service=service, is_active=True).select_related("organisation").order_by("id")
    return Staff(list(workers), list(Organisation.objects.filter(service=service).order_by("id")))


def _residents(service: Service) -> list[Resident]:
    homes = Address.objects.filter(
        person__service=service, person__died_on=None, kind="home", latitude__isnull=False
    ).select_related("person__gp_practice")
    found = {address.person_id: Resident(address.person, address) for address in homes.order_by("person_id", "-id")}
    return list(found.values())


def _finish(making: Making, day: date) -> None:
    """The day that was running when the place was last used comes to its end."""
    end = min(making.now, wall_clock(day, "24:00"))
    evening = Making(making.service, making.actor, day, end, making.seed, making.size, making.say)
    # whoever was still to be sent to a crisis at the end of that day is not coming any more
    attend(evening, day)
    # a plan may run past midnight
    still = Assignment.objects.filter(visit__service=making.service, visit__day=day, state=AssignmentState.ARRIVED)
    if still.exists():
        later = min(making.now, end + timedelta(hours=3))
        attend(Making(making.service, making.actor, day, later, making.seed, making.size, making.say), day)
    left = list(
        Visit.objects.filter(
            service=making.service, day=day, state__in=(VisitState.NEEDED, VisitState.PLANNED)
        ).exclude(assignments__state=AssignmentState.SENT)
    )
    record_missed(actor=making.actor, service_id=making.service.pk, visits=left, reason=NOBODY_CAME, now=making.now)


def _miss_sessions(making: Making, today: date) -> None:
    """Sessions of clinics dated ahead that came and went while nobody used the place were not held."""
    open_states = (VisitState.NEEDED, VisitState.PLANNED)
    gone = Visit.objects.filter(service=making.service, day__lt=today, state__in=open_states).exclude(session=None)
    record_missed(
        actor=making.actor, service_id=making.service.pk, visits=list(gone), reason=NOBODY_CAME, now=making.now
    )


def _roster_ahead(making: Making, staff: Staff, begin: date, today: date) -> None:
    """Shifts for the days that have none, to some days ahead."""
    have = set(Shift.objects.filter(worker__service=making.service, day__gte=begin).values_list("day", flat=True))
    ahead = today + timedelta(days=SHIFTS_AHEAD_DAYS)
    on_call = {
        london_day(moment)
        for moment in OnCall.objects.filter(service=making.service).values_list("starts_at", flat=True)
    }
    for day in days_from(begin, ahead):
        if day not in have:
            make_shifts(making, staff, day, day)
        if day not in on_call:
            put_people_on_call(making, day, day)
    if Shift.objects.filter(worker__service=making.service, day__lte=ahead, is_draft=True).exists():
        publish_rota(actor=making.actor, service_id=making.service.pk, last_day=ahead, now=making.now)
    _draft_ahead(making, staff)
    make_absences(making, staff, begin, today)


def _draft_ahead(making: Making, staff: Staff) -> None:
    """Drafts for the weeks after the last day that has shifts."""
    last = Shift.objects.filter(worker__service=making.service).order_by("-day").values_list("day", flat=True).first()
    first = max(last or making.today, making.today) + timedelta(days=1)
    draft_rota(making, staff, first, making.today + timedelta(days=DRAFTED_DAYS))


def _end_what_is_over(making: Making) -> None:
    """End crises after their 72 hours, reablement after its six weeks, and home care for a few."""
    luck = making.luck(f"endings {making.today}")
    crisis_ends, reablement_ends, care_ends = (
        # a death is more than an ending, and nobody should meet one by opening the place on another day
        {outcome: weight for outcome, weight in ends.items() if outcome != "died"}
        for ends in (CRISIS_ENDS, REABLEMENT_ENDS, CARE_ENDS)
    )
    endings = []
    for episode in Episode.objects.filter(service=making.service, ended_at=None).select_related("pathway"):
        age = making.now - episode.started_at
        hours = luck.uniform(8, 71)
        if episode.pathway.code == CRISIS and age > timedelta(hours=hours):
            seen = episode.events.filter(kind="first_face_to_face_contact").exists()
            outcome = weighted(luck, crisis_ends) if seen else "not_reached"
            ended_at = max(episode.started_at, min(making.now, episode.started_at + timedelta(hours=hours)))
            endings.append((episode, outcome, ended_at))
        elif episode.pathway.code == REABLING and age > timedelta(days=luck.randint(18, 42)):
            endings.append(
                (episode, weighted(luck, reablement_ends), making.now - timedelta(hours=luck.randint(1, 20)))
            )
        elif episode.pathway.code == CARE and age > timedelta(days=20) and luck.random() < 0.002:
            endings.append((episode, weighted(luck, care_ends), making.now - timedelta(hours=luck.randint(1, 20))))
    close_episodes(actor=making.actor, service_id=making.service.pk, endings=endings, now=making.now)


def _withdraw_stale_crises(making: Making) -> None:
    """A crisis nobody decided while the place was left alone did not wait for days: the sender found other help."""
    stale = Referral.objects.filter(
        service=making.service,
        state__in=OPEN_STATES,
        urgency=Urgency.CRISIS,
        received_at__lt=making.now - STALE_CRISIS,
    )
    for referral in stale:
        withdraw_referral(
            actor=making.actor,
            referral=referral,
            reason="Nobody decided while this place was left alone. The sender found other help.",
            now=making.now,
        )


def _replace_who_left(making: Making, ledger: Ledger, stock: Stock, luck, others: list[Resident], begin: date) -> None:
    """As many people begin reablement and home care as have ended it, so that the days stay as full."""
    for code, full in ((REABLING, PEOPLE_IN_REABLEMENT), (CARE, PEOPLE_IN_HOME_CARE)):
        running = Episode.objects.filter(service=making.service, ended_at=None, pathway__code=code).count()
        for _ in range(max(0, min(making.size.scaled(full) - running, len(others)))):
            who = others.pop()
            day = begin - timedelta(days=luck.randint(0, 2))
            at = wall_clock(day, f"{luck.randint(8, 17):02d}:{luck.randrange(60):02d}")
            if at < making.now - timedelta(hours=8):
                begin_support(ledger, stock, luck, who, code, at)
