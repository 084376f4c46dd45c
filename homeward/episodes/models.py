"""Episode and its events."""

from django.db import models

from homeward.people.models import Person
from homeward.procedures.models import Procedure
from homeward.referrals.models import Referral
from homeward.teams.models import Service, Team


class Episode(models.Model):
    """A person's time on one version of one pathway."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="episodes")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="episodes")
    about = models.CharField(max_length=160, blank=True, help_text="The staff or the service, where it is no person")
    referral = models.OneToOneField(Referral, null=True, on_delete=models.PROTECT, related_name="episode")
    pathway = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="episodes")
    # The episode that handed this one over, where one did.
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="episodes")
    stage = models.SlugField(max_length=60)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome_code = models.SlugField(max_length=60, blank=True)
    outcome_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, about="")
                | (models.Q(person__isnull=True) & ~models.Q(about="")),
                name="episode_is_about_a_person_or_a_service",
            ),
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

    @property
    def subject_label(self) -> str:
        """The name of the person, or what else it is about."""
        return self.person.label if self.person else self.about


class EpisodeEvent(models.Model):
    """Something that happened in an episode. Append-only; clocks are computed from these and the referral's.

    Kinds are codes of the procedures' events, and: episode_started, stage_changed,
    moved_to_version, overrun_explained, handed_on. A wrong time is put right by an event of the same kind that
    `corrects` it: both stay, and clocks read the newer.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    detail = models.TextField(blank=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")

    class Meta:
        indexes = [models.Index(fields=["episode", "happened_at"], name="episode_event_order")]
