"""What a ward list changes of a stay that is known, and whom it leaves out. Pure Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class KnownStay:
    """What is known of a stay, as a list would say it. `said`: by the column's name, "" where not known."""

    number: int
    ward: str
    is_open: bool
    said: Mapping[str, str]
    is_met: bool | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a list changes: the column, what is known and what the list says; "" for nothing."""

    column: str
    before: str
    after: str


def changes(known: KnownStay, said: Mapping[str, str]) -> tuple[Change, ...]:
    """What a row changes. What it leaves empty takes nothing away."""
    return tuple(
        Change(column, known.said.get(column, ""), value)
        for column, value in said.items()
        if value and value != known.said.get(column, "")
    )


def left_out(known: Iterable[KnownStay], listed: Iterable[int], wards: Iterable[str] | None) -> list[int]:
    """The open stays that a list leaves out, by their numbers.

    `listed`: the stays that are on it; `wards`: those it is about, None where it is about all that its sender tells of.
    """
    on_it = set(listed)
    about = None if wards is None else {ward.casefold() for ward in wards}
    return [
        stay.number
        for stay in known
        if stay.is_open and stay.number not in on_it and (about is None or stay.ward.casefold() in about)
    ]
