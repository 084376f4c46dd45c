"""The checks in finished words: what is due, booked, failed and idle."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from homeward.equipment.selectors import ChecksDue, DueCheck
from homeward.equipment.states import CheckSort, ItemState
from homeward.kernel.rules import london_day
from homeward.web.equipment.presenters.store import Line, booking_tag, due_tag, item_tag
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day

ELSEWHERE = "somebody of another service"
# The choices of the list, in days; "0" is what is due today or overdue
AHEAD = (("0", "Due today or overdue"), ("7", "Due within 7 days"), ("30", "Due within 30 days"),
         ("91", "Due within 3 months"))  # fmt: skip
USUAL_AHEAD = "30"
WHERE = (("", "In a store or lent"), ("store", "In a store"), ("lent", "Lent to somebody"))


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check that is due. `key` is empty for what a visit does at somebody's home."""

    key: str
    item_id: int
    title: str
    number: str
    what: str
    where: str
    loan_id: int
    due: str
    tag: Tag
    booked: str
    booked_tag: Tag | None
    state: Tag | None


@dataclass(frozen=True, slots=True)
class ChecksWords:
    """The list of checks."""

    rows: tuple[CheckRow, ...]
    booked: tuple[tuple[str, str, Tag | None, tuple[Line, ...]], ...]
    failed: tuple[Line, ...]
    idle: tuple[Line, ...]
    overdue: int
    unbooked: int
    laws: tuple[str, ...]
    is_cut: bool


def present_checks(found: ChecksDue, today: date) -> ChecksWords:
    """The checks of a service's stores, with how many are overdue and how many nobody has booked."""
    return ChecksWords(
        rows=tuple(_row(one, today) for one in found.due),
        booked=_booked(found, today),
        failed=tuple(
            Line(
                f"{item.kind.title} {item.number}", reverse("equipment:item", args=[item.pk]), item.store.name,
                f"{check.note} ({check.get_sort_display().lower()} on {short_day(check.done_on)},"
                f" by {check.done_by or check.recorded_by})", item_tag(item),
            )
            for item, check in found.failed
        ),
        idle=tuple(
            Line(
                f"{item.kind.title} {item.number}", reverse("equipment:item", args=[item.pk]), item.store.name,
                f"Since {short_day(london_day(item.since))}",
            )
            for item in found.idle
        ),
        overdue=sum(one.due_on < today for one in found.due),
        unbooked=sum(one.booking is None and one.visit is None and not one.is_elsewhere for one in found.due),
        laws=tuple(sorted({_basis(one) for one in found.due} - {""})),
        is_cut=found.is_cut,
    )  # fmt: skip


def _basis(one: DueCheck) -> str:
    kind = one.item.kind
    return kind.check_basis if one.sort == CheckSort.SAFETY else kind.service_basis


def _row(one: DueCheck, today: date) -> CheckRow:
    item = one.item
    is_lent = one.loan is not None or one.is_elsewhere
    booked, booked_tag = "", Tag("Not booked", "grey")
    if one.booking is not None:
        booked, booked_tag = f"{short_day(one.booking.day)}, {one.booking.who}", booking_tag(one.booking.day, today)
    elif one.visit is not None:
        booked, booked_tag = f"Visit on {short_day(one.visit.visit.day)}", None
    elif one.is_elsewhere:
        booked, booked_tag = "Their service books the visit", None
    return CheckRow(
        key="" if is_lent else f"{item.pk}-{one.sort}",
        item_id=item.pk,
        title=item.kind.title,
        number=item.number,
        what=CheckSort(one.sort).label,
        where=one.loan.person.label if one.loan else f"With {ELSEWHERE}" if one.is_elsewhere else item.store.name,
        loan_id=one.loan.pk if one.loan else 0,
        due=short_day(one.due_on),
        tag=due_tag(one.due_on, today),
        booked=booked,
        booked_tag=booked_tag,
        state=item_tag(item) if item.state in (ItemState.SET_ASIDE, ItemState.TO_CLEAN, ItemState.RESERVED) else None,
    )


def _booked(found: ChecksDue, today: date) -> tuple[tuple[str, str, Tag | None, tuple[Line, ...]], ...]:
    together: dict[tuple[date, str], list[Line]] = {}
    for one in found.booked:
        line = Line(
            f"{one.item.kind.title} {one.item.number}", reverse("equipment:item", args=[one.item_id]),
            one.item.store.name, CheckSort(one.sort).label,
        )  # fmt: skip
        together.setdefault((one.day, one.who), []).append(line)
    return tuple((short_day(day), who, booking_tag(day, today), tuple(lines)) for (day, who), lines in together.items())


def ahead_of(chosen: str) -> tuple[str, timedelta]:
    """How far ahead the list looks, as chosen or as usual."""
    chosen = chosen if chosen in dict(AHEAD) else USUAL_AHEAD
    return chosen, timedelta(days=int(chosen))
