"""Services, organisations, teams, workers and accounts."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from homeward.access.rules import ROLE_TITLES, Role


class Service(models.Model):
    """One integrated team run as one. Everything about people and visits belongs to one service."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    about = models.TextField(blank=True, help_text="What readers must know: fictitious, anonymised, where it came from")
    is_fictitious = models.BooleanField(default=False)
    map_attribution = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """An employer of workers, or somebody who refers people: a trust, council, agency, practice or hospital."""

    class Kind(models.TextChoices):
        NHS_TRUST = "nhs_trust", "NHS trust"
        COUNCIL = "council", "Council"
        HOME_CARE_AGENCY = "home_care_agency", "Home care agency"
        HOSPITAL = "hospital", "Hospital"
        GP_PRACTICE = "gp_practice", "GP practice"
        AMBULANCE = "ambulance", "Ambulance service"
        OTHER = "other", "Other"

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="organisations")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=40, blank=True)
    ods_code = models.CharField(max_length=9, blank=True)
    is_employer = models.BooleanField(default=False)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "name"], name="organisation_name_once")]

    def __str__(self) -> str:
        return self.short_name or self.name


class Team(models.Model):
    """A part of a service that work is given to."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="teams")
    code = models.SlugField()
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "code"], name="team_code_once")]

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager):
    def get_by_natural_key(self, username):
        return self.get(username__iexact=username)


class Account(AbstractBaseUser):
    """Somebody, or a connected system, that signs in."""

    username = models.CharField(max_length=80, unique=True)
    full_name = models.CharField(max_length=120)
    job_title = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=40, choices=[(role.value, title) for role, title in ROLE_TITLES.items()])
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    services = models.ManyToManyField(Service, related_name="accounts")
    is_active = models.BooleanField(default=True)
    # SHA-256 of a connected system's bearer token: enough to recognise it, not to use it.
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)

    USERNAME_FIELD = "username"
    objects = AccountManager()

    def __str__(self) -> str:
        return self.full_name

    @property
    def role_title(self) -> str:
        return ROLE_TITLES[Role(self.role)]


class Worker(models.Model):
    """Somebody who can be put on the roster, of any employer.

    `skills` are codes of the procedures' skill vocabulary. `name` is empty where a service gave none:
    `label` is what to show.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="workers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="workers")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="workers")
    account = models.OneToOneField(Account, null=True, on_delete=models.PROTECT, related_name="worker")
    local_reference = models.CharField(max_length=40)
    name = models.CharField(max_length=120, blank=True)
    job_title = models.CharField(max_length=120, blank=True)
    skills = models.JSONField(default=list)
    travel_mode = models.CharField(max_length=10, default="car")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "local_reference"], name="worker_reference_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The worker's name, or their reference where the service gave no names."""
        return self.name or f"Worker {self.local_reference}"


class Registration(models.Model):
    """A worker's entry in a professional register, as somebody last looked it up there."""

    class Register(models.TextChoices):
        NMC = "nmc", "Nursing and Midwifery Council (NMC)"
        HCPC = "hcpc", "Health and Care Professions Council (HCPC)"
        SWE = "swe", "Social Work England (SWE)"
        OTHER = "other", "Another register"

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="registrations")
    register = models.CharField(max_length=8, choices=Register)
    number = models.CharField(max_length=20)
    expires_on = models.DateField()
    # Conditions of practice and the like, in the register's words
    restrictions = models.TextField(blank=True)
    checked_on = models.DateField()
    checked_by = models.CharField(max_length=200)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "register"], condition=models.Q(ended_on__isnull=True), name="one_entry_a_register"
            )
        ]


class Training(models.Model):
    """A course a worker has done: induction, mandatory training, or the learning a competence asks for.

    `code` is the employer's or the procedures' own word for it; `competence` is a skill of the procedures where the
    course is the learning for one.
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="trainings")
    code = models.SlugField(max_length=60)
    title = models.CharField(max_length=160)
    competence = models.SlugField(max_length=60, blank=True)
    is_mandatory = models.BooleanField(default=False)
    provider = models.CharField(max_length=160, blank=True)
    done_on = models.DateField()
    expires_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    # Recorded by mistake, or found not to be so: it stays, and no longer counts
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_on__isnull=True) | models.Q(expires_on__gte=models.F("done_on")),
                name="training_expires_after_it_was_done",
            )
        ]
        indexes = [models.Index(fields=["worker", "competence"], name="training_worker")]
