"""A draft written by several people, and the plan it becomes."""

from datetime import timedelta

import pytest
from django.db import transaction

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.kernel.rules import RefusedError
from homeward.people.linking.services import merge_people, unmerge_people
from homeward.people.models import LegalStatus
from homeward.people.services import NewPerson, register_person
from homeward.plans.models import DraftChange, PlanDraft
from homeward.plans.rules import Content, NewGoal, NewPattern
from homeward.plans.selectors import goal_progress, plan_of, recovery_of
from homeward.plans.services import (
    Agreement,
    DraftChangedError,
    DraftClosedError,
    add_from_pathway,
    add_to_draft,
    agree_plan,
    discard_draft,
    group_visits,
    publish_draft,
    review_plan,
    save_draft,
    share_recovery_part,
    start_draft,
    write_plan,
    write_recovery_part,
)
from homeward.plans.states import AgreedHow

AGREED = AgreedHow.PERSON


@pytest.fixture
def draft(nurse, episode, now):
    return start_draft(actor=nurse, episode=episode, now=now)


def agreement(now, **more) -> Agreement:
    return Agreement(**{"how": AGREED, "agreed_on": now.date(), **more})


class TestStartDraft:
    def test_gives_back_the_one_that_was_begun(self, nurse, episode, draft, now):
        assert start_draft(actor=nurse, episode=episode, now=now) == draft

    def test_begins_with_the_plan_and_its_visits(self, nurse, episode, now):
        slots = [{"skill": "home_care_worker", "minutes": 30}]
        pattern = NewPattern("Morning", "07:30", "09:30", 30, slots, now.date(), tasks=[{"code": "x", "title": "Wash"}])
        write_plan(actor=nurse, episode=episode, summary="S", goals=["Walk"], patterns=[pattern], agreed_on=now.date(),
                   now=now)  # fmt: skip
        fields = start_draft(actor=nurse, episode=episode, now=now).fields
        assert fields["goals-g1-text"] == "Walk" and fields["visits-v1-title"] == "Morning"
        assert fields["activities-a1-title"] == "Wash"

    def test_is_refused_to_who_writes_no_plans(self, coordinator, episode, now):
        with pytest.raises(NotAllowedError):
            start_draft(actor=coordinator, episode=episode, now=now)


class TestSaveDraft:
    def test_lets_two_write_different_fields(self, nurse, actor_with, draft, now):
        other = actor_with(Role.CASE_MANAGER)
        save_draft(actor=nurse, draft=draft, told={"me-matters": "Cat", "me-strengths": ""}, revision=0, now=now)
        saved = save_draft(
            actor=other, draft=draft, told={"me-matters": "", "me-strengths": "Cooks"}, revision=0, now=now
        )
        assert saved.clashes == ()
        assert (saved.draft.fields["me-matters"], saved.draft.fields["me-strengths"]) == ("Cat", "Cooks")

    def test_keeps_both_texts_of_one_field(self, nurse, actor_with, draft, now):
        other = actor_with(Role.CASE_MANAGER)
        save_draft(actor=nurse, draft=draft, told={"me-matters": "Cat"}, revision=0, now=now)
        saved = save_draft(actor=other, draft=draft, told={"me-matters": "Dog"}, revision=0, now=now)
        (clash,) = saved.clashes
        assert (clash.told, clash.standing) == ("Dog", "Cat")
        assert list(DraftChange.objects.filter(is_in_force=False).values_list("value", flat=True)) == ["Dog"]

    def test_refuses_a_field_that_a_plan_has_not(self, nurse, draft, now):
        with pytest.raises(RefusedError, match="no field"):
            save_draft(actor=nurse, draft=draft, told={"me-nonsense": "x"}, revision=0, now=now)

    def test_refuses_a_draft_put_aside(self, nurse, draft, now):
        discard_draft(actor=nurse, draft=draft, now=now)
        with pytest.raises(DraftClosedError):
            save_draft(actor=nurse, draft=draft, told={"me-matters": "Cat"}, revision=0, now=now)


class TestAddFromPathway:
    def test_needs_no_retyping(self, nurse, draft, now):
        chosen = [("insulin_visit", "blood_glucose_check"), ("insulin_visit", "insulin_administration")]
        assert add_from_pathway(actor=nurse, draft=draft, chosen=chosen, now=now) == 2
        assert group_visits(actor=nurse, draft=draft, now=now) == 2
        draft.refresh_from_db()
        assert draft.fields["activities-a2-is_delegated"] is True
        assert draft.fields["visits-v1-opens_at"] == "07:00" and draft.fields["visits-v1-is_hard"] is True
        assert draft.fields["visits-v2-gap_minutes"] == "480"

    def test_refuses_what_the_pathway_does_not_propose(self, nurse, draft, now):
        with pytest.raises(RefusedError, match="from the list"):
            add_from_pathway(actor=nurse, draft=draft, chosen=[("insulin_visit", "personal_care")], now=now)


class TestPublishDraft:
    def whole(self, nurse, draft, now) -> PlanDraft:
        add_from_pathway(actor=nurse, draft=draft, chosen=[("insulin_visit", "insulin_administration")], now=now)
        group_visits(actor=nurse, draft=draft, now=now)
        draft.refresh_from_db()
        return draft

    def test_makes_the_plan_with_visits_that_ask_for_the_competence(self, nurse, draft, now):
        draft = self.whole(nurse, draft, now)
        tomorrow = now.date() + timedelta(days=1)
        plan = publish_draft(actor=nurse, draft=draft, revision=draft.revision, agreement=agreement(now),
                             visits_from=tomorrow, now=now).plan  # fmt: skip
        first = plan.patterns.order_by("opens_at").first()
        assert first.starts_on == tomorrow and first.slots[0]["competences"] == ["insulin"]
        assert first.tasks[0]["code"] == "insulin_administration" and first.tasks[0]["is_delegated"] is True
        assert (plan.agreed_on, plan.agreements.get().how) == (now.date(), "person")

    def test_ends_the_visits_of_the_former(self, nurse, episode, now):
        slots = [{"skill": "home_care_worker", "minutes": 30}]
        old = [NewPattern("Morning", "07:30", "09:30", 30, slots, now.date(), ends_on=last)
               for last in (None, now.date() + timedelta(days=40))]  # fmt: skip
        before = write_plan(actor=nurse, episode=episode, summary="", goals=["x"], patterns=old, agreed_on=now.date(),
                            now=now)  # fmt: skip
        draft = self.whole(nurse, start_draft(actor=nurse, episode=episode, now=now), now)
        day = now.date() + timedelta(days=3)
        publish_draft(
            actor=nurse, draft=draft, revision=draft.revision, agreement=agreement(now), visits_from=day, now=now
        )
        assert set(before.patterns.values_list("ends_on", flat=True)) == {day - timedelta(days=1)}

    def test_refuses_what_changed_since_it_was_read(self, nurse, draft, now):
        draft = self.whole(nurse, draft, now)
        with pytest.raises(DraftChangedError):
            publish_draft(
                actor=nurse, draft=draft, revision=1, agreement=agreement(now), visits_from=now.date(), now=now
            )

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"how": AgreedHow.NOT_AGREED, "agreed_on": None}, "why the plan is not agreed"),
            ({"agreed_on": None}, "on which day"),
            ({"how": AgreedHow.POWER}, "Choose the power"),
            ({"how": AgreedHow.BEST_INTERESTS, "by_whom": "Nadia"}, "whom they asked"),
        ],
    )
    def test_refuses_an_agreement_that_does_not_say_what_it_must(self, nurse, draft, now, wrong, words):
        draft = self.whole(nurse, draft, now)
        with pytest.raises(RefusedError, match=words), transaction.atomic():
            publish_draft(actor=nurse, draft=draft, revision=draft.revision, agreement=agreement(now, **wrong),
                          visits_from=now.date(), now=now)  # fmt: skip

    def test_refuses_what_is_to_be_put_right(self, nurse, draft, now):
        key = add_to_draft(actor=nurse, draft=draft, section="goals", now=now, values={"why": "Because"})
        draft.refresh_from_db()
        with pytest.raises(RefusedError, match="Say what this goal is"):
            publish_draft(actor=nurse, draft=draft, revision=draft.revision, agreement=agreement(now),
                          visits_from=now.date(), now=now)  # fmt: skip
        assert key == "g1"


class TestReviewPlan:
    def test_keeps_the_level_of_a_goal_through_versions(self, nurse, episode, ivy, now):
        goals = Content(goals=(NewGoal("Walk", key="g1", level_at_start=-2),))
        told = {"actor": nurse, "episode": episode, "summary": "", "goals": goals, "patterns": [], "now": now,
                "agreed_on": now.date()}  # fmt: skip
        first = write_plan(**told)
        review_plan(actor=nurse, plan=first, reviewed_on=now.date(), text="Better", now=now,
                    levels={first.goals.get().pk: (0, "With one")})  # fmt: skip
        second = write_plan(**told)
        assert goal_progress(nurse, second)["g1"].newest.level == 0

    def test_refuses_a_level_that_is_none(self, nurse, episode, now):
        plan = write_plan(
            actor=nurse, episode=episode, summary="", goals=["Walk"], patterns=[], agreed_on=now.date(), now=now
        )
        with pytest.raises(RefusedError, match="-2"):
            review_plan(actor=nurse, plan=plan, reviewed_on=now.date(), text="x", now=now,
                        levels={plan.goals.get().pk: (3, "")})  # fmt: skip


class TestAgreePlan:
    def test_names_the_power_of_who_agrees(self, nurse, episode, ivy, now):
        plan = write_plan(
            actor=nurse, episode=episode, summary="", goals=[], patterns=[], not_agreed_reason="Not yet", now=now
        )
        power = LegalStatus.objects.create(person=ivy, kind="lpa_health", holder_name="Grace Okafor", noted_at=now,
                                           noted_by="x")  # fmt: skip
        agree_plan(actor=nurse, plan=plan, agreement=agreement(now, how=AgreedHow.POWER, power=power), now=now)
        plan = plan_of(nurse, ivy, plan.pk)
        assert plan.agreements.all()[0].by_whom == "Grace Okafor" and plan.not_agreed_reason == ""


class TestRecoveryPlan:
    def test_is_seen_only_by_those_it_is_shared_with(self, nurse, actor_with, ivy, now):
        write_recovery_part(actor=nurse, person=ivy, part="crisis", text="Ring my sister", now=now)
        share_recovery_part(actor=nurse, person=ivy, part="crisis", audiences=["crisis_team"], now=now)
        seen = {role: {one.part: one.text for one in recovery_of(actor_with(role), ivy, now.date())}["crisis"]
                for role in (Role.REGISTERED_PROFESSIONAL, Role.CRISIS_RESPONDER)}  # fmt: skip
        assert seen == {Role.REGISTERED_PROFESSIONAL: None, Role.CRISIS_RESPONDER: "Ring my sister"}

    def test_can_be_taken_back(self, nurse, ivy, now):
        write_recovery_part(actor=nurse, person=ivy, part="crisis", text="Ring my sister", now=now)
        share_recovery_part(actor=nurse, person=ivy, part="crisis", audiences=["team"], now=now)
        share_recovery_part(actor=nurse, person=ivy, part="crisis", audiences=[], now=now)
        assert {one.part: one.text for one in recovery_of(nurse, ivy, now.date())}["crisis"] is None

    def test_gives_the_person_everything_of_their_own(self, nurse, actor_with, ivy, now):
        write_recovery_part(actor=nurse, person=ivy, part="crisis", text="Ring my sister", now=now)
        link = Actor.system("Shared link for the person", ivy.service_id)
        assert crisis_texts(link, ivy, now) == [None]
        assert crisis_texts(link, ivy, now, for_the_person=True) == ["Ring my sister"]
        with pytest.raises(NotAllowedError):
            recovery_of(nurse, ivy, now.date(), for_the_person=True)


class TestRecoveryPlanOfMergedRecords:
    @pytest.fixture
    def other(self, service, coordinator, now):
        new = NewPerson(given_name="Ivie", family_name="Okafor")
        return register_person(actor=coordinator, service_id=service.pk, new=new, now=now)

    @pytest.fixture
    def write(self, nurse):
        def call(person, text, at, audiences=None):
            write_recovery_part(actor=nurse, person=person, part="crisis", text=text, now=at)
            if audiences is not None:
                share_recovery_part(actor=nurse, person=person, part="crisis", audiences=audiences, now=at)

        return call

    @pytest.fixture
    def merge(self, coordinator):
        def call(keep, other, at):
            return merge_people(actor=coordinator, keep=keep, other=other, values={}, reason="One person", now=at)

        return call

    @pytest.mark.parametrize("newer", ["kept", "merged"])
    def test_shows_each_text_as_its_own_record_shared_it(self, newer, write, merge, actor_with, ivy, other, now):
        earlier = now - timedelta(days=2)
        write(ivy, "Mine alone", now if newer == "kept" else earlier)
        write(other, "For the team", earlier if newer == "kept" else now, ["team"])
        merge(ivy, other, now + timedelta(hours=1))
        seen = crisis_texts(actor_with(Role.CASE_MANAGER), ivy, now)
        assert sorted(seen, key=str) == ["For the team", None]

    def test_shows_both_where_both_are_shared(self, write, merge, actor_with, ivy, other, now):
        write(ivy, "First", now - timedelta(days=1), ["team"])
        write(other, "Second", now, ["team"])
        merge(ivy, other, now + timedelta(hours=1))
        assert crisis_texts(actor_with(Role.CASE_MANAGER), ivy, now) == ["Second", "First"]

    def test_remembers_the_record_through_two_merges(self, service, coordinator, write, merge, actor_with, ivy, other,
                                                     now):  # fmt: skip
        new = NewPerson(given_name="Ivee", family_name="Okafor")
        third = register_person(actor=coordinator, service_id=service.pk, new=new, now=now)
        write(third, "Mine alone", now)
        write(other, "For the team", now, ["team"])
        merge(other, third, now + timedelta(hours=1))
        merge(ivy, other, now + timedelta(hours=2))
        assert sorted(crisis_texts(actor_with(Role.CASE_MANAGER), ivy, now), key=str) == ["For the team", None]

    def test_takes_sharing_back_for_both_and_widens_it_for_neither(self, nurse, write, merge, actor_with, ivy, other,
                                                                   now):  # fmt: skip
        write(ivy, "Mine alone", now)
        write(other, "For the team", now, ["team"])
        merge(ivy, other, now + timedelta(hours=1))
        manager, told = actor_with(Role.CASE_MANAGER), {"actor": nurse, "person": ivy, "part": "crisis"}
        share_recovery_part(**told, audiences=["team"], now=now + timedelta(hours=2))
        assert sorted(crisis_texts(manager, ivy, now), key=str) == ["For the team", None]
        share_recovery_part(**told, audiences=["professionals"], now=now + timedelta(hours=3))
        assert sorted(crisis_texts(manager, ivy, now), key=str) == ["For the team", None]
        share_recovery_part(**told, audiences=[], now=now + timedelta(hours=4))
        assert crisis_texts(manager, ivy, now) == [None, None]

    def test_has_one_text_again_once_it_is_written_anew(self, write, merge, actor_with, ivy, other, now):
        write(ivy, "First", now)
        write(other, "Second", now, ["team"])
        merge(ivy, other, now + timedelta(hours=1))
        write(ivy, "Both in one", now + timedelta(hours=2), ["team"])
        assert crisis_texts(actor_with(Role.CASE_MANAGER), ivy, now) == ["Both in one"]

    def test_is_as_before_when_they_are_taken_apart(self, coordinator, write, merge, actor_with, ivy, other, now):
        write(ivy, "Mine alone", now)
        write(other, "For the team", now, ["team"])
        merged = merge(ivy, other, now + timedelta(hours=1))
        unmerge_people(actor=coordinator, merge=merged, reason="Sisters", now=now + timedelta(hours=2))
        manager = actor_with(Role.CASE_MANAGER)
        assert crisis_texts(manager, ivy, now) == [None] and crisis_texts(manager, other, now) == ["For the team"]


def crisis_texts(actor, person, now, **more) -> list[str | None]:
    return [one.text for one in recovery_of(actor, person, now.date(), **more) if one.part == "crisis"]
