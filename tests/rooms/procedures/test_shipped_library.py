"""What the procedures that come with the service must say."""

import re

import pytest

from homeward.procedures.rules import (
    ClockKind,
    Complexity,
    CountsAs,
    FormNeeded,
    StageKind,
    Subject,
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
    "community-first-derby": "000_51ea6b5412149b3d.txt",
    "east-lancashire": "003_81155bbddcbd871b.txt",
    "leicester-icrs": "004_1612defdc5e94e3c.txt",
    "working-together": "002_37f6614ff6e50c22.txt",
    "partnership-at-home": "001_f332f0b8622cf8d1.txt",
    "nhse-ucr-figures-2024-25": "../standards/STANDARDS.md",
    "nhse-ucr-standard": "../standards/STANDARDS.md",
    "hospital-discharge-figures": "../standards/STANDARDS.md",
    "community-bed-audit-2026": "../standards/STANDARDS.md",
}
# Each service model, by the place that showed it or by the number of the study, and the pathway that runs it.
MODELS = {
    "Leicester": "integrated-crisis-response",
    "Derby, front door": "community-first-front-door",
    "Derby, Perth House": "bed-based-reablement",
    "North Somerset": "home-care-with-delegated-tasks",
    "East Lancashire": "complex-discharge",
    1: "low-vision-clinic",
    2: "accessible-information",
    3: "dementia-crisis",
    4: "chemotherapy-with-assistant-practitioners",
    5: "champions-for-learning-disability",
    6: "end-of-life-training",
    7: "counselling-skills-for-foster-carers",
    8: "dementia-culture-change",
    9: "early-intervention-sensory",
    10: "holistic-mental-health",
    11: "home-first-dementia",
    12: "integrated-commissioning",
    13: "integrated-dementia-home-care",
    14: "wellness-recovery-action-plan",
    15: "growing-need-extra-care",
    16: "seamless-nursing-and-care",
    17: "end-of-life-at-home",
    18: "peer-support",
    19: "personalisation-through-play",
    20: "reablement-at-home",
    21: "rapid-response",
    22: "days-i-choose",
    23: "peer-advocacy",
    24: "assistive-technology",
    25: "case-management",
}
# Endings that say that somebody got what they came for, rather than that they left.
ENDS_WELL = {
    CountsAs.NO_FURTHER_SUPPORT,
    CountsAs.LESS_SUPPORT,
    CountsAs.AVOIDED_HOSPITAL,
    CountsAs.DIED_WHERE_WISHED,
    CountsAs.FINISHED_AS_PLANNED,
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

    @pytest.mark.parametrize(("model", "code"), MODELS.items())
    def test_serves_each_of_the_thirty_models_by_a_pathway_that_names_it(self, model, code):
        named = LIBRARY.pathway(code).model

        assert named.study == (model if isinstance(model, int) else None)
        assert isinstance(model, int) or named.place in model

    def test_serves_thirty_models_and_nothing_that_is_not_one(self):
        assert len(MODELS) == 30
        assert sorted(MODELS.values()) == sorted({pathway.code for pathway in LIBRARY.pathways})

    @pytest.mark.parametrize("code", MODELS.values())
    def test_says_what_each_model_published_and_where(self, code):
        pathway = LIBRARY.pathway(code)

        assert pathway.model.source in pathway.sources
        assert pathway.model.source in DOCUMENTS
        assert any(figure.source == pathway.model.source for figure in pathway.published_figures)

    @pytest.mark.parametrize("code", MODELS.values())
    def test_closes_each_pathway_with_a_form_and_can_end_it_well(self, code):
        pathway = LIBRARY.pathway(code)
        closing = [
            asked
            for stage in pathway.stages
            if stage.kind is StageKind.LAST
            for asked in stage.forms
            if asked.needed is FormNeeded.TO_CLOSE
        ]
        good = {outcome.code for outcome in pathway.outcomes if ENDS_WELL & set(outcome.counts_as)}

        assert good
        assert any(good - set(asked.not_after) for asked in closing)

    def test_is_referred_to_from_the_front_door_for_the_need_that_each_answers(self):
        for pathway in LIBRARY.pathways:
            assert pathway.first_stage.moves_to[0] != "closed"
            assert all(LIBRARY.need(need).plain for need in pathway.needs)

    def test_holds_no_activity_or_form_that_nothing_uses(self):
        activities = {code for p in LIBRARY.pathways for visit in p.visits for code in visit.activities}
        activities |= {item.activity for p in LIBRARY.pathways for item in p.delegated}
        forms = {asked.form for p in LIBRARY.pathways for stage in p.stages for asked in stage.forms}
        forms |= {document.form for p in LIBRARY.pathways for document in p.documents}
        forms |= {
            form for p in LIBRARY.pathways for course in p.courses for form in (course.before_form, course.after_form)
        }
        forms |= {form.code for form in LIBRARY.forms if form.in_record or form.use == "survey"}

        assert {activity.code for activity in LIBRARY.activities} <= activities
        assert {form.code for form in LIBRARY.forms} <= forms

    @pytest.mark.parametrize("pathway", LIBRARY.pathways, ids=lambda p: p.code)
    def test_has_a_role_for_each_skill_that_its_visits_send(self, pathway):
        sent = [
            (visit.code, LIBRARY.skills_held([slot.skill, *slot.competences]))
            for visit in pathway.visits
            for slot in visit.staff
        ]
        roles = [skill for role in pathway.roles for skill in role.skills]

        for visit, held in sent:
            assert any(skill in held or held & LIBRARY.skills_held([skill]) for skill in roles), visit

    @pytest.mark.parametrize("pathway", LIBRARY.pathways, ids=lambda p: p.code)
    def test_says_so_wherever_a_time_or_size_is_a_local_decision(self, pathway):
        made_here = "local-practice"
        for thing in (*pathway.clocks, *pathway.visits, *pathway.routines, *pathway.courses, *pathway.equipment):
            assert thing.local_decision or (thing.source and thing.source != made_here), (pathway.code, thing.code)

    def test_has_pathways_for_people_carers_staff_and_services(self):
        assert {pathway.subject for pathway in LIBRARY.pathways} == set(Subject)

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
