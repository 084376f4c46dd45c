"""A day of every employer as finished text: figures, rows, blocks, what nobody does yet, what moved."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from homeward.procedures.selectors import skill_title
from homeward.visits.selectors import Day, DayAssignment, DayVisit, DayWorker
from homeward.visits.states import VisitState
from homeward.web.templating import day_text, moment_text
from homeward.web.today.forms import ONLY, Asked
from homeward.web.today.presenters.places import begins, clock, lasts, local, told, travels
from homeward.web.today.presenters.states import KEY, LOOKS, Look, lateness, look_of, minutes_text, short_minutes

# Employers are told apart by shape as well as colour, on rows and on the map; a seventh begins again.
SHAPES = ("circle", "square", "triangle", "diamond", "hexagon", "star")
EARLIEST_SHOWN, LATEST_SHOWN = 7, 21  # hours that are always on the axis
MOVES_SHOWN = 60
NO_SHIFT = (
    "The worker it was given to is not on shift this day."
    " Plan the day again, or open the visit and choose somebody else."
)
NOT_PLANNED_YET = "No plan of this day has taken it in yet. Plan the day, or open the visit and choose somebody."


@dataclass(frozen=True, slots=True)
class Block:
    """One worker's part in one visit, on the timeline and in the list. `at` is "latitude,longitude" or empty.

    `kind` is the word before a reference ("Person" of "Person 6819"), which a narrow block leaves to the reader of it.
    """

    visit_id: int
    element_id: str
    css: str
    place_css: str
    kind: str
    person: str
    joint: str
    time: str
    detail: str
    at: str


@dataclass(frozen=True, slots=True)
class Row:
    """A worker: their shifts and what they do, in order."""

    worker_id: int
    name: str
    job_title: str
    summary: str
    bands: tuple[str, ...]
    shifts: str
    blocks: tuple[Block, ...]
    base: str


@dataclass(frozen=True, slots=True)
class Employer:
    """The rows of one employer."""

    id: int
    name: str
    shape: str
    number: int
    summary: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A visit somebody is still missing for, and why."""

    visit_id: int
    person: str
    title: str
    when: str
    needs: str
    reason: str
    is_crisis: bool
    at: str


@dataclass(frozen=True, slots=True)
class Line:
    """A visit as a row of the table."""

    visit_id: int
    time: str
    window: str
    person: str
    title: str
    is_crisis: bool
    joint: str
    workers: tuple[tuple[int, str, str], ...]
    word: str
    tag: str
    late: str
    travel: str
    reason: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the day, and the address of exactly the visits it counts, where they can be listed."""

    number: str
    label: str
    query: str = ""
    css: str = ""
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """What the last planning changed for one worker's part in one visit, which the reader may open or not."""

    visit_id: int
    may_open: bool
    person: str
    title: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Planning:
    """When, by whom and why the day was last planned, and what that moved."""

    told: str
    moves: tuple[Moved, ...]
    more: str
    heading: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a filter."""

    value: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class DayPage:
    """Everything that Today shows."""

    day_text: str
    day_iso: str
    relative: str
    figures: tuple[Figure, ...]
    planning: Planning | None
    unplanned_text: str
    waiting: tuple[Waiting, ...]
    waiting_count: int
    employers: tuple[Employer, ...]
    lines: tuple[Line, ...]
    hours: tuple[tuple[str, str], ...]
    axis_css: str
    now_css: str
    now_text: str
    shown: str
    has_map: bool
    is_empty: bool
    employer_choices: tuple[Choice, ...]
    job_choices: tuple[Choice, ...]
    skill_choices: tuple[Choice, ...]
    only_choices: tuple[Choice, ...]
    key: tuple[Look, ...]


class _Teller:
    """Works one day's text out once, for whichever view shows it."""

    def __init__(self, day: Day, asked: Asked, now: datetime, moved: frozenset[tuple[int, int]]) -> None:
        self.day, self.asked, self.now, self.moved = day, asked, now, moved
        self.is_today = local(now).date() == day.day
        self.names = {worker.id: worker.label for worker in day.workers}
        self.employer_of = {worker.id: worker.employer for worker in day.workers}
        self.jobs = {worker.id: worker.job_title for worker in day.workers}
        self.employer_ids = {worker.id: worker.employer_id for worker in day.workers}
        self.joint_numbers = self._joint_numbers()
        self.find = asked.find.casefold()
        self.looks: dict[tuple[int, int], Look] = {
            (visit.id, part.slot): look_of(visit, part, now, is_today=self.is_today)
            for visit in day.visits
            for part in visit.assignments
        }
        self.waiting = [visit for visit in day.visits if self.is_waiting(visit)]
        self.late = {visit_id for (visit_id, _), look in self.looks.items() if look.is_late}
        self.without_break = {worker.id for worker in day.workers if worker.lacks_break}

    def _joint_numbers(self) -> dict[int, int]:
        joint = [visit for visit in self.day.visits if visit.is_joint]
        joint.sort(
            key=lambda v: (v.assignments[0].starts_at if v.assignments else v.window_opens_at, v.id),
        )
        return {visit.id: number for number, visit in enumerate(joint, 1)}

    def is_waiting(self, visit: DayVisit) -> bool:
        """Somebody is missing: no worker yet, or only one who will not be there."""
        if visit.state == VisitState.NEEDED:
            return True
        return visit.state == VisitState.PLANNED and any(a.worker_id not in self.names for a in visit.assignments)

    def wants(self, visit: DayVisit) -> bool:
        """Whether the filters ask for this visit."""
        asked = self.asked
        if asked.employer and not any(self.employer_ids.get(a.worker_id) == asked.employer for a in visit.assignments):
            return False
        if asked.only:
            kinds = {
                "late": visit.id in self.late,
                "unassigned": self.is_waiting(visit),
                "joint": visit.is_joint,
                "crisis": visit.is_crisis,
                "no-break": any(a.worker_id in self.without_break for a in visit.assignments),
            }
            if not any(kinds[kind] for kind in asked.only):
                return False
        kind, _, value = asked.can.partition(":")
        if kind == "skill" and not any(slot["skill"] == value for slot in visit.slots):
            return False
        if kind == "job" and not any(self.jobs.get(a.worker_id) == value for a in visit.assignments):
            return False
        return not self.find or (
            self.find in visit.person_label.casefold()
            or any(self.find in self.names.get(a.worker_id, "").casefold() for a in visit.assignments)
        )

    def wants_row(self, worker: DayWorker) -> bool:
        """Whether a worker's row is shown: theirs are wanted visits, or the filters ask for such workers."""
        asked = self.asked
        if asked.employer and worker.employer_id != asked.employer:
            return False
        kind, _, value = asked.can.partition(":")
        if kind == "job" and worker.job_title != value:
            return False
        if asked.only or kind == "skill":
            return any(self.wants(part.visit) for part in worker.assignments)
        return (
            not self.find
            or self.find in worker.label.casefold()
            or any(self.wants(part.visit) for part in worker.assignments)
        )

    def joint_text(self, visit: DayVisit, worker_id: int | None = None) -> str:
        """Which joint visit it is and who else goes, in words."""
        number = self.joint_numbers.get(visit.id)
        if number is None:
            return ""
        others = [
            self.names.get(a.worker_id, "a worker not on shift") for a in visit.assignments if a.worker_id != worker_id
        ]
        missing = len(visit.slots) - len(visit.assignments)
        if missing > 0:
            others.append("somebody still to be found" if missing == 1 else f"{missing} people still to be found")
        return f"Joint visit {number} with {_and(others)}"

    def block(self, part: DayAssignment) -> Block:
        """One worker's part in one visit."""
        visit = part.visit
        look = self.looks[visit.id, part.slot]
        starts, ends = local(part.starts_at), local(part.ends_at)
        number = self.joint_numbers.get(visit.id)
        css = look.css
        said = [visit.title, look.word]
        if look.is_late:
            said[1] = f"{look.word}, {lateness(visit, part, look, self.now)}"
        if visit.is_crisis:
            css += " is-crisis"
            said.insert(0, "Crisis")
        if number:
            said.append(self.joint_text(visit, part.worker_id))
        if (visit.id, part.slot) in self.moved:
            css += " is-moved"
            said.append("Moved in the last planning")
        if part.is_decided:
            said.append("Decided by a person")
        if round(part.travel_minutes):
            said.append(f"{minutes_text(part.travel_minutes)} travel before")
        if self.asked.narrows and not self.wants(visit):
            css += " is-aside"
        kind, person = _split(visit.person_label)
        return Block(
            visit.id,
            f"v{visit.id}-{part.slot}",
            css,
            f"{begins(self.day.day, starts)} {lasts(starts, ends)}{travels(part.travel_minutes)}",
            kind,
            person,
            str(number or ""),
            told(starts, ends),
            ". ".join(said),
            at_text(visit.latitude, visit.longitude),
        )

    def row(self, worker: DayWorker) -> Row:
        """One worker's row."""
        spans = [(local(shift.starts_at), local(shift.ends_at)) for shift in worker.shifts]
        first = worker.shifts[0]
        count = len(worker.assignments)
        return Row(
            worker.id,
            worker.label,
            worker.job_title,
            f"{count} visit{'' if count == 1 else 's'}",
            tuple(f"{begins(self.day.day, starts)} {lasts(starts, ends)}" for starts, ends in spans),
            _and([told(starts, ends) for starts, ends in spans]),
            tuple(self.block(part) for part in worker.assignments),
            at_text(first.start_latitude, first.start_longitude),
        )

    def wait(self, visit: DayVisit) -> Waiting:
        """One visit that somebody is missing for."""
        reason = visit.unplanned_reason or NOT_PLANNED_YET
        if visit.state != VisitState.NEEDED:
            reason = NO_SHIFT
        return Waiting(
            visit.id,
            visit.person_label,
            visit.title,
            window_text(visit),
            needs_text(visit, len(visit.assignments)),
            reason,
            visit.is_crisis,
            at_text(visit.latitude, visit.longitude),
        )

    def line(self, visit: DayVisit) -> Line:
        """One visit as a row of the table: its worst look, and everyone who goes."""
        looks = [self.looks[visit.id, part.slot] for part in visit.assignments]
        part = visit.assignments[0] if visit.assignments else None
        look = next((one for one in looks if one.is_late), looks[0]) if looks else LOOKS["needed"]
        if self.is_waiting(visit):
            look = LOOKS["part"] if looks and visit.state == VisitState.NEEDED else LOOKS["needed"]
        number = self.joint_numbers.get(visit.id)
        return Line(
            visit.id,
            told(local(part.starts_at), local(part.ends_at)) if part else "",
            window_text(visit),
            visit.person_label,
            visit.title,
            visit.is_crisis,
            f"Joint {number}" if number else "",
            tuple(
                (a.worker_id, self.names[a.worker_id], self.employer_of[a.worker_id])
                for a in visit.assignments
                if a.worker_id in self.names
            ),
            look.word,
            look.tag,
            lateness(visit, part, look, self.now) if part else "",
            minutes_text(part.travel_minutes) if part and round(part.travel_minutes) else "",
            self.wait(visit).reason if self.is_waiting(visit) else "",
        )

    def employers(self) -> tuple[Employer, ...]:
        """Every employer with a worker out, in a steady order; numbers and shapes do not change with the filters."""
        order = sorted({worker.employer_id for worker in self.day.workers})
        by_employer: dict[int, list[DayWorker]] = {employer: [] for employer in order}
        for worker in self.day.workers:
            by_employer[worker.employer_id].append(worker)
        told_of = []
        for number, (employer_id, theirs) in enumerate(by_employer.items()):
            shown = [worker for worker in theirs if self.wants_row(worker)]
            if not shown:
                continue
            shown.sort(key=_row_order)
            visits = sum(len(worker.assignments) for worker in shown)
            travel = sum(part.travel_minutes for worker in shown for part in worker.assignments)
            told_of.append(
                Employer(
                    employer_id,
                    theirs[0].employer,
                    SHAPES[number % len(SHAPES)],
                    number % len(SHAPES),
                    f"{_count(len(shown), 'worker')}, {_count(visits, 'visit')}, {short_minutes(travel)} travel",
                    tuple(self.row(worker) for worker in shown),
                )
            )
        return tuple(told_of)

    def figures(self) -> tuple[Figure, ...]:
        """The numbers of the whole day, whatever the filters leave out."""
        visits = self.day.visits
        travel = sum(part.travel_minutes for visit in visits for part in visit.assignments)
        late = len(self.late)
        waiting = len(self.waiting)
        crisis = sum(visit.is_crisis for visit in visits)
        rushed = len(self.without_break)

        def only(kind: str) -> dict:
            is_on = self.asked.only == {kind}
            return {"query": self.asked.query(only=None if is_on else kind), "is_on": is_on}

        return (
            Figure(f"{len(visits):,}", "visits"),
            Figure(f"{len(visits) - waiting:,}", "with everyone they need"),
            Figure(f"{waiting:,}", "unassigned", css="is-bad" if waiting else "is-good", **only("unassigned")),
            Figure(f"{late:,}", "late", css="is-warning" if late else "is-good", **only("late")),
            Figure(f"{crisis:,}", "crisis", **only("crisis")),
            Figure(f"{len(self.joint_numbers):,}", "joint", **only("joint")),
            *([Figure(f"{rushed:,}", "without a break", css="is-warning", **only("no-break"))] if rushed else []),
            Figure(
                f"{sum(bool(worker.assignments) for worker in self.day.workers):,}",
                f"of {len(self.day.workers):,} workers out",
            ),
            Figure(short_minutes(travel), "travel"),
        )


def present_day(day: Day, asked: Asked, now: datetime, moves: Iterable = (), openable: Collection[int] = ()) -> DayPage:
    """Everything Today shows of a day. `moves` are what the last planning changed."""
    moves = list(moves)
    teller = _Teller(day, asked, now, frozenset((move.visit_id, move.slot) for move in moves))
    wanted = [visit for visit in day.visits if teller.wants(visit)] if asked.narrows else day.visits
    waiting = sorted(
        (visit for visit in wanted if teller.is_waiting(visit)),
        key=lambda visit: (not visit.is_crisis, visit.window_closes_at, visit.id),
    )
    first, last = _hours_shown(day)
    here = local(now)
    is_table = asked.view == "table"
    return DayPage(
        day_text=day_text(day.day),
        day_iso=day.day.isoformat(),
        relative=_relative(day.day, here.date()),
        figures=teller.figures(),
        planning=_planning(day, moves, openable),
        unplanned_text=(
            "How this day was planned was not recorded."
            if any(visit.assignments for visit in day.visits)
            else "This day has not been planned yet."
        ),
        waiting=tuple(teller.wait(visit) for visit in waiting),
        waiting_count=len(waiting),
        employers=() if is_table else teller.employers(),
        lines=tuple(teller.line(visit) for visit in sorted(wanted, key=_start)) if is_table else (),
        hours=tuple((f"h{hour} m0", clock(hour % 24, 0)) for hour in range(first, last)),
        axis_css=f"from-{first} span-{last - first}",
        now_css=begins(day.day, here) if teller.is_today and first <= here.hour < last else "",
        now_text=clock(here.hour, here.minute),
        shown=_shown(asked, len(wanted), len(day.visits)),
        has_map=any(visit.latitude is not None for visit in day.visits),
        is_empty=not day.visits and not day.workers,
        employer_choices=_employer_choices(day, asked),
        job_choices=_choices({f"job:{job}": job for job in {w.job_title for w in day.workers} if job}, asked.can),
        skill_choices=_choices(
            {f"skill:{code}": skill_title(code) for code in {s["skill"] for v in day.visits for s in v.slots}},
            asked.can,
        ),
        only_choices=tuple(Choice(value, label, value in asked.only) for value, label in ONLY.items()),
        key=tuple(LOOKS[name] for name in KEY),
    )


def one_row(day: Day, worker_id: int, now: datetime) -> Row | None:
    """One worker's row of a day, or None when they are not on shift."""
    teller = _Teller(day, Asked(), now, frozenset())
    worker = next((one for one in day.workers if one.id == worker_id), None)
    return replace(teller.row(worker)) if worker else None


def hours_of(day: Day) -> tuple[tuple[tuple[str, str], ...], str]:
    """The hours on the axis of a day, and the class that says where they begin and how many there are."""
    first, last = _hours_shown(day)
    return tuple(
        (f"h{hour} m0", clock(hour % 24, 0)) for hour in range(first, last)
    ), f"from-{first} span-{last - first}"


def _split(label: str) -> tuple[str, str]:
    """A label as the word that every nameless person shares and what tells them apart; a name stays whole."""
    return ("Person", label.removeprefix("Person ")) if label.startswith("Person ") else ("", label)


def at_text(latitude: float | None, longitude: float | None) -> str:
    """A point for the map, to about a metre; empty without co-ordinates."""
    return f"{latitude:.5f},{longitude:.5f}" if latitude is not None and longitude is not None else ""


def window_text(visit) -> str:
    """When a visit may start: between 9am and 10am, or at 9am."""
    opens, closes = local(visit.window_opens_at), local(visit.window_closes_at)
    if opens == closes:
        return f"at {clock(opens.hour, opens.minute)}"
    return f"{clock(opens.hour, opens.minute)} to {clock(closes.hour, closes.minute)}"


def needs_text(visit, assigned: int) -> str:
    """Who a visit needs: 2 × Home care worker, 30 minutes; 1 of 2 assigned."""
    titles: dict[str, int] = {}
    for slot in visit.slots:
        title = skill_title(slot["skill"])
        titles[title] = titles.get(title, 0) + 1
    people = _and([f"{count} × {title}" if count > 1 else title for title, count in titles.items()])
    length = minutes_text(max((slot["minutes"] for slot in visit.slots), default=0))
    said = f"{people}, {length}"
    return f"{said}. {assigned} of {len(visit.slots)} assigned" if assigned else said


def _planning(day: Day, moves: list, openable: Collection[int]) -> Planning | None:
    plan = day.plan
    if plan is None:
        return None
    people = {visit.id: visit.person_label for visit in day.visits}
    told_of = [
        Moved(
            move.visit_id,
            move.visit_id in openable,
            people.get(move.visit_id) or move.visit.whom,
            move.visit.title,
            side_text(move.from_worker, move.from_starts_at),
            side_text(move.to_worker, move.to_starts_at),
            move.why,
        )
        for move in moves[:MOVES_SHOWN]
    ]
    count = len(moves)
    visits = len({move.visit_id for move in moves})
    return Planning(
        f"Planned {moment_text(plan.made_at)} by {plan.made_by}: {plan.why}",
        tuple(told_of),
        f"and {count - MOVES_SHOWN:,} more" if count > MOVES_SHOWN else "",
        f"{_count(visits, 'visit')} moved" if count else "",
    )


def side_text(worker, starts_at: datetime | None) -> str:
    """One side of a move: Ann Lee at 9:30am, or nobody."""
    if worker is None or starts_at is None:
        return "nobody"
    here = local(starts_at)
    return f"{worker.label} at {clock(here.hour, here.minute)}"


def _hours_shown(day: Day) -> tuple[int, int]:
    """The first hour on the axis, and the hour after the last: enough for every shift and every visit."""
    first, last = EARLIEST_SHOWN, LATEST_SHOWN
    midnight = datetime.combine(day.day, datetime.min.time())
    moments = [shift for worker in day.workers for shift in worker.shifts]
    for one in (*moments, *(part for visit in day.visits for part in visit.assignments)):
        begins_at = (local(one.starts_at).replace(tzinfo=None) - midnight).total_seconds() / 3600
        ends_at = (local(one.ends_at).replace(tzinfo=None) - midnight).total_seconds() / 3600
        first = min(first, int(max(0, begins_at)))
        last = max(last, int(-(-ends_at // 1)))
    return first, min(36, last)


def _start(visit: DayVisit) -> tuple:
    return (visit.assignments[0].starts_at if visit.assignments else visit.window_opens_at, visit.id)


def _relative(day: date, today: date) -> str:
    days = (day - today).days
    return {0: "Today", -1: "Yesterday", 1: "Tomorrow"}.get(days, "")


def _employer_choices(day: Day, asked: Asked) -> tuple[Choice, ...]:
    names = {worker.employer_id: worker.employer for worker in day.workers}
    return tuple(Choice(str(pk), names[pk], pk == asked.employer) for pk in sorted(names))


def _row_order(worker: DayWorker) -> tuple:
    """By job, then by when they start; those with nobody to see stand below those at work."""
    return (not worker.assignments, worker.job_title, worker.shifts[0].starts_at, worker.label, worker.id)


def _choices(labels: dict[str, str], on: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == on) for value, label in sorted(labels.items(), key=lambda one: one[1]))


def _shown(asked: Asked, shown: int, of: int) -> str:
    return f"Showing {shown:,} of {_count(of, 'visit')}" if asked.narrows else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _and(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def nearest_days(days: list[date], wanted: date, limit: int = 5) -> list[date]:
    """The days nearest to one that has nothing, nearest first."""
    return sorted(days, key=lambda one: abs(one - wanted))[:limit]


def day_before(day: date) -> date:
    """The day before."""
    return day - timedelta(days=1)


def day_after(day: date) -> date:
    """The day after."""
    return day + timedelta(days=1)
