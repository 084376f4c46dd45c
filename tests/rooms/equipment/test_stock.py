"""Stock comes in, is promised, and never goes below nothing."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.equipment.models import EquipmentRequest, Item, Kind, Movement, Shelf
from homeward.equipment.selectors import (
    EquipmentNotFoundError,
    catalogue_of,
    free_for,
    item_for,
    item_numbered,
    store_day,
)
from homeward.equipment.services import (
    NewKind,
    NewStock,
    add_usual_kinds,
    correct_count,
    find_item,
    lose_item,
    move_item,
    open_store,
    receive_stock,
    release,
    reserve,
    set_aside,
    set_kind,
    settle_item,
    share_store,
)
from homeward.equipment.states import CannotMoveError
from homeward.kernel.rules import RefusedError, london_day
from homeward.teams.services import open_service


class TestReceiveStock:
    def test_gives_each_thing_a_number_and_the_days_of_its_checks(self, stock, now):
        one, other = stock("hoist", 2, serials=["H-1"], batch="B7", cost_pence=120_000)
        assert one.number != other.number
        assert item_numbered_is(one)
        assert (one.check_due_on.isoformat(), one.service_due_on.isoformat()) == ("2027-05-24", "2027-11-24")

    def test_refuses_a_serial_number_that_is_known(self, stock):
        stock("hoist", serials=["H-1"])
        with pytest.raises(RefusedError, match="in stock already"):
            stock("hoist", serials=["H-1"])

    def test_counts_what_has_no_number(self, stock, owners):
        assert stock("walking_frame", 5) == []
        stock("walking_frame", 2)
        stock("walking_frame", 3, owner=owners[1])
        assert sorted(Shelf.objects.values_list("quantity", flat=True)) == [3, 7]

    def test_is_for_whoever_runs_the_store(self, manager, store, owners, now):
        new = NewStock(kind=Kind.objects.get(code="commode"), store=store, owner=owners[0])
        with pytest.raises(NotAllowedError):
            receive_stock(actor=manager, new=new, now=now)

    def test_refuses_an_owner_of_another_service(self, stock, system, now):
        from homeward.teams.models import Organisation

        other = open_service(actor=system, code="other", name="Other", now=now)
        stranger = Organisation.objects.create(service=other, kind="council", name="Stranger")
        with pytest.raises(RefusedError, match="not known"):
            stock("commode", owner=stranger)


def item_numbered_is(item: Item) -> bool:
    actor = Actor.system("tests", item.store.service_id)
    return item_numbered(actor, f" {item.number.lower()} ").pk == item.pk


class TestCounts:
    def test_are_the_sum_of_their_movements(self, keeper, stock, asked, now):
        stock("walking_frame", 5)
        shelf = Shelf.objects.get()
        reserve(actor=keeper, request=asked("walking_frame", quantity=2), shelf=shelf, now=now)
        correct_count(actor=keeper, shelf=shelf, counted=4, reason="One was bent", now=now)
        shelf.refresh_from_db()
        assert shelf.quantity == shelf.movements.aggregate(Sum("quantity"))["quantity__sum"] == 4
        assert shelf.free == 2

    def test_never_go_below_nothing_whoever_writes(self, stock):
        stock("walking_frame", 2)
        for change in ({"quantity": -1}, {"reserved": 3}, {"reserved": -1}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Shelf.objects.update(**change)

    def test_refuse_to_promise_more_than_are_free(self, keeper, stock, asked, now):
        stock("walking_frame", 2)
        shelf = Shelf.objects.get()
        reserve(actor=keeper, request=asked("walking_frame", quantity=2), shelf=shelf, now=now)
        with pytest.raises(RefusedError, match="Only 0 are free"):
            reserve(actor=keeper, request=asked("walking_frame"), shelf=shelf, now=now)
        with pytest.raises(RefusedError, match="promised"):
            correct_count(actor=keeper, shelf=shelf, counted=1, reason="Counted", now=now)

    @pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time; PostgreSQL is asked")
    @pytest.mark.django_db(transaction=True)
    def test_promise_the_last_one_once(self, at_once, keeper, stock, asked, now):
        [item] = stock("commode")
        first, second = asked("commode"), asked("commode")
        answers = at_once(
            lambda: reserve(actor=keeper, request=first, item=item, now=now),
            lambda: reserve(actor=keeper, request=second, item=item, now=now),
        )
        assert isinstance(answers[1], RefusedError)
        assert EquipmentRequest.objects.filter(state="reserved").count() == 1


class TestMovements:
    def test_are_never_edited(self, stock):
        stock("commode")
        for change in (lambda rows: rows.update(quantity=9), lambda rows: rows.delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change(Movement.objects.all())

    def test_say_where_an_item_has_been(self, keeper, service, stock, owners, now):
        [item] = stock("commode", cost_pence=9_000)
        other = open_store(actor=keeper, service_id=service.pk, name="North", now=now)
        move_item(actor=keeper, item=item, store=other, now=now)
        lose_item(actor=keeper, item=item, reason="Not on its shelf; both looked", now=now)
        find_item(actor=keeper, item=item, now=now)
        settle_item(actor=keeper, item=item, condition="scrap", reason="Cracked", value_pence=1_500, now=now)
        kinds = list(item.movements.order_by("pk").values_list("kind", "quantity", "value_pence"))
        assert kinds == [
            ("received", 1, None), ("moved", -1, None), ("moved", 1, None), ("lost", -1, 9_000), ("found", 1, None),
            ("scrapped", -1, 1_500),
        ]  # fmt: skip
        with pytest.raises(CannotMoveError):
            set_aside(actor=keeper, item=item, fault="Anything", now=now)


class TestReserve:
    def test_refuses_what_is_promised_already(self, keeper, stock, asked, now):
        [item] = stock("commode")
        reserve(actor=keeper, request=asked("commode"), item=item, now=now)
        with pytest.raises(RefusedError, match="Choose another"):
            reserve(actor=keeper, request=asked("commode"), item=item, now=now)

    def test_refuses_another_kind(self, keeper, stock, asked, now):
        [item] = stock("pendant")
        with pytest.raises(RefusedError, match="not a commode"):
            reserve(actor=keeper, request=asked("commode"), item=item, now=now)

    def test_refuses_one_whose_check_is_overdue(self, keeper, stock, asked, now):
        [item] = stock("sling")
        later = now + timedelta(days=200)
        request = asked("sling")
        assert not free_for(keeper, request, later).items
        with pytest.raises(RefusedError, match="overdue"):
            reserve(actor=keeper, request=request, item=item, now=later)

    def test_gives_back_what_is_released(self, keeper, stock, asked, now):
        [item] = stock("commode")
        request = reserve(actor=keeper, request=asked("commode"), item=item, now=now)
        release(actor=keeper, request=request, reason="Too narrow for her", now=now)
        request.refresh_from_db()
        item.refresh_from_db()
        assert (request.state, request.item_id, item.state) == ("to_fill", None, "in_store")


class TestSharedPool:
    @pytest.fixture
    def neighbour(self, system, now):
        """Another service, whose planner is in none of ours."""
        other = open_service(actor=system, code="trent", name="Trent Service", now=now)
        actor = Actor(name="Nat Neighbour", role=Role.ROSTER_PLANNER, account_id=1, service_ids=frozenset({other.pk}))
        add_usual_kinds(actor=actor, service_id=other.pk, now=now)
        return other, actor

    def test_lends_to_the_services_it_is_shared_with_and_no_others(self, keeper, store, stock, neighbour, now):
        other, actor = neighbour
        [item] = stock("commode")
        free = lambda: {line.kind.code: line.free for line in catalogue_of(actor, other.pk)}["commode"]  # noqa: E731
        assert free() == 0
        with pytest.raises(EquipmentNotFoundError):
            item_numbered(actor, item.number)
        share_store(actor=keeper, store=store, services=[other], now=now)
        assert free() == 1
        assert item_numbered(actor, item.number) == item

    def test_does_not_name_who_has_it_to_the_neighbour(self, keeper, store, lent, neighbour, now):
        other, actor = neighbour
        loan = lent("commode")
        share_store(actor=keeper, store=store, services=[other], now=now)
        page = item_for(actor, loan.item_id, now)
        assert page.loan is None
        assert page.is_of_another_service

    def test_refuses_a_store_that_is_not_shared_with_the_persons_service(self, keeper, stock, asked, neighbour, now):
        other, actor = neighbour
        away = open_store(actor=actor, service_id=other.pk, name="Trent store", now=now)
        owner = other.organisations.create(kind="council", name="Trent Council")
        kind = Kind.objects.get(service=other, code="commode")
        [item] = receive_stock(actor=actor, new=NewStock(kind=kind, store=away, owner=owner), now=now)
        with pytest.raises(NotAllowedError):
            reserve(actor=keeper, request=asked("commode"), item=item, now=now)

    def test_says_whose_it_is_and_who_pays(self, lent, owners):
        loan = lent("commode", owner=owners[1], payer=owners[0])
        assert (loan.item.owner, loan.paid_by) == (owners[1], owners[0])


class TestSetKind:
    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"title": " "}, "name"),
            ({"code": "commode"}, "Another kind"),
            ({"tracking": "counted", "is_alerting": True}, "own number"),
            ({"skill": "wizard"}, "who fits"),
            ({"fit_minutes": 0}, "5 minutes"),
            ({"check_months": 0}, "months"),
            ({"review_days": 100_000}, "days to a review"),
            ({"code": "Door ramp"}, "small letters"),
            ({"respond_minutes": 10}, "Only what calls"),
        ],
    )
    def test_refuses_what_cannot_be(self, keeper, store, service, now, change, says):
        new = NewKind(**{"code": "ramp", "title": "Ramp", **change})
        with pytest.raises(RefusedError, match=says):
            set_kind(actor=keeper, service_id=service.pk, new=new, now=now)

    def test_keeps_how_stock_is_counted(self, keeper, service, stock, now):
        stock("commode")
        kind = Kind.objects.get(code="commode")
        new = NewKind(code="commode", title="Commode", tracking="counted")
        with pytest.raises(RefusedError, match="There is stock"):
            set_kind(actor=keeper, service_id=service.pk, new=new, kind=kind, now=now)

    def test_adds_the_usual_kinds_once(self, keeper, store, service, now):
        assert add_usual_kinds(actor=keeper, service_id=service.pk, now=now) == 0


class TestStoreDay:
    def test_shows_what_lies_idle_and_what_is_due(self, keeper, service, stock, now):
        [sling] = stock("sling")
        day = store_day(keeper, service.pk, now + timedelta(days=170))
        assert day.checks == (sling,)
        assert day.idle == (sling,)
        assert sling.check_due_on > london_day(now + timedelta(days=170))
