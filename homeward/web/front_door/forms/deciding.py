"""Deciding on a referral. Nothing typed is lost where a decision is refused."""

from homeward.procedures.rules import Pathway
from homeward.web.front_door.forms.fields import FrontDoorForm, line_field, text_field

REASONS_NEEDED = {
    "redirect": "Say why it goes there. The person who referred will be told",
    "decline": "Give a reason. The person who referred will be told",
    "ask": "Say what you need to know",
    "advise": "Write the advice that was given",
    "disagree": "Say why you do not agree. The person who proposed it needs to know",
    "reopen": "Say why it is opened again",
}


class DecisionForm(FrontDoorForm):
    """One decision about a referral; which fields count depends on which decision."""

    FIRST_INPUTS = {"met": "met-1", "to": "redirect_to"}
    reason = text_field()
    to = line_field(160)
    pathway = line_field(80)

    def __init__(self, *args, decision: str, **kwargs) -> None:
        self.decision = decision
        super().__init__(*args, **kwargs)

    def first_input(self, name: str) -> str:
        inputs = {"reason": f"{self.decision}_reason", "to": "redirect_to"}
        if name == "pathway":
            return "second-title" if self.decision == "agree" else "pathways"
        return inputs.get(name, super().first_input(name))

    def clean(self) -> dict:
        told = super().clean()
        if self.decision == "redirect" and not told.get("to"):
            self.add_error("to", "Say where the referral goes")
        if self.decision in REASONS_NEEDED and not told.get("reason"):
            self.add_error("reason", REASONS_NEEDED[self.decision])
        return told

    def blank(self, decision: str) -> "DecisionForm":
        """An empty form of another decision, beside this one."""
        return DecisionForm(decision=decision)

    def ticked(self, name: str) -> list[str]:
        """The codes ticked under a name."""
        return self.data.getlist(name) if self.is_bound else []

    def check_entry(self, pathway: Pathway) -> str:
        """What was ticked against a pathway's entry, in words for the record, with the reason given.

        Adds an error to the form where something speaks against accepting and no reason is given.
        """
        met, against = self.ticked("met"), self.ticked("against")
        missing = [one.text for one in pathway.entry.criteria if one.required and one.code not in met]
        standing = [one for one in pathway.entry.exclusions if one.code in against]
        reason = self.cleaned_data.get("reason", "")
        if standing and not reason:
            self.add_error("reason", f"You ticked: {standing[0].text}. {standing[0].instead} Or say why you accept")
        elif missing and not reason:
            self.add_error("reason", f"Not ticked: {missing[0]}. Tick it, or say why you accept without it")
        said = ["All the entry criteria are met."] if not missing else [f"Not ticked: {'; '.join(missing)}."]
        if standing:
            said.append(f"Speaks against it: {'; '.join(one.text for one in standing)}.")
        return " ".join([*said, reason]).strip()
