"""One measure by group, on its page and as a file."""

import csv
import io

import pytest
from django.urls import reverse

from homeward.access.rules import Role
from homeward.outcomes.facts.copying import refresh
from homeward.people.services import NewPerson, register_person
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
