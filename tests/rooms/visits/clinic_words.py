"""A leg club, and people whose plans ask for dressings at home, for tests of group clinics."""

from datetime import date, timedelta

from homeward.access.rules import Actor
from homeward.episodes.models import Episode
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.plans.services import NewPattern, write_plan
from homeward.procedures.selectors import built, procedure
from homeward.visits.services import NewBooking, NewClinic

# The clock of the tests stands at 9 on Tuesday 24 November 2026
DRESSING = NewPattern(
    title="Dressing", opens_at="09:00", closes_at="16:00", minutes=30, starts_on=date(2026, 11, 2), weekdays="135",
    slots=[{"skill": "home_care_worker", "competences": [], "minutes": 30}],
    tasks=[{"code": "simple_dressing", "title": "Change a simple dressing", "is_delegated": False},
           {"code": "wellbeing_check", "title": "Look for change", "is_delegated": False}],
)  # fmt: skip
CARE = NewPattern(
    title="Morning care", opens_at="07:00", closes_at="10:00", minutes=30, starts_on=date(2026, 11, 2),
    slots=[{"skill": "home_care_worker", "competences": [], "minutes": 30}],
    tasks=[{"code": "personal_care", "title": "Personal care", "is_delegated": False}],
)  # fmt: skip
# A Wednesday club, so that the first session is tomorrow
FIRST = date(2026, 11, 25)


def new_clinic(nurse, **more) -> NewClinic:
    told = {
        "name": "Leg club", "place_name": "Merrow Hall", "lines": "2 Made Up Street", "postcode": "DE1 3DA",
        "latitude": 52.93, "longitude": -1.47, "activities": ("simple_dressing", "wellbeing_check"), "weekday": 3,
        "opens_at": "10:30", "minutes": 120, "places": 2, "nurse": nurse, "starts_on": date(2026, 11, 24),
        "helpers": (("home_care_worker", ()),), "is_transport_offered": True,
    }  # fmt: skip
    return NewClinic(**(told | more))


def new_booking(**more) -> NewBooking:
    told = {
        "starts_on": FIRST, "asked_by": "Nurse Elm", "asked_on": date(2026, 11, 23),
        "said": "I would like the company.",
    }  # fmt: skip
    return NewBooking(**(told | more))


def add_person(service, actor: Actor, name: str, now, *patterns: NewPattern):
    """Somebody at home on the map, with a plan of these visits."""
    new = NewPerson(
        given_name=name, family_name="Made-Up", birth_date=date(1940, 5, 6),
        address=NewAddress(lines="3 Made Up Lane", postcode="DE1 3DA", latitude=52.92, longitude=-1.46),
    )  # fmt: skip
    system = Actor.system("tests", service.pk)
    person = register_person(actor=system, service_id=service.pk, new=new, now=now)
    give_plan(service, person, now, *(patterns or (DRESSING, CARE)))
    return person


def give_plan(service, person, now, *patterns: NewPattern) -> Episode:
    row = procedure("pathway", "home-care-with-delegated-tasks")
    episode = Episode.objects.create(
        service=service, person=person, pathway=row, stage=built(row).stages[1].code,
        started_at=now - timedelta(days=20),
    )  # fmt: skip
    write_plan(
        actor=Actor.system("tests", service.pk), episode=episode, summary="Support", goals=["Heal"],
        patterns=list(patterns), now=now - timedelta(days=20), agreed_on=date(2026, 11, 4),
    )  # fmt: skip
    return episode
