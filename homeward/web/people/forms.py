"""What is typed on the pages about a person. Nothing typed is lost: a form with errors shows what was typed again."""

from django import forms

from homeward.people.linking.fields import CHOICES, HOME, KEPT, OTHER, started_with
from homeward.people.linking.selectors import SideBySide
from homeward.people.states import DuplicateState


class RecordForm(forms.Form):
    """A form whose fields a template prints by name."""

    def typed(self, name: str) -> str:
        """What was typed in a field, or what it starts with."""
        return self.data.get(name, "") if self.is_bound else self.initial.get(name, "")

    def problems(self) -> list[tuple[str, str]]:
        """Each field with an error and what to do about it, in the order of the page."""
        order = list(self.fields)
        return [(name, self.errors[name][0]) for name in sorted(self.errors, key=order.index)]

    def first_input(self, name: str) -> str:
        """The id of the input an error about a field points to."""
        return name


LONGEST_REASON = 500  # as a merge keeps it


class MergeForm(RecordForm):
    """Whether two records are of one person and, if so, which is kept and whose value is right for each part.

    Each part is chosen by the number of the record it is right on, so that it stays right when another is kept.
    """

    decision = forms.ChoiceField(
        choices=[(one, "") for one in (DuplicateState.MERGED, DuplicateState.NOT_SAME, DuplicateState.UNSURE)],
        error_messages={
            "required": "Say whether they are the same person",
            "invalid_choice": "Say whether they are the same person",
        },
    )
    keep = forms.CharField(required=False)
    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={"max_length": f"Use {LONGEST_REASON} characters or fewer"},
    )

    def __init__(self, *args, pair: SideBySide, **kwargs) -> None:
        self.pair = pair
        self.records = {str(pair.first.pk): pair.first, str(pair.second.pk): pair.second}
        fuller = sum(pair.second_has.values()) > sum(pair.first_has.values())
        kept, other = (pair.second, pair.first) if fuller else (pair.first, pair.second)
        initial = {"keep": str(kept.pk)}
        for name in CHOICES:
            whose = started_with(vars(kept), vars(other), name) if name != HOME else KEPT
            initial[f"value_{name}"] = str(other.pk if whose == OTHER else kept.pk)
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("decision") == DuplicateState.MERGED:
            if cleaned.get("keep") not in self.records:
                self.add_error("keep", "Choose which record to keep")
            if not cleaned.get("reason", "").strip() and "reason" not in self.errors:
                self.add_error("reason", "Say how you know that they are the same person")
        return cleaned

    def values(self, kept_id: int) -> dict[str, str]:
        """Whose value is right for each part, as `merge_people` takes it."""
        chosen = {name: self.typed(f"value_{name}") for name in CHOICES}
        return {name: OTHER if number in self.records and number != str(kept_id) else KEPT
                for name, number in chosen.items()}  # fmt: skip

    def first_input(self, name: str) -> str:
        """The id of the input an error about a field points to."""
        return {"decision": "decision-merged", "keep": f"keep-{self.pair.first.pk}"}.get(name, name)


class UndoMergeForm(RecordForm):
    """Why a merge was wrong."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        error_messages={
            "required": "Say how you know that they are not the same person",
            "max_length": f"Use {LONGEST_REASON} characters or fewer",
        },
    )
