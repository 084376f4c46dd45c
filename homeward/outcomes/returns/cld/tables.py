"""The one table of Client Level Data: a row for each event, under the names NHS England's published SQL gives them.

Lists: event outcomes, service types and components and primary support reasons as the Interweave social care code lists
took them from version 5 of the specification; outcomes spelt as that SQL compares them.
"""

from homeward.outcomes.returns.tables import Column, Kind, Table

REFERENCE = "Event_Reference"
OUTCOMES = frozenset(
    {
        "Progress to Reablement/ST-Max",
        "Progress to Assessment",
        "Admitted to hospital",
        "Progress to Re-assessment / Unplanned Review",
        "Progress to Support Planning / Services",
        "Progress to End of Life Care",
        "No change in package",
        "Service ended as planned",
        "Progress to financial assessment",
        "Provision of service",
        "NFA - Deceased",
        "NFA - Moved to another LA",
        "NFA - 100% NHS funded care",
        "NFA - Information & Advice / Signposting only",
        "NFA - Self-funded client (Inc. 12wk disregard)",
        "NFA - Support declined",
        "NFA - Support ended: Other reason",
        "NFA - No services offered: Other reason",
        "NFA- Other",
    }
)
SERVICE_TYPES = frozenset(
    {
        "Short Term Support: ST-Max",
        "Short Term Support: Ongoing Low Level",
        "Short Term Support: Other Short Term",
        "Long Term Support: Nursing Care",
        "Long Term Support: Residential Care",
        "Long Term Support: Community",
        "Long Term Support: Prison",
    }
)
COMPONENTS = frozenset(
    {
        "Reablement", "Short Term Nursing Care", "Short Term Residential Care", "Long Term Nursing Care",
        "Long Term Residential Care", "Home Support", "Day Support", "Meals", "Transport", "Equipment",
        "Direct Payment", "Shared Lives", "Community Supported Living", "Professional Support",
        "Learning/Education/Employment Support", "Emergency Support", "Other Short Term Support",
        "Other Long Term Support", "End of Life Care",
    }
)  # fmt: skip

TABLES = (
    Table(
        "CLD",
        "Events",
        (
            Column(REFERENCE, is_required=True),
            Column("LA_CODE", is_required=True),
            Column("NHS Number"),
            Column("LA Person Unique Identifier", is_required=True),
            Column("Date of Birth", Kind.DAY, is_required=True),
            Column("Date_of_Death", Kind.DAY),
            Column("Postcode"),
            Column("Ethnicity"),
            Column("Primary_Support_Reason"),
            Column("Client_Type", is_required=True, codes=frozenset({"Service User", "Carer"})),
            Column("Event_Type", is_required=True, codes=frozenset({"Request", "Assessment", "Service", "Review"})),
            Column("Event_Start_Date", Kind.DAY, is_required=True),
            Column("Event_End_Date", Kind.DAY),
            Column("Event_Outcome", codes=OUTCOMES),
            Column("Request_Route_of_Access"),
            Column("Assessment_Type"),
            Column("Service_Type", codes=SERVICE_TYPES),
            Column("Service_Component", codes=COMPONENTS),
            Column("Delivery_Mechanism"),
        ),
        (REFERENCE,),
        in_order=(("Event_Start_Date", "Event_End_Date"),),
    ),
)
