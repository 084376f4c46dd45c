"""Leg clubs: people who have a dressing at home go to one together, where they agreed."""

from datetime import timedelta

from homeward.demo.making import Making, somewhere
from homeward.kernel.rules import wall_clock
from homeward.plans.states import AgreedHow
from homeward.procedures.selectors import library
from homeward.roster.models import Shift
from homeward.teams.models import Worker
from homeward.visits.selectors.clinics import candidates_for
from homeward.visits.services import ClinicFullError, NewBooking, NewClinic, book, decline, open_clinic
from homeward.visits.states import Transport

# (name, place, street, days from today to its weekday, starts at, places, how many are asked)
CLUBS = (
    ("Leg club", "Merrowdale Community Hall", "14 Foundry Lane", 0, "13:30", 8, 6),
    ("Leg club, north", "St Made-Up’s church hall", "2 Weaver Street", 2, "10:00", 6, 4),
)
ACTIVITIES = ("simple_dressing", "compression_hosiery", "wellbeing_check")
MINUTES = 120
SAID = (
    ("I know two of them from the bowls club. I would like to go.", Transport.OWN, ""),
    ("I do not mind, as long as somebody fetches me.", Transport.ARRANGE, "Walking frame, and one step at the door"),
    ("It gets me out of the house on a Tuesday.", Transport.OWN, ""),
    ("My daughter can bring me, she has that day off.", Transport.FAMILY, "Her daughter drives"),
    ("If the tea is good.", Transport.ARRANGE, "Wheelchair that folds"),
    ("I would rather be looked at by the same nurse each time.", Transport.OWN, ""),
)
WOULD_RATHER_NOT = "I am not going out with my legs like this."


def make_clinics(making: Making) -> int:
    """Open two leg clubs, ask people whose plans ask for dressings at home, and book those who agree; gives how many.

    One is today, so that it is on the day's plan.
    """
    luck = making.luck("clinics")
    early = wall_clock(making.today, "00:30")
    booked = 0
    for name, place, street, ahead, opens_at, places, asked in CLUBS:
        day = making.today + timedelta(days=ahead)
        nurse = _nurse_on(making, day, opens_at)
        if nurse is None:
            continue
        point = somewhere(luck)
        new = NewClinic(
            name=name, place_name=place, lines=street, postcode=point.postcode, latitude=point.latitude,
            longitude=point.longitude, activities=ACTIVITIES, weekday=day.isoweekday(), opens_at=opens_at,
            minutes=MINUTES, places=places, nurse=nurse, starts_on=day, is_transport_offered=True,
            helpers=(("home_care_worker", ("wound_care_simple",)), ("home_care_worker", ())),
        )  # fmt: skip
        clinic = open_clinic(actor=making.actor, service_id=making.service.pk, new=new, now=early)
        # somebody is left to ask
        suggested = candidates_for(making.actor, clinic, early).rows[:-1][: asked + 1]
        for number, one in enumerate(suggested):
            was_asked = {"asked_by": nurse.label, "asked_on": making.today - timedelta(days=1 + number % 5)}
            if number == asked:
                decline(
                    actor=making.actor, clinic=clinic, person=one.person, said=WOULD_RATHER_NOT, now=early, **was_asked
                )
                continue
            said, transport, note = SAID[(number + ahead) % len(SAID)]
            agreed = NewBooking(
                starts_on=making.today, said=said, transport=transport, transport_note=note,
                agreed_how=AgreedHow.PERSON, **was_asked,
            )  # fmt: skip
            try:
                book(actor=making.actor, clinic=clinic, person=one.person, new=agreed, now=early)
            except ClinicFullError:
                break
            booked += 1
    return booked


def _nurse_on(making: Making, day, opens_at: str) -> Worker | None:
    """A nurse whose shift takes the session in, with the way there and back; None where no nurse is on shift."""
    starts = wall_clock(day, opens_at)
    shifts = Shift.objects.filter(
        worker__service=making.service, worker__is_active=True, starts_at__lte=starts - timedelta(hours=1),
        ends_at__gte=starts + timedelta(minutes=MINUTES + 60),
    ).select_related("worker").order_by("worker_id")  # fmt: skip
    able = (shift.worker for shift in shifts if "nurse" in library().worker_skills(shift.worker.skills))
    return next(able, None)
