"""Making a draft the plan: its version, who agreed it, and the visits that end and start."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import LegalStatus
from homeward.plans.models import CarePlan, PlanAgreement, PlanDraft, VisitPattern
from homeward.plans.rules import Problem, content_of, items_of, patterns_of, problems
from homeward.plans.services.drafting import _done, _locked
from homeward.plans.services.writing import _add_content, _end_patterns, _new_version, _plan_written
from homeward.plans.states import AgreedHow, CareOutcome, Doer, DraftState, HowOften, TimeOfDay
from homeward.procedures.selectors import built, library, published_activities

NOT_AGREED_MOST = 250


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who agrees a plan and by what right. `power` is one of the person's legal statuses.

    `text` is what the person said; who was consulted, in best interests; or why it is not agreed.
    """

    how: AgreedHow
    agreed_on: date | None = None
    by_whom: str = ""
    power: LegalStatus | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PublishedPlan:
    """A new version of a plan, and the patterns of visits that it ended."""

    plan: CarePlan
    ended: tuple[VisitPattern, ...]


class DraftChangedError(RefusedError):
    """Somebody changed the draft since the page was made: look at it again before it becomes the plan."""


@transaction.atomic
def publish_draft(
    *,
    actor: Actor,
    draft: PlanDraft,
    revision: int,
    agreement: Agreement,
    visits_from: date,
    now: datetime,
    review_on: date | None = None,
) -> PublishedPlan:
    """Make a draft the next version of the plan. The visits of the former end before `visits_from`, its own start then.

    `revision` is the one the publisher read. Visits already made are left as they are: `visits.publish_plan` has them
    follow.

    Raises: NotAllowedError; DraftClosedError; DraftChangedError; RefusedError with what is to be put right, when
    visits would start in the past, or when the agreement does not say what it must.
    """
    require(actor, Permission.WRITE_PLANS, draft.episode.service_id)
    draft = _locked(draft)
    if revision != draft.revision:
        raise DraftChangedError("Somebody changed this draft while you looked at it. Look at it again, then publish.")
    today = london_day(now)
    if visits_from < today:
        raise RefusedError("Visits cannot start before today. Choose today or a later day.")
    if review_on is not None and review_on < today:
        raise RefusedError("The plan is looked at again today or later. Choose another day.")
    wrong = [one for one in draft_problems(draft) if one.is_blocking]
    if wrong:
        raise RefusedError(f"{wrong[0].text}. {len(wrong)} to put right before this can be the plan.")
    check_agreement(agreement, draft.person_id, today)
    summary, content = content_of(draft.fields)
    is_agreed = agreement.how != AgreedHow.NOT_AGREED
    plan = _new_version(
        actor,
        draft.episode,
        summary,
        now,
        agreement.agreed_on if is_agreed else None,
        "" if is_agreed else agreement.text.strip()[:NOT_AGREED_MOST],
        review_on,
    )
    ended = _end_patterns(draft.episode, visits_from - timedelta(days=1))
    _add_content([(plan, content, patterns_of(draft.fields, visits_from, competences_of(draft)))])
    _agree(actor, plan, agreement, now)
    draft.state, draft.became, draft.ended_at, draft.ended_by = DraftState.PUBLISHED, plan, now, actor.name
    draft.save(update_fields=["state", "became", "ended_at", "ended_by"])
    _done(actor, "publish plan draft", draft, now)
    _plan_written(actor, plan, now)
    return PublishedPlan(plan, tuple(ended))


def draft_problems(draft: PlanDraft) -> tuple[Problem, ...]:
    """Everything to put right in a draft before it can be the plan, and what is worth knowing."""
    choices = {
        "skills": [skill.code for skill in library().skills],
        "outcomes": CareOutcome.values,
        "doers": Doer.values,
        "often": HowOften.values,
        "times": TimeOfDay.values,
    }
    return problems(draft.fields, choices)


def competences_of(draft: PlanDraft) -> dict[str, tuple[str, ...]]:
    """What a worker must be signed off for, by key of each activity of a draft that is a health task given to them.

    A template of the pathway says; otherwise the activity's own definition does.
    """
    known = published_activities()
    needed = {}
    templates = {template.code: template for template in built(draft.episode.pathway).visits}
    for item in items_of(draft.fields, "activities"):
        activity = known.get(item.text("code"))
        if activity is None or activity.delegable is None or activity.delegable.competence is None:
            continue
        template = templates.get(item.text("template"))
        named = {one for slot in template.staff for one in slot.competences} if template else set()
        if item.says.get("is_delegated") or activity.delegable.competence in named:
            needed[item.key] = (activity.delegable.competence,)
    return needed


def check_agreement(agreement: Agreement, person_id: int, today: date) -> None:
    """Stop an agreement that does not say what it must.

    Raises: RefusedError with what is missing.
    """
    if agreement.how == AgreedHow.NOT_AGREED:
        if not agreement.text.strip():
            raise RefusedError("Say why the plan is not agreed.")
        if len(agreement.text.strip()) > NOT_AGREED_MOST:
            raise RefusedError(f"Say why it is not agreed in at most {NOT_AGREED_MOST} characters.")
        return
    if agreement.agreed_on is None or agreement.agreed_on > today:
        raise RefusedError("Say on which day it was agreed, today or before.")
    if agreement.how == AgreedHow.POWER and agreement.power is None:
        raise RefusedError("Choose the power by which somebody agrees. If none is on record, add it there first.")
    if agreement.power is not None and agreement.power.person_id != person_id:
        raise RefusedError("Choose one of this person's own powers.")
    if agreement.how == AgreedHow.BEST_INTERESTS and not (agreement.text.strip() and agreement.by_whom.strip()):
        raise RefusedError("Say who decided in their best interests, and whom they asked.")


def _agree(actor: Actor, plan: CarePlan, agreement: Agreement, now: datetime) -> PlanAgreement:
    by_whom = agreement.by_whom.strip()
    if agreement.how == AgreedHow.POWER and not by_whom:
        by_whom = agreement.power.holder_name
    return PlanAgreement.objects.create(
        plan=plan,
        how=agreement.how,
        agreed_on=None if agreement.how == AgreedHow.NOT_AGREED else agreement.agreed_on,
        by_whom=by_whom[:200],
        power=agreement.power,
        text=agreement.text.strip(),
        at=now,
        by_name=actor.name,
        by_role=actor.title,
        employer=actor.employer,
    )
