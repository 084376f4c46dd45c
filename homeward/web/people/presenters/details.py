"""Everything that is known of somebody, part by part, each with its way to change it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from homeward.access.rules import Actor, Permission
from homeward.kernel.rules import london_day
from homeward.people.rules import Format
from homeward.people.selectors import SharingChoices, current_contacts, current_needs
from homeward.people.services import CHANGES_RECORDS
from homeward.people.states import (
    AddressKind,
    AlertKind,
    LegalKind,
    MayBeTold,
    NeedKind,
    Sensitivity,
    SharingDecision,
    SharingKind,
)
from homeward.plans.states import WishKind
from homeward.web.people.presenters.about_me import present_about_me
from homeward.web.persons import (
    NHS_NUMBER,
    address_words,
    born_words,
    ethnicity_by_words,
    ethnicity_words,
    nhs_number_words,
    short_day,
)
from homeward.web.words import listed

NOT_KNOWN = "Not known"
# The colour of a choice's tag
DECISIONS = {
    SharingDecision.AGREED: "green",
    SharingDecision.OBJECTED: "red",
    SharingDecision.WITHDREW: "red",
    SharingDecision.COULD_NOT_SAY: "yellow",
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something the reader may do: a link, or a button that sends `value` under `name`; `about` is to what."""

    words: str
    address: str
    about: str = ""
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a part: what it is, what is known, more in small print, tags (words, colour) and what may be done."""

    title: str
    text: str
    more: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    acts: tuple[Act, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the details. `past` are rows that no longer hold."""

    id: str
    title: str
    rows: tuple[Row, ...]
    nothing: str = ""
    says: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    past_title: str = ""
    past: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """The page of somebody's details."""

    person_id: int
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the page is made from, as the selectors of the room give it."""

    addresses: list
    alerts: list
    alerts_kept_back: int
    former_alerts: list
    former_contacts: list
    legal: tuple[list, list]
    sharing: SharingChoices
    about: list
    format: Format
    visiting: tuple[list, list]


def present_details(actor: Actor, person, known: Known, now: datetime) -> Details:
    """Every part of an opened person's details; what the reader may not change has no way to."""
    links = _Links(person.pk, actor.may(CHANGES_RECORDS), actor.may(Permission.SEE_KEY_SAFES))
    today = london_day(now)
    return Details(
        person.pk,
        (
            _names(person, links, today),
            _numbers(person, links),
            _reach(person, links),
            _home(known.addresses, links, today),
            _alerts(known, links),
            _speaking(person, known.format, links),
            _visiting(known.visiting, links),
            _contacts(person, known.former_contacts, links),
            _legal(known.legal, links),
            _sharing(known.sharing, links),
            _about(known.about, links),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Links:
    person_id: int
    may_change: bool
    may_see_key_safes: bool

    def to(self, name: str, words: str, *args, about: str = "") -> tuple[Act, ...]:
        if not self.may_change:
            return ()
        return (Act(words, reverse(f"people:{name}", args=[self.person_id, *args]), about),)


def _names(person, links: _Links, today: date) -> Section:
    born, age = born_words(person, today)
    rows = [
        Row("Name", f"{person.title} {person.label}".strip()),
        Row("Known as", person.preferred_name or "The same"),
        Row("Pronouns", person.pronouns or NOT_KNOWN),
        *([Row("Other names", ", ".join(person.other_names.split("\n")))] if person.other_names else []),
        Row(
            "Born",
            f"{born}{f' ({age})' if age else ''}",
            acts=links.to("change_part", "Change", "birth", about="date of birth and gender"),
        ),
        Row("Gender", person.get_gender_display()),
        Row(
            "Ethnic group",
            ethnicity_words(person),
            more=(ethnicity_by_words(person),) if person.ethnic_category_by else (),
            acts=links.to("change_part", "Change", "ethnicity", about="ethnic group"),
        ),
        *([Row("Died", short_day(person.died_on))] if person.died_on else []),
    ]
    return Section("names", "Who they are", tuple(rows), acts=links.to("change_part", "Change names", "names"))


def _numbers(person, links: _Links) -> Section:
    words, colour, advice = NHS_NUMBER[person.nhs_number_status]
    rows = [
        Row(
            "NHS number",
            nhs_number_words(person),
            more=(advice,) if advice else (),
            tags=((words, colour),),
            acts=links.to("change_number", "Change or verify", about="NHS number"),
        ),
        Row("Reference here", person.reference),
    ]
    rows += [
        Row(one.system, one.value, acts=links.to("end_number", "Take off", one.pk, about=one.system))
        for one in sorted(person.identifiers.all(), key=lambda one: one.pk)
    ]
    return Section("numbers", "Numbers", tuple(rows), acts=links.to("add_number", "Add a number"))


def _reach(person, links: _Links) -> Section:
    alone = {True: "Yes", False: "No", None: NOT_KNOWN}[person.lives_alone]
    rows = (
        Row("Phone", "", more=(person.phone_notes,) if person.phone_notes else (), phone=person.phone)
        if person.phone
        else Row("Phone", NOT_KNOWN),
        Row("Email", person.email or NOT_KNOWN),
        Row(
            "GP practice",
            person.gp_practice.name if person.gp_practice else NOT_KNOWN,
            acts=links.to("change_part", "Change", "registered", about="GP practice and household"),
        ),
        Row("Lives alone", alone),
    )
    return Section("reach", "How to reach them", rows, acts=links.to("change_part", "Change phone and email", "reach"))


def _home(addresses: list, links: _Links, today: date) -> Section:
    standing = [one for one in addresses if one.ends_on is None or one.ends_on >= today]
    over = [one for one in addresses if one not in standing]
    order = sorted(standing, key=lambda one: (one.kind == AddressKind.HOME, -one.starts_on.toordinal(), -one.pk))
    return Section(
        "home",
        "Where they are and getting in",
        tuple(_place(one, links, today) for one in order),
        nothing="No address is known.",
        acts=(*links.to("stay", "Stay somewhere else"), *links.to("move", "Move to a new home")),
        past_title="Before",
        past=tuple(
            Row(AddressKind(one.kind).label, address_words(one), more=(_days(one.starts_on, one.ends_on),))
            for one in sorted(over, key=lambda one: (one.ends_on, one.pk), reverse=True)
        ),
    )


def _place(one, links: _Links, today: date) -> Row:
    title = AddressKind(one.kind).label if one.starts_on <= today else f"{AddressKind(one.kind).label}, to come"
    more = [_days(one.starts_on, one.ends_on)]
    if one.staying_with:
        with_whom = "" if one.kind == AddressKind.BED else "With "
        more.append(f"{with_whom}{one.staying_with}{f', {one.phone}' if one.phone else ''}")
    more += [text for text in (one.property_notes, one.access_notes) if text]
    if one.key_safe:
        more.append("There is a key safe: its code is on the record, for those who visit")
    tags = ()
    if one.latitude is None and not one.place_key:
        tags = (("Not on the map: travel cannot be planned", "yellow"),)
    about = address_words(one)
    acts = links.to("change_home", "Change", one.pk, about=about)
    if one.kind != AddressKind.HOME:
        acts += links.to("come_home", "End the stay", one.pk, about=about)
    if links.may_see_key_safes and one.starts_on <= today:
        acts += (Act("Change key safe code", reverse("people:new_code", args=[links.person_id, one.pk]), about),)
    return Row(title, about or "A place of this service's own travel table", tuple(more), tags, acts)


def _alerts(known: Known, links: _Links) -> Section:
    rows = []
    for alert in known.alerts:
        tags = ((f"Kept from most: {Sensitivity(alert.sensitivity).label}", "pink"),) if alert.sensitivity else ()
        label = AlertKind(alert.kind).label
        more = (f"Raised {short_day(alert.starts_on)} by {alert.raised_by}", *_until(alert.ends_on))
        rows.append(Row(label, alert.text, more, tags, links.to("finish_alert", "End", alert.pk, about=label)))
    kept = known.alerts_kept_back
    return Section(
        "alerts",
        "Alerts",
        tuple(rows),
        nothing="No alert stands.",
        says=(f"{kept} {'alert is' if kept == 1 else 'alerts are'} kept back: your role does not include them.",)
        if kept
        else (),
        acts=links.to("add_alert", "Raise an alert"),
        past_title="Ended",
        past=tuple(
            Row(
                AlertKind(alert.kind).label,
                alert.text,
                (f"{_days(alert.starts_on, alert.ends_on)}{f'. {alert.ended_reason}' if alert.ended_reason else ''}",),
            )
            for alert in known.former_alerts
        ),
    )


def _visiting(wishes: tuple[list, list], links: _Links) -> Section:
    standing, over = wishes
    return Section(
        "visiting",
        "Who may visit",
        tuple(
            Row(
                WishKind(one.kind).label,
                _wish(one),
                (f"Noted {short_day(one.noted_on)} by {one.noted_by}",),
                acts=links.to("end_wish", "End", one.pk, about=WishKind(one.kind).label),
            )
            for one in standing
        ),
        nothing="Nothing is noted. Ask whether they want a woman or a man, or somebody who speaks their language.",
        acts=links.to("add_wish", "Note who may visit"),
        past_title="Ended",
        past=tuple(
            Row(WishKind(one.kind).label, _wish(one), (f"{_days(one.noted_on, one.ended_on)}. {one.ended_reason}",))
            for one in over
        ),
    )


def _wish(one) -> str:
    return ": ".join([*([one.worker.label] if one.worker else []), *([one.text] if one.text else [])])


def _speaking(person, made: Format, links: _Links) -> Section:
    language = person.language or NOT_KNOWN
    rows = [
        Row(
            "Language",
            f"{language}, interpreter needed" if person.needs_interpreter else language,
            acts=links.to("change_part", "Change", "language", about="language"),
        ),
        *([Row("Letters in", person.reads_in)] if person.reads_in else []),
    ]
    for need in current_needs(person):
        title = need.text if need.kind == NeedKind.OTHER else NeedKind(need.kind).label
        noted = f"Noted {short_day(need.noted_on)} by {need.noted_by}" if need.noted_on and need.noted_by else ""
        more = tuple(text for text in ("" if need.kind == NeedKind.OTHER else need.text, noted) if text)
        rows.append(Row("Need", title, more, acts=links.to("finish_need", "End", need.pk, about=title)))
    letters = listed(list(made.in_words())) if made.in_words() else "As usual: 12 point print, in English, by post"
    rows.append(Row("So letters are made", letters, made.to_ask))
    return Section(
        "speaking",
        "How to speak with and write to them",
        tuple(rows),
        acts=links.to("add_need", "Add a communication need"),
    )


def _contacts(person, former: list, links: _Links) -> Section:
    rows = []
    for place, contact in enumerate(current_contacts(person)):
        acts = links.to("change_contact", "Change", contact.pk, about=contact.name)
        acts += links.to("end_contact", "End", contact.pk, about=contact.name)
        if place and links.may_change:
            where = reverse("people:order_contacts", args=[links.person_id])
            acts += (Act("Call sooner", where, contact.name, name="sooner", value=str(contact.pk)),)
        rows.append(
            Row(
                f"{place + 1}. {contact.name}",
                contact.relationship or "Relationship not known",
                contact_more(contact),
                contact_tags(contact),
                acts,
                contact.phone,
            )
        )
    return Section(
        "contacts",
        "People in their life",
        tuple(rows),
        nothing="Nobody is recorded.",
        acts=links.to("add_contact", "Add a contact"),
        past_title="No longer contacts",
        past=tuple(
            Row(one.name, one.relationship, (f"Ended {short_day(one.ended_on)}. {one.ended_reason}",)) for one in former
        ),
    )


def contact_tags(contact) -> tuple[tuple[str, str], ...]:
    """What a contact is to the person, as tags."""
    held = (
        (contact.is_unpaid_carer, "Unpaid carer", "purple"),
        (contact.is_next_of_kin, "Next of kin", "blue"),
        (contact.is_emergency_contact, "Emergency", "red"),
        (contact.holds_key, "Holds a key", "grey"),
        (contact.lives_with, "Lives with them", "grey"),
    )
    return tuple((words, colour) for is_so, words, colour in held if is_so)


def contact_more(contact) -> tuple[str, ...]:
    """What else is known of a contact, a line each."""
    lines = [f"May be told: {MayBeTold(contact.may_be_told).label.lower()}"]
    lines += [text for text in (contact.email, contact.address_text) if text]
    if contact.language:
        lines.append(f"Speaks {contact.language}")
    if contact.carer_needs:
        lines.append(f"Needs as a carer: {contact.carer_needs}")
    if contact.carer_assessment_offered_on:
        lines.append(f"Carer's assessment offered {short_day(contact.carer_assessment_offered_on)}")
    elif contact.is_unpaid_carer:
        lines.append("Carer's assessment not offered yet")
    return tuple(lines)


def _legal(statuses: tuple[list, list], links: _Links) -> Section:
    holding, over = statuses
    rows = []
    for status in holding:
        label = LegalKind(status.kind).label
        tags = () if status.was_seen else (("Paper not seen yet", "yellow"),)
        acts = links.to("end_legal", "End", status.pk, about=label)
        rows.append(Row(label, _holder(status), legal_more(status), tags, acts))
    return Section(
        "legal",
        "Legal status and advance wishes",
        tuple(rows),
        nothing="Nothing is recorded. Ask whether there is a lasting power of attorney or an advance decision.",
        acts=links.to("add_legal", "Record a legal status"),
        past_title="No longer holds",
        past=tuple(
            Row(
                LegalKind(one.kind).label,
                _holder(one),
                tuple(filter(None, (f"Until {short_day(one.ends_on)}" if one.ends_on else "", one.ended_reason))),
            )
            for one in over
        ),
    )


def _holder(status) -> str:
    if status.holder:
        return ", ".join(part for part in (status.holder.name, status.holder.relationship) if part)
    return status.holder_name


def legal_more(status) -> tuple[str, ...]:
    """Where a paper is kept, what it says and for how long it holds, a line each."""
    lines = [f"Kept at: {status.held_where}" if status.held_where else "", status.summary]
    lines.append(f"Reference {status.reference}" if status.reference else "")
    if status.starts_on or status.ends_on:
        lines.append(_days(status.starts_on, status.ends_on))
    return tuple(line for line in lines if line)


def _sharing(chosen: SharingChoices, links: _Links) -> Section:
    over = [one for one in chosen.all if one not in chosen.standing]
    return Section(
        "sharing",
        "Sharing: agreed and objected",
        tuple(_choice(one) for one in chosen.standing),
        nothing="Nobody has asked them yet.",
        acts=links.to("add_choice", "Record a choice"),
        past_title="Said before",
        past=tuple(_choice(one) for one in over),
    )


def _choice(one) -> Row:
    whom = one.contact.name if one.contact else one.with_whom
    said = [f"“{one.text}”" if one.text else "", f"Decided {short_day(one.decided_on)}"]
    if one.decided_by:
        said[-1] += f" by {one.decided_by}"
    if one.ends_on:
        said.append(f"Until {short_day(one.ends_on)}")
    said.append(f"Recorded by {one.recorded_by}")
    return Row(
        SharingKind(one.kind).label,
        whom,
        tuple(part for part in said if part),
        ((SharingDecision(one.decision).label, DECISIONS[one.decision]),),
    )


def _about(versions: list, links: _Links) -> Section:
    about = present_about_me(versions)
    read = (Act("Read and compare versions", reverse("people:about_me", args=[links.person_id])),) if versions else ()
    return Section(
        "about-me",
        "About Me",
        tuple(Row(told.title, told.text) for told in about.told),
        nothing="Not written yet. Ask what matters to them.",
        says=(about.written,) if about.written else (),
        acts=(*read, *links.to("write_about", "Write About Me")),
    )


def _days(starts_on: date | None, ends_on: date | None) -> str:
    since = f"Since {short_day(starts_on)}" if starts_on else ""
    if starts_on and ends_on:
        return f"{short_day(starts_on)} to {short_day(ends_on)}"
    return since or (f"Until {short_day(ends_on)}" if ends_on else "")


def _until(ends_on: date | None) -> tuple[str, ...]:
    return (f"Until {short_day(ends_on)}",) if ends_on else ()
