"""However, whenever and in whatever time zone a history is written down, every measure of it is the same."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from homeward.access.rules import Actor
from homeward.kernel.rules import LONDON
from homeward.outcomes.facts.copying import refresh
from homeward.outcomes.selectors import measures_of
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.referrals.services import decline_referral
from tests.rooms.outcomes.history import History

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# When each crisis came: around a month's end, a year's quarter, the change of the clocks, midnight
CAME = (
    datetime(2026, 8, 31, 23, 30, tzinfo=LONDON),
    datetime(2026, 9, 30, 22, 45, tzinfo=LONDON),
    datetime(2026, 10, 25, 0, 30, tzinfo=LONDON),
    datetime(2026, 10, 31, 23, 59, tzinfo=LONDON),
    datetime(2026, 11, 9, 14, 0, tzinfo=LONDON),
)
# (crisis, what happened, hours after it came)
HAPPENED = (
    (0, "first_face_to_face_contact", 1), (0, "support_ended", 30), (1, "first_face_to_face_contact", 3),
    (2, "first_face_to_face_contact", 2), (3, "first_face_to_face_contact", 1.5), (3, "support_ended", 80),
    (4, "first_face_to_face_contact", 5),
)  # fmt: skip
ENDED = ((0, "nothing_further", 31), (1, "usual_support", 20), (3, "admitted", 81))


def write(history: History, service, now, luck: random.Random | None, zone=LONDON) -> None:
    """The history above. With `luck` crises, events and ends each in another order, the copy brought up between."""
    order, happened, ended = list(range(len(CAME))), list(HAPPENED), list(ENDED)
    if luck:
        luck.shuffle(order), luck.shuffle(happened), luck.shuffle(ended)
    episodes = {}
    for number in order:
        # the same people whichever came first, so that only the order of writing differs
        new = NewPerson(f"Number {number}", "Made-Up", birth_date=date(1940 + number, 5, 6),
                        address=NewAddress(lines="1 Made Up Lane", postcode="DE1 3DA"))  # fmt: skip
        person = register_person(actor=history.actor, service_id=service.pk, new=new, now=now)
        episodes[number] = history.episode(CAME[number].astimezone(zone), person=person)
    for number, kind, hours in happened:
        # hours that pass, not those of the wall clock
        at = (CAME[number].astimezone(UTC) + hours * HOUR).astimezone(zone)
        history.event(episodes[number], kind, at)
        if luck and luck.random() < 0.4:
            refresh(now=now)
    for number, outcome, hours in ended:
        history.end(episodes[number], outcome, (CAME[number].astimezone(UTC) + hours * HOUR).astimezone(zone))


@pytest.fixture
def answers(kept_apart, service, now):
    """Every measure by month and the whole: {(key, first day): (numerator, denominator)} of what there is."""

    def read():
        refresh(now=now)
        found = measures_of(Actor.system("tests", service.pk), service.pk, date(2026, 8, 1), now.date(), now)
        return {
            (one.measure.key, point.first): (point.numerator, point.denominator)
            for one in found
            for point in one.points
            if point.numerator or point.denominator
        }

    return read


# By hand, from the lists above: crises by the month they came in, of which somebody was there within two hours
BY_HAND = {
    ("M03", date(2026, 8, 1)): (1, 1), ("M03", date(2026, 9, 1)): (0, 1), ("M03", date(2026, 10, 1)): (2, 2),
    ("M03", date(2026, 11, 1)): (0, 1), ("M01", date(2026, 8, 1)): (1, None), ("M01", date(2026, 9, 1)): (1, None),
    ("M01", date(2026, 10, 1)): (2, None), ("M01", date(2026, 11, 1)): (1, None),
}  # fmt: skip


class TestEveryMeasure:
    def test_is_what_the_lists_say(self, history, service, now, answers):
        write(history, service, now, None)
        assert {key: one for key, one in answers().items() if key in BY_HAND} == BY_HAND

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_is_the_same_in_whatever_order_it_is_written_down(
        self, history, service, now, answers, settings, tmp_path, seed
    ):
        sid = transaction.savepoint()
        write(history, service, now, None)
        in_order = answers()
        transaction.savepoint_rollback(sid)
        settings.VAR = tmp_path / "another"
        settings.VAR.mkdir()
        write(history, service, now, random.Random(seed))
        assert answers() == in_order
        assert len({key for key, _ in in_order}) >= 5

    @pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
    def test_is_the_same_in_whatever_time_zone_a_moment_is_told(self, history, service, now, answers, zone):
        write(history, service, now, None, ZoneInfo(zone))
        found = answers()
        assert {key: one for key, one in found.items() if key in BY_HAND} == BY_HAND

    def test_follows_a_correction_and_comes_back_to_what_it_was(self, history, service, now, answers):
        write(history, service, now, None)
        before = answers()
        wrong = history.referral(now - 2 * HOUR)
        assert answers() != before
        # what was sent by mistake is declined: no clock of it is left, and the referral stays counted as one
        decline_referral(actor=history.actor, referral=wrong, reason="Sent twice", now=now)
        after = answers()
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert ("M03", date(2026, 11, 1)) not in changed
        assert after["M01", date(2026, 11, 1)] == (2, None)
