"""Facts of reablement as the national measure ASCOF 2A counts it, from what our own return would say."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from homeward.assessments.models import FilledForm
from homeward.commissioning.models import FundingShare, Package
from homeward.episodes.models import Episode
from homeward.kernel.rules import london_day, months_later, year_begins
from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.measure_2a import ascof_2a
from homeward.outcomes.ascof.reading import records_of
from homeward.outcomes.ascof.records import Period
from homeward.outcomes.returns.cld.building import CODES, build_cld
from homeward.outcomes.returns.codes import Codes, read_codes
from homeward.outcomes.returns.months import Year
from homeward.people.models import Person
from homeward.plans.models import PlanReview
from homeward.referrals.models import Referral, ReferralEvent
from homeward.teams.selectors import all_service_ids

Keys = Collection[int] | None
SHORT_TERM_COLUMNS = {
    "person_id": "integer",
    "service_id": "integer",
    "day": "day",
    "outcome": "text",
    "left_out": "text",
    "is_counted": "boolean",
}
SHORT_TERM = "Short Term Support: ST-Max"
NEITHER_WAY = "neither_way"
# What becomes of reablement that ended in a year of which no result is made
LEFT_OUT = {
    Fate.ST_MAX_NOT_AFTER_NEW_REQUEST: "not_new",
    Fate.ST_MAX_OF_PERSON_WHO_DIED_BEFORE_PERIOD: "died",
}


def period_of(year: date, today: date) -> Period:
    """What a financial year is measured for: our own return, made the day after it ended, in one submission."""
    last = Year(year).last
    return Period(year, last, datetime.combine(last + timedelta(days=1), time.min), today)


def short_term(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Each spell of reablement that the national rules look at, year by year, and what they make of it.

    They look at each person's own events alone, so that one person can be worked out again without the rest.
    """
    codes, today = read_codes(CODES), london_day(now)
    for service_id in all_service_ids():
        mine = Referral.objects.filter(service_id=service_id, person__isnull=False)
        bought = Package.objects.filter(service_id=service_id, started_on__isnull=False)
        if keys is not None:
            mine, bought = mine.filter(person_id__in=keys), bought.filter(person_id__in=keys)
        begins = [
            *(london_day(one) for one in mine.order_by("received_at").values_list("received_at", flat=True)[:1]),
            *bought.order_by("started_on").values_list("started_on", flat=True)[:1],
        ]
        if not begins:
            continue
        year = year_begins(min(begins))
        while year <= today:
            yield from _of_year(service_id, year, codes, keys, today)
            year = months_later(year, 12)


def _of_year(service_id: int, year: date, codes: Codes, keys: Keys, today: date) -> Iterator[tuple]:
    period = period_of(year, today)
    rows = build_cld(service_id, Year(year), codes, keys).rows["CLD"]
    found = ascof_2a(records_of(rows, period.submitted_by), period)
    persons = _persons(service_id, {one.record.council_person for one in found.fates})
    of_line = {one.record.line: one.record for one in found.fates}
    for result in found.results:
        if result.merged_into is None:
            if not result.in_denominator and all(of_line[line].ends_on is None for line in result.cluster_lines):
                continue  # still open: nothing came of it yet
            person_id = persons[of_line[result.cluster_lines[0]].council_person]
            why = "" if result.in_denominator else NEITHER_WAY
            outcome = result.final_outcome_mapped or ""
            yield person_id, service_id, result.cluster_ends_on, outcome, why, result.in_numerator
    for one in found.fates:
        if one.at_st_max in LEFT_OUT:
            day = one.record.ends_on
            if day is not None and period.first <= day <= period.last:
                yield persons[one.record.council_person], service_id, day, "", LEFT_OUT[one.at_st_max], False


def _persons(service_id: int, references: Collection[str | None]) -> dict[str | None, int]:
    """The people of a service by reference: each service gives its own, which another may give too."""
    found: dict[str | None, int] = {}
    asked = sorted(one for one in references if one)
    for start in range(0, len(asked), 5000):
        some = Person.objects.filter(service_id=service_id, reference__in=asked[start : start + 5000])
        found |= dict(some.values_list("reference", "pk"))
    return found


def _of(model, path: str):
    def find(numbers: Collection[int]) -> Collection[int]:
        return set(model.objects.filter(pk__in=numbers, **{f"{path}__isnull": False}).values_list(path, flat=True))

    return find


def who_goes_on(first: date, last: date) -> Collection[int]:
    """Whose reablement is open: the rules take it to end today."""
    codes = read_codes(CODES)
    pathways = [one["pathway"] for one in codes.lists["services"]]
    kinds = [one["kind"] for one in codes.lists["packages"] if one["type"] == SHORT_TERM]
    episodes = Episode.objects.filter(ended_at__isnull=True, person__isnull=False, pathway__code__in=pathways)
    packages = Package.objects.filter(started_on__isnull=False, ended_on__isnull=True, kind__in=kinds)
    return {*episodes.values_list("person_id", flat=True), *packages.values_list("person_id", flat=True)}


# Whose a row was before it was deleted, by the copy's own tables
_CHANGED = "WHERE person_id IS NOT NULL AND id IN (SELECT number FROM changed_numbers)"
SPANS = {
    "referrals_referral": f"SELECT person_id FROM referrals {_CHANGED}",  # nosec B608
    "episodes_episode": f"SELECT person_id FROM episodes {_CHANGED}",  # nosec B608
    "commissioning_package": f"SELECT person_id FROM packages {_CHANGED}",  # nosec B608
}


def person_of_span(person_id: int, today: date) -> tuple[int]:
    """The person themselves."""
    return (person_id,)


FOLLOWED_BY_PERSONS = {
    "people_person": lambda numbers: numbers,
    "referrals_referral": _of(Referral, "person_id"),
    "referrals_referralevent": _of(ReferralEvent, "referral__person_id"),
    "episodes_episode": _of(Episode, "person_id"),
    "commissioning_package": _of(Package, "person_id"),
    "commissioning_fundingshare": _of(FundingShare, "package__person_id"),
    "assessments_filledform": _of(FilledForm, "person_id"),
    "plans_planreview": _of(PlanReview, "plan__episode__person_id"),
}
