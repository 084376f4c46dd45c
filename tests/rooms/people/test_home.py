"""Moving, staying elsewhere, and getting in."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import PersonChange
from homeward.people.selectors import current_addresses
from homeward.people.services import NewAddress, change_address, change_key_safe, end_stay, move_home, stay_elsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(now):
    return london_day(now)


@pytest.fixture
def home(ivy):
    return ivy.addresses.get()


def _places(person, day) -> list[str]:
    person.refresh_from_db()
    return [address.lines for address in current_addresses(person, day)]


class TestMoveHome:
    def test_ends_the_home_before_the_day_before(self, manager, ivy, home, now, today):
        moves_on = today + timedelta(days=3)
        move_home(
            actor=manager,
            person=ivy,
            new=NewAddress(lines="9 New Street", postcode="de1 3da"),
            from_day=moves_on,
            now=now,
        )
        assert _places(ivy, today) == ["1 Made Up Lane"]
        assert _places(ivy, moves_on - timedelta(days=1)) == ["1 Made Up Lane"]
        assert _places(ivy, moves_on) == ["9 New Street"]

    def test_is_put_on_the_map_where_the_postcode_is_known(self, manager, ivy, home, now, today):
        new = move_home(
            actor=manager, person=ivy, new=NewAddress(lines="9 New Street", postcode="DE1 3DA"), from_day=today, now=now
        )
        assert (new.latitude, new.longitude) == (pytest.approx(52.925), pytest.approx(-1.48))
        far = move_home(
            actor=manager, person=ivy, new=NewAddress(lines="2 Far Street", postcode="LS1 4AP"),
            from_day=today + timedelta(days=1), now=now,
        )  # fmt: skip
        assert far.latitude is None

    def test_refuses_the_same_home_from_the_same_day_again(self, manager, ivy, home, now, today):
        told = {"actor": manager, "person": ivy, "from_day": today + timedelta(days=3), "now": now}
        move_home(new=NewAddress(lines="9 New Street", postcode="DE1 3DA"), **told)
        with pytest.raises(RefusedError, match="on record already"):
            move_home(new=NewAddress(lines="9 New Street ", postcode="de13da"), **told)
        assert ivy.addresses.count() == 2

    def test_a_second_move_takes_the_place_of_one_still_to_come(self, manager, ivy, home, now, today):
        for days, lines in ((10, "9 New Street"), (5, "3 Other Street")):
            move_home(
                actor=manager, person=ivy, new=NewAddress(lines=lines), from_day=today + timedelta(days=days), now=now
            )
        assert _places(ivy, today + timedelta(days=12)) == ["3 Other Street"]

    def test_remembers_it(self, manager, ivy, home, now, today):
        move_home(
            actor=manager, person=ivy, new=NewAddress(lines="9 New Street"), from_day=today, reason="Sold up", now=now
        )
        row = PersonChange.objects.get(person=ivy, field="moved home")
        assert (row.after, row.reason) == ("9 New Street", "Sold up")
        assert ivy.timeline.filter(kind="address", title__contains="9 New Street").exists()
        assert Event.objects.filter(action="move home", person_id=ivy.pk).exists()

    @pytest.mark.parametrize(
        ("new", "days", "said"),
        [
            (NewAddress(), 0, "first line"),
            (NewAddress(lines="9 New Street", postcode="DE"), 0, "postcode"),
            (NewAddress(lines="9 New Street"), 900, "year"),
        ],
    )
    def test_refuses_what_cannot_be_right(self, manager, ivy, now, today, new, days, said):
        with pytest.raises(RefusedError, match=said):
            move_home(actor=manager, person=ivy, new=new, from_day=today + timedelta(days=days), now=now)


class TestStayElsewhere:
    def test_refuses_the_same_stay_from_the_same_day_again(self, manager, ivy, home, now, today):
        told = {
            "actor": manager, "person": ivy, "new": NewAddress(kind="temporary", lines="4 Side Road"),
            "from_day": today, "now": now,
        }  # fmt: skip
        stay_elsewhere(until=today, **told)
        with pytest.raises(RefusedError, match="on record already"):
            stay_elsewhere(until=today, **told)
        assert ivy.addresses.count() == 2

    def test_comes_before_home_until_it_ends(self, manager, ivy, home, now, today):
        stay = NewAddress(lines="4 Daughter's Road", kind="temporary", staying_with="Rose", phone="07700 900124")
        stay_elsewhere(
            actor=manager, person=ivy, new=stay, from_day=today + timedelta(days=1), until=today + timedelta(days=7),
            now=now,
        )  # fmt: skip
        assert _places(ivy, today) == ["1 Made Up Lane"]
        assert _places(ivy, today + timedelta(days=3)) == ["4 Daughter's Road", "1 Made Up Lane"]
        assert _places(ivy, today + timedelta(days=8)) == ["1 Made Up Lane"]

    def test_a_second_stay_ends_the_first(self, manager, ivy, home, now, today):
        told = {"actor": manager, "person": ivy, "until": None, "now": now}
        stay_elsewhere(**told, new=NewAddress(lines="4 Rose Road", kind="temporary"), from_day=today)
        stay_elsewhere(**told, new=NewAddress(lines="Sallow House", kind="bed"), from_day=today + timedelta(days=2))
        assert _places(ivy, today + timedelta(days=1))[0] == "4 Rose Road"
        assert _places(ivy, today + timedelta(days=2)) == ["Sallow House", "1 Made Up Lane"]

    def test_refuses_days_out_of_order_and_a_home(self, manager, ivy, now, today):
        told = {"actor": manager, "person": ivy, "from_day": today, "now": now}
        with pytest.raises(RefusedError, match="before the first"):
            stay_elsewhere(
                **told, new=NewAddress(lines="4 Rose Road", kind="temporary"), until=today - timedelta(days=1)
            )
        with pytest.raises(RefusedError, match="what sort of stay"):
            stay_elsewhere(**told, new=NewAddress(lines="4 Rose Road"), until=None)

    def test_ends_when_they_come_home(self, manager, ivy, home, now, today):
        stay = stay_elsewhere(
            actor=manager, person=ivy, new=NewAddress(lines="4 Rose Road", kind="temporary"), from_day=today,
            until=None, now=now,
        )  # fmt: skip
        end_stay(actor=manager, address=stay, last_day=today + timedelta(days=2), now=now)
        assert _places(ivy, today + timedelta(days=3)) == ["1 Made Up Lane"]
        with pytest.raises(RefusedError, match="their home"):
            end_stay(actor=manager, address=home, last_day=today, now=now)


class TestChangeAddress:
    def test_says_more_of_the_home(self, manager, home, ivy, now):
        values = {"property_notes": "First floor, no lift", "access_notes": "Ring twice"}
        changed = change_address(actor=manager, address=home, values=values, now=now)
        assert changed.property_notes == "First floor, no lift"
        assert PersonChange.objects.filter(person=ivy, part="address", part_id=home.pk).count() == 2

    def test_a_corrected_postcode_is_put_on_the_map_again(self, manager, home, now):
        changed = change_address(actor=manager, address=home, values={"postcode": "LS1 4AP"}, now=now)
        assert changed.latitude is None

    def test_leaves_the_key_safe_to_its_own_service(self, manager, home, now):
        with pytest.raises(RefusedError):
            change_address(actor=manager, address=home, values={"key_safe": "1"}, now=now)


class TestChangeKeySafe:
    def test_is_in_no_history(self, actor_with, ivy, home, now):
        nurse = actor_with(Role.REGISTERED_PROFESSIONAL)
        change_key_safe(actor=nurse, address=home, code="9876", reason="Her daughter changed it", now=now)
        home.refresh_from_db()
        assert home.key_safe == "9876"
        row = PersonChange.objects.get(person=ivy, field="key_safe")
        assert (row.before, row.after, row.reason) == ("", "", "Her daughter changed it")
        assert Event.objects.filter(action="change key safe", person_id=ivy.pk).exists()
        assert not ivy.timeline.filter(text__contains="9876").exists()

    def test_needs_its_permission_and_a_reason(self, manager, actor_with, home, now):
        with pytest.raises(NotAllowedError):
            change_key_safe(actor=manager, address=home, code="9876", reason="Asked to", now=now)
        with pytest.raises(RefusedError):
            change_key_safe(actor=actor_with(Role.FIELD_WORKER), address=home, code="9876", reason="", now=now)
