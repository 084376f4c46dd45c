"""Invoices reconciled to the penny: everything planted is found, and nothing is invented."""

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from homeward.commissioning.models import Invoice, InvoiceLine, Suspension
from homeward.commissioning.rules.money import council_part, mileage_pence, pence_for, read_pence
from homeward.commissioning.rules.prices import NoPriceError, Price, Terms, price_of, time_of
from homeward.commissioning.rules.reading import Billed, FileRefusedError, read_invoice
from homeward.commissioning.rules.reconciling import Bought, Delivered, reconcile
from homeward.commissioning.selectors import invoice_for, spending
from homeward.commissioning.services import (
    agree_line,
    agree_matched,
    answer_invoice_query,
    close_invoice,
    close_month,
    query_line,
    reconcile_again,
    take_invoice,
)
from homeward.commissioning.services.invoices import InvoiceIsClosedError, MonthIsClosedError
from homeward.commissioning.states import Finding
from homeward.kernel.rules import RefusedError
from homeward.people.services import NewPerson, register_person

MONTH = date(2026, 10, 1)
FROM = date(2026, 1, 1)
TERMS = Terms(
    prices=(
        Price("home_care", "day", "hour", 0, 2047, FROM), Price("home_care", "weekend", "hour", 0, 2311, FROM),
        Price("home_care", "night", "visit", 30, 1875, FROM), Price("home_care", "night", "visit", 60, 2950, FROM),
        Price("home_care", "night", "visit", 120, 4400, FROM),
        Price("home_care", "day", "hour", 0, 2101, date(2026, 10, 15)),
    ),
    mileage_pence=45, most_miles=10,
)  # fmt: skip


class TestMoney:
    @pytest.mark.parametrize(
        ("minutes", "hourly", "pence"), [(30, 2040, 1020), (20, 2047, 682), (7, 2047, 239), (15, 2, 1), (14, 2, 0)]
    )
    def test_rounds_a_visit_to_the_nearest_penny_a_half_up(self, minutes, hourly, pence):
        assert pence_for(minutes, hourly) == pence

    @pytest.mark.parametrize(
        ("text", "pence"), [("£1,234.50", 123450), ("20", 2000), ("-3.5", -350), (" 0.07 ", 7), ("0.7", 70)]
    )
    def test_reads_what_people_write(self, text, pence):
        assert read_pence(text) == pence

    @pytest.mark.parametrize("text", ["", "12.345", "1e3", "twelve", "1,23", "٣", "--1"])
    def test_reads_nothing_else(self, text):
        with pytest.raises(ValueError, match="pounds"):
            read_pence(text)

    def test_shares_make_the_whole_again(self):
        luck = random.Random(7)
        for _ in range(500):
            pence, percent = luck.randint(-(10**6), 10**6), luck.randint(0, 100)
            council = council_part(pence, percent)
            assert abs(100 * council - pence * percent) <= 50
            assert council_part(-pence, percent) == -council

    def test_pays_miles_up_to_the_most(self):
        assert (mileage_pence(32, 45, 10), mileage_pence(250, 45, 10), mileage_pence(50, 0, 10)) == (144, 450, 0)


class TestPriceOf:
    @pytest.mark.parametrize(
        ("day", "at", "time"),
        [
            (date(2026, 10, 5), "07:00", "day"), (date(2026, 10, 5), "21:59", "day"),
            (date(2026, 10, 5), "22:00", "night"), (date(2026, 10, 5), "06:59", "night"),
            (date(2026, 10, 3), "08:00", "weekend"), (date(2026, 10, 3), "23:00", "night"),
        ],
    )  # fmt: skip
    def test_goes_by_when_a_visit_starts(self, day, at, time):
        assert time_of(day, at, TERMS) == time

    @pytest.mark.parametrize(
        ("day", "at", "minutes", "miles", "pence"),
        [
            (date(2026, 10, 5), "08:00", 45, 0, 1535), (date(2026, 10, 15), "08:00", 45, 0, 1576),
            (date(2026, 10, 3), "08:00", 30, 0, 1156), (date(2026, 10, 5), "23:00", 30, 0, 1875),
            (date(2026, 10, 5), "23:00", 31, 0, 2950), (date(2026, 10, 5), "08:00", 45, 32, 1679),
            # longer than any band at night: the day's price by the hour
            (date(2026, 10, 5), "23:00", 150, 0, 5118),
        ],
    )  # fmt: skip
    def test_is_worked_out_by_hand(self, day, at, minutes, miles, pence):
        assert price_of(TERMS, "home_care", day, at, minutes, miles) == pence

    def test_says_where_there_is_none(self):
        with pytest.raises(NoPriceError):
            price_of(TERMS, "nursing", date(2026, 10, 5), "08:00", 30)


@dataclass
class GeneratedMonth:
    """A month of deliveries, the invoice a provider sends for it, and what was planted in it, by line."""

    delivered: list[Delivered] = field(default_factory=list)
    packages: list[Bought] = field(default_factory=list)
    lines: list[Billed] = field(default_factory=list)
    planted: dict[int, tuple[Finding, int]] = field(default_factory=dict)

    def bill(self, one: Delivered, pence: int | None = None, minutes: int | None = None, **more) -> Billed:
        minutes = minutes or one.minutes
        pence = price_of(TERMS, "home_care", one.day, one.starts_at, minutes) if pence is None else pence
        told = {"person": one.person, "day": one.day, "starts_at": one.starts_at} | more
        line = Billed(len(self.lines) + 1, minutes=minutes, pence=pence, **told)
        self.lines.append(line)
        return line


def generated(seed: int) -> GeneratedMonth:
    """Twelve people, up to three visits a day, some by two workers; about a tenth of lines have a mistake."""
    luck, month = random.Random(seed), GeneratedMonth()
    for number in range(12):
        person = f"P{number:03d}"
        begins = MONTH + timedelta(days=luck.choice((-30, 0, 3)))
        ends = MONTH + timedelta(days=luck.choice((24, 28))) if luck.random() < 0.3 else None
        away = frozenset(MONTH + timedelta(days=day) for day in range(10, 13)) if luck.random() < 0.4 else frozenset()
        month.packages.append(Bought(number, person, "home_care", begins, ends, away))
        for ahead in range(31):
            day = MONTH + timedelta(days=ahead)
            if day in away or not month.packages[-1].holds_on(day):
                continue
            for at in luck.sample(("07:30", "12:15", "18:00", "22:30"), luck.randint(1, 3)):
                visit = len(month.delivered) + 1000 * number
                for slot in range(luck.choice((1, 1, 1, 2))):
                    minutes = luck.choice((15, 30, 45, 60))
                    month.delivered.append(Delivered((visit, slot), person, day, at, minutes))
    for one in list(month.delivered):
        # of two workers' equal lines nobody could say which one is spoilt: joint visits are billed as they were
        is_joint = sum(other.key[0] == one.key[0] for other in month.delivered) > 1
        if is_joint or luck.random() > 0.1:
            month.bill(one)
            continue
        right = price_of(TERMS, "home_care", one.day, one.starts_at, one.minutes)
        kind = luck.choice(("twice", "long", "short", "rate", "never", "unknown", "outside", "suspended"))
        package = next(p for p in month.packages if p.person == one.person)
        if kind == "twice":
            month.bill(one)
            month.planted[month.bill(one).number] = (Finding.TWICE, 0)
        elif kind == "long":
            month.planted[month.bill(one, minutes=one.minutes + luck.randint(6, 40)).number] = (Finding.TOO_LONG, right)
        elif kind == "short" and one.minutes > 15:
            line = month.bill(one, minutes=one.minutes - luck.randint(6, 10))
            month.planted[line.number] = (Finding.TOO_SHORT, line.pence)
        elif kind == "rate":
            more = luck.choice((1, 7, 300))
            month.planted[month.bill(one, pence=right + more).number] = (Finding.WRONG_RATE, right)
        elif kind == "unknown":
            month.bill(one)
            month.planted[month.bill(one, person="P999").number] = (Finding.UNKNOWN_PERSON, 0)
        elif kind == "never":
            month.bill(one)
            month.planted[month.bill(one, starts_at="15:07").number] = (Finding.NOT_DELIVERED, 0)
        elif kind == "outside" and package.ends_on:
            month.bill(one)
            day = package.ends_on + timedelta(days=1)
            month.planted[month.bill(one, day=day).number] = (Finding.OUT_OF_DATES, 0)
        elif kind == "suspended" and package.suspended:
            month.bill(one)
            line = month.bill(one, day=min(package.suspended))
            is_out = not package.holds_on(line.day)
            month.planted[line.number] = (Finding.OUT_OF_DATES if is_out else Finding.SUSPENDED, 0)
        else:
            month.bill(one)
    return month


class TestReconcile:
    @pytest.mark.parametrize("seed", range(25))
    def test_finds_every_planted_mistake_and_invents_none(self, seed):
        month = generated(seed)
        random.Random(seed).shuffle(month.lines)
        found = {one.number: one for one in reconcile(month.lines, month.packages, month.delivered, TERMS)}
        odd = {number: (one.finding, one.pence) for number, one in found.items() if one.finding != Finding.MATCHED}
        # of two equal lines for one visit either may be called the second: they are told apart by nothing
        same = {line.number: (line.person, line.day, line.starts_at, line.minutes, line.pence) for line in month.lines}

        def by_line(planted):
            return sorted((*same[number], finding, pence) for number, (finding, pence) in planted.items())

        assert by_line(odd) == by_line(month.planted)
        assert len(month.planted) > 20
        right = sum(price_of(TERMS, "home_care", v.day, v.starts_at, v.minutes) for v in month.delivered)
        short = sum(
            price_of(TERMS, "home_care", v.day, v.starts_at, v.minutes) - found[line.number].pence
            for line in month.lines
            if found[line.number].finding == Finding.TOO_SHORT
            for v in month.delivered
            if v.key == found[line.number].visit
        )
        assert sum(one.pence for one in found.values()) == right - short

    def test_ties_each_visit_to_one_line_only(self):
        month = generated(3)
        found = reconcile(month.lines, month.packages, month.delivered, TERMS)
        tied = [one.visit for one in found if one.visit]
        assert len(tied) == len(set(tied))

    @pytest.mark.parametrize(
        ("minutes", "finding"), [(35, "matched"), (36, "too_long"), (25, "matched"), (24, "too_short")]
    )
    def test_allows_what_the_contract_allows(self, minutes, finding):
        day = date(2026, 10, 5)
        line = Billed(1, "P1", day, "08:10", minutes, price_of(TERMS, "home_care", day, "08:10", minutes))
        one = reconcile(
            [line], [Bought(1, "P1", "home_care", day, None)], [Delivered((1, 0), "P1", day, "08:00", 30)], TERMS
        )[0]
        assert one.finding == finding

    def test_pays_nobody_more_than_they_ask(self):
        day = date(2026, 10, 5)
        line = Billed(1, "P1", day, "08:00", 30, 500)
        one = reconcile(
            [line], [Bought(1, "P1", "home_care", day, None)], [Delivered((1, 0), "P1", day, "08:00", 30)], TERMS
        )[0]
        assert (one.finding, one.pence) == (Finding.WRONG_RATE, 500)


class TestReadInvoice:
    def test_reads_days_times_and_amounts_as_people_write_them(self):
        text = "person,day,start,minutes,amount,miles\r\nP1,05/10/2026,8:05,30,£10.20,3.2\r\n\r\n"
        text += "P2,2026-10-06,18:00,45,15.3,\r\n"
        lines = read_invoice(text.encode("utf-8-sig"), ("home_care",))
        assert lines == [
            Billed(1, "P1", date(2026, 10, 5), "08:05", 30, 1020, "", 32),
            Billed(3, "P2", date(2026, 10, 6), "18:00", 45, 1530, "", 0),
        ]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "Missing: person"), ("person,day,start,minutes,amount\n", "no lines"),
            ("person,day,start,minutes\nP1,2026-10-05,08:00,30\n", "Missing: amount"),
            ("person,day,start,minutes,amount\nP1,31/02/2026,08:00,30,1\n", "Line 1: the day"),
            ("person,day,start,minutes,amount\nP1,2026-10-05,25:00,30,1\n", "Line 1: the start"),
            ("person,day,start,minutes,amount\nP1,2026-10-05,08:00,0,1\n", "Line 1: minutes"),
            ("person,day,start,minutes,amount\nP1,2026-10-05,08:00,30,-1\n", "below nothing"),
            ("person,day,start,minutes,amount\nP1,2026-10-05,08:00,30,1.005\n", "Line 1: Enter an amount"),
            ("person,day,start,minutes,amount\nP1,2026-10-05,08:00,30,1,2\n", "6 cells"),
            ("person,day,start,minutes,amount,kind\nP1,2026-10-05,08:00,30,1,magic\n", "no kind of care"),
        ],
    )  # fmt: skip
    def test_refuses_a_file_whole_and_says_which_line(self, text, words):
        with pytest.raises(FileRefusedError, match=words):
            read_invoice(text.encode(), ("home_care",))

    def test_refuses_bytes_that_are_no_text(self):
        with pytest.raises(FileRefusedError, match="UTF-8"):
            read_invoice(b"\xff\xfe\x00", ())


@pytest.fixture
def october(service, started, contract, worker_of, visited, ivy, commissioner, now):
    """Ten mornings of Ivy's that Larkmoor's Fern did, and a file that bills them: `october(change, ...)`."""
    terms = contract()
    package = started(terms, begins=date(2026, 9, 1))
    fern = worker_of(terms)
    for number in range(10):
        visited(ivy, date(2026, 10, 5 + number), "08:00", 30, fern)

    class Month:
        def __init__(self):
            self.terms, self.package, self.fern = terms, package, fern
            self.rows = [[ivy.reference, f"2026-10-{5 + number:02d}", "08:00", 30, "10.20"] for number in range(10)]

        def take(self, number="INV-1", month=MONTH) -> Invoice:
            text = io.StringIO()
            writer = csv.writer(text)
            writer.writerow(["person", "day", "start", "minutes", "amount"])
            writer.writerows(self.rows)
            return take_invoice(
                actor=commissioner, contract=terms, number=number, month=month, file_name="october.csv",
                content=text.getvalue().encode(), now=now,
            )  # fmt: skip

    return Month()


class TestTakeInvoice:
    def test_keeps_the_file_and_ties_lines_to_visits(self, october, commissioner):
        invoice = october.take()
        view = invoice_for(commissioner, invoice.pk)
        assert bytes(Invoice.objects.get().original).startswith(b"person,day")
        assert view.counts == {"matched": 10}
        assert (invoice.total_pence, view.found_pence, view.undecided) == (10200, 10200, 10)

    def test_finds_a_visit_that_an_earlier_invoice_has(self, october, commissioner):
        october.take()
        october.rows = october.rows[:1]
        view = invoice_for(commissioner, october.take("INV-2").pk)
        assert view.counts == {"twice": 1} and "earlier invoice" in view.lines[0].why

    def test_pays_nothing_while_suspended_or_after_the_end(self, october, commissioner, now):
        Suspension.objects.create(
            package=october.package, reason="hospital", starts_on=date(2026, 10, 7), ends_on=date(2026, 10, 8),
            set_at=now, set_by="Tests",
        )  # fmt: skip
        type(october.package).objects.filter(pk=october.package.pk).update(
            ended_on=date(2026, 10, 13), state="ended", end_reason="died"
        )
        view = invoice_for(commissioner, october.take().pk)
        assert view.counts == {"matched": 7, "suspended": 2, "out_of_dates": 1}
        assert view.found_pence == 7140

    def test_refuses_a_number_taken_before_and_lines_of_another_month(self, october):
        october.take()
        with pytest.raises(RefusedError, match="taken in before"):
            october.take()
        october.rows[2][1] = "2026-09-30"
        with pytest.raises(RefusedError, match="another month: 3"):
            october.take("INV-2")


class TestDecide:
    def test_closes_once_every_line_is_decided_and_asks_back_the_rest(self, october, commissioner, service, now):
        october.rows[0][3:] = [60, "20.40"]
        october.rows.append(list(october.rows[5]))
        invoice = october.take()
        assert agree_matched(actor=commissioner, invoice=invoice, now=now) == 9
        with pytest.raises(RefusedError, match="2 lines still"):
            close_invoice(actor=commissioner, invoice=invoice, now=now)
        for line in InvoiceLine.objects.filter(invoice=invoice, agreed_pence=None):
            agree_line(actor=commissioner, line=line, pence=line.found_pence, reason="", now=now)
        closed = close_invoice(actor=commissioner, invoice=invoice, now=now)
        assert (closed.total_pence, closed.agreed_pence, closed.credit_pence) == (12240, 10200, 2040)
        with pytest.raises(InvoiceIsClosedError):
            reconcile_again(actor=commissioner, invoice=invoice, now=now)
        month = spending(commissioner, service.pk, MONTH, MONTH).months[0]
        assert (month.pence, month.council_pence, month.nhs_pence, month.provisional_pence) == (10200, 6120, 4080, 0)
        assert (month.bought_minutes, month.in_house_minutes) == (300, 0)

    def test_needs_a_reason_for_another_amount_and_never_pays_more_than_asked(self, october, commissioner, now):
        line = InvoiceLine.objects.get(invoice=october.take(), number=1)
        with pytest.raises(RefusedError, match="Say why"):
            agree_line(actor=commissioner, line=line, pence=500, reason=" ", now=now)
        with pytest.raises(RefusedError, match="from nothing to"):
            agree_line(actor=commissioner, line=line, pence=1021, reason="Kind", now=now)

    def test_waits_for_the_answer_to_a_query(self, october, commissioner, now):
        invoice = october.take()
        line = invoice.lines.get(number=4)
        query = query_line(actor=commissioner, line=line, text="Who came?", now=now)
        assert agree_matched(actor=commissioner, invoice=invoice, now=now) == 9
        agree_line(actor=commissioner, line=line, pence=1020, reason="", now=now)
        with pytest.raises(RefusedError, match="query is open"):
            close_invoice(actor=commissioner, invoice=invoice, now=now)
        answer_invoice_query(actor=commissioner, query=query, text="Fern did", now=now)
        assert close_invoice(actor=commissioner, invoice=invoice, now=now).closed_at == now

    def test_compares_again_when_a_visit_was_recorded_late(self, october, commissioner, visited, ivy, now):
        october.rows.append([ivy.reference, "2026-10-20", "08:00", 30, "10.20"])
        invoice = october.take()
        visited(ivy, date(2026, 10, 20), "08:02", 30, october.fern)
        assert reconcile_again(actor=commissioner, invoice=invoice, now=now) == 1
        assert invoice_for(commissioner, invoice.pk).counts == {"matched": 11}

    def test_a_closed_month_takes_no_more_invoices(self, october, commissioner, service, now):
        invoice = october.take()
        with pytest.raises(RefusedError, match="1 invoice of this month"):
            close_month(actor=commissioner, service_id=service.pk, month=MONTH, now=now)
        agree_matched(actor=commissioner, invoice=invoice, now=now)
        close_invoice(actor=commissioner, invoice=invoice, now=now)
        close_month(actor=commissioner, service_id=service.pk, month=MONTH, now=now)
        with pytest.raises(MonthIsClosedError):
            october.take("INV-2")

    def test_two_workers_at_once_are_two_lines(self, october, commissioner, visited, worker_of, ivy):
        moss = worker_of(october.terms, "Moss")
        visited(ivy, date(2026, 10, 21), "18:00", 45, october.fern, moss)
        october.rows = [[ivy.reference, "2026-10-21", "18:00", 45, "15.30"]] * 3
        view = invoice_for(commissioner, october.take().pk)
        assert view.counts == {"matched": 2, "twice": 1} and view.found_pence == 3060

    def test_a_reference_of_nobody_here_is_unknown(self, october, commissioner, service, now):
        other = register_person(
            actor=commissioner.system("tests", service.pk), service_id=service.pk,
            new=NewPerson(given_name="Al", family_name="Moss"), now=now,
        )  # fmt: skip
        october.rows = [[other.reference, "2026-10-05", "08:00", 30, "10.20"]]
        assert invoice_for(commissioner, october.take().pk).counts == {"unknown_person": 1}
