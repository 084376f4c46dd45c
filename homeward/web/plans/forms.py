"""What pages of plans ask besides the parts of a draft."""

from collections.abc import Iterable
from datetime import date

from django.http import QueryDict

from homeward.plans.services import Agreement
from homeward.plans.states import AgreedHow


class Asked:
    """What was typed in a form of these pages, with what is wrong beside it; `components/fields.jinja` prints it."""

    def __init__(self, posted: QueryDict | None, usual: dict[str, str] | None = None) -> None:
        self.posted, self.usual = posted, usual or {}
        self.errors: dict[str, list[str]] = {}

    def typed(self, name: str) -> str:
        """What stands in a field."""
        if self.posted is None:
            return self.usual.get(name, "")
        return self.posted.get(name, "").replace("\0", "").strip()

    def day(self, name: str, *, missing: str = "") -> date | None:
        """The day in a field; an error where it is none, or is missing and `missing` says what to do."""
        text = self.typed(name)
        if not text:
            if missing:
                self.errors[name] = [missing]
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.errors[name] = ["Enter a real day"]
            return None

    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, for the summary at the top."""
        return [(name, told[0]) for name, told in self.errors.items()]

    def first_input(self, name: str) -> str:
        """Where a link to a problem leads."""
        return name


def read_agreement(asked: Asked, powers: Iterable) -> Agreement:
    """Who agrees and by what right, as the form says; what is missing becomes an error of the form."""
    how = asked.typed("how")
    if how not in AgreedHow.values:
        asked.errors["how"] = ["Say who agreed, or that nobody did"]
        how = AgreedHow.NOT_AGREED
    found = next((one for one in powers if str(one.pk) == asked.typed("power")), None)
    names = {AgreedHow.PERSON: "said", AgreedHow.BEST_INTERESTS: "asked", AgreedHow.NOT_AGREED: "why",
             AgreedHow.POWER: "said"}  # fmt: skip
    agreement = Agreement(
        how=AgreedHow(how),
        agreed_on=None if how == AgreedHow.NOT_AGREED else asked.day("agreed_on", missing="Say on which day"),
        by_whom=asked.typed("decided_by" if how == AgreedHow.BEST_INTERESTS else "by_whom"),
        power=found if how == AgreedHow.POWER else None,
        text=asked.typed(names[AgreedHow(how)]),
    )
    if how == AgreedHow.POWER and found is None:
        asked.errors["power"] = ["Choose the power. If none is on record, add it under Details first"]
    if how == AgreedHow.NOT_AGREED and not agreement.text and "how" not in asked.errors:
        asked.errors["why"] = ["Say why it is not agreed"]
    if how == AgreedHow.BEST_INTERESTS:
        if not agreement.by_whom:
            asked.errors["decided_by"] = ["Say who decided"]
        if not agreement.text:
            asked.errors["asked"] = ["Say whom they asked, and why this is best"]
    return agreement
