"""Asking: after care that ended, staff once a quarter, and one reminder."""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from homeward.access.rules import SYSTEM_ROLES, Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.models import Episode
from homeward.kernel.rules import london_day, token_hash
from homeward.notices.rules import fault_of
from homeward.notices.services import notify, send_text
from homeward.people.models import Contact, Person, SharingChoice
from homeward.people.states import MayBeTold, SharingDecision, SharingKind
from homeward.procedures.models import Procedure
from homeward.surveys.models import Invitation, InvitationStep, SurveyRule
from homeward.surveys.rules import REST_DAYS, Reach, asked_by, open_codes, quarter_of
from homeward.surveys.services.links import token_from, token_of
from homeward.surveys.states import BY_LINK, AskedBy, Audience, StepKind
from homeward.teams.models import Account

AT_ONCE = 100  # in one go: the next comes seconds later
# Care that ended longer ago than this and the wait is not asked about, so that a stop of the service asks nobody late
LATEST = timedelta(days=14)
EASY_READ = "-easy-read"
LINE = "How was our help? Tell us in 3 minutes: {link}"
AGAIN = "A reminder, and the only one. How was our help? {link}"
STAFF_TITLE = "How is it to work here? Answer in 3 minutes; nobody can tell who answered what"


@transaction.atomic
def ask_after_care(*, actor: Actor, service_id: int, now: datetime, link_for: Callable[[str], str]) -> list[Invitation]:
    """Ask people and carers about care that ended, as the service's rules say; once about each episode.

    By text message or email it is sent at once; who is to be rung or written to waits in the queue. Nobody is asked who
    died, who objects to being contacted, whose record is restricted or sensitive, or who was asked in the last 91 days.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    made: list[Invitation] = []
    for rule in SurveyRule.objects.filter(service_id=service_id, is_on=True).exclude(audience=Audience.STAFF):
        people: set[int] = set()
        for episode in _ended(rule, now):
            if len(people) == AT_ONCE:
                break
            if episode.person_id not in people and (one := _ask(rule, episode, now)) is not None:
                people.add(episode.person_id)
                made.append(one)
                _send(actor, one, LINE, StepKind.SENT, link_for, now)
    if made:
        record(
            actor=actor, action="ask how it was", subject=("survey", None), now=now, service_id=service_id,
            count=len(made),
        )  # fmt: skip
    return made


@transaction.atomic
def ask_staff(*, actor: Actor, service_id: int, now: datetime) -> list[Invitation]:
    """Ask everybody with an account in the service, once a quarter, on their own screen.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    rule = SurveyRule.objects.filter(service_id=service_id, is_on=True, audience=Audience.STAFF).first()
    if rule is None:
        return []
    quarter = quarter_of(london_day(now))
    if Invitation.objects.filter(service_id=service_id, quarter_on=quarter).exists():
        return []  # whoever came later is asked with everybody, next quarter
    accounts = Account.objects.filter(services=service_id, is_active=True).exclude(role__in=SYSTEM_ROLES)
    accounts = list(accounts.order_by("pk"))
    form = _form(rule.form_code)
    made = [_new(rule, form, AskedBy.SCREEN, now, account=one, quarter_on=quarter) for one in accounts]
    Invitation.objects.bulk_create(made)
    if made:
        notify(
            actor=actor, service_id=service_id, accounts=accounts, kind="survey", title=STAFF_TITLE,
            path="/surveys/mine", once_key=f"staff survey {quarter}", now=now,
        )  # fmt: skip
        record(
            actor=actor, action="ask staff how it is", subject=("survey", None), now=now, service_id=service_id,
            count=len(made),
        )  # fmt: skip
    return made


@transaction.atomic
def remind(*, actor: Actor, service_id: int, now: datetime, link_for: Callable[[str], str]) -> int:
    """Send the one reminder to whoever was sent a link and did not answer; gives how many.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    rows = Invitation.open_at(now).filter(service_id=service_id, asked_by__in=BY_LINK, remind_at__lte=now)
    rows = rows.filter(person__restricted_since__isnull=True).select_related("person", "contact")
    found = list(rows.order_by("pk")[:AT_ONCE])
    for one in found:
        one.remind_at = None
        one.save(update_fields=["remind_at"])
        if not _objects(one.person):
            _send(actor, one, AGAIN, StepKind.REMINDED, link_for, now)
    if found:
        record(
            actor=actor, action="remind of survey", subject=("survey", None), now=now, service_id=service_id,
            count=len(found),
        )  # fmt: skip
    return len(found)


def _ended(rule: SurveyRule, now: datetime) -> Iterable[Episode]:
    """Episodes that ended long enough ago and not too long, and that this audience was not asked about."""
    until = now - timedelta(days=rule.wait_days)
    asked = Invitation.objects.filter(audience=rule.audience)
    lately = asked.filter(person=OuterRef("person"), asked_at__gt=now - timedelta(days=REST_DAYS))
    in_care = Episode.objects.filter(person=OuterRef("person"), ended_at__isnull=True)
    rows = Episode.objects.filter(
        ~Exists(asked.filter(episode=OuterRef("pk"))), ~Exists(lately), ~Exists(in_care),
        service_id=rule.service_id, ended_at__lte=until, ended_at__gt=until - LATEST,
        person__isnull=False, person__died_on__isnull=True, person__restricted_since__isnull=True,
        person__sensitivity="", person__merged_into__isnull=True,
    )  # fmt: skip
    if rule.audience == Audience.CARER:
        rows = rows.filter(Exists(_carers().filter(person=OuterRef("person"))))
    rows = rows.select_related("person", "pathway").defer("pathway__definition").order_by("ended_at", "pk")
    found = [one for one in rows if london_day(one.ended_at) >= rule.since]
    return [one for one in found if open_codes(rule.pathways, one.pathway.code)]


def _ask(rule: SurveyRule, episode: Episode, now: datetime) -> Invitation | None:
    person = episode.person
    if _objects(person):
        return None
    needs = frozenset(person.communication_needs.filter(ended_on__isnull=True).values_list("kind", flat=True))
    contact = None
    if rule.audience == Audience.CARER:
        contact = _carers().filter(person=person).order_by("rank", "pk").first()
        if contact is None:
            return None
        reach = Reach(phone=contact.phone, email=contact.email)
    else:
        reach = Reach(person.phone, person.email, needs, person.needs_interpreter)
    way = asked_by(reach)
    if way in BY_LINK and fault_of(way, reach.email if way == AskedBy.EMAIL else reach.phone):
        way = AskedBy.PAPER
    code = rule.form_code
    if contact is None and needs & {"easy_read", "learning_disability"}:
        code += EASY_READ
    form = _form(code) or _form(rule.form_code)
    new = _new(rule, form, way, now, episode=episode, person=person, contact=contact, pathway_code=episode.pathway.code)
    new.save()
    return new


def _new(rule: SurveyRule, form: Procedure, way: str, now: datetime, **more) -> Invitation:
    nonce = secrets.token_urlsafe(18)
    remind_at = now + timedelta(days=rule.remind_days) if rule.remind_days and way in BY_LINK else None
    return Invitation(
        service_id=rule.service_id, audience=rule.audience, form=form, asked_by=way, asked_at=now,
        until=now + timedelta(days=rule.open_days), remind_at=remind_at, nonce=nonce,
        token_hash=token_hash(token_from(nonce)), **more,
    )  # fmt: skip


def _form(code: str) -> Procedure | None:
    return Procedure.objects.filter(kind="form", code=code).order_by("-version").first()


def _carers() -> QuerySet[Contact]:
    """Unpaid carers whom the person allows to be told at least when visits are."""
    told = (MayBeTold.VISITS, MayBeTold.EVERYTHING)
    return Contact.objects.filter(is_unpaid_carer=True, ended_on__isnull=True, may_be_told__in=told)


def _objects(person: Person) -> bool:
    """Whether somebody's newest choice is that they are not to be contacted."""
    choices = SharingChoice.objects.filter(person=person, kind=SharingKind.CONTACT)
    newest = choices.order_by("-decided_on", "-pk").values_list("decision", flat=True).first()
    return newest in (SharingDecision.OBJECTED, SharingDecision.WITHDREW)


def _send(
    actor: Actor, one: Invitation, line: str, kind: StepKind, link_for: Callable[[str], str], now: datetime
) -> None:
    """Send a link, where it goes by link. It says nothing of who is asked, or about what."""
    if one.asked_by not in BY_LINK:
        return
    whom = one.contact or one.person
    address = whom.email if one.asked_by == AskedBy.EMAIL else whom.phone
    if fault_of(one.asked_by, address):
        return  # changed since: whoever looks at the queue sees that nothing went out
    send_text(
        actor=actor, service_id=one.service_id, channel=one.asked_by, address=address, kind="survey",
        title=line.format(link=link_for(token_of(one))), once_key=f"survey {one.pk} {kind}", now=now,
    )  # fmt: skip
    InvitationStep.objects.create(invitation=one, kind=kind, day=london_day(now), by_name=actor.name)
