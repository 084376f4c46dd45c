"""The planner's pages list what they promise to: every component of cost, every rule, every picture."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from visit_planner import Cost, Weights
from visit_planner.checking import RULES

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "planner.md").read_text(encoding="utf-8")
GUIDES = "".join(path.read_text(encoding="utf-8") for path in sorted((DOCS / "guides").glob("planner*.md")))


class TestDocumentation:
    @pytest.mark.parametrize("name", [weight.name for weight in fields(Weights)])
    def test_tells_of_every_weight_and_its_unit(self, name):
        row = re.search(rf"^\| `{name}` \| \S", PAGE + GUIDES, re.MULTILINE)
        assert row, f"add a row for the weight {name!r} to docs/planner.md"

    def test_every_weight_has_a_component_of_cost(self):
        assert {part.name for part in fields(Cost)} - {"total"} == {weight.name for weight in fields(Weights)}

    @pytest.mark.parametrize("name", [rule.__name__ for rule in RULES])
    def test_tells_of_every_rule(self, name):
        assert f"`{name}`" in PAGE + GUIDES, f"add the rule {name!r} to the table in docs/planner.md"

    def test_pictures_are_there_and_described(self):
        pictures = re.findall(r"!\[([^\]]*)\]\((images/[^)]+)\)", PAGE)
        assert len(pictures) == 3
        for words, path in pictures:
            assert len(words) > 30
            assert (DOCS / path).is_file()
