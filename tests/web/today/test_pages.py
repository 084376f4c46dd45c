"""The pages of Today as a browser without JavaScript gets them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from homeward.access.rules import Actor, Role
from homeward.audit.models import Event
from homeward.episodes.services import accept_referral
from homeward.kernel.selectors import latest_change
from homeward.kernel.services import tell
from homeward.people.models import Address
from homeward.people.services import raise_alert
from homeward.plans.models import VisitPattern
from homeward.plans.services import NewPattern, write_plan
from homeward.referrals.services import NewReferral, receive_referral
from homeward.visits.models import Assignment, DayPlan, PlanMove, Visit

pytestmark = pytest.mark.django_db

# What the small day's plan says of itself
NOBODY_FREE = "Nobody with the skill is free then. If Ann Lee stayed 20 minutes longer it would fit."
WHY_ANN = "Ann Lee is 7 minutes away and came to Mary Hart last week."


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


class TestDay:
    def test_sends_somebody_not_signed_in_to_sign_in(self, client):
        assert client.get("/today/").status_code == 302

    def test_is_refused_to_a_role_that_sees_no_ones_record(self, sign_in):
        assert sign_in(Role.PERFORMANCE_LEAD).get("/today/").status_code == 403

    def test_shows_every_employer_and_every_visit_with_its_state_in_words(self, sign_in, small_day):
        page = text(sign_in().get("/today/"))
        assert "Derwent City Council" in page
        assert "Derwent NHS Trust" in page
        for visit in (small_day.joint, small_day.late, small_day.crisis, small_day.unassigned):
            assert f'href="/today/visits/{visit.pk}"' in page
        assert "Not started, due 40 minutes ago, nobody has arrived" in page
        assert "Crisis. Crisis first visit. Under way" in page

    def test_links_the_two_workers_of_a_joint_visit_in_words(self, sign_in):
        page = text(sign_in().get("/today/"))
        assert "Joint visit 1 with Bob Reid" in page
        assert "Joint visit 1 with Ann Lee" in page

    def test_puts_what_nobody_does_on_top_with_the_reason(self, sign_in):
        page = text(sign_in().get("/today/"))
        assert page.index(NOBODY_FREE) < page.index('id="board"')

    def test_shows_a_visit_whose_worker_is_not_on_shift_as_unassigned(self, sign_in, small_day):
        small_day.bob.shifts.update(day=small_day.day - timedelta(days=1))
        page = text(sign_in().get("/today/"))
        assert "The worker it was given to is not on shift this day" in page

    def test_needs_no_style_attribute_and_no_script_to_be_read(self, sign_in):
        page = text(sign_in().get("/today/"))
        assert "style=" not in page
        assert "With JavaScript, a map here shows every home" in page

    def test_says_why_there_is_no_map_where_there_are_no_co_ordinates(self, sign_in):
        Address.objects.update(latitude=None, longitude=None)
        page = text(sign_in().get("/today/"))
        assert "came without co-ordinates" in page
        assert "leaflet.js" not in page

    def test_says_when_by_whom_and_why_it_was_planned_and_what_moved(self, sign_in, small_day):
        plan = DayPlan.objects.create(
            service=small_day.service,
            day=small_day.day,
            made_at=small_day.now,
            made_by="Pat",
            why="New: Crisis",
            seed=1,
        )
        PlanMove.objects.create(
            plan=plan, visit=small_day.joint, slot=0, to_worker=small_day.ann, to_starts_at=small_day.now, why=WHY_ANN
        )
        page = text(sign_in().get("/today/"))
        assert "by Pat: New: Crisis" in page
        assert "1 visit moved" in page
        assert WHY_ANN in page

    def test_offers_other_days_when_a_day_is_empty(self, sign_in, small_day):
        page = text(sign_in().get("/today/?day=2031-01-01"))
        assert "Nothing is on this day" in page
        assert f"day={small_day.day.isoformat()}" in page

    def test_opens_on_the_newest_day_of_a_service_whose_days_are_past(self, sign_in, small_day):
        past = small_day.day - timedelta(days=9)
        Visit.objects.update(day=past)
        assert f'value="{past.isoformat()}"' in text(sign_in().get("/today/"))

    def test_of_a_service_one_is_not_part_of_is_refused(self, sign_in):
        assert sign_in().get("/today/?service=elsewhere").status_code == 403

    def test_is_audited_as_one_event_naming_everyone_shown(self, sign_in, small_day):
        sign_in().get("/today/")
        event = Event.objects.filter(action="see day").latest("id")
        assert event.count == 4

    @pytest.mark.parametrize("nonsense", ["day=2026-99-99", "employer=x", "only=x&view=x", "visit=99999999", "visit=²"])
    def test_is_shown_whatever_nonsense_the_address_holds(self, sign_in, nonsense):
        assert sign_in().get(f"/today/?{nonsense}").status_code == 200


class TestFilters:
    def rows(self, page: str) -> set[str]:
        return {name for name in ("Ann Lee", "Bob Reid") if f'>{name}</a><span class="hw-row__job"' in page}

    @pytest.mark.parametrize(
        ("query", "rows"),
        [
            ("", {"Ann Lee", "Bob Reid"}),
            ("only=late", {"Bob Reid"}),
            ("only=joint", {"Ann Lee", "Bob Reid"}),
            ("only=crisis", {"Ann Lee"}),
            ("only=unassigned", set()),
            ("only=late&only=crisis", {"Ann Lee", "Bob Reid"}),
            ("can=job:Community nurse", {"Bob Reid"}),
            ("can=skill:registered_nurse", {"Bob Reid"}),
        ],
    )
    def test_leave_the_rows_that_were_asked_for(self, sign_in, query, rows):
        assert self.rows(text(sign_in().get(f"/today/?{query}"))) == rows

    def test_by_employer(self, sign_in, small_day):
        page = text(sign_in().get(f"/today/?employer={small_day.bob.organisation_id}"))
        assert self.rows(page) == {"Bob Reid"}

    def test_say_how_much_is_shown_and_keep_the_figures_of_the_whole_day(self, sign_in):
        page = text(sign_in().get("/today/?only=late"))
        assert "Showing 1 of 4 visits" in page
        assert "<b>4</b> visits" in page

    def test_list_exactly_the_visits_a_figure_counts(self, sign_in):
        page = text(sign_in().get("/today/?only=late&view=table"))
        assert page.count('<tr class="hw-row') == 1
        assert "Noor Hart" in page

    def test_find_a_person_without_putting_the_name_in_an_address(self, sign_in, small_day):
        answer = sign_in().post("/today/find", {"find": "noor", "day": small_day.day.isoformat()})
        page = text(answer)
        assert self.rows(page) == {"Bob Reid"}
        assert "find=" not in page


class TestTable:
    def test_says_everything_the_timeline_says(self, sign_in):
        page = text(sign_in().get("/today/?view=table"))
        for words in ("Mary Hart", "Ann Lee", "Bob Reid", "Joint 1", "Crisis", "Not started", "Under way", NOBODY_FREE):
            assert words in page


class TestLiveDay:
    def test_answers_nothing_while_nothing_changed(self, sign_in, small_day):
        newest = latest_change(("visits",))
        made = int(small_day.now.timestamp())
        answer = sign_in().get(f"/today/live?seen={newest}&made={made}")
        assert answer.status_code == 204

    def test_answers_the_new_part_when_a_visit_changed(self, sign_in, small_day):
        newest = latest_change(("visits",))
        tell(topic="visits", service_id=small_day.service.pk, subject=("visit", 1), now=small_day.now)
        page = text(sign_in().get(f"/today/live?seen={newest}&made={int(small_day.now.timestamp())}"))
        assert page.lstrip().startswith('<div id="today-live"')
        assert f"seen={newest + 1}" in page

    def test_is_made_anew_when_old_because_lateness_comes_with_time(self, sign_in, small_day):
        newest = latest_change(("visits",))
        made = int((small_day.now - timedelta(minutes=10)).timestamp())
        assert sign_in().get(f"/today/live?seen={newest}&made={made}").status_code == 200

    def test_keeps_a_changed_filter_in_the_address(self, sign_in):
        answer = sign_in().get("/today/live?only=late", headers={"HX-Request": "true"})
        assert "only=late" in answer.headers["HX-Replace-Url"]

    def test_has_the_whole_page_sign_in_again_when_the_session_is_over(self, client):
        answer = client.get("/today/live", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")


class TestVisit:
    def test_says_why_this_worker_and_who_goes_with_them(self, sign_in, small_day):
        page = text(sign_in().get(f"/today/visits/{small_day.joint.pk}"))
        assert WHY_ANN in page
        assert "2 workers start together: Ann Lee and Bob Reid" in page

    def test_puts_alerts_and_needs_before_who_and_when(self, sign_in, small_day):
        page = text(sign_in().get(f"/today/visits/{small_day.joint.pk}"))
        assert page.index("Penicillin") < page.index("left ear") < page.index("Who and when")
        assert "Use the side door" in page

    def test_says_that_an_alert_is_kept_back_and_whom_to_ask(self, sign_in, small_day):
        here = Actor.system("tests", small_day.service.pk)
        raise_alert(actor=here, person=small_day.joint.person, kind="safeguarding", text="Her son", now=small_day.now)
        page = text(sign_in(Role.ROSTER_PLANNER).get(f"/today/visits/{small_day.joint.pk}"))
        assert "1 more alert is kept back" in page and "Ask the front door" in page
        assert "Her son" not in page and "Safeguarding" not in page
        page = text(sign_in(Role.CASE_MANAGER).get(f"/today/visits/{small_day.joint.pk}"))
        assert "kept back" not in page and "Her son" in page

    def test_marks_delegated_tasks(self, sign_in, small_day):
        page = text(sign_in().get(f"/today/visits/{small_day.joint.pk}"))
        assert "Delegated health task" in page[page.index("Eye drops") :]

    def test_says_why_nobody_is_assigned(self, sign_in, small_day):
        page = text(sign_in().get(f"/today/visits/{small_day.unassigned.pk}"))
        assert NOBODY_FREE in page

    def test_is_only_its_part_when_opened_beside_the_day(self, sign_in, small_day):
        page = text(sign_in().get(f"/today/visits/{small_day.joint.pk}", headers={"HX-Request": "true"}))
        assert page.lstrip().startswith("<article")

    def test_of_another_service_is_not_found(self, sign_in, small_day):
        client = sign_in()
        client.get("/today/")
        assert client.get("/today/visits/999999").status_code == 404

    def test_offers_no_change_to_somebody_who_may_not_plan(self, sign_in, small_day):
        page = text(sign_in(Role.CASE_MANAGER).get(f"/today/visits/{small_day.unassigned.pk}"))
        assert "Send somebody" not in page
        assert "Cancel this visit" not in page

    def test_is_audited(self, sign_in, small_day):
        sign_in().get(f"/today/visits/{small_day.joint.pk}")
        assert Event.objects.filter(action="open visit", person_id=small_day.joint.person_id).exists()


class TestAssign:
    def offers(self, client, visit) -> str:
        return text(client.get(f"/today/visits/{visit.pk}/who"))

    def test_offers_who_could_come_and_sends_the_one_chosen(self, sign_in, small_day):
        client = sign_in()
        page = self.offers(client, small_day.unassigned)
        choice = f"0-{small_day.ann.pk}"
        assert f'value="{choice}"' in page
        answer = client.post(f"/today/visits/{small_day.unassigned.pk}/assign", {"choice": choice, "from": "day"})
        assert answer.status_code == 302
        assert f"visit={small_day.unassigned.pk}" in answer.url
        sent = Assignment.objects.get(visit=small_day.unassigned)
        assert (sent.worker, sent.state, sent.decided_by) == (small_day.ann, "sent", "Sam Planner")
        assert DayPlan.objects.filter(day=small_day.day).exists()

    def test_sends_two_together_to_a_joint_visit(self, sign_in, small_day):
        visit = small_day.unassigned
        visit.slots = visit.slots * 2
        visit.save()
        client = sign_in()
        choice = f"0-{small_day.ann.pk}+1-{small_day.bob.pk}"
        if f'value="{choice}"' not in self.offers(client, visit):
            choice = f"0-{small_day.bob.pk}+1-{small_day.ann.pk}"
        client.post(f"/today/visits/{visit.pk}/assign", {"choice": choice})
        sent = Assignment.objects.filter(visit=visit)
        assert {part.worker for part in sent} == {small_day.ann, small_day.bob}
        assert len({part.starts_at for part in sent}) == 1

    def test_says_so_when_nobody_was_chosen(self, sign_in, small_day):
        page = text(sign_in().post(f"/today/visits/{small_day.unassigned.pk}/assign", {}))
        assert "Choose who is to go" in page
        assert not Assignment.objects.filter(visit=small_day.unassigned).exists()

    def test_says_so_when_the_one_chosen_can_no_longer_come(self, sign_in, small_day):
        page = text(sign_in().post(f"/today/visits/{small_day.unassigned.pk}/assign", {"choice": "0-999"}))
        assert "can no longer get there" in page

    def test_is_refused_to_somebody_who_may_not_plan(self, sign_in, small_day):
        answer = sign_in(Role.CASE_MANAGER).post(f"/today/visits/{small_day.unassigned.pk}/assign", {"choice": "0-1"})
        assert answer.status_code == 403


class TestReplan:
    def test_plans_again_round_the_visit(self, sign_in, small_day):
        answer = sign_in().post(f"/today/visits/{small_day.unassigned.pk}/replan")
        assert answer.status_code == 302
        assert DayPlan.objects.get(day=small_day.day).why == "Planned again: Lunch"

    def test_is_not_done_by_following_a_link(self, sign_in, small_day):
        sign_in().get(f"/today/visits/{small_day.unassigned.pk}/replan")
        assert not DayPlan.objects.exists()


class TestCancel:
    def test_takes_the_visit_out_with_its_reason(self, sign_in, small_day):
        sign_in().post(f"/today/visits/{small_day.joint.pk}/cancel", {"reason": "In hospital"})
        small_day.joint.refresh_from_db()
        assert (small_day.joint.state, small_day.joint.outcome_note) == ("cancelled", "In hospital")

    def test_asks_why_when_no_reason_is_given(self, sign_in, small_day):
        page = text(sign_in().post(f"/today/visits/{small_day.joint.pk}/cancel", {"reason": " "}))
        assert "Say why the visit is cancelled" in page
        small_day.joint.refresh_from_db()
        assert small_day.joint.state == "planned"

    def test_says_why_not_when_the_visit_has_begun(self, sign_in, small_day):
        page = text(sign_in().post(f"/today/visits/{small_day.crisis.pk}/cancel", {"reason": "Error"}))
        assert "under way" in page


class TestPlanAgain:
    def test_leaves_a_day_that_is_over_as_it_was(self, sign_in, small_day):
        client = sign_in()
        yesterday = small_day.day - timedelta(days=1)
        client.post("/today/plan", {"day": yesterday.isoformat()})
        assert not DayPlan.objects.exists()
        assert "This day is over" in text(client.get("/today/"))

    def test_is_refused_to_somebody_who_may_not_plan(self, sign_in):
        assert sign_in(Role.FIELD_WORKER).post("/today/plan").status_code == 403


class TestTodayNobodyPlanned:
    """Nobody planned the day before: today's usual visits are in the plans, and nobody made them."""

    @pytest.fixture
    def unmade(self, small_day):
        """One person with a visit every day since last week; today's visits as they were are gone."""
        Assignment.objects.all().delete()
        Visit.objects.all().update(day=small_day.day - timedelta(days=1), state="missed")
        since = small_day.now - timedelta(days=8)
        told = {"actor": small_day.system, "now": since}
        new = NewReferral(source="gp", urgency="routine", need_code="personal_care", received_at=since)
        referral = receive_referral(person=small_day.late.person, new=new, **told)
        episode = accept_referral(referral=referral, pathway_code="home-care-with-delegated-tasks", **told)
        slots = [{"skill": "home_care_worker", "competences": [], "minutes": 30}]
        pattern = NewPattern("Evening care", "00:00", "23:50", 30, slots, since.date())
        write_plan(episode=episode, summary="", goals=[], patterns=[pattern], agreed_on=since.date(), **told)
        return small_day

    def test_is_said_on_today_and_not_hidden_behind_yesterday(self, sign_in, unmade):
        page = text(sign_in().get("/today/"))
        assert f'value="{unmade.day.isoformat()}"' in page
        assert "1 visit that plans ask for today is not made yet" in page
        assert "Make today’s visits and plan the day" in page

    def test_is_mended_by_whoever_plans(self, sign_in, unmade):
        client = sign_in()
        page = text(client.post("/today/plan", {"day": unmade.day.isoformat(), "make": "visits"}, follow=True))
        [visit] = Visit.objects.filter(day=unmade.day)
        assert visit.title == "Evening care"
        assert DayPlan.objects.filter(day=unmade.day).exists()
        assert "not made yet" not in page and "Evening care" in page
        client.post("/today/plan", {"day": unmade.day.isoformat(), "make": "visits"})
        assert Visit.objects.filter(day=unmade.day).count() == 1

    def test_is_told_to_somebody_who_may_not_plan_without_the_button(self, sign_in, unmade):
        page = text(sign_in(Role.CASE_MANAGER).get("/today/"))
        assert "Tell a roster planner" in page
        assert "Make today’s visits" not in page

    def test_is_not_said_of_a_plan_that_begins_today(self, sign_in, unmade):
        VisitPattern.objects.update(starts_on=unmade.day)
        assert "not made yet" not in text(sign_in().get("/today/"))

    def test_makes_nothing_when_the_day_is_only_planned_again(self, sign_in, unmade):
        sign_in().post("/today/plan", {"day": unmade.day.isoformat()})
        assert not Visit.objects.filter(day=unmade.day).exists()


class TestWorker:
    def test_shows_the_day_in_order_with_travel_and_totals(self, sign_in, small_day):
        page = text(sign_in().get(reverse("today:worker", args=[small_day.bob.pk])))
        assert page.index("Noor Hart") < page.index("Mary Hart", page.index("hw-stops"))
        assert "7 minutes travel" in page
        assert "<b>1h 00m</b> with people" in page
        assert "Together with Ann Lee" in page

    def test_shows_the_labels_of_a_service_that_gave_no_names(self, sign_in, small_day):
        small_day.ann.name = ""
        small_day.ann.save()
        Visit.objects.get(pk=small_day.joint.pk).person.__class__.objects.update(given_name="", family_name="")
        page = text(sign_in().get(reverse("today:worker", args=[small_day.ann.pk])))
        assert "Worker 1" in page
        assert "Person Mary" in page

    def test_who_is_not_on_shift_is_not_found(self, sign_in):
        assert sign_in().get(reverse("today:worker", args=[99999])).status_code == 404


class TestNonsense:
    @pytest.mark.parametrize("told", ["seen=²", "made=²", "made=" + "9" * 5000, "employer=²", "visit=" + "9" * 30])
    def test_in_the_address_is_as_if_it_were_not_there(self, sign_in, told):
        assert sign_in().get(f"/today/live?{told}").status_code == 200

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30"])
    def test_of_a_day_shows_the_usual_one(self, sign_in, small_day, day):
        assert "Derwent City Council" in text(sign_in().get(f"/today/?day={day}"))


class TestOwnDay:
    """A field worker sees their own visits on Today, and nobody else's."""

    @pytest.fixture
    def carer(self, sign_in, small_day):
        """Ann Lee's own browser."""
        client = sign_in(Role.FIELD_WORKER)
        small_day.ann.account_id = client.session["_auth_user_id"]
        small_day.ann.save()
        return client

    def test_shows_their_visits_only(self, carer, small_day):
        page = text(carer.get("/today/?view=table"))
        assert small_day.joint.person.label in page
        assert small_day.unassigned.person.label not in page
        assert small_day.late.person.label not in page

    def test_opens_their_visit_and_no_other(self, carer, small_day):
        assert carer.get(f"/today/visits/{small_day.joint.pk}").status_code == 200
        assert carer.get(f"/today/visits/{small_day.unassigned.pk}").status_code == 404
        assert carer.get(f"/today/workers/{small_day.ann.pk}").status_code == 200
        assert carer.get(f"/today/workers/{small_day.bob.pk}").status_code == 404

    def test_is_empty_for_one_who_is_on_no_roster(self, sign_in, small_day):
        page = text(sign_in(Role.FIELD_WORKER).get("/today/?view=table"))
        assert small_day.joint.person.label not in page


class TestBreaks:
    def test_are_shown_in_a_long_shift_and_counted_where_there_is_no_room(self, sign_in, small_day):
        page = sign_in()
        address = f"/today/workers/{small_day.bob.pk}?day={small_day.day}"
        assert "Room for a break of 20 minutes" in text(page.get(address))
        assert "without a break" not in text(page.get("/today/"))
        Assignment.objects.filter(worker=small_day.bob).delete()
        shift = small_day.bob.shifts.get()
        Assignment.objects.create(
            visit=small_day.late, slot=0, worker=small_day.bob, shift=shift, starts_at=shift.starts_at,
            ends_at=shift.ends_at, travel_minutes=0,
        )  # fmt: skip
        assert "No 20 minutes in a row are free" in text(page.get(address))
        assert "<b>1</b> without a break" in text(page.get("/today/"))
        narrowed = text(page.get("/today/?only=no-break"))
        assert f'data-w="{small_day.bob.pk}"' in narrowed
        assert f'data-w="{small_day.ann.pk}"' not in narrowed
