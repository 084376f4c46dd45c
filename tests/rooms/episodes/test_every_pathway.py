"""Every service model that ships, from the front door to its end: forms answered, clocks stopped."""

from datetime import timedelta

import pytest

from homeward.access.rules import Role
from homeward.assessments.models import FilledForm
from homeward.episodes.models import Episode
from homeward.episodes.rules import recordable
from homeward.episodes.selectors import episode_for
from homeward.episodes.services import (
    FormsNotCompleteError,
    SecondPersonNeededError,
    accept_referral,
    close_episode,
    hand_on,
    move_stage,
    record_event,
)
from homeward.procedures.rules import ClockState, FormNeeded, Pathway, StageKind, Subject
from homeward.procedures.selectors import library
from homeward.referrals.services import NewReferral, propose_acceptance, receive_referral
from homeward.referrals.states import ReferralState, Urgency

PATHWAYS = {pathway.code: pathway for pathway in library().pathways}
STILL_RUNS = (ClockState.RUNNING, ClockState.BREACHED, ClockState.PAUSED)
STEP = timedelta(minutes=5)


@pytest.fixture
def lead(somebody):
    return somebody(Role.CASE_MANAGER, "Lee Okeke")


@pytest.fixture
def second(somebody):
    return somebody(Role.CASE_MANAGER, "Second Person")


@pytest.fixture
def refer(service, coordinator, ivy, now):
    """Takes a referral that a pathway is for: about Ivy, or about staff or a service."""

    def make(pathway: Pathway):
        is_person = pathway.subject in (Subject.PERSON, Subject.CARER)
        new = NewReferral(
            source="other",
            urgency=Urgency.ROUTINE,
            need_code=pathway.needs[0],
            received_at=now - timedelta(hours=2),
            about="" if is_person else "Team at Merrow",
        )
        told = {"person": ivy} if is_person else {"person": None, "service_id": service.pk}
        return receive_referral(actor=coordinator, new=new, now=now, **told)

    return make


class TestEveryPathway:
    @pytest.mark.parametrize("code", sorted(PATHWAYS))
    def test_runs_from_the_front_door_to_how_it_ends(self, code, refer, lead, second, fill, now):
        pathway = PATHWAYS[code]
        referral = refer(pathway)

        # the front door: what it asks first, and a second person where two must agree
        accepting = {"referral": referral, "pathway_code": code, "now": now}
        first_forms = _needed(pathway, pathway.first_stage.code, FormNeeded.TO_LEAVE_STAGE)
        actor = lead
        if pathway.entry.second_person_agrees:
            with pytest.raises(SecondPersonNeededError):
                accept_referral(actor=lead, **accepting)
            propose_acceptance(actor=lead, referral=referral, pathway_code=code, pathway_title=pathway.title, now=now)
            actor = second
        if first_forms:
            with pytest.raises(FormsNotCompleteError):
                accept_referral(actor=actor, **accepting)
        for form in first_forms:
            fill(form, ("referral", referral.pk), person=referral.person)
        episode = accept_referral(actor=actor, **accepting)

        # each stage with the forms it needs
        been = [episode.stage]
        while (following := _onwards(pathway, been)) is not None:
            needed = _needed(pathway, been[-1], FormNeeded.TO_LEAVE_STAGE)
            if needed and not FilledForm.objects.filter(form__code__in=needed).exists():
                with pytest.raises(FormsNotCompleteError):
                    move_stage(actor=lead, episode=episode, stage=following, now=now)
            for form in needed:
                fill(form, ("episode", episode.pk), person=episode.person, stage=been[-1])
            episode = move_stage(actor=lead, episode=episode, stage=following, now=now)
            been.append(following)

        # what its clocks wait for
        for number, kind in enumerate(kind for kind in recordable(pathway) if kind != "person_died"):
            at = now + STEP * number
            record_event(actor=lead, episode=episode, kind=kind, happened_at=at, now=at)

        # how it ends
        later = now + timedelta(hours=8)
        outcome = pathway.outcomes[0]
        closing = {"actor": lead, "episode": episode, "outcome_code": outcome.code, "now": later}
        to_close = [form for stage in (*been, _last(pathway)) for form in _needed(pathway, stage, FormNeeded.TO_CLOSE)]
        assert to_close, "its outcome is asked for by a form"
        with pytest.raises(FormsNotCompleteError):
            close_episode(**closing)
        for form in dict.fromkeys(to_close):
            fill(form, ("episode", episode.pk), person=episode.person)
        closed = close_episode(**closing)

        assert (closed.outcome_code, closed.stage) == (outcome.code, _last(pathway))
        referral.refresh_from_db()
        assert referral.state == ReferralState.ACCEPTED
        running = episode_for(lead, episode.pk, later)
        ends = {clock.code for clock in pathway.clocks if "episode_closed" in (*clock.stops, *clock.cancels)}
        assert not [
            reading.clock for reading in running.clocks if reading.clock in ends and reading.state in STILL_RUNS
        ]
        if outcome.hands_over_to:
            following = hand_on(actor=lead, episode=closed, now=later)
            assert following.pathway.code == outcome.hands_over_to
        assert Episode.objects.filter(pk=episode.pk, ended_at=later).exists()


def _needed(pathway: Pathway, stage: str, needed: FormNeeded) -> list[str]:
    return [asked.form for asked in pathway.stage(stage).forms if asked.needed is needed]


def _onwards(pathway: Pathway, been: list[str]) -> str | None:
    """The next stage that it has not been at and that is not the last, or None when only the end is left."""
    for code in pathway.stage(been[-1]).moves_to:
        if code not in been and pathway.stage(code).kind is StageKind.MIDDLE:
            return code
    return None


def _last(pathway: Pathway) -> str:
    return next(stage.code for stage in reversed(pathway.stages) if stage.kind is StageKind.LAST)
