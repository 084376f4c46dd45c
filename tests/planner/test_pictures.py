"""The pictures of docs/planner.md: everything of a plan is on them, and they can be read on light and dark pages."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from visit_planner import solve
from visit_planner.formats import hhcrsp
from visit_planner.formats.reading import FormatError

TOOLS = Path(__file__).resolve().parents[2] / "tools"
SVG = "{http://www.w3.org/2000/svg}"


def _load(name: str):
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


drawing = _load("drawing")
pictures = _load("draw_planner")


@pytest.fixture(scope="module")
def day():
    """A small day of the public benchmark's kind, its plan, and where everybody lives."""
    points = [(50, 50), (10, 20), (90, 80), (40, 70), (60, 10)]
    far = [[((a - c) ** 2 + (b - d) ** 2) ** 0.5 for c, d in points] for a, b in points]

    def patient(number, opens, *services, synchronization=None):
        row = {
            "id": f"p{number}",
            "location": points[number],
            "time_window": [opens, opens + 120],
            "required_caregivers": [{"service": name, "duration": 20} for name in services],
        }
        return row | ({"synchronization": synchronization} if synchronization else {})

    stored = {
        "services": [{"id": "s1"}, {"id": "s2"}],
        "caregivers": [{"id": "c1", "abilities": ["s1"]}, {"id": "c2", "abilities": ["s1", "s2"]}],
        "central_offices": [{"id": "d", "location": points[0]}],
        "patients": [
            patient(1, 60, "s1"),
            patient(2, 200, "s1", "s2", synchronization={"type": "simultaneous"}),
            patient(3, 400, "s1", "s2", synchronization={"type": "sequential", "distance": [30, 60]}),
            patient(4, 0, "s2"),
        ],
        "distances": far,
    }
    problem = hhcrsp.from_json(stored)
    return problem, solve(problem, iterations=2000, seed=1), points


def _parsed(picture):
    return ElementTree.fromstring(picture.svg())


def _said(root):
    return [text.text for text in root.iter(f"{SVG}text")]


class TestRoutes:
    def test_says_at_each_person_who_comes_and_when(self, day):
        problem, plan, points = day
        said = _said(_parsed(pictures.draw_routes(problem, plan, points)))
        place = {visit.id: visit.place for visit in problem.visits}
        for spot in set(place.values()):
            starts = sorted({stop.starts for stop in plan.assignments if place[stop.visit] == spot})
            assert ", ".join(map(pictures.clock, starts)) in said
        assert sum("+" in text for text in said) == 2

    def test_draws_a_line_for_each_route_from_office_to_office(self, day):
        problem, plan, points = day
        root = _parsed(pictures.draw_routes(problem, plan, points))
        lines = [line.get("points").split() for line in root.iter(f"{SVG}polyline")]
        routes = [line for line in lines if len(line) > 3 or line[0] == line[-1]]
        assert len(routes) == len(pictures.by_worker(plan))
        assert all(line[0] == line[-1] for line in routes)


class TestDay:
    def test_draws_every_visit_and_links_what_keeps_step(self, day):
        problem, plan, _ = day
        root = _parsed(pictures.draw_day(problem, plan))
        assert len(list(root.iter(f"{SVG}rect"))) == len(plan.assignments) + 1
        assert [together for *_, together in pictures.linked(problem, plan)] == [True, False]
        assert len(list(root.iter(f"{SVG}polygon"))) == 4
        assert (
            "Linked: 1 joint, by a solid line; 1 that follow at a set distance, by a dashed one."
            in root.find(f"{SVG}desc").text
        )

    def test_says_how_late_a_late_visit_is(self, day):
        problem, plan, _ = day
        late = replace(
            plan, assignments=tuple(replace(s, starts=s.starts + 300, ends=s.ends + 300) for s in plan.assignments)
        )
        said = _said(_parsed(pictures.draw_day(problem, late)))
        assert sum(text[0].isdigit() and text.endswith(" late") for text in said) == len(plan.assignments)


class TestGap:
    def test_tells_the_figures_to_who_cannot_see_the_lines(self):
        measured = [pictures.Measured("one", 1, 2.5), pictures.Measured("one", 10, -1.25)]
        root = _parsed(pictures.draw_gap(measured))
        assert root.find(f"{SVG}desc").text == "one +2.5 % at 1 s, -1.2 % at 10 s"
        assert "one" in _said(root)

    def test_says_what_is_wrong_with_the_file_of_gaps(self, tmp_path):
        with pytest.raises(FormatError, match="run with --measure"):
            pictures.read_gaps(tmp_path / "planner-gap.csv")
        (tmp_path / "planner-gap.csv").write_text("instance,seconds\nx,1\n", encoding="utf-8")
        with pytest.raises(FormatError, match="expected columns instance, seconds and gap_percent"):
            pictures.read_gaps(tmp_path / "planner-gap.csv")


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class TestColours:
    @pytest.mark.parametrize("page", [0, 1])
    def test_words_and_lines_stand_out_on_light_and_dark(self, page):
        ground = drawing.COLOURS["ground"][page]
        assert all(_contrast(drawing.COLOURS[name][page], ground) >= 4.5 for name in ("ink", "faint"))
        assert all(_contrast(pair[page], ground) >= 4.5 for pair in drawing.SERIES)

    def test_words_of_data_cannot_break_the_file(self):
        picture = drawing.Picture(10, 10, "a < b", 'c & "d"')
        picture.words(1, 1, "<script>")
        root = _parsed(picture)
        assert root.find(f"{SVG}title").text == "a < b"
        assert _said(root) == ["<script>"]
