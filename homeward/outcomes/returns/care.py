"""Referrals and the care they led to, as they stood when a month ended."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from homeward.episodes.models import Episode
from homeward.outcomes.returns.months import Month
from homeward.people.models import Address
from homeward.procedures.rules import Pathway
from homeward.procedures.selectors import built, newest_pathways
from homeward.referrals.models import Referral
from homeward.referrals.selectors import clock_events
from homeward.referrals.states import DECISION_EVENTS

TURNED_AWAY = ("referral_declined", "referral_redirected", "advice_given", "referral_cancelled")


@dataclass(frozen=True, slots=True)
class Care:
    """A referral with the episodes it led to, those handed on from another included, oldest first.

    decision: what was decided and when, where it stands. closed_at: when the last episode ended, where all had.
    """

    referral: Referral
    pathway: Pathway | None
    episodes: tuple[Episode, ...]
    decision: tuple[str, datetime] | None
    closed_at: datetime | None

    @property
    def turned_away(self) -> tuple[str, datetime] | None:
        """The decision that ended it without care."""
        return self.decision if self.decision and self.decision[0] in TURNED_AWAY else None

    @property
    def ended_at(self) -> datetime | None:
        """When nothing more was to come of it."""
        return self.turned_away[1] if self.turned_away else self.closed_at


def care_in(service_id: int, month: Month, person_ids: Collection[int] | None = None) -> Iterator[Care]:
    """Every referral of a service, or of some people, that was open in the month, in the order they were received."""
    rows = (
        Referral.objects.filter(service_id=service_id, received_at__lt=month.ends)
        .select_related("person__gp_practice", "organisation")
        .prefetch_related("events")
        .order_by("received_at", "pk")
    )
    if person_ids is not None:
        rows = rows.filter(person_id__in=person_ids)
    newest = {pathway.code: pathway for pathway in newest_pathways()}
    chains = _chains(service_id, month, person_ids)
    for referral in rows:
        chain = tuple(chains.get(referral.pk, ()))
        pathway = built(chain[0].pathway) if chain else newest.get(referral.pathway_code)
        care = Care(referral, pathway, chain, _decision(referral, month), _closed_at(chain, month))
        if care.ended_at is None or care.ended_at >= month.begins:
            yield care


def postcodes_at_the_end_of(month: Month, person_ids: list[int]) -> dict[int, str]:
    """Where each of these people lived on the month's last day."""
    homes: dict[int, str] = {}
    lived = Address.objects.filter(person_id__in=person_ids, starts_on__lt=month.next).order_by("starts_on", "pk")
    for address in lived:
        if address.ends_on is None or address.ends_on >= month.last:
            homes[address.person_id] = address.postcode
    return homes


def _chains(service_id: int, month: Month, person_ids: Collection[int] | None) -> dict[int, list[Episode]]:
    episodes = (
        Episode.objects.filter(service_id=service_id, started_at__lt=month.ends)
        .select_related("pathway", "team")
        .defer("pathway__definition")  # `built` reads each version's once
        .order_by("started_at", "pk")
    )
    if person_ids is not None:
        episodes = episodes.filter(person_id__in=person_ids)
    root: dict[int, int] = {}
    chains: dict[int, list[Episode]] = defaultdict(list)
    for episode in episodes:
        referral_id = episode.referral_id or root.get(episode.follows_id)
        if referral_id is not None:
            root[episode.pk] = referral_id
            chains[referral_id].append(episode)
    return chains


def _decision(referral: Referral, month: Month) -> tuple[str, datetime] | None:
    events = [event for event in clock_events(referral.events.all()) if event.at < month.ends]
    decided = [one for one in events if one.kind in DECISION_EVENTS or one.kind == "referral_reopened"]
    last = max(decided, key=lambda one: one.at, default=None)
    return (last.kind, last.at) if last and last.kind in DECISION_EVENTS else None


def _closed_at(chain: tuple[Episode, ...], month: Month) -> datetime | None:
    ends = [episode.ended_at for episode in chain]
    if not ends or any(end is None or end >= month.ends for end in ends):
        return None
    return max(ends)
