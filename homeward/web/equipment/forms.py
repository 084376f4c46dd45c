"""What the forms of equipment ask."""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from homeward.equipment.rules import whole_pence
from homeward.equipment.services import NewAsk, NewDevice, NewKind, NewReview
from homeward.kernel.rules import wall_clock, whole_number
from homeward.web.plans.forms import Asked

DAY_OPENS, DAY_CLOSES = "09:00", "17:00"


class AskedEquipment(Asked):
    """Numbers, money and times of day beside what `Asked` reads."""

    def number(self, name: str, missing: str = "") -> int | None:
        """The whole number in a field; None for an empty one, with an error where `missing` says what to do."""
        text = self.typed(name)
        number = whole_number(text)
        if (text and (number is None or number > 100_000)) or (not text and missing):
            self.errors[name] = [missing or "Enter a whole number"]
            return None
        return number

    def pence(self, name: str) -> int | None:
        """An amount in pounds, in pence; None for an empty field."""
        text = self.typed(name)
        pence = whole_pence(text) if text else None
        if text and pence is None:
            self.errors[name] = ["Enter an amount in pounds, like 120 or 99.50"]
        return pence

    def hours(self, name: str) -> Decimal | None:
        """Hours of a week, with at most two decimal places; None for an empty field."""
        text = self.typed(name)
        if not text:
            return None
        try:
            hours = Decimal(text)
        except InvalidOperation:
            hours = Decimal("NaN")
        if not hours.is_finite() or not 0 <= hours <= 168 or hours != round(hours, 2):
            self.errors[name] = ["Enter the hours of a week as a number, like 10.5"]
            return None
        return hours

    def yes_or_no(self, name: str) -> bool | None:
        """Yes, no, or not said."""
        return {"yes": True, "no": False}.get(self.typed(name))

    def window(self, now: datetime) -> tuple[datetime, datetime] | None:
        """When a visit may start: between two times of one day; None, with errors, where that cannot be."""
        day = self.day("day", missing="Say on which day")
        try:
            ends = [wall_clock(day, self.typed(name) or usual) for name, usual in
                    (("from", DAY_OPENS), ("to", DAY_CLOSES))] if day else []  # fmt: skip
        except (ValueError, OverflowError):
            self.errors["from"] = ["Enter times like 09:00"]
            return None
        if not ends:
            return None
        if ends[1] <= ends[0] or ends[1] <= now:
            self.errors["day"] = ["Choose a day and times still to come, the later one last"]
            return None
        return max(ends[0], now), ends[1]


def read_ask(asked: AskedEquipment, episodes: dict[str, object], form_id: int | None) -> NewAsk | None:
    """What somebody needs; None, with errors beside the fields, where it cannot be read."""
    needed_by = asked.day("needed_by", missing="Say by which day it is needed")
    quantity = asked.number("quantity", "Enter how many") if asked.typed("quantity") else 1
    if not asked.typed("kind"):
        asked.errors["kind"] = ["Choose what is needed"]
    if not asked.typed("why"):
        asked.errors["why"] = ["Say what it is for"]
    if asked.errors:
        return None
    return NewAsk(
        kind_code=asked.typed("kind"), why=asked.typed("why"), needed_by=needed_by, quantity=quantity or 1,
        is_before_home=bool(asked.typed("is_before_home")), episode=episodes.get(asked.typed("episode")),
        form_id=form_id,
    )  # fmt: skip


def read_device(asked: AskedEquipment) -> NewDevice:
    """What the monitoring centre calls a device, and how it was tested."""
    return NewDevice(
        *(asked.typed(name) for name in ("identifier", "centre_name", "centre_phone", "place", "test_note"))
    )


def read_review(asked: AskedEquipment, today: date) -> NewReview | None:
    """What a review found; None, with errors beside the fields, where it cannot be read."""
    new = NewReview(
        helps=asked.typed("helps"), said=asked.typed("said"), reviewed_on=asked.day("reviewed_on") or today,
        is_care_home_avoided=asked.yes_or_no("care_home"), is_admission_avoided=asked.yes_or_no("admission"),
        care_hours_before=asked.hours("hours_before"), care_hours_now=asked.hours("hours_now"),
        saved_pence_a_week=asked.pence("saved"), next_review_on=asked.day("next_review_on"),
    )  # fmt: skip
    return None if asked.errors else new


NUMBERS = ("fit_minutes", "fitters", "check_months", "service_months", "review_days", "loan_days", "respond_minutes",
           "silent_hours")  # fmt: skip
TEXTS = ("code", "title", "tracking", "skill", "check_basis", "service_basis")
TICKS = ("is_alerting", "needs_approval", "is_offered")


def read_kind(asked: AskedEquipment) -> NewKind | None:
    """A kind as a form describes it; None, with errors beside the fields, where it cannot be read."""
    told = {name: asked.typed(name) for name in TEXTS} | {name: bool(asked.typed(name)) for name in TICKS}
    told |= {name: asked.number(name) for name in NUMBERS}
    told["fit_minutes"], told["fitters"] = told["fit_minutes"] or 45, told["fitters"] or 1
    return None if asked.errors else NewKind(**told)


def kind_as_asked(kind) -> AskedEquipment:
    """A form filled with a kind as it stands."""
    usual = {name: getattr(kind, name) for name in TEXTS}
    usual |= {name: "" if getattr(kind, name) is None else str(getattr(kind, name)) for name in NUMBERS}
    usual |= {name: "yes" if getattr(kind, name) else "" for name in TICKS}
    return AskedEquipment(None, usual)


def tomorrow(now_day: date) -> dict[str, str]:
    """What a form for a visit begins with."""
    return {"day": (now_day + timedelta(days=1)).isoformat(), "from": DAY_OPENS, "to": DAY_CLOSES}
