"""Commands of two words given only the first, and commands without a record."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from homeward.config.commands import second_words

BASE = Path(__file__).resolve().parents[2]
COMMANDS = ("evidence_list", "measures", "measures_ascof", "returns_cld", "delegation_value_of_signoff")


class TestSecondWords:
    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            (["evidence"], ["list"]),
            (["returns"], ["cld"]),
            (["delegation"], ["value-of-signoff"]),
            (["measures"], []),  # a command by itself
            (["nothing"], []),
            (["--help"], []),
            ([], []),
        ],
    )
    def test_are_named_where_a_subject_is_no_command_by_itself(self, typed, said):
        assert second_words(typed, COMMANDS) == said


class TestWithoutARecord:
    """A command on a database that is not set up, or not there, says what to do."""

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            (
                "sqlite:///{}/new.sqlite3",
                "The record is not set up, or of an older version. Run",
            ),
            ("sqlite:///{}/no/such/folder.sqlite3", "The database cannot be reached."),
        ],
    )
    def test_is_told_what_to_do(self, tmp_path, url, said):
        told = subprocess.run(
            [sys.executable, str(BASE / "manage.py"), "evidence", "list", "--own"], capture_output=True, text=True,
            env={**os.environ, "DATABASE_URL": url.format(tmp_path), "HOMEWARD_VAR": str(tmp_path)}, check=False,
        )  # fmt: skip
        assert told.returncode == 1
        assert told.stderr.startswith(said)
