"""The flow of every pathway that ships: everything is drawn once, fits, and runs over nothing else."""

from itertools import combinations

import pytest

from homeward.procedures.rules import read_library
from homeward.web.procedures.flow import PORT, WIDTH, Flow, draw, place_of, text_width, wrapped

LIBRARY = read_library()
FORMS = {form.code: form.title for form in LIBRARY.forms}
PATHWAYS = {pathway.code: pathway for pathway in LIBRARY.pathways}
every_pathway = pytest.mark.parametrize("code", PATHWAYS)


def drawn(code: str) -> Flow:
    return draw(PATHWAYS[code], FORMS)


def lines_of(box) -> list:
    return [*box.title, *box.means, *(line for row in box.rows for line in row.words)]


class TestDraw:
    @every_pathway
    def test_draws_every_stage_and_every_way_on_once(self, code):
        flow, pathway = drawn(code), PATHWAYS[code]
        assert [box.code for box in flow.boxes] == [stage.code for stage in pathway.stages]
        ways = sorted((arrow.from_stage, arrow.to_stage) for arrow in flow.arrows)
        assert ways == sorted((stage.code, there) for stage in pathway.stages for there in stage.moves_to)

    @every_pathway
    def test_starts_and_stops_every_clock_and_lists_every_form_and_visit(self, code):
        flow, pathway = drawn(code), PATHWAYS[code]
        marks = [row.mark for box in flow.boxes for row in box.rows]
        assert marks.count("start") == marks.count("stop") == len(flow.bars) == len(pathway.clocks)
        assert marks.count("form") == sum(len(stage.forms) for stage in pathway.stages)
        assert marks.count("visit") == len(pathway.visits)
        assert all(bar.top < bar.bottom for bar in flow.bars)

    @every_pathway
    def test_keeps_every_text_inside_its_stage_and_off_the_others(self, code):
        for box in drawn(code).boxes:
            lines = lines_of(box)
            for line in lines:
                assert box.x < line.x
                assert line.x + line.width <= box.x + box.width
                assert box.y + line.size * 0.8 <= line.y <= box.y + box.height - line.size * 0.25
            for above, below in combinations(lines, 2):
                assert below.y - above.y >= below.size, (above.text, below.text)

    @every_pathway
    def test_leaves_room_between_stages_bars_and_lines(self, code):
        flow = drawn(code)
        for above, below in zip(flow.boxes, flow.boxes[1:], strict=False):
            assert above.y + above.height < below.y
        for one, other in combinations(flow.bars, 2):
            if one.x == other.x:
                assert one.bottom < other.top or other.bottom < one.top
            assert 0 < one.x < flow.boxes[0].x
        right = flow.boxes[0].x + flow.boxes[0].width
        ports: dict[tuple[str, float], tuple] = {}
        for arrow in flow.arrows:
            if arrow.kind == "on":
                continue
            lane = arrow.points[1][0]
            assert right < lane < WIDTH
            for stage, y, way in (
                (arrow.from_stage, arrow.points[0][1], ("out", arrow.from_stage, arrow.to_stage)),
                (arrow.to_stage, arrow.points[-1][1], ("in", arrow.to_stage, arrow.kind)),
            ):
                box = next(box for box in flow.boxes if box.code == stage)
                assert box.y < y < box.y + box.height
                assert ports.setdefault((stage, y), way) == way
        assert flow.height >= flow.boxes[-1].y + flow.boxes[-1].height

    @every_pathway
    def test_keeps_lines_to_different_stages_in_lanes_of_their_own(self, code):
        trunks: dict[tuple[str, str], list] = {}
        for arrow in drawn(code).arrows:
            if arrow.kind != "on":
                trunks.setdefault((arrow.to_stage, arrow.kind), []).append(arrow)
        spans = []
        for arrows in trunks.values():
            ys = [point[1] for arrow in arrows for point in arrow.points]
            lanes = {arrow.points[1][0] for arrow in arrows}
            assert len(lanes) == 1
            spans.append((lanes.pop(), min(ys), max(ys)))
        for (lane, top, bottom), (other, above, below) in combinations(spans, 2):
            assert lane != other or bottom < above or below < top

    @every_pathway
    def test_says_the_same_in_sentences(self, code):
        said = " ".join(drawn(code).sentences)
        pathway = PATHWAYS[code]
        for thing in (*pathway.stages, *pathway.clocks, *pathway.visits):
            assert thing.title in said

    def test_draws_a_way_back_apart_from_a_way_on(self):
        flow = drawn("reablement-at-home")
        kinds = {(arrow.from_stage, arrow.to_stage): arrow.kind for arrow in flow.arrows}
        assert kinds["triage", "starting"] == "on"
        assert kinds["triage", "closed"] == "skip"
        assert kinds["waiting_in_hospital", "reabling"] == "back"
        assert flow.has_back

    def test_has_room_for_as_many_lines_as_meet_a_stage(self):
        for code in PATHWAYS:
            flow = drawn(code)
            for box in flow.boxes:
                met = [a for a in flow.arrows if a.kind != "on" and box.code in (a.from_stage, a.to_stage)]
                assert box.height >= (len(met) + 1) * PORT or len({a.to_stage for a in met}) < len(met)


class TestPlaceOf:
    @pytest.mark.parametrize(
        ("event", "place"),
        [
            ("referral_received", (0, 0)),
            ("referral_accepted", (0, 1)),
            ("first_face_to_face_contact", (1, 1)),
            ("support_ended", (3, 0)),
            ("episode_closed", (3, 1)),
        ],
    )
    def test_reads_a_crisis_as_it_goes(self, event, place):
        assert place_of(event, PATHWAYS["integrated-crisis-response"]) == place

    def test_begins_visits_with_their_stage(self):
        assert place_of("support_started", PATHWAYS["reablement-at-home"]) == (2, 0)

    def test_does_not_guess_where_nothing_says(self):
        assert place_of("something_new", PATHWAYS["integrated-crisis-response"]) is None


class TestWrapped:
    def test_keeps_lines_within_the_room(self):
        lines = wrapped("Two people are being sent, are on their way, or are with the person", 120, 12.5)
        assert len(lines) > 1
        assert all(text_width(line, 12.5) <= 120 for line in lines)
        assert " ".join(lines) == "Two people are being sent, are on their way, or are with the person"

    def test_cuts_a_word_that_is_too_wide(self):
        assert all(text_width(line, 12.5) <= 60 for line in wrapped("Donaudampfschifffahrtsgesellschaft", 60, 12.5))

    def test_counts_what_is_not_in_the_table_as_wide(self):
        assert text_width("é", 10) >= text_width("W", 10)
