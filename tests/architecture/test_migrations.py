"""An empty database gets today's tables at once: they must be those every older place arrives at step by step."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]


def _migrate(var: Path, *arguments: str) -> None:
    environment = {**os.environ, "HOMEWARD_VAR": str(var), "DATABASE_URL": f"sqlite:///{var / 'record.sqlite3'}"}
    command = [sys.executable, str(BASE / "manage.py"), "migrate", "-v0", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _history(var: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(var / "record.sqlite3") as database:
        return set(database.execute("SELECT app, name FROM django_migrations"))


def _schema(var: Path) -> dict[tuple[str, str], object]:
    """Everything in a database by kind and name; a table as its columns, keys and constraints in no order."""
    found = {}
    with sqlite3.connect(var / "record.sqlite3") as database:
        for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
            if kind != "table":
                found[kind, name] = " ".join((sql or "").split())
                continue
            columns = database.execute('SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?)', [name]).fetchall()
            keys = database.execute('SELECT "table", "from", "to" FROM pragma_foreign_key_list(?)', [name]).fetchall()
            rules = re.findall(r'CONSTRAINT ("\w+" .+?)(?=, CONSTRAINT|$)', sql or "")
            found[kind, name] = (sorted(columns), sorted(keys), sorted(rule.rstrip(")") for rule in rules))
    return found


class TestMigrate:
    def test_lays_at_once_what_the_history_arrives_at(self, tmp_path):
        (tmp_path / "new").mkdir()
        (tmp_path / "old").mkdir()
        _migrate(tmp_path / "new")
        with sqlite3.connect(tmp_path / "old" / "record.sqlite3") as database:
            database.execute("CREATE TABLE stranger (id integer)")  # not empty, so it goes by the history
        _migrate(tmp_path / "old")
        new, old = _schema(tmp_path / "new"), _schema(tmp_path / "old")
        del old["table", "stranger"]
        assert set(new) == set(old)
        assert {name: (new[name], old[name]) for name in new if new[name] != old[name]} == {}
        assert _history(tmp_path / "new") == _history(tmp_path / "old")
