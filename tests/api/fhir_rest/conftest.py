"""A person with something of everything in their record, and ways to ask for it over FHIR."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.test import Client

from homeward.access.rules import Actor, Role
from homeward.assessments.services import complete_form, save_answers, start_form
from homeward.episodes.models import Episode
from homeward.people.models import Contact, Identifier, Person, SharingChoice
from homeward.people.services import NewAddress, NewPerson, raise_alert, register_person
from homeward.plans.models import CarePlan, Goal, VisitPattern
from homeward.procedures.selectors import built, procedure
from homeward.referrals.services import NewReferral, receive_referral
from homeward.referrals.states import Source, Urgency
from homeward.teams.models import Organisation, Worker
from homeward.teams.services import add_organisations, add_workers, connect_machine
from homeward.visits.models import Assignment, Visit, VisitTask
from tests.answering import complete_answers


@pytest.fixture
def moment(now, monkeypatch):
    """The doors read the clock: for these tests it stands at `now`."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    return now


@dataclass
class Whole:
    """A person and what belongs to them."""

    person: Person
    episode: Episode
    visit: Visit
    worker: Worker
    filled: object
    plan: CarePlan


@pytest.fixture
def coordinator(actor_with) -> Actor:
    return actor_with(Role.FRONT_DOOR)


@pytest.fixture
def whole(service, coordinator, now) -> Whole:
    """Ivy, with a referral, an episode, visits, a plan, a filled form, alerts, a contact and a sharing choice."""
    system = Actor.system("tests", service.pk)
    trust, practice = add_organisations(
        actor=system,
        now=now,
        organisations=[
            Organisation(service=service, kind="nhs_trust", name="Merrow Trust", is_employer=True),
            Organisation(service=service, kind="gp_practice", name="Made Up Practice", ods_code="Y99999"),
        ],
    )
    worker = Worker(service=service, organisation=trust, local_reference="W1", name="Ash Made-Up",
                    job_title="Nurse", skills=["crisis_responder_health"])  # fmt: skip
    add_workers(actor=system, workers=[worker], now=now)
    new = NewPerson(
        given_name="Ivy", family_name="Okafor", preferred_name="Iv", birth_date=date(1941, 3, 9), gender="female",
        nhs_number="999 000 0018", phone="07700 900123", language="Urdu", needs_interpreter=True, gp_practice=practice,
        address=NewAddress(lines="1 Made Up Lane, Derwent", postcode="DE1 3DA", latitude=52.9, longitude=-1.4,
                           key_safe="4321", access_notes="Side gate"),
        contacts=(("June Okafor", "Daughter", "07700 900124"),), needs=(("large_print", "18 point"),),
    )  # fmt: skip
    person = register_person(actor=coordinator, service_id=service.pk, new=new, now=now)
    Contact.objects.filter(person=person).update(is_next_of_kin=True, is_unpaid_carer=True)
    Identifier.objects.create(person=person, system="urn:made-up:council", value="C-77")
    referral = receive_referral(
        actor=coordinator, person=person, now=now,
        new=NewReferral(source=Source.GP, urgency=Urgency.CRISIS, need_code="fall", need_text="Fell this morning",
                        received_at=now - timedelta(hours=1), requester_name="Dr Made Up"),
    )  # fmt: skip
    pathway = procedure("pathway", "home-care-with-delegated-tasks")
    episode = Episode.objects.create(
        service=service, person=person, pathway=pathway, referral=referral, stage=built(pathway).stages[1].code,
        started_at=now - timedelta(minutes=50),
    )  # fmt: skip
    plan = CarePlan.objects.create(person=person, episode=episode, summary="Safe at home again", written_at=now,
                                   written_by="Test Person", agreed_on=now.date())  # fmt: skip
    Goal.objects.create(plan=plan, text="Get up the stairs alone")
    pattern = VisitPattern.objects.create(
        plan=plan, title="Morning visit", opens_at="08:00", closes_at="09:30", minutes=30, weekdays="135",
        slots=[{"skill": "home_care_worker", "minutes": 30}], starts_on=now.date(),
    )  # fmt: skip
    address = person.addresses.get()
    visit = Visit.objects.create(
        service=service, person=person, address=address, episode=episode, day=now.date(), title="Crisis response",
        window_opens_at=now - timedelta(minutes=40), window_closes_at=now, state="done",
        slots=[{"skill": "crisis_responder_health", "minutes": 60}],
    )  # fmt: skip
    Assignment.objects.create(visit=visit, slot=0, worker=worker, starts_at=now - timedelta(minutes=40), ends_at=now,
                              state="left", arrived_at=now - timedelta(minutes=38), left_at=now)  # fmt: skip
    VisitTask.objects.create(visit=visit, title="Look at the leg", done_at=now, done_by="Ash Made-Up")
    Visit.objects.create(
        service=service, person=person, address=address, episode=episode, pattern=pattern, title="Morning visit",
        day=now.date() + timedelta(days=1), window_opens_at=now + timedelta(days=1),
        window_closes_at=now + timedelta(days=1, hours=1), slots=[{"skill": "home_care_worker", "minutes": 30}],
    )  # fmt: skip
    raise_alert(actor=coordinator, person=person, kind="pets", text="Large dog", now=now)
    raise_alert(actor=coordinator, person=person, kind="allergy", text="Penicillin", now=now)
    SharingChoice.objects.create(person=person, kind="gp", decision="agreed", decided_on=now.date(), recorded_at=now,
                                 recorded_by="Test Person", text="Yes, tell my doctor")  # fmt: skip
    told = {"actor": coordinator, "now": now}
    filled = start_form(service_id=service.pk, form_code="crisis-first-assessment", subject=("episode", episode.pk),
                        person=person, **told)  # fmt: skip
    saved = save_answers(filled=filled, answers=complete_answers(built(filled.form)), revision=filled.revision, **told)
    filled = complete_form(filled=saved.filled, **told)
    return Whole(person, episode, visit, worker, filled, plan)


@pytest.fixture
def reader_token(service, system, now) -> str:
    """The token of a system connected for reading."""
    return connect_machine(
        actor=system, username="shared-record", full_name="Shared care record", services=[service], now=now,
        reads_for="Direct care",
    )  # fmt: skip


@pytest.fixture
def ask(client, reader_token, moment):
    """Asks as the connected system: `ask("/fhir/Patient")` gives the answer as JSON."""

    def get(path: str, *, status: int = 200, token: str = reader_token, **headers):
        headers = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): one for name, one in headers.items()}}
        response = client.get(path, headers=headers)
        assert response.status_code == status, response.content[:2000]
        return response.json() if response.content else {}

    return get


@pytest.fixture
def sign_in(service, moment):
    """Signs somebody in and gives their browser: `sign_in(Role.FIELD_WORKER)`."""
    from homeward.teams.models import Account
    from homeward.teams.services import open_account

    def make(role: Role, worker: Worker | None = None) -> Client:
        name = f"{role}-person"
        account = Account.objects.filter(username=name).first() or open_account(
            actor=Actor.system("tests", service.pk), username=name, password="a long made up phrase",
            full_name=f"Test {role}", role=role, services=[service], now=moment, worker=worker,
        )  # fmt: skip
        browser = Client()
        browser.force_login(account)
        return browser

    return make
