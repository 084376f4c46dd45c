"""Records that may be of one person, and merges of them."""

from dataclasses import dataclass
from datetime import date

from homeward.kernel.rules import london_day
from homeward.people.linking.fields import CHOICES, HOME
from homeward.people.linking.selectors import SideBySide
from homeward.people.selectors import current_addresses
from homeward.people.states import DuplicateState
from homeward.web.persons import (
    address_words,
    age_words,
    born_words,
    ethnicity_words,
    nhs_number_and_trust,
    short_day,
)
from homeward.web.words import listed

# How strongly one comparison speaks, by its weight in bits: (at least, words, colour of the tag)
STRENGTHS = (
    (8, "Speaks strongly for", "green"),
    (2, "Speaks for", "green"),
    (-2, "Says little", "grey"),
    (-6, "Speaks against", "orange"),
    (float("-inf"), "Speaks strongly against", "red"),
)
CERTAIN = 0.995  # above this a percentage would round to a certainty that nobody has


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair in the list."""

    id: int
    first: str
    first_facts: str
    second: str
    second_facts: str
    likelihood: str
    why: str
    note: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """The list, and what to say of how many there are."""

    said: str
    pairs: tuple[PairRow, ...]


@dataclass(frozen=True, slots=True)
class Clue:
    """What one comparison found and how strongly it speaks."""

    found: str
    strength: str
    colour: str


@dataclass(frozen=True, slots=True)
class Part:
    """One thing both records say: whose is right can be chosen where they differ."""

    name: str
    title: str
    first: str
    second: str
    is_different: bool
    is_second_chosen: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One of the two."""

    id: int
    name: str
    reference: str
    has: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two records side by side."""

    id: int
    first: Record
    second: Record
    likelihood: str
    clues: tuple[Clue, ...]
    parts: tuple[Part, ...]
    warning: str
    decided: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge, to be read about and undone."""

    id: int
    kept_id: int
    kept: str
    merged: str
    said: str
    reason: str
    moved: str


@dataclass(frozen=True, slots=True)
class Merges:
    """What was merged into a record; `came_from` names the one whose address led here."""

    came_from: str
    merges: tuple[Merge, ...]


def present_pairs(pairs: list, day: date, most: int) -> Pairs:
    """The list of pairs to decide on; `pairs` may be one more than are shown."""
    rows = tuple(
        PairRow(
            id=pair.pk,
            first=pair.first.label,
            first_facts=_facts(pair.first, day),
            second=pair.second.label,
            second_facts=_facts(pair.second, day),
            likelihood=likelihood_words(pair.likelihood),
            why=_why(pair.reasons),
            note=f"Not sure yet: {pair.note or 'no note'} ({pair.decided_by})"
            if pair.state == DuplicateState.UNSURE
            else "",
        )
        for pair in pairs[:most]
    )
    if not rows:
        return Pairs("Nothing to decide. Records are compared when somebody runs “homeward people duplicates”.", ())
    more = f"The {most} likeliest pairs" if len(pairs) > most else f"{len(rows)} pair{'' if len(rows) == 1 else 's'}"
    return Pairs(f"{more} to decide", rows)


def present_side_by_side(pair: SideBySide, form, day: date) -> Compared:
    """Two records side by side; `form` holds what was chosen so far."""
    first, second, duplicate = pair.first, pair.second, pair.duplicate
    parts = []
    for name, choice in CHOICES.items():
        one, other = _value(first, name, day), _value(second, name, day)
        if one or other:
            chosen = form.typed(f"value_{name}")
            is_different = one != other
            parts.append(Part(name, choice.title, one, other, is_different, chosen == str(second.pk)))
    both_verified = all(one.nhs_number_status == "verified" for one in (first, second))
    warning = ""
    if both_verified and first.nhs_number != second.nhs_number:
        warning = (
            "Both NHS numbers are verified and they differ. Two people is likelier: merge only after the national"
            " record says that one number has replaced the other."
        )
    is_open = duplicate.state in (DuplicateState.OPEN, DuplicateState.UNSURE) and not (
        first.merged_into_id or second.merged_into_id
    )
    return Compared(
        id=duplicate.pk,
        first=Record(first.pk, first.label, first.reference, _has(pair.first_has)),
        second=Record(second.pk, second.label, second.reference, _has(pair.second_has)),
        likelihood=likelihood_words(duplicate.likelihood),
        clues=tuple(_clue(found, weight) for _, found, weight in duplicate.reasons),
        parts=tuple(parts),
        warning=warning,
        decided=_decided(duplicate),
        is_open=is_open,
    )


def present_merges(merges: list, came_from: int | None) -> Merges:
    """What was merged into a record. `came_from` is the number of a merged record whose address was opened."""
    opened = next((one.merged.reference for one in merges if one.merged_id == came_from), "")
    if came_from and not opened:
        opened = "you opened"
    return Merges(opened, tuple(present_merge(one) for one in merges))


def present_merge(merge) -> Merge:
    """One merge in words."""
    counts: dict[str, int] = {}
    for row in merge.rows.all():
        if row.is_moved:
            name = row.table.split(".")[-1]
            counts[name] = counts.get(name, 0) + 1
    moved = sum(counts.values())
    return Merge(
        id=merge.pk,
        kept_id=merge.kept_id,
        kept=f"{merge.kept.label} ({merge.kept.reference})",
        merged=f"{merge.merged.label} ({merge.merged.reference})",
        said=f"Merged on {short_day(london_day(merge.merged_at))} by {merge.merged_by_name}",
        reason=merge.reason,
        moved=f"{moved} {'thing' if moved == 1 else 'things'} about {merge.merged.reference} moved to"
        f" {merge.kept.reference}",
    )


def likelihood_words(likelihood: float) -> str:
    """A likelihood as people read it: 93% likely."""
    return "Over 99% likely" if likelihood >= CERTAIN else f"{round(likelihood * 100)}% likely"


def _facts(person, day: date) -> str:
    number = nhs_number_and_trust(person)
    return ", ".join(filter(None, (age_words(person, day), f"NHS number {number.lower()}", person.reference)))


def _why(reasons: list) -> str:
    words = "; ".join(found for _, found, weight in reasons if weight > 0)
    return words[:1].upper() + words[1:]


def _clue(found: str, weight: float) -> Clue:
    words, colour = next((words, colour) for least, words, colour in STRENGTHS if weight >= least)
    return Clue(found[:1].upper() + found[1:], words, colour)


def _decided(duplicate) -> str:
    if duplicate.state in (DuplicateState.OPEN, DuplicateState.GONE) or duplicate.decided_at is None:
        return ""
    day = short_day(london_day(duplicate.decided_at))
    said = f"{DuplicateState(duplicate.state).label}: {duplicate.decided_by}, {day}"
    return f"{said}. {duplicate.note}" if duplicate.note else said


def _has(counts: dict[str, int]) -> str:
    said = [f"{count} {name if count != 1 else name.removesuffix('s')}" for name, count in counts.items()]
    return listed(said) if said else "nothing else"


def _value(person, name: str, day: date) -> str:
    """What a record says of one part, in words; empty when it says nothing."""
    if name == "name":
        return f"{person.given_name} {person.family_name}".strip()
    if name == "birth":
        born, age = born_words(person, day)
        return "" if born == "Not known" else f"{born} ({age})" if age else born
    if name == "nhs_number":
        return nhs_number_and_trust(person) if person.nhs_number else ""
    if name == HOME:
        homes = [one for one in current_addresses(person, day) if one.kind == "home"]
        return address_words(homes[0]) if homes else ""
    if name == "gender":
        return "" if person.gender == "unknown" else person.get_gender_display()
    if name == "ethnicity":
        return ethnicity_words(person) if person.ethnic_category else ""
    if name == "language":
        return f"{person.language}{', interpreter needed' if person.needs_interpreter else ''}"
    if name == "gp_practice":
        return person.gp_practice.name if person.gp_practice else ""
    if name == "lives_alone":
        return {None: "", True: "Yes", False: "No"}[person.lives_alone]
    if name == "died_on":
        return short_day(person.died_on) if person.died_on else ""
    return getattr(person, name)
