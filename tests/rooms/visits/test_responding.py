"""Sending people to a response, and closing it."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.kernel.rules import RefusedError
from homeward.people.models import Address, Alert
from homeward.people.services import raise_alert
from homeward.plans.models import CarePlan
from homeward.visits import planning
from homeward.visits.models import Assignment, Visit
from homeward.visits.selectors import standings_of, tellings_of
from homeward.visits.services import (
    NewSupport,
    arrive,
    close_response,
    decide_response,
    explain_overrun,
    leave,
    mark_told,
    plan_support,
    set_area,
    step_up,
    support_ends_at,
)
from homeward.visits.states import Decision


@pytest.fixture
def unasked(coordinator, crisis, workers, now):
    """A response of which nobody has said whether it is safe to go in."""
    return planning.accept_and_respond(
        actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
    )


@pytest.fixture
def response(coordinator, unasked, now):
    decide_response(actor=coordinator, episode=unasked.episode, decision=Decision.SCENE_SAFE, words="", now=now)
    return unasked


class TestSend:
    def test_sends_two_together_and_replans_the_day(self, coordinator, response, workers, now):
        at = now + timedelta(minutes=25)
        sent = planning.send(
            actor=coordinator, visit=response.visit, workers={0: workers[1], 1: workers[3]}, starts_at=at, now=now
        )
        rows = Assignment.objects.filter(visit=response.visit).order_by("slot")
        assert [(row.worker, row.state, row.starts_at) for row in rows] == [
            (workers[1], "sent", at),
            (workers[3], "sent", at),
        ]
        assert sent.plan.why == "Worker Birch and Worker Damson sent: First response"

    def test_sends_nobody_when_one_of_two_cannot_go(self, coordinator, response, workers, now):
        with pytest.raises(RefusedError, match="skill"):
            planning.send(
                actor=coordinator, visit=response.visit, workers={0: workers[1], 1: workers[0]}, starts_at=now, now=now
            )
        assert not Assignment.objects.filter(visit=response.visit, state="sent").exists()

    def test_may_be_done_by_whoever_responds(self, actor_with, response, workers, now):
        nurse = actor_with(Role.REGISTERED_PROFESSIONAL)
        planning.send(actor=nurse, visit=response.visit, workers={0: workers[0]}, starts_at=now, now=now)
        assert Assignment.objects.get(visit=response.visit, slot=0).decided_by == "Test Person"


class TestAcceptWithoutAPlace:
    def test_stands_and_says_what_is_missing(self, coordinator, crisis, workers, now):
        Address.objects.update(latitude=None, longitude=None)
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )
        assert "postcode" in response.visit.unplanned_reason


class TestWhoCanComeToWhatIsOver:
    def test_offers_nobody(self, coordinator, response, now):
        close_response(actor=coordinator, episode=response.episode, outcome_code="not_needed", now=now)
        visit = Visit.objects.get(pk=response.visit.pk)
        assert planning.who_can_come(coordinator, visit, now).for_slot == {0: [], 1: []}


class TestCloseResponse:
    def test_frees_whoever_was_still_to_come(self, coordinator, response, now):
        close_response(actor=coordinator, episode=response.episode, outcome_code="not_needed", now=now)
        assert Visit.objects.get(pk=response.visit.pk).state == "cancelled"
        assert not Assignment.objects.filter(visit=response.visit).exists()

    def test_waits_until_everybody_has_left(self, coordinator, response, now):
        for row in Assignment.objects.filter(visit=response.visit):
            arrive(actor=coordinator, assignment=row, at=now, now=now)
        with pytest.raises(RefusedError, match="still there"):
            close_response(actor=coordinator, episode=response.episode, outcome_code="nothing_further", now=now)

    def test_needs_nobody_else_once_the_one_who_came_has_left(self, coordinator, response, fill, now):
        for code in ("crisis-first-assessment", "crisis-outcome"):
            fill(code, ("episode", response.episode.pk))
        row = Assignment.objects.filter(visit=response.visit).first()
        arrive(actor=coordinator, assignment=row, at=now, now=now)
        leave(actor=coordinator, assignment=row, at=now, now=now)
        close_response(actor=coordinator, episode=response.episode, outcome_code="nothing_further", now=now)
        assert Visit.objects.get(pk=response.visit.pk).state == "done"
        assert Assignment.objects.get(visit=response.visit).pk == row.pk

    def test_refuses_who_may_not_respond(self, actor_with, response, now):
        with pytest.raises(NotAllowedError):
            close_response(
                actor=actor_with(Role.FIELD_WORKER), episode=response.episode, outcome_code="not_needed", now=now
            )


def send_both(actor, response, workers, now, **more):
    at = now + timedelta(minutes=25)
    return planning.send(
        actor=actor, visit=response.visit, workers={0: workers[1], 1: workers[3]}, starts_at=at, now=now, **more
    )


class TestSendToAnUnsafePlace:
    def test_waits_until_somebody_has_asked(self, coordinator, unasked, workers, now):
        with pytest.raises(planning.MayNotBeSentError, match="safe to go in"):
            send_both(coordinator, unasked, workers, now)

    def test_waits_for_a_decision_and_then_sends_two(self, coordinator, unasked, workers, now):
        decide_response(
            actor=coordinator,
            episode=unasked.episode,
            decision=Decision.SCENE_UNSAFE,
            words="Son with a knife",
            now=now,
        )
        assert Alert.objects.filter(person=unasked.episode.person, kind="risk", text="Son with a knife").exists()
        with pytest.raises(planning.MayNotBeSentError, match="police"):
            send_both(coordinator, unasked, workers, now)
        decide_response(
            actor=coordinator, episode=unasked.episode, decision=Decision.GO_WITH_POLICE, words="Log 12, meet 10:00",
            now=now,
        )  # fmt: skip
        with pytest.raises(planning.MayNotBeSentError, match="alone"):
            planning.send(actor=coordinator, visit=unasked.visit, workers={0: workers[0]}, starts_at=now, now=now)
        send_both(coordinator, unasked, workers, now)
        assert Assignment.objects.filter(visit=unasked.visit, state="sent").count() == 2

    def test_sends_nobody_where_nobody_is_to_go(self, coordinator, unasked, workers, now):
        for decision in (Decision.SCENE_UNSAFE, Decision.DO_NOT_GO):
            decide_response(
                actor=coordinator, episode=unasked.episode, decision=decision, words="Armed; police there", now=now
            )
        with pytest.raises(planning.MayNotBeSentError, match="nobody goes"):
            send_both(coordinator, unasked, workers, now)


class TestTwoPersonRule:
    def test_refuses_one_alone_and_lets_the_second_follow(self, coordinator, response, ivy, workers, now):
        raise_alert(actor=coordinator, person=ivy, kind="two_person", text="", now=now)
        with pytest.raises(planning.MayNotBeSentError, match="in twos"):
            planning.send(actor=coordinator, visit=response.visit, workers={0: workers[0]}, starts_at=now, now=now)
        send_both(coordinator, response, workers, now)
        planning.send(actor=coordinator, visit=response.visit, workers={0: workers[0]}, starts_at=now, now=now)
        assert Assignment.objects.filter(visit=response.visit, state="sent").count() == 2


class TestOutOfArea:
    @pytest.fixture
    def far_away(self, planner, response, service, now):
        set_area(actor=planner, service_id=service.pk, radius_kilometres=30, postcode_districts=["LE1"], now=now)
        return response

    def test_waits_for_a_decision_that_says_what_the_sender_was_told(self, coordinator, far_away, workers, now):
        with pytest.raises(planning.MayNotBeSentError, match="outside our area"):
            send_both(coordinator, far_away, workers, now)
        with pytest.raises(RefusedError, match="was told"):
            decide_response(
                actor=coordinator,
                episode=far_away.episode,
                decision=Decision.AREA_ACCEPTED,
                words="We know her",
                now=now,
            )
        decide_response(
            actor=coordinator, episode=far_away.episode, decision=Decision.AREA_ACCEPTED, words="We know her",
            sender_told="Someone by 11", now=now,
        )  # fmt: skip
        send_both(coordinator, far_away, workers, now)
        said = EpisodeEvent.objects.get(kind=Decision.AREA_ACCEPTED)
        assert (said.actor_name, said.detail) == (
            "Test Person",
            "We know her Whoever referred was told: Someone by 11",
        )

    def test_goes_by_distance_where_no_districts_are_given(self, planner, response, service, now):
        assert not standings_of(planner, [response.visit], now)[response.visit.pk].is_out_of_area
        Address.objects.update(latitude=53.9, longitude=-1.5)
        visit = Visit.objects.get(pk=response.visit.pk)
        assert standings_of(planner, [visit], now)[visit.pk].is_out_of_area

    def test_refuses_a_district_that_is_none(self, planner, service, now):
        with pytest.raises(RefusedError, match="first half"):
            set_area(actor=planner, service_id=service.pk, radius_kilometres=30, postcode_districts=["Derby"], now=now)


class TestNobodyInTime:
    def test_keeps_who_decided_what_and_what_the_sender_was_told(self, coordinator, response, now):
        with pytest.raises(RefusedError, match="who was asked"):
            decide_response(
                actor=coordinator, episode=response.episode, decision=Decision.LATE_ASKED_OTHERS, words=" ", now=now,
                sender_told="We ask our neighbours",
            )  # fmt: skip
        decide_response(
            actor=coordinator, episode=response.episode, decision=Decision.LATE_CALLED_999, words="Category 2",
            sender_told="An ambulance comes", now=now,
        )  # fmt: skip
        assert (
            standings_of(coordinator, [response.visit], now)[response.visit.pk].late_decision
            == Decision.LATE_CALLED_999
        )
        comment = response.episode.referral.events.get(kind="comment")
        assert "An ambulance comes" in comment.reason

    def test_stops_a_late_arrival_until_somebody_decides(self, coordinator, response, workers, now):
        late = {
            "visit": response.visit,
            "workers": {0: workers[1], 1: workers[3]},
            "starts_at": now + timedelta(hours=3),
        }
        with pytest.raises(planning.MayNotBeSentError, match="after the clock"):
            planning.send(actor=coordinator, now=now, **late)
        decide_response(
            actor=coordinator, episode=response.episode, decision=Decision.LATE_SENT, words="Daughter is with her",
            sender_told="Someone by noon", now=now,
        )  # fmt: skip
        planning.send(actor=coordinator, now=now, **late)
        assert Assignment.objects.filter(visit=response.visit, state="sent").count() == 2

    def test_asks_nothing_once_the_clock_has_run_out(self, coordinator, response, workers, now):
        after = now + timedelta(hours=2)
        planning.send(
            actor=coordinator, visit=response.visit, workers={0: workers[1], 1: workers[3]},
            starts_at=after + timedelta(minutes=20), now=after,
        )  # fmt: skip
        assert Assignment.objects.filter(visit=response.visit, state="sent").count() == 2


class TestWhoIsTold:
    def test_lists_those_sent_and_ticks_off_who_told_them(self, coordinator, response, workers, now):
        send_both(coordinator, response, workers, now)
        rows = tellings_of(coordinator, response.episode.pk, now)
        assert {row.worker for row in rows} >= {workers[1], workers[3]}
        assert all("be there at 9:25am" in row.text for row in rows if row.worker in (workers[1], workers[3]))
        told = mark_told(actor=coordinator, telling=rows[0], now=now)
        assert told.told_by == "Test Person"
        with pytest.raises(RefusedError, match="already"):
            mark_told(actor=coordinator, telling=rows[0], now=now)


class TestWhatItMoves:
    def test_tells_without_moving_anything(self, service, coordinator, planner, response, ivy, workers, now):
        """Both of one kind are busy for an hour from now: sending them moves that visit to somebody or later."""
        busy = Visit.objects.create(
            service=service, person=ivy, day=now.date(), title="Dressing", address=ivy.addresses.get(),
            window_opens_at=now + timedelta(minutes=20), window_closes_at=now + timedelta(minutes=40),
            slots=[{"skill": "crisis_responder_health", "minutes": 45}], state="planned",
        )  # fmt: skip
        Assignment.objects.create(
            visit=busy, slot=0, worker=workers[1], starts_at=now + timedelta(minutes=30),
            ends_at=now + timedelta(minutes=75),
        )  # fmt: skip
        before = list(Assignment.objects.order_by("id").values_list("visit", "slot", "worker", "starts_at"))
        found = planning.what_it_moves(
            coordinator, response.visit, {0: workers[1].pk, 1: workers[3].pk}, now + timedelta(minutes=25), now, 0.2
        )
        assert found.is_possible
        moved = next(one for one in found.moves if one.visit.pk == busy.pk)
        assert moved.from_worker == workers[1]
        assert (moved.to_worker, moved.to_at) != (workers[1], moved.from_at)
        assert list(Assignment.objects.order_by("id").values_list("visit", "slot", "worker", "starts_at")) == before


@pytest.fixture
def seen(coordinator, response, workers, now):
    """A response whose two have come and gone: support may begin."""
    send_both(coordinator, response, workers, now)
    later = now + timedelta(minutes=90)
    for row in Assignment.objects.filter(visit=response.visit):
        arrive(actor=coordinator, assignment=row, at=now + timedelta(minutes=25), now=later)
    for row in Assignment.objects.filter(visit=response.visit):
        leave(actor=coordinator, assignment=row, at=later, now=later)
    return Episode.objects.get(pk=response.episode.pk)


class TestPlanSupport:
    def test_makes_the_visits_chosen_up_to_the_limit(self, actor_with, seen, now):
        responder, later = actor_with(Role.CRISIS_RESPONDER), now + timedelta(minutes=95)
        chosen = [NewSupport("support_visit", ("midday", "evening"), 7), NewSupport("equipment_delivery", (), 1)]
        visits = plan_support(actor=responder, episode=seen, chosen=chosen, summary="Help to wash", now=later)
        limit = support_ends_at(seen, later)
        assert limit == now + timedelta(minutes=25, hours=72)
        support = [visit for visit in visits if visit.title == "Crisis support"]
        assert len(support) == 6, "two a day for three days, and none on the fourth after the limit"
        assert all(visit.window_opens_at < limit for visit in visits)
        assert CarePlan.objects.get(episode=seen).summary == "Help to wash"

    def test_replaces_what_was_chosen_before(self, actor_with, seen, now):
        responder, later = actor_with(Role.CRISIS_RESPONDER), now + timedelta(minutes=95)
        for times in (("midday", "evening"), ("evening",)):
            plan_support(
                actor=responder, episode=seen, chosen=[NewSupport("support_visit", times, 1)], summary="", now=later
            )
        left = Visit.objects.filter(episode=seen, is_crisis=False).exclude(state="cancelled")
        assert [visit.pattern.opens_at for visit in left] == ["18:30"]

    @pytest.mark.parametrize(
        ("chosen", "says"),
        [
            ([], "at least one"),
            ([NewSupport("first_response", (), 1)], "from the list"),
            ([NewSupport("support_visit", ("midnight",), 1)], "no such time"),
        ],
    )
    def test_refuses_what_the_pathway_does_not_propose(self, actor_with, seen, now, chosen, says):
        with pytest.raises(RefusedError, match=says):
            plan_support(
                actor=actor_with(Role.CRISIS_RESPONDER), episode=seen, chosen=chosen, summary="",
                now=now + timedelta(minutes=95),
            )  # fmt: skip

    def test_is_planned_round_at_once(self, actor_with, seen, now):
        given = planning.give_support(
            actor=actor_with(Role.CRISIS_RESPONDER), episode=seen, summary="",
            chosen=[NewSupport("support_visit", ("midday",), 1)], now=now + timedelta(minutes=95),
        )  # fmt: skip
        assert Assignment.objects.filter(visit=given.visit, state="proposed").exists()


class TestStepUpAndDown:
    def test_keeps_that_an_ambulance_was_called(self, coordinator, seen, now):
        later = now + timedelta(hours=3)
        event = step_up(
            actor=coordinator, episode=seen, kind="ambulance_called", at=later, words="Chest pain", now=later
        )
        assert (event.kind, event.detail) == ("ambulance_called", "Chest pain")
        with pytest.raises(RefusedError, match="Choose what happened"):
            step_up(actor=coordinator, episode=seen, kind="episode_closed", at=later, words="", now=later)

    def test_hands_on_to_reablement_with_its_first_visit(self, coordinator, seen, fill, now):
        later = now + timedelta(hours=20)
        for form in ("crisis-first-assessment", "crisis-outcome"):
            fill(form, ("episode", seen.pk), person=seen.person)
        close_response(actor=coordinator, episode=seen, outcome_code="to_reablement", now=later)
        following = Episode.objects.get(follows=seen)
        assert (following.pathway.code, following.ended_at) == ("reablement-at-home", None)
        assert Visit.objects.filter(episode=following, state="needed").exists()


class TestOverrun:
    def test_must_be_explained_before_it_is_closed(self, coordinator, seen, fill, now):
        late = now + timedelta(hours=80)
        for form in ("crisis-first-assessment", "crisis-outcome"):
            fill(form, ("episode", seen.pk), person=seen.person)
        with pytest.raises(RefusedError, match="past its limit"):
            close_response(actor=coordinator, episode=seen, outcome_code="usual_support", now=late)
        with pytest.raises(RefusedError, match="Say why"):
            explain_overrun(actor=coordinator, episode=seen, reason=" ", now=late)
        explain_overrun(actor=coordinator, episode=seen, reason="No care package before Monday", now=late)
        closed = close_response(actor=coordinator, episode=seen, outcome_code="usual_support", now=late)
        assert closed.ended_at == late
