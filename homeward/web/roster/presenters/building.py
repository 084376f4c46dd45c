"""The finished words of a rota that was built."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.kernel.rules import day_words, london_day
from homeward.roster.states import ProposalState
from homeward.web.front_door.presenters.words import Tag
from homeward.web.roster.presenters.words import clock, monday_of, weeks_words

COLOURS = {
    ProposalState.ASKED: "blue",
    ProposalState.READY: "yellow",
    ProposalState.FAILED: "red",
    ProposalState.ACCEPTED: "green",
    ProposalState.DISCARDED: "grey",
}
# Longer than building takes: somebody should look whether the service's own work is running
TOO_LONG = timedelta(minutes=10)
WEEKS_TO_CHOOSE = 12


@dataclass(frozen=True, slots=True)
class Skill:
    """How much of one skill is met."""

    title: str
    wanted: str
    missing: str
    met: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Unmet:
    """Something that is not met: when, why, and the nearest thing that would meet it."""

    day: str
    hours: str
    is_least: bool
    why: str
    nearest: str


@dataclass(frozen=True, slots=True)
class Employer:
    """One employer's part, and whether it was accepted."""

    id: int
    name: str
    workers: int
    promised: str
    rostered: str
    under: str
    beyond: str
    unpromised: str
    cost: str
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rota that was built, or is being built."""

    title: str
    state: Tag
    asked: str
    is_asked: bool
    is_late: bool
    is_ready: bool
    why_failed: str
    met: str
    summary: tuple[tuple[str, str], ...]
    skills: tuple[Skill, ...]
    unmet: tuple[Unmet, ...]
    more_unmet: int
    employers: tuple[Employer, ...]
    fairness: tuple[str, ...]
    without_hours: tuple[str, ...]
    is_part_accepted: bool


def proposal_page(row, now: datetime) -> Proposal:
    """A proposal as a planner reads it."""
    found: Mapping = row.findings
    last = row.first_day + timedelta(days=row.days - 1)
    wanted, missing = found.get("wanted_hours", 0), found.get("missing_hours", 0)
    unmet = found.get("unmet", [])
    return Proposal(
        title=weeks_words(row.first_day, last),
        state=Tag(row.get_state_display(), COLOURS[ProposalState(row.state)]),
        asked=f"Asked for by {row.asked_by} on {day_words(london_day(row.asked_at))} at {clock(row.asked_at)}",
        is_asked=row.state == ProposalState.ASKED,
        is_late=row.state == ProposalState.ASKED and now - row.asked_at > TOO_LONG,
        is_ready=row.state == ProposalState.READY,
        why_failed=row.why_failed,
        met=_percent(wanted, missing),
        summary=_summary(found) if found else (),
        skills=tuple(
            Skill(
                one["title"], _hours(one["wanted"]), _hours(one["missing"]), _percent(one["wanted"], one["missing"]),
                not one["missing"],
            )
            for one in found.get("skills", [])
        ),
        unmet=tuple(
            Unmet(_day(one["day"]), _hours(one["hours"]), one["is_least"], one["why"], one["nearest"]) for one in unmet
        ),
        more_unmet=max(0, found.get("shortages", 0) - len(unmet)),
        employers=tuple(_employer(one, row.accepted) for one in found.get("employers", [])),
        fairness=_fairness(found.get("fairness", {})),
        without_hours=tuple(found.get("without_hours", [])),
        is_part_accepted=bool(row.accepted) and row.state == ProposalState.READY,
    )  # fmt: skip


def mondays(today: date, chosen: date) -> tuple[tuple[str, str, bool], ...]:
    """The Mondays to choose from: (value, words, whether it is chosen)."""
    first = monday_of(today) + timedelta(days=7)
    days = [first + timedelta(weeks=ahead) for ahead in range(WEEKS_TO_CHOOSE)]
    return tuple((day.isoformat(), day_words(day), day == chosen) for day in days)


def suggested(today: date, published: date | None) -> date:
    """The Monday after what is published, and never one that has begun."""
    first = monday_of(today) + timedelta(days=7)
    after = monday_of(published + timedelta(days=7)) if published else first
    return min(max(first, after), first + timedelta(weeks=WEEKS_TO_CHOOSE - 1))


def taken_words(taken) -> str:
    """Added 120 drafts for 14 workers."""
    shifts = "1 draft" if taken.shifts == 1 else f"{taken.shifts} drafts"
    workers = "1 worker" if taken.workers == 1 else f"{taken.workers} workers"
    return f"Added {shifts} for {workers} to the roster. Nobody is told before you publish."


def _summary(found: Mapping) -> tuple[tuple[str, str], ...]:
    wanted, missing = found["wanted_hours"], found["missing_hours"]
    return (
        (_percent(wanted, missing), "of the hours asked for are met"),
        (_hours(missing), f"hours missing of {_hours(wanted)}"),
        *_allowed(found),
        (str(found["below_least"]), "times below the least to be covered"),
        (str(found["new_shifts"]), f"new shifts beside {found['kept_shifts']} that stand"),
        (str(found["workers"]), "workers"),
        (_pounds(found["cost_pence"]), "beyond what contracts pay for"),
    )


def _allowed(found: Mapping) -> tuple[tuple[str, str], ...]:
    if not found.get("allowance"):
        return ()
    hours = found["allowed_hours"]
    return ((f"{'−' if hours < 0 else ''}{_hours(abs(hours))}", "of them for what no plan asks for yet"),)


def _employer(one: Mapping, accepted: list[int]) -> Employer:
    return Employer(
        id=one["id"],
        name=one["name"],
        workers=one["workers"],
        promised=_hours(one["promised"]),
        rostered=_hours(one["rostered"]),
        under=_hours(one["under"]),
        beyond=_hours(one["beyond"]),
        unpromised=_hours(one["unpromised"]),
        cost=_pounds(one["pence"]),
        is_accepted=one["id"] in accepted,
    )


def _fairness(found: Mapping) -> tuple[str, ...]:
    said = []
    if weekends := found.get("weekends"):
        said.append(f"Weekends in the four weeks: {_spread(weekends)} among {weekends['workers']} workers on shift.")
    if nights := found.get("nights"):
        said.append(f"Nights: {_spread(nights)} among {nights['workers']} workers who have any.")
    return tuple(said)


def _spread(one: Mapping) -> str:
    return f"{one['fewest']} at the fewest, {one['middle']:g} in the middle, {one['most']} at the most,"


def _percent(wanted: float, missing: float) -> str:
    if not wanted:
        return "–"
    # never 100 % where anything is missing
    met = (1 - missing / wanted) * 100
    return f"{min(met, 99.9) if missing else 100:.1f}".removesuffix(".0") + " %"


def _day(iso: str) -> str:
    return day_words(date.fromisoformat(iso))


def _hours(hours: float) -> str:
    return f"{hours:,.1f}".removesuffix(".0")


def _pounds(pence: float) -> str:
    return f"£{pence / 100:,.0f}"
