"""One measure by group, on its page, as a file and in a pack."""

import csv
import io
import re

import pytest
from django.urls import reverse

from homeward.access.rules import Role
from homeward.outcomes.facts.copying import refresh
from homeward.people.models import Person
from homeward.people.services import NewPerson, change_facts, register_person
from homeward.referrals.models import Referral


@pytest.fixture
def few_men(copied, service, desk, now):
    """Three of the referrals are of a man; of the rest the sex is not known."""
    man = register_person(actor=desk, service_id=service.pk, new=NewPerson("A", "Man", gender="male"), now=now)
    some = Referral.objects.filter(reference__in=["MADE-40", "MADE-41", "MADE-42"])
    assert some.update(person=man) == 3
    refresh(now=now)


def test_the_page_compares_groups_with_intervals(sign_in, few_men):
    lead = sign_in(Role.PERFORMANCE_LEAD)
    address = reverse("results:measure", args=["M01"])
    assert "Groups as CSV" not in lead.get(address).content.decode()
    page = lead.get(address, {"group": "sex"}).content.decode()
    assert '<th scope="row">Male</th><td>3</td><td>0.6 to 8.8</td>' in page
    assert "Not recorded" in page
    assert "may be chance" in page
    assert "Groups as CSV" not in lead.get(address, {"group": "shoe_size"}).content.decode()


def test_the_page_compares_a_measures_own_parts(sign_in, few_men):
    page = sign_in(Role.PERFORMANCE_LEAD).get(reverse("results:measure", args=["M01"]), {"group": "source"})
    assert '<th scope="row">GP</th>' in page.content.decode()


def test_a_measure_of_nobody_has_no_groups_of_people(sign_in, few_men):
    lead = sign_in(Role.PERFORMANCE_LEAD)
    assert "By group" not in lead.get(reverse("results:measure", args=["M14"])).content.decode()
    page = lead.get(reverse("results:measure", args=["M26"])).content.decode()
    assert '<option value="employer">' in page
    assert '<option value="age">' not in page
    assert lead.get(reverse("results:groups_file", args=["M26"]), {"group": "age"}).status_code == 404
    assert lead.get(reverse("results:groups_file", args=["M01"]), {"group": "colour"}).status_code == 404


def test_the_file_hides_small_groups_and_what_would_give_them_away(sign_in, few_men):
    answer = sign_in(Role.PERFORMANCE_LEAD).get(reverse("results:groups_file", args=["M01"]), {"group": "sex"})
    rows = {row["group"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    assert set(rows) == {"Male", "Not recorded"}
    assert rows["Male"]["numerator"] == "*"
    assert rows["Not recorded"]["numerator"] == "*"


class TestEthnicGroups:
    """Referrals of a year: 40 of White people, 20 Asian, 4 Black, 3 who would not say; nobody asked the others."""

    @pytest.fixture
    def asked(self, copied, service, desk, now):
        number = 20  # of the months that are settled
        for category, people, each in (("A", 20, 2), ("H", 12, 1), ("J", 1, 8), ("M", 4, 1), ("Z", 1, 3)):
            new = NewPerson("A", f"Person-{category}", ethnic_category=category, ethnic_category_by="self")
            for _ in range(people):
                person = register_person(actor=desk, service_id=service.pk, new=new, now=now)
                some = Referral.objects.filter(reference__in=[f"MADE-{one}" for one in range(number, number + each)])
                assert some.update(person=person) == each
                number += each
        refresh(now=now)

    @pytest.fixture
    def lead(self, sign_in, asked):
        return sign_in(Role.PERFORMANCE_LEAD)

    def _file(self, lead) -> dict[str, dict[str, str]]:
        answer = lead.get(reverse("results:groups_file", args=["M01"]), {"group": "ethnicity"})
        rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        return {row["group"]: row for row in rows}

    def test_are_told_apart_on_the_page_in_the_words_of_the_list(self, lead):
        page = lead.get(reverse("results:measure", args=["M01"]), {"group": "ethnicity"}).content.decode()
        found = dict(re.findall(r'<th scope="row">([^<]*)</th><td>(\d+)</td>', page))
        assert found.items() >= {
            ("White", "40"),
            ("Asian or Asian British", "20"),
            ("Black or Black British", "4"),
            ("Preferred not to say", "3"),
        }
        assert int(found["Not asked yet"]) > 40
        groups = [group for group in found if not group.endswith(("2025", "2026"))]
        assert groups == [
            "White",
            "Asian or Asian British",
            "Black or Black British",
            "Preferred not to say",
            "Not asked yet",
        ]
        assert "Ethnic group, " in page
        assert "Groups as CSV" in page

    def test_in_the_file_no_small_group_can_be_worked_out(self, lead):
        rows = self._file(lead)
        shown = {group: row["numerator"] for group, row in rows.items()}
        # 4 and 3 are together still too few, so that the next smallest goes with them
        hidden = {group for group, number in shown.items() if number == "*"}
        assert hidden == {"Black or Black British", "Preferred not to say", "Asian or Asian British"}
        assert shown["White"] == "40"
        assert {rows[group]["value"] for group in hidden} == {"*"}

    @pytest.mark.parametrize("code", ["team", "commissioner"])  # those with all referrals
    def test_in_a_pack_are_hidden_as_in_the_file(self, lead, code):
        page = lead.get(reverse("results:pack", args=[code]), {"group": "ethnicity"}).content.decode()
        found = dict(re.findall(r'<th scope="row">([^<]*)</th><td[^>]*>(.*?)</td>', page))
        assert found["White"] == "40"
        assert [found[name] for name in ("Black or Black British", "Preferred not to say")] == ["*", "*"]
        assert found["Asian or Asian British"] == "*"

    def test_are_in_the_pack_on_paper(self, lead):
        answer = lead.get(reverse("results:pack_pdf", args=["commissioner"]), {"group": "ethnicity"})
        assert answer.content.startswith(b"%PDF")

    def test_follow_what_somebody_changes_or_takes_back(self, lead, desk, now):
        asian = Person.objects.get(family_name="Person-J")
        change_facts(actor=desk, person=asian, values={"ethnic_category": ""}, now=now)
        refresh(now=now)
        page = lead.get(reverse("results:measure", args=["M01"]), {"group": "ethnicity"}).content.decode()
        assert '<th scope="row">Asian or Asian British</th><td>12</td>' in page
