"""One timeline of everything any employer did."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from homeward.kernel.rules import london_day
from homeward.web.people.presenters.words import near_moment
from homeward.web.templating import clock_text, day_text

ENTRIES_A_PAGE = 50
# On the page of the record, which leads to the page of the timeline
NEWEST_SHOWN = 15
# An entry written down longer than this after it happened says when it was written.
WRITTEN_LATER = timedelta(minutes=5)
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
}
OTHER_KIND_COLOUR = "white"
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
    written: str
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
class Timeline:
    """A page of the timeline and how it was narrowed. `older_than` leads to the page below, None at the end."""

    days: tuple[Day, ...]
    employers: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    text: str
    narrowed: str
    nothing: str
    older_than: int | None
    is_newest_page: bool
    person_id: int
    made_at: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which part of a timeline somebody asked to see."""

    employer: str = ""
    kind: str = ""
    text: str = ""


def present_timeline(
    entries: list,
    *,
    person_id: int,
    choices: tuple[list[str], list[str]],
    narrowing: Narrowing,
    now: datetime,
    is_newest_page: bool,
    a_page: int = ENTRIES_A_PAGE,
) -> Timeline:
    """A page of entries as shown at a moment; `entries` may be one more than the `a_page` that a page holds."""
    today = london_day(now)
    employers, kinds = choices
    tones = {employer: place % EMPLOYER_TONES for place, employer in enumerate(employers)}
    shown = entries[:a_page]
    days = tuple(
        Day(_day_title(day, today), tuple(_entry(one, tones, today) for one in of_day))
        for day, of_day in groupby(shown, key=lambda one: london_day(one.happened_at))
    )
    narrowed = " · ".join(
        part
        for part in (
            narrowing.employer,
            kind_words(narrowing.kind)[0] if narrowing.kind else "",
            f"“{narrowing.text}”" if narrowing.text else "",
        )
        if part
    )
    nothing = ""
    if not shown:
        nothing = "Nothing here matches." if narrowed else "Nothing has been recorded yet."
        if not is_newest_page:
            nothing = "There is nothing older."
    return Timeline(
        days=days,
        employers=tuple(Choice(one, one, one == narrowing.employer) for one in employers),
        kinds=tuple(Choice(one, kind_words(one)[0], one == narrowing.kind) for one in kinds),
        text=narrowing.text,
        narrowed=narrowed,
        nothing=nothing,
        older_than=shown[-1].pk if len(entries) > a_page else None,
        is_newest_page=is_newest_page,
        person_id=person_id,
        made_at=near_moment(now, today),
    )


def kind_words(kind: str) -> tuple[str, str]:
    """A kind of entry in words, and its colour."""
    return KINDS.get(kind, (kind.replace("_", " ").capitalize(), OTHER_KIND_COLOUR))


def present_entry(entry, today: date) -> Entry:
    """One entry by itself."""
    return _entry(entry, {}, today)


def _day_title(day: date, today: date) -> str:
    near = {0: "Today, ", -1: "Yesterday, "}.get((day - today).days, "")
    return f"{near}{day_text(day)}"


def _entry(one, tones: dict[str, int], today: date) -> Entry:
    words, colour = kind_words(one.kind)
    newer = getattr(one, "corrected_by", None)
    wrong = one.corrects
    written = ""
    if wrong is None and abs(one.recorded_at - one.happened_at) > WRITTEN_LATER:
        written = f"Written down at {near_moment(one.recorded_at, today)}"
    elif wrong is not None:
        written = f"Corrected at {near_moment(one.recorded_at, today)}"
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
        written=written,
        corrects=(wrong.text or wrong.title) if wrong is not None else "",
        corrects_by=_by(wrong) if wrong is not None else "",
        corrected_by=newer.pk if newer is not None else None,
        corrected_said=f"{newer.author_name} at {near_moment(newer.recorded_at, today)}" if newer is not None else "",
    )


def _by(one) -> str:
    return ", ".join(part for part in (one.author_name, one.author_role) if part)
