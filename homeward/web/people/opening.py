"""Opening a record for a page, and reading what was typed to look something up in it."""

from datetime import datetime

from django.http import Http404, HttpRequest

from homeward.access.rules import Sight
from homeward.people.selectors import PersonNotFoundError, person_for

LONGEST_TYPED = 200


def opened(request: HttpRequest, person_id: int, now: datetime, at_least: Sight = Sight.RECORD):
    """The person whose page this is, checked and audited by `person_for`.

    Raises: Http404 where the reader's services know no such person; NotAllowedError, which the gate answers.
    """
    try:
        return person_for(request.actor, person_id, now, at_least)
    except PersonNotFoundError as error:
        raise Http404 from error


def typed(request: HttpRequest, name: str) -> str:
    """What was typed in a field that only looks things up; no database can look for a null character."""
    return request.POST.get(name, "").replace("\0", "").strip()[:LONGEST_TYPED]
