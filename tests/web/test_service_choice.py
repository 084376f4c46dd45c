"""Pages of somebody who works in two services: they show the one chosen, and send to the one they were shown for."""

import pytest

from homeward.access.rules import Role
from homeward.referrals.models import Call, Referral
from homeward.roster.models import CoverHours
from homeward.teams.models import Account
from homeward.teams.services import open_service

CALL = {"source": "gp", "caller_name": "Dr Lane", "outcome": "advice", "advice": "Ring the pharmacy"}
REFERRAL = {"source": "gp", "given_name": "Ada", "family_name": "Vane", "need_code": "fall", "urgency": "crisis"}
PAGES = ("front-door/calls", "front-door/calls/all", "front-door/new", "responding/", "cover/", "cover/handover")


@pytest.fixture
def other(system, now):
    return open_service(actor=system, code="other", name="Otherdale", now=now)


@pytest.fixture
def planner(sign_in, other):
    """Somebody of both services who has chosen the other."""
    client = sign_in(Role.ROSTER_PLANNER)
    Account.objects.get(role=Role.ROSTER_PLANNER).services.add(other)
    client.post("/front-door/service", {"service": "other", "back": "/front-door/"})
    return client


class TestServiceChosen:
    @pytest.mark.parametrize("address", PAGES)
    def test_is_shown_and_can_be_changed(self, planner, address):
        page = planner.get(f"/{address}").content.decode()
        assert '<option value="other" selected>Otherdale</option>' in page

    @pytest.mark.parametrize("address", PAGES)
    def test_is_not_asked_of_who_has_one(self, sign_in, address):
        assert "hw-service-choice" not in sign_in(Role.ROSTER_PLANNER).get(f"/{address}").content.decode()

    def test_is_where_a_call_a_referral_and_hours_go(self, planner, other):
        planner.post("/front-door/calls", CALL)
        planner.post("/front-door/new", REFERRAL)
        hours = {"kind": "day", "weekdays": ["1"], "starts_at": "08:00", "ends_at": "20:00",
                 "least_health": "1", "least_care": "1"}  # fmt: skip
        planner.post("/cover/hours", hours)
        for made in (Call, Referral, CoverHours):
            assert made.objects.get().service == other


class TestServiceShownFor:
    def test_is_kept_when_another_is_chosen_in_another_window(self, planner, service):
        planner.post("/front-door/calls", CALL | {"shown_for": service.code})
        assert Call.objects.get().service == service

    def test_is_refused_where_one_is_no_part_of_it(self, planner, system, now):
        open_service(actor=system, code="third", name="Thirdley", now=now)
        assert planner.post("/front-door/calls", CALL | {"shown_for": "third"}).status_code == 403
        assert not Call.objects.exists()
