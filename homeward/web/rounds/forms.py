"""What is typed in answer to a round, and when rounds are."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError

from homeward.discharge.rules.rounds import Timetable
from homeward.discharge.services import Owner
from homeward.discharge.states import AnswerKind
from homeward.kernel.rules import LONDON, london_day, wall_clock, whole_number
from homeward.web.front_door.forms.fields import FrontDoorForm, hours_and_minutes, line_field, text_field
from homeward.web.roster.forms import day_typed
from homeward.web.templating import clock_text

# The times that most delays are until: (day from today, time on the wall). Anything else is typed.
SOON_TIMES = ((0, "12:00"), (0, "17:00"), (1, "12:00"), (1, "17:00"))
OTHER = "other"


def time_choices(now: datetime) -> list[tuple[str, str]]:
    """Times to come that can be chosen at a press, as value and words."""
    day = london_day(now)
    moments = [wall_clock(day + timedelta(days=days), text) for days, text in SOON_TIMES]
    names = {day: "today", day + timedelta(days=1): "tomorrow"}
    return [
        (moment.isoformat(), f"{clock_text(moment).capitalize()} {names[london_day(moment)]}")
        for moment in moments
        if moment > now
    ]


def typed_moment(chosen: str, day: str, time: str) -> datetime | None:
    """A moment that was chosen, or typed as a day and a time ("14:30"); None where nothing was.

    Raises: ValidationError where what was typed is no day or no time.
    """
    if chosen and chosen != OTHER:
        try:
            return datetime.fromisoformat(chosen).astimezone(LONDON)
        except (ValueError, OverflowError) as error:
            raise ValidationError("Choose a time from the list") from error
    if not day.strip() and not time.strip():
        return None
    hours, minutes = hours_and_minutes(time)
    return wall_clock(day_typed(day, "a day"), f"{hours}:{minutes}")


def owner_typed(value: str) -> Owner | None:
    """An owner as a list of them gives it, "team-4"; None for nothing."""
    kind, _, number = value.partition("-")
    found = whole_number(number)
    return Owner(kind, found) if kind and found is not None else None


class AnswerForm(FrontDoorForm):
    """One answer. Which of the fields are asked depends on which it is; the service says what is missing."""

    FIRST_INPUTS = {"until": "until-1"}
    until = line_field(40)
    until_day = line_field(20)
    until_time = line_field(20)
    reason = line_field(32)
    owner = line_field(40)
    text = line_field(500)

    def clean(self) -> dict:
        told = super().clean()
        try:
            told["moment"] = typed_moment(*(told.get(name, "") for name in ("until", "until_day", "until_time")))
        except ValidationError as error:
            self.add_error("until", error)
        return told

    def blame(self, kind: str, said: str) -> None:
        """Show what the service said beside the field that it is about."""
        fields = {AnswerKind.DELAYED: "until", AnswerKind.NOT_MINE: "owner", AnswerKind.BLOCKED: "reason"}
        self.add_error("text" if said.startswith("Say why") else fields.get(kind, "text"), said)


class TimesForm(FrontDoorForm):
    """When a service has rounds, and how long owners have; who leads each team is `lead-<number of the team>`."""

    weekday_times = line_field(100)
    other_day_times = line_field(100)
    other_days = text_field()
    answer_minutes = line_field(4)

    def clean_other_days(self) -> frozenset[date]:
        typed = self.cleaned_data["other_days"].replace(",", " ").split()
        return frozenset(day_typed(text, "each day") for text in typed)

    def clean_answer_minutes(self) -> int:
        number = whole_number(self.cleaned_data["answer_minutes"].strip())
        if number is None:
            raise ValidationError("Enter how many minutes owners have to answer")
        return number

    def timetable(self) -> Timetable:
        """What was typed."""
        told = self.cleaned_data
        weekday, other = (tuple(told[name].replace(",", " ").split()) for name in ("weekday_times", "other_day_times"))
        return Timetable(weekday, other, told["other_days"], told["answer_minutes"])


def as_typed(timetable: Timetable) -> dict[str, str]:
    """A timetable as its form shows it."""
    return {
        "weekday_times": " ".join(timetable.weekday_times),
        "other_day_times": " ".join(timetable.other_day_times),
        "other_days": "\n".join(day.isoformat() for day in sorted(timetable.other_days)),
        "answer_minutes": str(timetable.answer_minutes),
    }
