"""Care that is bought: three providers, six packages, a month's invoice with some mistakes, a budget, a joint plan."""

import csv
import io
from collections import Counter
from datetime import date, timedelta

from homeward.commissioning.models import CareContract, Package
from homeward.commissioning.rules.money import pence_for
from homeward.commissioning.selectors import visits_from_plan
from homeward.commissioning.services import (
    NewContract,
    NewPackage,
    NewProvider,
    NewRate,
    NewVisit,
    add_contract,
    add_joint_plan,
    add_plan_line,
    add_pool_line,
    add_provider,
    add_rate,
    agree_personal_budget,
    answer_offer,
    ask_package,
    ask_variation,
    choose_offer,
    decide_plan_line,
    keep_capacity_answer,
    open_pool,
    pay_personal_budget,
    send_offers,
    start_package,
    take_invoice,
    tie_to_pool_line,
)
from homeward.demo.making import Making
from homeward.demo.staff import AGENCIES
from homeward.kernel.rules import LONDON, months_later, wall_clock, year_begins
from homeward.people.models import Person
from homeward.plans.models import VisitPattern
from homeward.teams.models import Organisation
from homeward.visits.models import Assignment
from homeward.visits.planning import FreeAnswer, FreeDay
from homeward.visits.rules.hours import minutes_between
from homeward.visits.rules.statements import month_of
from homeward.visits.states import AssignmentState

USER_LED = "Merrowdale Peers Together"
# (short name or name, kind, quality, pounds an hour by day in pence, at weekends)
PROVIDERS = (
    (AGENCIES[0], "private", 82, 2244, 2480),
    (AGENCIES[1], "private", 71, 2130, 2390),
    (USER_LED, "user_led", 90, 2310, 2310),
)
MONITORED = "Contract monitoring visit, made up"
NEEDS = (
    "Help to wash and dress, and breakfast. Walks with a frame, sees poorly. A key safe is at the door.",
    "Help from two to stand. Skin needs looking at each day. A small friendly dog.",
    "Prompting with medicines, and a meal warmed. Forgets who came: please say each time.",
)
NO_ROOM = "Everybody of the team is with somebody else at these times."
ASKED_DAYS_AGO = 40
STARTED = 3  # of the six packages


def make_commissioning(making: Making) -> int:
    """Providers, packages in every state, an invoice to decide on, and the money; gives how many packages there are."""
    contracts = _contracts(making)
    told = {"actor": making.actor, "now": making.now}
    line = _budget(making)
    packages = _under_way(making, contracts)
    for package in packages:
        tie_to_pool_line(package=package, line=line, **told)
    if packages:
        _invoice(making, packages)
        visits = tuple(
            NewVisit(one.title, one.weekdays, one.opens_at, one.closes_at, one.minutes + 15, one.workers, one.skill)
            for one in packages[0].visits.all()
        )
        ask_variation(
            package=packages[0], from_day=making.today + timedelta(days=7), visits=visits, council_percent=None,
            reason="Washing takes longer since the fall. The nurse agrees.", **told,
        )  # fmt: skip
    waiting = _waiting(making, contracts, {package.person_id for package in packages})
    return len(packages) + waiting


def _contracts(making: Making) -> list[CareContract]:
    told = {"actor": making.actor, "now": making.now}
    begins = date(making.today.year - 1, 4, 1)
    made = []
    for name, kind, quality, by_day, weekend in PROVIDERS:
        employer = Organisation.objects.filter(service=making.service, short_name=name).first()
        provider = add_provider(
            service_id=making.service.pk,
            new=NewProvider(
                employer.name if employer else name, kind, "care@example.org", "07700 900321", quality, MONITORED
            ),
            **told,
        )  # fmt: skip
        new = NewContract(
            f"HC-{making.today.year}-{len(made) + 1}", begins, ("home_care", "company"), weekly_minutes=60 * 120,
            mileage_pence=45, most_miles=10,
        )  # fmt: skip
        contract = add_contract(provider=provider, new=new, **told)
        for care in new.kinds:
            for time, pence in (("day", by_day), ("weekend", weekend), ("night", weekend + 150)):
                add_rate(contract=contract, new=NewRate(care, time, "hour", pence, begins), **told)
        made.append(contract)
    return made


def _under_way(making: Making, contracts: list[CareContract]) -> list[Package]:
    """People whom the workers of a provider lately visited, with the package that those visits are of."""
    asked_at = wall_clock(making.today - timedelta(days=ASKED_DAYS_AGO), "10:15")
    told = {"actor": making.actor, "now": asked_at}
    packages: list[Package] = []
    busy: set[int] = set()
    for number in range(STARTED):
        contract = contracts[number % 2]
        person = _visited_by(making, contract, busy)
        if person is None:
            continue
        busy.add(person.pk)
        new = NewPackage(
            "home_care", asked_at.date() + timedelta(days=2), visits_from_plan(making.actor, person, making.today),
            NEEDS[number], (100, 60, 0)[number],
        )  # fmt: skip
        package = ask_package(person=person, new=new, **told)
        _choose(making, package, contract, asked_at)
        day = asked_at.date() + timedelta(days=2)
        packages.append(start_package(actor=making.actor, package=package, day=day, now=wall_clock(day, "17:00")))
    return packages


def _choose(making: Making, package: Package, contract: CareContract, now) -> None:
    """Asked in house, offered, taken and chosen, all on one day."""
    told = {"actor": making.actor, "now": now}
    day = now.astimezone(LONDON).date()
    keep_capacity_answer(package=package, answer=FreeAnswer((FreeDay(day, 14, 6, NO_ROOM),)), **told)
    offer, token = send_offers(
        package=package, contracts=[contract], answer_by=now + timedelta(hours=8), why_not_in_house="", **told
    )[0]
    answer_offer(
        token=token,
        can_take=True,
        name="The office",
        can_start_on=package.starts_on,
        text="",
        now=now + timedelta(hours=2),
    )
    offer.refresh_from_db()
    choose_offer(
        actor=making.actor, offer=offer, reason="Starts on the day wanted, and goes there already.",
        now=now + timedelta(hours=3),
    )  # fmt: skip


def _waiting(making: Making, contracts: list[CareContract], busy: set[int]) -> int:
    """One just asked for, one with answers to choose from, one chosen and to begin."""
    people = _planned(making, busy)[:3]
    told = {"actor": making.actor, "now": making.now}
    for number, person in enumerate(people):
        visits = visits_from_plan(making.actor, person, making.today)
        new = NewPackage("home_care", making.today + timedelta(days=1 + number), visits, NEEDS[number], 100)
        package = ask_package(person=person, new=new, **told)
        if number == 1:
            keep_capacity_answer(package=package, answer=FreeAnswer((FreeDay(making.today, 9, 4, NO_ROOM),)), **told)
            sent = send_offers(
                package=package, contracts=contracts, answer_by=making.now + timedelta(hours=24), why_not_in_house="",
                **told,
            )  # fmt: skip
            for place, (_, token) in enumerate(sent[:2]):
                answer_offer(
                    token=token, can_take=True, name="The office", text="", now=making.now,
                    can_start_on=package.starts_on + timedelta(days=2 * place),
                )  # fmt: skip
        if number == 2:
            _choose(making, package, contracts[2], making.now - timedelta(hours=4))
    return len(people)


def _visited_by(making: Making, contract: CareContract, busy: set[int]) -> Person | None:
    """Whoever the provider's workers visited most, of those on a plan."""
    rows = Assignment.objects.filter(
        visit__service=making.service, worker__organisation_id=contract.provider.organisation_id,
        state=AssignmentState.LEFT, visit__pattern__isnull=False, visit__episode__ended_at=None,
        visit__pattern__in=VisitPattern.objects.exclude(ends_on__lt=making.today),
    )  # fmt: skip
    often = Counter(rows.exclude(visit__person_id__in=busy).values_list("visit__person_id", flat=True))
    if not often:
        return None
    found = min(often, key=lambda person: (-often[person], person))
    return Person.objects.get(pk=found)


def _planned(making: Making, busy: set[int]) -> list[Person]:
    people = Person.objects.filter(
        service=making.service, plans__patterns__in=VisitPattern.objects.exclude(ends_on__lt=making.today),
        plans__episode__ended_at=None, plans__episode__pathway__code="home-care-with-delegated-tasks",
    )  # fmt: skip
    return list(people.exclude(pk__in=busy).distinct().order_by("id")[:3])


def _invoice(making: Making, packages: list[Package]) -> None:
    """What the first provider bills for the month of yesterday: as delivered, but for four lines."""
    contract = packages[0].contract
    first, last = month_of(making.today - timedelta(days=1))
    people = {package.person_id: package for package in packages if package.contract_id == contract.pk}
    rows = Assignment.objects.filter(
        visit__person_id__in=people, worker__organisation_id=contract.provider.organisation_id,
        state=AssignmentState.LEFT, visit__day__gte=first, visit__day__lte=last,
    ).select_related("visit__person").order_by("arrived_at", "id")  # fmt: skip
    lines = []
    for row in rows:
        minutes = minutes_between(row.arrived_at, row.left_at)
        if minutes:
            lines.append(
                (row.visit.person.reference, row.visit.day, f"{row.arrived_at.astimezone(LONDON):%H:%M}", minutes)
            )
    if not lines:
        return
    amounts = [pence_for(minutes, _hourly(day, at)) for _, day, at, minutes in lines]
    for number, spoil in zip(
        range(0, len(lines), max(1, len(lines) // 4)), (_twice, _longer, _dearer, _never), strict=False
    ):
        spoil(lines, amounts, number)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["person", "day", "start", "minutes", "amount"])
    writer.writerows(
        [person, day.isoformat(), at, minutes, f"{pence / 100:.2f}"]
        for (person, day, at, minutes), pence in zip(lines, amounts, strict=True)
    )
    take_invoice(
        actor=making.actor, contract=contract, number=f"LM-{first:%Y%m}", month=first, file_name="larkmoor.csv",
        content=text.getvalue().encode(), now=making.now,
    )  # fmt: skip


def _hourly(day: date, at: str) -> int:
    by_day, weekend = PROVIDERS[0][3:]
    if at >= "22:00" or at < "07:00":
        return weekend + 150
    return weekend if day.isoweekday() > 5 else by_day


def _twice(lines: list, amounts: list, number: int) -> None:
    lines.append(lines[number])
    amounts.append(amounts[number])


def _longer(lines: list, amounts: list, number: int) -> None:
    person, day, at, minutes = lines[number]
    lines[number] = (person, day, at, minutes + 30)
    amounts[number] = pence_for(minutes + 30, _hourly(day, at))


def _dearer(lines: list, amounts: list, number: int) -> None:
    amounts[number] += 250


def _never(lines: list, amounts: list, number: int) -> None:
    person, day, at, minutes = lines[number]
    hour = (int(at[:2]) + 12) % 24
    lines.append((person, day, f"{hour:02d}:{at[3:]}", minutes))
    amounts.append(pence_for(minutes, _hourly(day, f"{hour:02d}:{at[3:]}")))


def _budget(making: Making):
    """The Better Care Fund of the year, a joint plan that draws on it, and somebody's direct payment."""
    told = {"actor": making.actor, "now": making.now}
    first = year_begins(making.today)
    last = months_later(first, 12) - timedelta(days=1)
    pool = open_pool(
        service_id=making.service.pk, name="Home first fund", kind="better_care_fund", starts_on=first, ends_on=last,
        council_percent=60, agreement="Section 75 agreement, made up", **told,
    )  # fmt: skip
    line = add_pool_line(pool=pool, title="Home care after hospital", planned_pence=180_000_00, **told)
    add_pool_line(pool=pool, title="User-led support", planned_pence=25_000_00, **told)
    plan = add_joint_plan(
        service_id=making.service.pk, title="Home first, together", starts_on=first, ends_on=last, **told
    )
    one = add_plan_line(
        plan=plan, title="One contract for home care of council and NHS", lead="Commissioning manager",
        due_on=first + timedelta(days=120), pool_line=line, **told,
    )  # fmt: skip
    add_plan_line(
        plan=plan, title="A user-led provider for company at home", lead="Voluntary sector lead",
        due_on=last - timedelta(days=30), pool_line=None, **told,
    )  # fmt: skip
    for state, text in (("decided", "One contract, with prices by the hour."), ("delivered", "Signed by all three.")):
        decide_plan_line(
            line=one, state=state, decided_on=min(first + timedelta(days=90), making.today), text=text,
            decided_by="Joint commissioning board", **told,
        )  # fmt: skip
        one.refresh_from_db()
    holder = _planned(making, set())[-1:]
    if holder:
        begins = making.today - timedelta(days=84)
        budget = agree_personal_budget(
            person=holder[0], managed_by="direct_payment", weekly_pence=186_00, council_percent=100, starts_on=begins,
            review_on=making.today - timedelta(days=3), account_reference="DP-0001", **told,
        )  # fmt: skip
        for week in range(0, 84, 28):
            pay_personal_budget(
                budget=budget, paid_on=begins + timedelta(days=week), pence=4 * 186_00, text="Four weeks", **told
            )
    return line
