"""A person's time on a pathway and its clocks."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.episodes.selectors import EpisodeNotFoundError, episode_for, episodes_of, open_episodes
from homeward.episodes.services import (
    EpisodeEndedError,
    FormsNotCompleteError,
    accept_referral,
    close_episode,
    move_stage,
    note_event,
)
from homeward.kernel.rules import RefusedError
from homeward.procedures.selectors import NoSuchProcedureError
from homeward.referrals.states import ReferralAlreadyDecidedError

PATHWAY = "integrated-crisis-response"


@pytest.fixture
def episode(coordinator, crisis, now):
    return accept_referral(actor=coordinator, referral=crisis, pathway_code=PATHWAY, now=now)


class TestAcceptReferral:
    def test_starts_an_episode_on_the_published_version(self, episode, crisis):
        crisis.refresh_from_db()
        assert (crisis.state, crisis.pathway_code) == ("accepted", PATHWAY)
        assert (episode.pathway.code, episode.pathway.version, episode.stage) == (PATHWAY, 2, "responding")

    def test_is_decided_once(self, coordinator, crisis, episode, now):
        with pytest.raises(ReferralAlreadyDecidedError):
            accept_referral(actor=coordinator, referral=crisis, pathway_code=PATHWAY, now=now)

    def test_refuses_a_pathway_that_is_not_published_and_changes_nothing(self, coordinator, crisis, now):
        with pytest.raises(NoSuchProcedureError):
            accept_referral(actor=coordinator, referral=crisis, pathway_code="no-such", now=now)
        crisis.refresh_from_db()
        assert crisis.state == "waiting"

    def test_is_not_for_a_field_worker(self, actor_with, crisis, now):
        with pytest.raises(NotAllowedError):
            accept_referral(actor=actor_with(Role.FIELD_WORKER), referral=crisis, pathway_code=PATHWAY, now=now)


class TestClocks:
    def test_run_from_receipt_until_somebody_is_there(self, coordinator, episode, crisis, now):
        running = episode_for(coordinator, episode.pk, now)
        assert running.clock("response").due_at == crisis.received_at + timedelta(hours=2)
        assert running.clock("support_limit").started_at is None
        there = now + timedelta(minutes=40)
        note_event(actor=coordinator, episode=episode, kind="first_face_to_face_contact", happened_at=there, now=there)
        running = episode_for(coordinator, episode.pk, there)
        assert running.clock("response").is_met is True
        assert running.clock("support_limit").due_at == there + timedelta(hours=72)

    def test_breach_when_nobody_came(self, coordinator, episode, crisis, now):
        running = episode_for(coordinator, episode.pk, crisis.received_at + timedelta(hours=2, minutes=1))
        assert running.clock("response").is_breached


class TestNoteEvent:
    def test_refuses_the_future(self, coordinator, episode, now):
        with pytest.raises(RefusedError, match="future"):
            note_event(
                actor=coordinator,
                episode=episode,
                kind="contact_attempted",
                happened_at=now + timedelta(minutes=1),
                now=now,
            )


class TestMoveStage:
    def test_follows_the_pathway(self, coordinator, episode, now):
        assert move_stage(actor=coordinator, episode=episode, stage="supporting", now=now).stage == "supporting"

    def test_refuses_what_the_pathway_does_not_allow(self, coordinator, episode, now):
        with pytest.raises(RefusedError, match="does not go"):
            move_stage(actor=coordinator, episode=episode, stage="triage", now=now)

    def test_refuses_the_last_stage_which_needs_an_outcome(self, coordinator, episode, now):
        with pytest.raises(RefusedError, match="how it ended"):
            move_stage(actor=coordinator, episode=episode, stage="closed", now=now)

    def test_waits_for_a_form_of_the_stage(self, coordinator, crisis, fill, now):
        episode = accept_referral(actor=coordinator, referral=crisis, pathway_code="reablement-at-home", now=now)
        with pytest.raises(FormsNotCompleteError, match="Complete “Reablement baseline and goals” before this leaves"):
            move_stage(actor=coordinator, episode=episode, stage="reabling", now=now)
        fill("reablement-baseline-and-goals", ("episode", episode.pk))
        assert move_stage(actor=coordinator, episode=episode, stage="reabling", now=now).stage == "reabling"


class TestCloseEpisode:
    def test_waits_for_the_forms_of_the_stages_it_has_been_at(self, coordinator, episode, fill, now):
        move_stage(actor=coordinator, episode=episode, stage="supporting", now=now)
        with pytest.raises(FormsNotCompleteError) as told:
            close_episode(actor=coordinator, episode=episode, outcome_code="nothing_further", now=now)
        assert told.value.titles == ("Crisis first assessment", "Outcome of a crisis response")
        fill("crisis-first-assessment", ("episode", episode.pk))
        fill("crisis-outcome", ("episode", episode.pk))
        assert close_episode(actor=coordinator, episode=episode, outcome_code="nothing_further", now=now).ended_at

    def test_asks_for_no_form_after_an_outcome_that_needs_none(self, coordinator, episode, now):
        assert close_episode(actor=coordinator, episode=episode, outcome_code="not_needed", now=now).ended_at

    def test_ends_with_an_outcome_of_the_pathway(self, coordinator, episode, ivy, fill, now):
        fill("crisis-outcome", ("episode", episode.pk))
        closed = close_episode(actor=coordinator, episode=episode, outcome_code="nothing_further", now=now)
        assert (closed.outcome_code, closed.ended_at, closed.stage) == ("nothing_further", now, "closed")
        assert ivy.timeline.filter(title__contains="Nothing further").exists()

    def test_refuses_an_outcome_the_pathway_has_not(self, coordinator, episode, now):
        with pytest.raises(RefusedError, match="how it ended"):
            close_episode(actor=coordinator, episode=episode, outcome_code="vanished", now=now)

    def test_refuses_a_second_end(self, coordinator, episode, now):
        close_episode(actor=coordinator, episode=episode, outcome_code="not_needed", now=now)
        with pytest.raises(EpisodeEndedError):
            close_episode(actor=coordinator, episode=episode, outcome_code="admitted", now=now)


class TestSelectors:
    def test_list_the_open_ones_of_a_pathway(self, service, coordinator, episode, now):
        assert [one.episode for one in open_episodes(coordinator, service.pk, PATHWAY, now)] == [episode]
        close_episode(actor=coordinator, episode=episode, outcome_code="not_needed", now=now)
        assert open_episodes(coordinator, service.pk, PATHWAY, now) == []

    def test_show_a_person_all_of_theirs(self, coordinator, episode, ivy, now):
        assert [one.pathway.code for one in episodes_of(coordinator, ivy, now)] == [PATHWAY]

    def test_know_nothing_of_other_services(self, coordinator, episode, now):
        stranger = type(coordinator)(name="S", role=Role.FRONT_DOOR, service_ids=frozenset({episode.service_id + 1}))
        with pytest.raises(EpisodeNotFoundError):
            episode_for(stranger, episode.pk, now)
