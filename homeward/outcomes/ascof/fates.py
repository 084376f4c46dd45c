"""What can become of a record, each with the rule that decides it. docs/guides/ascof.md explains them."""

from enum import Enum


class Fate(Enum):
    """The name is what is printed as fate, in small letters with hyphens; the value is its rule in words."""

    UNREADABLE = "The line could not be read; the reason is with the faults."
    # left out of the history
    NOT_A_SERVICE_USER = "Client type is not Service User."
    EVENT_TYPE_NOT_COUNTED = "Event type is not Request, Assessment, Service or Review."
    NO_START_DATE = "The event has no start date."
    STARTS_AFTER_PERIOD = "The event starts after the last day of the period."
    NO_BIRTH_MONTH_OR_YEAR = "Birth month or year is missing."
    DIED_BEFORE_PERIOD = "Date of death is before the first day of the period."
    NO_IDENTIFIER = "Neither an NHS number nor the council's own id."
    NO_RECORD_ID = "No record id, by which persons are given to records."
    COUNCIL_ID_KNOWN_WITH_NHS_NUMBER = (
        "No NHS number, and the council's own id is known with an NHS number on another record: nobody can say who it "
        "is."
    )
    NO_IMPORT_DATE = "No import date, so that it cannot be the latest version."
    SUBMITTED_TOO_LATE = "Submitted after the last moment that counts."
    OLDER_VERSION = "A later submission has the same event."
    DUPLICATE = "Another line is equal in every cell."
    # requests (STS001)
    REQUEST_ENDED_OUTSIDE_PERIOD = "No request of its cluster ended in the period."
    REQUEST_OF_PERSON_IN_LONG_TERM_SUPPORT = (
        "The person had long-term support on the day the request began: no new client."
    )
    REQUEST_WITHOUT_ROUTE = "The request has no route of access or no council, so that the published joins lose it."
    REQUEST_NOTHING_FOLLOWED = "Nothing followed the request."
    REQUEST_FOLLOWED_OUT_OF_REACH = "What followed the request came too late, or another request came first."
    REQUEST_LED_TO_NO_SERVICE = "The request was followed by events, but by no service."
    REQUEST_LED_TO_ANOTHER_SERVICE = "The request led to another service, not to ST-Max."
    REQUEST_LED_TO_ST_MAX = "The request led to ST-Max."
    LONG_TERM_SUPPORT_AT_REQUEST = (
        "Long-term support that the person had when a request began: that request was not counted as new."
    )
    # ST-Max and what followed it (STS002a, ASCOF 2A)
    ST_MAX_NOT_AFTER_NEW_REQUEST = "ST-Max that does not begin on a day on which a new client's request led to ST-Max."
    ST_MAX_OF_PERSON_WHO_DIED_BEFORE_PERIOD = "ST-Max of somebody who died before the first day of the period."
    ST_MAX_CLUSTER_ENDED_OUTSIDE_PERIOD = (
        "The cluster of this ST-Max did not end in the period (an open one ends today)."
    )
    ST_MAX_WITHOUT_COUNCIL = "The ST-Max has no council code, so that the published joins lose it."
    IN_ST_MAX_CLUSTER = "Part of an ST-Max cluster that ended in the period."
    DECIDED = "Followed an ST-Max cluster and decided its outcome."
    FOLLOWED = "Followed an ST-Max cluster in an unbroken chain, but something else decided its outcome."
    FOLLOWED_OUT_OF_REACH = (
        "Came after an ST-Max cluster, but too late after it, after a gap of more than 3 days, or after another ST-Max."
    )
    NO_PART = "In the history of the person, but neither in an ST-Max cluster nor after one."
    # care homes (ASCOF 2B, 2C)
    NOT_RESIDENTIAL_OR_NURSING_CARE = "Not a service of long-term residential or nursing care."
    STAY_ENDED_IN_PERIOD = "The stay ended before the snapshot day, or the latest submission says so."
    STAY_BEGAN_EARLIER = "The stay began before the period: it is no new admission."
    STAY_OF_PERSON_ADMITTED_EARLIER = (
        "The person was in a care home already before the period, at this or another council."
    )
    ADMITTED_UNDER_18 = "Admitted in the period, under 18 on the snapshot day: counted in neither measure."
    ADMITTED_18_TO_64 = "Admitted in the period, 18 to 64 on the snapshot day: counted in 2B."
    ADMITTED_65_AND_OVER = "Admitted in the period, 65 or over on the snapshot day: counted in 2C."

    # the submission that counts (ASCOF 2E, 3D)
    NOT_IN_LAST_SUBMISSION = (
        "Not in the council's last submission that covers the period and came in time, or not of any such submission."
    )
    WITHOUT_COUNCIL = "The record has no council code, so that no council counts it."
    ENDED_BEFORE_PERIOD = "The event ended before the first day of the period (3D: before the snapshot day)."
    # where people in long-term support live (ASCOF 2E)
    NOT_LONG_TERM_SUPPORT = "Not long-term support that the measure is about."
    LATER_SUPPORT_DECIDES = "Support of the same person that began later says where they live."
    ANOTHER_RECORD_KNOWS_THE_HOME = "Another record that began the same day knows where the person lives."
    SEX_NOT_COUNTED = "Gender is neither Male nor Female: the published totals leave the person out."
    HOMES_DISAGREE = "Records that began the same day say different homes: counted as unknown, not in the numerator."
    LIVES_AT_HOME = "Lives on their own or with family: in numerator and denominator."
    LIVES_ELSEWHERE = "Lives elsewhere, or it is not known where: in the denominator only."
    # self-directed support and direct payments (ASCOF 3D)
    OUTRANKED = "The person has other support that stands above it: a person is counted once."
    DIRECT_PAYMENT = "Community support by direct payment: in both numerators."
    MANAGED_PERSONAL_BUDGET = "Community support from a budget the council manages: in the numerator of 1a."
    OTHER_COMMUNITY_SUPPORT = "Other community support: in the denominators only."
    SUPPORT_IN_ANOTHER_SETTING = "Long-term support in a care home or prison: in no part."
    NOT_A_CARERS_EVENT = "A carer's record of no kind that the measure looks at."
    CARER_DIRECT_PAYMENT = "A carer's direct payment: in both numerators."
    CARER_MANAGED_PERSONAL_BUDGET = "A carer's budget that the council manages: in the numerator of 1b."
    CARER_COMMISSIONED_SUPPORT = "A carer's commissioned support: in the denominators only."
    CARER_OTHER_SUPPORT = "Other support of a carer, or none: in no part."
    CARER_SUPPORT_UNKNOWN = "A carer's record of which the published rules make no kind of support."
    CARER_UNDER_18 = "A carer under 18 on the last day of the period: in no part."

    @property
    def code(self) -> str:
        return self.name.lower().replace("_", "-")
