"""What came of it some time after: asked later, before and after a plan, how it was, and who of the staff stays."""

import ibis
from ibis.expr import types as ir

from homeward.outcomes.facts.afterwards import EMERGENCY_USE
from homeward.outcomes.facts.reading import Facts
from homeward.outcomes.measures.coming_home import followed_up
from homeward.outcomes.measures.definition import Exclusion, Measure, Published, Unit, each_case

STILL_INDEPENDENT = Measure(
    key="M19.year",
    title="Still independent a year after reablement",
    definition="Of the people of reablement at home who were reached a year after it, the share who live at home"
    " without paid care.",
    numerator="Those at home, with family or in extra care housing, who have no paid care",
    denominator="Follow-up calls of 12 months after reablement at home settled in the period, where somebody said",
    unit=Unit.SHARE,
    record="follow_up",
    reads=("follow_ups", "bed_stays", "episodes"),
    cases=followed_up("after_12_months", is_bed=False),
    counts=lambda case: case.is_at_home & case.is_independent,
    out_of=each_case,
    exclusions=(
        Exclusion("Could not be reached", lambda case: case.whereabouts == ""),
        Exclusion(
            "At home, and nobody said whether with paid care",
            lambda case: case.is_at_home & case.is_independent.isnull(),
        ),
    ),
    published=(
        Published(
            "Of those independent at the end, still so a year later",
            0.63,
            "Leeds",
            "Not stated",
            "working-together",
        ),
    ),
    local_decisions=(
        "Whoever was in hospital or a care home, or had died, is not independent. The published share is of those who"
        " were independent at the end; ours is of everybody who was reached.",
    ),
    better="up",
)
CARE_A_YEAR_LATER = Measure(
    key="M19.hours",
    title="Hours of paid care a year after reablement",
    definition="Hours of paid care a week that people of reablement at home have a year later; none where they have"
    " none.",
    numerator="Hours of paid care a week they have",
    denominator="People reached a year after reablement at home, who are at home and said",
    unit=Unit.HOURS,
    record="follow_up",
    reads=("follow_ups", "bed_stays", "episodes"),
    cases=followed_up("after_12_months", is_bed=False),
    counts=lambda case: ibis.ifelse(case.is_independent, 0.0, case.weekly_hours),
    out_of=each_case,
    exclusions=(
        Exclusion("Not at home, or not reached", lambda case: ~case.is_at_home),
        Exclusion(
            "Nobody said how much",
            lambda case: case.is_independent.isnull() | (~case.is_independent & case.weekly_hours.isnull()),
        ),
    ),
    better="down",
)


def _paired(form_code: str, what: str):
    """What a form at the end and the newest one before it say of the same thing."""

    def cases(facts: Facts) -> ir.Table:
        pairs = facts["before_and_after"]
        mine = pairs.filter(pairs.form_code == form_code, pairs.what == what)
        return mine.mutate(record_id=mine.form_id, day=mine.completed_on)

    return cases


EMERGENCIES = {
    "ambulances": "Ambulances that came",
    "emergency": "Visits to an emergency department",
    "admissions": "Admissions to hospital",
}


def _case_management(what: str, when: str) -> Measure:
    words = EMERGENCIES[what]
    return Measure(
        key=f"M23.{what}_{when}",
        title=f"{words}, a month {when} one plan",
        definition=f"{words} to people of case management, a person and month, {when} their plan was agreed.",
        numerator=f"{words} that were counted {when} the plan",
        denominator="Months counted, of each person",
        unit=Unit.RATE,
        record="form",
        reads=("before_and_after",),
        cases=_paired(EMERGENCY_USE, what),
        counts=lambda case: case[when],
        out_of=lambda case: case[f"months_{when}"],
        exclusions=(Exclusion("No days counted after the plan", lambda case: case.months_after == 0),),
        published=(
            (
                Published(
                    f"Ambulances a month, {when} case management",
                    {"before": 11.6, "after": 5.3}[when],
                    "Bennett House",
                    "Not stated",
                    "working-together",
                ),
            )
            if what == "ambulances"
            else ()
        ),
        local_decisions=(
            "Only people counted both before and after. Counts come from the services themselves, by the forms of the"
            " pathway. Belongs to the day the count after was completed.",
        ),
        better="down",
    )


CASE_MANAGEMENT = tuple(_case_management(what, when) for what in EMERGENCIES for when in ("before", "after"))

BETTER_WELLBEING = Measure(
    key="M30.end",
    title="Better wellbeing at the end of a plan",
    definition="Of the people whose wellbeing was asked by the same scale at the start and at the end, the share whose"
    " score was higher at the end.",
    numerator="Those with a higher score at the end",
    denominator="Forms at the end completed in the period, with one at the start by the same scale",
    unit=Unit.SHARE,
    record="form",
    reads=("before_and_after",),
    cases=_paired("wellbeing-after", "wellbeing"),
    counts=lambda case: case.after > case.before,
    out_of=each_case,
    exclusions=(Exclusion("A scale that we do not know", lambda case: case.scale == "other"),),
    splits=("scale",),
    local_decisions=(
        "Any higher score counts: what is a real change is for whoever owns the scale to say. Scales whose words are"
        " copyright, by their totals; our own four questions are M30.",
    ),
    better="up",
)


def _change(scale: str, title: str) -> Measure:
    def cases(facts: Facts) -> ir.Table:
        rows = _paired("wellbeing-after", "wellbeing")(facts)
        return rows.filter(rows.scale == scale)

    return Measure(
        key=f"M30.{scale}",
        title=f"Change of wellbeing, {title}",
        definition=f"How much the score by the {title} rose from start to end, on average.",
        numerator="Score at the end less score at the start",
        denominator="People scored by it at the start and at the end",
        unit=Unit.COUNT,
        record="form",
        reads=("before_and_after",),
        cases=cases,
        counts=lambda case: case.after - case.before,
        out_of=each_case,
        better="up",
    )


WELLBEING = (
    BETTER_WELLBEING,
    _change("wemwbs", "Warwick-Edinburgh scale"),
    _change("swemwbs", "short Warwick-Edinburgh scale"),
)
MENTAL_HEALTH = {
    "emergency": "Visits to A&E for mental health",
    "admissions": "Stays in hospital for mental health",
}


def _mental_health(what: str, when: str) -> Measure:
    words = MENTAL_HEALTH[what]
    return Measure(
        key=f"M30.{what}_{when}",
        title=f"{words}, a month {when} the plan",
        definition=f"{words}, a person and month, in the six months {when}: as the person remembers.",
        numerator=f"{words} in the six months {when}",
        denominator="Months of people who said it both times",
        unit=Unit.RATE,
        record="form",
        reads=("before_and_after",),
        cases=_paired("wellbeing-after", what),
        counts=lambda case: case[when],
        out_of=lambda case: case[f"months_{when}"],
        published=(Published("A&E and admissions of people with a recovery plan: fewer", None, "Hampshire",
                             "Not stated", "working-together"),),
        local_decisions=("Six months before the start, and the six months before the end.",),
        better="down",
    )  # fmt: skip


RECOVERY = tuple(_mental_health(what, when) for what in MENTAL_HEALTH for when in ("before", "after"))


# A share of fewer could tell what one of them said: as NHS Digital hides numbers of people
FEWEST = 8


def _said(audience: str):
    def cases(facts: Facts) -> ir.Table:
        answers = facts["survey_answers"]
        mine = answers.filter(answers.audience == audience)
        together = ibis.window(group_by=["service_id", "month"])
        return mine.select(
            "service_id",
            "overall",
            together=mine.answer_id.count().over(together),
            day="month",
            record_id="answer_id",
            person_id=ibis.null("int64"),
            is_good=mine.overall.isin(["very_good", "good"]),
        )

    return cases


def _experience(audience: str, key: str, whose: str) -> Measure:
    return Measure(
        key=key,
        title=f"Experience of {whose}: good or very good",
        definition=f"Of the answers of {whose} to the survey, the share that called it good or very good.",
        numerator="Good and very good",
        denominator="Answers of those asked in the month, but for those who were not sure",
        unit=Unit.SHARE,
        record="survey_answer",
        reads=("survey_answers",),
        cases=_said(audience),
        counts=lambda case: case.is_good,
        out_of=each_case,
        exclusions=(
            Exclusion(f"Fewer than {FEWEST} answered in the month", lambda case: case.together < FEWEST),
            Exclusion("Not sure", lambda case: case.overall == "not_sure"),
        ),
        local_decisions=(
            "Belongs to the month they were asked in. Whom to ask, with which questions, is set by each service.",
        ),
        better="up",
    )


def _asked(facts: Facts) -> ir.Table:
    """Everybody who was asked, and every answer: apart, as nothing leads from one to the other."""
    invitations, answers = facts["invitations"], facts["survey_answers"]
    asked = invitations.select(
        "service_id",
        "audience",
        day=invitations.asked_on.truncate("M"),
        record_id="id",
        answered=ibis.literal(0, "int64"),
        asked=ibis.literal(1, "int64"),
    )
    told = answers.select(
        "service_id",
        "audience",
        day=answers.month,
        record_id="answer_id",
        answered=ibis.literal(1, "int64"),
        asked=ibis.literal(0, "int64"),
    )
    both = asked.mutate(day=asked.day.cast("date")).union(told.mutate(day=told.day.cast("date")))
    return both.mutate(person_id=ibis.null("int64"))


RESPONSE = Measure(
    key="M27.answered",
    title="Surveys answered",
    definition="Of the people, carers and staff who were asked how it was, the share who answered.",
    numerator="Answers of those asked in the month",
    denominator="People, carers and staff asked in the month",
    unit=Unit.SHARE,
    record="survey_answer",
    reads=("invitations", "survey_answers"),
    cases=_asked,
    counts=lambda case: case.answered,
    out_of=lambda case: case.asked,
    splits=("audience",),
    better="up",
)
EXPERIENCE = (
    _experience("person", "M27", "people"),
    _experience("carer", "M27.carer", "carers"),
    _experience("staff", "M27.staff", "staff"),
    RESPONSE,
)


def _starters(facts: Facts) -> ir.Table:
    """Every worker's first year: whether a contract still held on the day after it."""
    contracts, workers, organisations = facts["contracts"], facts["workers"], facts["organisations"]
    begun = contracts.group_by("worker_id").aggregate(first_on=contracts.starts_on.min())
    begun = begun.mutate(day=(begun.first_on + ibis.interval(years=1)).cast("date"))
    held = contracts.select(of_worker="worker_id", from_on="starts_on", until_on="ends_on")
    rows = begun.left_join(
        held,
        [
            begun.worker_id == held.of_worker,
            held.from_on <= begun.day,
            held.until_on.isnull() | (held.until_on >= begun.day),
        ],
    )
    years = rows.group_by("worker_id", "day").aggregate(contracts_held=rows.of_worker.count())
    who = workers.select("service_id", "organisation_id", "is_active", role="job_title", by_worker="id")
    years = years.inner_join(who, years.worker_id == who.by_worker)
    employers = organisations.select(employer="kind", by_employer="id")
    years = years.inner_join(employers, years.organisation_id == employers.by_employer)
    return years.select(
        "service_id",
        "employer",
        "role",
        "day",
        record_id="worker_id",
        person_id=ibis.null("int64"),
        is_still_there=years.contracts_held > 0,
        is_to_come=years.day > facts.today,
    )


RETENTION = Measure(
    key="M26",
    title="Still employed a year after starting",
    definition="Of the workers who started with an employer of the team a year before, the share still under contract"
    " with it.",
    numerator="Those with a contract on the day a year after their first began",
    denominator="Workers whose first contract began a year before a day in the period",
    unit=Unit.SHARE,
    record="worker",
    reads=("contracts", "workers", "organisations"),
    cases=_starters,
    counts=lambda case: case.is_still_there,
    out_of=each_case,
    exclusions=(Exclusion("The year is not over", lambda case: case.is_to_come),),
    splits=("employer", "role"),
    published=(Published("Staff retention: high rates", None, "East Lancashire", "2015 to 2022", "east-lancashire"),),
    local_decisions=(
        "A contract that ended with no other that day counts as having left. A worker belongs to one employer: going to"
        " another of the team is starting anew. Where contracts were imported, a first contract is the first imported.",
        "The role is the job title that the worker has now, or had last: what it was when they started is not kept, and"
        " why anybody left is not on record.",
    ),
    better="up",
)


def _nights(facts: Facts) -> ir.Table:
    nights = facts["bed_nights"]
    mine = nights.filter(nights.is_open | nights.is_used)
    return mine.mutate(record_id=mine.bed_id, person_id=ibis.null("int64"))


OCCUPANCY = Measure(
    key="M13.occupancy",
    title="Occupancy of reablement beds",
    definition="Of the nights on which a reablement bed was open, the share on which somebody had it.",
    numerator="Nights on which somebody had the bed",
    denominator="Nights of every bed that was not closed, up to yesterday",
    unit=Unit.SHARE,
    record="bed",
    reads=("bed_nights",),
    cases=_nights,
    counts=lambda case: case.is_used,
    out_of=each_case,
    local_decisions=(
        "A night in hospital while the bed is kept counts as used. Beds that are there now count from the day their"
        " house was set up.",
    ),
)

AFTERWARDS = (
    OCCUPANCY,
    STILL_INDEPENDENT,
    CARE_A_YEAR_LATER,
    *CASE_MANAGEMENT,
    RETENTION,
    *EXPERIENCE,
    *WELLBEING,
    *RECOVERY,
)
