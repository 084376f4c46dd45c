"""A person's assessments together: the newest, what went before, what is due, what is owed."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import Actor, Permission, may_see_sensitive, require
from homeward.assessments.models import FilledForm, FormChosen, ScoreOwed, ScoreTold
from homeward.assessments.states import FilledState
from homeward.kernel.rules import london_day, months_later
from homeward.people.models import Person
from homeward.people.selectors import person_ids_of
from homeward.procedures.rules import Form, holds
from homeward.procedures.selectors import built, newest_procedures

MOST_FORMS = 500


class ScoreNotOwedError(Exception):
    """There is no such score in the actor's services that somebody must be told of."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The filled forms of one form, newest first: complete ones that nothing put right, drafts, and all."""

    form: Form
    complete: tuple[FilledForm, ...]
    drafts: tuple[FilledForm, ...]
    everything: tuple[FilledForm, ...]
    # When it is to be looked at again; None where its definition does not say, or none is complete
    review_on: date | None
    # The newest complete one that this form should follow, by its own words, and nothing does yet
    to_follow: FilledForm | None


@dataclass(frozen=True, slots=True)
class PersonAssessments:
    """What was assessed of one person, as far as the reader may see; `kept_back` counts what they may not."""

    by_form: tuple[Kept, ...]
    offered: tuple[Form, ...]
    owed: tuple[ScoreOwed, ...]
    kept_back: int


def assessments_of(actor: Actor, person: Person, now: datetime) -> PersonAssessments:
    """Everything assessed of a person. `person` comes from `people.selectors.person_for`, which audited it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    everything = list(_rows(person)[:MOST_FORMS])
    seen = [one for one in everything if may_see_sensitive(actor, one.sensitivity)]
    offered = [
        form for form in offered_forms(actor, person.service_id) if may_see_sensitive(actor, form.sensitivity or "")
    ]
    by_code: dict[str, list[FilledForm]] = {}
    for one in seen:
        by_code.setdefault(one.form.code, []).append(one)
    # a form is due by its newest words, also where it is no longer offered
    forms = {form.code: form for form in offered}
    for code, rows in by_code.items():
        forms.setdefault(code, built(rows[0].form))
    return PersonAssessments(
        by_form=tuple(_kept(form, by_code.get(code, []), by_code) for code, form in forms.items()),
        offered=tuple(offered),
        owed=tuple(owed_of(actor, person)),
        kept_back=len(everything) - len(seen),
    )


def forms_of_person(actor: Actor, person: Person, limit: int = 50) -> list[FilledForm]:
    """A person's filled forms that the actor may see, newest first. `person` comes from `person_for`, which audited it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return [one for one in _rows(person)[:limit] if may_see_sensitive(actor, one.sensitivity)]


def owed_of(actor: Actor, person: Person) -> list[ScoreOwed]:
    """The scores of a person that somebody must be told of and nobody was yet, oldest first.

    `person` comes from `people.selectors.person_for`, which audited it. Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = _still_owed().filter(person_id__in=person_ids_of(person)).order_by("owed_since", "id")
    return [one for one in rows if may_see_sensitive(actor, one.filled_form.sensitivity)]


def scores_owed(actor: Actor, service_id: int) -> list[ScoreOwed]:
    """Every score of a service that somebody must be told of and nobody was yet, for whoever sees to it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    return list(_still_owed().filter(service_id=service_id).order_by("owed_since", "id"))


def score_owed(actor: Actor, owed_id: int) -> ScoreOwed:
    """One score that somebody must be told of; open its form with `form_for`, which checks and audits.

    Raises: NotAllowedError; ScoreNotOwedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    rows = ScoreOwed.objects.filter(pk=owed_id, service_id__in=actor.service_ids)
    owed = rows.select_related("filled_form__form", "told").first()
    if owed is None:
        raise ScoreNotOwedError("There is no such score in your service.")
    return owed


def owed_and_told(actor: Actor, filled: FilledForm) -> list[tuple[ScoreOwed, ScoreTold | None]]:
    """The scores of a form that somebody must be told of, and who was. `filled` comes from `form_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, filled.service_id)
    rows = ScoreOwed.objects.filter(filled_form=filled).select_related("told").order_by("id")
    return [(one, getattr(one, "told", None)) for one in rows]


def followed_by(actor: Actor, filled: FilledForm) -> list[FilledForm]:
    """The forms that come after this one and point back to it. `filled` comes from `form_for`, which audited it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, filled.service_id)
    rows = FilledForm.objects.filter(follows=filled).select_related("form", "corrected_by").order_by("id")
    return [one for one in rows if may_see_sensitive(actor, one.sensitivity)]


def choices_of(actor: Actor) -> dict[str, tuple[Form, ...]]:
    """What a service chooses one form for, and the forms it may choose, by title.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PROCEDURES)
    found: dict[str, tuple[Form, ...]] = {}
    for row in newest_procedures("form"):
        form = built(row)
        if form.choice_of:
            found[form.choice_of] = (*found.get(form.choice_of, ()), form)
    return found


def forms_chosen(actor: Actor, service_id: int) -> dict[str, str]:
    """By choice, the code of the form that a service chose; a choice nobody made is not there.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PROCEDURES, service_id)
    rows = FormChosen.objects.filter(service_id=service_id).order_by("id")
    return dict(rows.values_list("choice", "form_code"))


def offered_forms(actor: Actor, service_id: int) -> list[Form]:
    """The forms offered for everybody in a service: of those it chooses one of, the one it chose, or all until then.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PROCEDURES, service_id)
    chosen = forms_chosen(actor, service_id)
    forms = [built(row) for row in newest_procedures("form")]
    return [form for form in forms if form.in_record and chosen.get(form.choice_of or "", form.code) == form.code]


def as_assessed_counts(actor: Actor, service_id: int, since: date, until: date) -> dict[str, Counter]:
    """By provider of the agreement, how arrivals were found by those who took over: counts by answer of `as_assessed`.

    Over forms completed from `since` to `until`, both included. Nobody is named.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PROCEDURES, service_id)
    rows = FilledForm.objects.filter(
        service_id=service_id, form__code="as-assessed", state=FilledState.COMPLETE, follows__isnull=False
    ).exclude(corrected_by__state=FilledState.COMPLETE)
    found: dict[str, Counter] = {}
    for at, told, first in rows.values_list("completed_at", "answers", "follows__answers"):
        if since <= london_day(at) <= until:
            found.setdefault(first.get("agreement_provider", ""), Counter())[told.get("as_assessed")] += 1
    return found


def _rows(person: Person):
    rows = FilledForm.objects.filter(person_id__in=person_ids_of(person)).select_related("form", "corrected_by")
    return rows.defer("form__definition").order_by("-started_at", "-id")


def _still_owed():
    rows = ScoreOwed.objects.filter(told__isnull=True).exclude(filled_form__corrected_by__state=FilledState.COMPLETE)
    return rows.select_related("filled_form", "person")


def _kept(form: Form, rows: list[FilledForm], by_code: dict[str, list[FilledForm]]) -> Kept:
    def is_put_right(one: FilledForm) -> bool:
        newer = getattr(one, "corrected_by", None)
        return newer is not None and newer.is_complete

    complete = sorted(
        (one for one in rows if one.is_complete and not is_put_right(one)),
        key=lambda one: one.completed_at,
        reverse=True,
    )
    review_on = None
    if form.review_months and complete:
        review_on = months_later(london_day(complete[0].completed_at), form.review_months)
    first = [one for one in by_code.get(form.follows or "", []) if one.is_complete and not is_put_right(one)]
    newest = max(first, key=lambda one: one.completed_at, default=None)
    is_followed = newest is None or any(one.follows_id == newest.pk for one in rows)
    if not is_followed and form.follows_when is not None:
        is_followed = not holds(form.follows_when, built(newest.form), newest.answers)
    return Kept(
        form=form,
        complete=tuple(complete),
        drafts=tuple(one for one in rows if not one.is_complete),
        everything=tuple(rows),
        review_on=review_on,
        to_follow=None if is_followed else newest,
    )
