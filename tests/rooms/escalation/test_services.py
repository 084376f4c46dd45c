"""Telling people at fractions of a clock, once each, whoever was watching."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.episodes.services import accept_referral
from homeward.escalation.models import Escalation
from homeward.escalation.rules import new_fractions, roles_told, used_percent
from homeward.escalation.selectors import who_is_told
from homeward.escalation.services import escalate_due, set_who_is_told
from homeward.kernel.rules import RefusedError
from homeward.notices.models import Notice
from homeward.referrals.services import claim_referral, decline_referral, log_call, reopen_referral, try_call_back


class TestNewFractions:
    @pytest.mark.parametrize(
        ("reached", "known", "new", "told"),
        [
            ((), (), (), None),
            ((50,), (), (50,), 50),
            ((50, 75), (50,), (75,), 75),
            ((50, 75), (50, 75), (), None),
            ((50, 75, 90, 100), (), (50, 75, 90, 100), 100),  # stopped while three were reached
            ((50,), (75,), (50,), None),  # a slower pathway was suggested meanwhile
        ],
    )
    def test_tells_the_highest_alone(self, reached, known, new, told):
        assert new_fractions(reached, known) == (new, told)


class TestRolesTold:
    @pytest.mark.parametrize(("percent", "roles"), [(40, ()), (50, ("a",)), (83, ("a", "b")), (100, ("c",))])
    def test_are_those_of_the_nearest_row_below(self, percent, roles):
        assert roles_told({50: ("a",), 75: ("a", "b"), 100: ("c",)}, percent) == roles


class TestUsedPercent:
    def test_of_no_time_at_all_is_all(self, now):
        assert used_percent(now, now, now) == 100


@pytest.fixture
def schedule(service) -> Actor:
    return Actor.system("schedule", service.pk)


@pytest.fixture
def at_the_desk(somebody):
    """One coordinator, whom every fraction is told."""
    return somebody(Role.FRONT_DOOR, "Priya Shah")


@pytest.fixture
def watch(schedule, service, at_the_desk):
    def call(now) -> list[tuple[int, bool]]:
        found = escalate_due(actor=schedule, service_id=service.pk, now=now)
        return [(row.percent, row.told_at is not None) for row in found]

    return call


@pytest.mark.django_db
class TestEscalateDue:
    # the crisis was received ten minutes before `now`, so its two hours end 110 minutes after it

    def test_tells_each_fraction_once(self, watch, crisis, now):
        assert watch(now) == []
        assert watch(now + timedelta(minutes=50)) == [(50, True)]
        assert watch(now + timedelta(minutes=51)) == []
        assert watch(now + timedelta(minutes=80)) == [(75, True)]
        assert Notice.objects.filter(kind="escalation").count() == 2

    def test_catches_up_after_a_stop_without_telling_twice(self, watch, crisis, now):
        after_the_stop = now + timedelta(hours=3)
        assert watch(after_the_stop) == [(50, False), (75, False), (90, False), (100, True)]
        assert watch(after_the_stop + timedelta(minutes=1)) == []
        assert Notice.objects.get().title == f"{crisis.reference}: two-hour response has run out"

    def test_does_not_tell_again_once_it_is_accepted(self, watch, coordinator, crisis, now):
        watch(now + timedelta(minutes=50))
        accept_referral(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response",
            now=now + timedelta(minutes=51),
        )  # fmt: skip
        assert watch(now + timedelta(minutes=52)) == []
        assert watch(now + timedelta(minutes=81)) == [(75, True)]

    def test_tells_nobody_of_a_clock_that_no_longer_runs(self, watch, coordinator, crisis, now):
        decline_referral(actor=coordinator, referral=crisis, reason="Not ours", now=now + timedelta(minutes=20))
        assert watch(now + timedelta(hours=3)) == []

    def test_begins_anew_with_a_new_run(self, watch, coordinator, crisis, now):
        watch(now + timedelta(minutes=50))
        decline_referral(actor=coordinator, referral=crisis, reason="Not ours", now=now + timedelta(minutes=51))
        reopen_referral(actor=coordinator, referral=crisis, reason="It is", now=now + timedelta(minutes=60))
        assert watch(now + timedelta(minutes=100)) == []
        assert watch(now + timedelta(minutes=121)) == [(50, True)]

    def test_tells_whoever_has_it(self, watch, somebody, crisis, now):
        holder = somebody(Role.CASE_MANAGER)
        claim_referral(actor=holder, referral=crisis, now=now)
        watch(now + timedelta(minutes=50))
        assert Notice.objects.filter(account_id=holder.account_id).count() == 1

    def test_says_nothing_personal(self, watch, crisis, ivy, now):
        watch(now + timedelta(hours=3))
        told = Notice.objects.get()
        assert ivy.family_name not in told.title + told.text + told.path

    def test_watches_call_backs_until_somebody_calls(self, watch, coordinator, service, now):
        call = log_call(
            actor=coordinator, service_id=service.pk, source="gp", outcome="call_back", now=now,
            caller_phone="07700 900321", call_back_by=now + timedelta(minutes=40),
        )  # fmt: skip
        assert watch(now + timedelta(minutes=31)) == [(75, True)]
        at = now + timedelta(minutes=35)
        try_call_back(actor=coordinator, call=call, was_reached=True, note="Advice given", now=at)
        assert watch(now + timedelta(minutes=41)) == []

    def test_is_for_the_schedule_alone(self, coordinator, service, now):
        with pytest.raises(NotAllowedError):
            escalate_due(actor=coordinator, service_id=service.pk, now=now)

    def test_two_watchers_at_once_find_a_fraction_once(self, watch, schedule, service, crisis, now, monkeypatch):
        at = now + timedelta(minutes=50)
        watch(at)
        nothing_known = Escalation.objects.none()  # the second had read what is known before the first wrote
        with monkeypatch.context() as stale:
            stale.setattr(Escalation.objects, "filter", lambda **asked: nothing_known)
            escalate_due(actor=schedule, service_id=service.pk, now=at)
        assert Escalation.objects.count() == 1
        assert Notice.objects.count() == 1


@pytest.mark.django_db
class TestSetWhoIsTold:
    def test_replaces_the_defaults(self, service, somebody, now):
        admin = somebody(Role.ADMINISTRATOR)
        set_who_is_told(actor=admin, service_id=service.pk, table={50: ["case_manager"]}, now=now)
        assert who_is_told(admin, service.pk) == {50: (Role.CASE_MANAGER,)}

    def test_refuses_a_table_by_which_nobody_hears_of_a_breach(self, service, somebody, now):
        with pytest.raises(RefusedError, match="Somebody must be told"):
            set_who_is_told(
                actor=somebody(Role.ADMINISTRATOR), service_id=service.pk, table={120: ["case_manager"]}, now=now
            )


class TestConcerns:
    def test_that_nobody_answers_go_to_others_in_time(self, service, somebody, ivy, now):
        from homeward.delegation.services.concerns import answer_concern, raise_concern
        from homeward.teams.models import Account

        nurse, other = (somebody(Role.REGISTERED_PROFESSIONAL, name) for name in ("Nurse Ash", "Nurse Elm"))
        manager = somebody(Role.CASE_MANAGER, "Case Manager")
        worker = somebody(Role.FIELD_WORKER, "Bel Birch")
        concern = raise_concern(
            actor=worker, person=ivy, urgency="now", text="Confused", sent_key="k", noticed_at=now, now=now,
            duty=[Account.objects.get(pk=nurse.account_id)],
        )  # fmt: skip
        Notice.objects.all().delete()
        by_itself = Actor.system("tests", service.pk)
        escalate_due(actor=by_itself, service_id=service.pk, now=now + timedelta(minutes=8))
        told = set(Notice.objects.values_list("account__full_name", flat=True))
        assert told == {"Nurse Ash", "Nurse Elm"}, "half of the 15 minutes is gone: whoever else can judge it"
        escalate_due(actor=by_itself, service_id=service.pk, now=now + timedelta(minutes=16))
        assert Notice.objects.filter(account_id=manager.account_id, title__contains="has run out").exists()
        answer_concern(actor=other, concern=concern, text="I am coming", now=now + timedelta(minutes=17))
        assert escalate_due(actor=by_itself, service_id=service.pk, now=now + timedelta(hours=1)) == []


class TestDeviceAlerts:
    def test_that_nobody_closes_are_told_to_more_people_in_time(self, service, somebody, now):
        from homeward.equipment.services import NewCall, close_alert, receive_call, take_alert

        desk, planner = somebody(Role.FRONT_DOOR, "Pam Desk"), somebody(Role.ROSTER_PLANNER, "Pat Planner")
        centre = Actor(name="Centre", role=Role.MACHINE, service_ids=frozenset({service.pk}))
        call = NewCall("1", "LL-1", "fall", now)
        alert = receive_call(actor=centre, service_id=service.pk, call=call, content=b"", now=now).alert
        take_alert(actor=desk, alert=alert, now=now)
        Notice.objects.all().delete()
        by_itself = Actor.system("tests", service.pk)
        escalate_due(actor=by_itself, service_id=service.pk, now=now + timedelta(minutes=23))
        assert set(Notice.objects.values_list("account__full_name", flat=True)) == {"Pam Desk"}
        escalate_due(actor=by_itself, service_id=service.pk, now=now + timedelta(minutes=46))
        assert Notice.objects.filter(account_id=planner.account_id, title__contains="has run out").exists()
        told = {"outcome": "spoke", "text": "She is well", "now": now + timedelta(minutes=47)}
        close_alert(actor=desk, alert=alert, **told)
        assert escalate_due(actor=by_itself, service_id=service.pk, now=now + timedelta(hours=2)) == []
