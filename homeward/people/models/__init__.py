"""Person, address, contact, alert, need, identifier, choices, the timeline, what finds people, and more."""

from homeward.people.models.choices import AboutMe, LegalStatus, PersonChange, SharingChoice
from homeward.people.models.circle import Contact
from homeward.people.models.deciding import DetailToDecide
from homeward.people.models.home import Address
from homeward.people.models.linking import PersonMerge, PersonMergeRow, PossibleDuplicate
from homeward.people.models.person import Identifier, Person
from homeward.people.models.safety import Alert, CommunicationNeed
from homeward.people.models.searching import NameWord, SearchEntry
from homeward.people.models.sharing import SharedLink
from homeward.people.models.sight import BrokenGlass
from homeward.people.models.timeline import TimelineEntry

__all__ = [
    "AboutMe",
    "Address",
    "Alert",
    "BrokenGlass",
    "CommunicationNeed",
    "Contact",
    "DetailToDecide",
    "Identifier",
    "LegalStatus",
    "NameWord",
    "Person",
    "PersonChange",
    "PersonMerge",
    "PersonMergeRow",
    "PossibleDuplicate",
    "SearchEntry",
    "SharedLink",
    "SharingChoice",
    "TimelineEntry",
]
