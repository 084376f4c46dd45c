"""Concerns in the browser: raised at a visit or by phone, answered, seen, closed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Role
from homeward.delegation.models import Concern
from homeward.teams.models import Account, Organisation, Worker
from homeward.visits.models import Assignment, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def bel(service):
    trust = Organisation.objects.create(service=service, kind="nhs_trust", name="Merrow Trust", is_employer=True)
    return Worker.objects.create(
        service=service, organisation=trust, local_reference="B", name="Bel Birch", skills=["home_care_worker"]
    )


@pytest.fixture
def visit(service, ivy, bel, now):
    visit = Visit.objects.create(
        service=service, person=ivy, address=ivy.addresses.get(), day=timezone.localdate(now), title="Tea",
        window_opens_at=now, window_closes_at=now + timedelta(hours=1), state="planned",
        slots=[{"skill": "home_care_worker", "minutes": 30}],
    )  # fmt: skip
    Assignment.objects.create(visit=visit, slot=0, worker=bel, starts_at=now, ends_at=now + timedelta(minutes=30))
    return visit


@pytest.fixture
def worker(sign_in, bel):
    """Bel's browser."""
    client = sign_in(Role.FIELD_WORKER, "Bel Birch")
    Worker.objects.filter(pk=bel.pk).update(account=Account.objects.get(full_name="Bel Birch"))
    return client


@pytest.fixture
def nurse(sign_in):
    return sign_in(Role.REGISTERED_PROFESSIONAL, "Nurse Ash")


def raised(client, visit, **more):
    page = client.get(f"/concerns/visits/{visit.pk}/raise").content.decode()
    key = page.split('name="sent_key" value="')[1].split('"')[0]
    sent = {"sent_key": key, "text": "Her heel is red", "urgency": "today"} | more
    return key, client.post(f"/concerns/visits/{visit.pk}/raise", sent)


class TestRaising:
    def test_puts_it_to_the_nurse_and_shows_it_to_the_worker(self, worker, nurse, visit):
        raised(worker, visit)
        concern = Concern.objects.get()
        assert (concern.put_to.full_name, concern.raised_by.name, concern.came_by) == ("Nurse Ash", "Bel Birch", "app")
        assert "Her heel is red" in nurse.get("/concerns/").content.decode()
        assert "Concerns you raised" in worker.get("/concerns/").content.decode()

    def test_is_one_however_often_it_is_sent(self, worker, visit):
        key, first = raised(worker, visit)
        again = {"sent_key": key, "text": "Her heel is red", "urgency": "today"}
        second = worker.post(f"/concerns/visits/{visit.pk}/raise", again)
        assert first["Location"] == second["Location"]
        assert Concern.objects.count() == 1

    def test_keeps_what_was_typed_where_something_is_missing(self, worker, visit):
        key, page = raised(worker, visit, urgency="")
        assert "Her heel is red" in page.content.decode()
        assert f'value="{key}"' in page.content.decode(), "sending it again is still the same one"

    def test_by_phone_says_who_rang_and_who_wrote_it_down(self, coordinator, visit, bel):
        raised(coordinator, visit, who=str(bel.pk))
        concern = Concern.objects.get()
        assert (concern.came_by, concern.raised_by, concern.written_by) == ("phone", bel, "Priya Shah")

    def test_is_not_for_who_does_not_go(self, sign_in, visit):
        other = sign_in(Role.FIELD_WORKER, "Somebody Else")
        assert other.get(f"/concerns/visits/{visit.pk}/raise").status_code == 404


class TestAnswering:
    def test_goes_back_to_the_worker_before_it_is_closed(self, worker, nurse, visit):
        raised(worker, visit)
        concern = Concern.objects.get()
        address = f"/concerns/{concern.pk}"
        assert "waiting for an answer" in nurse.post(f"{address}/close", {"text": ""}).content.decode().lower()
        nurse.post(f"{address}/answer", {"text": "Raise her heel. I come at 4."})
        refused = nurse.post(f"{address}/close", {"text": ""}).content.decode()
        assert "have not seen the answer yet" in refused
        assert "I have seen the answer" in worker.get(address).content.decode()
        worker.post(f"{address}/seen")
        assert nurse.post(f"{address}/close", {"text": "Healing"}).status_code == 302
        concern.refresh_from_db()
        assert concern.state == "closed"
        assert [event.kind for event in concern.events.order_by("pk")] == [
            "raised", "put to", "answered", "seen", "closed",
        ]  # fmt: skip

    def test_is_not_for_the_worker(self, worker, nurse, visit):
        raised(worker, visit)
        answer = worker.post(f"/concerns/{Concern.objects.get().pk}/answer", {"text": "I answer myself"})
        assert answer.status_code == 403

    def test_by_phone_whoever_took_the_call_says_how_the_worker_was_told(self, coordinator, nurse, visit, bel):
        raised(coordinator, visit, who=str(bel.pk))
        address = f"/concerns/{Concern.objects.get().pk}"
        nurse.post(f"{address}/answer", {"text": "Raise her heel."})
        assert nurse.post(f"{address}/seen", {"text": "I told her"}).status_code == 403
        assert "How and when you told them the answer" in coordinator.get(address).content.decode()
        assert "Say how and when you told them" in coordinator.post(f"{address}/seen", {"text": ""}).content.decode()
        coordinator.post(f"{address}/seen", {"text": "Rang her at 5"})
        assert "Rang her at 5" in coordinator.get(address).content.decode()

    def test_says_how_many_are_kept_back(self, worker, nurse, sign_in, visit, cared_for):
        raised(worker, visit)
        other = sign_in(Role.REGISTERED_PROFESSIONAL, "Other Nurse")
        page = other.get("/concerns/").content.decode()
        assert "1 more is put to somebody else" in page and visit.person.label not in page
        assert other.get(f"/concerns/{Concern.objects.get().pk}").status_code == 403
        cared_for(visit.person)
        assert visit.person.label in other.get("/concerns/").content.decode()

    def test_a_concern_is_nobody_elses_to_read(self, worker, sign_in, visit):
        raised(worker, visit)
        other = sign_in(Role.FIELD_WORKER, "Somebody Else")
        assert other.get(f"/concerns/{Concern.objects.get().pk}").status_code == 404

    def test_live_part_answers_with_nothing_while_nothing_changed(self, nurse):
        assert nurse.get("/concerns/live?seen=99999999").status_code == 204


class TestWithoutSignal:
    def test_opens_a_page_that_is_the_same_for_everybody(self, worker, nurse, visit):
        pages = [client.get("/concerns/without-signal").content.decode() for client in (worker, nurse)]
        same = [re.sub(r'nonce="[^"]*"', "", page) for page in pages]
        assert same[0] == same[1]
        assert "Bel Birch" not in same[0] and "csrfmiddlewaretoken" not in same[0]

    def test_names_the_files_it_needs(self, worker):
        script = worker.get("/concerns/keeper.js")
        assert script["Content-Type"] == "text/javascript"
        assert "/concerns/without-signal" in script.content.decode() and "keeping" in script.content.decode()

    @pytest.mark.parametrize(
        ("minutes_ago", "is_kept"), [(90, True), (60 * 24 * 8, False), (-60, False)], ids=["kept", "too old", "ahead"]
    )
    def test_says_when_it_was_written_where_the_clock_can_be_right(self, worker, nurse, visit, minutes_ago, is_kept):
        written = timezone.now() - timedelta(minutes=minutes_ago)
        raised(worker, visit, written_at=written.isoformat().replace("+00:00", "Z"))
        concern = Concern.objects.get()
        assert (concern.noticed_at == written) is is_kept
        assert concern.noticed_at <= concern.raised_at

    def test_takes_it_however_wrong_the_time(self, worker, nurse, visit):
        raised(worker, visit, written_at="yesterday")
        assert Concern.objects.count() == 1

    def test_tells_the_device_that_sent_it_that_it_is_kept_and_no_other(self, worker, nurse, visit):
        key, answer = raised(worker, visit)
        assert f'data-kept-key="{key}"' in worker.get(answer["Location"]).content.decode()
        assert key not in nurse.get(answer["Location"]).content.decode()
