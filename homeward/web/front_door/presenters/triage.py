"""The pathways to choose from, and the checklist of the one chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from homeward.access.rules import Actor
from homeward.procedures.rules import Pathway, Setting, VisitTemplate
from homeward.procedures.rules import Urgency as PathwayUrgency
from homeward.procedures.selectors import need_title
from homeward.referrals.rules import URGENCIES
from homeward.visits.rules import first_visit
from homeward.web.clocks import time_words
from homeward.web.procedures.presenters.words import SETTINGS
from homeward.web.templating import day_text

PATHWAY_URGENCY = {
    PathwayUrgency.CRISIS: "within 2 hours",
    PathwayUrgency.URGENT: "within 2 days",
    PathwayUrgency.SOON: "soon",
    PathwayUrgency.PLANNED: "as planned",
}
FITTING = "Also answer this need"


@dataclass(frozen=True, slots=True)
class PathwayChoice:
    """A pathway one can accept on."""

    code: str
    title: str
    summary: str
    url: str
    is_chosen: bool
    is_suggested: bool


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Pathways that belong together: those that fit, then by how soon."""

    title: str
    choices: tuple[PathwayChoice, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a checklist."""

    code: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody proposed, which a second person must agree to."""

    title: str
    code: str
    by: str
    when: str
    why: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Triage:
    """The pathways and the checklist of the one chosen."""

    suggested: PathwayChoice | None
    groups: tuple[ChoiceGroup, ...]
    number: int
    chosen: PathwayChoice | None
    because: str
    who_for: str
    soon: str
    ages: str
    needs_visit: str
    needs_second: bool
    proposal: Proposal | None
    criteria: tuple[Criterion, ...]
    exclusions: tuple[Criterion, ...]


def present_triage(
    referral,
    pathways: Sequence[Pathway],
    suggested: Pathway | None,
    chosen_code: str,
    *,
    events: Sequence,
    actor: Actor,
    now,
) -> Triage:
    """The pathways to choose from and the checklist of the one chosen, proposed or else suggested.

    `pathways` come as `referrals.selectors.pathways_for` gives them: those that fit first.
    """
    by_code = {one.code: one for one in pathways}
    chosen = by_code.get(chosen_code) or by_code.get(referral.proposed_pathway_code) or suggested

    def choice(one: Pathway) -> PathwayChoice:
        url = f"{reverse('front_door:referral', args=[referral.pk])}?pathway={one.code}#decide"
        is_suggested = suggested is not None and one.code == suggested.code
        return PathwayChoice(one.code, one.title, one.summary, url, one is chosen, is_suggested)

    fitting = [one for one in pathways if referral.need_code in one.needs and one is not suggested]
    groups = [(FITTING, fitting)]
    for urgency, words in PATHWAY_URGENCY.items():
        rest = [one for one in pathways if one.urgency is urgency and one not in fitting and one is not suggested]
        groups.append((f"{words[0].upper()}{words[1:]}", sorted(rest, key=lambda one: one.title)))
    return Triage(
        suggested=choice(suggested) if suggested else None,
        groups=tuple(ChoiceGroup(title, tuple(choice(one) for one in found)) for title, found in groups if found),
        number=len(pathways),
        chosen=choice(chosen) if chosen else None,
        because=_because(referral, suggested),
        who_for=chosen.who_for if chosen else "",
        soon=PATHWAY_URGENCY[chosen.urgency] if chosen else "",
        ages=f"From {chosen.entry.minimum_age} years." if chosen and chosen.entry.minimum_age else "",
        needs_visit=_visit_words(chosen) if chosen else "",
        needs_second=chosen is not None and chosen.entry.second_person_agrees,
        proposal=_proposal(referral, by_code, events, actor, now),
        criteria=tuple(
            Criterion(one.code, one.text, " ".join(filter(None, [one.hint, "" if one.required else "Optional."])))
            for one in chosen.entry.criteria
        )
        if chosen
        else (),
        exclusions=tuple(Criterion(one.code, one.text, one.instead) for one in chosen.entry.exclusions)
        if chosen
        else (),
    )


def _proposal(referral, by_code: dict[str, Pathway], events: Sequence, actor: Actor, now) -> Proposal | None:
    if not referral.proposed_pathway_code:
        return None
    said = next((event for event in reversed(events) if event.kind == "acceptance_proposed"), None)
    pathway = by_code.get(referral.proposed_pathway_code)
    is_mine = referral.proposed_by_id == actor.account_id
    return Proposal(
        title=pathway.title if pathway else referral.proposed_pathway_code,
        code=referral.proposed_pathway_code,
        by=referral.proposed_by.full_name if referral.proposed_by else "Somebody",
        when=time_words(said.happened_at, now) if said else "",
        why=said.reason if said else "",
        is_mine=is_mine,
    )


def _visit_words(chosen: Pathway) -> str:
    visit = first_visit(chosen)
    if visit is None:
        return "Accepting starts the pathway. Its first visit is planned with the person."
    if visit.setting is not Setting.HOME:
        return f"Accepting starts the pathway. No home visit is planned: {_appointment_words(visit)}."
    who = f"{len(visit.staff)} worker{'' if len(visit.staff) == 1 else 's'}, {visit.minutes} minutes"
    if chosen.urgency is PathwayUrgency.CRISIS:
        return f"Accepting plans the first visit at once ({who}) and shows what moved."
    return f"Accepting asks for the first visit at home ({who}) before its clock runs out."


def first_contact_words(chosen: Pathway, visit) -> str:
    """What follows accepting: the day a visit is wanted, or that an appointment is to be made."""
    if visit is not None:
        return f"The first visit is wanted on {day_text(visit.day)}."
    first = first_visit(chosen)
    return "" if first is None or first.setting is Setting.HOME else f"Next, {_appointment_words(first)}."


def _appointment_words(visit: VisitTemplate) -> str:
    return f"it begins {SETTINGS[visit.setting]}, so make that appointment ({visit.title}, {visit.minutes} minutes)"


def _because(referral, suggested: Pathway | None) -> str:
    if suggested is None:
        return "No pathway fits this need. Choose one, or redirect the referral."
    if referral.pathway_code == suggested.code:
        return "It was sent for this pathway."
    answers = f" “{need_title(referral.need_code)}”" if referral.need_code in suggested.needs else ""
    soon = f" {PATHWAY_URGENCY[suggested.urgency]}" if suggested.urgency in URGENCIES[referral.urgency] else ""
    if not referral.need_code and not soon:
        return "No need was chosen from the list, so this is the pathway that finds out what is needed."
    return f"It answers{answers}{soon}." if answers or soon else "It is the nearest there is."
