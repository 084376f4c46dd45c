"""On which days each pattern falls: where there is room, near others of that day, when those it knows work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from visit_planner.practice import has_level, may_come
from visit_planner.weeks.week import DAY, Pattern, Week, choices, visits_on

# Hours are looked at in stretches this long: room at noon helps nobody at eight.
STRETCH = 120.0
# Travel reckoned to each visit when its day has not been planned yet, in minutes.
WAY = 10.0
# Rounds in which every pattern may change its days again.
ROUNDS = 4
# What being near the others of a day weighs against room on it.
NEAR_WEIGHT = 0.3
# What a day without anybody the person knows weighs.
STRANGERS = 10.0


class Room:
    """How full the days are: minutes of work given to each (day, skill, stretch), and minutes there are."""

    def __init__(self, week: Week) -> None:
        self.week = week
        skills = sorted({slot.skill for pattern in week.patterns for slot in pattern.slots})
        self.skill = {name: k for k, name in enumerate(skills)}
        # a stretch after midnight is the next day's to staff, but belongs to the day whose round it is
        self.stretches = int(2 * DAY / STRETCH)
        shape = (week.days, max(1, len(skills)), self.stretches)
        self.load, self.there = np.zeros(shape), np.zeros(shape)
        self.people: list[list[int]] = [[] for _ in range(week.days)]
        self.on_shift: list[set[str]] = [set() for _ in range(week.days)]
        for worker in week.workers:
            mine = [self.skill[name] for name in worker.skills if name in self.skill]
            for shift in worker.shifts:
                self.on_shift[int(shift.starts // DAY)].add(worker.id)
                for day in range(week.days):
                    for k in range(self.stretches):
                        begins = day * DAY + k * STRETCH
                        shared = min(shift.ends, begins + STRETCH) - max(shift.starts, begins)
                        if shared > 0:
                            self.there[day, mine, k] += shared
        first = next(iter(week.travel.values()))
        self.ways = np.where(np.asarray(first) < 0, 1e3, np.asarray(first, dtype=float))
        self.known = {faces.person: faces.known | faces.this_week for faces in week.faces}

    def wants(self, pattern: Pattern) -> list[tuple[int, int, float]]:
        """(skill, stretch, minutes) of a pattern on any of its days."""
        wanted = []
        for window in pattern.rounds:
            stretch = min(self.stretches - 1, max(0, int((window.opens + window.closes) / 2 // STRETCH)))
            wanted += [(self.skill[slot.skill], stretch, slot.minutes + WAY) for slot in pattern.slots]
        return wanted

    def add(self, pattern: Pattern, days: tuple[int, ...], sign: int) -> None:
        """Puts a pattern on days, or takes it off with -1."""
        for day in days:
            for skill, stretch, minutes in self.wants(pattern):
                self.load[day, skill, stretch] += sign * minutes
            if sign > 0:
                self.people[day].append(pattern.place)
            else:
                self.people[day].remove(pattern.place)

    def price(self, pattern: Pattern, days: tuple[int, ...]) -> float:
        """What it costs to put a pattern on days: fuller hours, a longer way, strangers."""
        total = 0.0
        known = (self.known.get(pattern.person, frozenset()) | pattern.preferred) - pattern.refused
        for day in days:
            for skill, stretch, minutes in self.wants(pattern):
                there = max(1.0, self.there[day, skill, stretch])
                total += ((2 * self.load[day, skill, stretch] + minutes) * minutes) / there
            if self.people[day]:
                total += NEAR_WEIGHT * float(self.ways[pattern.place, self.people[day]].min())
            if known and not known & self.on_shift[day]:
                total += STRANGERS
        return total

    def fullness(self, pattern: Pattern, days: tuple[int, ...]) -> float:
        """Share of the fullest hours a pattern would use that is taken, itself included."""
        return max(
            (
                float(self.load[day, skill, stretch] / max(1.0, self.there[day, skill, stretch]))
                for day in days
                for skill, stretch, _ in self.wants(pattern)
            ),
            default=0.0,
        )


def choose_days(week: Week) -> dict[str, tuple[int, ...]]:
    """Pattern -> its days; none for those not due. Fewest choices and most work first, then improved in rounds."""
    room = Room(week)
    open_to = {pattern.id: choices(week, pattern) for pattern in week.patterns}
    due = [pattern for pattern in week.patterns if open_to[pattern.id]]
    due.sort(key=lambda pattern: (len(open_to[pattern.id]), -_minutes(pattern), pattern.id))
    chosen: dict[str, tuple[int, ...]] = {pattern.id: () for pattern in week.patterns}
    for number in range(ROUNDS):
        changed = False
        for pattern in due:
            if number and len(open_to[pattern.id]) == 1:
                continue
            before = chosen[pattern.id]
            if number:
                room.add(pattern, before, -1)
            best = min(open_to[pattern.id], key=lambda days: room.price(pattern, days))
            room.add(pattern, best, 1)
            chosen[pattern.id] = best
            changed = changed or best != before
        if not changed:
            break
    return chosen


def choose_circles(week: Week, chosen: Mapping[str, tuple[int, ...]]) -> dict[str, frozenset[str]]:
    """For each person whose week has a limit of faces: who they should be, so that somebody can come to every visit.

    Those who could come to most of what nobody chosen so far could, the known first, the least asked for first.
    """
    asked: Counter[str] = Counter()
    circles = {}
    for faces in sorted(week.faces, key=lambda one: one.person):
        if faces.at_most is None:
            continue
        mine = [pattern for pattern in week.patterns if pattern.person == faces.person]
        able = _able(week, mine, chosen)
        circle = set(faces.this_week)
        open_still = {key for key, workers in able.items() if not circle & workers}
        while len(circle) < faces.at_most:
            gains = Counter(worker for key in open_still for worker in able[key] - circle)
            if not gains:
                break
            best = min(gains, key=lambda w: (-gains[w], w not in faces.known, asked[w], w))
            circle.add(best)
            asked[best] += gains[best]
            open_still = {key for key in open_still if best not in able[key]}
        circles[faces.person] = frozenset(circle)
    return circles


def _able(
    week: Week, patterns: list[Pattern], chosen: Mapping[str, tuple[int, ...]]
) -> dict[tuple[str, int, int, int], set[str]]:
    """(pattern, day, round, slot) -> who is on shift then and may come."""
    able: dict[tuple[str, int, int, int], set[str]] = {}
    for pattern in patterns:
        for day in chosen.get(pattern.id, ()):
            for number, visit in enumerate(visits_on(pattern, day)):
                for k, slot in enumerate(visit.slots):
                    able[pattern.id, day, number, k] = {
                        worker.id
                        for worker in week.workers
                        if has_level(worker, slot)
                        and may_come(worker, visit)
                        and worker.id not in visit.refused
                        and (slot.allowed is None or worker.id in slot.allowed)
                        and any(
                            shift.starts <= visit.window.closes and shift.ends >= visit.window.opens + slot.minutes
                            for shift in worker.shifts
                        )
                    }
    return able


def filled(week: Week, chosen: Mapping[str, tuple[int, ...]]) -> Room:
    """The room there is once every pattern has its days."""
    room = Room(week)
    for pattern in week.patterns:
        room.add(pattern, chosen.get(pattern.id, ()), 1)
    return room


def _minutes(pattern: Pattern) -> float:
    return sum(slot.minutes for slot in pattern.slots) * len(pattern.rounds) * pattern.times
