"""`homeward connect NAME`."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from homeward.access.rules import Role
from homeward.teams.models import Account
from homeward.teams.selectors import machine_with_token
from homeward.teams.services import open_account


class TestConnect:
    def test_prints_a_token_that_lets_the_system_in(self, service, capsys):
        call_command("connect", "ambulance-control", "--title", "Ambulance control")
        actor = machine_with_token(capsys.readouterr().out.strip())
        assert (actor.name, actor.role, actor.service_ids) == ("Ambulance control", Role.MACHINE, {service.pk})

    def test_replaces_the_token_when_the_name_is_known(self, service, capsys):
        call_command("connect", "ambulance-control")
        first = capsys.readouterr().out.strip()
        call_command("connect", "ambulance-control")
        second = capsys.readouterr().out.strip()
        assert machine_with_token(first) is None
        assert machine_with_token(second)
        assert Account.objects.count() == 1

    def test_never_gives_a_token_to_the_name_of_a_person(self, service, system, now):
        open_account(
            actor=system,
            username="maya",
            password="a long enough pass phrase",
            full_name="Maya Test",
            role=Role.FRONT_DOOR,
            services=[service],
            now=now,
        )
        with pytest.raises(CommandError, match="belongs to a person"):
            call_command("connect", "maya")

    def test_says_when_there_is_no_such_service(self, db):
        with pytest.raises(CommandError, match="no service yet"):
            call_command("connect", "ambulance-control")
