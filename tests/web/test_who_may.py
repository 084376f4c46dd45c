"""Every page, as every role, with every tie to the person it is about: compared with the table."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from homeward.access.rules import ROLE_PERMISSIONS, SYSTEM_ROLES, Actor, Relationship, Role, Sight, sight_with
from homeward.assessments.services import start_form
from homeward.beds.models import Bed, BedReferral, BedStay, BedUse, FollowUp, House, Room, WayHomeNeed
from homeward.commissioning.models import Package, PackageVisit
from homeward.delegation.models import Delegation
from homeward.discharge.services import Owner, StayGiven, add_action, receive_stay
from homeward.equipment.models import DeviceAlert, EquipmentRequest, Item, Kind, Loan, Store
from homeward.people.models import Address, BrokenGlass, Identifier, LegalStatus
from homeward.people.services import NewAddress, NewPerson, add_to_timeline, note_need, raise_alert, register_person
from homeward.plans.models import CarePlan, VisitPattern
from homeward.plans.services import note_visiting_wish
from homeward.procedures.selectors import procedure
from homeward.referrals.models import Referral
from homeward.referrals.services import NewReferral, receive_referral
from homeward.surveys.models import Invitation
from homeward.teams.models import Account, Organisation, Worker
from homeward.visits.models import Assignment, Clinic, ClinicBooking, ClinicSession, JoinedVisits, SessionPlace, Visit
from homeward.web.who_may import ALSO_NEEDED, sight_needed
from tools.who_may import who_may_page

pytestmark = pytest.mark.any_engine

BASE = Path(__file__).resolve().parents[2]
# Parts of an address that say whose page it is
ABOUT_SOMEBODY = {
    "person_id", "visit_id", "episode_id", "referral_id", "form_id", "document_id", "draft_of_plan_id", "join_id",
    "delegation_id", "booking_id", "place_id", "stay_id", "bed_referral_id", "bed_stay_id", "follow_up_id",
    "way_home_id", "asked_id", "invitation_id", "loan_id", "device_alert_id",
    "package_id", "personal_budget_id",
}  # fmt: skip
PEOPLE_WHO_SIGN_IN = [role for role in Role if role not in SYSTEM_ROLES]
TIES = {
    "none": (),
    "front door": (Relationship.FRONT_DOOR,),
    "caring": (Relationship.CARING,),
    "visiting": (Relationship.CARING, Relationship.VISITING),
    "broken glass": (Relationship.BROKEN_GLASS,),
}
REFUSED = {403, 404}
# Pages of what this person does not have: only that they are refused can be seen
OF_WHAT_IS_NOT_THERE = {"plans:compare", "plans:recovery_part", "privacy:appraise"}


@dataclass
class Whose:
    """Somebody with one kind of tie to the reader, and what the addresses of pages about them are made of."""

    ties: tuple[Relationship, ...]
    parts: dict[str, object] = field(default_factory=dict)


def addresses(resolver: URLResolver | None = None, names: tuple[str, ...] = (), parts: frozenset[str] = frozenset()):
    """Every page: its name, the parts of its address, its permission."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = parts | set(pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            space = (pattern.namespace,) if pattern.namespace else ()
            yield from addresses(pattern, names + space, here)
        elif isinstance(pattern, URLPattern) and pattern.callback.__module__.startswith("homeward.web"):
            yield ":".join((*names, pattern.name)), here, getattr(pattern.callback, "permission", None)


@pytest.fixture
def reader(service, desk, now):
    """Makes a role's browser and account: `reader(role)`."""

    def make(role: Role) -> tuple[Client, Account]:
        employer = Organisation.objects.create(service=service, kind="council", name="Merrow Council")
        account = Account.objects.create(username="reader", full_name="Reader One", role=role, organisation=employer)
        account.services.set([service])
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client, account

    return make


def somebody_tied(kind: str, account: Account, service, desk: Actor, cared_for, now) -> Whose:
    """A person to whom the account has the ties of `kind`, with one of everything that pages are about."""
    ties = TIES[kind]
    new = NewPerson(
        given_name="Ivy", family_name=kind.title(),
        address=NewAddress(lines="1 Made Up Lane", postcode="DE1 3DA", latitude=52.9, longitude=-1.4, key_safe="4711"),
        contacts=(("Rose Marsh", "daughter", "07700 900124"),), identifiers=(("https://example.org/id", kind),),
    )  # fmt: skip
    person = register_person(actor=desk, service_id=service.pk, new=new, now=now)
    parts: dict[str, object] = {
        "person_id": person.pk,
        "address_id": Address.objects.get(person=person).pk,
        "contact_id": person.contacts.get().pk,
        "identifier_id": Identifier.objects.get(person=person).pk,
        "alert_id": raise_alert(actor=desk, person=person, kind="allergy", text="Penicillin", now=now).pk,
        "wish_id": note_visiting_wish(actor=desk, person=person, kind="woman", now=now).pk,
        "need_id": note_need(actor=desk, person=person, kind="large_print", text="", now=now).pk,
        "status_id": LegalStatus.objects.create(
            person=person, kind="lpa_health", noted_at=now, noted_by="Tests"
        ).pk,
        "entry_id": add_to_timeline(
            actor=desk, person=person, kind="note", title="Seen", happened_at=now, now=now
        ).pk,
        "form_id": start_form(
            actor=desk, form_code="falls-assessment", subject=("person", person.pk), person=person,
            service_id=service.pk, now=now,
        ).pk,
        "delegation_id": Delegation.objects.create(
            service=service, person=person, activity_code="eye_drops", state="active", carried_over="Tests", made_at=now
        ).pk,
        "activity_code": "insulin_administration",
        "part": "names",
    }  # fmt: skip
    parts |= _booked(service, account, person, kind, now)
    parts |= _in_a_bed(service, person, kind, now)
    parts |= _lent(service, account, person, now)
    if Relationship.FRONT_DOOR in ties:
        asked = NewReferral(source="gp", urgency="crisis", need_code="fall", received_at=now)
        parts["referral_id"] = receive_referral(actor=desk, person=person, new=asked, now=now).pk
        parts["device_alert_id"] = DeviceAlert.objects.create(
            service=service, person=person, sender="Centre", sender_id=kind, identifier="A", kind="fall",
            raised_at=now, received_at=now, answer_due_at=now, last_called_at=now,
        ).pk  # fmt: skip
    if Relationship.CARING in ties:
        parts["episode_id"] = cared_for(person, "integrated-crisis-response").episodes.get().pk
        worker = Worker.objects.create(
            service=service, organisation=account.organisation, local_reference=kind, name="Ann Lee",
            skills=["home_care_worker"],
            account=account if Relationship.VISITING in ties else None,
        )  # fmt: skip
        visit = Visit.objects.create(
            service=service, person=person, address=person.addresses.get(), day=timezone.localdate(now),
            title="Morning care", window_opens_at=now, window_closes_at=now + timedelta(hours=1), state="planned",
            slots=[{"skill": "home_care_worker", "minutes": 30}],
        )  # fmt: skip
        Assignment.objects.create(
            visit=visit, slot=0, worker=worker, starts_at=now, ends_at=now + timedelta(minutes=30)
        )
        parts["visit_id"] = visit.pk
        parts["invitation_id"] = Invitation.objects.create(
            service=service, audience="person", form=procedure("form", "survey-person"), person=person,
            episode_id=parts["episode_id"], asked_by="phone", asked_at=now, until=now + timedelta(days=20),
            nonce=kind, token_hash=kind,
        ).pk  # fmt: skip
        parts |= _in_hospital(service, account, person, desk, now)
        parts["join_id"] = _two_visits(person, parts["episode_id"], now).pk
        parts["package_id"] = _bought(person, parts["episode_id"], now).pk
    if Relationship.BROKEN_GLASS in ties:
        BrokenGlass.objects.create(
            person=person, account_id=account.pk, by_name="Reader One", reason="Must know her medicines",
            at=now - timedelta(minutes=1), until=now + timedelta(hours=1),
        )  # fmt: skip
    return Whose(ties, parts)


def _booked(service, account: Account, person, kind: str, now) -> dict[str, object]:
    """Somebody's place in a session of a clinic."""
    nurse = Worker.objects.create(
        service=service, organisation=account.organisation, local_reference=f"nurse {kind}", name="Nurse Elm",
        skills=["nurse"],
    )  # fmt: skip
    today = timezone.localdate(now)
    clinic = Clinic.objects.create(
        service=service, name=f"Leg club {kind}", place_name="Hall", latitude=52.9, longitude=-1.4,
        activities=["simple_dressing"], weekday=3, opens_at="10:30", minutes=120, places=4, nurse=nurse,
        nurse_skill="nurse", starts_on=today, set_by="Tests", set_at=now,
    )  # fmt: skip
    at = now + timedelta(days=1)
    session = ClinicSession.objects.create(
        clinic=clinic, dated=today, day=today, starts_at=at, minutes=120, places=4, nurse=nurse
    )
    Visit.objects.create(
        service=service, session=session, day=today, title="Leg club", window_opens_at=at, window_closes_at=at,
        slots=[{"skill": "nurse", "minutes": 120, "worker": nurse.pk}],
    )  # fmt: skip
    booking = ClinicBooking.objects.create(
        clinic=clinic, person=person, state="agreed", starts_on=today, asked_by="Tests", asked_on=today,
        agreed_how="person", said="Yes", recorded_by="Tests", recorded_at=now,
    )  # fmt: skip
    place = SessionPlace.objects.create(booking=booking, session=session, person=person, number=1, of_places=4)
    return {"clinic_id": clinic.pk, "session_id": session.pk, "booking_id": booking.pk, "place_id": place.pk}


def _in_hospital(service, account: Account, person, desk: Actor, now) -> dict[str, object]:
    """A stay of somebody, and what is to be done so that they come home."""
    told = StayGiven(admitted_at=now, source="form", hospital_name="Made Up General")
    stay = receive_stay(actor=desk, person=person, given=told, now=now).stay
    action = add_action(
        actor=desk, stay=stay, text="Ring the pharmacy", owner=Owner("organisation", account.organisation_id),
        due_at=now + timedelta(hours=1), now=now,
    )  # fmt: skip
    return {"stay_id": stay.pk, "action_id": action.pk}


def _in_a_bed(service, person, kind: str, now) -> dict[str, object]:
    """Somebody in a bed, with what must be ready and a call in a year; the referral is long decided, and so no tie."""
    long_ago = now - timedelta(days=60)
    house = House.objects.create(
        service=service, name=f"House {kind}", lines="1 Made Up Street", postcode="DE1 3DA", set_by="Tests", set_at=now
    )
    bed = Bed.objects.create(room=Room.objects.create(house=house, name="Room 1"), name="Bed 1")
    asked = Referral.objects.create(
        service=service, person=person, reference=f"B{person.pk}", state="declined", received_at=long_ago,
        source="hospital", urgency="two_days", need_code="community_bed",
    )  # fmt: skip
    referral = BedReferral.objects.create(
        service=service, person=person, referral=asked, state="staying", asked_at=long_ago, came_from="hospital"
    )
    BedUse.objects.create(
        bed=bed, referral=referral, state="in", offered_at=long_ago, offered_by="Tests", moved_in_at=long_ago,
        ready_on=timezone.localdate(long_ago),
    )  # fmt: skip
    today = timezone.localdate(now)
    stay = BedStay.objects.create(
        service=service, person=person, referral=referral, moved_in_at=long_ago, leaving_on=today
    )
    need = WayHomeNeed.objects.create(
        stay=stay, kind="care", text="Care", owner="Tests", by_day=today, added_at=now, added_by="Tests"
    )
    call = FollowUp.objects.create(stay=stay, kind="after_12_months", due_on=today + timedelta(days=365))
    return {
        "bed_referral_id": referral.pk, "bed_stay_id": stay.pk, "way_home_id": need.pk, "follow_up_id": call.pk,
    }  # fmt: skip


def _lent(service, account: Account, person, now) -> dict[str, object]:
    """Something that is asked for somebody, and something they have."""
    kind, _ = Kind.objects.get_or_create(service=service, code="commode", defaults={"title": "Commode"})
    store, _ = Store.objects.get_or_create(service=service, name="Store")
    row = {"service": service, "person": person, "kind": kind, "why": "Nights", "needed_by": timezone.localdate(now),
           "asked_by": "Tests", "asked_at": now}  # fmt: skip
    item = Item.objects.create(
        kind=kind, number=f"EQ{person.pk:06d}", owner=account.organisation, store=store, state="with_person", since=now
    )
    loan = Loan.objects.create(
        service=service, person=person, kind=kind, item=item, paid_by=account.organisation, handed_over_at=now,
        handed_over_by="Tests", shown="How", shown_to="Ivy",
        request=EquipmentRequest.objects.create(**row, state="handed_over", item=item),
    )  # fmt: skip
    return {"asked_id": EquipmentRequest.objects.create(**row, state="to_fill").pk, "loan_id": loan.pk}


def _bought(person, episode_id: int, now) -> Package:
    """A package of care, of a visit a day."""
    package = Package.objects.create(
        service_id=person.service_id, person=person, episode_id=episode_id, reference=f"PK{person.pk}",
        kind="home_care", asked_at=now, asked_by="Tests", starts_on=timezone.localdate(now), needs_text="Help to wash",
    )  # fmt: skip
    PackageVisit.objects.create(
        package=package, title="Care", weekdays="1", opens_at="08:00", closes_at="09:00", minutes=30,
        skill="home_care_worker",
    )  # fmt: skip
    return package


def _two_visits(person, episode_id: int, now) -> JoinedVisits:
    """Two standing visits of somebody that could be one."""
    plan = CarePlan.objects.create(
        person=person, episode_id=episode_id, written_at=now, written_by="Tests", agreed_on=timezone.localdate(now)
    )
    one, other = (
        VisitPattern.objects.create(
            plan=plan, title=title, opens_at="08:00", closes_at="10:00", minutes=30,
            slots=[{"skill": "home_care_worker", "minutes": 30}], starts_on=timezone.localdate(now),
        )
        for title in ("Morning care", "Morning practice")
    )  # fmt: skip
    return JoinedVisits.objects.create(
        service_id=person.service_id, person=person, kept=one, joined=other, kind="same_purpose", weekdays="1",
        opens_at="08:00", closes_at="10:00", minutes=40, slots=one.slots, tasks=[], care_minutes_saved=20,
        travel_minutes_saved=4, found_at=now,
    )  # fmt: skip


def is_refused(client: Client, address: str) -> bool:
    """Whether a page is refused; one that only takes a form answers a look with going elsewhere, so it is sent one."""
    looked = client.get(address)
    if looked.status_code in (302, 405):
        looked = client.post(address, {})
    assert looked.status_code < 500
    return looked.status_code in REFUSED


class TestTheTable:
    def test_is_printed_as_it_stands(self):
        printed = (BASE / "docs/rules/who-may-see-and-do.md").read_text(encoding="utf-8")
        assert printed == who_may_page(), "make it again: python tools/who_may.py > docs/rules/who-may-see-and-do.md"


class TestEveryPage:
    def test_about_somebody_says_how_far_its_reader_must_see(self):
        silent = [name for name, parts, _ in addresses() if parts & ABOUT_SOMEBODY and sight_needed(name) is None]
        assert not silent

    @pytest.mark.parametrize("role", PEOPLE_WHO_SIGN_IN)
    def test_about_nobody_opens_to_those_with_its_permission(self, reader, role):
        client, _ = reader(role)
        wrong = []
        for name, parts, permission in addresses():
            if parts or permission is None:
                continue
            looked = client.get(reverse(name))
            may = permission in ROLE_PERMISSIONS[role]
            if (looked.status_code == 403) == may:
                wrong.append(f"{name}: {looked.status_code}, may {may}")
        assert not wrong

    @pytest.mark.parametrize("role", PEOPLE_WHO_SIGN_IN)
    @pytest.mark.parametrize("kind", TIES)
    def test_about_somebody_opens_as_the_table_says(self, reader, service, desk, cared_for, now, role, kind):
        client, account = reader(role)
        whose = somebody_tied(kind, account, service, desk, cared_for, now)
        sight = sight_with(role, whose.ties)
        wrong = []
        for name, parts, permission in addresses():
            if not parts & ABOUT_SOMEBODY or not parts <= set(whose.parts) or permission is None:
                continue
            needed = {permission, ALSO_NEEDED.get(name, permission)}
            may = needed <= ROLE_PERMISSIONS[role] and sight >= sight_needed(name)
            if may and name in OF_WHAT_IS_NOT_THERE:
                continue
            address = reverse(name, kwargs={part: whose.parts[part] for part in parts})
            refused = client.get(address).status_code in REFUSED if may else is_refused(client, address)
            if refused == may:
                wrong.append(f"{name}: {'refused' if refused else 'opened'}, sight {Sight(sight).name}")
        assert not wrong
