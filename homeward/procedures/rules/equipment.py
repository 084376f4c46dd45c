"""Which equipment the answers of a form ask for, and why: proposed, for a person to ask for."""

from __future__ import annotations

from .definitions import EquipmentProposed, Form
from .forms import Answers, holds


def equipment_proposed(form: Form, answers: Answers) -> tuple[EquipmentProposed, ...]:
    """The equipment whose condition holds over the questions that are shown."""
    return tuple(one for one in form.equipment if holds(one.when, form, answers))
