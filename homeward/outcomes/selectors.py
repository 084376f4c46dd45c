"""Measures as numbers, which name nobody, and as the lists behind them, which lead to people."""

from collections.abc import Sequence
from datetime import date, datetime

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.outcomes.facts.copying import opened_to_read
from homeward.outcomes.facts.reading import Asked, embedded
from homeward.outcomes.measures.computing import compute, list_cases
from homeward.outcomes.measures.definition import By, Case, Computed
from homeward.outcomes.measures.library import MEASURES
from homeward.teams.selectors import services_for


class NoSuchSplitError(ValueError):
    """The measure is not divided that way."""


def measures_of(
    actor: Actor,
    service_id: int,
    first: date,
    last: date,
    now: datetime,
    *,
    by: By = By.MONTH,
    keys: Sequence[str] | None = None,
    split: str = "",
) -> list[Computed]:
    """Measures of a service from `first` to `last`, both counted, as the copy of the facts was last refreshed.

    All, or those with these keys; as wholes, or each part that one of their own `splits` divides them into.

    Raises: NotAllowedError; NoSuchSplitError; facts.copying.NoCopyError.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    measures = [MEASURES[key] for key in keys] if keys is not None else list(MEASURES.values())
    for one in measures:
        if split and split not in one.splits:
            raise NoSuchSplitError(f"{one.key} is split by {' or '.join(one.splits) or 'nothing'}, not by {split}.")
    code = next(service.code for service in services_for(actor) if service.pk == service_id)
    asked = Asked(service_id, first, last, now)
    with opened_to_read() as copy:
        engine = embedded(copy)
        engine.ask(asked)
        return [Computed(one, code, by, *compute(engine, one, asked, by, split)) for one in measures]


def cases_of(
    actor: Actor,
    service_id: int,
    key: str,
    first: date,
    last: date,
    now: datetime,
    *,
    is_numerator_only: bool = True,
) -> list[Case]:
    """The cases behind a number, by their numbers in the record; whose they are is audited as shown.

    Raises: NotAllowedError; facts.copying.NoCopyError.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    require(actor, Permission.SEE_PEOPLE, service_id)
    measure = MEASURES[key]
    with opened_to_read() as copy:
        engine = embedded(copy)
        engine.ask(Asked(service_id, first, last, now))
        cases = list_cases(engine, measure, is_numerator_only=is_numerator_only)
    record_reads(
        actor=actor,
        action=f"list cases of {measure.key}",
        subject_kind="measure",
        person_ids=[case.person_id for case in cases if case.person_id is not None],
        now=now,
        service_id=service_id,
    )
    return cases
