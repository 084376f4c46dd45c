"""Writes about the people we support."""

from homeward.people.services.choices import (
    end_legal_status,
    note_legal_status,
    record_sharing_choice,
    write_about_me,
)
from homeward.people.services.circle import add_contact, change_contact, end_contact, order_contacts
from homeward.people.services.deciding import SaidElsewhere, decide_detail, propose_details
from homeward.people.services.home import (
    add_address,
    change_address,
    change_key_safe,
    end_stay,
    move_home,
    stay_elsewhere,
)
from homeward.people.services.identity import (
    NumberTakenError,
    add_identifier,
    change_facts,
    change_nhs_number,
    end_identifier,
)
from homeward.people.services.registering import (
    NewAddress,
    NewPerson,
    add_parts,
    record_deaths,
    register_people,
    register_person,
)
from homeward.people.services.remembering import CHANGES_RECORDS, ChangedMeanwhileError
from homeward.people.services.safety import end_alert, end_need, note_need, raise_alert, raise_alerts
from homeward.people.services.timeline import (
    add_many_to_timeline,
    add_note,
    add_to_timeline,
    correct_timeline,
    note_printing,
)

__all__ = [
    "CHANGES_RECORDS",
    "ChangedMeanwhileError",
    "NewAddress",
    "NewPerson",
    "NumberTakenError",
    "SaidElsewhere",
    "add_address",
    "add_contact",
    "add_identifier",
    "add_many_to_timeline",
    "add_note",
    "add_parts",
    "add_to_timeline",
    "change_address",
    "change_contact",
    "change_facts",
    "change_key_safe",
    "change_nhs_number",
    "correct_timeline",
    "decide_detail",
    "end_alert",
    "end_contact",
    "end_identifier",
    "end_legal_status",
    "end_need",
    "end_stay",
    "move_home",
    "note_legal_status",
    "note_need",
    "note_printing",
    "order_contacts",
    "propose_details",
    "raise_alert",
    "raise_alerts",
    "record_deaths",
    "record_sharing_choice",
    "register_people",
    "register_person",
    "stay_elsewhere",
    "write_about_me",
]
