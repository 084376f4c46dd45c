"""Records are due for appraisal after years without anything new, and nothing is ever destroyed by itself."""

from datetime import date, timedelta

import pytest

from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person, TimelineEntry
from homeward.rights.selectors import due_appraisals, proposed_destructions
from homeward.rights.services import agree_destruction, appraise, refuse_destruction

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=366)


@pytest.fixture
def long_ago(service, now):
    """Makes a person whose last entry was so many years ago."""

    def make(reference: str, years: int) -> Person:
        person = Person.objects.create(service=service, reference=reference)
        TimelineEntry.objects.create(
            person=person, happened_at=now - years * YEAR, recorded_at=now - years * YEAR, kind="note", title="A note",
            author_name="Somebody",
        )  # fmt: skip
        return person

    return make


class TestDueAppraisals:
    def test_finds_contacts_after_two_years(self, officer, long_ago, now):
        due = long_ago("A", 3)
        long_ago("B", 1)
        assert [(one.person.pk, one.kind) for one in due_appraisals(officer, now)] == [(due.pk, "contact")]

    def test_finds_care_after_eight_years(self, officer, long_ago, cared_for, now):
        for reference, years in (("A", 9), ("B", 5)):
            person = cared_for(long_ago(reference, years))
            Episode.objects.filter(person=person).update(
                started_at=now - years * YEAR, ended_at=now - years * YEAR + timedelta(days=9), outcome_code="done"
            )
        assert [(one.person.reference, one.kind) for one in due_appraisals(officer, now)] == [("A", "care")]

    def test_never_finds_somebody_being_cared_for(self, officer, long_ago, cared_for, now):
        person = cared_for(long_ago("A", 20))
        Episode.objects.filter(person=person).update(started_at=now - 20 * YEAR)
        assert due_appraisals(officer, now) == []

    def test_finds_nobody_of_whom_nothing_is_dated(self, officer, service, now):
        Person.objects.create(service=service, reference="A")
        assert due_appraisals(officer, now) == []

    def test_takes_years_from_the_settings(self, officer, long_ago, now, settings):
        long_ago("A", 3)
        settings.RETENTION_YEARS = {"care": 8, "contact": 5}
        assert due_appraisals(officer, now) == []


class TestAppraise:
    def test_keeps_longer_until_a_day(self, officer, long_ago, now):
        person = long_ago("A", 3)
        with pytest.raises(RefusedError, match="until when"):
            appraise(actor=officer, person=person, decision="keep", reason="Inquiry", now=now)
        until = date(2030, 1, 1)
        appraise(actor=officer, person=person, decision="keep", reason="Inquiry", keep_until=until, now=now)
        assert due_appraisals(officer, now) == []
        assert len(due_appraisals(officer, now + 4 * YEAR)) == 1

    def test_refuses_a_record_that_is_not_due(self, officer, long_ago, now):
        with pytest.raises(RefusedError, match="not due"):
            appraise(actor=officer, person=long_ago("A", 1), decision="destroy", reason="Old", now=now)

    def test_destroys_nothing_and_wants_a_second_person(self, officer, second, long_ago, now):
        person = long_ago("A", 3)
        proposed = appraise(actor=officer, person=person, decision="destroy", reason="Two years passed", now=now)
        assert [one.pk for one in proposed_destructions(second)] == [proposed.pk]
        with pytest.raises(RefusedError, match="Somebody else"):
            agree_destruction(actor=officer, appraisal=proposed, note="", now=now)
        agreed = agree_destruction(actor=second, appraisal=proposed, note="", now=now)
        assert (agreed.state, agreed.agreed_by_name) == ("decided", "Second Officer")
        assert Person.objects.filter(pk=person.pk).exists()
        assert due_appraisals(officer, now) == []

    def test_is_due_again_where_the_second_does_not_agree(self, officer, second, long_ago, now):
        proposed = appraise(actor=officer, person=long_ago("A", 3), decision="destroy", reason="Old", now=now)
        refuse_destruction(actor=second, appraisal=proposed, note="There is a claim", now=now)
        assert len(due_appraisals(officer, now)) == 1
