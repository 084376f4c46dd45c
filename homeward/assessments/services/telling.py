"""Scores that somebody must be told of."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor
from homeward.assessments.models import ScoreOwed, ScoreTold
from homeward.assessments.services.filling import _done, _may_open
from homeward.kernel.rules import RefusedError
from homeward.people.services import add_to_timeline


@transaction.atomic
def tell_of_score(
    *,
    actor: Actor,
    owed: ScoreOwed,
    told_name: str,
    told_role: str,
    told_at: datetime,
    said: str,
    now: datetime,
) -> ScoreTold:
    """Keep who was told of a score, when, and what they said; it is owed no longer, and the timeline says so.

    Raises: NotAllowedError; RefusedError where something is missing, the time cannot be, or it was told before.
    """
    owed = (
        ScoreOwed.objects.select_for_update(of=("self",)).select_related("filled_form__form", "person").get(pk=owed.pk)
    )
    filled = owed.filled_form
    _may_open(actor, filled)
    told_name, told_role, said = told_name.strip(), told_role.strip(), said.strip()
    if ScoreTold.objects.filter(owed=owed).exists():
        raise RefusedError("Somebody was told before. What they said is on the form.")
    if not (told_name and told_role and said):
        raise RefusedError("Give the name and role of whoever was told, and what they said.")
    if told_at > now or told_at < filled.started_at:
        raise RefusedError("Give the time at which they were told: after the form was begun, and not in the future.")
    told = ScoreTold.objects.create(
        owed=owed, told_name=told_name[:120], told_role=told_role[:120], told_at=told_at, said=said, recorded_at=now,
        actor_name=actor.name, actor_role=actor.title, employer=actor.employer,
    )  # fmt: skip
    if owed.person is not None:
        add_to_timeline(
            actor=actor, person=owed.person, kind="form", happened_at=told_at, now=now,
            title=f"{owed.title}: {told.told_name} was told"[:200],
            text=f"{owed.because} {told.told_name}, {told.told_role}, said: {said}",
            subject=("filled form", filled.pk), sensitivity=filled.sensitivity,
        )  # fmt: skip
    _done(actor, "tell of score", filled, now)
    return told
