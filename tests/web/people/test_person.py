"""The page of a person: alerts first, who they are, who comes and why, and everything any employer did."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.episodes.services import accept_referral
from homeward.kernel.rules import london_day, london_moment
from homeward.people.services import raise_alert
from homeward.plans.services import NewPattern, write_plan
from homeward.referrals.services import NewReferral, take_referral
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, Visit


def text_of(response) -> str:
    """A page's text as one line, without markup."""
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


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

    def test_warns_of_a_number_that_is_not_verified(self, nurse, service, inside, cared_for, now):
        from homeward.people.services import NewPerson, register_person

        other = register_person(
            actor=inside, service_id=service.pk, new=NewPerson(family_name="Doe", nhs_number="9990000019"), now=now
        )
        page = text_of(nurse.get(f"/people/{cared_for(other).pk}"))
        assert "Not verified" in page
        assert "Check it with the person" in page

    def test_shows_a_person_of_whom_nothing_is_known_but_a_reference(self, nurse, service, inside, cared_for, now):
        from homeward.people.services import NewAddress, NewPerson, register_people

        person = register_people(
            actor=inside,
            service_id=service.pk,
            people=[NewPerson(reference="6819", language="", address=NewAddress(place_key="6819"))],
            since=now.date(),
            now=now,
        )[0]
        page = text_of(nurse.get(f"/people/{cared_for(person).pk}"))
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
    def test_moved_and_its_old_address_leads_there(self, signed_in, ivy):
        admin = signed_in(Role.ADMINISTRATOR)
        assert admin.get(f"/people/{ivy.pk}/seen-by").headers["Location"] == f"/privacy/people/{ivy.pk}/seen-by"
        assert admin.get("/people/seen-by").headers["Location"] == "/privacy/seen-by"


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
        assert watcher.get(f"/privacy/people/{ivy.pk}/seen-by?older={older}").status_code == 200
