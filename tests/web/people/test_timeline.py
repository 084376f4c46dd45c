"""The timeline: everything any employer did, adding to it, and correcting it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homeward.access.rules import Actor, Role
from homeward.audit.models import Event
from homeward.people.models import TimelineEntry
from homeward.people.services import add_to_timeline, correct_timeline
from tests.web.people.test_person import text_of


def entry(actor, person, title, happened_at, **more):
    return add_to_timeline(
        actor=actor, person=person, kind=more.pop("kind", "note"), title=title, happened_at=happened_at,
        now=more.pop("now", happened_at), **more,
    )  # fmt: skip


@pytest.fixture
def carer(service) -> Actor:
    return Actor(
        name="Cal Carr", role=Role.FIELD_WORKER, employer="Larkmoor Care", job_title="Home care worker",
        service_ids=frozenset({service.pk}),
    )  # fmt: skip


@pytest.fixture
def physio(service) -> Actor:
    return Actor(
        name="Pat Page", role=Role.REGISTERED_PROFESSIONAL, employer="Derwent NHS Trust", job_title="Physiotherapist",
        service_ids=frozenset({service.pk}),
    )  # fmt: skip


class TestTimeline:
    def test_holds_what_every_employer_did_newest_first(self, nurse, ivy, carer, physio, now):
        entry(carer, ivy, "Breakfast made", now - timedelta(days=9))
        entry(physio, ivy, "Walked ten metres", now - timedelta(days=8))
        page = text_of(nurse.get(f"/people/{ivy.pk}/timeline"))
        assert page.index("Walked ten metres") < page.index("Breakfast made")
        assert "Pat Page, Physiotherapist, Derwent NHS Trust" in page
        assert "Cal Carr, Home care worker, Larkmoor Care" in page

    def test_says_when_an_entry_was_recorded(self, nurse, ivy, carer):
        happened = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
        entry(carer, ivy, "Found unwell", happened, now=happened + timedelta(hours=3))
        assert "Recorded at 11am" in text_of(nurse.get(f"/people/{ivy.pk}/timeline"))

    def test_shows_a_correction_with_what_it_corrects(self, nurse, ivy, carer, now):
        wrong = entry(carer, ivy, "Medicines", now, text="Took both tablets")
        correct_timeline(actor=carer, entry=wrong, text="Took one tablet", now=now + timedelta(minutes=30))
        page = text_of(nurse.get(f"/people/{ivy.pk}/timeline"))
        assert "Took one tablet It said before (Cal Carr, Home care worker): Took both tablets" in page
        assert "Corrected by Cal Carr" in page

    def test_is_narrowed_by_employer_kind_and_words_and_says_so(self, nurse, ivy, carer, physio, now):
        entry(carer, ivy, "Breakfast made", now)
        entry(physio, ivy, "Walked ten metres", now)
        entry(physio, ivy, "A frame delivered", now, kind="equipment")

        def narrowed(**asked) -> str:
            return text_of(nurse.post(f"/people/{ivy.pk}/narrow", asked, follow=True))

        page = narrowed(employer="Larkmoor Care")
        assert "Breakfast made" in page
        assert "Walked ten metres" not in page
        assert "Showing only: Larkmoor Care" in page
        page = narrowed(employer="Derwent NHS Trust", kind="equipment")
        assert "A frame delivered" in page
        assert "Walked" not in page
        assert "Walked ten metres" in narrowed(text="METRES")
        assert "Nothing here matches." in narrowed(text="nothing like it")
        page = narrowed(text="nothing like it", all="1")
        assert "Breakfast made" in page
        assert "Showing only" not in page

    def test_is_shown_narrowed_to_the_first_and_last_days_there_are(self, nurse, ivy, carer, now):
        entry(carer, ivy, "Lunch made", now)
        asked = {"first_day": "0001-01-01", "last_day": "9999-12-31"}
        assert "Lunch made" in text_of(nurse.post(f"/people/{ivy.pk}/narrow", asked, follow=True))

    def test_jumps_to_a_year_that_was_mistyped_long_ago(self, nurse, ivy, now):
        for moment, title in ((datetime(26, 11, 20, tzinfo=UTC), "Mistyped"), (now, "Lunch made")):
            TimelineEntry.objects.create(person=ivy, happened_at=moment, recorded_at=now, kind="note", title=title)
        page = text_of(nurse.get(f"/people/{ivy.pk}/timeline?year=26"))
        assert "Mistyped" in page
        assert "Lunch made" not in page

    def test_is_not_narrowed_for_the_next_person(self, nurse, ivy, carer, service, inside, cared_for, now):
        from homeward.people.services import NewPerson, register_person

        other = register_person(actor=inside, service_id=service.pk, new=NewPerson(family_name="Doe"), now=now)
        entry(carer, cared_for(other), "Lunch made", now)
        nurse.post(f"/people/{ivy.pk}/narrow", {"text": "breakfast"})
        assert "Lunch made" in text_of(nurse.get(f"/people/{other.pk}/timeline"))

    def test_goes_on_page_after_page_losing_nothing_that_happened_at_one_moment(self, nurse, ivy, service, now):
        TimelineEntry.objects.bulk_create(
            TimelineEntry(
                person=ivy, happened_at=now - timedelta(days=number // 30), recorded_at=now, kind="note",
                title=f"entry {number:04d}", author_name="A", employer="E",
            )
            for number in range(130)
        )  # fmt: skip

        seen, address = [], f"/people/{ivy.pk}/timeline"
        for _ in range(4):
            body = nurse.get(address).content.decode()
            seen += re.findall(r"entry__title\">entry (\d{4})", body)
            older = re.search(r'href="([^"]+\?older=\d+)"', body)
            if not older:
                break
            address = older[1]
        assert len(seen) == len(set(seen)) == 130

    def test_costs_no_more_queries_for_a_long_timeline(self, nurse, ivy, now):
        def queries() -> int:
            with CaptureQueriesContext(connection, ) as caught:  # fmt: skip
                assert nurse.get(f"/people/{ivy.pk}/timeline").status_code == 200
            return len(caught)

        TimelineEntry.objects.create(
            person=ivy, happened_at=now, recorded_at=now, kind="visit", title="Visit", author_name="A", employer="E"
        )
        before = queries()
        TimelineEntry.objects.bulk_create(
            TimelineEntry(
                person=ivy, happened_at=now - timedelta(hours=number), recorded_at=now, kind="visit",
                title="Visit", author_name="A", employer="E",
            )
            for number in range(5000)
        )  # fmt: skip
        assert queries() <= before

    @pytest.mark.parametrize("older", ["x", "-1", "9" * 30, "987654"])
    def test_takes_a_wrong_page_for_the_newest(self, nurse, ivy, older):
        assert nurse.get(f"/people/{ivy.pk}/timeline?older={older}").status_code == 200

    def test_is_narrowed_by_role_and_by_days_in_england(self, nurse, ivy, carer, physio, now):
        entry(carer, ivy, "Late supper", datetime(2026, 7, 2, 22, 59, tzinfo=UTC))
        entry(carer, ivy, "Up in the night", datetime(2026, 7, 2, 23, 1, tzinfo=UTC))
        entry(physio, ivy, "Walked", datetime(2026, 7, 2, 9, tzinfo=UTC))

        def narrowed(**asked) -> str:
            return text_of(nurse.post(f"/people/{ivy.pk}/narrow", asked, follow=True))

        page = narrowed(first_day="2026-07-02", last_day="2026-07-02", role="Home care worker")
        assert "Late supper" in page
        assert "Up in the night" not in page
        assert "Walked" not in page
        assert "Showing only: Home care worker · 2 July 2026" in page
        assert "Up in the night" in narrowed(first_day="2026-07-04", last_day="2026-07-03")

    def test_leads_back_to_newer_entries_and_jumps_to_a_year(self, nurse, ivy):
        TimelineEntry.objects.bulk_create(
            TimelineEntry(
                person=ivy, happened_at=datetime(2019 + number // 60, 6, 1, tzinfo=UTC), kind="note", employer="E",
                recorded_at=datetime(2026, 1, 1, tzinfo=UTC), title=f"entry {number:04d}", author_name="A",
            )
            for number in range(240)
        )  # fmt: skip

        def shown(body: str) -> list[str]:
            return re.findall(r"entry__title\">entry (\d{4})", body)

        newest = nurse.get(f"/people/{ivy.pk}/timeline").content.decode()
        assert "240 entries from 2019 to 2022" in text_of(nurse.get(f"/people/{ivy.pk}/timeline"))
        older = nurse.get(re.search(r'href="([^"]+\?older=\d+)"', newest)[1]).content.decode()
        newer = nurse.get(re.search(r'href="([^"]+\?newer=\d+)"', older)[1]).content.decode()
        assert shown(newer) == shown(newest)
        year = nurse.get(re.search(r'href="([^"]+\?year=2020)"', newest)[1]).content.decode()
        assert shown(year)[0] == "0119"
        newer = nurse.get(re.search(r'href="([^"]+\?newer=\d+)"', year)[1]).content.decode()
        assert shown(newer)[-1] == "0120"

    @pytest.mark.parametrize("year", ["0", "x", "3000", "-5"])
    def test_takes_a_year_that_is_none_for_the_newest(self, nurse, ivy, carer, now, year):
        entry(carer, ivy, "Lunch made", now)
        assert "Lunch made" in text_of(nurse.get(f"/people/{ivy.pk}/timeline?year={year}"))

    def test_keeps_back_what_is_marked_from_roles_without_it_and_says_how_many(self, signed_in, nurse, ivy, carer, now):
        marked = entry(carer, ivy, "Told me of a clinic", now, sensitivity="sexual_health")
        entry(carer, ivy, "Lunch made", now)
        page = text_of(nurse.get(f"/people/{ivy.pk}/timeline"))
        assert "Told me of a clinic Kept from most: Sexual health" in page
        manager = signed_in(Role.CASE_MANAGER)
        for address in (f"/people/{ivy.pk}/timeline", f"/people/{ivy.pk}"):
            page = text_of(manager.get(address))
            assert "clinic" not in page
            assert "Lunch made" in page
            assert "1 entry is kept back" in page
        assert manager.get(f"/people/{ivy.pk}/entries/{marked.pk}/correct").status_code == 404
        manager.post(f"/people/{ivy.pk}/narrow", {"text": "clinic"})
        assert "Nothing here matches." in text_of(manager.get(f"/people/{ivy.pk}/timeline"))


class TestPrint:
    def test_asks_what_for_and_prints_nothing_before(self, nurse, ivy, carer, now):
        entry(carer, ivy, "Lunch made", now)
        typed = {"first_day": "2016-01-01", "last_day": "2027-01-01"}
        answer = nurse.post(f"/people/{ivy.pk}/timeline/print", typed)
        assert answer.status_code == 422
        assert "Say what the print is for" in text_of(answer)
        assert "Lunch made" not in text_of(answer)
        assert not Event.objects.filter(action="print").exists()

    def test_says_who_printed_it_when_and_what_for_and_leaves_one_event(self, nurse, ivy, carer, now):
        entry(carer, ivy, "Lunch made", now)
        entry(carer, ivy, "Long ago", datetime(2015, 1, 1, tzinfo=UTC))
        entry(carer, ivy, "A clinic", now, sensitivity="adoption")
        typed = {"purpose": "review", "first_day": "2016-01-01", "last_day": "2027-01-01"}
        page = text_of(nurse.post(f"/people/{ivy.pk}/timeline/print", typed))
        assert "Printed by Sam registered_professional, Nurse, Derwent NHS Trust on" in page
        assert "A review or meeting about their care" in page
        assert "Lunch made" in page
        assert "Long ago" not in page
        assert "1 entry is kept back" in page
        printed = Event.objects.get(action="print")
        assert (printed.person_id, printed.subject_kind, printed.count) == (ivy.pk, "timeline for review", 1)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"first_day": "soon"}, "Enter the day as year, month and day"),
            ({"last_day": "2015-01-01"}, "The last day is before the first"),
            ({"purpose": "because"}, "Say what the print is for"),
        ],
    )
    def test_says_what_is_wrong(self, nurse, ivy, changed, said):
        typed = {"purpose": "review", "first_day": "2016-01-01", "last_day": "2027-01-01"} | changed
        answer = nurse.post(f"/people/{ivy.pk}/timeline/print", typed)
        assert answer.status_code == 422
        assert said in text_of(answer)


class TestAddNote:
    def note(self, client, person, **changed):
        typed = {"title": "Phoned her daughter", "text": "All well", "day": "2026-11-02", "time": "14:30"} | changed
        return client.post(f"/people/{person.pk}/add-note", typed)

    def test_adds_to_the_timeline_under_the_readers_name_and_employer(self, nurse, ivy):
        answer = self.note(nurse, ivy)
        assert answer.headers["Location"] == f"/people/{ivy.pk}/timeline"
        made = TimelineEntry.objects.get(title="Phoned her daughter")
        assert (made.employer, made.author_role, made.kind) == ("Derwent NHS Trust", "Nurse", "note")
        assert made.happened_at == datetime(2026, 11, 2, 14, 30, tzinfo=UTC)

    def test_marks_it_and_says_so_to_a_writer_who_will_not_see_it_again(self, signed_in, ivy):
        manager = signed_in(Role.CASE_MANAGER)
        answer = self.note(manager, ivy, kind="concern", sensitivity="sexual_health")
        made = TimelineEntry.objects.get(title="Phoned her daughter")
        assert (made.kind, made.sensitivity) == ("concern", "sexual_health")
        page = text_of(manager.get(answer.headers["Location"]))
        assert "kept from your role" in page
        assert "Phoned her daughter" not in page

    def test_says_what_it_is_for(self, nurse, ivy):
        episode = ivy.episodes.get()
        self.note(nurse, ivy, about=str(episode.pk))
        made = TimelineEntry.objects.get(title="Phoned her daughter")
        assert (made.subject_kind, made.subject_id) == ("episode", episode.pk)
        assert "Open the pathway" in text_of(nurse.get(f"/people/{ivy.pk}/timeline"))
        assert self.note(nurse, ivy, about="987654").status_code == 422

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"kind": "nonsense"}, "Choose what kind of note it is"),
            ({"title": " "}, "Say in a few words what happened"),
            ({"title": "x" * 201}, "Use 200 characters or fewer"),
            ({"day": "2 Nov"}, "Enter the day as year, month and day"),
            ({"day": ""}, "Enter the day it happened"),
            ({"time": "25:00"}, "Enter the time as hours and minutes"),
            ({"day": "2999-01-01"}, "The day is in the future"),
            ({"day": "0026-11-20"}, "The day is before 1900"),
            ({"day": "1901-01-01"}, "before they were born"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, nurse, ivy, changed, said):
        answer = self.note(nurse, ivy, **changed)
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert "All well" in text_of(answer)
        assert not TimelineEntry.objects.filter(text="All well").exists()

    def test_sent_twice_is_one_note(self, nurse, ivy):
        for _ in range(2):
            assert self.note(nurse, ivy).headers["Location"] == f"/people/{ivy.pk}/timeline"
        assert TimelineEntry.objects.filter(text="All well").count() == 1

    def test_shows_what_was_typed_as_text_never_as_markup(self, nurse, ivy):
        self.note(nurse, ivy, title="<script>alert(1)</script>", text="<b>bold</b>")
        body = nurse.get(f"/people/{ivy.pk}/timeline").content.decode()
        assert "<script>alert(1)" not in body
        assert "&lt;b&gt;bold" in body


class TestCorrect:
    def test_adds_a_correction_beside_the_old_entry(self, nurse, ivy, carer, now):
        wrong = entry(carer, ivy, "Medicines", now, text="Took both")
        answer = nurse.post(f"/people/{ivy.pk}/entries/{wrong.pk}/correct", {"text": "Took one"})
        assert answer.status_code == 302
        assert wrong.corrected_by.text == "Took one"
        assert TimelineEntry.objects.get(pk=wrong.pk).text == "Took both"

    def test_refuses_an_entry_corrected_before(self, nurse, ivy, carer, now):
        wrong = entry(carer, ivy, "Medicines", now)
        nurse.post(f"/people/{ivy.pk}/entries/{wrong.pk}/correct", {"text": "Took one"})
        answer = nurse.post(f"/people/{ivy.pk}/entries/{wrong.pk}/correct", {"text": "Took none"})
        assert answer.status_code == 422
        assert "corrected before" in text_of(answer)
        assert "Took none" in text_of(answer)

    def test_may_mark_what_was_not_marked_and_hides_both(self, signed_in, nurse, ivy, carer, now):
        wrong = entry(carer, ivy, "Told me of a clinic", now)
        nurse.post(f"/people/{ivy.pk}/entries/{wrong.pk}/correct", {"text": "Went out", "sensitivity": "sexual_health"})
        page = text_of(signed_in(Role.CASE_MANAGER).get(f"/people/{ivy.pk}/timeline"))
        assert "clinic" not in page
        assert "2 entries are kept back" in page

    def test_asks_for_words(self, nurse, ivy, carer, now):
        wrong = entry(carer, ivy, "Medicines", now)
        answer = nurse.post(f"/people/{ivy.pk}/entries/{wrong.pk}/correct", {"text": "  "})
        assert "Write what the entry should have said" in text_of(answer)

    def test_finds_no_entry_of_another_person(self, nurse, ivy, carer, service, inside, now):
        from homeward.people.services import NewPerson, register_person

        other = register_person(actor=inside, service_id=service.pk, new=NewPerson(family_name="Doe"), now=now)
        theirs = entry(carer, other, "Lunch", now)
        assert nurse.get(f"/people/{ivy.pk}/entries/{theirs.pk}/correct").status_code == 404
