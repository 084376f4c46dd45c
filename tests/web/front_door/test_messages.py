"""The pages of messages as they came, and of files of referrals."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from homeward.access.rules import Actor, Role
from homeward.api.intake.receiving import receive_message
from homeward.api.kinds import read_any
from homeward.audit.models import Event
from homeward.people.services import NewPerson, register_person
from homeward.referrals.models import KeptMessage, Referral

MESSAGES = Path(__file__).parents[2] / "api" / "messages"


@pytest.fixture
def came(service, now):
    """Lets a message of our own come in, by the name of its file."""

    def receive(name: str) -> KeptMessage:
        actor = Actor.system("tests", service.pk)
        content = (MESSAGES / name).read_bytes()
        receive_message(actor=actor, service_id=service.pk, content=content, content_type=None, read=read_any, now=now)
        return KeptMessage.objects.latest("id")

    return receive


class TestMessages:
    def test_lists_what_came_and_what_became_of_it(self, coordinator, came):
        came("ers-referral-request.json")
        came("nhs111-report.xml")
        text = coordinator.get("/front-door/messages").content.decode()
        assert "NHS 111 report (CDA)" in text
        assert "Became a referral" in text
        assert "nobody here has it as a verified number" in text
        only = coordinator.get("/front-door/messages?outcome=refused").content.decode()
        assert "e-RS request" in only
        assert "NHS 111 report (CDA)" not in only

    def test_is_not_for_those_who_do_not_triage(self, sign_in):
        assert sign_in(Role.FIELD_WORKER).get("/front-door/messages").status_code == 403
        assert sign_in(Role.ADMINISTRATOR).get("/front-door/messages").status_code == 403


class TestMessage:
    def test_shows_the_original_as_text_and_never_as_markup_and_audits_the_opening(self, coordinator, came):
        kept = came("nhs111-report.xml")
        text = coordinator.get(f"/front-door/messages/{kept.pk}").content.decode()
        assert "&lt;ClinicalDocument" in text
        assert "<ClinicalDocument" not in text
        assert "Triage record" in text
        assert "encompassingEncounter.dietCode" in text
        assert "Hollis" not in text.split("<title>")[1].split("</title>")[0]
        assert Event.objects.filter(action="open message").count() == 1

    def test_gives_the_bytes_exactly_as_they_came_to_save_and_not_to_show(self, coordinator, came):
        kept = came("nhs111-report.xml")
        answer = coordinator.get(f"/front-door/messages/{kept.pk}/original")
        assert answer.content == (MESSAGES / "nhs111-report.xml").read_bytes()
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_gives_a_document_inside_it_to_save(self, coordinator, came):
        kept = came("nhs111-report.xml")
        answer = coordinator.get(f"/front-door/messages/{kept.pk}/documents/1")
        assert (answer.content, answer.headers["Content-Disposition"]) == (
            b"<a>one</a>",
            f'attachment; filename="message-{kept.pk}-document-1.xml"',
        )
        assert coordinator.get(f"/front-door/messages/{kept.pk}/documents/9").status_code == 404

    def test_shows_no_message_of_another_service(self, coordinator):
        assert coordinator.get("/front-door/messages/4711").status_code == 404


class TestJudgeAgain:
    def test_takes_a_refused_message_once_what_was_wrong_is_put_right(self, coordinator, came, service, now):
        kept = came("ers-referral-request.json")
        again = coordinator.post(f"/front-door/messages/{kept.pk}/judge-again", follow=True).content.decode()
        assert "It is refused again" in again
        known = NewPerson(given_name="Edith", family_name="Hollis", nhs_number="9990000018")
        register_person(actor=Actor.system("tests", service.pk), service_id=service.pk, new=known, now=now)
        done = coordinator.post(f"/front-door/messages/{kept.pk}/judge-again", follow=True).content.decode()
        assert "Judged again: became a referral" in done
        assert Referral.objects.get().person.family_name == "Hollis"
        assert Event.objects.filter(action="judge message again").count() == 2
        third = coordinator.post(f"/front-door/messages/{kept.pk}/judge-again", follow=True).content.decode()
        assert "was not refused" in third
        assert Referral.objects.count() == 1


class TestFiles:
    def hand_in(self, client, content: bytes, sent_by: str = "Test Surgery"):
        file = SimpleUploadedFile("referrals.csv", content, content_type="text/csv")
        return client.post("/front-door/files", {"sent_by": sent_by, "file": file}, follow=True)

    def test_takes_a_file_and_shows_what_to_correct(self, coordinator):
        answer = self.hand_in(coordinator, (MESSAGES / "referrals.csv").read_bytes())
        text = answer.content.decode()
        assert "3 rows: 2 became referrals, 1 sent back." in text
        assert "line 4, birth_date" in text
        assert Referral.objects.count() == 2
        kept = KeptMessage.objects.get()
        faults = coordinator.get(f"/front-door/files/{kept.pk}/rows-sent-back")
        assert faults.headers["Content-Disposition"].startswith("attachment")
        assert "A-3" in faults.content.decode("utf-8-sig")

    def test_says_what_is_missing(self, coordinator):
        answer = coordinator.post("/front-door/files", {"sent_by": ""})
        text = answer.content.decode()
        assert answer.status_code == 422
        assert "Say who sent the file" in text
        assert "Choose a file" in text
        assert "over 2 MB" in self.hand_in(coordinator, b"x" * (2 * 1024 * 1024 + 1)).content.decode()

    def test_gives_a_template_that_is_taken_as_it_is(self, coordinator):
        template = coordinator.get("/front-door/files/template")
        assert "1 row: 1 became referrals." in self.hand_in(coordinator, template.content).content.decode()

    def test_shows_no_other_message_as_a_file(self, coordinator, came):
        assert coordinator.get(f"/front-door/files/{came('nhs111-report.xml').pk}").status_code == 404
