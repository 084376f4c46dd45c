"""What workers ask of their rota these days: leave, swaps, offers, days they would like to work, open shifts."""

from collections.abc import Callable
from datetime import date, timedelta

from homeward.access.rules import Actor, Role
from homeward.demo.making import Making
from homeward.demo.rota import EARLY, VISITING
from homeward.demo.staff import Staff
from homeward.kernel.rules import RefusedError
from homeward.roster.models import Shift
from homeward.roster.services import (
    approve_request,
    ask_leave,
    ask_open_shift,
    ask_swap,
    ask_to_work,
    decline_request,
    offer_shift,
    open_shift_to_all,
    take_up,
)
from homeward.teams.models import Account, Worker
from homeward.teams.selectors import actor_for

# So many more who ask for leave or for a day, besides whoever can sign in
OTHERS_ASKING = 6
LEAVE_WORDS = ("My sister’s wedding.", "", "School holidays.", "", "A hospital appointment of my own.", "")
ENOUGH_ARE_AWAY = "Three of the team are away that week already. Would the week after do?"


def make_requests(making: Making, staff: Staff) -> int:
    """Ask, as the workers themselves would, with some decided already; gives how many.

    What cannot be asked, as somebody is away or has no such shift, is not.
    """
    luck = making.luck("requests")
    today, now = making.today, making.now
    lead_account = Account.objects.filter(services=making.service, role=Role.ROSTER_PLANNER, is_active=True)
    lead = lead_account.order_by("pk").first()
    signs_in = list(
        Worker.objects.filter(service=making.service, account__role=Role.FIELD_WORKER).select_related("organisation")
    )
    others = [one for one in staff.workers if one.job_title in VISITING and one not in signs_in]
    if lead is None or not signs_in or len(others) < 2:
        return 0
    lead_actor = actor_for(lead)
    carer, colleagues = signs_in[0], [one for one in others if one.job_title == signs_in[0].job_title]
    luck.shuffle(others)
    ahead = _shifts_ahead(making)
    made = 0

    def put(ask: Callable, then: Callable | None = None, **told) -> None:
        nonlocal made
        try:
            request = ask(now=now - timedelta(hours=luck.randint(2, 60)), **told)
            made += 1
            if then:
                then(request)
        except RefusedError:
            return

    def approve(request) -> None:
        approve_request(actor=lead_actor, request=request, now=now - timedelta(hours=1))

    def decline(request) -> None:
        decline_request(actor=lead_actor, request=request, reason=ENOUGH_ARE_AWAY, now=now - timedelta(hours=1))

    mine = _actor(making, carer)
    week = today + timedelta(days=21 - today.weekday())
    put(ask_leave, actor=mine, starts_on=week, ends_on=week + timedelta(days=4), text="My daughter moves house.")
    put(ask_leave, then=decline, actor=mine, starts_on=week + timedelta(days=28), ends_on=week + timedelta(days=34))
    free = next((week - timedelta(days=back) for back in range(1, 8) if week - timedelta(days=back) > today), week)
    put(ask_to_work, actor=mine, day=free, starts_at=EARLY[0][0], ends_at=EARLY[0][1], text="I can do any early.")
    theirs = ahead.get(carer.pk, [])
    swap_with = next(
        (shift for one in colleagues for shift in ahead.get(one.pk, []) if shift.day not in {o.day for o in theirs}),
        None,
    )
    if theirs and swap_with:
        put(ask_swap, actor=mine, shift=theirs[0], other_shift=swap_with, text="My son’s school play is that day.")
    # a colleague asks the one who can sign in, so that they have something to answer
    works = {shift.day for shift in theirs}
    offers = (shift for one in colleagues for shift in ahead.get(one.pk, []) if shift.day not in works)
    offered = next((shift for shift in offers if shift != swap_with), None)
    if offered:
        put(offer_shift, actor=_actor(making, offered.worker), shift=offered, to_worker=carer, text="Could you?")
    taken = next((shift for one in reversed(colleagues) for shift in ahead.get(one.pk, []) if shift != offered), None)
    if taken and len(colleagues) > 1:
        who = next(one for one in colleagues if one != taken.worker)
        put(
            offer_shift,
            then=lambda request: take_up(actor=_actor(making, who), request=request, now=now - timedelta(hours=1)),
            actor=_actor(making, taken.worker),
            shift=taken,
        )
    for number, worker in enumerate(others[:OTHERS_ASKING]):
        actor = _actor(making, worker)
        begins = today + timedelta(days=luck.randint(10, 40))
        if number % 3 == 2:
            put(ask_to_work, actor=actor, day=begins, starts_at="07:00", ends_at="14:00")
        else:
            ends = begins + timedelta(days=luck.randint(0, 9))
            text = LEAVE_WORDS[number % len(LEAVE_WORDS)]
            put(
                ask_leave, then=approve if number == 1 else None, actor=actor, starts_on=begins, ends_on=ends, text=text
            )
    saturday = today + timedelta(days=12 - today.weekday())
    opened = open_shift_to_all(
        actor=lead_actor, service_id=making.service.pk, day=saturday, starts_at=EARLY[0][0], ends_at=EARLY[0][1],
        skill=carer.skills[0], note="Somebody with a car, if possible.", now=now - timedelta(hours=20),
    )  # fmt: skip
    for worker in colleagues[-1:]:
        put(ask_open_shift, actor=_actor(making, worker), open_shift=opened)
    return made


def _shifts_ahead(making: Making) -> dict[int, list[Shift]]:
    """Published shifts of the coming days, by worker, soonest first."""
    found: dict[int, list[Shift]] = {}
    last: date = making.today + timedelta(days=14)
    rows = Shift.objects.filter(
        worker__service=making.service, is_draft=False, starts_at__gt=making.now + timedelta(days=1), day__lte=last
    )
    for shift in rows.select_related("worker__organisation").order_by("starts_at", "pk"):
        found.setdefault(shift.worker_id, []).append(shift)
    return found


def _actor(making: Making, worker: Worker) -> Actor:
    """A worker as they would ask, whether or not this place has an account for them."""
    return Actor(
        name=worker.label, role=Role.FIELD_WORKER, employer=str(worker.organisation), job_title=worker.job_title,
        service_ids=frozenset({making.service.pk}), worker_id=worker.pk,
    )  # fmt: skip
