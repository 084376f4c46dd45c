"""The delays of a week as a CSV that may leave the service: totals only, with small numbers of people left out.

The categories are those NHS England publishes. What its own collection calls its columns could not be read, so the
headings are ours and can be set: `settings.DELAYS_FILE_COLUMNS`. docs/rules/delays.md.
"""

from collections.abc import Iterable

from django.conf import settings

from homeward.discharge.rules.delays import BANDS, NO_REASON, without_small_numbers
from homeward.discharge.selectors.delays import Delays
from homeward.discharge.states import DELAY_FAMILIES, DESTINATION_PATHWAY, DelayReason, Destination
from homeward.referrals.rules import written_csv

# As the acute discharge situation report of 2024-25 names them
NO_LONGER = "Number of patients who no longer meet the criteria to reside"
DISCHARGED = "Number of patients discharged"
REMAINING = "Number of patients remaining in hospital who no longer meet the criteria to reside"
REASONS = "Patients remaining in hospital, by reason for delay"
BED_DAYS = "Bed days lost, by reason for delay"
DESTINATIONS = "Patients discharged, by pathway and destination"
READY = "Discharges by days after the discharge ready date"
LONG = "Patients remaining with a length of stay of so many days or over, and their additional bed days"

Line = tuple[str, str, str, int | None]  # period, measure, category, number; None where it is too small


def week_as_file(delays: Delays, organisation: str) -> str:
    """A week as CSV, a number a line. A number of people that is too small says so instead."""
    below = settings.SMALLEST_NUMBER
    lines = [list(settings.DELAYS_FILE_COLUMNS)]
    for period, measure, category, number in _lines(delays, below):
        said = f"fewer than {below}, or left out" if number is None else str(number)
        lines.append([period, organisation, measure, category, said])
    return written_csv(lines)


def _lines(delays: Delays, below: int) -> Iterable[Line]:
    week = f"{delays.first.isoformat()} to {delays.last.isoformat()}"
    for one in delays.positions:
        numbers = without_small_numbers([one.no_longer_meeting, one.discharged, one.remaining], below)
        for measure, number in zip((NO_LONGER, DISCHARGED, REMAINING), numbers):
            yield one.day.isoformat(), measure, "", number
    codes = [*DelayReason.values, NO_REASON]
    people = [delays.waiting[code].people if code in delays.waiting else 0 for code in codes]
    shown = without_small_numbers(people, below)
    for code, number in zip(codes, shown):
        yield week, REASONS, _reason(code), number
    for code, number in zip(codes, shown):
        days = delays.waiting[code].days if code in delays.waiting else 0
        # days of a few people tell as much as how few they are
        yield week, BED_DAYS, _reason(code), None if number is None else days
    destinations = [*Destination, None]
    counts = [delays.destinations.get(one.value if one else "", 0) for one in destinations]
    for one, number in zip(destinations, without_small_numbers(counts, below)):
        yield week, DESTINATIONS, _destination(one), number
    for (_, _, label), number in zip(BANDS, without_small_numbers(delays.leaving.bands, below)):
        yield week, READY, label, number
    least = list(delays.long)
    shown = without_small_numbers([delays.long[one].people for one in least], below)
    for days, number in zip(least, shown):
        yield delays.last.isoformat(), LONG, f"{days} days or over: patients", number
        total = None if number is None else delays.long[days].days
        yield delays.last.isoformat(), LONG, f"{days} days or over: additional bed days", total


def _reason(code: str) -> str:
    if code == NO_REASON:
        return "Not recorded"
    return f"{DELAY_FAMILIES[code].label} – {DelayReason(code).label}"


def _destination(one: Destination | None) -> str:
    return f"{DESTINATION_PATHWAY[one.value].label}: {one.label}" if one else "Not recorded"
