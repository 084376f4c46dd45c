"""Where somebody lives or is staying, and where a postcode is."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.kernel.rules import london_day
from homeward.people.selectors import current_addresses, place_of_postcode
from homeward.people.services import NewAddress, NewPerson, add_address, register_person
from homeward.people.states import AddressKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(actor_with):
    return actor_with(Role.FRONT_DOOR)


@pytest.fixture
def ivy(coordinator, service, now):
    home = NewAddress(lines="1 Mill Lane", postcode="DE1 3DA", latitude=52.92, longitude=-1.47)
    new = NewPerson(given_name="Ivy", family_name="Okafor", address=home)
    return register_person(actor=coordinator, service_id=service.pk, new=new, now=now)


class TestPlaceOfPostcode:
    def test_is_exact_where_a_home_shares_the_whole_postcode(self, coordinator, service, ivy):
        place = place_of_postcode(coordinator, service.pk, "de13da")
        assert (place.latitude, place.longitude, place.is_exact) == (52.92, -1.47, True)

    def test_falls_back_to_the_sector_and_says_so(self, coordinator, service, ivy):
        place = place_of_postcode(coordinator, service.pk, "DE1 3ZZ")
        assert (place.around, place.is_exact) == ("DE1 3", False)

    @pytest.mark.parametrize("postcode", ["", "DE1", "DE99 9ZZ"])
    def test_is_nothing_where_no_home_is_known(self, coordinator, service, ivy, postcode):
        assert place_of_postcode(coordinator, service.pk, postcode) is None

    def test_refuses_who_may_not_take_referrals(self, actor_with, service):
        with pytest.raises(NotAllowedError):
            place_of_postcode(actor_with(Role.PERFORMANCE_LEAD), service.pk, "DE1 3DA")


class TestAddAddress:
    def test_puts_a_stay_elsewhere_before_home(self, coordinator, ivy, now):
        stay = NewAddress(lines="Her daughter's, 9 Canal Street", kind=AddressKind.TEMPORARY)
        add_address(actor=coordinator, person=ivy, new=stay, now=now)
        assert [a.lines for a in current_addresses(ivy, london_day(now))] == [stay.lines, "1 Mill Lane"]

    def test_ends_the_home_before_when_somebody_moves(self, coordinator, ivy, now):
        moved = add_address(actor=coordinator, person=ivy, new=NewAddress(lines="4 Bridge Road"), now=now)
        tomorrow = london_day(now + timedelta(days=1))
        assert current_addresses(ivy, tomorrow) == [moved]

    def test_told_again_changes_nothing(self, coordinator, ivy, now):
        add_address(actor=coordinator, person=ivy, new=NewAddress(lines="1 Mill Lane", postcode="DE13DA"), now=now)
        assert ivy.addresses.count() == 1
