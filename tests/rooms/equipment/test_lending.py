"""From what somebody needs to what came back."""

from datetime import timedelta
from decimal import Decimal

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.equipment.models import EquipmentVisit, Item, Kind, Loan, Shelf
from homeward.equipment.selectors import (
    benefit_figures,
    equipment_at_visit,
    loans_of_person,
    missing_before_home,
    recall_for,
    request_for,
    store_day,
)
from homeward.equipment.services import (
    NewReview,
    approve_request,
    ask_to_collect,
    book_due_checks,
    book_due_reviews,
    cancel_request,
    end_recall,
    hand_over,
    log_recall_call,
    plan_delivery,
    plan_loan_visit,
    record_check,
    refuse_request,
    report_broken,
    reserve,
    review_benefit,
    settle_item,
    start_recall,
    take_back,
)
from homeward.equipment.states import CannotMoveError
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.models import Notice
from homeward.roster.models import Shift
from homeward.roster.services import add_shifts
from homeward.teams.services import add_workers
from homeward.visits.models import Visit
from homeward.visits.planning import replan
from homeward.visits.services import pause_visits, restart_visits, take_out

SHOWN = {"shown": "The brakes, and how to empty it", "shown_to": "Ivy"}


class TestAskForEquipment:
    def test_waits_for_approval_where_the_kind_asks(self, asked, manager, keeper, somebody, now):
        nurse = somebody(Role.REGISTERED_PROFESSIONAL, "Nell Nurse")
        request = asked("profiling_bed")
        assert request.state == "to_approve"
        with pytest.raises(RefusedError, match="You asked"):
            approve_request(actor=manager, request=request, now=now)
        with pytest.raises(NotAllowedError):
            approve_request(actor=keeper, request=request, now=now)
        assert approve_request(actor=nurse, request=request, now=now).state == "to_fill"
        assert Notice.objects.filter(title="Equipment to approve", account_id=nurse.account_id).exists()

    def test_is_refused_with_a_reason(self, asked, somebody, now):
        nurse = somebody(Role.REGISTERED_PROFESSIONAL, "Nell Nurse")
        request = asked("hoist")
        with pytest.raises(RefusedError, match="why"):
            refuse_request(actor=nurse, request=request, reason=" ", now=now)
        assert refuse_request(actor=nurse, request=request, reason="A stand aid fits", now=now).state == "refused"

    @pytest.mark.parametrize(
        ("code", "days", "more", "says"),
        [
            ("rocket", 2, {}, "catalogue"),
            ("commode", -1, {}, "by which day"),
            ("commode", 2, {"quantity": 2}, "one at a time"),
            ("grab_rail", 2, {"quantity": 21}, "1 to 20"),
        ],
    )
    def test_refuses_what_cannot_be(self, asked, code, days, more, says):
        with pytest.raises(RefusedError, match=says):
            asked(code, days, **more)

    def test_says_what_somebody_cannot_go_home_without(self, keeper, asked, stock, manager, ivy, now):
        asked("grab_rail", quantity=2, is_before_home=True)
        asked("perching_stool")
        [missing] = missing_before_home(manager, [ivy.pk], now)[ivy.pk]
        assert (missing.kind_title, missing.quantity, missing.is_late) == ("Grab rail, fitted", 2, False)
        assert missing_before_home(manager, [ivy.pk], now + timedelta(days=3))[ivy.pk][0].is_late


class TestDelivery:
    @pytest.fixture
    def reserved(self, keeper, stock, asked, now):
        [item] = stock("commode")
        return reserve(actor=keeper, request=asked("commode"), item=item, now=now)

    @pytest.fixture
    def fitter(self, service, owners, now):
        """An assistant on shift who may fit equipment."""
        from homeward.teams.models import Worker

        system = Actor.system("tests", service.pk)
        worker = Worker(service=service, organisation=owners[0], local_reference="F1", name="Fitter Fern",
                        skills=["equipment_fitting"], latitude=52.92, longitude=-1.47)  # fmt: skip
        add_workers(actor=system, workers=[worker], now=now)
        shift = Shift(worker=worker, day=now.date(), starts_at=now.replace(hour=7), ends_at=now.replace(hour=21),
                      start_latitude=52.92, start_longitude=-1.47)  # fmt: skip
        add_shifts(actor=system, service_id=service.pk, shifts=[shift], now=now)
        return worker

    def test_is_a_visit_that_the_planner_plans(self, keeper, service, reserved, fitter, workers, now):
        visit = plan_delivery(
            actor=keeper,
            request=reserved,
            opens_at=now + timedelta(hours=1),
            closes_at=now + timedelta(hours=6),
            now=now,
        )
        replan(actor=keeper, service_id=service.pk, day=visit.day, visit_ids=[visit.pk], now=now, why="Equipment")
        visit.refresh_from_db()
        assert (visit.state, visit.assignments.get().worker) == ("planned", fitter)
        assert equipment_at_visit(keeper, visit.pk).request == reserved

    def test_is_handed_over_by_who_is_on_the_visit(self, keeper, service, reserved, fitter, somebody, now):
        visit = plan_delivery(
            actor=keeper,
            request=reserved,
            opens_at=now + timedelta(hours=1),
            closes_at=now + timedelta(hours=6),
            now=now,
        )
        told = {"name": "Fitter Fern", "role": Role.FIELD_WORKER, "service_ids": frozenset({service.pk})}
        goes = Actor(account_id=77, worker_id=fitter.pk, **told)
        with pytest.raises(NotAllowedError):
            hand_over(actor=goes, request=reserved, now=now, **SHOWN)
        replan(actor=keeper, service_id=service.pk, day=visit.day, visit_ids=[visit.pk], now=now, why="Equipment")
        loan = hand_over(actor=goes, request=reserved, now=now, **SHOWN)
        assert (loan.item.state, loan.review_due_on) == ("with_person", london_day(now) + timedelta(days=182))
        assert not Loan.objects.filter(request__state="reserved").exists()

    def test_is_planned_once(self, keeper, reserved, now):
        told = {"opens_at": now, "closes_at": now + timedelta(hours=6), "now": now}
        plan_delivery(actor=keeper, request=reserved, **told)
        with pytest.raises(RefusedError, match="already"):
            plan_delivery(actor=keeper, request=reserved, **told)

    def test_goes_with_what_is_not_needed_any_more(self, keeper, manager, reserved, now):
        visit = plan_delivery(actor=keeper, request=reserved, opens_at=now, closes_at=now + timedelta(hours=6), now=now)
        cancel_request(actor=manager, request=reserved, reason="She moved to her daughter", now=now)
        visit.refresh_from_db()
        assert (visit.state, Item.objects.get().state) == ("cancelled", "in_store")

    def test_needs_what_was_shown_and_to_whom(self, keeper, reserved, now):
        with pytest.raises(RefusedError, match="shown"):
            hand_over(actor=keeper, request=reserved, shown="", shown_to="Ivy", now=now)

    def test_of_an_alarm_needs_it_tested(self, keeper, stock, asked, now):
        [item] = stock("pendant")
        request = reserve(actor=keeper, request=asked("pendant"), item=item, now=now)
        with pytest.raises(RefusedError, match="tested"):
            hand_over(actor=keeper, request=request, now=now, **SHOWN)

    def test_stops_and_starts_the_clocks_of_its_pathway(self, keeper, cared_for, ivy, stock, asked, now):
        episode = cared_for(ivy, "assistive-technology").episodes.get()
        [item] = stock("commode")
        request = reserve(actor=keeper, request=asked("commode", episode=episode), item=item, now=now)
        loan = hand_over(actor=keeper, request=request, now=now, **SHOWN)
        take_back(actor=keeper, loan=loan, why="Walks again", now=now)
        kinds = list(episode.events.values_list("kind", flat=True))
        assert {"equipment_lent", "equipment_returned"} <= set(kinds)


class TestTakeBack:
    def test_is_cleaned_before_it_is_lent_again(self, keeper, lent, now):
        loan = take_back(actor=keeper, loan=lent("commode"), why="Not needed", now=now)
        loan.item.refresh_from_db()
        assert loan.item.state == "to_clean"
        settle_item(actor=keeper, item=loan.item, condition="reuse", reason="Steamed", now=now)
        loan.item.refresh_from_db()
        assert loan.item.state == "in_store"

    def test_scraps_what_cannot_be_used_with_its_value(self, keeper, stock, asked, now):
        stock("grab_rail", 4)
        shelf = Shelf.objects.get()
        request = reserve(actor=keeper, request=asked("grab_rail", quantity=3), shelf=shelf, now=now)
        loan = hand_over(actor=keeper, request=request, now=now, **SHOWN)
        take_back(actor=keeper, loan=loan, why="Moved house", usable=2, value_pence=800, now=now)
        shelf.refresh_from_db()
        assert (shelf.quantity, shelf.reserved) == (3, 0)
        assert shelf.movements.get(kind="scrapped").value_pence == 800

    def test_takes_planned_visits_out_of_the_day(self, keeper, lent, now):
        loan = lent("commode")
        told = {"opens_at": now + timedelta(days=1), "closes_at": now + timedelta(days=1, hours=4), "now": now}
        ask_to_collect(actor=keeper, loan=loan, reason="Not needed", now=now)
        plan_loan_visit(actor=keeper, loan=loan, purpose="collect", **told)
        take_back(actor=keeper, loan=loan, why="Her son brought it", now=now)
        assert EquipmentVisit.objects.get(loan=loan).visit.state == "cancelled"
        with pytest.raises(RefusedError, match="come back"):
            take_back(actor=keeper, loan=loan, why="Again", now=now)


class TestChecks:
    def test_are_due_again_as_the_kind_says(self, keeper, lent, now):
        loan = lent("sling")
        day = london_day(now)
        record_check(actor=keeper, item=loan.item, sort="safety", done_on=day, is_passed=True, note="", now=now)
        loan.item.refresh_from_db()
        assert loan.item.check_due_on.isoformat() == "2027-05-24"

    def test_that_fail_take_it_out_of_use_wherever_it_is(self, keeper, service, stock, asked, lent, now):
        told = {"sort": "safety", "done_on": london_day(now), "is_passed": False, "now": now}
        loan = lent("sling")
        record_check(actor=keeper, item=loan.item, note="Stitching gone", **told)
        assert store_day(keeper, service.pk, now).broken == (loan,)
        [promised] = stock("sling")
        request = reserve(actor=keeper, request=asked("sling"), item=promised, now=now)
        record_check(actor=keeper, item=promised, note="Frayed", **told)
        promised.refresh_from_db()
        request.refresh_from_db()
        assert (promised.state, request.state) == ("set_aside", "to_fill")

    def test_are_visits_for_what_is_at_a_home(self, keeper, service, lent, now):
        loan = lent("sling")
        told = {"opens_at": now + timedelta(days=1), "closes_at": now + timedelta(days=1, hours=4), "now": now}
        visit = plan_loan_visit(actor=keeper, loan=loan, purpose="check", **told)
        assert (visit.title, visit.slots[0]["skill"]) == ("Check: Hoist sling", "equipment_fitting")
        with pytest.raises(RefusedError, match="planned already"):
            plan_loan_visit(actor=keeper, loan=loan, purpose="check", **told)


class TestBroken:
    def test_tells_the_store_at_once(self, keeper, manager, lent, service, now):
        loan = report_broken(actor=manager, loan=lent("commode"), what="A wheel came off", now=now)
        assert store_day(keeper, service.pk, now).broken == (loan,)
        assert Notice.objects.get(account_id=keeper.account_id, title__startswith="Equipment at").is_urgent


class TestRecall:
    def test_finds_everybody_who_has_one_and_sets_the_rest_aside(self, keeper, service, stock, lent, ivy, now):
        loan = lent("sling", batch="B7")
        other, [kept] = lent("sling", batch="B8"), stock("sling", batch="B7")
        kind = Kind.objects.get(code="sling")
        told = {"reason": "Stitching", "what_to_do": "Stop using it; we bring another."}
        recall = start_recall(actor=keeper, kind=kind, batch="B7", now=now, **told)
        page = recall_for(keeper, recall.pk, now)
        assert [one.loan for one in page.to_ring] == [loan]
        assert [(item.pk, item.state) for item in page.items] == [(kept.pk, "set_aside")]
        with pytest.raises(RefusedError, match="1 still to be told"):
            end_recall(actor=keeper, recall=recall, now=now)
        with pytest.raises(RefusedError, match="recalled"):
            settle_item(actor=keeper, item=kept, condition="reuse", reason="", now=now)
        log_recall_call(
            actor=keeper, recall=recall, loan=loan, was_reached=True, note="Stopped; fetched today", now=now
        )
        assert end_recall(actor=keeper, recall=recall, now=now).ended_at == now
        with pytest.raises(RefusedError, match="not recalled"):
            log_recall_call(actor=keeper, recall=recall, loan=other, was_reached=False, note="", now=now)


class TestReviewBenefit:
    def test_counts_what_changed(self, keeper, manager, lent, service, now):
        day = london_day(now)
        first, second = lent("commode"), lent("reminder")
        review_benefit(
            actor=manager, loan=first, now=now,
            new=NewReview("helps", "I can manage at night", day, is_care_home_avoided=True, is_admission_avoided=False,
                          care_hours_before=Decimal("14"), care_hours_now=Decimal("9.5"), saved_pence_a_week=9_000),
        )  # fmt: skip
        review_benefit(
            actor=manager, loan=second, now=now,
            new=NewReview("not_used", "It frightens me", day, is_care_home_avoided=False,
                          care_hours_before=Decimal("3"), care_hours_now=Decimal("3"), saved_pence_a_week=0),
        )  # fmt: skip
        found = benefit_figures(keeper, service.pk, day, day)
        assert (found.reviewed, found.helps, found.care_homes_avoided, found.said_of_care_home) == (2, 1, 1, 2)
        assert (found.care_reduced, found.with_hours, found.hours_saved) == (1, 2, Decimal("4.5"))
        assert (found.admissions_avoided, found.said_of_admission, found.pence_a_person) == (0, 1, 4_500)

    def test_counts_the_newest_of_a_loan(self, keeper, manager, lent, service, now):
        loan, day = lent("commode"), london_day(now)
        review_benefit(actor=manager, loan=loan, new=NewReview("not", "No", day), now=now)
        review_benefit(actor=manager, loan=loan, new=NewReview("helps", "Now yes", day), now=now)
        found = benefit_figures(keeper, service.pk, day, day)
        assert (found.reviewed, found.helps) == (1, 1)

    def test_refuses_hours_that_a_week_has_not(self, manager, lent, now):
        new = NewReview("helps", "Yes", london_day(now), care_hours_before=Decimal("169"), care_hours_now=Decimal(1))
        with pytest.raises(RefusedError, match="168"):
            review_benefit(actor=manager, loan=lent("commode"), new=new, now=now)


class TestWhoSees:
    def test_a_field_worker_with_no_visit_sees_no_request(self, asked, service, now):
        stranger = Actor(name="Sam", role=Role.FIELD_WORKER, account_id=5, service_ids=frozenset({service.pk}))
        with pytest.raises(NotAllowedError):
            request_for(stranger, asked("commode").pk, now)

    def test_loans_of_a_merged_record_go_with_it(self, manager, lent, ivy):
        loan = lent("commode")
        assert loans_of_person(manager, ivy) == [loan]


class TestMoves:
    def test_refuse_what_does_not_follow(self, keeper, lent, now):
        loan = lent("commode")
        with pytest.raises(CannotMoveError):
            hand_over(actor=keeper, request=loan.request, now=now, **SHOWN)


class TestBookDueChecks:
    @pytest.fixture
    def book(self, service):
        """What the service does by itself: `book(now)` gives the visits it booked."""
        actor = Actor.system("tests", service.pk)
        return lambda at: book_due_checks(actor=actor, service_id=service.pk, now=at)

    @pytest.fixture
    def soon(self, lent, now):
        """A commode that Ivy has, and the moment ten days before it is to be checked."""
        loan = lent("commode")
        return loan, now + (loan.item.check_due_on - london_day(now)) - timedelta(days=10)

    def test_books_one_visit_for_one_due_day(self, soon, book, keeper, now):
        loan, then = soon
        assert book(now) == []
        [visit] = book(then)
        booked = EquipmentVisit.objects.get(visit=visit)
        due = loan.item.check_due_on
        assert (booked.purpose, booked.loan, booked.due_on) == ("check", loan, due)
        assert london_day(then) < visit.day < due
        assert visit.day.weekday() < 5
        assert book(then) == []
        take_out(actor=keeper, visit=visit, reason="Nobody at home that day", now=then)
        assert book(then + timedelta(hours=1)) == []

    def test_books_again_for_the_next_due_day(self, soon, book, keeper):
        loan, then = soon
        book(then)
        told = {"sort": "safety", "done_on": london_day(then), "is_passed": True, "note": "", "now": then}
        record_check(actor=keeper, item=loan.item, **told)
        EquipmentVisit.objects.get().visit.assignments.all().delete()
        Visit.objects.update(state="done")
        later = then + timedelta(days=360)
        assert [one.equipment.due_on for one in book(later)] == [Item.objects.get(pk=loan.item_id).check_due_on]

    def test_waits_while_somebody_is_away_and_books_after(self, soon, book, somebody, ivy):
        case_manager = somebody(Role.CASE_MANAGER, "Mo Casemanager")
        _, then = soon
        [visit] = book(then)
        pause_visits(actor=case_manager, person=ivy, reason="In hospital", now=then)
        visit.refresh_from_db()
        assert (visit.state, book(then)) == ("cancelled", [])
        home = then + timedelta(days=30)
        restart_visits(actor=case_manager, person=ivy, first_day=london_day(home), now=home)
        [again] = book(home)
        assert again.day > london_day(home)

    def test_spreads_many_over_days(self, lent, book, now):
        for _ in range(3):
            lent("commode")
        overdue = now + timedelta(days=400)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("homeward.equipment.services.booking.MOST_A_DAY", 2)
            days = [visit.day for visit in book(overdue)]
        assert (days[0], days[0] < days[2]) == (days[1], True)

    def test_tells_the_store_once_a_week_of_what_it_keeps(self, stock, keeper, book, now):
        stock("hoist")
        then = now + timedelta(days=360)
        then -= timedelta(days=then.weekday())
        for moment in (then, then + timedelta(days=6), then + timedelta(days=7)):
            assert book(moment) == []
        told = Notice.objects.filter(account_id=keeper.account_id, title__startswith="Checks of what is in the store")
        assert {one.title for one in told} == {"Checks of what is in the store, due in 14 days: 1"}
        assert told.count() == 2


class TestBookDueReviews:
    @pytest.fixture
    def book(self, service):
        """What the service does by itself: `book(now)` gives the visits it booked."""
        actor = Actor.system("tests", service.pk)
        return lambda at: book_due_reviews(actor=actor, service_id=service.pk, now=at)

    @pytest.fixture
    def soon(self, lent, now):
        """A commode that Ivy has, and the moment ten days before somebody is to see whether it still helps."""
        loan = lent("commode")
        return loan, now + (loan.review_due_on - london_day(now)) - timedelta(days=10)

    def test_books_one_visit_before_the_day_it_is_due(self, soon, book, keeper, now):
        loan, then = soon
        assert book(now) == []
        [visit] = book(then)
        booked = EquipmentVisit.objects.get(visit=visit)
        assert (booked.purpose, booked.loan, booked.due_on) == ("review", loan, loan.review_due_on)
        assert london_day(then) < visit.day < loan.review_due_on
        assert book(then) == []
        take_out(actor=keeper, visit=visit, reason="Nobody at home that day", now=then)
        assert book(then + timedelta(hours=1)) == []

    def test_books_none_of_what_is_to_be_fetched(self, soon, book):
        loan, then = soon
        Loan.objects.filter(pk=loan.pk).update(collect_asked_at=then)
        assert book(then) == []
