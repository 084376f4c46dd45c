"""Measures of beds, of leaving hospital, of reablement, of equipment and of what lasts: M13 to M30."""

import ibis
from ibis.expr import types as ir

from homeward.outcomes.facts.reading import Facts, days_between, seconds_between
from homeward.outcomes.measures.definition import Exclusion, Measure, Published, Unit, each_case

WENT_HOME = ("none", "less", "same", "more")
AT_HOME = ("own_home", "family", "extra_care")
TWO_DAYS = 48 * 3600  # seconds; NICE QS173, statement 2
DEMENTIA, REABLEMENT = "dementia-crisis", "reablement-at-home"
DEMENTIA_TARGET = 60  # days; West Sussex, 25 integration projects, study 3
_PATHWAYS_ENGLAND = {"p0": 0.857, "p1": 0.095, "p2": 0.031, "p3": 0.016}


def _bed_referrals(facts: Facts) -> ir.Table:
    beds, referrals, stays = facts["bed_referrals"], facts["referrals"], facts["bed_stays"]
    asked = referrals.select("received_at", "received_on", asked_id="id")
    began = stays.select("moved_in_at", stay_of="referral_id")
    rows = beds.inner_join(asked, beds.referral_id == asked.asked_id)
    rows = rows.left_join(began, rows.id == began.stay_of)
    waited = seconds_between(rows.received_at, ibis.coalesce(rows.moved_in_at, facts.moment))
    return rows.select(
        "service_id",
        "person_id",
        "state",
        "came_from",
        day="received_on",
        record_id="id",
        has_begun=rows.moved_in_at.notnull(),
        is_within=waited <= TWO_DAYS,
        count_of=ibis.literal(1),
    )


BED_REFERRALS = Measure(
    key="M13",
    title="Referrals to bed-based reablement",
    definition="How many people a bed of a reablement house was asked for.",
    numerator="Bed referrals whose referral was received in the period",
    denominator="",
    unit=Unit.COUNT,
    record="bed_referral",
    reads=("bed_referrals", "referrals", "bed_stays"),
    cases=_bed_referrals,
    splits=("came_from", "state"),
    published=(
        Published(
            "Referrals, and whether people needed more support after it, broadly similar to the year before",
            None,
            "Derby",
            "2024/25 against 2023/24",
            "community-first-derby",
        ),
    ),
)


def _bed_stays(facts: Facts) -> ir.Table:
    stays = facts["bed_stays"]
    ended = stays.filter(stays.left_on.notnull())
    return ended.select(
        "service_id",
        "person_id",
        "support",
        day="left_on",
        record_id="id",
        days=days_between(ended.moved_in_on, ended.left_on),
    )


BED_DAYS = Measure(
    key="M13.stay",
    title="Length of a stay in a reablement bed",
    definition="How many nights people who left a reablement house had been there.",
    numerator="Nights from moving in to leaving",
    denominator="Stays that ended in the period",
    unit=Unit.DAYS,
    record="bed_stay",
    reads=("bed_stays",),
    cases=_bed_stays,
    counts=lambda case: case.days,
    out_of=each_case,
    splits=("support",),
    published=(Published("Mean stay in a community bed", 30.9, "England", "4 March 2026", "community-bed-audit-2026"),),
    local_decisions=("Nights in hospital while the bed was kept count as nights of the stay.",),
    better="down",
)


def _leaving_with(support: str, words: str) -> Measure:
    return Measure(
        key=f"M13.{support}",
        title=f"Left a reablement bed with {words}",
        definition=f"Of the people who left a reablement house alive, the share who left with {words}.",
        numerator=f"Those who left with {words}",
        denominator="Stays that ended in the period",
        unit=Unit.SHARE,
        record="bed_stay",
        reads=("bed_stays",),
        cases=_bed_stays,
        counts=lambda case: case.support == support,
        out_of=each_case,
        exclusions=(Exclusion("Died", lambda case: case.support == "died"),),
        local_decisions=("Moving to a care home or to hospital is in the denominator.",),
        better={"none": "up", "less": "up", "more": "down"}.get(support, ""),
    )


BED_WITHIN_TWO_DAYS = Measure(
    key="M28",
    title="Bed-based care begun within two days",
    definition="Of those accepted for a reablement bed, the share whose stay began within two days of the referral.",
    numerator="Those who moved in within 48 hours of the referral received",
    denominator="Those accepted whose referral was received in the period, and who moved in or waited for longer",
    unit=Unit.SHARE,
    record="bed_referral",
    reads=("bed_referrals", "referrals", "bed_stays"),
    cases=_bed_referrals,
    counts=lambda case: case.has_begun & case.is_within,
    out_of=each_case,
    exclusions=(
        Exclusion("Not accepted", lambda case: ~case.state.isin(["waiting", "staying", "left"])),
        Exclusion("Still within two days", lambda case: ~case.has_begun & case.is_within),
    ),
    splits=("came_from",),
    published=(
        Published(
            "Stays of accepted adults begin within 2 days of the referral",
            None,
            "England",
            "National quality statement",
            "nice-qs173",
        ),
    ),
    local_decisions=("Two days are 48 hours.",),
    better="up",
)


def _waiting_days(facts: Facts) -> ir.Table:
    days, stays = facts["waiting_days"], facts["stays"]
    whose = stays.select("service_id", "person_id", of_stay="id")
    rows = days.inner_join(whose, days.stay_id == whose.of_stay)
    return rows.select(
        "service_id", "person_id", "day", "reason", "family", record_id="stay_id", count_of=ibis.literal(1)
    )


DAYS_WAITED = Measure(
    key="M15",
    title="Days waited in hospital by people who could leave",
    definition="How many days in bed were lost because people who no longer met the criteria to reside were there.",
    numerator="Days at the end of which somebody who could leave was in hospital",
    denominator="",
    unit=Unit.COUNT,
    record="stay",
    reads=("waiting_days", "stays"),
    cases=_waiting_days,
    splits=("reason", "family"),
    published=(
        Published(
            "People a day who no longer needed an acute hospital",
            22723,
            "England",
            "2024-25",
            "hospital-discharge-figures",
            "people a day",
        ),
        Published(
            "Of those, people a day who were still there",
            12663,
            "England",
            "2024-25",
            "hospital-discharge-figures",
            "people a day",
        ),
        Published("Far fewer delayed transfers of care", None, "East Lancashire", "2015 to 2022", "east-lancashire"),
    ),
    local_decisions=("Of several reasons on a day, the one that counts is what has held somebody up longest.",),
    better="down",
)


def _leavings(facts: Facts) -> ir.Table:
    leavings, stays = facts["leavings"], facts["stays"]
    whose = stays.select("service_id", "person_id", "left_on", of_stay="id")
    rows = leavings.inner_join(whose, leavings.stay_id == whose.of_stay)
    band = ibis.cases(
        (rows.days.isnull(), ""),
        (rows.days == 0, "0"),
        (rows.days == 1, "1"),
        (rows.days <= 3, "2-3"),
        (rows.days <= 6, "4-6"),
        (rows.days <= 13, "7-13"),
        (rows.days <= 20, "14-20"),
        else_="21+",
    )
    return rows.select(
        "service_id",
        "person_id",
        "days",
        "left_out",
        day="left_on",
        record_id="stay_id",
        band=band,
    )


_COUNTED_LEAVERS = tuple(
    Exclusion(why, lambda case, why=why: case.left_out == why)
    for why in ("Died", "Moved to another hospital", "Under 16", "No night in hospital", "No ready date recorded")
)
SAME_DAY = Measure(
    key="M16",
    title="Left hospital on the day they were ready",
    definition="Of the people who left hospital, the share who left on their discharge ready date.",
    numerator="Those who left on the day they were ready",
    denominator="People who left in the period",
    unit=Unit.SHARE,
    record="stay",
    reads=("leavings", "stays"),
    cases=_leavings,
    counts=lambda case: case.days == 0,
    out_of=each_case,
    exclusions=_COUNTED_LEAVERS,
    better="up",
)
DAYS_TO_LEAVE = Measure(
    key="M16.days",
    title="Days from ready to leaving hospital",
    definition="How many days after their discharge ready date people left hospital.",
    numerator="Days from ready to leaving",
    denominator="People who left in the period, those who left the same day too",
    unit=Unit.DAYS,
    record="stay",
    reads=("leavings", "stays"),
    cases=_leavings,
    counts=lambda case: case.days,
    out_of=each_case,
    exclusions=_COUNTED_LEAVERS,
    splits=("band",),
    better="down",
)


def _dementia_stays(facts: Facts) -> ir.Table:
    clocks, episodes, pathways = facts["clocks"], facts["episodes"], facts["pathways"]
    clocks = clocks.filter(clocks.clock == "stay", clocks.state == "stopped")
    whose = episodes.select("service_id", "person_id", "pathway_id", record_id=episodes.id)
    rows = clocks.inner_join(whose, clocks.episode_id == whose.record_id)
    rows = rows.semi_join(pathways.filter(pathways.code == DEMENTIA), [("pathway_id", "id")])
    return rows.select(
        "service_id",
        "person_id",
        "record_id",
        day="stopped_on",
        days=days_between(rows.started_on, rows.stopped_on),
    )


DEMENTIA_STAY = Measure(
    key="M17",
    title="Length of a hospital stay with dementia",
    definition="How many days people on the dementia crisis pathway were in hospital or an assessment bed.",
    numerator="Days from admission to coming home or leaving",
    denominator="Stays on the pathway that ended in the period",
    unit=Unit.DAYS,
    record="episode",
    reads=("clocks", "episodes", "pathways"),
    cases=_dementia_stays,
    counts=lambda case: case.days,
    out_of=each_case,
    published=(
        Published("Average stay in a dementia bed", 40, "West Sussex", "January to December 2011", "working-together"),
        Published(
            "Target for that stay", DEMENTIA_TARGET, "West Sussex", "January to December 2011", "working-together"
        ),
        Published(
            "Acute stay with dementia, before", 14, "West Sussex, three acute trusts", "2011", "working-together"
        ),
        Published("Acute stay with dementia, after", 10, "West Sussex, three acute trusts", "2012", "working-together"),
    ),
    better="down",
)
DEMENTIA_WITHIN_TARGET = Measure(
    key="M17.within",
    title="Hospital stays with dementia of at most 60 days",
    definition="Of the stays on the dementia crisis pathway, the share that were no longer than the target.",
    numerator="Those of 60 days or fewer",
    denominator="Stays on the pathway that ended in the period",
    unit=Unit.SHARE,
    record="episode",
    reads=("clocks", "episodes", "pathways"),
    cases=_dementia_stays,
    counts=lambda case: case.days <= DEMENTIA_TARGET,
    out_of=each_case,
    better="up",
)


def _came_home(facts: Facts) -> ir.Table:
    stays, decisions = facts["stays"], facts["decisions"]
    made = decisions.filter(decisions.state == "made").select("why_not_home", of_stay="stay_id")
    left = stays.filter(stays.left_on.notnull(), stays.ended_as == "left")
    rows = left.left_join(made, left.id == made.of_stay)
    # where somebody went says the pathway; before anybody said so, what was decided
    went = ibis.ifelse(rows.destination != "", rows.destination.substr(0, 2), rows.pathway)
    return rows.select(
        "service_id",
        "person_id",
        day="left_on",
        record_id="id",
        went=went,
        why_not_home=rows.why_not_home.fill_null(""),
    )


_NOT_SAID = Exclusion("Neither where they went nor a pathway is on record", lambda case: case.went == "")


def _by_pathway(code: str) -> Measure:
    title = f"Came home by pathway {code[1]}"
    return Measure(
        key=f"M18.{code}",
        title=title,
        definition=f"Of the people who left hospital, the share who left by pathway {code[1]}.",
        numerator=f"Those whose destination is of pathway {code[1]}",
        denominator="People who left in the period",
        unit=Unit.SHARE,
        record="stay",
        reads=("stays", "decisions"),
        cases=_came_home,
        counts=lambda case: case.went == code,
        out_of=each_case,
        exclusions=(_NOT_SAID,),
        splits=("why_not_home",) if code in ("p2", "p3") else (),
        published=(
            Published(
                f"People who left by pathway {code[1]}",
                _PATHWAYS_ENGLAND[code],
                "England",
                "June 2024 to March 2025",
                "hospital-discharge-figures",
            ),
        ),
        local_decisions=("Where the destination is not on record, the pathway decided on counts.",),
    )


HOME_FIRST = Measure(
    key="M18",
    title="Home first",
    definition="Of the people who left hospital, the share who went to where they live: by pathway 0 or 1.",
    numerator="Those whose destination is of pathway 0 or 1",
    denominator="People who left in the period",
    unit=Unit.SHARE,
    record="stay",
    reads=("stays", "decisions"),
    cases=_came_home,
    counts=lambda case: case.went.isin(["p0", "p1"]),
    out_of=each_case,
    exclusions=(_NOT_SAID,),
    splits=("why_not_home",),
    local_decisions=("Where the destination is not on record, the pathway decided on counts.",),
    better="up",
)


def _reabled(facts: Facts) -> ir.Table:
    episodes, outcomes, pathways = facts["episodes"], facts["outcomes"], facts["pathways"]
    closed = episodes.filter(episodes.ended_on.notnull()).semi_join(
        pathways.filter(pathways.code == REABLEMENT), [("pathway_id", "id")]
    )
    rows = closed.inner_join(outcomes, [closed.pathway_id == outcomes.pathway_id, closed.outcome_code == outcomes.code])
    return rows.select(
        "service_id",
        "person_id",
        "no_further_support",
        "not_counted",
        "died",
        "outcome_code",
        day="ended_on",
        record_id="id",
    )


INDEPENDENT = Measure(
    key="M19",
    title="Independent at the end of reablement",
    definition="Of the people whose reablement at home ended, the share who needed no further support.",
    numerator="Those whose outcome counts as no further support",
    denominator="Episodes of reablement at home that ended in the period",
    unit=Unit.SHARE,
    record="episode",
    reads=("episodes", "pathways", "outcomes"),
    cases=_reabled,
    counts=lambda case: case.no_further_support,
    out_of=each_case,
    exclusions=(
        Exclusion("It never began", lambda case: case.not_counted),
        Exclusion("Died", lambda case: case.died),
    ),
    splits=("outcome_code",),
    published=(Published("Independent at the end", 0.70, "Leeds", "Not stated", "working-together"),),
    local_decisions=("Which outcomes count as what is set in the pathway.",),
    better="up",
)


def followed_up(kind: str, *, is_bed: bool | None = None):
    """Calls that are settled: after beds, after reablement at home, or both."""

    def cases(facts: Facts) -> ir.Table:
        follow_ups, stays, episodes = facts["follow_ups"], facts["bed_stays"], facts["episodes"]
        settled = follow_ups.filter(follow_ups.kind == kind, follow_ups.done_on.notnull())
        of_beds = stays.select(bed_service="service_id", bed_person="person_id", of_stay="id")
        of_reablement = episodes.select(home_service="service_id", home_person="person_id", of_episode="id")
        rows = settled.left_join(of_beds, settled.stay_id == of_beds.of_stay)
        rows = rows.left_join(of_reablement, rows.episode_id == of_reablement.of_episode)
        if is_bed is not None:
            rows = rows.filter(rows.stay_id.notnull() if is_bed else rows.episode_id.notnull())
        return rows.select(
            service_id=rows.bed_service.coalesce(rows.home_service),
            person_id=rows.bed_person.coalesce(rows.home_person),
            day="done_on",
            record_id="id",
            after=ibis.ifelse(rows.stay_id.notnull(), "bed", "reablement at home"),
            whereabouts="whereabouts",
            is_at_home=rows.whereabouts.isin(AT_HOME),
            is_independent="is_independent",
            weekly_hours="weekly_hours",
        )

    return cases


AT_HOME_91_DAYS = Measure(
    key="M21",
    title="At home 91 days after",
    definition="Of the people of reablement, in a bed or at home, asked for 91 days after leaving hospital, the share"
    " who were at home.",
    numerator="Those at home, with family or in extra care housing",
    denominator="Follow-up calls of 91 days settled in the period",
    unit=Unit.SHARE,
    record="follow_up",
    reads=("follow_ups", "bed_stays", "episodes"),
    cases=followed_up("after_91_days"),
    counts=lambda case: case.is_at_home,
    out_of=each_case,
    splits=("after",),
    local_decisions=(
        "Whoever could not be reached, was in hospital or a care home, or had died is not at home (ASCOF 2D, as SALT"
        " defined it). All ages and the whole year.",
    ),
    better="up",
    version=2,
)


def _technology(facts: Facts) -> ir.Table:
    """The newest review of each loan in each month: one person may be looked at often."""
    reviews, loans = facts["benefit_reviews"], facts["loans"]
    whose = loans.select("service_id", "person_id", of_loan="id")
    rows = reviews.inner_join(whose, reviews.loan_id == whose.of_loan)
    newest = rows.mutate(
        place=ibis.row_number().over(
            ibis.window(
                group_by=["loan_id", rows.reviewed_on.truncate("M")],
                order_by=[ibis.desc("reviewed_on"), ibis.desc("id")],
            )
        )
    )
    newest = newest.filter(newest.place == 0)
    return newest.select(
        "service_id",
        "person_id",
        "is_care_home_avoided",
        "is_admission_avoided",
        "saved_pence_a_week",
        day="reviewed_on",
        record_id="loan_id",
        fewer_hours=newest.care_hours_now < newest.care_hours_before,
    )


def _technology_share(part: str, column: str, title: str, published: Published) -> Measure:
    return Measure(
        key=f"M22.{part}" if part else "M22",
        title=title,
        definition=f"{title}: the share of the loans looked at, in the words of the review.",
        numerator="Loans whose newest review of the month says so",
        denominator="Loans reviewed in the period that say either",
        unit=Unit.SHARE,
        record="loan",
        reads=("benefit_reviews", "loans"),
        cases=_technology,
        counts=lambda case: case[column],
        out_of=each_case,
        exclusions=(Exclusion("The review does not say", lambda case: case[column].isnull()),),
        published=(published,),
        local_decisions=("What whoever reviews it finds, with the person; nothing is worked out from other records.",),
        better="up",
    )


_NO_SUM = Exclusion("No sum in the review", lambda case: case.saved_pence_a_week.isnull())
TECHNOLOGY = (
    _technology_share(
        "",
        "is_care_home_avoided",
        "Assistive technology: care home avoided",
        Published("A care home was avoided or cut", 0.38, "Norfolk", "Not stated", "working-together"),
    ),
    _technology_share(
        "home_care",
        "fewer_hours",
        "Assistive technology: less home care needed",
        Published("People who needed less home care", 0.28, "Norfolk", "Not stated", "working-together"),
    ),
    _technology_share(
        "admissions",
        "is_admission_avoided",
        "Assistive technology: hospital admission avoided",
        Published("People found to have avoided an admission", 0.105, "Norfolk", "Not stated", "working-together"),
    ),
    Measure(
        key="M22.saved",
        title="Assistive technology: saved a week on home care",
        definition="What not needing care hours is worth a week, for each loan looked at.",
        numerator="Pence a week that reviews put on it",
        denominator="Loans reviewed in the period with a sum, where no care home was avoided",
        unit=Unit.PENCE,
        record="loan",
        reads=("benefit_reviews", "loans"),
        cases=_technology,
        counts=lambda case: case.saved_pence_a_week,
        out_of=each_case,
        exclusions=(
            _NO_SUM,
            Exclusion(
                "A care home was avoided: in M22.care_home", lambda case: case.is_care_home_avoided.fill_null(False)
            ),
        ),
        published=(Published("Average saved on home care a week", 13921, "Norfolk", "Not stated", "working-together"),),
        better="up",
        version=2,
    ),
    Measure(
        key="M22.care_home",
        title="Assistive technology: saved a year where a care home was avoided",
        definition="What not needing a care home is worth a year, for each loan looked at that avoided one.",
        numerator="Pence a week that reviews put on it, for 52 weeks",
        denominator="Loans reviewed in the period with a sum, where a care home was avoided",
        unit=Unit.PENCE,
        record="loan",
        reads=("benefit_reviews", "loans"),
        cases=_technology,
        counts=lambda case: case.saved_pence_a_week * 52,
        out_of=each_case,
        exclusions=(
            Exclusion("No care home was avoided", lambda case: ~case.is_care_home_avoided.fill_null(False)),
            _NO_SUM,
        ),
        published=(
            Published(
                "Average saved for each person who would have gone to a care home",
                1_115_200,
                "Norfolk",
                "Not stated",
                "working-together",
            ),
        ),
        local_decisions=("52 weeks make a year. Over what time Norfolk counted, its source does not say.",),
        better="up",
    ),
)


def _seen_together(facts: Facts) -> ir.Table:
    meetings = facts["meetings"]
    seen = meetings.filter(meetings.state == "done")
    return seen.select("service_id", "person_id", "day", record_id="visit_id", is_joint="are_two_employers")


SEEN_TOGETHER = Measure(
    key="M29",
    title="Seen by two services in one appointment",
    definition="Of the visits and clinic sessions done, the share at which workers of two employers were present.",
    numerator="Those with workers of two or more employers recorded as arrived",
    denominator="Visits and sessions done at which somebody was recorded as arrived",
    unit=Unit.SHARE,
    record="visit",
    reads=("meetings",),
    cases=_seen_together,
    counts=lambda case: case.is_joint,
    out_of=each_case,
    local_decisions=("Two services are two employers.",),
)


def _ended_loans(facts: Facts) -> ir.Table:
    loans = facts["loans"]
    due = loans.filter(loans.due_back_on.notnull())
    return due.select(
        "service_id",
        "person_id",
        day="due_back_on",
        record_id="id",
        is_overdue=ibis.coalesce(due.ended_on, facts.today) > due.due_back_on,
        is_out=due.ended_on.isnull(),
    )


EQUIPMENT_OVERDUE = Measure(
    key="M29.overdue",
    title="Equipment not back when it was due",
    definition="Of the equipment that was due back, the share that did not come back by that day.",
    numerator="Loans that ended later, or have not",
    denominator="Loans due back in the period",
    unit=Unit.SHARE,
    record="loan",
    reads=("loans",),
    cases=_ended_loans,
    counts=lambda case: case.is_overdue,
    out_of=each_case,
    exclusions=(Exclusion("Not due yet", lambda case: case.is_out & ~case.is_overdue),),
    better="down",
)


def _idle_months(facts: Facts) -> ir.Table:
    months, owners = facts["item_months"], facts["organisations"]
    owners = owners.select(organisation="name", by_owner="id")
    rows = months.inner_join(owners, months.owner_id == owners.by_owner)
    return rows.select(
        "service_id", "item_id", "organisation", "kind", "days", "days_idle", day="month", record_id="item_id",
        person_id=ibis.null("int64"),
    )  # fmt: skip


EQUIPMENT_IDLE = Measure(
    key="M29.idle",
    title="Equipment that lies idle",
    definition="Of the days of everything that has a number of its own, the share on which it had been ready in a store"
    " for 90 days or more.",
    numerator="Days of an item at whose end it had been ready in one store for 90 days or more",
    denominator="Days of every item, from when it came into stock until it was scrapped or lost, up to yesterday",
    unit=Unit.SHARE,
    record="item",
    reads=("item_months", "organisations"),
    cases=_idle_months,
    counts=lambda case: case.days_idle,
    out_of=lambda case: case.days,
    splits=("organisation", "kind"),
    together="item_id",
    local_decisions=(
        "90 days, as on the page of the store. What is only counted has no days of its own and is left out. An item’s"
        " days of a month belong to the month, and to its owner and store as they are now.",
        "Whether what somebody has at home is used cannot be known from this: a review of the loan says it.",
    ),
    better="down",
)


def _lent(facts: Facts) -> ir.Table:
    lent, owners = facts["lendings"], facts["organisations"]
    owners = owners.select(organisation="name", by_owner="id")
    rows = lent.inner_join(owners, lent.owner_id == owners.by_owner)
    return rows.select("service_id", "person_id", "organisation", "is_shared", day="lent_on", record_id="loan_id")


EQUIPMENT_SHARED = Measure(
    key="M29.shared",
    title="Equipment lent by another employer than owns it",
    definition="Of the equipment handed over, the share that somebody of another employer than its owner handed over.",
    numerator="Loans whose equipment another organisation owns than employs whoever handed it over",
    denominator="Loans handed over in the period by somebody whose employer is on record",
    unit=Unit.SHARE,
    record="loan",
    reads=("lendings", "organisations"),
    cases=_lent,
    counts=lambda case: case.is_shared,
    out_of=each_case,
    exclusions=(Exclusion("No employer of whoever handed it over", lambda case: case.is_shared.isnull()),),
    splits=("organisation",),
    local_decisions=(
        "Shared is lent by one organisation and owned by another. What two services use in one clinic room without"
        " lending it cannot be known.",
    ),
)


def _wellbeing(facts: Facts) -> ir.Table:
    """Each time a wellbeing scale was filled in again, beside the first time of the same person on the same scale."""
    scores = facts["form_scores"]
    scores = scores.filter(scores.score.startswith("wellbeing_"), ~scores.corrected, scores.person_id.notnull())
    theirs = ibis.window(group_by=["person_id", "score"], order_by=["completed_at", "form_id"])
    rows = scores.mutate(place=ibis.row_number().over(theirs), before=scores.total.first().over(theirs))
    rows = rows.filter(rows.place > 0)
    return rows.select(
        "service_id",
        "person_id",
        "score",
        day="completed_on",
        record_id="form_id",
        change=rows.total - rows.before,
    )


WELLBEING = Measure(
    key="M30",
    title="Wellbeing rose",
    definition="Of those who filled in a wellbeing scale again, the share whose score was higher than the first time.",
    numerator="Those whose score rose",
    denominator="Wellbeing scales filled in again in the period",
    unit=Unit.SHARE,
    record="form",
    reads=("form_scores",),
    cases=_wellbeing,
    counts=lambda case: case.change > 0,
    out_of=each_case,
    splits=("score",),
    local_decisions=("Each scale is compared with itself only. Any rise counts, however small.",),
    better="up",
)


def _short_term(facts: Facts) -> ir.Table:
    rows = facts["short_term"]
    return rows.mutate(record_id=rows.person_id)


ASCOF_2A = Measure(
    key="M20",
    title="No request for ongoing support after reablement (ASCOF 2A)",
    definition="Of new clients’ spells of reablement that were completed, the share after which no long-term support"
    " followed: ASCOF 2A, by the national rules, of the Client Level Data that our own return would hold.",
    numerator="Those after which came low-level or other short-term support, advice, or no service",
    denominator="The same, and those after which came long-term support",
    unit=Unit.SHARE,
    record="reablement",
    reads=("short_term",),
    cases=_short_term,
    counts=lambda case: case.is_counted,
    out_of=each_case,
    exclusions=(
        Exclusion("Not after a new client’s request of that financial year", lambda case: case.left_out == "not_new"),
        Exclusion("Of somebody who died before the financial year", lambda case: case.left_out == "died"),
        Exclusion(
            "Counted neither way: ended early, declined, self-funded, or left out by the national rules",
            lambda case: case.left_out == "neither_way",
        ),
    ),
    local_decisions=(
        "Each financial year is measured by itself, as if its events were sent in one file the day after it. An outcome"
        " of ours is the national one that the codes shipped with the return say: a service that settled others of its"
        " own computes it from the file it sends, with “homeward measures ascof”.",
        "Spells at most a day apart are one; what follows counts if it begins within three days. Belongs to the last"
        " day of the spell.",
    ),
    better="up",
)
COMING_HOME = (
    ASCOF_2A,
    BED_REFERRALS,
    BED_DAYS,
    _leaving_with("none", "no support"),
    _leaving_with("less", "less support than before"),
    _leaving_with("same", "the same support as before"),
    _leaving_with("more", "more support than before"),
    DAYS_WAITED,
    SAME_DAY,
    DAYS_TO_LEAVE,
    DEMENTIA_STAY,
    DEMENTIA_WITHIN_TARGET,
    HOME_FIRST,
    *(_by_pathway(code) for code in _PATHWAYS_ENGLAND),
    INDEPENDENT,
    AT_HOME_91_DAYS,
    *TECHNOLOGY,
    BED_WITHIN_TWO_DAYS,
    SEEN_TOGETHER,
    EQUIPMENT_OVERDUE,
    EQUIPMENT_IDLE,
    EQUIPMENT_SHARED,
    WELLBEING,
)
