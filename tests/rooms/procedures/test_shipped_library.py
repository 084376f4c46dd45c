"""What the procedures that come with the service must say."""

import re

import pytest

from homeward.procedures.rules import (
    ClockKind,
    Complexity,
    FormNeeded,
    StageKind,
    Target,
    TargetCounts,
    TargetUnit,
    check_library,
    definition_of,
    read_library,
)

LIBRARY = read_library()
CRISIS = LIBRARY.pathway("integrated-crisis-response")
REABLEMENT = LIBRARY.pathway("reablement-at-home")
HOME_CARE = LIBRARY.pathway("home-care-with-delegated-tasks")

# The published document that each source code stands for, in the folder of public inputs.
DOCUMENTS = {
    "leicester-icrs": "004_1612defdc5e94e3c.txt",
    "working-together": "002_37f6614ff6e50c22.txt",
    "partnership-at-home": "001_f332f0b8622cf8d1.txt",
    "nhse-ucr-figures-2024-25": "../standards/STANDARDS.md",
    "nhse-ucr-standard": "../standards/STANDARDS.md",
}
IN_WORDS = {4: "four"}


def texts_of(definition, path=()):
    """Every text of a definition with the field it stands in."""
    if isinstance(definition, dict):
        for name, held in definition.items():
            yield from texts_of(held, (*path, name))
    elif isinstance(definition, list):
        for held in definition:
            yield from texts_of(held, path)
    elif isinstance(definition, str):
        yield path[-1], definition


class TestShippedLibrary:
    def test_has_no_problems(self):
        assert check_library() == []

    def test_answers_the_nine_national_conditions_on_the_crisis_pathway(self):
        national = {need.urgent_response_condition: need.code for need in LIBRARY.needs}
        national.pop(None)

        assert sorted(national) == list(range(1, 10))
        assert set(national.values()) <= set(CRISIS.needs)

    def test_answers_every_need_on_some_pathway(self):
        answered = {need for pathway in LIBRARY.pathways for need in pathway.needs}

        assert answered == {need.code for need in LIBRARY.needs}

    def test_never_makes_the_national_list_a_condition_of_getting_help(self):
        listed = next(criterion for criterion in CRISIS.entry.criteria if criterion.code == "condition_listed")

        assert not listed.required

    @pytest.mark.parametrize("figure", [f for p in LIBRARY.pathways for f in p.published_figures if f.value])
    def test_gives_each_published_figure_as_its_source_does(self, figure, shared):
        text = (shared / "sources" / DOCUMENTS[figure.source]).resolve().read_text()
        said = [re.escape(f"{figure.value:,}"), *([IN_WORDS[figure.value]] if figure.value in IN_WORDS else [])]

        assert re.search(rf"(?<![\w.,])({'|'.join(said)})(?![\w])", text), figure.says

    @pytest.mark.parametrize("activity", [a for a in LIBRARY.activities if a.delegable], ids=lambda a: a.code)
    def test_says_what_must_be_in_place_before_an_activity_is_delegated(self, activity):
        assert activity.in_place
        assert activity.records
        assert activity.complexity is not Complexity.HIGH
        assert all(LIBRARY.skill(skill).is_registered for skill in activity.delegable.by)

    def test_lets_nobody_delegate_what_only_a_registered_professional_may_do(self):
        assert not LIBRARY.may_be_done_with("crisis_first_assessment", ["home_care_worker", "insulin", "observations"])
        assert not LIBRARY.may_be_done_with("insulin_administration", ["home_care_worker"])
        assert LIBRARY.may_be_done_with("insulin_administration", ["home_care_worker", "insulin"])

    @pytest.mark.parametrize("thing", [*LIBRARY.pathways, *LIBRARY.forms, *LIBRARY.activities], ids=lambda t: t.code)
    def test_is_written_in_plain_sentences(self, thing):
        for field, text in texts_of(definition_of(thing)):
            if field in ("title", "label"):
                assert not text.endswith("."), text
            if field in ("means", "plain", "summary", "who_for", "does", "purpose", "note", "instead"):
                assert text.endswith("."), text
            assert not re.search(r"\b(patient|e\.g\.|i\.e\.|via|utilise|service user)\b", text, re.I), text

    @pytest.mark.parametrize("pathway", LIBRARY.pathways, ids=lambda p: p.code)
    def test_can_be_left_from_every_stage(self, pathway):
        for stage in pathway.stages:
            assert stage.kind is StageKind.LAST or pathway.may_move(stage.code, "closed")


class TestIntegratedCrisisResponse:
    def test_has_two_hours_to_be_there_and_72_to_support(self):
        assert CRISIS.clock("response").target == Target(2, TargetUnit.HOURS)
        assert CRISIS.clock("support_limit").target == Target(72, TargetUnit.HOURS)
        assert CRISIS.clock("support_limit").kind is ClockKind.LIMIT

    def test_lets_nothing_pause_the_two_hours_and_takes_the_senders_times(self):
        assert CRISIS.clock("response").pauses == ()
        assert CRISIS.clock("response").sender_times

    def test_sends_health_and_social_care_together(self):
        first = CRISIS.visit("first_response")

        assert first.is_joint
        assert [slot.skill for slot in first.staff] == ["crisis_responder_health", "crisis_responder_care"]
        assert first.due_with_clock == "response"

    def test_tells_avoided_hospital_from_nothing_further(self):
        nothing = CRISIS.outcome("nothing_further")
        reablement = CRISIS.outcome("to_reablement")

        assert (nothing.avoided_hospital, nothing.no_further_support) == (True, True)
        assert (reablement.avoided_hospital, reablement.no_further_support) == (True, False)
        assert not CRISIS.outcome("admitted").avoided_hospital

    def test_asks_for_an_outcome_form_before_it_closes(self):
        [needed] = CRISIS.stage("closed").forms

        assert (needed.form, needed.needed) == ("crisis-outcome", FormNeeded.TO_CLOSE)


class TestReablementAtHome:
    def test_starts_within_two_days_and_lasts_up_to_six_weeks(self):
        start, length = REABLEMENT.clock("start"), REABLEMENT.clock("length")

        assert start.target == Target(2, TargetUnit.DAYS, TargetCounts.CALENDAR_DAYS)
        assert length.target == Target(6, TargetUnit.WEEKS, TargetCounts.CALENDAR_DAYS)

    def test_does_not_hold_a_hospital_referral_to_the_two_days(self):
        assert "referred_from_hospital_bed" in REABLEMENT.clock("start").cancels


class TestHomeCareWithDelegatedTasks:
    def test_gives_insulin_at_set_times_to_a_worker_signed_off_for_it(self):
        insulin = HOME_CARE.visit("insulin_visit")

        assert {time.window for time in insulin.times_of_day} == {"hard"}
        assert "insulin" in insulin.staff[0].competences
        assert LIBRARY.activity("insulin_administration").delegable.is_person_specific

    def test_delegates_every_delegable_activity_its_visits_hold(self):
        delegated = {item.activity for item in HOME_CARE.delegated}
        held = {code for visit in HOME_CARE.visits for code in visit.activities}

        assert {code for code in held if LIBRARY.activity(code).delegable} <= delegated

    def test_moves_a_person_with_a_hoist_by_two_workers(self):
        assert HOME_CARE.visit("two_worker_visit").is_joint
