"""The month's events of adult social care, from the record as it stood at the month's end.

Requests, assessments and reviews are sent when they are complete, services while they are active and once ended.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db.models import Manager, Q, QuerySet

from homeward.assessments.models import FilledForm
from homeward.assessments.states import FilledState
from homeward.commissioning.models import Package
from homeward.commissioning.selectors import share_on
from homeward.kernel.rules import london_day
from homeward.outcomes.returns.care import Care, care_in, postcodes_at_the_end_of
from homeward.outcomes.returns.cld.tables import REFERENCE, TABLES
from homeward.outcomes.returns.codes import Codes
from homeward.outcomes.returns.months import Month
from homeward.outcomes.returns.writing import Built, ethnicity_not_asked
from homeward.people.models import Person
from homeward.plans.models import PlanReview

CODES = Path(__file__).with_name("codes.yaml")


@dataclass(frozen=True, slots=True)
class _Event:
    """One event; texts are national words or NOT SET, empty where an event of its type has none."""

    reference: str
    person: Person
    kind: str
    starts_on: date
    ends_on: date | None
    outcome: str = ""
    route: str = ""
    assessment: str = ""
    service_type: str = ""
    component: str = ""
    delivery: str = ""


def build_cld(service_id: int, month: Month, codes: Codes, person_ids: Collection[int] | None = None) -> Built:
    """Every event of the month for one service, or of some people of it, in the order of its references."""
    left_out: Counter[str] = Counter()
    care = list(care_in(service_id, month, person_ids))
    events = [
        *_requests(care, month, codes, left_out),
        *_episodes(care, month, codes),
        *_packages(_of(person_ids, Package.objects, "person"), service_id, month, codes, left_out),
        *_assessments(_of(person_ids, FilledForm.objects, "person"), service_id, month, codes),
        *_reviews(_of(person_ids, PlanReview.objects, "plan__episode__person"), service_id, month, codes),
    ]
    people = {event.person.pk: event.person for event in events}
    homes = postcodes_at_the_end_of(month, sorted(people))
    rows = [
        _row(event, homes.get(event.person.pk, ""), month, codes)
        for event in sorted(events, key=lambda one: one.reference)
    ]
    return Built(TABLES, {"CLD": rows}, dict(sorted(left_out.items())), ethnicity_not_asked(people.values()))


def _of(person_ids: Collection[int] | None, rows: Manager, person: str) -> QuerySet:
    return rows.all() if person_ids is None else rows.filter(**{f"{person}__in": person_ids})


def _requests(care: list[Care], month: Month, codes: Codes, left_out: Counter[str]) -> Iterator[_Event]:
    for one in care:
        accepted = codes.mappings["requests"].get(one.pathway.code) if one.pathway else None
        if one.decision is None or not month.begins <= one.decision[1] < month.ends:
            continue
        if one.referral.person is None:
            left_out["Requests about staff or a service, not a person"] += 1
        elif accepted is None:
            left_out["Requests on pathways that are not adult social care, or none"] += 1
        else:
            kind, at = one.decision
            yield _Event(
                f"R-{one.referral.reference}",
                one.referral.person,
                "Request",
                london_day(one.referral.received_at),
                london_day(at),
                accepted if kind == "referral_accepted" else codes.code("turned_away", kind),
                route=codes.code("route_of_access", one.referral.source),
            )


def _episodes(care: list[Care], month: Month, codes: Codes) -> Iterator[_Event]:
    services = {one["pathway"]: one for one in codes.lists["services"]}
    for one in care:
        for episode in one.episodes:
            service, ended_at = services.get(episode.pathway_code), episode.ended_at
            if service is None or one.referral.person is None or (ended_at and ended_at < month.begins):
                continue
            is_over = ended_at is not None and ended_at < month.ends
            yield _Event(
                f"S-{episode.pk}",
                one.referral.person,
                "Service",
                london_day(episode.started_at),
                london_day(ended_at) if is_over else None,
                codes.code("outcomes", episode.outcome_code) if is_over else "",
                service_type=service["type"],
                component=service["component"],
                delivery=codes.texts["delivery_mechanism"],
            )


def _packages(found: QuerySet, service_id: int, month: Month, codes: Codes, left_out: Counter[str]) -> Iterator[_Event]:
    kinds = {one["kind"]: one for one in codes.lists["packages"]}
    rows = (
        found.filter(service_id=service_id, started_on__lt=month.next)
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gte=month.first))
        .select_related("person__gp_practice")
        .prefetch_related("shares")
        .order_by("pk")
    )
    for package in rows:
        kind = kinds.get(package.kind)
        if kind is None:
            left_out[f"Packages of {package.get_kind_display().lower()}, which is not adult social care"] += 1
        elif share_on(package, min(package.ended_on or month.last, month.last)) == 0:
            left_out["Packages the NHS pays in full"] += 1
        else:
            is_over = package.ended_on is not None and package.ended_on < month.next
            yield _Event(
                f"P-{package.reference}",
                package.person,
                "Service",
                package.started_on,
                package.ended_on if is_over else None,
                codes.code("package_ends", package.end_reason) if is_over else "",
                service_type=kind["type"],
                component=kind["component"],
                delivery=codes.texts["delivery_mechanism"],
            )


def _assessments(found: QuerySet, service_id: int, month: Month, codes: Codes) -> Iterator[_Event]:
    forms = codes.mappings["assessments"]
    rows = found.filter(
        service_id=service_id, state=FilledState.COMPLETE, form__code__in=list(forms), person__isnull=False,
        completed_at__gte=month.begins, completed_at__lt=month.ends, corrects__isnull=True,
    )  # fmt: skip
    for filled in rows.select_related("person", "form").order_by("pk"):
        yield _Event(
            f"A-{filled.pk}",
            filled.person,
            "Assessment",
            london_day(filled.started_at),
            london_day(filled.completed_at),
            codes.texts["assessment_outcome"],
            assessment=forms[filled.form.code],
        )


def _reviews(found: QuerySet, service_id: int, month: Month, codes: Codes) -> Iterator[_Event]:
    pathways = [*codes.mappings["requests"], *(one["pathway"] for one in codes.lists["services"])]
    rows = found.filter(
        plan__episode__service_id=service_id, plan__episode__pathway__code__in=pathways,
        plan__episode__person__isnull=False, reviewed_on__gte=month.first, reviewed_on__lt=month.next,
    )  # fmt: skip
    for review in rows.select_related("plan__episode__person").order_by("pk"):
        yield _Event(
            f"V-{review.pk}",
            review.plan.episode.person,
            "Review",
            review.reviewed_on,
            review.reviewed_on,
            codes.texts["review_outcome"],
        )


def _row(event: _Event, postcode: str, month: Month, codes: Codes) -> dict[str, str]:
    person = event.person
    died = person.died_on if person.died_on and person.died_on < month.next else None
    return {
        REFERENCE: event.reference,
        "LA_CODE": codes.texts["council"],
        "NHS Number": person.nhs_number,
        "LA Person Unique Identifier": person.reference,
        "Date of Birth": _day(person.birth_date),
        "Date_of_Death": _day(died),
        "Postcode": postcode,
        "Ethnicity": codes.code("ethnicity", person.ethnic_category or "not_asked"),
        "Primary_Support_Reason": codes.texts["primary_support_reason"],
        "Client_Type": "Service User",
        "Event_Type": event.kind,
        "Event_Start_Date": _day(event.starts_on),
        "Event_End_Date": _day(event.ends_on),
        "Event_Outcome": event.outcome,
        "Request_Route_of_Access": event.route,
        "Assessment_Type": event.assessment,
        "Service_Type": event.service_type,
        "Service_Component": event.component,
        "Delivery_Mechanism": event.delivery,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
