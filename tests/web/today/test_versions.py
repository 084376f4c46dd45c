"""The plans of a day side by side, and what would place a visit nobody goes to."""

import html
from datetime import timedelta

import pytest

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.roster.models import Shift
from homeward.visits.models import DayPlan, PlanMove
from homeward.visits.selectors import changes_between


def text(answer) -> str:
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


@pytest.fixture
def two_plans(small_day):
    """The day planned in the morning, and again when Ann went ill: Bob takes over, later."""
    morning, again = (
        DayPlan.objects.create(
            service=small_day.service, day=small_day.day, made_at=small_day.now + timedelta(minutes=number),
            made_by=by, why=why, seed=1, figures={"planned": 4 - number, "unplanned": number, "travel_minutes": 60.0},
        )
        for number, (by, why) in enumerate((("Pat", "The day planned"), ("Sam", "Ann Lee is away")))
    )  # fmt: skip
    PlanMove.objects.create(
        plan=again, visit=small_day.joint, slot=0, from_worker=small_day.ann, to_worker=small_day.bob,
        from_starts_at=small_day.now, to_starts_at=small_day.now + timedelta(minutes=20), why="Bob is nearest.",
    )  # fmt: skip
    return morning, again


class TestPlans:
    def test_lists_each_plan_with_who_accepted_it(self, sign_in, two_plans):
        page = text(sign_in().get("/today/plans"))
        assert page.count("In force") == 1
        assert page.index("Ann Lee is away") < page.index("The day planned")
        assert "Sam" in page and "Pat" in page

    def test_compares_the_last_two_and_says_what_set_each_change_off(self, sign_in, two_plans, small_day):
        page = text(sign_in().get(f"/today/plans?day={small_day.day.isoformat()}"))
        assert "1 to somebody else" in page
        assert "Bob is nearest." in page
        assert "1 fewer" in page and "1 more" in page and "The same" in page
        assert Event.objects.filter(action="compare plans of a day").exists()

    def test_compares_whichever_two_are_asked_for(self, sign_in, two_plans):
        morning, again = two_plans
        swapped = text(sign_in().get(f"/today/plans?from={again.pk}&to={morning.pk}"))
        assert "1 to somebody else" in swapped
        alone = text(sign_in(Role.CASE_MANAGER).get(f"/today/plans?from={again.pk}&to={again.pk}"))
        assert "somebody else" not in alone

    def test_says_when_there_is_no_plan(self, sign_in):
        assert "This day has not been planned yet" in text(sign_in().get("/today/plans?day=2031-01-01"))

    def test_link_the_visits_that_a_worker_still_goes_to_and_name_the_others(self, sign_in, two_plans, small_day):
        # given Ann, from whom the joint visit went to Bob
        client = sign_in(Role.FIELD_WORKER)
        small_day.ann.account_id = client.session["_auth_user_id"]
        small_day.ann.save()
        where = f'href="/today/visits/{small_day.joint.pk}"'
        for address in ("/today/", "/today/plans"):
            assert where in text(client.get(address)), address
        # when she goes to it no more
        small_day.joint.assignments.filter(worker=small_day.ann).delete()
        # then she reads that it moved, and nothing leads to a page that is not hers
        for address in ("/today/", "/today/plans"):
            page = text(client.get(address))
            assert where not in page, address
            assert small_day.joint.person.label in page, address

    def test_what_moved_and_moved_back_is_no_change(self, two_plans, small_day, system):
        morning, again = two_plans
        back = DayPlan.objects.create(
            service=small_day.service, day=small_day.day, made_at=small_day.now, made_by="Pat", why="Back", seed=1
        )
        PlanMove.objects.create(
            plan=back, visit=small_day.joint, slot=0, from_worker=small_day.bob, to_worker=small_day.ann,
            from_starts_at=small_day.now + timedelta(minutes=20), to_starts_at=small_day.now,
        )  # fmt: skip
        actor = small_day.system
        assert len(changes_between(actor, morning, again, small_day.now)) == 1
        assert changes_between(actor, morning, back, small_day.now) == []


class TestPlace:
    def test_says_what_would_place_a_visit(self, sign_in, small_day):
        Shift.objects.update(ends_at=small_day.now + timedelta(minutes=20))
        small_day.unassigned.is_window_hard = True
        small_day.unassigned.save()
        page = text(sign_in().get(f"/today/visits/{small_day.unassigned.pk}/place"))
        assert "What would place this visit?" in page
        assert "would place it at" in page
        assert "changes together" in page or "One change" in page

    def test_is_offered_where_nobody_is_assigned(self, sign_in, small_day):
        page = text(sign_in().get(f"/today/visits/{small_day.unassigned.pk}"))
        assert f"/today/visits/{small_day.unassigned.pk}/place" in page

    def test_is_refused_to_somebody_who_may_not_plan(self, sign_in, small_day):
        answer = sign_in(Role.FIELD_WORKER).get(f"/today/visits/{small_day.unassigned.pk}/place")
        assert answer.status_code == 403
