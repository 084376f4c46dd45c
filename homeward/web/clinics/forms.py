"""What the forms of group clinics ask."""

from django.http import QueryDict

from homeward.plans.states import AgreedHow
from homeward.visits.services import NewBooking, NewClinic
from homeward.visits.states import Transport
from homeward.web.plans.forms import Asked

# Workers beside the nurse of one clinic; rows offered beyond those that are filled. Both are of this form only.
MOST_HELPERS = 10
SPARE_ROWS = 2


class AskedMany(Asked):
    """Fields of which several may be chosen, and numbers, beside what `Asked` reads."""

    def __init__(self, posted: QueryDict | None, usual: dict[str, str] | None = None, many: dict | None = None) -> None:
        super().__init__(posted, usual)
        self.many = many or {}

    def chosen(self, name: str) -> list[str]:
        """What is ticked of several."""
        return self.posted.getlist(name) if self.posted is not None else list(self.many.get(name, ()))

    def number(self, name: str, missing: str) -> int:
        """The whole number in a field; an error where it is none."""
        text = self.typed(name)
        if not text.isascii() or not text.isdigit() or len(text) > 4:
            self.errors[name] = [missing]
            return 0
        return int(text)

    def degrees(self, name: str) -> float | None:
        """A latitude or longitude, where one is given."""
        text = self.typed(name)
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            self.errors[name] = ["Enter degrees as a number, like 52.925"]
            return None


def read_clinic(asked: AskedMany, nurses: list, stands=None) -> NewClinic | None:
    """The clinic that a form describes; None, with errors beside the fields, where it cannot be read.

    `stands` is the clinic that the form changes: its first day stays.
    """
    for name, words in (
        ("name", "Give the clinic a name"), ("place_name", "Give the name of the place"),
        ("opens_at", "Enter the time it starts, like 10:30"),
    ):  # fmt: skip
        if not asked.typed(name):
            asked.errors[name] = [words]
    if not asked.chosen("activities"):
        asked.errors["activities"] = ["Choose what is done there"]
    nurse = next((one for one in nurses if str(one.pk) == asked.typed("nurse")), None)
    if nurse is None:
        asked.errors["nurse"] = ["Choose the nurse"]
    helpers = _read_helpers(asked, stands.helpers if stands else [])
    begins = stands.starts_on if stands else asked.day("starts_on", missing="Enter the first day")
    numbers = {
        "minutes": asked.number("minutes", "Enter how many minutes it lasts"),
        "places": asked.number("places", "Enter how many people can come"),
        "weekday": asked.number("weekday", "Choose the day of the week"),
        "every_weeks": asked.number("every_weeks", "Choose how often"),
    }
    latitude, longitude = asked.degrees("latitude"), asked.degrees("longitude")
    if asked.errors:
        return None
    return NewClinic(
        name=asked.typed("name"), place_name=asked.typed("place_name"), lines=asked.typed("lines"),
        postcode=asked.typed("postcode"), latitude=latitude, longitude=longitude,
        activities=tuple(asked.chosen("activities")), opens_at=asked.typed("opens_at"), nurse=nurse,
        helpers=helpers, starts_on=begins,
        is_transport_offered=bool(asked.typed("is_transport_offered")), **numbers,
    )  # fmt: skip


def clinic_as_asked(clinic) -> AskedMany:
    """A form filled with a clinic as it stands."""
    helpers = {}
    for number, helper in enumerate(clinic.helpers, start=1):
        helpers |= {f"skill-{number}": helper["skill"], f"competence-{number}": (helper["competences"] or [""])[0]}
    usual = {
        "name": clinic.name, "place_name": clinic.place_name, "lines": clinic.lines, "postcode": clinic.postcode,
        "latitude": "" if clinic.latitude is None else f"{clinic.latitude:.5f}",
        "longitude": "" if clinic.longitude is None else f"{clinic.longitude:.5f}",
        "opens_at": clinic.opens_at, "minutes": str(clinic.minutes), "places": str(clinic.places),
        "weekday": str(clinic.weekday), "every_weeks": str(clinic.every_weeks), "nurse": str(clinic.nurse_id),
        "is_transport_offered": "yes" if clinic.is_transport_offered else "",
    }  # fmt: skip
    return AskedMany(None, usual | helpers, {"activities": clinic.activities})


def helper_rows(asked: AskedMany) -> range:
    """The numbers of the rows for workers beside the nurse: those filled, and some for more."""
    filled = [number for number in range(1, MOST_HELPERS + 1) if asked.typed(f"skill-{number}")]
    return range(1, min(max(filled, default=0) + SPARE_ROWS, MOST_HELPERS) + 1)


def _read_helpers(asked: AskedMany, stands: list[dict]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each worker beside the nurse as (skill, competences). A row shows one competence: one that was left as it was
    keeps whatever else its worker is signed off for."""
    found = []
    for number in range(1, MOST_HELPERS + 1):
        skill, competence = asked.typed(f"skill-{number}"), asked.typed(f"competence-{number}")
        if not skill:
            if competence:
                asked.errors[f"skill-{number}"] = ["Choose who is signed off for this, or take the sign-off away"]
            continue
        was = stands[number - 1] if number <= len(stands) else None
        shown = (was["skill"], (was["competences"] or [""])[0]) if was else None
        kept = tuple(was["competences"]) if was and shown == (skill, competence) else ()
        found.append((skill, kept or ((competence,) if competence else ())))
    return tuple(found)


def read_booking(asked: AskedMany) -> NewBooking | None:
    """What somebody agreed to; None, with errors beside the fields, where it cannot be read."""
    starts_on = asked.day("starts_on", missing="Enter from which day they go")
    ends_on = asked.day("ends_on")
    asked_on = asked.day("asked_on", missing="Enter the day on which they were asked")
    if not asked.typed("asked_by"):
        asked.errors["asked_by"] = ["Say who asked them"]
    if not asked.typed("said"):
        asked.errors["said"] = ["Say what they said when they were asked"]
    how = asked.typed("how")
    if how not in (AgreedHow.PERSON, AgreedHow.POWER, AgreedHow.BEST_INTERESTS):
        asked.errors["how"] = ["Say who agreed"]
    elif how != AgreedHow.PERSON and not asked.typed("agreed_by"):
        asked.errors["agreed_by"] = ["Say who agreed for the person"]
    if asked.typed("transport") not in Transport.values:
        asked.errors["transport"] = ["Say how they get there"]
    if asked.errors:
        return None
    return NewBooking(
        starts_on=starts_on, ends_on=ends_on, asked_by=asked.typed("asked_by"), asked_on=asked_on,
        said=asked.typed("said"), weekdays="".join(asked.chosen("weekdays")), agreed_how=AgreedHow(how),
        agreed_by=asked.typed("agreed_by"), transport=Transport(asked.typed("transport")),
        transport_note=asked.typed("transport_note"),
    )  # fmt: skip
