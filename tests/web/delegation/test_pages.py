"""Pages of competence and delegation, as those who use them do."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from homeward.access.rules import Role
from homeward.delegation.models import Declaration, Delegation, DelegationWorker, ObservedPractice, SignOff, SpotCheck
from homeward.delegation.rules import questions_for
from homeward.delegation.states import DelegationState, WorkerAnswer
from homeward.procedures.selectors import published_activities
from homeward.teams.models import Account, Organisation, Registration, Worker
from homeward.visits.models import Assignment, Visit
from tests.rooms.visits.delegating import visit_for_insulin
from tests.web.conftest import BACKEND

INSULIN = "insulin_administration"


def text_of(response) -> str:
    """A page as read, in one line."""
    return " ".join(response.content.decode().split())


@pytest.fixture
def employer(service):
    return Organisation.objects.create(service=service, kind="home_care_agency", name="Larkmoor", is_employer=True)


@pytest.fixture
def member(service, employer, now):
    """Somebody on the roster with an account and a browser: `member("Ada", Role.REGISTERED_PROFESSIONAL, "nurse")`."""

    def make(name: str, role: Role, *skills: str) -> tuple[Worker, Client]:
        account = Account.objects.create(username=name.lower(), full_name=name, role=role, organisation=employer)
        account.services.set([service])
        worker = Worker.objects.create(
            service=service, organisation=employer, local_reference=name, name=name, skills=list(skills),
            account=account, job_title="Community nurse" if "nurse" in skills else "Home care worker",
        )  # fmt: skip
        client = Client()
        client.force_login(account, backend=BACKEND)
        return worker, client

    return make


@pytest.fixture
def nurse(member, now):
    worker, client = member("Ada Brook", Role.REGISTERED_PROFESSIONAL, "nurse")
    Registration.objects.create(
        worker=worker, register="nmc", number="00Z0001Z", checked_by="Tests", checked_on=timezone.localdate(now),
        expires_on=timezone.localdate(now) + timedelta(days=200),
    )  # fmt: skip
    return worker, client


@pytest.fixture
def carer(member):
    return member("Mina Cole", Role.FIELD_WORKER, "home_care_worker")


@pytest.fixture
def signed(nurse, carer, now):
    return SignOff.objects.create(
        worker=carer[0], competence="eye_drops", signed_by=nurse[0], signed_at=now, passport_code="a-made-up-code",
        ends_on=timezone.localdate(now) + timedelta(days=20),
    )  # fmt: skip


@pytest.fixture
def decided(nurse, carer, ivy, cared_for, now):
    cared_for(ivy)
    row = Delegation.objects.create(
        service=ivy.service, person=ivy, activity_code=INSULIN, state="active", delegated_by=nurse[0], made_at=now,
        instructions="Count to ten.", if_out_of_range="Phone the nurse.",
        review_on=timezone.localdate(now) + timedelta(days=9),
    )  # fmt: skip
    DelegationWorker.objects.create(delegation=row, worker=carer[0], asked_at=now)
    return row


class TestHome:
    def test_shows_what_waits(self, nurse, signed, decided):
        page = text_of(nurse[1].get("/delegation/"))

        assert "Mina Cole: eye drops" in page
        assert "Give insulin, Ivy Okafor" in page
        assert "Asked, no answer yet (1)" in page

    def test_says_nothing_anew_when_nothing_changed(self, nurse, decided):
        assert nurse[1].get("/delegation/?part=1&seen=999999").status_code == 204

    def test_is_not_for_a_field_worker(self, carer):
        assert carer[1].get("/delegation/").status_code == 403

    def test_keeps_an_answer_without_the_null_characters_in_it(self, carer, decided):
        carer[1].post(f"/delegation/mine/{decided.pk}/answer", {"answer": "decline", "reason": "No\0t sure"})

        assert decided.workers.get().reason == "Not sure"

    def test_lists_tasks_by_task_and_state(self, nurse, decided):
        assert "Ivy Okafor" in text_of(nurse[1].get(f"/delegation/tasks?task={INSULIN}&state=active"))
        assert "Ivy Okafor" not in text_of(nurse[1].get("/delegation/tasks?task=eye_drops"))

    def test_shows_who_is_signed_off_for_what(self, nurse, signed):
        page = text_of(nurse[1].get("/delegation/competences?employer=Larkmoor"))

        assert "Mina Cole" in page and "Eye drops" in page


class TestMine:
    def test_lets_a_worker_read_what_to_do_and_accept(self, carer, decided):
        page = text_of(carer[1].get("/delegation/mine"))
        carer[1].post(f"/delegation/mine/{decided.pk}/answer", {"answer": "accept"})

        assert "Count to ten." in page
        assert decided.workers.get().answer == WorkerAnswer.ACCEPTED

    def test_lets_a_worker_decline_without_a_reason(self, carer, decided):
        carer[1].post(f"/delegation/mine/{decided.pk}/answer", {"answer": "decline"})

        assert decided.workers.get().answer == WorkerAnswer.DECLINED

    def test_lets_a_worker_decline_a_competence(self, carer, signed):
        carer[1].post("/delegation/mine/declare", {"competence": "eye_drops", "answer": "decline"})

        assert [row.kind for row in carer[0].declarations.all()] == ["worker_declines"]

    def test_does_not_let_anybody_answer_what_they_were_not_asked(self, member, decided):
        _, other = member("Ben Ash", Role.FIELD_WORKER, "home_care_worker")

        assert other.post(f"/delegation/mine/{decided.pk}/answer", {"answer": "accept"}).status_code == 404


class TestSpotCheck:
    @pytest.fixture
    def check(self, signed, now):
        return SpotCheck.objects.create(sign_off=signed, due_on=timezone.localdate(now))

    def test_is_offered_and_recorded_on_the_page_of_the_competence(self, nurse, carer, check):
        where = f"/delegation/workers/{carer[0].pk}/eye_drops"
        assert "Record the spot check" in text_of(nurse[1].get(where))
        page = nurse[1].post(
            f"/delegation/spot-checks/{check.pk}", {"result": "met", "text": "Calm, clean"}, follow=True
        )
        check.refresh_from_db()

        assert "The spot check is recorded" in text_of(page)
        assert (check.result, check.text, check.done_by) == ("met", "Calm, clean", nurse[0])

    def test_ends_the_sign_off_where_it_is_not_yet_safe(self, nurse, check):
        nurse[1].post(f"/delegation/spot-checks/{check.pk}", {"result": "not_yet", "text": "Wrong eye"})

        assert SignOff.objects.get().withdrawn_at

    def test_says_what_is_missing_and_keeps_what_was_typed(self, nurse, check):
        answer = nurse[1].post(f"/delegation/spot-checks/{check.pk}", {"text": "Calm, clean"})

        assert answer.status_code == 422
        assert "Say how it was done" in text_of(answer) and "Calm, clean" in text_of(answer)


class TestCompetence:
    def test_records_a_practice_and_says_what_is_still_missing(self, nurse, carer, now):
        where = f"/delegation/workers/{carer[0].pk}/eye_drops"
        nurse[1].post(
            f"{where}/practice",
            {
                "activity": "eye_drops", "setting": "At home", "seen_day": "2026-01-05", "seen_time": "08:30",
                "result": "met",
            },
        )  # fmt: skip

        assert carer[0].observed_practices.get().assessor_id == nurse[0].pk
        assert "Missing:" in text_of(nurse[1].get(where))

    def test_names_nobody_whose_record_the_reader_may_not_see(self, nurse, carer, sign_in, ivy, cared_for, now):
        ObservedPractice.objects.create(
            worker=carer[0], competence="eye_drops", activity_code="eye_drops", person=ivy, setting="At home",
            assessor=nurse[0], observed_at=now, result="met", recorded_at=now, recorded_by="Nurse",
        )  # fmt: skip
        where = f"/delegation/workers/{carer[0].pk}/eye_drops"
        page = text_of(nurse[1].get(where))
        assert "with somebody whose record you may not see" in page
        assert "1 person is not named here" in page
        assert "Okafor" not in page
        cared_for(ivy)
        page = text_of(nurse[1].get(where))
        assert "with Ivy Okafor" in page

    def test_keeps_what_was_typed_when_it_is_refused(self, nurse, carer):
        answer = nurse[1].post(
            f"/delegation/workers/{carer[0].pk}/eye_drops/practice",
            {"activity": "eye_drops", "setting": "Sallow House", "seen_day": "2026-01-05", "seen_time": "x"},
        )  # fmt: skip

        assert answer.status_code == 422
        assert "Sallow House" in text_of(answer)
        assert "Enter a time" in text_of(answer)

    def test_refuses_to_sign_before_everything_is_there(self, nurse, carer):
        answer = nurse[1].post(f"/delegation/workers/{carer[0].pk}/eye_drops/sign", {"agree": "yes"})

        assert answer.status_code == 422
        assert "not ready" in text_of(answer)
        assert not SignOff.objects.exists()

    def test_withdraws_at_once_and_wants_a_reason(self, nurse, signed):
        refused = nurse[1].post(f"/delegation/sign-offs/{signed.pk}/withdraw", {"why": ""})
        nurse[1].post(f"/delegation/sign-offs/{signed.pk}/withdraw", {"why": "Missed doses"})

        signed.refresh_from_db()
        assert refused.status_code == 422
        assert signed.withdrawn_reason == "Missed doses"


class TestVisitsFollow:
    """Visits to come follow in the same request, whoever is at the page."""

    @pytest.fixture
    def visit(self, nurse, carer, signed, ivy, decided, now):
        """A visit tomorrow that is planned to the carer, who may; nobody else is on shift."""
        SignOff.objects.filter(pk=signed.pk).update(competence="insulin", person=ivy)
        DelegationWorker.objects.filter(delegation=decided).update(answer="accepted", answered_at=now)
        starts_at = (now + timedelta(days=1)).replace(hour=9, minute=0)
        for kind in ("worker_accepts", "employer_answers"):
            Declaration.objects.create(
                worker=carer[0], organisation=carer[0].organisation, competence="insulin", kind=kind, at=now,
                by_name="Somebody",
            )  # fmt: skip
        row = visit_for_insulin(ivy, starts_at)
        Assignment.objects.create(
            visit=row, slot=0, worker=carer[0], starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30)
        )
        Visit.objects.filter(pk=row.pk).update(state="planned")
        return row

    def test_stay_with_whoever_may(self, nurse, decided, visit):
        nurse[1].post(f"/delegation/decisions/{decided.pk}/ask", {"why": ""})
        assert visit.assignments.exists()

    def test_are_freed_when_a_sign_off_is_withdrawn(self, nurse, signed, visit):
        answer = nurse[1].post(f"/delegation/sign-offs/{signed.pk}/withdraw", {"why": "Missed doses"}, follow=True)
        assert "1 visit to come is changed." in text_of(answer)
        assert not visit.assignments.exists()

    def test_are_freed_when_it_is_suspended(self, nurse, decided, visit):
        answer = nurse[1].post(f"/delegation/decisions/{decided.pk}/suspend", {"why": "Two low readings."}, follow=True)
        assert "1 visit to come is changed." in text_of(answer)
        assert not visit.assignments.exists()

    def test_are_freed_when_the_worker_declines(self, carer, decided, visit):
        carer[1].post(f"/delegation/mine/{decided.pk}/answer", {"answer": "decline", "reason": "Not sure"})
        assert not visit.assignments.exists()

    def test_are_freed_when_the_worker_declines_the_competence(self, carer, visit):
        carer[1].post("/delegation/mine/declare", {"competence": "insulin", "answer": "decline"})
        assert not visit.assignments.exists()

    def test_are_freed_when_the_employer_no_longer_answers(self, carer, visit, sign_in):
        manager = sign_in(Role.ROSTER_PLANNER)
        answer = manager.post(
            f"/delegation/workers/{carer[0].pk}/insulin/declare",
            {"kind": "employer_declines", "said_by": "Jo Fenn, manager, by phone"}, follow=True,
        )  # fmt: skip
        assert "1 visit to come is changed." in text_of(answer)
        assert not visit.assignments.exists()


class TestDecide:
    def test_delegates_what_was_assessed_and_asks_whom_was_chosen(self, nurse, carer, ivy, cared_for, now):
        cared_for(ivy)
        activity = published_activities()["eye_drops"]
        told = {one.code: "person" if one.code == "consent" else "yes" for one in questions_for(activity)}
        where = f"/delegation/people/{ivy.pk}/eye_drops"
        page = text_of(nurse[1].get(where))
        nurse[1].post(
            where,
            told | {
                "instructions": "One drop.", "if_out_of_range": "Phone the nurse.", "workers": [str(carer[0].pk)],
                "review_on": (timezone.localdate(now) + timedelta(days=90)).isoformat(),
                "reading-1": "Pain", "high-1": "3", "stops-1": "on",
            },
        )  # fmt: skip

        row = Delegation.objects.get()
        assert "Mina Cole is not signed off for eye drops." in page
        assert "No nurse has delegated" not in page
        assert (row.state, row.workers.get().worker_id) == (DelegationState.ACTIVE, carer[0].pk)
        assert row.limits.get().high == 3

    def test_asks_every_question(self, nurse, ivy, cared_for):
        cared_for(ivy)
        answer = nurse[1].post(f"/delegation/people/{ivy.pk}/eye_drops", {"instructions": "One drop."})

        assert answer.status_code == 422
        assert "Is their condition settled" in text_of(answer)
        assert not Delegation.objects.exists()

    def test_suspends_and_takes_up_again(self, nurse, decided, now):
        where = f"/delegation/decisions/{decided.pk}"
        nurse[1].post(f"{where}/suspend", {"why": "Two low readings."})
        stopped = text_of(nurse[1].get(where))
        later = (timezone.localdate(now) + timedelta(days=30)).isoformat()
        nurse[1].post(f"{where}/take-up", {"why": "Dose changed.", "review_on": later})

        decided.refresh_from_db()
        assert "Two low readings." in stopped
        assert decided.state == DelegationState.ACTIVE

    def test_says_why_each_worker_may_or_may_not(self, nurse, decided):
        assert "Mina Cole is not signed off for insulin." in text_of(
            nurse[1].get(f"/delegation/decisions/{decided.pk}")
        )

    def test_shows_what_is_delegated_on_the_person(self, nurse, decided, ivy):
        assert "Give insulin" in text_of(nurse[1].get(f"/delegation/people/{ivy.pk}"))


class TestPassport:
    def test_is_for_the_worker_and_leads_to_a_page_that_names_nobody(self, carer, signed):
        page = carer[1].get(f"/delegation/workers/{carer[0].pk}/passport")
        checked = text_of(Client().get("/verify/a-made-up-code"))

        assert "<svg" in page.content.decode()
        assert "/verify/a-made-up-code" in text_of(page)
        assert "In force" in checked and "Larkmoor" in checked and "Community nurse" in checked
        assert "Mina" not in checked and "Ada" not in checked

    def test_can_be_taken_as_a_file(self, carer, signed):
        told = carer[1].get(f"/delegation/workers/{carer[0].pk}/passport.json").json()

        assert [one["competence"] for one in told["sign_offs"]] == ["eye_drops"]

    def test_says_when_a_sign_off_was_withdrawn(self, signed, now):
        SignOff.objects.update(withdrawn_at=now, withdrawn_reason="Missed doses")

        page = text_of(Client().get("/verify/a-made-up-code"))

        assert "Withdrawn" in page and "Missed doses" not in page

    def test_says_nothing_for_a_code_that_is_none(self, service):
        assert Client().get("/verify/guess").status_code == 404

    def test_makes_somebody_wait_who_tries_many(self, service):
        answers = [Client().get("/verify/guess", REMOTE_ADDR="192.0.2.7").status_code for _ in range(32)]

        assert answers[0] == 404
        assert answers[-1] == 429

    def test_of_somebody_else_is_not_for_a_field_worker(self, member, carer):
        _, other = member("Ben Ash", Role.FIELD_WORKER, "home_care_worker")

        assert other.get(f"/delegation/workers/{carer[0].pk}/passport").status_code == 403
