"""Chasing rounds: every open action put to whoever has it, once; answers that change it; what nobody answered."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.audit.models import Event
from homeward.discharge.models import Round, RoundAnswer, RoundAsk, StayEvent
from homeward.discharge.rules.rounds import Timetable
from homeward.discharge.selectors.rounds import (
    RoundNotFoundError,
    ask_for,
    asked_of_me,
    leads_of,
    rounds_of,
    sheet_of,
    timetable_of,
)
from homeward.discharge.services import (
    CriteriaGiven,
    Owner,
    add_action,
    drop_action,
    record_criteria,
)
from homeward.discharge.services.rounds import answer_ask, hold_round, set_timetable, tell_results
from homeward.discharge.states import AnswerKind
from homeward.escalation.services import escalate_due
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.models import Delivery, Notice, Reach
from homeward.teams.models import Organisation, Team, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(service) -> Actor:
    return Actor.system("schedule", service.pk)


@pytest.fixture
def give(case_manager, stay, now):
    """Gives somebody something to do for Ivy: `give("Order the frame", therapist)`."""

    def add(text: str, owner, hours: float = 6):
        if isinstance(owner, Actor):
            owner = Owner("account", owner.account_id)
        # before the round of 9am, which is when `now` is
        before = now - timedelta(hours=1)
        return add_action(
            actor=case_manager, stay=stay, text=text, owner=owner, due_at=now + timedelta(hours=hours), now=before
        )

    return add


@pytest.fixture
def hold(schedule, service, now):
    def call(at=None) -> Round | None:
        return hold_round(actor=schedule, service_id=service.pk, now=at or now)

    return call


@pytest.fixture
def asked(give, hold, therapist) -> RoundAsk:
    """What the 9am round asks the therapist."""
    give("Order the frame", therapist)
    hold()
    return RoundAsk.objects.get()


class TestHoldRound:
    def test_puts_each_open_action_to_its_owner_once(self, give, hold, therapist, case_manager, now):
        give("Order the frame", therapist)
        give("See her home", therapist)
        give("Ring the daughter", case_manager)
        done = give("Old", therapist)
        drop_action(actor=case_manager, action=done, reason="Not needed", now=now)

        held = hold()

        assert held.due_at == now
        assert sorted(held.asks.values_list("action__text", flat=True)) == [
            "Order the frame", "Ring the daughter", "See her home",
        ]  # fmt: skip
        titles = dict(Notice.objects.filter(kind="round").values_list("account_id", "title"))
        assert titles == {
            therapist.account_id: "09:00 round: 2 questions for you",
            case_manager.account_id: "09:00 round: 1 question for you",
        }

    def test_is_held_once_however_often_it_is_looked_for(self, asked, hold, now):
        assert hold(now + timedelta(seconds=5)) is None
        assert hold(now + timedelta(hours=3)) is None
        assert (Round.objects.count(), RoundAsk.objects.count()) == (1, 1)
        assert Notice.objects.filter(kind="round").count() == 1

    def test_after_a_stop_asks_once_with_time_to_answer_from_then(self, give, hold, therapist, now):
        give("Order the frame", therapist, hours=9)
        late = now + timedelta(hours=6, minutes=20)  # the 9am round was missed too

        held = hold(late)

        assert held.due_at == now + timedelta(hours=6)
        assert held.answer_by == late + timedelta(minutes=60)
        assert hold(late + timedelta(minutes=1)) is None

    def test_goes_by_mail_without_a_word_about_anybody(self, give, hold, therapist, ivy):
        Reach.objects.create(account_id=therapist.account_id, channel="email", address="tess@example.org")
        give(f"Ring {ivy.given_name}'s daughter", therapist)

        hold()

        notice = Delivery.objects.get(channel="email", notice__kind="round").notice
        assert ivy.given_name not in notice.title + notice.text + notice.path

    def test_tells_whoever_chases_of_those_who_do_not_sign_in(self, give, hold, case_manager, service):
        pharmacy = Organisation.objects.create(service=service, kind="other", name="Made Up Pharmacy")
        give("Medicines to take home", Owner("organisation", pharmacy.pk))

        hold()

        assert RoundAsk.objects.get().is_told is False
        notice = Notice.objects.get(kind="round")
        assert notice.account_id == case_manager.account_id
        assert notice.title == "09:00 round: 1 question for people who do not sign in. Ring them"

    def test_is_not_held_where_nobody_is_in_hospital(self, hold):
        assert hold() is None

    def test_belongs_to_the_schedule(self, case_manager, service, now):
        with pytest.raises(NotAllowedError):
            hold_round(actor=case_manager, service_id=service.pk, now=now)

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="one connection at a time on SQLite")
    @pytest.mark.django_db(transaction=True)
    def test_two_workers_at_once_ask_once(self, give, hold, therapist, at_once):
        give("Order the frame", therapist)

        answers = at_once(hold, hold)

        assert sum(isinstance(one, Round) for one in answers) == 1
        assert not [one for one in answers if isinstance(one, Exception)]
        assert RoundAsk.objects.count() == 1
        assert Notice.objects.filter(kind="round").count() == 1


class TestAnswerAsk:
    @pytest.fixture
    def answer(self, asked, therapist, now):
        def give(kind: str, actor=therapist, **told) -> RoundAnswer:
            return answer_ask(actor=actor, ask=asked, kind=kind, now=now + timedelta(minutes=4), **told)

        return give

    def test_done_closes_the_action_with_who(self, answer, asked):
        answer("done")
        asked.action.refresh_from_db()
        assert (asked.action.state, asked.action.closed_by) == ("done", "Tess Therapist")

    def test_on_time_is_kept_in_the_history_of_the_stay(self, answer, asked):
        answer("on_time", text="It comes at noon")
        event = StayEvent.objects.get(kind="answered")
        assert (event.action_id, event.after, event.text, event.by_name) == (
            asked.action_id, "On time", "It comes at noon", "Tess Therapist",
        )  # fmt: skip

    def test_delayed_moves_its_time_with_the_reason(self, answer, asked, now):
        until = now + timedelta(days=1)
        answer("delayed", until=until, text="None in stock")
        asked.action.refresh_from_db()
        assert asked.action.due_at == until
        assert StayEvent.objects.get(field="due_at").text == "None in stock"

    def test_blocked_holds_it_up_for_a_national_reason(self, answer, asked):
        answer("blocked", reason="equipment", text="Store is shut")
        asked.action.refresh_from_db()
        assert asked.action.blocker == "equipment"

    def test_not_mine_gives_it_to_somebody_who_is_then_asked(self, answer, asked, service, case_manager, now):
        answer("not_mine", put_to=Owner("account", case_manager.account_id))
        asked.action.refresh_from_db()
        assert asked.action.account_id == case_manager.account_id
        assert [one.ask.pk for one in asked_of_me(case_manager, service.pk, now).waiting] == [asked.pk]

    def test_not_mine_and_nobody_knows_whose_tells_those_who_chase(self, answer, case_manager):
        answer("not_mine", text="Ask the ward")
        assert Notice.objects.filter(account_id=case_manager.account_id, kind="round").exists()

    @pytest.mark.parametrize("kind", ["delayed", "not_mine", "blocked", "maybe"])
    def test_refuses_an_answer_that_is_not_whole(self, answer, kind):
        with pytest.raises(RefusedError):
            answer(kind)
        assert not RoundAnswer.objects.exists()

    def test_may_be_given_by_whoever_chases_for_them(self, answer, case_manager):
        assert answer("on_time", actor=case_manager).by_name == "Mo Casemanager"

    def test_refuses_somebody_whose_it_is_not(self, answer, somebody):
        with pytest.raises(NotAllowedError):
            answer("on_time", actor=somebody(Role.FIELD_WORKER, "Fay Fieldworker"))

    def test_a_worker_without_the_board_answers_for_what_is_theirs(self, give, hold, somebody, service, workers, now):
        carer = somebody(Role.FIELD_WORKER, "Fay Fieldworker")
        Worker.objects.filter(pk=workers[0].pk).update(account_id=carer.account_id)
        give("Air the house", Owner("worker", workers[0].pk))
        hold()

        found = asked_of_me(carer, service.pk, now)
        (one,) = found.waiting
        assert not one.is_named  # they may not see whose record it is
        answer_ask(actor=carer, ask=one.ask, kind="done", now=now)
        assert not asked_of_me(carer, service.pk, now).waiting

    def test_a_second_answer_stands_beside_the_first_and_counts(self, answer, asked, therapist, service, now):
        answer("on_time")
        answer("blocked", reason="equipment")
        assert asked.answers.count() == 2
        (one,) = asked_of_me(therapist, service.pk, now + timedelta(minutes=5)).answered
        assert one.answer.kind == AnswerKind.BLOCKED

    def test_refuses_what_somebody_closed_meanwhile(self, answer):
        answer("done")
        with pytest.raises(RefusedError, match="Tess Therapist has closed"):
            answer("on_time")

    def test_is_audited_in_the_record_of_the_person(self, answer, ivy):
        answer("on_time")
        assert Event.objects.filter(action="answer round on_time", person_id=ivy.pk).exists()

    def test_cannot_be_changed_afterwards(self, answer):
        kept = answer("on_time")
        with pytest.raises(DatabaseError), transaction.atomic():
            RoundAnswer.objects.filter(pk=kept.pk).update(kind="done")


class TestAskedOfMe:
    def test_shows_each_question_and_what_else_is_mine(self, asked, give, therapist, service, now):
        late = give("See her home", therapist)
        found = asked_of_me(therapist, service.pk, now)
        assert [one.action.text for one in found.waiting] == ["Order the frame"]
        assert [action.pk for action in found.also_mine] == [late.pk]

    def test_puts_a_teams_action_to_everybody_in_it(self, give, hold, therapist, case_manager, service, workers, now):
        team = Team.objects.create(service=service, code="therapy", name="Therapy")
        Worker.objects.filter(pk=workers[0].pk).update(account_id=therapist.account_id, team=team)
        give("See her home", Owner("team", team.pk))
        hold()
        assert len(asked_of_me(therapist, service.pk, now).waiting) == 1
        assert not asked_of_me(case_manager, service.pk, now).waiting

    def test_gives_nobody_elses_question(self, asked, somebody, service, now):
        other = somebody(Role.FIELD_WORKER, "Fay Fieldworker")
        assert not asked_of_me(other, service.pk, now).waiting
        with pytest.raises(RoundNotFoundError):
            ask_for(other, asked.pk, now)


class TestEscalation:
    def test_tells_the_lead_of_the_team_once_when_the_time_is_over(
        self, give, hold, schedule, service, workers, somebody, case_manager, now
    ):
        lead = somebody(Role.BED_LEAD, "Lena Lead")
        team = Team.objects.create(service=service, code="therapy", name="Therapy")
        Worker.objects.filter(pk=workers[0].pk).update(team=team)
        admin = somebody(Role.ADMINISTRATOR, "Ada Admin")
        set_timetable(
            actor=admin, service_id=service.pk, timetable=Timetable(), leads={team.pk: lead.account_id}, now=now
        )
        give("Order the frame", Owner("worker", workers[0].pk))
        give("Ring the daughter", case_manager)
        hold()

        def tell_at(minutes: int) -> None:
            escalate_due(actor=schedule, service_id=service.pk, now=now + timedelta(minutes=minutes))

        tell_at(59)
        assert not Notice.objects.filter(kind="escalation").exists()
        tell_at(60)
        tell_at(61)
        told = dict(Notice.objects.filter(kind="escalation").values_list("account_id", "title"))
        said = "The time to answer 1 question of the 09:00 round has run out"
        assert told == {lead.account_id: said, case_manager.account_id: said}

    def test_tells_nobody_where_all_was_answered(self, asked, schedule, service, therapist, now):
        answer_ask(actor=therapist, ask=asked, kind="on_time", now=now + timedelta(minutes=1))
        escalate_due(actor=schedule, service_id=service.pk, now=now + timedelta(hours=2))
        assert not Notice.objects.filter(kind="escalation").exists()


class TestSheet:
    def test_tells_what_changed_who_changed_it_and_what_was_not_answered(
        self, give, hold, case_manager, therapist, stay, now
    ):
        give("Order the frame", therapist)
        give("See her home", therapist)
        held = hold()
        frame = RoundAsk.objects.get(action__text="Order the frame")
        answer_ask(actor=therapist, ask=frame, kind="done", now=now + timedelta(minutes=3))
        record_criteria(
            actor=case_manager, stay=stay, given=CriteriaGiven(day=london_day(now), is_met=False),
            now=now + timedelta(minutes=5),
        )  # fmt: skip

        sheet = sheet_of(case_manager, held.pk, now + timedelta(hours=5))

        (line,) = sheet.lines
        assert line.is_now_ready
        assert ("done", "Tess Therapist") in {(event.kind, event.by_name) for event in line.events}
        assert [one.action.text for one in line.unanswered] == ["See her home"]
        assert (sheet.asked, sheet.answered, sheet.is_over) == (2, 1, True)

    def test_stays_as_it_was_when_its_time_was_over(self, asked, hold, case_manager, therapist, now):
        held = asked.round
        before = sheet_of(case_manager, held.pk, now + timedelta(hours=2))
        answer_ask(actor=therapist, ask=asked, kind="done", now=now + timedelta(hours=3))
        after = sheet_of(case_manager, held.pk, now + timedelta(hours=4))
        assert [one.ask.pk for line in after.lines for one in line.unanswered] == [asked.pk]
        assert after.answered == before.answered == 0

    def test_begins_where_the_one_before_ended(self, asked, hold, case_manager, now):
        afternoon = hold(now + timedelta(hours=6))
        assert sheet_of(case_manager, afternoon.pk, now + timedelta(hours=8)).since == asked.round.answer_by

    def test_tells_what_was_answered_while_the_one_before_is_not_over(
        self, asked, hold, service, somebody, case_manager, therapist, now
    ):
        admin, timetable = somebody(Role.ADMINISTRATOR, "Ada Admin"), Timetable(("09:00", "09:20"))
        set_timetable(actor=admin, service_id=service.pk, timetable=timetable, leads={}, now=now)
        soon = hold(now + timedelta(minutes=20))
        ask = soon.asks.get()
        answer_ask(actor=therapist, ask=ask, kind="done", now=now + timedelta(minutes=25))
        (line,) = sheet_of(case_manager, soon.pk, now + timedelta(minutes=30)).lines
        assert [event.kind for event in line.events] == ["done"]

    def test_is_told_once_to_whoever_sees_stays(self, asked, schedule, service, case_manager, now):
        def tell_at(minutes: int) -> int:
            return tell_results(actor=schedule, service_id=service.pk, now=now + timedelta(minutes=minutes))

        assert [tell_at(59), tell_at(60), tell_at(61)] == [0, 1, 0]
        notice = Notice.objects.get(account_id=case_manager.account_id, kind="round")
        assert notice.title == "The result of the 09:00 round is there, with 1 not answered"
        assert notice.path == f"/rounds/{asked.round_id}"

    def test_is_not_for_another_service(self, asked, somebody, now):
        with pytest.raises(NotAllowedError):
            sheet_of(somebody(Role.FIELD_WORKER, "Fay Fieldworker"), asked.round_id, now)


class TestRoundsOf:
    def test_counts_what_was_asked_and_answered(self, asked, therapist, case_manager, service, now):
        answer_ask(actor=therapist, ask=asked, kind="on_time", now=now)
        answer_ask(actor=therapist, ask=asked, kind="on_time", now=now)
        (held,) = rounds_of(case_manager, service.pk)
        assert (held.asked_count, held.answered_count) == (1, 1)


class TestSetTimetable:
    def test_holds_from_the_next_round(self, give, hold, somebody, service, therapist, now):
        admin = somebody(Role.ADMINISTRATOR, "Ada Admin")
        wanted = Timetable(("08:00", "13:30"), (), frozenset({london_day(now) + timedelta(days=1)}), 20)
        set_timetable(actor=admin, service_id=service.pk, timetable=wanted, leads={}, now=now)
        assert timetable_of(admin, service.pk) == wanted
        assert leads_of(admin, service.pk) == {}
        give("Order the frame", therapist)
        assert hold(now).due_at == now - timedelta(hours=1)
        assert hold(now + timedelta(days=1)) is None  # a bank holiday, and no rounds are held on those

    def test_refuses_what_makes_no_sense(self, somebody, service, now):
        admin = somebody(Role.ADMINISTRATOR, "Ada Admin")
        told = {"actor": admin, "service_id": service.pk, "now": now}
        with pytest.raises(RefusedError, match="at least one time"):
            set_timetable(timetable=Timetable(()), leads={}, **told)
        with pytest.raises(RefusedError, match="of this service"):
            set_timetable(timetable=Timetable(), leads={4711: None}, **told)

    def test_is_for_whoever_sets_escalation(self, case_manager, service, now):
        with pytest.raises(NotAllowedError):
            set_timetable(actor=case_manager, service_id=service.pk, timetable=Timetable(), leads={}, now=now)
