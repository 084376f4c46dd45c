"""The one bridge to the rota builder: the record as a problem, and what was built as a proposal.

A planner asks (`services.ask_for_rota`); `homeward work` finds the row and starts `homeward roster build`, which keeps
the answer; the planner looks at it and takes it or not. Nothing here publishes, and no shift that stands is moved.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import median

from django.utils import timezone

from homeward.access.rules import Actor
from homeward.kernel.rules import LONDON, london_day, wall_minutes
from homeward.procedures.selectors import library
from homeward.roster.models import Contract, RosterRequest, RotaProposal
from homeward.roster.rules import CARE_RESPONDER, HEALTH_RESPONDER
from homeward.roster.rules import Limits as Allowed
from homeward.roster.rules.forecast import with_allowed
from homeward.roster.selectors import (
    Forecast,
    contracts_on,
    cover_hours,
    demand_between,
    forecast_of,
    limits_of,
    rota_between,
)
from homeward.roster.selectors import Rota as Standing
from homeward.roster.services.proposals import keep_built, keep_failed, take_to_build
from homeward.roster.states import OPEN_REQUESTS, CoverKind, RequestKind, RequestState
from homeward.teams.models import Worker
from rota_builder import (
    Absence,
    BuildError,
    Demand,
    Fixed,
    Limits,
    Problem,
    Rota,
    ShiftKind,
    Wish,
    build,
    check,
    explain,
    score,
    shortages,
)
from rota_builder import Worker as Rostered

logger = logging.getLogger("homeward.roster")

# Deterministic seconds the builder may use, about six CPU seconds each on a busy machine (docs/guides/rota-builder.md)
EFFORT = 10.0
SEED = 1
# Weeks of the rota before, from which the hours that people work are learnt; the builder looks back two
WEEKS_LEARNT = 6
DAYS_BEFORE = 14
# Hours that fewer than one in so many of an employer's shifts of a profession have are somebody's exception
RARE = 25
# Regulation 11 as days: two days off in each fourteen, where the Regulations ask for two rests of 24 hours
MOST_DAYS_IN_TWO_WEEKS = 12
# A worker is wanted in an hour where the plans ask for at least half of one: the rest is spread (roster.rules.demand)
HALF = 0.5
# What a wish weighs: leave that is asked for more than a day somebody would like to work
LEAVE_ASKED, WISH_TO_WORK = 3, 1
REASONS_KEPT = 60
DAY = 1440


@dataclass(frozen=True, slots=True)
class Laid:
    """A problem, and who and what its names stand for."""

    problem: Problem
    workers: Mapping[str, Worker]
    # Who could not be rostered, as nobody knows what hours they work
    without_hours: tuple[Worker, ...]
    # Workers' hours asked for over what the plans ask, for what is expected; below 0 where more care will end
    allowed_hours: float = 0.0


def build_asked(*, actor: Actor, now: datetime, effort: float = EFFORT) -> RotaProposal | None:
    """Build the proposal that waits longest, if any, and keep it. Takes a minute or so: not for a request.

    Raises: NotAllowedError.
    """
    proposal = take_to_build(actor=actor, now=now)
    if proposal is None:
        return None
    last = proposal.first_day + timedelta(days=proposal.days - 1)
    try:
        forecast = forecast_of(actor, proposal.service_id, london_day(now))
        laid = lay_out(actor, proposal.service_id, proposal.first_day, last, forecast)
        if not laid.problem.workers or not laid.problem.demands:
            why = (
                "Nobody can be rostered." if laid.problem.demands else "No plan and no hours to cover ask for anybody."
            )
            return keep_failed(actor=actor, proposal=proposal, why=f"{why} See what is missing on the roster.", now=now)
        rota = build(laid.problem, effort=effort, seed=SEED)
        faults = check(laid.problem, rota)
        if faults:
            raise BuildError(f"The checker found a fault: {faults[0].rule}.")
    except BuildError as error:
        return keep_failed(actor=actor, proposal=proposal, why=str(error), now=_later(now))
    return keep_built(
        actor=actor,
        proposal=proposal,
        shifts=_shifts(laid, rota),
        findings=_findings(laid, rota) | _allowed(laid, forecast),
        now=_later(now),
    )


def _later(now: datetime) -> datetime:
    """The time after building, which took a while: a proposal says when it was ready."""
    return max(now, timezone.now())


# The record as a problem ----------------------------------------------------------------------------------------------


def lay_out(actor: Actor, service_id: int, first: date, last: date, forecast: Forecast | None = None) -> Laid:
    """What the plans, the hours to cover and the forecast ask for, who may be rostered, and what is settled.

    Somebody may be rostered who has a contract on the first day (or, where the service keeps no contracts, has shifts
    in the weeks before), has a skill that is asked for, and whose hours are known: those that their employer's people
    of their profession worked in the weeks before.

    Raises: NotAllowedError.
    """
    standing = rota_between(actor, service_id, first - timedelta(weeks=WEEKS_LEARNT), last)
    demands, allowed_hours = _demands(actor, service_id, first, last, forecast)
    asked = {demand.skill for demand in demands}
    contracts = contracts_on(actor, service_id, first)
    allowed = limits_of(actor, service_id, first)
    hours = _hours_worked(standing)
    worked = {worker_id for worker_id, _ in standing.shifts}
    kinds: dict[str, ShiftKind] = {}
    workers: list[Rostered] = []
    people: dict[str, Worker] = {}
    without_hours: list[Worker] = []
    for worker in standing.workers:
        skills = library().worker_skills(worker.skills) & asked
        if not skills or worker.pk not in (contracts or worked):
            continue
        theirs = hours.get((worker.organisation_id, worker.job_title), ())
        for stretches in theirs:
            kinds.setdefault(_kind_id(stretches), _kind(stretches))
        if not theirs:
            without_hours.append(worker)
            continue
        workers.append(_rostered(worker, skills, contracts.get(worker.pk), allowed.get(worker.pk, Allowed()), theirs))
        people[str(worker.pk)] = worker
    fixed = []
    for (worker_id, day), stretches in sorted(standing.shifts.items()):
        ahead = (day - first).days
        if str(worker_id) not in people or ahead < -DAYS_BEFORE or (worker_id, day) in standing.away:
            continue
        minutes = _wall(day, stretches)
        key = _kind_id(minutes)
        kinds.setdefault(key, ShiftKind(key, minutes, _title(minutes), is_open=False))
        fixed.append(Fixed(str(worker_id), ahead, key))
    settled = {(one.worker, one.day) for one in fixed}
    absences = tuple(
        Absence(str(worker_id), (day - first).days, _WHY.get(kind, "away"))
        for (worker_id, day), kind in sorted(standing.away.items())
        if str(worker_id) in people and first <= day <= last and (str(worker_id), (day - first).days) not in settled
    )
    problem = Problem(
        first_day=first,
        days=(last - first).days + 1,
        kinds=tuple(kinds.values()),
        workers=tuple(workers),
        demands=demands,
        fixed=tuple(fixed),
        absences=absences,
        wishes=_wishes(service_id, first, last, people),
    )
    return Laid(problem, people, tuple(without_hours), allowed_hours)


_WHY = {"sick": "sick", "leave": "on leave", "training": "training"}


def _demands(
    actor: Actor, service_id: int, first: date, last: date, forecast: Forecast | None
) -> tuple[tuple[Demand, ...], float]:
    demands = []
    allowed = 0.0
    cover = cover_hours(actor, service_id)
    for day, by_skill in demand_between(actor, service_id, first, last).items():
        ahead = (day - first).days
        expected = forecast.on(cover, day) if forecast else {}
        everything = with_allowed(by_skill, {skill: one.allowed for skill, one in expected.items()})
        allowed += sum(map(sum, everything.values())) - sum(map(sum, by_skill.values()))
        for skill, hours in sorted(everything.items()):
            wanted = [int(number + HALF) for number in hours]
            begins = 0
            for number, same in groupby(wanted):
                length = len(list(same))
                if number:
                    demands.append(Demand(ahead, begins * 60, (begins + length) * 60, skill, wanted=number))
                begins += length
    for hours in cover:
        if hours.kind == CoverKind.ON_CALL:
            continue
        starts, ends = wall_minutes(hours.starts_at), wall_minutes(hours.ends_at)
        ends += DAY if ends <= starts else 0
        for ahead in range((last - first).days + 1):
            if str((first + timedelta(days=ahead)).isoweekday()) in hours.weekdays:
                demands += [
                    Demand(ahead, starts, ends, skill, least, least)
                    for skill, least in ((HEALTH_RESPONDER, hours.least_health), (CARE_RESPONDER, hours.least_care))
                    if least
                ]
    return tuple(demands), allowed


def _hours_worked(standing: Standing) -> dict[tuple[int, str], tuple[tuple[tuple[int, int], ...], ...]]:
    """The hours that people of each (employer, job title) work on a day, those seen most first."""
    employer = {worker.pk: (worker.organisation_id, worker.job_title) for worker in standing.workers}
    seen: dict[tuple[int, str], Counter] = defaultdict(Counter)
    for (worker_id, day), stretches in standing.shifts.items():
        seen[employer[worker_id]][_wall(day, stretches)] += 1
    return {
        key: tuple(
            stretches
            for stretches, times in found.most_common()
            if times * RARE >= found.total() and stretches[-1][1] <= 2 * DAY
        )
        for key, found in seen.items()
    }


def _rostered(
    worker: Worker, skills: frozenset[str], contract: Contract | None, allowed: Allowed, hours: tuple
) -> Rostered:
    kinds = frozenset(_kind_id(one) for one in hours if allowed.works_nights or not _kind(one).is_night)
    return Rostered(
        id=str(worker.pk),
        employer=str(worker.organisation_id),
        skills=skills,
        contract_minutes=contract.weekly_minutes if contract else None,
        limits=Limits(
            longest_shift=allowed.longest_shift,
            least_rest=allowed.least_rest,
            least_day_off=allowed.weekly_rest,
            most_days_in_a_row=allowed.most_days_in_a_row,
            most_nights_in_a_row=allowed.most_nights_in_a_row,
            most_days_in_two_weeks=MOST_DAYS_IN_TWO_WEEKS,
            most_weekly_minutes=allowed.most_weekly,
        ),
        kinds=kinds,
        hourly_pence=(contract.hourly_pence or 0) if contract else 0,
        overtime_percent=contract.overtime_percent if contract else 0,
        name=worker.label,
    )


def _wishes(service_id: int, first: date, last: date, people: Mapping[str, Worker]) -> tuple[Wish, ...]:
    rows = RosterRequest.objects.filter(
        worker__service_id=service_id, starts_on__lte=last, ends_on__gte=first,
        kind__in=[RequestKind.LEAVE, RequestKind.WISH], state__in=[*OPEN_REQUESTS, RequestState.APPROVED],
    )  # fmt: skip
    wishes = []
    for row in rows.order_by("id"):
        if str(row.worker_id) not in people or (row.kind == RequestKind.LEAVE and row.state == RequestState.APPROVED):
            continue
        is_wanted = row.kind == RequestKind.WISH
        for ahead in range(
            max(0, (row.starts_on - first).days), min((last - first).days, (row.ends_on - first).days) + 1
        ):
            weight = WISH_TO_WORK if is_wanted else LEAVE_ASKED
            wishes.append(Wish(str(row.worker_id), ahead, None, is_wanted, weight))
    return tuple(wishes)


def _wall(day: date, stretches: list) -> tuple[tuple[int, int], ...]:
    """Minutes of the wall clock from midnight of a day, those after midnight from 1440."""
    return tuple((_minutes(day, one.starts_at), _minutes(day, one.ends_at)) for one in stretches)


def _minutes(day: date, moment: datetime) -> int:
    local = moment.astimezone(LONDON)
    return (local.date() - day).days * DAY + local.hour * 60 + local.minute


def _kind_id(stretches: tuple[tuple[int, int], ...]) -> str:
    return "+".join(f"{starts}-{ends}" for starts, ends in stretches)


def _kind(stretches: tuple[tuple[int, int], ...]) -> ShiftKind:
    return ShiftKind(_kind_id(stretches), stretches, _title(stretches))


def _title(stretches: tuple[tuple[int, int], ...]) -> str:
    return " and ".join(f"{_shown(starts)} to {_shown(ends)}" for starts, ends in stretches)


def _shown(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


# What was built -------------------------------------------------------------------------------------------------------


def _shifts(laid: Laid, rota: Rota) -> list:
    """The shifts that are new, as a proposal keeps them."""
    settled = {(one.worker, one.day) for one in laid.problem.fixed}
    kinds = {kind.id: kind for kind in laid.problem.kinds}
    return [
        [
            int(one.worker),
            laid.problem.date_of(one.day).isoformat(),
            [[_shown(starts), _shown(ends)] for starts, ends in kinds[one.kind].stretches],
        ]
        for one in rota.shifts
        if (one.worker, one.day) not in settled
    ]


def _findings(laid: Laid, rota: Rota) -> dict:
    """What a planner wants to know of it: how much is met, what is not and why, hours, fairness, money."""
    problem = laid.problem
    titles = {skill.code: skill.title for skill in library().skills}
    wanted: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for demand in problem.demands:
        wanted[demand.skill or ""] += demand.wanted * (demand.ends - demand.starts)
    short = shortages(problem, rota)
    for one in short:
        missing[one.skill or ""] += one.missing * (one.ends - one.starts)
    reasons = explain(
        problem, rota, skill_names={code: _said(title) for code, title in titles.items()}, most=REASONS_KEPT
    )
    points = score(problem, rota)
    return {
        "wanted_hours": round(wanted.total() / 60, 1),
        "missing_hours": round(missing.total() / 60, 1),
        "below_least": sum(1 for one in short if one.below_least),
        "shortages": len(short),
        "skills": [
            {
                "title": titles.get(skill, skill),
                "wanted": round(minutes / 60, 1),
                "missing": round(missing[skill] / 60, 1),
            }
            for skill, minutes in sorted(wanted.items(), key=lambda pair: -pair[1])
        ],
        "unmet": [
            {
                "day": problem.date_of(why.shortage.day).isoformat(),
                "hours": round(why.shortage.hours, 1),
                "is_least": bool(why.shortage.below_least),
                "why": why.sentence,
                "nearest": why.nearest,
            }
            for why in reasons
        ],
        "employers": _employers(laid, rota),
        "fairness": _fairness(laid, rota),
        "new_shifts": len(_shifts(laid, rota)),
        "kept_shifts": sum(1 for one in problem.fixed if one.day >= 0),
        "workers": len(problem.workers),
        "without_hours": [worker.label for worker in laid.without_hours],
        "cost_pence": round(points.cost * 100),
        "effort": round(rota.effort, 1),
    }


def _allowed(laid: Laid, forecast: Forecast | None) -> dict:
    if forecast is None or not forecast.is_long_enough:
        return {"allowance": None}
    return {"allowance": forecast.allowance, "allowed_hours": round(laid.allowed_hours, 1)}


def _said(title: str) -> str:
    """A skill inside a sentence: crisis responder (health)."""
    name, _, part = title.partition(", ")
    return (f"{name} ({part})" if part else name).lower()


def _employers(laid: Laid, rota: Rota) -> list[dict]:
    problem = laid.problem
    minutes_of = {kind.id: kind.minutes for kind in problem.kinds}
    worked: Counter[str] = Counter()
    for one in rota.shifts:
        worked[one.worker] += minutes_of[one.kind]
    away = Counter(one.worker for one in problem.absences if one.counts)
    rows: dict[int, dict] = {}
    for worker in problem.workers:
        organisation = laid.workers[worker.id].organisation
        row = rows.setdefault(
            organisation.pk,
            {"id": organisation.pk, "name": str(organisation), "workers": 0, "promised": 0.0, "rostered": 0.0,
             "under": 0.0, "beyond": 0.0, "unpromised": 0.0, "pence": 0.0},
        )  # fmt: skip
        minutes = worked[worker.id]
        row["workers"] += 1
        row["rostered"] += minutes / 60
        if worker.contract_minutes is None:
            row["unpromised"] += minutes / 60
            row["pence"] += minutes / 60 * worker.hourly_pence
            continue
        promised = worker.contract_minutes * max(0, problem.days - away[worker.id]) / 7
        beyond = max(0.0, minutes - promised) / 60
        row["promised"] += promised / 60
        row["under"] += max(0.0, promised - minutes) / 60
        row["beyond"] += beyond
        row["pence"] += beyond * worker.hourly_pence * (100 + worker.overtime_percent) / 100
    return [
        {key: round(value, 1) if isinstance(value, float) else value for key, value in row.items()}
        for row in sorted(rows.values(), key=lambda row: row["name"])
    ]


def _fairness(laid: Laid, rota: Rota) -> dict:
    """Weekends and nights of those who work any: the fewest, the middle, the most, and how many workers."""
    problem = laid.problem
    is_night = {kind.id: kind.is_night for kind in problem.kinds}
    weekends: dict[str, set[int]] = defaultdict(set)
    nights: Counter[str] = Counter()
    working = {one.worker for one in rota.shifts}
    for one in rota.shifts:
        if problem.is_weekend(one.day):
            weekends[one.worker].add(problem.week_of(one.day))
        nights[one.worker] += is_night[one.kind]
    return {
        "weekends": _spread([len(weekends[worker]) for worker in working]),
        "nights": _spread([number for number in nights.values() if number]),
    }


def _spread(numbers: list[int]) -> dict | None:
    if not numbers:
        return None
    return {"fewest": min(numbers), "middle": median(numbers), "most": max(numbers), "workers": len(numbers)}
