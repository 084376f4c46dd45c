"""The finished words of what is expected that no plan asks for yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeward.kernel.rules import day_words
from homeward.roster.rules.forecast import INTERVAL, LEAST_WEEKS, LEAST_WEEKS_BY_WEEKDAY
from homeward.roster.selectors import DayNeeds, Forecast
from homeward.roster.states import Allowance
from homeward.web.words import skill_words

# What nobody would roster for, and a page need not say
LEAST_SAID = 0.05


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """One skill of a day: for each hour the mean over what plans ask, and the most in nine days of ten."""

    title: str
    hours: tuple[tuple[str, str], ...]
    in_all: str


@dataclass(frozen=True, slots=True)
class About:
    """What a forecast is made of, how well it did, and what is done with it."""

    is_made: bool
    basis: str
    trial: str
    allowance: str
    choices: tuple[tuple[str, str, bool], ...]


def about(forecast: Forecast | None) -> About:
    """What a planner should know before they trust it."""
    chosen = forecast.allowance if forecast else Allowance.MEAN
    return About(
        is_made=forecast is not None and forecast.is_long_enough,
        basis=_basis(forecast),
        trial=_trial(forecast),
        allowance=chosen.label,
        choices=tuple((value, label, value == chosen) for value, label in Allowance.choices),
    )


def expected_rows(needs: DayNeeds, shown: Sequence[int]) -> tuple[ExpectedRow, ...]:
    """What is expected on a day over what plans ask, by skill and hour; skills of which there is none left out."""
    rows = []
    for skill, one in sorted(needs.expected.items(), key=lambda pair: -sum(map(abs, pair[1].mean))):
        if max(map(abs, (*one.mean, *one.high)), default=0.0) < LEAST_SAID:
            continue
        rows.append(
            ExpectedRow(
                title=skill_words(skill).capitalize(),
                hours=tuple((_signed(one.mean[hour]), _signed(one.high[hour])) for hour in shown),
                in_all=_signed(sum(one.mean)),
            )
        )
    return tuple(rows)


def hours_expected(needs: DayNeeds) -> list[int]:
    """The hours of a day in which anything is expected."""
    means = [one.mean for one in needs.expected.values()]
    return [hour for hour in range(24) if any(abs(mean[hour]) >= LEAST_SAID for mean in means)]


def _basis(forecast: Forecast | None) -> str:
    if forecast is None:
        return "What no plan asks for yet is not forecast: Homeward does it once a day by itself, and has not yet."
    if not forecast.is_long_enough:
        return (
            f"What no plan asks for yet is not forecast: there {_weeks_kept(forecast.weeks)} of visits to learn from."
            f" It begins with {LEAST_WEEKS} weeks, and tells weekdays apart with {LEAST_WEEKS_BY_WEEKDAY}."
        )
    how = (
        f"the mean of the last {forecast.weeks} weeks by weekday and hour"
        if forecast.by_weekday
        else f"the mean of the last {forecast.weeks} weeks by hour; weekdays are told apart from"
        f" {LEAST_WEEKS_BY_WEEKDAY} weeks on"
    )
    what = "Expected besides: visits of people not in care yet, less care that will end."
    return f"{what} It is {how}. Made on {day_words(forecast.made_on)}."


def _trial(forecast: Forecast | None) -> str:
    if forecast is None or not forecast.is_long_enough:
        return ""
    trial = forecast.trial
    if trial is None:
        return "There are too few weeks to say how far off it is."
    better = "less" if trial.error <= trial.plain_error else "more"
    wider = f" The ends are set {trial.widened:.1f} times as far apart since." if trial.widened > 1 else ""
    return (
        f"Tried on the last {trial.days} days, two weeks ahead: {trial.error:.2f} workers off in an hour on average,"
        f" {better} than taking the same weekday two weeks before ({trial.plain_error:.2f})."
        f" {trial.within:.0%} of hours were between its two ends, meant for {INTERVAL:.0%}.{wider}"
    )


def _weeks_kept(weeks: int) -> str:
    return "is less than a week" if not weeks else "is 1 week" if weeks == 1 else f"are {weeks} weeks"


def _signed(workers: float) -> str:
    if abs(workers) < LEAST_SAID:
        return ""
    return f"{'+' if workers > 0 else '−'}{abs(workers):.1f}".removesuffix(".0")
