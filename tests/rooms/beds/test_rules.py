"""Which bed fits whom, the order of waiting, how long a stay may be, and when somebody is rung."""

from datetime import UTC, date, datetime

import pytest

from homeward.beds.rules import BedFacts, Waiter, Wants, day_of_stay, follow_up_days, in_order, limit_of, misfits

SINGLE = BedFacts(room_for="either", beds_in_room=1, floor=0, is_en_suite=True, equipment=frozenset({"hoist"}))


class TestMisfits:
    @pytest.mark.parametrize(
        ("bed", "wants", "said"),
        [
            ({}, {}, ()),
            ({"room_for": "men"}, {"shares_with": "women"}, ("The room is for men.",)),
            ({"room_for": "men"}, {"shares_with": "men"}, ()),
            ({"is_en_suite": False}, {"needs_en_suite": True}, ("They need an en-suite room; this one has none.",)),
            ({"floor": 1}, {"needs_ground_floor": True}, ("They need the ground floor; this room is upstairs.",)),
            (
                {"beds_in_room": 2},
                {"shares_with": "women", "needs_own_room": True},
                ("They need a room to themselves; this one has 2 beds.",),
            ),
            ({"beds_in_room": 2}, {}, ("Nobody has said with whom they would share a room.",)),
            (
                {"beds_in_room": 2, "room_mates": ("men",)},
                {"shares_with": "women"},
                ("Somebody is in the room who shares with men.",),
            ),
            ({"beds_in_room": 2, "room_mates": ("women",)}, {"shares_with": "women"}, ()),
            (
                {},
                {"equipment": frozenset({"hoist", "bariatric"})},
                ("They need this, and the bed does not have it: bed for a heavier person.",),
            ),
        ],
    )
    def test_say_every_reason(self, bed, wants, said):
        facts = BedFacts(**{name: getattr(SINGLE, name) for name in SINGLE.__slots__} | bed)
        assert misfits(facts, Wants(**wants)) == said

    def test_say_all_of_several(self):
        facts = BedFacts(room_for="women", beds_in_room=1, floor=2, is_en_suite=False, equipment=frozenset())
        wants = Wants(shares_with="men", needs_en_suite=True, needs_ground_floor=True)
        assert len(misfits(facts, wants)) == 3


class TestInOrder:
    def test_puts_the_first_two_days_to_end_first_whoever_was_put_first_before_and_who_cannot_move_last(self):
        def at(hour: int) -> datetime:
            return datetime(2026, 11, 24, hour, tzinfo=UTC)

        placed = in_order(
            [
                Waiter(1, due_at=at(12)),
                Waiter(2, due_at=at(9), is_ready=False),
                Waiter(3, due_at=at(10)),
                Waiter(4, due_at=at(20), put_first_at=at(8)),
                Waiter(5, due_at=at(21), put_first_at=at(7)),
            ]
        )
        assert [one.id for one in placed] == [5, 4, 3, 1, 2]
        assert [one.why for one in placed] == ["put_first", "put_first", "due", "due", "not_ready"]
        assert [one.place for one in placed] == [1, 2, 3, 4, 5]


class TestStays:
    def test_the_day_they_moved_in_is_the_first(self):
        assert day_of_stay(date(2026, 11, 1), date(2026, 11, 1)) == 1
        assert day_of_stay(date(2026, 11, 1), date(2026, 11, 17)) == 17
        assert day_of_stay(date(2026, 11, 1), date(2026, 11, 17), away=4) == 13

    def test_days_in_hospital_move_the_limit(self):
        assert limit_of(date(2026, 11, 1), 42) == date(2026, 12, 13)
        assert limit_of(date(2026, 11, 1), 42, 3) == date(2026, 12, 16)

    @pytest.mark.parametrize(
        ("came_from", "moved_in", "left", "after_91", "a_year"),
        [
            # from hospital: 91 days after they left hospital, which is the day they moved in
            ("hospital", date(2026, 1, 5), date(2026, 2, 10), date(2026, 4, 6), date(2027, 2, 10)),
            ("home", date(2026, 1, 5), date(2026, 2, 10), date(2026, 5, 12), date(2027, 2, 10)),
            # a stay longer than 91 days: not before they left
            ("hospital", date(2026, 1, 5), date(2026, 5, 1), date(2026, 5, 1), date(2027, 5, 1)),
            ("home", date(2028, 1, 5), date(2028, 2, 29), date(2028, 5, 30), date(2029, 3, 1)),
        ],
    )
    def test_when_somebody_is_rung(self, came_from, moved_in, left, after_91, a_year):
        days = follow_up_days(came_from, moved_in, left)
        assert (days["after_91_days"], days["after_12_months"]) == (after_91, a_year)
