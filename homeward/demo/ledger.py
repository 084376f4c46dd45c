"""Rows of a history, gathered in any order and written in bulk through the services."""

from dataclasses import dataclass, field
from datetime import date, datetime

from homeward.demo.care import goal_reviews
from homeward.demo.making import Making, signed, written
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.episodes.services import add_episodes
from homeward.people.models import Alert, Person, TimelineEntry
from homeward.people.services import add_many_to_timeline, raise_alerts, record_deaths
from homeward.plans.models import CarePlan
from homeward.plans.services import Content, NewPattern, add_goal_reviews, write_plans
from homeward.referrals.models import Call, Referral, ReferralEvent
from homeward.referrals.services import add_referrals
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, Visit, VisitTask
from homeward.visits.services import add_visits


@dataclass
class Ledger:
    """What happened, as unsaved rows. Nothing of it is later than `making.now`."""

    making: Making
    referrals: list[Referral] = field(default_factory=list)
    referral_events: list[ReferralEvent] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    episode_events: list[EpisodeEvent] = field(default_factory=list)
    plans: list[tuple[CarePlan, Content, list[NewPattern]]] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    tasks: list[VisitTask] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    deaths: list[tuple[Person, date]] = field(default_factory=list)
    # an entry and the row it is about, whose number is known only when that is written
    entries: list[tuple[TimelineEntry, object]] = field(default_factory=list)

    def happened_to_referral(
        self, referral: Referral, kind: str, at: datetime, by: Worker, title: str = "", reason: str = ""
    ) -> None:
        """Add an event of a referral and, where it has a title, the entry that the timeline shows."""
        self.referral_events.append(
            ReferralEvent(referral=referral, kind=kind, happened_at=at, recorded_at=at, reason=reason, **signed(by))
        )
        if title:
            heading = "referral" if kind == "referral_received" else "triage"
            self.note(referral.person, heading, title, at, by, reason, referral)

    def happened_in(
        self, episode: Episode, kind: str, at: datetime, by: Worker, title: str = "", detail: str = "", text: str = ""
    ) -> None:
        """Add an event of an episode and, where it has a title, the entry that the timeline shows."""
        self.episode_events.append(
            EpisodeEvent(episode=episode, kind=kind, happened_at=at, recorded_at=at, detail=detail, **signed(by))
        )
        if title:
            self.note(episode.person, "episode", title, at, by, text or detail, episode)

    def note(
        self, person: Person, kind: str, title: str, at: datetime, by: Worker, text: str = "", about: object = None
    ) -> None:
        """Add an entry to a timeline."""
        entry = TimelineEntry(
            person=person,
            happened_at=at,
            recorded_at=at,
            kind=kind,
            title=title[:200],
            text=text,
            **written(by),
        )
        self.entries.append((entry, about))

    def write(self) -> None:
        """Write everything gathered, lower rooms first, and begin again with nothing."""
        making = self.making
        who = {"actor": making.actor, "service_id": making.service.pk, "now": making.now}
        add_referrals(referrals=self.referrals, events=self.referral_events, calls=self.calls, **who)
        add_episodes(episodes=self.episodes, events=self.episode_events, **who)
        plans = write_plans(plans=self.plans, **who)
        add_goal_reviews(reviews=goal_reviews(plans, making.today), **who)
        add_visits(visits=self.visits, assignments=self.assignments, tasks=self.tasks, **who)
        raise_alerts(alerts=self.alerts, **who)
        record_deaths(deaths=self.deaths, **who)
        for entry, about in self.entries:
            if about is not None:
                entry.subject_kind = {"CarePlan": "plan"}.get(type(about).__name__, type(about).__name__.lower())
                entry.subject_id = about.pk
        add_many_to_timeline(entries=[entry for entry, _ in self.entries], **who)
        self.__init__(making)


def plan_of(episode: Episode, by: Worker, at: datetime, summary: str, review_on: date | None) -> CarePlan:
    """The first plan of an episode, agreed by the person on the day it was written."""
    return CarePlan(
        person=episode.person,
        episode=episode,
        version=1,
        summary=summary,
        written_at=at,
        written_by=by.name,
        agreed_on=at.date(),
        review_on=review_on,
    )
