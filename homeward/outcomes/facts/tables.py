"""What is copied into each table of facts.

A `Plain` table is one table of the record, row for row, under the record's own numbers: every moment is there as
`..._at` in UTC and as `..._on`, its day in London. A `Derived` one is worked out in Python from several, by key, with
the very rules that the pages use. A `Gathered` one is added up from other tables of the copy, once as they change, so
that no measure adds up the same again each time it is asked.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.db import models

from homeward.beds.models import BedReferral, BedStay, FollowUp
from homeward.commissioning.models import CareContract, Invoice, InvoiceLine, Package, Provider
from homeward.delegation.models import Concern, SignOff
from homeward.discharge.models import HospitalStay, PathwayDecision
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.equipment.models import BenefitReview, Loan
from homeward.outcomes.facts import afterwards, derived, hours, nights, people, sharing, short_term, spending
from homeward.outcomes.models import Baseline
from homeward.referrals.models import Call, Referral
from homeward.roster.models import Absence, Contract, Shift
from homeward.surveys.models import Invitation
from homeward.teams.models import Organisation, Service, Training, Worker
from homeward.visits.models import Assignment, JoinedVisits, LostVisit, SickCall, Visit, VisitTask

Keys = Collection[int] | None
_KINDS: tuple[tuple[type[models.Field], str], ...] = (
    (models.DateTimeField, "moment"),
    (models.DateField, "day"),
    (models.BooleanField, "boolean"),
    (models.FloatField, "number"),
    (models.DecimalField, "number"),
    (models.CharField, "text"),
    (models.TextField, "text"),
    (models.IntegerField, "integer"),
    (models.ForeignKey, "integer"),
)


@dataclass(frozen=True)
class Plain:
    """A table of the record, of which these `fields` are copied, and its number as `id`."""

    name: str
    model: type[models.Model]
    fields: tuple[str, ...]

    @property
    def sources(self) -> frozenset[str]:
        """The tables of the record whose changes matter."""
        return frozenset({self.model._meta.db_table})

    @cached_property
    def columns(self) -> dict[str, str]:
        """What it has, and of what kind: integer, text, number, boolean, day or moment."""
        found = {"id": "integer"}
        for name in self.fields:
            kind = _kind_of(self.model._meta.get_field(name.removesuffix("_id")))
            found[name] = kind
            if kind == "moment":
                found[f"{name.removesuffix('_at')}_on"] = "day"
        return found

    def keys_of(self, source: str, numbers: Collection[int]) -> Collection[int]:
        """Which rows are to be read again where these of a source changed."""
        return numbers

    def rows(self, keys: Keys, now: datetime) -> Iterator[tuple]:
        """The rows with these numbers, or all."""
        # _base_manager: what was taken out of a list by mistake or on purpose is in the record, and counts or not by
        # the measure's own definition
        found = self.model._base_manager.all() if keys is None else self.model._base_manager.filter(pk__in=keys)
        moments = [place for place, name in enumerate(self.fields, 1) if self.columns[name] == "moment"]
        for row in found.values_list("pk", *self.fields).iterator(chunk_size=20_000):
            yield derived.with_days(row, moments)


@dataclass(frozen=True)
class Derived:
    """Facts worked out from several tables. `follows` says, by source, whose facts a changed row of it changes.

    Where `is_small`, all of it is worked out again whenever anything it follows changed, or the day has; where it
    `grows_daily`, when the day has. Where a row may be moved from one key to another, or be deleted, `spans` says
    in SQL on the copy itself which spans a changed row of a source is of, `keys_of_span` which keys those are; and
    `keys_of_days` which are new when days have ended.
    """

    name: str
    key: str
    columns: dict[str, str]
    make: Callable[[Keys, datetime], Iterable[tuple]]
    follows: dict[str, Callable[[Collection[int]], Collection[int]]] = field(default_factory=dict)
    is_small: bool = False
    grows_daily: bool = False
    spans: dict[str, str] = field(default_factory=dict)
    keys_of_span: Callable[..., Iterable[int]] | None = None
    keys_of_days: Callable[[date, date], Iterable[int]] | None = None

    @property
    def sources(self) -> frozenset[str]:
        """The tables of the record whose changes matter."""
        return frozenset(self.follows) | frozenset(self.spans)

    def keys_of(self, source: str, numbers: Collection[int]) -> Collection[int]:
        """Whose facts are to be worked out again where these of a source changed."""
        return self.follows[source](numbers) if source in self.follows else ()

    def rows(self, keys: Keys, now: datetime) -> Iterator[tuple]:
        """The facts of these keys, or of all."""
        yield from self.make(keys, now)


@dataclass(frozen=True)
class Gathered:
    """Facts added up from other tables of the copy, by `sql` of its engine, for `{these}` or all.

    `follows` says, by table, which column of a changed row holds the key of what is added up again; where it says none,
    everything is.
    """

    name: str
    key: str
    columns: dict[str, str]
    sql: str
    follows: dict[str, str]
    sources: frozenset[str] = frozenset()


def _kind_of(one: models.Field) -> str:
    return next(kind for kind_of, kind in _KINDS if isinstance(one, kind_of))


def _plain(name: str, model: type[models.Model], fields: str) -> Plain:
    return Plain(name, model, tuple(fields.split()))


FACTS: tuple[Plain | Derived | Gathered, ...] = (
    _plain("services", Service, "code"),
    _plain("organisations", Organisation, "service_id kind name is_employer"),
    _plain("workers", Worker, "service_id organisation_id job_title is_active"),
    _plain("referrals", Referral, "service_id person_id state received_at source route urgency need_code pathway_code"),
    _plain("calls", Call, "service_id person_id received_at source urgency outcome referral_id"),
    _plain(
        "episodes", Episode, "service_id person_id referral_id pathway_id follows_id started_at ended_at outcome_code"
    ),
    _plain("episode_events", EpisodeEvent, "episode_id kind happened_at recorded_at corrects_id"),
    _plain("visits", Visit, "service_id person_id session_id episode_id day is_crisis state"),
    _plain(
        "assignments", Assignment, "visit_id slot worker_id starts_at ends_at travel_minutes state arrived_at left_at"
    ),
    _plain("tasks", VisitTask, "visit_id activity_code is_delegated done_at"),
    _plain("joined_visits", JoinedVisits, "service_id person_id state found_at decided_at"),
    _plain("sick_calls", SickCall, "service_id worker_id day lost_minutes"),
    _plain("lost_visits", LostVisit, "call_id visit_id slot minutes"),
    _plain("trainings", Training, "worker_id competence done_on withdrawn_at"),
    _plain("sign_offs", SignOff, "worker_id competence signed_at ends_on withdrawn_at carried_over"),
    _plain("shifts", Shift, "worker_id day"),
    _plain("absences", Absence, "worker_id starts_on ends_on"),
    _plain("contracts", Contract, "worker_id kind weekly_minutes starts_on ends_on"),
    _plain("concerns", Concern, "service_id person_id urgency raised_at answer_due_at answered_at state"),
    _plain("bed_referrals", BedReferral, "service_id person_id referral_id state asked_at came_from decided_at"),
    _plain("bed_stays", BedStay, "service_id person_id referral_id moved_in_at left_at support days_in_hospital"),
    _plain("follow_ups", FollowUp, "stay_id episode_id kind state whereabouts is_independent weekly_hours done_at"),
    _plain("stays", HospitalStay, "service_id person_id admitted_at left_at ended_as destination pathway"),
    _plain("decisions", PathwayDecision, "stay_id state pathway why_not_home made_at"),
    _plain("loans", Loan, "service_id person_id handed_over_at due_back_on ended_at"),
    _plain(
        "benefit_reviews",
        BenefitReview,
        "loan_id reviewed_on is_care_home_avoided is_admission_avoided care_hours_before care_hours_now"
        " saved_pence_a_week",
    ),
    _plain("packages", Package, "service_id person_id episode_id kind started_on ended_on"),
    _plain("baselines", Baseline, "service_id measure_key of_what value since corrects_id is_taken_back"),
    _plain("providers", Provider, "service_id organisation_id kind"),
    _plain("care_contracts", CareContract, "provider_id"),
    _plain("invoices", Invoice, "service_id contract_id month"),
    _plain("invoice_lines", InvoiceLine, "invoice_id package_id day found_pence agreed_pence"),
    # answering changes no row of it, so that the list of changes does not lead from an answer to who was asked
    _plain("invitations", Invitation, "service_id audience pathway_code asked_at"),
    Derived(
        "pathways",
        "id",
        {"id": "integer", "code": "text", "urgency": "text"},
        derived.pathways,
        {"procedures_procedure": derived.same},
        is_small=True,
    ),
    Derived(
        "outcomes",
        "pathway_id",
        {"pathway_id": "integer", "code": "text", **dict.fromkeys(derived.COUNTED_AS, "boolean")},
        derived.outcomes,
        {"procedures_procedure": derived.same},
        is_small=True,
    ),
    Derived(
        "activities",
        "code",
        {"code": "text", "minutes": "integer", "complexity": "text", "is_delegable": "boolean"},
        derived.activities,
        {"procedures_procedure": derived.same},
        is_small=True,
    ),
    Derived(
        "clocks",
        "episode_id",
        derived.CLOCK_COLUMNS,
        derived.clocks,
        {
            "episodes_episode": derived.same,
            "episodes_episodeevent": derived.episodes_of_events,
            "referrals_referral": derived.episodes_of_referrals,
            "referrals_referralevent": derived.episodes_of_referral_events,
        },
    ),
    Derived(
        "leavings",
        "stay_id",
        derived.LEAVING_COLUMNS,
        derived.leavings,
        derived.FOLLOWED_BY_STAYS,
    ),
    Derived(
        "waiting_days",
        "stay_id",
        derived.WAITING_COLUMNS,
        derived.waiting_days,
        derived.FOLLOWED_BY_STAYS,
        grows_daily=True,
    ),
    Derived(
        "form_scores",
        "form_id",
        derived.SCORE_COLUMNS,
        derived.form_scores,
        {"assessments_filledform": derived.forms_and_corrected},
    ),
    Derived(
        "bed_nights",
        "bed_id",
        nights.NIGHT_COLUMNS,
        nights.bed_nights,
        {
            "beds_bed": derived.same,
            "beds_beduse": nights.beds_of_uses,
            "beds_bedclosing": nights.beds_of_closings,
        },
        grows_daily=True,
    ),
    Derived(
        "joined_days",
        "join_id",
        sharing.JOINED_COLUMNS,
        sharing.joined_days,
        {
            "visits_joinedvisits": derived.same,
            "plans_visitpattern": sharing.joins_of_patterns,
            "episodes_episode": sharing.joins_of_episodes,
            "people_person": sharing.joins_of_people,
        },
        grows_daily=True,
    ),
    Derived(
        "item_months",
        "item_id",
        sharing.ITEM_COLUMNS,
        sharing.item_months,
        {
            "equipment_item": derived.same,
            "equipment_movement": sharing.items_of_movements,
            "equipment_kind": sharing.items_of_kinds,
        },
        grows_daily=True,
    ),
    Derived(
        "lendings",
        "loan_id",
        sharing.LENT_COLUMNS,
        sharing.lendings,
        {
            "equipment_loan": derived.same,
            "equipment_movement": sharing.loans_of_movements,
            "equipment_item": sharing.loans_of_items,
            "teams_organisation": sharing.loans_of_owners,
        },
    ),
    Derived(
        "paid_days",
        "worker_day",
        hours.DAY_COLUMNS,
        hours.paid_days,
        spans=hours.SPANS,
        keys_of_span=hours.keys_of_span,
        keys_of_days=hours.keys_of_days,
    ),
    Derived(
        "spending",
        "baseline_id",
        spending.SPENDING_COLUMNS,
        spending.spending,
        {"outcomes_baseline": derived.same, "commissioning_invoiceline": derived.same},
        is_small=True,
    ),
    Derived(
        "short_term",
        "person_id",
        short_term.SHORT_TERM_COLUMNS,
        short_term.short_term,
        short_term.FOLLOWED_BY_PERSONS,
        spans=short_term.SPANS,
        keys_of_span=short_term.person_of_span,
        keys_of_days=short_term.who_goes_on,
    ),
    Derived(
        "before_and_after",
        "form_id",
        afterwards.PAIR_COLUMNS,
        afterwards.before_and_after,
        {"assessments_filledform": afterwards.forms_at_the_end},
    ),
    Derived(
        "survey_answers",
        "answer_id",
        afterwards.ANSWER_COLUMNS,
        afterwards.survey_answers,
        {"surveys_surveyanswer": derived.same},
    ),
    Derived(
        "people",
        "person_id",
        people.PEOPLE_COLUMNS,
        people.people,
        {"people_person": derived.same, "people_address": people.persons_of_addresses},
    ),
    # visits and sessions at which somebody was recorded as arrived. Two differ where the least and the most do, which
    # costs a tenth of counting them.
    Gathered(
        "meetings",
        "visit_id",
        {
            "visit_id": "integer",
            "service_id": "integer",
            "person_id": "integer",
            "episode_id": "integer",
            "day": "day",
            "state": "text",
            "are_two_workers": "boolean",
            "are_two_employers": "boolean",
        },
        "SELECT visits.id, visits.service_id, person_id, episode_id, day, visits.state,"
        " MIN(worker_id) <> MAX(worker_id), MIN(organisation_id) <> MAX(organisation_id)"
        " FROM visits JOIN assignments ON visit_id = visits.id JOIN workers ON workers.id = worker_id"
        " WHERE arrived_at IS NOT NULL AND {these} GROUP BY ALL",
        {"visits": "id", "assignments": "visit_id", "workers": ""},
    ),
)
BY_NAME = {fact.name: fact for fact in FACTS}
SOURCES: frozenset[str] = frozenset().union(*(fact.sources for fact in FACTS))
