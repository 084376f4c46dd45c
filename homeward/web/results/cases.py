"""The list behind a number: each case with the page of its record, for who may see results and people."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils import timezone

from homeward.access.rules import Actor, Permission
from homeward.kernel.rules import RefusedError
from homeward.outcomes.measures.definition import Measure
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.selectors import CaseList, ListedCase, NoSuchSplitError, cases_of
from homeward.web.gate import page
from homeward.web.persons import short_day
from homeward.web.results.presenters import amount_text, days_text, part_text
from homeward.web.service_choice import service_here
from homeward.web.words import counted

A_PAGE = 100
LONGEST = timedelta(days=366 * 5)
NUMERATOR, DENOMINATOR = "numerator", "denominator"
# What a record is called, and the page it opens on: its address, and what that calls the number; "" where on none
RECORDS: dict[str, tuple[str, str, str, str]] = {
    "referral": ("referral", "referrals", "front_door:referral", "referral_id"),
    "call": ("call", "calls", "front_door:call", "call_id"),
    "episode": ("episode", "episodes", "episodes:episode", "episode_id"),
    "person": ("day of a person’s visits", "days of people’s visits", "people:person", "person_id"),
    "reablement": ("spell of reablement", "spells of reablement", "people:person", "person_id"),
    "joined_visits": ("pair of visits", "pairs of visits", "joining:proposal", "join_id"),
    "task": ("task at a visit", "tasks at visits", "today:visit", "visit_id"),
    "visit": ("visit", "visits", "today:visit", "visit_id"),
    "sign_off": ("sign-off", "sign-offs", "delegation:worker", "worker_id"),
    "sick_call": ("day of sickness", "days of sickness", "cover:sick_day", "call_id"),
    "concern": ("concern", "concerns", "concerns:concern", "concern_id"),
    "bed_referral": ("bed referral", "bed referrals", "beds:referral", "bed_referral_id"),
    "bed": ("day of a bed", "days of beds", "beds:bed", "bed_id"),
    "bed_stay": ("stay in a bed", "stays in a bed", "beds:stay", "bed_stay_id"),
    "follow_up": ("follow-up call", "follow-up calls", "beds:follow_up", "follow_up_id"),
    "stay": ("hospital stay", "hospital stays", "coming_home:stay", "stay_id"),
    "loan": ("loan", "loans", "equipment:loan", "loan_id"),
    "item": ("month of a piece of equipment", "months of pieces of equipment", "equipment:item", "item_id"),
    "form": ("form", "forms", "forms:form", "form_id"),
    # answers are nobody’s, and who stays with an employer is no list to open people from
    "survey_answer": ("answer", "answers", "", ""),
    "worker": ("worker", "workers", "", ""),
    "worker_day": ("worker’s day", "workers’ days", "", ""),
    "baseline": ("day since a change", "days since a change", "", ""),
    "invoice_line": ("invoice line", "invoice lines", "commissioning:line", "line_id"),
}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case: `link` is "" where the reader's role opens no page of it."""

    day: str
    record: str
    link: str
    name: str
    adds: str


@dataclass(frozen=True, slots=True)
class CasesPage:
    """One page of the list; `earlier` and `later` are numbers of other pages, 0 where there is none."""

    count: str
    adds_up: str
    rows: tuple[CaseRow, ...]
    adds_more_than_one: bool
    earlier: int
    later: int
    where: str


@page(Permission.SEE_PEOPLE)
def cases(request: HttpRequest, key: str) -> HttpResponse:
    """The cases behind the numerator or the denominator of a measure between two days, both counted."""
    if key not in MEASURES:
        raise Http404
    measure, asked = MEASURES[key], request.GET
    first, last = _day(asked.get("from", "")), _day(asked.get("to", ""))
    of = asked.get("of", NUMERATOR)
    if last < first or last - first > LONGEST or of not in (NUMERATOR, DENOMINATOR):
        raise Http404
    if of == DENOMINATOR and measure.out_of is None:
        raise Http404
    number = int(asked.get("page", "1")) if asked.get("page", "1").isdecimal() else 1
    split, part = asked.get("split", ""), asked.get("part", "")
    told: dict = {
        "service": service_here(request), "key": key, "title": measure.title, "of": of,
        "says": measure.numerator if of == NUMERATOR else measure.denominator,
        "period": days_text(first, last),
        "part": part_text(split, part) if split else "",
        "query": {"of": of, "from": first.isoformat(), "to": last.isoformat()}
        | ({"split": split, "part": part} if split else {}),
    }  # fmt: skip
    try:
        found = cases_of(
            request.actor, told["service"].pk, key, first, last, timezone.now(), split=split, part=part,
            is_numerator_only=of == NUMERATOR, shown_from=(max(number, 1) - 1) * A_PAGE, shown=A_PAGE,
        )  # fmt: skip
    except NoSuchSplitError as error:
        raise Http404 from error
    except RefusedError as error:
        told["not_ready"] = str(error)
    else:
        told["shown"] = present_cases(request.actor, measure, found, of, max(number, 1))
    return render(request, "results/cases.jinja", told)


def present_cases(actor: Actor, measure: Measure, found: CaseList, of: str, number: int) -> CasesPage:
    """The list in words, what it adds up to, and where each record opens."""
    one, many, name, part = _record(measure.record)
    whole = found.numerator if of == NUMERATOR else found.denominator or 0
    adds_up = amount_text(whole, measure.unit if of == NUMERATOR else None)
    rows = tuple(
        CaseRow(
            day=short_day(listed.case.day),
            record=one[0].upper() + one[1:],
            link=_link(actor, name, part, listed),
            name=listed.name or ("" if listed.case.person_id is None else "Name kept back: nothing ties you to them"),
            adds=amount_text(
                listed.case.counts if of == NUMERATOR else listed.case.out_of or 0,
                measure.unit if of == NUMERATOR else None,
            ),
        )
        for listed in found.shown
    )
    start = (number - 1) * A_PAGE
    return CasesPage(
        count=counted(found.count, one, many),
        adds_up=adds_up,
        rows=rows,
        adds_more_than_one=whole != found.count,
        earlier=number + 1 if start + A_PAGE < found.count else 0,
        later=number - 1 if number > 1 else 0,
        where=f"{start + 1} to {start + len(rows)} of {found.count}" if found.count > A_PAGE and rows else "",
    )


def _record(kind: str) -> tuple[str, str, str, str]:
    words = kind.replace("_", " ")
    return RECORDS.get(kind, (words, f"{words}s", "", ""))


def _link(actor: Actor, name: str, part: str, listed: ListedCase) -> str:
    """Where the record opens, else the person’s; "" where the reader’s role opens neither. Opening checks again."""
    for one, key, number in ((name, part, listed.opened_by), ("people:person", "person_id", listed.case.person_id)):
        if one and number is not None:
            address = reverse(one, kwargs={key: number})
            if actor.may(resolve(address).func.permission):
                return address
    return ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
