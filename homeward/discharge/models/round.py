"""Chasing rounds: when they are, whom each open action was put to, and what they answered."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from homeward.discharge.models.action import NextAction
from homeward.discharge.states import ActionState, AnswerKind, DelayReason
from homeward.teams.models import Account, Service, Team


class RoundTimetable(models.Model):
    """When a service has its rounds, and how long owners have to answer. Without a row, the defaults hold.

    Times are on the wall: ["09:00", "15:00"]. `other_days` are days ["2026-12-25"] held like weekends.
    """

    service = models.OneToOneField(Service, on_delete=models.PROTECT, related_name="round_timetable")
    weekday_times = models.JSONField(default=list)
    other_day_times = models.JSONField(default=list)
    other_days = models.JSONField(default=list)
    answer_minutes = models.PositiveIntegerField()


class TeamLead(models.Model):
    """Who hears of questions that a team's members have not answered."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="team_leads")
    team = models.OneToOneField(Team, on_delete=models.PROTECT, related_name="lead")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="leads")


class Round(models.Model):
    """One time that every open action was put to whoever owns it. One for each moment of the timetable."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="rounds")
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    # When its result was told; what the result is, is read from the record
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "due_at"], name="one_round_a_moment"),
            models.CheckConstraint(condition=Q(answer_by__gt=models.F("asked_at")), name="round_gives_time_to_answer"),
        ]


class RoundAsks(models.QuerySet):
    """Questions of rounds."""

    def silent(self) -> "RoundAsks":
        """Those of which nobody has said how it stands: no answer yet, or only that it is somebody else's."""
        said = RoundAnswer.objects.filter(ask=OuterRef("pk")).exclude(kind=AnswerKind.NOT_MINE)
        return self.filter(~Exists(said), action__state=ActionState.OPEN, action__stay__left_at__isnull=True)


class RoundAsk(models.Model):
    """One open action that a round put to whoever it was with. Where none of them signs in, somebody rings them."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="asks")
    action = models.ForeignKey(NextAction, on_delete=models.PROTECT, related_name="asks")
    put_to = models.CharField(max_length=200, help_text="Whose it was then, as people call them")
    is_told = models.BooleanField(help_text="Whether anybody who signs in was asked")

    objects = RoundAsks.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "action"], name="asked_once_a_round")]


class RoundAnswer(models.Model):
    """What somebody said when they were asked. Append-only: a second answer stands beside the first, and counts."""

    ask = models.ForeignKey(RoundAsk, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=10, choices=AnswerKind)
    text = models.CharField(max_length=500, blank=True)
    delayed_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32, choices=DelayReason, blank=True)
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=AnswerKind.DELAYED) | Q(delayed_until__isnull=False), name="delayed_until_a_time"
            ),
            models.CheckConstraint(condition=~Q(kind=AnswerKind.BLOCKED) | ~Q(reason=""), name="blocked_by_a_reason"),
        ]
