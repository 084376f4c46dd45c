"""Reads about episodes and their clocks. Whatever shows a person leaves an audit event."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Count, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from homeward.access.rules import Actor, Permission, Relationship, Sight, require
from homeward.audit.services import record, record_reads
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.people.models import Person
from homeward.people.selectors import NoRelationshipError, sight_of
from homeward.procedures.rules import ClockReading, ClockState, Pathway, read_clock
from homeward.procedures.selectors import built
from homeward.referrals.rules.replying import ENDED, EPISODE_CAUSES, reply_kind
from homeward.referrals.selectors import ReplyCause, answers_to, clock_events, reading_for, replied_referrals

# A long list is narrowed by a filter, not read to its end.
MOST_LISTED = 100
# An episode whose clocks all stand comes after those that count.
FAR = timedelta(days=36500)
# The team still sees whom it cared for so long after an episode ended, to answer for it. Local decision.
TIED_FOR = timedelta(days=42)
COUNTING = (ClockState.RUNNING, ClockState.BREACHED)


class EpisodeNotFoundError(Exception):
    """There is no such episode in the actor's services."""


@dataclass(frozen=True, slots=True)
class RunningEpisode:
    """An episode, its pathway as it was when it started, and every clock as it stands."""

    episode: Episode
    pathway: Pathway
    clocks: tuple[ClockReading, ...]

    def clock(self, code: str) -> ClockReading | None:
        """One of its clocks by code, or None when the pathway has no such clock."""
        return next((reading for reading in self.clocks if reading.clock == code), None)


@dataclass(frozen=True, slots=True)
class OpenEpisodes:
    """Open episodes that fit a filter, the soonest clock first: the first of them, and how many there are."""

    running: tuple[RunningEpisode, ...]
    total: int
    late: int
    # (code, title) of every pathway with an open episode, and of every stage of the one asked for
    pathways: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, str], ...]


def tied_by_caring(actor: Actor, person_ids: Collection[int], now: datetime) -> dict[int, Relationship]:
    """Of these people, those who are, or lately were, on a pathway of one of the actor's services.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    episodes = Episode.objects.filter(service_id__in=actor.service_ids, person_id__in=person_ids, started_at__lte=now)
    cared_for = episodes.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=now - TIED_FOR))
    return dict.fromkeys(cared_for.values_list("person_id", flat=True), Relationship.CARING)


def _running(episode: Episode, now: datetime) -> RunningEpisode:
    pathway = built(episode.pathway)
    happened = clock_events(episode.events.all())
    if episode.referral is None:  # handed over from another pathway: it has only its own events
        clocks = tuple(read_clock(clock, happened, now) for clock in pathway.clocks)
    else:
        happened += clock_events(episode.referral.events.all())
        clocks = tuple(reading_for(clock, episode.referral, happened, now) for clock in pathway.clocks)
    return RunningEpisode(episode, pathway, clocks)


def _rows(actor: Actor):
    return (
        Episode.objects.filter(service_id__in=actor.service_ids)
        .select_related("person", "pathway", "referral", "team", "service")
        .defer("pathway__definition")  # read once a process, by `built`
        .prefetch_related("events", "referral__events", "person__addresses")
    )


def episode_for(actor: Actor, episode_id: int, now: datetime) -> RunningEpisode:
    """One episode with its clocks; the opening is audited.

    Raises: NotAllowedError; NoRelationshipError where the actor's sight does not reach the record of its person;
    EpisodeNotFoundError.
    """
    require(actor, Permission.SEE_EPISODES)
    episode = _rows(actor).filter(pk=episode_id).first()
    if episode is None:
        raise EpisodeNotFoundError("There is no such episode in your service.")
    sight = sight_of(actor, episode.person, now, Sight.RECORD) if episode.person else Sight.RECORD
    record(
        actor=actor,
        action="open episode" if sight >= Sight.RECORD else "refused record",
        subject=("episode", episode.pk),
        person_id=episode.person_id,
        now=now,
        service_id=episode.service_id,
    )
    if sight < Sight.RECORD:
        raise NoRelationshipError(episode.person_id, sight)
    return _running(episode, now)


def open_episodes(actor: Actor, service_id: int, pathway_code: str, now: datetime) -> list[RunningEpisode]:
    """Open episodes on a pathway with their clocks, oldest first; the list shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    rows = _rows(actor).filter(service_id=service_id, ended_at__isnull=True, pathway__code=pathway_code)
    running = [_running(episode, now) for episode in rows.order_by("started_at")]
    record_reads(
        actor=actor,
        action="see on board",
        subject_kind="episode",
        now=now,
        service_id=service_id,
        person_ids=[one.episode.person_id for one in running if one.episode.person_id],
    )
    return running


def open_episodes_by_clock(
    actor: Actor, service_id: int, now: datetime, *, pathway_code: str = "", stage: str = "", is_late: bool = False
) -> OpenEpisodes:
    """The open episodes of a service on every pathway, or one, or at one stage of it; those listed are audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EPISODES, service_id)
    rows = _rows(actor).filter(service_id=service_id, ended_at__isnull=True)
    open_rows = Episode.objects.filter(service_id=service_id, ended_at__isnull=True)
    titles = dict(open_rows.order_by("pathway__version").values_list("pathway__code", "pathway__title"))
    if pathway_code:
        rows = rows.filter(pathway__code=pathway_code)
    found = [_running(episode, now) for episode in rows.order_by("started_at", "pk")]
    stages = {one.code: one.title for running in found for one in running.pathway.stages} if pathway_code else {}
    if stage:
        found = [one for one in found if one.episode.stage == stage]
    late = [one for one in found if _is_late(one, now)]
    found = sorted(late if is_late else found, key=lambda one: (_next_due(one) or now + FAR, one.episode.pk))
    listed = tuple(found[:MOST_LISTED])
    record_reads(
        actor=actor,
        action="list episodes",
        subject_kind="episode",
        now=now,
        service_id=service_id,
        person_ids=[one.episode.person_id for one in listed if one.episode.person_id],
    )
    return OpenEpisodes(
        listed, len(found), len(late), tuple(sorted(titles.items(), key=lambda one: one[1])), tuple(stages.items())
    )


def _next_due(running: RunningEpisode) -> datetime | None:
    return min((one.due_at for one in running.clocks if one.state in COUNTING), default=None)


def _is_late(running: RunningEpisode, now: datetime) -> bool:
    due = _next_due(running)
    return due is not None and due < now


def episodes_of(actor: Actor, person: Person, now: datetime) -> list[RunningEpisode]:
    """A person's episodes, newest first. `person` comes from `people.selectors.person_for`, which audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return [_running(episode, now) for episode in _rows(actor).filter(person=person).order_by("-started_at")]


def clocks_of_open_episodes(actor: Actor, service_id: int, now: datetime) -> list[RunningEpisode]:
    """Every open episode with its clocks, for the schedule that watches them; nobody is shown anything.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    rows = (
        Episode.objects.filter(service_id=service_id, ended_at__isnull=True)
        .select_related("pathway", "referral")
        .defer("pathway__definition")
        .prefetch_related("events", "referral__events")
    )
    return [_running(episode, now) for episode in rows.order_by("pk")]


def open_episodes_by_version(actor: Actor, service_id: int, pathway_code: str) -> dict[int, int]:
    """How many open episodes of a service are on each version of a pathway. Counts name nobody.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PROCEDURES, service_id)
    rows = Episode.objects.filter(service_id=service_id, ended_at__isnull=True, pathway__code=pathway_code)
    return dict(rows.values_list("pathway__version").annotate(number=Count("id")).order_by("pathway__version"))


def episodes_on_other_versions(
    actor: Actor, service_id: int, pathway_code: str, version: int, now: datetime
) -> list[Episode]:
    """Open episodes on a pathway that are not on this version of it, oldest first; the list shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EPISODES, service_id)
    rows = (
        Episode.objects.filter(service_id=service_id, ended_at__isnull=True, pathway__code=pathway_code)
        .exclude(pathway__version=version)
        .select_related("person", "pathway", "service")
        .defer("pathway__definition")
        .order_by("started_at", "id")
    )
    episodes = list(rows)
    record_reads(
        actor=actor,
        action="see on older versions",
        subject_kind="episode",
        now=now,
        service_id=service_id,
        person_ids=[episode.person_id for episode in episodes],
    )
    return episodes


def episode_causes(actor: Actor, service_id: int) -> list[ReplyCause]:
    """What happened in episodes that a sending system must hear of, and has not been answered, oldest first.

    For the schedule; nobody is shown anything.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    events = (
        EpisodeEvent.objects.filter(episode__referral_id__in=replied_referrals(service_id), kind__in=EPISODE_CAUSES)
        .filter(corrects__isnull=True)  # a time put right is not news to the sender
        .annotate(cause=Concat(Value("episode-"), Cast("pk", CharField())))
        .exclude(Exists(answers_to(OuterRef("episode__referral_id"), OuterRef("cause"))))
        .select_related("episode__referral", "episode__pathway")
        .defer("episode__pathway__definition")
        .order_by("pk")
    )
    causes = []
    for event in events:
        code = event.episode.outcome_code if event.kind in ENDED else ""
        causes.append(
            ReplyCause(
                referral=event.episode.referral,
                caused_by=event.cause,
                kind=reply_kind(event.kind, code),
                happened_at=event.happened_at,
                outcome_code=code,
                outcome_title=built(event.episode.pathway).outcome(code).title if code else "",
                said=event.episode.outcome_note if code else "",
            )
        )
    return causes
