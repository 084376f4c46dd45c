"""The finished words of episodes: the list of those open, and the page of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from homeward.access.rules import Actor
from homeward.assessments.selectors import NeededForm
from homeward.episodes.rules import CORRECTABLE_KINDS, recordable
from homeward.episodes.selectors import OpenEpisodes, RunningEpisode
from homeward.kernel.rules import LONDON, london_day
from homeward.people.selectors import current_addresses
from homeward.procedures.rules import FormNeeded, Pathway, Per, StageKind, UnknownCodeError, Urgency
from homeward.procedures.selectors import library
from homeward.web.clocks import ClockFace, ago_words, clock_face
from homeward.web.forms.presenters import FormsPanel, forms_panel
from homeward.web.front_door.presenters.words import AlertLine, Line, alert_lines, event_title
from homeward.web.persons import address_words, age_words, nhs_number_and_trust
from homeward.web.templating import clock_text, moment_text
from homeward.web.words import listed, skill_words

OWN_EVENTS = {
    "comment": "Comment",
    "handed_on": "Handed on",
    "moved_to_version": "Moved to another version",
    "overrun_explained": "Ran past its limit",
    "stage_changed": "Moved to",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A stage as a step: `state` is done, now or ahead."""

    title: str
    means: str
    state: str


@dataclass(frozen=True, slots=True)
class Row:
    """An open episode in the list."""

    url: str
    name: str
    who: str
    pathway: str
    stage: str
    since: str
    clock: ClockFace | None
    tone: str


@dataclass(frozen=True, slots=True)
class Listing:
    rows: tuple[Row, ...]
    total: int
    late: int
    more: int
    pathways: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened; `was` is the time first recorded, where it was put right."""

    id: int
    what: str
    when: str
    detail: str
    who: str
    was: str
    is_old: bool
    may_be_put_right: bool
    day: str
    time: str


@dataclass(frozen=True, slots=True)
class EpisodePage:
    """Everything about one episode."""

    id: int
    name: str
    who: str
    facts: tuple[Line, ...]
    alerts: tuple[AlertLine, ...]
    pathway: str
    pathway_url: str
    version: int
    summary: str
    stage: str
    stage_means: str
    steps: tuple[Step, ...]
    clocks: tuple[ClockFace, ...]
    forms: FormsPanel
    visits: tuple[Line, ...]
    events: tuple[Happened, ...]
    moves: tuple[tuple[str, str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    is_open: bool
    ended: str
    outcome_note: str
    person_url: str
    referral_url: str
    response_url: str
    follows_url: str
    followed_url: str
    hand_on_to: tuple[tuple[str, str], ...]
    today: str
    time_now: str


def listing(found: OpenEpisodes, now: datetime) -> Listing:
    """The open episodes as a list prints them."""
    rows = tuple(_row(one, now) for one in found.running)
    return Listing(rows, found.total, found.late, found.total - len(rows), found.pathways, found.stages)


def episode_page(
    actor: Actor,
    running: RunningEpisode,
    needed: Sequence[NeededForm],
    alerts: list,
    following,
    pathways: Sequence,
    now: datetime,
) -> EpisodePage:
    """One episode. `following` is the one it was handed on to, if any; `pathways` those it could be handed on to."""
    episode, pathway = running.episode, running.pathway
    stage = pathway.stage(episode.stage)
    events = tuple(_happened(event, episode, pathway) for event in _in_order(episode))
    ended = ""
    if episode.ended_at:
        ended = f"{pathway.outcome(episode.outcome_code).title}, {moment_text(episode.ended_at)}"
    first = pathway.first_stage.code
    asked = [one for one in needed if one.asked.stage != first or episode.referral_id]
    local = now.astimezone(LONDON)
    return EpisodePage(
        id=episode.pk,
        name=episode.subject_label,
        who=age_words(episode.person, london_day(now))
        if episode.person
        else "No one person: it is for staff or a service",
        facts=_facts(episode, now),
        alerts=alert_lines(actor, alerts),
        pathway=pathway.title,
        pathway_url=reverse("procedures:pathway_version", args=[pathway.code, pathway.version]),
        version=pathway.version,
        summary=pathway.summary,
        stage=stage.title,
        stage_means=stage.means,
        steps=_steps(pathway, episode),
        clocks=tuple(
            clock_face(reading, clock.kind, now) for clock, reading in zip(pathway.clocks, running.clocks, strict=False)
        ),
        forms=forms_panel(asked, "episode", episode.pk, episode.stage, {first: ("referral", episode.referral_id or 0)}),
        visits=tuple(_visit(one) for one in pathway.visits if one.stage == episode.stage),
        events=events,
        moves=_moves(pathway, stage, needed),
        kinds=tuple((kind, library().event(kind).title) for kind in recordable(pathway)),
        is_open=episode.ended_at is None,
        ended=ended,
        outcome_note=episode.outcome_note,
        person_url=reverse("people:person", args=[episode.person_id]) if episode.person_id else "",
        referral_url=reverse("front_door:referral", args=[episode.referral_id]) if episode.referral_id else "",
        response_url=reverse("responding:case", args=[episode.pk])
        if pathway.urgency is Urgency.CRISIS and episode.person_id
        else "",
        follows_url=reverse("episodes:episode", args=[episode.follows_id]) if episode.follows_id else "",
        followed_url=reverse("episodes:episode", args=[following.pk]) if following else "",
        hand_on_to=tuple((one.code, one.title) for one in pathways) if episode.ended_at and not following else (),
        today=local.strftime("%Y-%m-%d"),
        time_now=local.strftime("%H:%M"),
    )


def outcomes(running: RunningEpisode, titles: dict[str, tuple[str, ...]]) -> tuple[tuple[str, str, str], ...]:
    """How an episode may end: (code, title, what it means and which forms it still needs: `titles` by outcome)."""
    return tuple((one.code, one.title, _outcome_hint(one, titles)) for one in running.pathway.outcomes)


def _outcome_hint(outcome, titles: dict[str, tuple[str, ...]]) -> str:
    missing = titles.get(outcome.code, ())
    return f"{outcome.means} First complete {listed(list(missing))}." if missing else outcome.means


def _row(running: RunningEpisode, now: datetime) -> Row:
    episode = running.episode
    faces = [
        clock_face(reading, clock.kind, now)
        for clock, reading in zip(running.pathway.clocks, running.clocks, strict=False)
    ]
    counting = sorted((face for face in faces if face.is_counting), key=lambda face: face.due)
    clock = counting[0] if counting else None
    return Row(
        url=reverse("episodes:episode", args=[episode.pk]),
        name=episode.subject_label,
        who=age_words(episode.person, london_day(now)) if episode.person else "Staff or a service",
        pathway=running.pathway.title,
        stage=running.pathway.stage(episode.stage).title,
        since=ago_words(_since(episode), now),
        clock=clock,
        tone=clock.tone if clock else "still",
    )


def _since(episode) -> datetime:
    """When it came to the stage where it is."""
    moved = [event.happened_at for event in episode.events.all() if event.kind == "stage_changed"]
    return max(moved, default=episode.started_at)


def _facts(episode, now: datetime) -> tuple[Line, ...]:
    lines = [Line("Began", moment_text(episode.started_at))]
    person = episode.person
    if person:
        lines += [
            Line("NHS number", nhs_number_and_trust(person)),
            Line("Address", address_words(next(iter(current_addresses(person, london_day(now))), None)) or "Not known"),
            Line("Phone", person.phone or "Not known"),
        ]
    return tuple(lines)


def _steps(pathway: Pathway, episode) -> tuple[Step, ...]:
    been = {event.detail for event in episode.events.all() if event.kind == "stage_changed"}
    been |= {pathway.first_stage.code, *pathway.first_stage.moves_to[:1]}
    order = [stage.code for stage in pathway.stages]
    here = order.index(episode.stage) if episode.stage in order else 0
    steps = []
    for place, stage in enumerate(pathway.stages):
        state = "now" if place == here else "done" if stage.code in been and place < here else "ahead"
        if episode.ended_at and stage.kind is StageKind.LAST and place == here:
            state = "done"
        steps.append(Step(stage.title, stage.means, state))
    return tuple(steps)


def _visit(template) -> Line:
    each = listed([skill_words(slot.skill) for slot in template.staff])
    often = template.frequency
    times = {1: "once", 2: "twice"}.get(often.times, f"{often.times} times")
    when = times if often.per is Per.ONCE else f"{times} a {often.per.value}"
    together = " together" if template.is_joint else ""
    return Line(template.title, f"{when}, {template.minutes} minutes: {each}{together}")


def _in_order(episode) -> list:
    return sorted(episode.events.all(), key=lambda event: (event.recorded_at, event.pk), reverse=True)


def _happened(event, episode, pathway: Pathway) -> Happened:
    corrected = {one.corrects_id: one for one in episode.events.all() if one.corrects_id}
    first = next((one for one in episode.events.all() if one.pk == event.corrects_id), None)
    detail = event.detail
    if event.kind == "stage_changed":
        detail = _stage_title(pathway, event.detail)
    local = event.happened_at.astimezone(LONDON)
    return Happened(
        id=event.pk,
        what=OWN_EVENTS.get(event.kind) or event_title(event.kind),
        when=moment_text(event.happened_at),
        detail=detail,
        who=", ".join(part for part in (event.actor_name, event.actor_role, event.employer) if part),
        was=moment_text(first.happened_at) if first else "",
        is_old=event.pk in corrected,
        may_be_put_right=event.kind in CORRECTABLE_KINDS and event.pk not in corrected,
        day=local.strftime("%Y-%m-%d"),
        time=local.strftime("%H:%M"),
    )


def _stage_title(pathway: Pathway, code: str) -> str:
    try:
        return pathway.stage(code).title
    except UnknownCodeError:  # of the version it was on then
        return code.replace("_", " ")


def _moves(pathway: Pathway, stage, needed: Sequence[NeededForm]) -> tuple[tuple[str, str, str], ...]:
    """Where it may go from here: (code, title, what must be complete first)."""
    missing = [
        one.title
        for one in needed
        if one.asked.stage == stage.code and one.asked.needed is FormNeeded.TO_LEAVE_STAGE and not one.is_complete
    ]
    first = f"Complete first: {listed(missing)}" if missing else ""
    return tuple(
        (code, pathway.stage(code).title, first)
        for code in stage.moves_to
        if pathway.stage(code).kind is not StageKind.LAST
    )


def made_words(now: datetime) -> str:
    """When the page was made."""
    return clock_text(now)
