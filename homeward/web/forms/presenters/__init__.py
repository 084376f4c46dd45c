"""The finished words of forms and of a person's assessments."""

from homeward.web.forms.presenters.filling import (
    ClashBox,
    FormsPanel,
    answers_page,
    blank_page,
    clash_boxes,
    field_of,
    form_page,
    forms_panel,
    history,
    open_boxes,
    paper,
    saved_words,
)
from homeward.web.forms.presenters.record import (
    For,
    OwedLine,
    RecordPage,
    owed_lines,
    present_assessments,
    told_lines,
)

__all__ = [
    "ClashBox",
    "For",
    "FormsPanel",
    "OwedLine",
    "RecordPage",
    "answers_page",
    "blank_page",
    "clash_boxes",
    "field_of",
    "form_page",
    "forms_panel",
    "history",
    "open_boxes",
    "owed_lines",
    "paper",
    "present_assessments",
    "saved_words",
    "told_lines",
]
