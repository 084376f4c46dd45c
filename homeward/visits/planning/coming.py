"""Who could be there first."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

import numpy as np

import visit_planner
from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import london_moment, minutes_into
from homeward.teams.models import Worker
from homeward.visits.models import Visit
from homeward.visits.planning.board import as_of, day_of, read_board
from homeward.visits.planning.delegated import kept_out
from homeward.visits.planning.proposing import whole_minute
from homeward.visits.planning.words import Words, number, visit_id
from homeward.visits.selectors.delegated import KeptOut


@dataclass(frozen=True, slots=True)
class Offer:
    """Who could fill one slot of a visit, or, for a team, every slot together: when, from how far, at what delay.

    `slots`, `workers` and `travel_minutes` go together, one of each for each worker; `may` says why they may do what is
    delegated there, where anything is.
    """

    slots: tuple[int, ...]
    workers: tuple[Worker, ...]
    arrives_at: datetime
    starts_at: datetime
    travel_minutes: tuple[float, ...]
    sentence: str
    may: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offers:
    """Who could come: for each slot the soonest workers, and for a joint visit the soonest teams.

    `possible` counts all who could, teams of a joint visit included; `undisturbing` is the first team, or worker, who
    holds nobody up, where the very first does. `kept_out` are, for each slot, those on shift with the skill who may not
    do what is delegated there, and why.
    """

    for_slot: dict[int, list[Offer]]
    teams: tuple[Offer, ...]
    kept_out: dict[int, list[KeptOut]] = field(default_factory=dict)
    possible: int = 0
    undisturbing: Offer | None = None


def who_can_come(actor: Actor, visit: Visit, now: datetime, limit: int = 8) -> Offers:
    """Who could be there first for each slot of a visit, soonest first, given what everyone is doing.

    Whoever is to go now is offered like everybody else, unless they are there already.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, visit.service_id)
    board = read_board(visit.service_id, day_of(visit, now), now, asking_for=visit.pk)
    found: dict[int, list[Offer]] = {slot: [] for slot in range(len(visit.slots))}
    if not board.knows(visit.pk):
        return Offers(found, ())  # over, or without a place on the map: nobody is to be sent
    workers = Worker.objects.select_related("organisation").in_bulk(
        {shift.worker_id for shift in board.shifts.values()}
    )
    minute = minutes_into(board.day, as_of(board.day, now))
    offers = visit_planner.who_can_come(board.problem, board.held, visit_id(visit.pk), now=minute)
    ranking = visit_planner.rank_responders(board.problem, board.held, visit_id(visit.pk), now=minute)
    free = np.flatnonzero(ranking.moved == 0)
    undisturbing = _offer(board.day, ranking[int(free[0])], board.words, workers) if len(free) and free[0] else None
    for offer in offers:
        if not offer.is_team and len(found[offer.slots[0]]) < limit:
            found[offer.slots[0]].append(_offer(board.day, offer, board.words, workers))
    teams = [_offer(board.day, offer, board.words, workers) for offer in offers if offer.is_team]
    beside = [undisturbing] if undisturbing else []
    asked = {worker.pk for theirs in [*found.values(), teams, beside] for offer in theirs for worker in offer.workers}
    may = board.delegated.why(visit.pk, asked)
    held = {row.slot: row.worker_id for row in visit.assignments.all()}
    out = {
        slot: kept_out(board, board.visits[visit.pk], slot, [pk for place, pk in held.items() if place != slot])
        for slot in found
        if visit.pk in board.visits
    }
    return Offers(
        {slot: [_with_why(offer, may) for offer in theirs] for slot, theirs in found.items()},
        tuple(_with_why(offer, may) for offer in teams),
        {slot: theirs for slot, theirs in out.items() if theirs},
        possible=len(ranking),
        undisturbing=_with_why(undisturbing, may) if undisturbing else None,
    )


def _with_why(offer: Offer, may: dict[int, tuple[str, ...]]) -> Offer:
    said = tuple(line for worker in offer.workers for line in may.get(worker.pk, ()))
    return replace(offer, may=said) if said else offer


def _offer(day: date, offer: visit_planner.Offer, words: Words, workers: dict[int, Worker]) -> Offer:
    return Offer(
        slots=offer.slots,
        workers=tuple(workers[number(worker)] for worker in offer.workers),
        arrives_at=whole_minute(london_moment(day, offer.arrives)),
        starts_at=whole_minute(london_moment(day, offer.starts)),
        travel_minutes=offer.travel,
        sentence=words.plain(offer.sentence),
    )
