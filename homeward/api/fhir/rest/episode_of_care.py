"""EpisodeOfCare: somebody's time on a pathway. CareTeam: who goes to see them in it."""

from django.db.models import Max, QuerySet

from homeward.access.rules import Actor
from homeward.api.fhir.rest.elements import LOCAL, UK_CORE, concept, moment, reference, span
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import date_of, link, string, token
from homeward.api.fhir.rest.people_words import patient
from homeward.episodes.models import Episode
from homeward.teams.models import Worker


def _rows(actor: Actor) -> QuerySet:
    rows = Episode.objects.filter(service_id__in=actor.service_ids, person__isnull=False)
    rows = rows.select_related("pathway", "service", "team").defer("pathway__definition")
    return rows.annotate(changed_at=Max("events__recorded_at"))


def _status(episode: Episode) -> str:
    return "active" if episode.ended_at is None else "finished"


def _episode(episode: Episode, told: Told) -> list[dict]:
    asked_by = [reference("ServiceRequest", episode.referral_id)] if episode.referral_id else []
    return [
        {
            "resourceType": "EpisodeOfCare",
            "id": str(episode.pk),
            "meta": {"lastUpdated": moment(episode.changed_at)},
            "status": _status(episode),
            "type": [concept(LOCAL + "pathway", episode.pathway.code, episode.pathway.title)],
            "patient": patient(told.person),
            "managingOrganization": reference("Organization", f"service-{episode.service_id}", episode.service.name),
            "period": span(episode.started_at, episode.ended_at),
            "referralRequest": asked_by,
            "team": [reference("CareTeam", episode.pk)],
        }
    ]


def _team(episode: Episode, told: Told) -> list[dict]:
    workers = Worker.objects.filter(assignments__visit__episode_id=episode.pk).select_related("organisation").distinct()
    return [
        {
            "resourceType": "CareTeam",
            "id": str(episode.pk),
            "status": "active" if episode.ended_at is None else "inactive",
            "name": str(episode.team or episode.service),
            "subject": patient(told.person),
            "period": span(episode.started_at, episode.ended_at),
            "participant": [
                {
                    "member": reference("Practitioner", worker.pk, worker.label),
                    "onBehalfOf": reference("Organization", worker.organisation_id, worker.organisation.name),
                }
                for worker in workers.order_by("pk")
            ],
            "managingOrganization": [reference("Organization", f"service-{episode.service_id}", episode.service.name)],
        }
    ]


EPISODE = Kind(
    name="EpisodeOfCare",
    about="Somebody's time on a pathway",
    profile=UK_CORE + "EpisodeOfCare",
    sources=(Source(rows=_rows, made=_episode, person="person_id"),),
    parameters=(
        link("patient", "patient", "Patient", "whose it is"),
        token("status", "status", "active or finished"),
        token("type", "type", "the pathway"),
        date_of("date", "period", "when it runs"),
        link("organization", "managingOrganization", "Organization", "the service"),
        link("incoming-referral", "referralRequest", "ServiceRequest", "the referral it began with"),
    ),
)
TEAM = Kind(
    name="CareTeam",
    about="Who goes to see somebody in one episode, of every employer",
    profile=UK_CORE + "CareTeam",
    sources=(Source(rows=_rows, made=_team, person="person_id"),),
    parameters=(
        link("patient", "subject", "Patient", "whom they care for"),
        link("subject", "subject", "Patient", "whom they care for"),
        link("participant", "participant.member", "Practitioner", "who is in it"),
        token("status", "status", "active or inactive"),
        string("name", "name", "name of the team"),
        date_of("date", "period", "when"),
    ),
)
