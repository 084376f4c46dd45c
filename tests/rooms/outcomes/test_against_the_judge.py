"""Our measure and an independent judge say the same of every record of generated files."""

from collections import Counter
from datetime import date, datetime

import pytest

from homeward.outcomes.ascof import lists
from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.measure_2a import Ascof2A, ascof_2a
from homeward.outcomes.ascof.reading import read_file
from homeward.outcomes.ascof.records import Period
from tests.rooms.outcomes.care_files import FIRST, LAST, SUBMITTED_BY, TODAY, nasty_file, realistic_file, write
from tests.rooms.outcomes.judge import Judgement, judge

pytestmark = pytest.mark.any_engine

PERIOD = Period(
    date.fromisoformat(FIRST),
    date.fromisoformat(LAST),
    datetime.fromisoformat(SUBMITTED_BY),
    date.fromisoformat(TODAY),
)
NOT_HELD = {
    Fate.NOT_A_SERVICE_USER,
    Fate.EVENT_TYPE_NOT_COUNTED,
    Fate.NO_START_DATE,
    Fate.STARTS_AFTER_PERIOD,
    Fate.NO_BIRTH_MONTH_OR_YEAR,
    Fate.DIED_BEFORE_PERIOD,
    Fate.NO_IDENTIFIER,
    Fate.NO_RECORD_ID,
    Fate.COUNCIL_ID_KNOWN_WITH_NHS_NUMBER,
    Fate.NO_IMPORT_DATE,
    Fate.SUBMITTED_TOO_LATE,
    Fate.OLDER_VERSION,
    Fate.DUPLICATE,
}
# The judge's short words for the texts of the national table
SAID = {
    lists.EARLY_CESSATION: "early",
    "No services provided – needs identified but self-funding": "self-funding",
    "No services provided – needs identified but support declined": "declined",
    lists.UNIVERSAL: "universal",
    lists.NO_SERVICES_OTHER: "other",
    lists.NO_SERVICES_OTHER_WITH_HYPHEN: "other with hyphen",
    lists.LONG_TERM: "long term",
    lists.LOW_LEVEL: "low level",
    lists.OTHER_SHORT_TERM: "other short term",
    lists.NO_SERVICE_FOUND: "no service found",
    "Unable_To_Classify": "unable_to_classify",
}


def folded(text: str | None) -> str | None:
    return text and text.rstrip().lower()


def shortened(mapped: str | None) -> str | None:
    if mapped and mapped.startswith("No_Chronology_"):
        return "no_chronology_" + SAID[mapped.removeprefix("No_Chronology_")]
    return mapped and SAID[mapped]


def rows_of(measure: Ascof2A) -> Counter:
    """Rows as the judge writes them: of record type 3 it knows the person, not the cluster."""
    return Counter(
        (
            r.record_type,
            folded(r.council),
            folded(r.person_id),
            None if r.record_type == 3 else r.cluster_starts_on.isoformat(),
            None if r.record_type == 3 else r.cluster_ends_on.isoformat(),
            folded(r.final_outcome),
            shortened(r.final_outcome_mapped),
        )
        for r in measure.results
        if r.merged_into is None
    )


def lines_of(measure: Ascof2A) -> dict[str, set[int]]:
    """Lines by what became of them, as the judge names it."""
    return {
        "held_at_requests": {f.record.line for f in measure.fates if f.at_requests not in NOT_HELD},
        "held_at_st_max": {f.record.line for f in measure.fates if f.at_st_max not in NOT_HELD},
        "in_clusters": {line for r in measure.results for line in r.cluster_lines},
        "found": {line for r in measure.results for line in r.follower_lines},
    }


def differences(measure: Ascof2A, judgement: Judgement) -> list[str]:
    ours, theirs = rows_of(measure), Counter(judgement.rows)
    found = [f"only ours {row}" for row in (ours - theirs)] + [f"only the judge's {row}" for row in (theirs - ours)]
    for name, lines in lines_of(measure).items():
        found += [f"{name}: {line}" for line in sorted(lines ^ getattr(judgement, name))]
    reached = {Fate.FOLLOWED, Fate.DECIDED}
    for fate in measure.fates:  # a line in a cluster of its own shows that fate, also when it followed another
        is_reached = fate.record.line in judgement.reached
        if (fate.at_st_max in reached) != is_reached and fate.at_st_max is not Fate.IN_ST_MAX_CLUSTER:
            found.append(f"reached: {fate.record.line} {fate.at_st_max}")
    totals = {folded(code): (t.numerator, t.denominator) for code, t in measure.totals.items() if t.denominator}
    if totals != judgement.totals:
        found.append(f"totals {totals} {judgement.totals}")
    return found


def compared(lines: list[dict], tmp_path) -> tuple[Ascof2A, list[str]]:
    file = read_file(write(tmp_path / "cld.csv", lines))
    assert not file.faults
    measure = ascof_2a(file.records, PERIOD)
    return measure, differences(measure, judge(lines, first=FIRST, last=LAST, submitted_by=SUBMITTED_BY, today=TODAY))


class TestAscof2A:
    @pytest.mark.parametrize("seed", range(2))
    def test_agrees_with_the_judge_on_realistic_files(self, seed, tmp_path):
        measure, found = compared(realistic_file(seed), tmp_path)
        assert found == []
        assert measure.everywhere.denominator > 20

    @pytest.mark.parametrize("seed", range(4))
    def test_agrees_with_the_judge_on_nasty_files(self, seed, tmp_path):
        measure, found = compared(nasty_file(seed), tmp_path)
        assert found == []
        assert {result.record_type for result in measure.results} == {1, 2, 3, 4, 5}
