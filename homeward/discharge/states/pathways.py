"""The ways home, where each leads, and what deciding on one takes.

Labels of destinations are those in force since 27 May 2024 (NHS England, acute discharge situation report):
docs/rules/coming-home.md.
"""

from django.db import models


class HomePathway(models.TextChoices):
    """The national discharge pathways."""

    P0 = "p0", "Pathway 0"
    P1 = "p1", "Pathway 1"
    P2 = "p2", "Pathway 2"
    P3 = "p3", "Pathway 3"


class Destination(models.TextChoices):
    """The national discharge destinations, word for word as they are published."""

    HOME_NO_NEW = (
        "p0_home",
        "Discharge to a domestic home, hotel, or other temporary accommodation without the need for new/increased care"
        " or support from health and social care",
    )
    CARE_HOME_SAME = (
        "p0_care_home",
        "Discharge back to an original care home placement when the care home has confirmed they can continue to meet"
        " the persons needs with the same level of support",
    )
    HOME_REABLEMENT = (
        "p1_reablement",
        "Discharge to a domestic home, hotel, or other temporary accommodation, or hospice at home with rehabilitation,"
        " reablement and recovery",
    )
    HOME_SUPPORT = (
        "p1_support",
        "Discharge to a domestic home, hotel, or other temporary accommodation, or hospice at home with other"
        " new/additional support (eg end of life care)",
    )
    CARE_HOME_MORE = (
        "p1_care_home",
        "Discharge back to original care home placement with rehabilitation, reablement and recovery or with an"
        " increased level of support",
    )
    SHORT_TERM_BED = (
        "p2_bed",
        "Short-term bed/hospice for rehabilitation, reablement and recovery / end of life care",
    )
    CARE_HOME_NEW = "p3_care_home", "Discharge to a care home as a new admission"
    CARE_HOME_END_OF_LIFE = (
        "p3_end_of_life",
        "Discharge to a care home/hospice as a new admission for end-of-life care",
    )


DESTINATION_PATHWAY: dict[str, HomePathway] = {each.value: HomePathway(each.value[:2]) for each in Destination}
# Home first: these lead to where the person lives, and need no reason
AT_HOME = frozenset({HomePathway.P0, HomePathway.P1})


class WhyNotHome(models.TextChoices):
    """Why somebody does not go home: the same answers as the trusted assessment gives."""

    NOT_SAFE_AT_NIGHT = "not_safe_at_night", "Not safe at night at home"
    NURSING_ALL_DAY = "nursing_all_day", "Needs nursing day and night"
    HOME_NOT_READY = "home_not_ready", "The home is not fit for it"
    CARE_NOT_THERE = "care_not_there", "The care is not there"
    PERSONS_CHOICE = "persons_choice", "The person chose it"
    BEST_INTERESTS = "best_interests", "A best-interests decision"


class Capacity(models.TextChoices):
    """What is known of whether the person can decide about leaving (Mental Capacity Act 2005)."""

    NOT_DOUBTED = "not_doubted", "No reason to doubt that they can decide"
    HAS = "has", "Doubted, assessed, and they can decide"
    LACKS = "lacks", "Assessed, and they cannot decide this now"


class DecidedBy(models.TextChoices):
    """Who decided, and by what right."""

    PERSON = "person", "The person"
    ATTORNEY = "attorney", "An attorney or deputy for health and welfare"
    BEST_INTERESTS = "best_interests", "The team, in the person's best interests"


class ChoiceAnswer(models.TextChoices):
    """What was answered to one of the choices offered."""

    CHOSEN = "chosen", "Chosen"
    REFUSED = "refused", "Refused"
    WAITING = "waiting", "No answer yet"


class DecisionState(models.TextChoices):
    PROPOSED = "proposed", "Waiting for a second person"
    MADE = "made", "Decided"
    SET_ASIDE = "set_aside", "Set aside"


DECISION_MOVES: dict[str, frozenset[str]] = {
    DecisionState.PROPOSED: frozenset({DecisionState.MADE, DecisionState.SET_ASIDE}),
    DecisionState.MADE: frozenset({DecisionState.SET_ASIDE}),
    DecisionState.SET_ASIDE: frozenset(),
}
