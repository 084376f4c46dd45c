"""Clocks, as tables that read like the guidance, and what must hold for every clock."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.kernel.rules import LONDON
from homeward.procedures.rules import (
    Clock,
    ClockKind,
    ClockState,
    Event,
    NaiveTimeError,
    SenderTimes,
    Target,
    TargetCounts,
    TargetUnit,
    read_clock,
    read_library,
)

LIBRARY = read_library()

SHORT = {
    "received": "referral_received",
    "reopened": "referral_reopened",
    "wait": "person_not_ready",
    "ready": "person_ready",
    "seen": "first_face_to_face_contact",
    "redirected": "referral_redirected",
    "tried": "contact_attempted",
}


def clock_of(amount: int = 2, unit: str = "hours", counts: str = "elapsed", **fields: object) -> Clock:
    return Clock(
        code="response",
        title="Response",
        kind=ClockKind.RESPONSE,
        target=Target(amount, TargetUnit(unit), TargetCounts(counts)),
        starts=("referral_received", "referral_reopened"),
        pauses=("person_not_ready",),
        resumes=("person_ready",),
        stops=("first_face_to_face_contact",),
        cancels=("referral_redirected",),
        source="local-practice",
        **fields,
    )


def uk(text: str) -> datetime:
    """`2026-06-10 14:05` in UK time; a trailing `b` is the second time that hour comes, in October."""
    moment = datetime.fromisoformat(text.removesuffix("b")).replace(tzinfo=LONDON)
    return moment.replace(fold=1) if text.endswith("b") else moment


def events(text: str, day: str = "2026-06-10") -> list[Event]:
    """`received 10:00, seen 11:00` on one day; a full date may stand before a time."""
    found = []
    for part in text.split(",") if text else []:
        name, _, at = part.strip().partition(" ")
        found.append(Event(SHORT[name], uk(at if "-" in at else f"{day} {at}")))
    return found


def utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%d %H:%M}"


class TestTwoHourClock:
    @pytest.mark.parametrize(
        ("happened", "now", "state", "due", "is_met"),
        [
            # nothing has happened, or nothing that starts it
            ("", "12:00", "not_started", None, None),
            ("tried 10:00", "12:00", "not_started", None, None),
            ("seen 10:00", "12:00", "not_started", None, None),
            # running, on the target, past it
            ("received 10:00", "10:00", "running", "12:00", None),
            ("received 10:00", "12:00", "running", "12:00", None),
            ("received 10:00", "12:01", "breached", "12:00", False),
            # a failed attempt or a welfare call stops nothing
            ("received 10:00, tried 11:00", "12:30", "breached", "12:00", False),
            # seen in time, on the target, late
            ("received 10:00, seen 11:59", "15:00", "stopped", "12:00", True),
            ("received 10:00, seen 12:00", "15:00", "stopped", "12:00", True),
            ("received 10:00, seen 12:01", "15:00", "stopped", "12:00", False),
            # the first start and the first stop count
            ("received 10:00, received 11:30, seen 12:30", "15:00", "stopped", "12:00", False),
            ("received 10:00, seen 11:00, seen 13:00", "15:00", "stopped", "12:00", True),
            ("received 10:00, seen 11:00, reopened 12:00", "15:00", "stopped", "12:00", True),
            # a stop before the start is not counted
            ("seen 09:00, received 10:00", "11:00", "running", "12:00", None),
            # paused, paused twice, resumed, seen while paused
            ("received 10:00, wait 11:00", "13:00", "paused", "14:00", None),
            ("received 10:00, wait 11:00, wait 11:30, ready 12:00", "12:30", "running", "13:00", None),
            ("received 10:00, wait 11:00, ready 12:00, seen 13:00", "15:00", "stopped", "13:00", True),
            ("received 10:00, wait 11:00, ready 12:00, seen 13:01", "15:00", "stopped", "13:00", False),
            ("received 10:00, wait 11:00, seen 18:00", "19:00", "stopped", "19:00", True),
            ("received 10:00, ready 11:00", "11:30", "running", "12:00", None),
            # a pause after the breach undoes nothing
            ("received 10:00, wait 12:30", "13:00", "breached", "12:00", False),
            ("received 10:00, wait 12:30, ready 14:00, seen 15:00", "16:00", "stopped", "12:00", False),
            # redirected, and back again: a new run with its whole target
            ("received 10:00, redirected 11:00", "15:00", "cancelled", "12:00", None),
            ("received 10:00, redirected 11:00, reopened 14:00", "15:00", "running", "16:00", None),
            ("received 10:00, redirected 11:00, seen 11:30, reopened 14:00", "15:00", "running", "16:00", None),
            # what has not happened yet does not count
            ("received 10:00, seen 11:00", "10:30", "running", "12:00", None),
            ("received 10:00", "09:59", "not_started", None, None),
        ],
    )
    def test_reads_what_happened(self, happened, now, state, due, is_met):
        reading = read_clock(clock_of(), events(happened), uk(f"2026-06-10 {now}"))

        assert reading.state == state
        assert reading.is_met is is_met
        assert (reading.due_at and f"{reading.due_at.astimezone(LONDON):%H:%M}") == due

    @pytest.mark.parametrize(
        ("happened", "expected"),
        [
            ("received 10:00, seen 10:00", ClockState.STOPPED),
            ("received 10:00, wait 11:00, ready 11:00", ClockState.RUNNING),
            ("received 10:00, redirected 10:00", ClockState.CANCELLED),
            ("received 10:00, seen 11:00, redirected 11:00", ClockState.STOPPED),
        ],
    )
    def test_settles_events_of_the_same_moment(self, happened, expected):
        for order in permutations(events(happened)):
            assert read_clock(clock_of(), order, uk("2026-06-10 11:30")).state is expected

    def test_lets_the_time_of_recording_settle_a_tie(self):
        at = uk("2026-06-10 11:00")
        resumed_then_paused = [
            *events("received 10:00, wait 10:30"),
            Event("person_ready", at, recorded_at=at + timedelta(minutes=1)),
            Event("person_not_ready", at, recorded_at=at + timedelta(minutes=2)),
        ]

        assert read_clock(clock_of(), resumed_then_paused, uk("2026-06-10 11:30")).state is ClockState.PAUSED

    def test_counts_an_event_recorded_late_when_it_happened(self):
        seen_in_time = Event("first_face_to_face_contact", uk("2026-06-10 11:50"), recorded_at=uk("2026-06-10 16:00"))

        assert read_clock(clock_of(), [*events("received 10:00"), seen_in_time], uk("2026-06-10 17:00")).is_met

    def test_tells_a_run_that_breached_before_it_was_cancelled(self):
        happened = events("received 10:00, redirected 13:00, reopened 14:00, seen 15:00")

        reading = read_clock(clock_of(), happened, uk("2026-06-10 16:00"))

        assert (reading.run, reading.is_met, reading.breached_before) == (2, True, True)

    def test_names_the_pair_it_used(self):
        reading = read_clock(clock_of(), events("received 10:00, seen 11:00"), uk("2026-06-10 12:00"))

        assert reading.pair == "referral_received to first_face_to_face_contact"

    @pytest.mark.parametrize(
        ("now", "used", "escalations"),
        [("10:59", 49, ()), ("11:00", 50, (50,)), ("11:30", 75, (50, 75)), ("13:00", 150, (50, 75, 100))],
    )
    def test_says_how_much_is_used_and_whom_to_tell(self, now, used, escalations):
        clock = clock_of(escalate_at_percent=(50, 75, 100))

        reading = read_clock(clock, events("received 10:00"), uk(f"2026-06-10 {now}"))

        assert (reading.used_percent, reading.escalations) == (used, escalations)

    def test_counts_pauses_out_of_what_is_used(self):
        happened = events("received 10:00, wait 10:30, ready 14:00")

        reading = read_clock(clock_of(), happened, uk("2026-06-10 14:30"))

        assert (reading.used_percent, reading.paused_minutes) == (50, 210)
        assert reading.remaining == timedelta(hours=1)

    def test_refuses_a_moment_without_a_time_zone(self):
        with pytest.raises(NaiveTimeError, match="no time zone"):
            Event("referral_received", datetime(2026, 6, 10, 10))  # noqa: DTZ001 - the fault under test
        with pytest.raises(NaiveTimeError, match="present moment"):
            read_clock(clock_of(), [], datetime(2026, 6, 10, 10))  # noqa: DTZ001
        with pytest.raises(NaiveTimeError, match="sender"):
            SenderTimes(started_at=datetime(2026, 6, 10, 10))  # noqa: DTZ001


class TestClockChanges:
    """In 2026 the clocks go forward on 29 March at 1am and back on 25 October at 2am."""

    @pytest.mark.parametrize(
        ("target", "start", "due"),
        [
            # forward: there is no 1:30am, so two hours from 12:30am end at 3:30am on the wall
            ((2, "hours", "elapsed"), "2026-03-29 00:30", "2026-03-29 03:30"),
            ((72, "hours", "elapsed"), "2026-03-27 09:00", "2026-03-30 10:00"),
            # back: 1:30am comes twice, so two hours from 12:30am end at 1:30am the second time
            ((2, "hours", "elapsed"), "2026-10-25 00:30", "2026-10-25 01:30b"),
            ((2, "hours", "elapsed"), "2026-10-25 01:30", "2026-10-25 02:30"),
            ((72, "hours", "elapsed"), "2026-10-23 09:00", "2026-10-26 08:00"),
            # elapsed days are 24 hours each
            ((2, "days", "elapsed"), "2026-03-28 12:00", "2026-03-30 13:00"),
            # calendar days end when the day ends, whatever the time of the start
            ((2, "days", "calendar_days"), "2026-03-27 00:00", "2026-03-29 23:59"),
            ((2, "days", "calendar_days"), "2026-03-27 23:59", "2026-03-29 23:59"),
            ((2, "days", "calendar_days"), "2026-10-23 23:59", "2026-10-25 23:59"),
            ((6, "weeks", "calendar_days"), "2026-03-01 10:00", "2026-04-12 23:59"),
            # in summer, 11:30pm UTC is already the next day here
            ((1, "days", "calendar_days"), "2026-06-11 00:30", "2026-06-12 23:59"),
        ],
    )
    def test_is_due_when_the_target_has_really_passed(self, target, start, due):
        reading = read_clock(clock_of(*target), [Event("referral_received", uk(start))], uk(start))

        assert utc(reading.due_at) == utc(uk(due))

    @pytest.mark.parametrize(
        ("paused", "due"),
        [
            ("wait 2026-06-10 10:00, ready 2026-06-10 22:00", "2026-06-12 23:59"),
            ("wait 2026-06-10 22:00, ready 2026-06-11 01:00", "2026-06-13 23:59"),
            ("wait 2026-06-10 22:00, ready 2026-06-13 01:00", "2026-06-15 23:59"),
            ("wait 2026-06-13 22:00, ready 2026-06-14 01:00", "2026-06-12 23:59"),
        ],
    )
    def test_gives_a_day_for_each_midnight_that_passed_while_paused(self, paused, due):
        clock = clock_of(2, "days", "calendar_days")

        reading = read_clock(clock, events(f"received 2026-06-10 09:00, {paused}"), uk("2026-06-20 12:00"))

        assert utc(reading.due_at) == utc(uk(due))

    def test_says_which_of_the_two_hours_it_means(self):
        reading = read_clock(clock_of(), [Event("referral_received", uk("2026-10-25 00:30"))], uk("2026-10-25 00:45"))

        assert "Due by 1:30am GMT on 25 October 2026" in reading.because


class TestSenderTimes:
    clock = clock_of(sender_times=True)

    @pytest.mark.parametrize(
        ("happened", "started", "breaches", "expected_start", "expected_due"),
        [
            # 999 started the clock before the referral reached us
            ("received 10:20", "10:00", None, "10:00", "12:00"),
            ("received 10:20", "10:00", "11:00", "10:00", "11:00"),
            ("received 10:20", None, "11:00", "10:20", "11:00"),
            # our pauses do not move the sender's breach
            ("received 10:20, wait 10:30, ready 11:30", "10:00", "12:00", "10:00", "12:00"),
            # a breach before the start cannot be right
            ("received 10:20", "10:00", "09:00", "10:00", "12:00"),
            # a referral that comes back runs on our own clock
            ("received 10:20, redirected 11:00, reopened 13:00", "10:00", "11:00", "13:00", "15:00"),
        ],
    )
    def test_replace_ours(self, happened, started, breaches, expected_start, expected_due):
        sender = SenderTimes(
            started_at=started and uk(f"2026-06-10 {started}"),
            breaches_at=breaches and uk(f"2026-06-10 {breaches}"),
        )

        reading = read_clock(self.clock, events(happened), uk("2026-06-10 14:00"), sender=sender)

        assert utc(reading.started_at) == utc(uk(f"2026-06-10 {expected_start}"))
        assert utc(reading.due_at) == utc(uk(f"2026-06-10 {expected_due}"))

    def test_do_not_count_where_the_clock_does_not_take_them(self):
        sender = SenderTimes(started_at=uk("2026-06-10 08:00"), breaches_at=uk("2026-06-10 09:00"))

        reading = read_clock(clock_of(), events("received 10:00"), uk("2026-06-10 10:30"), sender=sender)

        assert (reading.state, reading.used_sender_times) == (ClockState.RUNNING, False)

    def test_tell_that_their_breach_came_before_a_redirect(self):
        sender = SenderTimes(breaches_at=uk("2026-06-10 10:30"))
        happened = events("received 10:00, redirected 11:00, reopened 13:00")

        assert read_clock(self.clock, happened, uk("2026-06-10 14:00"), sender=sender).breached_before

    def test_breach_a_paused_clock(self):
        sender = SenderTimes(breaches_at=uk("2026-06-10 11:00"))

        reading = read_clock(self.clock, events("received 10:00, wait 10:30"), uk("2026-06-10 11:01"), sender=sender)

        assert reading.state is ClockState.BREACHED


class TestBecause:
    @pytest.mark.parametrize(
        ("happened", "now", "because"),
        [
            ("", "12:00", "Has not started: it starts with referral received or referral reopened."),
            (
                "received 10:00",
                "10:48",
                "Started at 10am on 10 June 2026 (referral received). "
                "Due by midday on 10 June 2026: 1 hour 12 minutes left.",
            ),
            (
                "received 10:00",
                "12:12",
                "Started at 10am on 10 June 2026 (referral received). "
                "Was due by midday on 10 June 2026 and is overdue by 12 minutes.",
            ),
            (
                "received 10:00, wait 10:30",
                "17:00",
                "Started at 10am on 10 June 2026 (referral received). "
                "Paused at 10:30am on 10 June 2026 (person not ready) with 1 hour 30 minutes left.",
            ),
            (
                "seen 09:00, received 10:00, seen 12:05",
                "13:00",
                "Started at 10am on 10 June 2026 (referral received). "
                "Stopped at 12:05pm on 10 June 2026 (first face to face contact), 5 minutes late. "
                "First face to face contact at 9am on 10 June 2026 came before the start, so it is not counted.",
            ),
            (
                "received 10:00, redirected 10:30",
                "13:00",
                "Started at 10am on 10 June 2026 (referral received). "
                "Cancelled at 10:30am on 10 June 2026 (referral redirected).",
            ),
        ],
    )
    def test_is_a_sentence_a_manager_can_repeat(self, happened, now, because):
        assert read_clock(clock_of(), events(happened), uk(f"2026-06-10 {now}")).because == because


class TestShippedClocks:
    def test_give_a_crisis_two_hours_and_then_72(self):
        pathway = LIBRARY.pathway("integrated-crisis-response")
        happened = events("received 10:00, seen 11:15")
        now = uk("2026-06-12 11:15")

        response = read_clock(pathway.clock("response"), happened, now)
        support = read_clock(pathway.clock("support_limit"), happened, now)

        assert response.is_met
        assert (support.remaining, support.escalations) == (timedelta(hours=24), ())

    @pytest.mark.parametrize("pathway", LIBRARY.pathways, ids=lambda pathway: pathway.code)
    def test_all_end_when_the_episode_is_closed_but_those_for_afterwards(self, pathway):
        for clock in pathway.clocks:
            happened = [Event(clock.starts[0], uk("2026-06-10 10:00")), Event("episode_closed", uk("2026-06-10 11:00"))]

            reading = read_clock(clock, happened, uk("2026-06-10 12:00"))

            ended = (ClockState.STOPPED, ClockState.CANCELLED)
            assert reading.state in ((ClockState.RUNNING,) if clock.after_closing else ended), clock.code
            assert not reading.is_breached

    def test_do_not_count_two_days_for_a_referral_from_a_hospital_bed(self):
        clock = LIBRARY.pathway("reablement-at-home").clock("start")
        at = uk("2026-06-10 10:00")
        happened = [Event("referral_received", at), Event("referred_from_hospital_bed", at)]

        assert read_clock(clock, happened, uk("2026-06-20 10:00")).is_met is None

    def test_hold_six_weeks_while_the_person_is_in_hospital(self):
        clock = LIBRARY.pathway("reablement-at-home").clock("length")
        happened = [
            Event("support_started", uk("2026-06-01 10:00")),
            Event("admitted_to_hospital", uk("2026-06-10 10:00")),
            Event("came_home_from_hospital", uk("2026-06-15 10:00")),
        ]

        reading = read_clock(clock, happened, uk("2026-06-20 10:00"))

        assert utc(reading.due_at) == utc(uk("2026-07-18 23:59"))


KINDS = ["referral_received", "referral_reopened", "person_not_ready", "person_ready", "contact_attempted"]
MOMENTS = st.integers(min_value=0, max_value=72 * 60).map(
    lambda minutes: datetime(2026, 3, 27, 12, tzinfo=UTC) + timedelta(minutes=minutes)
)
EVENTS = st.lists(
    st.builds(Event, st.sampled_from([*KINDS, "first_face_to_face_contact", "referral_redirected"]), MOMENTS),
    max_size=8,
)
TARGETS = st.sampled_from([(2, "hours"), (90, "minutes"), (1, "days", "calendar_days"), (1, "days")])


class TestEveryClock:
    @given(EVENTS, TARGETS, MOMENTS, st.randoms(use_true_random=False))
    def test_does_not_care_in_which_order_things_were_written_down(self, happened, target, now, random):
        shuffled = list(happened)
        random.shuffle(shuffled)

        assert read_clock(clock_of(*target), shuffled, now) == read_clock(clock_of(*target), happened, now)

    @given(EVENTS, TARGETS, MOMENTS, MOMENTS)
    def test_never_takes_a_breach_back(self, happened, target, one, other):
        kept = [event for event in happened if event.kind != "referral_redirected"]
        earlier = read_clock(clock_of(*target), kept, min(one, other))
        later = read_clock(clock_of(*target), kept, max(one, other))

        if earlier.is_breached:
            assert later.is_breached
            assert later.breached_at == earlier.breached_at

    @given(EVENTS, TARGETS, MOMENTS, MOMENTS)
    def test_is_never_brought_forward_by_a_pause(self, happened, target, paused_at, now):
        clock = clock_of(*target)
        before = read_clock(clock, happened, now)
        after = read_clock(clock, [*happened, Event("person_not_ready", paused_at)], now)

        assert after.started_at == before.started_at
        if before.due_at is not None:
            assert after.due_at >= before.due_at
        assert before.is_breached or not after.is_breached

    @given(EVENTS, TARGETS, MOMENTS)
    def test_agrees_with_itself(self, happened, target, now):
        reading = read_clock(clock_of(*target), happened, now)

        if reading.state is ClockState.NOT_STARTED:
            assert reading.due_at is reading.started_at is None
        else:
            assert reading.due_at > reading.started_at
            assert reading.is_breached == (reading.breached_at is not None)
            assert (reading.state is ClockState.STOPPED) == (reading.stopped_at is not None)
            assert reading.is_met is not True or reading.stopped_at <= reading.due_at
        assert reading.because.endswith(".")
