"""Fixed lists of commissioning, and the moves between states."""

from django.db import models

from homeward.kernel.rules import RefusedError


class ProviderKind(models.TextChoices):
    PRIVATE = "private", "Private provider"
    VOLUNTARY = "voluntary", "Voluntary organisation"
    USER_LED = "user_led", "User-led organisation"
    IN_HOUSE = "in_house", "In house"


class ServiceKind(models.TextChoices):
    """What is bought."""

    HOME_CARE = "home_care", "Home care"
    REABLEMENT = "reablement", "Reablement"
    NIGHT = "night", "Night care"
    NURSING = "nursing", "Nursing care at home"
    COMPANY = "company", "Company and support"


class RateTime(models.TextChoices):
    """When a rate holds: at night before all else, then at weekends, then by day."""

    DAY = "day", "Monday to Friday, by day"
    WEEKEND = "weekend", "Saturday and Sunday, by day"
    NIGHT = "night", "At night"


class RateUnit(models.TextChoices):
    HOUR = "hour", "An hour"
    VISIT = "visit", "A visit"


class PackageState(models.TextChoices):
    ASKED = "asked", "Asked for"
    IN_HOUSE = "in_house", "Done in house"
    OFFERED = "offered", "Offered to providers"
    AGREED = "agreed", "Provider chosen"
    STARTED = "started", "Under way"
    ENDED = "ended", "Ended"
    WITHDRAWN = "withdrawn", "No longer needed"


PACKAGE_MOVES: dict[str, frozenset[str]] = {
    PackageState.ASKED: frozenset({PackageState.IN_HOUSE, PackageState.OFFERED, PackageState.WITHDRAWN}),
    PackageState.OFFERED: frozenset({PackageState.IN_HOUSE, PackageState.AGREED, PackageState.WITHDRAWN}),
    # a provider that lets somebody down is let go, and the others are asked again
    PackageState.AGREED: frozenset({PackageState.STARTED, PackageState.ASKED, PackageState.WITHDRAWN}),
    PackageState.IN_HOUSE: frozenset({PackageState.ASKED, PackageState.ENDED}),
    PackageState.STARTED: frozenset({PackageState.ENDED}),
    PackageState.ENDED: frozenset(),
    PackageState.WITHDRAWN: frozenset(),
}
# Nobody has anything more to do with these
PACKAGE_IS_OVER = (PackageState.ENDED, PackageState.WITHDRAWN)


class PackageCannotMoveError(RefusedError):
    """A package is not in a state from which this can happen."""


def check_package_move(before: str, after: str) -> None:
    """Stop a package going from one state to another that does not follow.

    Raises: PackageCannotMoveError.
    """
    if after not in PACKAGE_MOVES[before]:
        raise PackageCannotMoveError(
            f"This package is “{PackageState(before).label.lower()}”, so it cannot become "
            f"“{PackageState(after).label.lower()}”."
        )


class OfferState(models.TextChoices):
    """What became of an offer. One still `SENT` after its time has expired: `rules.offers.standing` says so."""

    SENT = "sent", "Waiting for an answer"
    ACCEPTED = "accepted", "Can take it"
    DECLINED = "declined", "Cannot take it"
    WITHDRAWN = "withdrawn", "Taken back"
    WON = "won", "Chosen"
    LOST = "lost", "Another was chosen"


class EndReason(models.TextChoices):
    """Why a package ended. A local list, until a national one is known."""

    NOT_NEEDED = "not_needed", "No longer needed"
    LESS = "less", "Replaced by less support"
    MORE = "more", "Replaced by more support"
    CARE_HOME = "care_home", "Moved to a care home"
    DIED = "died", "Died"
    PROVIDER = "provider", "Provider could not go on"
    OTHER = "other", "Another reason"


class SuspensionReason(models.TextChoices):
    HOSPITAL = "hospital", "In hospital"
    AWAY = "away", "Away from home"
    RESPITE = "respite", "Respite elsewhere"
    OTHER = "other", "Another reason"


class VariationState(models.TextChoices):
    ASKED = "asked", "Waiting for approval"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"


class Finding(models.TextChoices):
    """What reconciling finds of a line of an invoice: the first that fits, in this order, is its finding."""

    UNKNOWN_PERSON = "unknown_person", "Nobody with this reference has a package with this provider"
    OUT_OF_DATES = "out_of_dates", "Before the package started, or after it ended"
    SUSPENDED = "suspended", "While the package was suspended"
    TWICE = "twice", "The same visit twice"
    NOT_DELIVERED = "not_delivered", "No visit on record"
    TOO_LONG = "too_long", "Longer than the visit"
    TOO_SHORT = "too_short", "Shorter than the visit"
    WRONG_RATE = "wrong_rate", "Not the contract’s price"
    MATCHED = "matched", "As delivered"


class InvoiceEntryKind(models.TextChoices):
    QUERY = "query", "Query"
    ANSWER = "answer", "Answer"


class PoolKind(models.TextChoices):
    SECTION_75 = "section_75", "Pooled budget (section 75)"
    BETTER_CARE_FUND = "better_care_fund", "Better Care Fund"
    COUNCIL = "council", "Council only"
    NHS = "nhs", "NHS only"


class ManagedBy(models.TextChoices):
    """Who holds the money of a personal budget."""

    DIRECT_PAYMENT = "direct_payment", "Direct payment to the person"
    NOMINATED = "nominated", "Direct payment to somebody for them"
    COUNCIL = "council", "Managed by the service"
    PROVIDER = "provider", "Held by a provider for them"


class PlanLineState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    DECIDED = "decided", "Decided"
    UNDER_WAY = "under_way", "Under way"
    DELIVERED = "delivered", "Delivered"
    STOPPED = "stopped", "Stopped"


PLAN_LINE_MOVES: dict[str, frozenset[str]] = {
    PlanLineState.PROPOSED: frozenset({PlanLineState.DECIDED, PlanLineState.STOPPED}),
    PlanLineState.DECIDED: frozenset({PlanLineState.UNDER_WAY, PlanLineState.DELIVERED, PlanLineState.STOPPED}),
    PlanLineState.UNDER_WAY: frozenset({PlanLineState.DELIVERED, PlanLineState.STOPPED}),
    PlanLineState.DELIVERED: frozenset(),
    PlanLineState.STOPPED: frozenset(),
}
