"""Packages from being asked for to their end."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.commissioning.models import Offer, Package
from homeward.commissioning.selectors import ask_capacity, package_for, packages_of, visits_from_plan, work_list
from homeward.commissioning.services import (
    ask_variation,
    choose_offer,
    decide_variation,
    do_in_house,
    end_package,
    keep_capacity_answer,
    let_provider_go,
    resume_packages,
    send_offers,
    start_package,
    suspend_packages,
    withdraw_package,
)
from homeward.commissioning.states import PackageCannotMoveError
from homeward.kernel.rules import RefusedError, wall_clock
from homeward.plans.models import CarePlan, VisitPattern
from homeward.roster.models import Shift
from homeward.teams.models import Organisation, Worker
from tests.rooms.commissioning.conftest import EVENING, MORNING


class TestAskPackage:
    def test_keeps_what_is_needed_and_only_the_area_of_where(self, asked, ivy):
        package = asked()
        assert (package.state, package.area) == ("asked", "DE1")
        assert [one.title for one in package.visits.order_by("opens_at")] == ["Morning care", "Evening care"]
        assert package.shares.get().council_percent == 60
        assert Event.objects.filter(action="ask package", person_id=ivy.pk).exists()

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"needs_text": "Ivy needs help to wash"}, "name"),
            ({"needs_text": "Call 07700 900123 first"}, "numbers"),
            ({"needs_text": "NHS 999 000 0018"}, "numbers"),
            ({"needs_text": " "}, "must know"),
            ({"visits": ()}, "at least one visit"),
            ({"council_percent": 101}, "from 0 to 100"),
            ({"starts_on": date(2026, 11, 23)}, "from today on"),
            ({"kind": "gardening"}, "kind of care"),
        ],
    )
    def test_refuses_what_cannot_be_asked(self, asked, told, words):
        with pytest.raises(RefusedError, match=words):
            asked(**told)

    def test_refuses_somebody_on_no_pathway(self, asked, ivy, cared_for, now):
        cared_for(ivy).episodes.update(ended_at=now, outcome_code="no_longer_needed")
        with pytest.raises(RefusedError, match="no pathway"):
            asked()

    def test_is_not_for_a_field_worker(self, asked, actor_with, ivy, now):
        with pytest.raises(NotAllowedError):
            packages_of(actor_with(Role.FIELD_WORKER), ivy)


class TestAskCapacity:
    """In-house capacity comes from the plan of the day, and is kept as it was said."""

    @pytest.fixture
    def on_shift(self, service, now):
        team = Organisation.objects.create(service=service, kind="council", name="Merrow Council", is_employer=True)

        def make(name: str, organisation=team, hours=(7, 21), days=7) -> Worker:
            worker = Worker.objects.create(
                service=service, organisation=organisation, local_reference=name, name=name,
                skills=["home_care_worker"], latitude=52.92, longitude=-1.47,
            )  # fmt: skip
            for ahead in range(days):
                day = now.date() + timedelta(days=ahead)
                Shift.objects.create(
                    worker=worker, day=day, starts_at=wall_clock(day, f"{hours[0]:02d}:00"),
                    ends_at=wall_clock(day, f"{hours[1]:02d}:00"), start_latitude=52.92, start_longitude=-1.47,
                )  # fmt: skip
            return worker

        return make

    def test_finds_room_where_somebody_of_the_team_is_free(self, asked, commissioner, on_shift, now):
        on_shift("Ash")
        package = asked(visits=(EVENING,))
        answer = ask_capacity(commissioner, package, now)
        kept = keep_capacity_answer(actor=commissioner, package=package, answer=answer, now=now)
        assert (kept.is_possible, kept.wanted, kept.placed) == (True, 7, 7)

    def test_does_not_count_the_workers_of_providers(self, asked, commissioner, on_shift, contract, now):
        on_shift("Lark", contract().provider.organisation)
        answer = ask_capacity(commissioner, asked(visits=(EVENING,)), now)
        assert not answer.is_known and not answer.is_possible

    def test_says_why_where_the_shift_is_over_by_then(self, asked, commissioner, on_shift, now):
        on_shift("Ash", hours=(7, 15))
        package = asked(visits=(EVENING,))
        kept = keep_capacity_answer(
            actor=commissioner, package=package, answer=ask_capacity(commissioner, package, now), now=now
        )
        assert not kept.is_possible and kept.placed == 0
        assert "room for 0 of 7 visits" in kept.reason and len(kept.reason) > 70

    def test_leaves_those_who_are_promised_a_visit_theirs(self, asked, commissioner, on_shift, cared_for, now, ivy):
        """One worker, and a whole evening that a plan already asks for: nothing is left."""
        on_shift("Ash")
        cared_for(ivy)
        plan = CarePlan.objects.create(person=ivy, episode=ivy.episodes.get(), written_at=now, written_by="Tests")
        VisitPattern.objects.create(
            plan=plan, title="Sitting with her", opens_at="17:00", closes_at="17:00", is_window_hard=True, minutes=180,
            slots=[{"skill": "home_care_worker", "minutes": 180}], starts_on=now.date(),
        )  # fmt: skip
        assert ask_capacity(commissioner, asked(visits=(EVENING,)), now).placed == 0

    def test_changes_nothing_on_record(self, asked, commissioner, on_shift, now):
        on_shift("Ash")
        package = asked()
        before = Event.objects.count()
        ask_capacity(commissioner, package, now)
        assert Event.objects.count() == before and Package.objects.get(pk=package.pk).state == "asked"


class TestDoInHouse:
    def test_needs_the_plan_of_the_day_to_be_asked_first(self, asked, commissioner, now):
        with pytest.raises(RefusedError, match="Ask first"):
            do_in_house(actor=commissioner, package=asked(), reason="", now=now)

    def test_needs_a_reason_where_there_is_no_room(self, asked, commissioner, no_room, now):
        package = asked()
        no_room(package)
        with pytest.raises(RefusedError, match="Say why"):
            do_in_house(actor=commissioner, package=package, reason="", now=now)

    def test_takes_back_open_offers(self, asked, commissioner, no_room, contract, now):
        package = asked()
        no_room(package)
        send_offers(
            actor=commissioner, package=package, contracts=[contract()], answer_by=now + timedelta(hours=1),
            why_not_in_house="", now=now,
        )  # fmt: skip
        do_in_house(actor=commissioner, package=package, reason="A worker is back from leave", now=now)
        assert Offer.objects.get().state == "withdrawn"


class TestStartAndEnd:
    def test_refuses_a_start_still_to_come(self, started, commissioner, now):
        package = started()
        Package.objects.filter(pk=package.pk).update(state="agreed", started_on=None)
        with pytest.raises(RefusedError, match="still to come"):
            start_package(actor=commissioner, package=package, day=now.date() + timedelta(days=1), now=now)

    def test_ends_once_only(self, started, case_manager, now):
        package = started()
        told = {"last_day": now.date(), "reason": "not_needed", "text": "Manages alone", "now": now}
        assert end_package(actor=case_manager, package=package, **told).state == "ended"
        with pytest.raises(PackageCannotMoveError):
            end_package(actor=case_manager, package=package, **told)

    def test_a_provider_that_lets_go_leaves_it_to_be_asked_again(self, started, commissioner, now):
        package = started()
        Package.objects.filter(pk=package.pk).update(state="agreed", started_on=None)
        package = let_provider_go(actor=commissioner, package=package, reason="No driver", now=now)
        assert (package.state, package.contract) == ("asked", None)
        assert package.offers.get().state == "withdrawn"

    def test_is_withdrawn_with_its_offers(self, asked, case_manager, now):
        package = withdraw_package(actor=case_manager, package=asked(), reason="Went to her daughter", now=now)
        assert package.state == "withdrawn"


class TestVariation:
    @pytest.fixture
    def varied(self, started, case_manager, now):
        package = started(begins=now.date() - timedelta(days=20))
        return ask_variation(
            actor=case_manager, package=package, from_day=now.date() + timedelta(days=7), visits=(MORNING,),
            council_percent=100, reason="Needs no help in the evening", now=now,
        )  # fmt: skip

    def test_holds_from_its_day_on_once_somebody_else_approved_it(self, varied, commissioner, now):
        decide_variation(actor=commissioner, variation=varied, approve=True, text="", now=now)
        view = package_for(commissioner, varied.package_id, now)
        weekly = view.package.weekly()
        before, after = now.date() + timedelta(days=6), now.date() + timedelta(days=7)
        assert sum(one.is_on(before) for one in weekly) == 2
        assert sum(one.is_on(after) for one in weekly) == 1
        assert [one.council_percent for one in view.package.shares.order_by("starts_on")] == [60, 100]

    def test_is_not_approved_by_whoever_asked(self, started, commissioner, now):
        variation = ask_variation(
            actor=commissioner, package=started(), from_day=now.date(), visits=(MORNING,), council_percent=None,
            reason="Less", now=now,
        )  # fmt: skip
        with pytest.raises(NotAllowedError, match="Somebody else"):
            decide_variation(actor=commissioner, variation=variation, approve=True, text="", now=now)

    def test_refused_changes_nothing(self, varied, commissioner, now):
        decide_variation(actor=commissioner, variation=varied, approve=False, text="Too soon", now=now)
        assert varied.package.visits.filter(ends_on=None).count() == 2

    def test_waits_one_at_a_time(self, varied, case_manager, now):
        with pytest.raises(RefusedError, match="waits for approval"):
            ask_variation(
                actor=case_manager, package=varied.package, from_day=now.date(), visits=(MORNING,),
                council_percent=None, reason="More", now=now,
            )  # fmt: skip


class TestSuspendPackages:
    def test_is_called_twice_and_suspends_once(self, started, case_manager, ivy, now):
        package = started(begins=now.date() - timedelta(days=20))
        told = {"actor": case_manager, "person": ivy, "from_day": now.date(), "now": now}
        assert (suspend_packages(**told), suspend_packages(**told)) == (1, 0)
        assert package.suspensions.get().ends_on is None

    def test_ends_the_day_before_care_is_there_again(self, started, case_manager, ivy, now):
        package = started(begins=now.date() - timedelta(days=20))
        suspend_packages(actor=case_manager, person=ivy, from_day=now.date() - timedelta(days=3), now=now)
        assert resume_packages(actor=case_manager, person=ivy, first_day=now.date(), now=now) == 1
        one = package.suspensions.get()
        assert (one.starts_on, one.ends_on) == (now.date() - timedelta(days=3), now.date() - timedelta(days=1))

    def test_home_on_the_same_day_leaves_no_day_without_care(self, started, case_manager, ivy, now):
        package = started(begins=now.date() - timedelta(days=20))
        suspend_packages(actor=case_manager, person=ivy, from_day=now.date(), now=now)
        resume_packages(actor=case_manager, person=ivy, first_day=now.date(), now=now)
        assert not package.suspensions.exists()
        assert package.events.filter(kind__in=("suspended", "resumed")).count() == 2

    def test_leaves_what_has_not_begun(self, asked, case_manager, ivy, now):
        asked()
        assert suspend_packages(actor=case_manager, person=ivy, from_day=now.date(), now=now) == 0

    def test_counts_nothing_as_planned_meanwhile(self, started, case_manager, commissioner, ivy, now):
        package = started(begins=now.date() - timedelta(days=8))
        before = sum(week.planned_minutes for week in package_for(commissioner, package.pk, now).hours)
        suspend_packages(actor=case_manager, person=ivy, from_day=now.date() - timedelta(days=1), now=now)
        after = sum(week.planned_minutes for week in package_for(commissioner, package.pk, now).hours)
        assert (before, after) == (9 * 75, 7 * 75)


class TestPackageFor:
    def test_sets_delivered_beside_planned(self, started, commissioner, contract, worker_of, visited, ivy, now):
        terms = contract()
        package = started(terms, begins=now.date() - timedelta(days=1))
        fern = worker_of(terms)
        visited(ivy, now.date() - timedelta(days=1), "08:10", 28, fern)
        visited(ivy, now.date(), "08:00", 30, Worker.objects.create(
            service=package.service, organisation=Organisation.objects.create(
                service=package.service, kind="council", name="Council"), local_reference="C1",
        ))  # fmt: skip
        week = package_for(commissioner, package.pk, now).hours[0]
        assert (week.planned_minutes, week.delivered_minutes) == (150, 28)
        # 10.20 and 15.30 a day
        assert week.planned_pence == 2 * (1020 + 1530)

    def test_the_work_list_audits_whose_packages_it_shows(self, asked, commissioner, service, ivy, now):
        asked()
        shown = work_list(commissioner, service.pk, now)
        assert len(shown.lines) == 1 and shown.kept_back == 0
        assert Event.objects.filter(action="read packages").latest("id").people == [ivy.pk]


class TestVisitsFromPlan:
    def test_are_those_of_the_plan(self, ivy, cared_for, case_manager, now):
        cared_for(ivy)
        plan = CarePlan.objects.create(person=ivy, episode=ivy.episodes.get(), written_at=now, written_by="Tests")
        VisitPattern.objects.create(
            plan=plan, title="Morning care", opens_at="07:30", closes_at="09:30", minutes=45, weekdays="135",
            slots=[{"skill": "home_care_worker", "minutes": 45}] * 2, starts_on=now.date(),
        )  # fmt: skip
        one = visits_from_plan(case_manager, ivy, now.date())[0]
        assert (one.weekdays, one.minutes, one.workers, one.opens_at) == ("135", 45, 2, "07:30")


class TestChooseOffer:
    def test_is_for_commissioners_only(self, started, case_manager, now):
        offer = started().offers.get()
        with pytest.raises(NotAllowedError):
            choose_offer(actor=case_manager, offer=offer, reason="Mine", now=now)
