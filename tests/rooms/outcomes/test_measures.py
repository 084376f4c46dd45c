"""Each measure worked out by hand from a few records that the services made: (numerator, denominator, left out)."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.assessments.services import complete_form, save_answers, start_form
from homeward.audit.models import Event
from homeward.delegation.models import SignOff
from homeward.delegation.services.concerns import answer_concern, raise_concern
from homeward.discharge.services import (
    CriteriaGiven,
    Leaving,
    Owner,
    StayGiven,
    add_action,
    end_stay,
    receive_stay,
)
from homeward.outcomes.facts.copying import refresh
from homeward.outcomes.facts.reading import Facts
from homeward.outcomes.measures.compiling import TABLES
from homeward.outcomes.measures.definition import By
from homeward.outcomes.measures.library import ALL, MEASURES
from homeward.outcomes.selectors import NoSuchSplitError, cases_of, measures_of
from homeward.plans.models import VisitPattern
from homeward.procedures.selectors import built
from homeward.referrals.services import decline_referral, log_call
from homeward.referrals.states import Source, Urgency
from homeward.roster.models import Contract
from homeward.roster.services import add_contracts
from homeward.teams.models import Account
from homeward.teams.services import record_training
from homeward.visits.models import JoinedVisits
from homeward.visits.services import assign_worker, explain_overrun
from homeward.visits.services.covering import report_sick
from homeward.visits.states import JoinState
from tests.answering import complete_answers
from tests.rooms.visits.agencies import hire, morning, on_shift, open_agencies
from tests.rooms.visits.clinic_words import add_person

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class TestEveryMeasure:
    def test_is_told_apart_by_person_or_by_what_belongs_together_never_by_both(self):
        assert not [one.key for one in ALL if one.together and one.whose not in ("", one.together)]

    def test_of_a_place_with_nothing_counts_nothing(self, kept_apart, service, system, now):
        refresh(now=now)
        told = measures_of(Actor.system("tests", service.pk), service.pk, date(2026, 1, 1), date(2026, 12, 31), now)
        assert [one.measure.key for one in told] == list(MEASURES)
        for one in told:
            assert len(one.points) == 12
            for point in one.points:
                assert (point.numerator, point.denominator) == (0, 0 if one.measure.out_of else None)
                assert point.value is None if one.measure.out_of else point.value == 0

    def test_has_a_key_of_its_own(self):
        assert len(ALL) == len(MEASURES)

    def test_is_there_for_every_code(self):
        codes = {one.code for one in MEASURES.values()}
        assert codes == {f"M{number:02d}" for number in range(1, 31)}

    @pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.key)
    def test_reads_the_facts_it_names(self, measure):
        read = set()

        class Noted(Facts):
            def __getitem__(self, name):
                read.add(name)
                return super().__getitem__(name)

        measure.cases(Noted(TABLES.columns))
        assert read == set(measure.reads)


class TestFrontDoor:
    def test_m01_counts_referrals_by_the_day_they_came(self, history, measured, now):
        history.referral(now - 3 * DAY)
        history.referral(now, source=Source.FAMILY, urgency=Urgency.ROUTINE)
        decline_referral(actor=history.actor, referral=history.referral(now), reason="Not for us", now=now)
        assert measured("M01") == (3, None, {})
        assert measured("M01", split="source") == {"family": (1, None), "gp": (2, None)}

    def test_m02_counts_calls_from_professionals_only(self, history, service, measured, now):
        for source in (Source.GP, Source.AMBULANCE, Source.FAMILY, Source.SELF):
            log_call(
                actor=history.actor, service_id=service.pk, source=source, outcome="advice", advice="Rest", now=now
            )
        assert measured("M02") == (2, None, {})

    def test_m03_counts_what_was_met_and_missed(self, history, measured, now):
        at = now - 5 * HOUR
        history.event(history.episode(at), "first_face_to_face_contact", at + 2 * HOUR)  # exactly in time
        history.event(history.episode(at), "first_face_to_face_contact", at + 2 * HOUR + timedelta(minutes=1))
        history.episode(at)  # nobody came in three hours
        history.end(history.episode(at), "not_needed", at + HOUR)
        history.episode(now - HOUR)
        history.referral(at)  # nobody took it on
        assert measured("M03") == (
            1,
            3,
            {
                "The clock was cancelled: declined, passed on or not needed": 1,
                "Neither met nor missed yet": 1,
            },
        )
        # an hour and a minute later the last one has missed it too, though nothing was written down
        assert measured("M03", at=now + 61 * timedelta(minutes=1))[:2] == (1, 4)

    def test_m03_follows_a_contact_that_was_written_down_late(self, history, measured, now):
        at = now - 5 * HOUR
        episode = history.episode(at)
        assert measured("M03")[:2] == (0, 1)
        history.event(episode, "first_face_to_face_contact", at + HOUR)
        assert measured("M03")[:2] == (1, 1)

    def test_m03_keeps_an_hour_an_hour_when_the_clocks_change(self, history, measured, now):
        # 25 October 2026: 1:59am in summer time is followed by 1:00am in winter time
        at = now.replace(month=10, day=25, hour=0, minute=30)
        wall = now.replace(month=10, day=25, hour=2, minute=0)  # two and a half hours later, not one and a half
        history.event(history.episode(at), "first_face_to_face_contact", wall)
        assert measured("M03")[:2] == (0, 1)

    def test_m04_takes_two_workers_at_one_visit(self, history, measured, now):
        first, second = history.worker(), history.worker()
        joint, alone = history.episode(now - 4 * HOUR), history.episode(now - 4 * HOUR)
        history.visit(joint.person, now - 3 * HOUR, first, second, episode=joint)
        history.visit(alone.person, now - 3 * HOUR, first, episode=alone)
        history.visit(alone.person, now - HOUR, second, episode=alone)
        history.referral(now)
        history.referral(now, urgency=Urgency.ROUTINE)  # no crisis
        assert measured("M04") == (1, 3, {})

    def test_m05_counts_by_what_an_outcome_counts_as(self, history, measured, now):
        for outcome in ("nothing_further", "nothing_further", "to_home_care", "admitted", "not_reached"):
            history.end(history.episode(now - DAY), outcome, now)
        assert measured("M05") == (2, 4, {"Nobody was seen: not reached, or not needed after all": 1})

    def test_m06_counts_72_hours_from_the_first_visit(self, history, service, measured, now):
        met, late, later = (history.episode(now - 5 * DAY) for _ in range(3))
        for episode in (met, late, later):
            history.event(episode, "first_face_to_face_contact", now - 4 * DAY)
        explain_overrun(actor=history.actor, episode=late, reason="No home care until Friday", now=now)
        history.end(met, "usual_support", now - DAY)
        history.end(late, "usual_support", now - DAY + HOUR)
        history.end(later, "usual_support", now)
        assert measured("M06") == (1, 3, {})
        assert measured("M06.explained") == (1, 2, {"Within 72 hours": 1})


class TestSharingWork:
    def test_m07_counts_visits_and_employers_by_person_and_day(self, history, measured, now):
        nurse, carer = history.worker(), history.worker("Larkmoor Care")
        one, other = history.person(), history.person()
        for hours, worker in ((2, nurse), (1, carer), (25, nurse)):
            history.visit(one, now - hours * HOUR, worker)
        history.visit(other, now - HOUR, nurse)
        assert measured("M07") == (4, 3, {})  # two today and one yesterday to one, one to the other
        assert measured("M07.employers") == (4, 3, {})
        # the trust: once to each today and once yesterday; the agency: once
        assert measured("M07.each") == (4, 4, {})
        assert measured("M07.each", split="organisation") == {"Larkmoor Care": (1, 1), "Merrow Trust": (3, 3)}

    def test_m07_each_counts_a_joint_visit_for_both_and_two_visits_as_two(self, history, measured, now):
        nurse, other, carer = history.worker(), history.worker(), history.worker("Larkmoor Care")
        person = history.person()
        history.visit(person, now - 3 * HOUR, nurse, other)  # two of one employer: one visit of it
        history.visit(person, now - 2 * HOUR, nurse, carer)
        assert measured("M07.each") == (3, 2, {})
        assert measured("M07.each", split="organisation") == {"Larkmoor Care": (1, 1), "Merrow Trust": (2, 1)}

    def test_m07_saved_adds_up_each_day_of_a_join_that_is_over(self, history, service, measured, now):
        monday = now.date() - timedelta(days=now.weekday() + 14)
        for number, (starts, ends) in enumerate(
            ((monday, None), (monday, monday + 2 * DAY), (now.date() + DAY, None), (None, None))
        ):
            person = add_person(service, history.actor, f"Two visits {number}", now - 30 * DAY)
            kept, joined = VisitPattern.objects.filter(plan__person=person).order_by("pk")
            JoinedVisits.objects.create(
                service=service, person=person, kept=kept, joined=joined, kind="same_time", weekdays="13",
                state=JoinState.AGREED if starts else JoinState.PROPOSED, opens_at="09:00", closes_at="12:00",
                minutes=45, slots=[], tasks=[], care_minutes_saved=15, travel_minutes_saved=6.5,
                found_at=now - 20 * DAY, person_agreed_on=starts, starts_on=starts, ends_on=ends,
                decided_at=now - 15 * DAY, decided_by="Tests",
            )  # fmt: skip
        # Mondays and Wednesdays of two weeks, and of this one until yesterday; the second ended with a Wednesday
        days = 4 + sum(day < now.weekday() for day in (0, 2)) + 2
        assert measured("M07.saved") == (days * 21.5, None, {})
        # one more day of it has ended, though nothing was written down
        more = next(ahead for ahead in range(1, 8) if (now + (ahead - 1) * DAY).weekday() in (0, 2))
        assert measured("M07.saved", at=now + more * DAY)[0] > days * 21.5
        VisitPattern.objects.filter(joins_kept__isnull=False).update(ends_on=monday)
        assert measured("M07.saved", at=now + more * DAY)[0] == 2 * 21.5

    def test_m07_counts_what_was_found_that_could_be_one_and_what_was_agreed(self, history, service, measured, now):
        for number, state in enumerate((JoinState.AGREED, JoinState.ENDED, JoinState.DECLINED, JoinState.PROPOSED)):
            person = add_person(service, history.actor, f"Two visits {number}", now)
            kept, joined = VisitPattern.objects.filter(plan__person=person).order_by("pk")
            JoinedVisits.objects.create(
                service=service, person=person, kept=kept, joined=joined, kind="same_time", state=state, weekdays="135",
                opens_at="09:00", closes_at="12:00", minutes=45, slots=[], tasks=[], care_minutes_saved=15,
                travel_minutes_saved=6, found_at=now - HOUR, person_agreed_on=now.date(), starts_on=now.date(),
                decided_at=now if state != JoinState.PROPOSED else None, decided_by="Tests", declined_reason="No",
            )  # fmt: skip
        # ended after it was agreed to: it was one of those that were made one
        assert measured("M07.found") == (4, None, {})
        assert measured("M07.merged") == (2, 3, {"Not decided": 1})
        # two again before anybody decided: found, and nothing agreed
        JoinedVisits.objects.filter(state=JoinState.PROPOSED).update(state=JoinState.ENDED)
        assert measured("M07.merged") == (2, 3, {"Not decided": 1})

    def test_m08_counts_simple_tasks_and_the_minutes_the_procedures_give(self, history, measured, now):
        carer = history.worker("Larkmoor Care", "home_care_worker")
        tasks = [
            ("medication_support", True),  # low complexity, 10 minutes
            ("blood_glucose_check", False),  # low complexity
            ("insulin_administration", True),  # not a simple one, 10 minutes
            ("personal_care", False),  # nothing to delegate
        ]
        history.visit(history.person(), now - HOUR, carer, tasks=tasks)
        assert measured("M08") == (1, 2, {})
        assert measured("M08.minutes") == (20, None, {})

    def test_m11_counts_concerns_until_a_professional_answers(self, history, somebody, measured, now):
        nurse = somebody(Role.REGISTERED_PROFESSIONAL, "Ada Brook")
        duty = [Account.objects.get(pk=nurse.account_id)]
        raised = [
            raise_concern(
                actor=history.actor, person=history.person(), urgency=urgency, text="Her heel is red", sent_key=key,
                noticed_at=now - 10 * HOUR, duty=duty, now=now - 10 * HOUR,
            )
            for key, urgency in (("a", "today"), ("b", "today"), ("c", "now"), ("d", "soon"))
        ]  # fmt: skip
        # today: within four hours; now: within a quarter of one; soon: within two days
        answer_concern(actor=nurse, concern=raised[0], text="I come", now=now - 8 * HOUR)
        answer_concern(actor=nurse, concern=raised[1], text="I come", now=now - 5 * HOUR)
        assert measured("M11") == (4, None, {})
        assert measured("M11.hours") == (7, 2, {"Not answered yet": 2})
        assert measured("M11.in_time") == (1, 3, {"Not answered, and not due yet": 1})

    def test_m12_counts_what_sickness_took_and_who_stood_in(self, history, service, measured, now):
        early = now.replace(hour=6, minute=30)
        agency, council = open_agencies(service, early)
        ill, same, other = hire(agency, "Ill", early), hire(agency, "Same", early), hire(council, "Other", early)
        on_shift(ill, early, 7, 15)
        visits = morning(service, early, 4)
        for visit in visits:
            assign_worker(
                actor=history.actor, visit=visit, slot=0, worker=ill, starts_at=visit.window_opens_at, now=early
            )
        report_sick(actor=history.actor, worker=ill, starts_on=early.date(), ends_on=early.date(), now=early)
        for worker in (same, other):
            on_shift(worker, early, 7, 15)
        for visit, worker in ((visits[0], same), (visits[1], other), (visits[2], other)):
            assign_worker(
                actor=history.actor, visit=visit, slot=0, worker=worker, starts_at=visit.window_opens_at, now=early
            )
        assert measured("M12") == (1, None, {})
        assert measured("M12.covered") == (3, 4, {})
        assert measured("M12.elsewhere") == (2, 3, {"Not covered": 1})


class TestHospital:
    @pytest.fixture
    def manager(self, somebody):
        return somebody(Role.CASE_MANAGER)

    @pytest.fixture
    def in_hospital(self, history, manager, now):
        """Somebody admitted ten days ago and ready some days ago, waiting for equipment since."""

        def make(ready_days_ago: int | None):
            given = {"admitted_at": now - 10 * DAY, "source": "form", "hospital_name": "Made Up General"}
            person = history.person()
            stay = receive_stay(actor=manager, person=person, given=StayGiven(**given), now=now - 10 * DAY).stay
            if ready_days_ago is not None:
                at = now - ready_days_ago * DAY
                ready = StayGiven(**given, criteria=(CriteriaGiven(at.date(), False),))
                receive_stay(actor=manager, person=person, given=ready, now=at)
                add_action(
                    actor=manager, stay=stay, text="Order the bed", owner=Owner("account", manager.account_id),
                    due_at=now + DAY, now=at, blocker="equipment",
                )  # fmt: skip
            return stay

        return make

    def test_m15_m16_m18_count_waiting_and_leaving(self, history, manager, in_hospital, measured, now):
        same_day, later, unknown, died, waits = (in_hospital(days) for days in (4, 4, None, 4, 2))
        for stay, days, how, where in (
            (same_day, 4, "left", "p0_home"),
            (later, 1, "left", "p2_bed"),
            (unknown, 1, "left", "p1_support"),
            (died, 3, "died", ""),
        ):
            at = now - days * DAY
            end_stay(actor=manager, stay=stay, leaving=Leaving(at, how, where, note="A bed was found"), now=at)
        # days at the end of which somebody could have left: 0, 3, 0, 1 and, until yesterday, 2
        assert measured("M15") == (6, None, {})
        assert measured("M15", split="reason") == {"equipment": (6, None)}
        assert measured("M16") == (1, 2, {"Died": 1, "No ready date recorded": 1})
        assert measured("M16.days") == (3, 2, {"Died": 1, "No ready date recorded": 1})
        assert measured("M16.days", split="band") == {"0": (0, 1), "2-3": (3, 1)}
        assert measured("M18") == (2, 3, {})
        assert [measured(f"M18.p{number}")[0] for number in range(4)] == [1, 1, 1, 0]
        # tomorrow one more day has ended for the one who still waits, though nothing was written down
        assert measured("M15", at=now + DAY)[0] == 7
        assert waits.left_at is None

    def test_m17_counts_the_days_of_a_stay_with_dementia(self, history, measured, now):
        for days in (61, 20):
            episode = history.episode(now - 70 * DAY, "dementia-crisis", need="dementia_crisis")
            history.event(episode, "admitted_to_hospital", now - days * DAY)
            history.event(episode, "came_home_from_hospital", now)
        assert measured("M17") == (81, 2, {})
        assert measured("M17.within") == (1, 2, {})


class TestComingHome:
    def test_m19_counts_who_needs_nothing_further(self, history, measured, now):
        for outcome in ("independent", "less_support", "same_support"):
            episode = history.episode(now - 40 * DAY, "reablement-at-home", urgency=Urgency.ROUTINE)
            history.end(episode, outcome, now)
        assert measured("M19") == (1, 3, {})

    def test_m29_counts_visits_of_two_employers(self, history, measured, now):
        nurse, other, carer = history.worker(), history.worker(), history.worker("Larkmoor Care")
        person = history.person()
        history.visit(person, now - 2 * HOUR, nurse, carer)
        history.visit(person, now - HOUR, nurse, other)
        history.visit(person, now - 3 * HOUR, carer)
        assert measured("M29") == (1, 3, {})

    def test_m30_compares_each_person_with_their_first_time(self, history, service, measured, now):
        def score(person, at, *answers):
            told = {"actor": history.actor, "now": at}
            filled = start_form(
                service_id=service.pk, form_code="wellbeing-own-scale", subject=("person", person.pk), person=person,
                **told,
            )  # fmt: skip
            asked = ("wellbeing_life", "wellbeing_worth", "wellbeing_joy", "wellbeing_calm")
            answers = complete_answers(built(filled.form), **dict(zip(asked, answers, strict=True)))
            saved = save_answers(filled=filled, answers=answers, revision=filled.revision, **told)
            complete_form(filled=saved.filled, **told)

        better, worse, once = history.person(), history.person(), history.person()
        for days, person, answers in (
            (30, better, (4, 4, 4, 4)),
            (10, better, (5, 4, 4, 4)),
            (30, worse, (6, 6, 6, 6)),
            (10, worse, (6, 6, 6, 5)),
            (10, once, (9, 9, 9, 9)),
        ):
            score(person, now - days * DAY, *answers)
        assert measured("M30") == (1, 2, {})


class TestMeasuresOf:
    @pytest.fixture
    def two_months(self, history, kept_apart, now):
        for at in (now - 30 * DAY, now - 30 * DAY, now):
            history.referral(at)
        refresh(now=now)

    def test_gives_every_period_with_or_without_anything(self, two_months, actor_with, service, now):
        told = {"actor": actor_with(Role.PERFORMANCE_LEAD), "service_id": service.pk, "now": now, "keys": ["M01"]}
        [months] = measures_of(first=date(2026, 9, 1), last=date(2026, 11, 30), **told)
        assert [(point.first.month, point.value) for point in months.points] == [(9, 0), (10, 2), (11, 1)]
        assert [point.is_provisional for point in months.points] == [False, False, True]
        assert months.service_code == "derwent"
        [quarters] = measures_of(first=date(2026, 9, 1), last=date(2026, 11, 30), by=By.QUARTER, **told)
        assert [(point.last, point.value) for point in quarters.points] == [
            (date(2026, 9, 30), 0),
            (date(2026, 11, 30), 3),
        ]
        [years] = measures_of(first=date(2026, 3, 1), last=date(2026, 11, 30), by=By.YEAR, **told)
        assert [(point.first, point.value) for point in years.points] == [(date(2026, 3, 1), 0), (date(2026, 4, 1), 3)]

    def test_is_for_who_may_see_results(self, two_months, actor_with, service, now):
        with pytest.raises(NotAllowedError):
            measures_of(actor_with(Role.FIELD_WORKER), service.pk, date(2026, 9, 1), date(2026, 11, 30), now)

    def test_refuses_parts_the_measure_has_not(self, two_months, actor_with, service, now):
        with pytest.raises(NoSuchSplitError, match="source"):
            measures_of(
                actor_with(Role.PERFORMANCE_LEAD), service.pk, date(2026, 9, 1), date(2026, 11, 30), now, keys=["M01"],
                split="shoe_size",
            )  # fmt: skip

    def test_lists_the_cases_to_who_may_see_people_and_audits_them(
        self, two_months, somebody, actor_with, service, now
    ):
        told = (service.pk, "M01", date(2026, 10, 1), date(2026, 10, 31), now)
        manager = somebody(Role.CASE_MANAGER)
        found = cases_of(manager, *told)
        assert (found.count, found.numerator, found.denominator) == (2, 2, None)
        cases = [one.case for one in found.shown]
        assert [(case.record, case.day) for case in cases] == [("referral", date(2026, 10, 25))] * 2
        event = Event.objects.get(action="list cases of M01")
        assert set(event.people) == {case.person_id for case in cases}
        with pytest.raises(NotAllowedError):  # sees numbers, and no one's record
            cases_of(actor_with(Role.PERFORMANCE_LEAD), *told)


class TestSignOffs:
    def test_m09_counts_days_from_the_first_course(self, history, measured, now):
        full, part, carried = (history.worker("Larkmoor Care", "home_care_worker") for _ in range(3))
        contracts = [
            Contract(worker=worker, kind="hours", weekly_minutes=minutes, starts_on=date(2026, 1, 1))
            for worker, minutes in ((full, 37 * 60), (part, 16 * 60))
        ]
        add_contracts(actor=history.actor, service_id=history.service.pk, contracts=contracts, now=now)
        for worker, days in ((full, 20), (full, 10), (part, 50)):
            record_training(
                actor=history.actor, worker=worker, code="insulin", title="Insulin", competence="insulin",
                done_on=(now - days * DAY).date(), now=now,
            )  # fmt: skip
        for place, (worker, ends_on, came_from) in enumerate(
            ((full, None, ""), (part, (now - DAY).date(), ""), (carried, None, "the old book"))
        ):
            SignOff.objects.create(
                worker=worker, competence="insulin", signed_by=None if came_from else history.worker(),
                carried_over=came_from, signed_at=now - 5 * DAY, ends_on=ends_on, passport_code=f"P{place}",
            )  # fmt: skip
        assert measured("M09") == (15 + 45, 2, {"Carried over from before": 1})
        assert measured("M09", split="hours") == {"full time": (15, 1), "part time": (45, 1)}
        assert measured("M09.lapsed") == (1, None, {})
