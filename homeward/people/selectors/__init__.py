"""Reads about the people we support. Every read of somebody's record leaves an audit event."""

from homeward.people.selectors.circle import ContactNotFoundError, contact_of, current_contacts, former_contacts
from homeward.people.selectors.finding import (
    FoundPerson,
    KnownPerson,
    find_people,
    holder_of_number,
    identity_of,
    people_like,
    search_people,
)
from homeward.people.selectors.home import PostcodePlace, areas_of, current_addresses, key_safe_of, place_of_postcode
from homeward.people.selectors.opening import (
    PersonNotFoundError,
    person_for,
    person_ids_of,
    person_with_reference,
    reference_of,
)
from homeward.people.selectors.safety import (
    AlertNotFoundError,
    NeedNotFoundError,
    alert_of,
    alerts_kept_back,
    current_alerts,
    current_needs,
    format_of,
    former_alerts,
    need_of,
)
from homeward.people.selectors.sight import NoRelationshipError, sights, ties_to
from homeward.people.selectors.timeline import (
    TimelineEntryNotFoundError,
    timeline_employers_and_kinds,
    timeline_entry,
    timeline_of,
)

__all__ = [
    "AlertNotFoundError",
    "ContactNotFoundError",
    "FoundPerson",
    "KnownPerson",
    "NeedNotFoundError",
    "NoRelationshipError",
    "PersonNotFoundError",
    "PostcodePlace",
    "TimelineEntryNotFoundError",
    "alert_of",
    "alerts_kept_back",
    "areas_of",
    "contact_of",
    "current_addresses",
    "current_alerts",
    "current_contacts",
    "current_needs",
    "find_people",
    "format_of",
    "former_alerts",
    "former_contacts",
    "holder_of_number",
    "identity_of",
    "key_safe_of",
    "need_of",
    "people_like",
    "person_for",
    "person_ids_of",
    "person_with_reference",
    "place_of_postcode",
    "reference_of",
    "search_people",
    "sights",
    "ties_to",
    "timeline_employers_and_kinds",
    "timeline_entry",
    "timeline_of",
]
