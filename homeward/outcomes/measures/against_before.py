"""Measures that compare by a number that somebody recorded: M23’s money, M24 and M25."""

import ibis
from ibis.expr import types as ir

from homeward.outcomes.facts.afterwards import EMERGENCY_USE
from homeward.outcomes.facts.reading import Facts, seconds_between
from homeward.outcomes.measures.definition import Exclusion, Measure, Published, Unit, each_case

OF_CARE = ("care",)
RECORDED = (
    "Before is a number that somebody recorded with its period and source; it is not computed here. Nothing is counted"
    " where none is recorded, nor before the day of the change."
)


def _standing(facts: Facts, code: str) -> ir.Table:
    """The baselines of a measure that nobody corrected or took back."""
    rows = facts["baselines"]
    gone = rows.filter(rows.corrects_id.notnull()).select(gone_id="corrects_id")
    mine = rows.filter(rows.measure_key == code, ~rows.is_taken_back)
    mine = mine.anti_join(gone, mine.id == gone.gone_id)
    return mine.select("value", from_on="since", at_service="service_id", care="of_what")


def _since_the_change(facts: Facts, rows: ir.Table, code: str) -> ir.Table:
    """Of rows with the episode they are of, those of care that a baseline is of, since it changed."""
    episodes, pathways = facts["episodes"], facts["pathways"]
    pathways = pathways.select(pathway_code="code", by_pathway="id")
    on = episodes.inner_join(pathways, episodes.pathway_id == pathways.by_pathway)
    on = on.select("pathway_code", on_episode="id")
    rows = rows.inner_join(on, rows.episode_id == on.on_episode)
    before = _standing(facts, code)
    return rows.inner_join(
        before,
        [rows.service_id == before.at_service, rows.pathway_code == before.care, rows.day >= before.from_on],
    )


def _days(facts: Facts) -> ir.Table:
    days = facts["spending"]
    return days.mutate(care=days.pathway_code, record_id=days.baseline_id, person_id=ibis.null("int64"))


def _invoiced(facts: Facts) -> ir.Table:
    """Every invoiced visit of the care that a baseline is of, since the change."""
    lines, packages = facts["invoice_lines"], facts["packages"]
    packages = packages.select("service_id", "episode_id", of_package="id")
    rows = lines.inner_join(packages, lines.package_id == packages.of_package)
    rows = _since_the_change(facts, rows, "M24")
    return rows.select(
        "service_id",
        "care",
        "day",
        record_id="id",
        person_id=ibis.null("int64"),
        pence=ibis.coalesce(rows.agreed_pence, rows.found_pence),
    )


_SPEND_DECISIONS = (
    RECORDED,
    "A year’s baseline is spread evenly over the days of the financial year. Only months with something invoiced"
    " count, whole; prices are those of their time. Look at several quarters together.",
)
SPENT_LESS = Measure(
    key="M24",
    title="Spent less on a named service than before it changed",
    definition="What a named service would have cost as before, over the months invoiced since it changed, less what"
    " was invoiced for it.",
    numerator="Pence as before, less pence invoiced, for each day since the change",
    denominator="",
    unit=Unit.PENCE,
    record="baseline",
    reads=("spending",),
    cases=_days,
    counts=lambda case: case.before - case.since,
    splits=OF_CARE,
    published=(
        Published(
            "Less spent a year on dementia services under home first, at least (at most £300,000)",
            10_000_000,
            "Bracknell Forest",
            "Not stated",
            "working-together",
        ),
    ),
    local_decisions=_SPEND_DECISIONS,
    better="up",
    may_be_below_nothing=True,
)
SPEND_BEFORE = Measure(
    key="M24.before",
    title="Spend on a named service, as before it changed",
    definition="What a named service would have cost as before, over the months invoiced since it changed.",
    numerator="Pence a year as recorded, a day’s part for each day since the change",
    denominator="",
    unit=Unit.PENCE,
    record="baseline",
    reads=("spending",),
    cases=_days,
    counts=lambda case: case.before,
    splits=OF_CARE,
    local_decisions=_SPEND_DECISIONS,
)
SPEND_SINCE = Measure(
    key="M24.since",
    title="Spend on a named service since it changed",
    definition="What was invoiced for a named service since the day it changed.",
    numerator="Pence agreed for each invoiced visit; what the record supports, where nobody agreed yet",
    denominator="",
    unit=Unit.PENCE,
    record="invoice_line",
    reads=("invoice_lines", "packages", "episodes", "pathways", "baselines"),
    cases=_invoiced,
    counts=lambda case: case.pence,
    splits=OF_CARE,
    local_decisions=(*_SPEND_DECISIONS, "Care is of the pathway of the episode that its package was asked for in."),
    better="down",
)


def _appointments(facts: Facts) -> ir.Table:
    """Every visit done since the change on a pathway that a baseline is of, and how long it took."""
    visits, assignments = facts["visits"], facts["assignments"]
    there = assignments.group_by("visit_id").aggregate(
        came_at=assignments.arrived_at.min(), went_at=assignments.left_at.max()
    )
    visits = visits.filter(visits.state == "done").select(
        "service_id", "person_id", "episode_id", "day", record_id="id"
    )
    rows = visits.inner_join(there, visits.record_id == there.visit_id)
    rows = _since_the_change(facts, rows, "M25")
    return rows.select(
        "service_id",
        "person_id",
        "day",
        "record_id",
        "care",
        "came_at",
        "went_at",
        before="value",
        minutes=seconds_between(rows.came_at, rows.went_at) / 60,
    )


_READ_FOR_APPOINTMENTS = ("visits", "assignments", "episodes", "pathways", "baselines")
_NOT_WRITTEN = Exclusion(
    "Nobody recorded when the worker came and left", lambda case: case.came_at.isnull() | case.went_at.isnull()
)
_APPOINTMENT_DECISIONS = (
    RECORDED,
    "An appointment is a visit done on the pathway, from the first worker’s coming to the last one’s leaving.",
)
MINUTES_SAVED = Measure(
    key="M25",
    title="Appointment minutes saved by a change of roles",
    definition="How much shorter an appointment is, on average, than it was before the roles changed.",
    numerator="Recorded minutes of an appointment before, less those it took, for each",
    denominator="Appointments since the change",
    unit=Unit.MINUTES,
    record="visit",
    reads=_READ_FOR_APPOINTMENTS,
    cases=_appointments,
    counts=lambda case: case.before - case.minutes,
    out_of=each_case,
    exclusions=(_NOT_WRITTEN,),
    splits=OF_CARE,
    published=(
        Published(
            "Shorter appointments for people with cancer, by", 20, "North of England", "Not stated", "working-together"
        ),
    ),
    local_decisions=_APPOINTMENT_DECISIONS,
    better="up",
    may_be_below_nothing=True,
)
MINUTES_SINCE = Measure(
    key="M25.since",
    title="Minutes of an appointment since a change of roles",
    definition="How long an appointment takes, on average, since the roles changed.",
    numerator="Minutes each took",
    denominator="Appointments since the change",
    unit=Unit.MINUTES,
    record="visit",
    reads=_READ_FOR_APPOINTMENTS,
    cases=_appointments,
    counts=lambda case: case.minutes,
    out_of=each_case,
    exclusions=(_NOT_WRITTEN,),
    splits=OF_CARE,
    local_decisions=_APPOINTMENT_DECISIONS,
    better="down",
)
ONE_OF = {
    "ambulances": "An ambulance that comes",
    "emergency": "A visit to an emergency department",
    "admissions": "An admission to hospital",
}


def _valued(facts: Facts) -> ir.Table:
    """What those of each plan of case management had less after it, at what one costs; null where no price is known."""
    pairs, prices = facts["before_and_after"], _standing(facts, "M23")
    pairs = pairs.filter(pairs.form_code == EMERGENCY_USE)
    rows = pairs.left_join(
        prices,
        [pairs.service_id == prices.at_service, pairs.what == prices.care, pairs.completed_on >= prices.from_on],
    )
    as_long_after = rows.after * rows.months_before / rows.months_after.nullif(0)
    return rows.group_by("service_id", "person_id", "months_after", record_id="form_id", day="completed_on").aggregate(
        pence=((rows.before - as_long_after) * rows.value).sum()
    )


EMERGENCIES_SAVED = Measure(
    key="M23.saved",
    title="Saved on emergencies after a plan, a person",
    definition="What the ambulances, visits to an emergency department and admissions that somebody on case management"
    " had less in the three months after their plan than in the three before it would have cost, on average.",
    numerator="Pence that one costs, for each counted before less each counted after",
    denominator="People counted before and after",
    unit=Unit.PENCE,
    record="form",
    reads=("before_and_after", "baselines"),
    cases=_valued,
    counts=lambda case: case.pence,
    out_of=each_case,
    exclusions=(
        Exclusion("No days counted after the plan", lambda case: case.months_after == 0),
        Exclusion("Nobody recorded what one costs", lambda case: case.pence.isnull()),
    ),
    published=(
        Published(
            "Saved on A&E and hospital admissions in 3 months, by all together; of how many people is not stated",
            6_733_200,
            "Bennett House",
            "Not stated",
            "working-together",
        ),
    ),
    local_decisions=(
        "What one costs is a number that somebody recorded with its source; it is not computed here. The same price"
        " counts throughout, so that a dearer year is no saving lost. What has no price counts nothing.",
        "Fewer days counted after the plan are taken as if they had gone on for three months. Without people to"
        " compare with, part of what is saved would have come about by itself: people get a plan when they are worst.",
    ),
    better="up",
    may_be_below_nothing=True,
)
AGAINST_BEFORE = (EMERGENCIES_SAVED, SPENT_LESS, SPEND_BEFORE, SPEND_SINCE, MINUTES_SAVED, MINUTES_SINCE)
