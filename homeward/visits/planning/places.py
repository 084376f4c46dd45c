"""Where visits and shifts are, and how long it takes between them."""

from collections.abc import Iterable

import numpy as np

from homeward.roster.models import Shift
from homeward.visits.models import TravelTable, Visit
from visit_planner.travel import GreatCircle

# A point on the map (latitude, longitude), or the name of a row of a service's own travel table
Place = tuple[float, float] | str

# Workers of a service that gave no base start where their first visit is: a place no minutes from anywhere.
ANYWHERE = "anywhere"


def place_of_visit(visit: Visit) -> Place | None:
    """Where a visit is, or a session of a clinic; None when its address has no place on the map."""
    if visit.session_id is not None:
        clinic = visit.session.clinic
        return _place(clinic.place_key, clinic.latitude, clinic.longitude)
    if visit.address is None:
        return None
    return _place(visit.address.place_key, visit.address.latitude, visit.address.longitude)


def place_of_shift(shift: Shift) -> Place:
    """Where a shift starts and ends."""
    return _place(shift.start_place_key, shift.start_latitude, shift.start_longitude) or ANYWHERE


def _place(key: str, latitude: float | None, longitude: float | None) -> Place | None:
    if key:
        return key
    if latitude is None or longitude is None:
        return None
    return (round(latitude, 6), round(longitude, 6))


def travel_between(
    service_id: int, places: Iterable[Place | None], modes: Iterable[str]
) -> tuple[dict[Place, int], dict[str, np.ndarray]]:
    """Every place as a row number, and for each mode the (n, n) whole minutes, row from, column to.

    A service's own travel table is used where it has one; otherwise great-circle estimates between the points.
    """
    modes = set(modes) or {"car"}
    table = TravelTable.objects.filter(service_id=service_id).first()
    if table is not None:
        size = len(table.place_keys)
        seconds = np.frombuffer(table.seconds, dtype="<i4").reshape(size, size)
        rows: dict[Place, int] = {key: row for row, key in enumerate(table.place_keys)}
        rows[ANYWHERE] = size
        return rows, dict.fromkeys(modes, _with_anywhere(seconds / 60.0))
    points = sorted({place for place in places if isinstance(place, tuple)})
    rows = {point: row for row, point in enumerate(points)}
    rows[ANYWHERE] = len(points)
    if not points:
        return rows, dict.fromkeys(modes, np.zeros((1, 1)))
    return rows, {mode: _with_anywhere(GreatCircle().minutes(np.array(points), mode)) for mode in modes}


def _with_anywhere(minutes: np.ndarray) -> np.ndarray:
    """Whole minutes rounded up, as people are told them, so that a plan in whole minutes can be kept; and ANYWHERE."""
    whole = np.zeros((len(minutes) + 1, len(minutes) + 1))
    whole[:-1, :-1] = np.ceil(minutes - 1e-6)
    return whole
