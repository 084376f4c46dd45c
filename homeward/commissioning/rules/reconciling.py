"""Reconciling an invoice's lines to the visits that were delivered.

Each line is tied to at most one worker's visit and each visit to at most one line. What is found is a proposal: what
the record supports paying, and why. Somebody decides.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from homeward.commissioning.rules.prices import NoPriceError, Terms, price_of
from homeward.commissioning.rules.reading import Billed
from homeward.commissioning.states import Finding

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Delivered:
    """One worker's visit as it happened. `key` is (visit, slot); `is_invoiced` where an earlier line has it."""

    key: tuple[int, int]
    person: str
    day: date
    starts_at: str
    minutes: int
    is_invoiced: bool = False


@dataclass(frozen=True, slots=True)
class Bought:
    """A package as reconciling needs it; several of one person may follow one another. `ends_on` is its last day."""

    key: int
    person: str
    kind: str
    starts_on: date
    ends_on: date | None
    suspended: frozenset[date] = frozenset()

    def holds_on(self, day: date) -> bool:
        """Whether it is under way on a day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one line: `pence` is what the record supports paying."""

    number: int
    finding: Finding
    pence: int
    why: str
    package: int | None = None
    visit: tuple[int, int] | None = None
    delivered_minutes: int | None = None


def reconcile(
    lines: Sequence[Billed], packages: Collection[Bought], delivered: Collection[Delivered], terms: Terms
) -> list[Found]:
    """What is found of each line, in the order of the lines."""
    bought: Mapping[str, list[Bought]] = defaultdict(list)
    for one in packages:
        bought[one.person].append(one)
    found: dict[int, Found] = {}
    payable: dict[tuple[str, date], list[tuple[Billed, Bought]]] = defaultdict(list)
    for line in lines:
        theirs = bought.get(line.person, [])
        package = next((one for one in theirs if one.holds_on(line.day)), None)
        if not theirs:
            found[line.number] = Found(
                line.number, Finding.UNKNOWN_PERSON, 0, "No package of this provider is for this reference."
            )
        elif package is None:
            found[line.number] = Found(line.number, Finding.OUT_OF_DATES, 0, _dates(theirs), theirs[-1].key)
        elif line.day in package.suspended:
            found[line.number] = Found(
                line.number, Finding.SUSPENDED, 0, "Nothing is paid while a package is suspended.", package.key
            )
        else:
            payable[line.person, line.day].append((line, package))
    visits: Mapping[tuple[str, date], list[Delivered]] = defaultdict(list)
    for one in delivered:
        visits[one.person, one.day].append(one)
    for key, pairs in payable.items():
        for one in _of_a_day(pairs, visits.get(key, []), terms):
            found[one.number] = one
    return [found[line.number] for line in lines]


def _of_a_day(pairs: Sequence[tuple[Billed, Bought]], visits: Sequence[Delivered], terms: Terms) -> list[Found]:
    """The lines of one person and day, tied to visits by nearest start, then nearest length, then order."""
    near = sorted(
        (_apart(line.starts_at, visit.starts_at), abs(line.minutes - visit.minutes), line.number, visit.key, index, at)
        for index, (line, _) in enumerate(pairs)
        for at, visit in enumerate(visits)
        if _apart(line.starts_at, visit.starts_at) <= terms.start_tolerance and not visit.is_invoiced
    )
    tied: dict[int, Delivered] = {}
    taken: set[int] = set()
    for *_, index, at in near:
        if index not in tied and at not in taken:
            tied[index] = visits[at]
            taken.add(at)
    return [
        _of_visit(line, package, tied[index], terms) if index in tied else _of_nothing(line, package, visits, terms)
        for index, (line, package) in enumerate(pairs)
    ]


def _of_nothing(line: Billed, package: Bought, visits: Sequence[Delivered], terms: Terms) -> Found:
    close = [one for one in visits if _apart(line.starts_at, one.starts_at) <= terms.start_tolerance]
    if close:
        before = "an earlier invoice" if any(one.is_invoiced for one in close) else "another line"
        return Found(line.number, Finding.TWICE, 0, f"The visit is on {before} already.", package.key)
    return Found(
        line.number, Finding.NOT_DELIVERED, 0,
        f"No visit that began within {terms.start_tolerance} minutes of {line.starts_at} is on record.", package.key,
    )  # fmt: skip


def _of_visit(line: Billed, package: Bought, visit: Delivered, terms: Terms) -> Found:
    kind = line.kind or package.kind
    over = line.minutes - visit.minutes
    is_off = abs(over) > terms.length_tolerance
    # nobody is paid for more than was delivered; who bills less is paid what they bill
    counted = visit.minutes if is_off and over > 0 else line.minutes
    try:
        right = price_of(terms, package.kind, line.day, line.starts_at, counted, line.tenth_miles)
        as_billed = price_of(terms, package.kind, line.day, line.starts_at, line.minutes, line.tenth_miles)
    except NoPriceError as error:
        return Found(line.number, Finding.WRONG_RATE, 0, str(error), package.key, visit.key, visit.minutes)
    told = []
    if is_off:
        told.append(f"Billed {line.minutes} minutes, delivered {visit.minutes}.")
    if kind != package.kind:
        told.append("Billed as another kind of care than the package.")
    if line.pence != as_billed:
        told.append(f"By the contract {line.minutes} minutes cost {_pounds(as_billed)}, billed {_pounds(line.pence)}.")
    if is_off:
        finding = Finding.TOO_LONG if over > 0 else Finding.TOO_SHORT
    elif line.pence != as_billed or kind != package.kind:
        finding = Finding.WRONG_RATE
    else:
        finding = Finding.MATCHED
    # and nobody is paid more than they ask for
    pence = min(right, line.pence)
    return Found(line.number, finding, pence, " ".join(told), package.key, visit.key, visit.minutes)


def _apart(one: str, other: str) -> int:
    """Minutes between two times by the clock on the wall, the short way round midnight."""
    apart = abs(_minutes(one) - _minutes(other))
    return min(apart, DAY_MINUTES - apart)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _dates(theirs: Sequence[Bought]) -> str:
    last = theirs[-1]
    until = f" to {last.ends_on:%d/%m/%Y}" if last.ends_on else ""
    return f"The package ran from {last.starts_on:%d/%m/%Y}{until}."


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"
