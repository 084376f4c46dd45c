"""Episode and its events."""

from django.db import models

from homeward.people.models import Person
from homeward.procedures.models import Procedure
from homeward.referrals.models import Referral
from homeward.teams.models import Service, Team


class Episode(models.Model):
    """A person's time on one version of one pathway."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="episodes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="episodes")
    referral = models.OneToOneField(Referral, null=True, on_delete=models.PROTECT, related_name="episode")
    pathway = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="episodes")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="episodes")
    stage = models.SlugField(max_length=60)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome_code = models.SlugField(max_length=60, blank=True)
    outcome_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, outcome_code="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(outcome_code="")),
                name="episode_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("started_at")),
                name="episode_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "ended_at"], name="episode_open"),
            models.Index(fields=["person", "-started_at"], name="episode_person"),
        ]

    @property
    def pathway_code(self) -> str:
        return self.pathway.code


class EpisodeEvent(models.Model):
    """Something that happened in an episode. Append-only; clocks are computed from these and the referral's.

    Kinds are codes of the procedures' events, and: episode_started, stage_changed.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["episode", "happened_at"], name="episode_event_order")]
