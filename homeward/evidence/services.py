"""Writing and withdrawing a service's own studies."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.evidence.models import LocalFinding, LocalStudy, LocalStudyVersion
from homeward.evidence.rules.study import Finding, Study
from homeward.evidence.selectors import StudyNotFoundError, is_measure, known_pathways, published
from homeward.evidence.states import About
from homeward.kernel.rules import RefusedError

NEEDED = ("title", "organisation", "place", "period", "who_for", "did", "workforce", "impacts", "topics")


class StudyIncompleteError(RefusedError):
    """A study leaves out what every one says, or names what there is not."""


class StudyChangedError(RefusedError):
    """Somebody else changed or withdrew the study since it was opened."""


@transaction.atomic
def write_study(*, actor: Actor, service_id: int, said: Study, now: datetime) -> LocalStudy:
    """Begin a study of the service's own with what is `said`, as its version 1.

    Raises: NotAllowedError; StudyIncompleteError.
    """
    require(actor, Permission.WRITE_EVIDENCE, service_id)
    _check(said)
    study = LocalStudy.objects.create(service_id=service_id, begun_at=now)
    _add_version(actor, study, 1, said, now)
    record(actor=actor, action="write study", subject=("local study", study.pk), now=now, service_id=service_id)
    return study


@transaction.atomic
def change_study(*, actor: Actor, study_id: int, said: Study, version: int, now: datetime) -> LocalStudy:
    """Say it anew, as the version after `version`, which is the one that the writer was shown.

    Raises: NotAllowedError; StudyIncompleteError; StudyChangedError; StudyNotFoundError.
    """
    study = _locked(actor, study_id)
    _check(said)
    newest = study.versions.first()
    if newest is None or newest.number != version:
        raise StudyChangedError(
            "Somebody changed this study while you wrote. Open it again and make your change there."
        )
    _add_version(actor, study, version + 1, said, now)
    record(actor=actor, action="change study", subject=("local study", study.pk), now=now, service_id=study.service_id)
    return study


@transaction.atomic
def withdraw_study(*, actor: Actor, study_id: int, why: str, now: datetime) -> LocalStudy:
    """Take a study out of the library for a reason. It is kept.

    Raises: NotAllowedError; StudyIncompleteError without a reason; StudyChangedError; StudyNotFoundError.
    """
    study = _locked(actor, study_id)
    if not why.strip():
        raise StudyIncompleteError("Say why the study is withdrawn.")
    study.withdrawn_at, study.withdrawn_by, study.withdrawn_why = now, actor.name, why.strip()
    study.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    record(
        actor=actor, action="withdraw study", subject=("local study", study.pk), now=now, service_id=study.service_id
    )
    return study


def _locked(actor: Actor, study_id: int) -> LocalStudy:
    rows = LocalStudy.objects.select_for_update()
    study = rows.filter(pk=study_id, service_id__in=actor.service_ids).first()
    if study is None:
        raise StudyNotFoundError(f"There is no own study {study_id}.")
    require(actor, Permission.WRITE_EVIDENCE, study.service_id)
    if study.withdrawn_at is not None:
        raise StudyChangedError("This study was withdrawn. It cannot be changed any more.")
    return study


def _check(said: Study) -> None:
    missing = [name.replace("_", " ") for name in NEEDED if not getattr(said, name)]
    if missing:
        raise StudyIncompleteError(f"The study does not say: {', '.join(missing)}.")
    unknown = [code for code in said.topics if code not in published().topics]
    unknown += [code for code in said.pathways if code not in known_pathways()]
    unknown += [one.measure for one in said.numbers if one.measure and not is_measure(one.measure)]
    if unknown:
        raise StudyIncompleteError(f"The study names what there is not: {', '.join(unknown)}.")
    for one in said.numbers:
        _check_finding(one)


def _check_finding(one: Finding) -> None:
    if not (one.says and one.place and one.period):
        raise StudyIncompleteError("Every finding needs words, a place and a period.")
    if (one.value is None) != (not one.unit):
        raise StudyIncompleteError(f"A number needs its unit, and a unit its number: {one.says}.")
    if one.value is None and (one.to is not None or one.about):
        raise StudyIncompleteError(f"There is no number to go with: {one.says}.")
    if one.about and one.about not in About.values:
        raise StudyIncompleteError(f"{one.about} is not a way to say how exact a number is.")


def _add_version(actor: Actor, study: LocalStudy, number: int, said: Study, now: datetime) -> None:
    version = LocalStudyVersion.objects.create(
        study=study, number=number, title=said.title, organisation=said.organisation, place=said.place,
        period=said.period, who_for=said.who_for, did=said.did, workforce=said.workforce,
        impacts=[one.value for one in said.impacts], topics=list(said.topics), pathways=list(said.pathways),
        lessons=list(said.lessons), written_at=now, written_by=actor.name,
    )  # fmt: skip
    LocalFinding.objects.bulk_create(
        LocalFinding(
            version=version, position=position, says=one.says, value=one.value, to=one.to, about=one.about,
            unit=one.unit, place=one.place, period=one.period, measure=one.measure,
        )
        for position, one in enumerate(said.numbers, start=1)
    )  # fmt: skip
