"""The groups of people that every measure of people can be split into, defined once."""

import ibis
from ibis.expr import types as ir

from homeward.outcomes.facts.reading import Facts
from homeward.outcomes.measures.definition import Measure

EQUITY = ("age", "sex", "ethnicity", "language", "locality", "deprivation")
NOT_RECORDED = "Not recorded"
UNDER_18 = "0-17"
# From this age on, until the next
AGE_BANDS = ((18, "18-64"), (65, "65-74"), (75, "75-84"), (85, "85 and over"))


def splits_of(measure: Measure) -> tuple[str, ...]:
    """Its own splits, and where its cases are of people, the groups that these are in."""
    return (*measure.splits, *EQUITY) if measure.is_of_people else measure.splits


def part_of(cases: ir.Table, facts: Facts, split: str) -> ir.Table:
    """The cases with their `part`: of one of the measure's own splits, or the group that the person is in."""
    if split not in EQUITY or split in cases.columns:
        return cases.mutate(part=cases[split].cast("string") if split else ibis.literal(""))
    cases = cases.select(*cases.columns)  # may end in a join of its own, to which this one would be added
    people = facts["people"].rename(lambda name: f"equity_{name}")
    both = cases.left_join(people, [("person_id", "equity_person_id")])
    group = _age_band(both) if split == "age" else both[f"equity_{split}"]
    return both.mutate(part=group.fill_null(NOT_RECORDED)).select(*cases.columns, "part")


def _age_band(both: ir.Table) -> ir.StringValue:
    """The band of the age on the day of the case.

    The copy holds no day of birth: somebody is a year older from the first of their month on, and where the month is
    not known, from January on.
    """
    is_before = both.day.month() < both.equity_birth_month.fill_null(1)
    age = both.day.year() - both.equity_birth_year - ibis.ifelse(is_before, 1, 0)
    band: ir.Value = ibis.ifelse(age.notnull(), UNDER_18, ibis.null("string"))
    for start, name in AGE_BANDS:
        band = ibis.ifelse(age >= start, name, band)
    return band
