"""Two hundred offers of thirty beds at the same moment: never two people in a bed, nobody lost, all told why."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections

from homeward.access.rules import Actor
from homeward.beds.models import Bed, BedEvent, BedReferral, BedUse
from homeward.beds.services import BedTakenError, NewRoom, accept_offer, add_room, admit, offer_bed
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Person
from homeward.procedures.selectors import procedure
from homeward.referrals.models import Referral

pytestmark = pytest.mark.django_db(transaction=connection.vendor != "sqlite")
PEOPLE, BEDS = 200, 30
# SQLite has one writer at a time, and whoever waits asks again and again
AT_ONCE = 12 if connection.vendor == "postgresql" else 3


@pytest.fixture
def system_lead(service) -> Actor:
    return Actor.system("tests", service.pk)


@pytest.fixture
def thirty_beds(system_lead, house, now) -> list[Bed]:
    """Ten rooms of three beds, so that whoever offers in one room meets others there."""
    for number in range(10):
        beds = tuple(f"Bed {number}-{place}" for place in range(3))
        add_room(actor=system_lead, house=house, new=NewRoom(f"Ward {number}", beds), now=now)
    return list(Bed.objects.filter(room__name__startswith="Ward").select_related("room__house").order_by("pk"))


@pytest.fixture
def two_hundred(service, now) -> list[BedReferral]:
    """People who wait, all women: written as rows, for making each by its service takes longer than the test."""
    row = procedure("pathway", "bed-based-reablement")
    people = Person.objects.bulk_create(
        [Person(service=service, reference=f"P{number}", given_name=f"N{number}") for number in range(PEOPLE)]
    )
    referrals = Referral.objects.bulk_create(
        [
            Referral(
                service=service, person=one, reference=f"T{one.pk}", state="accepted", received_at=now,
                source="hospital", urgency="two_days", need_code="community_bed",
            )
            for one in people
        ]
    )  # fmt: skip
    episodes = Episode.objects.bulk_create(
        [
            Episode(
                service=service, person=one.person, referral=one, pathway=row, stage="waiting_for_bed", started_at=now
            )
            for one in referrals
        ]
    )
    return BedReferral.objects.bulk_create(
        [
            BedReferral(
                service=service, person=one.person, referral=one.referral, episode=one, state="waiting", asked_at=now,
                came_from="hospital", shares_with="women",
            )
            for one in episodes
        ]
    )  # fmt: skip


@pytest.fixture
def at_once(tmp_path, monkeypatch) -> Callable[[Callable, Iterable, int], list]:
    """Does something for each of many, on so many connections; on SQLite in a file with what the test has made.

    Looking at what came of it is done there too: `at_once(look, [1], 1)`.
    """
    if connection.vendor == "sqlite":
        path = tmp_path / "at-once.sqlite3"

    def run(do: Callable, each: Iterable, threads: int) -> list:
        if connection.vendor == "sqlite":
            if not path.exists():
                path.write_bytes(connection.connection.serialize())
            monkeypatch.setitem(connections.settings["default"], "NAME", str(path))

        def one(thing):
            try:
                return do(thing)
            finally:
                connection.close()

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(one, each))

    return run


def told(service) -> str:
    """What came of it, in a word."""
    try:
        service()
    except RefusedError as error:
        assert str(error).endswith("."), "a reason is a sentence"
        return type(error).__name__
    return "done"


class TestOfferBed:
    def test_gives_thirty_beds_to_thirty_of_two_hundred(self, at_once, system_lead, thirty_beds, two_hundred, now):
        luck = random.Random(4)
        # every bed is asked for by somebody
        tries = [
            (one, thirty_beds[number] if number < BEDS else luck.choice(thirty_beds))
            for number, one in enumerate(two_hundred)
        ]
        luck.shuffle(tries)
        until = now + timedelta(hours=4)

        def offer(which) -> str:
            referral, bed = which
            return told(lambda: offer_bed(actor=system_lead, referral=referral, bed=bed, held_until=until, now=now))

        found = Counter(at_once(offer, tries, AT_ONCE))
        assert found == {"done": BEDS, BedTakenError.__name__: PEOPLE - BEDS}

        def look(_) -> tuple[int, ...]:
            held = BedUse.objects.filter(state="offered")
            return (
                held.values("bed_id").distinct().count(),
                held.values("referral_id").distinct().count(),
                # nobody lost: whoever holds no bed waits as before, and nothing was written of them
                BedReferral.objects.filter(state="waiting").count(),
                BedEvent.objects.filter(kind="bed_offered").count(),
            )

        assert at_once(look, [1], 1) == [(BEDS, BEDS, PEOPLE, BEDS)]

    def test_gives_one_person_one_of_many_beds(self, at_once, system_lead, thirty_beds, two_hundred, now):
        until, somebody_waiting = now + timedelta(hours=4), two_hundred[0]

        def offer(bed) -> str:
            return told(
                lambda: offer_bed(actor=system_lead, referral=somebody_waiting, bed=bed, held_until=until, now=now)
            )

        assert Counter(at_once(offer, thirty_beds, AT_ONCE)) == {"done": 1, "RefusedError": BEDS - 1}


class TestAdmit:
    def test_puts_one_person_in_a_bed_once(self, at_once, system_lead, thirty_beds, two_hundred, now):
        """The same move, sent by many windows at once: one is done, the others are told."""
        until, bed = now + timedelta(hours=4), thirty_beds[0]
        use = offer_bed(actor=system_lead, referral=two_hundred[0], bed=bed, held_until=until, now=now)
        use = accept_offer(actor=system_lead, use=use, answered_by="Herself", now=now)
        leaving_on = london_day(now) + timedelta(days=20)

        def move_in(_) -> str:
            return told(lambda: admit(actor=system_lead, use=use, moved_in_at=now, leaving_on=leaving_on, now=now))

        assert Counter(at_once(move_in, range(6), AT_ONCE)) == {"done": 1, "BedStateError": 5}
        assert at_once(lambda _: BedUse.objects.filter(bed=bed, state="in").count(), [1], 1) == [1]
