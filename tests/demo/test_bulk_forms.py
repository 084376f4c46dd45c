"""The bulk forms that a place is made with refuse what the single ones refuse."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor
from homeward.audit.models import Event
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.episodes.services import EpisodeEndedError, add_episodes, close_episodes
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Alert, TimelineEntry
from homeward.people.services import NewPerson, raise_alerts, register_people
from homeward.procedures.selectors import procedure
from homeward.referrals.models import Referral, ReferralEvent
from homeward.referrals.services import add_referrals
from homeward.referrals.states import ReferralAlreadyDecidedError
from homeward.roster.models import Shift
from homeward.roster.services import add_shifts
from homeward.teams.models import Account, Organisation, Worker
from homeward.teams.services import add_organisations, add_workers, open_fictitious_accounts
from homeward.visits.models import Assignment, Visit
from homeward.visits.services import add_visits, record_attendance, record_missed
from homeward.visits.states import VisitCannotMoveError

CRISIS = "integrated-crisis-response"


@pytest.fixture
def who(service, now):
    """How every bulk form is called: as the service itself, now."""
    return {"actor": Actor.system("tests", service.pk), "service_id": service.pk, "now": now}


@pytest.fixture
def person(who, now):
    return register_people(people=[NewPerson(given_name="Ada", reference="A1")], since=london_day(now), **who)[0]


def referral_of(person, now, **more) -> Referral:
    fields = {"source": "gp", "urgency": "crisis", "need_code": "fall", "received_at": now - timedelta(hours=5)}
    return Referral(service_id=person.service_id, person=person, **{**fields, **more})


def event_of(referral, kind, at) -> ReferralEvent:
    return ReferralEvent(referral=referral, kind=kind, happened_at=at, recorded_at=at, actor_name="Test Person")


def accepted(person, who, now) -> Referral:
    referral = referral_of(person, now, state="accepted", pathway_code=CRISIS)
    events = [
        event_of(referral, "referral_received", referral.received_at),
        event_of(referral, "referral_accepted", now - timedelta(hours=4)),
    ]
    return add_referrals(referrals=[referral], events=events, calls=[], **who)[0]


def episode_of(referral, now, **more) -> Episode:
    fields = {"stage": "responding", "started_at": now - timedelta(hours=4), "pathway": procedure("pathway", CRISIS)}
    return Episode(service_id=referral.service_id, person=referral.person, referral=referral, **{**fields, **more})


class TestAddReferrals:
    def test_numbers_them_as_single_ones_are(self, person, who, now):
        assert accepted(person, who, now).reference.startswith("R0")
        assert Event.objects.filter(action="add referrals", count=1).exists()

    def test_refuses_a_state_that_the_events_do_not_lead_to(self, person, who, now):
        referral = referral_of(person, now, state="accepted")
        events = [event_of(referral, "referral_received", referral.received_at)]
        with pytest.raises(RefusedError, match="state is not what its events say"):
            add_referrals(referrals=[referral], events=events, calls=[], **who)

    def test_refuses_a_second_decision(self, person, who, now):
        referral = referral_of(person, now, state="declined")
        events = [
            event_of(referral, kind, now - timedelta(minutes=minutes))
            for kind, minutes in (("referral_received", 50), ("referral_redirected", 40), ("referral_declined", 30))
        ]
        with pytest.raises(ReferralAlreadyDecidedError):
            add_referrals(referrals=[referral], events=events, calls=[], **who)

    def test_refuses_what_has_not_happened_yet(self, person, who, now):
        referral = referral_of(person, now, received_at=now + timedelta(hours=1))
        events = [event_of(referral, "referral_received", referral.received_at)]
        with pytest.raises(RefusedError, match="in the future"):
            add_referrals(referrals=[referral], events=events, calls=[], **who)
        assert not Referral.objects.exists()


class TestAddEpisodes:
    def test_refuses_an_ending_that_the_pathway_does_not_have(self, person, who, now):
        episode = episode_of(accepted(person, who, now), now, ended_at=now, outcome_code="flew_away")
        with pytest.raises(RefusedError, match="cannot end as flew_away"):
            add_episodes(episodes=[episode], events=[], **who)

    def test_refuses_a_stage_that_the_pathway_does_not_have(self, person, who, now):
        episode = episode_of(accepted(person, who, now), now, stage="dancing")
        with pytest.raises(RefusedError, match="no stage dancing"):
            add_episodes(episodes=[episode], events=[], **who)

    def test_refuses_an_episode_whose_referral_was_not_accepted(self, person, who, now):
        referral = referral_of(person, now)
        events = [event_of(referral, "referral_received", referral.received_at)]
        add_referrals(referrals=[referral], events=events, calls=[], **who)
        with pytest.raises(RefusedError, match="Accept it first"):
            add_episodes(episodes=[episode_of(referral, now)], events=[], **who)


class TestCloseEpisodes:
    def test_ends_with_an_event_and_an_entry(self, person, who, now):
        episode = add_episodes(episodes=[episode_of(accepted(person, who, now), now)], events=[], **who)[0]
        ended_at = now - timedelta(hours=1)
        assert close_episodes(endings=[(episode, "nothing_further", ended_at)], **who) == 1
        episode.refresh_from_db()
        assert (episode.ended_at, episode.outcome_code, episode.stage) == (ended_at, "nothing_further", "closed")
        assert EpisodeEvent.objects.get(episode=episode, kind="episode_closed").happened_at == ended_at
        assert TimelineEntry.objects.filter(person=person, title__contains="ended").exists()
        with pytest.raises(EpisodeEndedError):
            close_episodes(endings=[(episode, "nothing_further", now)], **who)

    def test_refuses_an_ending_before_the_beginning(self, person, who, now):
        episode = add_episodes(episodes=[episode_of(accepted(person, who, now), now)], events=[], **who)[0]
        with pytest.raises(RefusedError, match="before it began"):
            close_episodes(endings=[(episode, "nothing_further", now - timedelta(days=2))], **who)


class TestRaiseAlerts:
    def test_refuses_one_that_begins_tomorrow(self, person, who, now):
        alert = Alert(person=person, kind="pets", starts_on=london_day(now) + timedelta(days=1), raised_by="Test")
        with pytest.raises(RefusedError, match="not in the future"):
            raise_alerts(alerts=[alert], **who)


@pytest.fixture
def visit(service, person, who, now):
    """A joint visit that two workers are planned for, half an hour ago."""
    employer = add_organisations(
        actor=who["actor"],
        organisations=[Organisation(service=service, kind="council", name="A council", is_employer=True)],
        now=now,
    )[0]
    workers = [
        Worker(service=service, organisation=employer, local_reference=f"W{n}", name=f"Worker {n}", skills=["nurse"])
        for n in (1, 2)
    ]
    add_workers(actor=who["actor"], workers=workers, now=now)
    begins = now - timedelta(minutes=30)
    shifts = [Shift(worker=worker, day=london_day(now), starts_at=begins, ends_at=now) for worker in workers]
    add_shifts(shifts=shifts, **who)
    visit = Visit(
        service=service,
        person=person,
        day=london_day(now),
        title="Dressing",
        window_opens_at=begins,
        window_closes_at=now,
        slots=[{"skill": "nurse", "minutes": 20}] * 2,
        state="planned",
    )
    rows = [
        Assignment(visit=visit, slot=slot, worker=worker, starts_at=begins, ends_at=begins + timedelta(minutes=20))
        for slot, worker in enumerate(workers)
    ]
    add_visits(visits=[visit], assignments=rows, **who)
    return visit


def rows_of(visit):
    return list(visit.assignments.select_related("visit", "worker__organisation").order_by("slot"))


class TestRecordAttendance:
    def test_a_visit_is_done_when_everyone_has_left(self, visit, who, now):
        first, second = rows_of(visit)
        begins = first.starts_at
        record_attendance(attendance=[(first, begins, begins + timedelta(minutes=18)), (second, begins, None)], **who)
        visit.refresh_from_db()
        assert visit.state == "under_way"
        record_attendance(attendance=[(rows_of(visit)[1], begins, now)], **who)
        visit.refresh_from_db()
        assert visit.state == "done"
        titles = list(TimelineEntry.objects.filter(person=visit.person, kind="visit").values_list("title", flat=True))
        assert len(titles) == 4

    def test_refuses_leaving_before_arriving_and_the_future(self, visit, who, now):
        row = rows_of(visit)[0]
        with pytest.raises(RefusedError, match="before they arrived"):
            record_attendance(attendance=[(row, now, now - timedelta(minutes=1))], **who)
        with pytest.raises(RefusedError, match="in the future"):
            record_attendance(attendance=[(row, now, now + timedelta(minutes=1))], **who)

    def test_refuses_somebody_who_has_left(self, visit, who, now):
        row = rows_of(visit)[0]
        record_attendance(attendance=[(row, row.starts_at, now)], **who)
        with pytest.raises(VisitCannotMoveError):
            record_attendance(attendance=[(rows_of(visit)[0], now, now)], **who)


class TestRecordMissed:
    def test_says_why_and_frees_the_workers(self, visit, who):
        record_missed(visits=[visit], reason="Snow.", **who)
        visit.refresh_from_db()
        assert (visit.state, visit.outcome_note) == ("missed", "Snow.")
        assert not visit.assignments.exists()

    def test_refuses_without_a_reason_and_what_has_begun(self, visit, who):
        with pytest.raises(RefusedError, match="why nobody came"):
            record_missed(visits=[visit], reason=" ", **who)
        row = rows_of(visit)[0]
        record_attendance(attendance=[(row, row.starts_at, None)], **who)
        visit.refresh_from_db()
        with pytest.raises(VisitCannotMoveError):
            record_missed(visits=[visit], reason="Snow.", **who)


class TestOpenFictitiousAccounts:
    def test_refuses_a_real_service(self, service, who, now):
        account = Account(username="somebody", full_name="Some Body", role="field_worker")
        with pytest.raises(RefusedError, match="Only a fictitious service"):
            open_fictitious_accounts(
                actor=who["actor"],
                service=service,
                accounts=[account],
                workers={},
                password="long-enough-2026",
                now=now,
            )
        assert not Account.objects.filter(username="somebody").exists()
