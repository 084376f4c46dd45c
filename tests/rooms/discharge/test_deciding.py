"""The way home: home first, never one person's word where it is not home, and who may decide."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from homeward.access.rules import NotAllowedError
from homeward.audit.models import Event
from homeward.discharge.rules.deciding import Choice, Proposal, faults_of
from homeward.discharge.services import (
    Leaving,
    WayHome,
    WayHomeRefusedError,
    answer_choice,
    confirm_pathway,
    decide_pathway,
    end_stay,
    set_aside_pathway,
)
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.models import Notice

CHOSEN = Choice("Home", answer="chosen", answered_by="Ivy")
OTHER = Choice(
    "A bed", "Sallow House", date(2026, 11, 25), "Nothing", "refused", "Ivy", "Too far from her cat",
)  # fmt: skip
HOME = Proposal(
    pathway="p0",
    destination_pathway="p0",
    why_not_home="",
    not_home_text="",
    choices=(CHOSEN,),
    person_said="Home",
    capacity="not_doubted",
    decided_by="person",
    has_trusted_assessment=False,
    has_capacity_assessment=False,
    has_best_interests=False,
)
ASSESSED = {"has_trusted_assessment": True}
AWAY = {"pathway": "p3", "destination_pathway": "p3", **ASSESSED}
REASON = {"why_not_home": "nursing_all_day", "not_home_text": "Tried live-in care"}
LACKS = {"capacity": "lacks", "has_capacity_assessment": True, "is_capacity_doubted": True}


class TestFaultsOf:
    @pytest.mark.parametrize(
        ("what", "given", "faults"),
        [
            ("home without new support needs no assessment", {}, set()),
            (
                "home with support needs a trusted assessment",
                {"pathway": "p1", "destination_pathway": "p1"},
                {"pathway"},
            ),
            ("and with one it is enough", {"pathway": "p1", "destination_pathway": "p1", **ASSESSED}, set()),
            ("a care home needs a reason", AWAY, {"why_not_home"}),
            ("and what was tried", {**AWAY, "why_not_home": "nursing_all_day"}, {"not_home_text"}),
            ("with both it is enough", {**AWAY, **REASON}, set()),
            ("a place must belong to its pathway", {"destination_pathway": "p2"}, {"destination"}),
            ("what the person wants is written", {"person_said": ""}, {"person_said"}),
            ("and which choices they had", {"choices": ()}, {"choice_1_what"}),
            ("each with what it is", {"choices": (CHOSEN, replace(OTHER, what=""))}, {"choice_2_what"}),
            ("and an answer", {"choices": (replace(CHOSEN, answer=""),)}, {"choice_1_answer"}),
            ("of somebody", {"choices": (replace(CHOSEN, answered_by=""),)}, {"choice_1_answered_by"}),
            ("refused for a reason", {"choices": (CHOSEN, replace(OTHER, reason=""))}, {"choice_2_reason"}),
            ("two cannot be chosen", {"choices": (CHOSEN, replace(OTHER, answer="chosen"))}, {"choice_2_answer"}),
            ("who decides has chosen one", {"choices": (OTHER,)}, {"choice_1_answer"}),
            ("an answer may be open", {"choices": (CHOSEN, Choice("A bed", answer="waiting"))}, set()),
            ("a doubt in the assessment is answered", {"is_capacity_doubted": True}, {"capacity"}),
            ("nobody doubted: not in best interests", {"decided_by": "best_interests"}, {"decided_by"}),
            ("found able without an assessment", {"capacity": "has"}, {"capacity"}),
            ("found able: they decide", {"capacity": "has", "has_capacity_assessment": True}, set()),
            (
                "found able: nobody else does",
                {"capacity": "has", "has_capacity_assessment": True, "decided_by": "attorney"},
                {"decided_by"},
            ),
            ("found unable: they do not decide", LACKS, {"decided_by"}),
            ("an attorney does", {**LACKS, "decided_by": "attorney"}, set()),
            ("or the team, with a decision written", {**LACKS, "decided_by": "best_interests"}, {"decided_by"}),
            ("which is there", {**LACKS, "decided_by": "best_interests", "has_best_interests": True}, set()),
        ],
    )
    def test_says_what_is_missing(self, what, given, faults):
        assert set(faults_of(replace(HOME, **given))) == faults, what


@pytest.fixture
def way():
    """A way home as somebody gives it; otherwise where a test says so."""

    def give(**more) -> WayHome:
        told = {
            "pathway": "p0", "destination": "p0_home", "person_said": "Home", "choices": (CHOSEN, OTHER),
            "capacity": "not_doubted", "decided_by": "person",
        }  # fmt: skip
        return WayHome(**told | more)

    return give


@pytest.fixture
def proposal(case_manager, stay, way, assess, therapist, now):
    """A care home, put forward by the case manager, with a trusted assessment."""
    assess("trusted-assessment", capacity_doubted=False)
    given = way(
        pathway="p3", destination="p3_care_home", why_not_home="nursing_all_day", not_home_text="Tried live-in care"
    )
    return decide_pathway(actor=case_manager, stay=stay, given=given, now=now)


class TestDecidePathway:
    def test_keeps_each_choice_with_its_answer(self, case_manager, stay, way, now):
        decision = decide_pathway(actor=case_manager, stay=stay, given=way(), now=now)

        kept = decision.choices.order_by("position").values_list("what", "provider", "cost", "answer", "reason")
        assert list(kept) == [
            ("Home", "", "", "chosen", ""),
            ("A bed", "Sallow House", "Nothing", "refused", "Too far from her cat"),
        ]

    def test_the_database_refuses_two_that_were_chosen(self, case_manager, stay, way, now):
        decision = decide_pathway(actor=case_manager, stay=stay, given=way(), now=now)

        with pytest.raises(IntegrityError), transaction.atomic():
            decision.choices.filter(answer="refused").update(answer="chosen")

    def test_home_is_decided_at_once(self, case_manager, stay, way, now):
        decision = decide_pathway(actor=case_manager, stay=stay, given=way(), now=now)

        stay.refresh_from_db()
        assert (decision.state, stay.pathway, decision.confirmed_by) == ("made", "p0", None)

    def test_another_way_waits_for_a_second_person_who_is_told(self, proposal, therapist, case_manager, stay):
        stay.refresh_from_db()
        told = set(Notice.objects.filter(once_key__endswith="-proposed").values_list("account_id", flat=True))

        assert (proposal.state, stay.pathway) == ("proposed", "")
        assert therapist.account_id in told
        assert case_manager.account_id not in told
        assert proposal.trusted_assessment.form.code == "trusted-assessment"

    def test_says_every_fault_by_its_field(self, case_manager, stay, way, now):
        with pytest.raises(WayHomeRefusedError) as refused:
            decide_pathway(
                actor=case_manager, stay=stay, given=way(pathway="p2", destination="p2_bed", person_said=" "), now=now
            )

        assert set(refused.value.faults) == {"why_not_home", "person_said", "pathway"}

    def test_a_newer_decision_sets_the_older_aside(self, case_manager, stay, way, proposal, now):
        decide_pathway(actor=case_manager, stay=stay, given=way(), now=now)

        states = list(stay.decisions.order_by("id").values_list("pathway", "state"))
        assert states == [("p3", "set_aside"), ("p0", "made")]

    def test_is_a_persons_decision(self, system, stay, way, now):
        from homeward.access.rules import Actor

        with pytest.raises(RefusedError, match="not a system"):
            decide_pathway(actor=Actor.system("tests", stay.service_id), stay=stay, given=way(), now=now)

    def test_is_not_for_who_only_chases(self, coordinator, stay, way, now):
        with pytest.raises(NotAllowedError):
            decide_pathway(actor=coordinator, stay=stay, given=way(), now=now)


class TestConfirmPathway:
    def test_a_second_person_makes_it_so(self, therapist, proposal, stay, case_manager, now):
        confirm_pathway(actor=therapist, decision=proposal, now=now)

        stay.refresh_from_db()
        proposal.refresh_from_db()
        assert (proposal.state, proposal.confirmed_by_id, stay.pathway) == ("made", therapist.account_id, "p3")
        assert Notice.objects.filter(once_key__endswith="-agreed", account_id=case_manager.account_id).exists()
        ended = end_stay(actor=case_manager, stay=stay, leaving=Leaving(now, destination="p3_care_home"), now=now)
        assert not ended.is_open

    def test_refuses_the_one_who_proposed_it(self, case_manager, proposal, now):
        with pytest.raises(RefusedError, match="Somebody else"):
            confirm_pathway(actor=case_manager, decision=proposal, now=now)

        proposal.refresh_from_db()
        assert proposal.state == "proposed"

    def test_the_database_refuses_one_person_too(self, proposal, now):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(proposal).objects.filter(pk=proposal.pk).update(
                state="made", made_at=now, confirmed_by=proposal.proposed_by
            )

    def test_refuses_what_was_set_aside(self, therapist, proposal, now):
        set_aside_pathway(actor=therapist, decision=proposal, reason="Her niece moves in", now=now)

        with pytest.raises(RefusedError, match="set aside already"):
            confirm_pathway(actor=therapist, decision=proposal, now=now)


class TestSetAsidePathway:
    def test_takes_back_what_was_decided(self, case_manager, stay, way, now):
        decision = decide_pathway(actor=case_manager, stay=stay, given=way(), now=now)

        set_aside_pathway(actor=case_manager, decision=decision, reason="Fell again", now=now)

        stay.refresh_from_db()
        assert stay.pathway == ""

    def test_refuses_without_a_reason(self, therapist, proposal, now):
        with pytest.raises(RefusedError, match="Say why"):
            set_aside_pathway(actor=therapist, decision=proposal, reason=" ", now=now)


class TestAnswerChoice:
    @pytest.fixture
    def waiting(self, case_manager, stay, way, now):
        """A choice of Ivy's that had no answer when it was decided that she goes home."""
        given = way(choices=(CHOSEN, Choice("A bed", "Sallow House", answer="waiting")))
        return decide_pathway(actor=case_manager, stay=stay, given=given, now=now).choices.get(answer="waiting")

    @pytest.fixture
    def answer(self, case_manager, waiting, now):
        def given(actor=case_manager, **more):
            told = {"answer": "refused", "answered_by": "Ivy", "answered_on": london_day(now), "reason": "Too far"}
            return answer_choice(actor=actor, choice=waiting, now=now + timedelta(hours=2), **told | more)

        return given

    def test_keeps_who_answered_when_and_who_wrote_it_down(self, answer, stay, case_manager, now):
        kept = answer()

        assert (kept.answer, kept.answered_by, kept.reason) == ("refused", "Ivy", "Too far")
        assert (kept.answered_on, kept.recorded_at, kept.recorded_by) == (
            london_day(now), now + timedelta(hours=2), case_manager.name,
        )  # fmt: skip
        event = stay.events.get(kind="choice")
        assert (event.after, event.text) == ("A bed: refused", "Ivy: Too far")
        assert Event.objects.filter(action="stay: choice answered", subject_id=stay.pk).count() == 1

    def test_leaves_what_was_decided_as_it_is(self, answer, stay):
        answer()

        stay.refresh_from_db()
        assert (stay.decisions.get().state, stay.pathway) == ("made", "p0")

    def test_is_given_once(self, answer):
        answer()
        with pytest.raises(RefusedError, match="answered already"):
            answer()

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            ({"answer": "waiting"}, "chosen or refused"),
            ({"answer": "chosen"}, "Another choice was chosen"),
            ({"answered_by": " "}, "who answered"),
            ({"reason": ""}, "why it was refused"),
            ({"answered_on": date(2026, 1, 1)}, "before the choice"),
            ({"answered_on": date(2027, 1, 1)}, "in the future"),
        ],
    )
    def test_refuses_what_is_not_whole(self, answer, more, says):
        with pytest.raises(RefusedError, match=says):
            answer(**more)

    def test_may_be_the_one_they_choose_where_none_was_chosen(self, proposal, case_manager, now):
        waiting = proposal.choices.get(answer="refused")
        proposal.choices.filter(answer="chosen").delete()
        proposal.choices.filter(pk=waiting.pk).update(answer="waiting", answered_by="", reason="")

        told = {"answer": "chosen", "answered_by": "Ivy", "answered_on": london_day(now), "reason": "x"}
        kept = answer_choice(actor=case_manager, choice=waiting, now=now, **told)

        assert (kept.answer, kept.reason) == ("chosen", "")

    def test_is_refused_once_set_aside_or_the_stay_ended_and_to_who_only_chases(
        self, answer, waiting, stay, case_manager, coordinator, now
    ):
        with pytest.raises(NotAllowedError):
            answer(actor=coordinator)
        set_aside_pathway(actor=case_manager, decision=waiting.decision, reason="Her son calls tomorrow", now=now)
        with pytest.raises(RefusedError, match="set aside"):
            answer()
        end_stay(actor=case_manager, stay=stay, leaving=Leaving(now, destination="p0_home"), now=now)
        with pytest.raises(RefusedError, match="ended"):
            answer()
