"""The pages of equipment: a store begun, something asked for, brought, looked at, fetched; a device answered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Actor, Role
from homeward.equipment.models import DeviceAlert, EquipmentRequest, EquipmentVisit, Item, Kind, Loan, Recall, Shelf
from homeward.equipment.services import (
    NewAsk,
    NewCall,
    NewDevice,
    NewStock,
    add_usual_kinds,
    ask_for_equipment,
    hand_over,
    keep_refused,
    open_store,
    receive_call,
    receive_stock,
    reserve,
)
from homeward.kernel.rules import london_day
from homeward.referrals.models import Referral
from homeward.teams.models import Organisation


@pytest.fixture
def today():
    return london_day(timezone.now())


@pytest.fixture
def keeper(sign_in):
    return sign_in(Role.ROSTER_PLANNER, "Kit Keeper")


@pytest.fixture
def manager(sign_in):
    return sign_in(Role.CASE_MANAGER, "Cas Manager")


@pytest.fixture
def responder(sign_in):
    return sign_in(Role.CRISIS_RESPONDER, "Rae Sponder")


@pytest.fixture
def council(service):
    return Organisation.objects.create(service=service, kind="council", name="Stock Council")


@pytest.fixture
def store(service, desk, now):
    add_usual_kinds(actor=desk, service_id=service.pk, now=now)
    return open_store(actor=desk, service_id=service.pk, name="Foundry Lane", now=now)


@pytest.fixture
def stock(desk, store, council, now):
    def receive(code: str, quantity: int = 1, **more):
        kind = Kind.objects.get(code=code)
        new = NewStock(kind=kind, store=store, owner=council, quantity=quantity, **more)
        return receive_stock(actor=desk, new=new, now=now)

    return receive


@pytest.fixture
def lent(desk, stock, ivy, today, now):
    """Lends Ivy a new thing, cared for or not."""

    def lend(code: str, **more) -> Loan:
        [item] = stock(code, **more)
        asked = ask_for_equipment(actor=desk, person=ivy, new=NewAsk(code, "Nights", today), now=now)
        reserve(actor=desk, request=asked, item=item, now=now)
        device = NewDevice("LL-77", "Lifeline", "07700 900400", "Hall", "Pressed, answered")
        told = {"shown": "How to use it", "shown_to": "Ivy"}
        return hand_over(actor=desk, request=asked, device=device, now=now, **told)

    return lend


@pytest.fixture
def call(service):
    def send(sender_id: str, kind: str = "fall", device: str = "LL-77") -> DeviceAlert:
        now = timezone.now()
        centre = Actor(name="Lifeline", role=Role.MACHINE, service_ids=frozenset({service.pk}))
        new = NewCall(sender_id, device, kind, now, "Heavy fall")
        return receive_call(actor=centre, service_id=service.pk, call=new, content=b"{}", now=now).alert

    return send


def page(client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def send(client, address: str, **typed) -> str:
    answer = client.post(address, typed, follow=True)
    assert answer.status_code == 200, address
    return answer.content.decode()


class TestCatalogue:
    def test_is_begun_changed_and_filled(self, keeper, service, desk, council, now):
        assert "Begin the catalogue" in page(keeper, "/equipment/catalogue")
        assert "kinds added" in send(keeper, "/equipment/catalogue/begin")
        assert "The store is open" in send(keeper, "/equipment/stores", name="North", postcode="DE1 3DA")
        store = service.equipment_stores.get()
        hoist = Kind.objects.get(code="hoist")
        seen = page(keeper, f"/equipment/kinds/{hoist.pk}")
        assert (
            "every 6 months (Lifting Operations and Lifting Equipment Regulations 1998, regulation 9(3)(a)(i))" in seen
        )
        assert "every 12 months (local decision)" in seen
        labels = send(
            keeper, f"/equipment/kinds/{hoist.pk}/receive", store=store.pk, owner=council.pk, quantity=2,
            serials="H-1\nH-2", batch="B7", cost="1,180.50",
        )  # fmt: skip
        assert labels.count("<svg") == 2
        assert Item.objects.filter(kind=hoist, cost_pence=118_050).count() == 2

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, keeper, store):
        hoist = Kind.objects.get(code="hoist")
        seen = send(keeper, f"/equipment/kinds/{hoist.pk}/receive", quantity="many", batch="B7")
        assert "Choose the store" in seen
        assert 'value="B7"' in seen

    def test_adds_a_kind_of_ones_own(self, keeper, store):
        told = {"title": "Ramp", "code": "ramp", "tracking": "counted", "skill": "equipment_fitting"}
        assert "Ramp" in send(keeper, "/equipment/catalogue/new", **told, is_offered="yes", check_months="12")
        assert "Another kind has this code" in send(keeper, "/equipment/catalogue/new", **told)
        ramp = Kind.objects.get(code="ramp")
        send(keeper, f"/equipment/kinds/{ramp.pk}/change", **told | {"title": "Door ramp"})
        ramp.refresh_from_db()
        assert (ramp.title, ramp.is_offered, ramp.check_months) == ("Door ramp", False, None)

    def test_puts_a_count_right(self, keeper, stock):
        stock("grab_rail", 5)
        shelf = Shelf.objects.get()
        told = {"kind": shelf.kind_id, "counted": "4"}
        assert "Say why" in send(keeper, f"/equipment/shelves/{shelf.pk}/count", **told, reason="")
        send(keeper, f"/equipment/shelves/{shelf.pk}/count", **told, reason="One was bent")
        shelf.refresh_from_db()
        assert shelf.quantity == 4

    def test_is_not_for_everybody_to_change(self, manager, store):
        assert page(manager, "/equipment/catalogue")
        assert page(manager, "/equipment/catalogue/new", 403)


class TestScan:
    def test_opens_what_a_scanner_typed(self, keeper, stock):
        [item] = stock("commode", serials=["C-9"])
        for code in (item.number, item.number.lower(), f"http://x/equipment/scan?code={item.number}", "c-9"):
            answer = keeper.get("/equipment/scan", {"code": code})
            assert answer.url == f"/equipment/items/{item.pk}"

    def test_says_what_it_did_not_find(self, keeper, store):
        assert "No item here has the number EQ999999" in page(keeper, "/equipment/scan?code=EQ999999")
        assert "no label of ours" in page(keeper, "/equipment/scan?code=hello")


class TestItem:
    def test_is_checked_set_aside_and_scrapped(self, keeper, stock, today):
        [item] = stock("hoist", cost_pence=100_000)
        at = f"/equipment/items/{item.pk}"
        assert "Say what is wrong" in send(keeper, f"{at}/check", sort="safety", done_on=today, passed="no", reason="")
        send(keeper, f"{at}/check", sort="safety", done_on=today, passed="no", reason="Brake slips")
        assert "Must not be used" in page(keeper, at)
        seen = send(keeper, f"{at}/settle", condition="scrap", reason="Beyond repair", value="250")
        assert "Scrapped: Beyond repair. Worth £250.00." in seen
        assert "Record a check" not in seen


class TestFromNeedToHome:
    def test_goes_the_whole_way(self, manager, keeper, cared_for, ivy, stock, today):
        cared_for(ivy)
        [item] = stock("commode")
        assert "Nothing from us" in page(manager, f"/equipment/people/{ivy.pk}")
        told = {"kind": "commode", "quantity": "1", "needed_by": today + timedelta(days=2), "is_before_home": "yes"}
        assert "Say what it is for" in send(manager, f"/equipment/people/{ivy.pk}/ask", **told, why="")
        send(manager, f"/equipment/people/{ivy.pk}/ask", **told, why="Cannot reach the toilet")
        asked = EquipmentRequest.objects.get()
        at = f"/equipment/requests/{asked.pk}"
        day = page(keeper, "/equipment/")
        assert "To fill from stock (1)" in day
        assert "Cannot go home without it" in day
        assert "Choose one that is free" in send(keeper, f"{at}/reserve", stock="item-0")
        send(keeper, f"{at}/reserve", stock=f"item-{item.pk}")
        assert "still to come" in send(keeper, f"{at}/deliver", day=today - timedelta(days=1))
        tomorrow = today + timedelta(days=1)
        assert "A visit is made" in send(keeper, f"{at}/deliver", **{"day": tomorrow, "from": "09:00", "to": "12:00"})
        visit = EquipmentVisit.objects.get().visit
        assert f"/equipment/requests/{asked.pk}/hand-over" in page(keeper, f"/today/visits/{visit.pk}")
        assert "Say what was shown" in send(keeper, f"{at}/hand-over", shown="", shown_to="Ivy")
        send(keeper, f"{at}/hand-over", shown="The brakes", shown_to="Ivy")
        loan = Loan.objects.get()
        at = f"/equipment/loans/{loan.pk}"
        seen = send(
            manager, f"{at}/review", helps="helps", said="I sleep again", hours_before="7", hours_now="5.5",
            care_home="no", admission="", saved="40", reviewed_on=today,
        )  # fmt: skip
        assert "“I sleep again”" in seen
        assert "100% (1 of 1)" in page(manager, "/equipment/what-it-changed")
        send(manager, f"{at}/broken", what="A wheel came off")
        assert "Broken, at somebody’s home (1)" in page(keeper, "/equipment/")
        send(manager, f"{at}/collect", reason="Walks again")
        send(keeper, f"{at}/visit", **{"purpose": "collect", "day": tomorrow, "from": "09:00", "to": "12:00"})
        send(keeper, f"{at}/back", why="Fetched", lost="no")
        item.refresh_from_db()
        assert item.state == "to_clean"
        assert "What they had" in page(manager, f"/equipment/people/{ivy.pk}")

    def test_is_approved_by_somebody_else(self, manager, sign_in, store, cared_for, ivy, today):
        cared_for(ivy)
        send(manager, f"/equipment/people/{ivy.pk}/ask", kind="hoist", why="Cannot stand", needed_by=today, quantity=1)
        asked = EquipmentRequest.objects.get()
        at = f"/equipment/requests/{asked.pk}"
        assert "somebody else approves" in page(manager, at)
        nurse = sign_in(Role.REGISTERED_PROFESSIONAL, "Nell Nurse")
        send(nurse, f"{at}/approve")
        asked.refresh_from_db()
        assert asked.state == "to_fill"
        send(manager, f"{at}/cancel", reason="Stands again")
        asked.refresh_from_db()
        assert asked.state == "cancelled"


class TestRecall:
    def test_lists_who_is_to_be_rung(self, keeper, lent, ivy):
        loan = lent("sling", batch="B7")
        kind = loan.kind
        send(keeper, f"/equipment/kinds/{kind.pk}/recall", batch="B7", reason="Stitching", what_to_do="Stop using it")
        recall = Recall.objects.get()
        at = f"/equipment/recalls/{recall.pk}"
        seen = page(keeper, at)
        assert "07700 900123" in seen
        assert "1 still to be told" in send(keeper, f"{at}/end")
        assert "Say what was agreed" in send(keeper, f"{at}/ring", loan=loan.pk, reached="yes", note="")
        send(keeper, f"{at}/ring", loan=loan.pk, reached="yes", note="Stopped")
        assert "The recall has ended" in send(keeper, f"{at}/end")


class TestAlerts:
    def test_are_answered_and_closed(self, responder, lent, call):
        lent("pendant")
        alert = call("1")
        assert "Fall: Ivy Okafor" in page(responder, "/equipment/alerts")
        at = f"/equipment/alerts/{alert.pk}"
        send(responder, f"{at}/take")
        assert "07700 900123" in page(responder, at)
        assert "Say what you did" in send(responder, f"{at}/tried", text="")
        send(responder, f"{at}/tried", text="Rang, no answer")
        assert "Say what came of it" in send(responder, f"{at}/close", text="She is up")
        seen = send(responder, f"{at}/close", outcome="spoke", text="She is up")
        assert "Spoke to them" in seen
        assert "Closed in the last day (1)" in page(responder, "/equipment/alerts")

    def test_become_a_crisis_referral(self, responder, lent, call, ivy):
        lent("pendant")
        alert = call("1")
        answer = responder.post(f"/equipment/alerts/{alert.pk}/refer", {"text": "On the floor"})
        referral = Referral.objects.get(person=ivy)
        assert answer.url == f"/front-door/referrals/{referral.pk}"
        assert "On the floor" in referral.need_text

    def test_of_a_device_nobody_knows_say_whom_to_ring(self, responder, lent, call):
        loan = lent("pendant")
        alert = call("1", device="NEW-5")
        at = f"/equipment/alerts/{alert.pk}"
        assert "Ring the sender" in page(responder, at)
        assert "Nobody has a device" in send(responder, f"{at}/whose", number="EQ1")
        assert "Ivy Okafor" in send(responder, f"{at}/whose", number=loan.item.number)

    def test_send_somebody_even_where_nobody_can_go(self, responder, lent, call):
        lent("pendant")
        assert "A visit is made" in send(responder, f"/equipment/alerts/{call('1').pk}/send")

    def test_keep_themselves_up_to_date(self, responder, lent, call):
        lent("pendant")
        live = page(responder, "/equipment/alerts/live?seen=0")
        newest = live.split("seen=")[1].split('"')[0]
        assert responder.get(f"/equipment/alerts/live?seen={newest}").status_code == 204
        call("1")
        assert "Fall: Ivy Okafor" in page(responder, f"/equipment/alerts/live?seen={newest}")

    def test_that_could_not_be_read_are_seen_to(self, responder, service, store):
        centre = Actor(name="Lifeline", role=Role.MACHINE, service_ids=frozenset({service.pk}))
        kept = keep_refused(
            actor=centre, service_id=service.pk, content=b"x", problem="This is not JSON.", now=timezone.now()
        )
        assert "Messages we could not read (1)" in page(responder, "/equipment/alerts")
        assert "Say what you did" in send(responder, f"/equipment/messages/{kept.pk}", note="")
        send(responder, f"/equipment/messages/{kept.pk}", note="Rang them")
        assert "could not read" not in page(responder, "/equipment/alerts").replace("A message of a device could", "")

    def test_are_not_for_who_does_not_respond(self, manager, store):
        assert page(manager, "/equipment/alerts", 403)


class TestChecks:
    def test_are_listed_booked_together_and_recorded(self, keeper, stock, today):
        one, other = stock("sling", 2)
        Item.objects.update(check_due_on=today - timedelta(days=2))
        keys = [f"{item.pk}-safety" for item in (one, other)]
        seen = page(keeper, "/equipment/checks?ahead=0")
        assert all(item.number in seen for item in (one, other))
        assert "2 days overdue" in seen
        assert "Choose at least one check" in send(keeper, "/equipment/checks/do", do="book", day=today, who="Lifts")
        kept = send(keeper, "/equipment/checks/do", do="book", check=keys, day="", who="Lift Engineers")
        assert "Say on which day" in kept
        assert kept.count(" checked>") == 2
        told = {"check": keys, "ahead": "0"}
        assert "2 checks booked" in send(
            keeper, "/equipment/checks/do", do="book", day=today, who="Lift Engineers", **told
        )
        assert "Lift Engineers" in page(keeper, "/equipment/checks?ahead=0")
        told |= {"do": "record", "done_on": today, "done_by": "Lift Engineers"}
        assert "one at a time" in send(keeper, "/equipment/checks/do", passed="no", note="Frayed", **told)
        send(keeper, "/equipment/checks/do", passed="yes", **told | {"check": keys[:1]})
        send(keeper, "/equipment/checks/do", passed="no", note="Frayed", **told | {"check": keys[1:]})
        seen = page(keeper, "/equipment/checks?ahead=0")
        assert "Frayed" in seen
        assert one.number not in seen

    def test_are_booked_called_off_and_recorded_on_the_page_of_an_item(self, keeper, stock, today):
        [item] = stock("sling")
        at = f"/equipment/items/{item.pk}"
        send(keeper, f"{at}/book", sort="safety", day=today, who="Lift Engineers")
        assert "Safety check booked for" in page(keeper, at)
        booking = str(item.check_bookings.get().pk)
        assert "why" in send(keeper, f"{at}/call-off", booking=booking, reason="")
        send(keeper, f"{at}/call-off", booking=booking, reason="The engineer is ill")
        assert "Safety check booked for" not in page(keeper, at)
        send(keeper, f"{at}/check", sort="safety", passed="no", done_on=today, done_by="Lifts", reason="Frayed")
        seen = page(keeper, at)
        assert "by Lifts: Frayed" in seen
        assert "Must not be used" in seen

    def test_are_seen_but_not_booked_by_whoever_only_asks(self, manager, stock, today):
        [item] = stock("sling")
        Item.objects.update(check_due_on=today)
        seen = page(manager, "/equipment/checks")
        assert item.number in seen
        assert "Book them" not in seen
        assert manager.post("/equipment/checks/do", {"do": "book", "check": f"{item.pk}-safety"}).status_code == 403

    def test_refuse_what_is_no_check_of_ours(self, keeper, stock, today):
        for key in ("x-safety", "999999-safety", "1-look"):
            told = {"do": "book", "check": key, "day": today, "who": "Lifts"}
            assert keeper.post("/equipment/checks/do", told).status_code == 404
        assert keeper.post("/equipment/checks/do", {"do": "burn"}).status_code == 404
