"""Reads about requests, unusual access, exports and appraisals."""

from homeward.rights.selectors.export import (
    Export,
    KindOfRow,
    ReviewItem,
    everything_about,
    items_to_review,
    person_for_rights,
)
from homeward.rights.selectors.looking import Looked, find_events, references_of, who_looked
from homeward.rights.selectors.requests import RequestNotFoundError, open_requests, request_for, requests_of
from homeward.rights.selectors.retention import (
    DueRecord,
    appraisal_for,
    due_appraisal,
    due_appraisals,
    proposed_destructions,
)
from homeward.rights.selectors.unusual import (
    access_for,
    broken_glass_for,
    broken_glass_to_judge,
    events_behind,
    judged_accesses,
    staff_details,
    unusual_to_look_at,
    watched_until,
)

__all__ = [
    "DueRecord",
    "Export",
    "KindOfRow",
    "Looked",
    "RequestNotFoundError",
    "ReviewItem",
    "access_for",
    "appraisal_for",
    "broken_glass_for",
    "broken_glass_to_judge",
    "due_appraisal",
    "due_appraisals",
    "events_behind",
    "everything_about",
    "find_events",
    "items_to_review",
    "judged_accesses",
    "open_requests",
    "person_for_rights",
    "proposed_destructions",
    "references_of",
    "request_for",
    "requests_of",
    "staff_details",
    "unusual_to_look_at",
    "watched_until",
    "who_looked",
]
