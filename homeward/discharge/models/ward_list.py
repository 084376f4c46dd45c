"""Lists of the people on a hospital's wards, and the questions that lists and messages leave open."""

from django.db import models
from django.db.models import Q

from homeward.discharge.models.stay import HospitalStay
from homeward.discharge.states.ward_lists import ListCovers, ListState, QuestionAnswer, QuestionKind
from homeward.referrals.models import KeptMessage
from homeward.teams.models import Service


class WardList(models.Model):
    """One list from one hospital, whose bytes are the kept message. `counts`: rows by what they came to, once taken."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="ward_lists")
    message = models.OneToOneField(KeptMessage, on_delete=models.PROTECT, related_name="ward_list")
    hospital_name = models.CharField(max_length=100, help_text="Who sends it: the hospital, by name or code")
    made_at = models.DateTimeField(help_text="When the hospital made it")
    covers = models.CharField(max_length=8, choices=ListCovers, default=ListCovers.HOSPITAL)
    state = models.CharField(max_length=10, choices=ListState, default=ListState.WAITING)
    handed_in_at = models.DateTimeField()
    handed_in_by = models.CharField(max_length=200)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ListState.WAITING, decided_at__isnull=True)
                | (~Q(state=ListState.WAITING) & Q(decided_at__isnull=False)),
                name="ward_list_decided_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["service", "-handed_in_at"], name="ward_list_newest")]


class StayQuestion(models.Model):
    """Something to ask the ward about a stay. It stays open until somebody answers, or what comes later does."""

    stay = models.ForeignKey(HospitalStay, on_delete=models.PROTECT, related_name="questions")
    message = models.ForeignKey(KeptMessage, on_delete=models.PROTECT, related_name="stay_questions")
    kind = models.CharField(max_length=8, choices=QuestionKind)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=QuestionAnswer, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stay", "kind"], condition=Q(answered_at__isnull=True), name="stay_question_open_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="stay_question_answered",
            ),
        ]
        indexes = [models.Index(fields=["answered_at", "asked_at"], name="stay_question_open")]
