"""How somebody leaves hospital: home first, and never one person's word where it is not home."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.assessments.models import FilledForm
from homeward.assessments.states import FilledState
from homeward.discharge.models import HospitalStay, OfferedChoice, PathwayDecision
from homeward.discharge.rules.deciding import Choice, Proposal, faults_of, needs_second_person
from homeward.discharge.rules.documents import BEST_INTERESTS, CAPACITY_ASSESSMENT, FORMS, TRUSTED_ASSESSMENT
from homeward.discharge.services.changing import _happened, _locked_open, _tell_timeline
from homeward.discharge.states import (
    DECISION_MOVES,
    DESTINATION_PATHWAY,
    Capacity,
    ChoiceAnswer,
    DecidedBy,
    DecisionState,
    Destination,
    HomePathway,
    StayEventKind,
    WhyNotHome,
)
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.services import notify
from homeward.people.selectors import person_ids_of
from homeward.teams.models import Account
from homeward.teams.selectors import accounts_that_may


@dataclass(frozen=True, slots=True)
class WayHome:
    """A decision as somebody gives it; codes are those of states. The forms it rests on are found by themselves."""

    pathway: str
    destination: str
    person_said: str
    choices: tuple[Choice, ...]
    capacity: str
    decided_by: str
    decided_by_name: str = ""
    why_not_home: str = ""
    not_home_text: str = ""
    care_starts_on: date | None = None


class WayHomeRefusedError(RefusedError):
    """Something is missing. `faults` says what, by the field it is asked in."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


@transaction.atomic
def decide_pathway(*, actor: Actor, stay: HospitalStay, given: WayHome, now: datetime) -> PathwayDecision:
    """Decide how somebody leaves. Home is decided at once; any other way is proposed, and waits for a second person.

    Whatever was proposed before is set aside; what was decided stands until this is decided. The newest complete
    trusted assessment, capacity assessment and best-interests decision of this stay are kept with it.

    Raises: NotAllowedError; WayHomeRefusedError; RefusedError when the stay has ended or nobody signed in decides.
    """
    require(actor, Permission.DECIDE_PATHWAY, stay.service_id)
    if actor.account_id is None:
        raise RefusedError("A person must decide this, not a system.")
    stay = _locked_open(stay)
    forms = _forms_of(stay)
    _check(given, forms)
    _set_aside(actor, stay, DecisionState.PROPOSED, "A newer way home was put forward", now)
    decision = PathwayDecision(
        stay=stay,
        state=DecisionState.PROPOSED,
        pathway=given.pathway,
        destination=given.destination,
        why_not_home=given.why_not_home if needs_second_person(given.pathway) else "",
        not_home_text=given.not_home_text.strip() if needs_second_person(given.pathway) else "",
        person_said=given.person_said.strip(),
        choices_offered="",
        capacity=given.capacity,
        decided_by=given.decided_by,
        decided_by_name=given.decided_by_name.strip()[:200],
        trusted_assessment=forms.get(TRUSTED_ASSESSMENT),
        capacity_assessment=forms.get(CAPACITY_ASSESSMENT) if given.capacity != Capacity.NOT_DOUBTED else None,
        best_interests=forms.get(BEST_INTERESTS) if given.decided_by == DecidedBy.BEST_INTERESTS else None,
        care_starts_on=given.care_starts_on,
        proposed_at=now,
        proposed_by_id=actor.account_id,
        proposed_by_name=actor.name,
    )
    if needs_second_person(given.pathway):
        _save_with_choices(decision, given.choices)
        _happened(
            actor, stay, StayEventKind.PROPOSED, now, field="pathway", after=given.pathway, text=decision.not_home_text
        )
        others = [
            one for one in accounts_that_may(Permission.DECIDE_PATHWAY, stay.service_id) if one.pk != actor.account_id
        ]
        _tell(
            actor, stay, others, "A second person is needed: somebody may not be going home", "proposed", decision, now
        )
    else:
        _make(actor, decision, now, given.choices)
    return decision


@transaction.atomic
def confirm_pathway(*, actor: Actor, decision: PathwayDecision, now: datetime) -> PathwayDecision:
    """Agree, as a second person, that somebody does not go home. Whoever proposed it is told.

    Raises: NotAllowedError; RefusedError for the one who proposed it, when the stay has ended, or when it no longer
    waits for anybody.
    """
    require(actor, Permission.DECIDE_PATHWAY, decision.stay.service_id)
    decision = _locked_decision(decision)
    _move(decision, DecisionState.MADE)
    if actor.account_id is None or actor.account_id == decision.proposed_by_id:
        raise RefusedError("Somebody else must agree: you proposed it.")
    decision.confirmed_by_id, decision.confirmed_by_name = actor.account_id, actor.name
    _make(actor, decision, now)
    _tell_proposer(actor, decision, "A second person agreed to what you proposed", "agreed", now)
    return decision


@transaction.atomic
def set_aside_pathway(*, actor: Actor, decision: PathwayDecision, reason: str, now: datetime) -> PathwayDecision:
    """Not agree to what was proposed, or take back what was decided. Whoever proposed it is told.

    Raises: NotAllowedError; RefusedError without a reason, when the stay has ended or it is set aside already.
    """
    require(actor, Permission.DECIDE_PATHWAY, decision.stay.service_id)
    if not reason.strip():
        raise RefusedError("Say why, so that others understand.")
    decision = _locked_decision(decision)
    _move(decision, DecisionState.SET_ASIDE)
    _set_aside(actor, decision.stay, decision.state, reason.strip(), now, decision)
    _tell_proposer(actor, decision, "What you proposed for coming home was set aside", "set-aside", now)
    return decision


@transaction.atomic
def answer_choice(
    *, actor: Actor, choice: OfferedChoice, answer: str, answered_by: str, answered_on: date, reason: str, now: datetime
) -> OfferedChoice:
    """Record what was answered later to a choice that had no answer yet. What was decided stands as it is.

    Raises: NotAllowedError; RefusedError when the stay has ended, it is answered or its decision set aside, another one
    was chosen, it does not say what, by whom or why, or the day is before the choice was written down or to come.
    """
    require(actor, Permission.DECIDE_PATHWAY, choice.decision.stay.service_id)
    decision = _locked_decision(choice.decision)
    choice = OfferedChoice.objects.select_for_update(of=("self",)).get(pk=choice.pk)
    if decision.state == DecisionState.SET_ASIDE:
        raise RefusedError("What this choice belongs to was set aside. Open the stay again to see.")
    if choice.answer != ChoiceAnswer.WAITING:
        raise RefusedError(f"“{choice.what}” is answered already. Open the stay again to see.")
    if answer not in (ChoiceAnswer.CHOSEN, ChoiceAnswer.REFUSED):
        raise RefusedError("Say whether it was chosen or refused.")
    if not answered_by.strip():
        raise RefusedError("Say who answered.")
    if answer == ChoiceAnswer.REFUSED and not reason.strip():
        raise RefusedError("Say why it was refused.")
    if not london_day(decision.proposed_at) <= answered_on <= london_day(now):
        raise RefusedError("The day of the answer is before the choice was written down, or in the future. Check it.")
    if answer == ChoiceAnswer.CHOSEN and decision.choices.filter(answer=ChoiceAnswer.CHOSEN).exists():
        raise RefusedError("Another choice was chosen. If they changed their mind, decide otherwise.")
    choice.answer, choice.answered_by = answer, answered_by.strip()[:200]
    choice.reason = reason.strip()[:500] if answer == ChoiceAnswer.REFUSED else ""
    choice.answered_on, choice.recorded_at, choice.recorded_by = answered_on, now, actor.name
    choice.save()
    said = f"{choice.what}: {choice.get_answer_display().lower()}"
    _happened(
        actor, decision.stay, StayEventKind.CHOICE, now, field="choice", after=said,
        text=": ".join(filter(None, (choice.answered_by, choice.reason))),
    )  # fmt: skip
    return choice


def _check(given: WayHome, forms: dict[str, FilledForm]) -> None:
    lists = {
        "pathway": HomePathway.values,
        "destination": Destination.values,
        "capacity": Capacity.values,
        "decided_by": DecidedBy.values,
        "why_not_home": ["", *WhyNotHome.values],
    }
    wrong = {name: "Choose one." for name, allowed in lists.items() if getattr(given, name) not in allowed}
    if wrong:
        raise WayHomeRefusedError(wrong)
    trusted = forms.get(TRUSTED_ASSESSMENT)
    faults = faults_of(
        Proposal(
            pathway=given.pathway,
            destination_pathway=DESTINATION_PATHWAY[given.destination],
            why_not_home=given.why_not_home,
            not_home_text=given.not_home_text.strip(),
            choices=given.choices,
            person_said=given.person_said.strip(),
            capacity=given.capacity,
            decided_by=given.decided_by,
            has_trusted_assessment=trusted is not None,
            has_capacity_assessment=CAPACITY_ASSESSMENT in forms,
            has_best_interests=BEST_INTERESTS in forms,
            is_capacity_doubted=trusted.answers.get("capacity_doubted") if trusted is not None else None,
        )
    )
    if faults:
        raise WayHomeRefusedError(faults)


def _forms_of(stay: HospitalStay) -> dict[str, FilledForm]:
    """By code, the newest complete form of each sort made since admission that nothing put right."""
    rows = FilledForm.objects.filter(
        person_id__in=person_ids_of(stay.person),
        form__code__in=FORMS,
        state=FilledState.COMPLETE,
        completed_at__gte=stay.admitted_at,
    ).exclude(corrected_by__state=FilledState.COMPLETE)
    return {
        one.form.code: one for one in rows.select_related("form").defer("form__definition").order_by("completed_at")
    }


def _locked_decision(decision: PathwayDecision) -> PathwayDecision:
    stay = _locked_open(decision.stay)
    decision = PathwayDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    decision.stay = stay
    return decision


def _move(decision: PathwayDecision, state: DecisionState) -> None:
    if state not in DECISION_MOVES[decision.state]:
        raise RefusedError(f"This is {decision.get_state_display().lower()} already. Open the stay again to see.")


def _save_with_choices(decision: PathwayDecision, choices: tuple[Choice, ...]) -> None:
    decision.save()
    OfferedChoice.objects.bulk_create(
        OfferedChoice(decision=decision, position=place, **asdict(one)) for place, one in enumerate(choices, start=1)
    )


def _make(actor: Actor, decision: PathwayDecision, now: datetime, choices: tuple[Choice, ...] = ()) -> None:
    stay = decision.stay
    before = stay.pathway
    _set_aside(actor, stay, DecisionState.MADE, "A newer way home was decided", now)
    decision.state, decision.made_at = DecisionState.MADE, now
    _save_with_choices(decision, choices)
    stay.pathway = decision.pathway
    stay.save(update_fields=["pathway"])
    _happened(
        actor,
        stay,
        StayEventKind.DECIDED,
        now,
        field="pathway",
        before=before,
        after=decision.pathway,
        text=decision.get_destination_display(),
    )
    _tell_timeline(
        actor,
        stay,
        f"Way home decided: {decision.get_pathway_display()}",
        now,
        now,
        decision.get_destination_display(),
    )


def _set_aside(
    actor: Actor,
    stay: HospitalStay,
    state: str,
    reason: str,
    now: datetime,
    decision: PathwayDecision | None = None,
) -> None:
    """Set aside what is in a state, or the one decision that is given."""
    rows = [decision] if decision is not None else list(stay.decisions.filter(state=state))
    for one in rows:
        was = one.state
        one.state = DecisionState.SET_ASIDE
        one.set_aside_at, one.set_aside_by, one.set_aside_reason = now, actor.name, reason
        one.save(update_fields=["state", "set_aside_at", "set_aside_by", "set_aside_reason"])
        if was == DecisionState.MADE:
            stay.pathway = ""
            stay.save(update_fields=["pathway"])
        _happened(actor, stay, StayEventKind.SET_ASIDE, now, field="pathway", before=one.pathway, text=reason)


def _tell_proposer(actor: Actor, decision: PathwayDecision, title: str, key: str, now: datetime) -> None:
    accounts = Account.objects.filter(pk=decision.proposed_by_id).exclude(pk=actor.account_id)
    _tell(actor, decision.stay, list(accounts), title, key, decision, now)


def _tell(
    actor: Actor,
    stay: HospitalStay,
    accounts: list[Account],
    title: str,
    key: str,
    decision: PathwayDecision,
    now: datetime,
) -> None:
    notify(
        actor=actor,
        service_id=stay.service_id,
        accounts=accounts,
        kind="stay",
        title=title,
        path=f"/coming-home/{stay.pk}#decision",
        once_key=f"stay-decision-{decision.pk}-{key}",
        now=now,
        is_urgent=False,
    )
