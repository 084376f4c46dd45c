"""Pages of a plan: read, write together, publish, compare, review, agree, and My plan."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.people.linking.services import merge_people
from homeward.people.services import NewPerson, note_need, register_person
from homeward.plans.models import CarePlan, PlanDraft, RecoveryPart
from homeward.plans.rules import Content, NewActivity, NewContingency, NewGoal, NewNeed, NewPattern
from homeward.plans.services import share_recovery_part, write_plan, write_recovery_part

SCALE = {"-2": "Stays in bed", "-1": "Gets up with two", "0": "Gets up with one", "1": "Alone", "2": "Alone, and walks"}


@pytest.fixture
def episode(cared_for, ivy):
    return cared_for(ivy).episodes.get()


@pytest.fixture
def written(desk, episode, now):
    today = timezone.localdate(now)
    slots = [{"skill": "home_care_worker", "minutes": 30}]
    tasks = [{"code": "personal_care", "title": "Personal care", "is_delegated": False}]
    content = Content(
        texts={"matters": "My cat. My garden.", "strengths": "I cook.", "place": "At home"},
        needs=(NewNeed("Cannot stand for long", "hygiene", "n1"),),
        goals=(NewGoal("Make my own breakfast", scale=SCALE, level_at_start=-2, key="g1"),),
        activities=(
            NewActivity("Personal care", "personal_care", skill="home_care_worker", times=("morning",), key="a1"),
            NewActivity("Water the plants", doer="person", key="a2"),
        ),
        contingencies=(NewContingency("I fall", "Press the pendant.", "Careline", "07700 900111", "c1"),),
    )
    return write_plan(
        actor=desk, episode=episode, summary="Help in the morning.", goals=content, agreed_on=today, now=now,
        patterns=[NewPattern("Morning visit", "07:00", "10:00", 30, slots, today, tasks=tasks)],
    )  # fmt: skip


@pytest.fixture
def nurse(sign_in):
    return sign_in(Role.REGISTERED_PROFESSIONAL, "Nadia Khan")


def text(response) -> str:
    return response.content.decode()


def begin(client, ivy, episode) -> PlanDraft:
    client.post(reverse("plans:start", args=[ivy.pk]), {"episode": episode.pk})
    return PlanDraft.objects.get(episode=episode)


class TestPlan:
    def test_shows_what_matters_before_the_rest(self, nurse, ivy, written):
        page = text(nurse.get(reverse("plans:plan", args=[ivy.pk])))
        order = [
            page.index(words) for words in ("My cat. My garden.", "Make my own breakfast", "Cannot stand for long")
        ]
        assert order == sorted(order)
        assert "Press the pendant." in page and "Careline" in page and "Stays in bed" in page

    def test_offers_to_write_where_there_is_none(self, nurse, ivy, episode):
        assert "Write the plan" in text(nurse.get(reverse("plans:plan", args=[ivy.pk])))

    def test_is_refused_to_who_has_nothing_to_do_with_the_person(self, nurse, ivy):
        assert nurse.get(reverse("plans:plan", args=[ivy.pk])).status_code == 403

    def test_shows_a_version_as_it_was(self, nurse, ivy, written):
        assert "Help in the morning." in text(nurse.get(reverse("plans:version", args=[ivy.pk, written.pk])))


class TestWrite:
    def test_begins_with_what_the_plan_says(self, nurse, ivy, written, episode):
        draft = begin(nurse, ivy, episode)
        for section in ("me", "needs", "goals", "activities", "visits", "contingency", "advance"):
            response = nurse.get(reverse("plans:section", args=[draft.pk, section]))
            assert response.status_code == 200
        assert "My cat" in text(nurse.get(reverse("plans:section", args=[draft.pk, "me"])))

    def test_saves_and_goes_on_without_javascript(self, nurse, ivy, written, episode):
        draft = begin(nurse, ivy, episode)
        address = reverse("plans:section", args=[draft.pk, "me"])
        told = {"asks": "me-matters", "me-matters": "My dog", "revision": draft.revision, "then": "needs"}
        response = nurse.post(address, told)
        assert response["Location"] == reverse("plans:section", args=[draft.pk, "needs"])
        draft.refresh_from_db()
        assert draft.fields["me-matters"] == "My dog"

    def test_shows_both_texts_when_two_write_one_field(self, nurse, sign_in, ivy, written, episode):
        draft = begin(nurse, ivy, episode)
        other = sign_in(Role.CASE_MANAGER, "Omar Reid")
        address = reverse("plans:section", args=[draft.pk, "me"])
        nurse.post(address, {"asks": "me-matters", "me-matters": "My dog", "revision": draft.revision})
        response = other.post(address, {"asks": "me-matters", "me-matters": "My bird", "revision": draft.revision})
        assert response.status_code == 409
        assert "Theirs: My dog" in text(response) and "Mine: My bird" in text(response)
        draft.refresh_from_db()
        kept = {"clash": "me-matters", "keep-me-matters": "mine", "mine-me-matters": '"My bird"'}
        other.post(address, {"asks": "me-matters", "me-matters": "My dog", "revision": draft.revision, **kept})
        draft.refresh_from_db()
        assert draft.fields["me-matters"] == "My bird"

    def test_answers_live_with_what_somebody_else_wrote(self, nurse, sign_in, ivy, written, episode):
        draft = begin(nurse, ivy, episode)
        other = sign_in(Role.CASE_MANAGER, "Omar Reid")
        address = reverse("plans:section", args=[draft.pk, "me"])
        nurse.post(address, {"asks": "me-matters", "me-matters": "My dog", "revision": draft.revision})
        told = {"asks": ["me-matters", "me-support"], "me-matters": "My cat. My garden.", "me-support": "Slowly",
                "revision": draft.revision}  # fmt: skip
        page = text(other.post(address, told, headers={"HX-Request": "true"}))
        assert "My dog" in page and "Saved at" in page
        draft.refresh_from_db()
        assert draft.fields["me-support"] == "Slowly" and draft.fields["me-matters"] == "My dog"

    def test_adds_and_takes_out_a_goal(self, nurse, ivy, written, episode):
        draft = begin(nurse, ivy, episode)
        address = reverse("plans:section", args=[draft.pk, "goals"])
        assert "open=g2" in nurse.post(address, {"revision": draft.revision, "then": "add"})["Location"]
        nurse.post(address, {"revision": draft.revision, "then": "remove-g2"})
        assert "New goal" not in text(nurse.get(address))

    def test_adds_what_the_pathway_proposes_and_makes_visits_of_it(self, nurse, ivy, episode):
        draft = begin(nurse, ivy, episode)
        chosen = {"activity": ["care_visit:personal_care", "care_visit:meals_and_drinks"]}
        nurse.post(reverse("plans:pick", args=[draft.pk]), chosen)
        nurse.post(reverse("plans:section", args=[draft.pk, "visits"]), {"revision": "1", "then": "group"})
        page = text(nurse.get(reverse("plans:section", args=[draft.pk, "visits"])))
        assert "Morning visit" in page and "Bedtime visit" in page


class TestWhatIsNoAnswer:
    def test_is_shown_to_put_right(self, nurse, ivy, written, episode):
        draft = begin(nurse, ivy, episode)
        address = reverse("plans:section", args=[draft.pk, "visits"])
        told = {"asks": ["visits-v1-minutes", "visits-v1-weekdays"], "visits-v1-minutes": "²",
                "visits-v1-weekdays": "9", "revision": draft.revision}  # fmt: skip
        nurse.post(address, told)
        for page in (reverse("plans:draft", args=[draft.pk]), reverse("plans:publish", args=[draft.pk]), address):
            assert nurse.get(page).status_code == 200
        page = text(nurse.get(f"{address}?show=problems"))
        assert "5 or more" in page and "Days: choose from the list" in page

    def test_of_no_list_is_shown_to_put_right(self, nurse, ivy, written, episode):
        draft = begin(nurse, ivy, episode)
        told = {"asks": ["activities-a1-doer", "activities-a1-often"], "activities-a1-doer": "cat",
                "activities-a1-often": "never", "revision": draft.revision}  # fmt: skip
        nurse.post(reverse("plans:section", args=[draft.pk, "activities"]), told)
        page = nurse.get(reverse("plans:section", args=[draft.pk, "activities"]) + "?show=problems")
        assert page.status_code == 200 and "choose from the list" in text(page)

    @pytest.mark.parametrize("live", [{}, {"HX-Request": "true"}])
    @pytest.mark.parametrize(
        ("field", "kept"),
        [
            ("me-matters", "NaN"),
            ("me-matters", "1e400"),
            ("me-matters", "[" * 100_000),
            ("me-matters", '"\\ud800"'),
            ("me-matters", '"a\\u0000"'),
            ("me-matters", "5"),
            ("me-matters", "not json"),
            ("visits-v1-weekdays", "5"),
            ("visits-v1-weekdays", "true"),
            ("visits-v1-weekdays", "[1]"),
        ],
    )
    def test_is_refused_when_kept_of_a_clash(self, nurse, ivy, written, episode, field, kept, live):
        draft = begin(nurse, ivy, episode)
        before = draft.fields[field]
        address = reverse("plans:section", args=[draft.pk, field.split("-")[0]])
        told = {"asks": "me-support", "me-support": "Slowly", "revision": draft.revision, "clash": field,
                f"keep-{field}": "mine", f"mine-{field}": kept, f"mine-words-{field}": "What I typed"}  # fmt: skip
        response = nurse.post(address, told, headers=live)
        page = text(response)
        assert response.status_code == 422 and "cannot be read" in page and "Mine: What I typed" in page
        draft.refresh_from_db()
        assert draft.fields[field] == before and draft.fields["me-support"] == "Slowly"


class TestPublish:
    def test_shows_the_week_and_makes_it_the_plan(self, nurse, ivy, written, episode, now):
        draft = begin(nurse, ivy, episode)
        page = text(nurse.get(reverse("plans:publish", args=[draft.pk])))
        assert "What this does to the week" in page
        today = timezone.localdate(now).isoformat()
        later = (timezone.localdate(now) + timedelta(days=2)).isoformat()
        told = {"how": "person", "agreed_on": today, "visits_from": later, "revision": draft.revision, "said": "Fine"}
        response = nurse.post(reverse("plans:publish", args=[draft.pk]), told)
        assert response["Location"] == reverse("plans:plan", args=[ivy.pk])
        assert CarePlan.objects.filter(episode=episode).count() == 2
        new = CarePlan.objects.get(episode=episode, version=2)
        compared = text(nurse.get(reverse("plans:compare", args=[ivy.pk]) + f"?to={new.pk}"))
        assert "Version 1" in compared

    def test_asks_who_agreed(self, nurse, ivy, written, episode, now):
        draft = begin(nurse, ivy, episode)
        told = {"visits_from": timezone.localdate(now).isoformat(), "revision": draft.revision}
        response = nurse.post(reverse("plans:publish", args=[draft.pk]), told)
        assert response.status_code == 422 and "Say who agreed" in text(response)

    def test_says_what_to_put_right(self, nurse, ivy, written, episode):
        draft = begin(nurse, ivy, episode)
        told = {"asks": "visits-v1-weekdays", "revision": draft.revision}
        nurse.post(reverse("plans:section", args=[draft.pk, "visits"]), told)
        page = text(nurse.get(reverse("plans:publish", args=[draft.pk])))
        assert "1 to put right first" in page and "Choose the days" in page


class TestReview:
    @pytest.mark.parametrize("level", ["²", "--1", "-²"])
    def test_refuses_a_level_that_is_no_number(self, nurse, ivy, written, now, level):
        goal, today = written.goals.get(), timezone.localdate(now).isoformat()
        told = {"reviewed_on": today, "found": "Better", f"level-{goal.pk}": level}
        assert nurse.post(reverse("plans:review", args=[ivy.pk, written.pk]), told).status_code == 422

    def test_is_recorded_with_the_level_of_a_goal(self, nurse, ivy, written, now):
        goal = written.goals.get()
        today = timezone.localdate(now).isoformat()
        told = {"reviewed_on": today, "found": "Better", f"level-{goal.pk}": "0", f"words-{goal.pk}": "Slow but sure"}
        nurse.post(reverse("plans:review", args=[ivy.pk, written.pk]), told)
        page = text(nurse.get(reverse("plans:plan", args=[ivy.pk])))
        assert "Slow but sure" in page and "Better" in page

    def test_says_what_is_missing(self, nurse, ivy, written):
        response = nurse.post(reverse("plans:review", args=[ivy.pk, written.pk]), {"reviewed_on": ""})
        assert response.status_code == 422 and "Say what you found together" in text(response)


class TestAgree:
    def test_records_that_the_person_does_not_agree(self, nurse, ivy, written):
        address = reverse("plans:agree", args=[ivy.pk, written.pk])
        nurse.post(address, {"how": "not_agreed", "why": "Wants fewer visits"})
        assert "Wants fewer visits" in text(nurse.get(reverse("plans:plan", args=[ivy.pk])))


class TestRecovery:
    def test_shows_only_what_is_shared_with_the_reader(self, nurse, sign_in, desk, ivy, episode, now):
        told = {"actor": desk, "person": ivy, "now": now}
        write_recovery_part(part="crisis", text="Ring my sister", **told)
        write_recovery_part(part="triggers", text="Being rushed", **told)
        share_recovery_part(part="crisis", audiences=["crisis_team"], **told)
        page = text(nurse.get(reverse("plans:recovery", args=[ivy.pk])))
        assert "Ring my sister" not in page and "Being rushed" not in page and "They do not share it with you" in page
        responder = sign_in(Role.CRISIS_RESPONDER, "Rob Hale")
        assert "Ring my sister" in text(responder.get(reverse("plans:recovery", args=[ivy.pk])))

    def test_keeps_what_the_writer_may_not_see(self, nurse, desk, ivy, episode, now):
        write_recovery_part(actor=desk, person=ivy, part="crisis", text="Ring my sister", now=now)
        address = reverse("plans:recovery_part", args=[ivy.pk, "crisis"])
        assert "Ring my sister" not in text(nurse.get(address))
        nurse.post(address, {"text": "", "audience": ["professionals"]})
        assert RecoveryPart.objects.count() == 1
        assert "Ring my sister" in text(nurse.get(reverse("plans:recovery", args=[ivy.pk])))

    def test_asks_for_one_text_where_merged_records_had_two(self, nurse, sign_in, desk, ivy, episode, now):
        other = register_person(
            actor=desk, service_id=ivy.service_id, new=NewPerson(given_name="Ivie", family_name="Okafor"), now=now
        )
        for person, words in ((ivy, "Ring my sister"), (other, "Ring my brother")):
            write_recovery_part(actor=desk, person=person, part="crisis", text=words, now=now)
        share_recovery_part(actor=desk, person=other, part="crisis", audiences=["team"], now=now)
        merge_people(actor=desk, keep=ivy, other=other, values={}, reason="One person", now=now)
        page = text(nurse.get(reverse("plans:recovery", args=[ivy.pk])))
        assert "Ring my brother" in page and "Ring my sister" not in page and "Kept to themselves" in page
        address = reverse("plans:recovery_part", args=[ivy.pk, "crisis"])
        page = text(nurse.get(address))
        assert "were merged" in page and "Ring my brother" not in page
        nurse.post(address, {"text": "Ring both", "audience": ["team"]})
        page = text(nurse.get(reverse("plans:recovery", args=[ivy.pk])))
        assert "Ring both" in page and "Ring my brother" not in page and "Kept to themselves" not in page


class TestMyPlan:
    def test_is_in_the_format_the_person_asked_for(self, nurse, desk, ivy, written, now):
        note_need(actor=desk, person=ivy, kind="easy_read", text="", now=now)
        page = text(nurse.get(reverse("plans:my_plan", args=[ivy.pk])))
        assert "hw-mine--easy" in page and "<p>My cat.</p>" in page and "<p>My garden.</p>" in page

    def test_is_a_pdf_too(self, nurse, ivy, written):
        response = nurse.get(reverse("plans:my_plan_pdf", args=[ivy.pk]))
        assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF-")

    def test_is_a_text_that_a_voice_reads(self, nurse, ivy, written):
        page = text(nurse.get(reverse("plans:my_plan_text", args=[ivy.pk])))
        assert "Part 1 of" in page and "The number is: 0, 7, 7, 0, 0" in page

    @pytest.mark.parametrize("page", ["my_plan_pdf", "my_plan_text"])
    def test_leaves_an_event_of_its_own_when_it_goes_on_paper(self, nurse, ivy, written, page):
        nurse.get(reverse("plans:my_plan", args=[ivy.pk]))
        assert not Event.objects.filter(action="print").exists()
        nurse.get(reverse(f"plans:{page}", args=[ivy.pk]))
        printed = Event.objects.get(action="print")
        assert (printed.subject_kind, printed.person_id, printed.actor_name) == ("my plan", ivy.pk, "Nadia Khan")
