"""The home health care benchmark as its authors define it, written again from the definition.

Works on the instance and solution as they are published (JSON), with nothing of the planner's: no reader, no
problem, no rule and no tolerance of ours beyond the least that sums of floats need. Mankowska, Meisel,
Bierwirth 2014; Ceschia, Di Gaspero, Rosati, Schaerf 2024 (the solution format and ``sequential`` bounds).
"""

from __future__ import annotations

from itertools import pairwise

# Published tables print three decimals; starts are sums of a few dozen of them.
SUMS_DIFFER = 1e-6


def rejects(instance, solution) -> set[str]:
    """The rules of the definition that a solution breaks, by name; empty when it is valid."""
    broken = set()
    patients = {patient["id"]: (row, patient) for row, patient in enumerate(instance["patients"], start=1)}
    abilities = {caregiver["id"]: set(caregiver["abilities"]) for caregiver in instance["caregivers"]}
    given: dict[tuple[str, str], list[tuple[str, float]]] = {}
    names = [route["caregiver_id"] for route in solution["routes"]]
    if len(set(names)) < len(names) or not set(names) <= set(abilities):
        broken.add("one route a caregiver")
    for route in solution["routes"]:
        caregiver = route["caregiver_id"]
        free_at, row_before = 0.0, 0
        for stop in sorted(route["locations"], key=lambda stop: (stop["arrival_time"], stop["departure_time"])):
            needed = {
                part["service"]: part["duration"]
                for part in patients.get(stop["patient"], (0, {}))[1].get("required_caregivers", ())
            }
            if stop["service"] not in needed:
                broken.add("only what is needed")
                continue
            row, patient = patients[stop["patient"]]
            starts, leaves = stop["arrival_time"], stop["departure_time"]
            if stop["service"] not in abilities.get(caregiver, set()):
                broken.add("qualified")
            if starts < patient["time_window"][0] - SUMS_DIFFER:
                broken.add("not before the window")
            if abs(leaves - starts - needed[stop["service"]]) > SUMS_DIFFER:
                broken.add("service takes its time")
            if starts < free_at + instance["distances"][row_before][row] - SUMS_DIFFER:
                broken.add("travel takes its time")
            given.setdefault((stop["patient"], stop["service"]), []).append((caregiver, starts))
            free_at, row_before = leaves, row
    for _, patient in patients.values():
        parts = [given.get((patient["id"], part["service"]), []) for part in patient["required_caregivers"]]
        if any(len(part) != 1 for part in parts):
            broken.add("each service once")
        elif len(parts) == 2:
            (first, start), (second, later) = parts[0][0], parts[1][0]
            if first == second:
                broken.add("two caregivers")
            how = patient["synchronization"]
            least, most = (0.0, 0.0) if how["type"] == "simultaneous" else how["distance"]
            if not least - SUMS_DIFFER <= later - start <= most + SUMS_DIFFER:
                broken.add("in step")
    return broken


def objective(instance, solution) -> float:
    """(travel + lateness of every service + largest lateness) / 3."""
    row = {patient["id"]: number for number, patient in enumerate(instance["patients"], start=1)}
    closes = {patient["id"]: patient["time_window"][1] for patient in instance["patients"]}
    travel, late = 0.0, [0.0]
    for route in solution["routes"]:
        stops = sorted(route["locations"], key=lambda stop: stop["arrival_time"])
        if stops:
            way = [0, *(row[stop["patient"]] for stop in stops), 0]
            travel += sum(instance["distances"][a][b] for a, b in pairwise(way))
        late += [max(0.0, stop["arrival_time"] - closes[stop["patient"]]) for stop in stops]
    return (travel + sum(late) + max(late)) / 3
