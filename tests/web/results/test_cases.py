"""The list behind a number, as a page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.outcomes.measures.library import MEASURES
from homeward.web.results.cases import RECORDS

HERE = reverse("results:cases", args=["M01"])


@pytest.fixture
def days(now) -> dict[str, str]:
    today = timezone.localdate(now)
    return {"from": (today - timedelta(days=40)).isoformat(), "to": today.isoformat()}


@pytest.fixture
def manager(sign_in, copied) -> Client:
    return sign_in(Role.CASE_MANAGER)


class TestCases:
    def test_lists_as_many_as_the_number_says_with_a_link_to_each(self, manager, days):
        page = manager.get(HERE, days).content.decode()
        assert '<b class="hw-results__number">23 referrals</b>: the numerator.' in page
        assert page.count('href="/front-door/referrals/') == 23
        assert page.count("Made Up-Person") >= 23
        event = Event.objects.get(action="list cases of M01")
        assert len(event.people) == 15  # everybody of the month

    def test_goes_on_over_pages(self, manager, days, now):
        days["from"] = (timezone.localdate(now) - timedelta(days=500)).isoformat()
        first = manager.get(HERE, days).content.decode()
        assert "Shown: 1 to 100 of 155, newest first." in first
        second = manager.get(HERE, days | {"page": "2"}).content.decode()
        assert "Shown: 101 to 155 of 155" in second
        assert second.count('href="/front-door/referrals/') == 55

    @pytest.mark.parametrize(
        "wrong",
        [
            {"from": "soon"}, {"to": "1999-01-01"}, {"from": "1990-01-01"}, {"of": "both"}, {"of": "denominator"},
            {"split": "shoe_size", "part": "9"},
        ],
    )  # fmt: skip
    def test_is_not_there_for_what_cannot_be_asked(self, manager, days, wrong):
        assert manager.get(HERE, days | wrong).status_code == 404

    @pytest.mark.parametrize("role", [Role.PERFORMANCE_LEAD, Role.SERVICE_DESIGNER, Role.FIELD_WORKER])
    def test_is_refused_to_who_sees_numbers_or_people_only(self, sign_in, copied, days, role):
        assert sign_in(role).get(HERE, days).status_code == 403
        assert not Event.objects.filter(action="list cases of M01").exists()

    def test_is_linked_from_the_table_for_who_may_open_it(self, manager, sign_in):
        measure = reverse("results:measure", args=["M01"])
        assert f"{HERE}?of=numerator&amp;from=" in manager.get(measure).content.decode()
        assert HERE not in sign_in(Role.PERFORMANCE_LEAD).get(measure).content.decode()

    def test_opens_a_page_that_there_is_for_every_kind_of_record(self):
        assert {one.record for one in MEASURES.values()} <= set(RECORDS)
        for _, _, name, part in RECORDS.values():
            assert not name or reverse(name, kwargs={part: 1})

    def test_opens_for_every_measure(self, manager, days):
        for key in MEASURES:
            assert manager.get(reverse("results:cases", args=[key]), days).status_code == 200, key
