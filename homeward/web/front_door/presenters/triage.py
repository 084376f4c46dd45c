"""The pathways to choose from, and the checklist of the one chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from homeward.procedures.rules import Pathway
from homeward.procedures.rules import Urgency as PathwayUrgency
from homeward.procedures.selectors import need_title
from homeward.referrals.rules import URGENCIES

PATHWAY_URGENCY = {
    PathwayUrgency.CRISIS: "within 2 hours",
    PathwayUrgency.URGENT: "within 2 days",
    PathwayUrgency.SOON: "soon",
    PathwayUrgency.PLANNED: "as planned",
}


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
class Criterion:
    """One line of a checklist."""

    code: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Triage:
    """The pathways and the checklist of the one chosen."""

    choices: tuple[PathwayChoice, ...]
    chosen: PathwayChoice | None
    because: str
    who_for: str
    soon: str
    needs_visit: str
    criteria: tuple[Criterion, ...]
    exclusions: tuple[Criterion, ...]


def present_triage(referral, pathways: Sequence[Pathway], suggested: Pathway | None, chosen_code: str) -> Triage:
    """The pathways to choose from and the checklist of the one chosen, or else suggested."""
    here = reverse("front_door:referral", args=[referral.pk])
    chosen = next((one for one in pathways if one.code == chosen_code), suggested)
    choices = tuple(
        PathwayChoice(
            one.code,
            one.title,
            one.summary,
            f"{here}?pathway={one.code}#decide",
            chosen is not None and one.code == chosen.code,
            suggested is not None and one.code == suggested.code,
        )
        for one in pathways
    )
    visit = next((v for v in chosen.visits if v.due_with_clock), None) if chosen else None
    people = len(visit.staff) if visit else 0
    return Triage(
        choices=choices,
        chosen=next((one for one in choices if one.is_chosen), None),
        because=_because(referral, suggested),
        who_for=chosen.who_for if chosen else "",
        soon=PATHWAY_URGENCY[chosen.urgency] if chosen else "",
        needs_visit=(
            f"Accepting plans the first visit at once ({people} worker{'' if people == 1 else 's'},"
            f" {visit.minutes} minutes) and shows what moved."
            if visit
            else "Accepting starts the pathway. Its first visit is planned with the person."
        ),
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


def _because(referral, suggested: Pathway | None) -> str:
    if suggested is None:
        return "No pathway fits this need. Choose one, or redirect the referral."
    if referral.pathway_code == suggested.code:
        return "It was sent for this pathway."
    answers = f" “{need_title(referral.need_code)}”" if referral.need_code in suggested.needs else ""
    soon = f" {PATHWAY_URGENCY[suggested.urgency]}" if suggested.urgency in URGENCIES[referral.urgency] else ""
    return f"It answers{answers}{soon}." if answers or soon else "It is the nearest there is."
