"""Files of referrals meet the record."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.people.services import NewPerson, register_person
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.selectors import faults_of_file, message_for
from homeward.referrals.services import receive_file, replay_message
from homeward.referrals.states import MessageKind, MessageOutcome, Route, Urgency

PATH = Path(__file__).parents[2] / "api" / "messages" / "referrals.csv"
FILE = PATH.read_bytes()


@pytest.fixture
def hand_in(actor_with, service, now):
    """Hands a file in as the front door."""

    def receive(content: bytes = FILE, sent_by: str = "Test Surgery", role: Role = Role.FRONT_DOOR):
        return receive_file(actor=actor_with(role), service_id=service.pk, content=content, sent_by=sent_by, now=now)

    return receive


class TestReceiveFile:
    def test_takes_the_good_rows_and_sends_the_others_back(self, hand_in):
        taken = hand_in()
        assert [row.outcome for row in taken.rows] == ["referral", "referral", "refused"]
        assert taken.message.reason == "3 rows: 2 became referrals, 1 sent back."
        assert {note["path"] for note in taken.message.not_understood} == {
            "line 4, family_name", "line 4, nhs_number", "line 4, birth_date", "line 4, postcode", "line 4, urgency",
            "line 4, need",
        }  # fmt: skip
        edith, ray = Referral.objects.order_by("id")
        assert (edith.need_code, edith.urgency, edith.route) == ("fall", Urgency.TWO_DAYS, Route.FILE)
        assert edith.details[0] == {"title": "Other columns of the file", "text": "ward: Ward 3"}
        assert (ray.safeguarding_text, ray.source, ray.urgency) == ("Left alone all day", "hospital", Urgency.CRISIS)
        assert ray.person.alerts.count() == 1
        assert edith.person.nhs_number_status == "unverified"

    @pytest.mark.parametrize(
        ("typed", "kept", "given_by"),
        [("J", "J", "other"), ("White: Irish", "B", "other"), ("Z", "Z", "self"), ("99", "99", ""), ("", "", "")],
    )
    def test_keeps_an_ethnic_group_as_given_by_somebody_else(self, hand_in, typed, kept, given_by):
        head = "family_name,source,urgency,need_text,ethnic_group"
        hand_in(f"{head}\nHollis,gp,crisis,Fell,{typed}".encode())
        person = Person.objects.get()
        assert (person.ethnic_category, person.ethnic_category_by) == (kept, given_by)

    def test_sends_a_row_back_whose_ethnic_group_is_of_no_list(self, hand_in):
        head = "family_name,source,urgency,need_text,ethnic_group"
        taken = hand_in(f"{head}\nHollis,gp,crisis,Fell,Martian".encode())
        (fault,) = taken.message.not_understood
        assert fault["path"] == "line 2, ethnic_group"
        assert "leave it empty if nobody asked: A White: British; B White: Irish;" in fault["text"]
        assert fault["text"].endswith("Z Prefer not to say; 99 Not known.")
        assert not Person.objects.exists()

    def test_keeps_the_file_exactly_as_it_came(self, hand_in):
        hand_in()
        kept = KeptMessage.objects.get()
        assert (bytes(kept.content), kept.kind, kept.outcome) == (FILE, MessageKind.FILE, MessageOutcome.REFERRAL)
        assert Event.objects.filter(action="keep message").exists()

    def test_makes_nothing_twice_of_the_same_file_or_row(self, hand_in):
        hand_in()
        again = hand_in()
        alone = hand_in(b"\n".join(FILE.split(b"\n")[:2]))
        assert [row.outcome for row in again.rows] == ["repeated", "repeated", "refused"]
        assert [row.outcome for row in alone.rows] == ["repeated"]
        assert (Referral.objects.count(), Person.objects.count()) == (2, 2)

    def test_updates_a_referral_where_its_row_says_something_new(self, hand_in):
        first = hand_in().rows[0]
        changed = hand_in(FILE.replace(b"Fell yesterday.", b"Fell again today.")).rows[0]
        assert (changed.outcome, changed.reference) == (MessageOutcome.UPDATED, first.reference)
        assert Referral.objects.get(reference=first.reference).need_text == "Fell again today."

    def test_keeps_apart_what_two_senders_number_alike(self, hand_in):
        hand_in()
        assert hand_in(sent_by="Another Surgery").rows[0].outcome == MessageOutcome.REFERRAL

    def test_knows_somebody_by_number_and_birth_date_and_by_nothing_less(self, hand_in, system, service, now):
        from datetime import date

        known = NewPerson(
            given_name="Edith", family_name="Hollis", nhs_number="9990000018", birth_date=date(1941, 2, 17)
        )
        actor = replace(system, service_ids=frozenset({service.pk}))
        edith = register_person(actor=actor, service_id=service.pk, new=known, now=now)
        hand_in()
        hand_in(FILE.replace(b"17/02/1941", b"").replace(b"A-1", b"A-9"))
        by_row = {one.sender_identifier: one.person for one in Referral.objects.all()}
        assert by_row["A-1"] == edith != by_row["A-9"]

    def test_sends_a_row_back_that_has_the_number_of_somebody_else(self, hand_in):
        hand_in()
        other = FILE.replace(b"Edith,Hollis,17/02/1941", b"Olu,Bankole,05/11/1980").replace(b"999 000 0018", b"")
        taken = hand_in(other)
        assert taken.rows[0].outcome == MessageOutcome.REFUSED
        assert "somebody else" in str(taken.message.not_understood)

    def test_sends_back_a_row_whose_referral_is_decided(self, hand_in, actor_with, now):
        from homeward.referrals.services import decline_referral

        reference = hand_in().rows[0].reference
        referral = Referral.objects.get(reference=reference)
        decline_referral(actor=actor_with(Role.FRONT_DOOR), referral=referral, reason="Lives elsewhere", now=now)
        taken = hand_in(FILE.replace(b"Fell yesterday.", b"Fell again."))
        assert taken.rows[0].outcome == MessageOutcome.REFUSED

    def test_refuses_who_may_not_and_who_does_not_say_who_sent_it(self, hand_in):
        with pytest.raises(NotAllowedError):
            hand_in(role=Role.FIELD_WORKER)
        with pytest.raises(RefusedError):
            hand_in(sent_by=" ")
        assert not KeptMessage.objects.exists()

    def test_keeps_a_file_it_cannot_read_and_says_why(self, hand_in):
        taken = hand_in(b"family_name\nHollis")
        assert (taken.rows, taken.message.outcome) == ((), MessageOutcome.REFUSED)
        assert taken.message.reason.startswith("The column source is missing")


class TestFaultsOfFile:
    def test_gives_back_the_rows_with_a_fault_and_audits_the_opening(self, hand_in, actor_with, now):
        kept = hand_in().message
        actor = actor_with(Role.FRONT_DOOR)
        text = faults_of_file(actor, message_for(actor, kept.pk, now))
        assert text.splitlines()[0].startswith("line,field,reason,referral_id")
        assert text.count("A-3") == 1
        assert "A-1" not in text
        assert Event.objects.filter(action="open message").count() == 1


class TestReplayMessage:
    def test_is_not_for_files(self, hand_in, actor_with, now):
        kept = hand_in(b"family_name\nHollis").message
        with pytest.raises(RefusedError, match="Correct the rows"):
            replay_message(actor=actor_with(Role.FRONT_DOOR), message=kept, now=now)


class TestReceiveCommand:
    def test_knows_a_file_of_referrals_by_its_content(self, service, capsys):
        with pytest.raises(SystemExit) as stopped:
            call_command("receive", str(PATH), "--sent-by", "Test Surgery")
        said = capsys.readouterr().out
        assert stopped.value.code == 1
        assert "3 rows: 2 became referrals, 1 sent back." in said
        assert "line 4, birth_date: There is no such day" in said
        assert Referral.objects.count() == 2
