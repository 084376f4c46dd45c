"""Who could come: every team there is, ranked as trying them all one by one ranks them."""

from dataclasses import replace
from itertools import permutations, product

import pytest

from visit_planner import Assignment, Plan, Slot, Visit, Window, check, cost, rank_responders, solve

NEW = "new"
SWEEPS = 60


def laid_out(problem, routes, at_least):
    """Every visit as early as it can be but no earlier than told; None when they wait for each other."""
    visits = {visit.id: visit for visit in problem.visits}
    workers = {worker.id: worker for worker in problem.workers}
    shifts = {(w.id, s.id): s for w in problem.workers for s in w.shifts}
    starts = dict(at_least)
    for _ in range(SWEEPS):
        before = dict(starts)
        for (name, shift_id), stops in routes.items():
            shift, ways = shifts[name, shift_id], problem.travel[workers[name].mode]
            free, here = shift.starts, shift.start_place
            for visit_id, slot in stops:
                visit = visits[visit_id]
                starts[visit_id] = max(starts[visit_id], free + ways[here][visit.place])
                free, here = starts[visit_id] + visit.slots[slot].minutes, visit.place
        for gap in problem.gaps:
            if gap.first in starts and gap.second in starts:
                starts[gap.second] = max(starts[gap.second], starts[gap.first] + gap.at_least)
                if gap.at_most is not None:
                    starts[gap.first] = max(starts[gap.first], starts[gap.second] - gap.at_most)
        if starts == before:
            break
    else:
        return None
    stops = [
        Assignment(v, k, w, s, starts[v], starts[v] + visits[v].slots[k].minutes, 0.0, 0.0)
        for (w, s), theirs in routes.items()
        for v, k in theirs
    ]
    return Plan(tuple(stops), tuple(v for v in visits if v not in starts))


def one_by_one(problem, plan, visit):
    """team -> (start, cost added), by building each plan in full and holding it against every rule."""
    told = {stop.visit: stop.starts for stop in plan.assignments}
    before = cost(problem, plan).total - problem.weights.undone * visit.cost_if_undone
    shifts = {(w.id, s.id): (w, s) for w in problem.workers for s in w.shifts}
    routes = {key: [] for key in shifts}
    ends = {}
    for stop in sorted(plan.assignments, key=lambda stop: stop.starts):
        routes[stop.worker, stop.shift].append((stop.visit, stop.slot))
        ends[stop.visit, stop.slot] = stop.ends
    visits = {one.id: one for one in problem.visits}
    floor = visit.window.opens
    for gap in problem.gaps:
        if gap.second == visit.id and gap.first in told:
            floor = max(floor, told[gap.first] + gap.at_least)
        if gap.first == visit.id and gap.second in told and gap.at_most is not None:
            floor = max(floor, told[gap.second] - gap.at_most)
    places = [
        (key, at)
        for key, (worker, _) in shifts.items()
        for at in range(len(routes[key]) + 1)
        # What is done in time anyway is done first.
        if at == len(routes[key])
        or ends[routes[key][at]] + problem.travel[worker.mode][visits[routes[key][at][0]].place][visit.place] > floor
    ]
    best = {}
    for team in product(places, repeat=len(visit.slots)):
        members = [key[0] for key, _ in team]
        if len(set(members)) < len(members):
            continue
        with_it = {key: list(stops) for key, stops in routes.items()}
        for slot, (key, at) in enumerate(team):
            with_it[key].insert(at, (visit.id, slot))
        candidate = laid_out(problem, with_it, {**told, visit.id: floor})
        if candidate is None or check(problem, candidate):
            continue
        start = next(stop.starts for stop in candidate.assignments if stop.visit == visit.id)
        found = (round(start, 4), round(cost(problem, candidate).total - before, 4))
        who = frozenset(members)
        best[who] = min(best.get(who, (1e9, 1e9)), found)
    return best


class TestRankResponders:
    @pytest.mark.parametrize("seed", range(40))
    def test_ranks_every_worker_and_pair_as_trying_each_does(self, make_random_problem, seed):
        problem = make_random_problem(seed)
        slots = (Slot("care", 20.0), Slot("care" if seed % 2 else "nursing", 15.0))[: 1 + seed % 3 % 2]
        new = Visit(NEW, seed % 6, slots, Window(420.0 + 5 * (seed % 9), 600.0), 300.0, refused=frozenset({"w0"}))
        problem = replace(problem, visits=(*problem.visits, new))
        start = solve(problem, iterations=300, seed=seed)
        plan = Plan(tuple(a for a in start.assignments if a.visit != NEW), (*{*start.undone, NEW},))
        ranking = rank_responders(problem, plan, NEW)
        ours = {
            frozenset(ranking.workers(k)): (round(ranking.starts[k], 4), round(ranking.costs[k], 4))
            for k in range(len(ranking))
        }
        assert ours == one_by_one(problem, plan, new)
        order = list(zip(ranking.starts.round(6), ranking.costs.round(6)))
        assert order == sorted(order)

    def test_says_of_every_offer_what_it_delays(self, make_team):
        problem = make_team(visits=120, workers=30, seed=3)
        plan = solve(problem, iterations=20_000)
        crisis = Visit("crisis", 3, (Slot("care", 45),) * 2, Window(640, 700), 5000.0)
        ranking = rank_responders(replace(problem, visits=(*problem.visits, crisis)), plan, "crisis", now=630.0)
        assert len(ranking) > 50
        for k, offer in enumerate(ranking[:40]):
            assert offer.workers == ranking.workers(k)
            assert len(offer.delays) == ranking.moved[k]
            assert offer.starts == pytest.approx(ranking.starts[k])
            assert all(delay.minutes > 0 for delay in offer.delays)

    def test_puts_three_together(self, make_team):
        problem = make_team(visits=60, workers=20, seed=6)
        plan = solve(problem, iterations=10_000)
        crisis = Visit("crisis", 3, (Slot("care", 30),) * 3, Window(600, 700), 5000.0)
        ranking = rank_responders(replace(problem, visits=(*problem.visits, crisis)), plan, "crisis", now=590.0)
        teams = [frozenset(ranking.workers(k)) for k in range(len(ranking))]
        assert all(len(team) == 3 for team in teams)
        assert len(set(teams)) == len(teams) > 10
        assert not [team for team in teams for order in permutations(team) if order in teams]
