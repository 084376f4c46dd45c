"""What was agreed with everybody, what their employers allow, the registers, the courses, and the rota weeks ahead."""

from datetime import date, timedelta

from homeward.demo.making import Making, weighted
from homeward.demo.rota import VISITING, hours_of
from homeward.demo.staff import AGENCIES, COUNCIL, TRUST, Staff
from homeward.kernel.rules import wall_clock
from homeward.roster.models import Contract, Shift
from homeward.roster.rules import stretch_of
from homeward.roster.services import add_contracts, add_shifts, set_employer_rules
from homeward.roster.states import ContractKind, PayBasis
from homeward.teams.models import Registration, Training, Worker
from homeward.teams.services import add_registrations, add_trainings

# How far ahead the rota is drafted, beyond what is published
DRAFTED_DAYS = 34
# What each employer allows beside the Regulations, as each would decide for itself: (longest shift, least rest, days in
# a row, nights in a row, hours a week)
RULES = {
    TRUST: (12 * 60 + 30, None, 6, 5, None),
    COUNCIL: (11 * 60, None, 6, 5, None),
    AGENCIES[0]: (12 * 60, None, 6, None, None),
    AGENCIES[1]: (None, None, 6, None, None),
}
# Shares of each kind of contract; what an hour costs is made up
KINDS = {
    TRUST: {ContractKind.HOURS: 0.9, ContractKind.BANK: 0.1},
    COUNCIL: {ContractKind.HOURS: 0.95, ContractKind.BANK: 0.05},
    AGENCIES[0]: {ContractKind.HOURS: 0.7, ContractKind.ZERO_HOURS: 0.3},
    AGENCIES[1]: {ContractKind.HOURS: 0.6, ContractKind.ZERO_HOURS: 0.3, ContractKind.AGENCY: 0.1},
}
PENCE = {"nurse": 3400, "physiotherapist": 3400, "occupational_therapist": 3400, "social_worker": 3300,
         "advanced_clinical_practitioner": 4300, "reablement_worker": 2150, "home_care_worker": 1950}  # fmt: skip
PENCE_OTHERS = 2300
FULL_TIME = 37 * 60 + 30
OPTED_OUT, NO_NIGHTS = 0.05, 0.1
# Beginnings that no register gives, so that nobody's number is made by chance
REGISTERS = {
    "nurse": (Registration.Register.NMC, "00Z{:04d}Z"),
    "advanced_clinical_practitioner": (Registration.Register.NMC, "00Z{:04d}Z"),
    "occupational_therapist": (Registration.Register.HCPC, "ZZ{:06d}"),
    "physiotherapist": (Registration.Register.HCPC, "ZZ{:06d}"),
    "social_worker": (Registration.Register.SWE, "SWZ{:04d}"),
}
# How long each course lasts is each employer's decision: (code, title, days)
COURSES = (
    ("induction", "Induction", None),
    ("moving-and-handling", "Moving and handling people", 365),
    ("basic-life-support", "Basic life support", 365),
    ("infection-prevention", "Infection prevention and control", 365),
    ("safeguarding-adults", "Safeguarding adults", 3 * 365),
    ("data-security", "Data security awareness", 365),
)
# A few in a hundred are late
LATE = 0.015


def make_contracts(making: Making, staff: Staff) -> int:
    """Contracts, employers' rules, registrations and mandatory training of everybody; gives how many contracts."""
    told = {"actor": making.actor, "now": making.now}
    for organisation in staff.organisations:
        if str(organisation) in RULES:
            longest, rest, days, nights, weekly = RULES[str(organisation)]
            set_employer_rules(
                organisation=organisation, longest_shift_minutes=longest, least_rest_minutes=rest,
                most_days_in_a_row=days, most_nights_in_a_row=nights, most_weekly_minutes=weekly, **told,
            )  # fmt: skip
    luck = making.luck("contracts")
    service_id = making.service.pk
    contracts, registrations, trainings = [], [], []
    for place, worker in _places(staff.workers):
        contracts.append(_contract(luck, making.today, worker, place))
        registrations += _registrations(luck, making.today, worker)
        trainings += _trainings(luck, making, worker)
    add_contracts(service_id=service_id, contracts=contracts, **told)
    add_registrations(service_id=service_id, registrations=registrations, **told)
    add_trainings(service_id=service_id, trainings=trainings, **told)
    return len(contracts)


def draft_rota(making: Making, staff: Staff, first: date, last: date) -> int:
    """Draft the rota of everybody who makes visits from `first` to `last`; gives how many shifts."""
    drafts = []
    for place, worker in _places(staff.workers):
        if worker.job_title not in VISITING:
            continue
        for ahead in range((last - first).days + 1):
            day = first + timedelta(days=ahead)
            drafts += [
                Shift(
                    worker=worker,
                    day=day,
                    starts_at=wall_clock(day, begins),
                    ends_at=wall_clock(day, ends),
                    start_latitude=worker.latitude,
                    start_longitude=worker.longitude,
                    is_draft=True,
                )
                for begins, ends in hours_of(worker, place, day)
            ]
    add_shifts(actor=making.actor, service_id=making.service.pk, shifts=drafts, now=making.now)
    return len(drafts)


def _places(workers: list[Worker]) -> list[tuple[int, Worker]]:
    """Each worker with their place among those of their job and employer, as the rota counts them."""
    place: dict[tuple[str, int], int] = {}
    found = []
    for worker in workers:
        key = (worker.job_title, worker.organisation_id)
        place[key] = place.get(key, -1) + 1
        found.append((place[key], worker))
    return found


def _contract(luck, today: date, worker: Worker, place: int) -> Contract:
    employer = str(worker.organisation)
    kind = weighted(luck, KINDS[employer])
    profession = next((skill for skill in PENCE if skill in worker.skills), "")
    rostered = _weekly_minutes(worker, place, today) if worker.job_title in VISITING else FULL_TIME
    promised = min(FULL_TIME, round(rostered * luck.uniform(0.9, 1.0) / 30) * 30)
    starts_on = today - timedelta(days=luck.randint(60, 3000))
    has_nights = any(
        ends == "24:00" for ahead in range(7) for _, ends in hours_of(worker, place, today + timedelta(days=ahead))
    )
    is_short = kind == ContractKind.AGENCY
    return Contract(
        worker=worker,
        kind=kind,
        pay_basis=(
            PayBasis.SALARY if employer in (TRUST, COUNCIL) and kind == ContractKind.HOURS
            else PayBasis.CONTACT if kind == ContractKind.ZERO_HOURS
            else PayBasis.SHIFT
        ),
        weekly_minutes=promised if kind == ContractKind.HOURS else None,
        hourly_pence=PENCE.get(profession, PENCE_OTHERS) + (400 if kind == ContractKind.AGENCY else 0),
        overtime_percent=25 if kind == ContractKind.HOURS else 0,
        works_nights=has_nights or luck.random() >= NO_NIGHTS,
        has_opted_out=luck.random() < OPTED_OUT,
        starts_on=starts_on,
        ends_on=today + timedelta(days=luck.randint(20, 120)) if is_short else None,
    )  # fmt: skip


def _weekly_minutes(worker: Worker, place: int, today: date) -> int:
    """What the rota gives in a week, on average over four."""
    times = [
        stretch_of(day, begins, "00:00" if ends == "24:00" else ends)
        for day in (today + timedelta(days=ahead) for ahead in range(28))
        for begins, ends in hours_of(worker, place, day)
    ]
    return round(sum((ends - begins).total_seconds() for begins, ends in times) / 60 / 4)


def _registrations(luck, today: date, worker: Worker) -> list[Registration]:
    profession = next((skill for skill in REGISTERS if skill in worker.skills), None)
    if profession is None:
        return []
    register, form = REGISTERS[profession]
    checked_on = today - timedelta(days=luck.randint(10, 300))
    if register == Registration.Register.SWE:
        # social workers in England renew by 30 November each year
        expires_on = date(today.year + (today > date(today.year, 11, 30)), 11, 30)
    else:
        expires_on = today + timedelta(days=-3 if luck.random() < LATE else luck.randint(5, 365))
    return [
        Registration(
            worker=worker, register=register, number=form.format(luck.randrange(10000)), expires_on=expires_on,
            checked_on=min(checked_on, expires_on), checked_by="Fictitious place",
        )
    ]  # fmt: skip


def _trainings(luck, making: Making, worker: Worker) -> list[Training]:
    rows = []
    for code, title, lasts in COURSES:
        if lasts is None:
            done_on = making.today - timedelta(days=luck.randint(60, 3000))
        else:
            ago = lasts + luck.randint(1, 20) if luck.random() < LATE else luck.randint(0, lasts - 5)
            done_on = making.today - timedelta(days=ago)
        rows.append(
            Training(
                worker=worker, code=code, title=title, is_mandatory=True, provider=str(worker.organisation),
                done_on=done_on, expires_on=done_on + timedelta(days=lasts) if lasts else None,
                recorded_at=making.now, recorded_by="Fictitious place",
            )
        )  # fmt: skip
    return rows
