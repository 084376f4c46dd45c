"""What a form asks, what is wrong with an answer, and what the answers score."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.procedures.rules import (
    Form,
    FormUse,
    Option,
    Question,
    QuestionType,
    Section,
    answer_in_words,
    check_answers,
    form_from,
    layout,
    may_close,
    read_answers,
    read_library,
    required_to_close,
    scores,
    shown,
)

LIBRARY = read_library()
TRIAGE = LIBRARY.form("front-door-triage")
ASSESSMENT = LIBRARY.form("crisis-first-assessment")
VISIT_NOTE = LIBRARY.form("home-care-visit-note")

# Every reading scores nothing: the middle of each band.
WELL = {
    "observations_taken": True,
    "respiration_rate": 16,
    "oxygen_scale": "scale_1",
    "on_oxygen": "air",
    "oxygen_saturation_scale_1": 97,
    "systolic_pressure": 125,
    "pulse": 70,
    "consciousness": "alert",
    "temperature": 36.8,
}


def form_of(*questions: Question) -> Form:
    return Form(
        code="form",
        version=1,
        title="Form",
        purpose="To ask.",
        use=FormUse.ASSESSMENT,
        sections=(Section("only", "Only", questions),),
        sources=("local-practice",),
    )


def question_of(type_: str, **fields: object) -> Question:
    return Question("asked", "Asked?", QuestionType(type_), **fields)


def codes_shown(form, answers):
    return [question.code for section in shown(form, answers) for question in section.questions]


class TestShown:
    def test_asks_nothing_that_depends_on_an_answer_not_given(self):
        assert "emergency_action" not in codes_shown(TRIAGE, {})

    @pytest.mark.parametrize(
        ("answers", "asked"),
        [
            ({"life_threatening": False, "serious_injury": False}, False),
            ({"life_threatening": True, "serious_injury": False}, True),
            ({"life_threatening": False, "serious_injury": True}, True),
            ({"life_threatening": 1}, False),
        ],
    )
    def test_asks_where_any_of_several_holds(self, answers, asked):
        assert ("emergency_action" in codes_shown(TRIAGE, answers)) is asked

    @pytest.mark.parametrize(
        ("scale", "oxygen", "asked"),
        [
            ("scale_1", "air", "oxygen_saturation_scale_1"),
            ("scale_1", "oxygen", "oxygen_saturation_scale_1"),
            ("scale_2", "air", "oxygen_saturation_scale_2_air"),
            ("scale_2", "oxygen", "oxygen_saturation_scale_2_oxygen"),
        ],
    )
    def test_asks_where_all_of_several_hold(self, scale, oxygen, asked):
        answers = {"observations_taken": True, "oxygen_scale": scale, "on_oxygen": oxygen}

        found = [code for code in codes_shown(ASSESSMENT, answers) if code.startswith("oxygen_saturation")]

        assert found == [asked]

    def test_forgets_what_hangs_on_an_answer_that_is_no_longer_asked_for(self):
        answers = {"seemed": "not_seen", "medicines": "refused", "medicines_detail": "Aspirin"}

        assert "medicines_detail" not in codes_shown(VISIT_NOTE, answers)

    def test_looks_inside_a_list_of_choices(self):
        answers = {"seemed": "as_usual", "health_tasks_done": ["insulin", "dressing"]}

        found = codes_shown(VISIT_NOTE, answers)

        assert {"insulin_units", "wound", "confident"} <= set(found)
        assert "blood_glucose" not in found

    def test_leaves_out_a_section_with_nothing_to_ask(self):
        form = LIBRARY.form("reablement-baseline-and-goals")

        sections = [found.section.code for found in shown(form, {"goal_1_another": False})]

        assert "goal_1" in sections
        assert "goal_2" not in sections


class TestCheckAnswers:
    @pytest.mark.parametrize(
        ("question", "answer", "fault"),
        [
            (question_of("text"), "Words", None),
            (question_of("text"), 3, "Enter text."),
            (question_of("text"), "x" * 501, "Use 500 characters or fewer. You have used 501."),
            (question_of("long_text"), "x" * 501, None),
            (question_of("yes_no"), False, None),
            (question_of("yes_no"), "yes", "Select yes or no."),
            (question_of("number"), 3, None),
            (question_of("number"), 3.5, "Enter a whole number."),
            (question_of("number", decimal_places=1), 3.5, None),
            (question_of("number", decimal_places=1), 3.55, "Use no more than 1 decimal places."),
            (question_of("number", unit="mmHg"), "120", "Enter a number in mmHg."),
            (question_of("number"), True, "Enter a number."),
            (question_of("number", decimal_places=1), float("nan"), "Enter a number."),
            (question_of("number", decimal_places=1), float("inf"), "Enter a number."),
            (question_of("number", minimum=30, maximum=300, unit="mmHg"), 30, None),
            (question_of("number", minimum=30, maximum=300, unit="mmHg"), 301, "Enter a number from 30 to 300 mmHg."),
            (question_of("number", minimum=1), 0, "Enter 1 or more."),
            (question_of("number", maximum=9), 10, "Enter 9 or less."),
            (question_of("date"), "2026-03-29", None),
            (question_of("date"), "2026-02-30", "Enter a real date, such as 29 3 2026."),
            (question_of("date"), "20260329", "Enter a real date, such as 29 3 2026."),
            (question_of("time"), "14:05", None),
            (question_of("time"), "25:00", "Enter a real time, such as 14:05."),
            (question_of("date_time"), "2026-03-29T14:05", None),
            (question_of("date_time"), "2026-03-29", "Enter a real date and time, such as 29 3 2026 and 14:05."),
        ],
    )
    def test_says_what_to_enter(self, question, answer, fault):
        problems = check_answers(form_of(question), {"asked": answer})

        assert [problem.text for problem in problems] == ([] if fault is None else [fault])

    @pytest.mark.parametrize(
        ("type_", "answer", "fault"),
        [
            ("choice", "a", None),
            ("choice", "c", "Select one of the options."),
            ("choice", ["a"], "Select one of the options."),
            ("choices", ["a", "b"], None),
            ("choices", ["a", "c"], "Select from the options."),
            ("choices", "a", "Select from the options."),
            ("choices", [["a"]], "Select from the options."),
            ("choices", ["a", "a"], "Select each option once."),
        ],
    )
    def test_takes_only_the_options(self, type_, answer, fault):
        question = question_of(type_, options=(Option("a", "A"), Option("b", "B")))

        problems = check_answers(form_of(question), {"asked": answer})

        assert [problem.text for problem in problems] == ([] if fault is None else [fault])

    def test_tells_an_answer_to_a_question_the_form_does_not_have(self):
        [problem] = check_answers(TRIAGE, {"shoe_size": 8})

        assert (problem.question, problem.text) == (
            "shoe_size",
            "This form has no question called 'shoe_size'. Remove the answer.",
        )

    def test_leaves_alone_what_is_not_shown(self):
        assert check_answers(TRIAGE, {"life_threatening": False, "emergency_action": "nonsense"}) == ()


class TestRequiredToClose:
    def test_follows_the_answers(self):
        before = [question.code for question in required_to_close(VISIT_NOTE, {})]
        after = [question.code for question in required_to_close(VISIT_NOTE, {"seemed": "worse", "concern": True})]

        assert before == ["seemed", "concern"]
        assert after == ["worse_how", "told_today", "all_done", "medicines", "concern_detail"]

    def test_takes_no_and_nought_for_answers_but_not_blanks(self):
        form = form_of(question_of("yes_no", required=True))
        blank = form_of(question_of("text", required=True))

        assert required_to_close(form, {"asked": False}) == ()
        assert required_to_close(form_of(question_of("number", required=True)), {"asked": 0}) == ()
        assert required_to_close(blank, {"asked": "  "}) == blank.questions

    def test_lets_a_form_close_when_nothing_is_missing_or_wrong(self):
        answers = {"seemed": "as_usual", "all_done": True, "medicines": "taken", "concern": False}

        assert may_close(VISIT_NOTE, answers)
        assert not may_close(VISIT_NOTE, {**answers, "medicines": "eaten"})
        assert not may_close(VISIT_NOTE, {**answers, "concern": True})


class TestReadAnswers:
    def test_turns_what_a_page_sends_into_answers(self):
        posted = {
            "csrf": ["token"],
            "observations_taken": ["yes"],
            "respiration_rate": [" 16 "],
            "temperature": ["36.8"],
            "seen_by": ["health", "social_care"],
            "arrived_at": ["2026-03-29T14:05"],
            "what_matters": [""],
            "home_safety": [],
        }

        answers, problems = read_answers(ASSESSMENT, posted)

        assert problems == ()
        assert answers == {
            "observations_taken": True,
            "respiration_rate": 16,
            "temperature": 36.8,
            "seen_by": ["health", "social_care"],
            "arrived_at": "2026-03-29T14:05",
        }

    @pytest.mark.parametrize("typed", ["sixteen", "1e400", "16,5", "--3", "٣", "9" * 50])
    def test_keeps_what_it_could_not_read_as_it_was_typed(self, typed):
        answers, problems = read_answers(ASSESSMENT, {"observations_taken": ["yes"], "respiration_rate": [typed]})

        assert answers["respiration_rate"] == typed
        assert [problem.question for problem in problems] == ["respiration_rate"]

    @given(st.dictionaries(st.sampled_from([q.code for q in ASSESSMENT.questions]), st.lists(st.text(max_size=20))))
    def test_never_fails_whatever_is_sent(self, posted):
        answers, problems = read_answers(ASSESSMENT, posted)

        assert layout(ASSESSMENT, answers, problems).code == ASSESSMENT.code


class TestNews2:
    """The bands of the Royal College of Physicians' chart, one reading off normal at a time."""

    @pytest.mark.parametrize(
        ("reading", "points"),
        [
            *[
                ({"respiration_rate": n}, p)
                for n, p in [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3)]
            ],
            *[({"oxygen_saturation_scale_1": n}, p) for n, p in [(91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0)]],
            *[
                ({"systolic_pressure": n}, p)
                for n, p in [(90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)]
            ],
            *[
                ({"pulse": n}, p)
                for n, p in [
                    (40, 3),
                    (41, 1),
                    (50, 1),
                    (51, 0),
                    (90, 0),
                    (91, 1),
                    (110, 1),
                    (111, 2),
                    (130, 2),
                    (131, 3),
                ]
            ],
            *[
                ({"temperature": n}, p)
                for n, p in [(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)]
            ],
            *[
                ({"consciousness": n}, p)
                for n, p in [("alert", 0), ("new_confusion", 3), ("voice", 3), ("pain", 3), ("unresponsive", 3)]
            ],
            ({"on_oxygen": "oxygen"}, 2),
            *[
                ({"oxygen_scale": "scale_2", "oxygen_saturation_scale_2_air": n}, p)
                for n, p in [(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0), (99, 0)]
            ],
            *[
                ({"oxygen_scale": "scale_2", "on_oxygen": "oxygen", "oxygen_saturation_scale_2_oxygen": n}, p + 2)
                for n, p in [(83, 3), (85, 2), (87, 1), (88, 0), (92, 0), (93, 1), (94, 1), (95, 2), (96, 2), (97, 3)]
            ],
        ],
    )
    def test_scores_each_band(self, reading, points):
        [score] = scores(ASSESSMENT, {**WELL, **reading})

        assert score.total == points

    @pytest.mark.parametrize(
        ("readings", "total", "band"),
        [
            ({}, 0, "low"),
            ({"pulse": 120, "respiration_rate": 22}, 4, "low"),
            # one part alone at 3 is read as urgent
            ({"consciousness": "new_confusion"}, 3, "medium"),
            ({"pulse": 120, "respiration_rate": 22, "temperature": 38.5}, 5, "medium"),
            ({"pulse": 120, "respiration_rate": 22, "temperature": 38.5, "on_oxygen": "oxygen"}, 7, "high"),
        ],
    )
    def test_reads_the_total(self, readings, total, band):
        [score] = scores(ASSESSMENT, {**WELL, **readings})

        assert (score.total, score.band.code) == (total, band)

    def test_says_why_one_part_alone_matters(self):
        [score] = scores(ASSESSMENT, {**WELL, "consciousness": "new_confusion"})

        assert score.because == "NEWS2 3. One part alone scores 3: medium."

    def test_gives_no_total_until_everything_asked_has_an_answer(self):
        [score] = scores(ASSESSMENT, {**WELL, "pulse": None, "temperature": "warm"})

        assert (score.total, score.band, score.waiting_for) == (None, None, ("pulse", "temperature"))
        assert score.because == "No score yet: 2 answers are missing."

    def test_gives_no_total_where_no_observations_were_taken(self):
        [score] = scores(ASSESSMENT, {"observations_taken": False})

        assert score.total is None


class TestEverydayTasks:
    form = LIBRARY.form("reablement-baseline-and-goals")

    @pytest.mark.parametrize(
        ("help_", "total", "band"),
        [("alone", 40, "independent"), ("prompting", 30, "some"), ("done_for", 0, "much")],
    )
    def test_adds_ten_tasks(self, help_, total, band):
        answers = dict.fromkeys(self.form.scores[0].adds, help_)

        [score] = scores(self.form, answers)

        assert (score.total, score.band.code, len(score.parts)) == (total, band, 10)

    def test_are_the_same_before_and_after(self):
        after = LIBRARY.form("reablement-closing-review")

        assert after.scores == self.form.scores


class TestLayout:
    def test_is_finished_text(self):
        answers, problems = read_answers(
            VISIT_NOTE, {"seemed": ["worse"], "health_tasks_done": ["blood_glucose"], "blood_glucose": ["99"]}
        )

        page = layout(VISIT_NOTE, answers, problems)
        field = {field.code: field for section in page.sections for field in section.fields}

        assert [option.label for option in field["seemed"].options if option.is_chosen] == ["Worse"]
        assert (field["seemed"].control, field["seemed"].value, field["seemed"].answer) == ("radios", "Worse", "worse")
        assert field["blood_glucose"].problem == "Enter a number from 0 to 50 mmol/L."
        assert field["blood_glucose"].value == "99 mmol/L"
        assert not field["not_seen_action"].is_shown
        assert field["not_seen_action"].shown_when == "If “How did the person seem?” is I did not see them"
        assert [option.label for option in field["concern"].options] == ["Yes", "No"]
        assert "concern" in page.missing

    def test_lays_out_every_question_of_every_shipped_form(self):
        for form in LIBRARY.forms:
            page = layout(form, {})

            assert [field.code for section in page.sections for field in section.fields] == [
                question.code for question in form.questions
            ]

    @pytest.mark.parametrize(
        ("question", "answer", "words"),
        [
            (question_of("yes_no"), False, "No"),
            (question_of("number", unit="%"), 97, "97 %"),
            (question_of("number"), 0, "0"),
            (question_of("text"), None, ""),
            (
                question_of("choices", options=(Option("a", "Apples"), Option("b", "Bread"))),
                ["a", "b"],
                "Apples, Bread",
            ),
            (question_of("date"), date(2026, 3, 29).isoformat(), "29 March 2026"),
            (question_of("date_time"), "2026-03-29T14:05", "2:05pm on 29 March 2026"),
            (question_of("time"), "14:00", "2pm"),
            (question_of("date"), "soon", "soon"),
        ],
    )
    def test_says_an_answer_in_words(self, question, answer, words):
        assert answer_in_words(question, answer) == words

    def test_reads_the_same_after_being_stored(self):
        from homeward.procedures.rules import definition_of

        stored = form_from(definition_of(ASSESSMENT))

        assert layout(stored, WELL) == layout(ASSESSMENT, WELL)
