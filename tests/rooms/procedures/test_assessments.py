"""The scores and findings of the shipped assessments, as tables that read like the guidance they come from."""

import pytest

from homeward.procedures.rules import check_answers, findings, may_close, read_library, required_to_close, scores
from tests.answering import complete_answers

LIBRARY = read_library()
CARE_ACT = LIBRARY.form("care-act-needs-assessment")
CAPACITY = LIBRARY.form("mental-capacity-assessment")
NEWS2 = LIBRARY.form("news2")
OUTCOMES = (
    "nutrition", "hygiene", "toilet", "clothing", "home_safely", "home_upkeep", "relationships", "work_learning",
    "community", "child_care",
)  # fmt: skip
ABILITIES = ("understand", "retain", "weigh", "communicate")
# Everything in its lowest band, on air, scale 1
WELL = {
    "over_16": True, "respiration_rate": 16, "oxygen_scale": "scale_1", "on_oxygen": "air",
    "oxygen_saturation_scale_1": 97, "systolic_pressure": 120, "pulse": 70, "consciousness": "alert",
    "temperature": 37.0,
}  # fmt: skip
# Royal College of Physicians 2017: the least and most of each band of each observation, and its points
BANDS = {
    "respiration_rate": [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3)],
    "oxygen_saturation_scale_1": [(91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)],
    "systolic_pressure": [(90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)],
    "pulse": [(40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2), (131, 3)],
    "temperature": [(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)],
    "consciousness": [("alert", 0), ("new_confusion", 3), ("voice", 3), ("pain", 3), ("unresponsive", 3)],
}
SCALE_2_ON_AIR = [(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0), (93, 0), (97, 0), (100, 0)]
SCALE_2_ON_OXYGEN = [
    (83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0), (93, 1), (94, 1), (95, 2), (96, 2), (97, 3),
]  # fmt: skip


def news2(**changed):
    (reading,) = scores(NEWS2, {**WELL, **changed})
    return reading


def eligibility(unable: int, *, arises: bool = True, impact: bool = True, **more):
    answers = {"arises_from": arises, "impact": impact, **dict.fromkeys(OUTCOMES, "able")}
    (reading,) = findings(CARE_ACT, answers | dict.fromkeys(OUTCOMES[:unable], "unable") | more)
    return reading


def capacity(**answers):
    (reading,) = findings(CAPACITY, answers)
    return reading


class TestNews2:
    @pytest.mark.parametrize(
        ("observation", "measured", "points"), [(code, *row) for code, rows in BANDS.items() for row in rows]
    )
    def test_scores_each_observation_by_its_band(self, observation, measured, points):
        assert news2(**{observation: measured}).total == points

    @pytest.mark.parametrize(("saturation", "points"), SCALE_2_ON_AIR)
    def test_scores_scale_2_on_air(self, saturation, points):
        told = {"oxygen_scale": "scale_2", "oxygen_saturation_scale_2_air": saturation}
        assert news2(**told).total == points

    @pytest.mark.parametrize(("saturation", "points"), SCALE_2_ON_OXYGEN)
    def test_scores_scale_2_on_oxygen_with_two_for_the_oxygen(self, saturation, points):
        told = {"oxygen_scale": "scale_2", "on_oxygen": "oxygen", "oxygen_saturation_scale_2_oxygen": saturation}
        assert news2(**told).total == points + 2

    @pytest.mark.parametrize(
        ("changed", "total", "band", "minutes"),
        [
            ({}, 0, "low", None),
            ({"respiration_rate": 21, "pulse": 111}, 4, "low", None),
            ({"respiration_rate": 21, "pulse": 111, "temperature": 38.5}, 5, "medium", 60),
            ({"respiration_rate": 21, "pulse": 111, "temperature": 39.5}, 6, "medium", 60),
            ({"respiration_rate": 21, "pulse": 111, "temperature": 39.5, "systolic_pressure": 110}, 7, "high", 30),
            # one observation alone that scores 3 is treated as 5 to 6
            ({"pulse": 131}, 3, "medium", 60),
            ({"consciousness": "new_confusion"}, 3, "medium", 60),
            ({"consciousness": "voice", "pulse": 131, "respiration_rate": 25}, 9, "high", 30),
        ],
    )
    def test_asks_for_somebody_to_be_told_from_5_and_sooner_from_7(self, changed, total, band, minutes):
        reading = news2(**changed)
        assert (reading.total, reading.band.code) == (total, band)
        assert reading.band.acknowledge_within_minutes == minutes

    def test_has_no_total_until_everything_is_measured(self):
        assert news2(pulse=None).total is None

    def test_goes_from_0_to_20(self):
        worst = {
            "respiration_rate": 30, "oxygen_saturation_scale_1": 80, "on_oxygen": "oxygen", "systolic_pressure": 80,
            "pulse": 140, "consciousness": "voice", "temperature": 34.0,
        }  # fmt: skip
        assert news2(**worst).total == 20

    def test_scores_the_same_in_the_crisis_assessment(self):
        crisis = LIBRARY.form("crisis-first-assessment")
        (here,), (there,) = NEWS2.scores, crisis.scores
        assert (here.adds, here.bands, here.single_part) == (there.adds, there.bands, there.single_part)
        points = {
            question.code: (question.points, question.options)
            for question in crisis.questions
            if question.code in there.adds
        }
        for question in NEWS2.questions:
            if question.code in here.adds:
                assert (question.points, question.options) == points[question.code]


class TestCareActEligibility:
    @pytest.mark.parametrize(
        ("arises", "unable", "impact", "proposed"),
        [
            (True, 10, True, "eligible"),
            (True, 2, True, "eligible"),  # two or more of the ten outcomes
            (True, 1, True, "not_eligible"),
            (True, 0, True, "not_eligible"),
            (False, 2, True, "not_eligible"),  # all three conditions are needed
            (True, 2, False, "not_eligible"),
            (False, 2, False, "not_eligible"),
            (False, 0, False, "not_eligible"),
        ],
    )
    def test_is_proposed_when_all_three_conditions_are_met(self, arises, unable, impact, proposed):
        assert eligibility(unable, arises=arises, impact=impact).result.code == proposed

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_counts_each_of_the_ten_outcomes(self, outcome):
        other = next(one for one in OUTCOMES if one != outcome)
        assert eligibility(0, **{outcome: "unable"}).result.code == "not_eligible"
        assert eligibility(0, **{outcome: "unable", other: "unable"}).result.code == "eligible"

    def test_says_why_with_the_outcomes_by_name(self):
        reasons = " ".join(eligibility(2).reasons)
        assert "2 of 10 (Managing and maintaining nutrition; Maintaining personal hygiene)" in reasons

    def test_names_every_condition_that_is_not_met(self):
        assert len(eligibility(1, arises=False, impact=False).reasons) == 3

    def test_proposes_nothing_while_answers_are_missing(self):
        assert eligibility(2, hygiene=None).result is None
        assert eligibility(2, impact=None).result is None

    def test_leaves_the_decision_to_the_assessor_and_marks_where_it_differs(self):
        assert not eligibility(2, determination="eligible").differs
        told = eligibility(2, determination="not_eligible")
        assert told.differs and told.decided == "Not eligible"

    @pytest.mark.parametrize(("determination", "needed"), [("eligible", "eligible_needs"), ("not_eligible", "advice")])
    def test_needs_written_reasons_and_what_follows_from_them(self, determination, needed):
        missing = {one.code for one in required_to_close(CARE_ACT, {"determination": determination})}
        assert {"determination_reasons", needed, "record_given"} <= missing

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_asks_in_which_of_the_four_ways_somebody_is_unable(self, outcome):
        ways = next(one for one in CARE_ACT.questions if one.code == f"{outcome}_ways")
        assert [option.code for option in ways.options] == ["assistance", "distress", "danger", "longer"]
        assert ways.code in {one.code for one in required_to_close(CARE_ACT, {outcome: "unable"})}

    def test_leaves_out_what_a_carer_does(self):
        answers = complete_answers(CARE_ACT, carer=True)
        (without,) = findings(CARE_ACT, complete_answers(CARE_ACT, carer=False))
        (with_carer,) = findings(CARE_ACT, answers)
        assert with_carer.result.code == without.result.code


class TestMentalCapacity:
    @pytest.mark.parametrize("ability", ABILITIES)
    def test_is_lacking_where_one_of_the_four_is_because_of_the_impairment(self, ability):
        told = dict.fromkeys(ABILITIES, "can") | {ability: "cannot"}
        assert capacity(impairment=True, causal=True, **told).result.code == "lacks_capacity"

    @pytest.mark.parametrize("ability", ABILITIES)
    def test_is_there_where_what_they_cannot_do_has_another_cause(self, ability):
        told = dict.fromkeys(ABILITIES, "can") | {ability: "cannot"}
        assert capacity(impairment=True, causal=False, **told).result.code == "has_capacity"

    def test_is_there_where_they_can_do_all_four(self):
        assert capacity(impairment=True, **dict.fromkeys(ABILITIES, "can")).result.code == "has_capacity"

    def test_is_there_where_there_is_no_impairment_whatever_else_was_answered(self):
        told = dict.fromkeys(ABILITIES, "cannot")
        assert capacity(impairment=False, causal=True, **told).result.code == "has_capacity"

    def test_proposes_nothing_before_the_test_is_done(self):
        assert capacity().result is None
        assert capacity(impairment=True, understand="cannot").result is None

    def test_is_about_one_decision_and_needs_help_to_have_been_given(self):
        missing = {one.code for one in required_to_close(CAPACITY, {})}
        assert {"decision", "steps_taken", "steps_detail", "conclusion_evidence", "principles"} <= missing


class TestTrustedAssessment:
    @pytest.mark.parametrize("code", ["agreement_expires_on", "competence_expires_on"])
    def test_cannot_rest_on_what_had_run_out_that_day(self, code):
        form = LIBRARY.form("trusted-assessment")
        answers = complete_answers(form) | {"assessed_on": "2026-11-24", code: "2026-11-23"}
        (problem,) = check_answers(form, answers)
        assert problem.question == code and "before 24 November 2026" in problem.text
        assert may_close(form, answers | {code: "2026-11-24"})


class TestNumbersOfOthers:
    @pytest.mark.parametrize(
        ("total", "band"),
        [(0, "below"), (9, "below"), (10, "at_risk"), (14, "at_risk"), (15, "high"), (19, "high"), (20, "very_high")],
    )
    def test_keep_a_waterlow_total_with_its_published_thresholds(self, total, band):
        form = LIBRARY.form("pressure-risk")
        waterlow = scores(form, {"scale": "waterlow", "total_waterlow": total})[0]
        assert (waterlow.total, waterlow.band.code) == (total, band)

    @pytest.mark.parametrize(
        ("form", "question"), [("frailty", "frailty_number"), ("nutrition-and-hydration", "must_total")]
    )
    def test_keep_a_number_as_it_is(self, form, question):
        answers = complete_answers(LIBRARY.form(form), reaching=question, **{question: 4})
        assert scores(LIBRARY.form(form), answers)[0].total == 4
