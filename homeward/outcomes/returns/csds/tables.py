"""The tables of the Community Services Data Set that Homeward writes, column by column.

Columns are those submitted of v1.6 as its landed extract names them (derived columns left out), under the names of the
NHS Data Dictionary where the extract has a pseudonym. Codes are the national ones as far as they were found (CSDS ETOS
1.6.10 as a national user maps them); `None` where no list was found, and the code is then a setting.
"""

from homeward.outcomes.returns.tables import Column, Kind, Table
from homeward.people.states import EthnicCategory


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


TEAM_TYPES = frozenset(f"{number:02}" for number in range(1, 59)) - {"08", "18", "22", "28"}
REQUEST, PATIENT, CONTACT = (
    "SERVICE REQUEST IDENTIFIER",
    "LOCAL PATIENT IDENTIFIER (EXTENDED)",
    "CARE CONTACT IDENTIFIER",
)
PROFESSIONAL, TEAM = "CARE PROFESSIONAL LOCAL IDENTIFIER", "CARE PROFESSIONAL TEAM LOCAL IDENTIFIER"
PLAN, SESSION = "CARE PLAN IDENTIFIER", "GROUP SESSION IDENTIFIER"
LOCATIONS = _codes("A01", "B01", "B02", "C01", "E03", "H01", "L01", "X01")
COMMISSIONER = Column("ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)", longest=6)
REQUEST_COLUMN = Column(REQUEST, is_required=True, longest=20)
PATIENT_COLUMN = Column(PATIENT, is_required=True, longest=20)

TABLES = (
    Table(
        "CYP000",
        "Header",
        (
            Column("DATA SET VERSION NUMBER", is_required=True),
            Column("ORGANISATION IDENTIFIER (CODE OF PROVIDER)", is_required=True, longest=6),
            Column("ORGANISATION IDENTIFIER (CODE OF SUBMITTING ORGANISATION)", is_required=True, longest=6),
            Column("PRIMARY DATA COLLECTION SYSTEM IN USE", is_required=True),
            Column("REPORTING PERIOD START DATE", Kind.DAY, is_required=True),
            Column("REPORTING PERIOD END DATE", Kind.DAY, is_required=True),
            Column("DATE AND TIME DATA SET CREATED", is_required=True),
        ),
        ("REPORTING PERIOD START DATE",),
    ),
    Table(
        "CYP001",
        "MPI",
        (
            PATIENT_COLUMN,
            Column("ORGANISATION IDENTIFIER (LOCAL PATIENT IDENTIFIER)", is_required=True, longest=6),
            Column("NHS NUMBER", longest=10),
            Column("NHS NUMBER STATUS INDICATOR CODE", is_required=True),
            Column("PERSON BIRTH DATE", Kind.DAY, is_required=True),
            Column("POSTCODE OF USUAL ADDRESS", longest=8),
            Column("PERSON STATED GENDER CODE", is_required=True),
            Column("ETHNIC CATEGORY", codes=frozenset(EthnicCategory.values)),
            Column("LANGUAGE CODE (PREFERRED)"),
            Column("PERSON DEATH DATE", Kind.DAY),
        ),
        (PATIENT,),
    ),
    Table(
        "CYP002",
        "GP",
        (PATIENT_COLUMN, Column("GENERAL MEDICAL PRACTICE (PATIENT REGISTRATION)", is_required=True, longest=6)),
        (PATIENT,),
        ((PATIENT, "CYP001"),),
    ),
    Table(
        "CYP003",
        "AccommType",
        (
            PATIENT_COLUMN,
            Column("ACCOMMODATION STATUS CODE", is_required=True),
            Column("ACCOMMODATION STATUS RECORDED DATE", Kind.DAY),
        ),
        (PATIENT,),
        ((PATIENT, "CYP001"),),
    ),
    Table(
        "CYP004",
        "CarePlanType",
        (
            Column(PLAN, is_required=True, longest=20),
            PATIENT_COLUMN,
            Column("CARE PLAN TYPE (COMMUNITY CARE)", is_required=True),
            Column("CARE PLAN CREATION DATE", Kind.DAY, is_required=True),
            Column("CARE PLAN CREATION TIME", Kind.TIME),
            Column("CARE PLAN LAST UPDATED DATE", Kind.DAY),
            Column("CARE PLAN LAST UPDATED TIME", Kind.TIME),
            Column("CARE PLAN IMPLEMENTATION DATE", Kind.DAY),
        ),
        (PLAN,),
        ((PATIENT, "CYP001"),),
        (("CARE PLAN CREATION DATE", "CARE PLAN LAST UPDATED DATE"),),
    ),
    Table(
        "CYP005",
        "CarePlanAgreement",
        (
            Column(PLAN, is_required=True, longest=20),
            Column("CARE PLAN AGREED BY", is_required=True),
            Column("CARE PLAN AGREED DATE", Kind.DAY, is_required=True),
        ),
        (PLAN, "CARE PLAN AGREED BY", "CARE PLAN AGREED DATE"),
        ((PLAN, "CYP004"),),
    ),
    Table(
        "CYP101",
        "Referral",
        (
            REQUEST_COLUMN,
            PATIENT_COLUMN,
            COMMISSIONER,
            Column("REFERRAL REQUEST RECEIVED DATE", Kind.DAY, is_required=True),
            Column("REFERRAL REQUEST RECEIVED TIME", Kind.TIME),
            Column("SOURCE OF REFERRAL FOR COMMUNITY"),
            Column("ORGANISATION IDENTIFIER (REFERRING ORGANISATION)", longest=6),
            Column("PRIORITY TYPE CODE", codes=_codes("1", "2", "3")),
            Column("PRIMARY REASON FOR REFERRAL (COMMUNITY CARE)"),
            Column("SERVICE DISCHARGE DATE", Kind.DAY),
        ),
        (REQUEST,),
        ((PATIENT, "CYP001"),),
        (("REFERRAL REQUEST RECEIVED DATE", "SERVICE DISCHARGE DATE"),),
    ),
    Table(
        "CYP102",
        "ServiceTypeReferredTo",
        (
            REQUEST_COLUMN,
            Column(TEAM, longest=20),
            Column("SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE)", is_required=True, codes=TEAM_TYPES),
            Column("REFERRAL CLOSURE DATE", Kind.DAY),
            Column("REFERRAL REJECTION DATE", Kind.DAY),
            Column("REFERRAL CLOSURE REASON"),
            Column("REFERRAL REJECTION REASON"),
        ),
        (REQUEST, "SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE)"),
        ((REQUEST, "CYP101"),),
    ),
    Table(
        "CYP104",
        "RTT",
        (
            REQUEST_COLUMN,
            Column("WAITING TIME MEASUREMENT TYPE (COMMUNITY CARE)", is_required=True),
            Column("REFERRAL TO TREATMENT PERIOD START DATE", Kind.DAY, is_required=True),
            Column("REFERRAL TO TREATMENT PERIOD START TIME", Kind.TIME, is_required=True),
            Column("REFERRAL TO TREATMENT PERIOD END DATE", Kind.DAY),
            Column("REFERRAL TO TREATMENT PERIOD END TIME", Kind.TIME),
            Column("REFERRAL TO TREATMENT PERIOD STATUS"),
        ),
        # how a clock is told from another, as the data set's users say: its referral, measurement and start
        (
            REQUEST,
            "WAITING TIME MEASUREMENT TYPE (COMMUNITY CARE)",
            "REFERRAL TO TREATMENT PERIOD START DATE",
            "REFERRAL TO TREATMENT PERIOD START TIME",
        ),
        ((REQUEST, "CYP101"),),
        (("REFERRAL TO TREATMENT PERIOD START DATE", "REFERRAL TO TREATMENT PERIOD END DATE"),),
    ),
    Table(
        "CYP105",
        "OnwardReferral",
        (
            REQUEST_COLUMN,
            Column("ONWARD REFERRAL DATE", Kind.DAY, is_required=True),
            Column("ONWARD REFERRAL REASON (COMMUNITY CARE)"),
            Column("ORGANISATION IDENTIFIER (RECEIVING ORGANISATION)", longest=6),
        ),
        (REQUEST, "ONWARD REFERRAL DATE"),
        ((REQUEST, "CYP101"),),
    ),
    Table(
        "CYP201",
        "CareContact",
        (
            Column(CONTACT, is_required=True, longest=20),
            REQUEST_COLUMN,
            Column(TEAM, longest=20),
            Column("CARE CONTACT DATE", Kind.DAY, is_required=True),
            Column("CARE CONTACT TIME", Kind.TIME),
            COMMISSIONER,
            Column("ADMINISTRATIVE CATEGORY CODE", codes=_codes("01", "02")),
            Column("CLINICAL CONTACT DURATION OF CARE CONTACT", Kind.NUMBER),
            Column("CONSULTATION TYPE", codes=_codes("01", "02")),
            Column("CARE CONTACT SUBJECT", codes=_codes("01", "02")),
            Column(
                "CONSULTATION MECHANISM (COMMUNITY CARE)",
                codes=_codes("01", "02", "04", "05", "09", "10", "11", "12", "13", "98"),
            ),
            Column("ACTIVITY LOCATION TYPE CODE", codes=LOCATIONS),
            Column("GROUP THERAPY INDICATOR", codes=_codes("Y", "N", "Z")),
            Column("ATTENDANCE STATUS", codes=_codes("2", "3", "4", "5", "6", "7")),
            Column("CARE CONTACT CANCELLATION DATE", Kind.DAY),
        ),
        (CONTACT,),
        ((REQUEST, "CYP101"),),
    ),
    Table(
        "CYP202",
        "CareActivity",
        (
            Column("CARE ACTIVITY IDENTIFIER", is_required=True, longest=20),
            Column(CONTACT, is_required=True, longest=20),
            Column(
                "COMMUNITY CARE ACTIVITY TYPE",
                is_required=True,
                codes=_codes("01", "02", "03", "04", "05", "06", "07", "97"),
            ),
            Column(PROFESSIONAL, longest=20),
            Column("CLINICAL CONTACT DURATION OF CARE ACTIVITY", Kind.NUMBER),
            Column("OBSERVATION SCHEME IN USE (COMMUNITY CARE)"),
            Column("CODED OBSERVATION (CLINICAL TERMINOLOGY)", Kind.CONCEPT),
            Column("OBSERVATION VALUE"),
            Column("UCUM UNIT OF MEASUREMENT"),
        ),
        ("CARE ACTIVITY IDENTIFIER",),
        ((CONTACT, "CYP201"), (PROFESSIONAL, "CYP901")),
    ),
    Table(
        "CYP301",
        "GroupSession",
        (
            Column(SESSION, is_required=True, longest=20),
            Column("GROUP SESSION DATE", Kind.DAY, is_required=True),
            COMMISSIONER,
            Column("CLINICAL CONTACT DURATION OF GROUP SESSION", Kind.NUMBER),
            Column("GROUP SESSION TYPE (COMMUNITY CARE)"),
            Column("NUMBER OF GROUP SESSION PARTICIPANTS", Kind.NUMBER),
            Column("ACTIVITY LOCATION TYPE CODE", codes=LOCATIONS),
            Column(PROFESSIONAL, longest=20),
        ),
        (SESSION,),
        ((PROFESSIONAL, "CYP901"),),
    ),
    Table(
        "CYP404",
        "AssTechToSupportDisTyp",
        (
            PATIENT_COLUMN,
            Column("ASSISTIVE TECHNOLOGY FINDING (SNOMED CT)", Kind.CONCEPT, is_required=True),
            Column("PRESCRIPTION DATE (ASSISTIVE TECHNOLOGY)", Kind.DAY),
        ),
        (PATIENT, "ASSISTIVE TECHNOLOGY FINDING (SNOMED CT)", "PRESCRIPTION DATE (ASSISTIVE TECHNOLOGY)"),
        ((PATIENT, "CYP001"),),
    ),
    Table(
        "CYP609",
        "CodedAssessmentReferral",
        (
            REQUEST_COLUMN,
            Column("CODED ASSESSMENT TOOL TYPE (SNOMED CT)", Kind.CONCEPT, is_required=True),
            Column("PERSON SCORE", is_required=True),
            Column("ASSESSMENT TOOL COMPLETION DATE", Kind.DAY, is_required=True),
        ),
        # the same tool may be filled in twice a day: what it came to tells the two apart
        (REQUEST, "CODED ASSESSMENT TOOL TYPE (SNOMED CT)", "ASSESSMENT TOOL COMPLETION DATE", "PERSON SCORE"),
        ((REQUEST, "CYP101"),),
    ),
    Table(
        "CYP901",
        "StaffDetails",
        (
            Column(PROFESSIONAL, is_required=True, longest=20),
            Column("PROFESSIONAL REGISTRATION BODY CODE"),
            Column("PROFESSIONAL REGISTRATION ENTRY IDENTIFIER", longest=32),
        ),
        (PROFESSIONAL,),
    ),
)
