"""Earlier answers carried into a draft, each with where it came from, until somebody confirms it."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor
from homeward.assessments.models import FilledForm
from homeward.assessments.selectors import earlier_answers
from homeward.assessments.services.filling import _add_changes, _done, _locked, _unconfirmed
from homeward.kernel.rules import RefusedError


@transaction.atomic
def carry_forward(
    *, actor: Actor, filled: FilledForm, now: datetime, questions: Collection[str] | None = None
) -> FilledForm:
    """Answer questions of a draft that have no answer yet as complete forms of the same person did: these, or all.

    Each says where it came from, and stays marked until somebody confirms it.

    Raises: NotAllowedError; FormCompleteError; RefusedError when none of the questions was answered before.
    """
    filled = _locked(actor, filled)
    found = earlier_answers(actor, filled)
    new = {code: one for code, one in found.items() if questions is None or code in questions}
    if not new:
        raise RefusedError("These questions have an answer already, or none from before.")
    filled.revision += 1
    answers = {code: one.answer for code, one in new.items()}
    filled.answers = {**filled.answers, **answers}
    filled.save(update_fields=["revision", "answers"])
    _add_changes(actor, filled, answers, now, {code: (one.answer, one.came_from) for code, one in new.items()})
    _done(actor, "carry forward", filled, now)
    return filled


@transaction.atomic
def confirm_answers(
    *, actor: Actor, filled: FilledForm, now: datetime, questions: Collection[str] | None = None
) -> FilledForm:
    """Say that answers nobody typed are so: these, or all of a draft. Whoever says it stands beside each.

    Raises: NotAllowedError; FormCompleteError; RefusedError when there is none to confirm.
    """
    filled = _locked(actor, filled)
    sure = {code: one for code, one in _unconfirmed(filled).items() if questions is None or code in questions}
    if not sure:
        raise RefusedError("There is nothing here to confirm.")
    filled.revision += 1
    filled.save(update_fields=["revision"])
    _add_changes(actor, filled, {code: answer for code, (answer, _) in sure.items()}, now, sure, confirms=True)
    _done(actor, "confirm answers", filled, now)
    return filled
