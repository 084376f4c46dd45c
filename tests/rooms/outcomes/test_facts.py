"""The copy of the facts: brought up to date it is what it would be made anew, on either engine."""

import json
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO

import duckdb
import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from homeward.access.rules import Actor
from homeward.config.management.commands.work import COPIED, COPYING, start_copying
from homeward.outcomes.facts.copying import NoCopyError, has_news, refresh
from homeward.outcomes.facts.reading import Engine, embedded
from homeward.outcomes.facts.tables import FACTS
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.models import Baseline
from homeward.outcomes.selectors import measures_of
from homeward.referrals.models import Referral
from homeward.referrals.services import decline_referral, log_call, withdraw_referral
from homeward.visits.models import Assignment, Visit
from tests.rooms.outcomes.made_facts import in_every_split, made_up_copy, what_differs

pytestmark = pytest.mark.django_db
ON_POSTGRESQL = {
    "integer": "bigint",
    "text": "text",
    "number": "double precision",
    "boolean": "boolean",
    "day": "date",
    "moment": "timestamp",
}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def everything_in(path) -> dict[str, list]:
    """Every row of every table of a copy, in order."""
    with duckdb.connect(str(path), read_only=True) as copy:
        return {fact.name: copy.execute(f"SELECT * FROM {fact.name} ORDER BY ALL").fetchall() for fact in FACTS}


@pytest.fixture
def some_weeks(history, service, now):
    """Referrals, responses met and missed, visits, calls and a baseline, in October and November."""
    nurse, carer = history.worker(), history.worker("Larkmoor Care", "home_care_worker")
    for days in (40, 20, 3):
        at = now - days * DAY
        met, missed, closed = (history.episode(at) for _ in range(3))
        history.event(met, "first_face_to_face_contact", at + HOUR)
        history.event(missed, "first_face_to_face_contact", at + 3 * HOUR)
        history.end(closed, "nothing_further", at + HOUR)
        history.visit(met.person, at + HOUR, nurse, carer, episode=met, tasks=[("medication_support", True)])
        history.visit(met.person, at + 5 * HOUR, carer, tasks=[("blood_glucose_check", False)])
        log_call(actor=history.actor, service_id=service.pk, source="gp", outcome="advice", advice="Rest", now=at)
    Baseline.objects.create(
        service=service, measure_key="M25", of_what=met.pathway.code, value=45, unit="minutes",
        first=date(2025, 4, 1), last=date(2026, 3, 31), since=(now - 30 * DAY).date(), source="Made up",
        recorded_at=now, recorded_by="Tests",
    )  # fmt: skip
    return met, nurse


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a second connection sees nothing of an open transaction")
@pytest.mark.django_db(transaction=True)
class TestTheWorker:
    def test_keeps_the_copy_fresh_beside_its_other_duties(self, history, service, kept_apart, now):
        COPIED.clear()

        def calls_counted(at):
            start_copying(at)
            for one in COPYING:
                one.join(60)
            return len(everything_in(kept_apart)["calls"])

        assert calls_counted(now) == 0
        log_call(actor=history.actor, service_id=service.pk, source="gp", outcome="advice", advice="Rest", now=now)
        assert calls_counted(now + timedelta(seconds=5)) == 0  # not again so soon
        assert calls_counted(now + timedelta(minutes=1)) == 1


class TestRefresh:
    def test_comes_to_the_same_as_a_copy_made_anew(self, history, some_weeks, kept_apart, tmp_path, now):
        met, nurse = some_weeks
        assert refresh(now=now).was_rebuilt
        waiting, gone = history.referral(now - HOUR), history.referral(now - HOUR)
        refresh(now=now)

        decline_referral(actor=history.actor, referral=waiting, reason="Not for us", now=now)
        withdraw_referral(actor=history.actor, referral=gone, reason="Went to hospital", now=now)
        history.end(met, "usual_support", now)
        history.visit(met.person, now - HOUR, nurse)
        # by hand, past every service
        Referral.objects.filter(pk=waiting.pk).update(source="family")
        Assignment.objects.filter(worker=nurse).first().delete()
        later = now + 2 * HOUR
        brought_up = refresh(now=later)

        assert not brought_up.was_rebuilt
        # on PostgreSQL the test is one transaction, still open, so that all it wrote is read again
        assert brought_up.rows["referrals"] == (2 if connection.vendor == "sqlite" else Referral.objects.count())
        anew = tmp_path / "anew.duckdb"
        assert refresh(now=later, path=anew).was_rebuilt
        assert everything_in(kept_apart) == everything_in(anew)
        assert len(everything_in(anew)["clocks"]) > 9

    def test_adds_up_meetings_again_where_a_visit_a_worker_or_who_came_changed(self, some_weeks, kept_apart, now):
        _, nurse = some_weeks
        refresh(now=now)

        def meetings():
            refresh(now=now)
            rows = everything_in(kept_apart)["meetings"]
            return [len(rows), sum(row[-2] for row in rows), sum(row[-1] for row in rows)]

        assert meetings() == [6, 3, 3]  # three with a nurse and a carer of another employer, three of the carer alone
        theirs = Assignment.objects.filter(worker=nurse).order_by("pk")
        theirs.first().delete()
        assert meetings() == [6, 2, 2]
        theirs.update(arrived_at=None)
        assert meetings() == [6, 0, 0]
        theirs.update(arrived_at=now)
        carer = Assignment.objects.exclude(worker=nurse).first().worker
        type(carer).objects.filter(pk=carer.pk).update(organisation=nurse.organisation)
        assert meetings() == [6, 2, 0]
        Visit.objects.filter(pk=theirs.first().visit_id).update(state="cancelled")
        assert sorted(row[5] for row in everything_in(kept_apart)["meetings"]).count("cancelled") == 0
        refresh(now=now)
        assert sorted(row[5] for row in everything_in(kept_apart)["meetings"]).count("cancelled") == 1

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="on PostgreSQL what an open transaction wrote is news")
    def test_reads_nothing_where_nothing_changed(self, some_weeks, kept_apart, now):
        refresh(now=now)
        assert not has_news()
        assert refresh(now=now).rows == {}
        Visit.objects.update(state="done")
        assert has_news()

    def test_makes_a_copy_of_another_database_or_shape_anew(self, some_weeks, kept_apart, now):
        refresh(now=now)
        with duckdb.connect(str(kept_apart)) as copy:
            copy.execute("UPDATE kept SET value = 'another' WHERE what = 'of'")
        assert refresh(now=now).was_rebuilt

    def test_keeps_nothing_that_names_anybody(self, history, some_weeks, crisis, kept_apart, now):
        refresh(now=now)
        texts = {one for rows in everything_in(kept_apart).values() for row in rows for one in row if type(one) is str}
        for name in ("Ivy", "Okafor", "Ada", "Dr Up", "Made Up", "9990000018", "07700 900123", "DE1 3DA"):
            assert not [text for text in texts if name in text]
        assert kept_apart.stat().st_mode & 0o077 == 0

    def test_says_what_to_do_where_there_is_none(self, kept_apart, service, now):
        with pytest.raises(NoCopyError, match="homeward measures refresh"):
            measures_of(Actor.system("tests", service.pk), service.pk, now.date(), now.date(), now)


@contextmanager
def on_postgresql(copy: duckdb.DuckDBPyConnection):
    """The tables of a copy as temporary ones of a connection to the server that the tests' database is on."""
    told = connection.get_connection_params()
    where = {name: told[name] for name in ("dbname", "user", "password", "host", "port") if name in told}
    with psycopg.connect(**where) as server:
        for fact in FACTS:
            columns = ", ".join(f"{name} {ON_POSTGRESQL[kind]}" for name, kind in fact.columns.items())
            server.execute(f"CREATE TEMPORARY TABLE {fact.name} ({columns})")
            with server.cursor().copy(f"COPY {fact.name} FROM STDIN") as taken:
                for row in copy.execute(f"SELECT * FROM {fact.name}").fetchall():
                    taken.write_row(row)
        server.execute("ANALYZE")  # else it plans as for empty tables, at four times the time
        yield Engine("postgres", lambda sql: server.execute(sql).fetchall())


class TestOnAnotherEngine:
    def test_other_facts_give_other_numbers_of_every_measure(self):
        with made_up_copy(seed=1) as copy, made_up_copy(seed=2) as other:
            whole = [(measure, "") for measure in MEASURES.values()]
            different, _ = what_differs(embedded(copy), embedded(other), whole)
        assert len(different) == len(MEASURES)

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="compares with PostgreSQL: set DATABASE_URL to one")
    def test_postgresql_gives_the_same_numbers_whole_and_in_every_split(self, db):
        with made_up_copy(seed=1) as copy, on_postgresql(copy) as postgresql:
            different, counted = what_differs(embedded(copy), postgresql, in_every_split())
        assert not different
        assert counted == set(MEASURES)


class TestCommand:
    def test_prints_every_measure_as_json(self, some_weeks, kept_apart):
        told = StringIO()
        call_command("measures", json=True, first=date(2026, 10, 1), last=date(2026, 11, 30), stdout=told)
        printed = {one["key"]: one for one in json.loads(told.getvalue())["measures"]}
        assert [point["value"] for point in printed["M02"]["points"]] == [1, 2]
        assert [point["value"] for point in printed["M03"]["points"]] == [0.5, 0.5]
        assert printed["M03"]["published"][0]["place"] == "England"

    def test_prints_one_as_text(self, some_weeks, kept_apart):
        told = StringIO()
        call_command("measures", measure="M03", first=date(2026, 11, 1), last=date(2026, 11, 30), stdout=told)
        assert "50.0% (2 of 4)" in told.getvalue()
        assert "84.5% (England, 2024-25" in told.getvalue()

    @pytest.mark.parametrize(
        ("asked", "says"),
        [
            ({"measure": "M99"}, "no measure M99"),
            ({"service": "nowhere"}, "no service nowhere"),
            ({"first": date(2026, 12, 1), "last": date(2026, 11, 1)}, "after the last"),
            ({"measure": "M01", "split": "colour"}, "by source"),
        ],
    )
    def test_says_what_was_asked_wrongly(self, service, kept_apart, asked, says):
        told = StringIO()
        with pytest.raises(SystemExit) as stopped:
            call_command("measures", stderr=told, **asked)
        assert stopped.value.code == 2
        assert says in told.getvalue()
