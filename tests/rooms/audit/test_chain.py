"""The chain shows whatever somebody with the whole database in their hands does to the audit trail."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.append_only import APPEND_ONLY_TABLES, lay_triggers
from homeward.audit.models import Event, Seal
from homeward.audit.rules import (
    COLUMNS,
    content_of,
    head_of,
    mark_of,
    next_link,
    packed_ids,
    signature_of,
    told_by,
    unpacked_ids,
)
from homeward.audit.selectors import chain_state, sealed_after, verify_chain
from homeward.audit.services import keep_head, record, record_reads, seal_all, seal_events
from homeward.audit.services.sealing import read_head, seal_rows
from homeward.kernel.rules import RefusedError

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(system, now):
    """Adds events, the n-th about person n."""

    def add(how_many: int, first: int = 1) -> list[int]:
        for number in range(first, first + how_many):
            when = now + timedelta(minutes=number)
            record(actor=system, action="open record", subject=("person", number), person_id=number, now=when)
        return list(Event.objects.order_by("-pk").values_list("pk", flat=True)[:how_many])[::-1]

    return add


@pytest.fixture
def sealed(look, system, now) -> list[int]:
    """Twelve events in four seals of three, after those of the procedures that every test begins with."""
    seal_all(actor=system, now=now)
    ids = look(12)
    for _ in range(4):
        seal_events(actor=system, now=now, limit=3)
    return ids


@pytest.fixture
def verify(system, now):
    def go(**more):
        return verify_chain(system, now, **more)

    return go


@pytest.fixture
def attack():
    """Runs statements as somebody who may do anything to the database: the triggers are dropped, and laid again."""

    def run(*statements: str) -> None:
        with connection.cursor() as cursor:
            for table in ("audit_event", "audit_seal"):
                for kind in ("update", "delete", "replace", "truncate"):
                    on = "" if connection.vendor == "sqlite" else f" ON {table}"
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{kind}{on}")
            for statement in statements:
                cursor.execute(statement)
        lay_triggers()

    return run


class TestAnUntouchedTrail:
    def test_is_unbroken(self, sealed, look, verify):
        look(2, first=50)
        verdict = verify()
        assert verdict.faults == []
        assert verdict.waiting == 2
        assert verdict.events == Event.objects.count() - 2

    def test_is_unbroken_before_anything_is_sealed(self, look, verify):
        look(3)
        assert verify().faults == []

    def test_gives_every_event_a_place_without_gaps(self, sealed):
        positions = []
        for seal in Seal.objects.order_by("number"):
            positions += range(seal.first_position, seal.first_position + seal.count)
        assert positions == list(range(1, Event.objects.count() + 1))

    def test_is_verified_from_a_head_on(self, sealed, verify):
        head = Seal.objects.order_by("-number").values_list("head", flat=True)[1]
        assert verify(since_head=head).events == 3

    def test_names_every_event_once_to_whoever_reads_on(self, sealed, system):
        last = Seal.objects.order_by("-number")[4].number
        read = [one.event.pk for one in sealed_after(system, last)]
        assert read == sealed

    def test_keeps_lists_and_purposes(self, actor_with, system, verify, now):
        record_reads(
            actor=actor_with(Role.FRONT_DOOR), action="see day", subject_kind="day", person_ids=[7, 5], now=now
        )
        seal_all(actor=system, now=now)
        event = Event.objects.latest("pk")
        assert (event.people, event.purpose) == ([5, 7], "direct_care")
        assert verify().faults == []


COLUMN_CHANGES = [
    "at = '2026-11-20 09:00:00+00:00'", "actor_account_id = 99", "actor_name = 'Nobody'", "actor_role = 'nobody'",
    "employer = 'Elsewhere'", "action = 'nothing'", "subject_kind = 'visit'", "subject_id = 99", "person_id = 99",
    "service_id = 99", "count = 99", "people = '[99]'", "purpose = 'audit'", "mark = ''",
]  # fmt: skip


class TestTampering:
    def test_every_column_of_an_event_is_tried(self):
        assert {change.split(" ")[0] for change in COLUMN_CHANGES} == {
            field.column for field in Event._meta.concrete_fields if not field.primary_key
        }
        assert set(COLUMNS[1]) | {"mark"} == {
            field.column for field in Event._meta.concrete_fields if not field.primary_key
        }

    @pytest.mark.parametrize("change", COLUMN_CHANGES)
    def test_shows_a_sealed_event_altered(self, sealed, attack, verify, change):
        attack(f"UPDATE audit_event SET {change} WHERE id = {sealed[4]}")
        assert [fault.event_id for fault in verify().faults] == [sealed[4]]

    @pytest.mark.parametrize("change", COLUMN_CHANGES)
    def test_shows_an_event_altered_before_it_was_sealed(self, look, attack, verify, change):
        ids = look(3)
        attack(f"UPDATE audit_event SET {change} WHERE id = {ids[1]}")
        assert [fault.event_id for fault in verify().faults] == [ids[1]]

    def test_still_shows_that_once_it_is_sealed(self, look, attack, verify, system, now):
        ids = look(3)
        attack(f"UPDATE audit_event SET person_id = 99 WHERE id = {ids[1]}")
        seal_all(actor=system, now=now)
        assert [fault.event_id for fault in verify().faults] == [ids[1]]

    @pytest.mark.parametrize("which", [0, 5, 11], ids=["first", "middle", "newest"])
    def test_shows_a_sealed_event_deleted(self, sealed, attack, verify, which):
        attack(f"DELETE FROM audit_event WHERE id = {sealed[which]}")
        fault = verify().faults[0]
        assert (fault.event_id, "is missing" in fault.text) == (sealed[which], True)

    def test_shows_two_events_in_each_others_place(self, sealed, attack, verify):
        a, b = sealed[3], sealed[7]
        attack(
            f"UPDATE audit_event SET id = -1 WHERE id = {a}",
            f"UPDATE audit_event SET id = {a} WHERE id = {b}",
            f"UPDATE audit_event SET id = {b} WHERE id = -1",
        )
        assert [fault.event_id for fault in verify().faults] == [a, b]

    def test_shows_two_seals_in_each_others_place(self, sealed, attack, verify):
        last = Seal.objects.latest("number").number
        attack(
            f"UPDATE audit_seal SET number = -1 WHERE number = {last}",
            f"UPDATE audit_seal SET number = {last} WHERE number = {last - 1}",
            f"UPDATE audit_seal SET number = {last - 1} WHERE number = -1",
        )
        assert "does not follow" in verify().faults[0].text

    def test_shows_an_event_forged_in_the_tail(self, sealed, attack, verify, system, now):
        columns = ", ".join(COLUMNS[1])
        attack(
            f"INSERT INTO audit_event ({columns}, mark) SELECT {columns}, '' FROM audit_event WHERE id = {sealed[0]}"
        )
        forged = Event.objects.latest("pk").pk
        assert [fault.event_id for fault in verify().faults] == [forged]
        seal_all(actor=system, now=now)
        assert [fault.event_id for fault in verify().faults] == [forged]

    def test_shows_a_copy_of_a_real_event(self, sealed, attack, verify, system, now):
        columns = ", ".join((*COLUMNS[1], "mark"))
        attack(f"INSERT INTO audit_event ({columns}) SELECT {columns} FROM audit_event WHERE id = {sealed[0]}")
        seal_all(actor=system, now=now)
        assert "is a copy of another" in verify().faults[0].text

    def test_shows_an_event_put_in_among_sealed_ones(self, sealed, attack, verify):
        columns = ", ".join((*COLUMNS[1], "mark"))
        attack(f"INSERT INTO audit_event (id, {columns}) SELECT -5, {columns} FROM audit_event WHERE id = {sealed[0]}")
        # number -5 lies before every sealed one, where no event was
        assert verify().faults

    def test_shows_the_newest_seal_and_its_events_taken_away_by_the_head_kept(self, sealed, attack, verify, tmp_path):
        path = tmp_path / "head"
        keep_head(path=path)
        attack(
            f"DELETE FROM audit_seal WHERE number = {Seal.objects.latest('number').number}",
            f"DELETE FROM audit_event WHERE id IN ({', '.join(map(str, sealed[9:]))})",
            *(
                [f"UPDATE sqlite_sequence SET seq = {sealed[8]} WHERE name = 'audit_event'"]
                if connection.vendor == "sqlite"
                else []
            ),
        )
        assert verify().faults == []  # nothing inside the database can show it
        assert "newest events were taken away" in verify(kept=read_head(path=path)).faults[0].text
        with pytest.raises(RefusedError, match="lost the head"):
            keep_head(path=path)

    def test_shows_a_seal_taken_out_of_the_middle(self, sealed, attack, verify):
        attack(f"DELETE FROM audit_seal WHERE number = {Seal.objects.latest('number').number - 1}")
        assert "is missing" in verify().faults[0].text

    def test_shows_everything_emptied(self, sealed, attack, verify, tmp_path):
        path = tmp_path / "head"
        keep_head(path=path)
        empty = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"
        attack(f"{empty} audit_event", f"{empty} audit_seal")
        assert verify(kept=read_head(path=path)).faults

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL leaves numbers out when it rolls back")
    def test_shows_the_newest_event_deleted_before_it_was_sealed(self, look, attack, verify):
        ids = look(3)
        attack(f"DELETE FROM audit_event WHERE id = {ids[2]}")
        assert [fault.event_id for fault in verify().faults] == [ids[2]]

    @pytest.mark.parametrize(
        "change", ["sealed_at = '2026-11-20 09:00:00+00:00'", "gaps = '[[1, 5, 0, \"\"]]'", "up_to_id = up_to_id + 1",
                   "is_from_before = (1 = 1)", "count = 2", "first_position = 2", "form = 2"],
    )  # fmt: skip
    def test_shows_a_seal_altered(self, sealed, attack, verify, change):
        attack(f"UPDATE audit_seal SET {change} WHERE number = {Seal.objects.latest('number').number}")
        assert not verify().is_unbroken

    def test_shows_a_chain_made_anew_without_the_key(self, sealed, attack, verify):
        """The attacker knows all of this code: alters an event and makes every link after it again, but has no key."""
        victim = Seal.objects.order_by("-number")[1]
        attack(f"UPDATE audit_event SET person_id = 99 WHERE id = {sealed[7]}")
        self._make_again(attack, victim.number, "a key of the attacker's own")
        assert "not signed" in verify().faults[0].text or "not written" in verify().faults[0].text

    def test_shows_a_chain_made_anew_with_the_key_by_a_head_kept(self, sealed, attack, verify, tmp_path):
        path = tmp_path / "head"
        keep_head(path=path)
        attack(f"DELETE FROM audit_event WHERE id = {sealed[11]}")
        self._make_again(attack, Seal.objects.latest("number").number, settings.AUDIT_KEYS[0])
        assert "is not the one whose head was kept" in " ".join(
            fault.text for fault in verify(kept=read_head(path=path)).faults
        )

    def _make_again(self, attack, first: int, key: str) -> None:
        previous = Seal.objects.get(number=first - 1)
        seals = list(Seal.objects.filter(number__gte=first).order_by("number"))
        attack(f"DELETE FROM audit_seal WHERE number >= {first}")
        head, position = previous.head, previous.first_position + previous.count
        for seal in seals:
            rows = Event.objects.in_bulk(unpacked_ids(bytes(seal.ids)))
            link, links = bytes.fromhex(head), []
            for pk in sorted(rows):
                content = content_of([getattr(rows[pk], name) for name in COLUMNS[1]])
                mark = rows[pk].mark if rows[pk].person_id != 99 else mark_of(content, key, "0" * 16)
                if mark != rows[pk].mark:
                    attack(f"UPDATE audit_event SET mark = '{mark}' WHERE id = {pk}")
                link = next_link(link, pk, content, mark)
                links.append(link)
            seal.previous, seal.first_position, seal.count = head, position, len(rows)
            seal.ids, seal.links = packed_ids(sorted(rows)), b"".join(links)
            seal.head = head = head_of(link, told_by(seal))
            seal.signature = signature_of(head, key)
            position += seal.count
            seal.save(force_insert=True)

    def test_shows_a_table_that_no_longer_refuses(self, sealed, verify):
        with connection.cursor() as cursor:
            cursor.execute(
                "DROP TRIGGER audit_event_no_update" + ("" if connection.vendor == "sqlite" else " ON audit_event")
            )
        assert "no longer refuses changes to: audit_event" in verify().faults[0].text


class TestOldEvents:
    def test_are_sealed_as_they_were_and_watched_from_then_on(self, system, attack, verify, look, now):
        ids = look(3)
        attack("UPDATE audit_event SET mark = ''")
        while seal_rows(events=Event, seals=Seal, now=now, is_from_before=True):
            pass
        look(2, first=10)
        seal_all(actor=system, now=now)
        assert verify().faults == []
        attack(f"UPDATE audit_event SET person_id = 99 WHERE id = {ids[1]}")
        assert [fault.event_id for fault in verify().faults] == [ids[1]]


class TestKeys:
    def test_may_change_while_the_old_one_is_still_named(self, sealed, look, verify, system, now, settings):
        old = settings.AUDIT_KEYS[0]
        settings.AUDIT_KEYS = ("a new key", old)
        look(2, first=60)
        seal_all(actor=system, now=now)
        assert verify().faults == []
        settings.AUDIT_KEYS = ("a new key",)
        assert not verify().is_unbroken


class TestKeepHead:
    def test_follows_the_chain(self, sealed, look, system, tmp_path, now):
        path = tmp_path / "head"
        keep_head(path=path)
        look(1, first=70)
        seal_all(actor=system, now=now)
        keep_head(path=path)
        state = chain_state(system)
        assert read_head(path=path) == (state.seal_number, state.head)

    def test_puts_the_head_of_another_database_aside(self, look, system, tmp_path, now):
        path = tmp_path / "head"
        path.write_text(f"9 {'a' * 64}\n")
        seal_all(actor=system, now=now)
        keep_head(path=path)
        assert read_head(path=path)[0] == 1
        assert (tmp_path / f"head.{'a' * 12}").exists()


class TestCommands:
    def test_verify_says_unbroken_or_stops_with_1(self, sealed, attack, capsys, tmp_path):
        call_command("audit_head")
        head = capsys.readouterr().out.strip()
        call_command("audit_verify")
        assert "Unbroken" in capsys.readouterr().out
        call_command("audit_verify", "--since-head", head)
        attack(f"DELETE FROM audit_event WHERE id = {sealed[2]}")
        with pytest.raises(SystemExit) as stopped:
            call_command("audit_verify")
        assert stopped.value.code == 1
        assert f"Event {sealed[2]} " in capsys.readouterr().err
        with pytest.raises(CommandError, match="No seal has this head"):
            call_command("audit_verify", "--since-head", "0" * 64)


class TestWho:
    def test_may_seal_and_verify(self, actor_with, now):
        with pytest.raises(NotAllowedError):
            seal_events(actor=actor_with(Role.PRIVACY_OFFICER), now=now)
        with pytest.raises(NotAllowedError):
            verify_chain(actor_with(Role.FRONT_DOOR), now)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has TRUNCATE")
class TestTruncate:
    @pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
    def test_is_refused(self, table, settings):
        from django.db import DatabaseError, transaction

        settings.APPEND_ONLY_REFUSES_TRUNCATE = True
        lay_triggers()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_an_event_that_ends_late_is_sealed_late(self, system, now, at_once, verify):
        seal_all(actor=system, now=now)
        before = chain_state(system).seal_number

        def first():
            record(actor=system, action="slow", subject=("person", 1), now=now)

        def second():
            record(actor=system, action="quick", subject=("person", 2), now=now)
            return seal_all(actor=system, now=now)

        _, sealed = at_once(first, second)
        assert sealed == 1
        assert verify().faults == []
        assert verify().waiting == 1
        assert seal_all(actor=system, now=now) == 1
        assert verify().faults == []
        assert [event.event.action for event in sealed_after(system, before)] == ["quick", "slow"]
