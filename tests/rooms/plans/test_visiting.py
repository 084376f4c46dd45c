"""Who may visit: what is noted of people and workers, and what follows."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.people.models import TimelineEntry
from homeward.plans.models import VisitingWish, WorkerTrait
from homeward.plans.rules import Trait, Visiting, Wish, visiting
from homeward.plans.selectors import visiting_wish_of, visiting_wishes_of, who_may_visit, worker_traits
from homeward.plans.services import end_visiting_wish, end_worker_trait, note_visiting_wish, note_worker_trait

TRAITS = (Trait(1, "woman"), Trait(2, "man"), Trait(3, "language", "Punjabi"), Trait(1, "no_dogs"), Trait(3, "no_cats"))


class TestVisiting:
    @pytest.mark.parametrize(
        ("wish", "told"),
        [
            (Wish("woman"), Visiting(only=((frozenset({1}), "they asked for a woman"),))),
            (Wish("man"), Visiting(only=((frozenset({2}), "they asked for a man"),))),
            (
                Wish("language", text=" punjabi"),
                Visiting(only=((frozenset({3}), "they asked for somebody who speaks  punjabi"),)),
            ),
            (Wish("preferred", 2), Visiting(preferred=frozenset({2}))),
            (Wish("not", 2), Visiting(barred=((2, "they asked not to be visited by {worker}"),))),
            (Wish("dog"), Visiting(barred=((1, "a dog lives there, and {worker} cannot be with dogs"),))),
            (Wish("cat"), Visiting(barred=((3, "a cat lives there, and {worker} cannot be with cats"),))),
        ],
        ids=lambda value: value.kind if isinstance(value, Wish) else "",
    )
    def test_says_who_may_come_and_why(self, wish, told):
        assert visiting([wish], TRAITS) == told

    def test_holds_no_wish_against_anybody_in_a_crisis_but_whom_they_do_not_want(self):
        told = visiting([Wish("woman"), Wish("not", 2), Wish("dog")], TRAITS, is_crisis=True)
        assert told.only == ()
        assert [worker for worker, _ in told.barred] == [2, 1]


class TestNoteVisitingWish:
    def test_keeps_it_with_who_and_when_and_says_so(self, coordinator, ivy, workers, now):
        wish = note_visiting_wish(
            actor=coordinator, person=ivy, kind="not", worker=workers[0], text=" He was rough ", now=now
        )
        assert (wish.kind, wish.worker, wish.text, wish.noted_by) == ("not", workers[0], "He was rough", "Test Person")
        assert Event.objects.filter(action="note who may visit", person_id=ivy.pk).count() == 1
        entry = TimelineEntry.objects.get(kind="visiting")
        assert (entry.title, entry.text) == ("Who may visit: Not this worker", "Worker Ash. He was rough")

    def test_keeps_the_same_wish_once(self, coordinator, ivy, now):
        for said in ("Punjabi", "punjabi "):
            note_visiting_wish(actor=coordinator, person=ivy, kind="language", text=said, now=now)
        assert VisitingWish.objects.count() == 1

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"kind": "tall"}, "Choose what it is"),
            ({"kind": "not"}, "Choose which worker"),
            ({"kind": "language", "text": " "}, "Say which language"),
            ({"kind": "woman", "text": "x" * 121}, "at most 120"),
        ],
    )
    def test_refuses_what_says_nothing(self, coordinator, ivy, now, told, words):
        with pytest.raises(RefusedError, match=words):
            note_visiting_wish(actor=coordinator, person=ivy, now=now, **told)

    def test_refuses_the_opposite_of_what_stands(self, coordinator, ivy, now):
        note_visiting_wish(actor=coordinator, person=ivy, kind="woman", now=now)
        with pytest.raises(RefusedError, match="The opposite is noted"):
            note_visiting_wish(actor=coordinator, person=ivy, kind="man", now=now)

    def test_is_for_those_who_may_change_records(self, actor_with, ivy, now):
        with pytest.raises(NotAllowedError):
            note_visiting_wish(actor=actor_with(Role.PERFORMANCE_LEAD), person=ivy, kind="woman", now=now)


class TestEndVisitingWish:
    def test_ends_it_for_a_reason_and_keeps_it(self, coordinator, ivy, now):
        wish = note_visiting_wish(actor=coordinator, person=ivy, kind="dog", now=now)
        later = now + timedelta(days=3)
        with pytest.raises(RefusedError, match="Say why"):
            end_visiting_wish(actor=coordinator, wish=wish, reason=" ", now=later)
        ended = end_visiting_wish(actor=coordinator, wish=wish, reason="The dog died", now=later)
        assert (ended.ended_on, ended.ended_reason) == (later.date(), "The dog died")
        standing, over = visiting_wishes_of(coordinator, ivy)
        assert (standing, over) == ([], [wish])
        with pytest.raises(RefusedError, match="has ended"):
            end_visiting_wish(actor=coordinator, wish=wish, reason="Again", now=later)

    def test_finds_only_a_wish_of_this_person(self, coordinator, ivy, now):
        from homeward.plans.selectors import WishNotFoundError

        wish = note_visiting_wish(actor=coordinator, person=ivy, kind="dog", now=now)
        assert visiting_wish_of(coordinator, ivy, wish.pk) == wish
        with pytest.raises(WishNotFoundError):
            visiting_wish_of(coordinator, ivy, wish.pk + 1)


class TestWorkerTraits:
    def test_notes_and_ends_what_matters_of_a_worker(self, planner, workers, now):
        spoken = note_worker_trait(actor=planner, worker=workers[0], kind="language", text="Polish", now=now)
        note_worker_trait(actor=planner, worker=workers[0], kind="language", text="polish", now=now)
        woman = note_worker_trait(actor=planner, worker=workers[0], kind="woman", now=now)
        assert worker_traits(planner, workers[0]) == [spoken, woman]
        end_worker_trait(actor=planner, trait=spoken, now=now)
        assert worker_traits(planner, workers[0]) == [woman]
        assert WorkerTrait.objects.count() == 2
        assert Event.objects.filter(action="end worker trait").count() == 1

    def test_refuses_a_language_without_a_name(self, planner, workers, now):
        with pytest.raises(RefusedError, match="Say which language"):
            note_worker_trait(actor=planner, worker=workers[0], kind="language", now=now)

    def test_is_for_those_who_manage_the_roster(self, actor_with, workers, now):
        for role in (Role.CASE_MANAGER, Role.FIELD_WORKER):
            with pytest.raises(NotAllowedError):
                worker_traits(actor_with(role), workers[0])


class TestWhoMayVisit:
    def test_reads_what_stands_of_several_people(self, service, coordinator, planner, ivy, workers, now):
        note_visiting_wish(actor=coordinator, person=ivy, kind="woman", now=now)
        ended = note_visiting_wish(actor=coordinator, person=ivy, kind="dog", now=now)
        end_visiting_wish(actor=coordinator, wish=ended, reason="It died", now=now)
        note_worker_trait(actor=planner, worker=workers[1], kind="woman", now=now)
        system = Actor.system("tests", service.pk)
        told = who_may_visit(system, service.pk, [ivy.pk, ivy.pk + 1])
        assert told == {ivy.pk: Visiting(only=((frozenset({workers[1].pk}), "they asked for a woman"),))}
        assert who_may_visit(system, service.pk, [ivy.pk], in_a_crisis=[ivy.pk]) == {ivy.pk: Visiting()}
