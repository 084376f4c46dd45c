"""Who may do what, for everyone at once: the answers the rules give for each, in as many queries for many as one."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homeward.access.rules import Actor, Role
from homeward.delegation.models import Declaration, Delegation, DelegationWorker, SignOff
from homeward.delegation.selectors import competences_on, is_kept, who_may, why_each, why_may
from homeward.delegation.states import DeclarationKind, DelegationState, WorkerAnswer
from homeward.kernel.rules import london_day
from homeward.people.models import Person
from homeward.procedures.selectors import published_activities
from homeward.teams.models import Registration, Worker

CODES = (
    "insulin_administration",
    "medication_support",
    "eye_drops",
    "exercise_programme",
    "personal_care",
    "delegation_supervision",
    "capacity_and_best_interests",
)
SKILLS = (
    ["nurse"],
    ["home_care_worker"],
    ["home_care_worker", "insulin", "eye_drops"],
    ["reablement_worker"],
    ["therapy_assistant"],
    ["social_worker"],
    ["home_care_worker", "crisis_responder_care"],
    [],
)


@pytest.fixture
def people(service):
    """Six people, one of whom was merged into another."""
    rows = [Person(service=service, reference=f"P{n}", given_name=f"P{n}", family_name="Made Up") for n in range(6)]
    Person.objects.bulk_create(rows)
    Person.objects.filter(pk=rows[5].pk).update(merged_into=rows[0])
    return rows


@pytest.fixture
def random_place(service, employers, people, now):
    """A place where everything was drawn: workers, registrations, sign-offs, declarations, decisions and answers."""

    def make(seed: int) -> None:
        luck = random.Random(seed)
        today = london_day(now)

        def about_today():
            return luck.choice((None, *(today + timedelta(days=n) for n in (-200, -1, 0, 1, 200))))

        workers = Worker.objects.bulk_create(
            Worker(
                service=service,
                organisation=luck.choice(employers),
                local_reference=f"R{seed}-{n}",
                name=f"W{n}",
                skills=luck.choice(SKILLS),
                is_active=luck.random() < 0.95,
            )
            for n in range(30)
        )
        Registration.objects.bulk_create(
            Registration(worker=one, register="nmc", number="x", expires_on=day, checked_on=today, checked_by="Tests")
            for one in workers
            if (day := about_today())
        )
        competences = sorted(
            {
                one.delegable.competence
                for code, one in published_activities().items()
                if one.delegable and code in CODES
            }
        )
        SignOff.objects.bulk_create(
            SignOff(
                worker=luck.choice(workers),
                competence=luck.choice(competences),
                person=luck.choice((None, *people)),
                carried_over="" if (is_signed := luck.random() < 0.7) else "drawn",
                signed_by=luck.choice(workers) if is_signed else None,
                signed_at=now + timedelta(days=luck.choice((-300, -300, -300, -1, 1))),
                ends_on=about_today(),
                passport_code=f"{seed}-{n}",
                withdrawn_at=now if (gone := luck.random() < 0.1) else None,
                withdrawn_reason="drawn" if gone else "",
            )
            for n in range(600)
        )
        said = list(DeclarationKind)
        Declaration.objects.bulk_create(
            Declaration(
                worker=worker,
                organisation=worker.organisation,
                competence=competence,
                kind=luck.choices(said, (12, 1, 12, 1))[0],
                at=now,
                by_name="drawn",
            )
            for worker in workers
            for competence in competences
            for _ in range(luck.randrange(1, 7))
        )
        for person in people[:5]:
            for code in CODES[:4]:
                if luck.random() < 0.8:
                    state = luck.choices(list(DelegationState), (1, 8, 1, 1))[0]
                    row = Delegation.objects.create(
                        service=service,
                        person=person,
                        activity_code=code,
                        state=state,
                        carried_over="drawn",
                        starts_on=about_today(),
                        review_on=about_today(),
                        suspended_reason="drawn" if state == DelegationState.SUSPENDED else "",
                        made_at=now,
                    )
                    DelegationWorker.objects.bulk_create(
                        DelegationWorker(
                            delegation=row,
                            worker=worker,
                            answer=luck.choices(list(WorkerAnswer), (1, 8, 1, 1))[0],
                            asked_at=now,
                        )
                        for worker in luck.sample(workers, 20)
                    )

    return make


class TestWhoMay:
    @pytest.mark.parametrize("seed", range(6))
    def test_agrees_with_the_rules_about_every_worker(self, seed, random_place, service, people, system, now):
        random_place(seed)
        planner = Actor.system("tests", service.pk)
        asked = [(person.pk, code) for person in people for code in CODES]
        everyone = list(Worker.objects.values_list("pk", flat=True))

        for day in (london_day(now), london_day(now) + timedelta(days=2)):
            at_once = who_may(planner, service.pk, day, asked)
            each = why_each(planner, service.pk, everyone, asked, day)

            assert set(at_once) == set(asked)
            for person, code in asked:
                one_by_one = {pk for pk in everyone if (found := each.get((pk, person, code))) and found.may}
                assert at_once[person, code] == one_by_one, (code, person)

    def test_draws_places_in_which_some_may_and_some_may_not(self, random_place, service, people, now):
        random_place(1)
        answer = who_may(
            Actor.system("tests", service.pk), service.pk, london_day(now),
            [(person.pk, "insulin_administration") for person in people],
        )  # fmt: skip
        nurses = set(Worker.objects.filter(skills=["nurse"]).values_list("pk", flat=True))

        assert any(may - nurses for may in answer.values())

    def test_asks_the_database_as_often_for_many_as_for_one(self, random_place, service, people, now):
        random_place(2)
        planner = Actor.system("tests", service.pk)
        who_may(planner, service.pk, london_day(now), [(people[1].pk, CODES[0])])  # procedures read once a process

        counts = []
        for asked in ([(people[1].pk, CODES[0])], [(person.pk, code) for person in people[1:5] for code in CODES]):
            with CaptureQueriesContext(connection) as queries:
                who_may(planner, service.pk, london_day(now), asked)
            counts.append(len(queries))

        assert counts[1] <= 10  # what nobody delegated is not asked for, so fewer may do

    def test_leaves_out_an_activity_that_no_procedure_has(self, service, people, now):
        asked = [(people[0].pk, "unheard_of")]

        assert who_may(Actor.system("tests", service.pk), service.pk, london_day(now), asked) == {}

    def test_tells_a_field_worker_only_of_themselves(self, service, ivy, hire, registered, signed_in, now):
        nurse, other = registered(hire("Ada Brook", "nurse")), registered(hire("Ben Ash", "nurse"))
        actor = signed_in(nurse, Role.FIELD_WORKER)

        answer = who_may(actor, service.pk, london_day(now), [(ivy.pk, "insulin_administration")])

        assert answer == {(ivy.pk, "insulin_administration"): {nurse.pk}}
        assert (other.pk, ivy.pk, "eye_drops") not in why_each(
            actor, service.pk, [nurse.pk, other.pk], [(ivy.pk, "eye_drops")], london_day(now)
        )

    def test_knows_a_person_by_the_record_they_were_merged_into(
        self, service, ivy, people, carer, signed, delegated, nurse, now
    ):
        Person.objects.filter(pk=people[1].pk).update(merged_into=ivy)
        signed(carer, "insulin", ivy)
        delegation = delegated(ivy, "insulin_administration", carer)
        delegation.workers.update(answer=WorkerAnswer.ACCEPTED)

        answer = who_may(nurse, service.pk, london_day(now), [(people[1].pk, "insulin_administration")])

        assert carer.pk in answer[people[1].pk, "insulin_administration"]

    def test_takes_of_two_decisions_for_merged_records_whatever_stops_it(
        self, service, ivy, people, carer, hire, signed, delegated, nurse, now
    ):
        other, today = people[1], london_day(now)
        second = hire("Bo Reed", "home_care_worker")
        for worker in (carer, second):
            signed(worker, "insulin", ivy)
        first = delegated(ivy, "insulin_administration", carer, second)
        first.workers.filter(worker=carer).update(answer=WorkerAnswer.DECLINED)
        first.workers.filter(worker=second).update(answer=WorkerAnswer.ACCEPTED)
        later = delegated(other, "insulin_administration", carer, second)
        later.workers.update(answer=WorkerAnswer.ACCEPTED)
        Person.objects.filter(pk=other.pk).update(merged_into=ivy)
        Delegation.objects.filter(pk=first.pk).update(review_on=today)

        pair = (ivy.pk, "insulin_administration")
        assert who_may(nurse, service.pk, today, [pair])[pair] == {second.pk, nurse.worker_id}
        tomorrow = today + timedelta(days=1)
        assert who_may(nurse, service.pk, tomorrow, [pair])[pair] == {nurse.worker_id}


class TestWhyMay:
    def test_says_why_and_what_is_missing(self, service, ivy, carer, signed, delegated, nurse, now):
        day = london_day(now)
        said = [why_may(nurse, carer.pk, ivy.pk, "insulin_administration", day).because]
        signed(carer, "insulin", ivy)
        said.append(why_may(nurse, carer.pk, ivy.pk, "insulin_administration", day).because)
        delegation = delegated(ivy, "insulin_administration", carer)
        said.append(why_may(nurse, carer.pk, ivy.pk, "insulin_administration", day).because)
        delegation.workers.update(answer=WorkerAnswer.ACCEPTED)
        found = why_may(nurse, carer.pk, ivy.pk, "insulin_administration", day)

        assert said == [
            "Mina Cole is not signed off for insulin.",
            "No nurse has delegated this for this person.",
            "Mina Cole has not accepted this for this person.",
        ]
        assert found.may
        assert found.because == "Mina Cole is signed off for insulin, and it is delegated for this person."

    def test_knows_no_worker_of_another_service(self, actor_with, carer, ivy, now):
        stranger = Actor(name="Stranger", role=Role.ROSTER_PLANNER, account_id=9, service_ids=frozenset())

        with pytest.raises(LookupError):
            why_may(stranger, carer.pk, ivy.pk, "eye_drops", london_day(now))


class TestIsKept:
    def test_is_so_from_the_first_sign_off(self, service, carer, signed):
        before = is_kept(service.pk)
        signed(carer, "eye_drops")

        assert (before, is_kept(service.pk)) == (False, True)

    def test_is_so_from_the_first_delegation(self, service, ivy, delegated):
        delegated(ivy, "eye_drops")

        assert is_kept(service.pk)


class TestCompetencesOn:
    def test_counts_a_sign_off_and_not_a_code_among_skills(self, service, ivy, hire, signed, nurse, now):
        worker = hire("Mina Cole", "home_care_worker", "insulin")
        signed(worker, "eye_drops")
        signed(worker, "insulin", ivy)

        found = competences_on(nurse, service.pk, london_day(now))[worker.pk]

        assert "eye_drops" in found and "personal_care" in found
        assert "insulin" not in found
