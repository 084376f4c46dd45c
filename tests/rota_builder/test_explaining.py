"""Why something is missing, in words."""

import importlib.util
from dataclasses import replace
from pathlib import Path

from rota_builder import Absence, Assigned, Demand, Rota, Worker, explain

_spec = importlib.util.spec_from_file_location("rota_small_of_explaining", Path(__file__).with_name("small.py"))
small = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(small)
SUNDAY = Demand(6, 420, 840, "wound_care", 1, 1)


def nurse(name: str, **changes) -> Worker:
    return replace(Worker(name, skills=frozenset({"wound_care"}), limits=small.LIMITS, name=name.title()), **changes)


def problem(*workers: Worker, **changes):
    return small.problem_of(workers=workers, demands=(SUNDAY,), **changes)


class TestExplain:
    def test_counts_what_keeps_each_of_them(self):
        workers = [nurse(name) for name in ("ann", "bea", "cat", "dot")]
        workers[2:] = [replace(one, limits=replace(small.LIMITS, most_weekly_minutes=2100)) for one in workers[2:]]
        shifts = tuple(Assigned(day, name, "early") for name in ("cat", "dot") for day in range(5))
        away = (Absence("ann", 6), Absence("bea", 6))
        [why] = explain(problem(*workers, absences=away), Rota(shifts))
        assert why.sentence == (
            "Nobody with wound care is free on Sunday 13 December, 07:00 to 14:00:"
            " two are on leave or away, two have reached the hours of the week."
        )
        assert why.nearest == "Nearest: Cat on Early, if 42 hours in a week, at most 35 hours is agreed."

    def test_says_that_nobody_has_the_skill(self):
        [why] = explain(problem(Worker("ann")), Rota(()), skill_names={"wound_care": "wound care, level 2"})
        assert why.sentence == (
            "Nobody with wound care, level 2 is in the team, and one is missing on Sunday 13 December, 07:00 to 14:00."
        )
        assert "outside the team" in why.nearest

    def test_offers_who_is_free_with_the_price(self):
        [why] = explain(problem(nurse("ann", hourly_pence=2000)), Rota(()))
        assert why.nearest == "Nearest: Ann on Early, for £140."

    def test_offers_who_works_other_hours_that_day(self):
        [why] = explain(problem(nurse("ann")), Rota((Assigned(6, "ann", "late"),)))
        assert "one works other hours that day" in why.sentence
        assert why.nearest == "Nearest: Ann, if their shift that day moves to Early."

    def test_never_offers_somebody_who_is_away(self):
        [why] = explain(problem(nurse("ann"), absences=(Absence("ann", 6),)), Rota(()))
        assert "Ann" not in why.nearest

    def test_counts_those_who_are_there(self):
        two = replace(SUNDAY, least=2, wanted=2)
        workers = (nurse("ann"), nurse("bea"))
        case = small.problem_of(workers=workers, demands=(two,), absences=(Absence("bea", 6),))
        [why] = explain(case, Rota((Assigned(6, "ann", "early"),)))
        assert why.sentence.startswith(
            "Another with wound care cannot be had on Sunday 13 December, 07:00 to 14:00: one is at"
        )

    def test_gives_the_worst_first_and_no_more_than_asked(self):
        demands = (Demand(1, 420, 840, "wound_care", 0, 1), Demand(2, 420, 840, "wound_care", 1, 1))
        found = explain(small.problem_of(workers=(Worker("ann"),), demands=demands), Rota(()), most=1)
        assert [why.shortage.day for why in found] == [2]
