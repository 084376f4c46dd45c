"""Published procedures, drafts of the next ones, and versions that ship but are not followed here."""

from django.db import models

from homeward.procedures.states import OPEN_STATES, DraftEventKind, DraftState, Origin


class Procedure(models.Model):
    """One version of one pathway, form or activity, as published. Never changed: a new version is a new row."""

    class Kind(models.TextChoices):
        PATHWAY = "pathway", "Pathway"
        FORM = "form", "Form"
        ACTIVITY = "activity", "Activity"

    kind = models.CharField(max_length=10, choices=Kind)
    code = models.SlugField(max_length=80)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    definition = models.JSONField()
    content_hash = models.CharField(max_length=64)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.SHIPPED, db_default=Origin.SHIPPED)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code", "version"], name="procedure_version_once")]
        indexes = [models.Index(fields=["kind", "code", "-version"], name="procedure_newest")]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class OfferedVersion(models.Model):
    """A version that ships with Homeward of something this place follows in its own words.

    It is kept to be read and drafted from, and never followed by itself.
    """

    kind = models.CharField(max_length=10, choices=Procedure.Kind)
    code = models.SlugField(max_length=80)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    definition = models.JSONField()
    content_hash = models.CharField(max_length=64)
    offered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code", "content_hash"], name="offered_version_once")]

    def __str__(self) -> str:
        return f"{self.title}, shipped version {self.version}"


class ProcedureDraft(models.Model):
    """The next version of a procedure while it is being written, exactly as typed, faults and all.

    `definition` is what the text says where it can be read, and null where it cannot. `revision` rises with every
    change, so that two people who write at once are told of each other.
    """

    kind = models.CharField(max_length=10, choices=Procedure.Kind)
    code = models.SlugField(max_length=80)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    based_on = models.ForeignKey(Procedure, null=True, on_delete=models.PROTECT, related_name="drafts_from")
    source_text = models.TextField()
    definition = models.JSONField(null=True)
    revision = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.DRAFT)
    why = models.TextField(blank=True)
    author_account_id = models.BigIntegerField(null=True)
    author_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    approved_by_account_id = models.BigIntegerField(null=True)
    approved_by_name = models.CharField(max_length=200, blank=True)
    published = models.OneToOneField(Procedure, null=True, on_delete=models.PROTECT, related_name="draft")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"],
                condition=models.Q(state__in=[state.value for state in OPEN_STATES]),
                name="procedure_draft_one_open",
            ),
            # Two people: nobody approves what they started. Those who only changed it are refused by the service.
            models.CheckConstraint(
                condition=~models.Q(state=DraftState.PUBLISHED)
                | models.Q(
                    published__isnull=False,
                    author_account_id__isnull=False,
                    approved_by_account_id__isnull=False,
                ),
                name="procedure_draft_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by_account_id__isnull=True)
                | ~models.Q(approved_by_account_id=models.F("author_account_id")),
                name="procedure_draft_approved_by_another",
            ),
        ]
        indexes = [models.Index(fields=["state", "-changed_at"], name="procedure_draft_newest")]

    def __str__(self) -> str:
        return f"{self.title}, draft of version {self.version}"


class ProcedureDraftEvent(models.Model):
    """Something that happened to a draft. Append-only; one that changed the text keeps the text as it became."""

    draft = models.ForeignKey(ProcedureDraft, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=DraftEventKind)
    happened_at = models.DateTimeField()
    revision = models.PositiveIntegerField()
    actor_account_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)
    source_text = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["draft", "id"], name="procedure_draft_event_order")]
