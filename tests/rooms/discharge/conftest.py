"""Somebody in hospital, and those who bring them home."""

from datetime import timedelta

import pytest

from homeward.access.rules import Role
from homeward.assessments.services import complete_form, save_answers, start_form
from homeward.discharge.services import StayGiven, receive_stay
from homeward.discharge.states import StaySource
from homeward.episodes.services import accept_referral
from homeward.procedures.selectors import built
from tests.answering import complete_answers


@pytest.fixture
def case_manager(somebody):
    return somebody(Role.CASE_MANAGER, "Mo Casemanager")


@pytest.fixture
def therapist(somebody):
    return somebody(Role.REGISTERED_PROFESSIONAL, "Tess Therapist")


@pytest.fixture
def admitted_at(now):
    return now - timedelta(days=5)


@pytest.fixture
def told(admitted_at):
    """What the hospital tells of Ivy's stay; more or otherwise where a test says so."""

    def tell(**more) -> StayGiven:
        return StayGiven(
            **{
                "admitted_at": admitted_at,
                "source": StaySource.FORM,
                "hospital_name": "Made Up General",
                "ward": "Ward 7",
                "consultant": "Dr Invented",
                "reason": "Fall at home",
            }
            | more
        )

    return tell


@pytest.fixture
def stay(case_manager, ivy, told, now):
    """Ivy's stay, five days old."""
    return receive_stay(actor=case_manager, person=ivy, given=told(), now=now).stay


@pytest.fixture
def assess(service, case_manager, ivy, now):
    """Completes a form about Ivy: `assess("trusted-assessment", capacity_doubted=False)`."""

    def complete(form_code: str, **answers):
        filled = start_form(
            actor=case_manager, service_id=service.pk, form_code=form_code, subject=("person", ivy.pk), person=ivy,
            now=now,
        )  # fmt: skip
        saved = save_answers(
            actor=case_manager, filled=filled, answers=complete_answers(built(filled.form), **answers),
            revision=filled.revision, now=now,
        )  # fmt: skip
        return complete_form(actor=case_manager, filled=saved.filled, now=now)

    return complete


@pytest.fixture
def accept_crisis(coordinator, crisis, now):
    """Takes Ivy on: from then on the community knows her."""

    def accept():
        return accept_referral(actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now)

    return accept
