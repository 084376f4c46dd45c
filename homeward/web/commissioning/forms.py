"""What the forms of commissioning ask."""

from datetime import date, datetime, timedelta

from django.http import QueryDict

from homeward.commissioning.rules.money import NotMoneyError, read_pence
from homeward.commissioning.services import NewContract, NewPackage, NewProvider, NewRate, NewVisit
from homeward.commissioning.states import RateUnit
from homeward.kernel.rules import LONDON
from homeward.web.clinics.forms import AskedMany

VISITS_ASKED = 6  # rows of the form; a package of more visits is asked for in two
HOURS_TO_ANSWER = (2, 4, 8, 24, 48, 72)
USUAL_HOURS = "24"


class AskedMoney(AskedMany):
    """Fields of money and shares, beside what `AskedMany` reads."""

    def pence(self, name: str, missing: str = "") -> int | None:
        """The pence of a sum in pounds; None, with an error, where it is none or is missing."""
        text = self.typed(name)
        if not text:
            if missing:
                self.errors[name] = [missing]
            return None
        try:
            return read_pence(text)
        except NotMoneyError as error:
            self.errors[name] = [str(error)]
            return None

    def percent(self, name: str) -> int:
        """The council's share."""
        percent = self.number(name, "Enter the council’s share from 0 to 100")
        if percent > 100:
            self.errors[name] = ["Enter the council’s share from 0 to 100"]
        return percent


def usual_of_visits(visits: tuple[NewVisit, ...]) -> dict[str, str]:
    """What stands in the form's rows of visits before anybody types."""
    usual: dict[str, str] = {}
    for row, one in enumerate(visits[:VISITS_ASKED], 1):
        usual |= {
            f"title_{row}": one.title, f"weekdays_{row}": one.weekdays, f"opens_{row}": one.opens_at,
            f"closes_{row}": one.closes_at, f"minutes_{row}": str(one.minutes), f"workers_{row}": str(one.workers),
            f"skill_{row}": one.skill, f"pattern_{row}": str(one.pattern_id or ""),
        }  # fmt: skip
    return usual


def read_visits(asked: AskedMoney, patterns: set[int]) -> tuple[NewVisit, ...]:
    """The visits of a form's rows; a row without a title is left out. `patterns` are those of the person's plan."""
    visits = []
    for row in range(1, VISITS_ASKED + 1):
        title = asked.typed(f"title_{row}")
        if not title:
            continue
        pattern = asked.typed(f"pattern_{row}")
        visits.append(
            NewVisit(
                title=title,
                weekdays="".join(digit for digit in asked.typed(f"weekdays_{row}") if digit in "1234567"),
                opens_at=asked.typed(f"opens_{row}"),
                closes_at=asked.typed(f"closes_{row}") or asked.typed(f"opens_{row}"),
                minutes=asked.number(f"minutes_{row}", f"Enter the minutes of “{title}”"),
                workers=asked.number(f"workers_{row}", f"Enter how many workers “{title}” needs"),
                skill=asked.typed(f"skill_{row}") or "home_care_worker",
                pattern_id=int(pattern)
                if pattern.isascii() and pattern.isdigit() and int(pattern) in patterns
                else None,
            )
        )
    if not visits:
        asked.errors["title_1"] = ["Say at least one visit that is needed"]
    return tuple(visits)


def read_package(asked: AskedMoney, patterns: set[int]) -> NewPackage | None:
    """The package that a form asks for; None, with errors, where it cannot be read."""
    visits = read_visits(asked, patterns)
    starts_on = asked.day("starts_on", missing="Enter the first day it is needed")
    percent = asked.percent("council_percent")
    if not asked.typed("kind"):
        asked.errors["kind"] = ["Choose the kind of care"]
    if not asked.typed("needs_text"):
        asked.errors["needs_text"] = ["Write what a provider must know"]
    if asked.errors or starts_on is None:
        return None
    return NewPackage(
        kind=asked.typed("kind"), starts_on=starts_on, visits=visits, needs_text=asked.typed("needs_text"),
        council_percent=percent,
    )  # fmt: skip


def read_answer_by(asked: AskedMoney, now: datetime) -> datetime | None:
    """The moment offers are to be answered by."""
    hours = asked.number("hours", "Choose by when to answer")
    if hours not in HOURS_TO_ANSWER:
        asked.errors["hours"] = ["Choose by when to answer"]
        return None
    return now + timedelta(hours=hours)


def read_provider(asked: AskedMoney) -> NewProvider:
    """The provider that a form describes."""
    quality = asked.number("quality", "Enter a quality score from 0 to 100") if asked.typed("quality") else None
    return NewProvider(
        name=asked.typed("name"), kind=asked.typed("kind"), email=asked.typed("email"), phone=asked.typed("phone"),
        quality=quality, quality_source=asked.typed("quality_source"),
    )  # fmt: skip


def read_contract(asked: AskedMoney) -> NewContract | None:
    """The contract that a form describes; None, with errors, where it cannot be read."""
    starts_on = asked.day("starts_on", missing="Enter the first day")
    ends_on = asked.day("ends_on")
    hours = asked.number("weekly_hours", "Enter whole hours a week") if asked.typed("weekly_hours") else None
    start_tolerance = asked.number("start_tolerance", "Enter minutes, 0 for none")
    length_tolerance = asked.number("length_tolerance", "Enter minutes, 0 for none")
    mileage = asked.pence("mileage") or 0
    most_miles = asked.number("most_miles", "Enter whole miles") if asked.typed("most_miles") else 0
    if asked.errors or starts_on is None:
        return None
    return NewContract(
        reference=asked.typed("reference"), starts_on=starts_on, ends_on=ends_on, kinds=tuple(asked.chosen("kinds")),
        areas=tuple(asked.typed("areas").replace(",", " ").split()),
        weekly_minutes=None if hours is None else hours * 60, night_from=asked.typed("night_from"),
        night_until=asked.typed("night_until"), start_tolerance_minutes=start_tolerance,
        length_tolerance_minutes=length_tolerance, mileage_pence=mileage, most_miles=most_miles,
    )  # fmt: skip


def read_rate(asked: AskedMoney) -> NewRate | None:
    """The price that a form describes; None, with errors, where it cannot be read."""
    pence = asked.pence("price", "Enter the price in pounds")
    starts_on = asked.day("rate_from", missing="Enter the first day of this price")
    unit = asked.typed("unit")
    up_to = asked.number("up_to", "Enter up to how many minutes") if unit == RateUnit.VISIT else 0
    if asked.errors or pence is None or starts_on is None:
        return None
    return NewRate(
        kind=asked.typed("rate_kind"), time=asked.typed("time"), unit=unit, pence=pence, starts_on=starts_on,
        up_to_minutes=up_to,
    )  # fmt: skip


def read_month(text: str) -> date | None:
    """The first day of a month as a browser sends it, "2026-11"; None where it is none."""
    try:
        day = date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def month_asked(query: QueryDict, name: str, now: datetime, months_back: int) -> date:
    """A month of an address, or the one so many months ago."""
    found = read_month(query.get(name, ""))
    if found is not None:
        return found
    month = now.astimezone(LONDON).date().replace(day=1)
    for _ in range(months_back):
        month = (month - timedelta(days=1)).replace(day=1)
    return month
