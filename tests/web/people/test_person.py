"""The page of a person: alerts first, who they are, who comes and why, and everything any employer did."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from homeward.access.rules import Actor, Role
from homeward.audit.models import Event
from homeward.episodes.services import accept_referral
from homeward.kernel.rules import london_day, london_moment
from homeward.people.models import TimelineEntry
from homeward.people.services import add_to_timeline, correct_timeline, raise_alert
from homeward.plans.services import NewPattern, write_plan
from homeward.referrals.services import NewReferral, take_referral
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, Visit


def text_of(response) -> str:
    """A page's text as one line, without markup."""
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


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


class TestPerson:
    def test_says_who_this_is(self, nurse, ivy):
        page = text_of(nurse.get(f"/people/{ivy.pk}"))
        for said in (
            "Ivy Marsh", "Known as Bunty", "29 February 1940", "999 000 0018 Verified", "1 High Street, Derby, DE1 1AA",
            "07700 900123", "Getting back to the allotment", "Large print", "Sit on her left", "Rose Marsh , daughter",
            "Use the side door",
        ):  # fmt: skip
            assert said in page, said

    def test_puts_alerts_before_everything_else_and_the_gravest_first(self, nurse, ivy, inside, now):
        raise_alert(actor=inside, person=ivy, kind="pets", text="A large dog", now=now - timedelta(days=60))
        raise_alert(actor=inside, person=ivy, kind="safeguarding", text="Never alone", now=now - timedelta(days=60))
        page = text_of(nurse.get(f"/people/{ivy.pk}"))
        assert page.index("Safeguarding") < page.index("A large dog")
        assert page.index("A large dog") < page.index("29 February 1940")

    def test_warns_of_a_number_that_is_not_verified(self, nurse, service, inside, now):
        from homeward.people.services import NewPerson, register_person

        other = register_person(
            actor=inside, service_id=service.pk, new=NewPerson(family_name="Doe", nhs_number="9990000019"), now=now
        )
        page = text_of(nurse.get(f"/people/{other.pk}"))
        assert "Not verified" in page
        assert "Check it with the person" in page

    def test_shows_a_person_of_whom_nothing_is_known_but_a_reference(self, nurse, service, inside, now):
        from homeward.people.services import NewAddress, NewPerson, register_people

        person = register_people(
            actor=inside,
            service_id=service.pk,
            people=[NewPerson(reference="6819", language="", address=NewAddress(place_key="6819"))],
            since=now.date(),
            now=now,
        )[0]
        page = text_of(nurse.get(f"/people/{person.pk}"))
        assert "Person 6819" in page
        assert "Nothing has been recorded yet." in page
        assert "No visit in the next 14 days." in page

    def test_never_writes_the_key_safe_code(self, nurse, ivy):
        assert "4711" not in nurse.get(f"/people/{ivy.pk}").content.decode()

    def test_says_who_comes_next_and_why(self, nurse, ivy, service, nhs):
        today = london_day(timezone.now())
        worker = Worker.objects.create(service=service, organisation=nhs, local_reference="W1", name="Wyn Ward")
        visit = Visit.objects.create(
            service=service, person=ivy, day=today + timedelta(days=1), title="Morning care",
            window_opens_at=london_moment(today + timedelta(days=1), 480),
            window_closes_at=london_moment(today + timedelta(days=1), 600),
            slots=[{"skill": "nurse", "minutes": 30}, {"skill": "home_care_worker", "minutes": 30}], state="planned",
        )  # fmt: skip
        Assignment.objects.create(
            visit=visit, slot=0, worker=worker, starts_at=london_moment(visit.day, 510),
            ends_at=london_moment(visit.day, 540), why="The nearest nurse.",
        )  # fmt: skip
        page = text_of(nurse.get(f"/people/{ivy.pk}"))
        for said in ("Tomorrow , 8:30am, 30 minutes", "between 8am and 10am", "2 workers together", "Wyn Ward",
                     "The nearest nurse.", "Planned"):  # fmt: skip
            assert said in page, said

    def test_shows_the_plan_and_the_pathway_with_its_clocks(self, nurse, ivy, service, inside):
        now = timezone.now()
        referral = take_referral(
            actor=inside, service_id=service.pk,
            new=NewReferral(source="gp", urgency="crisis", need_code="fall", need_text="Fell at home"),
            person=ivy,
            now=now,
        )  # fmt: skip
        episode = accept_referral(
            actor=inside, referral=referral, pathway_code="integrated-crisis-response", now=now, reason=""
        )
        write_plan(
            actor=inside, episode=episode, summary="Support for three days", goals=["Walk to the gate"], now=now,
            patterns=[
                NewPattern(title="Evening help", opens_at="18:30", closes_at="21:00", minutes=30, weekdays="12345",
                           slots=[{"skill": "crisis_responder_care", "minutes": 30}], starts_on=london_day(now)),
            ],
            agreed_on=london_day(now),
        )  # fmt: skip
        page = text_of(nurse.get(f"/people/{ivy.pk}"))
        for said in ("Integrated crisis response", "Two-hour response", "left", "Walk to the gate", "Evening help",
                     "Monday to Friday 6:30pm to 9pm", "Agreed with the person"):  # fmt: skip
            assert said in page, said

    def test_gives_nobody_outside_the_service_a_sign_that_the_person_exists(self, signed_in, ivy, service):
        stranger = signed_in(Role.CASE_MANAGER)
        service.accounts.clear()
        assert stranger.get(f"/people/{ivy.pk}").status_code == 404
        assert stranger.get("/people/987654").status_code == 404

    @pytest.mark.parametrize("path", ["", "/add-note"])
    def test_is_closed_to_those_who_may_see_nobody(self, signed_in, ivy, path):
        assert signed_in(Role.ADMINISTRATOR).get(f"/people/{ivy.pk}{path}").status_code == 403

    def test_leaves_an_audit_event(self, nurse, ivy):
        nurse.get(f"/people/{ivy.pk}")
        assert Event.objects.filter(person_id=ivy.pk, action="open record", actor_name__startswith="Sam").count() == 1


class TestTimeline:
    def test_holds_what_every_employer_did_newest_first(self, nurse, ivy, carer, physio, now):
        entry(carer, ivy, "Breakfast made", now - timedelta(days=9))
        entry(physio, ivy, "Walked ten metres", now - timedelta(days=8))
        page = text_of(nurse.get(f"/people/{ivy.pk}"))
        assert page.index("Walked ten metres") < page.index("Breakfast made")
        assert "Pat Page, Physiotherapist, Derwent NHS Trust" in page
        assert "Cal Carr, Home care worker, Larkmoor Care" in page

    def test_says_when_an_entry_was_written_later(self, nurse, ivy, carer):
        happened = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
        entry(carer, ivy, "Found unwell", happened, now=happened + timedelta(hours=3))
        assert "Written down at 11am on 3 November 2026" in text_of(nurse.get(f"/people/{ivy.pk}"))

    def test_shows_a_correction_with_what_it_corrects(self, nurse, ivy, carer, now):
        wrong = entry(carer, ivy, "Medicines", now, text="Took both tablets")
        correct_timeline(actor=carer, entry=wrong, text="Took one tablet", now=now + timedelta(minutes=30))
        page = text_of(nurse.get(f"/people/{ivy.pk}"))
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

    def test_is_not_narrowed_for_the_next_person(self, nurse, ivy, carer, service, inside, now):
        from homeward.people.services import NewPerson, register_person

        other = register_person(actor=inside, service_id=service.pk, new=NewPerson(family_name="Doe"), now=now)
        entry(carer, other, "Lunch made", now)
        nurse.post(f"/people/{ivy.pk}/narrow", {"text": "breakfast"})
        assert "Lunch made" in text_of(nurse.get(f"/people/{other.pk}"))

    def test_goes_on_page_after_page_losing_nothing_that_happened_at_one_moment(self, nurse, ivy, service, now):
        TimelineEntry.objects.bulk_create(
            TimelineEntry(
                person=ivy, happened_at=now - timedelta(days=number // 30), recorded_at=now, kind="note",
                title=f"entry {number:04d}", author_name="A", employer="E",
            )
            for number in range(130)
        )  # fmt: skip

        seen, address = [], f"/people/{ivy.pk}"
        for _ in range(4):
            body = nurse.get(address).content.decode()
            seen += re.findall(r"entry__title\">entry (\d{4})", body)
            older = re.search(r'href="([^"]+\?older=\d+)#timeline"', body)
            if not older:
                break
            address = older[1]
        assert len(seen) == len(set(seen)) == 130

    def test_costs_no_more_queries_for_a_long_timeline(self, nurse, ivy, now):
        def queries() -> int:
            with CaptureQueriesContext(connection, ) as caught:  # fmt: skip
                assert nurse.get(f"/people/{ivy.pk}").status_code == 200
            return len(caught)

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
        assert nurse.get(f"/people/{ivy.pk}?older={older}").status_code == 200


class TestAddNote:
    def note(self, client, person, **changed):
        typed = {"title": "Phoned her daughter", "text": "All well", "day": "2026-11-02", "time": "14:30"} | changed
        return client.post(f"/people/{person.pk}/add-note", typed)

    def test_adds_to_the_timeline_under_the_readers_name_and_employer(self, nurse, ivy):
        answer = self.note(nurse, ivy)
        assert answer.headers["Location"] == f"/people/{ivy.pk}#timeline"
        made = TimelineEntry.objects.get(title="Phoned her daughter")
        assert (made.employer, made.author_role, made.kind) == ("Derwent NHS Trust", "Nurse", "note")
        assert made.happened_at == datetime(2026, 11, 2, 14, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"title": " "}, "Say in a few words what happened"),
            ({"title": "x" * 201}, "Use 200 characters or fewer"),
            ({"day": "2 Nov"}, "Enter the day as year, month and day"),
            ({"day": ""}, "Enter the day it happened"),
            ({"time": "25:00"}, "Enter the time as hours and minutes"),
            ({"day": "2999-01-01"}, "The time is in the future"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, nurse, ivy, changed, said):
        answer = self.note(nurse, ivy, **changed)
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert "All well" in text_of(answer)
        assert not TimelineEntry.objects.filter(text="All well").exists()

    def test_shows_what_was_typed_as_text_never_as_markup(self, nurse, ivy):
        self.note(nurse, ivy, title="<script>alert(1)</script>", text="<b>bold</b>")
        body = nurse.get(f"/people/{ivy.pk}").content.decode()
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

    def test_asks_for_words(self, nurse, ivy, carer, now):
        wrong = entry(carer, ivy, "Medicines", now)
        answer = nurse.post(f"/people/{ivy.pk}/entries/{wrong.pk}/correct", {"text": "  "})
        assert "Write what the entry should have said" in text_of(answer)

    def test_finds_no_entry_of_another_person(self, nurse, ivy, carer, service, inside, now):
        from homeward.people.services import NewPerson, register_person

        other = register_person(actor=inside, service_id=service.pk, new=NewPerson(family_name="Doe"), now=now)
        theirs = entry(carer, other, "Lunch", now)
        assert nurse.get(f"/people/{ivy.pk}/entries/{theirs.pk}/correct").status_code == 404


class TestKeySafe:
    def test_shows_the_code_to_those_who_may_and_records_it_by_itself(self, nurse, ivy):
        assert "4711" in text_of(nurse.post(f"/people/{ivy.pk}/key-safe"))
        assert Event.objects.filter(person_id=ivy.pk, action="see key safe").count() == 1

    def test_shows_nothing_for_an_address_that_is_merely_opened(self, nurse, ivy):
        assert nurse.get(f"/people/{ivy.pk}/key-safe").status_code == 302
        assert not Event.objects.filter(action="see key safe").exists()

    def test_is_refused_to_others_and_not_offered(self, signed_in, ivy):
        planner = signed_in(Role.ROSTER_PLANNER)
        assert planner.post(f"/people/{ivy.pk}/key-safe").status_code == 403
        page = planner.get(f"/people/{ivy.pk}").content.decode()
        assert "Your role does not include its code" in page
        assert "Show the key safe code" not in page


class TestSeenBy:
    def test_lists_who_looked_and_shows_no_more_than_the_reference(self, signed_in, nurse, ivy):
        nurse.get(f"/people/{ivy.pk}")
        admin = signed_in(Role.ADMINISTRATOR)
        page = text_of(admin.get(f"/people/{ivy.pk}/seen-by"))
        assert f"Person {ivy.reference}" in page
        assert "Sam registered_professional Role Registered professional, Derwent NHS Trust" in page
        assert "Open record" in page
        assert "Marsh" not in page
        assert "999 000" not in page

    def test_counts_those_who_saw_the_person_in_a_list(self, signed_in, ivy, inside, now):
        from homeward.audit.services import record_reads

        record_reads(
            actor=inside, action="see day", subject_kind="day", person_ids=[ivy.pk, ivy.pk + 1], now=now,
            service_id=ivy.service_id,
        )  # fmt: skip
        assert "See day, with 1 others" in text_of(signed_in(Role.ADMINISTRATOR).get(f"/people/{ivy.pk}/seen-by"))

    def test_goes_on_to_older_events(self, signed_in, ivy, inside, now):
        from homeward.audit.services import record

        for minute in range(150):
            record(
                actor=inside, action=f"look {minute}", subject=("person", ivy.pk), person_id=ivy.pk,
                now=now + timedelta(minutes=minute), service_id=ivy.service_id,
            )  # fmt: skip
        admin = signed_in(Role.ADMINISTRATOR)
        body = admin.get(f"/people/{ivy.pk}/seen-by").content.decode()
        assert "Look 149" in body
        assert "Look 5<" not in body

        older = re.search(r'href="([^"]+\?older=\d+)"', body)[1]
        assert "Look 5<" in admin.get(older).content.decode()

    def test_leads_there_from_a_reference_that_stays_out_of_the_address(self, signed_in, ivy):
        admin = signed_in(Role.ADMINISTRATOR)
        answer = admin.post("/people/seen-by", {"reference": ivy.reference.lower()})
        assert answer.headers["Location"] == f"/people/{ivy.pk}/seen-by"
        assert "Nobody in your services" in text_of(admin.post("/people/seen-by", {"reference": "nobody"}))

    def test_is_closed_to_everyone_else(self, nurse, ivy):
        assert nurse.get(f"/people/{ivy.pk}/seen-by").status_code == 403
        assert nurse.get("/people/seen-by").status_code == 403


class TestTitle:
    def test_names_nobody_because_a_shared_computer_keeps_it_in_its_history(self, nurse, ivy):
        page = nurse.get(f"/people/{ivy.pk}").content.decode()
        title = page[page.index("<title>") : page.index("</title>")]
        assert ivy.reference in title
        assert "Marsh" not in title


class TestNonsense:
    @pytest.mark.parametrize("older", ["²", "-1", "9" * 30])
    def test_in_the_address_shows_the_newest(self, nurse, signed_in, ivy, older):
        assert nurse.get(f"/people/{ivy.pk}?older={older}").status_code == 200
        watcher = signed_in(Role.ADMINISTRATOR)
        assert watcher.get(f"/people/{ivy.pk}/seen-by?older={older}").status_code == 200
