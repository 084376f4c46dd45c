"""Recording how it was before a change, from the page of a measure."""

import pytest
from django.urls import reverse

from homeward.access.rules import Role
from homeward.outcomes.models import Baseline

HERE, FORM = (reverse(f"results:{name}", args=["M24"]) for name in ("measure", "baseline"))
TOLD = {
    "of_what": "home-first-dementia", "value": "£240,000.50", "first": "2024-04-01", "last": "2025-03-31",
    "since": "2025-06-01", "source": "Accounts 2024/25",
}  # fmt: skip


@pytest.fixture
def lead(sign_in, copied):
    return sign_in(Role.PERFORMANCE_LEAD)


def test_is_recorded_shown_with_its_source_and_taken_back(lead):
    assert "Nobody has recorded it" in lead.get(HERE).content.decode()
    assert lead.post(FORM, TOLD).url == f"{HERE}?by=month"
    row = Baseline.objects.get()
    assert row.value == 24_000_050
    page = lead.get(HERE).content.decode()
    for words in ("£240,000.50 a year", "Accounts 2024/25", "Priya Shah", "No invoices of it since then are on record"):
        assert words in page
    lead.post(FORM, {"take_back": row.pk})
    assert "Nobody has recorded it" in lead.get(HERE).content.decode()
    assert Baseline.objects.count() == 2


def test_what_one_costs_is_recorded_for_the_measure_that_needs_it(lead):
    here, form = (reverse(f"results:{name}", args=["M23.saved"]) for name in ("measure", "baseline"))
    assert "Record what one costs" in lead.get(here).content.decode()
    told = TOLD | {"of_what": "admissions", "value": "2,500"}
    assert lead.post(form, told | {"of_what": "home-first-dementia"}).status_code == 422
    assert lead.post(form, told).status_code == 302
    page = lead.get(here).content.decode()
    assert "An admission to hospital: £2,500 for one" in page
    assert "Nothing counted after a plan since then" in page
    counted = reverse("results:measure", args=["M23.admissions_after"])
    assert "What one costs" not in lead.get(counted).content.decode()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"value": "much"}, "Enter the pounds a year"),
        ({"value": "NaN"}, "Enter the pounds a year"),
        ({"value": "1.005"}, "two figures"),
        ({"of_what": ""}, "Choose what it is of"),
        ({"last": "2023-01-01"}, "not before the first"),
        ({"since": "2025-03-31"}, "after the last one"),
        ({"source": ""}, "where the number is from"),
        ({"first": "2024-05-01"}, "Give a whole year"),
    ],
)
def test_is_refused_with_what_was_typed_kept(lead, wrong, why):
    answer = lead.post(FORM, TOLD | wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert why in page
    assert "There is a problem" in page
    assert not Baseline.objects.exists()


def test_is_for_measures_that_compare_with_it_and_who_may_write_it(lead, sign_in):
    assert lead.get(reverse("results:baseline", args=["M01"])).status_code == 404
    assert "How it was before" not in lead.get(reverse("results:measure", args=["M01"])).content.decode()
    assert sign_in(Role.ADMINISTRATOR).get(FORM).status_code == 403
