"""Recording tasks at a visit, and supervising what came of them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from homeward.access.rules import Role
from homeward.delegation.models import Delegation, DelegationLimit
from homeward.teams.models import Account, Organisation, Worker
from homeward.visits.models import Assignment, OutcomeCheck, Visit, VisitTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def insulin(service, ivy, now):
    """A visit of today whose insulin a nurse delegated, with a limit; Bel goes. (visit, task, limit)"""
    trust = Organisation.objects.create(service=service, kind="nhs_trust", name="Merrow Trust", is_employer=True)
    nurse, bel = (
        Worker.objects.create(service=service, organisation=trust, local_reference=name, name=name, skills=[skill])
        for name, skill in (("Nurse Ash", "nurse"), ("Bel Birch", "home_care_worker"))
    )
    row = Delegation.objects.create(
        service=service, person=ivy, activity_code="insulin_administration", state="active", delegated_by=nurse,
        instructions="Check her glucose first.", if_out_of_range="Give no insulin. Ring the nurse.", made_at=now,
        review_on=timezone.localdate(now) + timedelta(days=7),
    )  # fmt: skip
    limit = DelegationLimit.objects.create(
        delegation=row, reading="blood glucose", unit="mmol/L", low=Decimal(4), high=Decimal(14), stops=True
    )
    opens = now - timedelta(minutes=20)
    visit = Visit.objects.create(
        service=service, person=ivy, address=ivy.addresses.get(), day=timezone.localdate(opens), title="Insulin",
        window_opens_at=opens, window_closes_at=opens, state="planned",
        slots=[{"skill": "home_care_worker", "minutes": 30}],
    )  # fmt: skip
    Assignment.objects.create(visit=visit, slot=0, worker=bel, starts_at=opens, ends_at=now)
    task = VisitTask.objects.create(
        visit=visit, activity_code="insulin_administration", title="Give insulin", is_delegated=True
    )
    return visit, task, limit


@pytest.fixture
def worker(sign_in, insulin):
    client = sign_in(Role.FIELD_WORKER, "Bel Birch")
    Worker.objects.filter(name="Bel Birch").update(account=Account.objects.get(full_name="Bel Birch"))
    return client


class TestTasks:
    def test_show_what_to_do_and_the_range(self, worker, insulin):
        page = worker.get(f"/today/visits/{insulin[0].pk}/tasks").content.decode()
        assert "Check her glucose first." in page
        assert "Should be 4 to 14 mmol/L" in page

    def test_say_at_once_what_to_do_out_of_range(self, worker, insulin):
        visit, task, limit = insulin
        sent = {f"task-{task.pk}": "done", f"limit-{task.pk}-{limit.pk}": "3,1"}
        page = worker.post(f"/today/visits/{visit.pk}/tasks", sent, follow=True).content.decode()
        assert "Give no insulin. Ring the nurse." in page
        assert "Blood glucose: 3.1 mmol/L" in page
        assert "suspended for this person" in page

    def test_keep_what_was_typed_where_it_is_wrong(self, worker, insulin):
        visit, task, limit = insulin
        sent = {f"task-{task.pk}": "done", f"limit-{task.pk}-{limit.pk}": "seven"}
        page = worker.post(f"/today/visits/{visit.pk}/tasks", sent).content.decode()
        assert "Blood glucose must be a number, like 7.5" in page
        assert 'value="seven"' in page

    def test_leave_what_somebody_wrote_down_before_as_theirs(self, worker, sign_in, insulin):
        visit, task, _ = insulin
        wash = VisitTask.objects.create(visit=visit, activity_code="personal_care", title="Wash")
        VisitTask.objects.filter(pk=task.pk).update(done_at=timezone.now(), done_by="Cy Cedar")
        sent = {f"task-{task.pk}": "done", f"task-{wash.pk}": "not_done", f"reason-{wash.pk}": "No hot water"}
        assert worker.post(f"/today/visits/{visit.pk}/tasks", sent).status_code == 302
        task.refresh_from_db()
        wash.refresh_from_db()
        assert (task.done_by, wash.not_done_reason) == ("Cy Cedar", "No hot water")
        again = worker.post(f"/today/visits/{visit.pk}/tasks", sent).content.decode()
        assert "Nothing is new here" in again

    def test_cannot_be_written_by_who_only_reads(self, sign_in, insulin):
        visit, task, _ = insulin
        reader = sign_in(Role.CASE_MANAGER, "Reads Only")
        assert "Save" not in reader.get(f"/today/visits/{visit.pk}/tasks").content.decode()
        sent = {f"task-{task.pk}": "not_done", f"reason-{task.pk}": "x"}
        assert reader.post(f"/today/visits/{visit.pk}/tasks", sent).status_code == 403


class TestSupervision:
    def test_shows_what_was_left_undone_and_takes_a_check(self, worker, sign_in, insulin, cared_for):
        visit, task, _ = insulin
        cared_for(visit.person)
        sent = {f"task-{task.pk}": "not_done", f"reason-{task.pk}": "She was asleep"}
        worker.post(f"/today/visits/{visit.pk}/tasks", sent)
        nurse = sign_in(Role.REGISTERED_PROFESSIONAL, "Nurse Ash")
        page = nurse.get("/supervision/").content.decode()
        assert "She was asleep" in page
        assert "Bel Birch" in page
        check = f"/supervision/visits/{visit.pk}/tasks/{task.pk}/check"
        refused = nurse.post(check, {"met": "no", "text": ""})
        assert "Say what does not meet the standard" in refused.content.decode()
        assert nurse.post(check, {"met": "no", "text": "I ring her daughter"}).status_code == 302
        assert OutcomeCheck.objects.get().text == "I ring her daughter"
        assert "I ring her daughter" in nurse.get(f"/supervision/visits/{visit.pk}").content.decode()

    def test_counts_what_nobody_wrote_down(self, sign_in, insulin):
        page = sign_in(Role.ROSTER_PLANNER, "Who Plans").get("/supervision/?days=28").content.decode()
        assert "Not written down" in page
        assert "Meets the standard" not in page, "checking is for registered professionals"

    def test_is_not_for_care_workers(self, worker):
        assert worker.get("/supervision/").status_code == 403

    def test_names_nobody_whose_record_the_reader_may_not_see(self, worker, sign_in, insulin, cared_for):
        visit, task, _ = insulin
        sent = {f"task-{task.pk}": "not_done", f"reason-{task.pk}": "She was asleep"}
        worker.post(f"/today/visits/{visit.pk}/tasks", sent)
        nurse = sign_in(Role.REGISTERED_PROFESSIONAL, "Nurse Ash")

        page = nurse.get("/supervision/").content.decode()
        assert "She was asleep" not in page and visit.person.label not in page
        assert nurse.get(f"/supervision/visits/{visit.pk}").status_code == 403
        cared_for(visit.person)
        assert nurse.get(f"/supervision/visits/{visit.pk}").status_code == 200
