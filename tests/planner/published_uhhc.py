"""What the published validator of the unified benchmark computes, worked out once more from the files themselves.

Takes the instance and the solution as they are stored, and shares nothing with the planner. Durations are exact here
(a service or a lunch that lasts longer than it needs is a fault), which the published validator does not ask for.
"""

from __future__ import annotations

import math
from typing import Any

LUNCH = "lunch_break"


def judge(instance: dict[str, Any], solution: dict[str, Any]) -> tuple[float, dict[str, float], list[str]]:
    """The objective, its components (not weighted), and everything that is wrong."""
    wrong: list[str] = []
    weights = instance["metadata"]["cost_components"]
    at_end = instance["metadata"]["time_window_met"] == "at_service_end"
    at_once = instance["metadata"]["origin"].startswith("bazirha")
    minutes = instance["distances"]
    points = {point["id"]: point["distance_matrix_index"] for point in instance["terminal_points"]}
    patients = {patient["id"]: patient for patient in instance["patients"]}
    workers = {worker["id"]: worker for worker in instance["caregivers"]}
    routes = {route["caregiver_id"]: list(route.get("locations") or ()) for route in solution["routes"]}
    if len(routes) != len(solution["routes"]) or set(routes) - set(workers):
        wrong.append("routes are not one for each caregiver")
    done: dict[str, dict[str, tuple[str, float]]] = {}
    late, waits, idle, load = [], [], {}, {}
    part = dict.fromkeys(("travel", "extra", "strangers", "enemies", "unskilled", "missed"), 0.0)
    for name, worker in workers.items():
        stops = sorted(routes.get(name, ()), key=lambda stop: stop["arrival_time"])
        home, end = points[worker["departing_point"]], points[worker["arrival_point"]]
        begins, finishes = worker["working_shift"]["start"], worker["working_shift"]["end"]
        places = [
            patients[stop["patient"]]["distance_matrix_index"] if stop["patient"] in patients else home
            for stop in stops
        ]
        ways = [minutes[a][b] for a, b in zip([home, *places], [*places, end])]
        part["travel"] += sum(ways) if stops else 0
        served = sum(s["departure_time"] - s["arrival_time"] for s in stops if s["service"] != LUNCH)
        load[name] = served + (sum(ways) if stops else 0)
        idle[name] = finishes - begins
        lunches = [stop for stop in stops if stop["service"] == LUNCH]
        if stops:
            clock = begins if at_once else stops[0]["arrival_time"] - ways[0]
            if clock < begins:
                wrong.append(f"{name} leaves before the shift")
            idle[name] = clock - begins
            for number, (stop, way) in enumerate(zip(stops, ways)):
                arrives = clock + way
                wait = stop["arrival_time"] - arrives
                if wait < 0:
                    wrong.append(f"{name} cannot be at {stop['patient']} in time")
                idle[name] += max(0, wait)
                if wait > 0 and not (number == 1 and stops[0]["service"] == LUNCH):
                    waits.append(wait)
                clock = stop["departure_time"]
            back = clock + ways[-1]
            part["extra"] += max(0, back - finishes)
            idle[name] += max(0, finishes - back)
        if worker.get("lunch_break") and not lunches:
            part["missed"] += 1
        for stop in lunches:
            rule = instance["lunch_breaks"]
            if stop["departure_time"] - stop["arrival_time"] != rule["min_duration"] or len(lunches) > 1:
                wrong.append(f"lunch of {name} has the wrong length")
            latest = stop["departure_time"] if at_end else stop["arrival_time"]
            if stop["arrival_time"] < rule["start"] or latest > rule["end"]:
                wrong.append(f"lunch of {name} is at the wrong time")
        for stop in stops:
            if stop["service"] == LUNCH:
                continue
            patient = patients[stop["patient"]]
            needs = {need["service"]: need["duration"] for need in patient["required_services"]}
            if stop["departure_time"] - stop["arrival_time"] != needs[stop["service"]]:
                wrong.append(f"{stop['patient']} is served for the wrong time")
            if stop["service"] in done.setdefault(stop["patient"], {}):
                wrong.append(f"{stop['patient']} is served twice")
            done[stop["patient"]][stop["service"]] = (name, stop["arrival_time"])
            windows = patient["time_windows"]
            opened = [window for window in windows if window["start"] <= stop["arrival_time"]]
            if not opened:
                wrong.append(f"{stop['patient']} is served before the first window")
                continue
            moment = stop["departure_time"] if at_end else stop["arrival_time"]
            late.append(max(0, moment - opened[-1]["end"]))
            part["strangers"] += name not in (patient.get("preferred_caregivers") or [name])
            part["enemies"] += name in (patient.get("incompatible_caregivers") or ())
            part["unskilled"] += stop["service"] not in worker["abilities"]
    for name, patient in patients.items():
        needs = [need["service"] for need in patient["required_services"]]
        given = done.get(name, {})
        if given and set(needs) != set(given):
            wrong.append(f"{name} gets some services only")
        if not given and not patient.get("optional"):
            wrong.append(f"{name} must be visited")
        kind = (patient.get("synchronization") or {}).get("type")
        if len(given) == 2:
            (first, starts), (second, then) = given[needs[0]], given[needs[1]]
            if kind == "simultaneous" and starts != then:
                wrong.append(f"{name} is not served at once")
            if kind == "sequential":
                bounds = patient["synchronization"]["distance"]
                if not bounds["min"] <= then - starts <= bounds["max"]:
                    wrong.append(f"{name} is served with the wrong time between")
            if first == second:
                wrong.append(f"{name} gets both services from one caregiver")
    mean = sum(load.values()) / len(load)
    parts = {
        "travel_time": part["travel"],
        "total_tardiness": sum(late),
        "highest_tardiness": max(late, default=0),
        "total_waiting_time": sum(waits),
        "total_extra_time": part["extra"],
        "max_idle_time": max(idle.values()),
        "caregiver_preferences": part["strangers"],
        "optional_patients": len(patients) - len(done),
        "missed_lunch_break": part["missed"],
        "incompabilities": part["enemies"],
        "qualification": part["unskilled"],
        "workload_balance": sum(math.ceil(abs(one - mean)) for one in load.values()),
        "working_time": sum(load.values()),
    }
    objective = 0.0
    for name, value in parts.items():
        weight = weights.get(name)
        if weight == "HARD" or (weight is None and name in ("qualification", "incompabilities", "missed_lunch_break")):
            if value > 0:
                wrong.append(f"{name} must be zero and is {value}")
        elif weight is not None:
            objective += weight * value
    return objective, parts, wrong
