"""The page of a rota that is built."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Role
from homeward.kernel.rules import wall_clock
from homeward.roster.building import build_asked
from homeward.roster.models import RotaProposal, Shift
from homeward.roster.services import agree_contract, cover_these_hours


@pytest.fixture
def planner(sign_in):
    return sign_in(Role.ROSTER_PLANNER)


@pytest.fixture
def staffed(workers, service, desk, now):
    """The two responders with a contract and a shift by day, whatever the hour the tests run, and hours to cover."""
    today = timezone.localdate()
    Shift.objects.update(day=today, starts_at=wall_clock(today, "09:00"), ends_at=wall_clock(today, "17:00"))
    for worker in workers:
        agree_contract(
            actor=desk, worker=worker, kind="hours", pay_basis="shift", now=now, weekly_minutes=2250,
            starts_on=timezone.localdate() - timedelta(days=60), hourly_pence=3000,
        )  # fmt: skip
    cover_these_hours(
        actor=desk, service_id=service.pk, kind="day", weekdays="1234567", starts_at="09:00", ends_at="17:00",
        least_health=1, least_care=1, now=now,
    )  # fmt: skip
    return workers


def monday() -> str:
    """The Monday after next: on a Sunday evening the shifts of today leave too little rest before tomorrow's."""
    today = timezone.localdate()
    return (today + timedelta(days=14 - today.weekday())).isoformat()


class TestBuild:
    def test_is_asked_for_built_read_and_accepted(self, planner, staffed, desk, now):
        asked = planner.post("/roster/build/ask", {"first_day": monday()}, follow=True).content.decode()
        assert "It is being built" in asked
        build_asked(actor=desk, now=now, effort=0.3)
        page = planner.get("/roster/build").content.decode()
        for words in ("Accept all as drafts", "Hours by employer", "Merrow Trust", "Met by skill", "Not met, and why"):
            assert words in page
        done = planner.post("/roster/build/accept", follow=True).content.decode()
        assert "Nobody is told before you publish" in done
        assert Shift.objects.filter(is_draft=True).exists()

    def test_takes_one_employer(self, planner, staffed, desk, now):
        planner.post("/roster/build/ask", {"first_day": monday()})
        build_asked(actor=desk, now=now, effort=0.3)
        planner.post("/roster/build/accept", {"employer": staffed[0].organisation_id})
        page = planner.get("/roster/build").content.decode()
        assert "Accept the rest as drafts" in page
        assert RotaProposal.objects.get().accepted == [staffed[0].organisation_id]

    def test_is_discarded(self, planner, staffed):
        planner.post("/roster/build/ask", {"first_day": monday()})
        page = planner.post("/roster/build/discard", follow=True).content.decode()
        assert "The roster is as it was" in page
        assert "Build another" in page

    @pytest.mark.parametrize("told", ["", "soon", "2020-01-06"])
    def test_says_what_is_wrong_with_a_day(self, planner, staffed, told):
        page = planner.post("/roster/build/ask", {"first_day": told}, follow=True).content.decode()
        assert "Monday" in page
        assert not RotaProposal.objects.exists()

    def test_has_nothing_new_to_say_while_nothing_changed(self, planner, staffed):
        planner.post("/roster/build/ask", {"first_day": monday()})
        seen = re.search(r"part\?seen=(\d+)", planner.get("/roster/build").content.decode())[1]
        assert planner.get(f"/roster/build/part?seen={seen}").status_code == 204
        assert planner.get("/roster/build/part?seen=0").status_code == 200

    def test_is_for_those_who_make_the_roster(self, sign_in):
        assert sign_in(Role.FIELD_WORKER).get("/roster/build").status_code == 403
