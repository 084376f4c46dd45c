"""One timeline of everything any employer did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.urls import reverse

from homeward.kernel.rules import london_day
from homeward.people.selectors import Narrowing, TimelinePage
from homeward.people.states import NoteKind, PrintPurpose, Sensitivity
from homeward.web.people.presenters.words import near_moment
from homeward.web.persons import short_day
from homeward.web.templating import clock_text, day_text, moment_text

ENTRIES_A_PAGE = 50
# On the page of the record, which leads to the page of the timeline
NEWEST_SHOWN = 15
# Each kind of entry in words, and the colour of its tag. Kinds not listed show as their own word.
KINDS = {
    "note": ("Note", "grey"),
    "call": ("Call", "aqua-green"),
    "referral": ("Referral", "orange"),
    "triage": ("Triage", "orange"),
    "episode": ("Pathway", "green"),
    "plan": ("Plan", "purple"),
    "visit": ("Visit", "blue"),
    "alert": ("Alert", "red"),
    "visiting": ("Who may visit", "blue"),
    "document": ("Document", "yellow"),
    "form": ("Form", "purple"),
    NoteKind.OBSERVATION.value: (NoteKind.OBSERVATION.label, "blue"),
    NoteKind.FAMILY.value: (NoteKind.FAMILY.label, "aqua-green"),
    NoteKind.LETTER.value: (NoteKind.LETTER.label, "grey"),
    NoteKind.DECISION.value: (NoteKind.DECISION.label, "purple"),
    NoteKind.CONCERN.value: (NoteKind.CONCERN.label, "red"),
}
OTHER_KIND_COLOUR = "white"
# What an entry is about, and where that is: the url, whether it needs the person's number too, and the words
LEADS_TO = {
    "document": ("documents:open", True, "Open the document"),
    "episode": ("episodes:episode", False, "Open the pathway"),
    "filled form": ("forms:form", False, "Open the form"),
}
# So many employers are told apart by the colour at the edge of an entry; their names are always written too.
EMPLOYER_TONES = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `corrects` is what was wrong before; `corrected_by` is the number of a newer entry."""

    id: int
    at: str
    kind: str
    kind_colour: str
    title: str
    text: str
    by: str
    employer: str
    tone: int
    recorded: str
    sensitivity: str
    link: str
    link_words: str
    corrects: str
    corrects_by: str
    corrected_by: int | None
    corrected_said: str

    @property
    def may_be_corrected(self) -> bool:
        """A corrected entry is left alone: its correction is corrected instead."""
        return self.corrected_by is None


@dataclass(frozen=True, slots=True)
class Day:
    """A day's entries, newest first."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a list."""

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Year:
    """A year to jump to, with how many entries of it match; `is_here` where the page shown begins in it."""

    number: int
    count: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the timeline and how it was narrowed.

    `older_than` and `newer_than` lead to the pages below and above: None where there is none.
    """

    person_id: int
    days: tuple[Day, ...]
    nothing: str
    kept_back: str
    made_at: str
    employers: tuple[Choice, ...] = ()
    kinds: tuple[Choice, ...] = ()
    roles: tuple[Choice, ...] = ()
    years: tuple[Year, ...] = ()
    text: str = ""
    first_day: str = ""
    last_day: str = ""
    narrowed: str = ""
    counted: str = ""
    older_than: int | None = None
    newer_than: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedTimeline:
    """A timeline for paper: what of it, who printed it, when and what for."""

    days: tuple[Day, ...]
    period: str
    narrowed: str
    counted: str
    kept_back: str
    printed: str
    purpose: str


def present_newest(entries: list, *, person_id: int, employers: list[str], kept_back: int, now: datetime) -> Timeline:
    """The newest entries, for the page of a record; `entries` may be one more than it shows."""
    shown = entries[:NEWEST_SHOWN]
    return Timeline(
        person_id=person_id,
        days=_days(shown, person_id, employers, london_day(now)),
        nothing="" if shown else "Nothing has been recorded yet.",
        kept_back=_kept_back(kept_back),
        made_at=near_moment(now, london_day(now)),
        older_than=shown[-1].pk if len(entries) > NEWEST_SHOWN else None,
    )


def present_timeline(page: TimelinePage, *, person_id: int, narrowing: Narrowing, now: datetime) -> Timeline:
    """A page of the timeline as shown at a moment."""
    today = london_day(now)
    narrowed = narrowed_words(narrowing)
    entries = page.entries
    nothing = ""
    if not entries:
        nothing = "Nothing here matches." if narrowed else "Nothing has been recorded yet."
        if page.has_newer:
            nothing = "There is nothing older."
    here = london_day(entries[0].happened_at).year if entries else None
    total = sum(count for _, count in page.years)
    return Timeline(
        person_id=person_id,
        days=_days(entries, person_id, page.employers, today),
        nothing=nothing,
        kept_back=_kept_back(page.kept_back),
        made_at=near_moment(now, today),
        employers=tuple(Choice(one, one, one == narrowing.employer) for one in page.employers),
        kinds=tuple(
            sorted(
                (Choice(one, kind_words(one)[0], one == narrowing.kind) for one in page.kinds),
                key=lambda choice: choice.words,
            )
        ),
        roles=tuple(Choice(one, one, one == narrowing.role) for one in page.roles),
        years=tuple(Year(year, f"{count:,}", year == here) for year, count in page.years),
        text=narrowing.text,
        first_day=narrowing.first_day.isoformat() if narrowing.first_day else "",
        last_day=narrowing.last_day.isoformat() if narrowing.last_day else "",
        narrowed=narrowed,
        counted=_counted(total, page.years, is_narrowed=bool(narrowed)),
        older_than=entries[-1].pk if page.has_older else None,
        newer_than=entries[0].pk if page.has_newer and entries else None,
    )


def present_printed(
    entries: list, *, person_id: int, narrowing: Narrowing, kept_back: int, by: str, purpose: str, now: datetime
) -> PrintedTimeline:
    """A timeline for paper. `by`: who prints it, with role and employer."""
    return PrintedTimeline(
        days=_days(entries, person_id, [], None),
        period=_period(narrowing),
        narrowed=narrowed_words(narrowing, with_days=False),
        counted=_entries(len(entries)),
        kept_back=_kept_back(kept_back, "on this print"),
        printed=f"Printed by {by} on {moment_text(now)}",
        purpose=PrintPurpose(purpose).label,
    )


def narrowed_words(narrowing: Narrowing, *, with_days: bool = True) -> str:
    """What a timeline is narrowed to, in one line; empty for everything."""
    parts = [
        narrowing.employer,
        narrowing.role,
        kind_words(narrowing.kind)[0] if narrowing.kind else "",
        _period(narrowing) if with_days and (narrowing.first_day or narrowing.last_day) else "",
        f"“{narrowing.text}”" if narrowing.text else "",
    ]
    return " · ".join(part for part in parts if part)


def kind_words(kind: str) -> tuple[str, str]:
    """A kind of entry in words, and its colour."""
    return KINDS.get(kind, (kind.replace("_", " ").capitalize(), OTHER_KIND_COLOUR))


def present_entry(entry, today: date) -> Entry:
    """One entry by itself."""
    return _entry(entry, entry.person_id, {}, today)


def _days(entries: Iterable, person_id: int, employers: list[str], today: date | None) -> tuple[Day, ...]:
    """Entries by day. Without `today`, as on paper, no day is called today or yesterday."""
    tones = {employer: place % EMPLOYER_TONES for place, employer in enumerate(employers)}
    return tuple(
        Day(_day_title(day, today), tuple(_entry(one, person_id, tones, today) for one in of_day))
        for day, of_day in groupby(entries, key=lambda one: london_day(one.happened_at))
    )


def _day_title(day: date, today: date | None) -> str:
    near = {0: "Today, ", -1: "Yesterday, "}.get((day - today).days, "") if today else ""
    return f"{near}{day_text(day)}"


def _entry(one, person_id: int, tones: dict[str, int], today: date | None) -> Entry:
    words, colour = kind_words(one.kind)
    newer = getattr(one, "corrected_by", None)
    wrong = one.corrects
    link, link_words = "", ""
    if one.subject_kind in LEADS_TO and one.subject_id:
        name, is_of_person, link_words = LEADS_TO[one.subject_kind]
        link = reverse(name, args=[person_id, one.subject_id] if is_of_person else [one.subject_id])
    return Entry(
        id=one.pk,
        at=clock_text(one.happened_at),
        kind=words,
        kind_colour=colour,
        title=one.title,
        text=one.text,
        by=_by(one),
        employer=one.employer,
        tone=tones.get(one.employer, 0),
        recorded=f"{'Corrected' if wrong is not None else 'Recorded'} at {_recorded(one, today)}",
        sensitivity=Sensitivity(one.sensitivity).label if one.sensitivity else "",
        link=link,
        link_words=link_words,
        corrects=(wrong.text or wrong.title) if wrong is not None else "",
        corrects_by=_by(wrong) if wrong is not None else "",
        corrected_by=newer.pk if newer is not None else None,
        corrected_said=f"{newer.author_name} at {_recorded(newer, today)}" if newer is not None else "",
    )


def _recorded(one, today: date | None) -> str:
    if london_day(one.recorded_at) == london_day(one.happened_at):
        return clock_text(one.recorded_at)
    return near_moment(one.recorded_at, today or date.min)


def _by(one) -> str:
    return ", ".join(part for part in (one.author_name, one.author_role) if part)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"


def _counted(total: int, years: list[tuple[int, int]], *, is_narrowed: bool) -> str:
    if not years:
        return ""
    first, last = years[-1][0], years[0][0]
    when = f"in {last}" if first == last else f"from {first} to {last}"
    return f"{_entries(total)} {'match' if total != 1 else 'matches'}, {when}" if is_narrowed else (
        f"{_entries(total)} {when}"
    )  # fmt: skip


def _kept_back(count: int, where: str = "here") -> str:
    if not count:
        return ""
    what = "1 entry is" if count == 1 else f"{count:,} entries are"
    return f"{what} kept back and not shown {where}: your role does not include them."


def _period(narrowing: Narrowing) -> str:
    first = short_day(narrowing.first_day) if narrowing.first_day else ""
    last = short_day(narrowing.last_day) if narrowing.last_day else ""
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"From {first}" if first else f"Until {last}" if last else "Everything on record"
