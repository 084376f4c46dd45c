"""Next actions: one owner, a time, what holds them up, and whoever they are put to."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from homeward.access.rules import NotAllowedError, Role
from homeward.discharge.models import NextAction
from homeward.discharge.rules.blocking import Block, main_block
from homeward.discharge.selectors import open_actions
from homeward.discharge.services import (
    Owner,
    accounts_owning,
    add_action,
    change_action,
    drop_action,
    finish_action,
    reopen_action,
    set_blocker,
)
from homeward.discharge.states import ActionClosedError
from homeward.kernel.rules import RefusedError
from homeward.notices.models import Notice
from homeward.teams.models import Account, Organisation, Team, Worker


@pytest.fixture
def team(service) -> Team:
    return Team.objects.create(service=service, code="reablement", name="Reablement at home")


@pytest.fixture
def owned(case_manager, stay, now):
    """Adds an action for an owner: `owned(Owner("team", 1))`."""

    def add(owner: Owner, **more) -> NextAction:
        told = {"text": "Deliver a commode", "due_at": now + timedelta(hours=4)} | more
        return add_action(actor=case_manager, stay=stay, owner=owner, now=now, **told)

    return add


@pytest.fixture
def action(owned, team) -> NextAction:
    return owned(Owner("team", team.pk))


class TestMainBlock:
    def test_is_what_has_held_somebody_up_longest(self, now):
        old = Block("equipment", now - timedelta(days=3))
        over = Block("transport", now - timedelta(days=9), now - timedelta(days=1))

        assert main_block([Block("capacity", now - timedelta(days=1)), over, old], now) == old
        assert main_block([over], now) is None


class TestAddAction:
    def test_is_put_to_everybody_of_a_team_who_signs_in(self, owned, team, service, now, somebody):
        member = somebody(Role.CRISIS_RESPONDER, "Rae Responder")
        employer = Organisation.objects.create(service=service, kind="council", name="Merrow Council")
        Worker.objects.create(
            service=service, organisation=employer, team=team, local_reference="1", name="Rae",
            account=Account.objects.get(pk=member.account_id),
        )  # fmt: skip
        action = owned(Owner("team", team.pk))

        assert [one.pk for one in accounts_owning(action)] == [member.account_id]
        notice = Notice.objects.get(account_id=member.account_id, kind="stay")
        assert notice.path == f"/coming-home/{action.stay_id}#action-{action.pk}"
        assert "Ivy" not in notice.title + notice.text

    def test_is_open_until_it_is_done(self, case_manager, action, service, now):
        assert open_actions(case_manager, service.pk) == [action]
        finish_action(actor=case_manager, action=action, now=now)
        assert open_actions(case_manager, service.pk) == []

    @pytest.mark.parametrize("wrong", [{"text": " "}, {"due_at": "past"}, {"blocker": "weather"}])
    def test_refuses_what_makes_no_sense_and_keeps_nothing(self, owned, team, now, wrong):
        if wrong.get("due_at"):
            wrong = {"due_at": now - timedelta(minutes=1)}
        with pytest.raises(RefusedError):
            owned(Owner("team", team.pk), **wrong)

        assert not NextAction.objects.exists()

    @pytest.mark.parametrize("owner", [Owner("team", 999), Owner("friend", 1), Owner("worker", 999)])
    def test_refuses_an_owner_there_is_not(self, owned, owner):
        with pytest.raises(RefusedError, match="who does it"):
            owned(owner)

    def test_refuses_an_owner_of_another_service(self, owned, system, now):
        from homeward.teams.services import open_service

        other = open_service(actor=system, code="other", name="Other", now=now)
        team = Team.objects.create(service=other, code="theirs", name="Theirs")

        with pytest.raises(RefusedError, match="who does it"):
            owned(Owner("team", team.pk))

    def test_the_database_refuses_two_owners(self, action, case_manager):
        with pytest.raises(IntegrityError), transaction.atomic():
            NextAction.objects.filter(pk=action.pk).update(account_id=case_manager.account_id)


class TestSetBlocker:
    def test_keeps_every_time_something_held_it_up(self, case_manager, action, now):
        later = now + timedelta(hours=1)
        set_blocker(actor=case_manager, action=action, blocker="equipment", now=now)
        set_blocker(actor=case_manager, action=action, blocker="transport", now=later)
        action = set_blocker(actor=case_manager, action=action, blocker="", now=later + timedelta(hours=1))

        blocks = action.blocks.order_by("id").values_list("reason", "started_at", "ended_at")
        assert list(blocks) == [("equipment", now, later), ("transport", later, later + timedelta(hours=1))]
        assert action.blocker == ""

    def test_ends_when_it_is_done(self, case_manager, action, now):
        set_blocker(actor=case_manager, action=action, blocker="equipment", now=now)

        done = finish_action(actor=case_manager, action=action, now=now + timedelta(hours=1))

        assert (done.blocker, done.blocks.get().ended_at) == ("", now + timedelta(hours=1))


class TestWhoMay:
    def test_its_owner_may_finish_it_without_chasing(self, owned, planner, somebody, now):
        own = somebody(Role.ROSTER_PLANNER, "Ola Owner")
        action = owned(Owner("account", own.account_id))

        assert finish_action(actor=own, action=action, now=now).closed_by == "Ola Owner"

    def test_another_who_may_only_see_may_not(self, action, planner, now):
        with pytest.raises(NotAllowedError):
            finish_action(actor=planner, action=action, now=now)


class TestMoves:
    def test_a_new_owner_is_told_once(self, case_manager, action, somebody, now):
        other = somebody(Role.FRONT_DOOR, "Fay Frontdoor")
        told = {"actor": case_manager, "action": action, "owner": Owner("account", other.account_id)}
        change_action(now=now, **told)
        change_action(now=now, **told)

        assert Notice.objects.filter(account_id=other.account_id, kind="stay").count() == 1

    def test_done_can_be_opened_again_with_a_new_time(self, case_manager, action, now):
        finish_action(actor=case_manager, action=action, now=now)
        due = now + timedelta(days=1)

        again = reopen_action(actor=case_manager, action=action, reason="It was the wrong one", due_at=due, now=now)

        assert (again.state, again.due_at, again.closed_at) == ("open", due, None)

    def test_nothing_is_done_twice(self, case_manager, action, now):
        finish_action(actor=case_manager, action=action, now=now)

        with pytest.raises(ActionClosedError):
            finish_action(actor=case_manager, action=action, now=now)

    def test_what_is_closed_is_not_changed(self, case_manager, action, now):
        drop_action(actor=case_manager, action=action, reason="Has one", now=now)

        with pytest.raises(ActionClosedError):
            set_blocker(actor=case_manager, action=action, blocker="equipment", now=now)

    def test_dropping_needs_a_reason(self, case_manager, action, now):
        with pytest.raises(RefusedError, match="why"):
            drop_action(actor=case_manager, action=action, reason="", now=now)
