"""The kinds most services lend, to begin a catalogue with; every one can be changed."""

from dataclasses import dataclass

# Equipment for lifting people is examined at least every 6 months. docs/rules/equipment.md
LOLER = "Lifting Operations and Lifting Equipment Regulations 1998, regulation 9(3)(a)(i)"
LIFTING_MONTHS = 6
TECHNICIAN, FITTER = "telecare_technician", "equipment_fitting"


@dataclass(frozen=True, slots=True)
class UsualKind:
    """One kind to begin with. What names no rule is a local decision."""

    code: str
    title: str
    is_counted: bool = False
    is_alerting: bool = False
    needs_approval: bool = False
    skill: str = FITTER
    fit_minutes: int = 45
    fitters: int = 1
    check_months: int | None = None
    check_basis: str = ""
    service_months: int | None = None
    review_days: int | None = None
    loan_days: int | None = None
    respond_minutes: int | None = None
    silent_hours: int | None = None


def _calls(code: str, title: str, review_days: int, minutes: int = 45) -> UsualKind:
    # minutes and review days are those of the pathway assistive-technology, each marked there as a local decision
    return UsualKind(
        code, title, is_alerting=True, skill=TECHNICIAN, service_months=12, review_days=review_days,
        respond_minutes=minutes, silent_hours=26,
    )  # fmt: skip


USUAL_KINDS = (
    UsualKind("profiling_bed", "Profiling bed", needs_approval=True, fit_minutes=75, fitters=2, check_months=12,
              service_months=12, review_days=182),
    UsualKind("pressure_mattress", "Pressure-relieving mattress", service_months=12, review_days=91),
    UsualKind("commode", "Commode", fit_minutes=20, review_days=182, check_months=12),
    UsualKind("hoist", "Mobile hoist", needs_approval=True, fit_minutes=60, fitters=2, check_months=LIFTING_MONTHS,
              check_basis=LOLER, service_months=12, review_days=91),
    UsualKind("sling", "Hoist sling", fit_minutes=30, check_months=LIFTING_MONTHS, check_basis=LOLER, review_days=91),
    UsualKind("bath_lift", "Bath lift", fit_minutes=45, check_months=LIFTING_MONTHS, check_basis=LOLER,
              service_months=12, review_days=182),
    UsualKind("bed_rails", "Bed rails, a pair", needs_approval=True, fit_minutes=40, check_months=12, review_days=91),
    UsualKind("walking_frame", "Walking frame", is_counted=True, fit_minutes=20, loan_days=182),
    UsualKind("raised_toilet_seat", "Raised toilet seat", is_counted=True, fit_minutes=20),
    UsualKind("grab_rail", "Grab rail, fitted", is_counted=True, fit_minutes=40),
    UsualKind("perching_stool", "Perching stool", is_counted=True, fit_minutes=20, loan_days=182),
    UsualKind("key_safe", "Key safe", is_counted=True, fit_minutes=30),
    _calls("pendant", "Alarm to wear", 365),
    _calls("fall_detector", "Falls detector", 365),
    _calls("bed_or_chair_sensor", "Bed or chair sensor", 182),
    _calls("door_sensor", "Door sensor", 182),
    _calls("locator", "Locator", 182),
    _calls("home_sensor", "Smoke, gas or water sensor", 365),
    UsualKind("medicine_dispenser", "Medicine dispenser", skill=TECHNICIAN, service_months=12, review_days=182),
    UsualKind("reminder", "Reminder or speaking clock", skill=TECHNICIAN, fit_minutes=30, review_days=365),
)  # fmt: skip
