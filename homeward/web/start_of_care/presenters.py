"""The finished words of the start of care at home."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from homeward.discharge.rules.starting import EQUIPMENT_ITEM
from homeward.discharge.selectors import ChosenVisits, EquipmentToAsk, StartLine, StartRecord, Starts
from homeward.discharge.states import ItemState
from homeward.kernel.rules import london_day
from homeward.procedures.rules import answer_in_words
from homeward.procedures.selectors import built
from homeward.visits.planning import StartDay
from homeward.web.coming_home.presenters.words import EquipmentLine, equipment_line, missing_words
from homeward.web.front_door.presenters.words import Tag
from homeward.web.templating import clock_text, day_text
from homeward.web.words import counted, listed, wall_words

ITEMS = {
    ItemState.OPEN: Tag("To do", "yellow"),
    ItemState.DONE: Tag("Done", "green"),
    ItemState.NOT_NEEDED: Tag("Not needed", "grey"),
    ItemState.LAPSED: Tag("Not seen to", "grey"),
}
# What of a trusted assessment says which care somebody needs at home, in the order it is read
ASSESSED = ("help_needed", "two_workers", "nursing", "equipment_detail", "hours_ordered", "could_gain", "aim_for")
DAYTIME = "Daytime"


def moment_words(moment: datetime) -> str:
    """A moment as people say it: Monday 23 November at 8:10am."""
    return f"{day_text(london_day(moment))} at {clock_text(moment)}"


def grounds_words(answer: StartDay, now: datetime) -> str:
    """What the day's plan said, for the record of a promise."""
    first = answer.placed[0]
    many = counted(answer.wanted, "visit has", "visits have")
    return (
        f"Worked out on {moment_words(now)}: {many} room on {day_text(answer.day)}. First {first.title.lower()} at"
        f" {clock_text(first.starts_at)}, {listed([worker.label for worker in first.workers])}."
    )


@dataclass(frozen=True, slots=True)
class StartRow:
    """A stay in the list of starts."""

    stay_id: int
    name: str
    where: str
    text: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class StartParts:
    """The list of starts: to promise, promised, to call."""

    to_promise: tuple[StartRow, ...]
    promised: tuple[StartRow, ...]
    to_call: tuple[StartRow, ...]
    kept_back: str


def present_starts(found: Starts, now: datetime) -> StartParts:
    """Whom to promise a start, what is promised, and whom to call."""
    today = london_day(now)

    def rows(lines: Iterable[StartLine], say) -> tuple[StartRow, ...]:
        return tuple(
            StartRow(line.stay.pk, line.stay.person.label, _where(line.stay), *say(line)) for line in lines
        )  # fmt: skip

    def to_promise(line: StartLine) -> tuple[str, bool]:
        ready = line.stay.ready_on
        return (f"Ready since {day_text(ready)}" if ready else "Not ready yet", ready is not None)

    def promised(line: StartLine) -> tuple[str, bool]:
        left = (
            f". {counted(line.to_do, 'thing', 'things')} to see to first" if line.to_do else ". Everything is seen to"
        )
        missing = f". Missing: {listed([missing_words(one) for one in line.equipment])}" if line.equipment else ""
        is_late = line.promise.first_visit_at <= now
        return f"First visit {moment_words(line.promise.first_visit_at)}{left}{missing}", is_late

    def to_call(line: StartLine) -> tuple[str, bool]:
        return f"Call on {day_text(line.call_due_on)}", line.call_due_on < today

    more = f"{counted(found.kept_back, 'more person is', 'more people are')} not shown: your role does not include"
    return StartParts(
        rows(found.to_promise, to_promise), rows(found.promised, promised), rows(found.to_call, to_call),
        f"{more} their record." if found.kept_back else "",
    )  # fmt: skip


def _where(stay) -> str:
    return ", ".join(filter(None, (stay.hospital_label, stay.ward)))


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised to the ward."""

    first: str
    by: str
    grounds: str
    taken_back: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to see to before leaving."""

    id: int
    title: str
    asks: str
    owner: str
    detail: str
    state: Tag
    value: str
    by: str
    missing: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call after somebody came home."""

    when: str
    text: str
    difference: str
    is_different: bool


@dataclass(frozen=True, slots=True)
class Start:
    """The start of care of one stay."""

    stay_id: int
    where: str
    decided: str
    is_open: bool
    assessed_by: str
    assessed: tuple[tuple[str, str], ...]
    promise: Promise | None
    before: tuple[Promise, ...]
    items: tuple[Item, ...]
    equipment: tuple[EquipmentLine, ...]
    to_do: str
    left: str
    call_due: str
    calls: tuple[Call, ...]


def present_start(record: StartRecord, now: datetime) -> Start:
    """The start of care of one stay, as `start_record` gives it."""
    stay, decision, form = record.stay, record.decision, record.assessment
    open_items = sum(one.state == ItemState.OPEN for one in record.items)
    lapsed = sum(one.state == ItemState.LAPSED for one in record.items)
    due = record.call_due_on
    late = "Overdue: it was due on" if due and due < london_day(now) else "Due on"
    return Start(
        stay_id=stay.pk,
        where=_where(stay),
        decided=f"{decision.get_pathway_display()}: {decision.get_destination_display()}" if decision else "",
        is_open=stay.is_open,
        assessed_by=f"{form.completed_by}, {day_text(london_day(form.completed_at))}" if form else "",
        assessed=_assessed(form) if form else (),
        promise=_promise(record.promise) if record.promise else None,
        before=tuple(_promise(one) for one in record.promises if one.taken_back_at is not None),
        items=tuple(_item(one, record) for one in record.items),
        equipment=tuple(map(equipment_line, record.equipment)),
        to_do=f"{counted(open_items, 'thing', 'things')} to do"
        if open_items
        else f"{counted(lapsed, 'thing', 'things')} not seen to when the stay ended"
        if lapsed
        else "Everything is seen to",
        left="" if stay.is_open else f"{stay.get_ended_as_display()} on {moment_words(stay.left_at)}",
        call_due=f"{late} {day_text(due)}" if due else "",
        calls=tuple(_call(one) for one in record.calls),
    )


def _assessed(form) -> tuple[tuple[str, str], ...]:
    """The answers of a trusted assessment that say which care is needed, as (question, answer)."""
    questions = {question.code: question for question in built(form.form).questions}
    asked = [(questions[code], form.answers.get(code)) for code in ASSESSED if code in questions]
    return tuple(
        (question.text, answer_in_words(question, answer)) for question, answer in asked if answer not in (None, "", [])
    )


def _promise(row) -> Promise:
    back = f"Taken back by {row.taken_back_by}: {row.taken_back_reason}" if row.taken_back_at else ""
    return Promise(
        moment_words(row.first_visit_at),
        f"{row.promised_by_name} told {row.told_whom} on {moment_words(row.promised_at)}", row.grounds, back,
    )  # fmt: skip


def _item(row, record: StartRecord) -> Item:
    missing = listed([missing_words(one) for one in record.equipment]) if row.code == EQUIPMENT_ITEM else ""
    by = f"{row.seen_to_by}, {moment_words(row.seen_to_at)}" if row.seen_to_at else ""
    return Item(row.pk, row.title, row.asks, row.owner, row.detail, ITEMS[ItemState(row.state)], row.state, by, missing)


def _call(row) -> Call:
    reached = "" if row.is_reached else "Not reached. "
    as_assessed = {True: " It was as assessed.", False: " It was not as assessed.", None: ""}[row.is_as_assessed]
    text = f"{reached}{row.said}{as_assessed}"
    return Call(f"{moment_words(row.called_at)}, {row.by_name}", text, row.difference, row.is_as_assessed is False)


@dataclass(frozen=True, slots=True)
class Proposed:
    """Equipment that the assessment asks for; `code` is there while it can be asked for, `url` where it was."""

    code: str
    title: str
    says: str
    state: Tag
    url: str


def present_proposed(found: Iterable[EquipmentToAsk]) -> tuple[Proposed, ...]:
    """What the assessment asks for of the catalogue, and how far each is."""
    return tuple(map(_proposed, found))


def _proposed(one: EquipmentToAsk) -> Proposed:
    if one.is_there:
        state = Tag("There", "green")
    else:
        state = Tag("Asked for", "blue") if one.request_id else Tag("Not asked for", "yellow")
    url = reverse("equipment:request", args=[one.request_id]) if one.request_id else ""
    says = f"{one.says}. Needs approval" if one.kind.needs_approval and not url else one.says
    return Proposed("" if one.is_there or url else one.kind.code, one.kind.title, says, state, url)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The visits that a pathway offers, as (value, words, is ticked), of the pathway that is shown."""

    pathway: str
    visits: tuple[tuple[str, str, bool], ...]
    is_for_two: bool
    values: tuple[str, ...]


def present_chosen(chosen: ChosenVisits, pathways: dict) -> Chosen:
    """The visits of the chosen pathway, with those ticked that somebody chose or the assessment asks for."""
    _, templates = pathways.get(chosen.pathway_code, ("", ()))
    offered = []
    for template in templates:
        times = [(time.code, f"{time.title}, from {wall_words(time.starts_from)}") for time in template.times_of_day]
        for code, title in times or [("", DAYTIME)]:
            by = f", by {len(template.staff)} workers" if len(template.staff) > 1 else ""
            words = f"{template.title}: {title}, {template.minutes} minutes{by}"
            offered.append((f"{template.code}.{code}", words, (template.code, code) in chosen.visits))
    return Chosen(
        chosen.pathway_code, tuple(offered), chosen.is_for_two, tuple(value for value, _, ticked in offered if ticked)
    )


@dataclass(frozen=True, slots=True)
class Day:
    """What one day says to the visits asked about."""

    iso: str
    day: str
    is_possible: bool
    text: str
    visits: tuple[str, ...]
    remedies: tuple[str, ...]


def present_days(answers: Iterable[StartDay]) -> tuple[Day, ...]:
    """Day by day, whether care could start, why not, and what would bring it forward."""
    return tuple(_day(one) for one in answers)


def _day(answer: StartDay) -> Day:
    visits = tuple(
        f"{one.title} at {clock_text(one.starts_at)}, {listed([worker.label for worker in one.workers])}"
        for one in answer.placed
    )
    if answer.is_possible:
        text = f"Care can start. First visit at {clock_text(answer.placed[0].starts_at)}."
    else:
        text = f"Room for {len(answer.placed)} of {answer.wanted}. {answer.why}".strip()
    return Day(
        answer.day.isoformat(), day_text(answer.day), answer.is_possible, text, visits,
        tuple(one.sentence for one in answer.remedies),
    )  # fmt: skip
