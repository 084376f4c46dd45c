"""What the community already knows of somebody in hospital: plan, usual care, whom to call."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from homeward.access.rules import Actor, Permission, require
from homeward.episodes.selectors import RunningEpisode, episodes_of
from homeward.kernel.rules import london_day
from homeward.people.models import Alert, Contact, Person
from homeward.people.selectors import current_alerts, current_contacts
from homeward.plans.models import CarePlan, VisitPattern
from homeward.plans.selectors import current_plans
from homeward.visits.models import Visit, VisitPause
from homeward.visits.selectors import last_visits_of, paused_visits


@dataclass(frozen=True, slots=True)
class UsualCare:
    """How much care somebody has at home in a week, as their plans say."""

    visits: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Community:
    """What is known of somebody before they came into hospital; nothing where nobody looked after them."""

    episodes: tuple[RunningEpisode, ...]
    plans: tuple[CarePlan, ...]
    usual: UsualCare | None
    patterns: tuple[VisitPattern, ...]
    contacts: tuple[Contact, ...]
    alerts: tuple[Alert, ...]
    last_visits: tuple[Visit, ...]
    pause: VisitPause | None

    @property
    def is_known(self) -> bool:
        """Whether anybody looks after them."""
        return bool(self.episodes)


def community_of(actor: Actor, person: Person, now: datetime) -> Community:
    """What the community knows of a person. `person` comes from `stay_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, person.service_id)
    today = london_day(now)
    running = tuple(one for one in episodes_of(actor, person, now) if one.episode.ended_at is None)
    patterns = tuple(_standing([person.pk], today).order_by("opens_at", "id"))
    return Community(
        episodes=running,
        plans=tuple(current_plans(actor, person)),
        usual=_usual(patterns),
        patterns=patterns,
        contacts=tuple(current_contacts(person)),
        alerts=tuple(current_alerts(actor, [person.pk], today).get(person.pk, ())),
        last_visits=tuple(last_visits_of(actor, person, today)),
        pause=paused_visits(actor, person),
    )


def usual_care(actor: Actor, person_ids: Collection[int], day: date) -> dict[int, UsualCare]:
    """By person, the care their plans give them in a week; those without any are not there. One question.

    For a list, which audits whom it shows.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS)
    by_person: dict[int, list[VisitPattern]] = {}
    for pattern in _standing(person_ids, day).select_related("plan"):
        by_person.setdefault(pattern.plan.person_id, []).append(pattern)
    return {person_id: _usual(patterns) for person_id, patterns in by_person.items()}


def _standing(person_ids: Collection[int], day: date) -> QuerySet[VisitPattern]:
    return VisitPattern.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        plan__person_id__in=person_ids,
        plan__episode__ended_at__isnull=True,
        starts_on__lte=day,
    )


def _usual(patterns: Collection[VisitPattern]) -> UsualCare | None:
    if not patterns:
        return None
    return UsualCare(
        visits=sum(len(one.weekdays) for one in patterns),
        minutes=sum(len(one.weekdays) * one.minutes for one in patterns),
    )
