"""A timeline: narrowed, paged, kept back, corrected and printed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.people.models import TimelineEntry
from homeward.people.selectors import (
    Narrowing,
    TimelineEntryNotFoundError,
    person_for,
    timeline_entry,
    timeline_kept_back,
    timeline_of,
    timeline_page,
)
from homeward.people.services import add_note, add_to_timeline, correct_timeline, note_printing


@pytest.fixture
def opened(ivy, cared_for, now):
    """Opens Ivy's record for an actor: `opened(nurse)`."""
    cared_for(ivy)
    return lambda actor: person_for(actor, ivy.pk, now)


@pytest.fixture
def nurse(actor_with):
    return actor_with(Role.REGISTERED_PROFESSIONAL)


@pytest.fixture
def say(coordinator, ivy, now):
    """Adds an entry: `say("Lunch made", hours=3, sensitivity="staff")`."""

    def add(title, hours=0, **more) -> TimelineEntry:
        at = now - timedelta(hours=hours)
        return add_to_timeline(
            actor=more.pop("actor", coordinator), person=ivy, kind=more.pop("kind", "note"), title=title,
            happened_at=at, now=now, **more,
        )  # fmt: skip

    return add


def titles(entries) -> list[str]:
    return [entry.title for entry in entries]


class TestTimelineOf:
    def test_finds_entries_that_have_every_word_in_any_of_title_text_and_author(self, opened, say, nurse):
        say("Walked to the gate", text="With a frame")
        say("Walked indoors")
        say("A frame delivered")
        found = timeline_of(nurse, opened(nurse), Narrowing(text="FRAME walked"))
        assert titles(found) == ["Walked to the gate"]
        assert titles(timeline_of(nurse, opened(nurse), Narrowing(text="test person indoors"))) == ["Walked indoors"]

    def test_takes_signs_of_the_search_language_for_what_they_are(self, opened, say, nurse):
        say("Ate 50% of lunch")
        say("Ate 50 grams")
        assert titles(timeline_of(nurse, opened(nurse), Narrowing(text="50%"))) == ["Ate 50% of lunch"]
        assert timeline_of(nurse, opened(nurse), Narrowing(text="_")) == []

    def test_asks_for_a_reader(self, opened, say, nurse, actor_with):
        person = opened(nurse)
        with pytest.raises(NotAllowedError):
            timeline_of(actor_with(Role.PERFORMANCE_LEAD), person)


class TestTimelinePage:
    def test_goes_down_and_up_again_losing_nothing_that_happened_at_one_moment(self, opened, say, nurse):
        for number in range(25):
            say(f"{number}", hours=number // 10)
        person, down, up = opened(nurse), [], []
        page = timeline_page(nurse, person, Narrowing(), limit=7)
        while True:
            down += titles(page.entries)
            if not page.has_older:
                break
            page = timeline_page(nurse, person, Narrowing(), limit=7, older_than=page.entries[-1].pk)
            assert page.has_newer
        while True:
            up = titles(page.entries) + up
            if not page.has_newer:
                break
            page = timeline_page(nurse, person, Narrowing(), limit=7, newer_than=page.entries[0].pk)
            assert page.has_older
        assert down == up
        assert len(down) == len(set(down)) == 25

    def test_counts_each_year_in_england_of_what_matches(self, opened, ivy, coordinator, nurse, now):
        for moment in (datetime(2019, 12, 31, 23, 59, tzinfo=UTC), datetime(2020, 6, 30, 23, 30, tzinfo=UTC)):
            add_to_timeline(actor=coordinator, person=ivy, kind="note", title="x", happened_at=moment, now=now)
        add_to_timeline(
            actor=coordinator, person=ivy, kind="call", title="x", happened_at=datetime(2022, 1, 1, tzinfo=UTC), now=now
        )
        person = opened(nurse)
        assert timeline_page(nurse, person, Narrowing(), limit=9).years == [(2022, 1), (2020, 1), (2019, 1)]
        assert timeline_page(nurse, person, Narrowing(kind="note"), limit=9).years == [(2020, 1), (2019, 1)]
        page = timeline_page(nurse, person, Narrowing(first_day=date(2020, 7, 1), last_day=date(2020, 7, 1)), limit=9)
        assert page.years == [(2020, 1)]

    def test_counts_and_shows_whatever_years_a_table_holds(self, opened, ivy, nurse, now):
        held = [
            datetime(1, 1, 1, 0, 2, tzinfo=UTC),
            datetime(26, 11, 20, tzinfo=UTC),
            datetime(1968, 12, 31, 23, 30, tzinfo=UTC),
            datetime(1971, 12, 31, 23, 30, tzinfo=UTC),
            datetime(9999, 12, 31, tzinfo=UTC),
            now,
        ]
        for moment in held:
            TimelineEntry.objects.create(person=ivy, happened_at=moment, recorded_at=now, kind="note", title="x")
        page = timeline_page(nurse, opened(nurse), Narrowing(), limit=9)
        # England kept summer time all through the winters of 1968 to 1971
        assert page.years == [(9999, 1), (2026, 1), (1971, 1), (1969, 1), (26, 1), (1, 1)]
        assert len(page.entries) == 6

    def test_narrows_to_the_last_day_there_is(self, opened, say, nurse):
        say("Lunch")
        narrowing = Narrowing(first_day=date.min, last_day=date.max)
        assert titles(timeline_page(nurse, opened(nurse), narrowing, limit=9).entries) == ["Lunch"]

    def test_offers_only_what_the_reader_may_see_to_choose_among(self, opened, say, nurse, somebody):
        say("A clinic", kind="clinic", sensitivity="sexual_health")
        say("Lunch", kind="meal")
        manager = somebody(Role.CASE_MANAGER)
        assert timeline_page(nurse, opened(nurse), Narrowing(), limit=9).kinds == ["clinic", "meal"]
        page = timeline_page(manager, opened(manager), Narrowing(text="nothing like it"), limit=9)
        assert page.kinds == ["meal"]
        assert page.kept_back == 1

    def test_takes_an_entry_of_somebody_else_for_none(self, opened, say, nurse):
        say("Lunch")
        assert titles(timeline_page(nurse, opened(nurse), Narrowing(), limit=9, older_than=987654).entries) == ["Lunch"]


class TestKeptBack:
    # what each role is not shown of an entry marked so: access.rules.SENSITIVE_SIGHT
    @pytest.mark.parametrize(
        ("role", "kept"),
        [
            (Role.REGISTERED_PROFESSIONAL, ["adoption"]),
            (Role.CASE_MANAGER, ["sexual_health"]),
            (Role.FRONT_DOOR, ["adoption", "sexual_health", "staff"]),
            (Role.BED_LEAD, ["adoption", "safeguarding", "sexual_health", "staff"]),
        ],
    )
    def test_is_what_the_table_of_sight_says(self, opened, say, somebody, role, kept):
        marks = ["safeguarding", "sexual_health", "staff", "adoption"]
        for mark in marks:
            say(mark, sensitivity=mark)
        actor = somebody(role)
        person = opened(actor)
        shown = titles(timeline_of(actor, person))
        assert sorted(set(marks) - set(shown)) == kept
        assert timeline_kept_back(actor, person) == len(kept)

    def test_takes_in_everything_that_a_marked_correction_corrects_and_what_corrects_it(
        self, opened, say, nurse, somebody, now
    ):
        first = say("At a clinic")
        marked = correct_timeline(actor=nurse, entry=first, text="Was out", sensitivity="sexual_health", now=now)
        last = correct_timeline(actor=nurse, entry=marked, text="Was out all day", sensitivity="", now=now)
        manager = somebody(Role.CASE_MANAGER)
        person = opened(manager)
        assert timeline_of(manager, person) == []
        assert timeline_kept_back(manager, person) == 3
        with pytest.raises(TimelineEntryNotFoundError):
            timeline_entry(manager, person, last.pk)
        assert len(timeline_of(nurse, opened(nurse))) == 3


class TestAddToTimeline:
    def test_refuses_a_mark_that_there_is_not(self, say):
        with pytest.raises(RefusedError):
            say("x", sensitivity="secret")

    @pytest.mark.parametrize(
        ("moment", "said"),
        [
            (datetime(26, 11, 20, 12, tzinfo=UTC), "before 1900"),
            (datetime(1930, 1, 1, 12, tzinfo=UTC), "before they were born"),
            (datetime(2999, 1, 1, 12, tzinfo=UTC), "in the future"),
        ],
    )
    def test_refuses_a_day_that_cannot_be(self, ivy, coordinator, now, moment, said):
        ivy.birth_date = date(1941, 3, 27)
        with pytest.raises(RefusedError, match=said):
            add_to_timeline(actor=coordinator, person=ivy, kind="note", title="x", happened_at=moment, now=now)

    def test_is_not_stopped_by_a_date_of_birth_that_cannot_be(self, ivy, say, now):
        ivy.birth_date = now.date() + timedelta(days=400)
        assert say("Lunch").pk


class TestAddNote:
    def note(self, actor, person, now, **changed) -> TimelineEntry:
        told = {"kind": "note", "title": "Rang", "text": "All well", "happened_at": now - timedelta(hours=1)} | changed
        return add_note(actor=actor, person=person, now=now, **told)

    def test_gives_back_the_same_note_sent_twice(self, ivy, nurse, now):
        first = self.note(nurse, ivy, now)
        moment = first.happened_at
        again = self.note(nurse, ivy, now + timedelta(minutes=9), happened_at=moment)
        assert again.pk == first.pk
        assert TimelineEntry.objects.filter(title="Rang").count() == 1
        assert Event.objects.filter(action="add to timeline", subject_id=first.pk).count() == 1

    def test_writes_what_differs_or_is_said_again_later(self, ivy, nurse, coordinator, now):
        first = self.note(nurse, ivy, now)
        moment = first.happened_at
        made = {first.pk}
        for changed in ({"title": "Called"}, {"text": ""}, {"kind": "call"}, {"sensitivity": "staff"}):
            made.add(self.note(nurse, ivy, now, **changed).pk)
        made.add(self.note(coordinator, ivy, now).pk)
        made.add(self.note(nurse, ivy, now + timedelta(minutes=11), happened_at=moment).pk)
        assert len(made) == 7

    def test_asks_for_somebody_of_the_service(self, ivy, nurse, now):
        self.note(nurse, ivy, now)
        with pytest.raises(NotAllowedError):
            self.note(Actor(name=nurse.name, role=Role.REGISTERED_PROFESSIONAL), ivy, now)


class TestCorrectTimeline:
    def test_leaves_the_mark_as_it_was_when_nothing_is_said_of_it(self, say, nurse, now):
        marked = say("A clinic", sensitivity="sexual_health")
        assert correct_timeline(actor=nurse, entry=marked, text="x", now=now).sensitivity == "sexual_health"


class TestNotePrinting:
    def test_leaves_one_event_with_the_purpose_and_how_many(self, opened, nurse, now):
        note_printing(actor=nurse, person=opened(nurse), purpose="person", count=12, now=now)
        event = Event.objects.get(action="print")
        assert (event.subject_kind, event.count, event.purpose) == ("timeline for person", 12, "data_rights")

    def test_refuses_a_purpose_that_is_not_in_the_list(self, opened, nurse, now):
        with pytest.raises(RefusedError):
            note_printing(actor=nurse, person=opened(nurse), purpose="curious", count=1, now=now)
