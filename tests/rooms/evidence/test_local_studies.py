"""A service's own studies: written, changed in versions, withdrawn for a reason."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.evidence.models import LocalFinding, LocalStudyVersion
from homeward.evidence.rules.study import Finding, Impact, Study
from homeward.evidence.selectors import StudyNotFoundError, ours_beside, own_studies, own_study
from homeward.evidence.services import (
    StudyChangedError,
    StudyIncompleteError,
    change_study,
    withdraw_study,
    write_study,
)
from homeward.teams.services import open_service

SAID = Study(
    code="", version=0, title="Clinics for legs together", organisation="Derwent Community First", place="Derwent",
    period="April to June 2026", who_for="People with leg ulcers", did="A weekly leg club",
    workforce="Care workers help",
    impacts=(Impact.RESOURCES,), topics=("joint-clinics",),
    numbers=(
        Finding("People seen in one clinic", "Derwent", "June 2026", 11.5, unit="people", measure="M29"),
        Finding("People liked it", "Derwent", "June 2026"),
    ),
    lessons=("One room is enough",), pathways=("low-vision-clinic",),
)  # fmt: skip


@pytest.fixture
def lead(actor_with):
    return actor_with(Role.PERFORMANCE_LEAD)


@pytest.fixture
def study(lead, service, now):
    return write_study(actor=lead, service_id=service.pk, said=SAID, now=now)


class TestWriteStudy:
    def test_puts_it_among_the_services_own(self, study, lead, service, now):
        (own,) = own_studies(lead, service.pk)

        assert own.study == replace(SAID, code=f"own-{study.pk}", version=1)
        assert (own.written_by, own.written_at) == (lead.name, now)
        assert Event.objects.filter(action="write study", subject_id=study.pk).count() == 1

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"title": ""}, "does not say: title"),
            ({"impacts": ()}, "does not say: impacts"),
            ({"topics": ("cooking",)}, "what there is not: cooking"),
            ({"pathways": ("cooking",)}, "what there is not: cooking"),
            ({"numbers": (Finding("a", "b", "c", measure="M99"),)}, "what there is not: M99"),
            ({"numbers": (Finding("a", "b", "c", 4),)}, "A number needs its unit"),
            ({"numbers": (Finding("a", "b", "c", unit="days"),)}, "a unit its number"),
            ({"numbers": (Finding("a", "b", "c", about="over"),)}, "no number to go with"),
            ({"numbers": (Finding("a", "", "c"),)}, "a place and a period"),
        ],
    )
    def test_refuses_what_is_not_whole(self, lead, service, now, change, says):
        with pytest.raises(StudyIncompleteError, match=says):
            write_study(actor=lead, service_id=service.pk, said=replace(SAID, **change), now=now)

    @pytest.mark.parametrize("role", [Role.FIELD_WORKER, Role.FRONT_DOOR, Role.ADMINISTRATOR])
    def test_is_for_those_who_may(self, actor_with, service, now, role):
        with pytest.raises(NotAllowedError):
            write_study(actor=actor_with(role), service_id=service.pk, said=SAID, now=now)


class TestChangeStudy:
    def test_keeps_what_it_said_before(self, study, lead, service, now):
        change_study(
            actor=lead, study_id=study.pk, said=replace(SAID, title="Leg club"), version=1, now=now + timedelta(days=1)
        )

        (own,) = own_studies(lead, service.pk)
        assert (own.study.title, own.study.version, len(own.versions)) == ("Leg club", 2, 2)
        assert own_study(lead, study.pk, 1).study.title == SAID.title
        with pytest.raises(StudyNotFoundError):
            own_study(lead, study.pk, 3)

    def test_refuses_to_undo_somebody_elses(self, study, lead, now):
        change_study(actor=lead, study_id=study.pk, said=SAID, version=1, now=now)

        with pytest.raises(StudyChangedError, match="while you wrote"):
            change_study(actor=lead, study_id=study.pk, said=SAID, version=1, now=now)

    def test_is_not_for_another_service(self, study, actor_with, system, now):
        other = open_service(actor=system, code="elsewhere", name="Elsewhere", now=now)
        stranger = replace(actor_with(Role.PERFORMANCE_LEAD), service_ids=frozenset({other.pk}))

        for act in (
            lambda: change_study(actor=stranger, study_id=study.pk, said=SAID, version=1, now=now),
            lambda: withdraw_study(actor=stranger, study_id=study.pk, why="x", now=now),
            lambda: own_study(stranger, study.pk),
        ):
            with pytest.raises(StudyNotFoundError):
                act()

    @pytest.mark.parametrize("model", [LocalStudyVersion, LocalFinding])
    def test_leaves_no_way_to_edit_a_version(self, study, model):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(place="Elsewhere")


class TestEvidenceList:
    def test_has_the_own_studies_where_they_are_asked_for(self, study, capsys):
        call_command("evidence_list", "--json", "--own", "--topic", "joint-clinics")
        told = {one["code"]: one["service"] for one in json.loads(capsys.readouterr().out)["studies"]}
        assert told == {f"own-{study.pk}": "derwent", "low-vision": None}

        call_command("evidence_list", "--topic", "joint-clinics")
        assert "own-" not in capsys.readouterr().out


class TestWithdrawStudy:
    def test_takes_it_out_and_keeps_it(self, study, lead, service, now):
        withdraw_study(actor=lead, study_id=study.pk, why=" Counted twice ", now=now)

        assert own_studies(lead, service.pk) == []
        kept = own_study(lead, study.pk)
        assert (kept.withdrawn_why, kept.withdrawn_by) == ("Counted twice", lead.name)
        with pytest.raises(StudyChangedError, match="withdrawn"):
            change_study(actor=lead, study_id=study.pk, said=SAID, version=1, now=now)

    def test_needs_a_reason(self, study, lead, now):
        with pytest.raises(StudyIncompleteError, match="Say why"):
            withdraw_study(actor=lead, study_id=study.pk, why=" ", now=now)


class TestOursBeside:
    def test_has_nothing_for_what_no_measure_computes(self, lead, service, now):
        assert ours_beside(lead, service.pk, {"M31"}, now) == {"M31": ()}

    def test_is_for_those_who_may_see_results(self, actor_with, service, now):
        with pytest.raises(NotAllowedError):
            ours_beside(actor_with(Role.ADMINISTRATOR), service.pk, {"M01"}, now)
