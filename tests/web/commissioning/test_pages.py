"""Commissioning through its pages, without JavaScript: from asking for care to closing its invoice."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from homeward.access.rules import Role
from homeward.commissioning.models import (
    CareContract,
    Invoice,
    InvoiceLine,
    JointPlan,
    Offer,
    Package,
    PersonalBudget,
    PlanLine,
    Pool,
    Provider,
)
from homeward.referrals.rules import MOST_USES_AN_HOUR


@pytest.fixture
def buyer(sign_in) -> Client:
    return sign_in(Role.COMMISSIONER, "Una Marsh")


@pytest.fixture
def manager(sign_in) -> Client:
    return sign_in(Role.CASE_MANAGER, "Joan Holt")


@pytest.fixture
def today() -> str:
    return timezone.localdate().isoformat()


@pytest.fixture
def contract(buyer, today) -> CareContract:
    buyer.post("/commissioning/providers/new", {"name": "Larkmoor", "kind": "private", "email": "a@example.org"})
    provider = Provider.objects.get()
    buyer.post(
        f"/commissioning/providers/{provider.pk}/contract",
        {
            "reference": "C1", "starts_on": "2026-01-01", "kinds": ["home_care"], "areas": "DE1, DE22",
            "weekly_hours": "40", "night_from": "22:00", "night_until": "07:00", "start_tolerance": "30",
            "length_tolerance": "5", "mileage": "0.45", "most_miles": "10",
        },
    )  # fmt: skip
    made = CareContract.objects.get()
    buyer.post(
        f"/commissioning/contracts/{made.pk}",
        {"rate_kind": "home_care", "time": "day", "unit": "hour", "price": "20.40", "rate_from": "2026-01-01"},
    )
    assert (made.areas, made.mileage_pence, made.rates.get().pence) == (["DE1", "DE22"], 45, 2040)
    return made


@pytest.fixture
def package(manager, ivy, cared_for, today) -> Package:
    cared_for(ivy)
    answer = manager.post(
        f"/commissioning/people/{ivy.pk}/ask",
        {
            "kind": "home_care", "starts_on": today, "council_percent": "60", "needs_text": "Help to wash.",
            "title_1": "Morning care", "weekdays_1": "1234567", "opens_1": "08:00", "closes_1": "09:00",
            "minutes_1": "30", "workers_1": "1", "skill_1": "home_care_worker",
        },
    )  # fmt: skip
    made = Package.objects.get()
    assert answer.url == f"/commissioning/packages/{made.pk}"
    return made


@pytest.fixture
def link(buyer, package, contract) -> str:
    """The address of an offer of the package to Larkmoor, as the page shows it once."""
    buyer.post(f"/commissioning/packages/{package.pk}/capacity")
    page = buyer.post(
        f"/commissioning/packages/{package.pk}/offers", {"contracts": [str(contract.pk)], "hours": "24"}
    ).content.decode()
    return re.search(r'href="http://testserver(/offers/[^"]+)"', page)[1]


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


class TestAsking:
    def test_shows_what_is_wrong_beside_the_field(self, manager, ivy, cared_for, today):
        cared_for(ivy)
        told = {"kind": "home_care", "starts_on": today, "council_percent": "60", "needs_text": "Ivy needs help"}
        answer = manager.post(f"/commissioning/people/{ivy.pk}/ask", told)
        assert answer.status_code == 422
        assert "Say at least one visit that is needed" in answer.content.decode()
        told |= {
            "title_1": "Care", "weekdays_1": "1", "opens_1": "08:00", "closes_1": "09:00", "minutes_1": "30",
            "workers_1": "1",
        }  # fmt: skip
        assert (
            "Leave out the person’s name" in manager.post(f"/commissioning/people/{ivy.pk}/ask", told).content.decode()
        )

    def test_leaves_buying_to_commissioners(self, manager, package):
        page = text_of(manager, f"/commissioning/packages/{package.pk}")
        assert "Morning care" in page and "In house first" not in page
        assert manager.post(f"/commissioning/packages/{package.pk}/capacity").status_code == 403
        assert manager.get("/commissioning/").status_code == 403

    def test_is_on_the_work_list_with_what_to_do(self, buyer, package):
        page = text_of(buyer, "/commissioning/")
        assert "Look for room in house" in page and package.reference in page
        seen = re.search(r"live\?seen=(\d+)", page)[1]
        assert buyer.get(f"/commissioning/live?seen={seen}").status_code == 204
        assert buyer.get("/commissioning/live?seen=0").status_code == 200


class TestPortal:
    def test_says_nothing_of_who_it_is_before_they_are_chosen(self, link, ivy):
        page = text_of(Client(), link)
        assert "Help to wash." in page and "DE1" in page and "£71.40 a week" in page
        for secret in ("Ivy", "Okafor", "Made Up Lane", "07700 900123", "999 000 0018", ivy.reference, "3DA"):
            assert secret not in page

    def test_takes_an_answer_without_an_account(self, link, today):
        outside = Client(enforce_csrf_checks=True)
        page = outside.get(link)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]
        told = {"answer": "yes", "name": "Bo Lark", "can_start_on": today, "csrfmiddlewaretoken": token}
        answer = outside.post(link, told)
        assert answer.status_code == 302 and answer["Referrer-Policy"] == "same-origin"
        assert Offer.objects.get().state == "accepted"
        assert "you can start on" in text_of(outside, link)

    def test_says_what_is_missing(self, link):
        answer = Client().post(link, {"answer": "yes", "name": "Bo"})
        assert answer.status_code == 422 and "first day on which you can start" in answer.content.decode()

    def test_names_the_person_to_the_chosen(self, buyer, package, link, today, ivy):
        Client().post(link, {"answer": "yes", "name": "Bo Lark", "can_start_on": today})
        offer = Offer.objects.get()
        buyer.post(f"/commissioning/packages/{package.pk}/offers/{offer.pk}/choose", {"reason": "The only one"})
        page = text_of(Client(), link)
        assert "You are chosen" in page and "Ivy Okafor" in page and ivy.reference in page

    def test_opens_nothing_made_up_and_stops_guessing(self, db):
        guesser = Client()
        assert guesser.get("/offers/made-up~link").status_code == 404
        answers = [guesser.get("/offers/made-up~link").status_code for _ in range(MOST_USES_AN_HOUR)]
        assert answers[-1] == 429

    def test_is_refused_for_an_expired_link(self, link):
        Offer.objects.update(sent_at=timezone.now() - timedelta(days=2), answer_by=timezone.now() - timedelta(hours=1))
        assert Client().get(link).status_code == 404


@pytest.fixture
def running(buyer, package, contract, link, today) -> Package:
    Client().post(link, {"answer": "yes", "name": "Bo Lark", "can_start_on": today})
    offer = Offer.objects.get()
    buyer.post(f"/commissioning/packages/{package.pk}/offers/{offer.pk}/choose", {"reason": "The only one"})
    buyer.post(f"/commissioning/packages/{package.pk}/start", {"day": today})
    package.refresh_from_db()
    assert package.state == "started"
    return package


class TestPackage:
    def test_is_suspended_resumed_varied_and_ended(self, buyer, manager, running, today):
        address = f"/commissioning/packages/{running.pk}"
        manager.post(f"{address}/suspend", {"day": today, "reason": "hospital"})
        assert "Suspended" in text_of(manager, address)
        later = (timezone.localdate() + timedelta(days=2)).isoformat()
        manager.post(f"{address}/resume", {"day": later})
        assert running.suspensions.get().ends_on.isoformat() < later
        told = {
            "from_day": later, "council_percent": "100", "reason": "Needs more", "title_1": "Morning care",
            "weekdays_1": "1234567", "opens_1": "08:00", "closes_1": "09:00", "minutes_1": "45", "workers_1": "1",
            "skill_1": "home_care_worker",
        }  # fmt: skip
        assert manager.get(f"{address}/vary").status_code == 200
        assert manager.post(f"{address}/vary", told).status_code == 302
        variation = running.variations.get()
        buyer.post(f"{address}/changes/{variation.pk}", {"decision": "approve"})
        variation.refresh_from_db()
        assert variation.state == "approved"
        buyer.post(f"{address}/end", {"last_day": later, "end_reason": "not_needed", "text": ""})
        assert "Ended" in text_of(buyer, address)

    def test_is_listed_with_the_person(self, manager, running, ivy):
        assert running.reference in text_of(manager, f"/commissioning/people/{ivy.pk}")


class TestInvoices:
    @pytest.fixture
    def invoice(self, buyer, running, contract, ivy) -> Invoice:
        day = timezone.localdate()
        file = f"person,day,start,minutes,amount\n{ivy.reference},{day},08:00,30,10.20\nX1,{day},08:00,30,10.20\n"
        answer = buyer.post(
            "/commissioning/invoices/take",
            {
                "contract": str(contract.pk), "number": "INV-7", "month": f"{day:%Y-%m}",
                "file": SimpleUploadedFile("one.csv", file.encode()),
            },
        )  # fmt: skip
        made = Invoice.objects.get()
        assert answer.url == f"/commissioning/invoices/{made.pk}"
        return made

    def test_are_decided_line_by_line_and_closed(self, buyer, invoice):
        address = f"/commissioning/invoices/{invoice.pk}"
        page = text_of(buyer, address)
        assert "No visit on record" in page and "Unknown person" in page and "Ivy" not in page
        one, other = InvoiceLine.objects.order_by("number")
        answer = buyer.post(
            f"/commissioning/invoices/lines/{one.pk}",
            {"do": "query", "text": "Who came?", "shown": "open", "next": str(other.pk)},
        )
        assert answer.url == f"{address}?show=open#line-{other.pk}"
        query = one.entries.get()
        buyer.post(f"/commissioning/invoices/lines/{one.pk}/queries/{query.pk}", {"text": "Fern, not written down"})
        told = {"do": "amount", "amount": "10.20", "text": "The person says so"}
        buyer.post(f"/commissioning/invoices/lines/{one.pk}", told)
        buyer.post(f"/commissioning/invoices/lines/{other.pk}", {"do": "found"})
        buyer.post(f"{address}/close")
        invoice.refresh_from_db()
        assert (invoice.agreed_pence, invoice.credit_pence) == (1020, 1020)
        assert text_of(buyer, f"{address}?show=all").count("Agreed") >= 2
        assert buyer.get(f"{address}/original").content.startswith(b"person,day")
        assert "INV-7" in text_of(buyer, "/commissioning/invoices/")

    def test_a_file_that_cannot_be_read_is_refused_whole(self, buyer, contract):
        file = SimpleUploadedFile("one.csv", b"person,day,start,minutes,amount\nP1,tomorrow,08:00,30,10.20\n")
        told = {"contract": str(contract.pk), "number": "1", "month": "2026-11", "file": file}
        answer = buyer.post("/commissioning/invoices/take", told)
        assert answer.status_code == 422 and "Line 1: the day is no real day" in answer.content.decode()
        assert not Invoice.objects.exists()


class TestMoney:
    def test_a_budget_shows_what_packages_commit(self, buyer, running):
        buyer.post(
            "/commissioning/budgets/new",
            {
                "name": "Home first fund", "kind": "better_care_fund", "starts_on": "2026-01-01",
                "ends_on": "2099-03-31", "council_percent": "60",
            },
        )  # fmt: skip
        pool = Pool.objects.get()
        buyer.post(f"/commissioning/budgets/{pool.pk}", {"title": "Home care", "planned": "50,000"})
        line = pool.lines.get()
        buyer.post(f"/commissioning/packages/{running.pk}/pool", {"pool_line": str(line.pk)})
        today = timezone.localdate().isoformat()
        entry = {"day": today, "pence": "125.50", "text": "Training"}
        buyer.post(f"/commissioning/budgets/{pool.pk}/lines/{line.pk}", entry)
        page = text_of(buyer, f"/commissioning/budgets/{pool.pk}")
        assert "£50,000.00" in page and "£125.50" in page and "More than planned" in page
        assert "Home first fund" in text_of(buyer, "/commissioning/budgets/")

    def test_a_personal_budget_is_paid_reviewed_and_ended(self, buyer, ivy, cared_for, today):
        cared_for(ivy)
        later = (timezone.localdate() + timedelta(days=300)).isoformat()
        buyer.post(
            f"/commissioning/people/{ivy.pk}/personal-budget",
            {
                "managed_by": "direct_payment", "weekly": "186", "council_percent": "100", "starts_on": today,
                "review_on": later, "account": "DP-1",
            },
        )  # fmt: skip
        address = f"/commissioning/personal-budgets/{PersonalBudget.objects.get().pk}"
        buyer.post(address, {"do": "pay", "day": today, "pence": "186", "text": "First week"})
        buyer.post(address, {"do": "review", "day": today, "pence": "20", "text": "All well", "next_on": later})
        page = text_of(buyer, address)
        assert "As due" in page and "All well" in page and "£186.00" in page
        buyer.post(address, {"do": "end", "day": today})
        assert PersonalBudget.objects.get().ends_on is not None
        assert "Ivy Okafor" in text_of(buyer, "/commissioning/personal-budgets/")

    def test_spending_is_for_the_performance_lead_too_and_names_nobody(self, sign_in, running):
        lead = sign_in(Role.PERFORMANCE_LEAD, "Pat Low")
        assert "Hours bought" in text_of(lead, "/commissioning/spending/")
        file = lead.get("/commissioning/spending.csv")
        assert file["Content-Type"].startswith("text/csv") and b"Okafor" not in file.content
        assert lead.get("/commissioning/budgets/").status_code == 200
        assert lead.get("/commissioning/invoices/").status_code == 403

    def test_a_joint_plan_keeps_its_decisions(self, buyer, today):
        told = {"title": "Home first", "starts_on": "2026-04-01", "ends_on": "2099-03-31"}
        buyer.post("/commissioning/joint-plans/", told)
        plan = {"title": "One contract", "lead": "Una Marsh", "due_on": "2027-01-31"}
        plan["plan"] = str(JointPlan.objects.get().pk)
        buyer.post("/commissioning/joint-plans/", plan)
        line = PlanLine.objects.get()
        decision = {"state": "decided", "decided_on": today, "decided_by": "Board", "text": "Yes, by the hour"}
        buyer.post(f"/commissioning/joint-plans/{plan['plan']}/lines/{line.pk}", decision)
        page = text_of(buyer, "/commissioning/joint-plans/")
        assert "Yes, by the hour" in page and "0 of 1 line delivered" in page
