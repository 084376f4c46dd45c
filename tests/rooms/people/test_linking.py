"""Two records of one person: found, decided on, merged, taken apart again."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role, Sight
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.people.linking.comparing import alike_pairs
from homeward.people.linking.fields import OTHER
from homeward.people.linking.looking import look_for_duplicates
from homeward.people.linking.pairs import Compared
from homeward.people.linking.selectors import (
    DuplicateNotFoundError,
    alike_records,
    merge_for,
    merges_of,
    possible_duplicates,
    side_by_side,
)
from homeward.people.linking.services import decide_duplicate, merge_people, note_duplicates, unmerge_people
from homeward.people.models import Address, Identifier, Person, PersonMerge, PossibleDuplicate
from homeward.people.rules import Identity
from homeward.people.selectors import people_like, person_for, search_people, timeline_of
from homeward.people.services import (
    NewAddress,
    NewPerson,
    add_to_timeline,
    note_need,
    raise_alert,
    register_person,
)
from homeward.referrals.models import Referral
from homeward.referrals.services import NewReferral, receive_referral

LIKELY = 0.8


@pytest.fixture
def ivie(service, coordinator, now):
    """A second record of Ivy Okafor, misspelt, somewhere else, with the other day first."""
    new = NewPerson(
        given_name="Ivie", family_name="Okafor", preferred_name="Dot", birth_date=date(1941, 9, 3),
        phone="07700 900123", email="ivy@example.org", address=NewAddress(lines="9 Canal Street", postcode="DE1 4XX"),
        identifiers=(("urn:gp", "G7"),), contacts=(("Ada", "Daughter", "07700 900555"),),
    )  # fmt: skip
    return register_person(actor=coordinator, service_id=service.pk, new=new, now=now)


@pytest.fixture
def pair(service, coordinator, ivy, ivie, now) -> PossibleDuplicate:
    pairs = alike_records(coordinator, service.pk, now, LIKELY)
    note_duplicates(actor=coordinator, service_id=service.pk, pairs=pairs, now=now)
    return PossibleDuplicate.objects.get()


@pytest.fixture
def merge(coordinator, now):
    """Merges two records: `merge(ivy, ivie, email=OTHER)`."""

    def call(keep, other, at=now, **values) -> PersonMerge:
        why = "She confirmed it on the phone"
        return merge_people(actor=coordinator, keep=keep, other=other, values=values, reason=why, now=at)

    return call


class TestAlikePairs:
    def test_finds_a_second_record_and_says_why(self):
        first = Compared(1, "Ivy", "Okafor", date(1941, 3, 9), "DE1 3DA", "07700 900123")
        second = Compared(2, "Ivie", "Okafor", date(1941, 9, 3), "DE1 3DA")
        (pair,) = alike_pairs([first, second, Compared(3, "Ann", "Lee", date(1950, 1, 1))], LIKELY)
        assert (pair.first, pair.second) == (1, 2)
        found = {one.of: one.found for one in pair.evidence}
        assert found == {
            "name": "nearly the same name",
            "birth date": "day and month of birth the other way round",
            "postcode": "same postcode",
        }

    @pytest.mark.parametrize(
        "other",
        [
            Compared(2, "George", "Okafor", date(1939, 7, 1), "DE1 3DA", "07700 900123", gender="male"),
            Compared(2, "Ivy", "Okafor", date(1965, 7, 1), "DE22 1XX"),
            Compared(2, "Ivy", "Okafor", date(1941, 3, 9), "B1 1AA", "0121 4960000", "9990000026", True),
        ],
        ids=["a husband", "a namesake", "another verified NHS number"],
    )
    def test_does_not_list_who_is_only_easily_mistaken(self, other):
        one = Compared(1, "Ivy", "Okafor", date(1941, 3, 9), "DE1 3DA", "07700 900123", "9990000018", True, "female")
        assert alike_pairs([one, other], 0.99) == []

    def test_has_nothing_to_compare_in_one_record(self):
        assert alike_pairs([Compared(1, "Ivy")], LIKELY) == []


class TestNoteDuplicates:
    def test_lists_the_pair_with_its_reasons(self, coordinator, pair, ivy, ivie, now):
        (shown,) = possible_duplicates(coordinator, now)
        assert (shown.first, shown.second) == (ivy, ivie)
        assert "same phone number" in [found for _, found, _ in shown.reasons]

    def test_keeps_a_decision_when_they_are_compared_again(self, service, coordinator, pair, now):
        decide_duplicate(actor=coordinator, duplicate=pair, state="not_same", note="Twins", now=now)
        pairs = alike_records(coordinator, service.pk, now, LIKELY)
        assert note_duplicates(actor=coordinator, service_id=service.pk, pairs=pairs, now=now) == (0, 0)
        assert possible_duplicates(coordinator, now) == []

    def test_lists_no_longer_what_is_no_longer_alike(self, service, coordinator, pair, now):
        note_duplicates(actor=coordinator, service_id=service.pk, pairs=[], now=now)
        assert possible_duplicates(coordinator, now) == []
        pair.refresh_from_db()
        assert pair.state == "gone"

    def test_moves_what_reached_a_merged_record_late(self, service, coordinator, ivy, ivie, merge, now):
        merge(ivy, ivie)
        Identifier.objects.create(person=ivie, system="urn:late", value="1")
        note_duplicates(actor=coordinator, service_id=service.pk, pairs=[], now=now)
        assert ivy.identifiers.filter(system="urn:late").exists()

    def test_is_not_for_everybody(self, service, actor_with, now):
        with pytest.raises(NotAllowedError):
            alike_records(actor_with(Role.FIELD_WORKER), service.pk, now, LIKELY)


class TestLookForDuplicates:
    def test_proposes_once_a_night_and_merges_nothing(self, service, ivy, ivie, now):
        system = Actor.system("tests", service.pk)

        def look(at) -> int | None:
            return look_for_duplicates(actor=system, service_id=service.pk, likelihood=LIKELY, now=at)

        night = now.replace(hour=2, minute=0)
        assert look(now) is None and look(night - timedelta(seconds=1)) is None
        assert not PossibleDuplicate.objects.exists()
        assert look(night) == 1
        assert look(night + timedelta(minutes=1)) is None
        assert look(night + timedelta(days=1)) == 0
        assert PossibleDuplicate.objects.get().state == "open"
        assert not Person.objects.filter(merged_into__isnull=False).exists()
        assert Event.objects.filter(action="look for duplicates", service_id=service.pk).count() == 2

    def test_is_not_for_somebody_who_may_not_merge(self, actor_with, service, now):
        with pytest.raises(NotAllowedError):
            look_for_duplicates(
                actor=actor_with(Role.FIELD_WORKER), service_id=service.pk, likelihood=LIKELY, now=now.replace(hour=3)
            )


class TestDecideDuplicate:
    def test_leaves_a_pair_in_the_list_when_nobody_is_sure(self, coordinator, pair, now):
        decide_duplicate(actor=coordinator, duplicate=pair, state="unsure", note="Asked the GP", now=now)
        (shown,) = possible_duplicates(coordinator, now)
        assert (shown.state, shown.note, shown.decided_by) == ("unsure", "Asked the GP", coordinator.name)

    def test_does_not_undo_a_merge(self, coordinator, pair, ivy, ivie, merge, now):
        merge(ivy, ivie)
        with pytest.raises(RefusedError, match="Undo the merge"):
            decide_duplicate(actor=coordinator, duplicate=pair, state="not_same", note="", now=now)


class TestSideBySide:
    def test_opens_both_and_audits_both(self, coordinator, pair, ivy, ivie, now):
        shown = side_by_side(coordinator, pair.pk, now)
        assert shown.second_has["contacts"] == 1
        seen = Event.objects.filter(action="compare records").values_list("person_id", flat=True)
        assert sorted(seen) == sorted([ivy.pk, ivie.pk])

    def test_shows_no_pair_of_another_service(self, coordinator, pair, now):
        stranger = type(coordinator)("S", Role.FRONT_DOOR, service_ids=frozenset({pair.service_id + 1}))
        with pytest.raises(DuplicateNotFoundError):
            side_by_side(stranger, pair.pk, now)


class TestMergePeople:
    def test_brings_everything_together_on_the_kept_record(self, coordinator, ivy, ivie, merge, now):
        new = NewReferral(
            source="gp", urgency="routine", need_code="fall", received_at=now, requester_name="Dr Made Up"
        )
        referral = receive_referral(actor=coordinator, person=ivie, new=new, now=now)
        raise_alert(actor=coordinator, person=ivie, kind="pets", text="Large dog", now=now)
        merge(ivy, ivie, email=OTHER)
        kept = person_for(coordinator, ivy.pk, now, at_least=Sight.CARD)
        assert Referral.objects.get(pk=referral.pk).person == kept
        assert kept.alerts.filter(text="Large dog").exists()
        assert [one.name for one in kept.contacts.all()] == ["Ada"]
        assert kept.email == "ivy@example.org"
        assert {one.title for one in timeline_of(coordinator, kept)} >= {
            "Alert: Pets", f"Record {ivie.reference} merged into this one"
        }  # fmt: skip

    def test_opens_the_kept_record_by_the_number_of_the_other(self, coordinator, ivy, ivie, merge, now):
        merge(ivy, ivie)
        assert person_for(coordinator, ivie.pk, now, at_least=Sight.CARD) == ivy

    @pytest.mark.parametrize("typed", ["ivie okafor", "dot", "3/9/1941", "de1 4xx"])
    def test_finds_the_kept_record_by_what_either_said(self, coordinator, ivy, ivie, merge, now, typed):
        merge(ivy, ivie)
        assert [one.person for one in search_people(coordinator, typed, now)] == [ivy]

    def test_knows_the_kept_record_by_the_other_birth_date(self, service, coordinator, ivy, ivie, merge, now):
        merge(ivy, ivie)
        (known,) = people_like(coordinator, service.pk, Identity("Ivie", "Okafor", date(1941, 9, 3)), now)
        assert known.person == ivy

    def test_keeps_one_home_and_ends_the_other(self, ivy, ivie, merge, now):
        merge(ivy, ivie, home=OTHER)
        standing = Address.objects.get(person=ivy, kind="home", ends_on__isnull=True)
        assert standing.postcode == "DE1 4XX"

    def test_keeps_one_home_told_to_both_once(self, coordinator, ivy, service, merge, now):
        home = NewAddress(lines="1 Made Up Lane", postcode="DE1 3DA", key_safe="1234")
        again = register_person(
            actor=coordinator, service_id=service.pk, new=NewPerson(family_name="Okafor", address=home), now=now
        )
        merge(ivy, again)
        assert Address.objects.filter(person=ivy, kind="home", ends_on__isnull=True).count() == 1

    def test_gives_the_kept_record_the_others_verified_number(self, ivy, ivie, merge):
        merge(ivie, ivy, nhs_number=OTHER)
        ivie.refresh_from_db()
        assert (ivie.nhs_number, ivie.nhs_number_status) == ("9990000018", "verified")

    def test_lists_the_pair_no_more(self, coordinator, pair, ivy, ivie, merge, now):
        merge(ivy, ivie)
        assert possible_duplicates(coordinator, now) == []

    def test_leaves_an_audit_event_for_both(self, ivy, ivie, merge):
        merge(ivy, ivie)
        seen = Event.objects.filter(action="merge people").values_list("person_id", flat=True)
        assert sorted(seen) == sorted([ivy.pk, ivie.pk])

    def test_refuses_a_record_merged_a_moment_ago(self, ivy, ivie, merge):
        merge(ivy, ivie)
        with pytest.raises(RefusedError, match="a moment ago"):
            merge(ivie, ivy)

    def test_refuses_without_a_reason_or_with_itself(self, coordinator, ivy, ivie, merge, now):
        with pytest.raises(RefusedError, match="how you know"):
            merge_people(actor=coordinator, keep=ivy, other=ivie, values={}, reason=" ", now=now)
        with pytest.raises(RefusedError, match="two records"):
            merge(ivy, ivy)
        with pytest.raises(RefusedError, match="which of the two"):
            merge(ivy, ivie, shoe_size=OTHER)

    def test_is_not_for_everybody(self, actor_with, ivy, ivie, now):
        nurse = actor_with(Role.REGISTERED_PROFESSIONAL)
        with pytest.raises(NotAllowedError):
            merge_people(actor=nurse, keep=ivy, other=ivie, values={}, reason="Same", now=now)


def _everything(person: Person) -> dict:
    """All that is known of one record, to tell whether anything changed."""
    person = Person.objects.get(pk=person.pk)
    rows = {
        name: list(getattr(person, name).order_by("pk").values())
        for name in ("addresses", "identifiers", "contacts", "alerts", "communication_needs", "referrals", "calls")
    }
    return {**{field.attname: getattr(person, field.attname) for field in Person._meta.fields}, **rows}


class TestUnmergePeople:
    def test_puts_back_exactly_what_was(self, coordinator, ivy, ivie, merge, now):
        note_need(actor=coordinator, person=ivie, kind="bsl", text="", now=now)
        note_need(actor=coordinator, person=ivy, kind="bsl", text="", now=now)
        before = _everything(ivy), _everything(ivie)
        one = merge(ivie, ivy, nhs_number=OTHER, name=OTHER, home=OTHER, birth=OTHER)
        assert (_everything(ivy), _everything(ivie)) != before
        left = unmerge_people(actor=coordinator, merge=one, reason="They are sisters", now=now)
        assert left == []
        assert (_everything(ivy), _everything(ivie)) == before
        assert person_for(coordinator, ivy.pk, now, at_least=Sight.CARD) == ivy
        assert {found.person for found in search_people(coordinator, "dot", now)} == {ivie}

    def test_leaves_what_was_added_since_with_the_kept_record(self, coordinator, ivy, ivie, merge, now):
        one = merge(ivy, ivie)
        later = now + timedelta(days=1)
        raise_alert(actor=coordinator, person=ivy, kind="pets", text="Parrot", now=later)
        add_to_timeline(actor=coordinator, person=ivy, kind="note", title="Since", happened_at=later, now=later)
        unmerge_people(actor=coordinator, merge=one, reason="They are sisters", now=later)
        assert ivy.alerts.filter(text="Parrot").exists()
        assert "Since" not in [entry.title for entry in timeline_of(coordinator, ivie)]

    def test_leaves_what_was_changed_since_and_says_so(self, coordinator, ivy, ivie, merge, now):
        one = merge(ivy, ivie, email=OTHER)
        Person.objects.filter(pk=ivy.pk).update(email="new@example.org")
        (left,) = unmerge_people(actor=coordinator, merge=one, reason="They are sisters", now=now)
        assert "Email was changed since" in left
        ivy.refresh_from_db()
        assert ivy.email == "new@example.org"

    def test_lists_the_pair_to_decide_again(self, coordinator, pair, ivy, ivie, merge, now):
        unmerge_people(actor=coordinator, merge=merge(ivy, ivie), reason="They are sisters", now=now)
        assert [shown.pk for shown in possible_duplicates(coordinator, now)] == [pair.pk]

    def test_is_done_once(self, coordinator, ivy, ivie, merge, now):
        one = merge(ivy, ivie)
        unmerge_people(actor=coordinator, merge=one, reason="They are sisters", now=now)
        with pytest.raises(RefusedError, match="undone before"):
            unmerge_people(actor=coordinator, merge=one, reason="They are sisters", now=now)
        assert merges_of(coordinator, ivy) == []

    def test_undoes_the_last_of_a_chain_first(self, service, coordinator, ivy, ivie, merge, now):
        third = register_person(
            actor=coordinator, service_id=service.pk, new=NewPerson(given_name="I", family_name="Okafor"), now=now
        )
        first = merge(ivy, ivie)
        second = merge(third, ivy)
        assert person_for(coordinator, ivie.pk, now, at_least=Sight.CARD) == third
        assert {one.person for one in search_people(coordinator, "ivie", now)} == {third}
        with pytest.raises(RefusedError, match="Undo that first"):
            unmerge_people(actor=coordinator, merge=first, reason="They are sisters", now=now)
        for one in (second, first):
            unmerge_people(actor=coordinator, merge=one, reason="They are sisters", now=now)
        assert [one.name for one in ivie.contacts.all()] == ["Ada"]

    def test_is_not_for_another_service(self, coordinator, ivy, ivie, merge):
        one = merge(ivy, ivie)
        stranger = type(coordinator)("S", Role.FRONT_DOOR, service_ids=frozenset({ivy.service_id + 1}))
        with pytest.raises(DuplicateNotFoundError):
            merge_for(stranger, one.pk)
