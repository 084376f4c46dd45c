"""The plan as it was agreed: goals, needs, what is done by whom, the visits that follow, and what to do if."""

from django.db import models

from homeward.episodes.models import Episode
from homeward.people.models import LegalStatus, Person
from homeward.plans.states import AgreedHow, CareOutcome, Doer, HowOften


class CarePlan(models.Model):
    """One version of the plan of one episode. A change is a new version; the newest is the plan.

    `agreed_on` and `not_agreed_reason` say what the newest of its agreements says, and `review_on` what its newest
    review says: those rows are the record of it.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="plans")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveIntegerField(default=1)
    summary = models.TextField(blank=True)
    # {heading code: text}; the headings are plans.rules.HEADINGS: what matters, strengths, wishes for later
    texts = models.JSONField(default=dict)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)
    written_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    agreed_on = models.DateField(null=True)
    not_agreed_reason = models.CharField(max_length=250, blank=True)
    review_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["episode", "version"], name="plan_version_once")]
        indexes = [models.Index(fields=["person", "-written_at"], name="plan_person")]


class Need(models.Model):
    """Something the person cannot do, or not without help."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="needs")
    key = models.SlugField(max_length=20)
    text = models.TextField()
    outcome = models.CharField(max_length=20, choices=CareOutcome, blank=True)


class Goal(models.Model):
    """Something the person wants to be able to do, in their words.

    `scale` describes the five levels of goal attainment scaling, {"-2": text, ..., "2": text}, or none of them.
    `key` is the same for one goal through the versions of its episode's plan.
    """

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="goals")
    key = models.SlugField(max_length=20, blank=True)
    text = models.CharField(max_length=250)
    why = models.TextField(blank=True)
    scale = models.JSONField(default=dict)
    level_at_start = models.SmallIntegerField(null=True)
    target_on = models.DateField(null=True)
    is_met = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level_at_start__isnull=True) | models.Q(level_at_start__range=(-2, 2)),
                name="goal_starts_on_its_scale",
            )
        ]


class GoalReview(models.Model):
    """Where somebody is with a goal on a day, from -2 to +2. Append-only."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="reviews")
    level = models.SmallIntegerField()
    reviewed_on = models.DateField()
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(level__range=(-2, 2)), name="goal_review_on_its_scale")
        ]


class PlannedActivity(models.Model):
    """Something that is done, by staff, by the person, by family or by another service."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="activities")
    key = models.SlugField(max_length=20)
    title = models.CharField(max_length=160)
    # An activity of the procedures, where it is one
    activity_code = models.SlugField(max_length=80, blank=True)
    how = models.TextField(blank=True, help_text="How the person wants it done")
    doer = models.CharField(max_length=10, choices=Doer, default=Doer.STAFF)
    # Whose skill it takes, where staff do it; who, where others do
    skill = models.CharField(max_length=60, blank=True)
    doer_name = models.CharField(max_length=160, blank=True)
    often = models.CharField(max_length=10, choices=HowOften, default=HowOften.DAILY)
    weekdays = models.CharField(max_length=7, blank=True, help_text="ISO weekday numbers")
    # plans.states.TimeOfDay codes
    times = models.JSONField(default=list)
    minutes = models.PositiveSmallIntegerField(null=True)
    workers = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    is_delegated = models.BooleanField(default=False)
    equipment = models.TextField(blank=True)
    if_not_possible = models.TextField(blank=True)


class Contingency(models.Model):
    """If something happens, what to do then and whom to call."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="contingencies")
    key = models.SlugField(max_length=20)
    if_text = models.TextField()
    then_text = models.TextField()
    call_name = models.CharField(max_length=160, blank=True)
    call_phone = models.CharField(max_length=40, blank=True)


class VisitPattern(models.Model):
    """Visits that a plan needs on the days of `weekdays`, between `starts_on` and `ends_on`.

    `slots` are who must be there together: [{"skill": "home_care_worker", "minutes": 30}, ...].
    `tasks` are what is done: [{"code": ..., "title": ..., "is_delegated": bool}, ...].
    """

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="patterns")
    title = models.CharField(max_length=120)
    opens_at = models.CharField(max_length=5, help_text="Wall clock, HH:MM: may start from")
    closes_at = models.CharField(max_length=5, help_text="Wall clock, HH:MM: should start by")
    is_window_hard = models.BooleanField(default=False)
    minutes = models.PositiveSmallIntegerField()
    slots = models.JSONField()
    tasks = models.JSONField(default=list)
    weekdays = models.CharField(max_length=7, default="1234567", help_text="ISO weekday numbers")
    # Start-to-start minutes from the person's visit before it on the same day, 0 when it does not matter
    gap_minutes = models.PositiveSmallIntegerField(default=0)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)


class PlanAgreement(models.Model):
    """Who agreed a version of a plan, by what right, or why nobody did. Append-only; the newest stands."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="agreements")
    how = models.CharField(max_length=16, choices=AgreedHow)
    agreed_on = models.DateField(null=True)
    # Who agreed for the person, and the power that lets them
    by_whom = models.CharField(max_length=200, blank=True)
    power = models.ForeignKey(LegalStatus, null=True, on_delete=models.PROTECT, related_name="agreed_plans")
    # What the person said; who was consulted in best interests; why it is not agreed
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(how=AgreedHow.NOT_AGREED, agreed_on__isnull=True)
                | (~models.Q(how=AgreedHow.NOT_AGREED) & models.Q(agreed_on__isnull=False)),
                name="plan_agreed_on_a_day",
            )
        ]


class PlanReview(models.Model):
    """One look at a plan with the person: what was found, what is to change, and when to look again. Append-only."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="reviews")
    reviewed_on = models.DateField()
    text = models.TextField()
    what_changes = models.TextField(blank=True)
    who_was_there = models.CharField(max_length=250, blank=True)
    next_on = models.DateField(null=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
