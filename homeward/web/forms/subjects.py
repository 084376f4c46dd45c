"""What a form is filled in for: whose it is, where its page goes back to, and what is known before anyone asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse

from homeward.access.rules import Actor, Permission
from homeward.assessments.states import SubjectKind
from homeward.episodes.selectors import EpisodeNotFoundError, episode_for
from homeward.people.selectors import PersonNotFoundError, person_for
from homeward.referrals.selectors import ReferralNotFoundError, referral_for

TOLD_IN_REFERRAL = "It is told in the referral."


@dataclass(frozen=True, slots=True)
class FormSubject:
    """A referral, an episode or a person that a form hangs on. `known` is (answer, where from) by form and question."""

    kind: str
    id: int
    service_id: int
    person: Any
    label: str
    known: dict[tuple[str, str], tuple[Any, str]]

    @property
    def pair(self) -> tuple[str, int]:
        return (self.kind, self.id)


def subject_for(actor: Actor, kind: str, number: int, now: datetime) -> FormSubject:
    """The subject with this kind and number; the opening is audited.

    Raises: NotAllowedError; Http404 where the actor's services have none.
    """
    try:
        if kind == SubjectKind.REFERRAL:
            one = referral_for(actor, number, now)
            return FormSubject(kind, number, one.service_id, one.person, one.subject_label, _known(one))
        if kind == SubjectKind.EPISODE:
            episode = episode_for(actor, number, now).episode
            return FormSubject(kind, number, episode.service_id, episode.person, episode.subject_label, {})
        if kind == SubjectKind.PERSON:
            person = person_for(actor, number, now)
            return FormSubject(kind, number, person.service_id, person, person.label, {})
    except (ReferralNotFoundError, EpisodeNotFoundError, PersonNotFoundError) as error:
        raise Http404 from error
    raise Http404


def way_back(actor: Actor, filled) -> tuple[str, str]:
    """Where a form's page goes back to: (address, words). Neither names anyone."""
    if filled.subject_kind == SubjectKind.EPISODE and actor.may(Permission.SEE_EPISODES):
        return reverse("episodes:episode", args=[filled.subject_id]), "Back to the episode"
    if filled.subject_kind == SubjectKind.REFERRAL and actor.may(Permission.SEE_FRONT_DOOR):
        return reverse("front_door:referral", args=[filled.subject_id]), "Back to the referral"
    if filled.person_id:
        return reverse("forms:of_person", args=[filled.person_id]), "Back to the assessments"
    return reverse("home"), "Home"


def _known(referral) -> dict[tuple[str, str], tuple[Any, str]]:
    """What a referral says that a form of the front door asks again."""
    triage, told = "front-door-triage", {}
    for question, text in (("reason", referral.need_text), ("promised", referral.promised_text)):
        if text.strip():
            told[triage, question] = (text, "The referral")
    if referral.safeguarding_text.strip():
        told[triage, "safeguarding"] = (True, "The referral")
        # the form is read by more people than may read the concern
        told[triage, "safeguarding_detail"] = (TOLD_IN_REFERRAL, "The referral")
    return told
