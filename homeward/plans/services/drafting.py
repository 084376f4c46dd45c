"""Writing a plan together: nothing anybody typed is lost, and two texts for one field are shown to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, Permission, require
from homeward.assessments.rules import merge
from homeward.audit.services import record
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.plans.models import CarePlan, DraftChange, PlanDraft
from homeward.plans.rules import (
    GONE,
    LONGEST_TEXT,
    SECTIONS_BY_CODE,
    Content,
    NewActivity,
    NewContingency,
    NewGoal,
    NewNeed,
    fields_from,
    items_of,
    name_of,
    next_key,
    spec_of,
    suggest_visits,
    time_of_day,
    with_defaults,
    without_past_starts,
)
from homeward.plans.rules.grouping import Window
from homeward.plans.states import DraftState
from homeward.procedures.rules import Pathway, Per, VisitTemplate, WindowKind
from homeward.procedures.selectors import built, published_activities


class DraftClosedError(RefusedError):
    """The draft was published or put aside meanwhile."""


@dataclass(frozen=True, slots=True)
class DraftClash:
    """Two texts for one field. `standing` is in force, by somebody else; `told` was kept and is not."""

    field: str
    told: Any
    standing: Any
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """What a save came to: the draft as it is now, and the fields that somebody else had changed meanwhile."""

    draft: PlanDraft
    clashes: tuple[DraftClash, ...]


@transaction.atomic
def start_draft(*, actor: Actor, episode: Episode, now: datetime) -> PlanDraft:
    """Begin the next version of an episode's plan with what the newest says, or give back the draft that is open.

    Raises: NotAllowedError; RefusedError when the episode is of no person, or is over.
    """
    require(actor, Permission.WRITE_PLANS, episode.service_id)
    if episode.person_id is None or episode.ended_at is not None:
        raise RefusedError("A plan is written while somebody is on a pathway.")
    begun = PlanDraft.objects.filter(episode=episode, state=DraftState.OPEN).first()
    if begun is not None:
        return begun
    newest = CarePlan.objects.filter(episode=episode).order_by("-version").first()
    fields = {} if newest is None else fields_of_plan(newest, now)
    try:
        with transaction.atomic():
            draft = PlanDraft.objects.create(
                person_id=episode.person_id,
                episode=episode,
                based_on=newest,
                fields=fields,
                revision=1 if fields else 0,
                started_at=now,
                started_by=actor.name,
            )
    except IntegrityError:  # somebody else began it at the same moment
        return PlanDraft.objects.get(episode=episode, state=DraftState.OPEN)
    _add_changes(actor, draft, fields, now)
    _done(actor, "start plan draft", draft, now)
    return draft


@transaction.atomic
def save_draft(*, actor: Actor, draft: PlanDraft, told: Mapping[str, Any], revision: int, now: datetime) -> SavedDraft:
    """Save what a page says, finished or not, right or not.

    `revision` is the one of the draft that the page was made from. Fields that the page left as they were then change
    nothing, so several people write at once. Where two changed one field, the first text stays in force and both are
    kept: it comes back as a clash, for a person to choose (save again with the new revision).

    Raises: NotAllowedError; DraftClosedError; RefusedError when a plan has no such field or a text is far too long.
    """
    require(actor, Permission.WRITE_PLANS, draft.episode.service_id)
    draft = _locked(draft)
    if unknown := sorted(name for name in told if spec_of(name) is None):
        raise RefusedError(f"A plan has no field {', '.join(unknown)}. Open this part again.")
    if any(len(str(value)) > LONGEST_TEXT for value in told.values() if value):
        raise RefusedError(f"A text is longer than {LONGEST_TEXT} characters. Attach it as a document instead.")
    merged = merge(told, _as_shown(draft, revision), draft.fields)
    clashes = tuple(_clash(draft, name, value) for name, value in merged.clashing.items())
    if merged.changed or merged.clashing:
        _put(actor, draft, merged.changed, now, merged.clashing)
        _done(actor, "save plan draft", draft, now)
    return SavedDraft(draft, clashes)


@transaction.atomic
def add_to_draft(
    *, actor: Actor, draft: PlanDraft, section: str, now: datetime, values: Mapping[str, Any] | None = None
) -> str:
    """Add a goal, an activity or another thing to a list of a draft, empty or with `values` by code. Gives its key.

    Raises: NotAllowedError; DraftClosedError; RefusedError when the plan has no such list.
    """
    require(actor, Permission.WRITE_PLANS, draft.episode.service_id)
    if section not in SECTIONS_BY_CODE or not SECTIONS_BY_CODE[section].is_list:
        raise RefusedError("A plan has no such list.")
    draft = _locked(draft)
    key = next_key(draft.fields, section)
    _put(actor, draft, with_defaults(section, key, values), now)
    _done(actor, "add to plan draft", draft, now)
    return key


@transaction.atomic
def add_from_pathway(*, actor: Actor, draft: PlanDraft, chosen: list[tuple[str, str]], now: datetime) -> int:
    """Add activities that the pathway proposes, each (code of a visit template, code of an activity). Gives how many.

    Who does each, how often, when in the day, how long and whether it is delegated come from the procedures.

    Raises: NotAllowedError; DraftClosedError; RefusedError when the pathway proposes no such activity.
    """
    require(actor, Permission.WRITE_PLANS, draft.episode.service_id)
    draft = _locked(draft)
    pathway = built(draft.episode.pathway)
    templates = {template.code: template for template in pathway.visits if template.staff}
    known = published_activities()
    added: dict[str, Any] = {}
    for template_code, code in chosen:
        template = templates.get(template_code)
        if template is None or code not in template.activities or code not in known:
            raise RefusedError("Choose activities from the list.")
        key = next_key({**draft.fields, **added}, "activities")
        added |= with_defaults("activities", key, _proposed(pathway, template, known[code]))
    if not added:
        raise RefusedError("Choose at least one activity.")
    _put(actor, draft, added, now)
    _done(actor, "add to plan draft", draft, now)
    return len(chosen)


@transaction.atomic
def group_visits(*, actor: Actor, draft: PlanDraft, now: datetime) -> int:
    """Put the visits that the activities ask for in place of those of the draft. Gives how many there are then.

    The visits that were there are taken out of the draft, and kept in its history.

    Raises: NotAllowedError; DraftClosedError; RefusedError when our team does nothing yet.
    """
    require(actor, Permission.WRITE_PLANS, draft.episode.service_id)
    draft = _locked(draft)
    pathway = built(draft.episode.pathway)
    suggested = suggest_visits(items_of(draft.fields, "activities"), windows_of(pathway))
    if not suggested:
        raise RefusedError("Add what our team does first: visits are made from it.")
    changed: dict[str, Any] = {
        name_of("visits", GONE, item.key): True
        for item in items_of(draft.fields, "visits")
    }  # fmt: skip
    for visit in suggested:
        key = next_key({**draft.fields, **changed}, "visits")
        changed |= with_defaults("visits", key, visit)
    _put(actor, draft, changed, now)
    _done(actor, "group visits of plan draft", draft, now)
    return len(suggested)


@transaction.atomic
def discard_draft(*, actor: Actor, draft: PlanDraft, now: datetime) -> PlanDraft:
    """Put a draft aside: the plan stays as it is, and what was written is kept.

    Raises: NotAllowedError; DraftClosedError.
    """
    require(actor, Permission.WRITE_PLANS, draft.episode.service_id)
    draft = _locked(draft)
    draft.state, draft.ended_at, draft.ended_by = DraftState.DISCARDED, now, actor.name
    draft.save(update_fields=["state", "ended_at", "ended_by"])
    _done(actor, "discard plan draft", draft, now)
    return draft


def windows_of(pathway: Pathway) -> dict[tuple[str, str], Window]:
    """The times of the visits that a pathway proposes, by template and time of day."""
    return {
        (template.code, time_of_day(time.starts_from, time.starts_by)): Window(
            time.starts_from,
            time.starts_by,
            time.window is WindowKind.HARD,
            # from one day to another is kept by the days themselves
            (template.least_gap_minutes or 0) if template.frequency.per is Per.DAY else 0,
        )
        for template in pathway.visits
        for time in template.times_of_day
    }


def content_of_plan(plan: CarePlan) -> Content:
    """Everything a version of a plan says besides its summary and visits; its rows are read."""

    def made(kind, rows, **more):
        names = kind.__slots__
        return tuple(kind(**{name: more.get(name, lambda row, n=name: getattr(row, n))(row) for name in names})
                     for row in rows)  # fmt: skip

    in_order = {name: sorted(getattr(plan, name).all(), key=lambda row: row.pk) for name in
                ("needs", "goals", "activities", "contingencies")}  # fmt: skip
    return Content(
        texts=plan.texts,
        needs=made(NewNeed, in_order["needs"]),
        goals=made(NewGoal, in_order["goals"]),
        activities=made(NewActivity, in_order["activities"], times=lambda row: tuple(row.times)),
        contingencies=made(NewContingency, in_order["contingencies"]),
    )


def fields_of_plan(plan: CarePlan, now: datetime) -> dict[str, Any]:
    """A plan as the fields of the draft of its next version, with the visits that still go on."""
    today = london_day(now)
    patterns = [one for one in plan.patterns.order_by("opens_at", "id") if one.ends_on is None or one.ends_on >= today]
    return without_past_starts(fields_from(plan.summary, content_of_plan(plan), patterns), today)


def _proposed(pathway: Pathway, template: VisitTemplate, activity) -> dict[str, Any]:
    staff = template.staff[0].skill
    frequency = template.frequency
    times = list(dict.fromkeys(time_of_day(time.starts_from, time.starts_by) for time in template.times_of_day))
    if frequency.per is Per.DAY:
        times = times[: frequency.times] or times
    is_daily = frequency.per is Per.DAY
    delegated_here = {one.activity for one in pathway.delegated if staff in one.to}
    is_delegated = activity.code in delegated_here or (
        activity.delegable is not None and staff in activity.delegable.to and activity.skill != staff
    )
    return {
        "title": activity.title[:160],
        "doer": "staff",
        "skill": staff,
        "often": "daily" if is_daily else "once" if frequency.per is Per.ONCE else "days",
        "weekdays": [] if is_daily else _spread(frequency.times) if frequency.per is Per.WEEK else [],
        "times": times,
        "minutes": str(activity.minutes),
        "workers": str(max(activity.workers, sum(slot.skill == staff for slot in template.staff))),
        "is_delegated": is_delegated,
        "code": activity.code,
        "template": template.code,
    }


def _spread(times_a_week: int) -> list[str]:
    """So many days of a week, apart from one another: Monday and Thursday for two. The writer changes them."""
    days = {1: "1", 2: "14", 3: "135", 4: "1245", 5: "12345", 6: "123456"}
    return list(days.get(times_a_week, "1234567"))


def _locked(draft: PlanDraft) -> PlanDraft:
    draft = PlanDraft.objects.select_for_update(of=("self",)).select_related("episode__pathway", "person").get(
        pk=draft.pk
    )  # fmt: skip
    if draft.state != DraftState.OPEN:
        raise DraftClosedError("This draft became a plan or was put aside. Open the plan again.")
    return draft


def _as_shown(draft: PlanDraft, revision: int) -> dict[str, Any]:
    """The fields in force at an earlier revision."""
    rows = draft.changes.filter(revision__lte=revision, is_in_force=True).order_by("id")
    return dict(rows.values_list("field", "value"))


def _clash(draft: PlanDraft, name: str, told: Any) -> DraftClash:
    newest = draft.changes.filter(field=name, is_in_force=True).order_by("-id").first()
    return DraftClash(name, told, draft.fields.get(name), newest.by_name, newest.at)


def _put(
    actor: Actor,
    draft: PlanDraft,
    changed: Mapping[str, Any],
    now: datetime,
    clashing: Mapping[str, Any] | None = None,
) -> None:
    draft.revision += 1
    draft.fields = {**draft.fields, **changed}
    draft.save(update_fields=["revision", "fields"])
    _add_changes(actor, draft, changed, now)
    _add_changes(actor, draft, clashing or {}, now, is_in_force=False)


def _add_changes(
    actor: Actor, draft: PlanDraft, fields: Mapping[str, Any], now: datetime, *, is_in_force: bool = True
) -> None:
    DraftChange.objects.bulk_create(
        DraftChange(
            draft=draft,
            field=name,
            value=value,
            is_in_force=is_in_force,
            revision=draft.revision,
            at=now,
            by_name=actor.name,
            by_role=actor.title,
            employer=actor.employer,
        )
        for name, value in fields.items()
    )


def _done(actor: Actor, action: str, draft: PlanDraft, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("plan draft", draft.pk),
        person_id=draft.person_id,
        now=now,
        service_id=draft.episode.service_id,
    )
    tell(topic="plans", service_id=draft.episode.service_id, subject=("plan draft", draft.pk), now=now)
