"""Drafting on pages, as somebody does who does not know YAML."""

import re

import pytest

from homeward.access.rules import Role
from homeward.procedures.models import ProcedureDraft
from homeward.procedures.selectors import draft_for, draft_text_at, pathway, procedure
from homeward.procedures.states import DraftState

CRISIS = "integrated-crisis-response"


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.CASE_MANAGER, "Lena Lead")


@pytest.fixture
def other(sign_in):
    return sign_in(Role.REGISTERED_PROFESSIONAL, "Omar Other")


@pytest.fixture
def approver(sign_in):
    return sign_in(Role.SERVICE_DESIGNER, "Des Designer")


@pytest.fixture
def draft(lead) -> ProcedureDraft:
    told = lead.post("/procedures/drafts/start", {"kind": "pathway", "code": CRISIS})
    return draft_for(int(told.headers["Location"].rpartition("/")[2]))


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser would send from the form of a sheet, as it stands."""
    sent: dict[str, list[str]] = {}
    form = page[page.index("novalidate") : page.rindex("</form>")]
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        is_left_out = 'type="checkbox"' in tag and " checked" not in tag
        if name and not is_left_out:
            sent.setdefault(name[1], []).append(_plain(value[1] if value else "on"))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        sent.setdefault(name, []).append(_plain(text))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent.setdefault(name, []).append(chosen[1] if chosen else "")
    return sent


def _plain(text: str) -> str:
    from html import unescape

    return unescape(text)


def change(client, draft, sheet: str, **fields) -> tuple:
    """Open a sheet, type in it and press a button."""
    address = f"/procedures/drafts/{draft.pk}/parts/{sheet}"
    sent = fields_of(client.get(address).content.decode())
    sent.update({name: value if isinstance(value, list) else [value] for name, value in fields.items()})
    return client.post(address, sent), sent


class TestADraft:
    def test_goes_from_a_sheet_to_a_version_followed_by_everyone(self, lead, approver, draft):
        page = lead.get(f"/procedures/drafts/{draft.pk}").content.decode()
        assert "No faults found" in page
        told, _ = change(lead, draft, "about", **{"head-summary": "In our own words."})
        assert told.status_code == 302
        page = lead.get(f"/procedures/drafts/{draft.pk}").content.decode()
        assert "Who it is for" in page
        assert "In our own words." in page
        lead.post(f"/procedures/drafts/{draft.pk}/send", {"revision": "2", "why": "Say it our way"})
        assert "You wrote in this draft" not in approver.get(f"/procedures/drafts/{draft.pk}").content.decode()
        told = approver.post(f"/procedures/drafts/{draft.pk}/publish", {"revision": "2"})
        assert told.status_code == 302
        assert pathway(CRISIS).summary == "In our own words."
        page = lead.get(f"/procedures/{CRISIS}").content.decode()
        assert "written by Lena Lead, approved by Des Designer" in page
        assert "Say it our way" in page
        page = lead.get(f"/procedures/compare/pathway/{CRISIS}").content.decode()
        assert re.search(r"<ins[^>]*><span[^>]*>Added: </span>In our own words\.", page)
        assert "<del" in page

    def test_is_approved_by_nobody_who_wrote_in_it(self, other, draft):
        change(other, draft, "about", **{"head-summary": "Mine"})
        other.post(f"/procedures/drafts/{draft.pk}/send", {"revision": "2", "why": "Because"})
        assert "somebody else must approve it" in other.get(f"/procedures/drafts/{draft.pk}").content.decode()
        told = other.post(f"/procedures/drafts/{draft.pk}/publish", {"revision": "2"})
        assert told.status_code == 422
        assert "You wrote in this draft" in told.content.decode()
        assert draft_for(draft.pk).state == DraftState.SENT

    def test_is_not_approved_by_a_role_that_may_not(self, lead, draft):
        assert lead.post(f"/procedures/drafts/{draft.pk}/publish", {"revision": "1"}).status_code == 403

    def test_is_closed_to_those_who_do_not_draft(self, sign_in, draft):
        reader = sign_in(Role.PERFORMANCE_LEAD, "Rae Reader")
        assert reader.get(f"/procedures/drafts/{draft.pk}").status_code == 200
        assert reader.get(f"/procedures/drafts/{draft.pk}/text").status_code == 403
        assert reader.post("/procedures/drafts/start", {"kind": "pathway", "code": CRISIS}).status_code == 403
        assert reader.post(f"/procedures/drafts/{draft.pk}/comment", {"comment": "Hello"}).status_code == 422

    @pytest.mark.parametrize(
        ("action", "sent", "said"),
        [
            ("send", {"revision": "1", "why": ""}, "Say why it is changed"),
            ("send", {"revision": "1", "why": "Because"}, "Nothing has been changed since version"),
            ("send", {"revision": "9", "why": "Because"}, "changed this draft since you opened it"),
            ("comment", {"comment": " "}, "Write your comment first"),
            ("discard", {"reason": ""}, "Say why it is discarded"),
        ],
    )
    def test_is_refused_in_words_and_keeps_what_was_typed(self, lead, draft, action, sent, said):
        told = lead.post(f"/procedures/drafts/{draft.pk}/{action}", sent)
        assert told.status_code == 422
        assert said in told.content.decode()
        if sent.get("why"):
            assert f">{sent['why']}</textarea>" in told.content.decode()

    def test_can_be_of_a_form_and_of_an_activity(self, lead):
        for kind, code in (("form", "crisis-outcome"), ("activity", "observations")):
            told = lead.post("/procedures/drafts/start", {"kind": kind, "code": code}, follow=True)
            assert "No faults found" in told.content.decode()
            assert lead.get(told.redirect_chain[-1][0] + "/parts/about").status_code == 200

    def test_can_be_of_something_new_from_a_copy(self, lead):
        told = lead.post(
            "/procedures/drafts/start", {"kind": "pathway", "code": CRISIS, "new_title": "Night falls service"},
            follow=True,
        )  # fmt: skip
        page = told.content.decode()
        assert "Draft: Night falls service" in page
        assert "from a copy of Integrated crisis response" in page

    def test_says_where_the_other_draft_is(self, other, draft):
        told = other.post("/procedures/drafts/start", {"kind": "pathway", "code": CRISIS}, follow=True)
        assert "Lena Lead started a draft of this before" in told.content.decode()
        assert f"/procedures/drafts/{draft.pk}" in told.content.decode()


class TestASheet:
    def test_adds_and_moves_without_saving_and_without_losing_what_was_typed(self, lead, draft):
        told, sent = change(lead, draft, "entry", **{"0-text": "Typed and not saved", "do": "add"})
        page = told.content.decode()
        assert told.status_code == 200
        assert 'value="Typed and not saved"' in page
        assert page.count('name="row"') == len(sent["row"]) + 1
        assert " autofocus" in page
        assert draft_for(draft.pk).revision == 1

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, lead, draft):
        told, _ = change(lead, draft, "clocks", **{"0-target.amount": "two", "0-title": "Kept"})
        page = told.content.decode()
        assert told.status_code == 422
        assert "Enter a whole number, such as 30" in page
        assert 'value="Kept"' in page

    def test_refuses_what_the_checker_cannot_read(self, lead, draft):
        told, _ = change(lead, draft, "visits", **{"0-minutes": "0"})
        assert told.status_code == 422
        assert "0 is too small" in told.content.decode()
        assert draft_for(draft.pk).revision == 1

    def test_joins_two_who_change_different_parts(self, lead, other, draft):
        address = f"/procedures/drafts/{draft.pk}/parts/about"
        mine = fields_of(lead.get(address).content.decode())
        change(other, draft, "clocks", **{"0-title": "Theirs"})
        mine["head-summary"] = ["Mine"]
        assert lead.post(address, mine).status_code == 302
        text = draft_for(draft.pk).source_text
        assert "Theirs" in text
        assert "summary: Mine" in text

    def test_shows_both_where_two_change_the_same_part(self, lead, other, draft):
        address = f"/procedures/drafts/{draft.pk}/parts/about"
        mine = fields_of(lead.get(address).content.decode())
        change(other, draft, "about", **{"head-summary": "Theirs"})
        mine["head-summary"] = ["Mine"]
        told = lead.post(address, mine)
        page = told.content.decode()
        assert told.status_code == 409
        assert "Omar Other changed this part since you opened it" in page
        assert "Theirs" in page
        assert ">\nMine</textarea>" in page
        assert "summary: Theirs" in draft_for(draft.pk).source_text
        again = lead.post(address, fields_of(page))
        assert again.status_code == 302
        saved = draft_for(draft.pk)
        assert "summary: Mine" in saved.source_text
        assert "summary: Theirs" in draft_text_at(saved, 2)

    @pytest.mark.parametrize("text", ["just words", "- a\n- b\n", "code: [", "code: x\n", "sections: 3\n"])
    def test_filled_from_what_is_no_procedure_keeps_what_was_typed(self, lead, draft, text):
        address, whole = f"/procedures/drafts/{draft.pk}/parts/clocks", f"/procedures/drafts/{draft.pk}/text"
        mine = fields_of(lead.get(address).content.decode()) | {"0-title": ["Mine"], "base": ["2"], "revision": ["2"]}
        lead.post(whole, {"revision": "1", "text": text})
        lead.post(whole, {"revision": "2", "text": draft.source_text})
        told = lead.post(address, mine)
        assert told.status_code == 409
        assert "Check every field against the draft" in told.content.decode()
        again = fields_of(told.content.decode())
        assert again["0-title"] == ["Mine"] and again["base"] == ["3"]
        assert lead.post(address, again).status_code == 302
        assert "title: Mine" in draft_for(draft.pk).source_text

    @pytest.mark.parametrize("seen", ["2", "99"])
    def test_that_saw_what_is_no_procedure_is_compared_with_what_it_was_filled_from(self, lead, draft, seen):
        address, whole = f"/procedures/drafts/{draft.pk}/parts/clocks", f"/procedures/drafts/{draft.pk}/text"
        mine = fields_of(lead.get(address).content.decode()) | {"0-title": ["Mine"], "revision": [seen]}
        lead.post(whole, {"revision": "1", "text": "just words"})
        lead.post(whole, {"revision": "2", "text": draft.source_text})
        assert lead.post(address, mine).status_code == 302
        assert "title: Mine" in draft_for(draft.pk).source_text

    @pytest.mark.parametrize(
        ("sheet", "spoil", "said"),
        [
            ("about", lambda text: "just words", "The whole text has a fault that must be mended first"),
            ("options-willing", lambda text: text.replace("willing", "ready"), "took this part out"),
        ],
    )
    def test_that_cannot_be_saved_meanwhile_keeps_what_was_typed(self, lead, other, sheet, spoil, said):
        started = lead.post("/procedures/drafts/start", {"kind": "form", "code": "advance-care-plan"})
        one = draft_for(int(started.headers["Location"].rpartition("/")[2]))
        address = f"/procedures/drafts/{one.pk}/parts/{sheet}"
        mine = fields_of(lead.get(address).content.decode())
        typed = next(name for name in mine if name.endswith(("-title", "-label")))
        other.post(f"/procedures/drafts/{one.pk}/text", {"revision": "1", "text": spoil(one.source_text)})
        told = lead.post(address, mine | {typed: ["Typed by me"]})
        assert told.status_code == 409
        assert said in told.content.decode()
        assert fields_of(told.content.decode())[typed] == ["Typed by me"]

    def test_is_not_there_while_it_waits(self, lead, draft):
        change(lead, draft, "about", **{"head-summary": "Mine"})
        lead.post(f"/procedures/drafts/{draft.pk}/send", {"revision": "2", "why": "Because"})
        assert lead.get(f"/procedures/drafts/{draft.pk}/parts/about").status_code == 302

    @pytest.mark.parametrize("address", ["parts/no-such-part", "no-such-page"])
    def test_of_nothing_is_not_found(self, lead, draft, address):
        assert lead.get(f"/procedures/drafts/{draft.pk}/{address}").status_code == 404


class TestTheWholeText:
    def test_is_kept_with_its_faults_which_are_named_by_line_and_field(self, lead, draft):
        address = f"/procedures/drafts/{draft.pk}/text"
        text = draft.source_text.replace("unit: hours", "unit: fortnights", 1)
        lead.post(address, {"revision": "1", "text": text.replace("\n", "\r\n")})
        assert draft_for(draft.pk).source_text == text
        page = lead.get(address).content.decode()
        line = next(n for n, one in enumerate(text.splitlines(), 1) if "fortnights" in one)
        assert f"Line {line}, clocks[1].target.unit" in page
        assert "is not one of the choices" in page
        assert lead.get(f"/procedures/drafts/{draft.pk}").status_code == 200

    @pytest.mark.parametrize("text", ["", "code: [", "just words", "- a\n- b\n", "code: x\n\tbad: tab\n", "a: &x 1\n"])
    def test_takes_anything(self, lead, draft, text):
        address = f"/procedures/drafts/{draft.pk}/text"
        assert lead.post(address, {"revision": "1", "text": text}, follow=True).status_code == 200
        assert draft_for(draft.pk).source_text == text
        page = lead.get(f"/procedures/drafts/{draft.pk}").content.decode()
        assert "to mend before it can be sent" in page

    def test_shows_both_where_two_write_at_once(self, lead, other, draft):
        address = f"/procedures/drafts/{draft.pk}/text"
        other.post(address, {"revision": "1", "text": draft.source_text + "# theirs\n"})
        told = lead.post(address, {"revision": "1", "text": draft.source_text + "# mine\n"})
        page = told.content.decode()
        assert told.status_code == 422
        assert "Omar Other changed this draft since you opened it" in page
        assert "# mine" in page
        assert "# theirs" in page
        assert draft_for(draft.pk).source_text.endswith("# theirs\n")

    def test_warns_that_a_sheet_would_leave_out_its_notes(self, lead, draft):
        lead.post(f"/procedures/drafts/{draft.pk}/text", {"revision": "1", "text": "# note\n" + draft.source_text})
        assert "Saving here leaves them out" in lead.get(f"/procedures/drafts/{draft.pk}/parts/about").content.decode()


class TestList:
    def test_finds_by_words_across_every_kind(self, lead):
        page = lead.get("/procedures/", {"q": "observations"}).content.decode()
        assert "/procedures/activities/observations" in page
        assert lead.get("/procedures/", {"q": "zzzz"}).content.decode().count("hw-set__one") == 0

    @pytest.mark.parametrize("kind", ["pathway", "form", "activity"])
    def test_shows_every_one_of_a_kind_with_its_version_and_opens_it(self, lead, kind):
        from homeward.procedures.selectors import newest_procedures

        page = lead.get("/procedures/", {"kind": kind}).content.decode()
        rows = newest_procedures(kind)
        folder = {"pathway": "", "form": "forms/", "activity": "activities/"}[kind]
        assert all(f'href="/procedures/{folder}{row.code}"' in page for row in rows)
        for row in rows:
            assert lead.get(f"/procedures/{folder}{row.code}").status_code == 200, row.code

    def test_knows_no_other_kind(self, lead):
        assert lead.get("/procedures/", {"kind": "recipe"}).status_code == 404

    def test_says_where_a_form_is_used(self, lead):
        page = lead.get("/procedures/forms/crisis-outcome").content.decode()
        assert f'href="/procedures/{CRISIS}"' in page
        assert procedure("form", "crisis-outcome").title in page


class TestDrafts:
    def test_lists_what_is_being_written_and_what_is_over(self, lead, draft):
        page = lead.get("/procedures/drafts/").content.decode()
        assert "Integrated crisis response" in page
        assert "Being written" in page
        lead.post(f"/procedures/drafts/{draft.pk}/discard", {"reason": "Overtaken"})
        page = lead.get("/procedures/drafts/").content.decode()
        assert "Nothing is being changed" in page
        assert "Discarded" in page
        assert lead.get(f"/procedures/drafts/{draft.pk}").status_code == 200
