"""A library with one thing wrong: the problem names the file, the line, the field and what to do."""

import json
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from homeward.procedures.rules import (
    SHIPPED_LIBRARY,
    Activity,
    DefinitionError,
    EventKind,
    Form,
    LibraryError,
    Need,
    Pathway,
    Skill,
    Source,
    UnknownCodeError,
    activity_from,
    check_library,
    definition_of,
    fingerprint_of,
    form_from,
    pathway_from,
    read_library,
)

SMALL = Path(__file__).parent / "small_library"

PATHWAY = "pathways/leg-service.yaml"
FORM = "forms/legs.yaml"
ACTIVITIES = "activities/legs.yaml"

LOOP_BEFORE = """moves_to: [open, closed]}
  - code: open
    title: Open
    means: Being looked after.
    kind: middle
    moves_to: [closed]
"""
LOOP_AFTER = LOOP_BEFORE.replace(", closed]", "]").replace("[closed]", "[new]")

# file, what stands there, what stands there instead, the field, words of the problem.
# The line expected is the one the changed text begins on, moved by the number at the end where there is one.
FAULTS = [
    # YAML itself
    (PATHWAY, "title: Leg service", "title: Leg: service", "", "not YAML that can be read"),
    (PATHWAY, "title: Leg service", "title: Legs\ntitle: Legs", "", "'title' is written twice", 1),
    (PATHWAY, "  source: a_book\n  criteria", "\tsource: a_book\n  criteria", "", "begins with a tab"),
    (PATHWAY, "needs: [sore_legs]", "needs: &all [sore_legs]\nmeasures: *all", "", "Anchors"),
    (PATHWAY, "title: Leg service", "title: !leg Leg service", "", "tag !leg is not used"),
    (PATHWAY, "title: Leg service", "title: Leg \x01service", "", "a character that YAML does not allow"),
    # fields: missing, unknown, of the wrong kind
    (PATHWAY, "summary: Legs are looked after.\n", "", "", "'summary' is missing. Add it.", "1"),
    (PATHWAY, "summary: Legs", "sumary: Legs", "sumary", "'sumary' is not a field here"),
    (PATHWAY, "version: 1", "version: one", "version", "a whole number, not 'one'"),
    (PATHWAY, "version: 1", "version: true", "version", "a whole number, not true"),
    (PATHWAY, "version: 1", "version: 0", "version", "Use 1 or more"),
    (PATHWAY, "version: 1", "version:", "version", "a whole number, not nothing"),
    (PATHWAY, "urgency: soon", "urgency: quick", "urgency", "Use one of: crisis, urgent, soon, planned"),
    (PATHWAY, "title: Leg service", "title: ' '", "title", "This is empty"),
    (PATHWAY, "needs: [sore_legs]", "needs: sore_legs", "needs", "a list, not 'sore_legs'"),
    (PATHWAY, "needs: [sore_legs]", "needs: []", "needs", "at least 1"),
    (PATHWAY, "needs: [sore_legs]", "needs: [sore_legs, sore_legs]", "needs", "something twice"),
    (PATHWAY, "needs: [sore_legs]", "needs: [Sore legs]", "needs[1]", "is not a code"),
    (PATHWAY, "measures: [M07]", "measures: [M31]", "measures[1]", "Use M01 to M30"),
    (PATHWAY, '"08:00"', '"8am"', "visits[1].times_of_day[1].starts_from", "Write it as '07:30'"),
    (PATHWAY, "minutes: 30", "minutes: 800", "visits[1].minutes", "Use 720 or less"),
    (PATHWAY, "text: Has legs}", "text: Has legs, and knees}", "entry.criteria[1].and knees", "quotation marks"),
    ("sources.yaml", "A publisher", "A publisher\n    address: example", "sources[1].address", "https", 1),
    ("skills.yaml", "skills:", "skill:", "skills", "one list called 'skills:'", "1"),
    # what one part says of another
    (PATHWAY, "needs: [sore_legs]", "needs: [sore_arms]", "needs[1]", "no need called 'sore_arms'"),
    (PATHWAY, "activities: [leg_wash]", "activities: [arm_wash]", "visits[1].activities[1]", "no activity called"),
    (PATHWAY, "skill: care_worker,", "skill: carer,", "visits[1].staff[1].skill", "no skill called 'carer'"),
    (PATHWAY, "[leg_care]}", "[arm_care]}", "visits[1].staff[1].competences[1]", "no skill called 'arm_care'"),
    (PATHWAY, "form: legs, needed", "form: arms, needed", "stages[2].forms[1].form", "no form called 'arms'"),
    (PATHWAY, "moves_to: [open, closed]", "moves_to: [open, shut]", "stages[1].moves_to[2]", "no stage called 'shut'"),
    (PATHWAY, "stage: open\n    setting: home", "stage: opened\n    setting: home", "visits[1].stage", "no stage"),
    (PATHWAY, "starts: [asked]", "starts: [called]", "clocks[1].starts[1]", "no event called 'called'"),
    (PATHWAY, "from_event: seen, days", "from_event: met, days", "visits[1].period.from_event", "no event called"),
    (PATHWAY, "due_with_clock: visit", "due_with_clock: call", "visits[1].due_with_clock", "no clock called 'call'"),
    (PATHWAY, "sources: [a_book]", "sources: [a_film]", "sources[1]", "no source called 'a_film'"),
    (PATHWAY, "role: lead", "role: chief", "routines[1].role", "no role called 'chief'"),
    (PATHWAY, "counts_as: [no", "hands_over_to: arms, counts_as: [no", "outcomes[1].hands_over_to", "no pathway"),
    (PATHWAY, "measure: M07", "measure: M08", "published_figures[1].measure", "not among this pathway's measures"),
    # clocks
    (PATHWAY, "stops: [seen]", "stops: []", "clocks[1].stops", "Nothing ever stops this clock"),
    (PATHWAY, "    resumes: [back]\n", "", "clocks[1].pauses", "paused but never resumed", -1),
    (PATHWAY, "    pauses: [away]\n", "", "clocks[1].resumes", "resumed but never paused"),
    (PATHWAY, "cancels: [withdrawn]", "cancels: [seen]", "clocks[1].cancels[1]", "only one thing to a clock"),
    (PATHWAY, "unit: days", "unit: hours", "clocks[1].target.counts", "Minutes and hours are elapsed time"),
    (PATHWAY, "[50, 100]", "[100, 50]", "clocks[1].escalate_at_percent", "rising"),
    (
        PATHWAY,
        "cancels: [withdrawn]",
        "cancels: [episode_closed]\n    after_closing: true",
        "clocks[1].after_closing",
        "It goes on after closing",
        1,
    ),
    # equipment and courses
    (
        PATHWAY,
        "review_days: 90}",
        "review_days: 90, source: a_film}",
        "equipment[1].source",
        "no source called 'a_film'",
    ),
    (PATHWAY, "gives_skill: leg_care", "source: a_film", "courses[1].source", "no source called 'a_film'"),
    # stages
    (PATHWAY, "kind: first", "kind: middle", "stages", "No stage is first", -1),
    (PATHWAY, "kind: middle", "kind: first", "stages[2].kind", "2 stages are first"),
    (PATHWAY, "moves_to: [open, closed]", "moves_to: [closed]", "stages[2].code", "No stage leads to 'open'", 1),
    (PATHWAY, LOOP_BEFORE, LOOP_AFTER, "stages[1].moves_to", "No way leads from 'new' to a last stage"),
    (PATHWAY, "kind: last}", "kind: last, moves_to: [new]}", "stages[3].moves_to", "Nothing comes after a last stage"),
    (PATHWAY, "code: open\n", "code: new\n", "stages[2].code", "another stage called 'new'"),
    # visits
    (PATHWAY, "times: 2, per: day}\n", "times: 3, per: day}\n", "visits[1].times_of_day", "3 a day, but 2", 2),
    (PATHWAY, '"10:00"', '"07:00"', "visits[1].times_of_day[1].starts_by", "before it begins"),
    (
        PATHWAY,
        "least_gap_minutes: 480",
        "least_gap_minutes: 900",
        "visits[1].least_gap_minutes",
        "longer than the most",
    ),
    (PATHWAY, "smallest: 2", "smallest: 9", "visits[2].group.smallest", "bigger than the largest"),
    (PATHWAY, "minutes: 30", "minutes: 15", "visits[1].activities[1]", "takes 20 minutes", -3),
    (PATHWAY, "skill: nurse}", "skill: care_worker}", "visits[2].activities[1]", "Nobody on this visit", -2),
    (PATHWAY, ", competences: [leg_care]", "", "visits[1].activities[1]", "give a slot the competence 'leg_care'", -2),
    (ACTIVITIES, "minutes: 20", "minutes: 20\n    workers: 2", None, "takes 2 workers", None),
    # delegation
    (ACTIVITIES, "to: [care_worker]", "to: []", "activities[1].delegable.to", "but to nobody"),
    (ACTIVITIES, "complexity: low", "complexity: high", "activities[1].complexity", "stays with a registered"),
    (ACTIVITIES, "competence: leg_care", "competence: arms", "activities[1].delegable.competence", "no skill"),
    (PATHWAY, "{activity: leg_wash", "{activity: leg_check", "delegated[1].activity", "is never delegated"),
    (PATHWAY, "to: [care_worker]}", "to: [leg_care]}", "delegated[1].to[1]", "is not delegated to 'leg_care'"),
    ("skills.yaml", "implies: [leg_care]", "implies: [nurse]", "skills[1].implies", "Break the circle"),
    # codes and versions
    ("skills.yaml", "code: leg_care", "code: nurse", "skills[3].code", "already in skills.yaml line 2"),
    (ACTIVITIES, "code: leg_check", "code: leg_wash", "activities[2].code", "version 1 is already in"),
    (PATHWAY, "code: leg-service", "code: legs-service", "code", "Call it legs-service.yaml"),
    # forms
    (
        FORM,
        "question: sore, equals: true}\n      - code: pain",
        "question: told, equals: x}\n      - code: pain",
        "sections[1].questions[2].shown_when.question",
        "comes later",
    ),
    (
        FORM,
        "{question: pain, at_least: 5}",
        "{question: ache, at_least: 5}",
        "sections[2].shown_when.question",
        "is not in this form",
    ),
    (FORM, "{question: pain, at_least: 5}", "{question: pain}", "sections[2].shown_when", "which answer"),
    (FORM, "{question: pain, at_least: 5}", "{question: sore, at_least: 5}", "sections[2].shown_when", "not a number"),
    (
        FORM,
        "{question: pain, at_least: 5}",
        "{question: which, any_of: [both]}",
        "sections[2].shown_when.any_of",
        "'both' is not an option",
    ),
    (
        FORM,
        "{question: pain, at_least: 5}",
        "{question: sore, equals: left}",
        "sections[2].shown_when.equals",
        "can never have that answer",
    ),
    (FORM, "{question: pain, at_least: 5}", "{at_least: 5}", "sections[2].shown_when", "exactly one of the three"),
    (FORM, "type: choices", "type: text", "sections[1].questions[2].options", "has no options", 2),
    (FORM, "type: yes_no", "type: choice", "sections[1].questions[1].options", "at least 2 options", -2),
    (FORM, "code: right,", "code: left,", "sections[1].questions[2].options[2].code", "another option called 'left'"),
    (FORM, "type: text", "type: text\n        unit: metres", "sections[2].questions[1].unit", "Only a number", 1),
    (FORM, "minimum: 0", "minimum: 20", "sections[1].questions[3].minimum", "above the maximum"),
    (FORM, "{at_least: 5, points: 2}", "{at_least: 4, points: 2}", "sections[1].questions[3].points[2]", "overlaps"),
    (FORM, "code: told", "code: sore", "sections[2].questions[1].code", "another question called 'sore'"),
    (FORM, "adds: [which, pain]", "adds: [which, told]", "scores[1].adds[2]", "has no points"),
    (FORM, "adds: [which, pain]", "adds: [which, ache]", "scores[1].adds[2]", "is not in this form"),
    (FORM, "at_least: 2, at_most: 4}", "at_least: 3, at_most: 4}", "scores[1].bands[2].at_least", "must begin at 2"),
    (FORM, "points: 2, band: bad", "points: 2, band: worst", "scores[1].single_part.band", "no band called 'worst'"),
]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path / "library")
    return tmp_path / "library"


def edit(library: Path, file: str, before: str, after: str) -> int:
    """Puts `after` for the first `before`; gives the line it begins on."""
    text = (library / file).read_text()
    assert before in text, f"{before!r} does not stand in {file}"
    (library / file).write_text(text.replace(before, after, 1))
    return text[: text.index(before)].count("\n") + 1


class TestCheckLibrary:
    def test_finds_nothing_wrong_with_a_library_that_uses_every_part(self, library):
        assert check_library(library) == []
        parts = definition_of(read_library(library).pathways[0])
        assert {field.name for field in fields(Pathway)} - {"subject"} == set(parts)

    @pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault[0]}: {fault[4]}" for fault in FAULTS])
    def test_names_file_line_field_and_what_to_do(self, library, fault):
        file, before, after, field, words, *moved = fault
        line = edit(library, file, before, after)

        problems = check_library(library)

        found = [problem for problem in problems if words in problem.text]
        assert found, problems
        if field is not None:
            expected = int(moved[0]) if moved and isinstance(moved[0], str) else line + (moved[0] if moved else 0)
            assert (found[0].file, found[0].line, found[0].field) == (file, expected, field)
        assert all(problem.text.endswith(".") for problem in problems)

    def test_reports_every_problem_at_once(self, library):
        edit(library, PATHWAY, "version: 1", "version: one")
        edit(library, FORM, "type: yes_no", "type: maybe")

        assert [problem.file for problem in check_library(library)] == [FORM, PATHWAY]

    def test_tells_an_empty_file_a_missing_file_and_a_missing_folder(self, library):
        (library / FORM).write_text("# nothing yet\n")
        (library / "needs.yaml").unlink()
        shutil.rmtree(library / "activities")

        texts = {problem.file: problem.text for problem in check_library(library)}

        assert "empty" in texts[FORM]
        assert "missing" in texts["needs.yaml"]
        assert "no folder" in texts["activities"]

    def test_tells_a_file_that_would_not_be_read(self, library):
        (library / FORM).rename(library / "forms" / "legs.yml")

        assert any("end in .yaml" in problem.text for problem in check_library(library))

    def test_tells_a_file_that_is_not_utf_8(self, library):
        (library / FORM).write_bytes(b"title: caf\xe9\n")

        assert any("UTF-8" in problem.text for problem in check_library(library))

    def test_tells_a_folder_that_is_not_there(self, tmp_path):
        [problem] = check_library(tmp_path / "nowhere")

        assert "no such folder" in problem.text

    def test_does_not_follow_aliases_that_grow_without_end(self, library):
        rows = ["a: &a [x, x]", *(f"{new}: &{new} [*{old}, *{old}, *{old}]" for old, new in zip("abcdef", "bcdefg"))]
        (library / FORM).write_text("\n".join(rows))

        assert any("Anchors" in problem.text for problem in check_library(library))

    def test_keeps_words_that_yaml_would_turn_into_something_else(self, library):
        edit(library, PATHWAY, "title: Leg service", "title: No")
        edit(library, PATHWAY, 'period: "2016"', "period: 2016-03-29")

        pathway = read_library(library).pathway("leg-service")

        assert (pathway.title, pathway.published_figures[0].period) == ("No", "2016-03-29")


class TestReadLibrary:
    def test_raises_with_every_problem(self, library):
        edit(library, PATHWAY, "stops: [seen]", "stops: []")

        with pytest.raises(LibraryError, match=r"1 problem[^s].*\n.*leg-service.yaml:20: clocks\[1\]\.stops") as raised:
            read_library(library)

        assert len(raised.value.problems) == 1

    def test_gives_the_newest_version_unless_one_is_named(self, library):
        newer = (library / FORM).read_text().replace("version: 1", "version: 2").replace("title: Legs", "title: New")
        (library / "forms" / "legs.v2.yaml").write_text(newer)

        read = read_library(library)

        assert (read.form("legs").title, read.form("legs", 1).title) == ("New", "Legs")
        with pytest.raises(UnknownCodeError, match="'legs' version 3"):
            read.form("legs", 3)

    def test_knows_who_may_do_what(self, library):
        read = read_library(library)

        assert read.skills_held(["nurse"]) == {"nurse", "leg_care"}
        assert read.may_be_done_with("leg_wash", ["nurse"])
        assert read.may_be_done_with("leg_wash", ["care_worker", "leg_care"])
        assert not read.may_be_done_with("leg_wash", ["care_worker"])
        assert not read.may_be_done_with("leg_wash", ["leg_care"])
        assert not read.may_be_done_with("leg_check", ["care_worker", "leg_care"])
        with pytest.raises(UnknownCodeError, match="no skill"):
            read.skills_held(["magic"])

    def test_a_worker_keeps_a_skill_that_it_dropped(self, library):
        assert read_library(library).worker_skills(["nurse", "magic"]) == {"nurse", "leg_care", "magic"}


class TestDefinitions:
    @pytest.mark.parametrize("folder", [SMALL, SHIPPED_LIBRARY], ids=["small", "shipped"])
    def test_come_back_from_json_as_they_were(self, folder):
        library = read_library(folder)

        for things, build in (
            (library.pathways, pathway_from),
            (library.forms, form_from),
            (library.activities, activity_from),
        ):
            for thing in things:
                assert build(json.loads(json.dumps(definition_of(thing)))) == thing

    def test_have_the_same_fingerprint_whatever_the_order_of_fields(self):
        definition = definition_of(read_library(SMALL).pathways[0])
        turned = dict(reversed(definition.items()))

        assert fingerprint_of(turned) == fingerprint_of(definition)
        assert fingerprint_of({**definition, "title": "Other"}) != fingerprint_of(definition)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"version": "1"}, "Activity.version must be int"),
            ({"version": True}, "Activity.version must be int"),
            ({"colour": "red"}, "no field called colour"),
            ({"complexity": "none"}, "must be one of: low, medium, high"),
            ({"in_place": "gloves"}, "Activity.in_place must be a list"),
            ({"delegable": {"to": []}}, "Activity.delegable needs the field by, is_person_specific"),
            ({"delegable": 3}, "must have named fields"),
        ],
    )
    def test_refuse_what_does_not_fit(self, change, words):
        definition = definition_of(read_library(SMALL).activity("leg_wash"))

        with pytest.raises(DefinitionError, match=words):
            activity_from({**definition, **change})


class TestSchemas:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("pathway", Pathway),
            ("form", Form),
            ("activity", Activity),
            ("skill", Skill),
            ("need", Need),
            ("event", EventKind),
            ("source", Source),
        ],
    )
    def test_have_the_fields_of_the_definitions_and_no_others(self, name, kind):
        schema = json.loads((SHIPPED_LIBRARY / "schema" / f"{name}.schema.json").read_text())

        assert list(schema["properties"]) == [field.name for field in fields(kind)]
        for part in [schema, *schema.get("$defs", {}).values()]:
            assert part["additionalProperties"] is False
