"""How a stay came to us, what is asked of it each day, and how it ended."""

from django.db import models


class StaySource(models.TextChoices):
    """How a stay was told to us."""

    FORM = "form", "Typed in Homeward"
    CSV = "csv", "A file from the hospital"
    FHIR = "fhir", "A message from the hospital"


class StayReceived(models.TextChoices):
    """What telling of a stay came to."""

    MADE = "made", "A new stay"
    CHANGED = "changed", "A change of a stay"
    SAME = "same", "Nothing new"
    OLDER = "older", "Older than what is known"


class EndedAs(models.TextChoices):
    """How a stay ended."""

    LEFT = "left", "Left hospital"
    DIED = "died", "Died in hospital"
    MOVED = "moved", "Moved to another hospital"
    MISTAKE = "mistake", "Recorded by mistake"


class Criterion(models.TextChoices):
    """Criteria to reside in an acute hospital.

    CRITERIA TO RESIDE CODE FOR HOSPITAL PROVIDER SPELL, NHS Data Dictionary, November 2024: docs/rules/coming-home.md.
    """

    CRITICAL_CARE = "01", "Requires critical or high dependency care"
    OXYGEN = "02", "Requires oxygen therapy or non-invasive ventilation"
    FLUIDS = "03", "Requires intravenous fluids"
    NEWS_OVER_3 = "04", "Has a National Early Warning Score greater than 3"
    CONSCIOUSNESS = "05", "Has a diminished level of consciousness where recovery is realistic"
    FUNCTION = "06", "Has acute functional impairment in excess of home or community care provision"
    LAST_HOURS = "07", "Is in last hours of life"
    MEDICATION = "08", "Requires intravenous medication more than twice a day (including analgesia)"
    LOWER_LIMB = "09", "Has undergone lower limb surgery within the last 48 hours"
    THORAX = "10", "Has undergone thorax-abdominal and/or pelvic surgery within the last 72 hours"
    INVASIVE = (
        "11",
        "Has undergone an invasive procedure within the last 24 hours, "
        "with attendant risk of acute life-threatening deterioration",
    )
    NOT_RECORDED = "12", "Has criteria to reside but specific criteria to reside not recorded"


class StayEventKind(models.TextChoices):
    """What happened to a stay; its history is these rows, only ever added."""

    ADMITTED = "admitted", "Admitted"
    CHANGED = "changed", "Changed"
    EXPECTED = "expected", "Expected date"
    CRITERIA = "criteria", "Criteria to reside"
    READY = "ready", "Ready date"
    ADDED = "added", "Action added"
    ACTION_CHANGED = "action_changed", "Action changed"
    BLOCKED = "blocked", "Held up"
    UNBLOCKED = "unblocked", "No longer held up"
    DONE = "done", "Action done"
    DROPPED = "dropped", "Action no longer needed"
    REOPENED = "reopened", "Action opened again"
    ANSWERED = "answered", "Asked in a round"
    PROPOSED = "proposed", "Way home proposed"
    DECIDED = "decided", "Way home decided"
    SET_ASIDE = "set_aside", "Way home set aside"
    CHOICE = "choice", "Choice answered"
    LEFT = "left", "Stay ended"
    SETTLED = "settled", "Left over when the stay ended"
    GOES_ON = "goes_on", "Stay goes on"
    PROMISED = "promised", "First visit promised"
    TAKEN_BACK = "taken_back", "Promise taken back"
    READIED = "readied", "Seen to before leaving"
    CALLED = "called", "Called after leaving"
    CARE_PAUSED = "care_paused", "Usual care paused"
    CARE_AGAIN = "care_again", "Usual care begins again"
