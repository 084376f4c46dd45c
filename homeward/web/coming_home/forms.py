"""What is typed about somebody in hospital. Nothing typed is lost where something is refused."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError

from homeward.discharge.rules.deciding import Choice, choice_field
from homeward.discharge.selectors import BoardFilter
from homeward.discharge.services import (
    CriteriaGiven,
    Leaving,
    MedicinesGiven,
    Owner,
    StayGiven,
    TransportGiven,
    WayHome,
)
from homeward.discharge.states import (
    Capacity,
    ChoiceAnswer,
    Criterion,
    DecidedBy,
    DelayFamily,
    DelayReason,
    Destination,
    EndedAs,
    HomePathway,
    MedicinesState,
    StaySource,
    TransportMode,
    TransportState,
    TravelsBy,
    WhyNotHome,
)
from homeward.kernel.rules import LONDON, london_day, wall_clock, whole_number
from homeward.web.front_door.forms.fields import FrontDoorForm, hours_and_minutes, line_field, text_field
from homeward.web.front_door.forms.somebody import SomebodyForm
from homeward.web.wanted import InAddress

GROUPINGS = {"ready": "When they were ready", "ward": "Ward", "pathway": "Pathway", "team": "Team"}
SHOWN = {
    "ready": "Ready to leave",
    "late": "Something is late",
    "blocked": "Held up",
    "missing": "Something missing",
    "known": "Known to the community",
    "second": "Waiting for a second person",
}
LONGEST = 80
# So many choices can be written down; more are seldom offered
CHOICES = 4
# A working day's end: what an action is due by unless somebody says otherwise. Local decision.
DUE_TIME = "16:00"
NOT_MET = "not_met"
OLDEST_ADMISSION = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Wanted(InAddress):
    """What the board shows and how. `text` is only ever sent in a form: it may be a name."""

    by: str = "ready"
    hospital: str = ""
    ward: str = ""
    pathway: str = ""
    team: str = ""
    family: str = ""
    show: str = ""
    text: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nobody is left out."""
        return self.filter() == BoardFilter()

    def filter(self) -> BoardFilter:
        """Which stays to keep, as the room takes it."""
        told = asdict(self)
        del told["by"]
        return BoardFilter(**told)


def read_wanted(told) -> Wanted:
    """What an address, a session or a form says; what makes no sense is left out."""
    said = {name: str(told.get(name, ""))[:LONGEST].replace("\0", "") for name in Wanted.__slots__}
    return Wanted(
        by=said["by"] if said["by"] in GROUPINGS else "ready",
        hospital=said["hospital"],
        ward=said["ward"],
        pathway=said["pathway"] if said["pathway"] in (*HomePathway.values, "none") else "",
        team=said["team"] if said["team"] == "none" or whole_number(said["team"]) is not None else "",
        family=said["family"] if said["family"] in DelayFamily.values else "",
        show=said["show"] if said["show"] in SHOWN else "",
        text=said["text"].strip(),
    )


class ActForm(FrontDoorForm):
    """One thing done on the page of a stay, beside others: its inputs are called after its place on the page."""

    def __init__(self, *args, now: datetime, place: str, **kwargs) -> None:
        self.now = now
        self.place = place
        super().__init__(*args, **kwargs)

    def first_input(self, name: str) -> str:
        return f"{self.place}-{name}"

    def _moment(self, told: dict, day: str, time: str) -> datetime | None:
        """A day and a time of day as typed; None with an error on the form where either makes no sense."""
        if told.get(day) is None:
            return None
        try:
            hours, minutes = hours_and_minutes(told.get(time, ""))
        except ValidationError as error:
            self.add_error(time, error)
            return None
        return wall_clock(told[day], f"{hours:02d}:{minutes:02d}")


def _day_field(required: str) -> forms.DateField:
    return forms.DateField(
        required=bool(required), error_messages={"required": required, "invalid": "Enter a day, like 2026-11-30"}
    )


class CriteriaForm(ActForm):
    """Whether somebody meets the criteria to reside on a day, and which."""

    answer = forms.ChoiceField(
        choices=[(NOT_MET, NOT_MET), *Criterion.choices],
        error_messages={
            "required": "Choose a criterion, or that they meet none",
            "invalid_choice": "Choose from the list",
        },
    )
    day = _day_field("Enter the day")

    def given(self) -> CriteriaGiven:
        """The answer as the room takes it."""
        answer = self.cleaned_data["answer"]
        is_met = answer != NOT_MET
        return CriteriaGiven(self.cleaned_data["day"], is_met, answer if is_met else "")


class ExpectedForm(ActForm):
    """The day somebody is expected to leave, and why it changes."""

    day = _day_field("Enter the day")
    reason = text_field()


class ActionForm(ActForm):
    """What is to be done, by whom, and by when."""

    text = forms.CharField(
        max_length=250,
        error_messages={"required": "Say what is to be done", "max_length": "Use 250 characters or fewer"},
    )
    owner = forms.RegexField(
        r"^(worker|account|team|organisation)-\d{1,18}$",
        error_messages={"required": "Choose who does it", "invalid": "Choose who does it from the list"},
    )
    due_day = _day_field("Enter the day it is due")
    due_time = line_field(5)
    blocker = forms.ChoiceField(choices=[("", ""), *DelayReason.choices], required=False)
    reason = text_field()

    def clean(self) -> dict:
        told = super().clean()
        told["due_at"] = self._moment(told, "due_day", "due_time")
        return told

    def owner_given(self) -> Owner:
        """Whose it is, as the room takes it."""
        kind, _, number = self.cleaned_data["owner"].partition("-")
        return Owner(kind, int(number))


class WordsForm(ActForm):
    """Some words: what came of an action, why one is no longer needed, why a stay goes on."""

    text = text_field()


class BlockForm(ActForm):
    """Which national delay reason holds an action up; none takes it away."""

    blocker = forms.ChoiceField(
        choices=[("", ""), *DelayReason.choices],
        required=False,
        error_messages={"invalid_choice": "Choose what holds it up from the list"},
    )
    text = text_field()


class ReopenForm(ActForm):
    """Why an action is opened again, and when it is due now."""

    text = forms.CharField(max_length=500, error_messages={"required": "Say why it is opened again"})
    due_day = _day_field("Enter the day it is due")
    due_time = line_field(5)

    def clean(self) -> dict:
        told = super().clean()
        told["due_at"] = self._moment(told, "due_day", "due_time")
        return told


class LeavingForm(ActForm):
    """That somebody left hospital, when, how and where to."""

    ended_as = forms.ChoiceField(choices=EndedAs.choices, error_messages={"required": "Choose how the stay ended"})
    destination = forms.ChoiceField(choices=[("", ""), *Destination.choices], required=False)
    day = _day_field("Enter the day")
    time = line_field(5)
    note = text_field()

    def clean(self) -> dict:
        told = super().clean()
        told["left_at"] = self._moment(told, "day", "time")
        if told.get("ended_as") == EndedAs.LEFT and not told.get("destination"):
            self.add_error("destination", "Choose where they went")
        return told

    def given(self) -> Leaving:
        """The end as the room takes it."""
        told = self.cleaned_data
        return Leaving(told["left_at"], told["ended_as"], told["destination"], told["note"])


class AnswerForm(ActForm):
    """What was answered later to a choice that had no answer yet."""

    choice = forms.IntegerField(error_messages={"required": "Choose which of them", "invalid": "Choose which of them"})
    answer = forms.ChoiceField(
        choices=[(one.value, one.label) for one in (ChoiceAnswer.CHOSEN, ChoiceAnswer.REFUSED)],
        error_messages={"required": "Choose what they answered"},
    )
    answered_by = forms.CharField(max_length=200, error_messages={"required": "Say who answered"})
    day = _day_field("Enter the day they answered")
    reason = line_field(500)

    def clean(self) -> dict:
        told = super().clean()
        if told.get("answer") == ChoiceAnswer.REFUSED and not told.get("reason"):
            self.add_error("reason", "Say why it was refused")
        return told


class PauseForm(ActForm):
    """That somebody's usual care stops while they are in hospital: nothing is typed."""

    sure = forms.CharField(required=False)


class FirstDayForm(ActForm):
    """From which day somebody has their usual care again."""

    day = _day_field("Enter the first day with visits")


class WardForm(ActForm):
    """Where in the hospital somebody is now."""

    ward = forms.CharField(max_length=80, error_messages={"required": "Enter the ward"})
    bed = line_field(40)
    consultant = line_field(120)


_CHOICE = tuple(Choice.__slots__)


def _answer_field() -> forms.ChoiceField:
    return forms.ChoiceField(choices=[("", ""), *ChoiceAnswer.choices], required=False)


class DecideForm(FrontDoorForm):
    """How somebody leaves hospital."""

    pathway = forms.ChoiceField(choices=HomePathway.choices, error_messages={"required": "Choose a pathway"})
    destination = forms.ChoiceField(choices=Destination.choices, error_messages={"required": "Choose where they go"})
    why_not_home = forms.ChoiceField(choices=[("", ""), *WhyNotHome.choices], required=False)
    not_home_text = text_field()
    person_said = text_field()
    capacity = forms.ChoiceField(
        choices=Capacity.choices, error_messages={"required": "Choose whether they can decide about leaving"}
    )
    decided_by = forms.ChoiceField(choices=DecidedBy.choices, error_messages={"required": "Choose who decides"})
    decided_by_name = line_field(200)
    care_starts_on = _day_field("")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, CHOICES + 1):
            for name, field in (
                ("what", line_field(160)), ("provider", line_field(160)), ("starts_on", _day_field("")),
                ("cost", line_field(160)), ("answer", _answer_field()), ("answered_by", line_field(200)),
                ("reason", line_field(500)),
            ):  # fmt: skip
                self.fields[choice_field(name, place)] = field

    def clean(self) -> dict:
        told = super().clean()
        places = range(1, CHOICES + 1)
        # Where one in between is left empty, those after it move up; what is refused is said where they were typed
        self.used = [place for place in places if any(told.get(choice_field(name, place)) for name in _CHOICE)]
        return told

    def is_used(self, place: int) -> bool:
        """Whether something is typed about the choice at a place."""
        return any(self.typed(choice_field(name, place)) for name in _CHOICE)

    def given(self) -> WayHome:
        """The decision as the room takes it."""
        told = {name: value for name, value in self.cleaned_data.items() if not name.startswith("choice_")}
        choices = tuple(
            Choice(**{name: self.cleaned_data[choice_field(name, place)] for name in _CHOICE}) for place in self.used
        )
        return WayHome(choices=choices, **told)

    def refuse(self, faults: dict[str, str]) -> None:
        """Say what the room refused, each at its field."""
        for name, fault in faults.items():
            if name.startswith("choice_") and self.used:
                _, place, what = name.split("_", 2)
                name = choice_field(what, self.used[int(place) - 1])
            self.add_error(name, fault)


class TransportForm(ActForm):
    """How somebody travels when they leave, whose it is and how far."""

    state = forms.ChoiceField(choices=TransportState.choices, error_messages={"required": "Choose how far it is"})
    owner = forms.CharField(max_length=120, error_messages={"required": "Say whose it is"})
    mode = forms.ChoiceField(choices=[("", ""), *TransportMode.choices], required=False)
    travels_by = forms.ChoiceField(choices=[("", ""), *TravelsBy.choices], required=False)
    two_person = forms.ChoiceField(choices=[("", ""), ("yes", "yes"), ("no", "no")], required=False)
    collect_day = _day_field("")
    collect_time = line_field(5)
    provider = line_field(120)
    reference = line_field(80)
    note = line_field(500)

    def clean(self) -> dict:
        told = super().clean()
        told["collect_at"] = self._moment(told, "collect_day", "collect_time")
        return told

    def given(self) -> TransportGiven:
        """It as the room takes it."""
        told = {name: self.cleaned_data[name] for name in TransportGiven.__slots__ if name != "is_two_person"}
        return TransportGiven(**told, is_two_person=self.cleaned_data["two_person"] == "yes")


class MedicinesForm(ActForm):
    """How far the medicines to take home are, and whose they are to see to."""

    state = forms.ChoiceField(choices=MedicinesState.choices, error_messages={"required": "Choose how far they are"})
    owner = forms.CharField(max_length=120, error_messages={"required": "Say whose they are to see to"})
    ready_day = _day_field("")
    ready_time = line_field(5)
    checked_by = line_field(200)
    handed_to = line_field(200)
    changes_told_to = line_field(200)
    note = line_field(500)

    def clean(self) -> dict:
        told = super().clean()
        told["ready_at"] = self._moment(told, "ready_day", "ready_time")
        return told

    def given(self) -> MedicinesGiven:
        """It as the room takes it."""
        return MedicinesGiven(**{name: self.cleaned_data[name] for name in MedicinesGiven.__slots__})


class AdmitForm(SomebodyForm):
    """Somebody came into hospital: who, where, when and why."""

    admitted_day = forms.DateField(
        error_messages={"required": "Enter the day they were admitted", "invalid": "Enter a day"}
    )
    admitted_time = line_field(5)
    hospital = line_field(20)
    hospital_name = line_field(160)
    ward = line_field(80)
    bed = line_field(40)
    consultant = line_field(120)
    reason = line_field(250)
    team = line_field(20)
    expected_on = forms.DateField(required=False, error_messages={"invalid": "Enter a day, or leave it empty"})
    likely_pathway = forms.ChoiceField(choices=[("", ""), *HomePathway.choices], required=False)

    def clean(self) -> dict:
        told = super().clean()
        self.check_person(told)
        if not told.get("hospital") and not told.get("hospital_name"):
            self.add_error("hospital", "Choose the hospital, or enter its name")
        day: date | None = told.get("admitted_day")
        told["admitted_at"] = None
        if day is not None:
            try:
                hours, minutes = hours_and_minutes(told.get("admitted_time", ""))
                told["admitted_at"] = wall_clock(day, f"{hours:02d}:{minutes:02d}")
            except ValidationError as error:
                self.add_error("admitted_time", error)
            if not timedelta() <= london_day(self.now) - day <= OLDEST_ADMISSION:
                self.add_error("admitted_day", "The day must be today or before. Check it")
        return told

    def given(self, hospital, team) -> StayGiven:
        """The stay as the room takes it; `hospital` and `team` are the rows chosen, None where none was."""
        told = self.cleaned_data
        return StayGiven(
            admitted_at=told["admitted_at"],
            source=StaySource.FORM,
            hospital=hospital,
            hospital_name=told["hospital_name"],
            ward=told["ward"],
            bed=told["bed"],
            consultant=told["consultant"],
            reason=told["reason"],
            team=team,
            expected_on=told["expected_on"],
            likely_pathway=told["likely_pathway"],
        )


def today_and_time(now: datetime) -> dict[str, str]:
    """What the day and the time of something that has just happened start with."""
    local = now.astimezone(LONDON)
    return {"day": local.date().isoformat(), "time": f"{local:%H:%M}"}


def due_starts(now: datetime) -> dict[str, str]:
    """What the day and time an action is due by start with: today's end, or tomorrow's once that is near."""
    local = now.astimezone(LONDON)
    day = local.date() if local.hour < int(DUE_TIME[:2]) else local.date() + timedelta(days=1)
    return {"due_day": day.isoformat(), "due_time": DUE_TIME}
