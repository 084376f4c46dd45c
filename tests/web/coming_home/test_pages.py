"""Coming home: the board, the wall, admitting somebody, and everything done on the page of a stay."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from lxml.html import fromstring

from homeward.access.rules import Role
from homeward.discharge.models import HospitalStay, NextAction, PathwayDecision
from homeward.discharge.services import (
    Owner,
    StayGiven,
    TransportGiven,
    add_action,
    arrange_transport,
    receive_stay,
)
from homeward.discharge.states import StaySource
from homeward.kernel.rules import LONDON, london_day
from homeward.people.models import Person
from homeward.plans.models import CarePlan
from homeward.teams.models import Account, Organisation, Team

WAY_HOME = {
    "pathway": "p0",
    "destination": "p0_home",
    "person_said": "Home to my cat",
    "choice_1_what": "Home",
    "choice_1_answer": "chosen",
    "choice_1_answered_by": "Ivy",
    "choice_3_what": "Her sister’s",
    "choice_3_provider": "Family",
    "choice_3_cost": "Nothing",
    "choice_3_answer": "refused",
    "choice_3_answered_by": "Ivy",
    "choice_3_reason": "The stairs there",
    "capacity": "not_doubted",
    "decided_by": "person",
}


@pytest.fixture
def hospital(service) -> Organisation:
    return Organisation.objects.create(service=service, kind="hospital", name="Made Up General")


@pytest.fixture
def team(service) -> Team:
    return Team.objects.create(service=service, code="reablement", name="Reablement at home")


@pytest.fixture
def manager(sign_in) -> Client:
    return sign_in(Role.CASE_MANAGER, "Mo Casemanager")


@pytest.fixture
def stay(desk, ivy, hospital, now) -> HospitalStay:
    given = StayGiven(
        admitted_at=now - timedelta(days=3), source=StaySource.FORM, hospital=hospital, ward="Ward 7", bed="12",
        reason="Fall at home", likely_pathway="p0",
    )  # fmt: skip
    return receive_stay(actor=desk, person=ivy, given=given, now=now).stay


@pytest.fixture
def action(desk, stay, team, now) -> NextAction:
    return add_action(
        actor=desk, stay=stay, text="Deliver a commode", owner=Owner("team", team.pk), due_at=now + timedelta(hours=4),
        now=now,
    )  # fmt: skip


def text_of(answer) -> str:
    return " ".join(fromstring(answer.content.decode()).text_content().split())


def do(client: Client, stay: HospitalStay, act: str, action: NextAction | None = None, **typed):
    """Send one of the forms of a stay's page."""
    if action is None:
        return client.post(reverse("coming_home:act", args=[stay.pk, act]), typed)
    return client.post(reverse("coming_home:action_act", args=[stay.pk, action.pk, act]), typed)


class TestBoard:
    def test_shows_who_is_in_and_what_is_next(self, manager, stay, action):
        board = text_of(manager.get(reverse("coming_home:board")))

        assert "1 in hospital" in board
        assert "Ivy Okafor" in board
        assert "Deliver a commode" in board
        assert "Reablement at home, " in board

    @pytest.mark.parametrize("by", ["ready", "ward", "pathway", "team"])
    def test_is_parted_as_asked(self, manager, stay, by):
        assert "Ivy Okafor" in text_of(manager.get(reverse("coming_home:board"), {"by": by}))

    def test_leaves_out_whom_a_filter_leaves_out_and_remembers_it(self, manager, stay):
        kept = manager.get(reverse("coming_home:board"), {"ward": "Ward 9"})
        again = manager.get(reverse("coming_home:board"))

        assert "None of the 1 people in hospital match" in text_of(kept)
        assert "None of the 1 people in hospital match" in text_of(again)

    def test_finds_a_name_that_never_stands_in_an_address(self, manager, stay):
        found = manager.post(reverse("coming_home:board"), {"text": "okafor"})

        assert "Ivy Okafor" in text_of(found)
        assert b"text=okafor" not in found.content
        assert "Ivy Okafor" in text_of(manager.get(reverse("coming_home:board"), {"text": "nobody"}))

    def test_asks_again_only_when_something_changed(self, manager, stay, action, now):
        page = fromstring(manager.get(reverse("coming_home:board")).content.decode())
        (address,) = page.xpath("//div[@id='board']/@hx-get")

        assert manager.get(address).status_code == 204
        do(manager, stay, "done", action)
        assert manager.get(address).status_code == 200

    def test_is_not_for_who_sees_no_stays(self, sign_in, stay):
        assert sign_in(Role.PERFORMANCE_LEAD).get(reverse("coming_home:board")).status_code == 403


class TestWall:
    def test_names_nobody(self, manager, desk, stay, action):
        do(manager, stay, "criteria", answer="not_met", day=london_day(stay.told_at).isoformat())

        wall = text_of(manager.get(reverse("coming_home:wall")))

        assert "Ward 7" in wall
        assert "Ready today" in wall
        for name in ("Ivy", "Okafor", "Mo Casemanager", "12,", "999 000"):
            assert name not in wall


class TestAdmit:
    def typed(self, now, hospital, **more) -> dict[str, str]:
        local = now.astimezone(LONDON)
        return {
            "admitted_day": local.date().isoformat(),
            "admitted_time": "00:01",
            "hospital": str(hospital.pk),
            "ward": "Ward 3",
        } | more

    def test_finds_somebody_known_before_anything_is_saved(self, manager, ivy, hospital, now):
        typed = self.typed(now, hospital, given_name="Ivy", family_name="Okafor", nhs_number="9990000018")

        asked = manager.post(reverse("coming_home:admit"), typed)

        assert asked.status_code == 422
        assert "Say whether this is somebody already known" in text_of(asked)
        assert not HospitalStay.objects.exists()

    def test_puts_somebody_known_on_the_board(self, manager, ivy, hospital, now):
        sent = manager.post(reverse("coming_home:admit"), self.typed(now, hospital, known=str(ivy.pk)))

        stay = HospitalStay.objects.get()
        assert sent.url == reverse("coming_home:stay", args=[stay.pk])
        assert (stay.person_id, stay.ward, stay.hospital_id) == (ivy.pk, "Ward 3", hospital.pk)

    def test_starts_a_record_of_somebody_new(self, manager, hospital, now):
        manager.post(
            reverse("coming_home:admit"), self.typed(now, hospital, given_name="Abe", family_name="New", known="new")
        )

        assert HospitalStay.objects.get().person == Person.objects.get(family_name="New")

    def test_keeps_what_was_typed_when_something_is_missing(self, manager, hospital, now):
        sent = manager.post(
            reverse("coming_home:admit"), self.typed(now, hospital) | {"hospital": "", "reason": "Fell"}
        )

        assert sent.status_code == 422
        assert "Choose the hospital" in text_of(sent)
        assert b'value="Fell"' in sent.content

    def test_is_for_who_chases(self, sign_in):
        assert sign_in(Role.ROSTER_PLANNER).get(reverse("coming_home:admit")).status_code == 403


class TestStay:
    def test_shows_what_the_community_knows(self, manager, stay):
        shown = text_of(manager.get(reverse("coming_home:stay", args=[stay.pk])))

        assert "Nobody of the community looks after them now" in shown
        assert "Ward 7, bed 12, Made Up General" in shown

    def test_title_and_addresses_name_nobody(self, manager, stay):
        page = fromstring(manager.get(reverse("coming_home:stay", args=[stay.pk])).content.decode())

        assert "Okafor" not in page.findtext(".//title")

    def test_goes_from_admitted_to_home(self, manager, stay, team, now):
        day = london_day(now)
        do(manager, stay, "criteria", answer="not_met", day=day.isoformat())
        do(manager, stay, "expected", day=day.isoformat(), reason="")
        tomorrow = (day + timedelta(days=1)).isoformat()
        do(
            manager, stay, "add", text="Book transport", owner=f"team-{team.pk}", due_day=tomorrow, due_time="10:00",
            blocker="transport", reason="",
        )  # fmt: skip
        action = NextAction.objects.get()
        do(manager, stay, "block", action, blocker="", text="A car is free")
        do(manager, stay, "done", action, text="Booked")
        manager.post(reverse("coming_home:decide", args=[stay.pk]), WAY_HOME)
        left = do(
            manager, stay, "leave", ended_as="left", destination="p0_home", day=day.isoformat(), time="00:00", note=""
        )

        stay.refresh_from_db()
        action.refresh_from_db()
        assert left.status_code == 302
        assert (stay.ready_on, stay.expected_on, stay.pathway) == (day, day, "p0")
        assert (stay.ended_as, stay.destination) == ("left", "p0_home")
        assert (action.state, action.closed_note, action.blocks.get().ended_at is not None) == ("done", "Booked", True)
        said = text_of(manager.get(reverse("coming_home:stay", args=[stay.pk])))
        for words in ("Ready since", "Held up: Book transport", "Decided", "Left hospital", "the stay goes on"):
            assert words in said

    @pytest.mark.parametrize(
        ("act", "typed", "says"),
        [
            ("criteria", {"answer": "", "day": "2026-01-01"}, "Choose a criterion"),
            ("criteria", {"answer": "not_met", "day": "2020-01-01"}, "before they were admitted"),
            ("expected", {"day": "2020-01-01", "reason": ""}, "past"),
            ("expected", {"day": "soon", "reason": ""}, "Enter a day"),
            ("add", {"text": "Ring", "owner": "team-999", "due_day": "2099-01-01", "due_time": "9:00"}, "Choose who"),
            ("add", {"text": "Ring", "owner": "team-1", "due_day": "2099-01-01", "due_time": "late"}, "like 14:05"),
            ("leave", {"ended_as": "left", "destination": "", "day": "2026-01-01", "time": "9:00"}, "where they went"),
            ("leave", {"ended_as": "died", "day": "2020-01-01", "time": "9:00"}, "before they were admitted"),
            ("move", {"ward": ""}, "Enter the ward"),
        ],
    )
    def test_says_what_is_wrong_beside_what_was_typed(self, manager, stay, act, typed, says):
        sent = do(manager, stay, act, **typed)

        assert sent.status_code == 422
        page = fromstring(sent.content.decode())
        assert says in page.find_class("nhsuk-error-summary")[0].text_content()
        (anchor,) = {link.get("href") for link in page.find_class("nhsuk-error-summary__list")[0].iter("a")}
        assert page.get_element_by_id(anchor[1:]).tag in ("input", "select", "textarea")

    def test_changes_an_action_and_opens_it_again(self, manager, stay, action, hospital, now):
        tomorrow = (london_day(now) + timedelta(days=1)).isoformat()
        told = {"due_day": tomorrow, "due_time": "16:00"}
        changed = manager.post(
            reverse("coming_home:action", args=[stay.pk, action.pk]),
            {"text": "Deliver two commodes", "owner": f"organisation-{hospital.pk}", "reason": "", **told},
        )
        do(manager, stay, "drop", action, text="Has one")
        do(manager, stay, "reopen", action, text="It was the neighbour’s", **told)

        action.refresh_from_db()
        assert changed.status_code == 302
        assert (action.text, action.owner_label, action.state) == ("Deliver two commodes", "Made Up General", "open")

    def test_an_action_of_another_stay_is_not_found_on_this_one(self, manager, desk, stay, action, hospital, now):
        from homeward.discharge.services import admit_person
        from homeward.people.services import NewPerson

        given = StayGiven(admitted_at=now, source=StaySource.FORM, hospital=hospital)
        new = NewPerson(given_name="Abe", family_name="Other")
        other = admit_person(actor=desk, service_id=stay.service_id, new_person=new, given=given, now=now).stay

        assert do(manager, other, "done", action).status_code == 404

    def test_the_ward_can_change(self, manager, stay):
        do(manager, stay, "move", ward="Ward 9", bed="4", consultant="Dr New")

        stay.refresh_from_db()
        assert (stay.ward, stay.bed, stay.consultant) == ("Ward 9", "4", "Dr New")

    def test_only_who_chases_may_change_it(self, sign_in, stay, action):
        planner = sign_in(Role.ROSTER_PLANNER)

        assert planner.get(reverse("coming_home:stay", args=[stay.pk])).status_code == 200
        assert do(planner, stay, "done", action).status_code == 403

    def test_a_restricted_record_is_not_changed(self, manager, stay, action, now):
        stay.person.restricted_since, stay.person.restricted_reason = now, "Asked for"
        stay.person.save()

        assert do(manager, stay, "done", action).status_code != 302
        action.refresh_from_db()
        assert action.state == "open"


class TestDecide:
    def test_shows_each_choice_offered_and_begins_with_them_again(self, manager, stay):
        manager.post(reverse("coming_home:decide", args=[stay.pk]), WAY_HOME)

        page = text_of(manager.get(reverse("coming_home:stay", args=[stay.pk])))
        again = fromstring(manager.get(reverse("coming_home:decide", args=[stay.pk])).content.decode())

        assert "Refused Her sister’sFamily. They would pay: Nothing. Ivy: The stairs there" in page
        assert again.get_element_by_id("choice_2_what").get("value") == "Her sister’s"

    def test_takes_an_answer_that_comes_later(self, manager, stay, now):
        typed = WAY_HOME | {"choice_3_answer": "waiting", "choice_3_answered_by": "", "choice_3_reason": ""}
        manager.post(reverse("coming_home:decide", args=[stay.pk]), typed)
        choice = stay.decisions.get().choices.get(answer="waiting")
        told = {"choice": str(choice.pk), "answer": "refused", "answered_by": "Ivy", "day": london_day(now).isoformat()}

        kept = do(manager, stay, "answer", **told)
        assert kept.status_code == 422
        assert "Say why it was refused" in text_of(kept)
        assert do(manager, stay, "answer", **told | {"choice": "999999", "reason": "Stairs"}).status_code == 422
        do(manager, stay, "answer", **told | {"reason": "The stairs there"})

        page = text_of(manager.get(reverse("coming_home:stay", args=[stay.pk])))
        assert "Ivy: The stairs there. On" in page
        assert "Record an answer that was missing" not in page

    def test_says_what_a_choice_lacks_where_it_was_typed(self, manager, stay):
        typed = WAY_HOME | {"choice_3_reason": ""}

        answer = manager.post(reverse("coming_home:decide", args=[stay.pk]), typed)

        page = fromstring(answer.content.decode())
        assert answer.status_code == 422
        assert page.get_element_by_id("choice_3_reason-error") is not None

    def test_any_way_but_home_needs_a_reason(self, manager, stay):
        sent = manager.post(
            reverse("coming_home:decide", args=[stay.pk]), WAY_HOME | {"pathway": "p3", "destination": "p3_care_home"}
        )

        assert sent.status_code == 422
        assert "Home first" in text_of(sent)
        assert "trusted assessment" in text_of(sent)
        assert b"Home to my cat" in sent.content

    def test_two_people_agree_on_a_way_that_is_not_home(self, manager, sign_in, stay, assessed):
        second = sign_in(Role.REGISTERED_PROFESSIONAL, "Tess Therapist")
        away = {"pathway": "p2", "destination": "p2_bed", "why_not_home": "not_safe_at_night", "not_home_text": "Falls"}
        manager.post(reverse("coming_home:decide", args=[stay.pk]), WAY_HOME | away)
        decision = PathwayDecision.objects.get()
        confirm = reverse("coming_home:decision_act", args=[stay.pk, decision.pk, "confirm"])

        own = text_of(manager.get(reverse("coming_home:stay", args=[stay.pk])))
        refused = text_of(manager.post(confirm, follow=True))
        assert "Somebody else must agree" in own
        assert "you proposed it" in refused
        second.post(confirm)

        decision.refresh_from_db()
        stay.refresh_from_db()
        assert (decision.state, decision.confirmed_by_name, stay.pathway) == ("made", "Tess Therapist", "p2")

    def test_the_second_person_may_not_agree(self, manager, sign_in, stay, assessed):
        second = sign_in(Role.REGISTERED_PROFESSIONAL, "Tess Therapist")
        away = {"pathway": "p2", "destination": "p2_bed", "why_not_home": "not_safe_at_night", "not_home_text": "Falls"}
        manager.post(reverse("coming_home:decide", args=[stay.pk]), WAY_HOME | away)
        aside = reverse("coming_home:decision_act", args=[stay.pk, PathwayDecision.objects.get().pk, "set-aside"])

        assert "Say why" in text_of(second.post(aside, {"reason": ""}, follow=True))
        second.post(aside, {"reason": "Her niece moves in"})

        assert PathwayDecision.objects.get().set_aside_reason == "Her niece moves in"

    def test_is_for_who_decides(self, coordinator, stay):
        assert coordinator.get(reverse("coming_home:decide", args=[stay.pk])).status_code == 403


@pytest.fixture
def assessed(service, manager, stay, now):
    """A complete trusted assessment of Ivy, as the case manager would make it."""
    from homeward.assessments.services import complete_form, save_answers, start_form
    from homeward.procedures.selectors import built
    from homeward.teams.selectors import actor_for
    from tests.answering import complete_answers

    told = {"actor": actor_for(Account.objects.get(full_name="Mo Casemanager")), "now": now}
    filled = start_form(
        service_id=service.pk, form_code="trusted-assessment", subject=("person", stay.person_id), person=stay.person,
        **told,
    )  # fmt: skip
    answers = complete_answers(built(filled.form), capacity_doubted=False)
    saved = save_answers(filled=filled, answers=answers, revision=filled.revision, **told)
    return complete_form(filled=saved.filled, **told)


class TestEnded:
    def test_leaves_nothing_to_do_on_the_page(self, manager, desk, stay, action, now):
        given = TransportGiven("booked", "Sister Oak", "taxi", "walks", collect_at=now, provider="Cabs", reference="7")
        arrange_transport(actor=desk, stay=stay, given=given, now=now)
        told = {
            "ended_as": "died",
            "day": now.astimezone(LONDON).date().isoformat(),
            "time": f"{now.astimezone(LONDON):%H:%M}",
        }
        do(manager, stay, "leave", **told)
        assert "Transport was booked for them (Cabs, 7). Call it off" in text_of(manager.get("/coming-home/"))

        page = text_of(manager.get(reverse("coming_home:stay", args=[stay.pk])))

        assert "Nothing is left to do" in page
        assert "Not done when the stay ended" in page
        assert "Booked: call it off" in page
        assert "Left over when the stay ended" in page


class TestUsualCare:
    def test_is_paused_and_begun_again_from_the_page(self, manager, stay, cared_for, now):
        episode = cared_for(stay.person).episodes.get()
        CarePlan.objects.create(
            episode=episode, person=stay.person, version=1, agreed_on=london_day(now), written_by="Test", written_at=now
        ).patterns.create(
            title="Evening", weekdays="1234567", opens_at="19:00", closes_at="21:00", minutes=30, slots=[],
            starts_on=london_day(now),
        )  # fmt: skip
        address = reverse("coming_home:stay", args=[stay.pk])
        assert "Pause usual care while in hospital" in text_of(manager.get(address))
        assert do(manager, stay, "pause").status_code == 302
        page = text_of(manager.get(address))
        assert "by Mo Casemanager" in page and "Begin usual care again" in page
        assert do(manager, stay, "restart", day="").status_code == 422
        assert do(manager, stay, "restart", day=london_day(now).isoformat()).status_code == 302
        assert "Begin usual care again" not in text_of(manager.get(address))


class TestGettingHome:
    BOOKED = {
        "state": "booked", "owner": "Ward", "mode": "taxi", "travels_by": "walks", "two_person": "no",
        "collect_time": "14:30", "reference": "T-9",
    }  # fmt: skip

    def test_transport_is_kept_and_shown_on_the_stay(self, manager, stay, now):
        where = reverse("coming_home:transport", args=[stay.pk])
        tomorrow = london_day(now) + timedelta(days=1)

        page = text_of(manager.post(where, self.BOOKED | {"collect_day": tomorrow.isoformat()}, follow=True))

        assert "Booked Transport home" in page
        assert "Booking T-9" in page
        assert 'value="14:30"' in manager.get(where).content.decode()

    def test_says_what_a_booking_lacks_where_it_is_asked(self, manager, stay):
        answer = manager.post(reverse("coming_home:transport", args=[stay.pk]), self.BOOKED)

        assert answer.status_code == 422
        assert fromstring(answer.content.decode()).get_element_by_id("transport-collect_day-error") is not None

    def test_medicines_are_handed_over_with_changes_explained(self, manager, stay):
        where = reverse("coming_home:medicines", args=[stay.pk])
        told = {"state": "handed_over", "owner": "Ward pharmacist", "checked_by": "Pat", "handed_to": "Ivy"}

        assert manager.post(where, told).status_code == 422
        page = text_of(manager.post(where, told | {"changes_told_to": "Ivy and her son"}, follow=True))
        assert "Changes explained to Ivy and her son" in page

    def test_the_sheet_to_take_home_says_what_was_offered_and_arranged(self, manager, stay):
        manager.post(reverse("coming_home:decide", args=[stay.pk]), WAY_HOME)

        sheet = text_of(manager.get(reverse("coming_home:paper", args=[stay.pk])))

        assert "Her sister’s" in sheet
        assert "You would pay: Nothing" in sheet
        assert "Refused. Ivy. The stairs there" in sheet
        assert "No first visit is promised." in sheet


class TestBed:
    def test_is_missing_on_the_board_until_it_is_asked_for_and_then_followed(self, manager, stay, now):
        HospitalStay.objects.filter(pk=stay.pk).update(pathway="p2")
        board = reverse("coming_home:board")
        assert "No bed asked for" in text_of(manager.get(board, {"show": "missing"}))
        page = fromstring(manager.get(reverse("coming_home:stay", args=[stay.pk])).content.decode())
        (address,) = [one.get("href") for one in page.iter("a") if one.text == "Ask for a bed"]
        asking = fromstring(manager.get(address).content.decode())
        assert asking.xpath("//input[@name='came_from' and @checked]/@value") == ["hospital"]

        manager.post(address, {"came_from": "hospital", "reason": "Not safe alone at night", "shares_with": "women"})

        assert stay.person.bed_referrals.get().hospital_stay_id == stay.pk
        assert "Bed asked for" in text_of(manager.get(board, {"show": ""}))
        assert "Bed asked for Asked for today" in text_of(manager.get(reverse("coming_home:stay", args=[stay.pk])))

    def test_is_not_asked_for_from_the_stay_of_somebody_else(self, manager, stay):
        assert manager.get(reverse("beds:refer", args=[stay.person_id]), {"stay": stay.pk + 1}).status_code == 404
