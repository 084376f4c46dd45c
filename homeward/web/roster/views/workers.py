"""Contracts, registrations, training and patterns of a worker, what runs out, and what employers allow."""

from collections.abc import Callable
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.plans.selectors import worker_traits
from homeward.plans.services import end_worker_trait, note_worker_trait
from homeward.plans.states import TraitKind
from homeward.roster.rules import MOST_WEEKS
from homeward.roster.selectors import contracts_ending, contracts_of, employer_rules, limits_of, patterns_of_rota
from homeward.roster.services import agree_contract, set_employer_rules, set_pattern
from homeward.roster.states import ContractKind, PayBasis
from homeward.teams import selectors as teams
from homeward.teams.services import record_registration, record_training, withdraw_training
from homeward.visits.selectors.hours import employers_seen
from homeward.web.gate import page
from homeward.web.roster.forms import ContractForm, PatternForm, RegistrationForm, RulesForm, TrainingForm, TraitForm
from homeward.web.roster.presenters import worker as presenters
from homeward.web.roster.views.editing import worker_here
from homeward.web.service_choice import service_here

WARNED_DAYS = 8 * 7
PATTERN_ROWS = 4


@page(Permission.SEE_ROSTER)
def worker(request: HttpRequest, worker_id: int) -> HttpResponse:
    """A worker's contract, limits, registrations, training and pattern."""
    return _show(request, worker_here(request, worker_id))


@page(Permission.MANAGE_ROSTER)
def contract(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Record what was agreed from a day on."""
    one = worker_here(request, worker_id)
    form = ContractForm(request.POST)

    def save(told: dict) -> None:
        agree_contract(
            actor=request.actor, worker=one, kind=told["kind"], pay_basis=told["pay_basis"],
            weekly_minutes=told["weekly_hours"], hourly_pence=told["hourly_pounds"],
            overtime_percent=told["overtime"], works_nights=bool(told["nights"]),
            has_opted_out=bool(told["opted_out"]), areas=told["areas"], starts_on=told["starts_on"],
            ends_on=told["ends_on"], now=timezone.now(),
        )  # fmt: skip

    return _save(request, one, form, "contract", "kind", save, "The contract is recorded.")


@page(Permission.MANAGE_ROSTER)
def registration(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Record an entry of a register as it was looked up."""
    one = worker_here(request, worker_id)
    form = RegistrationForm(request.POST)

    def save(told: dict) -> None:
        record_registration(actor=request.actor, worker=one, now=timezone.now(), **told)

    return _save(request, one, form, "registration", "number", save, "The registration is recorded.")


@page(Permission.SEE_ROSTER)
def training(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Record a course, or say that one no longer counts."""
    one = worker_here(request, worker_id)
    if request.method == "POST" and request.POST.get("withdraw"):
        number = whole_number(request.POST["withdraw"])
        row = next((held for held in teams.trainings_of(one) if held.pk == number), None)
        if row is None:
            raise Http404("There is no such course.")
        try:
            withdraw_training(
                actor=request.actor, training=row, reason=request.POST.get("reason", "").replace("\0", ""),
                now=timezone.now(),
            )  # fmt: skip
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "It no longer counts.")
        return redirect("roster:worker", one.pk)
    form = TrainingForm(request.POST)

    def save(told: dict) -> None:
        record_training(
            actor=request.actor, worker=one, code=slugify(told["title"])[:60], title=told["title"],
            provider=told["provider"], done_on=told["done_on"], expires_on=told["lasts_until"],
            is_mandatory=bool(told["mandatory"]), now=timezone.now(),
        )  # fmt: skip

    return _save(request, one, form, "training", "title", save, "The course is recorded.")


@page(Permission.MANAGE_ROSTER)
def trait(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Note what matters of a worker where people may ask for it, or say that it no longer holds."""
    one = worker_here(request, worker_id)
    if request.method == "POST" and request.POST.get("end"):
        number = whole_number(request.POST["end"])
        row = next((held for held in worker_traits(request.actor, one) if held.pk == number), None)
        if row is None:
            raise Http404("There is no such thing noted.")
        end_worker_trait(actor=request.actor, trait=row, now=timezone.now())
        messages.success(request, "It no longer holds.")
        return redirect("roster:worker", one.pk)
    form = TraitForm(request.POST)

    def save(told: dict) -> None:
        note_worker_trait(
            actor=request.actor, worker=one, kind=told["trait"], text=told["language"], now=timezone.now()
        )

    return _save(request, one, form, "trait", "trait", save, "Noted. Days planned from now on keep it.")


@page(Permission.MANAGE_ROSTER)
def pattern(request: HttpRequest, worker_id: int) -> HttpResponse:
    """Say which weeks of shifts repeat."""
    one = worker_here(request, worker_id)
    form = PatternForm(request.POST)

    def save(told: dict) -> None:
        try:
            weeks, shifts = form.rows(PATTERN_ROWS)
        except ValidationError as error:
            raise RefusedError(" ".join(error.messages)) from error
        set_pattern(
            actor=request.actor, worker=one, starts_on=told["starts_on"], weeks=max(1, weeks), shifts=shifts,
            now=timezone.now(),
        )  # fmt: skip

    return _save(request, one, form, "pattern", "starts_on", save,
                 "The pattern is kept. Make shifts from it under Make and publish.")  # fmt: skip


@page(Permission.SEE_ROSTER)
def running_out(request: HttpRequest) -> HttpResponse:
    """Registrations, mandatory training and contracts that run out within eight weeks, or have."""
    service = service_here(request)
    today = london_day(timezone.now())
    until = today + timedelta(days=WARNED_DAYS)
    found = [(one.worker, one.what, one.on) for one in teams.running_out(request.actor, service.pk, until)]
    found += [
        (one.worker, f"Contract, {one.get_kind_display().lower()}", one.ends_on)
        for one in contracts_ending(request.actor, service.pk, until)
    ]
    lines = presenters.runs_out_lines(found, today)
    return render(request, "roster/running_out.jinja", {"service": service, "lines": lines})


@page(Permission.SEE_ROSTER)
def employers(request: HttpRequest) -> HttpResponse:
    """What each employer allows."""
    service = service_here(request)
    lines = presenters.employer_lines(teams.employers_of(service.pk), employer_rules(request.actor, service.pk))
    told = {"service": service, "lines": lines, "may_manage": request.actor.may(Permission.MANAGE_ROSTER)}
    return render(request, "roster/employers.jinja", told)


@page(Permission.MANAGE_ROSTER)
def employer(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Change what an employer allows."""
    service = service_here(request)
    organisation = next((one for one in teams.employers_of(service.pk) if one.pk == organisation_id), None)
    if organisation is None:
        raise Http404("There is no such employer.")
    rules = employer_rules(request.actor, service.pk).get(organisation.pk)
    form = RulesForm(request.POST or None, initial=presenters.rules_typed(rules))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            set_employer_rules(
                actor=request.actor, organisation=organisation, longest_shift_minutes=told["longest_shift"],
                least_rest_minutes=told["least_rest"], most_days_in_a_row=told["days_in_a_row"],
                most_nights_in_a_row=told["nights_in_a_row"], most_weekly_minutes=told["weekly_hours"],
                agreement=told["agreement"], now=timezone.now(),
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("agreement", str(error))
        else:
            messages.success(request, f"The rules of {organisation.name} are kept.")
            return redirect("roster:employers")
    told = {"service": service, "employer": organisation, "form": form}
    return render(request, "roster/employer.jinja", told, status=422 if form.errors else 200)


def _save(
    request: HttpRequest, one, form: forms.Form, name: str, field: str, save: Callable[[dict], None], done: str
) -> HttpResponse:
    if request.method != "POST":
        return redirect("roster:worker", one.pk)
    if form.is_valid():
        try:
            save(form.cleaned_data)
        except RefusedError as error:
            form.add_error(field, str(error))
        else:
            messages.success(request, done)
            return redirect("roster:worker", one.pk)
    return _show(request, one, {name: form})


def _show(request: HttpRequest, one, bad: dict | None = None) -> HttpResponse:
    today = london_day(timezone.now())
    actor = request.actor
    shown = bad or {}
    patterns = patterns_of_rota(actor, one)
    told = {
        "service": one.service,
        "worker": presenters.worker_page(
            one, contracts_of(actor, one), limits_of(actor, one.service_id, today).get(one.pk),
            teams.registrations_of(one),
            teams.trainings_of(one), patterns, today,
            shows_money=one.organisation_id in {seen.pk for seen in employers_seen(actor, one.service_id)},
        ),
        "may_manage": actor.may(Permission.MANAGE_ROSTER),
        "traits": presenters.trait_lines(worker_traits(actor, one) if actor.may(Permission.MANAGE_ROSTER) else []),
        "trait_form": shown.get("trait") or TraitForm(),
        "trait_kinds": [("", TraitKind.choices)],
        "may_train": actor.may(Permission.MANAGE_ROSTER) or actor.may(Permission.DELEGATE),
        "contract_form": shown.get("contract") or ContractForm(initial={"nights": "yes"}),
        "registration_form": shown.get("registration") or RegistrationForm(initial={"checked_on": today.isoformat()}),
        "training_form": shown.get("training") or TrainingForm(),
        "pattern_form": shown.get("pattern") or PatternForm(),
        "bad_form": next(iter(shown.values()), None),
        "kinds": [("", ContractKind.choices)],
        "bases": [("", PayBasis.choices)],
        "registers": [("", teams.registers())],
        "pattern_weeks": range(1, PATTERN_ROWS + 1),
        "weekdays": presenters.WEEKDAYS,
        "most_weeks": MOST_WEEKS,
    }  # fmt: skip
    return render(request, "roster/worker.jinja", told, status=422 if bad else 200)
