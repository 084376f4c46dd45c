"""Who may do what."""

import pytest

from homeward.access.rules import ROLE_PERMISSIONS, Actor, NotAllowedError, Permission, Role, require


class TestRoles:
    def test_all_have_a_row(self):
        assert set(ROLE_PERMISSIONS) == set(Role)

    @pytest.mark.parametrize("role", [Role.PERFORMANCE_LEAD, Role.SERVICE_DESIGNER, Role.ADMINISTRATOR, Role.MACHINE])
    def test_that_need_no_names_see_no_records(self, role):
        seeing = {Permission.SEE_PEOPLE, Permission.SEE_TODAY, Permission.SEE_FRONT_DOOR, Permission.SEE_KEY_SAFES}
        assert not ROLE_PERMISSIONS[role] & seeing


class TestRequire:
    def test_lets_the_permitted_through(self):
        require(Actor(name="A", role=Role.FRONT_DOOR, service_ids=frozenset({1})), Permission.TAKE_REFERRALS, 1)

    def test_refuses_without_the_permission(self):
        with pytest.raises(NotAllowedError, match="publish procedures"):
            require(Actor(name="A", role=Role.FRONT_DOOR), Permission.PUBLISH_PROCEDURES)

    def test_refuses_in_a_service_of_others(self):
        with pytest.raises(NotAllowedError, match="not part of"):
            require(Actor(name="A", role=Role.FRONT_DOOR, service_ids=frozenset({1})), Permission.TAKE_REFERRALS, 2)

    def test_says_nothing_of_what_was_looked_at(self):
        with pytest.raises(NotAllowedError) as refused:
            require(Actor(name="A", role=Role.FRONT_DOOR, service_ids=frozenset({1})), Permission.SEE_PEOPLE, 2)
        assert "2" not in str(refused.value)
