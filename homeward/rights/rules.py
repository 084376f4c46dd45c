"""When an answer is due, which readings are odd, and how long a record is kept. Pure: no database, no clock."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from homeward.kernel.rules import months_later

# UK GDPR article 12(3): without undue delay and within one month; two further months where requests are complex or many
MONTHS_TO_ANSWER = 1
MONTHS_OF_EXTENSION = 2

# The actions that open somebody's record by itself, not in a list
OPENINGS = frozenset({"open record", "see key safe", "open visit", "open referral", "open episode"})
REFUSAL = "refused record"

# Thresholds of what is worth a look: local decisions, no guidance gives them (docs/guides/privacy.md)
MANY_AT_LEAST = 20  # different people's records in one hour; fewer is never many
MANY_TIMES_OWN = 3.0  # ... and this many times the reader's own busiest hour on a usual day
MANY_TIMES_PEERS = 2.0  # ... and this many times the busiest hour of others in the role
USUAL_DAYS = 28  # what is usual is looked for in so many days before
REFUSALS_A_DAY = 3  # records a reader was refused on one day
OFF_SHIFT_AFTER = timedelta(hours=1)  # before a shift begins or after it ends
AFTER_DEATH = timedelta(days=30)  # records are rightly opened for a time after a death

# Years a record is kept after the last thing in it: a council's schedule that cites the Records Management Code of
# Practice (8 years after care ends; 2 where there was only an initial contact). Configuration: HOMEWARD_RETENTION.
CARE, CONTACT = "care", "contact"


def answer_due(received_on: date, is_extended: bool = False) -> date:
    """By when a request must be answered."""
    return months_later(received_on, MONTHS_TO_ANSWER + (MONTHS_OF_EXTENSION if is_extended else 0))


def appraisal_due(last_on: date, kind: str, years: Mapping[str, int]) -> date:
    """From when somebody must decide what becomes of a record whose last entry was on this day."""
    return months_later(last_on, 12 * years[kind])


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever opened a record, as far as the service knows them. Empty is not known."""

    account_id: int
    name: str
    postcode: str = ""
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """Whose record was opened."""

    person_id: int
    given_name: str
    family_name: str
    postcode: str = ""
    is_staff: bool = False
    died_on: date | None = None


def name_key(name: str) -> str:
    """A name for comparing: letters of any case, single spaces."""
    return " ".join(name.casefold().split())


def postcode_sector(postcode: str) -> str:
    """All of a postcode but its last two letters, some 3,000 homes: "DE1 3" of "DE1 3DA"; empty for anything else."""
    squeezed = postcode.replace(" ", "").upper()
    return f"{squeezed[:-3]} {squeezed[-3]}" if len(squeezed) >= 5 else ""


def odd_about(reader: Reader, opened: Opened, staff_names: Collection[str], day: date) -> list[tuple[str, str]]:
    """What is odd about one reading of one record, as (kind, reason); a reason names nobody.

    `staff_names` are name keys of everyone with an account. What is nearer says what is farther: a reader's own record
    is not also said to bear their family name.
    """
    odd = []
    full, family = name_key(f"{opened.given_name} {opened.family_name}"), name_key(opened.family_name)
    reader_name = name_key(reader.name)
    if reader.person_id == opened.person_id:
        odd.append(("own_record", "The reader is on record as this person"))
    elif full and full == reader_name:
        odd.append(("own_name", "The person has the reader's own name"))
    elif family and family == reader_name.split(" ")[-1]:
        odd.append(("family_name", "The person has the reader's family name"))
    if reader.person_id != opened.person_id and full != reader_name and (opened.is_staff or full in staff_names):
        why = (
            "The record is marked as of somebody who works here"
            if opened.is_staff
            else "Somebody with this name works here"
        )
        odd.append(("colleague", why))
    sector = postcode_sector(opened.postcode)
    if sector and reader.person_id != opened.person_id and sector == postcode_sector(reader.postcode):
        odd.append(("neighbour", f"The person lives in {sector}, and so does the reader"))
    if opened.died_on and day - opened.died_on > AFTER_DEATH:
        odd.append(("after_death", f"Opened {(day - opened.died_on).days:,} days after the person died"))
    return odd


def is_many(opened: int, own: Sequence[int], peers: Iterable[Sequence[int]]) -> str:
    """Why so many records in one hour are worth a look; empty where they are not.

    `own` and each of `peers` are the busiest hours of earlier days, as different people's records.
    """
    if opened < MANY_AT_LEAST:
        return ""
    usual = median(own) if own else 0
    of_peers = [median(hours) for hours in peers if hours]
    others = median(of_peers) if of_peers else 0
    if opened < MANY_TIMES_OWN * usual or opened < MANY_TIMES_PEERS * others:
        return ""
    own_words = f"their own busiest hour is usually {usual:.0f}" if own else "they opened none in the weeks before"
    peer_words = f", that of others in the role {others:.0f}" if of_peers else ""
    return f"{opened} people's records in one hour; {own_words}{peer_words}"


def off_shift(at: datetime, shifts: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether a moment lies in no shift, nor within an hour of one. Without any shift nothing can be said: no."""
    return bool(shifts) and not any(starts - OFF_SHIFT_AFTER <= at <= ends + OFF_SHIFT_AFTER for starts, ends in shifts)


def names_in(text: str, names: Collection[str]) -> list[str]:
    """Which of these names a text mentions, whole words of any case."""
    folded = f" {name_key(''.join(one if one.isalnum() else ' ' for one in text))} "
    return [name for name in names if f" {name_key(name)} " in folded]
