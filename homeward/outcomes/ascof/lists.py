"""National lists of the measure, spelt as NHS England's SQL spells them, faults included.

Source of all: the reference tables at the top of "STS001 replication code.txt" and "ASCOF 2A replication code.txt".
Keys are as compared (`as_compared`); values are printed as they stand.
"""

from homeward.outcomes.ascof.comparing import as_compared


def _compared(table: dict) -> dict:
    return {as_compared(text): value for text, value in table.items()}


SERVICE_USER = as_compared("Service User")
REQUEST = as_compared("Request")
SERVICE = as_compared("Service")
EVENT_TYPES = frozenset(as_compared(text) for text in ("Request", "Assessment", "Service", "Review"))

ST_MAX = as_compared("Short Term Support: ST-Max")
LONG_TERM_SUPPORT = tuple(
    as_compared(f"Long Term Support: {setting}")
    for setting in ("Nursing Care", "Residential Care", "Community", "Prison")
)

CARE_HOMES = frozenset(LONG_TERM_SUPPORT[:2])

# A service after a cluster: the smallest rank decides. Anything else is no service.
NO_SERVICE = 99
SERVICE_RANKS: dict[str | None, int] = {
    **{service: rank for rank, service in enumerate(LONG_TERM_SUPPORT, start=1)},
    as_compared("Short Term Support: Ongoing Low Level"): 5,
    as_compared("Short Term Support: Other Short Term"): 6,
}

# Which of several outcomes on the last day of a cluster stands: the smallest rank.
# As published: spelt otherwise than the mapping below in four places, so that those outcomes rank as unknown.
UNKNOWN_OUTCOME = 99
OUTCOME_RANKS: dict[str | None, int] = {
    as_compared(outcome): rank
    for rank, outcome in enumerate(
        (
            "Progress to Reablement/ST-Max",
            "Progress to Assessment",
            "Admitted to Hospital",
            "Progress to Re-assessment / Unplanned Review",
            "Progress to Support Planning / Services",
            "Progress to End of Life Care",
            "No change in package",
            "Service ended as planned",
            "Progress to financial assessment",
            "Provision of service",
            "NFA - Deceased",
            "NFA - Moved to another LA",
            "NFA - 100% NHS-funded care",
            "NFA - Information & Advice / Signposting only",
            "NFA - Self-funded client (inc. 12wk disregard)",
            "NFA - Support declined",
            "NFA - Support ended – other reason",
            "NFA - No services offered - other reason",
            "NFA- Other",
        ),
        start=1,
    )
}

LONG_TERM = "Long Term Support (any setting)"
LOW_LEVEL = "Ongoing Low Level Support"
OTHER_SHORT_TERM = "Short Term Support (other)"
UNIVERSAL = "No Services Provided – Universal Services / signposted to other services"
NO_SERVICES_OTHER = "No services provided – other"  # with an en dash
# As published: record type 4 writes it with a hyphen, which is another text and so is counted nowhere.
NO_SERVICES_OTHER_WITH_HYPHEN = "No services provided - other"
EARLY_CESSATION = (
    "Early cessation of service (not leading to long term support) - 100% NHS funded care/End of Life/deceased"
)
NO_SERVICE_FOUND = "No Service Found"

# What an outcome or a service means in the national table of what followed ST-Max (SALT STS002a).
MEANINGS: dict[str | None, str] = _compared(
    {
        "NFA - 100% NHS funded care": EARLY_CESSATION,
        "NFA - Deceased": EARLY_CESSATION,
        "NFA - Self-funded client (Inc. 12wk disregard)": "No services provided – needs identified but self-funding",
        "NFA - Support declined": "No services provided – needs identified but support declined",
        "NFA - Information & Advice / Signposting only": UNIVERSAL,
        "NFA - Moved to another LA": NO_SERVICES_OTHER,
        "NFA- Other": NO_SERVICES_OTHER,
        "NFA - No services offered: Other reason": NO_SERVICES_OTHER,
        "NFA - Support ended: Other reason": NO_SERVICES_OTHER,
        "Progress to End of Life Care": NO_SERVICES_OTHER,
        "Admitted to hospital": NO_SERVICES_OTHER,
        "Long Term Support: Nursing Care": LONG_TERM,
        "Long Term Support: Residential Care": LONG_TERM,
        "Long Term Support: Community": LONG_TERM,
        "Long Term Support: Prison": LONG_TERM,
        "Short Term Support: Ongoing Low Level": LOW_LEVEL,
        "Short Term Support: Other Short Term": OTHER_SHORT_TERM,
        "No Service Found": NO_SERVICE_FOUND,
    }
)
ENDED_AS_PLANNED = as_compared("Service ended as planned")
NO_FURTHER_ACTION = as_compared("NFA")  # how such outcomes begin
SEVERAL_NO_FURTHER_ACTION = "NFA- Other"

NUMERATOR = frozenset(as_compared(text) for text in (LOW_LEVEL, OTHER_SHORT_TERM, UNIVERSAL, NO_SERVICES_OTHER))
DENOMINATOR = NUMERATOR | {as_compared(LONG_TERM)}

# ASCOF 2E: homes that are somebody's own or their family's ("settled"), and the word for not knowing.
MEN, WOMEN = as_compared("Male"), as_compared("Female")
UNKNOWN_HOME = as_compared("Unknown")
HOMES = frozenset(
    as_compared(home)
    for home in (
        "Owner occupier or shared ownership scheme",
        "Tenant",
        "Tenant - private landlord",
        "Settled mainstream housing with family / friends",
        "Supported accommodation / supported lodgings / supported group home",
        "Shared Lives scheme",
        "Approved premises for offenders released from prison or under probation supervision",
        "Sheltered housing / extra care housing / other sheltered housing",
        "Mobile accommodation for Gypsy / Roma and Traveller communities",
    )
)

# ASCOF 3D: how support is paid for, and which of several kinds of support a person is counted by (the smallest).
DIRECT_PAYMENT = as_compared("Direct Payment")
MANAGED_BUDGET = as_compared("CASSR Managed Personal Budget")
COMMISSIONED = as_compared("CASSR Commissioned Support")
NURSING, RESIDENTIAL, COMMUNITY, PRISON = LONG_TERM_SUPPORT
SUPPORT_RANKS: dict[tuple[str | None, str], int] = {
    (NURSING, ""): 1,
    (RESIDENTIAL, ""): 2,
    (COMMUNITY, DIRECT_PAYMENT): 3,
    (COMMUNITY, MANAGED_BUDGET): 4,
    (COMMUNITY, COMMISSIONED): 5,
    (COMMUNITY, ""): 6,
    (PRISON, MANAGED_BUDGET): 7,
    (PRISON, COMMISSIONED): 8,
    (PRISON, ""): 9,
}
CARERS = frozenset(as_compared(text) for text in ("Carer", "Carer known by association"))
DIRECT_TO_CARER = as_compared("Carer Support: Direct to Carer")
BY_WAY_OF_CARED_FOR = as_compared("Carer Support: Support involving the person cared-for")
ADVICE_ONLY = as_compared("NFA - Information & Advice / Signposting only")
LOOKED_AT = frozenset(as_compared(text) for text in ("Assessment", "Review"))
