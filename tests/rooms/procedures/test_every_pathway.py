"""Every pathway that comes with the service can be walked from the front door to each of its endings."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from homeward.procedures.rules import (
    ClockState,
    Event,
    Form,
    FormNeeded,
    Pathway,
    StageKind,
    Subject,
    check_answers,
    may_close,
    read_clock,
    read_library,
    required_to_close,
    scores,
    shown,
)
from tests.answering import complete_answers

LIBRARY = read_library()
BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def walk(pathway: Pathway) -> dict[str, tuple[str, ...]]:
    """Each stage that can be reached, with the shortest way to it from the first stage."""
    ways = {pathway.first_stage.code: (pathway.first_stage.code,)}
    waiting = [pathway.first_stage.code]
    while waiting:
        here = waiting.pop(0)
        for following in pathway.stage(here).moves_to:
            if following not in ways:
                ways[following] = (*ways[here], following)
                waiting.append(following)
    return ways


def longest_walk(pathway: Pathway) -> list[str]:
    """From the first stage on, always to the first stage not yet seen that `moves_to` names, until a last one."""
    way = [pathway.first_stage.code]
    while pathway.stage(way[-1]).kind is not StageKind.LAST:
        following = [code for code in pathway.stage(way[-1]).moves_to if code not in way]
        way.append(following[0])
    return way


def forms_on(pathway: Pathway, stages: list[str], *needed: FormNeeded) -> Iterator[Form]:
    for stage in stages:
        for asked in pathway.stage(stage).forms:
            if asked.needed in needed:
                yield LIBRARY.form(asked.form)


def of(thing) -> str:
    return f"{thing.code}-{thing.version}"


@pytest.mark.parametrize("pathway", LIBRARY.pathways, ids=of)
class TestEveryPathway:
    def test_is_walked_from_the_front_door_to_a_last_stage_by_the_usual_way(self, pathway):
        way = longest_walk(pathway)

        assert len(way) >= 3
        assert pathway.stage(way[-1]).kind is StageKind.LAST

    def test_has_no_stage_that_cannot_be_reached(self, pathway):
        assert set(walk(pathway)) == {stage.code for stage in pathway.stages}

    def test_lets_every_form_on_the_way_be_completed(self, pathway):
        for form in forms_on(pathway, longest_walk(pathway), *FormNeeded):
            answers = complete_answers(form)

            assert may_close(form, answers), (form.code, required_to_close(form, answers), check_answers(form, answers))

    def test_can_end_with_each_outcome_once_the_closing_forms_are_complete(self, pathway):
        last = [code for code in walk(pathway) if pathway.stage(code).kind is StageKind.LAST]

        assert last
        for form in forms_on(pathway, last, FormNeeded.TO_CLOSE):
            assert not may_close(form, {})
            assert may_close(form, complete_answers(form))

    def test_hands_over_only_to_another_pathway_for_people(self, pathway):
        takers = [LIBRARY.pathway(outcome.hands_over_to) for outcome in pathway.outcomes if outcome.hands_over_to]

        assert pathway.code not in {taker.code for taker in takers}
        assert {taker.subject for taker in takers} <= {Subject.PERSON, Subject.CARER}

    def test_measures_every_clock_from_a_start_to_a_stop(self, pathway):
        for clock in pathway.clocks:
            started, stopped = Event(clock.starts[0], BEGAN), Event(clock.stops[0], BEGAN + timedelta(minutes=1))

            running = read_clock(clock, [started], BEGAN)
            met = read_clock(clock, [started, stopped], BEGAN + timedelta(hours=1))
            late = read_clock(clock, [started], BEGAN + timedelta(days=800))

            assert running.state is ClockState.RUNNING, clock.code
            assert (met.state, met.is_met) == (ClockState.STOPPED, True), clock.code
            assert late.state is ClockState.BREACHED, clock.code

    def test_brings_every_visit_in_a_stage_that_is_walked_through(self, pathway):
        for visit in pathway.visits:
            assert pathway.stage(visit.stage).kind is not StageKind.LAST


@pytest.mark.parametrize("form", LIBRARY.forms, ids=of)
class TestEveryForm:
    def test_is_not_closed_by_no_answers_and_is_by_the_usual_ones(self, form):
        answers = complete_answers(form)

        assert not may_close(form, {})
        assert may_close(form, answers)

    def test_shows_every_question_to_someone_and_may_be_closed_whichever_shows(self, form):
        for question in form.questions:
            answers = complete_answers(form, reaching=question.code)

            assert question.code in {one.code for section in shown(form, answers) for one in section.questions}
            assert may_close(form, answers), (question.code, check_answers(form, answers))

    def test_adds_up_each_score_into_a_band_where_it_has_bands(self, form):
        for score in form.scores:
            answers = complete_answers(form, reaching=score.adds[0])
            reading = next(one for one in scores(form, answers) if one.score == score.code)
            assert reading.total is not None
            assert (reading.band is not None) == bool(score.bands)


class TestCompleteAnswers:
    def test_leaves_out_what_is_not_shown(self):
        form = LIBRARY.form("front-door-triage")

        answers = complete_answers(form, life_threatening=False, serious_injury=False)

        assert "emergency_action" not in answers
        assert may_close(form, answers)

    def test_answers_towards_a_question_asked_after_two_others(self):
        form = LIBRARY.form("front-door-triage")

        assert complete_answers(form, reaching="ruled_out_by")["emergency_action"] == "ruled_out"

    def test_says_when_there_is_no_such_question(self):
        with pytest.raises(LookupError, match="no question called 'shoe_size'"):
            complete_answers(LIBRARY.form("front-door-triage"), reaching="shoe_size")
