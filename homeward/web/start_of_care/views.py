"""The start of care at home: the list, and one stay with its visits, promise, list before leaving and call after."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.discharge.rules.starting import suggested_visits
from homeward.discharge.selectors import (
    ChosenVisits,
    StartNotFoundError,
    StartRecord,
    StayNotFoundError,
    equipment_to_ask,
    home_pathways,
    item_of,
    medicines_of,
    start_record,
    starts_of,
    stay_for,
    transport_of,
    when_care_could_start,
)
from homeward.discharge.services import (
    NewStart,
    ask_for_proposed,
    promise_start,
    record_welcome_call,
    see_to_item,
    take_back_start,
)
from homeward.discharge.states import AT_HOME, ITEM_ANSWERS, Destination, ItemState
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import PersonNotFoundError
from homeward.visits.planning import plan_round_clinic
from homeward.visits.services.supporting import DAYS_AT_MOST, NewSupport
from homeward.web.coming_home.presenters.homegoing import medicines_words, transport_words
from homeward.web.gate import page
from homeward.web.plans.forms import Asked
from homeward.web.plans.opening import banner_of
from homeward.web.service_choice import service_here, services_here
from homeward.web.start_of_care import presenters
from homeward.web.templating import day_text
from homeward.web.words import counted

# The usual pathway for each national destination at home, offered first: a local decision
USUAL = {Destination.HOME_REABLEMENT: "reablement-at-home", Destination.HOME_SUPPORT: "home-care-with-delegated-tasks"}
# What promising takes: a plan written, the stay moved on, and the person taken onto a pathway
TO_PROMISE = (Permission.WRITE_PLANS, Permission.CHASE, Permission.TRIAGE_REFERRALS)


@page(Permission.SEE_STAYS)
def starts(request: HttpRequest) -> HttpResponse:
    """Whom to promise a start, what is promised, and whom to call after they came home."""
    now, service = timezone.now(), service_here(request)
    told = {
        "service": service,
        "services": services_here(request),
        "parts": presenters.present_starts(starts_of(request.actor, service.pk, now), now),
    }
    return render(request, "start_of_care/list.jinja", told)


@page(Permission.SEE_STAYS)
def stay(request: HttpRequest, stay_id: int) -> HttpResponse:
    """One stay: which visits are needed, when they could start, what is promised, and what is still to be seen to."""
    return _show(request, stay_id)


@page(Permission.WRITE_PLANS)
def promise(request: HttpRequest, stay_id: int) -> HttpResponse:
    """Promise the ward when care starts: worked out again for that day, so that nothing is promised that has gone."""
    if request.method != "POST":
        return redirect("start_of_care:stay", stay_id)
    now = timezone.now()
    found, asked = _stay(request, stay_id, now), Asked(request.POST)
    chosen, day = _chosen(request.POST), asked.day("day", missing="Choose the day again")
    if not asked.typed("told_whom"):
        asked.errors["told_whom"] = ["Say whom on the ward you told"]
    if not asked.errors:
        try:
            done = _promise(request, found, chosen, day, asked.typed("told_whom"), now)
        except RefusedError as error:
            asked.errors["told_whom"] = [str(error)]
        else:
            first = presenters.moment_words(done.promise.first_visit_at)
            say_what_is_planned(request, found, f"Promised: first visit {first}", done.visits, now)
            return redirect("start_of_care:stay", stay_id)
    return _show(request, stay_id, promise_form=asked, posted=request.POST)


def _promise(request: HttpRequest, found, chosen: ChosenVisits, day: date, told_whom: str, now: datetime):
    answer = next(iter(when_care_could_start(request.actor, found, chosen, now, day, days=1)), None)
    if answer is None or not answer.is_possible:
        why = answer.why if answer else "None of the visits is still to come that day."
        raise RefusedError(f"There is no longer room for every visit that day. {why} Work it out again.")
    times = defaultdict(list)
    for template, time in sorted(chosen.visits):
        times[template].append(time)
    support = tuple(
        NewSupport(code, tuple(one for one in codes if one), DAYS_AT_MOST, chosen.is_for_two)
        for code, codes in times.items()
    )
    new = NewStart(
        pathway_code=chosen.pathway_code, chosen=support, first_visit_at=answer.placed[0].starts_at,
        grounds=presenters.grounds_words(answer, now), told_whom=told_whom,
    )  # fmt: skip
    return promise_start(actor=request.actor, stay=found, new=new, now=now)


@page(Permission.CHASE)
def take_back(request: HttpRequest, stay_id: int) -> HttpResponse:
    """Take back what was promised to the ward."""
    if request.method != "POST":
        return redirect("start_of_care:stay", stay_id)
    now = timezone.now()
    found, asked = _stay(request, stay_id, now), Asked(request.POST)
    standing = start_record(request.actor, found, now).promise
    if standing is None:
        messages.error(request, "Nothing is promised, so there is nothing to take back.")
        return redirect("start_of_care:stay", stay_id)
    standing.stay = found
    try:
        visits = take_back_start(actor=request.actor, promise=standing, reason=asked.typed("reason"), now=now)
    except RefusedError as error:
        asked.errors["reason"] = [str(error)]
        return _show(request, stay_id, back_form=asked)
    words = f"Taken back. {counted(len(visits), 'visit is', 'visits are')} cancelled. Tell the ward"
    messages.success(request, words)
    return redirect("start_of_care:stay", stay_id)


@page(Permission.CHASE)
def item(request: HttpRequest, stay_id: int, item_id: int) -> HttpResponse:
    """Say whose something on the list is, what is known of it, and whether it is done."""
    if request.method != "POST":
        return redirect("start_of_care:stay", stay_id)
    now = timezone.now()
    found, asked = _stay(request, stay_id, now), Asked(request.POST)
    try:
        one = item_of(request.actor, found, item_id)
    except StartNotFoundError as error:
        raise Http404 from error
    state = asked.typed("state")
    try:
        if state not in ITEM_ANSWERS:
            raise RefusedError("Choose whether it is done.")
        see_to_item(
            actor=request.actor, item=one, state=ItemState(state), owner=asked.typed("owner"),
            detail=asked.typed("detail"), now=now,
        )  # fmt: skip
    except RefusedError as error:
        asked.errors[f"detail-{item_id}"] = [f"{one.title}: {error}"]
        return _show(request, stay_id, item_form=asked, item_id=item_id)
    messages.success(request, f"{one.title}: {ItemState(state).label.lower()}")
    return redirect(f"{request.path.rsplit('/items/', 1)[0]}#list")


@page(Permission.ASK_EQUIPMENT)
def ask(request: HttpRequest, stay_id: int) -> HttpResponse:
    """Ask for something that the trusted assessment proposes."""
    if request.method != "POST":
        return redirect("start_of_care:stay", stay_id)
    now = timezone.now()
    found, asked = _stay(request, stay_id, now), Asked(request.POST)
    try:
        kept = ask_for_proposed(actor=request.actor, stay=found, kind_code=asked.typed("kind"), now=now)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Asked for: {kept.kind.title}")
    return redirect(f"{request.path.rsplit('/equipment', 1)[0]}#proposed")


@page(Permission.CHASE)
def call(request: HttpRequest, stay_id: int) -> HttpResponse:
    """Log the call after somebody came home, and whether it was as assessed."""
    if request.method != "POST":
        return redirect("start_of_care:stay", stay_id)
    now = timezone.now()
    found, asked = _stay(request, stay_id, now), Asked(request.POST)
    answer = asked.typed("as_assessed")
    if asked.typed("reached") not in ("yes", "no"):
        asked.errors["reached"] = ["Say whether you reached them"]
    else:
        try:
            record_welcome_call(
                actor=request.actor, stay=found, is_reached=asked.typed("reached") == "yes", said=asked.typed("said"),
                is_as_assessed={"yes": True, "no": False}.get(answer), difference=asked.typed("difference"), now=now,
            )  # fmt: skip
        except RefusedError as error:
            asked.errors["said"] = [str(error)]
    if asked.errors:
        return _show(request, stay_id, call_form=asked)
    told = " Whoever assessed is told." if answer == "no" and asked.typed("reached") == "yes" else ""
    messages.success(request, f"The call is logged.{told}")
    return redirect("start_of_care:stay", stay_id)


def say_what_is_planned(request: HttpRequest, found, done: str, visits: Iterable, now: datetime) -> None:
    """Plan again the days that were planned before, and say what is left to do."""
    visits = list(visits)
    planned, to_plan = plan_round_clinic(
        actor=request.actor, service_id=found.service_id, visits=visits, now=now, why="Somebody comes home"
    )
    parts = [done, counted(len(visits), "visit is made", "visits are made")]
    if planned:
        parts.append(f"Planned again: {', '.join(day_text(day) for day in planned)}")
    if to_plan:
        parts.append(f"To be planned again: {', '.join(day_text(day) for day in to_plan)}")
    messages.success(request, ". ".join(parts))


def _stay(request: HttpRequest, stay_id: int, now: datetime):
    try:
        return stay_for(request.actor, stay_id, now)
    except (StayNotFoundError, PersonNotFoundError) as error:
        raise Http404 from error


def _chosen(asked: QueryDict) -> ChosenVisits:
    visits = frozenset((code, time) for one in asked.getlist("visit") for code, _, time in [one.partition(".")])
    return ChosenVisits(asked.get("pathway", ""), visits, asked.get("two") == "yes")


def _first_choice(record: StartRecord, pathways: dict, asked: QueryDict) -> ChosenVisits:
    """What is ticked: as somebody asked, or else what the assessment asks for on the usual pathway."""
    if asked.get("pathway") in pathways and "chosen" in asked:
        return _chosen(asked)
    usual = USUAL.get(record.decision.destination if record.decision else "", "")
    code = asked.get("pathway", usual)
    code = code if code in pathways else next(iter(pathways), "")
    _, templates = pathways.get(code, ("", ()))
    found = suggested_visits(templates, record.assessment.answers if record.assessment else None)
    return ChosenVisits(code, found.visits, found.is_for_two)


def _home_from(found, asked: QueryDict, now: datetime) -> date:
    """From which day they could be home: as somebody asked, or the day they are expected to leave, or tomorrow."""
    today = london_day(now)
    try:
        return max(date.fromisoformat(asked.get("from", "")), today)
    except ValueError:
        return max(found.expected_on or today, today + timedelta(days=1))


def _show(
    request: HttpRequest,
    stay_id: int,
    *,
    promise_form: Asked | None = None,
    back_form: Asked | None = None,
    item_form: Asked | None = None,
    item_id: int = 0,
    call_form: Asked | None = None,
    posted: QueryDict | None = None,
) -> HttpResponse:
    now = timezone.now()
    found = _stay(request, stay_id, now)
    actor, record = request.actor, start_record(request.actor, found, now)
    pathways = home_pathways(actor, found.service_id)
    asked = posted if posted is not None else request.GET
    chosen = _first_choice(record, pathways, asked)
    may_promise = all(map(actor.may, TO_PROMISE))
    is_to_promise = found.is_open and record.promise is None and found.pathway in AT_HOME
    home_from = _home_from(found, asked, now)
    answers = ()
    if is_to_promise and asked.get("work") == "yes" and chosen.visits:
        answers = when_care_could_start(actor, found, chosen, now, home_from)
    bad = next((one for one in (promise_form, back_form, item_form, call_form) if one and one.errors), None)
    told = {
        "service": found.service,
        "banner": banner_of(request, found.person, now),
        "one": presenters.present_start(record, now),
        "proposed": presenters.present_proposed(equipment_to_ask(actor, record)),
        "transport": transport_words(transport_of(actor, found), found),
        "medicines": medicines_words(medicines_of(actor, found), found),
        "may_ask": actor.may(Permission.ASK_EQUIPMENT),
        "pathways": [(code, title) for code, (title, _) in sorted(pathways.items(), key=lambda each: each[1][0])],
        "chosen": presenters.present_chosen(chosen, pathways),
        "home_from": home_from.isoformat(),
        "today": london_day(now).isoformat(),
        "is_asked": asked.get("work") == "yes",
        "days": presenters.present_days(answers),
        "is_to_promise": is_to_promise,
        "may_promise": may_promise,
        "may_chase": actor.may(Permission.CHASE),
        "promise_form": promise_form or Asked(None),
        "back_form": back_form or Asked(None),
        "call_form": call_form or Asked(None),
        "item_form": item_form,
        "item_id": item_id,
        "bad_form": bad,
        "item_states": [(one.value, one.label) for one in ITEM_ANSWERS],
    }  # fmt: skip
    return render(request, "start_of_care/stay.jinja", told, status=422 if bad else 200)
