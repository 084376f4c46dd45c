"""How somebody leaves: home first, and a second person for any other way."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.discharge.rules.deciding import choice_field, needs_second_person
from homeward.discharge.selectors import StayNotFoundError, decision_of, stay_for, stay_record
from homeward.discharge.services import WayHomeRefusedError, confirm_pathway, decide_pathway, set_aside_pathway
from homeward.discharge.states import Capacity, ChoiceAnswer, DecidedBy, HomePathway, WhyNotHome
from homeward.kernel.rules import RefusedError
from homeward.web.coming_home.forms import CHOICES, DecideForm
from homeward.web.coming_home.presenters.stay import document_lines
from homeward.web.coming_home.presenters.words import PATHWAY_MEANS, destination_groups
from homeward.web.gate import page


@page(Permission.DECIDE_PATHWAY)
def decide(request: HttpRequest, stay_id: int) -> HttpResponse:
    """Decide on the way home, or propose another way to a second person."""
    now, actor = timezone.now(), request.actor
    try:
        stay = stay_for(actor, stay_id, now)
    except StayNotFoundError as error:
        raise Http404 from error
    if not stay.is_open:
        messages.info(request, "This stay has ended. If that is a mistake, say first that it goes on.")
        return redirect("coming_home:stay", stay.pk)
    record = stay_record(actor, stay, now)
    form = DecideForm(request.POST) if request.method == "POST" else DecideForm(initial=_starting(record))
    if request.method == "POST" and form.is_valid():
        try:
            decision = decide_pathway(actor=actor, stay=stay, given=form.given(), now=now)
        except WayHomeRefusedError as error:
            form.refuse(error.faults)
        except RefusedError as error:
            form.add_error("pathway", str(error))
        else:
            told = "Proposed. A second person must agree, and has been told" if decision.made_at is None else "Decided"
            messages.success(request, told)
            return redirect("coming_home:stay", stay.pk)
    return render(
        request,
        "coming_home/decide.jinja",
        {
            "service": stay.service,
            "stay_id": stay.pk,
            "name": stay.person.label,
            "form": form,
            "documents": document_lines(record),
            "pathways": [
                (
                    one.value,
                    f"{one.label}: {PATHWAY_MEANS[one].lower()}",
                    "A second person must agree" if needs_second_person(one.value) else "",
                )
                for one in HomePathway
            ],
            "destinations": destination_groups(),
            "reasons": [("", WhyNotHome.choices)],
            "capacities": [(value, label, "") for value, label in Capacity.choices],
            "choices": range(1, CHOICES + 1),
            "answers": [("", ChoiceAnswer.choices)],
            "deciders": [(value, label, "") for value, label in DecidedBy.choices],
        },
        status=422 if form.errors else 200,
    )


@page(Permission.DECIDE_PATHWAY)
@require_POST
def act(request: HttpRequest, stay_id: int, decision_id: int, act: str) -> HttpResponse:
    """Agree as a second person, or set a decision aside."""
    now, actor = timezone.now(), request.actor
    try:
        decision = decision_of(actor, stay_for(actor, stay_id, now), decision_id)
    except StayNotFoundError as error:
        raise Http404 from error
    reason = request.POST.get("reason", "").replace("\0", "")[:2000]
    try:
        if act == "confirm":
            confirm_pathway(actor=actor, decision=decision, now=now)
            messages.success(request, "Agreed. Whoever proposed it has been told")
        elif act == "set-aside":
            set_aside_pathway(actor=actor, decision=decision, reason=reason, now=now)
            messages.success(request, "Set aside. Whoever proposed it has been told")
        else:
            raise Http404
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("coming_home:stay", stay_id)


def _starting(record) -> dict[str, str]:
    """What the form starts with: what was thought likely, what was offered before, and nothing that somebody must say
    themselves."""
    told = {"pathway": record.stay.likely_pathway, "capacity": "", "decided_by": ""}
    for one in record.decisions[-1].choices.all() if record.decisions else ():
        words = {
            "what": one.what, "provider": one.provider, "cost": one.cost, "answer": one.answer,
            "starts_on": one.starts_on.isoformat() if one.starts_on else "", "answered_by": one.answered_by,
            "reason": one.reason,
        }  # fmt: skip
        told |= {choice_field(name, one.position): value for name, value in words.items()}
    return told
