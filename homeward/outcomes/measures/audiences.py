"""Which few numbers each audience looks at, and over which periods. HOMEWARD_AUDIENCES adjusts it locally."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.conf import settings

from homeward.outcomes.measures.definition import By
from homeward.outcomes.measures.library import MEASURES


@dataclass(frozen=True, slots=True)
class Audience:
    """Who looks, at which period's numbers, and at which measures, the most telling first."""

    code: str
    title: str
    says: str
    by: By
    measures: tuple[str, ...]


class UnknownAudienceError(ValueError):
    """The setting names an audience, or a measure, that there is not."""


# Few, so that what changed is seen. A local decision, for a service to adjust.
AUDIENCES: tuple[Audience, ...] = (
    Audience(
        "team",
        "Team today",
        "Yesterday and today so far, day by day.",
        By.DAY,
        ("M01", "M03", "M11.in_time", "M12", "M08.minutes", "M15"),
    ),
    Audience(
        "service",
        "Service this month",
        "The newest month that is settled.",
        By.MONTH,
        ("M03", "M05", "M06", "M08", "M12.covered", "M15", "M16", "M19", "M28"),
    ),
    Audience(
        "board",
        "Board this quarter",
        "The newest quarter that is settled.",
        By.QUARTER,
        ("M03", "M05", "M15", "M18", "M19", "M21", "M30", "M14"),
    ),
    Audience(
        "commissioner",
        "Commissioner",
        "What care was asked for, given and paid, by month.",
        By.MONTH,
        ("M01", "M03", "M13", "M18", "M19", "M14", "M14.bought", "M29.overdue"),
    ),
)


def audiences() -> tuple[Audience, ...]:
    """Who looks at results, and at which numbers, as this place adjusted it.

    Raises: UnknownAudienceError.
    """
    return audiences_with(settings.AUDIENCES, MEASURES)


def audiences_with(adjusted: Mapping[str, Mapping[str, object]], known: Mapping[str, object]) -> tuple[Audience, ...]:
    """The audiences with what a service adjusted: {"board": {"measures": ["M03", "M18"], "by": "month"}}.

    Raises: UnknownAudienceError.
    """
    codes = {one.code for one in AUDIENCES}
    for code, told in adjusted.items():
        if code not in codes:
            raise UnknownAudienceError(f"There is no audience {code}. There are {', '.join(sorted(codes))}.")
        if unknown := set(told) - {"measures", "by", "title", "says"}:
            raise UnknownAudienceError(f"Of {code} the measures, by, title and says can be set, not {unknown}.")
        if missing := [key for key in told.get("measures", ()) if key not in known]:  # type: ignore[attr-defined]
            raise UnknownAudienceError(f"There is no measure {', '.join(missing)}, set for {code}.")
        if told.get("by", By.MONTH) not in list(By):
            raise UnknownAudienceError(f"{code} cannot be by {told['by']}. It can be by {', '.join(By)}.")
    return tuple(_adjusted(one, adjusted.get(one.code, {})) for one in AUDIENCES)


def _adjusted(one: Audience, told: Mapping) -> Audience:
    return replace(
        one,
        title=told.get("title", one.title),
        says=told.get("says", one.says),
        by=By(told.get("by", one.by)),
        measures=tuple(told.get("measures", one.measures)),
    )
