"""ASCOF 2A on histories small enough to work out on paper."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.lists import (
    EARLY_CESSATION,
    LONG_TERM,
    LOW_LEVEL,
    NO_SERVICE_FOUND,
    NO_SERVICES_OTHER,
    NO_SERVICES_OTHER_WITH_HYPHEN,
    OTHER_SHORT_TERM,
    UNIVERSAL,
)
from homeward.outcomes.ascof.measure_2a import Ascof2A, ascof_2a
from homeward.outcomes.ascof.reading import CareRecord, read_file
from tests.rooms.outcomes.care_files import event, nasty_file, numbered, person, write
from tests.rooms.outcomes.test_against_the_judge import PERIOD

pytestmark = pytest.mark.any_engine

IVY = person("ivy")
ST_MAX = "Short Term Support: ST-Max"
COMMUNITY = "Long Term Support: Community"
PLANNED = "Service ended as planned"


def request(starts_on="2023-05-01", ends_on="2023-05-02", outcome="Progress to Reablement/ST-Max", who=IVY, **cells):
    return event(who, "Request", starts_on, ends_on, outcome, **cells)


def reablement(starts_on="2023-05-03", ends_on="2023-06-10", outcome=PLANNED, who=IVY, **cells):
    return event(who, "Service", starts_on, ends_on, outcome, Service_Type=ST_MAX, **cells)


def service(starts_on, ends_on=None, kind=COMMUNITY, who=IVY, **cells):
    return event(who, "Service", starts_on, ends_on, None, Service_Type=kind, **cells)


def assessment(starts_on, ends_on, outcome, who=IVY, **cells):
    return event(who, "Assessment", starts_on, ends_on, outcome, **cells)


@pytest.fixture
def measured(tmp_path):
    """Measure lines; the lines of the file are numbered from 2."""

    def measure(*lines: dict) -> Ascof2A:
        return ascof_2a(read_file(write(tmp_path / "cld.csv", numbered(list(lines)))).records, PERIOD)

    return measure


def said(measure: Ascof2A) -> list[tuple]:
    """Each row: record type, mapped outcome, and N, D or - for what it counts in."""
    return [
        (r.record_type, r.final_outcome_mapped, "N" if r.in_numerator else "D" if r.in_denominator else "-")
        for r in measure.results
    ]


def fates(measure: Ascof2A) -> list[str]:
    return [fate.fate.code for fate in measure.fates]


class TestWhatFollowedStMax:
    """Request, ST-Max from 3 May to 10 June, and then..."""

    @pytest.mark.parametrize(
        ("outcome", "followers", "row"),
        [
            # 1: nothing
            (PLANNED, [], (1, NO_SERVICES_OTHER, "N")),
            ("SERVICE ENDED AS PLANNED  ", [], (1, NO_SERVICES_OTHER, "N")),
            ("Admitted to hospital", [], (1, f"No_Chronology_{NO_SERVICES_OTHER}", "-")),
            ("NFA - Information & Advice / Signposting only", [], (1, f"No_Chronology_{UNIVERSAL}", "-")),
            ("NFA - 100% NHS-funded care", [], (1, "No_Chronology_Unable_To_Classify", "-")),
            ("Provision of service", [], (1, "No_Chronology_Unable_To_Classify", "-")),
            # 2: a service, the one of smallest rank
            (PLANNED, [service("2023-06-10")], (2, LONG_TERM, "D")),
            (PLANNED, [service("2023-06-12", None, "Short Term Support: Ongoing Low Level")], (2, LOW_LEVEL, "N")),
            (
                PLANNED,
                [service("2023-06-12", None, "Short Term Support: Other Short Term")],
                (2, OTHER_SHORT_TERM, "N"),
            ),
            (
                PLANNED,
                [service("2023-06-11", "2023-06-20", "Short Term Support: Other Short Term"), service("2023-06-22")],
                (2, LONG_TERM, "D"),
            ),
            (PLANNED, [service("2023-06-13")], (2, LONG_TERM, "D")),  # 3 days after
            # an open event on the first day is never too late (as published)
            (PLANNED, [service("2023-09-14", None)], (2, LONG_TERM, "D")),
            # 3: no service but no further action
            (PLANNED, [assessment("2023-06-11", "2023-06-12", "NFA - Deceased")], (3, EARLY_CESSATION, "-")),
            (PLANNED, [assessment("2023-06-11", "2023-06-12", "nfa- other")], (3, NO_SERVICES_OTHER, "N")),
            (PLANNED, [assessment("2023-06-11", "2023-06-12", "NFA - 100% NHS-funded care")], (3, None, "-")),
            (  # the one that ends last
                PLANNED,
                [
                    assessment("2023-06-11", "2023-06-14", "NFA - Support declined"),
                    assessment("2023-06-11", "2023-06-12", "NFA- Other"),
                ],
                (3, "No services provided – needs identified but support declined", "-"),
            ),
            (  # two of one outcome that end on one day are several
                PLANNED,
                [
                    assessment("2023-06-11", "2023-06-14", "NFA - Support declined"),
                    assessment("2023-06-12", "2023-06-14", "NFA - Support declined"),
                ],
                (3, NO_SERVICES_OTHER, "N"),
            ),
            # 4: neither
            (
                PLANNED,
                [assessment("2023-06-11", "2023-06-12", "No change in package")],
                (4, NO_SERVICES_OTHER_WITH_HYPHEN, "-"),
            ),
            (
                "NFA- Other",
                [assessment("2023-06-11", "2023-06-12", "No change in package")],
                (4, NO_SERVICES_OTHER, "N"),
            ),
            ("Admitted to hospital", [assessment("2023-06-11", "2023-06-12", None)], (4, NO_SERVICE_FOUND, "-")),
            # 5: out of reach
            (PLANNED, [service("2023-06-14", "2023-12-01")], (5, NO_SERVICES_OTHER, "N")),  # 4 days after
            ("NFA- Other", [service("2023-06-14", "2023-12-01")], (5, f"No_Chronology_{NO_SERVICES_OTHER}", "-")),
        ],
    )
    def test_decides_the_row(self, measured, outcome, followers, row):
        assert said(measured(request(), reablement(outcome=outcome), *followers)) == [row]

    @pytest.mark.parametrize(("days_after", "reached"), [("13", True), ("14", False)])
    def test_must_begin_within_3_days(self, measured, days_after, reached):
        measure = measured(request(), reablement(), service(f"2023-06-{days_after}", "2023-07-01"))
        assert (measure.results[0].record_type == 2) is reached

    @pytest.mark.parametrize(
        ("second", "row"), [("2023-06-18", LONG_TERM), ("2023-06-19", NO_SERVICES_OTHER_WITH_HYPHEN)]
    )
    def test_chains_over_gaps_of_3_days_and_breaks_at_4(self, measured, second, row):
        measure = measured(
            request(), reablement(), assessment("2023-06-11", "2023-06-15", "No change in package"), service(second)
        )
        assert measure.results[0].final_outcome_mapped == row

    def test_is_looked_for_up_to_another_st_max(self, measured):
        """A second request led to the second ST-Max, 3 days after the first: the first is superseded."""
        again = reablement("2023-06-13", "2023-07-20")
        measure = measured(request(), reablement(), request("2023-06-11", "2023-06-12"), again, service("2023-07-21"))
        assert [(r.cluster_starts_on.isoformat(), r.record_type) for r in measure.results] == [
            ("2023-05-03", 4),
            ("2023-06-13", 2),
        ]

    def test_takes_an_open_event_before_a_gap_as_reaching_on(self, measured):
        measure = measured(
            request(), reablement(), assessment("2023-06-11", None, "No change in package"), service("2023-09-01")
        )
        assert said(measure) == [(2, LONG_TERM, "D")]

    def test_says_when_events_that_start_on_one_day_leave_it_open(self, measured):
        measure = measured(
            request(),
            reablement(),
            assessment("2023-06-11", "2023-06-11", "No change in package"),
            assessment("2023-06-11", "2023-07-11", "No change in package"),
            service("2023-07-12"),
        )
        assert said(measure) == [(2, LONG_TERM, "D")]
        assert measure.results[0].depends_on_tie


class TestStMaxClusters:
    @pytest.mark.parametrize(("starts_on", "clusters"), [("2023-06-10", 1), ("2023-06-11", 1), ("2023-06-12", 2)])
    def test_join_at_most_1_day_apart(self, measured, starts_on, clusters):
        measure = measured(request(), reablement(), reablement(starts_on, "2023-07-10"))
        assert len(measure.results) == clusters

    def test_end_in_the_period_to_count(self, measured):
        measure = measured(
            request("2023-03-01", "2023-04-01"), reablement("2023-04-02", None), reablement("2023-04-03", "2024-01-02")
        )
        assert measure.results == []
        assert set(fates(measure)[1:]) == {"st-max-cluster-ended-outside-period"}

    def test_take_the_outcome_of_smallest_rank(self, measured):
        measure = measured(
            request(), reablement(outcome="NFA- Other"), reablement(outcome=PLANNED, Service_Component="Reablement")
        )
        assert said(measure) == [(1, NO_SERVICES_OTHER, "N")]

    def test_count_twice_with_two_outcomes_no_list_knows(self, measured):
        """As published: both rank 99, both stand, and each makes a row."""
        measure = measured(
            request(),
            reablement(outcome="NFA - 100% NHS funded care"),
            reablement(outcome="Anything", Service_Component="Reablement"),
            service("2023-06-11"),
        )
        assert said(measure) == [(2, LONG_TERM, "D")] * 2
        assert measure.everywhere.denominator == 2

    def test_without_an_outcome_make_two_rows_more(self, measured):
        """As published: a missing outcome joins nothing, so the cluster is put among those without followers too."""
        measure = measured(request(), reablement(outcome=None), service("2023-06-11"))
        assert said(measure) == [
            (1, "No_Chronology_Unable_To_Classify", "-"),
            (2, LONG_TERM, "D"),
            (5, "No_Chronology_Unable_To_Classify", "-"),
        ]

    def test_of_one_person_with_the_same_no_further_action_count_once(self, measured):
        """As published: the table of record type 3 is made distinct by person, not by cluster."""
        measure = measured(
            request(),
            reablement(),
            assessment("2023-06-11", "2023-06-12", "NFA- Other"),
            request("2023-09-01", "2023-09-02"),
            reablement("2023-09-03", "2023-10-01"),
            assessment("2023-10-02", "2023-10-03", "NFA- Other"),
        )
        assert [(r.record_type, r.merged_into) for r in measure.results] == [(3, None), (3, 1)]
        assert (measure.everywhere.numerator, measure.everywhere.denominator) == (1, 1)

    def test_of_one_person_at_two_councils_share_numbers_where_days_are_equal(self, measured):
        """As published: numbers are joined without the council, so the second council's ST-Max is in two clusters."""
        elsewhere = {**IVY, "LA_CODE": "E10000002"}
        measure = measured(
            request("2023-04-01", "2023-04-02", who=elsewhere),
            reablement("2023-04-03", "2023-04-20", who=elsewhere),
            request("2023-04-25", "2023-05-02", who=elsewhere),
            reablement(who=elsewhere),
            request(),
            reablement(),
        )
        assert [(r.council[-1], r.cluster_starts_on.isoformat()) for r in measure.results] == [
            ("1", "2023-05-03"),
            ("1", "2023-05-03"),
            ("2", "2023-04-03"),
            ("2", "2023-05-03"),
        ]


class TestRequests:
    @pytest.mark.parametrize(
        ("lines", "fate"),
        [
            ([request()], "request-nothing-followed"),
            ([request(), reablement()], "request-led-to-st-max"),
            ([request(), service("2023-05-03")], "request-led-to-another-service"),
            ([request(), assessment("2023-05-03", "2023-05-04", None)], "request-led-to-no-service"),
            ([request(), reablement("2023-05-30")], "request-led-to-st-max"),  # 28 days after
            ([request(), reablement("2023-05-31")], "request-followed-out-of-reach"),  # 29
            # an open ST-Max is never too late (as published)
            ([request(), reablement("2023-08-31", None)], "request-led-to-st-max"),
            # nor is what follows a request of one day, which itself was the first to follow (as published)
            ([request("2023-05-02"), reablement("2023-08-31", "2023-09-30")], "request-led-to-st-max"),
            (
                [request(), request("2023-05-07", "2023-05-20"), reablement("2023-05-21")],
                "request-followed-out-of-reach",
            ),
            ([request("2023-03-01", "2023-03-31"), reablement("2023-04-01")], "request-ended-outside-period"),
            ([request(), service("2023-01-01"), reablement()], "request-of-person-in-long-term-support"),
            ([request(), service("2023-01-01", "2023-05-01"), reablement()], "request-of-person-in-long-term-support"),
            ([request(), service("2023-01-01", "2023-04-30"), reablement()], "request-led-to-st-max"),
            # a request without outcome joins nothing, and so is not taken out (as published)
            ([request(outcome=None), service("2023-01-01"), reablement()], "request-led-to-st-max"),
            ([request(Request_Route_of_Access=None), reablement()], "request-without-route"),
            ([request(Der_Birth_Month=None), reablement()], "no-birth-month-or-year"),
            ([request(Date_of_Death="2023-03-31"), reablement()], "died-before-period"),
            ([request(Date_of_Death="2023-04-01"), reablement()], "request-led-to-st-max"),
        ],
    )
    def test_have_this_fate(self, measured, lines, fate):
        measure = measured(*lines)
        assert measure.fates[0].at_requests.code == fate

    @pytest.mark.parametrize(
        ("starts_on", "fate"),
        [("2023-05-06", "request-led-to-st-max"), ("2023-05-07", "request-followed-out-of-reach")],
    )
    def test_are_one_at_most_4_days_apart(self, measured, starts_on, fate):
        measure = measured(request(), request(starts_on, "2023-05-20"), reablement("2023-05-21"))
        assert fates(measure)[0] == fate

    def test_that_did_not_lead_to_st_max_leave_it_out(self, measured):
        measure = measured(reablement(), service("2023-06-11"))
        assert measure.results == []
        assert fates(measure) == ["st-max-not-after-new-request", "no-part"]


class TestWhoseRecordItIs:
    WITHOUT = {**IVY, "Der_NHS_Number_Traced_Pseudo": None}

    def test_is_the_councils_id_when_no_nhs_number_is_known(self, measured):
        measure = measured(request(who=self.WITHOUT), reablement(who=self.WITHOUT))
        assert [result.person_id for result in measure.results] == ["c-ivy"]

    def test_cannot_be_said_when_the_councils_id_is_known_with_an_nhs_number(self, measured):
        measure = measured(request(), reablement(), service("2023-06-11", who=self.WITHOUT))
        assert fates(measure)[2] == "council-id-known-with-nhs-number"
        assert said(measure) == [(1, NO_SERVICES_OTHER, "N")]

    def test_heeds_ids_of_other_councils_too(self, measured):
        elsewhere = {**self.WITHOUT, "LA_CODE": "E10000002"}
        assert fates(measured(request(), reablement(), request(who=elsewhere)))[2] == "council-id-known-with-nhs-number"

    def test_is_one_person_under_two_council_ids(self, measured):
        other_id = {**IVY, "Der_LA_Person_Unique_Identifier_Pseudo": "c-another"}
        assert said(measured(request(), reablement(), service("2023-06-11", who=other_id))) == [(2, LONG_TERM, "D")]

    def test_is_nobodys_without_any_id(self, measured):
        nobody = {**self.WITHOUT, "Der_LA_Person_Unique_Identifier_Pseudo": None}
        assert fates(measured(request(who=nobody))) == ["no-identifier"]


class TestVersions:
    def test_the_latest_holds_and_closes_an_open_service(self, measured):
        measure = measured(
            request(),
            reablement(ends_on=None, ImportDate="2023-07-20"),
            reablement(),
            reablement(ImportDate="2024-02-02"),
        )
        assert fates(measure)[1:] == ["older-version", "in-st-max-cluster", "submitted-too-late"]

    def test_of_one_submission_all_hold(self, measured):
        measure = measured(request(), reablement(), reablement(outcome="NFA- Other"))
        assert fates(measure)[1:] == ["in-st-max-cluster"] * 2

    def test_of_assessments_all_hold_whenever_submitted(self, measured):
        late = assessment("2023-06-11", "2023-06-12", "NFA- Other", ImportDate="2024-05-01")
        assert said(measured(request(), reablement(), late)) == [(3, NO_SERVICES_OTHER, "N")]


class TestTotals:
    def test_are_by_council_and_for_all(self, measured):
        other = person("sam", council="E10000002")
        measure = measured(request(), reablement(), service("2023-06-11"), request(who=other), reablement(who=other))
        totals = {code[-1]: (t.numerator, t.denominator, t.percent) for code, t in measure.totals.items()}
        assert totals == {"1": (0, 1, 0.0), "2": (1, 1, 100.0)}
        assert measure.everywhere.percent == 50.0

    def test_of_nobody_have_no_percentage(self, measured):
        assert measured(request()).everywhere.percent is None


class TestAnyFile:
    @pytest.fixture(scope="class")
    @classmethod
    def records(cls, tmp_path_factory) -> list[CareRecord]:
        return read_file(write(tmp_path_factory.mktemp("cld") / "cld.csv", nasty_file(7, groups=40))).records

    @settings(max_examples=15)
    @given(seed=st.integers(0, 10**6))
    def test_may_have_its_lines_in_any_order(self, records, seed):
        """Lines are numbered anew: only the order differs."""
        shuffled = random.Random(seed).sample(records, len(records))
        again = ascof_2a([replace(record, line=line) for line, record in enumerate(shuffled)], PERIOD)
        once = ascof_2a(records, PERIOD)
        assert said(again) == said(once)
        assert again.totals == once.totals

    @settings(max_examples=15)
    @given(place=st.integers(0, 10**6))
    def test_is_measured_the_same_with_an_older_version_of_a_service(self, records, place):
        held = [record for record in records if record.event_type == "Service" and record.imported_at]
        older = replace(held[place % len(held)], line=10**6, ends_on=None, outcome=None, record_id="older")
        older = replace(older, imported_at=older.imported_at and older.imported_at.replace(year=2022))
        once, again = ascof_2a(records, PERIOD), ascof_2a([*records, older], PERIOD)
        assert said(again) == said(once)
        if held[place % len(held)].imported_at <= PERIOD.submitted_by:
            assert again.fates[-1].fate in (Fate.OLDER_VERSION, *_left_out())

    def test_gives_every_line_one_fate(self, records):
        assert [fate.record.line for fate in ascof_2a(records, PERIOD).fates] == [record.line for record in records]


def _left_out() -> tuple[Fate, ...]:
    return (
        Fate.NO_START_DATE,
        Fate.NOT_A_SERVICE_USER,
        Fate.STARTS_AFTER_PERIOD,
        Fate.COUNCIL_ID_KNOWN_WITH_NHS_NUMBER,
        Fate.NO_IDENTIFIER,
    )
