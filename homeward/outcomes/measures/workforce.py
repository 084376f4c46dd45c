"""Measures of how work is shared: visits, delegation, sign-offs, concerns, sickness, bought care: M07 to M14."""

import ibis
from ibis.expr import types as ir

from homeward.outcomes.facts.reading import Facts, days_between, seconds_between
from homeward.outcomes.measures.definition import Exclusion, Measure, Published, Unit, each_case

DONE = "done"
FULL_TIME = 35 * 60  # minutes a week from which a contract counts as full time. Local decision.
BOUGHT = ("private", "voluntary", "user_led")


def _person_days(facts: Facts) -> ir.Table:
    visits = facts["visits"]
    mine = visits.filter(visits.state == DONE, visits.person_id.notnull())
    days = mine.group_by("service_id", "person_id", "day").aggregate(count_of=mine.count())
    return days.mutate(record_id=days.person_id)


VISITS_A_DAY = Measure(
    key="M07",
    title="Visits a day to each person",
    definition="How many visits a person has on a day on which anybody visits them.",
    numerator="Visits done",
    denominator="Days of a person on which one was",
    unit=Unit.RATE,
    record="person",
    reads=("visits",),
    cases=_person_days,
    out_of=each_case,
    published=(
        Published(
            "Visits a day to some people from several services, up to",
            4,
            "North Somerset",
            "Before the pilot that ended in March 2016",
            "partnership-at-home",
        ),
    ),
    better="down",
)


def _person_employer_days(facts: Facts) -> ir.Table:
    visits, assignments, workers = facts["visits"], facts["assignments"], facts["workers"]
    mine = visits.filter(visits.state == DONE, visits.person_id.notnull())
    rows = mine.inner_join(assignments, mine.id == assignments.visit_id).select(
        "service_id", "person_id", "day", "worker_id", visit_id=mine.id
    )
    employers = workers.select("organisation_id", employed_id="id")
    rows = rows.inner_join(employers, rows.worker_id == employers.employed_id)
    days = rows.group_by("service_id", "person_id", "day").aggregate(count_of=rows.organisation_id.nunique())
    return days.mutate(record_id=days.person_id)


EMPLOYERS_A_DAY = Measure(
    key="M07.employers",
    title="Employers a day at each person’s door",
    definition="How many different employers’ workers visit a person on a day on which anybody does.",
    numerator="Employers who sent somebody to a visit that was done",
    denominator="Days of a person on which a visit was done",
    unit=Unit.RATE,
    record="person",
    reads=("visits", "assignments", "workers"),
    cases=_person_employer_days,
    out_of=each_case,
    better="down",
)


def _person_days_of_employers(facts: Facts) -> ir.Table:
    visits, assignments, who = facts["visits"], facts["assignments"], employed(facts)
    mine = visits.filter(visits.state == DONE, visits.person_id.notnull())
    rows = mine.inner_join(assignments, mine.id == assignments.visit_id).select(
        "service_id", "person_id", "day", "worker_id", visit_id=mine.id
    )
    rows = rows.inner_join(who, rows.worker_id == who.employed_id).select(
        "service_id", "person_id", "day", "visit_id", "organisation_id", "employer", "organisation"
    )
    days = rows.group_by("service_id", "person_id", "day", "organisation_id", "employer", "organisation").aggregate(
        count_of=rows.visit_id.nunique()
    )
    return days.mutate(record_id=days.person_id)


VISITS_OF_AN_EMPLOYER = Measure(
    key="M07.each",
    title="Visits a day of one employer to a person",
    definition="How many visits the workers of one employer make to a person on a day on which any of them does.",
    numerator="Visits done by an employer’s workers; one made by two employers together counts for each",
    denominator="Days of a person and an employer on which one was",
    unit=Unit.RATE,
    record="person",
    reads=("visits", "assignments", "workers", "organisations"),
    cases=_person_days_of_employers,
    out_of=each_case,
    splits=("employer", "organisation"),
    local_decisions=(
        "Whoever a visit is planned for made it. Visits of services that do not use this record cannot be known.",
    ),
    better="down",
)


def _found(facts: Facts) -> ir.Table:
    joins = facts["joined_visits"]
    return joins.select(
        "service_id",
        "person_id",
        "state",
        day="found_on",
        record_id="id",
        is_agreed=joins.state.isin(["agreed", "ended"]) & joins.decided_at.notnull(),
        count_of=ibis.literal(1),
    )


DUPLICATES_FOUND = Measure(
    key="M07.found",
    title="Visits found that could be one",
    definition="How often two standing visits to one person were found that could be one.",
    numerator="Proposals made in the period",
    denominator="",
    unit=Unit.COUNT,
    record="joined_visits",
    reads=("joined_visits",),
    cases=_found,
    splits=("state",),
)
DUPLICATES_MERGED = Measure(
    key="M07.merged",
    title="Visits made one of those that could be",
    definition="Of the visits found that could be one, the share that the person and the service agreed to.",
    numerator="Those agreed to, also where they ended since",
    denominator="Proposals made in the period and decided",
    unit=Unit.SHARE,
    record="joined_visits",
    reads=("joined_visits",),
    cases=_found,
    counts=lambda case: case.is_agreed,
    out_of=each_case,
    exclusions=(Exclusion("Not decided", lambda case: ~case.is_agreed & (case.state != "declined")),),
    better="up",
)


def _days_as_one(facts: Facts) -> ir.Table:
    return facts["joined_days"].mutate(record_id=facts["joined_days"].join_id)


MINUTES_SAVED = Measure(
    key="M07.saved",
    title="Minutes saved by visits made one",
    definition="How many minutes at people’s homes and on the way fell away because two standing visits were made one.",
    numerator="Minutes at the home and of travel that each join saves, on each day of it that is over",
    denominator="",
    unit=Unit.MINUTES,
    record="joined_visits",
    reads=("joined_days",),
    cases=_days_as_one,
    counts=lambda case: case.minutes,
    local_decisions=(
        "Days by the plan, from when it was agreed until it or either plan ends, or the person dies: whether the visit"
        " was made that day is not asked.",
        "What the second visit and its way would have taken cannot be measured: it was never made. Its usual minutes"
        " stand for it, and the way as it was planned in the four weeks before the two were found.",
    ),
    better="up",
)


def _tasks(facts: Facts) -> ir.Table:
    """Health tasks that could be delegated, done at a visit."""
    visits, tasks, activities = facts["visits"], facts["tasks"], facts["activities"]
    done = tasks.filter(tasks.done_at.notnull()).select("visit_id", "activity_code", "is_delegated", record_id=tasks.id)
    able = activities.filter(activities.is_delegable).select("code", "minutes", "complexity")
    rows = done.inner_join(able, done.activity_code == able.code)
    where = visits.select("service_id", "person_id", "day", at_visit=visits.id)
    return rows.inner_join(where, rows.visit_id == where.at_visit)


DELEGATED_SHARE = Measure(
    key="M08",
    title="Low-complexity tasks that were delegated",
    definition="Of the simple health tasks that may be delegated and were done, the share that a care worker did.",
    numerator="Those done as delegated tasks",
    denominator="Tasks done in the period whose activity is of low complexity and may be delegated",
    unit=Unit.SHARE,
    record="task",
    reads=("tasks", "visits", "activities"),
    cases=lambda facts: (rows := _tasks(facts)).filter(rows.complexity == "low"),
    counts=lambda case: case.is_delegated,
    out_of=each_case,
    splits=("activity_code",),
    local_decisions=("Which activities are simple and may be delegated is set in the procedures.",),
    better="up",
)
MINUTES_RELEASED = Measure(
    key="M08.minutes",
    title="Registered professionals’ minutes released",
    definition="How many minutes of registered professionals were not needed because care workers did delegated tasks.",
    numerator="Minutes that the procedures give for each delegated task done",
    denominator="",
    unit=Unit.MINUTES,
    record="task",
    reads=("tasks", "visits", "activities"),
    cases=lambda facts: (rows := _tasks(facts)).filter(rows.is_delegated),
    counts=lambda case: case.minutes,
    splits=("activity_code",),
    published=(
        Published(
            "Care workers in the pilot",
            4,
            "North Somerset",
            "Six months to March 2016",
            "partnership-at-home",
            "care workers",
        ),
    ),
    local_decisions=("Minutes are an activity’s usual ones, without the way there.",),
    better="up",
)


def _first_sign_offs(facts: Facts) -> ir.Table:
    """The first sign-off of each worker in each competence, with the first course for it and the contract then."""
    sign_offs, trainings = facts["sign_offs"], facts["trainings"]
    workers, contracts = facts["workers"], facts["contracts"]
    first = sign_offs.mutate(
        place=ibis.row_number().over(ibis.window(group_by=["worker_id", "competence"], order_by=["signed_at", "id"]))
    )
    first = first.filter(first.place == 0).select(
        "worker_id", "competence", "signed_on", "carried_over", record_id="id"
    )
    learnt = trainings.filter(trainings.withdrawn_at.isnull(), trainings.competence != "")
    learnt = learnt.group_by("worker_id", "competence").aggregate(trained_on=learnt.done_on.min())
    learnt = learnt.rename(learner_id="worker_id", learnt="competence")
    rows = first.left_join(learnt, [first.worker_id == learnt.learner_id, first.competence == learnt.learnt])
    rows = rows.drop("learner_id", "learnt")
    terms = contracts.select("weekly_minutes", "starts_on", "ends_on", of_id="worker_id")
    rows = rows.left_join(
        terms,
        [
            rows.worker_id == terms.of_id,
            terms.starts_on <= rows.signed_on,
            terms.ends_on.fill_null(rows.signed_on) >= rows.signed_on,
        ],
    ).drop("of_id", "starts_on", "ends_on")
    where = workers.select("service_id", worked_by="id")
    rows = rows.inner_join(where, rows.worker_id == where.worked_by)
    hours = ibis.cases(
        (rows.weekly_minutes.isnull(), "not known"),
        (rows.weekly_minutes >= FULL_TIME, "full time"),
        else_="part time",
    )
    return rows.select(
        "service_id",
        "record_id",
        "competence",
        "carried_over",
        person_id=ibis.null("int64"),
        day="signed_on",
        trained_on="trained_on",
        hours=hours,
        days=days_between(rows.trained_on, rows.signed_on),
    )


DAYS_TO_SIGN_OFF = Measure(
    key="M09",
    title="Days from first training to sign-off",
    definition="How long it takes a worker from the first course for a competence to being signed off in it.",
    numerator="Days from the first course to the first sign-off",
    denominator="First sign-offs in the period",
    unit=Unit.DAYS,
    record="sign_off",
    reads=("sign_offs", "trainings", "contracts", "workers"),
    cases=_first_sign_offs,
    counts=lambda case: case.days,
    out_of=each_case,
    exclusions=(
        Exclusion("Carried over from before", lambda case: case.carried_over != ""),
        Exclusion("No course before it on record", lambda case: case.trained_on.isnull() | (case.days < 0)),
    ),
    splits=("hours", "competence"),
    published=(
        Published(
            "Signing off competences took longer than expected",
            None,
            "North Somerset",
            "Six months to March 2016",
            "partnership-at-home",
        ),
    ),
    local_decisions=("Full time is 35 hours a week or more.",),
    better="down",
)


def _lapses(facts: Facts) -> ir.Table:
    """Sign-offs that ran out, and were not followed by another of the same worker in the same competence."""
    sign_offs, workers = facts["sign_offs"], facts["workers"]
    over = sign_offs.filter(sign_offs.ends_on < facts.today, sign_offs.withdrawn_at.isnull()).select(
        "worker_id", "competence", "ends_on", record_id=sign_offs.id
    )
    others = sign_offs.select(
        also_id="id", also_worker="worker_id", also_competence="competence", also_on="signed_on", also_ends="ends_on"
    )
    renewed = over.inner_join(
        others,
        [
            over.worker_id == others.also_worker,
            over.competence == others.also_competence,
            others.also_on <= over.ends_on,
            over.record_id != others.also_id,
            others.also_ends.isnull() | (others.also_ends > over.ends_on),
        ],
    ).select("record_id")
    lapsed = over.anti_join(renewed, "record_id")
    where = workers.select("service_id", worked_by="id")
    rows = lapsed.inner_join(where, lapsed.worker_id == where.worked_by)
    return rows.select(
        "service_id", "record_id", "competence", person_id=ibis.null("int64"), day="ends_on", count_of=ibis.literal(1)
    )


SIGN_OFFS_LAPSED = Measure(
    key="M09.lapsed",
    title="Sign-offs that lapsed",
    definition="How many sign-offs ran out before the worker was signed off again.",
    numerator="Sign-offs whose last day was in the period, with no other that went on",
    denominator="",
    unit=Unit.COUNT,
    record="sign_off",
    reads=("sign_offs", "workers"),
    cases=_lapses,
    splits=("competence",),
    better="down",
)


def employed(facts: Facts) -> ir.Table:
    """Every worker with whom they work for: its kind as `employer`, its name as `organisation`."""
    workers, organisations = facts["workers"], facts["organisations"]
    employers = organisations.select("is_employer", employer="kind", organisation="name", by_employer="id")
    who = workers.select("organisation_id", employed_id="id")
    return who.inner_join(employers, who.organisation_id == employers.by_employer).select(
        "employed_id", "organisation_id", "employer", "organisation", "is_employer"
    )


def _paid_days(facts: Facts) -> ir.Table:
    days, who = facts["paid_days"], employed(facts)
    rows = days.inner_join(who, days.worker_id == who.employed_id)
    rows = rows.filter(rows.is_employer)
    return rows.select(
        "service_id",
        "day",
        "worker_id",
        "employer",
        "organisation",
        "paid_by",
        "paid",
        "unused",
        "filled",
        record_id="worker_day",
        person_id=ibis.null("int64"),
    )


_READ_FOR_HOURS = ("paid_days", "workers", "organisations")
_OF_EMPLOYERS = ("employer", "organisation")
_UNUSED_IS = (
    "Unused is paid, and neither with people, on the way nor a break, as the page Hours shows it: clinics, meetings and"
    " writing up are in it unless they are visits on record. Days count once they are over."
)
UNUSED = Measure(
    key="M10",
    title="Paid time that was not used",
    definition="Of the time that workers were paid for, the share in which they were neither with people, nor on the"
    " way to them, nor on a break.",
    numerator="Unused minutes of each worker’s day",
    denominator="Minutes paid for: the shift, or where only that is paid, time with people and between them",
    unit=Unit.SHARE,
    record="worker_day",
    together="worker_id",
    reads=_READ_FOR_HOURS,
    cases=_paid_days,
    counts=lambda case: case.unused,
    out_of=lambda case: case.paid,
    splits=_OF_EMPLOYERS,
    local_decisions=(_UNUSED_IS,),
    better="down",
)
UNUSED_A_DAY = Measure(
    key="M10.day",
    title="Unused minutes of a worker’s paid day",
    definition="How many minutes of a day that a worker is paid for are unused, on average.",
    numerator="Unused minutes of each worker’s day",
    denominator="Days on which a worker was paid, each worker’s for itself",
    unit=Unit.MINUTES,
    record="worker_day",
    together="worker_id",
    reads=_READ_FOR_HOURS,
    cases=_paid_days,
    counts=lambda case: case.unused,
    out_of=each_case,
    exclusions=(Exclusion("Nothing was paid for that day", lambda case: case.paid == 0),),
    splits=_OF_EMPLOYERS,
    local_decisions=(_UNUSED_IS,),
    better="down",
)
FILLED = Measure(
    key="M10.filled",
    title="Spare paid time filled with delegated tasks",
    definition="Of the paid time that workers would have had to spare, the share that was filled with health tasks"
    " delegated to them.",
    numerator="Minutes that the procedures give for each delegated task done",
    denominator="The same minutes, and those that were unused",
    unit=Unit.SHARE,
    record="worker_day",
    together="worker_id",
    reads=_READ_FOR_HOURS,
    cases=_paid_days,
    counts=lambda case: case.filled,
    out_of=lambda case: case.filled + case.unused,
    exclusions=(
        Exclusion("Paid by the visit, so that no spare time is paid", lambda case: case.paid_by == "contact"),
        Exclusion("Nothing was paid for that day", lambda case: case.paid == 0),
    ),
    splits=_OF_EMPLOYERS,
    local_decisions=(
        _UNUSED_IS,
        "Minutes are an activity’s usual ones. A task is of whoever recorded it, else of whoever was there alone.",
    ),
    better="up",
)


def _concerns(facts: Facts) -> ir.Table:
    concerns = facts["concerns"]
    is_late = ibis.coalesce(concerns.answered_at, facts.moment) > concerns.answer_due_at
    return concerns.select(
        "service_id",
        "person_id",
        "urgency",
        "answered_at",
        day="raised_on",
        record_id="id",
        is_late=is_late,
        hours=seconds_between(concerns.raised_at, concerns.answered_at) / 3600,
        count_of=ibis.literal(1),
    )


CONCERNS = Measure(
    key="M11",
    title="Concerns raised by care workers",
    definition="How many concerns care workers raised about people.",
    numerator="Concerns raised in the period",
    denominator="",
    unit=Unit.COUNT,
    record="concern",
    reads=("concerns",),
    cases=_concerns,
    splits=("urgency",),
)
CONCERNS_HOURS = Measure(
    key="M11.hours",
    title="Hours until a concern is answered",
    definition="How long it takes from a concern being raised to a registered professional’s answer.",
    numerator="Hours from raised to answered",
    denominator="Concerns raised in the period and answered",
    unit=Unit.HOURS,
    record="concern",
    reads=("concerns",),
    cases=_concerns,
    counts=lambda case: case.hours,
    out_of=each_case,
    exclusions=(Exclusion("Not answered yet", lambda case: case.answered_at.isnull()),),
    splits=("urgency",),
    better="down",
)
CONCERNS_IN_TIME = Measure(
    key="M11.in_time",
    title="Concerns answered in time",
    definition="Of the concerns raised, the share that a registered professional answered by when it was due.",
    numerator="Those answered in time",
    denominator="Concerns raised in the period and answered or overdue",
    unit=Unit.SHARE,
    record="concern",
    reads=("concerns",),
    cases=_concerns,
    counts=lambda case: ~case.is_late,
    out_of=each_case,
    exclusions=(Exclusion("Not answered, and not due yet", lambda case: case.answered_at.isnull() & ~case.is_late),),
    splits=("urgency",),
    local_decisions=("How soon an answer is due is set by the concern’s urgency.",),
    better="up",
)


def _lost_visits(facts: Facts) -> ir.Table:
    """Each slot of a visit that somebody who called in sick held, and who holds it now."""
    calls, lost, visits = facts["sick_calls"], facts["lost_visits"], facts["visits"]
    assignments, workers = facts["assignments"], facts["workers"]
    employed = workers.select("organisation_id", employed_id="id")
    calls = calls.inner_join(employed, calls.worker_id == employed.employed_id).select(
        "service_id", "day", sick_id="worker_id", sick_employer="organisation_id", of_call=calls.id
    )
    rows = lost.inner_join(calls, lost.call_id == calls.of_call)
    there = visits.select("person_id", visit_state="state", at_visit="id")
    rows = rows.inner_join(there, rows.visit_id == there.at_visit)
    held = assignments.inner_join(employed, assignments.worker_id == employed.employed_id).select(
        held_visit="visit_id", held_slot="slot", holder_id="worker_id", holder_employer="organisation_id"
    )
    rows = rows.left_join(
        held,
        [
            rows.visit_id == held.held_visit,
            rows.slot == held.held_slot,
            rows.sick_id != held.holder_id,
        ],
    )
    return rows.select(
        "service_id",
        "person_id",
        "day",
        "visit_state",
        "minutes",
        record_id="visit_id",
        is_covered=rows.holder_id.notnull(),
        is_elsewhere=rows.holder_id.notnull() & (rows.holder_employer != rows.sick_employer),
    )


_CANCELLED = Exclusion("The visit was called off", lambda case: case.visit_state == "cancelled")


def _sick_days(facts: Facts) -> ir.Table:
    calls = facts["sick_calls"]
    return calls.select(
        "service_id",
        "day",
        "lost_minutes",
        person_id=ibis.null("int64"),
        record_id="id",
        count_of=ibis.literal(1),
    )


SHIFTS_LOST = Measure(
    key="M12",
    title="Shifts lost to sickness",
    definition="How many workers’ days were lost to sickness once the rota was made.",
    numerator="Days on which somebody called in sick with time left to work",
    denominator="",
    unit=Unit.COUNT,
    record="sick_call",
    reads=("sick_calls",),
    cases=_sick_days,
    exclusions=(Exclusion("The shift was over", lambda case: case.lost_minutes == 0),),
    better="down",
)
VISITS_COVERED = Measure(
    key="M12.covered",
    title="Visits lost to sickness that were covered",
    definition="Of the visits that somebody who called in sick was to make, the share that somebody else made.",
    numerator="Those that another worker holds or did",
    denominator="Places in visits held by whoever called in sick in the period",
    unit=Unit.SHARE,
    record="visit",
    reads=("sick_calls", "lost_visits", "visits", "assignments", "workers"),
    cases=_lost_visits,
    counts=lambda case: case.is_covered,
    out_of=each_case,
    exclusions=(_CANCELLED,),
    better="up",
)
COVERED_ELSEWHERE = Measure(
    key="M12.elsewhere",
    title="Covered by another employer",
    definition="Of the visits lost to sickness that were covered, the share that another employer’s worker made.",
    numerator="Those whose worker is of another employer than whoever was sick",
    denominator="Places in visits lost to sickness in the period and covered",
    unit=Unit.SHARE,
    record="visit",
    reads=("sick_calls", "lost_visits", "visits", "assignments", "workers"),
    cases=_lost_visits,
    counts=lambda case: case.is_elsewhere,
    out_of=each_case,
    exclusions=(_CANCELLED, Exclusion("Not covered", lambda case: ~case.is_covered)),
    published=(
        Published(
            "One team to draw on when someone is off sick, where council and NHS staff could not stand in before",
            None,
            "Derby",
            "Since May 2024",
            "community-first-derby",
        ),
    ),
)


def _invoiced(facts: Facts) -> ir.Table:
    lines, invoices = facts["invoice_lines"], facts["invoices"]
    contracts, providers = facts["care_contracts"], facts["providers"]
    invoices = invoices.select("service_id", "contract_id", of_invoice="id")
    contracts = contracts.select("provider_id", of_contract="id")
    providers = providers.select(provider_kind="kind", of_provider="id")
    rows = lines.inner_join(invoices, lines.invoice_id == invoices.of_invoice)
    rows = rows.inner_join(contracts, rows.contract_id == contracts.of_contract)
    rows = rows.inner_join(providers, rows.provider_id == providers.of_provider)
    return rows.select(
        "service_id",
        "day",
        "provider_kind",
        record_id="id",
        person_id=ibis.null("int64"),
        pence=ibis.coalesce(rows.agreed_pence, rows.found_pence),
    )


PRIVATE_SPEND = Measure(
    key="M14",
    title="Spend with private providers",
    definition="What care bought from private providers cost.",
    numerator="Pence agreed for each invoiced visit of the period; what the record supports, where nobody agreed yet",
    denominator="",
    unit=Unit.PENCE,
    record="invoice_line",
    reads=("invoice_lines", "invoices", "care_contracts", "providers"),
    cases=lambda facts: (rows := _invoiced(facts)).filter(rows.provider_kind == "private"),
    counts=lambda case: case.pence,
    published=(
        Published(
            "Early signs of less care paid to private providers, still to be confirmed",
            None,
            "Derby",
            "Second year of the merged team",
            "community-first-derby",
        ),
    ),
    better="down",
)


def _delivered(facts: Facts) -> ir.Table:
    visits, assignments = facts["visits"], facts["assignments"]
    workers, providers = facts["workers"], facts["providers"]
    left = assignments.filter(assignments.state == "left")
    begins = ibis.coalesce(left.arrived_at, left.starts_at)
    ends = ibis.coalesce(left.left_at, left.ends_at)
    left = left.select("visit_id", "worker_id", minutes=seconds_between(begins, ends) / 60)
    sellers = providers.filter(providers.kind.isin(BOUGHT)).select(seller_id="organisation_id").distinct()
    employed = workers.select("organisation_id", employed_id="id")
    rows = left.inner_join(employed, left.worker_id == employed.employed_id)
    rows = rows.left_join(sellers, rows.organisation_id == sellers.seller_id)
    where = visits.select("service_id", "person_id", "day", at_visit="id")
    rows = rows.inner_join(where, rows.visit_id == where.at_visit)
    return rows.select(
        "service_id",
        "person_id",
        "day",
        "minutes",
        record_id="visit_id",
        is_bought=rows.seller_id.notnull(),
    )


BOUGHT_HOURS = Measure(
    key="M14.bought",
    title="Time with people that is bought",
    definition="Of the time workers spent with people, how much was of workers of providers that care is bought from.",
    numerator="Minutes of providers’ workers",
    denominator="Minutes with people of all workers, as recorded",
    unit=Unit.RATE,
    record="visit",
    reads=("visits", "assignments", "workers", "providers"),
    cases=_delivered,
    counts=lambda case: ibis.ifelse(case.is_bought, case.minutes, 0.0),
    out_of=lambda case: case.minutes,
    local_decisions=("Where nobody recorded when a worker came and left, the planned times stand.",),
)
WORKFORCE = (
    VISITS_A_DAY, EMPLOYERS_A_DAY, VISITS_OF_AN_EMPLOYER, DUPLICATES_FOUND, DUPLICATES_MERGED, MINUTES_SAVED,
    DELEGATED_SHARE, MINUTES_RELEASED,
    DAYS_TO_SIGN_OFF, SIGN_OFFS_LAPSED, UNUSED, UNUSED_A_DAY, FILLED, CONCERNS, CONCERNS_HOURS, CONCERNS_IN_TIME,
    SHIFTS_LOST, VISITS_COVERED,
    COVERED_ELSEWHERE, PRIVATE_SPEND, BOUGHT_HOURS,
)  # fmt: skip
