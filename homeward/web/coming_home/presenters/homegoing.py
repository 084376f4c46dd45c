"""How somebody gets home, in words, and the sheet that goes with them."""

from dataclasses import dataclass

from homeward.discharge.selectors import Community, StartRecord, StayRecord
from homeward.discharge.states import DecisionState, EndedAs, ItemState, MedicinesState, TransportState
from homeward.kernel.rules import spaced_nhs_number
from homeward.web.coming_home.presenters.words import missing_words
from homeward.web.front_door.presenters.words import Tag
from homeward.web.templating import day_text, moment_text

TRANSPORT = {
    "": Tag("Nothing recorded", "yellow"),
    TransportState.TO_BOOK: Tag("To book", "yellow"),
    TransportState.BOOKED: Tag("Booked", "green"),
    TransportState.COLLECTED: Tag("Collected", "green"),
    TransportState.NOT_NEEDED: Tag("Not needed", "grey"),
}
MEDICINES = {
    "": Tag("Nothing recorded", "yellow"),
    MedicinesState.TO_ORDER: Tag("To order", "yellow"),
    MedicinesState.ORDERED: Tag("Ordered", "blue"),
    MedicinesState.READY: Tag("Ready", "blue"),
    MedicinesState.CHECKED: Tag("Checked", "green"),
    MedicinesState.HANDED_OVER: Tag("Handed over", "green"),
    MedicinesState.NOT_NEEDED: Tag("Not needed", "grey"),
}
NOT_RECORDED = Tag("Not recorded", "grey")
NOT_HANDED_OVER = Tag("Not recorded as handed over", "grey")
CALL_OFF = Tag("Booked: call it off", "red")


@dataclass(frozen=True, slots=True)
class Arranged:
    """How far transport or medicines are, whose they are, and what is known."""

    state: Tag
    owner: str
    says: str
    by: str


def transport_words(row, stay) -> Arranged:
    """How somebody travels; `row` is None where nothing is recorded. Of a `stay` that has ended nothing is to be done
    any more, but to call off what was booked for somebody who does not need it."""
    is_over = not stay.is_open
    if row is None:
        return Arranged(NOT_RECORDED if is_over else TRANSPORT[""], "", "", "")
    said = (
        row.get_mode_display(), row.get_travels_by_display(), "Two people move them" if row.is_two_person else "",
        f"Collected {moment_text(row.collect_at)}" if row.collect_at else "", row.provider,
        f"Booking {row.reference}" if row.reference else "", row.note,
    )  # fmt: skip
    tag = TRANSPORT[row.state]
    if is_over and row.state == TransportState.TO_BOOK:
        tag = NOT_RECORDED
    elif is_over and row.state == TransportState.BOOKED and stay.ended_as != EndedAs.LEFT:
        tag = CALL_OFF
    return Arranged(tag, row.owner, _listed(said), f"{row.changed_by}, {moment_text(row.changed_at)}")


def medicines_words(row, stay) -> Arranged:
    """How far the medicines to take home are; `row` is None where nothing is recorded. Of a `stay` that has ended
    nothing is to be done any more."""
    is_over = not stay.is_open
    if row is None:
        return Arranged(NOT_RECORDED if is_over else MEDICINES[""], "", "", "")
    said = (
        f"Ready {moment_text(row.ready_at)}" if row.ready_at else "",
        f"Checked by {row.checked_by}" if row.checked_by else "", f"Given to {row.handed_to}" if row.handed_to else "",
        f"Changes explained to {row.changes_told_to}" if row.changes_told_to else "", row.note,
    )  # fmt: skip
    tag = MEDICINES[row.state]
    if is_over and row.state not in (MedicinesState.HANDED_OVER, MedicinesState.NOT_NEEDED):
        tag = NOT_HANDED_OVER if stay.ended_as == EndedAs.LEFT else Tag("Not needed", "grey")
    return Arranged(tag, row.owner, _listed(said), f"{row.changed_by}, {moment_text(row.changed_at)}")


def _listed(parts: tuple[str, ...]) -> str:
    return ". ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Paper:
    """The sheet that goes with somebody; `choices` as (what, more, answer), `call` as (name, phone)."""

    name: str
    nhs_number: str
    where: str
    decided: str
    said: str
    choices: tuple[tuple[str, str, str], ...]
    older_choices: str
    rests_on: tuple[str, ...]
    first_visit: str
    transport: Arranged
    medicines: Arranged
    equipment: tuple[str, ...]
    items: tuple[tuple[str, str], ...]
    call: tuple[tuple[str, str], ...]


def present_paper(
    record: StayRecord,
    start: StartRecord,
    transport,
    medicines,
    community: Community,
) -> Paper:
    """What somebody takes home in writing, from the decision in force and all that was arranged."""
    stay, person = record.stay, record.person
    decision = next((one for one in record.decisions if one.state == DecisionState.MADE), None)
    forms = (
        ("Trusted assessment", decision.trusted_assessment_id),
        ("Capacity assessment", decision.capacity_assessment_id),
        ("Best-interests decision", decision.best_interests_id),
    ) if decision else ()  # fmt: skip
    return Paper(
        name=person.label,
        nhs_number=spaced_nhs_number(person.nhs_number) if person.nhs_number else "",
        where=", ".join(filter(None, (stay.hospital_label, stay.ward))),
        decided=decision.get_destination_display() if decision else "",
        said=decision.person_said if decision else "",
        choices=tuple(
            (
                one.what,
                _listed(
                    (
                        one.provider,
                        f"Could start {day_text(one.starts_on)}" if one.starts_on else "",
                        f"You would pay: {one.cost}" if one.cost else "",
                    )
                ),
                _listed((one.get_answer_display(), one.answered_by, one.reason)),
            )
            for one in decision.choices.all()
        )
        if decision
        else (),
        older_choices=decision.choices_offered if decision else "",
        rests_on=tuple(title for title, number in forms if number),
        first_visit=moment_text(start.promise.first_visit_at) if start.promise else "",
        transport=transport_words(transport, stay),
        medicines=medicines_words(medicines, stay),
        equipment=tuple(map(missing_words, start.equipment)),
        items=tuple((one.title, one.detail) for one in start.items if one.state == ItemState.DONE),
        call=tuple((one.name, one.phone) for one in community.contacts[:3]),
    )
