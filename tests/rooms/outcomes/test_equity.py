"""Measures by group, worked out by hand; what the record does not hold is not recorded."""

from datetime import date, timedelta

import ibis
import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from homeward.kernel.rules import RefusedError
from homeward.outcomes.facts.copying import opened_to_read, refresh
from homeward.outcomes.facts.people import ETHNICITIES
from homeward.outcomes.measures.compiling import TABLES
from homeward.outcomes.measures.equity import splits_of
from homeward.outcomes.measures.library import MEASURES
from homeward.people.models import Person
from homeward.people.services import change_facts
from homeward.people.states import EthnicCategory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def referred(history, now):
    """Refers somebody with these facts, now or on another day."""

    def one(at=now, **facts):
        person = history.person()
        Person.objects.filter(pk=person.pk).update(**facts)
        history.referral(at, person)
        return person

    return one


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.key)
def test_a_measure_is_split_by_group_where_its_cases_are_of_people(measure):
    sql = str(ibis.to_sql(measure.cases(TABLES).select("person_id"), dialect="duckdb"))
    assert ("age" in splits_of(measure)) == ("NULL AS BIGINT" not in sql)


def test_age_is_that_of_the_day_of_the_case(referred, measured, now):
    # now is in November 2026; 85 from the first of the month of birth on
    referred(birth_date=date(1941, now.month, 28))
    referred(birth_date=date(1941, now.month, 28), at=now.replace(day=1) - DAY)  # still 84 then
    referred(birth_date=date(1941, 12, 1))
    referred(birth_text="1951")
    referred(birth_date=date(2010, 1, 1))
    referred(birth_date=date(1961, 12, 31))  # 64
    referred()
    assert measured("M01", split="age") == {
        "0-17": (1, None),
        "18-64": (1, None),
        "75-84": (3, None),
        "85 and over": (1, None),
        "Not recorded": (1, None),
    }


def test_sex_divides_numerator_and_denominator(history, referred, measured, now):
    at = now - timedelta(hours=5)
    for gender, hours in (("female", 1), ("female", 3), ("male", 1), ("unknown", 3)):
        episode = history.episode(at)
        Person.objects.filter(pk=episode.person_id).update(gender=gender)
        history.event(episode, "first_face_to_face_contact", at + timedelta(hours=hours))
    assert measured("M03", split="sex") == {"female": (1, 2), "male": (1, 1), "Not recorded": (0, 1)}


def test_language_and_place_are_bands(referred, measured):
    referred(language="English")
    referred(language="Sylheti")
    referred(language="Polish", needs_interpreter=True)
    referred(language="")
    bands = {"english": (1, None), "other": (1, None), "interpreter": (1, None), "Not recorded": (1, None)}
    assert measured("M01", split="language") == bands
    assert measured("M01", split="locality") == {"DE1": (4, None)}


def test_ethnicity_is_in_broad_groups_beside_those_who_would_not_say(referred, measured):
    for category in ("A", "C", "D", "H", "J", "R", "M", "P", "N", "S", "Z", "99", ""):
        referred(ethnic_category=category)
    assert measured("M01", split="ethnicity") == {
        "white": (2, None),
        "mixed": (1, None),
        "asian": (2, None),
        "black": (3, None),
        "other": (2, None),  # Chinese is among the other groups in the list of 2001
        "not_stated": (1, None),
        "not_known": (1, None),
        "Not recorded": (1, None),
    }


def test_every_category_of_the_list_is_in_a_broad_group():
    assert set(ETHNICITIES) == set(EthnicCategory.values)


def test_ethnicity_divides_numerator_and_denominator(history, measured, now):
    at = now - timedelta(hours=5)
    for category, hours in (("J", 1), ("K", 3), ("A", 1), ("Z", 3), ("", 1)):
        episode = history.episode(at)
        Person.objects.filter(pk=episode.person_id).update(ethnic_category=category)
        history.event(episode, "first_face_to_face_contact", at + timedelta(hours=hours))
    parts = {"asian": (1, 2), "white": (1, 1), "not_stated": (0, 1), "Not recorded": (1, 1)}
    assert measured("M03", split="ethnicity") == parts


class TestAnEthnicGroupInTheCopy:
    """It is of a special category: what the record does not hold any more, the copy does not."""

    @pytest.fixture
    def person(self, service):
        return Person.objects.create(
            service=service, reference="P-1", given_name="Ada", ethnic_category="J", ethnic_category_by="self"
        )

    @pytest.fixture
    def kept(self, kept_apart, person, now):
        number = person.pk

        def kept() -> list[str | None]:
            refresh(now=now)
            with opened_to_read() as copy:
                told = copy.execute("SELECT ethnicity FROM people WHERE person_id = ?", [number]).fetchall()
            return [ethnicity for (ethnicity,) in told]

        assert kept() == ["asian"]
        return kept

    def test_goes_when_it_is_taken_back(self, kept, person, history, now):
        change_facts(actor=history.actor, person=person, values={"ethnic_category": ""}, now=now)
        assert kept() == [None]

    def test_goes_when_whoever_runs_the_database_destroys_the_record(self, kept, person):
        person.delete()
        assert kept() == []

    def test_is_a_broad_group_and_never_the_category(self, kept):
        with opened_to_read() as copy:
            columns = copy.execute("SELECT column_name FROM information_schema.columns").fetchall()
            told = copy.execute("SELECT DISTINCT ethnicity FROM people").fetchall()
        assert not [name for (name,) in columns if "category" in name]
        assert {one for (one,) in told} <= {*ETHNICITIES.values(), None}


def test_deprivation_is_what_a_configured_file_says(referred, measured, settings, tmp_path, now):
    referred()
    assert measured("M01", split="deprivation") == {"Not recorded": (1, None)}
    file = tmp_path / "deciles.csv"
    file.write_text("area,decile\nDE1 3,2\n")
    settings.DEPRIVATION_FILE = str(file)
    assert measured("M01", split="deprivation") == {"02": (1, None)}
    file.write_text("area,decile\nDE1 3,eleven\n")
    with pytest.raises(RefusedError, match="line 2"):
        refresh(now=now)


class TestDeprivationFile:
    @pytest.mark.parametrize(
        ("held", "says"),
        [
            (None, "cannot be read"),
            (b"\xff\xfe\x00", "cannot be read"),
            (b"", "no line of column names"),
            (b"postcode,imd\nDE1 3DA,4\n", "no line of column names"),
            (b"area,decile\n", "names no area"),
            (b"area,decile\nDE1 3DA,4\nDE1 3DB,11\n", "line 3: give an area and a decile"),
        ],
    )
    def test_that_is_missing_or_wrong_stops_the_start_and_says_why(self, settings, tmp_path, held, says):
        path = tmp_path / "deciles.csv"
        if held is not None:
            path.write_bytes(held)
        settings.DEPRIVATION_FILE = str(path)
        with pytest.raises(SystemCheckError, match=says):
            call_command("check")

    def test_that_is_right_or_not_named_starts(self, settings, tmp_path):
        path = tmp_path / "deciles.csv"
        path.write_text("area,decile\nDE1 3DA,4\n", encoding="utf-8")
        for named in (str(path), ""):
            settings.DEPRIVATION_FILE = named
            call_command("check")
