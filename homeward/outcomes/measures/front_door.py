"""Measures of the front door and of the crisis response: M01 to M06."""

import ibis
from ibis.expr import types as ir

from homeward.outcomes.facts.reading import Facts
from homeward.outcomes.measures.definition import Exclusion, Measure, Published, Unit, each_case

# Who of the sources a referral or call may come from is a professional: all but family, the person, and "someone else".
PROFESSIONALS = ("gp", "hospital", "ambulance", "nhs_111", "community", "social_care", "care_home")
TWO_HOURS, THREE_DAYS = 2 * 60, 72 * 60  # minutes


def crisis_pathways(facts: Facts) -> ir.Table:
    """Every version of a pathway for a crisis."""
    pathways = facts["pathways"]
    return pathways.filter(pathways.urgency == "crisis")


def clocks_of(facts: Facts, kind: str, target_minutes: int) -> ir.Table:
    """Clocks of a kind and target on crisis pathways, with whose they are and whether one was corrected since."""
    clocks, episodes, pathways = facts["clocks"], facts["episodes"], crisis_pathways(facts)
    clocks = clocks.filter(clocks.kind == kind, clocks.target_minutes == target_minutes)
    episodes = episodes.select("service_id", "person_id", "pathway_id", record_id=episodes.id)
    return clocks.inner_join(episodes, clocks.episode_id == episodes.record_id).semi_join(
        pathways, [("pathway_id", "id")]
    )


def _referrals(facts: Facts) -> ir.Table:
    referrals = facts["referrals"]
    return referrals.select(
        "service_id", "person_id", "source", "urgency", "route", "state", day="received_on", record_id="id"
    ).mutate(count_of=1)


REFERRALS = Measure(
    key="M01",
    title="Referrals handled",
    definition="How many referrals came to the front door.",
    numerator="Referrals received in the period",
    denominator="",
    unit=Unit.COUNT,
    record="referral",
    reads=("referrals",),
    cases=_referrals,
    splits=("source", "urgency", "route", "state"),
    published=(
        Published(
            "Referrals handled in 11 months",
            4794,
            "Leicester",
            "April 2015 to February 2016",
            "leicester-icrs",
            "referrals",
        ),
        Published(
            "Broadly similar to the year before", None, "Derby", "2024/25 against 2023/24", "community-first-derby"
        ),
    ),
    local_decisions=(
        "A referral counts on the day it was received, whatever was decided of it; one that was withdrawn counts too.",
    ),
)


def _calls(facts: Facts) -> ir.Table:
    calls = facts["calls"]
    calls = calls.filter(calls.source.isin(PROFESSIONALS))
    return calls.select("service_id", "person_id", "source", "outcome", day="received_on", record_id="id").mutate(
        count_of=1
    )


CALLS = Measure(
    key="M02",
    title="Calls from professionals handled",
    definition="How many calls to the front door came from professionals.",
    numerator="Calls taken in the period from a professional",
    denominator="",
    unit=Unit.COUNT,
    record="call",
    reads=("calls",),
    cases=_calls,
    splits=("source", "outcome"),
    published=(Published("Calls a month, more than", 550, "Leicester", "2016", "leicester-icrs", "calls a month"),),
    local_decisions=(
        "A professional is a practice, hospital, ambulance, NHS 111, community health, social care or care provider.",
    ),
)


def _two_hours(facts: Facts) -> ir.Table:
    clocks = clocks_of(facts, "response", TWO_HOURS)
    is_overdue = (clocks.state == "running") & (clocks.due_at < facts.moment)
    return clocks.select(
        "service_id",
        "person_id",
        "record_id",
        "state",
        day="started_on",
        is_met=ibis.ifelse(is_overdue, ibis.literal(False), clocks.is_met),
    )


TWO_HOUR = Measure(
    key="M03",
    title="Crisis responses within two hours",
    definition="Of the crisis referrals with a two-hour clock, the share that somebody saw face to face in time.",
    numerator="Those whose clock was stopped by the first face to face contact within two hours",
    denominator="Two-hour clocks that started in the period and were met or missed",
    unit=Unit.SHARE,
    record="episode",
    reads=("clocks", "episodes", "pathways"),
    cases=_two_hours,
    counts=lambda case: case.is_met,
    out_of=each_case,
    exclusions=(
        Exclusion("The clock was cancelled: declined, passed on or not needed", lambda case: case.state == "cancelled"),
        Exclusion("Neither met nor missed yet", lambda case: case.is_met.isnull()),
    ),
    published=(
        Published("The least a service should reach", 0.70, "England", "National standard", "nhse-ucr-standard"),
        Published("Mean of the months", 0.8452, "England", "2024-25", "nhse-ucr-figures-2024-25"),
    ),
    local_decisions=(
        "The clock runs from the referral received to the first face to face contact: the national wording of its start"
        " and stop was not found.",
        "A clock still running past its time has missed it. Referrals that no one accepted have no clock here.",
    ),
    better="up",
)


def _crisis_referrals(facts: Facts) -> ir.Table:
    """Crisis referrals, and whether two people were with the person at one visit."""
    referrals, episodes, pathways = facts["referrals"], facts["episodes"], crisis_pathways(facts)
    meetings = facts["meetings"]
    joint = meetings.filter(meetings.are_two_workers, meetings.episode_id.notnull()).select("episode_id").distinct()
    known = episodes.semi_join(pathways, [("pathway_id", "id")])
    known = known.left_join(joint, known.id == joint.episode_id)
    known = known.select("referral_id", is_joint=known.episode_id.notnull())
    rows = referrals.left_join(known, referrals.id == known.referral_id)
    rows = rows.filter((rows.urgency == "crisis") | rows.referral_id.notnull())
    return rows.select(
        "service_id", "person_id", day="received_on", record_id="id", is_joint=rows.is_joint.fill_null(False)
    )


TWO_TOGETHER = Measure(
    key="M04",
    title="Seen by two professionals in one visit",
    definition="Of the crisis referrals, the share where two professionals were with the person at one visit.",
    numerator="Those with a visit at which two or more workers were recorded as arrived",
    denominator="Crisis referrals received in the period",
    unit=Unit.SHARE,
    record="referral",
    reads=("referrals", "episodes", "pathways", "meetings"),
    cases=_crisis_referrals,
    counts=lambda case: case.is_joint,
    out_of=each_case,
    published=(
        Published("Of 4,794 referrals, 1,940", 0.40, "Leicester", "April 2015 to February 2016", "leicester-icrs"),
    ),
    local_decisions=(
        "A crisis referral was asked for within two hours, or was taken in on a pathway for a crisis.",
        "Two workers are two professionals; whether each is registered is not asked.",
    ),
)


def _closed_crisis(facts: Facts) -> ir.Table:
    episodes, outcomes, pathways = facts["episodes"], facts["outcomes"], crisis_pathways(facts)
    closed = episodes.filter(episodes.ended_on.notnull()).semi_join(pathways, [("pathway_id", "id")])
    rows = closed.inner_join(outcomes, [closed.pathway_id == outcomes.pathway_id, closed.outcome_code == outcomes.code])
    return rows.select(
        "service_id",
        "person_id",
        "avoided_hospital",
        "no_further_support",
        "not_counted",
        "outcome_code",
        day="ended_on",
        record_id="id",
    )


NOTHING_FURTHER = Measure(
    key="M05",
    title="No further intervention, hospital avoided",
    definition="Of the crisis episodes that ended, the share where hospital was avoided and no more was needed.",
    numerator="Those whose outcome counts as hospital avoided and as no further support",
    denominator="Episodes on crisis pathways that ended in the period",
    unit=Unit.SHARE,
    record="episode",
    reads=("episodes", "pathways", "outcomes"),
    cases=_closed_crisis,
    counts=lambda case: case.avoided_hospital & case.no_further_support,
    out_of=each_case,
    exclusions=(Exclusion("Nobody was seen: not reached, or not needed after all", lambda case: case.not_counted),),
    splits=("outcome_code",),
    published=(Published("People who needed no further intervention", 0.75, "Leicester", "2015/16", "leicester-icrs"),),
    local_decisions=("Which outcomes count as what is set in each pathway.",),
    better="up",
)


def _limits(facts: Facts) -> ir.Table:
    clocks, events = clocks_of(facts, "limit", THREE_DAYS), facts["episode_events"]
    explained = events.filter(events.kind == "overrun_explained").select(explained_id="episode_id").distinct()
    clocks = clocks.filter(clocks.state == "stopped")
    rows = clocks.left_join(explained, clocks.record_id == explained.explained_id)
    return rows.select(
        "service_id",
        "person_id",
        "record_id",
        "is_met",
        day="stopped_on",
        is_explained=rows.explained_id.notnull(),
    )


WITHIN_72_HOURS = Measure(
    key="M06",
    title="Crisis support ended or handed over within 72 hours",
    definition="Of the crisis episodes whose support ended, the share where it did within 72 hours of the first visit.",
    numerator="Those within 72 hours",
    denominator="72-hour clocks that stopped in the period",
    unit=Unit.SHARE,
    record="episode",
    reads=("clocks", "episodes", "pathways", "episode_events"),
    cases=_limits,
    counts=lambda case: case.is_met,
    out_of=each_case,
    published=(Published("Support for up to", 72, "Leicester", "2016", "leicester-icrs", "hours"),),
    better="up",
)
OVERRUNS_EXPLAINED = Measure(
    key="M06.explained",
    title="Overruns of 72 hours with a reason",
    definition="Of the crisis episodes supported for longer than 72 hours, the share where somebody wrote down why.",
    numerator="Those with a reason on record",
    denominator="72-hour clocks that stopped late in the period",
    unit=Unit.SHARE,
    record="episode",
    reads=("clocks", "episodes", "pathways", "episode_events"),
    cases=_limits,
    counts=lambda case: case.is_explained,
    out_of=each_case,
    exclusions=(Exclusion("Within 72 hours", lambda case: case.is_met),),
    better="up",
)
FRONT_DOOR = (
    REFERRALS, CALLS, TWO_HOUR, TWO_TOGETHER, NOTHING_FURTHER, WITHIN_72_HOURS, OVERRUNS_EXPLAINED,
)  # fmt: skip
