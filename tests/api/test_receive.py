"""`homeward receive FILE...`."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from homeward.referrals.models import KeptMessage, Referral


@pytest.fixture
def file(tmp_path, xml_message):
    """Writes a message to a file."""

    def write(name: str = "message.xml", content: bytes = xml_message) -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write


def status_of(*arguments) -> int:
    try:
        call_command("receive", *arguments)
    except SystemExit as stop:
        return stop.code
    return 0


class TestReceive:
    def test_prints_the_referral_each_file_became(self, service, file, capsys):
        name = file()
        assert status_of(name) == 0
        reference = Referral.objects.get().reference
        assert capsys.readouterr().out == f"{name}: accepted: Received as referral {reference}.\n"

    def test_says_when_a_file_came_before(self, service, file, capsys):
        status_of(file(), file("again.xml"))
        reference = Referral.objects.get().reference
        said = capsys.readouterr().out.splitlines()[1]
        assert said.endswith(f"This came before, as referral {reference}; nothing was changed.")

    def test_says_why_a_file_was_refused_and_fails(self, service, file, capsys):
        assert status_of(file("flag.json", b'{"resourceType": "Flag"}'), file()) == 1
        assert "refused: 422: This address takes referrals" in capsys.readouterr().out
        assert KeptMessage.objects.count() == 2

    def test_tells_files_that_cannot_be_read_apart_from_refusals(self, service, file, tmp_path, capsys):
        assert status_of(str(tmp_path / "nowhere.xml"), file()) == 2
        captured = capsys.readouterr()
        assert "could not be read" in captured.err
        assert "accepted" in captured.out

    def test_keeps_nothing_in_a_dry_run_and_needs_no_database(self, file, capsys):
        assert status_of("--dry-run", file(), file("bad.json", b"{")) == 1
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].endswith("accepted: new, a4t3, 2 parts not understood")
        assert "refused: 400 structure" in lines[1]

    def test_names_nobody_unless_asked_for_notes(self, service, file, message, part, sent, capsys):
        part(message, "Patient")["nickname"] = "Edie Hollis"
        name = file("odd.json", sent(message))
        status_of(name)
        assert "Hollis" not in capsys.readouterr().out
        status_of("--dry-run", "--notes", name)
        assert "Edie Hollis" in capsys.readouterr().out

    def test_receives_for_the_service_that_is_named(self, service, system, now, file):
        from homeward.teams.services import open_service

        other = open_service(actor=system, code="avon", name="Avon", now=now)
        assert status_of("--service", "avon", file()) == 0
        assert Referral.objects.get().service == other

    def test_says_when_there_is_no_such_service(self, db, file):
        with pytest.raises(CommandError, match="no service with the code nowhere"):
            call_command("receive", "--service", "nowhere", file())
