"""What the month's people have: where they live, what was agreed with them, and what helps them at home."""

from collections import Counter
from collections.abc import Iterable

from homeward.equipment.models import Loan
from homeward.outcomes.returns.codes import Codes
from homeward.outcomes.returns.csds.tables import PATIENT, PLAN
from homeward.outcomes.returns.months import Month, day_of, time_of
from homeward.people.models import Address, Person
from homeward.people.states import AddressKind
from homeward.plans.models import CarePlan, PlanAgreement
from homeward.plans.states import AgreedHow

Row = dict[str, str]
NOT_RECORDED = "not_recorded"
# Where an ambulance found somebody is no accommodation of theirs
LIVED_IN = (AddressKind.HOME, AddressKind.TEMPORARY, AddressKind.BED)


def accommodation(people: dict[int, Person], month: Month, codes: Codes) -> Iterable[Row]:
    """CYP003: where each was on the month's last day, one row a person."""
    lived = Address.objects.filter(person_id__in=list(people), kind__in=LIVED_IN, starts_on__lt=month.next)
    newest = {
        one.person_id: one
        for one in lived.order_by("starts_on", "pk")
        if one.ends_on is None or one.ends_on >= month.last
    }
    for address in sorted(newest.values(), key=lambda one: people[one.person_id].reference):
        yield {
            PATIENT: people[address.person_id].reference,
            "ACCOMMODATION STATUS CODE": codes.code("accommodation", address.kind),
            "ACCOMMODATION STATUS RECORDED DATE": address.starts_on.isoformat(),
        }


def care_plans(episode_ids: list[int], month: Month, codes: Codes) -> tuple[list[Row], list[Row]]:
    """CYP004, a row for the plan of each episode however many versions it has; and CYP005, who agreed it and when."""
    versions: dict[int, list[CarePlan]] = {}
    written = CarePlan.objects.filter(episode_id__in=episode_ids, written_at__lt=month.ends)
    for plan in written.select_related("person", "episode__pathway").order_by("episode_id", "version"):
        versions.setdefault(plan.episode_id, []).append(plan)
    agreed = _agreed([plan for chain in versions.values() for plan in chain], month)
    plans, agreements = [], []
    for episode_id, chain in versions.items():
        first, newest = chain[0], chain[-1]
        # two versions that the same right agreed on one day are one agreement
        made = dict.fromkeys(agreed[plan.pk] for plan in chain if plan.pk in agreed)
        plans.append({
            PLAN: f"P{episode_id}",
            PATIENT: first.person.reference,
            "CARE PLAN TYPE (COMMUNITY CARE)": codes.code("care_plan_type", first.episode.pathway.code),
            "CARE PLAN CREATION DATE": day_of(first.written_at),
            "CARE PLAN CREATION TIME": time_of(first.written_at),
            "CARE PLAN LAST UPDATED DATE": day_of(newest.written_at),
            "CARE PLAN LAST UPDATED TIME": time_of(newest.written_at),
            "CARE PLAN IMPLEMENTATION DATE": min((day for _, day in made), default=""),
        })  # fmt: skip
        for how, day in made:
            agreements.append({
                PLAN: f"P{episode_id}",
                "CARE PLAN AGREED BY": codes.code("plan_agreed_by", how),
                "CARE PLAN AGREED DATE": day,
            })  # fmt: skip
    return plans, agreements


def _agreed(plans: list[CarePlan], month: Month) -> dict[int, tuple[str, str]]:
    """By what right and on which day each version was agreed, as the month ended, where it was.

    A plan taken over from elsewhere says the day and not the right.
    """
    newest: dict[int, PlanAgreement] = {}
    made = PlanAgreement.objects.filter(plan__in=plans)
    with_rows = set(made.values_list("plan_id", flat=True))
    for one in made.filter(at__lt=month.ends).order_by("at", "pk"):
        newest[one.plan_id] = one
    told = {plan_id: (one.how, one.agreed_on) for plan_id, one in newest.items() if one.how != AgreedHow.NOT_AGREED}
    told |= {plan.pk: (NOT_RECORDED, plan.agreed_on) for plan in plans if plan.agreed_on and plan.pk not in with_rows}
    return {plan_id: (how, day.isoformat()) for plan_id, (how, day) in told.items() if day < month.next}


def assistive_technology(
    people: dict[int, Person], month: Month, codes: Codes, left_out: Counter[str]
) -> Iterable[Row]:
    """CYP404: what each of them had on loan in the month, of the kinds a service has given a finding for."""
    findings = codes.mappings["assistive_technology"]
    loans = Loan.objects.filter(person_id__in=list(people), handed_over_at__lt=month.ends)
    found = set()
    for loan in loans.select_related("kind", "request"):
        if loan.ended_at and loan.ended_at < month.begins:
            continue
        if loan.kind.code in findings:
            asked = day_of(loan.request.asked_at)
            found.add((people[loan.person_id].reference, findings[loan.kind.code], asked))
        else:
            left_out["Equipment on loan of a kind without a SNOMED CT finding"] += 1
    for reference, finding, asked in sorted(found):
        yield {
            PATIENT: reference,
            "ASSISTIVE TECHNOLOGY FINDING (SNOMED CT)": finding,
            "PRESCRIPTION DATE (ASSISTIVE TECHNOLOGY)": asked,
        }
