"""Spending, budgets, personal budgets and joint plans in words, and the chart of hours bought and in house."""

from dataclasses import dataclass
from datetime import date

from homeward.commissioning.selectors import JointPlanView, PoolView, Spending
from homeward.commissioning.selectors.budgets import PersonalBudgetLine
from homeward.commissioning.states import ManagedBy, PoolKind, ProviderKind
from homeward.web.commissioning.presenters.packages import funding
from homeward.web.commissioning.presenters.words import PLAN_STATES, hours, money
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.words import counted

CHART_WIDTH, CHART_HEIGHT, CHART_BOTTOM, CHART_LEFT = 720, 220, 190, 64
SPENDING_HEADS = (
    "month", "provider_kind_private", "voluntary", "user_led", "in_house", "total", "council", "nhs", "not_yet_agreed",
    "hours_bought", "hours_in_house",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of spending."""

    month: str
    total: str
    kinds: tuple[str, ...]
    council: str
    nhs: str
    provisional: str
    bought: str
    in_house: str
    share: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A pair of bars of the chart: bought, and in house beside it."""

    label: str
    x: float
    bought_y: float
    bought_height: float
    in_house_x: float
    in_house_y: float
    in_house_height: float
    width: float
    middle: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Hours by month. `lines` are (y, words) of the scale."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, str], ...]
    says: str


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A pool, or a line of one, with its figures. `over` where more is forecast than planned."""

    id: int
    name: str
    about: str
    planned: str
    spent: str
    owed: str
    committed: str
    forecast: str
    left: str
    over: bool
    packages: str


@dataclass(frozen=True, slots=True)
class PersonalRow:
    """A personal budget."""

    id: int
    person_id: int
    person: str
    managed: str
    weekly: str
    paid_by: str
    due: str
    paid: str
    behind: str
    review: str
    is_review_due: bool
    account: str
    runs: str
    has_ended: bool
    payments: tuple[tuple[str, str, str, str], ...]
    reviews: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class PlanLineRow:
    """A line of a joint plan."""

    id: int
    title: str
    lead: str
    due: str
    is_late: bool
    money: str
    state: Tag
    decisions: tuple[tuple[str, str], ...]
    next_states: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A joint plan."""

    id: int
    title: str
    runs: str
    delivered: str
    late: str
    lines: tuple[PlanLineRow, ...]


def month_rows(told: Spending) -> tuple[MonthRow, ...]:
    """The months, the newest first."""
    rows = []
    for one in reversed(told.months):
        both = one.bought_minutes + one.in_house_minutes
        rows.append(
            MonthRow(
                f"{one.month:%B %Y}", money(one.pence), tuple(money(one.by_kind.get(kind, 0)) for kind in ProviderKind),
                money(one.council_pence), money(one.nhs_pence), money(one.provisional_pence),
                hours(one.bought_minutes), hours(one.in_house_minutes),
                f"{100 * one.bought_minutes / both:.0f} %" if both else "No hours",
            )
        )  # fmt: skip
    return tuple(rows)


def chart(told: Spending) -> Chart:
    """Hours bought beside hours in house, by month, as bars."""
    most = max((max(one.bought_minutes, one.in_house_minutes) for one in told.months), default=0) / 60
    top = _round_up(most)
    room = (CHART_WIDTH - CHART_LEFT) / max(1, len(told.months))
    width = min(28.0, room * 0.36)

    def height(minutes: int) -> float:
        return round((CHART_BOTTOM - 14) * minutes / 60 / top, 1) if top else 0.0

    bars = []
    for number, one in enumerate(told.months):
        middle = CHART_LEFT + room * (number + 0.5)
        bought, in_house = height(one.bought_minutes), height(one.in_house_minutes)
        bars.append(
            Bar(
                f"{one.month:%b %y}", round(middle - width - 1, 1), round(CHART_BOTTOM - bought, 1), bought,
                round(middle + 1, 1), round(CHART_BOTTOM - in_house, 1), in_house, round(width, 1), round(middle, 1),
            )
        )  # fmt: skip
    lines = tuple(
        (round(CHART_BOTTOM - (CHART_BOTTOM - 14) * part / 2, 1), f"{top * part / 2:,.0f}") for part in range(3)
    )
    return Chart(tuple(bars), lines, _says(told))


def _says(told: Spending) -> str:
    """What the chart shows, in a sentence."""
    whole = [one for one in told.months if one.bought_minutes or one.in_house_minutes]
    if not whole:
        return "No hours are on record in these months."
    first, last = whole[0], whole[-1]
    words = f"In {last.month:%B %Y} {hours(last.bought_minutes)} were bought and {hours(last.in_house_minutes)} done in"
    words += " house"
    if first.month != last.month:
        words += f"; in {first.month:%B %Y} it was {hours(first.bought_minutes)} and {hours(first.in_house_minutes)}"
    return f"{words}."


def spending_table(told: Spending) -> list[list[object]]:
    """The months for a file: money in pounds, hours with two decimals. Names nobody."""
    return [
        [
            f"{one.month:%Y-%m}",
            *(f"{one.by_kind.get(kind, 0) / 100:.2f}" for kind in ProviderKind),
            f"{one.pence / 100:.2f}", f"{one.council_pence / 100:.2f}", f"{one.nhs_pence / 100:.2f}",
            f"{one.provisional_pence / 100:.2f}", f"{one.bought_minutes / 60:.2f}", f"{one.in_house_minutes / 60:.2f}",
        ]
        for one in told.months
    ]  # fmt: skip


def pool_row(view: PoolView) -> PoolRow:
    """A pool as a whole."""
    pool = view.pool
    council, planned = view.council_planned, view.total("planned")
    about = f"{PoolKind(pool.kind).label}, {short_day(pool.starts_on)} to {short_day(pool.ends_on)}. "
    about += f"Council {money(council)}, NHS {money(planned - council)}"
    return _pool(pool.pk, pool.name, about, view.total, view.total("packages"))


def pool_line_rows(view: PoolView) -> tuple[PoolRow, ...]:
    """The lines of a pool."""
    return tuple(
        _pool(one.line.pk, one.line.title, "", lambda what, one=one: getattr(one, what), one.packages)
        for one in view.lines
    )


def _pool(pk: int, name: str, about: str, figure, packages: int) -> PoolRow:
    left = figure("left")
    return PoolRow(
        pk, name, about, money(figure("planned")), money(figure("spent")), money(figure("owed")),
        money(figure("committed")), money(figure("forecast")), money(left), left < 0, counted(packages, "package"),
    )  # fmt: skip


def pool_entries(view: PoolView) -> tuple[tuple[str, str, str, str], ...]:
    """What was written down by hand: day, line, amount, for what and by whom."""
    rows = [(one.day, line.line.title, one) for line in view.lines for one in line.line.entries.all()]
    return tuple(
        (short_day(day), title, money(one.pence), f"{one.text}. {one.written_by}")
        for day, title, one in sorted(rows, key=lambda row: (row[0], row[2].pk), reverse=True)
    )


def personal_row(line: PersonalBudgetLine) -> PersonalRow:
    """A personal budget in words."""
    budget = line.budget
    behind = line.due - line.paid
    words = "As due" if not behind else f"{money(abs(behind))} {'less' if behind > 0 else 'more'} than due"
    return PersonalRow(
        id=budget.pk,
        person_id=budget.person_id,
        person=budget.person.label,
        managed=ManagedBy(budget.managed_by).label,
        weekly=f"{money(budget.weekly_pence)} a week",
        paid_by=funding(budget.council_percent),
        due=money(line.due),
        paid=money(line.paid),
        behind=words,
        review=short_day(budget.review_on),
        is_review_due=line.is_review_due,
        account=budget.account_reference or "None",
        runs=f"From {short_day(budget.starts_on)}" + (f" to {short_day(budget.ends_on)}" if budget.ends_on else ""),
        has_ended=budget.ends_on is not None,
        payments=tuple(
            (short_day(one.paid_on), money(one.pence), one.text, one.written_by)
            for one in sorted(budget.payments.all(), key=lambda one: (one.paid_on, one.pk), reverse=True)
        ),
        reviews=tuple(
            (short_day(one.reviewed_on), money(one.left_pence), one.text, short_day(one.next_on))
            for one in sorted(budget.reviews.all(), key=lambda one: (one.reviewed_on, one.pk), reverse=True)
        ),
    )


def plan_page(view: JointPlanView, today: date, moves) -> PlanPage:
    """A joint plan in words; `moves` says what a line may become."""
    plan = view.plan
    return PlanPage(
        id=plan.pk,
        title=plan.title,
        runs=f"{short_day(plan.starts_on)} to {short_day(plan.ends_on)}",
        delivered=f"{view.delivered} of {counted(len(view.lines), 'line')} delivered",
        late=f"{counted(view.late, 'line')} late" if view.late else "None late",
        lines=tuple(_plan_line(one, today, moves) for one in view.lines),
    )


def _plan_line(one, today: date, moves) -> PlanLineRow:
    after = [state for state in PLAN_STATES if state in moves[one.state]]
    return PlanLineRow(
        id=one.pk,
        title=one.title,
        lead=one.lead,
        due=short_day(one.due_on),
        is_late=one.due_on < today and bool(after),
        money=f"{one.pool_line.pool.name}: {one.pool_line.title}" if one.pool_line else "No budget named",
        state=PLAN_STATES[one.state],
        decisions=tuple(
            (f"{short_day(said.decided_on)}, {said.decided_by}: {PLAN_STATES[said.state_after].words}", said.text)
            for said in sorted(one.decisions.all(), key=lambda said: (said.decided_on, said.pk), reverse=True)
        ),
        next_states=tuple((state.value, PLAN_STATES[state].words) for state in after),
    )


def _round_up(number: float) -> float:
    """The next round number for the top of a scale."""
    if number <= 0:
        return 0.0
    size = 10 ** (len(str(int(number))) - 1)
    return next(size * step for step in (1, 2, 5, 10) if size * step >= number)
