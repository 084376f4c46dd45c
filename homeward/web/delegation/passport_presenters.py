"""The finished words of a passport, and of what a stranger is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import segno
from django.urls import reverse
from markupsafe import Markup

from homeward.delegation.selectors import Verified
from homeward.kernel.rules import london_day
from homeward.procedures.selectors import skill_title
from homeward.web.delegation.presenters import due_tag
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day

QR_SCALE = 3  # millimetres of a printed square do not shrink below what a phone reads


@dataclass(frozen=True, slots=True)
class Entry:
    """One sign-off, with the square that leads a stranger to the page on which it can be checked."""

    title: str
    whom: str
    by: str
    signed: str
    state: Tag
    address: str
    square: Markup


@dataclass(frozen=True, slots=True)
class Passport:
    """What a worker shows."""

    worker_id: int
    name: str
    job: str
    employer: str
    entries: tuple[Entry, ...]
    ended: int
    printed: str


def _in_force(row, today: date) -> bool:
    return row.withdrawn_at is None and (row.ends_on is None or row.ends_on >= today)


def _whom(row) -> str:
    # whom it is for stays out: a passport leaves the house
    return "For one named person" if row.person_id else "For everyone it is delegated for"


def _by(row) -> str:
    if row.signed_by is None:
        return "Carried over from before sign-offs were kept"
    return f"{row.signed_by.label}, {row.signed_by.job_title}, {row.signed_by.organisation.name}"


def present_passport(who, rows: Iterable, today: date, site: str) -> Passport:
    """A worker's sign-offs in force; several by name for the same competence stand once, with the one that lasts."""
    rows = list(rows)
    latest: dict[tuple[str, bool], object] = {}
    counts: dict[tuple[str, bool], int] = {}
    for row in rows:
        if not _in_force(row, today):
            continue
        key = (row.competence, row.person_id is None)
        counts[key] = counts.get(key, 0) + 1
        if key not in latest or (row.ends_on or date.max) > (latest[key].ends_on or date.max):
            latest[key] = row
    entries = []
    for key, row in sorted(latest.items(), key=lambda one: skill_title(one[0][0])):
        address = site + reverse("verify", args=[row.passport_code])
        whom = _whom(row) if counts[key] == 1 or row.person_id is None else f"For {counts[key]} named people"
        entries.append(
            Entry(
                title=skill_title(row.competence), whom=whom, by=_by(row), signed=short_day(london_day(row.signed_at)),
                state=due_tag(row.ends_on, today), address=address,
                square=Markup(segno.make(address, micro=False).svg_inline(scale=QR_SCALE, border=2)),  # nosec B704
            )
        )  # fmt: skip
    return Passport(
        worker_id=who.pk, name=who.label, job=who.job_title, employer=who.organisation.name, entries=tuple(entries),
        ended=sum(not _in_force(row, today) for row in rows), printed=short_day(today),
    )  # fmt: skip


def passport_file(who, rows: Iterable, today: date, site: str) -> dict:
    """Every sign-off of a worker as plain JSON: days are ISO 8601, and nobody they care for is named."""
    return {
        "what": "Competence passport",
        "made_on": today.isoformat(),
        "worker": {"name": who.label, "job": who.job_title, "employer": who.organisation.name},
        "sign_offs": [
            {
                "competence": row.competence,
                "title": skill_title(row.competence),
                "for_one_named_person": row.person_id is not None,
                "signed_by": _by(row),
                "signed_on": london_day(row.signed_at).isoformat(),
                "until": row.ends_on.isoformat() if row.ends_on else None,
                "in_force": _in_force(row, today),
                "withdrawn_on": london_day(row.withdrawn_at).isoformat() if row.withdrawn_at else None,
                "verify": site + reverse("verify", args=[row.passport_code]),
            }
            for row in rows
        ],
    }


@dataclass(frozen=True, slots=True)
class Checked:
    """What a stranger is told of a code."""

    competence: str
    employer: str
    signed_by: str
    whom: str
    state: Tag
    until: str


def present_verified(found: Verified | None, today: date) -> Checked | None:
    """A checked code in words; None where it stands for nothing."""
    if found is None:
        return None
    return Checked(
        competence=found.competence,
        employer=found.employer,
        signed_by=found.signed_by,
        whom="One named person" if found.is_for_one_person else "Everyone it is delegated for",
        state=Tag(found.says, "green" if found.in_force else "red"),
        until=short_day(found.until) if found.until else "No end",
    )
