"""The database itself refuses to change what happened."""

import pytest
from django.db import DatabaseError, connection, transaction

from homeward.audit.append_only import APPEND_ONLY_TABLES, lay_triggers, missing_triggers
from homeward.audit.models import Event
from homeward.audit.services import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(system, now):
    record(actor=system, action="open record", subject=("person", 7), person_id=7, now=now)
    return Event.objects.latest("pk")


class TestAppendOnly:
    def test_refuses_update_of_a_row(self, event):
        event.action = "nothing"
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            event.save()

    def test_refuses_update_by_queryset(self, event):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Event.objects.update(actor_name="Nobody")

    def test_refuses_update_by_sql(self, event):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE audit_event SET action = 'nothing'")

    def test_refuses_delete(self, event):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            event.delete()

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has INSERT OR REPLACE")
    def test_refuses_a_row_in_place_of_another(self, event):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event")

    def test_covers_tables_that_exist(self):
        assert set(APPEND_ONLY_TABLES) <= set(connection.introspection.table_names())

    def test_notices_a_table_that_lost_its_triggers(self):
        with connection.cursor() as cursor:
            on = "" if connection.vendor == "sqlite" else " ON audit_event"
            cursor.execute(f"DROP TRIGGER audit_event_no_delete{on}")
        assert missing_triggers() == ["audit_event"]
        lay_triggers()
        assert missing_triggers() == []
