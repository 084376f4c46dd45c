"""More of each person's record: who is in their life, what the law says, what they chose, About Me, where they stay."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Model

from homeward.demo.making import Making, made_up_phone, some, somewhere, weighted
from homeward.demo.staff import Staff
from homeward.demo.words import STREETS, TOWN
from homeward.kernel.rules import wall_clock
from homeward.people.models import (
    AboutMe,
    Address,
    CommunicationNeed,
    Contact,
    LegalStatus,
    Person,
    PersonChange,
    SharingChoice,
)
from homeward.people.services import add_parts
from homeward.teams.models import Worker

WOMEN, MEN = ("Mrs", "Miss", "Ms"), ("Mr",)
PROPERTY = (
    "First floor flat, lift works. Stairs steep if it does not.",
    "Terraced house, two steps up to the front door. Bathroom upstairs.",
    "Bungalow. Level throughout, wet room at the back.",
    "Ground floor flat with a warden. Heating comes on at 6am and 5pm.",
    "Semi-detached, stairlift fitted. Hospital bed in the front room.",
    "Cold house: one heater in the living room. Gas meter is prepaid.",
)
PHONE_NOTES = ("Let it ring, it takes a while", "Mornings only", "Her daughter answers", "Leave a message, rings back")
# Needs beside those of words.NEEDS that change how letters are made
FORMATS = (
    ("large_print", "20 point"),
    ("large_print", "24 point, on yellow paper"),
    ("coloured_paper", "Yellow paper"),
    ("coloured_paper", "Pale blue"),
    ("email", "Reads on a tablet"),
    ("braille", "Grade 2"),
    ("text_message", "Deaf: texts, does not ring"),
    ("easy_read", "With pictures"),
)
CARER_NEEDS = (
    "Sleeps badly because of the nights. Would like two nights a month off.",
    "Works four days. Needs visits before she leaves at 7:30am.",
    "Bad back: cannot help with the hoist.",
    "Would like to meet other carers.",
    "Worried about money since giving up work.",
    "Has hospital appointments of his own on Tuesdays.",
)
HELD_WHERE = (
    "Yellow folder by the front door",
    "Blue box in the fridge",
    "With the solicitor, copy in the hall drawer",
    "On the shelf above the bed",
    "At the GP practice",
)
LEGAL = {
    "lpa_health": 34,
    "lpa_money": 22,
    "respect": 26,
    "advance_statement": 7,
    "advance_decision": 4,
    "appointee": 4,
    "deputy_money": 2,
    "dols": 1,
}
SUMMARIES = {
    "respect": "Wants to be cared for at home. Hospital only for what cannot be treated there.",
    "advance_decision": "Does not want to be resuscitated. Read the paper before acting on it.",
    "advance_statement": "Wants to stay at home with the dog for as long as that can be managed.",
    "dols": "Authorised by the council while in the reablement house.",
}
ORGANISATIONS = ("Merrowdale Fire and Rescue", "Merrowdale Carers' Centre", "The housing association")
OBJECTIONS = ("Not their business.", "I do not want letters from people I have not met.", "They rang too often.")
ABOUT = {
    "people": (
        "My daughter rings at six. I like to be by the phone then.",
        "My brother in Canada: we talk on Sundays on the tablet.",
        "The neighbours on both sides. They bring the paper.",
        "My grandchildren. Their pictures are on the fridge, ask me about them.",
    ),
    "talking": (
        "Sit where I can see you and say one thing at a time.",
        "Give me time. I get there in the end if you do not finish my sentences.",
        "Speak to me and not to my wife.",
        "Write it on the board in the kitchen if it matters.",
    ),
    "doing_well": (
        "I wash my own face and hands, and I make my own tea if the kettle is filled.",
        "I can walk to the bathroom with the frame. Do not hurry me.",
        "I do my own tablets from the box. Just check that Thursday is empty on Thursday.",
        "I choose my clothes. I still like a collar.",
    ),
    "support": (
        "Ask before you move anything. Please do not tidy my desk.",
        "Put the towel where I can reach it and then leave me to it.",
        "I do not like being called dear.",
        "Warm your hands first.",
    ),
    "good_day": (
        "Up at seven, breakfast with the radio. A bad day is when nobody tells me who is coming.",
        "I am best in the mornings. By four I am tired and not much use.",
        "A good day is one where I get outside, even to the gate.",
        "Fish on Friday, and the match on Saturday.",
    ),
    "unwell": (
        "I go quiet. If I say I am fine twice, I am not.",
        "I stop eating and I get muddled about the day.",
        "My left leg gets worse when I have an infection.",
        "I get cross. It is usually pain.",
    ),
    "also": (
        "I was a bus driver for 31 years and I know every road here.",
        "Vegetarian. No eggs either.",
        "The dog is friendly but do not let her out at the front.",
        "I go to the mosque on Fridays. My nephew fetches me at noon.",
    ),
}
STAY_DAYS = (3, 14)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A contact as drawn for somebody: name, relationship, phone, and whether they are family."""

    name: str
    relationship: str
    phone: str
    is_family: bool


def title_of(luck: random.Random, is_woman: bool) -> str:
    """A title, or none where nobody asked."""
    return luck.choice(WOMEN if is_woman else MEN) if luck.random() < 0.5 else ""


def add_lives(making: Making, staff: Staff, people: Sequence[Person], drawn: dict[str, list[Drawn]]) -> None:
    """Add to records made just now what is known of each life; `drawn` are the contacts by the person's reference."""
    luck = making.luck("lives")
    writers = staff.doing("Community nurse", "Social worker", "Occupational therapist") or list(staff.workers)
    contacts: dict[str, list[Contact]] = {
        person.reference: [
            _contact(luck, making.today, person, rank, one) for rank, one in enumerate(drawn[person.reference], 1)
        ]
        for person in people
    }
    # first, so that what somebody holds or may be told can name them
    _add(making, [contact for theirs in contacts.values() for contact in theirs])
    parts: list[Model] = []
    for person in people:
        writer, theirs = luck.choice(writers), contacts[person.reference]
        if luck.random() < 0.10:
            parts.append(_need(luck, making.today, person, writer))
        if luck.random() < 0.16:
            parts += _legal(luck, making, person, theirs, writer)
        if luck.random() < 0.45:
            parts += _choices(luck, making, person, theirs, writer)
        if luck.random() < 0.28:
            parts += _about_me(luck, making, person, theirs, writer)
        if luck.random() < 0.03:
            parts.append(_stay(luck, making.today, person, theirs))
        if luck.random() < 0.12:
            parts.append(_change(luck, making, person, writer))
    _add(making, parts)


def _add(making: Making, parts: list[Model]) -> None:
    add_parts(actor=making.actor, service_id=making.service.pk, parts=parts, now=making.now)


def _past(luck: random.Random, today: date, days: int = 300) -> date:
    return today - timedelta(days=luck.randint(2, days))


def _contact(luck: random.Random, today: date, person: Person, rank: int, one: Drawn) -> Contact:
    is_partner = one.relationship in ("Wife", "Husband")
    lives_with = person.lives_alone is False and (is_partner or (one.is_family and luck.random() < 0.4))
    is_carer = one.is_family and luck.random() < (0.7 if lives_with else 0.3)
    told = {"everything": 45, "visits": 20, "not_asked": 30, "nothing": 5}
    return Contact(
        person=person,
        name=one.name,
        relationship=one.relationship,
        phone=one.phone,
        rank=rank,
        lives_with=lives_with,
        is_unpaid_carer=is_carer,
        carer_needs=luck.choice(CARER_NEEDS) if is_carer and luck.random() < 0.6 else "",
        carer_assessment_offered_on=_past(luck, today) if is_carer and luck.random() < 0.55 else None,
        is_next_of_kin=rank == 1 and one.is_family,
        is_emergency_contact=rank == 1,
        holds_key=luck.random() < 0.4,
        may_be_told=weighted(luck, told),
    )


def _need(luck: random.Random, today: date, person: Person, writer: Worker) -> CommunicationNeed:
    kind, text = luck.choice(FORMATS)
    return CommunicationNeed(person=person, kind=kind, text=text, noted_on=_past(luck, today), noted_by=writer.name)


def _legal(
    luck: random.Random, making: Making, person: Person, contacts: list[Contact], writer: Worker
) -> list[LegalStatus]:
    kinds = {weighted(luck, LEGAL) for _ in range(luck.choice((1, 1, 2)))}
    rows = []
    for kind in sorted(kinds):
        needs_holder = kind.startswith(("lpa", "deputy", "appointee"))
        holder = contacts[0] if needs_holder and contacts else None
        since = _past(luck, making.today, 900)
        rows.append(
            LegalStatus(
                person=person,
                kind=kind,
                holder=holder,
                holder_name="A solicitor in Merrowdale" if needs_holder and holder is None else "",
                held_where=luck.choice(HELD_WHERE),
                summary=SUMMARIES.get(kind, ""),
                was_seen=luck.random() < 0.7,
                starts_on=since,
                ends_on=making.today + timedelta(days=luck.randint(30, 200)) if kind == "dols" else None,
                noted_at=making.now - timedelta(days=luck.randint(1, 200)),
                noted_by=writer.name,
            )
        )
    return rows


def _choices(
    luck: random.Random, making: Making, person: Person, contacts: list[Contact], writer: Worker
) -> list[SharingChoice]:
    def choice(kind: str, decision: str, day: date, **more) -> SharingChoice:
        return SharingChoice(
            person=person,
            kind=kind,
            decision=decision,
            decided_on=day,
            recorded_at=wall_clock(day, "14:20"),
            recorded_by=writer.name,
            **more,
        )

    rows = [choice("care_team", "agreed", _past(luck, making.today))]
    if luck.random() < 0.5:
        rows.append(choice("gp", "agreed", _past(luck, making.today)))
    if contacts and luck.random() < 0.5:
        rows.append(choice("family", "agreed", _past(luck, making.today), contact=contacts[0]))
    if luck.random() < 0.2:
        rows.append(choice("programme", "agreed", _past(luck, making.today), with_whom="Wellness recovery (WRAP)"))
    if luck.random() < 0.12:
        whom = luck.choice(ORGANISATIONS)
        rows.append(choice("organisation", "agreed", making.today - timedelta(days=320), with_whom=whom))
        rows.append(
            choice("organisation", "withdrew", _past(luck, making.today), with_whom=whom, text=luck.choice(OBJECTIONS))
        )
    if luck.random() < 0.08:
        rows.append(choice("contact", "objected", _past(luck, making.today), text=luck.choice(OBJECTIONS)))
    return rows


def _about_me(
    luck: random.Random, making: Making, person: Person, contacts: list[Contact], writer: Worker
) -> list[AboutMe]:
    told = {code: luck.choice(ABOUT[code]) for code in some(luck, tuple(ABOUT), 6)}
    if person.what_matters:
        told["matters"] = person.what_matters
    by_family = f"{contacts[0].name}, {contacts[0].relationship.lower()}" if contacts and luck.random() < 0.3 else ""
    versions = [told] if luck.random() < 0.7 or len(told) < 2 else [dict(list(told.items())[: len(told) // 2]), told]
    days = sorted((luck.randint(3, 280) for _ in versions), reverse=True)
    return [
        AboutMe(
            person=person,
            version=number,
            answers=answers,
            said_by=by_family,
            written_at=wall_clock(making.today - timedelta(days=ago), "11:05"),
            written_by=writer.name,
            written_role=writer.job_title,
            employer=str(writer.organisation),
        )
        for number, (answers, ago) in enumerate(zip(versions, days), 1)
    ]


def _stay(luck: random.Random, today: date, person: Person, contacts: list[Contact]) -> Address:
    point = somewhere(luck)
    began = today - timedelta(days=luck.randint(0, 6))
    is_bed = not contacts or luck.random() < 0.3
    with_whom = "" if is_bed else f"{contacts[0].name}, {contacts[0].relationship.lower()}"
    return Address(
        person=person,
        kind="bed" if is_bed else "temporary",
        lines=f"Sallow House, {TOWN}" if is_bed else f"{luck.randint(1, 120)} {luck.choice(STREETS)}, {TOWN}",
        postcode=point.postcode,
        latitude=point.latitude,
        longitude=point.longitude,
        starts_on=began,
        ends_on=today + timedelta(days=luck.randint(*STAY_DAYS)),
        staying_with="Sallow House, room 12" if is_bed else with_whom,
        phone=made_up_phone(luck),
        access_notes="Report to the desk" if is_bed else "Ring the bell of the side door",
    )


def _change(luck: random.Random, making: Making, person: Person, writer: Worker) -> PersonChange:
    return PersonChange(
        person=person,
        part="person",
        part_id=person.pk,
        field="phone",
        before=made_up_phone(luck),
        after=person.phone,
        reason="New number, told on a visit",
        at=wall_clock(_past(luck, making.today), "10:40"),
        by_name=writer.name,
        by_role=writer.job_title,
        employer=str(writer.organisation),
    )
