"""Two people agreeing, what follows an episode, another version of its pathway, and times put right."""

from dataclasses import replace
from datetime import timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.episodes.selectors import episode_for
from homeward.episodes.services import (
    SecondPersonNeededError,
    accept_referral,
    close_episode,
    correct_episode_time,
    hand_on,
    move_to_version,
    note_event,
)
from homeward.kernel.rules import RefusedError
from homeward.procedures.models import Procedure
from homeward.procedures.rules import definition_of, fingerprint_of
from homeward.procedures.selectors import built, pathway, procedure
from homeward.referrals.services import NewReferral, propose_acceptance, receive_referral
from homeward.visits.services import hand_on_by_hand

pytestmark = pytest.mark.django_db
CRISIS = "integrated-crisis-response"


@pytest.fixture
def priya(somebody) -> Actor:
    return somebody(Role.FRONT_DOOR, "Priya Shah")


@pytest.fixture
def lead(somebody) -> Actor:
    return somebody(Role.CASE_MANAGER, "Lee Okeke")


@pytest.fixture
def episode(priya, crisis, now) -> Episode:
    return accept_referral(actor=priya, referral=crisis, pathway_code=CRISIS, now=now)


@pytest.fixture
def answer_all(fill):
    """Completes every form that its pathway asks for."""

    def answer(episode: Episode) -> None:
        for stage in built(episode.pathway).stages:
            for needed in stage.forms:
                fill(needed.form, ("episode", episode.pk), person=episode.person, stage=stage.code)

    return answer


def _publish_next(code: str, now, **changes) -> Procedure:
    """The pathway as its next version, changed."""
    before = pathway(code)
    after = replace(before, version=before.version + 1, **changes)
    definition = definition_of(after)
    return Procedure.objects.create(
        kind="pathway", code=code, version=after.version, title=after.title, definition=definition,
        content_hash=fingerprint_of(definition), published_at=now, published_by="tests",
    )  # fmt: skip


class TestAcceptReferral:
    @pytest.fixture
    def two_agree(self, service, now):
        _publish_next(CRISIS, now, entry=replace(pathway(CRISIS).entry, second_person_agrees=True))

    def test_waits_for_a_second_person_where_the_pathway_says_so(self, two_agree, priya, lead, crisis, now):
        with pytest.raises(SecondPersonNeededError, match="Propose it"):
            accept_referral(actor=priya, referral=crisis, pathway_code=CRISIS, now=now)
        propose_acceptance(actor=priya, referral=crisis, pathway_code=CRISIS, pathway_title="Crisis", now=now)
        with pytest.raises(SecondPersonNeededError, match="Somebody else must agree"):
            accept_referral(actor=priya, referral=crisis, pathway_code=CRISIS, now=now)
        assert accept_referral(actor=lead, referral=crisis, pathway_code=CRISIS, now=now).stage == "responding"

    def test_does_not_take_agreement_to_one_pathway_for_another(self, two_agree, priya, lead, crisis, now):
        propose_acceptance(
            actor=priya, referral=crisis, pathway_code="reablement-at-home", pathway_title="Reablement", now=now
        )
        with pytest.raises(SecondPersonNeededError):
            accept_referral(actor=lead, referral=crisis, pathway_code=CRISIS, now=now)

    def test_takes_a_request_about_a_service_onto_a_pathway_for_services(self, service, priya, lead, now):
        asked = receive_referral(
            actor=priya, person=None, service_id=service.pk, now=now,
            new=NewReferral(
                source="community", urgency="routine", need_text="A joint plan for meals", about="Meals at home"
            ),
        )  # fmt: skip
        with pytest.raises(RefusedError, match="for a person"):
            accept_referral(actor=lead, referral=asked, pathway_code=CRISIS, now=now)
        code = "integrated-commissioning"
        propose_acceptance(actor=priya, referral=asked, pathway_code=code, pathway_title="Plan", now=now)
        episode = accept_referral(actor=lead, referral=asked, pathway_code=code, now=now)
        assert (episode.person, episode.subject_label) == (None, "Meals at home")

    def test_refuses_a_person_on_a_pathway_for_services(self, priya, crisis, now):
        with pytest.raises(RefusedError, match="not for a person"):
            accept_referral(actor=priya, referral=crisis, pathway_code="integrated-commissioning", now=now)


class TestHandOn:
    def test_starts_what_the_outcome_hands_over_to(self, priya, episode, answer_all, now):
        note_event(actor=priya, episode=episode, kind="first_face_to_face_contact", happened_at=now, now=now)
        answer_all(episode)
        closed = close_episode(actor=priya, episode=episode, outcome_code="to_reablement", now=now)
        following = hand_on(actor=priya, episode=closed, now=now)
        assert (following.pathway.code, following.follows_id) == ("reablement-at-home", episode.pk)
        assert following.person_id == episode.person_id
        assert any(clock.started_at == now for clock in episode_for(priya, following.pk, now).clocks)

    def test_happens_once(self, priya, episode, answer_all, now):
        answer_all(episode)
        closed = close_episode(actor=priya, episode=episode, outcome_code="to_reablement", now=now)
        hand_on(actor=priya, episode=closed, now=now)
        with pytest.raises(RefusedError, match="handed on before"):
            hand_on(actor=priya, episode=closed, now=now)

    def test_refuses_one_that_is_open_and_one_that_ends_here(self, priya, episode, answer_all, now):
        with pytest.raises(RefusedError, match="Close this first"):
            hand_on(actor=priya, episode=episode, now=now)
        answer_all(episode)
        closed = close_episode(actor=priya, episode=episode, outcome_code="nothing_further", now=now)
        with pytest.raises(RefusedError, match="Choose the pathway"):
            hand_on(actor=priya, episode=closed, now=now)

    @pytest.mark.parametrize("code", ["integrated-commissioning", "end-of-life-training"])
    def test_refuses_a_pathway_that_is_not_for_a_person(self, priya, episode, answer_all, now, code):
        answer_all(episode)
        closed = close_episode(actor=priya, episode=episode, outcome_code="nothing_further", now=now)
        with pytest.raises(RefusedError, match="not for a person"):
            hand_on(actor=priya, episode=closed, pathway_code=code, now=now)

    def test_is_not_for_a_field_worker(self, priya, somebody, episode, answer_all, now):
        answer_all(episode)
        closed = close_episode(actor=priya, episode=episode, outcome_code="to_reablement", now=now)
        with pytest.raises(NotAllowedError):
            hand_on(actor=somebody(Role.FIELD_WORKER, "Jo Field"), episode=closed, now=now)

    def test_sends_somebody_where_a_crisis_is_begun_by_hand(self, priya, episode, answer_all, now):
        answer_all(episode)
        closed = close_episode(actor=priya, episode=episode, outcome_code="nothing_further", now=now)
        following = hand_on_by_hand(actor=priya, episode=closed, pathway_code="rapid-response", now=now)
        assert following.visits.filter(is_crisis=True).count() == 1
        assert following.events.filter(kind="accepted_as_two_hour").exists()


class TestMoveToVersion:
    def test_stays_until_moved_and_the_move_is_recorded(self, lead, episode, now):
        before = episode.pathway.version
        _publish_next(CRISIS, now, title="Crisis response, renewed")
        assert Episode.objects.get(pk=episode.pk).pathway.version == before
        moved = move_to_version(actor=lead, episode=episode, version=before + 1, reason="The new outcomes", now=now)
        assert (moved.pathway.version, moved.stage) == (before + 1, episode.stage)
        said = EpisodeEvent.objects.get(episode=episode, kind="moved_to_version").detail
        assert said == f"From version {before} to {before + 1}: The new outcomes"

    def test_asks_for_a_stage_where_the_version_has_not_its_own(self, lead, episode, now):
        stages = tuple(
            replace(
                one, code="with_the_person" if one.code == "responding" else one.code,
                moves_to=tuple("with_the_person" if to == "responding" else to for to in one.moves_to),
            )
            for one in pathway(CRISIS).stages
        )  # fmt: skip
        row = _publish_next(CRISIS, now, stages=stages)
        with pytest.raises(RefusedError, match="Choose the stage"):
            move_to_version(actor=lead, episode=episode, version=row.version, reason="New", now=now)
        moved = move_to_version(
            actor=lead, episode=episode, version=row.version, reason="New", stage="with_the_person", now=now
        )
        assert moved.stage == "with_the_person"

    def test_refuses_the_version_it_is_on(self, lead, episode, now):
        with pytest.raises(RefusedError, match="already"):
            move_to_version(
                actor=lead, episode=episode, version=procedure("pathway", CRISIS).version, reason="Why not", now=now
            )


class TestCorrectEpisodeTime:
    def test_makes_a_late_response_one_in_time_and_keeps_both(self, priya, episode, crisis, now):
        late = now + timedelta(hours=2)
        event = note_event(actor=priya, episode=episode, kind="first_face_to_face_contact", happened_at=late, now=late)
        assert episode_for(priya, episode.pk, late).clock("response").is_met is False
        correct_episode_time(
            actor=priya, event=event, happened_at=now + timedelta(hours=1), reason="Phone was offline", now=late
        )
        running = episode_for(priya, episode.pk, late)
        assert running.clock("response").is_met is True
        assert running.clock("support_limit").started_at == now + timedelta(hours=1)
        assert EpisodeEvent.objects.filter(episode=episode, kind="first_face_to_face_contact").count() == 2

    def test_refuses_a_time_before_the_referral(self, priya, episode, now):
        event = note_event(actor=priya, episode=episode, kind="first_face_to_face_contact", happened_at=now, now=now)
        with pytest.raises(RefusedError, match="before this began"):
            correct_episode_time(
                actor=priya, event=event, happened_at=now - timedelta(days=700000), reason="Wrong", now=now
            )

    def test_refuses_to_move_what_the_service_itself_recorded(self, priya, episode, now):
        started = EpisodeEvent.objects.get(episode=episode, kind="episode_started")
        with pytest.raises(RefusedError, match="cannot be changed"):
            correct_episode_time(actor=priya, event=started, happened_at=now - timedelta(hours=1), reason="x", now=now)
