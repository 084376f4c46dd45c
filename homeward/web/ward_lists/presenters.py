"""Ward lists as their pages print them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from homeward.discharge.rules.following import Change
from homeward.discharge.rules.ward_list import COLUMNS
from homeward.discharge.selectors.ward_lists import Preview, PreviewRow
from homeward.discharge.services.ward_lists import said_of
from homeward.discharge.states import Destination
from homeward.discharge.states.ward_lists import ListState, QuestionKind
from homeward.kernel.rules import london_day
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.templating import clock_text, moment_text
from homeward.web.words import counted

COLOURS = {ListState.WAITING: "yellow", ListState.TAKEN: "green", ListState.SET_ASIDE: "grey"}
COLUMN_WORDS = {
    "ward": "Ward",
    "bed": "Bed",
    "consultant": "Consultant",
    "reason": "Reason",
    "expected_date": "Expected",
    "meets_criteria": "Meets the criteria",
    "pathway": "Pathway thought likely",
    "left_at": "Left",
}


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list in the list of lists."""

    id: int
    hospital: str
    made: str
    handed_in: str
    state: Tag
    said: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One open question. `can_be_still`: they may still be in hospital; else the stay's page is where to look."""

    id: int
    stay_id: int
    person: str
    where: str
    asks: str
    since: str
    can_be_still: bool


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row of a list. `what`: what it comes to; `lines`: what changes, is wrong, or is to be looked at."""

    line: int
    person: str
    ward: str
    what: Tag
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that come to the same, under one heading."""

    title: str
    rows: tuple[RowShown, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """What a list would change. `problem`: why none of it can be taken in; `unknown`: columns that are not used."""

    id: int
    hospital: str
    made: str
    said: str
    problem: str
    is_older: bool
    unknown: str
    has_sent_back: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    """What a list came to."""

    id: int
    hospital: str
    made: str
    state: Tag
    decided: str
    said: str
    why: str
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of a list: what to write in it, and what else it may be called."""

    name: str
    hint: str
    example: str
    also: str


def column_rows() -> tuple[ColumnRow, ...]:
    """The columns, to read beside the form."""
    codes = {"left_for": ", ".join(Destination.values)}
    return tuple(
        ColumnRow(
            column.name,
            " ".join(filter(None, (column.hint, codes.get(column.name, "")))),
            column.example,
            ", ".join(heading.replace("_", " ") for heading in column.headings),
        )
        for column in COLUMNS
    )


def list_rows(ward_lists: Sequence) -> tuple[ListRow, ...]:
    """Lists that came, as they are listed."""
    return tuple(
        ListRow(
            id=one.pk,
            hospital=one.hospital_name,
            made=moment_text(one.made_at),
            handed_in=f"{moment_text(one.handed_in_at)}, {one.handed_in_by}",
            state=_state(one),
            said=said_of(one),
        )
        for one in ward_lists
    )


def question_rows(questions: Sequence, now: datetime) -> tuple[QuestionRow, ...]:
    """Open questions, as they are listed."""
    return tuple(
        QuestionRow(
            id=one.pk,
            stay_id=one.stay_id,
            person=one.stay.person.label,
            where=", ".join(filter(None, (one.stay.ward, one.stay.hospital_label))),
            asks=QuestionKind(one.kind).label,
            since=_since(one.asked_at, now),
            can_be_still=one.kind != QuestionKind.BACK,
        )
        for one in questions
    )


def present_preview(ward_list, preview: Preview) -> PreviewPage:
    """A list that waits for a look."""
    problem = preview.reading.faults[0].text if preview.reading.faults else ""
    new = [one for one in preview.rows if not one.row.faults and one.stay_id is None]
    back = [one for one in preview.rows if not one.row.faults and one.has_ended]
    changed = [one for one in preview.rows if not one.row.faults and one.stay_id and one.changes and not one.has_ended]
    same = [one for one in preview.rows if not one.row.faults and one.stay_id and not one.changes and not one.has_ended]
    faulty = [one for one in preview.rows if one.row.faults]
    parts = (
        Part("Sent back", tuple(_shown(one, Tag("Sent back", "red")) for one in faulty), True),
        Part(
            "Not on the list: to ask the ward about",
            tuple(
                RowShown(
                    0,
                    stay.person.label,
                    stay.ward,
                    Tag("Gone home?", "orange"),
                    ("They stay on the board until somebody says that they left.",),
                )
                for stay in preview.left_out
            ),
            True,
        ),
        Part("Ended here, and on the list", tuple(_shown(one, Tag("Still there?", "orange")) for one in back), True),
        Part("New", tuple(_shown(one, _new(one)) for one in new), True),
        Part("Changed", tuple(_shown(one, Tag("Changed", "blue")) for one in changed), True),
        Part("As known", tuple(_shown(one, Tag("As known", "grey")) for one in same), False),
    )
    counts = {
        "sent back": len(faulty),
        "to ask about": len(preview.left_out) + len(back),
        "new": len(new),
        "changed": len(changed),
        "as known": len(same),
    }
    said = ", ".join(f"{number} {words}" for words, number in counts.items() if number)
    return PreviewPage(
        id=ward_list.pk,
        hospital=ward_list.hospital_name,
        made=moment_text(ward_list.made_at),
        said=f"{counted(len(preview.rows), 'row')}: {said}." if preview.rows else "",
        problem=problem,
        is_older=preview.is_older,
        unknown=", ".join(preview.reading.unknown),
        has_sent_back=bool(faulty),
        parts=tuple(part for part in parts if part.rows),
    )


def present_list(ward_list) -> ListPage:
    """A list that was decided on."""
    return ListPage(
        id=ward_list.pk,
        hospital=ward_list.hospital_name,
        made=moment_text(ward_list.made_at),
        state=_state(ward_list),
        decided=f"{moment_text(ward_list.decided_at)}, {ward_list.decided_by}",
        said=said_of(ward_list),
        why=ward_list.message.reason,
        faults=tuple((str(one.get("path", "")), str(one.get("text", ""))) for one in ward_list.message.not_understood),
    )


def _state(ward_list) -> Tag:
    state = ListState(ward_list.state)
    return Tag(state.label, COLOURS[state])


def _new(one: PreviewRow) -> Tag:
    return Tag("New person" if one.person is None else "New stay", "green")


def _shown(one: PreviewRow, what: Tag) -> RowShown:
    values = one.row.values
    named = " ".join(filter(None, (values["given_name"], values["family_name"]))) or "No name"
    lines = [f"{fault.field}: {fault.text}" if fault.field else fault.text for fault in one.row.faults]
    lines += [_change_words(change) for change in one.changes]
    if one.has_ended:
        lines.append("The stay has ended here. The ward is asked whether they are still there.")
    for person, why in one.alike:
        lines.append(
            f"May be {person.label}, {person.reference}: {why}. They get a record of their own; look afterwards under "
            "People, recorded twice."
        )
    if not one.row.faults and one.stay_id is None and one.row.left_at:
        lines.append(f"Left {moment_text(one.row.left_at)}")
    return RowShown(one.row.line, one.person.label if one.person else named, values["ward"], what, tuple(lines))


def _change_words(change: Change) -> str:
    name = COLUMN_WORDS[change.column]
    before, after = (_value_words(change.column, value) for value in (change.before, change.after))
    return f"{name}: {before} → {after}" if before else f"{name}: {after}"


def _value_words(column: str, value: str) -> str:
    if column == "expected_date" and value:
        return short_day(date.fromisoformat(value))
    if column == "pathway" and value:
        return value.removeprefix("p")
    if column == "meets_criteria" and value:
        answer, _, day = value.rpartition(", said for ")
        return f"{answer} on {short_day(date.fromisoformat(day))}"
    return value


def _since(asked_at: datetime, now: datetime) -> str:
    if london_day(asked_at) == london_day(now):
        return f"today, {clock_text(asked_at)}"
    return moment_text(asked_at)
