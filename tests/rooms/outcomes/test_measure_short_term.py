"""ASCOF 2A of our own record: by hand, and equal to what the national rules say of the file that the return writes."""

import io
import json
from datetime import date, datetime, timedelta

import duckdb
import pytest
from django.core.management import call_command

from homeward.access.rules import Actor
from homeward.commissioning.models import FundingShare, Package
from homeward.episodes.models import Episode
from homeward.kernel.rules import LONDON
from homeward.outcomes.facts.copying import refresh
from homeward.outcomes.returns.making import make_return
from homeward.people.models import Person
from homeward.referrals.states import Source, Urgency
from homeward.teams.services import open_service

pytestmark = pytest.mark.django_db
IN_DECEMBER = datetime(2026, 12, 2, 10, 0, tzinfo=LONDON)
BEGAN = datetime(2026, 11, 3, 10, 0, tzinfo=LONDON)
DAY = timedelta(days=1)
NEITHER_WAY = "Counted neither way: ended early, declined, self-funded, or left out by the national rules"
NOT_NEW = "Not after a new client’s request of that financial year"


@pytest.fixture
def reabled(history):
    """Reablement that began on 3 November, ended so many days later: `reabled("independent", 14)`."""

    def make(outcome: str, days: int = 14):
        episode = history.episode(BEGAN, "reablement-at-home", urgency=Urgency.ROUTINE, source=Source.HOSPITAL)
        Person.objects.filter(pk=episode.person_id).update(birth_date=date(1940, 5, 1))
        if outcome:
            history.end(episode, outcome, BEGAN + days * DAY)
        return episode

    return make


@pytest.fixture
def bought(service):
    """Care that somebody has from a day on: `bought(episode, "home_care", day)`."""

    def make(episode: Episode, kind: str, day: date) -> Package:
        number = Package.objects.count() + 1
        package = Package.objects.create(
            service=service, person=episode.person, episode=episode, reference=f"PK{number}", kind=kind,
            state="running", starts_on=day, started_on=day, asked_at=BEGAN, asked_by="Tests", needs_text="Made up",
        )  # fmt: skip
        FundingShare.objects.create(package=package, starts_on=day, council_percent=100)
        return package

    return make


@pytest.fixture
def autumn(reabled, bought):
    """Two without support afterwards, one with support, one who declined, one who had support before, one open."""
    reabled("independent"), reabled("independent", 7)
    followed = reabled("to_home_care")
    bought(followed, "home_care", (BEGAN + 16 * DAY).date())
    reabled("declined_by_person", 5)
    had = reabled("independent", 9)
    bought(had, "home_care", (BEGAN - 40 * DAY).date())
    return reabled("")


def test_m20_counts_who_needed_no_long_term_support(autumn, measured):
    assert measured("M20", at=IN_DECEMBER) == (2, 3, {NEITHER_WAY: 1, NOT_NEW: 1})


def test_m20_is_what_the_national_rules_say_of_the_file_that_we_send(service, autumn, measured, tmp_path):
    made = make_return(
        actor=Actor.system("tests", service.pk), service_id=service.pk, kind="cld", month=date(2026, 11, 1),
        now=IN_DECEMBER,
    )  # fmt: skip
    path, out = tmp_path / "cld.csv", io.StringIO()
    path.write_bytes(made.files["CLDEvents.csv"].encode())
    period = {"first": "2026-04-01", "last": "2027-03-31", "today": "2026-12-02", "imported_on": "2026-12-02"}
    given = [f"--{name}={day}" for name, day in zip(("from", "to", "today", "imported-on"), period.values())]
    call_command("measures_ascof", f"--cld={path}", *given, "--json", stdout=out)
    total = json.loads(out.getvalue())["totals"]["all"]
    assert measured("M20", at=IN_DECEMBER)[:2] == (total["numerator"], total["denominator"]) == (2, 3)


def test_m20_is_of_the_persons_of_the_service_though_another_gives_the_same_references(
    reabled, history, measured, kept_apart, now
):
    mine = reabled("independent").person
    Person.objects.filter(pk=mine.pk).update(ethnic_category="J")
    elsewhere = open_service(actor=Actor.system("tests"), code="elsewhere", name="Elsewhere", now=now)
    Person.objects.create(service=elsewhere, reference=mine.reference, ethnic_category="A")
    assert measured("M20", at=IN_DECEMBER, split="ethnicity") == {"asian": (1, 1)}
    with duckdb.connect(str(kept_apart), read_only=True) as copy:
        assert copy.execute("SELECT DISTINCT person_id FROM short_term").fetchall() == [(mine.pk,)]


def test_m20_brought_up_to_date_is_what_it_would_be_made_anew(autumn, reabled, bought, history, kept_apart, tmp_path):
    refresh(now=IN_DECEMBER)
    history.end(autumn, "independent", BEGAN + 15 * DAY)
    late = reabled("same_support", 20)
    bought(late, "night", (BEGAN + 21 * DAY).date())
    gone = Package.objects.filter(kind="home_care").first()
    gone.shares.all().delete(), gone.delete()
    Person.objects.filter(pk=autumn.person_id).update(birth_date=None)
    refresh(now=IN_DECEMBER + DAY)
    refresh(now=IN_DECEMBER + DAY, path=tmp_path / "anew.duckdb")
    told = []
    for path in (kept_apart, tmp_path / "anew.duckdb"):
        with duckdb.connect(str(path), read_only=True) as copy:
            told.append(copy.execute("SELECT * FROM short_term ORDER BY ALL").fetchall())
    assert told[0] == told[1]
    assert len(told[0]) >= 6
