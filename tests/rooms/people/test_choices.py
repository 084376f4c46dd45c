"""Legal statuses, sharing choices and About Me."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import SharingChoice
from homeward.people.selectors import (
    about_me_of,
    legal_status_of,
    legal_statuses_of,
    sharing_choices_of,
)
from homeward.people.selectors.choices import LegalStatusNotFoundError
from homeward.people.services import (
    ChangedMeanwhileError,
    add_contact,
    end_legal_status,
    note_legal_status,
    record_sharing_choice,
    write_about_me,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(now):
    return london_day(now)


@pytest.fixture
def rose(manager, ivy, now):
    return add_contact(actor=manager, person=ivy, values={"name": "Rose", "relationship": "daughter"}, now=now)


class TestLegalStatus:
    def test_says_who_holds_it_and_where_it_is_until_it_ends(self, manager, ivy, rose, now, today):
        status = note_legal_status(
            actor=manager, person=ivy, kind="lpa_health", holder=rose, held_where="Blue folder by the door", now=now
        )
        holding, over = legal_statuses_of(manager, ivy, today)
        assert (holding, over) == ([status], [])
        with pytest.raises(RefusedError):
            end_legal_status(actor=manager, status=status, reason="", now=now)
        end_legal_status(actor=manager, status=status, reason="Rose gave it up", now=now)
        holding, over = legal_statuses_of(manager, ivy, today)
        assert (holding, [one.ended_reason for one in over]) == ([], ["Rose gave it up"])
        with pytest.raises(LegalStatusNotFoundError):
            legal_status_of(manager, ivy, status.pk)
        assert ivy.timeline.filter(kind="legal").count() == 2

    def test_refuses_a_start_before_anybody_here_was_born(self, manager, ivy, now):
        for days in ({"starts_on": date(202, 6, 1)}, {"ends_on": date(26, 1, 1)}):
            with pytest.raises(RefusedError, match="before 1900"):
                note_legal_status(actor=manager, person=ivy, kind="respect", held_where="Fridge", now=now, **days)

    @pytest.mark.parametrize("wrong", [{"kind": "will"}, {"held_where": " "}, {"starts_on": 5}])
    def test_refuses_what_nobody_could_follow(self, manager, ivy, now, today, wrong):
        told = {"actor": manager, "person": ivy, "kind": "respect", "held_where": "Fridge", "now": now}
        if "starts_on" in wrong:
            wrong = {"starts_on": today, "ends_on": today - timedelta(days=1)}
        with pytest.raises(RefusedError):
            note_legal_status(**told | wrong)


class TestSharingChoice:
    def test_the_newest_about_a_thing_stands_and_none_is_lost(self, manager, ivy, rose, now, today):
        told = {"actor": manager, "person": ivy, "kind": "family", "contact": rose, "now": now}
        record_sharing_choice(**told, decision="agreed", decided_on=today - timedelta(days=9))
        record_sharing_choice(**told, decision="withdrew", decided_on=today, text="We fell out")
        chosen = sharing_choices_of(manager, ivy, today)
        assert [one.decision for one in chosen.standing] == ["withdrew"]
        assert [one.decision for one in chosen.all] == ["withdrew", "agreed"]

    def test_cannot_be_edited(self, manager, ivy, now, today):
        choice = record_sharing_choice(
            actor=manager, person=ivy, kind="gp", decision="agreed", decided_on=today, now=now
        )
        with pytest.raises(DatabaseError), transaction.atomic():
            SharingChoice.objects.filter(pk=choice.pk).update(decision="objected")

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"kind": "all"}, "from the list"),
            ({"kind": "organisation"}, "with whom"),
            ({"decision": "could_not_say"}, "best interests"),
            ({"days": 1}, "future"),
            ({"days": -365 * 200}, "before 1900"),
        ],
    )
    def test_refuses_what_is_missing(self, manager, ivy, now, today, wrong, said):
        told = {"actor": manager, "person": ivy, "kind": "gp", "decision": "agreed", "now": now}
        day = today + timedelta(days=wrong.pop("days", 0))
        with pytest.raises(RefusedError, match=said):
            record_sharing_choice(**told | wrong, decided_on=day)


class TestWriteAboutMe:
    def test_is_a_new_version_and_what_matters_is_on_the_record(self, manager, ivy, now):
        told = {"actor": manager, "person": ivy, "now": now}
        write_about_me(**told, answers={"matters": "My allotment", "also": " "}, said_by="Rose, her daughter")
        write_about_me(**told, answers={"matters": "My allotment", "talking": "Slowly"}, based_on=1)
        versions = about_me_of(manager, ivy)
        assert [one.version for one in versions] == [2, 1]
        assert versions[0].answers == {"matters": "My allotment", "talking": "Slowly"}
        assert versions[1].said_by == "Rose, her daughter"
        ivy.refresh_from_db()
        assert ivy.what_matters == "My allotment"

    def test_the_same_again_is_no_version(self, manager, ivy, now):
        for _ in range(2):
            write_about_me(actor=manager, person=ivy, answers={"matters": "My allotment"}, now=now)
        assert len(about_me_of(manager, ivy)) == 1

    def test_does_not_write_over_what_another_wrote_meanwhile(self, manager, coordinator, ivy, now):
        write_about_me(actor=coordinator, person=ivy, answers={"matters": "My cat"}, now=now)
        with pytest.raises(ChangedMeanwhileError, match="version 1"):
            write_about_me(actor=manager, person=ivy, answers={"matters": "My dog"}, based_on=0, now=now)

    @pytest.mark.parametrize("answers", [{}, {"matters": "  "}, {"secret": "x"}, {"matters": "x" * 4001}])
    def test_refuses_nothing_too_much_and_other_headings(self, manager, ivy, now, answers):
        with pytest.raises(RefusedError):
            write_about_me(actor=manager, person=ivy, answers=answers, now=now)
