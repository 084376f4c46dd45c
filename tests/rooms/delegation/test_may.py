"""Who may do what when: the rules as one table that reads like the guidance (docs/rules/delegation.md)."""

from dataclasses import replace
from datetime import date

import pytest

from homeward.delegation.rules import Because, Decision, Signed, Standing, may_do
from homeward.delegation.states import DelegationState, WorkerAnswer
from homeward.procedures.rules.definitions import (
    Activity,
    ActivityKind,
    Complexity,
    Delegable,
    Skill,
    SkillKind,
)

TODAY = date(2026, 11, 24)
YESTERDAY, TOMORROW, NEXT_YEAR = date(2026, 11, 23), date(2026, 11, 25), date(2027, 11, 24)
IVY, OTHER = 1, 2
MINA = 7
SKILLS = {
    skill.code: skill
    for skill in (
        Skill("nurse", "Nurse", "", SkillKind.PROFESSION, is_registered=True, implies=("insulin", "eye_drops")),
        Skill("home_care_worker", "Home care worker", "", SkillKind.PROFESSION),
        Skill("therapy_assistant", "Therapy assistant", "", SkillKind.PROFESSION, implies=("exercises",)),
        Skill("insulin", "Insulin", "", SkillKind.COMPETENCE),
        Skill("eye_drops", "Eye drops", "", SkillKind.COMPETENCE),
        Skill("exercises", "Exercises", "", SkillKind.COMPETENCE),
        Skill("personal_care", "Personal care", "", SkillKind.COMPETENCE),
    )
}


def _activity(code: str, competence: str | None, *, by_person: bool, to=("home_care_worker",), **more) -> Activity:
    return Activity(
        code, 1, code.capitalize(), "", ActivityKind.HEALTH, more.pop("skill", "nurse"), 10,
        more.pop("complexity", Complexity.LOW), "nmc-code", delegable=Delegable(to, ("nurse",), by_person, competence),
    )  # fmt: skip


INSULIN = _activity("insulin", "insulin", by_person=True)
DROPS = _activity("drops", "eye_drops", by_person=False)
EXERCISES = _activity("exercises", "exercises", by_person=True, to=("therapy_assistant",))
ASSESSMENT = replace(INSULIN, delegable=None)
COMPLEX = replace(INSULIN, complexity=Complexity.HIGH)
WASHING = replace(INSULIN, skill="personal_care", delegable=None)

CARE = frozenset({"home_care_worker", "personal_care"})
NURSING = frozenset({"nurse", "insulin", "eye_drops"})
ASSISTING = frozenset({"therapy_assistant", "exercises"})


def _worker(professions=CARE, *signed: Signed, says=None, employer=None, registered=None) -> Standing:
    competent = {one.competence: True for one in signed}
    return Standing(
        MINA, "Mina Cole", professions, registered, signed,
        competent if says is None else says, competent if employer is None else employer,
    )  # fmt: skip


def _decided(state=DelegationState.ACTIVE, answer=WorkerAnswer.ACCEPTED, **more) -> Decision:
    return Decision(state, **more, answers={MINA: answer} if answer else {})


FOR_IVY = Signed("insulin", IVY, ends_on=NEXT_YEAR)
DROPS_FOR_ALL = Signed("eye_drops", None, ends_on=NEXT_YEAR)
IN_FORCE = _decided(review_on=NEXT_YEAR)


def _insulin(*besides: Signed, **more) -> Standing:
    return _worker(CARE, replace(FOR_IVY, **more), *besides)


def _drops(**more) -> Standing:
    return _worker(CARE, replace(DROPS_FOR_ALL, **more))


def _told(**more) -> Standing:
    return _worker(CARE, FOR_IVY, **more)


MINA_FOR_IVY, MINA_FOR_ALL = _worker(CARE, FOR_IVY), _worker(CARE, DROPS_FOR_ALL)
B, D, A = Because, DelegationState, WorkerAnswer

# what is to be done, by whom, what was decided for Ivy; whether she may, and the one thing that decides it
TABLE = [
    # a profession's own work needs no delegation, but the registration of a registered one must be current
    ("a nurse does a nurse's work", INSULIN, _worker(NURSING), None, B.OWN_PROFESSION),
    ("on the last day registered", INSULIN, _worker(NURSING, registered=TODAY), None, B.OWN_PROFESSION),
    ("registration ended", INSULIN, _worker(NURSING, registered=YESTERDAY), None, B.REGISTRATION_LAPSED),
    ("delegation or not", INSULIN, _worker(NURSING, registered=YESTERDAY), IN_FORCE, B.REGISTRATION_LAPSED),
    ("care work needs no register", WASHING, _worker(CARE, registered=YESTERDAY), None, B.OWN_PROFESSION),
    # some work is never delegated, and none to everybody
    ("work that is never delegated", ASSESSMENT, MINA_FOR_IVY, IN_FORCE, B.NEVER_DELEGATED),
    ("work too complex to delegate", COMPLEX, MINA_FOR_IVY, IN_FORCE, B.NEVER_DELEGATED),
    ("not this kind of worker", INSULIN, _worker(ASSISTING, FOR_IVY), IN_FORCE, B.NOT_THIS_KIND_OF_WORKER),
    # the worker is signed off, by name where it is by person, and today
    ("signed off for Ivy and delegated", INSULIN, MINA_FOR_IVY, IN_FORCE, B.SIGNED_OFF),
    ("not signed off", INSULIN, _worker(CARE), IN_FORCE, B.NOT_SIGNED_OFF),
    ("signed off for something else", INSULIN, MINA_FOR_ALL, IN_FORCE, B.NOT_SIGNED_OFF),
    ("signed off for somebody else", INSULIN, _insulin(person_id=OTHER), IN_FORCE, B.SIGNED_OFF_FOR_OTHERS),
    ("signed off for all where it is by person", INSULIN, _insulin(person_id=None), IN_FORCE, B.SIGNED_OFF_FOR_OTHERS),
    ("on the last day of the sign-off", INSULIN, _insulin(ends_on=TODAY), IN_FORCE, B.SIGNED_OFF),
    ("sign-off ended", INSULIN, _insulin(ends_on=YESTERDAY), IN_FORCE, B.SIGN_OFF_ENDED),
    ("signed off again after it ended", INSULIN, _insulin(FOR_IVY, ends_on=YESTERDAY), IN_FORCE, B.SIGNED_OFF),
    ("sign-off without an end", INSULIN, _insulin(ends_on=None), IN_FORCE, B.SIGNED_OFF),
    ("before the sign-off begins", INSULIN, _insulin(starts_on=TOMORROW), IN_FORCE, B.NOT_SIGNED_OFF),
    ("sign-off withdrawn", INSULIN, _insulin(is_withdrawn=True), IN_FORCE, B.SIGN_OFF_WITHDRAWN),
    ("withdrawn and signed off again", INSULIN, _insulin(FOR_IVY, is_withdrawn=True), IN_FORCE, B.SIGNED_OFF),
    # where it is not by person, one sign-off serves everybody it is delegated for
    ("signed off for all", DROPS, MINA_FOR_ALL, _decided(answer=None), B.SIGNED_OFF),
    ("signed off for Ivy alone", DROPS, _drops(person_id=IVY), _decided(answer=None), B.SIGNED_OFF),
    ("signed off for one other", DROPS, _drops(person_id=OTHER), _decided(answer=None), B.SIGNED_OFF_FOR_OTHERS),
    # their own training may cover it; it is still for somebody to delegate
    ("a therapy assistant and exercises", EXERCISES, _worker(ASSISTING), IN_FORCE, B.DELEGATED),
    ("exercises nobody delegated", EXERCISES, _worker(ASSISTING), None, B.NOBODY_DELEGATED),
    # the worker accepts, and may decline; their employer answers for it
    ("has said nothing yet", INSULIN, _told(says={}), IN_FORCE, B.WORKER_HAS_NOT_ACCEPTED),
    ("does not accept", INSULIN, _told(says={"insulin": False}), IN_FORCE, B.WORKER_DECLINED),
    ("employer said nothing", INSULIN, _told(employer={}), IN_FORCE, B.EMPLOYER_DOES_NOT_ANSWER),
    ("employer does not agree", INSULIN, _told(employer={"insulin": False}), IN_FORCE, B.EMPLOYER_DOES_NOT_ANSWER),
    # a registered professional decides for each person, and it has a date
    ("nobody delegated it", INSULIN, MINA_FOR_IVY, None, B.NOBODY_DELEGATED),
    ("still being assessed", INSULIN, MINA_FOR_IVY, _decided(D.DRAFT), B.NOT_IN_FORCE),
    ("delegation ended", INSULIN, MINA_FOR_IVY, _decided(D.ENDED), B.NOBODY_DELEGATED),
    ("begins tomorrow", INSULIN, MINA_FOR_IVY, _decided(starts_on=TOMORROW), B.NOT_IN_FORCE),
    ("begins today", INSULIN, MINA_FOR_IVY, _decided(starts_on=TODAY), B.SIGNED_OFF),
    ("suspended", INSULIN, MINA_FOR_IVY, _decided(D.SUSPENDED, suspended_reason="Low."), B.SUSPENDED),
    ("on the day of its review", INSULIN, MINA_FOR_IVY, _decided(review_on=TODAY), B.SIGNED_OFF),
    ("review past", INSULIN, MINA_FOR_IVY, _decided(review_on=YESTERDAY), B.REVIEW_PAST),
    # this worker was asked for this person, and may decline
    ("was not asked for Ivy", INSULIN, MINA_FOR_IVY, _decided(answer=None), B.WORKER_HAS_NOT_ACCEPTED),
    ("has not answered", INSULIN, MINA_FOR_IVY, _decided(answer=A.ASKED), B.WORKER_HAS_NOT_ACCEPTED),
    ("declined for Ivy", INSULIN, MINA_FOR_IVY, _decided(answer=A.DECLINED), B.WORKER_DECLINED),
    ("is no longer asked", INSULIN, MINA_FOR_IVY, _decided(answer=A.REMOVED), B.NOT_ASKED_ANY_MORE),
    ("declined for Ivy what is for all", DROPS, MINA_FOR_ALL, _decided(answer=A.DECLINED), B.WORKER_DECLINED),
    ("no longer asked for what is for all", DROPS, MINA_FOR_ALL, _decided(answer=A.REMOVED), B.NOT_ASKED_ANY_MORE),
]  # fmt: skip
MAY = {B.OWN_PROFESSION, B.SIGNED_OFF, B.DELEGATED}


class TestMayDo:
    @pytest.mark.parametrize(
        ("activity", "worker", "decision", "why"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
    )
    def test_decides_as_the_guidance_does(self, activity, worker, decision, why):
        found = may_do(activity, SKILLS, worker, decision, IVY, TODAY)

        assert found.why is why
        assert found.may is (why in MAY)

    @pytest.mark.parametrize(
        ("activity", "worker", "decision", "why"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
    )
    def test_says_why_in_a_sentence_and_what_would_change_a_no(self, activity, worker, decision, why):
        found = may_do(activity, SKILLS, worker, decision, IVY, TODAY)

        assert found.because.endswith(".")
        assert bool(found.nearest) is not found.may

    def test_shows_every_reason_somewhere_in_the_table(self):
        assert {row[4] for row in TABLE} == set(Because)

    def test_names_the_day_a_sign_off_ended(self):
        worker = _insulin(ends_on=YESTERDAY)

        assert "23 November 2026" in may_do(INSULIN, SKILLS, worker, IN_FORCE, IVY, TODAY).because
