"""The evidence library, from files and rows to the page."""

import re

import pytest
from django.urls import reverse
from django.utils.html import escape

from homeward.access.rules import ROLE_PERMISSIONS, SYSTEM_ROLES, Permission, Role
from homeward.evidence.selectors import published
from homeward.procedures.selectors import source_title

WRITTEN = {
    "title": "Leg club", "organisation": "Derwent Community First", "place": "Derwent", "period": "June 2026",
    "who_for": "People with leg ulcers", "did": "A weekly club", "workforce": "Care workers help",
    "impacts": ["resources"], "topics": ["joint-clinics", "training"], "lessons": "One room\n\nis enough",
    "says-2": "Seen in one clinic", "value-2": "1,150", "unit-2": "people", "place-2": "Derwent",
    "period-2": "June 2026", "measure-2": "M29", "about-2": "over",
}  # fmt: skip


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.PERFORMANCE_LEAD)


class TestLibrary:
    def test_shows_every_study_and_counts_what_to_keep_to(self, lead):
        page = lead.get(reverse("evidence:list")).content.decode()

        assert page.count('class="hw-evidence__card"') == 29
        assert re.search(r"Smoother moves between services</a> <span>10</span>", page)

    @pytest.mark.parametrize(
        ("asked", "codes"),
        [
            ({"impact": "transitions", "topic": "peer-support"}, {"peer-support", "angel-eyes"}),
            ({"q": "reabling leeds"}, {"leeds-reablement"}),
            ({"q": "nothing of the sort"}, set()),
            ({"own": "yes"}, set()),
            ({"impact": "nonsense", "topic": "cancer"}, {"assistant-practitioners"}),
        ],
    )
    def test_keeps_to_what_is_asked(self, lead, asked, codes):
        page = lead.get(reverse("evidence:list"), asked).content.decode()

        assert set(re.findall(r'/evidence/studies/([a-z0-9-]+)"', page)) == codes

    @pytest.mark.parametrize("role", [role for role in Role if role not in SYSTEM_ROLES])
    def test_is_for_those_who_may_see_it(self, sign_in, role):
        may = Permission.SEE_EVIDENCE in ROLE_PERMISSIONS[role]

        assert sign_in(role).get(reverse("evidence:list")).status_code == (200 if may else 403)


class TestStudy:
    @pytest.mark.parametrize("code", [one.code for one in published().studies])
    def test_prints_every_number_where_nothing_was_copied(self, lead, settings, tmp_path, code):
        settings.VAR = tmp_path
        page = lead.get(reverse("evidence:study", args=[code])).content.decode()

        study = next(one for one in published().studies if one.code == code)
        for one in study.numbers:
            assert one.number.replace("&", "&amp;") in page
        assert escape(source_title(study.source)) in page
        assert f"/procedures/pathways/{study.pathways[0]}" in page or study.pathways[0] in page

    def test_shows_ours_beside_theirs_with_what_both_are_of(self, lead, copied):
        page = lead.get(reverse("evidence:study", args=["leicester-crisis-response"])).content.decode()

        row = page[page.index("Referrals handled") :]
        row = re.sub(r"<[^>]+>|\s+", " ", row[: row.index("</tr>")])
        assert "4,794 referrals" in row
        assert "Leicester, April 2015 to February 2016" in row
        assert re.search(r"Ours +1[0-9][0-9] .*2025 to .*2026", row)
        assert "October 2026" in row

    def test_keeps_ours_from_who_may_not_see_results(self, sign_in):
        page = sign_in(Role.ADMINISTRATOR).get(reverse("evidence:study", args=["leeds-reablement"])).content.decode()

        assert "Your role does not include results" in page

    @pytest.mark.parametrize("code", ["nothing", "own-1", "own-x", "own-99999999999999999999"])
    def test_is_not_there_where_there_is_none(self, lead, code):
        assert lead.get(reverse("evidence:study", args=[code])).status_code == 404
        assert lead.get(reverse("evidence:study_file", args=[code])).status_code == 404


class TestPathway:
    @pytest.mark.parametrize(("role", "is_shown"), [(Role.SERVICE_DESIGNER, True), (Role.PRIVACY_OFFICER, False)])
    def test_leads_to_the_studies_it_came_from(self, sign_in, role, is_shown):
        page = sign_in(role).get(reverse("procedures:pathway", args=["reablement-at-home"])).content.decode()

        assert ("/evidence/studies/leeds-reablement" in page) == is_shown


class TestPaper:
    @pytest.mark.parametrize("asked", [{}, {"impact": "transitions", "q": "training"}, {"q": "nothing of the sort"}])
    def test_is_a_tagged_pdf_of_what_was_asked(self, lead, asked):
        answer = lead.get(reverse("evidence:file"), asked)

        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert b"/MarkInfo" in answer.content

    def test_is_a_pdf_of_one_study(self, lead):
        answer = lead.get(reverse("evidence:study_file", args=["case-management"]))

        assert answer.content.startswith(b"%PDF-")
        assert 'filename="case-management.pdf"' in answer["Content-Disposition"]


class TestWriting:
    def test_puts_a_study_in_the_library_changes_and_withdraws_it(self, lead):
        assert "Nobody may be recognised" in lead.get(reverse("evidence:write")).content.decode()
        told = lead.post(reverse("evidence:write"), WRITTEN, follow=True)
        page = told.content.decode()
        assert "over 1,150 people" in page
        code = told.redirect_chain[-1][0].rsplit("/", 1)[1]
        own_id = int(code.removeprefix("own-"))

        form = lead.get(reverse("evidence:change", args=[own_id])).content.decode()
        assert 'value="1150"' in form
        changed = lead.post(
            reverse("evidence:change", args=[own_id]), WRITTEN | {"title": "Legs", "version": "1"}, follow=True
        ).content.decode()
        assert "Version 2 (shown)" in changed
        older = lead.get(reverse("evidence:study", args=[code]), {"version": "1"}).content.decode()
        assert "This is an older version" in older
        late = lead.post(reverse("evidence:change", args=[own_id]), WRITTEN | {"version": "1"}).content.decode()
        assert "Somebody changed this study while you wrote" in late

        assert "Say why" in lead.post(reverse("evidence:withdraw", args=[own_id]), {"why": ""}).content.decode()
        gone = lead.post(reverse("evidence:withdraw", args=[own_id]), {"why": "Counted twice"}, follow=True)
        assert "Legs" not in gone.content.decode()
        assert "Counted twice" in lead.get(reverse("evidence:study", args=[code])).content.decode()

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ({"title": ""}, "Say in a few words what the study is about"),
            ({"impacts": []}, "Choose at least one impact"),
            ({"topics": ["cooking"]}, "Choose at least one topic"),
            ({"value-2": "many"}, "Enter a number in figures"),
            ({"value-2": "."}, "Enter a number in figures"),
            ({"unit-2": ""}, "give the unit, such as % or days"),
            ({"value-2": ""}, "give the number, or take its unit away"),
            ({"period-2": ""}, "give its period"),
            ({"measure-2": "M99"}, "choose a measure from the list"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, lead, typed, says):
        page = lead.post(reverse("evidence:write"), WRITTEN | typed).content.decode()

        assert says in page
        assert "There is a problem" in page

    def test_is_not_for_who_may_only_read(self, sign_in):
        assert sign_in(Role.ADMINISTRATOR).get(reverse("evidence:write")).status_code == 403
