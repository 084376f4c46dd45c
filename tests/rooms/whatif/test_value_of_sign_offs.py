"""What a sign-off is worth, and that it is worth that when it is made."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.delegation.services import answer, ask_worker, sign_off
from homeward.episodes.models import Episode
from homeward.kernel.rules import london_day, wall_clock
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.plans.services import NewPattern, write_plan
from homeward.procedures.selectors import built, procedure
from homeward.roster.models import Shift
from homeward.roster.services import add_shifts
from homeward.teams.models import Training
from homeward.visits.models import Visit
from homeward.whatif.models import ValueLook
from homeward.whatif.rules import training_left
from homeward.whatif.selectors import newest_look, value_of_sign_offs
from homeward.whatif.services import is_weighing_due, keep_value_look

DAYS = 3
CATHETER = {"code": "catheter_bag_care", "title": "Catheter bag care", "is_delegated": True}
MEALS = {"code": "meals_and_drinks", "title": "Meals and drinks", "is_delegated": False}


def pattern(title: str, opens_at: str, closes_at: str, *tasks: dict) -> NewPattern:
    slot = {"skill": "home_care_worker", "competences": ["catheter_care"], "minutes": 30}
    return NewPattern(
        title=title, opens_at=opens_at, closes_at=closes_at, minutes=30, slots=[slot], tasks=list(tasks),
        starts_on=date(2026, 11, 2),
    )  # fmt: skip


@pytest.fixture
def near(service, coordinator, now):
    """Somebody at home near the base, by number."""

    def make(number: int):
        new = NewPerson(
            given_name="Ivy", family_name=f"Okafor {number}",
            address=NewAddress(lines=f"{number} Made Up Lane", postcode="DE1 3DA",
                               latitude=52.92 + number / 300, longitude=-1.47),
        )  # fmt: skip
        return register_person(actor=coordinator, service_id=service.pk, new=new, now=now)

    return make


@pytest.fixture
def cared_for_by_delegation(service, near, delegated, now):
    """Three people with catheter bag care, delegated, and nobody signed off for it: at one of them, with a meal."""
    people = [near(number) for number in range(3)]
    row = procedure("pathway", "home-care-with-delegated-tasks")
    for number, person in enumerate(people):
        episode = Episode.objects.create(
            service=service, person=person, pathway=row, stage=built(row).stages[1].code,
            started_at=now - timedelta(days=9),
        )  # fmt: skip
        delegated(person, "catheter_bag_care")
        tasks = (CATHETER, MEALS) if number == 0 else (CATHETER,)
        write_plan(
            actor=Actor.system("tests", service.pk), episode=episode, summary="Care", goals=["Stay home"],
            patterns=[pattern("Catheter", "08:00", "10:00", *tasks)], now=now - timedelta(days=8),
            agreed_on=date(2026, 11, 16),
        )  # fmt: skip
    return people


@pytest.fixture
def on_shift(service, now):
    """Puts workers on shift on every coming day, near the base."""

    def add(*workers, days: int = DAYS) -> None:
        coming = [london_day(now) + timedelta(days=ahead) for ahead in range(1, days + 1)]
        shifts = [
            Shift(
                worker=worker, day=day, starts_at=wall_clock(day, "07:00"), ends_at=wall_clock(day, "14:00"),
                start_latitude=52.92, start_longitude=-1.47,
            )
            for day in coming
            for worker in workers
        ]  # fmt: skip
        add_shifts(actor=Actor.system("tests", service.pk), service_id=service.pk, shifts=shifts, now=now)

    return add


@pytest.fixture
def carers(hire, signed, nurse_worker, on_shift, cared_for_by_delegation):
    """Two care workers: Mina is there every day, Lee on the first only. Lee has a sign-off for something else."""
    mina, lee = hire("Mina Cole", "home_care_worker"), hire("Lee Ash", "home_care_worker")
    signed(lee, "eye_drops")
    on_shift(nurse_worker, mina)
    on_shift(lee, days=1)
    return mina, lee


@pytest.fixture
def planner(actor_with) -> Actor:
    return actor_with(Role.ROSTER_PLANNER)


@pytest.fixture
def look(planner, service, now):
    return lambda: value_of_sign_offs(planner, service.pk, now, days=DAYS)


class TestValueOfSignOffs:
    def test_puts_first_what_frees_most_registered_time(self, carers, look):
        found = look()
        # a visit of 30 minutes where it is all there is to do, and one of the least length where there is more
        assert found.registered_minutes == pytest.approx((30 + 30 + 10) * 7)
        mina, lee = found.values
        assert (mina.worker, mina.competence, mina.people) == ("Mina Cole", "catheter_care", 3)
        assert mina.registered_minutes == pytest.approx(found.registered_minutes)
        assert lee.registered_minutes == pytest.approx(found.registered_minutes / DAYS)
        assert mina.dead_minutes > mina.registered_minutes * 0.5

    def test_keeps_nothing_of_the_days_it_planned(self, carers, look):
        look()
        assert not Visit.objects.exists()

    def test_is_what_granting_it_brings(
        self, carers, cared_for_by_delegation, look, nurse, says, watched, service, now
    ):
        before = look()
        best = before.values[0]
        mina = next(one for one in carers if one.pk == best.worker_id)
        says(mina, "catheter_care")
        for person in cared_for_by_delegation:
            watched(mina, "catheter_care", 5, person)
        for course in _courses():
            Training.objects.create(
                worker=mina, code=course, title=course, competence="catheter_care", done_on=london_day(now),
                recorded_at=now, recorded_by="Tests",
            )  # fmt: skip
        for person in cared_for_by_delegation:
            delegation = person.delegations.get()
            sign_off(actor=nurse, worker=mina, competence="catheter_care", person=person, now=now)
            ask_worker(actor=nurse, delegation=delegation, worker=mina, now=now)
            answer(actor=nurse, delegation=delegation, worker=mina, accepts=True, said_by="on paper, today", now=now)
        after = look()
        measured = before.registered_minutes - after.registered_minutes
        assert measured == pytest.approx(best.registered_minutes, rel=0.1)
        assert mina.pk not in {one.worker_id for one in after.values}

    def test_gives_the_same_answer_twice(self, carers, look):
        assert look().values == look().values

    def test_is_nothing_where_somebody_declined(self, carers, cared_for_by_delegation, look, nurse, now):
        mina, _ = carers
        for person in cared_for_by_delegation:
            delegation = person.delegations.get()
            ask_worker(actor=nurse, delegation=delegation, worker=mina, now=now)
            answer(actor=nurse, delegation=delegation, worker=mina, accepts=False, said_by="by phone", now=now)
        assert mina.pk not in {one.worker_id for one in look().values}

    def test_is_not_for_those_who_do_not_see_delegation(self, service, actor_with, now):
        with pytest.raises(NotAllowedError):
            value_of_sign_offs(actor_with(Role.FIELD_WORKER), service.pk, now)

    def test_looks_at_28_days_at_most(self, service, planner, now):
        with pytest.raises(ValueError, match="1 to 28"):
            value_of_sign_offs(planner, service.pk, now, days=29)


class TestCommand:
    def test_prints_json_and_keeps_what_it_found(self, service, planner):
        out = StringIO()
        call_command("delegation_value_of_signoff", json=True, days=1, stdout=out)
        assert json.loads(out.getvalue())["sign_offs"] == []
        assert newest_look(planner, service.pk) == ValueLook.objects.get()


class TestNewestLook:
    def test_tells_a_price_only_to_whoever_may_see_that_employers_money(self, service, planner, actor_with, hire, now):
        employer = str(hire("Lee Ash", "home_care_worker").organisation)
        line = {"employer": employer, "price_pence": 4200}
        ValueLook.objects.create(
            service=service, looked_at=now, first_day=now.date(), days=1, values=[line], registered_minutes=0,
            cpu_seconds=0,
        )  # fmt: skip
        assert newest_look(planner, service.pk).values == [line]
        for role in (Role.CASE_MANAGER, Role.REGISTERED_PROFESSIONAL):
            assert newest_look(actor_with(role), service.pk).values == [{"employer": employer, "price_pence": None}]


class TestWeighingDue:
    def test_is_once_a_night_where_sign_offs_are_kept(self, service, planner, signed, hire, now):
        system = Actor.system("tests", service.pk)
        night = now.replace(hour=3)
        assert not is_weighing_due(system, service.pk, night)
        signed(hire("Lee Ash", "home_care_worker"), "eye_drops")
        assert not is_weighing_due(system, service.pk, now)
        assert is_weighing_due(system, service.pk, night)
        worth = value_of_sign_offs(planner, service.pk, night, days=1)
        keep_value_look(actor=planner, service_id=service.pk, worth=worth, now=night)
        assert not is_weighing_due(system, service.pk, night + timedelta(hours=1))
        assert is_weighing_due(system, service.pk, night + timedelta(days=1))


@pytest.mark.parametrize(
    ("observed", "done", "left", "registered"),
    [(3, 0, 3, 105), (3, 2, 1, 55), (3, 5, 0, 30), (None, 0, None, 55)],
)
def test_training_left_is_what_is_still_to_watch(observed, done, left, registered):
    training = training_left(observed, done, 10, ())
    assert (training.practices_left, training.registered_minutes) == (left, registered)


def _courses() -> tuple[str, ...]:
    from homeward.delegation.selectors import published_frameworks

    return published_frameworks()["catheter_care"].learning
