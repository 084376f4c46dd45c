"""Who did the visits of a past day: a simple round for everyone on shift, known faces first.

Not the planner: it fills in what already happened, so that people have faces they know and workers have days behind
them. It keeps what any true record would: nobody in two places, the skill each visit asks for, time to travel.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from homeward.kernel.rules import kilometres_between, minutes_into
from homeward.procedures.selectors import library
from homeward.roster.models import Shift
from homeward.teams.models import Worker

MINUTES_A_KILOMETRE = 2.8  # 30 km/h on roads 1.4 times the straight line
MINUTES_A_TRIP = 2.0
KNOWN_FACE_IS_WORTH = 35.0  # minutes of waiting or travel
NEAREST = 14  # of those on shift, how many are looked at before everyone is
LATEST = 75.0  # minutes after the window closes that somebody still comes


@dataclass(slots=True)
class Row:
    """One worker's day: the stretches they work, and the stops made so far as (start, end, latitude, longitude)."""

    worker: Worker
    spans: list[tuple[float, float]]
    skills: frozenset[str]
    stops: list[tuple[float, float, float, float]] = field(default_factory=list)


def travel(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Minutes by car between two points, about."""
    if a == b:
        return 0.0
    return MINUTES_A_TRIP + MINUTES_A_KILOMETRE * kilometres_between(a, b)


class Rounds:
    """One day of everyone on shift, filled visit by visit."""

    def __init__(self, day: date, shifts: Iterable[Shift], away: set[int]) -> None:
        shifts = list(shifts)
        self.day = day
        self.rows: dict[int, Row] = {}
        held: dict[tuple[str, ...], frozenset[str]] = {}
        for shift in shifts:
            worker = shift.worker
            if worker.pk in away:
                continue
            if worker.pk not in self.rows:
                codes = tuple(worker.skills)
                if codes not in held:
                    held[codes] = library().worker_skills(codes)
                self.rows[worker.pk] = Row(worker, [], held[codes])
            span = (minutes_into(day, shift.starts_at), minutes_into(day, shift.ends_at))
            self.rows[worker.pk].spans.append(span)
        for row in self.rows.values():
            row.spans.sort()
        self._shifts = [shift for shift in shifts if shift.worker_id in self.rows]
        self._able: dict[tuple[str, ...], list[Row]] = {}
        self._near: dict[tuple, list[Row]] = {}

    def shift_of(self, row: Row, start: float) -> Shift | None:
        """The shift of a worker's day in which something starts."""
        for shift in self._shifts:
            begins, ends = minutes_into(self.day, shift.starts_at), minutes_into(self.day, shift.ends_at)
            if shift.worker_id == row.worker.pk and begins <= start <= ends:
                return shift
        return None

    def able(self, needed: tuple[str, ...]) -> list[Row]:
        """Everyone on shift with all of these skills."""
        if needed not in self._able:
            wanted = set(needed)
            self._able[needed] = [row for row in self.rows.values() if wanted <= row.skills]
        return self._able[needed]

    def near(self, needed: tuple[str, ...], place: tuple[float, float]) -> list[Row]:
        """The same, those who live nearest first."""
        key = (needed, place)
        if key not in self._near:
            lat, lon = place
            self._near[key] = sorted(
                self.able(needed),
                key=lambda r: (r.worker.latitude - lat) ** 2 + 0.36 * (r.worker.longitude - lon) ** 2,
            )
        return self._near[key]

    @staticmethod
    def earliest(row: Row, opens: float, latest: float, minutes: float, place: tuple[float, float]) -> float | None:
        """When this worker could start, between the two; None when not."""
        for begins, ends in row.spans:
            if ends < opens or begins > latest:
                continue
            at = bisect_left(row.stops, (opens,))
            while True:
                before = row.stops[at - 1] if at and row.stops[at - 1][1] > begins else None
                ready = (
                    before[1] + travel((before[2], before[3]), place)
                    if before
                    else begins + travel((row.worker.latitude, row.worker.longitude), place)
                )
                start = max(opens, ready)
                if start > latest or start + minutes > ends:
                    break
                after = row.stops[at] if at < len(row.stops) else None
                if after is None or start + minutes + travel(place, (after[2], after[3])) <= after[0]:
                    return start
                at += 1
        return None

    def fill(
        self,
        slots: list[tuple[str, ...]],
        opens: float,
        closes: float,
        minutes: float,
        place: tuple[float, float],
        known: set[int],
        *,
        latest: float = LATEST,
    ) -> tuple[float, list[Row]] | None:
        """Find a worker for each slot, all starting together; gives the start and the rows, and books them.

        None when nobody can come before `latest` minutes after the window closes.
        """
        start, team = opens, []
        for needed in slots:
            found = self._best(needed, start, closes + latest, minutes, place, known, team)
            if found is None:
                return None
            start = max(start, found[0])
            team.append(found[1])
        if len(team) > 1:
            # the first must still be free when the last can start
            for _ in range(4):
                starts = [self.earliest(row, start, closes + latest, minutes, place) for row in team]
                if None in starts:
                    return None
                if max(starts) == start:
                    break
                start = max(starts)
            else:
                return None
        for row in team:
            self.book(row, start, minutes, place)
        return start, team

    def book(self, row: Row, start: float, minutes: float, place: tuple[float, float]) -> None:
        """Put a stop on somebody's day."""
        stop = (start, start + minutes, *place)
        row.stops.insert(bisect_left(row.stops, stop), stop)

    def _best(
        self,
        needed: tuple[str, ...],
        opens: float,
        latest: float,
        minutes: float,
        place: tuple[float, float],
        known: set[int],
        team: list[Row],
    ) -> tuple[float, Row] | None:
        everyone = self.near(needed, place)
        taken = {id(row) for row in team}
        faces = [row for row in everyone if row.worker.pk in known] if known else []
        for group in (faces + everyone[:NEAREST], everyone[NEAREST:]):
            best: tuple[float, float, Row] | None = None
            for row in group:
                if id(row) in taken:
                    continue
                start = self.earliest(row, opens, latest, minutes, place)
                if start is None:
                    continue
                price = start - (KNOWN_FACE_IS_WORTH if row.worker.pk in known else 0.0)
                if best is None or price < best[0]:
                    best = (price, start, row)
            if best is not None:
                return best[1], best[2]
        return None
