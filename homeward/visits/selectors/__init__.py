"""Reads about visits and days, by subject. Whatever shows a person leaves an audit event."""

from homeward.visits.selectors.days import (
    Day,
    DayAssignment,
    DayVisit,
    DayWorker,
    day_for,
    day_plans,
    days_with_visits,
    moves_of,
    moves_shown,
    newest_plan,
)
from homeward.visits.selectors.handing_over import HandoverSheetNotFoundError, handover_sheet, handover_sheets
from homeward.visits.selectors.joining import (
    JoinFigures,
    JoinNotFoundError,
    join_figures,
    join_of,
    joins_decided,
    joins_on,
    joins_proposed,
)
from homeward.visits.selectors.needing import visits_not_made
from homeward.visits.selectors.responding import Area, area_of, response_visits, standings_of, tellings_of
from homeward.visits.selectors.ties import TIED_AFTER, TIED_BEFORE, tied_by_visits
from homeward.visits.selectors.versions import ChangedPlace, changes_between
from homeward.visits.selectors.visits import (
    VisitNotFoundError,
    last_visits_of,
    openable,
    paused_visits,
    support_visits,
    visit_for,
    visits_of,
)

__all__ = [
    "TIED_AFTER",
    "TIED_BEFORE",
    "Area",
    "ChangedPlace",
    "Day",
    "DayAssignment",
    "DayVisit",
    "DayWorker",
    "HandoverSheetNotFoundError",
    "JoinFigures",
    "JoinNotFoundError",
    "VisitNotFoundError",
    "area_of",
    "changes_between",
    "day_for",
    "day_plans",
    "days_with_visits",
    "handover_sheet",
    "handover_sheets",
    "join_figures",
    "join_of",
    "joins_decided",
    "joins_on",
    "joins_proposed",
    "last_visits_of",
    "moves_of",
    "moves_shown",
    "newest_plan",
    "openable",
    "paused_visits",
    "response_visits",
    "standings_of",
    "support_visits",
    "tellings_of",
    "tied_by_visits",
    "visit_for",
    "visits_not_made",
    "visits_of",
]
