"""What is typed about competence and delegation. Nothing typed is lost where it is refused."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError

from homeward.delegation.rules import Question
from homeward.delegation.services import NewLimit
from homeward.delegation.states import PracticeResult
from homeward.kernel.rules import wall_clock, whole_number
from homeward.web.front_door.forms.fields import FrontDoorForm, hours_and_minutes, line_field, text_field

LIMIT_ROWS = 3


def day_typed(typed: str, what: str) -> date:
    """A day as a date input sends it. Raises: ValidationError."""
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise ValidationError(f"Enter {what}") from error


class TrainingForm(FrontDoorForm):
    """A course done."""

    code = forms.CharField(max_length=60, error_messages={"required": "Choose the course"})
    done_on = forms.CharField(error_messages={"required": "Enter the day it was done"})
    expires_on = line_field(10)

    def clean_done_on(self) -> date:
        return day_typed(self.cleaned_data["done_on"], "the day it was done")

    def clean_expires_on(self) -> date | None:
        typed = self.cleaned_data["expires_on"]
        return day_typed(typed, "the last day it counts, or leave it empty") if typed else None


class KnowledgeTestForm(FrontDoorForm):
    """One sitting of a test."""

    taken_on = forms.CharField(error_messages={"required": "Enter the day of the test"})
    score = forms.CharField(max_length=4, error_messages={"required": "Enter the score"})
    out_of = forms.CharField(max_length=4, error_messages={"required": "Enter out of how many"})
    is_passed = forms.CharField(error_messages={"required": "Say whether it was passed"})

    def clean_taken_on(self) -> date:
        return day_typed(self.cleaned_data["taken_on"], "the day of the test")

    def _number(self, name: str) -> int:
        number = whole_number(self.cleaned_data[name].strip())
        if number is None:
            raise ValidationError("Enter a whole number")
        return number

    def clean_score(self) -> int:
        return self._number("score")

    def clean_out_of(self) -> int:
        return self._number("out_of")

    def clean_is_passed(self) -> bool:
        return self.cleaned_data["is_passed"] == "yes"


class PracticeForm(FrontDoorForm):
    """A practice that was watched."""

    activity = forms.CharField(error_messages={"required": "Choose what was watched"})
    person = line_field(20)
    setting = forms.CharField(max_length=120, error_messages={"required": "Say where it was"})
    seen_day = forms.CharField(error_messages={"required": "Enter the day"})
    seen_time = forms.CharField(error_messages={"required": "Enter the time, like 08:15"})
    result = forms.ChoiceField(choices=PracticeResult.choices, error_messages={"required": "Say how it was done"})
    feedback = text_field()
    reflection = text_field()

    def clean(self) -> dict:
        told = super().clean()
        if told.get("seen_day") and told.get("seen_time"):
            hours, minutes = 0, 0
            try:
                hours, minutes = hours_and_minutes(told["seen_time"])
            except ValidationError as error:
                self.add_error("seen_time", error)
            try:
                day = day_typed(told["seen_day"], "the day")
            except ValidationError as error:
                self.add_error("seen_day", error)
            else:
                told["observed_at"] = wall_clock(day, f"{hours}:{minutes}")
        return told

    @property
    def observed_at(self) -> datetime:
        return self.cleaned_data["observed_at"]


class SpotCheckForm(FrontDoorForm):
    """A look again at how a signed-off worker does it."""

    result = forms.ChoiceField(choices=PracticeResult.choices, error_messages={"required": "Say how it was done"})
    text = forms.CharField(max_length=2000, error_messages={"required": "Say what you saw"})

    FIRST_INPUTS = {"result": "check-result", "text": "check-text"}


class SignForm(FrontDoorForm):
    """A sign-off: for whom, and to which day."""

    person = line_field(20)
    ends_on = line_field(10)
    agree = forms.CharField(error_messages={"required": "Tick that you sign this"})

    def clean_ends_on(self) -> date | None:
        typed = self.cleaned_data["ends_on"]
        return day_typed(typed, "the last day") if typed else None


class DeclareForm(FrontDoorForm):
    """What a worker or an employer said."""

    kind = forms.CharField(error_messages={"required": "Choose what was declared"})
    said_by = line_field(120)
    text = text_field()


class ReasonForm(FrontDoorForm):
    """Why something is done, and for some until when or for whom."""

    why = forms.CharField(max_length=2000, error_messages={"required": "Say why, or what you found"})
    review_on = line_field(10)
    worker = line_field(20)

    def clean_review_on(self) -> date | None:
        typed = self.cleaned_data["review_on"]
        return day_typed(typed, "the day of the next review") if typed else None


class InstructionsForm(FrontDoorForm):
    """What workers are told to do, and the limits of what they read."""

    instructions = forms.CharField(max_length=4000, error_messages={"required": "Write what to do, step by step"})
    if_out_of_range = forms.CharField(
        max_length=4000, error_messages={"required": "Write what to do when something is not as it should be"}
    )

    def limits(self) -> list[NewLimit]:
        """The limits typed; rows left empty are none.

        Raises: ValidationError.
        """
        found = []
        for row in range(1, LIMIT_ROWS + 1):
            told = {name: self.typed(f"{name}-{row}").strip() for name in ("reading", "unit", "low", "high", "stops")}
            if any(told[name] for name in ("reading", "low", "high")):
                found.append(
                    NewLimit(
                        told["reading"], told["unit"], _number(told["low"]), _number(told["high"]), bool(told["stops"])
                    )
                )
        return found

    def clean(self) -> dict:
        told = super().clean()
        try:
            told["limits"] = self.limits()
        except ValidationError as error:
            self.add_error(None, error)
            self.errors["reading-1"] = self.errors.pop("__all__")
        return told


class DecideForm(InstructionsForm):
    """Everything a decision to delegate rests on."""

    review_on = forms.CharField(error_messages={"required": "Enter the day it is reviewed"})

    def __init__(self, questions: tuple[Question, ...], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[question.code] = forms.ChoiceField(
                choices=question.answers, error_messages={"required": f"Answer: {question.text}"}
            )
            self.fields[f"{question.code}_text"] = text_field()

    def clean_review_on(self) -> date:
        return day_typed(self.cleaned_data["review_on"], "the day it is reviewed")

    def assessed(self) -> dict[str, dict[str, str]]:
        """The answers, as the services want them."""
        told = self.cleaned_data
        return {
            question.code: {"answer": told[question.code], "text": told[f"{question.code}_text"]}
            for question in self.questions
        }

    def chosen(self) -> list[int]:
        """The numbers of the workers who were ticked."""
        if not self.is_bound:
            return []
        return [number for typed in self.data.getlist("workers") if (number := whole_number(typed)) is not None]


def _number(typed: str) -> Decimal | None:
    if not typed:
        return None
    try:
        number = Decimal(typed.replace(",", "."))
    except InvalidOperation as error:
        raise ValidationError("Enter the limits as numbers, like 4 or 15.5") from error
    if not number.is_finite():
        raise ValidationError("Enter the limits as numbers, like 4 or 15.5")
    return number
