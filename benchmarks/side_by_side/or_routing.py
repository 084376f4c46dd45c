"""OR-Tools' routing library: guided local search, visits in step by constraints on the time dimension.

A joint visit is two nodes with equal times and different vehicles; two services in sequence two nodes whose times
differ within the bounds. It starts from the better of its own first solution and the planner's greedy plan. The
largest lateness is left out of what it minimises, and counted like everybody's in what it costs: as a second dimension
with a global span cost it could be expressed, but cost the search so much speed that plans came out a third dearer.
"""

from __future__ import annotations

import time

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from benchmarks.side_by_side.routes import Numbers, Routes, routes_of
from visit_planner import Problem, solve

# As the library itself says there is none.
NO_LIMIT = 2**63 - 1


def routes(problem: Problem, seconds: float, seed: int) -> Routes:
    until = time.process_time() + seconds
    numbers = Numbers(problem)
    weights = problem.weights
    # Thirds in the published objective: whole numbers when everything is times three.
    price = {name: round(3 * getattr(weights, name)) for name in ("travel", "lateness")}
    n, vehicles = len(numbers.tasks), len(problem.workers)
    manager = pywrapcp.RoutingIndexManager(n + 1, vehicles, 0)
    routing = pywrapcp.RoutingModel(manager)
    cp = routing.solver()
    cp.ReSeed(seed)
    index = [manager.NodeToIndex(task) for task in range(n + 1)]
    routing.SetArcCostEvaluatorOfAllVehicles(
        routing.RegisterTransitMatrix([[price["travel"] * way for way in row] for row in numbers.near])
    )
    passing = routing.RegisterTransitMatrix(
        [[numbers.minutes[a] + way for way in row] for a, row in enumerate(numbers.near)]
    )
    routing.AddDimension(passing, numbers.horizon, numbers.horizon, True, "time")
    times = routing.GetDimensionOrDie("time")
    for task in range(1, n + 1):
        start = times.CumulVar(index[task])
        start.SetMin(numbers.opens[task])
        if numbers.hard[task]:
            start.SetMax(numbers.closes[task])
        elif price["lateness"]:
            times.SetCumulVarSoftUpperBound(index[task], numbers.closes[task], price["lateness"])
        # -1: not visited at all, where a disjunction allows it.
        routing.VehicleVar(index[task]).SetValues([-1, *numbers.able(task)])
        routing.AddVariableMinimizedByFinalizer(start)
        if numbers.hard[task]:
            visit = next(visit for visit in problem.visits if visit.id == numbers.tasks[task - 1][0])
            routing.AddDisjunction([index[task]], round(3 * weights.undone * visit.cost_if_undone) * numbers.scale)
    for a, b in ((team[0], other) for team in numbers.teams() for other in team[1:]):
        cp.Add(times.CumulVar(index[a]) == times.CumulVar(index[b]))
        cp.Add(routing.VehicleVar(index[a]) != routing.VehicleVar(index[b]))
    for a, b, least, most, apart in numbers.gaps():
        cp.Add(times.CumulVar(index[b]) >= times.CumulVar(index[a]) + least)
        if most is not None:
            cp.Add(times.CumulVar(index[b]) <= times.CumulVar(index[a]) + most)
        if apart:
            cp.Add(routing.VehicleVar(index[a]) != routing.VehicleVar(index[b]))
    options = pywrapcp.DefaultRoutingSearchParameters()
    options.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    options.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    # Its own limit is of wall clock: far off, so that the one on CPU time ends the search.
    options.time_limit.FromSeconds(int(60 + 60 * seconds))
    routing.AddSearchMonitor(cp.CustomLimit(lambda: time.process_time() > until))
    routing.CloseModelWithParameters(options)
    greedy = numbers.orders(routes_of(solve(problem, iterations=0)))
    starts = [routing.ReadAssignmentFromRoutes([greedy.get(vehicle, []) for vehicle in range(vehicles)], True)]
    options.solution_limit = 1
    starts.append(routing.SolveWithParameters(options))
    options.solution_limit = NO_LIMIT
    start = min((one for one in starts if one is not None), key=lambda one: one.ObjectiveValue(), default=None)
    if start is None:
        return {}
    found = routing.SolveFromAssignmentWithParameters(start, options) or start
    orders: dict[int, list[int]] = {}
    for vehicle in range(vehicles):
        at = found.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(at):
            orders.setdefault(vehicle, []).append(manager.IndexToNode(at))
            at = found.Value(routing.NextVar(at))
    return numbers.routes(orders)
