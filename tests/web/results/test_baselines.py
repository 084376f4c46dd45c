"""Recording how it was before a change, from the page of a measure."""

import pytest
from django.urls import reverse

from homeward.access.rules import Role
from homeward.outcomes.models import Baseline

HERE, FORM = (reverse(f"results:{name}", args=["M24"]) for name in ("measure", "baseline"))
TOLD = {
    "care": "home-first-dementia", "value": "£240,000.50", "first": "2024-04-01", "last": "2025-03-31",
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
    for words in ("£240,000 a year", "Accounts 2024/25", "Priya Shah", "No invoices of it since then are on record"):
        assert words in page
    lead.post(FORM, {"take_back": row.pk})
    assert "Nobody has recorded it" in lead.get(HERE).content.decode()
    assert Baseline.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"value": "much"}, "Enter the pounds a year"),
        ({"value": "NaN"}, "Enter the pounds a year"),
        ({"value": "1.005"}, "two figures"),
        ({"care": ""}, "Choose the care"),
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
