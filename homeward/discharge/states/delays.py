"""The 37 national reasons why somebody who is ready is still in hospital, in their 5 families.

Reasons and families word for word as NHS England publishes them (acute discharge situation report, 2024-25):
docs/rules/coming-home.md. `DELAY_SHORT` are our own words, for where there is little room.
"""

from django.db import models


class DelayFamily(models.TextChoices):
    HOSPITAL = "hospital", "Hospital process"
    WELLBEING = "wellbeing", "Wellbeing concerns"
    HUB = "hub", "Care transfer hub process"
    INTERFACE = "interface", "Interface process"
    CAPACITY = "capacity", "Capacity"


_F = DelayFamily
# code, family, what is published, in short
_REASONS = (
    ("medical_review", _F.HOSPITAL, "Awaiting medical review of need for supported discharge", "Medical review"),
    ("therapy_review", _F.HOSPITAL, "Awaiting therapy review of need for supported discharge", "Therapy review"),
    (
        "decision_to_discharge",
        _F.HOSPITAL,
        "Awaiting formal decision to discharge (inc diagnostic test results)",
        "Decision to discharge",
    ),
    (
        "referral_to_hub",
        _F.HOSPITAL,
        "Awaiting referral to care transfer hub for supported discharge",
        "Referral to the hub",
    ),
    (
        "medicines_or_letter",
        _F.HOSPITAL,
        "Awaiting medicines to take home, discharge letter or other discharge documentation",
        "Medicines or letter",
    ),
    ("transport", _F.HOSPITAL, "Awaiting patient transport services", "Transport"),
    (
        "infection",
        _F.HOSPITAL,
        "Remaining in hospital due to infection prevention and control restrictions",
        "Infection control",
    ),
    ("destination", _F.WELLBEING, "Issues with discharge destination readiness", "Home not ready"),
    ("safeguarding", _F.WELLBEING, "Ongoing safeguarding concern", "Safeguarding"),
    ("capacity", _F.WELLBEING, "Awaiting determination of mental capacity", "Mental capacity"),
    (
        "family_concerns",
        _F.WELLBEING,
        "Patient /family/carer concerns over discharge readiness",
        "Person or family worried",
    ),
    (
        "needs_and_pathway",
        _F.HUB,
        "Waiting for confirmation of immediate care needs and pathway",
        "Needs and pathway",
    ),
    ("hub_referrals", _F.HUB, "Awaiting necessary referrals by care transfer hub", "Referrals by the hub"),
    ("funding", _F.HUB, "Awaiting confirmation of funding eligibility", "Funding"),
    (
        "care_home_arranging",
        _F.INTERFACE,
        "Residential/nursing home care arrangements still underway (Pathway 3)",
        "Care home being arranged",
    ),
    (
        "bed_arranging",
        _F.INTERFACE,
        "Bed-based rehabilitation, reablement or recovery service arrangements still underway (Pathway 2)",
        "Bed being arranged",
    ),
    (
        "reablement_arranging",
        _F.INTERFACE,
        "Home based rehabilitation, reablement or recovery service arrangements still underway (Pathway 1)",
        "Reablement being arranged",
    ),
    (
        "home_care_arranging",
        _F.INTERFACE,
        "Other home-based social care service arrangements still underway (Pathway 1)",
        "Home care being arranged",
    ),
    (
        "home_health_arranging",
        _F.INTERFACE,
        "Other home-based community health service arrangements still underway (Pathway 1)",
        "Nursing at home being arranged",
    ),
    (
        "end_of_life_arranging",
        _F.INTERFACE,
        "End of life care inc Fast-Track CHC arrangement still underway (Pathway 1 or 3)",
        "End of life care being arranged",
    ),
    ("out_of_area", _F.INTERFACE, "Out of area discharge arrangements requested but not completed", "Out of area"),
    ("self_funded", _F.INTERFACE, "Self-funded care package arrangements still underway", "Self-funded care"),
    (
        "choice",
        _F.INTERFACE,
        "Patient/family/carer choice discussions on package still underway",
        "Choosing the package",
    ),
    (
        "homeless_housing",
        _F.INTERFACE,
        "Housing provision arrangement for homelessness still underway (Pathway 0 or 1)",
        "Housing being arranged",
    ),
    ("no_recourse", _F.INTERFACE, "Homeless with no recourse to public funds", "No recourse to public funds"),
    ("provider_action", _F.INTERFACE, "Further action requested by agreed provider", "Provider asked for more"),
    (
        "bed_none",
        _F.CAPACITY,
        "Bed-based rehabilitation, reablement or recovery services not yet available (Pathway 2)",
        "No bed yet",
    ),
    (
        "care_home_none",
        _F.CAPACITY,
        "Residential/nursing home care not yet available (Pathway 3)",
        "No care home yet",
    ),
    (
        "reablement_none",
        _F.CAPACITY,
        "Home-based rehabilitation, reablement or recovery services not yet available (Pathway 1)",
        "No reablement yet",
    ),
    (
        "home_care_none",
        _F.CAPACITY,
        "Other home-based social care service not yet available (Pathway 1)",
        "No home care yet",
    ),
    (
        "home_health_none",
        _F.CAPACITY,
        "Other home-based community health services not yet available (Pathway 1)",
        "No nursing at home yet",
    ),
    (
        "end_of_life_none",
        _F.CAPACITY,
        "End of life care inc Fast-Track CHC not yet available (Pathway 1 or 3)",
        "No end of life care yet",
    ),
    (
        "equipment",
        _F.CAPACITY,
        "Equipment and associated training not yet delivered (Pathway 1-3)",
        "Equipment",
    ),
    ("adaptations", _F.CAPACITY, "Housing adaptations not yet completed (Pathway 1 or 3)", "Changes to the home"),
    (
        "restart",
        _F.CAPACITY,
        "Awaiting restart of existing social care arrangements (Pathway 0)",
        "Usual care to restart",
    ),
    ("housing_none", _F.CAPACITY, "Housing provision not yet available (Pathway 0 or 1)", "No housing yet"),
    (
        "mental_health",
        _F.CAPACITY,
        "Mental health admitted patient care not yet available (Pathway 2)",
        "No mental health bed yet",
    ),
)
DelayReason = models.TextChoices("DelayReason", [(code.upper(), (code, said)) for code, _, said, _ in _REASONS])
DELAY_FAMILIES: dict[str, DelayFamily] = {code: family for code, family, _, _ in _REASONS}
DELAY_SHORT: dict[str, str] = {code: short for code, _, _, short in _REASONS}
