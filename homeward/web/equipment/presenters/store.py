"""The store in finished words: its day, the catalogue, an item with its history, labels."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import segno
from django.urls import reverse
from markupsafe import Markup

from homeward.equipment.selectors import AnswerFigures, BenefitFigures, FreeStock, ItemPage, KindLine, StoreDay
from homeward.equipment.states import IN_STORES, AlertOutcome, ItemState, RequestState, Tracking, VisitPurpose
from homeward.kernel.rules import london_day
from homeward.procedures.selectors import skill_title
from homeward.visits.states import VisitState
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.templating import clock_text, moment_text
from homeward.web.words import counted, listed

QR_SCALE = 2  # about 2 centimetres printed, which a phone reads from a hand's breadth away
ITEM_COLOURS = {
    ItemState.IN_STORE: "green", ItemState.RESERVED: "blue", ItemState.WITH_PERSON: "purple",
    ItemState.TO_CLEAN: "yellow", ItemState.SET_ASIDE: "red", ItemState.LOST: "red", ItemState.SCRAPPED: "grey",
}  # fmt: skip
REQUEST_COLOURS = {
    RequestState.TO_APPROVE: "yellow", RequestState.TO_FILL: "blue", RequestState.RESERVED: "aqua-green",
    RequestState.HANDED_OVER: "green", RequestState.REFUSED: "red", RequestState.CANCELLED: "grey",
}  # fmt: skip
LOCAL = "local decision"
DIED = "They have died: agree a day with the family"
# Norfolk, study 24 of the source 002 (design measure M22)
PUBLISHED = {
    "care_home": "38% (Norfolk)", "care": "28% (Norfolk)", "admission": "10.5% (Norfolk)", "money": "£139.21 (Norfolk)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to see to: what, for whom, by when; `href` opens it, and `what` is its link text."""

    what: str
    href: str
    who: str
    text: str
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One list of the store's day."""

    id: str
    title: str
    lines: tuple[Line, ...]
    nothing: str
    is_pressing: bool = False


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind in the catalogue."""

    id: int
    title: str
    how: str
    free: int
    lent: int
    asked: int
    out_of_use: int
    checks: str
    tag: Tag | None


def item_tag(item) -> Tag:
    """Where an item stands."""
    return Tag(item.get_state_display(), ITEM_COLOURS[ItemState(item.state)])


def request_tag(request) -> Tag:
    """Where a request stands."""
    return Tag(request.get_state_display(), REQUEST_COLOURS[RequestState(request.state)])


def due_tag(day: date | None, today: date, soon_days: int = 14) -> Tag | None:
    """How pressing a day is."""
    if day is None:
        return None
    if day < today:
        return Tag(f"{counted((today - day).days, 'day')} overdue", "red")
    if day == today:
        return Tag("Today", "orange")
    return Tag(f"in {counted((day - today).days, 'day')}", "yellow" if (day - today).days <= soon_days else "grey")


def booking_tag(day: date, today: date) -> Tag | None:
    """What a day that a check is booked for asks for now."""
    if day < today:
        return Tag("Not recorded", "red")
    return Tag("Today", "orange") if day == today else None


def pounds(pence: int | None) -> str:
    """Money as pages write it: £1,250.50; empty for none."""
    return "" if pence is None else f"£{pence / 100:,.2f}"


def quantity_words(title: str, quantity: int) -> str:
    """A kind and how many: Commode; 2 × Grab rail."""
    return title if quantity == 1 else f"{quantity} × {title}"


def present_day(day: StoreDay, now: datetime, services: Iterable[int]) -> tuple[Section, ...]:
    """The store's day as lists, most pressing first; `services` are those whose people may be named."""
    today = london_day(now)
    return (
        Section("recalls", "Recalled", tuple(_recall(one) for one in day.recalls), "", True),
        Section(
            "broken", "Broken, at somebody’s home", tuple(_loan(one, one.item.fault) for one in day.broken), "", True,
        ),
        Section("approve", "Waits for approval", tuple(_request(one, today) for one in day.to_approve), ""),
        Section(
            "fill", "To fill from stock",
            tuple(_request(one, today, _free_words(free)) for one, free in day.to_fill), "Nothing waits to be filled.",
        ),
        Section(
            "plan", "Reserved, no visit yet", tuple(_request(one, today) for one in day.to_plan),
            "Everything reserved has a visit.",
        ),
        Section("visits", "Visits planned", tuple(_visit(one, today) for one in day.visits), "No visit is planned."),
        Section(
            "checks", "Checks due", tuple(_check(one, today, services) for one in day.checks),
            "No check is due in 30 days.",
        ),
        Section(
            "collect", "To collect", tuple(_loan(one, one.collect_reason or DIED) for one in day.to_collect),
            "Nothing waits to be collected.",
        ),
        Section("overdue", "Lent for longer than agreed", tuple(_overdue(one, today) for one in day.overdue), ""),
        Section("reviews", "Reviews due", tuple(_review(one, today) for one in day.reviews), "No review is due."),
        Section("clean", "Came back, to clean and check", tuple(_item(one) for one in day.to_clean), ""),
        Section("aside", "Set aside", tuple(_item(one, one.fault) for one in day.set_aside), ""),
        Section(
            "idle", "Idle for 3 months or more",
            tuple(_item(one, f"Since {short_day(london_day(one.since))}") for one in day.idle), "",
        ),
    )  # fmt: skip


def _free_words(free: int) -> str:
    return f"{free} free" if free else "None free: borrow, buy or ask for another kind"


def _request(one, today: date, text: str = "") -> Line:
    before = "Cannot go home without it. " if one.is_before_home else ""
    return Line(
        quantity_words(one.kind.title, one.quantity), reverse("equipment:request", args=[one.pk]), one.person.label,
        f"{before}{text}".strip(), due_tag(one.needed_by, today, 2),
    )  # fmt: skip


def _visit(one, today: date) -> Line:
    visit, of = one.visit, one.request or one.loan
    workers = [row.worker.label for row in visit.assignments.all()]
    address = reverse("equipment:request" if one.request else "equipment:loan", args=[of.pk])
    when = f"{short_day(visit.day)}, {clock_text(visit.window_opens_at)} to {clock_text(visit.window_closes_at)}"
    tag = Tag(visit.get_state_display(), "green" if workers else "yellow")
    if visit.day < today:
        tag = Tag("Not done", "red")
    return Line(
        f"{VisitPurpose(one.purpose).label}: {of.kind.title}", address, visit.person.label,
        f"{when}. {listed(workers) or 'Nobody yet'}", tag,
    )  # fmt: skip


def _loan(one, text: str) -> Line:
    number = f" {one.item.number}" if one.item else ""
    planned = " A visit is planned." if getattr(one, "to_come", None) else ""
    title = quantity_words(one.kind.title, one.quantity)
    return Line(f"{title}{number}", reverse("equipment:loan", args=[one.pk]), one.person.label, f"{text}{planned}")


def _overdue(one, today: date) -> Line:
    line = _loan(one, f"Due back {short_day(one.due_back_on)}")
    return Line(line.what, line.href, line.who, line.text, due_tag(one.due_back_on, today))


def _review(one, today: date) -> Line:
    line = _loan(one, "")
    return Line(line.what, line.href, line.who, line.text.strip(), due_tag(one.review_due_on, today))


def _check(item, today: date, services: Iterable[int]) -> Line:
    due = [
        (day, words) for day, words in ((item.check_due_on, "Safety check"), (item.service_due_on, "Service")) if day
    ]
    day, words = min(due)
    return Line(
        f"{item.kind.title} {item.number}", reverse("equipment:item", args=[item.pk]),
        _where(item, services), f"{words} by {short_day(day)}",
        due_tag(day, today),
    )  # fmt: skip


def _item(item, text: str = "") -> Line:
    return Line(f"{item.kind.title} {item.number}", reverse("equipment:item", args=[item.pk]), item.store.name, text)


def _recall(one) -> Line:
    batch = f", batch {one.batch}" if one.batch else ""
    words = f"{one.kind.title}{batch}"
    return Line(words, reverse("equipment:recall", args=[one.pk]), "", one.reason, Tag("People to ring", "red"))


def interval(months: int | None, basis: str) -> str:
    """How often, and by what rule: every 6 months (…)."""
    return f"every {counted(months, 'month')} ({basis or LOCAL})" if months else "none set"


def present_kind(line: KindLine) -> KindRow:
    """A kind in the catalogue with its numbers."""
    kind = line.kind
    checks = f"Safety check {interval(kind.check_months, kind.check_basis)}" if kind.check_months else ""
    service = f"Service {interval(kind.service_months, kind.service_basis)}" if kind.service_months else ""
    tag = Tag("Not offered", "grey") if not kind.is_offered else None
    if line.asked > line.free and kind.is_offered:
        tag = Tag("Too few", "red")
    return KindRow(
        kind.pk, kind.title, "Counted" if kind.tracking == Tracking.COUNTED else "Numbered", line.free, line.lent,
        line.asked, line.out_of_use, ". ".join(part for part in (checks, service) if part), tag,
    )  # fmt: skip


def kind_facts(kind) -> tuple[tuple[str, str], ...]:
    """What is set of a kind, with what is a local decision marked so."""
    days = lambda number: f"{counted(number, 'day')} ({LOCAL})" if number else "none set"  # noqa: E731
    facts = [
        ("Fitted by", f"{skill_title(kind.skill)}, {kind.fitters} for {kind.fit_minutes} minutes ({LOCAL})"),
        ("Approval", "Somebody else approves each request" if kind.needs_approval else "Not needed"),
        ("Safety check", interval(kind.check_months, kind.check_basis)),
        ("Service", interval(kind.service_months, kind.service_basis)),
        ("Review", days(kind.review_days)),
        ("Lent for", days(kind.loan_days) if kind.loan_days else "as long as it helps"),
    ]
    if kind.is_alerting:
        target = f"{kind.respond_minutes} minutes" if kind.respond_minutes else "as the service has it"
        quiet = f"{counted(kind.silent_hours, 'hour')} ({LOCAL})" if kind.silent_hours else "not watched"
        facts += [("Answer within", f"{target} ({LOCAL})"), ("Counts as silent after", quiet)]
    return tuple(facts)


@dataclass(frozen=True, slots=True)
class StockRow:
    """One item of a kind."""

    id: int
    number: str
    serial: str
    where: str
    owner: str
    tag: Tag
    due: Tag | None


def present_stock(stock: FreeStock, today: date, services: Iterable[int]) -> tuple[StockRow, ...]:
    """The items of a kind."""
    return tuple(
        StockRow(
            item.pk, item.number, item.serial or "none", _where(item, services), str(item.owner), item_tag(item),
            due_tag(item.check_due_on, today),
        )
        for item in stock.items
    )  # fmt: skip


def _where(item, services: Iterable[int]) -> str:
    loan = next(iter(item.open_loans), None)
    if loan is None:
        return item.store.name
    return loan.person.label if loan.service_id in services else "with somebody of another service"


@dataclass(frozen=True, slots=True)
class ItemWords:
    """An item's page."""

    id: int
    title: str
    number: str
    tag: Tag
    facts: tuple[tuple[str, str], ...]
    fault: str
    recall_id: int
    recalled: str
    who: str
    loan_id: int
    checks: tuple[str, ...]
    booked: tuple[tuple[str, str, Tag | None], ...]
    is_bookable: bool
    history: tuple[tuple[str, str], ...]
    state: str
    is_alerting: bool
    kind_id: int


def present_item(page: ItemPage, today: date) -> ItemWords:
    """One item with its history."""
    item, device = page.item, getattr(page.item, "device", None)
    facts = [
        ("Serial number", item.serial or "none"), ("Batch", item.batch or "none"), ("Maker", item.maker or "not said"),
        ("Owner", str(item.owner)), ("Pays for lending", str(item.payer or item.owner)),
        ("Cost", pounds(item.cost_pence) or "not said"), ("Store", f"{item.store.name}, {item.store.service.name}"),
    ]  # fmt: skip
    for words, day in (("Safety check due", item.check_due_on), ("Service due", item.service_due_on)):
        if day is not None:
            facts.append((words, f"{short_day(day)}{', overdue' if day < today else ''}"))
    if device is not None:
        heard = moment_text(device.last_heard_at) if device.last_heard_at else "never"
        tested = f"{moment_text(device.tested_at)}: {device.test_note}" if device.tested_at else "not tested"
        centre = f"{device.centre_name} {device.centre_phone}".strip() or "not said"
        facts += [
            ("Known to the centre as", device.identifier), ("Monitoring centre", centre), ("Last heard of", heard),
            ("Tested", tested),
        ]  # fmt: skip
    who = page.loan.person.label if page.loan else "somebody of another service" if page.is_of_another_service else ""
    return ItemWords(
        id=item.pk, title=item.kind.title, number=item.number, tag=item_tag(item), facts=tuple(facts), fault=item.fault,
        recall_id=page.recall.pk if page.recall and page.recall.service_id == item.store.service_id else 0,
        recalled=page.recall.reason if page.recall else "", who=who, loan_id=page.loan.pk if page.loan else 0,
        checks=tuple(_check_words(one) for one in sorted(item.checks.all(), key=lambda one: one.pk, reverse=True)),
        booked=tuple(_booking(one, today) for one in page.booked), is_bookable=item.state in IN_STORES,
        history=tuple(_moved(one) for one in page.movements), state=item.state, is_alerting=item.kind.is_alerting,
        kind_id=item.kind_id,
    )  # fmt: skip


def _check_words(check) -> str:
    words = "passed" if check.is_passed else "failed"
    note = f": {check.note}" if check.note else ""
    by = check.done_by or check.recorded_by
    return f"{check.get_sort_display()} {words} on {short_day(check.done_on)}, by {by}{note}"


def _booking(one, today: date) -> tuple[str, str, Tag | None]:
    tag = booking_tag(one.day, today)
    return str(one.pk), f"{one.get_sort_display()} booked for {short_day(one.day)} with {one.who}", tag


def _moved(one) -> tuple[str, str]:
    value = f" Worth {pounds(one.value_pence)}." if one.value_pence is not None else ""
    reason = f": {one.reason}" if one.reason else ""
    by = ", ".join(part for part in (one.by_name, one.employer) if part)
    return f"{one.get_kind_display()}{reason}.{value}".replace("..", "."), f"{moment_text(one.at)}, {by}"


@dataclass(frozen=True, slots=True)
class Label:
    """One label to print: what is read by eye, and a square that a phone or scanner reads."""

    number: str
    title: str
    owner: str
    square: Markup


def present_labels(items: Iterable, site: str) -> tuple[Label, ...]:
    """Labels of items; the square holds the address of the scan page with the item's number, and nobody's name."""
    scan = f"{site}{reverse('equipment:scan')}?code="
    return tuple(
        Label(item.number, item.kind.title, str(item.owner), _square(f"{scan}{item.number}")) for item in items
    )


def _square(address: str) -> Markup:
    return Markup(segno.make(address, micro=False, error="m").svg_inline(scale=QR_SCALE, border=2))  # nosec B704


def share(part: int, whole: int) -> str:
    """A share in words: 38% (3 of 8); a dash for nothing to divide."""
    return f"{100 * part / whole:.0f}% ({part} of {whole})" if whole else "nobody said yet"


def present_benefit(found: BenefitFigures, answers: AnswerFigures) -> tuple[tuple[str, str, str], ...]:
    """What equipment changed: measure, ours, and the published figure beside it."""
    rows = [
        ("Care home avoided", share(found.care_homes_avoided, found.said_of_care_home), PUBLISHED["care_home"]),
        ("Less paid care at home", share(found.care_reduced, found.with_hours), PUBLISHED["care"]),
        (
            "Hospital admission avoided",
            share(found.admissions_avoided, found.said_of_admission),
            PUBLISHED["admission"],
        ),
        ("Worth a week, of one person", pounds(found.pence_a_person) or "nobody said yet", PUBLISHED["money"]),
        ("Hours of paid care saved a week", f"{found.hours_saved:.1f}", ""),
        ("It helps, wholly or a little", share(found.helps, found.reviewed), ""),
        ("Alerts answered in time", share(answers.in_time, answers.closed), ""),
    ]
    rows += [
        (f"Alerts: {AlertOutcome(code).label.lower()}", str(count), "")
        for code, count in sorted(answers.outcomes.items(), key=lambda one: -one[1])
    ]
    return tuple(rows)


def visit_words(visit) -> str:
    """A visit in a line: Tuesday 24 November 2026, 9am to 5pm: Fitter Fern."""
    workers = [row.worker.label for row in visit.assignments.all()]
    when = f"{short_day(visit.day)}, {clock_text(visit.window_opens_at)} to {clock_text(visit.window_closes_at)}"
    state = visit.get_state_display().lower()
    who = listed(workers) if workers else "nobody yet"
    return f"{when}: {who} ({state})" if visit.state != VisitState.CANCELLED else f"{when}: cancelled"
