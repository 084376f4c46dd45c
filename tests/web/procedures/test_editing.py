"""Each part of a procedure as a sheet of fields: filled from it, and put back into it without losing anything."""

import pytest
from django.http import QueryDict

from homeward.procedures.rules import check_draft, definition_of, read_library
from homeward.web.procedures import editing

LIBRARY = read_library()
THINGS = {
    **{f"pathway {one.code}": ("pathway", one) for one in LIBRARY.pathways},
    **{f"form {one.code}": ("form", one) for one in LIBRARY.forms},
    **{f"activity {one.code}": ("activity", one) for one in LIBRARY.activities},
}
CRISIS = definition_of(LIBRARY.pathway("integrated-crisis-response"))


def sheet(id: str, kind: str = "pathway", content: dict = CRISIS) -> editing.Sheet:
    return next(one for one in editing.sheets(kind, content, LIBRARY) if one.id == id)


def posted(filled: editing.Filled, **changes: str) -> QueryDict:
    """What a browser sends for a sheet as it is shown, with some fields typed anew."""
    post = QueryDict(mutable=True)
    for one in filled.sheet.head:
        _send(post, f"head-{one.name}", filled.head[one.name])
    for number, row in enumerate(filled.rows):
        post.appendlist("row", str(number))
        post[f"{number}-was"] = "" if row.was is None else str(row.was)
        for one in filled.sheet.fields:
            _send(post, f"{number}-{one.name}", row.typed[one.name])
    for name, value in changes.items():
        post[name.replace("__", "-").replace("_of_", ".")] = value
    return post


def _send(post: QueryDict, name: str, typed: str | list[str]) -> None:
    if isinstance(typed, list):
        post.setlist(name, typed)
    elif typed:
        post[name] = typed.replace("\n", "\r\n")


def saved(id: str, doing: str = "", content: dict = CRISIS, kind: str = "pathway", **changes: str) -> dict:
    one = sheet(id, kind, content)
    filled = editing.filled_from(one, content)
    places = len(filled.rows)
    if doing:
        filled = editing.rearranged(filled, doing)
    typed = editing.filled_from_post(one, posted(filled, **changes), places)
    editing.check(typed)
    assert not typed.has_errors, (typed.head_errors, [row.errors for row in typed.rows])
    return editing.put_back(typed, content, one, content)


class TestEverySheet:
    @pytest.mark.parametrize("name", THINGS)
    def test_puts_back_what_it_was_filled_with_unchanged(self, name):
        kind, thing = THINGS[name]
        content = definition_of(thing)
        for one in editing.sheets(kind, content, LIBRARY):
            filled = editing.filled_from(one, content)
            typed = editing.filled_from_post(one, posted(filled), len(filled.rows))
            editing.check(typed)
            assert not typed.has_errors, one.id
            assert editing.put_back(typed, content, one, content) == content, one.id

    def test_has_an_address_of_its_own(self):
        for kind, thing in THINGS.values():
            ids = [one.id for one in editing.sheets(kind, definition_of(thing), LIBRARY)]
            assert len(ids) == len(set(ids))


class TestPutBack:
    def test_changes_one_field_and_keeps_what_has_no_field(self):
        changed = saved("clocks", **{"0-target.amount": "3"})
        assert changed["clocks"][0]["target"]["amount"] == 3
        assert changed["clocks"][0]["starts"] == CRISIS["clocks"][0]["starts"]
        assert {key for key in changed if changed[key] != CRISIS[key]} == {"clocks"}

    def test_adds_a_criterion_with_a_code_nobody_has(self):
        number = len(CRISIS["entry"]["criteria"])
        changed = saved("entry", "add", **{f"{number}-text": "Agrees", f"{number}-required": "yes"})
        added = changed["entry"]["criteria"][-1]
        assert added["text"] == "Agrees"
        assert added["code"] not in {one["code"] for one in CRISIS["entry"]["criteria"]}
        assert "required" not in added

    def test_removes_and_moves(self):
        codes = [one["code"] for one in CRISIS["outcomes"]]
        assert [one["code"] for one in saved("outcomes", "remove-1")["outcomes"]] == [codes[0], *codes[2:]]
        assert [one["code"] for one in saved("outcomes", "down-0")["outcomes"]][:2] == [codes[1], codes[0]]
        assert [one["code"] for one in saved("outcomes", "up-1")["outcomes"]][:2] == [codes[1], codes[0]]

    def test_takes_out_what_is_emptied(self):
        place = next(n for n, one in enumerate(CRISIS["entry"]["criteria"]) if "hint" in one)
        changed = saved("entry", **{f"{place}-hint": ""})
        assert "hint" not in changed["entry"]["criteria"][place]

    def test_keeps_a_figure_as_the_number_it_is(self):
        changed = saved("figures", **{"0-value": "84.5", "1-value": ""})
        assert changed["published_figures"][0]["value"] == 84.5
        assert "value" not in changed["published_figures"][1]

    def test_adds_a_question_and_its_answers_that_the_checker_takes(self):
        content = definition_of(LIBRARY.form("crisis-outcome"))
        section = content["sections"][0]
        number = len(section["questions"])
        changed = saved(
            f"section-{section['code']}", "add", content, "form",
            **{f"{number}-text": "Who stayed with the person?", f"{number}-type": "choice"},
        )  # fmt: skip
        code = changed["sections"][0]["questions"][-1]["code"]
        for label in ("Family", "Nobody"):
            place = len(changed["sections"][0]["questions"][-1].get("options", []))
            changed = saved(f"options-{code}", "add", changed, "form", **{f"{place}-label": label})
        from homeward.procedures.rules import as_text

        _, problems = check_draft("form", "crisis-outcome", content["version"], as_text("form", changed), LIBRARY)
        assert problems == []

    def test_keeps_what_somebody_else_changed_in_another_part(self):
        theirs = {**CRISIS, "summary": "Theirs"}
        one = sheet("clocks")
        typed = editing.filled_from_post(
            one, posted(editing.filled_from(one, CRISIS), **{"0-title": "Mine"}), len(CRISIS["clocks"])
        )
        merged = editing.put_back(typed, CRISIS, sheet("clocks", content=theirs), theirs)
        assert (merged["summary"], merged["clocks"][0]["title"]) == ("Theirs", "Mine")
        assert editing.is_same_part(one, CRISIS, one, theirs)
        assert not editing.is_same_part(sheet("about"), CRISIS, sheet("about", content=theirs), theirs)


class TestCheck:
    @pytest.mark.parametrize(
        ("id", "name", "typed", "said"),
        [
            ("clocks", "0-title", "", "Enter: name"),
            ("clocks", "0-target.amount", "two", "Enter a whole number"),
            ("clocks", "0-target.amount", "", "Enter: how long"),
            ("clocks", "0-target.unit", "fortnights", "Choose from the list"),
            ("clocks", "0-target.unit", "", "Choose: unit"),
            ("figures", "0-value", "about 40", "Enter a number"),
            ("entry", "0-text", "  ", "Enter: what must be so"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, id, name, typed, said):
        one = sheet(id)
        filled = editing.filled_from_post(one, posted(editing.filled_from(one, CRISIS), **{name: typed}), 99)
        editing.check(filled)
        assert filled.rows[0].errors[name.partition("-")[2]].startswith(said)

    def test_asks_for_the_name(self):
        one = sheet("about")
        filled = editing.filled_from_post(one, posted(editing.filled_from(one, CRISIS), **{"head-title": ""}), 0)
        editing.check(filled)
        assert filled.head_errors == {"title": "Enter: name"}


class TestRearranged:
    @pytest.mark.parametrize("doing", ["up-0", "down-99", "remove-99", "remove-x", "sideways-1", ""])
    def test_does_nothing_that_cannot_be_done(self, doing):
        filled = editing.filled_from(sheet("outcomes"), CRISIS)
        assert [row.was for row in editing.rearranged(filled, doing).rows] == [row.was for row in filled.rows]

    def test_adds_and_removes_only_where_it_may(self):
        filled = editing.filled_from(sheet("clocks"), CRISIS)
        assert len(editing.rearranged(filled, "add").rows) == len(filled.rows)
        assert len(editing.rearranged(filled, "remove-0").rows) == len(filled.rows)
