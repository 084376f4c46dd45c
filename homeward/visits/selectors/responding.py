"""What must be settled before somebody is sent to a crisis, and who is told of what it moved."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.kernel.rules import london_day
from homeward.people.models import Alert
from homeward.people.states import AlertKind
from homeward.teams.models import Organisation, Worker
from homeward.visits.models import (
    ServiceArea,
    Telling,
    Visit,
)
from homeward.visits.rules import AREA_RADIUS_KM, Scene, Standing, is_outside, scene_decision, scene_of
from homeward.visits.states import AREA_DECISIONS, LATE_DECISIONS, AssignmentState, Decision, VisitState


def response_visits(actor: Actor, episode_ids: list[int]) -> dict[int, Visit]:
    """The newest crisis visit of each episode, with its workers. The board that lists the episodes audits it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING)
    rows = (
        Visit.objects.filter(episode_id__in=episode_ids, is_crisis=True, service_id__in=actor.service_ids)
        .exclude(state=VisitState.CANCELLED)
        .select_related("address")
        .prefetch_related("assignments__worker__organisation")
        .order_by("id")
    )
    return {visit.episode_id: visit for visit in rows}


@dataclass(frozen=True, slots=True)
class Area:
    """Where a service goes; `is_own` is False where it has set nothing and the default holds."""

    radius_kilometres: int
    postcode_districts: tuple[str, ...]
    is_own: bool


def area_of(actor: Actor, service_id: int) -> Area:
    """Where a service goes. Holds nothing personal.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    row = ServiceArea.objects.filter(service_id=service_id).first()
    if row is None:
        return Area(AREA_RADIUS_KM, (), False)
    return Area(row.radius_kilometres, tuple(row.postcode_districts), True)


def standings_of(actor: Actor, visits: list[Visit], now: datetime) -> dict[int, Standing]:
    """What must be settled before anybody is sent to each of some visits: the scene, the two-person rule, the area.

    The scene and the area count only where somebody in a crisis is gone to; who shows the visits audits it.

    Raises: NotAllowedError.
    """
    able = (Permission.SEE_RESPONDING, Permission.TRIAGE_REFERRALS, Permission.SEE_TODAY, Permission.PLAN_DAY)
    for service_id in {visit.service_id for visit in visits}:
        require(actor, next(filter(actor.may, able), Permission.SEE_RESPONDING), service_id)
    day = london_day(now)
    for_two = set(
        Alert.objects.filter(
            person_id__in=[visit.person_id for visit in visits], kind=AlertKind.TWO_PERSON, starts_on__lte=day
        )
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
        .values_list("person_id", flat=True)
    )
    crises = {visit.episode_id for visit in visits if visit.is_crisis and visit.episode_id}
    said = dict(Episode.objects.filter(pk__in=crises).values_list("pk", "referral__scene_safety"))
    decided: dict[int, list[str]] = defaultdict(list)
    events = EpisodeEvent.objects.filter(episode_id__in=crises, kind__in=Decision.values)
    for episode_id, kind in events.order_by("recorded_at", "id").values_list("episode_id", "kind"):
        decided[episode_id].append(kind)
    areas = {service_id: _Area(service_id) for service_id in {visit.service_id for visit in visits if visit.is_crisis}}
    standings = {}
    for visit in visits:
        is_for_two = visit.person_id in for_two
        if visit.episode_id not in crises:
            standings[visit.pk] = Standing(Scene.SAFE, "", is_for_two, False, "", "")
            continue
        kinds = decided[visit.episode_id]
        scene = scene_of(said.get(visit.episode_id) or "", kinds)
        begun = (AssignmentState.ARRIVED, AssignmentState.LEFT)
        if scene is Scene.UNKNOWN and any(row.state in begun for row in visit.assignments.all()):
            scene = Scene.SAFE  # whoever is there sees for themselves
        standings[visit.pk] = Standing(
            scene=scene,
            scene_decision=scene_decision(kinds),
            is_for_two=is_for_two,
            is_out_of_area=areas[visit.service_id].is_beyond(visit.address),
            area_decision=next((kind for kind in reversed(kinds) if kind in AREA_DECISIONS), ""),
            late_decision=next((kind for kind in reversed(kinds) if kind in LATE_DECISIONS), ""),
        )
    return standings


class _Area:
    """A service's area and the bases it is measured from, read once."""

    def __init__(self, service_id: int) -> None:
        row = ServiceArea.objects.filter(service_id=service_id).first()
        self.radius_km = row.radius_kilometres if row else AREA_RADIUS_KM
        self.districts = tuple(row.postcode_districts) if row else ()
        self.bases = list(
            Organisation.objects.filter(service_id=service_id, is_employer=True, latitude__isnull=False).values_list(
                "latitude", "longitude"
            )
        ) or list(
            Worker.objects.filter(service_id=service_id, is_active=True, latitude__isnull=False).values_list(
                "latitude", "longitude"
            )
        )

    def is_beyond(self, address) -> bool:
        if address is None:
            return False
        has_point = address.latitude is not None and address.longitude is not None
        return is_outside(
            (address.latitude, address.longitude) if has_point else None,
            address.postcode,
            bases=self.bases,
            radius_km=self.radius_km,
            districts=self.districts,
        )


def tellings_of(actor: Actor, episode_id: int, now: datetime) -> list[Telling]:
    """Who was to be told of what sending people in an episode changed, newest first; everyone shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING)
    rows = list(
        Telling.objects.filter(visit__episode_id=episode_id, visit__service_id__in=actor.service_ids)
        .select_related("worker__organisation", "person", "plan", "visit")
        .order_by("-plan_id", "told_at", "id")
    )
    people = [row.person_id for row in rows if row.person_id]
    if people:
        record_reads(
            actor=actor,
            action="see who to tell",
            subject_kind="episode",
            now=now,
            service_id=rows[0].visit.service_id,
            person_ids=people,
        )
    return rows
