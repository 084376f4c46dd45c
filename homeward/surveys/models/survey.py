"""Whom a service asks how it was, who was asked, and what came back."""

import secrets

from django.db import models
from django.db.models import Exists, OuterRef, Q

from homeward.episodes.models import Episode
from homeward.people.models import Contact, Person
from homeward.procedures.models import Procedure
from homeward.surveys.rules import OPEN_DAYS, REMIND_DAYS, WAIT_DAYS
from homeward.surveys.states import LAST_STEPS, AskedBy, Audience
from homeward.teams.models import Account, Organisation, Service


def random_number() -> int:
    """A number that says nothing of when its row was made: numbers in turn would tell whose answer it is."""
    return secrets.randbits(62)


class SurveyRule(models.Model):
    """Whom a service asks, with which form, and when. A service without one asks nobody."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="survey_rules")
    audience = models.CharField(max_length=8, choices=Audience)
    is_on = models.BooleanField(default=False)
    form_code = models.SlugField(max_length=60)
    # Codes; empty is every pathway of a person
    pathways = models.JSONField(default=list)
    wait_days = models.PositiveSmallIntegerField(default=WAIT_DAYS)
    # 0: no reminder
    remind_days = models.PositiveSmallIntegerField(default=REMIND_DAYS)
    open_days = models.PositiveSmallIntegerField(default=OPEN_DAYS)
    # Care that ended before is not asked about: turning a rule on asks nobody about last year
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "audience"], name="survey_rule_once")]


class Invitation(models.Model):
    """Somebody was asked how it was. What became of it are its steps; what they answered is not joined to it.

    `token_hash` recognises the link; the token is made of `nonce` with the service's own key, so that the database
    alone opens nothing.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="invitations")
    audience = models.CharField(max_length=8, choices=Audience)
    form = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="invitations")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="invitations")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="invitations")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    pathway_code = models.SlugField(max_length=60, blank=True)
    quarter_on = models.DateField(null=True)
    asked_by = models.CharField(max_length=8, choices=AskedBy)
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    remind_at = models.DateTimeField(null=True)
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "audience"], condition=Q(episode__isnull=False), name="asked_once_an_episode"
            ),
            models.UniqueConstraint(
                fields=["service", "account", "quarter_on"],
                condition=Q(account__isnull=False),
                name="staff_asked_once_a_quarter",
            ),
            models.CheckConstraint(
                condition=Q(
                    audience=Audience.STAFF, account__isnull=False, quarter_on__isnull=False, person__isnull=True
                )
                | (~Q(audience=Audience.STAFF) & Q(account__isnull=True, person__isnull=False, episode__isnull=False)),
                name="asked_about_an_episode_or_as_staff",
            ),
            models.CheckConstraint(
                condition=Q(audience=Audience.CARER, contact__isnull=False)
                | (~Q(audience=Audience.CARER) & Q(contact__isnull=True)),
                name="carer_is_a_contact",
            ),
        ]
        indexes = [models.Index(fields=["service", "asked_at"], name="invitation_newest")]

    @classmethod
    def open_at(cls, now) -> models.QuerySet["Invitation"]:
        """Those that can still be answered: nobody did or said no, the time is not over, and the person lives."""
        ended = InvitationStep.objects.filter(invitation=OuterRef("pk"), kind__in=LAST_STEPS)
        return cls.objects.filter(~Exists(ended), until__gt=now, person__died_on__isnull=True)

    @property
    def recipient(self) -> str:
        """Who is asked, by name."""
        if self.contact is not None:
            return self.contact.name
        return self.person.label if self.person is not None else str(self.account)


class InvitationStep(models.Model):
    """What became of an invitation, by day: a time would say which answer came of it. Append-only."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12)
    day = models.DateField()
    by_name = models.CharField(max_length=200)
    note = models.CharField(max_length=250, blank=True)


class SurveyAnswer(models.Model):
    """What somebody answered. It leads to nobody, unless they agreed that it is kept with their record.

    `month` is the first day of the month they were asked in, and no more of when.
    """

    id = models.BigIntegerField(primary_key=True, default=random_number, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="survey_answers")
    audience = models.CharField(max_length=8, choices=Audience)
    form = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    pathway_code = models.SlugField(max_length=60, blank=True)
    employer = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    given = models.CharField(max_length=8, choices=AskedBy)
    # {question code: answer}
    answers = models.JSONField(default=dict)
    invitation = models.OneToOneField(Invitation, null=True, on_delete=models.PROTECT, related_name="kept_answer")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(audience=Audience.STAFF) | Q(invitation__isnull=True), name="staff_answer_leads_to_nobody"
            )
        ]
        indexes = [models.Index(fields=["service", "audience", "month"], name="survey_answers_by_month")]
