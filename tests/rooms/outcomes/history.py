"""A tiny history of a place, written down by the services, each thing at its own time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from homeward.access.rules import Actor
from homeward.episodes.models import Episode
from homeward.episodes.services import accept_referral, close_episodes, note_event
from homeward.people.models import Person
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.referrals.models import Referral
from homeward.referrals.services import NewReferral, receive_referral
from homeward.referrals.states import Source, Urgency
from homeward.teams.models import Organisation, Service, Worker
from homeward.teams.services import add_organisations, add_workers
from homeward.visits.models import Assignment, Visit, VisitTask
from homeward.visits.services import add_visits, record_attendance

CRISIS = "integrated-crisis-response"


@dataclass
class History:
    """Makes people, referrals, episodes and visits of one service. `now` is when everything has happened."""

    service: Service
    actor: Actor
    now: datetime
    employers: dict[str, Organisation] = field(default_factory=dict)

    def person(self) -> Person:
        new = NewPerson(
            given_name="Ada", family_name=f"Number {Person.objects.count()}",
            address=NewAddress(lines="1 Made Up Lane", postcode="DE1 3DA"),
        )  # fmt: skip
        return register_person(actor=self.actor, service_id=self.service.pk, new=new, now=self.now)

    def referral(
        self, at: datetime, person: Person | None = None, source=Source.GP, urgency=Urgency.CRISIS, need="fall"
    ) -> Referral:
        new = NewReferral(
            source=source, urgency=urgency, need_code=need, need_text="Made up", received_at=at, requester_name="Dr Up"
        )
        return receive_referral(actor=self.actor, person=person or self.person(), new=new, now=at)

    def episode(self, at: datetime, pathway: str = CRISIS, **more) -> Episode:
        return accept_referral(actor=self.actor, referral=self.referral(at, **more), pathway_code=pathway, now=at)

    def event(self, episode: Episode, kind: str, at: datetime):
        return note_event(actor=self.actor, episode=episode, kind=kind, happened_at=at, now=max(at, self.now))

    def end(self, episode: Episode, outcome: str, at: datetime) -> None:
        close_episodes(
            actor=self.actor, service_id=self.service.pk, endings=[(episode, outcome, at)], now=max(at, self.now)
        )

    def worker(self, employer: str = "Merrow Trust", skill: str = "nurse") -> Worker:
        if employer not in self.employers:
            new = Organisation(service=self.service, kind="nhs_trust", name=employer, is_employer=True)
            [self.employers[employer]] = add_organisations(actor=self.actor, organisations=[new], now=self.now)
        worker = Worker(
            service=self.service, organisation=self.employers[employer], name="Made Up",
            local_reference=f"W{Worker.objects.count()}", skills=[skill],
        )  # fmt: skip
        [made] = add_workers(actor=self.actor, workers=[worker], now=self.now)
        return made

    def visit(self, person: Person, at: datetime, *workers: Worker, minutes: int = 30, episode=None, tasks=()) -> Visit:
        """A visit done by these workers together, who stayed so many minutes. `tasks`: (activity, is delegated)."""
        ends = at + timedelta(minutes=minutes)
        visit = Visit(
            service=self.service, person=person, day=at.date(), title="Care", window_opens_at=at, window_closes_at=at,
            slots=[{"skill": "nurse", "minutes": minutes}] * len(workers), episode=episode, state="planned",
        )  # fmt: skip
        rows = [
            Assignment(visit=visit, slot=slot, worker=worker, starts_at=at, ends_at=ends)
            for slot, worker in enumerate(workers)
        ]
        made = [
            VisitTask(visit=visit, activity_code=code, title=code, is_delegated=is_delegated)
            for code, is_delegated in tasks
        ]
        add_visits(
            actor=self.actor, service_id=self.service.pk, visits=[visit], assignments=rows, tasks=made, now=self.now
        )
        attendance = [(row, at, ends) for row in Assignment.objects.filter(visit=visit).order_by("slot")]
        record_attendance(actor=self.actor, service_id=self.service.pk, attendance=attendance, now=max(ends, self.now))
        return visit
