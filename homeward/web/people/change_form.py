"""The form behind every page that changes a part of a record: what is asked, read and shown again with its errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import whole_number
from homeward.web.people.forms import RecordForm

Option = tuple[str, str, str]  # value, words, hint
DAY_PARTS = ("day", "month", "year")


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a page asks.

    `kind` is "text", "area", "choose" (a list), "pick" (radios), "check" or "day" (three boxes, read as a date).
    `needed` is what the error says where nothing is given, "" where nothing need be. `group` begins a new heading.
    """

    name: str
    kind: str
    label: str
    hint: str = ""
    needed: str = ""
    longest: int = 200
    options: tuple[Option, ...] = ()
    width: str = ""
    type: str = "text"
    rows: int = 3
    group: str = ""

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The options of a list, without hints."""
        return tuple((value, words) for value, words, _ in self.options)


class ChangeForm(RecordForm):
    """What was typed on a page that changes a part of a record. `seen` is the newest change its reader knew of."""

    def __init__(
        self, told: Mapping[str, str] | None, asked: Sequence[Asked], begin: Mapping[str, object], seen: int
    ) -> None:
        self.asked = tuple(asked)
        super().__init__(told, initial=_started(self.asked, begin))
        self.seen = (whole_number(told.get("seen", "")) or 0) if told is not None else seen
        for one in self.asked:
            self.fields[one.name] = _field(one)
            if one.kind == "day":
                for part in DAY_PARTS:
                    self.fields[f"{one.name}_{part}"] = forms.CharField(required=False, max_length=12)

    def clean(self) -> dict:
        """Days are read from their three boxes; a box that is not ticked is False."""
        cleaned = super().clean()
        for one in self.asked:
            if one.kind == "day" and one.name not in self.errors:
                try:
                    cleaned[one.name] = self._day(one)
                except ValidationError as error:
                    self.add_error(one.name, error)
            elif one.kind == "check":
                cleaned[one.name] = bool(cleaned.get(one.name))
        return cleaned

    def first_input(self, name: str) -> str:
        """The id of the input an error about a field points to."""
        kinds = {one.name: one.kind for one in self.asked}
        return f"{name}_day" if kinds.get(name) == "day" else name

    def refuse(self, told: str, name: str = "") -> None:
        """Show why the service refused, beside a field or beside the first."""
        self.add_error(name or self.asked[0].name, told)

    def problems(self) -> list[tuple[str, str]]:
        """Each thing asked that has an error, and what to do about it, in the order of the page."""
        return [(one.name, self.errors[one.name][0]) for one in self.asked if one.name in self.errors]

    def is_ticked(self, name: str) -> bool:
        """Whether a box is, or starts, ticked."""
        return bool(self.typed(name))

    def _day(self, one: Asked) -> date | None:
        parts = [self.data.get(f"{one.name}_{part}", "").strip() for part in DAY_PARTS]
        if not any(parts):
            if one.needed:
                raise ValidationError(one.needed)
            return None
        numbers = [whole_number(part) for part in parts]
        try:
            return date(numbers[2], numbers[1], numbers[0])
        except (TypeError, ValueError, OverflowError) as error:
            raise ValidationError("Enter a day, month and year that exist, such as 27 3 1941") from error


def _field(one: Asked) -> forms.Field:
    if one.kind == "check":
        return forms.BooleanField(required=False)
    if one.kind == "day":
        return forms.CharField(required=False)
    if one.kind in ("choose", "pick"):
        return forms.ChoiceField(
            required=bool(one.needed),
            choices=[("", ""), *((value, words) for value, words, _ in one.options)],
            error_messages={
                "required": one.needed,
                "invalid_choice": one.needed or f"Choose one of the list: {one.label.lower()}",
            },
        )
    return forms.CharField(
        required=bool(one.needed),
        max_length=one.longest,
        error_messages={"required": one.needed, "max_length": f"Use {one.longest:,} characters or fewer"},
    )


def _started(asked: Sequence[Asked], begin: Mapping[str, object]) -> dict[str, object]:
    started: dict[str, object] = {}
    for one in asked:
        value = begin.get(one.name)
        if one.kind == "day":
            for part in DAY_PARTS:
                started[f"{one.name}_{part}"] = str(getattr(value, part)) if isinstance(value, date) else ""
        elif one.kind == "check":
            started[one.name] = bool(value)
        else:
            started[one.name] = "" if value is None else str(value)
    return started


def options(kinds, but: Sequence[str] = ()) -> tuple[Option, ...]:
    """The choices of a fixed list, as a page offers them."""
    return tuple((value, words, "") for value, words in kinds.choices if value not in but)
