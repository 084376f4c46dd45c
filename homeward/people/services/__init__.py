"""Writes about the people we support."""

from homeward.people.services.home import add_address
from homeward.people.services.registering import NewAddress, NewPerson, record_deaths, register_people, register_person
from homeward.people.services.safety import note_need, raise_alert, raise_alerts
from homeward.people.services.timeline import add_many_to_timeline, add_to_timeline, correct_timeline, note_printing

__all__ = [
    "NewAddress",
    "NewPerson",
    "add_address",
    "add_many_to_timeline",
    "add_to_timeline",
    "correct_timeline",
    "note_need",
    "note_printing",
    "raise_alert",
    "raise_alerts",
    "record_deaths",
    "register_people",
    "register_person",
]
